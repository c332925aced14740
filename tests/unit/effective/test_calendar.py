"""The calendar: every moment, across zones and the nights on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.effective import desired
from campctl.effective.calendar import Days, calendar, last_change, windows
from campctl.model.campaign import Freeze, HoursRule, Policy, SeatChange, Surge, SurgePorts

from .small_campaign import campaign, desks, hotline, override, people

CHICAGO, PHOENIX, EASTERN = (ZoneInfo(f"America/{name}") for name in ("Chicago", "Phoenix", "New_York"))


def at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    """A time on a wall."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def surge(name: str, start: str, end: str, zone: ZoneInfo = CHICAGO, **fields: object) -> Surge:
    """A surge of two more seats."""
    base = {"seats": {"vp": SeatChange(2, relative=True)}}
    return Surge(name, name.title(), at(start, zone), at(end, zone), zone.key, **{**base, **fields})  # type: ignore[arg-type]


CROWD = people(*((f"u{n}", {"skills": ("vp",)}) for n in range(6)))
BASE = campaign(users=CROWD, ports=desks(4), hotlines=hotline(seats=2))
WEEK = Days(start=at("2026-10-30T00:00"), end=at("2026-11-06T00:00"))


def test_a_surge_is_two_moments() -> None:
    """Its beginning with what grows, its end with what shrinks back, and what holds from then on."""
    found = calendar(
        replace(BASE, surges={"eve": surge("eve", "2026-11-02T08:00", "2026-11-03T04:00", ports=(SurgePorts("hq", any=3, hotline="vp"),))}),
        (),
        WEEK,
    )
    begins, ends = found
    assert (begins.at, begins.what) == (at("2026-11-02T08:00"), ("surge eve begins",))
    assert [(one.hotline, one.before, one.wanted, one.filled) for one in begins.seats] == [("vp", 2, 4, 4)]
    assert begins.lit == ends.darkened == ("hq/a1", "hq/a2", "hq/a3")
    assert (begins.surges, ends.surges) == (("eve",), ())
    assert (begins.lit_desks, ends.lit_desks) == (3, 0)
    assert [(one.before, one.wanted) for one in ends.seats] == [(4, 2)]


def test_freezes_and_hours_are_moments_that_change_nothing_desired() -> None:
    """They are listed, with what is frozen and closed from then on; hours only when asked for."""
    frozen = Policy(freezes=(Freeze("quiet", at("2026-11-02T18:00"), at("2026-11-04T06:00")),))
    hours = hotline(seats=2, hours=(HoursRule((0, 1, 2, 3, 4), 480, 1200),), time_zone="America/New_York")
    found = calendar(
        replace(BASE, policy=frozen, hotlines=hours), (), Days(start=at("2026-11-02T00:00"), end=at("2026-11-03T00:00"), hours=True)
    )
    assert [(moment.at.astimezone(EASTERN).strftime("%H:%M"), moment.what) for moment in found] == [
        ("08:00", ("hotline vp opens",)),
        ("19:00", ("freeze quiet begins",)),
        ("20:00", ("hotline vp closes",)),
    ]
    assert not any(moment.changes for moment in found)
    assert [moment.closed for moment in found] == [(), (), ("vp",)]
    assert [moment.freezes for moment in found] == [(), ("quiet",), ("quiet",)]
    without = calendar(replace(BASE, policy=frozen, hotlines=hours), (), WEEK)
    assert [moment.what for moment in without] == [("freeze quiet begins",), ("freeze quiet ends",)]


def test_overrides_are_moments() -> None:
    """With who it is about; one without an end only begins."""
    more = override("hotline", "vp", seats=SeatChange(1, relative=True), start=at("2026-10-31T09:00"), end=at("2026-10-31T12:00"))
    lit = override("port", "hq/a1", id="o2", lit=True, volunteer="Ida", hotline="vp", start=at("2026-11-01T12:00"))
    found = calendar(BASE, (more, lit), WEEK)
    assert [moment.what[0] for moment in found] == [
        "override o1 (hotline vp +1) begins",
        "override o1 (hotline vp +1) ends",
        "override o2 (port hq/a1 lit for Ida) begins",
    ]
    assert found[-1].lit == ("hq/a1",)
    assert found[-1].overrides == ("o2",)


def test_one_ends_as_another_begins() -> None:
    """One moment, the end first."""
    found = calendar(
        replace(
            BASE, surges={"a": surge("a", "2026-11-02T08:00", "2026-11-03T04:00"), "b": surge("b", "2026-11-03T04:00", "2026-11-03T20:00")}
        ),
        (),
        WEEK,
    )
    assert [moment.what for moment in found] == [("surge a begins",), ("surge a ends", "surge b begins"), ("surge b ends",)]
    assert found[1].seats == ()


