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

    `service` is what callers meet with what is planned; None where the hotline is closed. `short` is 0 where it is enough.
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
    near, known = 0, dict[float, int]()
    for n, (start, calls) in enumerate(zip(forecast.starts(), forecast.counts, strict=True)):
        closed = bool(is_open) and not is_open[n]
        load = 0.0 if closed else calls / forecast.length * given.handling
        if load not in known:
            known[load] = seats_needed(load, given.handling, given.target, given.patience, near)
        seats = known[load]
        near = seats or near
        there = have[n]
        rows.append(
            Need(
                start=start,
                calls=calls,
                load=load,
                seats=seats,
                people=staff_needed(seats, given.shrinkage),
                have=there,
                short=max(0, seats - there),
                service=None if closed else erlang_a(there, load, given.handling, given.patience, given.target.within),
            )
        )
    return rows


def trunks(rows: Sequence[Need], given: Assumptions) -> int:
    """Trunks for the busiest interval: who talks and who waits holds one (Erlang B at `blocking`)."""
    return max((trunks_needed(row.load + _waiting(row, given), given.blocking) for row in rows), default=0)


def _waiting(row: Need, given: Assumptions) -> float:
    """Callers waiting in the mean (Little's law), with the seats asked for."""
    if not row.load:
        return 0.0
    return row.load / given.handling * erlang_a(row.seats, row.load, given.handling, given.patience, given.target.within).mean_wait


class Level(Struct, frozen=True):
    """What a service target would take: seats in the busiest interval, and seat hours of the day."""

    target: float
    peak: int
    hours: float


def ladder(forecast: Forecast, given: Assumptions, targets: Sequence[float]) -> list[Level]:
    """Several service targets side by side: what each costs in seats."""
    found = []
    for target in targets:
        asked = Target(target, given.target.within, given.target.occupancy, given.target.abandoned)
        near, seats = 0, list[int]()
        for calls in forecast.counts:
            seats.append(seats_needed(calls / forecast.length * given.handling, given.handling, asked, given.patience, near))
            near = seats[-1] or near
        found.append(Level(target, max(seats, default=0), sum(seats) * forecast.length / 3600))
    return found
