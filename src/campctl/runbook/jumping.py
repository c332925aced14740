"""A clock that does not wait: `sleep` moves time instead, in the order of the deadlines. Rehearsals go by it, and tests."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


class JumpingClock:
    """Implements `ports.clock.Clock`. Time stands still while anything can run, and jumps when everything sleeps.

    Concurrent sleepers wake one after another in the order of their deadlines (ties: of their calls), each at
    exactly its deadline, and what a woken one starts comes before the next wakes. Work handed to the loop's default
    executor (`asyncio.to_thread`) holds time still until it is back. `grace` is how many real seconds the loop must
    be idle before time jumps: leave it 0 unless sockets or threads of one's own are part of the test.

    `auto=False` makes time move by `advance` only. `slept` adds up what was asked for, in seconds.
    """

    def __init__(self, start: datetime = START, *, auto: bool = True, grace: float = 0.0) -> None:
        self._start = start.astimezone(UTC)
        self._elapsed = 0.0
        self._skew = 0.0
        self._auto = auto
        self._grace = grace
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticking = False
        self._threads = 0
        self.slept = 0.0

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed + self._skew)

    def monotonic(self) -> float:
        """Seconds since the clock was made, as far as time was moved."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait for fake seconds; zero or less lets others run once."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self._attach(asyncio.get_running_loop())
        self.slept += seconds
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._elapsed + seconds, self._count, future))
        self._kick()
        await future

    def advance(self, seconds: float) -> None:
        """Move time on; whoever's deadline passed wakes at the next pass of the loop."""
        self._elapsed += seconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)

    def set_back(self, seconds: float) -> None:
        """Set the wall clock back (or, negative, forward), as an admin or NTP may; monotonic time is not touched."""
        self._skew -= seconds

    @property
    def sleeping(self) -> int:
        """How many sleep now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def _attach(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is self._loop:
            return
        self._loop, self._sleepers, self._ticking, self._threads = loop, [], False, 0
        if self._auto:
            loop.set_default_executor(_Counting(lambda step: self._worker(loop, step)))

    def _worker(self, loop: asyncio.AbstractEventLoop, step: int) -> None:
        if loop is self._loop:
            self._threads += step
            self._kick()

    def _kick(self) -> None:
        if self._auto and not self._ticking and self._loop is not None:
            self._ticking = True
            self._loop.call_soon(self._tick, 0)

    def _tick(self, idle: int) -> None:
        """One look: time jumps after the loop was found idle three times in a row (a thread's answer takes two)."""
        assert self._loop is not None
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if self._threads or not self._sleepers:
            self._ticking = False
            return
        idle = 0 if _others_ready(self._loop) else idle + 1
        if idle < 3:
            if idle == 1 and self._grace:
                self._loop.call_later(self._grace, self._tick, idle)
            else:
                self._loop.call_soon(self._tick, idle)
            return
        deadline, _, future = heapq.heappop(self._sleepers)
        self._elapsed = max(self._elapsed, deadline)
        future.set_result(None)
        self._loop.call_soon(self._tick, 0)


def _others_ready(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the loop has something else to run; a loop that does not say counts as idle."""
    return bool(getattr(loop, "_ready", ()))


class _Counting(ThreadPoolExecutor):
    """A thread pool that says how much of its work is still out."""

    def __init__(self, changed: Callable[[int], None]) -> None:
        super().__init__(thread_name_prefix="fake-clock")
        self._changed = changed

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The answer is given in the loop, in one go with the word that it is there.

        Whoever asks the pool's own future in the moment that it is done, and hears so, may be ahead of the answer, which the thread is
        only about to hand on: time would move before it.
        """
        loop = asyncio.get_running_loop()
        answer: Future[Any] = Future()
        self._changed(+1)
        done = super().submit(fn, *args, **kwargs)

        def back() -> None:
            if done.cancelled():
                answer.cancel()
            elif answer.set_running_or_notify_cancel():
                if (error := done.exception()) is not None:
                    answer.set_exception(error)
                else:
                    answer.set_result(done.result())
            self._changed(-1)

        def over(_: Future[Any]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(back)

        answer.add_done_callback(lambda given: done.cancel() if given.cancelled() else None)
        done.add_done_callback(over)
        return answer
