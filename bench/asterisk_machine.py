"""A real Asterisk with its own AstDB, against bare AMI in the same run: `python bench/asterisk_machine.py [--lines 20000] [--quick]`.

    a   2,000 new users with all their rows, as an apply sends them / the same rows by bare pipelined DBPut: wall, and CPU of campctl.
        Bare is campctl's own client, and beside it forty lines of asyncio that read answers as they come, for comparison.
        Reported, and not in it: the journal, the wait until AstDB has committed, and the reading back
    t   the same people over TLS / in the clear, each on a machine of its own; needs openssl
    d   observe of 20,000 lines / DBGetTree of the same families and parsing their JSON

In turn, nine times (t: five, d: three). A ratio is the median of the ratios of neighbours, one run of each right after the other, as the
machine is not equally fast all the time; beside it the least and the greatest. Seconds are medians. Starts its own Asterisk;
`scripts/asterisk-lab base` makes it once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

import msgspec
from common import Held, verdict

from campctl.app.wiring import SystemClock
from campctl.apply.engine import apply
from campctl.apply.inputs import ApplyInput
from campctl.backends.asterisk import factory
from campctl.backends.asterisk.ami import Ami, Request, db_tree, put
from campctl.errors import Unavailable
from campctl.model.campaign import BackendSpec
from campctl.model.changes import Binding, Plan
from campctl.model.records import Run
from campctl.model.resources import Line
from campctl.ports.backend import BackendEnv
from campctl.store import open_store
from campctl.testing.samples import FOUNDATION, LOCATION, create

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from servers.asterisk import Asterisk, started

NAME = "pbx.example.org"
FAMILIES = ("campctl", "ps", "ext", "did", "cid", "e911")


def opened(server: Asterisk) -> Any:
    """A connection that takes any number of lines, over TLS where the server has a certificate."""
    options: dict[str, Any] = {"host": server.host, "port": server.ami, "max_lines": 1_000_000, "max_members": 1_000_000}
    if certificate := server.asked.get("tls_cert"):
        options |= {"port": server.amis, "tls": True, "ca": certificate, "server_name": NAME}
    return factory.open(BackendSpec("bench", "asterisk", options), BackendEnv(Path("/"), SystemClock(), lambda _: server.password))


def people(count: int) -> list[Line]:
    """Users with a number of their own: seven rows each."""
    return [Line(f"user/u{n:05}", str(20_000 + n), f"Person {n}", f"+1217{n:07}", LOCATION.id) for n in range(count)]


async def write(backend: Any, wanted: list[Line]) -> None:
    """As an apply sends them."""
    size = backend.capabilities.batch
    todo = [[create(line) for line in wanted[start : start + size]] for start in range(0, len(wanted), size)]

    async def worker() -> None:
        while todo:
            assert all(outcome.error is None for outcome in await backend.execute(todo.pop(0)))

    await asyncio.gather(*(worker() for _ in range(backend.capabilities.concurrency)))


async def applied(backend: Any, wanted: list[Line]) -> float:
    """Seconds of a whole run of the engine on an embedded store: journal, commit interval and reading back included."""
    clock = SystemClock()
    changes = tuple(msgspec.structs.replace(create(line), backend="bench") for line in wanted)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), clock=clock)
        plan = Plan(campaign="Bench", at=clock.now(), binding=Binding(manifest="m", overrides="o"), changes=changes)
        run = Run(id="bench", started=clock.now(), author="bench", command="bench")
        began = time.perf_counter()
        report = await apply(ApplyInput(plan=plan, run=run, backends={"bench": backend}, store=store, clock=clock))
        took = time.perf_counter() - began
        assert set(report.states.values()) == {"configured"}, list(report.errors.items())[:3]
        store.close()
    return took


async def emptied(ami: Ami) -> None:
    """Nothing is there."""
    for family in FAMILIES:
        await ami.ask("DBDelTree", {"Family": family})


async def puts(ami: Ami, families: tuple[str, ...] = FAMILIES) -> list[Request]:
    """What would write the rows that are there."""
    found = []
    for family in families:
        for key, value in (await db_tree(ami, family)).items():
            kind, _, name = key.partition("/")
            found.append(put(f"ps/{kind}", name, value) if family == "ps" else put(family, key, value))
    return found


async def plainly(server: Asterisk, requests: list[Request]) -> None:
    """The same requests over a connection of its own, 256 under way, each answer read line by line: what anybody would write."""
    reader, writer = await asyncio.open_connection(server.host, server.ami)
    free, left = asyncio.Semaphore(256), len(requests)
    writer.write(f"Action: Login\r\nUsername: {server.user}\r\nSecret: {server.password}\r\nEvents: off\r\n\r\n".encode())

    async def answers() -> None:
        nonlocal left
        fields: dict[str, str] = {}
        while left:
            line = (await reader.readline()).decode().rstrip("\r\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields.get("ActionID"):
                assert fields["Response"] == "Success", fields
                left -= 1
                free.release()
            fields = {}

    reading = asyncio.ensure_future(answers())
    for n, request in enumerate(requests):
        await free.acquire()
        lines = [f"Action: {request.action}", f"ActionID: {n}", *(f"{name}: {value}" for name, value in request.fields)]
        writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    await reading
    writer.close()


async def timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - wall, time.process_time() - cpu


def over(ours: list[tuple[float, float]], bare: list[tuple[float, float]], n: int) -> tuple[float, str]:
    """The median of the ratios of neighbours, and in words what it is of; n: 0 wall, 1 CPU."""
    ratios = [mine[n] / theirs[n] for mine, theirs in zip(ours, bare, strict=True)]
    mine, theirs = statistics.median(one[n] for one in ours), statistics.median(one[n] for one in bare)
    return statistics.median(ratios), f"{mine:.3f} s / {theirs:.3f} s; {min(ratios):.2f} to {max(ratios):.2f}"


def held(what: str, limit: float, found: tuple[float, str]) -> Held:
    """What `over` found against a limit."""
    ratio, words = found
    return Held(what, ratio, limit, words)


async def writing(server: Asterisk, count: int, runs: int) -> list[Held]:
    """a."""
    ours, bare, plain, whole = [], [], [], []
    wanted = people(count)
    for _ in range(runs):
        backend = opened(server)
        ami = backend.ground.nodes[0].ami
        await emptied(ami)
        await backend.execute([create(resource) for resource in FOUNDATION])
        ours.append(await timed(lambda backend=backend: write(backend, wanted)))  # type: ignore[misc]
        rows = await puts(ami)
        await emptied(ami)
        bare.append(await timed(lambda ami=ami, rows=rows: ami.many(rows)))  # type: ignore[misc]
        await emptied(ami)
        plain.append(await timed(lambda rows=rows: plainly(server, rows)))  # type: ignore[misc]
        await emptied(ami)
        await backend.close()
    for _ in range(min(runs, 3)):
        backend = opened(server)
        await emptied(backend.ground.nodes[0].ami)
        await backend.execute([create(resource) for resource in FOUNDATION])
        whole.append(await applied(backend, wanted))
        await backend.close()
    print(f"a  whole run of the engine: {statistics.median(whole):.2f} s, of which 2 wait for AstDB's commit")
    return [
        held(f"a  {count:,} users / bare DBPut of their rows", 1.5, over(ours, bare, 0)),
        held("a  the same / bare DBPut by a plain client", 1.5, over(ours, plain, 0)),
        held("a  the same in CPU of campctl", inf, over(ours, bare, 1)),
    ]


@contextmanager
def secured() -> Iterator[Asterisk]:
    """A machine whose manager speaks TLS."""
    with started(start=False) as server:
        certificate, key = server.folder / "cert.pem", server.folder / "key.pem"
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        subprocess.run([*make, *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        for path in (certificate, key):
            path.chmod(0o644)  # Asterisk runs as somebody else when we are root
        server.asked |= {"tls_cert": str(certificate), "tls_key": str(key)}
        server.start(wait=False)
        yield server


async def listening(backend: Any) -> None:
    """Wait for a machine that is just starting."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(Unavailable):
            await backend.ground.nodes[0].ami.about()
            return
        await asyncio.sleep(0.05)
    raise SystemExit("the machine with TLS did not start")


