"""Facts into tables, inside a transaction that somebody else began and will end.

New rows go by COPY, which takes a third of the time of INSERT ... ON CONFLICT; rows that are there already are changed
from arrays. What is there is asked first, while campctl's lock keeps other writers away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct

from campctl.backends.asterisk.facts.native import Fact, Place, Value, Write
from campctl.backends.asterisk.facts.render import REALM
from campctl.backends.asterisk.shelves.astdb import auth_row, with_new_secrets, with_secret
from campctl.backends.asterisk.sql import rows
from campctl.backends.asterisk.sql.schema import TABLES, Table

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_CELL, _NULL = "\x01", "\x02"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


Wanted = Mapping[Place, Mapping[str, Value | None]]
"""What each fact shall hold in the end, by place."""
Ready = Mapping[Place, list[rows.Sheet]]
"""The same as it goes to PostgreSQL where none of it is there yet; without places in which something is odd."""


def latest(writes: Sequence[Write]) -> dict[Place, dict[str, Value | None]]:
    """What each fact shall hold in the end, by place."""
    found: dict[Place, dict[str, Value | None]] = {}
    last: Place | None = None
    values: dict[str, Value | None] = {}
    for (place, name), value in writes:
        if place is not last:
            last, values = place, found.setdefault(place, {})
        values[name] = value
    return found


def without(wanted: Wanted, refused: Collection[Fact]) -> Wanted:
    """The same without what was refused."""
    left = {place: {name: value for name, value in values.items() if (place, name) not in refused} for place, values in wanted.items()}
    return {place: values for place, values in left.items() if values}


class Sheets(Struct, frozen=True):
    """What is to be written, made ready.

    refused: what cannot be kept at all, with why; it is not in `wanted`. new: as far as campctl knows there is nothing of it yet.
    """

    wanted: Wanted
    ready: Ready = {}
    refused: dict[Fact, str] = {}
    new: bool = False

    @classmethod
    def of(cls, wanted: Wanted, *, new: bool = False) -> Sheets:
        """Made ready."""
        ready, refused = prepared(wanted)
        return cls(without(wanted, refused), {}, refused, new) if refused else cls(wanted, ready, new=new)

    def joined(self, other: Sheets) -> Sheets:
        """These, and those of other places."""
        return Sheets({**self.wanted, **other.wanted}, {**self.ready, **other.ready}, {**self.refused, **other.refused}, self.new)


def prepared(wanted: Wanted) -> tuple[Ready, dict[Fact, str]]:
    """What can be copied as it is, and why some of it cannot be written at all."""
    ready: dict[Place, list[rows.Sheet]] = {}
    wrong: dict[Fact, str] = {}
    for place, values in wanted.items():
        table = TABLES[place]
        new = {name: value for name, value in values.items() if value is not None}
        if place == "auth" and set(map(type, new.values())) <= {dict}:
            new = {**with_new_secrets(new)}
        if new and (found := rows.sheets(table, new)) is not None:
            ready[place] = found
            if len(new) == len(values):
                continue
        for name, value in values.items():
            why = rows.unwritable(table, name, value)
            if why is not None:
                wrong[Fact(place, name)] = why
    return ready, wrong


async def write(connection: AsyncConnection[Any], sheets: Sheets, there: Mapping[Place, Collection[str]]) -> None:
    """Make facts hold these values; `there`: which of them there are (`look`)."""
    wanted, ready = sheets.wanted, sheets.ready
    if (auths := wanted.get("auth")) and (there.get("auth") or "auth" not in ready):
        wanted = {**wanted, "auth": await _with_secrets(connection, auths, there.get("auth", ()))}
    rewritten: dict[Place, dict[str, Value]] = {}
    for place, values in wanted.items():
        table = TABLES[place]
        exists = there.get(place, ())
        if not exists and place in ready:
            await _copy(connection, table, ready[place])
            continue
        kept = {name: value for name, value in values.items() if value is not None}
        gone = [rows.encoded(name) for name in values if name not in kept and rows.encoded(name) in exists]
        if gone:
            statement = f"DELETE FROM {table.name} WHERE {table.key} = ANY(%s)"  # noqa: S608 - names of our own tables
            await connection.execute(statement.encode(), (gone,))
        fresh = {name: value for name, value in kept.items() if rows.encoded(name) not in exists}
        if fresh:
            columns, lines = _plain(place, fresh)
            await _copy(connection, table, [((table.key, *columns), copied(lines))])
        if len(fresh) < len(kept):
            rewritten[place] = {name: value for name, value in kept.items() if name not in fresh}
    for place, values_of in rewritten.items():
        await _update(connection, place, values_of)


async def look(connection: AsyncConnection[Any], wanted: Wanted) -> dict[Place, Any]:
    """Ask for the keys that exist, of those wanted; to be called in a pipeline, and its cursors read by `keys` after that."""
    cursors: dict[Place, Any] = {}
    for place, values in wanted.items():
        table = TABLES[place]
        source, names = _array([rows.encoded(name) for name in values])
        statement = f"SELECT {table.key} FROM {table.name} WHERE {table.key} = ANY({source})"  # noqa: S608 - names of our own tables
        cursors[place] = await connection.execute(statement.encode(), (names,))
    return cursors


async def keys(cursors: Mapping[Place, Any]) -> dict[Place, set[str]]:
    """What `look` found."""
    return {place: {row[0] for row in await cursor.fetchall()} for place, cursor in cursors.items()}


async def _with_secrets(
    connection: AsyncConnection[Any], wanted: Mapping[str, Value | None], there: Collection[str]
) -> dict[str, Value | None]:
    """Auths with the secret they had, while it fits them, or a new one that nobody knows."""
    before: dict[str, dict[str, str]] = {}
    if there:
        table = TABLES["auth"]
        columns = (*table.columns, *table.secret)
        statement = f"SELECT id, {', '.join(columns)} FROM ps_auths WHERE id = ANY(%s)"  # noqa: S608 - names of our own tables
        cursor = await connection.execute(statement.encode(), ([*there],))
        for name, *cells in await cursor.fetchall():
            found = zip(columns, cells, strict=True)
            before[rows.decoded(name)] = {column: rows.decoded(cell) for column, cell in found if cell is not None}
    return {
        name: with_secret(cast("Mapping[str, str]", value), name, before.get(name)) if value is not None else None
        for name, value in wanted.items()
    }


async def set_secrets(connection: AsyncConnection[Any], secrets: Mapping[str, str]) -> frozenset[str]:
    """Give auths new secrets; the names for which there is an auth. One statement, so all of it is done or nothing."""
    cursor = await connection.execute(b"SELECT id, username FROM ps_auths WHERE id = ANY(%s)", ([*map(rows.encoded, secrets)],))
    users = {rows.decoded(name): rows.decoded(user) if user else rows.decoded(name) for name, user in await cursor.fetchall()}
    cells = []
    for name, user in users.items():
        digest = auth_row({"username": user, "realm": REALM}, name, secrets[name])["password_digest"]
        cells.append((rows.encoded(name), rows.encoded(user), digest))
    if cells:
        names, logins, digests = (list(column) for column in zip(*cells, strict=True))
        await connection.execute(
            b"UPDATE ps_auths t SET auth_type = 'digest', username = v.username, realm = %s, password_digest = v.digest,"
            b" password = NULL, md5_cred = NULL"
            b" FROM unnest(%s::text[], %s::text[], %s::text[]) AS v(id, username, digest) WHERE t.id = v.id",
            (REALM, names, logins, digests),
        )
    return frozenset(users)


def _plain(place: Place, values: Mapping[str, Value]) -> tuple[tuple[str, ...], list[rows.Row]]:
    """Columns and rows of facts that have one row each."""
    table = TABLES[place]
    if place == "record":
        return table.columns, [(name, cast("str", value)) for name, value in values.items()]
    return rows.option_rows(table, cast("Mapping[str, Mapping[str, str]]", values))


async def _copy(connection: AsyncConnection[Any], table: Table, sheets: Sequence[rows.Sheet]) -> None:
    for columns, text in sheets:
        statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
        async with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            await copy.write(text)


def copied(lines: Sequence[rows.Row]) -> str:
    """Rows in COPY's text format, all at once: row by row takes longer than everything else together."""
    return "".join([_copied(line) for line in lines])


