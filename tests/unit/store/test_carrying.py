"""Records carried from one store to another: whole, compared, refused where they would mix, and safe to stop anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campctl.errors import AuditBroken, StoreError
from campctl.model.records import AuditEntry, Holder, JournalEntry, Override, Owned, Run
from campctl.model.resources import Key, Line, key_of
from campctl.store import Carrying, open_store
from campctl.store.postgres import PostgreSQL
from campctl.store.sqlite import SQLite
from campctl.store.store import SqlStore
from campctl.testing import FakeClock
from servers.postgres import Place

pytestmark = pytest.mark.live

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
CLOCK = FakeClock(NOW)
SAID = AuditEntry(at=NOW, who="ann", what="store migrate")
FILE = ""


class Killed(BaseException):
    """The process ends here."""


class Ends:
    """A campaign's folder and a database."""

    def __init__(self, root: Path, place: Place) -> None:
        self.root = root
        self.place = place
        self.schema = "campctl"

    @property
    def url(self) -> str:
        return f"{self.place.url}?schema={self.schema}"

    def open(self, url: str, **options: Any) -> SqlStore:
        return open_store(self.root, url, clock=CLOCK, password=lambda _: self.place.password, campaign="Ohio", **options)

    def carry(self, url: str, to: str, *, campaign: str = "Ohio") -> dict[str, int]:
        carrying = Carrying(self.root, url, to, clock=CLOCK, campaign=campaign, password=lambda _: self.place.password)
        try:
            return carrying.carry(SAID)
        finally:
            with suppress(StoreError, sqlite3.Error):
                carrying.close()

    def fill(self, url: str, runs: int = 3) -> None:
        with self.open(url) as store:
            for number in range(runs):
                name = f"r{number}"
                store.begin_run(Run(id=name, started=NOW, author="Zoë", command="campctl apply", plan=bytes(range(256)) * 10))
                line = Line(id=f"user/u{number}", extension=f"30{number:02}", name="أمل 🗳")
                entries = [JournalEntry(run=name, change=f"c{n}", state="pending", at=NOW, error="“¿?” \x1b") for n in range(5)]
                store.record(entries, [Owned("local", key_of(line), line, name)])
                store.append_audit(AuditEntry(at=NOW, who="ann", what=f"apply {number}"))
            store.finish_run(Run(id="r0", started=NOW, author="Zoë", command="campctl apply", status="done", ended=NOW))
            store.add_overrides([Override(id="o1", kind="port", subject="hq/a001", author="ann", reason="—", start=NOW, lit=True)])

    def content(self, url: str) -> dict[str, Any]:
        with self.open(url) as store:
            assert store.check() == []
            store.verify_audit()
            return {
                "runs": [store.run(one.id) for one in store.runs()],
                "journal": [store.journal(one.id) for one in store.runs()],
                "owned": dict(store.owned("local")),
                "overrides": list(store.overrides()),
                "audit": [entry for entry in store.audit() if entry.what != SAID.what],
            }


@pytest.fixture
def ends(tmp_path: Path, postgres: Place) -> Ends:
    return Ends(tmp_path, postgres)


@pytest.mark.parametrize("back", [False, True], ids=["to-the-server", "to-a-file"])
def test_everything_arrives(ends: Ends, back: bool) -> None:
    """Runs with their plans, journal, ownership, overrides and audit log, equal to the last byte; the act itself is audited there."""
    source, target = (ends.url, FILE) if back else (FILE, ends.url)
    ends.fill(source)
    before = ends.content(source)
    counts = ends.carry(source, target)
    assert counts == {"runs": 3, "journal": 15, "owned": 3, "overrides": 1, "alerts": 0, "books": 0, "book_journal": 0, "audit": 3}
    assert ends.content(target) == before
    with ends.open(target) as store:
        assert store.audit()[-1].what == "store migrate"
        assert store.verify_audit() == 4


def test_what_stays_behind_is_kept_and_refuses(ends: Ends) -> None:
    """Nobody writes to it by accident; the error says where the records are; the file is as it was."""
    ends.fill(FILE)
    ends.carry(FILE, ends.url)
    for options in ({}, {"create": False}, {"read_only": True}):
        with pytest.raises(StoreError, match="they were carried to postgresql://") as caught:
            ends.open(FILE, **options)
        assert "store migrate --to" in caught.value.hint
    with closing(SQLite.open(ends.root / ".campctl" / "store.db", read_only=True)) as left:
        assert len(left.execute("SELECT * FROM journal")) == 15


def test_there_and_back_again(ends: Ends) -> None:
    """A file whose records went away gives way to their return, under another name."""
    ends.fill(FILE)
    before = ends.content(FILE)
    ends.carry(FILE, ends.url)
    ends.carry(ends.url, FILE)
    assert ends.content(FILE) == before
    assert [path.name for path in (ends.root / ".campctl").glob("store.db.gone-*")] == ["store.db.gone-20261001-120000"]
    with pytest.raises(StoreError, match="were carried away from there"):
        ends.carry(FILE, ends.url)
    ends.schema = "second"
    ends.carry(FILE, ends.url)
    assert ends.content(ends.url) == before


