"""The campaign's lock while a run is at work: taken, kept alive, given back whatever happens."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from campctl.apply.inputs import Stopper
from campctl.errors import LockHeld, StoreError
from campctl.model.records import Holder
from campctl.ports.clock import Clock
from campctl.ports.store import Lock

POLL = 0.5


class Lease:
    """`async with Lease(...)` holds the lock. `errors.LockHeld` when another run holds it for longer than `wait` seconds.

    ttl: seconds of silence after which others may take the lock over; a heartbeat goes out every third of it. When the
    lock is lost all the same (this machine slept), `stopper` is asked to stop: what is in flight finishes, no more.
    """

    def __init__(self, lock: Lock, holder: Holder, clock: Clock, stopper: Stopper, *, ttl: float = 30.0, wait: float = 0.0) -> None:
        self._lock = lock
        self._holder = holder
        self._clock = clock
        self._stopper = stopper
        self._ttl = ttl
        self._wait = wait
        self._heart: asyncio.Task[None] | None = None
        self.lost = False

    async def __aenter__(self) -> Self:
        until = self._clock.monotonic() + self._wait
        while True:
            now = self._clock.now()
            try:
                await self._take(replace(self._holder, since=now, beat=now))
                break
            except LockHeld:
                left = until - self._clock.monotonic()
                if left <= 0.0 or self._stopper.asked:
                    raise
                await self._clock.sleep(min(POLL, left))
        self._heart = asyncio.ensure_future(self._beat())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._heart is not None:
            self._heart.cancel()
        try:
            await asyncio.to_thread(self._lock.release, self._holder.token)
        except StoreError:
            # It expires by itself; what went wrong before is what the user has to hear.
            if error is None:
                raise
        finally:
            if self._heart is not None:
                await asyncio.gather(self._heart, return_exceptions=True)

    async def _take(self, holder: Holder) -> None:
        """In a thread, which nobody can call off: given up meanwhile, what it is given is given back."""
        taking = asyncio.ensure_future(asyncio.to_thread(self._lock.acquire, holder, self._ttl))
        try:
            await asyncio.shield(taking)
        except asyncio.CancelledError:
            with suppress(LockHeld, StoreError):
                await taking
                await asyncio.to_thread(self._lock.release, holder.token)
            raise

    async def _beat(self) -> None:
        silent_since = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._ttl / 3.0)
            try:
                held = await asyncio.to_thread(self._lock.beat, self._holder.token, self._clock.now())
            except StoreError as error:
                # Once may pass (a busy disk); for as long as the lock lives, nobody can say whose it is.
                if self._clock.monotonic() - silent_since < self._ttl:
                    continue
                self._lose(error.message)
                return
            if not held:
                self._lose("another run took it over")
                return
            silent_since = self._clock.monotonic()

    def _lose(self, why: str) -> None:
        self.lost = True
        text = f"the campaign's lock was lost: {why}"
        self._stopper.stop(text, LockHeld(f"Stopped because {text}.", hint="Look at `campctl history`, then apply again."))
