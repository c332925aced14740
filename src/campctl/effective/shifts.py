"""Who is there when. Pure; instants are aware.

A person without shifts is there at any time. Shifts that touch or overlap count as one, so that nobody is sent away at 14:00
who stays until 18:00.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campctl.model.campaign import Campaign, HoursRule, Shift, User


class Turn(NamedTuple):
    """Shifts that begin and end alike, in offices of one time zone. `people` are ids in the campaign's order."""

    start: datetime
    end: datetime
    time_zone: str
    people: tuple[str, ...]


def on_shift(user: User, at: datetime) -> Shift | None:
    """The shift they are in at an instant, to its very end; None outside of all, and for who has none (`is_there` tells which)."""
    for one in user.shifts:
        if one.start <= at < one.end:
            return one if len(user.shifts) == 1 else next(joined for joined in merged(user.shifts) if joined.start <= at < joined.end)
    return None


def is_there(user: User, at: datetime) -> bool:
    """Whether they can be given a seat at an instant: they have no shifts, or are in one."""
    return not user.shifts or any(one.start <= at < one.end for one in user.shifts)


def merged(shifts: Sequence[Shift]) -> list[Shift]:
    """In order, those that touch or overlap joined."""
    found: list[Shift] = []
    for one in sorted(shifts, key=lambda one: one.start):
        if found and one.start <= found[-1].end:
            if one.end > found[-1].end:
                found[-1] = Shift(found[-1].start, one.end)
        else:
            found.append(one)
    return found


def off_duty(campaign: Campaign, at: datetime) -> frozenset[str]:
    """The users who have shifts, and none at this instant."""
    return frozenset(user.id for user in campaign.users.values() if user.shifts and not is_there(user, at))


def leaving(campaign: Campaign, at: datetime) -> dict[str, int]:
    """Of the users in a shift, their place in the order of going: the lower the later, and who goes together has the same.

    Who is not in it has no end in sight, which comes before 1.
    """
    ends = {user.id: shift.end for user in campaign.users.values() if user.shifts and (shift := on_shift(user, at))}
    places = {end: place for place, end in enumerate(sorted(set(ends.values()), reverse=True), 1)}
    return {uid: places[end] for uid, end in ends.items()}


def shift_instants(users: Iterable[User]) -> set[datetime]:
    """Every instant at which somebody comes or goes."""
    found: set[datetime] = set()
    for shifts in {user.shifts for user in users if user.shifts}:
        for one in shifts if len(shifts) < 2 else merged(shifts):
            found.add(one.start)
            found.add(one.end)
    return found


def weekly(user: User, time_zone: str, monday: date) -> tuple[HoursRule, ...]:
    """Their shifts of the week from `monday` on, as minutes of its days by the clock of `time_zone`; cut at midnight."""
    zone = ZoneInfo(time_zone)
    found = []
    for one in merged(user.shifts):
        start, end = one.start.astimezone(zone).replace(tzinfo=None), one.end.astimezone(zone).replace(tzinfo=None)
        for number in range(7):
            day = datetime.combine(monday + timedelta(days=number), time.min)
            first, last = max(start, day), min(end, day + timedelta(days=1))
            if first < last:
                found.append(HoursRule((number,), _minute(first - day), _minute(last - day)))
    return tuple(found)


def shift_words(user: User, time_zone: str) -> list[str]:
    """Their shifts as manifests write them: `2026-11-03T06:00/14:00`."""
    zone = ZoneInfo(time_zone)
    found = []
    for one in user.shifts:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        found.append(
            f"{start:%Y-%m-%dT%H:%M}/{end:%H:%M}" if start.date() == end.date() else f"{start:%Y-%m-%dT%H:%M}/{end:%Y-%m-%dT%H:%M}"
        )
    return found


def _minute(of_day: timedelta) -> int:
    return of_day // timedelta(minutes=1)


def turns(campaign: Campaign) -> list[Turn]:
    """Everybody's shifts, those that begin and end alike taken together, in order."""
    found: dict[tuple[datetime, datetime, str], list[str]] = {}
    for user in campaign.users.values():
        for one in merged(user.shifts):
            found.setdefault((one.start, one.end, campaign.offices[user.office].time_zone), []).append(user.id)
    return [Turn(*key, tuple(people)) for key, people in sorted(found.items())]
