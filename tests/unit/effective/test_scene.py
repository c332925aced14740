"""The stage from desired(t): hours, limits, steps and ways out of hotlines, and who sits where from when to when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from campctl.capacity.expected import bounds
from campctl.effective import moments
from campctl.effective.scene import WALK_IN, lines_of, sittings
from campctl.effective.staff import staff_through
from campctl.manifest.load import load
from campctl.model.campaign import Campaign, HoursRule
from campctl.model.records import Override

CHICAGO = ZoneInfo("America/Chicago")
DEBATE = date(2026, 10, 13)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    found = load(Path(__file__).parents[3] / "seeds" / "quickstart", cache=False).campaign
    assert found is not None
    return found


def cast(campaign: Campaign, day: date, *overrides: Override):
    start, end = bounds(day, CHICAGO)
    staff = staff_through(campaign, [start, *(at for at in moments(campaign, overrides, start, end) if at < end)], overrides)
    return sittings(campaign, staff, end)


def test_a_hotline_as_the_manifest_has_it(campaign: Campaign) -> None:
    """Limits, the step at which lawyers join in, the step at which the call goes on, overflow, and hours in the zone of the day."""
    start, end = bounds(DEBATE, CHICAGO)
    line, main = lines_of(campaign, start, end)
    assert (line.name, line.answer_within, line.wrap_up, line.max_waiting, line.max_wait) == ("voter-protection", 20.0, 30.0, 50, 300.0)
    assert line.opens == ((60.0, 2),)
    assert line.leaves == (180.0, 1)
    assert line.overflow == 1
    assert line.closed_to == -1
    assert line.closed == ((0.0, 7 * 3600.0), (19 * 3600.0, 24 * 3600.0))
    assert (main.opens, main.leaves, main.overflow, main.closed, main.closed_to) == ((), None, None, (), None)


@pytest.mark.parametrize(
    ("day", "hours", "closed"),
    [
        (date(2026, 11, 1), (HoursRule((6,), 60, 180),), ((0.0, 3600.0), (14400.0, 90000.0))),
        (date(2026, 3, 8), (HoursRule((6,), 60, 240),), ((0.0, 3600.0), (10800.0, 82800.0))),
        (DEBATE, (HoursRule((0,), 0, 1440),), ((0.0, 86400.0),)),
        (DEBATE, (HoursRule((1,), 0, 1440),), ()),
    ],
)
def test_hours_on_days_of_23_and_25_hours(campaign: Campaign, day: date, hours: tuple[HoursRule, ...], closed: object) -> None:
    """Seconds of the day are real ones: where the clock goes back, 01:00-03:00 lasts three hours; where it goes on, 01:00-04:00 two."""
    line = replace(campaign.hotlines["main"], hours=hours)
    start, end = bounds(day, CHICAGO)
    (made,) = lines_of(replace(campaign, hotlines={"main": line}), start, end)
    assert made.closed == closed


def test_people_sit_from_surge_to_surge(campaign: Campaign) -> None:
    """Those of the baseline all day, those of the debate while it lasts, each once; escalation seats besides."""
    cast_ = cast(campaign, DEBATE)
    first = [one for one in cast_ if (one.hotline, one.level) == (0, 1)]
    begins, ends = 18 * 3600.0, 22.5 * 3600.0

    def there(at: float) -> int:
        people = [one.person for one in first if one.start <= at < one.end]
        assert len(people) == len(set(people))
        return len(people)

    assert [there(at) for at in (0.0, begins - 1, begins, ends - 1, ends, 86_399.0)] == [4, 4, 10, 10, 4, 4]
    all_day = [one for one in first if (one.start, one.end) == (0.0, 86_400.0)]
    assert len(all_day) == 4
    assert {one.person for one in cast_ if one.level == 2} <= {"user/ben.ortiz", "user/carla.nowak"}


def test_desks_are_people_where_somebody_is_named(campaign: Campaign) -> None:
    """A lit desk of nobody's is a volunteer; somebody's own desk is that person, with their role and the desk's office."""
    cast_ = cast(campaign, DEBATE)
    desks = [one for one in cast_ if one.person.startswith("port/")]
    assert desks
    assert {one.role for one in desks} == {WALK_IN}
    ella = [one for one in cast_ if one.person == "user/ella.brooks"]
    assert {(one.role, one.office, one.backend) for one in ella} == {("reception", "chicago-hq", "local")}


def test_overrides_count(campaign: Campaign) -> None:
    """A desk lit for an hour is there for that hour."""
    start = bounds(date(2026, 10, 14), CHICAGO)[0] + timedelta(hours=9)
    lit = Override(
        id="o1",
        kind="port",
        subject="phoenix-field/b001",
        author="ann",
        reason="",
        start=start,
        end=start + timedelta(hours=1),
        lit=True,
        volunteer="Vi Vo",
    )
    (mine,) = [one for one in cast(campaign, date(2026, 10, 14), lit) if one.person == "port/phoenix-field/b001"]
    assert (mine.start, mine.end, mine.office, mine.hotline, mine.level) == (32_400.0, 36_000.0, "phoenix-field", 0, 1)


def test_nothing_is_left_out(campaign: Campaign) -> None:
    """At any moment the cast is who sits there by desired(t)."""
    start, _ = bounds(DEBATE, CHICAGO)
    cast_ = cast(campaign, DEBATE)
    for hour in (0, 12, 20, 23):
        at = start + timedelta(hours=hour)
        (staff,) = staff_through(campaign, [at])
        wanted = {(hotline, level): len(one.at_level(level)) for hotline, one in staff.seating.items() for level in (1, 2)}
        names = list(campaign.hotlines)
        for (hotline, level), many in wanted.items():
            here = [
                one for one in cast_ if (one.hotline, one.level) == (names.index(hotline), level) and one.start <= hour * 3600 < one.end
            ]
            assert len(here) == many, (hotline, level, hour)
    assert datetime(2026, 10, 13, 5, tzinfo=UTC) == start
