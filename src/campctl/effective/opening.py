"""When a hotline is open: its hours, as instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campctl.model.campaign import HoursRule


def open_at(hours: tuple[HoursRule, ...], zone: ZoneInfo, at: datetime) -> bool:
    """Whether it is open at an instant (aware); without hours it always is."""
    if not hours:
        return True
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return any(local.weekday() in rule.days and rule.start <= minute < rule.end for rule in hours)


def turns(hours: tuple[HoursRule, ...], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, bool]]:
    """(instant, whether it opens) for every opening and closing after `start`, up to and including `end`, in order.

    A wall time that the clock skips turns at the instant at which it would have come; of one that it shows twice, the first counts.
    """
    if not hours:
        return
    day = start.astimezone(zone).date() - timedelta(days=1)
    found: set[datetime] = set()
    while day <= end.astimezone(zone).date() + timedelta(days=1):
        for rule in hours:
            if day.weekday() in rule.days:
                found |= {_instant(day, minute, zone) for minute in (rule.start, rule.end)}
        day += timedelta(days=1)
    # Where the clock goes back, what ended at 01:30 would be open once more from 01:00 on.
    for instant in sorted(found | _changes(found, zone)):
        after = open_at(hours, zone, instant)
        if start < instant <= end and after != open_at(hours, zone, instant - timedelta(seconds=1)):
            yield instant, after


def _instant(day: object, minute: int, zone: ZoneInfo) -> datetime:
    local = datetime.fromisoformat(f"{day}T00:00") + timedelta(minutes=minute)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _changes(found: set[datetime], zone: ZoneInfo) -> set[datetime]:
    """The same wall times when they come again, and the instants at which the clock is changed on those days."""
    more = set()
    for instant in found:
        again = instant.astimezone(zone).replace(fold=1).astimezone(UTC)
        more.add(again)
        for before in (instant - timedelta(days=1), instant):
            more |= _jumps(before, instant + timedelta(days=1), zone)
    return more


def _jumps(start: datetime, end: datetime, zone: ZoneInfo) -> set[datetime]:
    """The instant between two at which the zone's offset changes, if it does."""
    before = start.astimezone(zone).utcoffset()
    if before == end.astimezone(zone).utcoffset():
        return set()
    low, high = start, end
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return {high.replace(microsecond=0)}
