"""What became of the calls, hotline by hotline and interval by interval."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from msgspec import Struct

LOST, OVERFLOWED, FULL, BLOCKED, CLOSED = -1.0, -2.0, -3.0, -4.0, -5.0
"""Instead of a wait: gave up; went on to elsewhere; found it full, or waited as long as one may, with nowhere to go on to;
found no trunk, or the exchange down; came outside the hours."""


class Fates(Struct):
    """Per call of a hotline, in order: seconds waited by who was answered, or one of LOST, OVERFLOWED, FULL, BLOCKED, CLOSED.

    `begun` is when an answered call began to be talked on, and when one that went on left. Calls that came over from another
    hotline are counted in `guests` (arrived there, waited there or a mark, would talk, gone from there).
    """

    waits: array[float]
    begun: array[float]
    guests: list[tuple[float, float, float, float]]

    @classmethod
    def of(cls, count: int) -> Fates:
        """Nothing has become of them yet."""
        return cls(array("d", bytes(8 * count)), array("d", bytes(8 * count)), [])


class Interval(Struct, frozen=True, gc=False):
    """One hotline in one interval; calls are counted where they came, talk where it was talked.

    `seats` is the mean number of people there, `busy` the mean number who talked or wrapped up. Offered calls were answered or
    abandoned, `turned_away` (full, no trunk, or the exchange down), `went_on` to elsewhere, or came while it was `closed`.
    """

    start: float
    offered: int = 0
    answered: int = 0
    within: int = 0
    abandoned: int = 0
    turned_away: int = 0
    waited: float = 0.0
    longest: float = 0.0
    seats: float = 0.0
    busy: float = 0.0
    went_on: int = 0
    closed: int = 0

    @property
    def level(self) -> float:
        """Share of the calls offered while it was open that were answered in time; 1 where nobody called."""
        offered = self.offered - self.closed
        return self.within / offered if offered else 1.0

    @property
    def mean_wait(self) -> float:
        """Seconds, of answered calls."""
        return self.waited / self.answered if self.answered else 0.0

    @property
    def occupancy(self) -> float:
        """Share of their time people talked or wrapped up; 0 where nobody is."""
        return min(1.0, self.busy / self.seats) if self.seats else 0.0


def total(intervals: Sequence[Interval]) -> Interval:
    """Several intervals as one: counts add up, seats and busy are means."""
    count = max(1, len(intervals))
    return Interval(
        start=intervals[0].start if intervals else 0.0,
        offered=sum(one.offered for one in intervals),
        answered=sum(one.answered for one in intervals),
        within=sum(one.within for one in intervals),
        abandoned=sum(one.abandoned for one in intervals),
        turned_away=sum(one.turned_away for one in intervals),
        went_on=sum(one.went_on for one in intervals),
        closed=sum(one.closed for one in intervals),
        waited=math.fsum(one.waited for one in intervals),
        longest=max((one.longest for one in intervals), default=0.0),
        seats=math.fsum(one.seats for one in intervals) / count,
        busy=math.fsum(one.busy for one in intervals) / count,
    )
