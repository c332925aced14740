"""The fake clock moves time in order and only when nothing else can run."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from datetime import UTC, timedelta
from typing import Any

import pytest

from campctl.testing import FakeClock


def test_sleep_moves_time_and_does_not_wait() -> None:
    """A day of sleep takes no time and ends exactly a day later on both faces of the clock."""
    clock = FakeClock()
    before = clock.now()
    started = time.perf_counter()
    asyncio.run(clock.sleep(86_400))
    assert time.perf_counter() - started < 60
    assert clock.now() - before == timedelta(days=1)
    assert clock.monotonic() == 86_400
    assert clock.now().tzinfo is UTC


def test_sleepers_wake_in_the_order_of_their_deadlines() -> None:
    """Whoever sleeps least wakes first, whatever the order of starting, and sees exactly its own deadline."""

    async def main() -> list[tuple[str, float]]:
        clock, woken = FakeClock(), []

        async def sleeper(name: str, *naps: float) -> None:
            for nap in naps:
                await clock.sleep(nap)
                woken.append((name, clock.monotonic()))

        await asyncio.gather(sleeper("c", 5), sleeper("a", 1, 1, 1), sleeper("b", 2, 2), sleeper("d", 2))
        return woken

    assert asyncio.run(main()) == [("a", 1), ("b", 2), ("d", 2), ("a", 2), ("a", 3), ("b", 4), ("c", 5)]


def test_time_stands_still_while_something_runs() -> None:
    """A task that only yields, however often, keeps sleepers asleep."""

    async def main() -> float:
        clock = FakeClock()
        sleeper = asyncio.create_task(clock.sleep(10))
        for _ in range(500):
            await asyncio.sleep(0)
        seen = clock.monotonic()
        await sleeper
        return seen

    assert asyncio.run(main()) == 0


def test_work_in_threads_holds_time_still() -> None:
    """While asyncio.to_thread is at work, no deadline passes."""

    async def main() -> list[float]:
        clock, seen = FakeClock(), []
        sleeper = asyncio.create_task(clock.sleep(10))
        await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.to_thread(time.sleep, 0.002)
            seen.append(clock.monotonic())
        await sleeper
        return [*seen, clock.monotonic()]

    assert asyncio.run(main()) == [0.0] * 20 + [10.0]


def test_an_answer_that_a_thread_is_about_to_hand_on_holds_time_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread may be interrupted between being done and saying so; no deadline passes before what awaits it has gone on."""
    usual, go, done, said = Future._invoke_callbacks, threading.Event(), threading.Event(), threading.Event()

    def says(future: Future[Any]) -> None:
        if threading.current_thread() is not threading.main_thread():
            done.set()
            said.wait()
        usual(future)

    monkeypatch.setattr(Future, "_invoke_callbacks", says)

    async def main() -> list[str]:
        clock, order = FakeClock(), []

        async def sleeper() -> None:
            await clock.sleep(10)
            order.append("slept")

        async def worker() -> None:
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: (go.set(), done.wait()))
            loop.call_later(0.02, said.set)  # many passes of the loop
            await asyncio.to_thread(go.wait)
            order.append("worked")

        await asyncio.gather(sleeper(), worker())
        return order

    assert asyncio.run(main()) == ["worked", "slept"]


def test_work_that_waits_for_a_thread_can_be_called_off() -> None:
    """What was cancelled before a thread took it is not done, and time moves on without it; what it raises is raised."""

    async def main() -> tuple[float, list[str]]:
        clock, did, go = FakeClock(), [], threading.Event()
        await clock.sleep(1)
        busy = [asyncio.create_task(asyncio.to_thread(go.wait)) for _ in range(40)]  # more than any pool has threads
        late = asyncio.create_task(asyncio.to_thread(did.append, "late"))
        await asyncio.sleep(0)
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        go.set()
        await asyncio.gather(*busy)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        await clock.sleep(1)
        return clock.monotonic(), did

    assert asyncio.run(main()) == (2, [])


def test_a_cancelled_sleeper_is_forgotten() -> None:
    """A timeout that is called off does not move time."""

    async def main() -> float:
        clock = FakeClock()
        long = asyncio.create_task(clock.sleep(1_000))
        await asyncio.sleep(0)
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        await clock.sleep(1)
        assert clock.sleeping == 0
        return clock.monotonic()

    assert asyncio.run(main()) == 1


def test_by_hand_time_moves_only_when_told() -> None:
    """With auto off, sleepers wake when `advance` passes their deadline and not before."""

    async def main() -> None:
        clock = FakeClock(auto=False)
        sleeper = asyncio.create_task(clock.sleep(2))
        await asyncio.sleep(0.01)
        clock.advance(1.5)
        await asyncio.sleep(0.01)
        assert not sleeper.done()
        clock.advance(0.5)
        await sleeper

    asyncio.run(main())


def test_set_back_moves_the_wall_clock_only() -> None:
    """Wall time can go back, monotonic time cannot."""
    clock = FakeClock()
    before = clock.now()
    clock.advance(10)
    clock.set_back(60)
    assert clock.now() == before - timedelta(seconds=50)
    assert clock.monotonic() == 10


def test_one_clock_serves_several_loops() -> None:
    """Time goes on from run to run of asyncio."""
    clock = FakeClock()
    asyncio.run(clock.sleep(1))
    asyncio.run(clock.sleep(1))
    assert clock.monotonic() == 2
