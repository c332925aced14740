"""Board and wish joined into a picture: what screens, alerts, `status` and the exporter are handed.

    async with aclosing(pictures(ctx, hz=5)) as stream:
        async for picture in stream: ...

Rows that did not change are the same objects as in the picture before, as on the board.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

from campctl.app.context import Context
from campctl.app.picture import AlertLine, DeskCell, DeskState, HotlineLine, OfficeLine, PersonLine, Picture
from campctl.app.wishing import Wish, Wishes
from campctl.live.board import Board, HotlineBoard, LineBoard

if TYPE_CHECKING:
    from campctl.app.watcher import Heard
    from campctl.app.watching import Pace
    from campctl.effective import LitPort
    from campctl.model.campaign import Hotline, Port, User

T = TypeVar("T")
Alerting = Callable[[Picture], tuple[AlertLine, ...]]
"""Given a picture without alerts, those that stand."""

_LATELY: Final = 30
"""Minutes whose arrivals Erlang is asked about."""
_LEAST: Final = 5
"""Minutes that must have been watched for that."""
_ENOUGH: Final = 10
"""Calls that must have ended lately for their handling time to be believed."""
_BUSY: Final[Mapping[str, DeskState]] = {"ringing": "ringing", "busy": "talking", "paused": "paused"}


class Pictures:
    """Makes one picture after the other."""

    def __init__(self, alerting: Alerting | None = None) -> None:
        self._alerting = alerting
        self._last: Picture | None = None
        self._board: Board | None = None
        self._wish: Wish | None = None
        self._people: dict[str, PersonLine] = {}
        self._desks: dict[str, DeskCell] = {}
        self._seats: dict[str, str] = {}
        self._asked: dict[tuple[object, ...], int] = {}

    def picture(self, board: Board, wish: Wish) -> Picture:
        """The picture of a board."""
        lines_changed = self._board is None or self._board.lines is not board.lines or self._unseen(self._board) != self._unseen(board)
        afresh = self._wish is not wish
        if afresh:
            self._seats = {light.user: port for port, light in wish.staff.lit.items() if light.user}
        last = self._last
        if last is None or lines_changed or afresh:
            offices, people = self._places(board, wish), self._persons(board, wish)
        else:
            offices, people = last.offices, last.people
        hotlines = _same(last.hotlines if last else (), [self._hotline(one, board, wish) for one in wish.campaign.hotlines.values()])
        picture = Picture(
            at=board.at,
            version=last.version if last else 0,
            campaign=wish.campaign.name,
            time_zone=wish.campaign.time_zone,
            backends=_same(last.backends if last else (), board.backends.values()),
            hotlines=hotlines,
            offices=_same(last.offices if last else (), offices),
            people=_same(last.people if last else (), people),
            activity=wish.activity,
            alerts=last.alerts if last else (),
            emergencies=board.emergencies,
        )
        self._board, self._wish = board, wish
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

    @staticmethod
    def _unseen(board: Board) -> frozenset[str]:
        """Exchanges nothing was ever heard of."""
        return frozenset(one.name for one in board.backends.values() if one.heard is None)

    # -- hotlines --

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
            longest_wait=_wait(row.oldest, board.at),
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

    # -- offices, desks, people --

    def _places(self, board: Board, wish: Wish) -> Iterable[OfficeLine]:
        campaign, before = wish.campaign, self._desks
        cells: dict[str, list[DeskCell]] = {office: [] for office in campaign.offices}
        self._desks = {}
        for port in campaign.ports.values():
            cell = _desk(port, wish, board)
            known = before.get(port.id)
            self._desks[port.id] = cell = known if known is not None and known == cell else cell
            cells[port.office].append(cell)
        people: dict[str, list[User]] = {office: [] for office in campaign.offices}
        for user in campaign.users.values():
            people[user.office].append(user)
        for office in campaign.offices.values():
            lines = [board.lines.get(f"port/{cell.id}") for cell in cells[office.id]]
            lines += [board.lines.get(f"user/{user.id}") for user in people[office.id]]
            there = [line for line in lines if line is not None and line.registered]
            wanted = bool(people[office.id]) or any(cell.id in wish.staff.lit for cell in cells[office.id])
            backend = board.backends.get(office.backend)
            yield OfficeLine(
                id=office.id,
                name=office.name,
                backend=office.backend,
                time_zone=office.time_zone,
                desks=tuple(cells[office.id]),
                people=len(people[office.id]),
                registered=len(there),
                calls=sum(line.state == "busy" for line in there),
                silent=wanted and not there and backend is not None and backend.health == "live",
                evacuated=office.id in wish.staff.away,
            )

    def _persons(self, board: Board, wish: Wish) -> Iterable[PersonLine]:
        before, self._people = self._people, {}
        unseen = self._unseen(board)
        for user in wish.campaign.users.values():
            desk = self._seats.get(user.id)
            line = f"port/{desk}" if desk is not None else f"user/{user.id}"
            row, own = board.lines.get(line), board.lines.get(f"user/{user.id}")
            hotlines = sorted({*(row.queues if row is not None else ()), *(own.queues if own is not None else ())})
            person = PersonLine(
                id=user.id,
                name=user.name,
                office=user.office,
                extension=user.extension,
                role=user.role,
                line=line,
                state=row.state if row is not None and row.registered else "" if unseen else "unreachable",
                reason=row.reason if row is not None else "",
                since=row.since if row is not None else None,
                hotlines=tuple(hotlines),
            )
            known = before.get(user.id)
            self._people[user.id] = person = known if known is not None and known == person else person
            yield person


def _desk(port: Port, wish: Wish, board: Board) -> DeskCell:
    light, row = wish.staff.lit.get(port.id), board.lines.get(f"port/{port.id}")
    user = light.user if light is not None else port.user
    known = wish.campaign.users.get(user)
    return DeskCell(
        id=port.id,
        office=port.office,
        label=port.desk,
        extension=port.extension,
        state=_state(port, light, row, wish, board),
        who=(light.volunteer if light is not None else "") or (known.name if known is not None else user),
        hotline=(light.hotline if light is not None else "") or (row.queues[0] if row is not None and row.queues else ""),
        since=row.since if row is not None else None,
        until=light.until if light is not None else None,
    )


def _state(port: Port, light: LitPort | None, row: LineBoard | None, wish: Wish, board: Board) -> DeskState:
    if row is not None and row.state in {"ringing", "busy"}:
        return _BUSY[row.state]
    if light is None:
        return "no-location" if port.id in wish.unlocated else "dark"
    if row is None or not row.registered:
        return "lit" if any(one.heard is None for one in board.backends.values()) else "unreachable"
    return _BUSY.get(row.state, "unreachable" if row.state == "gone" else "lit")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _wait(oldest: datetime | None, now: datetime) -> float:
    """Whole seconds, so that rows change no more often than what they show."""
    return 0.0 if oldest is None else float(max(0, int((now - oldest).total_seconds())))


def _same(old: Sequence[T], new: Iterable[T]) -> tuple[T, ...]:
    """The new rows, each the old object where it is equal to it; the old tuple itself where all are."""
    made = tuple(new)
    merged = tuple(a if a == b else b for a, b in zip(old, made, strict=False)) + made[len(old) :]
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
