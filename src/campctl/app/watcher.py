"""One exchange watched: looks, events, what is missed, and beginning anew; and how long one waits for what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.model.live import Event

if TYPE_CHECKING:
    from campctl.app.watching import Watch
    from campctl.model.campaign import BackendSpec
    from campctl.ports.backend import Backend
    from campctl.ports.clock import Clock

T = TypeVar("T")


class Pace(Struct, frozen=True, kw_only=True):
    """How one watches; seconds, but `flood`.

    relook: between two looks while all is well; second: before the second look, as listening takes a moment to begin. answer: how
    long a look may take. stale: silence after which an exchange is stale. again, longest: between attempts to connect, doubling.
    least: between two looks, however often events were missed. flood: events a second that are folded, one by one.
    """

    relook: float = 10.0
    second: float = 2.0
    answer: float = 15.0
    stale: float = 30.0
    again: float = 1.0
    longest: float = 30.0
    least: float = 1.0
    flood: int = 20_000
    window: float = 1800.0


class Notice(Struct, frozen=True, kw_only=True):
    """What happened to the watching itself: it is `live` for the first time, `lost` a connection, is `back`, or `missed` events."""

    at: datetime
    backend: str
    type: Literal["live", "lost", "back", "missed"]
    why: str = ""


Heard = Event | Notice
_SHARE: Final = 10.0
"""A look that takes long is made less often: it may take a tenth of the time, unless the exchange would be stale by then."""
_TURN: Final = 200
"""Events after which others have their turn."""


class Watcher:
    """Looks at one exchange and listens to it until it is cancelled."""

    def __init__(self, watch: Watch, spec: BackendSpec) -> None:
        self._watch = watch
        self._fold = watch.fold
        self._clock = watch.ctx.clock
        self._pace = watch.pace
        self._spec = spec
        self._name = spec.name
        self._lost = False
        self._was_live = self._known = False
        self._second = 0
        self._folded = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        wait = self._pace.again
        while True:
            self._was_live = False
            try:
                backend = self._watch.ctx.open_backend(self._spec)
                try:
                    await self._follow(backend)
                finally:
                    await backend.close()
            except errors.CampctlError as error:
                self._gone(error.message)
                if isinstance(error, errors.AuthFailed | errors.SecretError):
                    wait = self._pace.longest
            wait = self._pace.again if self._was_live else wait
            await self._clock.sleep(wait)
            wait = min(2 * wait, self._pace.longest)

    async def _follow(self, backend: Backend) -> None:
        """Listen and look, until one of the two fails."""
        listening = asyncio.ensure_future(self._listen(backend))
        looking = asyncio.ensure_future(self._look_on(backend))
        try:
            await asyncio.wait({listening, looking}, return_when=asyncio.FIRST_COMPLETED)
            for task in (listening, looking):
                if task.done():
                    task.result()
            await looking  # a stream that ended by itself: looks tell
        finally:
            for task in (listening, looking):
                task.cancel()
            await asyncio.gather(listening, looking, return_exceptions=True)

    # -- looks --

    async def _look_on(self, backend: Backend) -> None:
        """Look at once, soon after, whenever events were missed, and every so often."""
        wait = self._pace.second
        while True:
            began = self._clock.monotonic()
            await self._look(backend)
            took = self._clock.monotonic() - began
            wait = max(wait, min(took * _SHARE, self._pace.stale * 0.8))
            spent = 0.0
            while spent < wait and not (spent >= self._pace.least and self._name in self._fold.wants()):
                step = min(self._pace.least, wait - spent)
                await self._clock.sleep(step)
                spent += step
            wait = self._pace.relook

    async def _look(self, backend: Backend) -> None:
        self._watch.see_clock()
        asked = self._clock.now()
        live = await within(self._clock, backend.live(agents=True), self._pace.answer, self._name)
        now = self._watch.see_clock()
        self._fold.look(replace(live, at=min(live.at, now)), asked)
        if not self._known or self._lost:
            self._say("back" if self._known else "live")
        self._was_live = self._known = True
        self._lost = False
        self._watch.news()

    # -- events --

    async def _listen(self, backend: Backend) -> None:
        """Fold what comes; past so many a second only what cannot wait, and looks tell the rest."""
        events = backend.events()
        try:
            count = 0
            async for event in events:
                count += 1
                if count % _TURN == 0:
                    await asyncio.sleep(0)
                self._take(event)
        finally:
            if (close := getattr(events, "aclose", None)) is not None:
                await close()

    def _take(self, event: Event) -> None:
        second = int(self._clock.monotonic())
        if second != self._second:
            self._second, self._folded = second, 0
        self._folded += 1
        urgent = event.type == "emergency-call"
        if self._folded > self._pace.flood and not urgent:
            if self._folded == self._pace.flood + 1:
                why = f"over {self._pace.flood:,} events a second are more than can be followed; it is looked at instead"
                self._fold.missed(self._name, why)
                self._say("missed", why)
            return
        if event.at > (now := self._clock.now()):
            event = replace(event, at=now)  # its clock is ahead: one word of tomorrow would make everything since midnight yesterday's
        self._fold.event(event)
        self._watch.tell(event)
        self._watch.news(urgent=urgent)

    # -- words --

    def _gone(self, why: str) -> None:
        self._fold.lost(self._name, self._clock.now(), why)
        if not self._lost:
            self._lost = True
            self._say("lost", why)
        self._watch.news()

    def _say(self, what: Literal["live", "lost", "back", "missed"], why: str = "") -> None:
        self._watch.tell(Notice(at=self._clock.now(), backend=self._name, type=what, why=why))


async def within(clock: Clock, work: Awaitable[T], seconds: float, name: str) -> T:
    """The result of something that an exchange is asked; Unavailable when it takes longer than that."""
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    working = asyncio.ensure_future(work)
    try:
        await first_of(sleeping, working)
        if not working.done():
            raise errors.Unavailable(f"{name} did not answer within {seconds:g} s.", backend=name)
        return working.result()
    finally:
        sleeping.cancel()
        if not working.done():
            working.cancel()
            with suppress(asyncio.CancelledError, errors.CampctlError):
                await working


async def first_of(*works: Awaitable[Any]) -> None:
    """Until one of them is done; the others are cancelled, but those that are tasks already."""
    tasks = [(asyncio.ensure_future(work), asyncio.isfuture(work)) for work in works]
    try:
        await asyncio.wait([task for task, _ in tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task, mine in tasks:
            if not mine and not task.done():
                task.cancel()