def test_two_that_carry_to_the_same_place_at_once(ends: Ends) -> None:
    """Both began while the records were in the server: who comes second is refused the lock, and what the first carried is left alone."""
    ends.fill(FILE)
    before = ends.content(FILE)
    ends.carry(FILE, ends.url)
    first, second = (
        Carrying(ends.root, ends.url, FILE, clock=CLOCK, campaign="Ohio", password=lambda _: ends.place.password) for _ in range(2)
    )
    with closing(first), closing(second):
        first.carry(SAID)
        assert second.source is not None
        with pytest.raises(StoreError, match="carried to another store"):
            second.source.acquire(Holder(token="t", who="bo", host="h", pid=1, command="c", since=NOW, beat=NOW), 30)
    assert ends.content(FILE) == before
    assert len(list((ends.root / ".campctl").glob("store.db.gone-*"))) == 1


def test_nothing_to_carry(ends: Ends) -> None:
    """A campaign without a store yet: the new place is made, and that is all."""
    assert ends.carry(FILE, ends.url) == {}
    assert ends.content(ends.url)["runs"] == []
    assert not (ends.root / ".campctl").exists()


def test_a_place_that_is_not_empty_is_refused(ends: Ends) -> None:
    """Nothing of either is touched."""
    ends.fill(FILE)
    ends.fill(ends.url, runs=1)
    before = ends.content(FILE), ends.content(ends.url)
    with pytest.raises(StoreError, match="is not empty"):
        ends.carry(FILE, ends.url)
    assert (ends.content(FILE), ends.content(ends.url)) == before


def test_another_campaigns_place_is_refused(ends: Ends) -> None:
    """Also while that one is still empty."""
    ends.fill(FILE)
    open_store(ends.root, ends.url, clock=CLOCK, password=lambda _: ends.place.password, campaign="Iowa").close()
    with pytest.raises(StoreError, match="belongs to the campaign `Iowa`"):
        ends.carry(FILE, ends.url)
    assert len(ends.content(FILE)["runs"]) == 3


def test_a_broken_chain_is_not_carried(ends: Ends) -> None:
    """The log is verified before anything is written, so a fault is found where it was made."""
    ends.fill(FILE)
    with ends.open(FILE) as store:
        store._db.execute("UPDATE audit SET who = 'eve' WHERE seq = 2")
    with pytest.raises(AuditBroken, match="Entry 2"):
        ends.carry(FILE, ends.url)
    assert ends.place.sql("SELECT count(*) FROM campctl.runs") == [(0,)]
    with ends.open(FILE) as store:
        assert len(store.runs()) == 3


def test_what_reads_back_differently_is_not_kept(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that changes what it is given: nothing is left in it, and the source stays the one that counts."""
    ends.fill(FILE)
    whole = PostgreSQL.executemany

    def garbles(self: PostgreSQL, sql: str, rows: Any) -> None:
        whole(self, sql, [(*row[:-1], "x") if "INTO overrides" in sql else row for row in rows])

    monkeypatch.setattr(PostgreSQL, "executemany", garbles)
    with pytest.raises(StoreError, match="is not what was written"):
        ends.carry(FILE, ends.url)
    monkeypatch.undo()
    assert ends.place.sql("SELECT count(*) FROM campctl.runs") == [(0,)]
    assert len(ends.content(FILE)["runs"]) == 3


def acts(kinds: tuple[type[Any], ...], before: Callable[[], None]) -> Iterator[tuple[type[Any], str, Any]]:
    """Every way of asking a database for something, preceded by `before`."""
    for kind in kinds:
        for name in ("execute", "executemany", "transaction"):
            whole = getattr(kind, name)

            def asked(self: Any, *args: Any, _whole: Any = whole) -> Any:
                before()
                return _whole(self, *args)

            yield kind, name, asked


def stopped_at(number: int, ends: Ends, source: str, target: str) -> bool:
    """Carry, and die before the database is asked for the `number`-th time; False when it was finished before that."""
    count = 0

    def before() -> None:
        nonlocal count
        count += 1
        if count == number:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        for kind, name, asked in acts((SQLite, PostgreSQL), before):
            patch.setattr(kind, name, asked)
        try:
            ends.carry(source, target)
        except Killed:
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("back", [False, True], ids=["to-the-server", "to-a-file"])
def test_stopped_anywhere_it_is_finished_by_running_it_again(tmp_path: Path, postgres: Place, back: bool) -> None:
    """At every step: one of the two is in use and whole, never both, and the same command again carries everything."""
    for number in range(1 + 2 * back, 1000, 4):  # every fourth step, others in each direction
        ends = Ends(tmp_path / str(number), postgres)
        ends.schema = f"s{number}"
        source, target = (ends.url, FILE) if back else (FILE, ends.url)
        ends.fill(source, runs=1)
        before = ends.content(source)
        if not stopped_at(number, ends, source, target):
            break
        usable = []
        for url in (source, target):
            with suppress(StoreError):
                found = ends.content(url)
                usable += [url] if found["runs"] else []
        assert len(usable) <= 1, number
        if source in usable:  # it may have been used since
            with ends.open(source) as store:
                store.disown([("local", Key("line", "user/u0"))])
            before["owned"] = {}
        ends.carry(source, target)
        assert ends.content(target) == before, number
        with pytest.raises(StoreError, match="carried"):
            ends.open(source)
    assert number > 20
