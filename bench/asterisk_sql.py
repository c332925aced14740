"""Facts of a cluster in a real PostgreSQL, against the bare way to move the same rows, in the same run.

    python bench/asterisk_sql.py [PEOPLE] [LINES]

write: PEOPLE (2,000) onto empty tables, in one transaction with lock, look at what is there, secrets and count of writes,
against one bare COPY of the same rows and COMMIT. read: LINES (20,000) as facts, against SELECT * of the same tables as
dictionaries. Medians of five, after one run for warming up. Limits: 3 and 2.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from campctl.backends.asterisk.facts.directory import Directory
from campctl.backends.asterisk.facts.native import Fact, Value, Write
from campctl.backends.asterisk.facts.render import render
from campctl.backends.asterisk.shelves.astdb import with_secret
from campctl.backends.asterisk.sql import SqlShelf, parse, schema
from campctl.backends.asterisk.sql.link import Access
from campctl.model.resources import Key, Line
from servers.postgres import make

RUNS = 5


def facts(count: int) -> dict[Fact, Value]:
    """What so many people are in PostgreSQL: a record and three rows each."""
    names = Directory()
    names.learn(Key("location", "chicago-hq"), "loc-chicago-hq")
    found: dict[Fact, Value] = {}
    for n in range(count):
        line = Line(f"user/person{n:05}", str(10_000 + n), f"Person {n}", "+13125550100", "chicago-hq", "national")
        found |= render(line, f"person{n:05}", names)
    return {fact: value for fact, value in found.items() if fact.place in schema.TABLES}


def bare(wanted: dict[Fact, Value]) -> dict[str, tuple[str, list[tuple[Any, ...]]]]:
    """The same as rows ready to be copied, by table: columns and rows."""
    found: dict[str, tuple[str, list[tuple[Any, ...]]]] = {}
    for fact, value in wanted.items():
        table = schema.TABLES[fact.place]
        row = {table.key: fact.name, "value": value} if isinstance(value, str) else {table.key: fact.name, **value}  # type: ignore[dict-item]
        if fact.place == "auth":
            row = {table.key: fact.name, **with_secret(dict(value), fact.name, None)}  # type: ignore[arg-type]
        found.setdefault(table.name, (", ".join(row), []))[1].append(tuple(row.values()))
    return found


def timed(work: Callable[[], Any], before: Callable[[], Any] = lambda: None) -> float:
    times = []
    for _ in range(RUNS + 1):
        before()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def main() -> None:
    people, lines = (int(word) for word in (*sys.argv[1:], *("2000", "20000")[len(sys.argv) - 1 :]))
    server = make(durable=True)
    name = server.create()
    shelf = SqlShelf(Access(parse(f"{server.url_of(name)}?sslmode=disable"), "bench", lambda: server.password))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(shelf.read())
    connection = psycopg.connect(f"{server.url_of(name)}?sslmode=disable", password=server.password)
    tables = ", ".join(table.name for table in schema.TABLES.values())

    def empty() -> None:
        connection.execute(f"TRUNCATE {tables}")
        connection.commit()

    def copy() -> None:
        with connection.cursor() as cursor:
            for table, (columns, rows) in ready.items():
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as to:
                    for row in rows:
                        to.write_row(row)
        connection.commit()

    def select() -> None:
        for table in schema.TABLES.values():
            cursor = connection.execute(f"SELECT * FROM {table.name}")
            names = [column.name for column in cursor.description or ()]
            found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
            assert len(found) == lines
        connection.commit()

    wanted = facts(people)
    writes, ready = [Write(fact, value) for fact, value in wanted.items()], bare(wanted)
    slow, quick = timed(lambda: loop.run_until_complete(shelf.write(writes)), empty), timed(copy, empty)
    print(f"write {people:,} people: {slow * 1000:.0f} ms, bare COPY {quick * 1000:.0f} ms, {slow / quick:.2f} x (at most 3)")
    again = timed(lambda: loop.run_until_complete(shelf.write(writes)))
    print(f"write them again: {again * 1000:.0f} ms")
    empty()
    wanted = facts(lines)
    loop.run_until_complete(shelf.write([Write(fact, value) for fact, value in wanted.items()]))
    slow, quick = timed(lambda: loop.run_until_complete(shelf.read())), timed(select)
    print(f"read {lines:,} lines: {slow * 1000:.0f} ms, bare SELECT {quick * 1000:.0f} ms, {slow / quick:.2f} x (at most 2)")

    async def one() -> None:
        async with shelf.exclusive():
            await shelf.write(writes[:4])

    print(f"one person, alone under the lock: {timed(lambda: loop.run_until_complete(one())) * 1000:.1f} ms")
    print(f"is an earlier look still true: {timed(lambda: loop.run_until_complete(shelf.stamp())) * 1000:.2f} ms")
    loop.run_until_complete(shelf.close())
    loop.close()
    connection.close()
    server.close()


if __name__ == "__main__":
    main()
