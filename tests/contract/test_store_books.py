"""The store's contract about runbooks: runs, their journal, and the one process that follows each; on every implementation."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from campctl.errors import LockHeld, LockLost, NotFound, StoreError
from campctl.model.runbooks import BookEntry, BookRun
from campctl.ports.store import Store
from campctl.testing import FakeClock
from contract.test_store import NOW, Open, carry_away, child, clock, end, holder, opened, store, url  # noqa: F401 - the fixtures of that suite


def run(run_id: str = "b1", **fields: object) -> BookRun:
    made = BookRun(
        id=run_id, book="debate", name="Debate night", started=NOW, author="ann", command="campctl runbook run debate", digest="d1"
    )
    return msgspec.structs.replace(made, **fields)


def entry(step: str, state: str = "begun", **fields: object) -> BookEntry:
    return msgspec.structs.replace(BookEntry(run="b1", step=step, state=state, at=NOW, who="ann"), **fields)  # type: ignore[arg-type]


def test_a_run_is_kept_as_it_was_written(opened: Open) -> None:  # noqa: F811
    """Everything of a run and its journal comes back from another process's point of view, exotic text too."""
    begun = run(name="Debatte: \u00fc\u00e4\u202e", program=b'{"steps":[]}\x00\xff')
    opened().begin_book(begun)
    written = entry("more", "done", role="shift-lead", attempt=2, took=1.25, code=0, detail="as \x00 it was", output="line\n\x1b[0m\ud800")
    number = opened().record_book(written)
    again = opened()
    assert again.book("b1") == begun
    (read,) = again.book_entries("b1")
    assert (read.seq, read.took, read.code, read.attempt, read.role) == (number, 1.25, 0, 2, "shift-lead")
    assert read.detail == "as \\0 it was"
    assert read.output == "line\n\x1b[0m\\ud800"


def test_runs_by_prefix_and_newest_first(store: Store) -> None:  # noqa: F811
    """A run is found by an unambiguous beginning of its id; lists are newest first, without programs."""
    for name in ("20261001-a", "20261001-b", "20261002-c"):
        store.begin_book(run(name, program=b"x"))
    assert store.book("20261002").id == "20261002-c"
    assert [(one.id, one.program) for one in store.books(2)] == [("20261002-c", b""), ("20261001-b", b"")]
    for wrong in ("2026", "", "nope"):
        with pytest.raises(NotFound):
            store.book(wrong)
    with pytest.raises(StoreError, match="already a run"):
        store.begin_book(run("20261001-a"))


def test_a_run_ends(store: Store) -> None:  # noqa: F811
    """Status, end, digest and program are replaced; a run that is not there cannot end, nor be written about."""
    store.begin_book(run())
    done = run(status="done", ended=NOW + timedelta(hours=1), digest="d2", program=b"new")
    store.update_book(done)
    assert store.book("b1") == done
    with pytest.raises(NotFound):
        store.update_book(run("b2"))
    with pytest.raises(NotFound):
        store.record_book(entry("x", run="b2"))


def test_the_journal_can_be_followed(store: Store) -> None:  # noqa: F811
    """Lines come in the order of writing, and only those after a number when asked so."""
    store.begin_book(run())
    store.begin_book(run("b2"))
    first = store.record_book(entry("one"))
    store.record_book(entry("other", run="b2"))
    second = store.record_book(entry("one", "done"))
    assert [(one.seq, one.state) for one in store.book_entries("b1")] == [(first, "begun"), (second, "done")]
    assert [one.seq for one in store.book_entries("b1", after=first)] == [second]


def test_one_process_follows_a_run(opened: Open) -> None:  # noqa: F811
    """A second process is refused by name, may read and confirm, and takes over once the first has left."""
    first, second = opened(), opened()
    first.begin_book(run())
    first.follow_book("b1", holder("t1"), 30)
    with pytest.raises(LockHeld, match="ann") as refused:
        second.follow_book("b1", holder("t2", who="bo", host="elsewhere"), 30)
    assert "--follow" in refused.value.hint
    assert second.book_is_followed("b1", "elsewhere", 30)
    second.record_book(entry("told", "confirmed", who="bo", role="shift-lead"))
    assert first.beat_book("t1", NOW)
    first.leave_book("t1")
    assert second.book_follower("b1") is None
    second.follow_book("b1", holder("t2", who="bo"), 30)
    with pytest.raises(LockLost, match="bo"):
        first.record_book(entry("one"), token="t1")
    assert not first.beat_book("t1", NOW)
    assert [one.state for one in second.book_entries("b1")] == ["confirmed"]


def test_runs_are_followed_apart(store: Store) -> None:  # noqa: F811
    """Two runs have a follower each."""
    store.begin_book(run())
    store.begin_book(run("b2"))
    store.follow_book("b1", holder("t1"), 30)
    store.follow_book("b2", holder("t2"), 30)
    assert store.record_book(entry("x"), token="t1") < store.record_book(entry("y", run="b2"), token="t2")


def test_a_dead_follower_is_taken_over_from(opened: Open, tmp_path: Path, url: str, clock: FakeClock) -> None:  # noqa: F811
    """A process of this host that is gone loses its run at once; one of another host after its time."""
    store_ = opened()
    store_.begin_book(run())
    process = child("print(os.getpid(), flush=True); sys.stdin.read()", tmp_path, url)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    store_.follow_book("b1", holder("t1", pid=pid), 30)
    with pytest.raises(LockHeld):
        store_.follow_book("b1", holder("t2", pid=os.getpid()), 30)
    end(process)
    store_.follow_book("b1", holder("t2"), 30)
    store_.leave_book("t2")
    store_.follow_book("b1", holder("t3", host="elsewhere"), 30)
    with pytest.raises(LockHeld):
        store_.follow_book("b1", holder("t4"), 30)
    clock.advance(31)
    store_.follow_book("b1", holder("t4", beat=clock.now(), since=clock.now()), 30)
    assert not store_.beat_book("t3", clock.now())


def test_a_clock_set_back_does_not_keep_a_run_for_ever(opened: Open, clock: FakeClock) -> None:  # noqa: F811
    """A beat in the future counts as one of now: after its time a silent follower is taken over from all the same."""
    store_ = opened()
    store_.begin_book(run())
    ahead = NOW + timedelta(hours=5)
    store_.follow_book("b1", holder("t1", host="elsewhere", beat=ahead, since=ahead), 30)
    with pytest.raises(LockHeld):
        store_.follow_book("b1", holder("t2"), 30)
    clock.advance(31)
    store_.follow_book("b1", holder("t2", beat=clock.now()), 30)


def test_records_that_were_carried_away_meanwhile(opened: Open) -> None:  # noqa: F811
    """A run that is followed while its store is left behind writes nothing more there; it is gone on with where the records are."""
    following = opened()
    following.begin_book(run())
    following.follow_book("b1", holder("t1"), 30)
    carry_away(opened())
    for attempt in (
        lambda: following.record_book(entry("more"), "t1"),
        lambda: following.begin_book(run("b2")),
        lambda: following.follow_book("b1", holder("t1"), 30),
    ):
        with pytest.raises(StoreError, match="carried to another store"):
            attempt()
    assert following.book_entries("b1") == []
