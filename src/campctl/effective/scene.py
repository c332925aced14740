"""The stage of a rehearsal from desired(t): hotlines as they treat their callers, and who sits where from when to when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from campctl.capacity.rehearsal.cast import Sitting
from campctl.capacity.rehearsal.stage import Hotline as Line
from campctl.effective.opening import open_at, turns
from campctl.effective.staff import Staff
from campctl.model.campaign import Campaign, Hotline, Target, home_of

WALK_IN = "volunteer"
"""The role of a desk at which nobody of the roster sits."""


def lines_of(campaign: Campaign, start: datetime, end: datetime) -> tuple[Line, ...]:
    """Every hotline in the campaign's order; times count from `start`."""
    place = {name: n for n, name in enumerate(campaign.hotlines)}

    def lead(target: Target | None) -> int | None:
        if target is None:
            return None
        return place.get(target.id, -1) if target.kind == "hotline" else -1

    return tuple(_line(campaign, hotline, lead, start, end) for hotline in campaign.hotlines.values())


def _line(campaign: Campaign, hotline: Hotline, lead: Callable[[Target | None], int | None], start: datetime, end: datetime) -> Line:
    opens: list[tuple[float, int]] = []
    leaves: tuple[float, int] | None = None
    level = 1
    for step in hotline.escalation:
        if step.answer is not None:
            level += 1
            opens.append((float(step.after), level))
        elif leaves is None and (to := lead(step.to)) is not None:
            leaves = (float(step.after), to)
    zone = ZoneInfo(hotline.time_zone or campaign.time_zone)
    return Line(
        name=hotline.id,
        answer_within=float(hotline.service.answer_within),
        wrap_up=float(hotline.wrap_up),
        max_waiting=hotline.max_waiting,
        max_wait=float(hotline.max_wait) if hotline.max_wait else None,
        opens=tuple(opens),
        leaves=leaves,
        overflow=lead(hotline.overflow),
        closed=_closed(hotline, zone, start, end),
        closed_to=lead(hotline.closed),
    )


def _closed(hotline: Hotline, zone: ZoneInfo, start: datetime, end: datetime) -> tuple[tuple[float, float], ...]:
    """From `start` to `end`, when it is not open."""
    found: list[tuple[float, float]] = []
    since = None if open_at(hotline.hours, zone, start) else 0.0
    for at, opens in turns(hotline.hours, zone, start, end):
        second = (at - start).total_seconds()
        if opens and since is not None:
            found.append((since, second))
            since = None
        elif not opens:
            since = second
    if since is not None:
        found.append((since, (end - start).total_seconds()))
    return tuple((first, last) for first, last in found if first < last)


def sittings(campaign: Campaign, staff: Sequence[Staff], end: datetime) -> list[Sitting]:
    """Who answers what from when to when. Each of `staff` holds until the next, the last until `end`; times count from the first."""
    place = {name: n for n, name in enumerate(campaign.hotlines)}
    start = staff[0].at
    begun: dict[tuple[str, str, int, int], float] = {}
    found: list[Sitting] = []
    for n, holds in enumerate(staff):
        now = (holds.at - start).total_seconds()
        here: dict[tuple[str, str, int, int], None] = {}
        for name, seating in holds.seating.items():
            for seat in seating.filled:
                here[_person(seat.line, holds), seat.line, place[name], seat.level] = None
        gone = [key for key in begun if key not in here]
        found += [_sitting(campaign, key, begun.pop(key), now) for key in gone]
        for key in here:
            begun.setdefault(key, now)
        if n + 1 == len(staff):
            last = (end - start).total_seconds()
            found += (_sitting(campaign, key, since, last) for key, since in begun.items())
    return found


def seated(campaign: Campaign, staff: Staff, start: float, end: float) -> list[Sitting]:
    """Who answers what by one of these, from `start` up to `end`."""
    place = {name: n for n, name in enumerate(campaign.hotlines)}
    return [
        _sitting(campaign, (_person(seat.line, staff), seat.line, place[name], seat.level), start, end)
        for name, seating in staff.seating.items()
        for seat in seating.filled
    ]


def _person(line: str, staff: Staff) -> str:
    """Who answers by a line: the person at the desk, where one is named."""
    kind, _, name = line.partition("/")
    user = staff.lit[name].user if kind == "port" else ""
    return f"user/{user}" if user else line


def _sitting(campaign: Campaign, key: tuple[str, str, int, int], start: float, end: float) -> Sitting:
    person, line, hotline, level = key
    kind, _, name = line.partition("/")
    spot = campaign.users[name] if kind == "user" else campaign.ports[name]
    user = campaign.users.get(person.removeprefix("user/")) if person.startswith("user/") else None
    role = user.role if user is not None else WALK_IN
    return Sitting(person, spot.office, home_of(campaign, spot), role, hotline, level, start, end)
