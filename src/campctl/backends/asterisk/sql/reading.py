"""Tables into facts, all as of one instant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from campctl.backends.asterisk.facts.native import Fact, Place, Value
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


async def read(connection: AsyncConnection[Any], facts: Collection[Fact]) -> tuple[int, dict[Fact, Value]]:
    """The generation and what there is of `facts`, in one snapshot."""
    asked: dict[Place, list[str]] = {}
    for fact in facts:
        asked.setdefault(fact.place, []).append(rows.encoded(fact.name))
    count, found = await _look(connection, {place: TABLES[place].columns for place in asked}, asked)
    return count, {Fact(place, name): value for place, values in found.items() for name, value in values.items()}


async def whole(connection: AsyncConnection[Any]) -> tuple[int, dict[Place, dict[str, Value]]]:
    """The generation and everything by place, in one snapshot."""
    return await _look(connection, None, {})


async def _look(
    connection: AsyncConnection[Any], used: dict[Place, tuple[str, ...]] | None, asked: Mapping[Place, list[str]]
) -> tuple[int, dict[Place, dict[str, Value]]]:
    """Of these places, or all, the rows that are `asked` for, or all."""
    await connection.execute(_BEGIN)
    if used is None:
        used = await _used(connection)
    async with connection.pipeline():
        count = await connection.execute(_GENERATION)
        cursors = {place: await _select(connection, TABLES[place], columns, asked.get(place)) for place, columns in used.items()}
        await connection.execute(b"COMMIT")
        row = await count.fetchone()
        # Each is taken in while PostgreSQL sends the next.
        found = {place: _gather(place, used[place], await cursor.fetchall()) for place, cursor in cursors.items()}
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
    """The key first for records, last for options."""
    where = "" if names is None else f" WHERE {table.key} = ANY(%b)"
    wanted = (table.key, *columns) if table is TABLES["record"] else (*columns, table.key)
    statement = f"SELECT {', '.join(wanted)} FROM {table.name}{where}"  # noqa: S608 - names of our own tables
    return await connection.execute(statement.encode(), None if names is None else (names,))


def _gather(place: Place, columns: tuple[str, ...], lines: list[tuple[Any, ...]]) -> dict[str, Value]:
    """Rows as values by name; the innermost loop, so what rarely happens is asked once for a whole row.

    AORs are much alike: one that is as the one before is the same value, which nobody changes in place.
    """
    if place == "record":
        return dict(lines)
    found: dict[str, Value] = {}
    alike: tuple[Any, ...] | None = None
    value: dict[str, str] = {}
    for line in lines:
        name = line[-1]
        if place == "aor":
            if line[:-1] == alike and "^" not in name:
                found[name] = value
                continue
            alike = line[:-1]
        value = dict(zip(columns, line, strict=False))
        if None in line:
            value = {key: cell for key, cell in zip(columns, line, strict=False) if cell is not None}
        if "^" in name or "^" in "".join(value.values()):
            value = {key: rows.decoded(cell) for key, cell in value.items()}
            name = rows.decoded(name)
        found[name] = value
    return found
