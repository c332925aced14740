"""All of a campaign's records, carried from one store to another; whatever is killed when, running it again finishes it.

    1  the source is given an id                       one commit in the source
    2  everything is copied, read back and compared,
       and marked "coming" from that id                one commit in the target; the source may not be written meanwhile
    3  the source is marked "gone" to the target       one commit in the source
    4  the target is no longer "coming"                one commit in the target

Until 3 the source is the one that counts, after it the target is; neither can be used by mistake in between, since both marks are
looked at whenever a store is opened (`marks.require_in_use`). A target that is "coming" from the same source is copied anew, since
the source may have been used after 2. What stays behind is kept as it was. Not carried
are the rows of lock and leader: whoever carries holds the one, and an autopilot begins anew in the other place.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple

from campctl.errors import StoreError
from campctl.model.records import AuditEntry
from campctl.ports.clock import Clock
from campctl.store.codec import instant
from campctl.store.database import Database, Row
from campctl.store.marks import marks, require_in_use, set_mark, unset_mark
from campctl.store.schema import Place
from campctl.store.store import SqlStore


class Table(NamedTuple):
    """What is carried of a table: its columns, of which the first `key` are its order, `page` rows at a time."""

    name: str
    columns: tuple[str, ...]
    key: int = 1
    page: int = 1000


TABLES: Final = (
    Table("runs", ("seq", "id", "started", "author", "command", "reason", "status", "ended", "undoes", "counts", "plan"), page=20),
    Table("journal", ("seq", "run", "change", "state", "at", "attempt", "error")),
    Table("owned", ("backend", "kind", "id", "value", "run"), key=3),
    Table("overrides", ("seq", "id", "value")),
    Table("alerts", ("seq", "id", "key", "open", "value")),
    Table("books", ("seq", "id", "book", "name", "started", "author", "command", "digest", "status", "ended", "program"), page=20),
    Table("book_journal", ("seq", "run", "step", "state", "at", "who", "role", "attempt", "took", "code", "detail", "output")),
    Table("audit", ("seq", "at", "who", "what", "why", "command", "result", "run", "prev", "hash")),
)
_HEAD: Final = "audit head"
"""The one row of `meta` that belongs to the records; the others are about the store."""


class End(NamedTuple):
    """One end of the way: `url` is what `store:` says for it."""

    database: Database
    place: Place
    url: str


def carry(source: End, target: End, *, clock: Clock, campaign: str, entry: AuditEntry) -> dict[str, int]:
    """Carry everything; how many rows of each table. `entry` is put into the target's audit log once it is the one that counts.

    StoreError: the target holds something else, what was read back is not what was written, or one of them cannot be used.
    """
    gone = marks(source.database).get("gone")
    if gone is not None:
        if gone["to"] != target.url:
            raise StoreError(
                f"The records are no longer in {source.place}: they were carried to {gone['to'] or 'the folder .campctl'}.",
                hint=f"Finish that first: campctl store migrate --to '{gone['to']}'",
            )
        counts = {table.name: _count(target.database, table.name) for table in TABLES}
    else:
        counts = _carry(source, target, clock, campaign)
    _declare(target, clock, campaign, entry)
    return counts


def _carry(source: End, target: End, clock: Clock, campaign: str) -> dict[str, int]:
    """Steps 1 to 3."""
    require_in_use(source.database, source.place, campaign)
    with source.database.transaction():
        id_ = marks(source.database).get("id") or secrets.token_hex(8)
        set_mark(source.database, "id", id_)
    with source.database.transaction():
        _take_the_time(source.database)
        SqlStore(source.database, clock).verify_audit()
        with target.database.transaction():
            _take_the_time(target.database)
            _make_room(target, id_, campaign)
            counts = {table.name: _copy(source.database, target.database, table) for table in TABLES}
            for row in source.database.execute("SELECT name, value FROM meta WHERE name = ?", (_HEAD,)):
                target.database.execute("INSERT INTO meta (name, value) VALUES (?, ?)", row)
            _compare(source, target)
            SqlStore(target.database, clock).verify_audit()
            set_mark(target.database, "coming", {"id": id_, "at": instant(clock.now())})
        set_mark(source.database, "gone", {"to": target.url, "at": instant(clock.now())})
    return counts


def _make_room(target: End, id_: str, campaign: str) -> None:
    """See that the target is empty, or an unfinished copy of the same source, which is cleared."""
    found = marks(target.database)
    if "gone" in found:
        raise StoreError(
            f"{target.place} holds records that were carried away from there on {found['gone']['at'][:10]}; they are kept.",
            hint="Name another schema (`?schema=NAME`), or drop that one if nobody needs it any more.",
        )
    whose = found.get("campaign")
    if whose and whose != campaign:
        raise StoreError(
            f"{target.place} belongs to the campaign `{whose}`. Nothing was written.",
            hint="Name a schema of this campaign's own: add `?schema=NAME` to the URL.",
        )
    if found.get("coming", {}).get("id") == id_:
        for table in (*(table.name for table in reversed(TABLES)), "meta", "lock", "leader", "notes"):
            target.database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        return
    if "coming" in found or any(_count(target.database, table.name) for table in TABLES):
        raise StoreError(
            f"{target.place} is not empty: it holds another campaign's records, or an earlier copy. Nothing was written.",
            hint="Name an empty place: another `?schema=NAME`, another folder. To use what is there, let `store:` in campaign.yaml say so.",
        )


def _declare(target: End, clock: Clock, campaign: str, entry: AuditEntry) -> None:
    """Step 4; nothing when it was done before."""
    with target.database.transaction():
        if "coming" in marks(target.database):
            unset_mark(target.database, "coming")
            SqlStore(target.database, clock).append_audit(entry)
        set_mark(target.database, "campaign", campaign)


def _pages(database: Database, table: Table) -> Iterator[list[Row]]:
    names, order = ", ".join(table.columns), ", ".join(table.columns[: table.key])
    after: Row = ()
    while True:
        beyond = f"WHERE ({order}) > ({', '.join('?' * table.key)})" if after else ""
        # Every name is of the table above.
        rows = database.execute(f"SELECT {names} FROM {table.name} {beyond} ORDER BY {order} LIMIT ?", (*after, table.page))  # noqa: S608
        if rows:
            yield rows
        if len(rows) < table.page:
            return
        after = rows[-1][: table.key]


def _copy(source: Database, target: Database, table: Table) -> int:
    marks_ = ", ".join("?" * len(table.columns))
    insert = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks_})"  # noqa: S608 - names of ours
    count = 0
    for rows in _pages(source, table):
        target.executemany(insert, rows)
        count += len(rows)
    return count


def _compare(source: End, target: End) -> None:
    """What was written is read back and must be the same, row by row."""
    for table in TABLES:
        for there, here in zip_longest(_pages(source.database, table), _pages(target.database, table)):
            if there != here:
                raise StoreError(
                    f"What was read back from {target.place} is not what was written (table {table.name}). Nothing was changed; "
                    f"{source.place} is as it was.",
                    hint="Please report this: it is a fault in campctl, or of that database.",
                )


def _take_the_time(database: Database) -> None:
    """Within a transaction: a server shall not take us for asleep while the other end is at work."""
    if database.shared:
        database.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _count(database: Database, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - names of ours


def set_aside(path: Path, clock: Clock) -> None:
    """Give a file whose records are gone another name, so that there is room for their return."""
    stamp = f"{clock.now():%Y%m%d-%H%M%S}"
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if name.exists():
            name.rename(name.with_name(name.name.replace(path.name, f"{path.name}.gone-{stamp}", 1)))
