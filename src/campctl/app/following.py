"""`watch`: what happens on the exchanges, as it comes; and what becomes of the watching itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, get_args

from msgspec import Struct

from campctl import errors
from campctl.app.context import Context
from campctl.app.find import did_you_mean, one
from campctl.app.watcher import Heard, Notice, Pace, first_of
from campctl.app.watching import Watch
from campctl.model.live import Event, EventType

if TYPE_CHECKING:
    from campctl.live.board import Board

TYPES: Final[tuple[str, ...]] = get_args(EventType)
NOTICES: Final = ("live", "lost", "back", "missed")
"""What is told whatever was asked for: without it a silence could mean anything."""
LOOK: Final = 1.0
"""Seconds between two looks whether anybody still reads."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What to tell of: all where nothing is said. `seconds` 0: without end."""

    hotlines: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    seconds: float = 0.0


async def follow(
    ctx: Context, wanted: Wanted, tell: Callable[[Heard], None], alive: Callable[[], bool] = lambda: True, pace: Pace | None = None
) -> Board:
    """Tell of everything, in the order of coming, until the time is over or nobody reads; the last board.

    `tell` may raise (the reader went away): that ends it, with everything let go of.
    """
    _check(ctx, wanted)
    heard: deque[Heard] = deque()
    news = asyncio.Event()

    def take(one: Heard) -> None:
        if _is_wanted(one, wanted):
            heard.append(one)
            news.set()

    clock = ctx.clock
    end = clock.monotonic() + wanted.seconds if wanted.seconds else None
    async with Watch(ctx, wanted.backends, pace, tell=take) as watch:
        while alive():
            left = LOOK if end is None else min(LOOK, end - clock.monotonic())
            if left <= 0:
                break
            await first_of(news.wait(), clock.sleep(left))
            news.clear()
            while heard:
                tell(heard.popleft())
            watch.board()
        return watch.board()


def _check(ctx: Context, wanted: Wanted) -> None:
    for hotline in wanted.hotlines:
        one(ctx.campaign.hotlines, hotline, "hotline")
    for backend in wanted.backends:
        one(ctx.campaign.backends, backend, "backend")
    for kind in wanted.types:
        if kind not in TYPES:
            raise errors.UsageError(f"There is no type of event `{kind}`.", hint=did_you_mean(kind, TYPES) or f"Types: {', '.join(TYPES)}.")


def _is_wanted(heard: Heard, wanted: Wanted) -> bool:
    if isinstance(heard, Notice) or heard.type == "gap":
        return True
    if wanted.types and heard.type not in wanted.types:
        return False
    return not wanted.hotlines or hotline_of(heard) in wanted.hotlines


def hotline_of(event: Event) -> str:
    """The hotline an event is about; "" where it is about none."""
    if event.key is None or event.key.kind not in {"queue", "member"}:
        return ""
    return event.key.id if event.key.kind == "queue" else event.key.id.partition("/")[0]
