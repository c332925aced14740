"""Forecasts and what they ask for."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campctl.capacity.erlang import Target, erlang_a, seats_needed
from campctl.capacity.forecast import Forecast, folded, of_day
from campctl.capacity.staffing import Assumptions, ladder, needs, trunks
from campctl.model.shapes import shares

CHICAGO = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 11, 3), 24), (date(2026, 11, 1), 25), (date(2026, 3, 8), 23)])
def test_a_day_is_as_long_as_it_is(day: date, hours: int) -> None:
    """Midnight to midnight of the zone, with the hour that comes twice or is missing; the total is kept."""
    forecast = of_day(day, CHICAGO, shares("flat"), 2400, 3600)
    assert len(forecast.counts) == hours
    assert forecast.total == pytest.approx(2400)
    assert forecast.start.astimezone(CHICAGO) == datetime(day.year, day.month, day.day, tzinfo=CHICAGO)
    assert forecast.end - forecast.start == timedelta(hours=hours)


def test_calls_come_in_the_hours_of_the_shape() -> None:
    """Local hours, not UTC's."""
    forecast = of_day(date(2026, 11, 3), CHICAGO, shares("debate-night"), 1000, 1800)
    busiest = max(zip(forecast.counts, forecast.starts(), strict=True))[1]
    assert busiest.astimezone(CHICAGO).hour == 21


def test_intervals_become_longer_ones() -> None:
    """Calls add up, and a call takes as long as all of them did in the mean; where nobody calls, as long as it was said."""
    fine = Forecast(NOON, 300, (10.0, 30.0, 0.0, 0.0), "the day", (100.0, 300.0, 50.0, 70.0))
    assert folded(fine, 2) == Forecast(NOON, 600, (40.0, 0.0), "the day", (250.0, 50.0))
    assert folded(Forecast(NOON, 300, (1.0, 2.0, 3.0)), 3) == Forecast(NOON, 900, (6.0,))


def test_needs_are_erlangs() -> None:
    """Seats by the formula, people by the shrinkage, what is missing, and what callers meet with what is there."""
    given = Assumptions(handling=300, patience=180, target=Target(0.8, 20), shrinkage=0.25)
    (row,) = needs(Forecast(NOON, 900, (90.0,)), given, [25])
    assert row.load == pytest.approx(30)
    assert row.seats == seats_needed(30.0, 300, Target(0.8, 20), 180)
    assert row.people == math.ceil(row.seats / 0.75)
    assert row.short == row.people - 25 > 0
    assert row.service == erlang_a(18, 30.0, 300, 180, 20)  # of 25 a quarter is not there


def test_who_is_closed_needs_nobody() -> None:
    """Outside the hours no seat is asked for, and none is missing."""
    open_then, closed = needs(Forecast(NOON, 900, (90.0, 90.0)), Assumptions(), [0, 0], [True, False])
    assert open_then.short > 0
    assert (closed.seats, closed.short, closed.service) == (0, 0, None)


def test_trunks_are_for_those_who_wait_too() -> None:
    """More trunks than seats, for the busiest interval."""
    given = Assumptions(handling=300, patience=180)
    rows = needs(Forecast(NOON, 900, (10.0, 300.0)), given, [0, 0])
    assert trunks(rows, given) > rows[1].seats
    assert trunks([], given) == 0


def test_better_service_takes_more() -> None:
    """The ladder goes up: peak seats and seat hours."""
    levels = ladder(of_day(date(2026, 11, 3), CHICAGO, shares("election-day"), 31_000), Assumptions(handling=420), [0.6, 0.8, 0.95])
    assert [level.target for level in levels] == [0.6, 0.8, 0.95]
    assert levels[0].hours < levels[1].hours < levels[2].hours
    assert levels[0].peak < levels[2].peak


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0, 400), min_size=1, max_size=40),
    st.sampled_from([60.0, 240.0, math.inf]),
    st.sampled_from([Target(0.8, 20), Target(0.9, 10, 0.85), Target(0.7, 60, 1.0, 0.05)]),
)
@example([0.0, 31.0, 3e-63], 240.0, Target(0.9, 10, 0.85))  # of nearly no calls, ten seats are more than a number can say
def test_many_intervals_have_the_seats_of_each_alone(calls: list[float], patience: float, target: Target) -> None:
    """What is worked out for thousands at once is what each would get by itself."""
    rows = needs(Forecast(NOON, 900, tuple(calls)), Assumptions(handling=420, patience=patience, target=target), [0] * len(calls))
    assert [row.seats for row in rows] == [seats_needed(count / 900 * 420, 420, target, patience) for count in calls]
