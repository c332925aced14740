"""What the autopilot did on rehearsed days, hotline by hotline."""

from __future__ import annotations

from collections.abc import Sequence

from campctl.app.playing import Days
from campctl.app.playing_autopilot import Move
from campctl.app.results_rehearsal import Flight, Moved
from campctl.capacity.autoscale import rule_of
from campctl.capacity.rehearsal.estimate import Estimate, estimate


def flights(days: Days, without: Days | None = None) -> tuple[Flight, ...]:
    """Every hotline with `autoscale`, in the campaign's order. without: the same plan's days without the autopilot."""
    return tuple(
        _flight(days, without, place, name, rule_of(hotline).hold)
        for place, (name, hotline) in enumerate(days.plan.campaign.hotlines.items())
        if hotline.autoscale is not None
    )


def _flight(days: Days, without: Days | None, place: int, name: str, hold: float) -> Flight:
    moves = [[move for move in one.moves if move.hotline == name and move.at < days.setting.end] for one in days.flown]
    seats = [seats for one in days.flown for since, seats in one.seats[name] if since < days.setting.second(days.setting.end)]
    return Flight(
        hotline=name,
        ups=estimate([float(sum(move.to > move.before for move in day)) for day in moves]),
        downs=estimate([float(sum(move.to < move.before for move in day)) for day in moves]),
        turned=sum(turned(day, hold) for day in moves) / len(moves),
        hold=hold,
        fewest=min(seats),
        most=max(seats),
        seat_hours=_hours(days, place),
        seat_hours_without=_hours(without, place) if without is not None else None,
        moves=tuple(Moved(at=one.at, before=one.before, to=one.to, need=one.need, reason=one.reason) for one in moves[0]),
    )


def _hours(days: Days, place: int) -> Estimate:
    """People there while it was open, in hours a day."""
    hour = 3600 / days.setting.length
    return estimate([sum(span.seats for span in replication[place]) / hour for replication in days.intervals])


def turned(moves: Sequence[Move], hold: float) -> int:
    """How often seats were taken within `hold` seconds of the last that came."""
    found, came = 0, None
    for move in moves:
        if move.to > move.before:
            came = move.at
        elif came is not None and (move.at - came).total_seconds() < hold:
            found += 1
    return found
