"""Board and wish joined into a picture: what screens, alerts, `status` and the exporter are handed.

    async with aclosing(pictures(ctx, hz=5)) as stream:
        async for picture in stream: ...

Rows that did not change are the same objects as in the picture before, as on the board.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

from campctl.app.context import Context
from campctl.app.picture import AlertLine, HotlineLine, Picture
from campctl.app.picturing_rooms import Rooms
from campctl.app.wishing import Wish, Wishes
from campctl.live.board import Board, HotlineBoard

if TYPE_CHECKING:
    from campctl.app.watcher import Heard
    from campctl.app.watching import Pace
    from campctl.model.campaign import Hotline

T = TypeVar("T")
Alerting = Callable[[Picture], tuple[AlertLine, ...]]
"""Given a picture without alerts, those that stand."""

_LATELY: Final = 30
"""Minutes whose arrivals Erlang is asked about."""
_LEAST: Final = 5
"""Minutes that must have been watched for that."""
_ENOUGH: Final = 10
"""Calls that must have ended lately for their handling time to be believed."""


class Pictures:
    """Makes one picture after the other."""

    def __init__(self, alerting: Alerting | None = None) -> None:
        self._alerting = alerting
        self._last: Picture | None = None
        self._rooms = Rooms()
        self._asked: dict[tuple[object, ...], int] = {}

    def picture(self, board: Board, wish: Wish) -> Picture:
        """The picture of a board."""
        last = self._last
        self._rooms.update(board, wish)
        hotlines = _same(last.hotlines if last else (), [self._hotline(one, board, wish) for one in wish.campaign.hotlines.values()])
        picture = Picture(
            at=board.at,
            version=last.version if last else 0,
            campaign=wish.campaign.name,
            time_zone=wish.campaign.time_zone,
            backends=_same(last.backends if last else (), board.backends.values()),
            hotlines=hotlines,
            offices=self._rooms.offices,
            people=self._rooms.people,
            activity=wish.activity,
            alerts=last.alerts if last else (),
            emergencies=board.emergencies,
        )
        self._last = self._numbered(picture)
        return self._last

    def _numbered(self, picture: Picture) -> Picture:
        """With its alerts, and a number of its own if anything changed."""
        from msgspec.structs import replace

        if self._alerting is not None:
            picture = replace(picture, alerts=_same(picture.alerts, self._alerting(replace(picture, alerts=()))))
        last = self._last
        parts = ("backends", "hotlines", "offices", "people", "activity", "alerts", "emergencies")
        if last is not None and all(getattr(last, part) is getattr(picture, part) for part in parts):
            return picture
        return replace(picture, version=picture.version + 1)

    def _hotline(self, hotline: Hotline, board: Board, wish: Wish) -> HotlineLine:
        from campctl.effective.opening import open_at

        home = hotline.backend or wish.campaign.default_backend
        row = board.hotlines.get(hotline.id) or HotlineBoard(id=hotline.id, backend=home)
        backend = board.backends.get(row.backend)
        seating = wish.staff.seating.get(hotline.id)
        escalation = wish.escalation.get(hotline.id, frozenset())
        extra = sum(hotline.id in found.queues for line in escalation if (found := board.lines.get(line)) is not None)
        agents = row.agents
        return HotlineLine(
            id=hotline.id,
            name=hotline.name,
            backend=row.backend,
            open=open_at(hotline.hours, ZoneInfo(hotline.time_zone or wish.campaign.time_zone), board.at),
            waiting=row.waiting,
            longest_wait=_wait(row.oldest, board.at if backend is None or backend.health == "live" else backend.heard or board.at),
            level_now=_share(row.recent_within, row.recent_answered + row.recent_abandoned),
            level_today=_share(row.within, row.answered + row.abandoned),
            target=hotline.service.target,
            answered=row.answered,
            abandoned=row.abandoned,
            free=agents.get("free", 0),
            ringing=agents.get("ringing", 0),
            busy=agents.get("busy", 0),
            paused=agents.get("paused", 0),
            wrap_up=agents.get("wrap-up", 0),
            gone=agents.get("gone", 0),
            seated=max(0, sum(agents.values()) - extra),
            desired=seating.wanted if seating else 0,
            asked=self._erlang(hotline, row),
            whence=seating.whence if seating else "",
            minutes=row.minutes,
            stale=backend is None or backend.health != "live",
            since=row.since,
            refused=row.refused,
            diverted=wish.diverted.get(hotline.id, ""),
        )

    def _erlang(self, hotline: Hotline, row: HotlineBoard) -> int | None:
        """Seats that would hold the service level for the calls of the last half hour, with the time they took."""
        from campctl.capacity.erlang import Target, seats_needed

        watched = min(row.watched, _LATELY)
        volume, service = hotline.volume, hotline.service
        if watched < _LEAST:
            return None
        if row.ended >= _ENOUGH:
            handling = float(round(row.talked / row.ended + hotline.wrap_up))
        elif volume is not None:
            handling = float(volume.handling_time)
        else:
            return None
        calls = sum(row.minutes[-watched:])
        patience = float(volume.patience) if volume is not None and volume.patience else inf
        key = (calls, watched, handling, patience, service)
        if key not in self._asked:
            if len(self._asked) > 1_000:
                self._asked.clear()
            load = calls / (watched * 60.0) * handling
            try:
                self._asked[key] = seats_needed(
                    load, handling, Target(service.target, float(service.answer_within), service.max_occupancy), patience
                )
            except ValueError:
                return None
        return self._asked[key]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _wait(oldest: datetime | None, now: datetime) -> float:
    """Whole seconds, so that rows change no more often than what they show. `now`: until when it is known that somebody waits."""
    return 0.0 if oldest is None else float(max(0, int((now - oldest).total_seconds())))


def _same(old: Sequence[T], new: Iterable[T]) -> tuple[T, ...]:
    """The new rows, each the old object where it is equal to it; the old tuple itself where all are."""
    made = tuple(new)
    merged = tuple(a if a is b or a == b else b for a, b in zip(old, made, strict=False)) + made[len(old) :]
    return old if isinstance(old, tuple) and len(old) == len(made) and all(a is b for a, b in zip(old, merged, strict=True)) else merged


async def pictures(
    ctx: Context,
    *,
    hz: float = 5.0,
    alerting: Alerting | None = None,
    pace: Pace | None = None,
    names: Sequence[str] = (),
    tell: Callable[[Heard], None] | None = None,
) -> AsyncGenerator[Picture, None]:
    """One picture after the other, at most `hz` a second and at least one; ends with all it holds when its iteration is closed.

    What is wanted is looked at again once a second; manifests that change are followed, those with errors are told of in `activity`.
    `tell` hears every event.
    """
    from campctl.app.watching import Watch

    wishes = Wishes(ctx)
    making = Pictures(alerting)
    wish = await wishes.refreshed()
    checked = ctx.clock.monotonic()
    fresh: asyncio.Task[Wish] | None = None
    try:
        async with Watch(wishes.ctx, names, pace, tell) as watch, aclosing(watch.boards(hz)) as boards:
            async for board in boards:
                if fresh is None and ctx.clock.monotonic() - checked >= 1.0:
                    fresh = asyncio.ensure_future(wishes.refreshed())
                    await asyncio.wait({fresh}, timeout=0.05)
                if fresh is not None and fresh.done():
                    before, wish, fresh = wish, fresh.result(), None
                    checked = ctx.clock.monotonic()
                    if wish.campaign is not before.campaign:
                        watch.reload(wishes.ctx)
                yield making.picture(board, wish)
    finally:
        if fresh is not None:
            await asyncio.gather(fresh, return_exceptions=True)
        wishes.close()


def before_looking(ctx: Context) -> Picture:
    """The first of `pictures`: what is wanted, and what is remembered of exchanges, before any of them was asked."""
    from campctl.app.watching import expecting

    wishes = Wishes(ctx)
    try:
        wish = wishes.refresh()
        return Pictures().picture(expecting(wishes.ctx).board(ctx.clock.now()), wish)
    finally:
        wishes.close()


async def one_picture(ctx: Context, *, names: Sequence[str] = (), patience: float = 10.0, alerting: Alerting | None = None) -> Picture:
    """A picture of this moment: one look at every exchange."""
    from campctl.app.watching import look_once

    wishes = Wishes(ctx)
    try:
        wish = wishes.refresh()
        board, _ = await look_once(wishes.ctx, names, patience=patience)
        return Pictures(alerting).picture(board, wish)
    finally:
        wishes.close()
