"""Telling people of alerts, without anybody waiting for anybody: each receiver has a lane of its own.

A lane holds at most `MOST` messages; four are under way at once, an emergency call goes beside them at once. What does not get
through is tried again after a growing, jittered wait, bounded in number and time. In a flood the oldest that is not urgent gives
way, and it is said how many did. What is said of one alert arrives in the order it was said.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from campctl.app.alert_messages import Message
    from campctl.apply.inputs import Limits
    from campctl.ports.clock import Clock

MOST = 100
"""Messages of a lane."""
AT_ONCE = 4
"""Tries of a lane that may be under way at the same time, besides urgent ones."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a try: `again` when another one may do better, `wait` seconds if the receiver said so."""

    ok: bool
    words: str
    again: bool = False
    wait: float | None = None


class Receiver(Protocol):
    """A webhook or a command."""

    async def send(self, message: Message) -> Outcome:
        """One try; never raises for what the receiver does."""
        ...

    async def close(self) -> None: ...


Report = Callable[[str, "Message", Outcome], None]
"""Hears what came of each message in the end: receiver's name, message, outcome. Must be quick and must not raise."""


def limits() -> Limits:
    """How long one message is tried."""
    from campctl.apply.inputs import Limits

    return Limits(attempts=8, seconds=300.0, throttled_attempts=8, throttled_seconds=300.0, first_wait=0.5, longest_wait=60.0)


class Sender:
    """All receivers. `tell` returns at once; `drain` waits for what is under way."""

    def __init__(self, receivers: Mapping[str, Receiver], clock: Clock, report: Report, *, jitter: random.Random | None = None) -> None:
        self._clock = clock
        self._report = report
        self._jitter = jitter or random.Random()  # noqa: S311 - jitter
        self._lanes: dict[str, _Lane] = {}
        self._former: list[_Lane] = []
        self.change(receivers)

    @property
    def names(self) -> tuple[str, ...]:
        """Of all receivers."""
        return tuple(self._lanes)

    def tell(self, names: Iterable[str], message: Message) -> None:
        """Say it to those named; names that are nobody's are passed over."""
        for name in names:
            if name in self._lanes:
                self._lanes[name].tell(message)

    def change(self, receivers: Mapping[str, Receiver]) -> None:
        """These are new, or others than they were; what is under way to those they replace goes on."""
        for name, receiver in receivers.items():
            if name in self._lanes:
                self._former.append(self._lanes[name])
            self._lanes[name] = _Lane(name, receiver, self._clock, self._report, self._jitter)

    async def drain(self, seconds: float) -> None:
        """Wait so long for what is under way; then give up the rest, each with a word, and let go of the connections."""
        await asyncio.gather(*(lane.drain(seconds) for lane in (*self._former, *self._lanes.values())))


class _Lane:
    def __init__(self, name: str, receiver: Receiver, clock: Clock, report: Report, jitter: random.Random) -> None:
        self._name = name
        self._receiver = receiver
        self._clock = clock
        self._report = report
        self._jitter = jitter
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[asyncio.Task[None], Message] = {}
        self._last: dict[str, asyncio.Task[None]] = {}
        """Alert to the last task about it."""
        self._lost = 0
        """Messages that gave way since one got through."""

    def tell(self, message: Message) -> None:
        if len(self._tasks) >= MOST and not self._make_room(message):
            self._gives_way(message)
            return
        task = asyncio.ensure_future(self._deliver(message, self._last.get(message.alert)))
        self._tasks[task] = message
        self._last[message.alert] = task
        task.add_done_callback(self._done)

    def _make_room(self, message: Message) -> bool:
        """Whether an older message gave way: never an urgent one, unless this one is urgent too."""
        found = next((task for task, other in self._tasks.items() if not other.urgent), None)
        if found is None and message.urgent:
            found = next(iter(self._tasks))
        if found is None:
            return False
        other = self._tasks[found]
        self._done(found)
        found.cancel()
        self._gives_way(other)
        return True

    def _gives_way(self, message: Message) -> None:
        self._lost += 1
        self._report(self._name, message, Outcome(ok=False, words=f"not told: more than {MOST} messages wait for {self._name}"))

    def _done(self, task: asyncio.Task[None]) -> None:
        message = self._tasks.pop(task, None)
        if message is not None and self._last.get(message.alert) is task:
            del self._last[message.alert]

    async def _deliver(self, message: Message, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        outcome = await self._tried(message)
        if outcome.ok and self._lost:
            outcome = Outcome(ok=True, words=f"{outcome.words}; {self._lost} before it were not told")
            self._lost = 0
        self._report(self._name, message, outcome)

    async def _tried(self, message: Message) -> Outcome:
        """Try until it got through or the bounds are used up."""
        from campctl.apply.retry import Attempts, GaveUp

        attempts = Attempts(limits(), self._jitter, self._clock.monotonic())
        while True:
            outcome = await self._once(message)
            if outcome.ok or not outcome.again:
                return outcome
            try:
                wait = attempts.after_failure(self._clock.monotonic(), outcome.words)
            except GaveUp as given_up:
                return Outcome(ok=False, words=given_up.message)
            await self._clock.sleep(max(wait, outcome.wait or 0.0))

    async def _once(self, message: Message) -> Outcome:
        if message.urgent:
            return await self._receiver.send(message)
        async with self._slots:
            return await self._receiver.send(message)

    async def drain(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        left = dict(self._tasks)
        for task, message in left.items():
            task.cancel()
            self._report(self._name, message, Outcome(ok=False, words="not told: stopped before it got through"))
        if left:
            await asyncio.wait(set(left))
        await self._receiver.close()
