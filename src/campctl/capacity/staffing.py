"""Seats per interval: what a forecast asks for, what is there, and what callers will meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from campctl.capacity.erlang import Service, Target, erlang_a, seats_needed, staff_needed, trunks_needed
from campctl.capacity.forecast import Forecast


class Assumptions(Struct, frozen=True, kw_only=True):
    """How a hotline is staffed. Seconds; shares 0 to 1. patience: infinity for callers who never give up (Erlang C)."""

    handling: float = 300.0
    patience: float = math.inf
    target: Target = Target()
    shrinkage: float = 0.0
    blocking: float = 0.01


class Need(Struct, frozen=True, kw_only=True):
    """One interval. `seats` hold the target; `people` are to be called in for that; `have` are planned.

    `service` is what callers meet with those of the planned ones who are there; None where the hotline is closed. `short` is how
    many people are missing, 0 where there are enough.
    """

    start: datetime
    calls: float
    load: float
    seats: int
    people: int
    have: int
    short: int
    service: Service | None


def needs(forecast: Forecast, given: Assumptions, have: Sequence[int], is_open: Sequence[bool] = ()) -> list[Need]:
    """A row for each interval. `have` and `is_open` are by interval; an interval that is closed needs nobody."""
    rows: list[Need] = []
    known: dict[tuple[float, float, int], Service] = {}
    seats_by = _seats(forecast, given, given.target, is_open)
    for n, (start, calls) in enumerate(zip(forecast.starts(), forecast.counts, strict=True)):
        closed = bool(is_open) and not is_open[n]
        handling = handling_of(forecast, given, n)
        load = 0.0 if closed else calls / forecast.length * handling
        people = staff_needed(seats_by[n], given.shrinkage)
        there = math.floor(have[n] * (1.0 - given.shrinkage) + 1e-9)
        asked = (load, handling, there)
        if asked not in known:
            known[asked] = erlang_a(there, load, handling, given.patience, given.target.within)
        rows.append(
            Need(
                start=start,
                calls=calls,
                load=load,
                seats=seats_by[n],
                people=people,
                have=have[n],
                short=max(0, people - have[n]),
                service=None if closed else known[asked],
            )
        )
    return rows


def handling_of(forecast: Forecast, given: Assumptions, n: int) -> float:
    """Seconds a call takes in the n-th interval."""
    return forecast.handling[n] if forecast.handling else given.handling


def _seats(forecast: Forecast, given: Assumptions, target: Target, is_open: Sequence[bool]) -> list[int]:
    """Seats that hold the target, by interval; each load is worked out once, beginning at the answer for the one before."""
    near, known = 0, dict[tuple[float, float], int]()
    found = []
    for n, calls in enumerate(forecast.counts):
        handling = handling_of(forecast, given, n)
        load = 0.0 if is_open and not is_open[n] else calls / forecast.length * handling
        if (load, handling) not in known:
            known[load, handling] = seats_needed(load, handling, target, given.patience, near)
        near = known[load, handling] or near
        found.append(known[load, handling])
    return found


def trunks(rows: Sequence[Need], given: Assumptions, forecast: Forecast | None = None) -> int:
    """Trunks for the busiest interval: who talks and who waits holds one (Erlang B at `blocking`)."""
    loads = {(row.load, row.seats, handling_of(forecast, given, n) if forecast else given.handling) for n, row in enumerate(rows)}
    return max((trunks_needed(load + _waiting(load, seats, handling, given), given.blocking) for load, seats, handling in loads), default=0)


def _waiting(load: float, seats: int, handling: float, given: Assumptions) -> float:
    """Callers waiting in the mean (Little's law), with the seats asked for."""
    return load / handling * erlang_a(seats, load, handling, given.patience, given.target.within).mean_wait if load else 0.0


class Level(Struct, frozen=True):
    """What a service target would take: seats in the busiest interval, seat hours of the day, and people in the busiest interval."""

    target: float
    peak: int
    hours: float
    people: int = 0


def ladder(forecast: Forecast, given: Assumptions, targets: Sequence[float], is_open: Sequence[bool] = ()) -> list[Level]:
    """Several service targets side by side: what each costs in seats."""
    found = []
    for level in targets:
        asked = Target(level, given.target.within, given.target.occupancy, given.target.abandoned)
        seats = _seats(forecast, given, asked, is_open)
        peak = max(seats, default=0)
        found.append(Level(level, peak, sum(seats) * forecast.length / 3600, staff_needed(peak, given.shrinkage)))
    return found
