"""Who sits where without the telephony: the same as desired(t); who and what is free; when a hotline is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.effective import desired
from campctl.effective.opening import open_at, turns
from campctl.effective.staff import empty_desks, free_people, staff_at, staff_through
from campctl.manifest.load import load
from campctl.model.campaign import HoursRule, SeatChange

from .small_campaign import AT, campaign, desks, hotline, override, people

SEEDS = Path(__file__).parents[3] / "seeds"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize("at", ["2026-09-01T12:00", "2026-10-13T23:00", "2026-11-02T20:00", "2026-11-03T15:00"])
@pytest.mark.parametrize("seed", ["quickstart", "national"])
def test_seats_are_those_of_the_one_formula(seed: str, at: str) -> None:
    """desired(t) seats the same people at the same desks, for the same reasons."""
    found = load(SEEDS / seed, cache=False).campaign
    assert found is not None
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    wanted, staff = desired(found, moment), staff_at(found, moment)
    assert staff.seating == wanted.seating
    assert staff.lit == wanted.lit


def test_what_follows_changes_as_little_as_it_can() -> None:
    """The next instant takes in who sat there before."""
    found = campaign(users=people(*((f"u{n}", {"skills": ("vp",)}) for n in range(6))), hotlines=hotline(seats=2))
    more = override("hotline", "vp", seats=SeatChange(2, relative=True), start=AT)
    before, after = staff_through(found, [AT - timedelta(hours=1), AT], [more])
    lines = [seat.line for seat in before.seating["vp"].filled]
    assert [seat.line for seat in after.seating["vp"].filled][:2] == lines
    assert len(after.seating["vp"].filled) == 4


def test_who_and_what_is_free() -> None:
    """People with the skill who sit nowhere; dark desks without a name that could answer: not lit, not kept dark, not another's."""
    ports = desks(5)
    ports["hq/a2"] = desks(5, hotline="other")["hq/a2"]
    ports["hq/a3"] = desks(5, lit=True)["hq/a3"]
    ports["hq/a5"] = desks(5, user="u0")["hq/a5"]
    found = campaign(
        users=people(*((f"u{n}", {"skills": ("vp",)}) for n in range(4)), ("cook", {"skills": ("pie",)})),
        ports=ports,
        hotlines=hotline(seats=2),
    )
    staff = staff_at(found, AT, [override("port", "hq/a4", lit=False)])
    sitting = {seat.line.removeprefix("user/") for seat in staff.seating["vp"].filled}
    vp = found.hotlines["vp"]
    assert {user.id for user in free_people(found, vp, staff)} == {"u0", "u1", "u2", "u3"} - sitting
    assert empty_desks(found, vp, staff) == ["hq/a1"]


OFFICE_HOURS = (HoursRule((0, 1, 2, 3, 4), 8 * 60, 20 * 60), HoursRule((5, 6), 10 * 60, 18 * 60))
NIGHT = (HoursRule(tuple(range(7)), 22 * 60, 1440), HoursRule(tuple(range(7)), 0, 90))


def test_hours_open_and_close() -> None:
    """On the wall's clock, on the days they are of; nothing of a hotline that never closes."""
    start = datetime(2026, 11, 2, 5, tzinfo=UTC)
    found = [
        (at.astimezone(NEW_YORK).strftime("%a %H:%M"), opens)
        for at, opens in turns(OFFICE_HOURS, NEW_YORK, start, start + timedelta(days=2))
    ]
    assert found == [("Mon 08:00", True), ("Mon 20:00", False), ("Tue 08:00", True), ("Tue 20:00", False)]
    assert list(turns((), NEW_YORK, start, start + timedelta(days=2))) == []
    assert open_at((), NEW_YORK, start)


def test_rules_that_meet_make_no_turn() -> None:
    """22:00 to 24:00 and 00:00 to 01:30 is one evening, not two."""
    start = datetime(2026, 11, 3, 12, tzinfo=UTC)
    found = [at.astimezone(NEW_YORK).strftime("%H:%M") for at, _ in turns(NIGHT, NEW_YORK, start, start + timedelta(days=1))]
    assert found == ["22:00", "01:30"]


def test_the_hour_that_comes_twice() -> None:
    """The night the clocks go back, 1:30 closes, 1:00 comes again and is open again, and 1:30 closes once more; it is said."""
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)
    found = [(at.strftime("%H:%MZ"), opens) for at, opens in turns(NIGHT, NEW_YORK, start, start + timedelta(hours=5))]
    assert found == [("05:30Z", False), ("06:00Z", True), ("06:30Z", False)]


def test_the_hour_that_is_missing() -> None:
    """A closing time that no clock shows is at the instant at which it would have come."""
    hours = (HoursRule(tuple(range(7)), 0, 150),)
    start = datetime(2026, 3, 8, 5, 30, tzinfo=UTC)
    assert [at.strftime("%H:%MZ") for at, _ in turns(hours, NEW_YORK, start, start + timedelta(hours=6))] == ["07:00Z"]


RULES = st.builds(
    lambda days, first, last: HoursRule(tuple(sorted(days)), min(first, last), max(first, last) + 1),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1438),
)


@given(
    st.lists(RULES, min_size=1, max_size=3),
    st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu", "Australia/Lord_Howe"]),
    st.integers(0, 330 * 1440),
)
def test_between_two_turns_nothing_turns(rules: list[HoursRule], name: str, minutes: int) -> None:
    """Whatever the hours and the zone: open or closed at any minute is what the last turn said."""
    zone, begin = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    hours, end = tuple(rules), begin + timedelta(days=2)
    turned = dict(turns(hours, zone, begin, end))
    now, at = open_at(hours, zone, begin), begin
    while at < end:
        at += timedelta(minutes=1)
        now = turned.get(at, now)
        assert now == open_at(hours, zone, at), at
