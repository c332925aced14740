"""Whoever looks at a run while it begins or ends sees what it is, and all of it."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from campctl.app.running_books_rows import BookRows
from campctl.app.running_books_status import runs, status, watch
from campctl.model.records import Holder
from campctl.model.runbooks import BookEntry, BookRun, Program
from campctl.ports.store import Store
from campctl.runbook.engine import Stop
from campctl.store import open_store
from campctl.testing import FakeClock

CLOCK = FakeClock()
PROGRAM = Program(
    file="tonight.yaml", name="Tonight", about="", zone="UTC", day="", roles={}, variables={}, secrets={}, steps=(), sources={}, digest="",
)  # fmt: skip
BOOK = BookRun(
    id="b1", book="tonight", name="Tonight", started=CLOCK.now(), author="ann", command="", digest="", program=msgspec.json.encode(PROGRAM)
)
SELF = Holder(token="t", who="ann", host=socket.gethostname(), pid=os.getpid(), command="", since=CLOCK.now(), beat=CLOCK.now())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a run that this process follows."""
    with open_store(tmp_path, clock=CLOCK) as made:
        made.follow_book("b1", SELF, 30)
        made.begin_book(BOOK)
        yield made


def ends(store: Store) -> None:
    """As a run's process ends it: the last line, how it ended, and nobody follows it any more."""
    store.record_book(BookEntry(run="b1", step="", state="ended", at=CLOCK.now(), who="ann", detail="done"), "t")
    store.update_book(msgspec.structs.replace(BOOK, status="done", ended=CLOCK.now()))
    store.leave_book("t")


def once_before(patch: pytest.MonkeyPatch, store: Store, name: str, time: int = 1) -> None:
    """The run ends just before the store is asked for this for the first time, or another."""
    usual, times = getattr(store, name), itertools.count(1)

    def asked(*given: Any) -> Any:
        if next(times) == time:
            patch.setattr(store, name, usual)
            ends(store)
        return usual(*given)

    patch.setattr(store, name, asked)


def test_a_run_that_ends_while_it_is_looked_at_was_not_interrupted(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was running when it was looked up, and is followed no more a moment later: done, whoever asks."""
    ctx: Any = SimpleNamespace(store=lambda: store, clock=CLOCK, root=tmp_path)
    looks = (lambda: status(ctx, "b1").run.status, lambda: runs(ctx, 5).rows[0]["status"], lambda: BookRows(ctx).look().rows[0].state)
    for look in looks:
        once_before(monkeypatch, store, "book_is_followed")
        assert look() == "done"
        store.update_book(BOOK)
        store.follow_book("b1", SELF, 30)


@pytest.mark.parametrize("time", [1, 2, 3])
@pytest.mark.parametrize("between", ["book_entries", "book", "book_is_followed", "book_follower"])
def test_whoever_watches_hears_the_last_line(store: Store, monkeypatch: pytest.MonkeyPatch, between: str, time: int) -> None:
    """Whenever the run ends between two looks of a watcher, its last line is told, and it ended as it did."""
    ctx: Any = SimpleNamespace(store=lambda: store, clock=FakeClock())
    told: list[str] = []
    once_before(monkeypatch, store, between, time)
    report = asyncio.run(watch(ctx, "", lambda entry: told.append(entry.state), Stop()))
    assert (told, report.run.status) == (["ended"], "done")
