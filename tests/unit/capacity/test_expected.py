"""What is expected of a hotline on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.capacity.expected import Instead, expected, peaked
from campctl.model.campaign import Answer, Campaign, Expected, Hotline, Seats, Surge, Volume
from campctl.model.shapes import SHAPES, shares

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 10, 13)


def local(text: str) -> datetime:
    """A time of the hotline's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


MAIN = Hotline("main", "Main", Seats(4), Answer(), time_zone=ZONE.key, volume=Volume(calls_per_day=960, shape="flat", source="made up"))
DEBATE = Surge(
    "debate", "Debate", local("2026-10-13T19:00"), local("2026-10-13T23:30"), ZONE.key, volume={"main": 4000}, shape="debate-night"
)
CAMPAIGN = Campaign("x", "US", "America/Chicago", "local", hotlines={"main": MAIN}, surges={"debate": DEBATE})


def test_an_ordinary_day_is_its_calls_by_its_shape() -> None:
    """All of the day's calls, as many in each hour as the shape says; the source is told."""
    found = expected(CAMPAIGN, MAIN, date(2026, 10, 12))
    assert found is not None
    assert found.total == pytest.approx(960)
    assert found.counts == pytest.approx((10,) * 96)
    assert found.source == "made up"
    assert found.start == local("2026-10-12T00:00")


def test_a_surge_brings_its_calls_while_it_holds() -> None:
    """Within its window the calls are those of its own day, by its own shape; outside they are the hotline's."""
    found = expected(CAMPAIGN, MAIN, DAY, 3600)
    assert found is not None
    by_hour = dict(enumerate(found.counts))
    assert by_hour[18] == pytest.approx(40)
    assert by_hour[21] == pytest.approx(4000 * shares("debate-night")[21])
    assert "surge debate (4,000 a day, debate-night)" in found.source


@pytest.mark.parametrize("length", [600, 900, 1200, 1800, 3600])
def test_a_surge_within_an_interval_brings_its_part(length: int) -> None:
    """However long the intervals are, a debate until 23:30 brings the same calls: the day's total does not hang on them."""
    fine, coarse = expected(CAMPAIGN, MAIN, DAY, 300), expected(CAMPAIGN, MAIN, DAY, length)
    assert fine is not None
    assert coarse is not None
    assert len(coarse.counts) == 86_400 // length
    assert coarse.total == pytest.approx(fine.total)
    if length == 3600:
        assert coarse.counts[23] == pytest.approx(2000 * shares("debate-night")[23] + 20)


def test_of_two_surges_the_higher_figure_holds() -> None:
    """Where they overlap; each alone elsewhere."""
    other = replace(DEBATE, id="rally", volume={"main": 9600}, shape="flat", start=local("2026-10-13T22:00"), end=local("2026-10-14T01:00"))
    both = replace(CAMPAIGN, surges={"debate": DEBATE, "rally": other})
    found = expected(both, MAIN, DAY, 3600)
    assert found is not None
    assert found.counts[22] == pytest.approx(max(400, 4000 * shares("debate-night")[22]))
    assert found.counts[21] == pytest.approx(4000 * shares("debate-night")[21])


def test_a_forecast_counts_before_all_else() -> None:
    """Where it says something; elsewhere the day is as it was. Its intervals need not be ours."""
    written = Expected(local("2026-10-13T08:00"), 1800, (60.0, 30.0), (240.0, 360.0), "calls.csv")
    hotline = replace(MAIN, volume=Volume(calls_per_day=960, shape="flat", handling_time=300, forecast=written))
    found = expected(replace(CAMPAIGN, hotlines={"main": hotline}, surges={}), hotline, DAY, 900)
    assert found is not None
    assert found.counts[32:36] == pytest.approx((30, 30, 15, 15))
    assert found.handling[32:36] == pytest.approx((240, 240, 360, 360))
    assert (found.counts[31], found.counts[36], found.handling[31]) == pytest.approx((10, 10, 300))
    assert found.source.startswith("forecast calls.csv; ")
    hourly = expected(CAMPAIGN, hotline, DAY, 3600)
    assert hourly is not None
    assert hourly.counts[8] == pytest.approx(90)
    assert hourly.handling[8] == pytest.approx((60 * 240 + 30 * 360) / 90)


def test_what_is_asked_for_counts_instead() -> None:
    """Calls of the whole day (in the shape of the surge of that day), another shape, another forecast."""
    found = expected(CAMPAIGN, MAIN, DAY, 3600, Instead(calls=1000))
    assert found is not None
    assert found.total == pytest.approx(1000)
    assert max(found.counts) == pytest.approx(1000 * max(shares("debate-night")))
    flat = expected(CAMPAIGN, MAIN, DAY, 3600, Instead(calls=2400, shape="flat"))
    assert flat is not None
    assert flat.counts == pytest.approx((100,) * 24)
    written = Expected(local("2026-10-13T00:00"), 3600, (7.0,) * 24)
    other = expected(CAMPAIGN, MAIN, DAY, 3600, Instead(forecast=written))
    assert other is not None
    assert other.total == pytest.approx(168)


def test_nothing_said_is_nothing_known() -> None:
    """A hotline without volume is not a hotline without calls."""
    silent = replace(MAIN, volume=None)
    assert expected(CAMPAIGN, silent, date(2026, 10, 12)) is None
    assert expected(CAMPAIGN, silent, DAY) is not None


@pytest.mark.parametrize(("day", "count"), [(date(2026, 11, 1), 100), (date(2026, 3, 8), 92)])
def test_days_on_which_the_clock_is_changed(day: date, count: int) -> None:
    """They have 25 and 23 hours, and the day's calls are the day's calls."""
    found = expected(CAMPAIGN, MAIN, day)
    assert found is not None
    assert len(found.counts) == count
    assert found.total == pytest.approx(960)
    assert found.end - found.start == timedelta(minutes=15) * count


@given(st.floats(0.01, 0.2), st.sampled_from(sorted(SHAPES)))
def test_the_busiest_hour_has_the_share_that_is_said(busiest: float, name: str) -> None:
    """Whatever is said, shares add up to 1, the order of hours stays, and quiet hours stay quiet."""
    before = shares(name)
    after = peaked(before, busiest)
    used = sum(share > 0 for share in before)
    assert sum(after) == pytest.approx(1)
    assert [share > 0 for share in after] == [share > 0 for share in before]
    if busiest > 1 / used and name != "flat":
        most = before.count(max(before))
        if busiest < 1 / most:
            assert max(after) == pytest.approx(busiest, abs=1e-3)
