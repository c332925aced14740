"""Tables into facts, all as of one instant."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from campctl.backends.asterisk.native import Fact, Place, Value
from campctl.backends.asterisk.sql import rows
from campctl.backends.asterisk.sql.schema import TABLES, Table

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_GENERATION = b"SELECT generation FROM campctl_state"


async def generation(connection: AsyncConnection[Any]) -> int:
    """Counts up with every write to any table."""
    cursor = await connection.execute(_GENERATION)
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def read(connection: AsyncConnection[Any], facts: Collection[Fact] | None = None) -> tuple[int, dict[Fact, Value]]:
    """The generation and everything, or what there is of `facts`, in one snapshot."""
    asked: dict[Place, list[str]] = {}
    for fact in facts or ():
        asked.setdefault(fact.place, []).append(rows.encoded(fact.name))
    places = TABLES if facts is None else asked
    used = {place: TABLES[place].columns for place in places}
    cursors: dict[Place, Any] = {}
    await connection.execute(_BEGIN)
    if facts is None:
        used = await _used(connection)
    async with connection.pipeline():
        count = await connection.execute(_GENERATION)
        for place in places:
            cursors[place] = await _select(connection, TABLES[place], used[place], None if facts is None else asked[place])
        await connection.execute(b"COMMIT")
    row = await count.fetchone()
    found: dict[Fact, Value] = {}
    for place, cursor in cursors.items():
        _gather(found, place, used[place], await cursor.fetchall())
    return (int(row[0]) if row else 0), found


async def _used(connection: AsyncConnection[Any]) -> dict[Place, tuple[str, ...]]:
    """The columns in which anything stands at all: most options are never given, and reading them costs as much."""
    cursors = []
    async with connection.pipeline():
        for place, table in TABLES.items():
            counts = ", ".join(f"bool_or({column} IS NOT NULL)" for column in table.columns)
            statement = f"SELECT {counts} FROM {table.name}"  # noqa: S608 - names of our own tables
            cursors.append((place, table, await connection.execute(statement.encode())))
    found: dict[Place, tuple[str, ...]] = {}
    for place, table, cursor in cursors:
        row = await cursor.fetchone()
        assert row is not None
        found[place] = tuple(column for column, used in zip(table.columns, row, strict=True) if used)
    return found


async def _select(connection: AsyncConnection[Any], table: Table, columns: tuple[str, ...], names: list[str] | None) -> Any:
    where = "" if names is None else f" WHERE {table.key} = ANY(%b)"
    statement = f"SELECT {', '.join((table.key, *columns))} FROM {table.name}{where}"  # noqa: S608 - names of our own tables
    return await connection.execute(statement.encode(), None if names is None else (names,))


def _gather(found: dict[Fact, Value], place: Place, columns: tuple[str, ...], lines: list[tuple[Any, ...]]) -> None:
    """Rows as facts; the innermost loop, so what rarely happens is asked once for a whole row."""
    make = tuple.__new__
    if place == "record":
        for name, value in lines:
            found[make(Fact, (place, name))] = value
        return
    for name, *cells in lines:
        value = dict(zip(columns, cells, strict=True))
        if None in cells:
            value = {key: cell for key, cell in value.items() if cell is not None}
        if "^" in "".join(value.values()):
            value = {key: rows.decoded(cell) for key, cell in value.items()}
        found[make(Fact, (place, rows.decoded(name) if "^" in name else name))] = value
