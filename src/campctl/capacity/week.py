"""Hours of a week that two people in two time zones have in common: minutes from the Monday midnight of the first one's clock.

Both clocks are read on the days of one given week, because zones leave daylight saving on different days, and some never have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from campctl.model.campaign import HoursRule

Windows = tuple[tuple[int, int], ...]


def common(mine: tuple[HoursRule, ...], my_zone: str, theirs: tuple[HoursRule, ...], their_zone: str, monday: date) -> Windows:
    """When both are open in my week from `monday` on, as (start, end) in minutes of my clock."""
    first = _open(mine, my_zone, monday, 0, 7)
    second = _open(theirs, their_zone, monday, -1, 9)
    shared = []
    at = 0
    for start, end in first:
        while at < len(second) and second[at][1] <= start:
            at += 1
        look = at
        while look < len(second) and second[look][0] < end:
            shared.append((max(start, second[look][0]), min(end, second[look][1])))
            look += 1
    zone = ZoneInfo(my_zone)
    return tuple(_local(start, end, zone, monday) for start, end in shared)


def minutes(windows: Sequence[tuple[int, int]]) -> int:
    """How long they are together."""
    return sum(end - start for start, end in windows)


@lru_cache(maxsize=4096)
def rule_minutes(rules: tuple[HoursRule, ...]) -> int:
    """Minutes a week that rules are open, on a clock that is not changed."""
    merged = _merged(sorted((day * 1440 + rule.start, day * 1440 + rule.end) for rule in rules for day in rule.days))
    return minutes(merged)


@lru_cache(maxsize=4096)
def _open(rules: tuple[HoursRule, ...], zone_name: str, monday: date, first: int, days: int) -> Windows:
    """Opening times as minutes since 1970 in UTC, in order, those that touch joined."""
    zone = ZoneInfo(zone_name)
    dates = [monday + timedelta(days=number) for number in range(first, first + days)]
    found = [
        (_instant(day, rule.start, zone), _instant(day, rule.end, zone)) for day in dates for rule in rules if day.weekday() in rule.days
    ]
    return _merged(sorted(found))


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    local = datetime(day.year, day.month, day.day, tzinfo=None) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall clock's time
    return int(local.replace(tzinfo=zone).astimezone(UTC).timestamp()) // 60


def _local(start: int, end: int, zone: ZoneInfo, monday: date) -> tuple[int, int]:
    """Where my clock stands at the start, and as many minutes later."""
    shown = datetime.fromtimestamp(start * 60, UTC).astimezone(zone)
    at = (shown.date() - monday).days * 1440 + shown.hour * 60 + shown.minute
    return at, at + end - start


def _merged(windows: Sequence[tuple[int, int]]) -> Windows:
    joined: list[tuple[int, int]] = []
    for start, end in windows:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return tuple(joined)
