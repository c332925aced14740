"""When the next call comes, and random numbers that are the same in every process."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

_HOUR = 3600.0


def next_arrival(after: float, a_day: float, shares: tuple[float, ...], zone: ZoneInfo, random: Callable[[], float]) -> float | None:
    """The instant of the next call after `after` (seconds since 1970): a Poisson process whose rate changes by the hour.

    Exact: one exponential step through the hours' rates. None where nobody calls within a week.
    """
    need, at = -math.log1p(-random()), after
    for _ in range(7 * 24 + 1):
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        rate = a_day * shares[local.hour] / _HOUR
        room = _HOUR - local.minute * 60 - local.second - local.microsecond / 1e6
        if rate > 0 and rate * room > need:
            return at + need / rate
        need -= rate * room
        at += max(room, 1e-3)
    return None


def draws(seed: int, *words: object) -> Random:
    """Random numbers that are the same for the same words, in every process."""
    return Random("/".join(map(str, (seed, *words))))  # noqa: S311  # which call comes when is no secret
