"""Asterisk over a real PostgreSQL, against bare SQL in the same run.

    python bench/asterisk_cluster.py [--lines 20000] [--nodes 1] [--quick]

    b   2,000 new users, as an apply sends them / one bare COPY of the same rows (records, endpoints, AORs, auths) in one transaction.
        Beside it, as nobody has those users without: the same / that COPY and bare pipelined DBPut of what each node keeps for
        itself (extensions, caller IDs, 911).
        The part of PostgreSQL alone, without image and nodes: asterisk_sql.py
    d   observe of 20,000 lines / bare SELECT of the same rows as dictionaries, and DBGetTree of the maps

In turn, nine times (d: three); ratios are medians of the ratios of neighbours, seconds medians.
PostgreSQL is started by the bench, with fsync.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from math import inf
from pathlib import Path
from typing import Any

import psycopg
from asterisk_machine import emptied, held, over, people, puts, settle, timed, write
from common import Held, verdict
from psycopg.rows import dict_row

from campctl.app.wiring import SystemClock
from campctl.backends.asterisk import factory
from campctl.backends.asterisk.ami import db_tree
from campctl.backends.asterisk.sql.schema import TABLES
from campctl.model.campaign import BackendSpec
from campctl.ports.backend import BackendEnv
from campctl.testing.samples import FOUNDATION, create

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from servers.cluster import Cluster, cluster
from servers.postgres import make

MAPS = ("ext", "did", "cid", "e911")
Rows = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]


def opened(made: Cluster) -> Any:
    """A connection that takes any number of lines."""
    secrets = {"password": next(iter(made.nodes.values())).password, "database_password": made.place.password}
    options = made.options(max_lines=1_000_000, max_members=1_000_000)
    return factory.open(BackendSpec("bench", "asterisk", options), BackendEnv(Path("/"), SystemClock(), secrets.__getitem__))


def rows_there(made: Cluster) -> Rows:
    """By table: its columns in which anything stands, and their values."""
    found: Rows = {}
    for table in TABLES.values():
        columns = (table.key, *table.columns, *table.secret)
        all_rows = made.place.sql(f"SELECT {', '.join(columns)} FROM {table.name}")
        used = [n for n in range(len(columns)) if any(row[n] is not None for row in all_rows)]
        found[table.name] = (tuple(columns[n] for n in used), [tuple(row[n] for n in used) for row in all_rows])
    return found


def truncate(made: Cluster) -> None:
    """No row."""
    made.place.sql(f"TRUNCATE {', '.join(table.name for table in TABLES.values())}")


async def copied(connection: Any, rows: Rows) -> None:
    """Bare: one transaction, one COPY a table."""
    async with connection.transaction(), connection.cursor() as cursor:
        for table, (columns, lines) in rows.items():
            async with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for line in lines:
                    await copy.write_row(line)


async def writing(made: Cluster, count: int, runs: int) -> list[Held]:
    """b."""
    ours, bare, both = [], [], []
    wanted = people(count)
    for _ in range(runs):
        backend = opened(made)
        await backend.observe()
        amis = [node.ami for node in backend.ground.nodes]
        for ami in amis:
            await emptied(ami)
        truncate(made)
        await backend.execute([create(resource) for resource in FOUNDATION])
        ours.append(await timed(lambda backend=backend: write(backend, wanted)))  # type: ignore[misc]
        rows = rows_there(made)
        maps = await puts(amis[0], MAPS)
        async with await psycopg.AsyncConnection.connect(made.place.url, password=made.place.password) as connection:
            truncate(made)
            bare.append(await timed(lambda connection=connection, rows=rows: copied(connection, rows)))  # type: ignore[misc]
            truncate(made)
            for ami in amis:
                await emptied(ami)

            async def everything(connection: Any = connection, rows: Rows = rows, amis: Any = amis, maps: Any = maps) -> None:
                await copied(connection, rows)
                await asyncio.gather(*(ami.many(maps) for ami in amis))

            both.append(await timed(everything))
        await backend.close()
    return [
        held(f"b  {count:,} users, all / one bare COPY of their rows", 3, over(ours, bare, 0)),
        held("b  the same / bare COPY and bare DBPut of all that is written", 3, over(ours, both, 0)),
        held("b  all in CPU of campctl / that of COPY", inf, over(ours, bare, 1)),
    ]


async def looking(made: Cluster, count: int) -> list[Held]:
    """d."""
    backend = opened(made)
    await backend.observe()
    amis = [node.ami for node in backend.ground.nodes]
    for ami in amis:
        await emptied(ami)
    truncate(made)
    await backend.execute([create(resource) for resource in FOUNDATION])
    await write(backend, people(count))
    for ami in amis:
        await ami.ask("DBDelTree", {"Family": "campctl/unknown"})  # nobody is to reload for lines no phone is ever at
    looker = opened(made)
    columns = {table: columns for table, (columns, _) in rows_there(made).items()}

    connection = await psycopg.AsyncConnection.connect(made.place.url, password=made.place.password, row_factory=dict_row)

    async def bare() -> None:
        for table, names in columns.items():
            cursor = await connection.execute(f"SELECT {', '.join(names)} FROM {table}".encode())
            await cursor.fetchall()
        await asyncio.gather(*(db_tree(ami, family) for ami in amis for family in MAPS))

    ours, theirs = [], []
    await looker.observe()
    for _ in range(3):
        ours.append(await timed(looker.observe))
        theirs.append(await timed(bare))
    checks = []
    for _ in range(20):
        began = time.perf_counter()
        await looker.ground.state()
        checks.append(time.perf_counter() - began)
    await connection.close()
    await looker.close()
    await backend.close()
    print(f"d  whether an earlier look is still true: {statistics.median(checks) * 1000:.2f} ms")
    return [held(f"d  observe of {count:,} lines / bare SELECT and DBGetTree", 2, over(ours, theirs, 0))]


def run(count: int, lines: int, runs: int, nodes: int = 1) -> list[Held]:
    """Both."""
    settle()
    server = make(durable=True)
    try:
        with cluster(server, nodes) as made:
            return [*asyncio.run(writing(made, count, runs)), *asyncio.run(looking(made, lines))]
    finally:
        server.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    return verdict(run(200, 1000, 2, given.nodes) if given.quick else run(2000, given.lines, 9, given.nodes))


if __name__ == "__main__":
    sys.exit(main())