async def encrypted(server: Asterisk, sealed: Asterisk, count: int, runs: int) -> list[Held]:
    """t."""
    wanted = people(count)
    took: dict[Asterisk, list[tuple[float, float]]] = {server: [], sealed: []}
    for _ in range(runs):
        for machine, times in took.items():
            backend = opened(machine)
            await listening(backend)
            await emptied(backend.ground.nodes[0].ami)
            await backend.execute([create(resource) for resource in FOUNDATION])
            times.append(await timed(lambda backend=backend: write(backend, wanted)))  # type: ignore[misc]
            await emptied(backend.ground.nodes[0].ami)
            await backend.close()
    return [
        held(f"t  {count:,} users over TLS / in the clear", inf, over(took[sealed], took[server], 0)),
        held("t  the same in CPU of campctl", inf, over(took[sealed], took[server], 1)),
    ]


async def looking(server: Asterisk, count: int) -> list[Held]:
    """d."""
    backend = opened(server)
    ami = backend.ground.nodes[0].ami
    await emptied(ami)
    await backend.execute([create(resource) for resource in FOUNDATION])
    await write(backend, people(count))
    await ami.ask("DBDelTree", {"Family": "campctl/unknown"})  # nobody is to reload for lines no phone is ever at
    backend = opened(server)
    decode = msgspec.json.Decoder().decode

    async def bare() -> None:
        for family in FAMILIES:
            for value in (await db_tree(ami, family)).values():
                if value.startswith("{"):
                    decode(value)

    ours, theirs = [], []
    for _ in range(3):
        ours.append(await timed(backend.observe))
        theirs.append(await timed(bare))
    await backend.close()
    await ami.close()
    return [held(f"d  observe of {count:,} lines / bare DBGetTree and parsing", 2, over(ours, theirs, 0))]


def run(count: int, lines: int, runs: int) -> list[Held]:
    """All."""
    settle()
    with started() as server:
        found = asyncio.run(writing(server, count, runs))
        if shutil.which("openssl"):
            with secured() as sealed:
                found += asyncio.run(encrypted(server, sealed, count, min(runs, 5)))
        return [*found, *asyncio.run(looking(server, lines))]


def settle() -> None:
    """The garbage collector as the command line has it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    return verdict(run(200, 1000, 2) if given.quick else run(2000, given.lines, 9))


if __name__ == "__main__":
    sys.exit(main())
