"""How fast an apply is against its ceiling: `python bench/apply.py [--quick] [a b c d]`.

    a   2,000 changes, 100 requests a second, limit known       rate reached / limit          at least 0.95
    b   the same, limit not known                               rate reached / limit          at least 0.85, hardly a 429
    c   2,000 changes, 20 ms a request, no limit, concurrency   time at full use of it / time at least 0.85
        32, one change a request
    d   c with the journal / c without                          time / time                   at most 1.05

The exchange is the embedded one, the store the embedded one, on real disks and the real clock. Times are from the start
of the run to its end, reading back included. `--quick` takes a tenth of the changes for a and b.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from campctl.app.wiring import SystemClock
from campctl.apply import session as sessions
from campctl.apply.engine import apply
from campctl.apply.inputs import ApplyInput
from campctl.apply.journal import Writer
from campctl.backends.sim import factory
from campctl.model.campaign import BackendSpec
from campctl.model.changes import Binding, Change, Plan
from campctl.model.records import Run
from campctl.model.resources import Line, Location
from campctl.ports.backend import BackendEnv
from campctl.store import open_store

CHANGES = 2000


class Forgetful(Writer):
    """A writer that writes nothing and calls back at once: what an apply would cost without a journal."""

    def intents(self, entries, then):
        asyncio.get_running_loop().call_soon(then)

    def outcome(self, entry, owned=(), disowned=()):
        pass


def changes(count: int) -> tuple[Change, ...]:
    lines = (Line(f"user/u{n:05}", str(100000 + n), f"User {n}", location="hq") for n in range(count))
    return tuple(Change(id=f"create:local:line/{line.id}", action="create", backend="local", after=line) for line in lines)


async def _place(backend) -> None:
    """The location every line is at; then wait until the exchange's bucket is full again."""
    after = Location("hq", "HQ", "1 Example Plaza", "Chicago", "IL", "60601", floor="1")
    (outcome,) = await backend.execute([Change(id="create:local:location/hq", action="create", backend="local", after=after)])
    assert outcome.error is None, outcome
    await asyncio.sleep(0.2)


def run(count: int, options: dict, *, journal: bool = True) -> tuple[float, float, Counter, Counter]:
    """Seconds, CPU seconds, counts of the run, and what the exchange answered."""
    clock = SystemClock()
    sessions.Writer = Writer if journal else Forgetful
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        backend = factory.open(BackendSpec("local", "sim", options), BackendEnv(root, clock, lambda name: ""))
        store = open_store(root, clock=clock)
        at = clock.now()
        plan = Plan(campaign="Bench", at=at, binding=Binding(manifest="m", overrides="o"), changes=changes(count))
        given = ApplyInput(
            plan=plan,
            run=Run(id="bench", started=at, author="bench", command="bench"),
            backends={"local": backend},
            store=store,
            clock=clock,
        )
        asyncio.run(_place(backend))
        cpu, began = time.process_time(), time.perf_counter()
        report = asyncio.run(apply(given))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert set(report.states.values()) == {"configured"}, (Counter(report.states.values()), *list(report.errors.items())[:3])
        asyncio.run(backend.close())
        store.close()
        return seconds, cpu, Counter(report.run.counts), backend.requests


LIMITED = {"rate": 100, "batch": 1, "latency": "5ms"}
BURSTS = (10,)
"""A bucket of one token (a tenth of a second's worth is 10) refuses whatever jitter of the machine comes early; see `--burst-1`."""
OPEN = {"latency": "20ms", "batch": 1, "concurrency": 32}


def limited(name: str, known: bool, count: int, repeats: int) -> float:
    ratios = []
    for _ in range(repeats):
        for burst in BURSTS:
            seconds, cpu, counts, answers = run(count, {**LIMITED, "rate_known": known, "burst": burst})
            ratios.append(count / seconds / 100)
            print(
                f"{name}  burst {burst:2}: {count / seconds:6.1f}/s of 100/s = {ratios[-1]:.3f}; {answers['throttled']} 429s of "
                f"{counts['requests']} requests; {1000 * cpu / count:.2f} ms CPU an operation (exchange included)"
            )
    return statistics.median(ratios)


def bare() -> float:
    """Seconds the exchange itself takes: the same requests from 32 loops that do nothing else."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        backend = factory.open(BackendSpec("local", "sim", OPEN), BackendEnv(Path(folder), clock, lambda name: ""))
        asyncio.run(_place(backend))
        todo = iter(changes(CHANGES))

        async def loop() -> None:
            for change in todo:
                await backend.execute([change])

        async def loops() -> None:
            await asyncio.gather(*(loop() for _ in range(32)))

        began = time.perf_counter()
        asyncio.run(loops())
        seconds = time.perf_counter() - began
        asyncio.run(backend.close())
        return seconds


def ceiling(repeats: int) -> tuple[float, float]:
    least = CHANGES / 32 * 0.020
    shares, costs = [], []
    run(200, OPEN)
    for _ in range(repeats):
        alone = bare()
        without, without_cpu, _, _ = run(CHANGES, OPEN, journal=False)
        full, full_cpu, _, _ = run(CHANGES, OPEN)
        shares.append(least / full)
        costs.append(full / without)
        print(
            f"c  {full:.3f} s, at best {least:.3f} s = {least / full:.3f} (bare loops without an engine: {least / alone:.3f}); "
            f"without the journal {without:.3f} s, d = {full / without:.3f}; {1000 * full_cpu / CHANGES:.2f} ms CPU an operation, "
            f"{1000 * without_cpu / CHANGES:.2f} without (exchange included)"
        )
    return statistics.median(shares), statistics.median(costs)


def main(words: list[str]) -> int:
    quick = "--quick" in words
    wanted = [word for word in words if word in {"a", "b", "c", "d"}] or ["a", "b", "c", "d"]
    if "--burst-1" in words:
        globals()["BURSTS"] = (1, 10)
    count, repeats = (200, 1) if quick else (CHANGES, 1)
    results: list[tuple[str, float, bool]] = []
    if "a" in wanted:
        share = limited("a", True, count, repeats)
        results.append(("a  known limit: share of it", share, share >= 0.95))
    if "b" in wanted:
        share = limited("b", False, CHANGES, repeats)
        results.append(("b  unknown limit: share of it", share, share >= 0.85))
    if {"c", "d"} & set(wanted):
        share, cost = ceiling(3 if quick else 7)
        results += [("c  share of concurrency / latency", share, share >= 0.85), ("d  with the journal / without", cost, cost <= 1.05)]
    print()
    for name, value, good in results:
        print(f"{name:40} {value:6.3f}  {'ok' if good else 'MISSED'}")
    return 0 if all(good for *_, good in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
