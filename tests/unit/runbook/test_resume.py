"""What other people do at that very moment: going on with a run, editing what is rehearsed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.app import running_books_rehearse as rehearsing
from campctl.app.context import Context
from campctl.app.running_books import Asked, Crew, resume, run
from campctl.app.running_books_hands import Desk
from campctl.cli.runbook_verbs import verbs
from campctl.errors import UsageError
from campctl.runbook.engine import Stop
from campctl.store.store import SqlStore

BOOK = "name: Tonight\nsteps:\n  - {id: one, note: One.}\n  - {id: two, note: Two.}\n"


def test_a_run_that_comes_to_its_end_as_it_is_resumed(root: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever followed it ended it after we looked: there is nothing to go on with, and nothing is taken back."""
    (root / "runbooks/tonight.yaml").write_text(BOOK)
    crew = Crew(verbs(), Desk(), Stop())
    with closing(ctx):
        begun = asyncio.run(run(ctx, "tonight", Asked(most=1), crew)).run  # type: ignore[union-attr]
        assert begun.status == "paused"
        usual = SqlStore.follow_book

        def late(store: SqlStore, *given: Any) -> None:
            store.update_book(replace(store.book(begun.id), status="done"))
            usual(store, *given)

        monkeypatch.setattr(SqlStore, "follow_book", late)
        with pytest.raises(UsageError, match="is done; there is nothing to go on with"):
            asyncio.run(resume(ctx, begun.id, Asked(roll_back="start"), crew))
        assert ctx.store().book_follower(begun.id) is None
        assert [entry.state for entry in ctx.store().book_entries(begun.id)][-1] == "paused"


def test_files_that_go_away_as_a_campaign_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor's files are there for a moment only: whether they were seen, or were about to be copied, the rest is copied."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("campaign.yaml", ".campaign.yaml.swp"):
        (source / name).write_text(name)
    usual = rehearsing._files

    def late(folder: Path) -> Iterator[Path]:
        yield from usual(folder)
        yield source / "4913"
        (source / ".campaign.yaml.swp").unlink()

    monkeypatch.setattr(rehearsing, "_files", late)
    rehearsing._copy(source, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["campaign.yaml"]
