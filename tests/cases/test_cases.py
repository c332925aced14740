"""Manifest in, findings out: every folder here is a campaign, and its expected.txt what `validate` finds in it.

To add a case, make a folder with a campaign.yaml (and whatever else) and run

    CAMPCTL_UPDATE_CASES=1 python -m pytest tests/cases

which writes the missing or changed expected.txt files; read them before you commit them. A line of expected.txt is
`file:line:column severity code`, in the order of place; an empty file means that nothing is wrong.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from campctl.app import wiring
from campctl.app.checks import all_findings
from campctl.findings import Finding
from campctl.findings.catalogue import load_all
from campctl.manifest import sources
from campctl.manifest.load import Loaded, load
from campctl.model.live import Capabilities
from campctl.ports.backend import Option

HERE = Path(__file__).parent
CASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and (path / "campaign.yaml").is_file())
UPDATE = bool(os.environ.get("CAMPCTL_UPDATE_CASES"))


def validate(root: Path) -> tuple[Loaded, tuple[Finding, ...]]:
    loaded = load(root, cache=False)
    return loaded, all_findings(loaded)


def lines(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f"{found.span.file}:{found.span.line}:{found.span.column} {found.severity} {found.code}"
        if found.span
        else f"- {found.severity} {found.code}"
        for found in findings
    ]


@pytest.mark.parametrize("name", CASES)
def test_a_campaign_has_exactly_these_findings(name: str) -> None:
    """What `validate` finds in the case's files is what its expected.txt says, at file, line and column."""
    found = lines(validate(HERE / name)[1])
    expected = HERE / name / "expected.txt"
    if UPDATE:
        expected.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", CASES)
def test_findings_can_be_shown(name: str) -> None:
    """Every finding has words, advice and a place that exists in its file, and so have the places it relates to."""
    loaded, findings = validate(HERE / name)
    for found in findings:
        assert found.code in load_all()
        assert found.detail.strip().endswith((".", "?", "!", ")")), found.detail
        assert found.help.strip() or "expected here" in found.detail, found.code
        spans = [found.span, *(related.span for related in found.related)]
        assert all(spans), found
        for span in spans:
            if span is None:
                continue
            text = loaded.line(span.file, span.line)
            assert 1 <= span.column <= len(text) + 1, (found, text)
            assert not span.end_column or span.column <= span.end_column <= len(text) + 1, (found, text)


def test_there_are_enough_cases() -> None:
    """The cases were found, and there are as many as the folder is meant to have."""
    assert len(CASES) >= 60


def spoil(root: Path, make: Callable[[Path], None]) -> tuple[str, ...]:
    """The codes found in the sound campaign when one more file is put beside it, within two seconds and 100 MiB."""
    shutil.copytree(HERE / "sound", root, dirs_exist_ok=True)
    make(root)
    tracemalloc.start()
    start = time.process_time()
    codes = tuple(found.code for found in validate(root)[1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - start < 20
    assert peak < 100 * 1024 * 1024
    return codes


def sparse(name: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        with (root / name).open("wb") as file:
            file.truncate(200 * 1024 * 1024)

    return make


def roster_of_zeros(root: Path) -> None:
    sparse("roster.csv")(root)
    (root / "extra.yaml").write_text("users: { from: roster.csv, columns: { id: Login } }\n", encoding="utf-8")


LARGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "200 MB of YAML": (sparse("large.yaml"), "file-too-large"),
    "200 MB of CSV": (roster_of_zeros, "file-too-large"),
    "a million brackets": (lambda root: (root / "deep.yaml").write_text("users: " + "[" * 1_000_000) and None, "too-deep"),
    "a line of 20 MB": (lambda root: (root / "long.yaml").write_text("users: '" + "x" * 20_000_000 + "'\n") and None, "wrong-type"),
    "a folder named like a file": (lambda root: (root / "folder.yaml").mkdir(), ""),
    "a link to nowhere": (lambda root: (root / "gone.yaml").symlink_to("nowhere.yaml"), ""),
    "an endless device": (lambda root: (root / "zero.yaml").symlink_to("/dev/zero"), ""),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_to_be_a_file_here_is_made(tmp_path: Path, name: str) -> None:
    """Huge, deep, long and odd files are told of (or passed over) at once, and never read whole into memory."""
    make, code = LARGE[name]
    codes = spoil(tmp_path, make)
    assert set(codes) == ({code} if code else set())


def test_an_option_a_backend_must_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend whose type needs an option that is not written is found at the backend."""
    server = Option("server", "text", "Where it is.", required=True)
    fake = SimpleNamespace(type="sim", options=(server,), secrets=(), capabilities=lambda _: Capabilities())
    monkeypatch.setattr(wiring, "factory", lambda _: fake)
    found = validate(HERE / "sound")[1]
    assert lines(found) == ["campaign.yaml:7:22 error missing-backend-option"]
    assert found[0].code == "missing-backend-option"


def test_a_file_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission is a finding, not a traceback."""
    read = sources.read

    def refuse(path: Path) -> bytes:
        if path.name == "locked.yaml":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return read(path)

    monkeypatch.setattr(sources, "read", refuse)
    assert spoil(tmp_path, lambda root: (root / "locked.yaml").write_text("users: {}\n") and None) == ("unreadable-file",)