@pytest.mark.parametrize(
    ("zone", "begins", "ends"),
    [
        (CHICAGO, "2026-11-01T05:00Z", "2026-11-02T06:00Z"),
        (PHOENIX, "2026-11-01T07:00Z", "2026-11-02T07:00Z"),
        (EASTERN, "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
    ],
)
def test_the_day_on_which_clocks_go_back(zone: ZoneInfo, begins: str, ends: str) -> None:
    """1 November 2026, two days before election day: midnight to midnight is 25 hours where clocks are changed, 24 in Arizona."""
    found = calendar(replace(BASE, surges={"day": surge("day", "2026-11-01T00:00", "2026-11-02T00:00", zone)}), (), WEEK)
    assert [moment.at for moment in found] == [datetime.fromisoformat(begins), datetime.fromisoformat(ends)]


def test_a_surge_of_another_zone_says_its_own_time() -> None:
    """Beside the campaign's, where they differ; after the change of clocks Arizona is as far from Chicago as Denver."""
    there = {
        name: surge(name, start, end, PHOENIX)
        for name, start, end in (("a", "2026-10-31T20:00", "2026-10-31T22:00"), ("b", "2026-11-02T20:00", "2026-11-02T22:00"))
    }
    words = [moment.what[0] for moment in calendar(replace(BASE, surges=there), (), WEEK)]
    assert words[0] == "surge a begins, 20:00 MST there"
    moments = [moment.at.astimezone(CHICAGO).strftime("%d %H:%M") for moment in calendar(replace(BASE, surges=there), (), WEEK)]
    assert moments == ["31 22:00", "01 00:00", "02 21:00", "02 23:00"]


def test_overlapping_surges_add_up_and_leave_one_by_one() -> None:
    """The seats between are those of both; each end takes back its own."""
    both = {"a": surge("a", "2026-11-02T08:00", "2026-11-02T20:00"), "b": surge("b", "2026-11-02T12:00", "2026-11-03T04:00")}
    found = calendar(replace(BASE, surges=both), (), WEEK)
    assert [(moment.surges, moment.seats[0].wanted) for moment in found] == [(("a",), 4), (("a", "b"), 6), (("b",), 4), ((), 2)]


def test_days_begin_with_their_first_instant_and_end_before_the_next() -> None:
    """What happens at midnight is of the day that begins."""
    one = replace(BASE, surges={"a": surge("a", "2026-11-02T00:00", "2026-11-03T00:00")})
    found = calendar(one, (), Days(start=at("2026-11-02T00:00"), end=at("2026-11-03T00:00")))
    assert [moment.what for moment in found] == [("surge a begins",)]
    assert found[0].seats[0].before == 2


def test_windows_that_last_are_listed_too() -> None:
    """Those that began before and end after the days; and the stretches in which a hotline is open, cut off at their ends."""
    hours = hotline(seats=2, hours=(HoursRule(tuple(range(7)), 480, 1200),))
    found = windows(
        replace(BASE, hotlines=hours, surges={"long": surge("long", "2026-10-01T00:00", "2026-12-01T00:00")}),
        (),
        Days(start=at("2026-11-02T12:00"), end=at("2026-11-03T12:00"), hours=True),
    )
    assert [
        (one.kind, one.start.astimezone(CHICAGO).strftime("%d %H"), one.end and one.end.astimezone(CHICAGO).strftime("%d %H"))
        for one in found
    ] == [
        ("surge", "01 00", "01 00"),
        ("hours", "02 12", "02 20"),
        ("hours", "03 08", "03 12"),
    ]
    assert last_change(BASE, ()) is None


HOURS = st.integers(0, 24 * 12)


@given(st.lists(st.tuples(HOURS, st.integers(1, 40), st.sampled_from([CHICAGO, PHOENIX]), st.integers(-2, 4)), max_size=5))
def test_between_moments_desired_is_constant(specs: list[tuple[int, int, ZoneInfo, int]]) -> None:
    """Whatever surges there are: at any hour the seats wanted are those that the last moment said."""
    begin = at("2026-10-29T00:00")
    surges = {}
    for number, (start, length, zone, amount) in enumerate(specs):
        first = begin + timedelta(hours=start)
        surges[f"s{number}"] = Surge(
            f"s{number}", "x", first, first + timedelta(hours=length), zone.key, seats={"vp": SeatChange(amount, relative=True)}
        )
    one = replace(BASE, surges=surges)
    days = Days(start=begin, end=begin + timedelta(days=14))
    found = calendar(one, (), days)
    wanted, place = 2, 0
    for hour in range(0, 14 * 24, 7):
        now = begin + timedelta(hours=hour)
        while place < len(found) and found[place].at <= now:
            wanted = found[place].seats[0].wanted if found[place].seats else wanted
            place += 1
        assert desired(one, now).seating["vp"].wanted == wanted
