"""Watching exchanges: looks and events of all of them go into one fold, and boards come out of it.

Each exchange has a watcher of its own: it looks, listens, looks again when events were missed and every so often anyway, and begins
anew when the connection is gone. What a flood of events would cost is bounded: past `flood` a second it looks instead of listening.

    async with Watch(ctx) as watch:
        async for board in watch.boards(hz=5): ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

from campctl import errors
from campctl.app import remembering
from campctl.app.context import Context
from campctl.app.watcher import Heard, Notice, Pace, Watcher, first_of, within
from campctl.live.board import Board
from campctl.live.fold import Fold

if TYPE_CHECKING:
    from campctl.model.campaign import Campaign
    from campctl.model.live import Live

_JUMP: Final = 2.0
"""Seconds by which two clocks may part in a while before one of them was set."""


class Watch:
    """All exchanges of a campaign, or those named. `tell` hears every event and notice, in the order of coming.

    An async context manager: its watchers run from entering to leaving it.
    """

    def __init__(
        self, ctx: Context, names: Sequence[str] = (), pace: Pace | None = None, tell: Callable[[Heard], None] | None = None
    ) -> None:
        self.ctx = ctx
        self.pace = pace or Pace()
        self.fold = new_fold(ctx.campaign, self.pace)
        self.tell = tell or (lambda _: None)
        self._every = not names
        self._names = tuple(names) or tuple(ctx.campaign.backends)
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: list[asyncio.Task[None]] = []
        self._clock = (ctx.clock.now(), ctx.clock.monotonic())
        self._kept = self._clock[1]

    async def __aenter__(self) -> Self:
        """The watchers begin."""
        for name in self._names:
            self._begin(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        """The watchers end, and connections with them."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), *self._ended, return_exceptions=True)
        remembering.write(self.ctx.root, self.fold)

    def reload(self, ctx: Context) -> None:
        """The manifests changed: service levels, and exchanges that came or went. `ctx` has them."""
        before, self.ctx = self.ctx.campaign.backends, ctx
        campaign = ctx.campaign
        self.fold.within = _within(campaign)
        if not self._every:
            return
        for name in {**before, **campaign.backends}:
            if before.get(name) == campaign.backends.get(name):
                continue
            if (task := self._tasks.pop(name, None)) is not None:
                task.cancel()
                self._ended.append(task)
            self.fold.drop(name)
            if name in campaign.backends:
                self._begin(name)

    def _begin(self, name: str) -> None:
        self.fold.expect(name)
        _recall(self.ctx, self.fold, name)
        self._tasks[name] = asyncio.ensure_future(Watcher(self, self.ctx.campaign.backends[name]).run())

    async def boards(self, hz: float = 5.0) -> AsyncGenerator[Board, None]:
        """A board whenever something changed, at most `hz` a second, and one a second at least: waits grow, silence shows.

        An emergency call does not wait for its turn. Raises what ended a watcher unexpectedly.
        """
        clock, step = self.ctx.clock, 1.0 / hz
        while True:
            self._news.clear()
            self._urgent.clear()
            yield self.board()
            await first_of(self._urgent.wait(), clock.sleep(step))
            if not self._news.is_set():
                await first_of(self._news.wait(), clock.sleep(max(0.0, 1.0 - step)))

    def board(self) -> Board:
        """The board as of now."""
        for task in self._tasks.values():
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error
        now = self.see_clock()
        if self._clock[1] - self._kept >= remembering.EVERY:
            self._kept = self._clock[1]
            remembering.write(self.ctx.root, self.fold)
        return self.fold.board(now)

    def see_clock(self) -> datetime:
        """Now; all exchanges are looked at when the clock was set since the last time.

        Set back, it takes everything along; after one that went ahead - set, or this machine slept - nobody knows what was missed.
        """
        now, steady = self.ctx.clock.now(), self.ctx.clock.monotonic()
        before, was = self._clock
        jump = (now - before).total_seconds() - (steady - was)
        self._clock = (now, steady)
        if jump < -_JUMP:
            self.fold.shift(jump)
        elif jump > _JUMP:
            for name in tuple(self._tasks):
                self.fold.missed(name, "this machine slept, or its clock was set")
        return now

    def news(self, *, urgent: bool = False) -> None:
        """There is something to show."""
        self._news.set()
        if urgent:
            self._urgent.set()


def new_fold(campaign: Campaign, pace: Pace) -> Fold:
    """A fold that knows the campaign's midnight and its hotlines' service levels."""
    return Fold(window=pace.window, stale_after=pace.stale, zone=ZoneInfo(campaign.time_zone), within=_within(campaign))


def _within(campaign: Campaign) -> dict[str, float]:
    return {hotline.id: float(hotline.service.answer_within) for hotline in campaign.hotlines.values()}


async def boards(ctx: Context, *, hz: float = 5.0, names: Sequence[str] = (), pace: Pace | None = None) -> AsyncGenerator[Board, None]:
    """The boards of a watch of its own; ends, with everything it holds, when its iteration is closed."""
    async with Watch(ctx, names, pace) as watch, aclosing(watch.boards(hz)) as stream:
        async for board in stream:
            yield board


async def look_once(ctx: Context, names: Sequence[str] = (), *, patience: float = 10.0) -> tuple[Board, Fold]:
    """One look at all exchanges at once, each with `patience` seconds to answer; those that do not are lost on the board."""
    campaign = ctx.campaign
    fold = expecting(ctx, names)

    async def one(name: str) -> None:
        asked = ctx.clock.now()
        try:
            backend = ctx.open_backend(campaign.backends[name])
            try:
                live: Live = await within(ctx.clock, backend.live(agents=True), patience, name)
            finally:
                await backend.close()
        except errors.CampctlError as error:
            fold.lost(name, ctx.clock.now(), error.message)
        else:
            fold.look(live, asked)

    await asyncio.gather(*(one(name) for name in tuple(names) or tuple(campaign.backends)))
    board = fold.board(ctx.clock.now())
    remembering.write(ctx.root, fold)
    return board, fold


def expecting(ctx: Context, names: Sequence[str] = ()) -> Fold:
    """A fold that knows which exchanges there are, and what was kept of them, and has not looked at any yet."""
    fold = new_fold(ctx.campaign, Pace())
    for name in tuple(names) or tuple(ctx.campaign.backends):
        fold.expect(name)
        _recall(ctx, fold, name)
    return fold


def _recall(ctx: Context, fold: Fold, name: str) -> None:
    memory = remembering.read(ctx.root, name)
    if memory is not None:
        fold.remember(memory)


__all__ = ["Heard", "Notice", "Pace", "Watch", "boards", "expecting", "look_once", "new_fold"]
