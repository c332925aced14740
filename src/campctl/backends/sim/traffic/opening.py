"""Whether a queue is open: its canonical hours at an instant of its own day."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from campctl.model.resources import Queue

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_open(queue: Queue, local: datetime) -> bool:
    """`local` is in the queue's zone; no hours: always, "never": never."""
    minute = local.hour * 60 + local.minute
    return not queue.hours or any(local.weekday() in days and start <= minute < end for days, start, end in map(_rule, queue.hours))


@lru_cache(maxsize=1024)
def _rule(text: str) -> tuple[frozenset[int], int, int]:
    """("mon-fri,sun 08:00-24:00") as days and minutes; a rule nobody understands is open never."""
    try:
        days, _, times = text.partition(" ")
        start, _, end = times.partition("-")
        numbers: set[int] = set()
        for part in days.split(","):
            first, _, last = part.partition("-")
            numbers.update(range(_DAYS.index(first), _DAYS.index(last or first) + 1))
        return frozenset(numbers), _minute(start), _minute(end)
    except ValueError:
        return frozenset(), 0, 0


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """A time zone; UTC for one this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
