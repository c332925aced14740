"""Seats per interval: what a forecast asks for, what is there, and what callers will meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from campctl.capacity.erlang import Service, Target, erlang_a, seats_between, seats_needed, staff_needed, trunks_needed
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
    """Seats that hold the target, by interval."""
    asked: list[tuple[float, float]] = []
    for n, calls in enumerate(forecast.counts):
        handling = handling_of(forecast, given, n)
        asked.append((handling, 0.0 if is_open and not is_open[n] else calls / forecast.length * handling))
    found: dict[tuple[float, float], int] = {}
    for handling in {pair[0] for pair in asked}:
        loads = sorted({load for other, load in asked if other == handling})
        found.update(((handling, load), seats) for load, seats in _seats_by_load(loads, handling, target, given.patience).items())
    return [found[pair] for pair in asked]


def _seats_by_load(loads: Sequence[float], handling: float, target: Target, patience: float) -> dict[float, int]:
    """Seats for each of the loads, which rise.

    More calls never need fewer seats, so what lies between two loads has seats between theirs, and is known where these are the
    same: of thousands of intervals only those at a step are worked out.
    """
    if not loads:
        return {}
    last = len(loads) - 1
    found = [0] * len(loads)
    found[0] = seats_needed(loads[0], handling, target, patience)
    found[last] = seats_needed(loads[last], handling, target, patience, found[0]) if last else found[0]
    open_ = [(0, last)]
    while open_:
        low, high = open_.pop()
        if found[low] == found[high]:
            found[low:high] = [found[low]] * (high - low)
        elif high - low > 1:
            middle = (low + high) // 2
            found[middle] = seats_between(loads[middle], handling, target, patience, (found[low], found[high]))
            open_ += [(low, middle), (middle, high)]
    return dict(zip(loads, found, strict=True))


def trunks(rows: Sequence[Need], given: Assumptions, forecast: Forecast | None = None) -> int:
    """Trunks for the busiest interval: who talks and who waits holds one (Erlang B at `blocking`)."""
    loads = {(row.load, row.seats, handling_of(forecast, given, n) if forecast else given.handling) for n, row in enumerate(rows)}
    return max((trunks_needed(load + _waiting(load, seats, handling, given), given.blocking) for load, seats, handling in loads), default=0)


def _waiting(load: float, seats: int, handling: float, given: Assumptions) -> float:
    """Callers waiting in the mean (Little's law), with the seats asked for."""
    return load / handling * erlang_a(seats, load, handling, given.patience, given.target.within).mean_wait if load else 0.0


class Level(Struct, frozen=True):
    """What a service target would take: seats in the busiest interval, seat hours of the day, and people in the busiest interval.

    cost: of that day, an exact decimal of the hotline's currency; "" where nothing is priced.
    """

    target: float
    peak: int
    hours: float
    people: int = 0
    cost: str = ""


def ladder(forecast: Forecast, given: Assumptions, targets: Sequence[float], is_open: Sequence[bool] = ()) -> list[Level]:
    """Several service targets side by side: what each costs in seats."""
    found = []
    for level in targets:
        asked = Target(level, given.target.within, given.target.occupancy, given.target.abandoned)
        seats = _seats(forecast, given, asked, is_open)
        peak = max(seats, default=0)
        found.append(Level(level, peak, sum(seats) * forecast.length / 3600, staff_needed(peak, given.shrinkage)))
    return found
