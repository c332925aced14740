"""What `rehearse` returns. Beside results.py, which every command loads and which knows nothing of capacity."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from campctl.capacity.rehearsal.estimate import Estimate
from campctl.findings import Finding


class Span(Struct, frozen=True, kw_only=True):
    """One hotline in one interval, in the mean of all replications; calls are counted where and when they came.

    offered: also those that came over from other hotlines. Of these some were `answered` (`within` of them in time), some gave up
    (`abandoned`), some were `turned_away` (full, no trunk, exchange down), some `went_on` to elsewhere, some came while it was
    `closed`. level: share answered in time of those that came while it was open; None where none did. waited: mean seconds of
    those who were answered; longest: the longest wait, of all replications. seats: people there, busy: of them talking or
    wrapping up; trunks: the most calls at once, waiting ones too.
    """

    start: datetime
    offered: float
    answered: float
    within: float
    abandoned: float
    turned_away: float
    went_on: float
    closed: float
    level: float | None
    waited: float
    longest: float
    seats: float
    busy: float
    occupancy: float
    trunks: float


class Whole(Struct, frozen=True, kw_only=True):
    """The day of a hotline: figures as of an interval, each with its confidence interval; `came_over` of the offered calls from others."""

    offered: Estimate
    came_over: Estimate
    answered: Estimate
    abandoned: Estimate
    turned_away: Estimate
    went_on: Estimate
    closed: Estimate
    level: Estimate
    waited: Estimate
    occupancy: Estimate
    trunks: Estimate
    longest: float


class Miss(Struct, frozen=True, kw_only=True):
    """A stretch in which the target was missed: how many were answered in time over all of it, and in the worst interval.

    seats: people there then; held: so many would have held the target then (Erlang A); 0 where more seats are not what was missing.
    during: faults that held at that time.
    """

    start: datetime
    end: datetime
    level: float
    worst: datetime
    worst_level: float
    seats: float
    held: int
    during: tuple[str, ...] = ()


class HotlineDay(Struct, frozen=True, kw_only=True):
    """One hotline's day. `target`, `answer_within`: its service level; `source`: whence its calls, "" where nothing is said of them."""

    hotline: str
    name: str
    target: float
    answer_within: float
    source: str
    expected: float
    day: Whole
    intervals: tuple[Span, ...]
    misses: tuple[Miss, ...] = ()


class Difference(Struct, frozen=True, kw_only=True):
    """One hotline on this plan less the same on the other one, over the same callers. `better`, `worse`: figures in which it surely is."""

    hotline: str
    offered: Estimate
    answered: Estimate
    abandoned: Estimate
    turned_away: Estimate
    level: Estimate
    waited: Estimate
    occupancy: Estimate
    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()


class Comparison(Struct, frozen=True, kw_only=True):
    """Against another plan: what it is, its own days, and how this one differs."""

    other: str
    hotlines: tuple[HotlineDay, ...]
    differences: tuple[Difference, ...]


class Moved(Struct, frozen=True, kw_only=True):
    """Seats that the autopilot moved: when, from how many to how many, why. need: seats that were needed by the figures."""

    at: datetime
    before: int
    to: int
    need: int | None
    reason: str


class Flight(Struct, frozen=True, kw_only=True):
    """What the autopilot did with a hotline: `ups` and `downs` a day, the fewest and most seats of all days, seat-hours a day.

    turned: how often a day it took seats within `hold` seconds of bringing some (flapping). moves: those of the first day played.
    """

    hotline: str
    ups: Estimate
    downs: Estimate
    turned: float
    hold: float
    fewest: int
    most: int
    seat_hours: Estimate
    seat_hours_without: Estimate | None
    moves: tuple[Moved, ...]


class Rehearsal(Struct, frozen=True, kw_only=True):
    """`rehearse`: a day played through. All instants of it lie from `start` up to `end`; `length` is an interval's in seconds.

    trunks: the limit on calls at once, None for none; at_once: the most calls at once by interval, over all hotlines. faults: what
    went wrong, in words. autopilot: what it did, None where it was not there.
    """

    day: str
    time_zone: str
    start: datetime
    end: datetime
    length: int
    seed: int
    replications: int
    confidence: float
    calls: Estimate
    trunks: int | None
    at_once: tuple[float, ...]
    hotlines: tuple[HotlineDay, ...]
    faults: tuple[str, ...] = ()
    autopilot: tuple[Flight, ...] | None = None
    against: Comparison | None = None
    shown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
