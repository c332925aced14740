"""Calls between two instants: of days of other zones, of forecasts that begin in between, and times as many of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from campctl.capacity.expected import Instead, bounds, expected
from campctl.capacity.forecast import Forecast
from campctl.capacity.window import expected_between, times
from campctl.model.campaign import Answer, Campaign, Hotline, Seats, Volume

LINE = Hotline("main", "Main", Seats(1), Answer(), volume=Volume(calls_per_day=960, shape="flat"))


def campaign(line: Hotline) -> Campaign:
    return Campaign("Test", "US", "America/Chicago", "local", hotlines={line.id: line})


def test_a_day_of_its_own_zone_is_the_day() -> None:
    """Midnight to midnight it is what a forecast of the day says, interval by interval."""
    start, end = bounds(date(2026, 10, 13), ZoneInfo("America/Chicago"))
    found = expected_between(campaign(LINE), LINE, start, end)
    day = expected(campaign(LINE), LINE, date(2026, 10, 13))
    assert found is not None
    assert day is not None
    assert found.counts == pytest.approx(day.counts)
    assert found.total == pytest.approx(960)
    assert set(found.handling) == {300.0}


def test_a_hotline_of_another_zone_has_parts_of_two_days() -> None:
    """From midnight in Chicago on it is one o'clock in New York; the last hour is of the next day there."""
    line = replace(LINE, time_zone="America/New_York", volume=Volume(calls_per_day=240, shape=(24.0, *[0.0] * 23)))
    start, end = bounds(date(2026, 10, 13), ZoneInfo("America/Chicago"))
    found = expected_between(campaign(line), line, start, end, 3600)
    assert found is not None
    assert found.counts == pytest.approx([0.0] * 23 + [240.0])


def test_a_zone_of_half_hours_is_shared_out() -> None:
    """Hours of Kolkata lie across those of Chicago; no call is lost."""
    line = replace(LINE, time_zone="Asia/Kolkata")
    start, end = bounds(date(2026, 10, 13), ZoneInfo("America/Chicago"))
    found = expected_between(campaign(line), line, start, end, 3600)
    assert found is not None
    assert found.counts == pytest.approx([40.0] * 24)


def test_nothing_said_is_nothing() -> None:
    """Without `volume` and figures there is no forecast; with a figure there is."""
    line = replace(LINE, volume=None)
    start, end = bounds(date(2026, 10, 13), ZoneInfo("America/Chicago"))
    assert expected_between(campaign(line), line, start, end) is None
    found = expected_between(campaign(line), line, start, end, 900, Instead(calls=50))
    assert found is not None
    assert found.total == pytest.approx(50)


def test_so_many_times_the_calls() -> None:
    """Whole intervals inside, and the part of those that lie across an end."""
    start = datetime(2026, 11, 3, tzinfo=UTC)
    plain = Forecast(start, 3600, (10.0, 10.0, 10.0, 10.0))
    found = times(plain, 3, start + timedelta(minutes=90), start + timedelta(hours=3))
    assert found.counts == (10.0, 20.0, 30.0, 10.0)
    assert times(plain, 0, start, start + timedelta(days=1)).total == 0
