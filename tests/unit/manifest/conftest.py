"""Small campaigns on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campctl.findings import Span
from campctl.findings.docs import BASE
from campctl.manifest.load import Loaded, load

Make = Callable[..., Loaded]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign without a finding."""
    (tmp_path / "campaign.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def read(folder: Path) -> Make:
    """Loads the campaign with further files (name to text or bytes; `extra` is a file of that text)."""

    def make(extra: str | bytes | None = None, /, **files: str | bytes) -> Loaded:
        if extra is not None:
            files["extra.yaml"] = extra
        for name, content in files.items():
            path = folder / name.replace("_csv", ".csv").replace("_yaml", ".yaml")
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load(folder, cache=False)

    return make


def excerpt(loaded: Loaded, span: Span) -> str:
    """What stands at a place."""
    return loaded.line(span.file, span.line)[span.column - 1 : span.end_column - 1 if span.end_column else None]


@pytest.fixture
def found(read: Make) -> Callable[..., list[tuple[str, str, str]]]:
    """As `read`, but "file:line" and (code, what stands at that place) of every finding."""

    def make(extra: str | bytes | None = None, /, **files: str | bytes) -> list[tuple[str, str, str]]:
        loaded = read(extra, **files)
        assert all(finding.span is not None for finding in loaded.findings)
        spans = [(finding.code, finding.span) for finding in loaded.findings if finding.span]
        return [(code, f"{span.file}:{span.line}", excerpt(loaded, span)) for code, span in spans]

    return make
