"""One request to one backend: under its limits, repeated while that is safe and within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from campctl.apply.pacing import Known, Unknown, pacer
from campctl.apply.retry import Attempts, GaveUp, Stopped
from campctl.apply.session import Session
from campctl.errors import BackendError, Throttled, Unavailable, Uncertain
from campctl.model.changes import Change
from campctl.ports.backend import Backend

T = TypeVar("T")


class Channel:
    """The way to one backend: slots for requests at once, pacing, the pause after "too many requests", the last word."""

    def __init__(self, session: Session, backend: Backend) -> None:
        self.session = session
        self.backend = backend
        self.name = backend.name
        self.dead = ""
        """Why nobody should ask this backend any more; empty while it answers."""
        self._clock = session.clock
        self._slots = asyncio.Semaphore(max(1, backend.capabilities.concurrency))
        self._pacer: Known | Unknown = pacer(backend.capabilities.rate)
        self._gate = asyncio.Lock()
        self._paused = float("-inf")
        self._answered = session.clock.monotonic()

    def attempts(self) -> Attempts:
        """Fresh bounds for one request and its repeats."""
        given = self.session.given
        return Attempts(given.limits, given.random, self._clock.monotonic())

    async def ask(self, call: Callable[[], Awaitable[T]], attempts: Attempts, *, change: Change, read: bool) -> T:
        """The answer. Throttled and Unavailable are repeated, Uncertain too when it only reads; otherwise it is raised.

        Raises GaveUp when the bounds are used up, Stopped when the run is to stop before it can be sent (again), and
        whatever else the backend raises.
        """
        session = self.session
        while True:
            await self._turn()
            if session.stopping:
                raise Stopped
            attempts.made += 1
            session.counts["requests"] += 1
            sent = self._clock.monotonic()
            try:
                async with self._slots:
                    sent = self._clock.monotonic()
                    answer = await call()
            except Throttled as error:
                session.counts["throttled"] += 1
                wait = self._throttled(attempts, error, sent)
            except (Unavailable, Uncertain) as error:
                if isinstance(error, Uncertain) and not read:
                    raise
                wait = self._lost(attempts, error)
            else:
                self._answered = self._clock.monotonic()
                self._pacer.accepted(sent)
                return answer
            session.counts["retries"] += 1
            session.tell("retrying", change, attempts.made + 1, wait[0], wait[1])
            await session.rest(wait[0])

    def give_up(self, why: str) -> None:
        """Nobody asks this backend any more in this run."""
        self.dead = self.dead or why

    def _throttled(self, attempts: Attempts, error: Throttled, sent: float) -> tuple[float, str]:
        now = self._clock.monotonic()
        try:
            pause = attempts.after_throttle(now, error.retry_after)
        except GaveUp as gave_up:
            raise self._last_word(attempts, f"{self.name} {gave_up.message}") from error
        if self.dead:
            raise GaveUp(self.dead, lane=True)
        if now + pause > self._paused:
            fresh = now >= self._paused
            self._paused = now + pause
            if fresh:
                self._pacer.throttled(sent, self._paused)
                self.session.tell("waiting", self.name, pause, "too many requests")
        return pause, "too many requests"

    def _lost(self, attempts: Attempts, error: BackendError) -> tuple[float, str]:
        now = self._clock.monotonic()
        try:
            return attempts.after_failure(now, error.message), error.message
        except GaveUp as gave_up:
            raise self._last_word(attempts, gave_up.message) from error

    def _last_word(self, attempts: Attempts, message: str) -> GaveUp:
        """One that fails while others get through is bad luck; when none got through since it began, that is the end."""
        return GaveUp(message, lane=self._answered <= attempts.started)

    async def _turn(self) -> None:
        """Wait until a request may go: paced, and not before a pause is over."""
        clock = self._clock
        while True:
            now = clock.monotonic()
            if self._paused > now:
                await self.session.rest(self._paused - now)
                if self.session.stopping:
                    return
                continue
            # One at a time: a slot reserved far ahead would hold on to a pace that is no longer right.
            async with self._gate:
                if self._paused <= (now := clock.monotonic()):
                    at = self._pacer.slot(now)
                    while at > (now := clock.monotonic()):
                        await self._nap(at - now)
                    while (missing := self._pacer.early(now)) > 0.0:
                        await self._nap(missing)
                        now = clock.monotonic()
            if self._paused <= now or self.session.stopping:
                return

    async def _nap(self, seconds: float) -> None:
        # The event loop's timer rounds up to whole milliseconds: sleep whole ones, let others run during the rest.
        whole = int(seconds * 1000.0) / 1000.0
        if whole:
            await self.session.rest(whole)
        else:
            before = self._clock.monotonic()
            await self._clock.sleep(0.0)
            if self._clock.monotonic() == before:
                await self._clock.sleep(seconds)
        if self.session.stopping and seconds > 0.25:
            raise Stopped
