"""A small campaign with runbooks, and what `runbook lint` says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campctl.app.context import Context, open_campaign
from campctl.app.running_books_lint import Looked, look_through
from campctl.cli.runbook_verbs import verbs
from campctl.findings.docs import BASE
from campctl.testing import FakeClock

Look = Callable[..., Looked]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "campaign.yaml").write_text(BASE)
    (tmp_path / "runbooks").mkdir()
    return tmp_path


@pytest.fixture
def ctx(root: Path) -> Context:
    return open_campaign(root, environ={"CAMPCTL_USER": "tess"}, clock=FakeClock())


@pytest.fixture
def look(root: Path, ctx: Context) -> Look:
    """Write `runbooks/tonight.yaml` (and others) and look it through."""

    def call(text: str, given: dict[str, str] | None = None, *, strict: bool = True, **others: str) -> Looked:
        (root / "runbooks/tonight.yaml").write_text(text)
        for name, other in others.items():
            (root / f"runbooks/{name}.yaml").write_text(other)
        return look_through(ctx, verbs(), "tonight", given or {}, strict=strict)

    return call
