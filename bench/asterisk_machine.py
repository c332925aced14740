"""A real Asterisk with its own AstDB, against bare AMI in the same run: `python bench/asterisk_machine.py [LINES TO LOOK AT]`.

    a   2,000 new users with all their rows, four requests of 100 at once / the same rows by bare pipelined DBPut
    b   the same in CPU time of campctl's process
    c   observe of 20,000 lines / DBGetTree of the same families and parsing their JSON

Medians of five (c: three). Starts its own Asterisk; `scripts/asterisk-lab base` makes it once.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from campctl.app.wiring import SystemClock
from campctl.backends.asterisk import factory
from campctl.backends.asterisk.ami import Ami, Request, db_tree, put
from campctl.backends.asterisk.backend import AsteriskBackend
from campctl.model.campaign import BackendSpec
from campctl.model.resources import Line
from campctl.ports.backend import BackendEnv
from campctl.testing.samples import FOUNDATION, LOCATION, create

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from servers.asterisk import Asterisk, started

FAMILIES = ("campctl", "ps", "ext", "cid", "e911")


def opened(server: Asterisk) -> AsteriskBackend:
    """A connection that takes any number of lines."""
    options = {"host": server.host, "port": server.ami, "max_lines": 1_000_000}
    return factory.open(BackendSpec("bench", "asterisk", options), BackendEnv(Path("/"), SystemClock(), lambda _: server.password))


def people(count: int) -> list[Line]:
    """Users with a number of their own: seven rows each."""
    return [Line(f"user/u{n:05}", str(20_000 + n), f"Person {n}", f"+1217{n:07}", LOCATION.id) for n in range(count)]


async def write(backend: AsteriskBackend, wanted: list[Line]) -> None:
    """As an apply sends them."""
    todo = [[create(line) for line in wanted[start : start + 100]] for start in range(0, len(wanted), 100)]

    async def worker() -> None:
        while todo:
            assert all(outcome.error is None for outcome in await backend.execute(todo.pop(0)))

    await asyncio.gather(*(worker() for _ in range(backend.capabilities.concurrency)))


async def emptied(ami: Ami) -> None:
    """Nothing is there."""
    for family in FAMILIES:
        await ami.ask("DBDelTree", {"Family": family})


async def puts(ami: Ami) -> list[Request]:
    """What would write the rows that are there."""
    found = []
    for family in FAMILIES:
        for key, value in (await db_tree(ami, family)).items():
            kind, _, name = key.partition("/")
            found.append(put(f"ps/{kind}", name, value) if family == "ps" else put(family, key, value))
    return found


async def timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - wall, time.process_time() - cpu


async def writing(server: Asterisk) -> None:
    """a and b."""
    ours, bare = [], []
    wanted = people(2_000)
    for _ in range(5):
        backend = opened(server)
        ami = backend.ground.nodes[0].ami
        await emptied(ami)
        await backend.execute([create(resource) for resource in FOUNDATION])
        ours.append(await timed(lambda backend=backend: write(backend, wanted)))  # type: ignore[misc]
        rows = await puts(ami)
        await emptied(ami)
        bare.append(await timed(lambda ami=ami, rows=rows: ami.many(rows)))  # type: ignore[misc]
        await backend.close()
    for n, name in enumerate(("a  wall", "b  CPU of campctl")):
        mine, theirs = statistics.median(one[n] for one in ours), statistics.median(one[n] for one in bare)
        print(f"{name}: {mine:.3f} s / {theirs:.3f} s = {mine / theirs:.2f}")


async def looking(server: Asterisk, count: int) -> None:
    """c."""
    backend = opened(server)
    ami = backend.ground.nodes[0].ami
    await emptied(ami)
    await backend.execute([create(resource) for resource in FOUNDATION])
    await write(backend, people(count))
    await emptied_marks(ami)
    backend = opened(server)
    decode = msgspec.json.Decoder().decode

    async def bare() -> None:
        for family in FAMILIES:
            for value in (await db_tree(ami, family)).values():
                if value.startswith("{"):
                    decode(value)

    ours, theirs = [], []
    for _ in range(3):
        ours.append((await timed(backend.observe))[0])
        theirs.append((await timed(bare))[0])
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"c  observe of {count:,} lines: {mine:.2f} s / {other:.2f} s = {mine / other:.2f}")
    await backend.close()


async def emptied_marks(ami: Ami) -> None:
    """Nobody is to reload for lines no phone is ever at."""
    await ami.ask("DBDelTree", {"Family": "campctl/unknown"})


def main() -> None:
    """Measure and print."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as the command line does
    with started() as server:
        asyncio.run(writing(server))
        asyncio.run(looking(server, int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))


if __name__ == "__main__":
    main()