def _copied(line: rows.Row) -> str:
    if None not in line:
        text = "\t".join(cast("tuple[str, ...]", line))
        if text.count("\t") == len(line) - 1 and "\\" not in text and "\n" not in text and "\r" not in text:
            return f"{text}\n"
    return "\t".join(["\\N" if cell is None else cell.translate(_ESCAPES) for cell in line]) + "\n"


async def _update(connection: AsyncConnection[Any], place: Place, values: Mapping[str, Value]) -> None:
    """Whole rows: an option that is not given any more is NULL afterwards. Secrets stay."""
    table = TABLES[place]
    columns, lines = _plain(place, values)
    arrays = [_array(column) for column in zip(*lines, strict=True)]
    sets = [f"{column} = v.{column}" if column in columns else f"{column} = NULL" for column in (*table.columns, *table.secret)]
    source = ", ".join(expression for expression, _ in arrays)
    names = ", ".join((table.key, *columns))
    where = f"t.{table.key} = v.{table.key}"
    statement = f"UPDATE {table.name} t SET {', '.join(sets)} FROM unnest({source}) AS v({names}) WHERE {where}"  # noqa: S608 - names of our own tables
    await connection.execute(statement.encode(), [value for _, value in arrays])


def _array(cells: Sequence[str | None]) -> tuple[str, Any]:
    """An expression for an array of texts, and its parameter.

    One text that the server splits again is made in a fraction of the time of an array, cell by cell, in Python.
    """
    joined = _CELL.join([_NULL if cell is None else cell for cell in cells])
    if joined and joined.count(_CELL) == len(cells) - 1 and joined.count(_NULL) == cells.count(None):
        return "string_to_array(%s, chr(1), chr(2))", joined
    return "%b::text[]", list(cells)
