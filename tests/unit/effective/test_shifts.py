"""Shifts: who is there when, what comes of it for seats, moments, the calendar, and whom to call in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from campctl.effective import desired, moments
from campctl.effective.calendar import Days, calendar, last_change, windows
from campctl.effective.scene import sittings
from campctl.effective.shifts import is_there, merged, off_duty, on_shift, shift_words, turns, weekly
from campctl.effective.staff import free_people, off_people, staff_at, staff_through
from campctl.manifest.load import load
from campctl.model.campaign import Campaign, HoursRule, Shift, User
from campctl.views.icalendar import icalendar

from .small_campaign import AT, campaign, desks, hotline, override, people

HOUR = timedelta(hours=1)
CHICAGO = "America/Chicago"


def shift(start: float, end: float) -> Shift:
    """In hours from AT."""
    return Shift(AT + start * HOUR, AT + end * HOUR)


def crew() -> Campaign:
    """Three with the skill: always there, there now, and there two hours from now."""
    return campaign(
        users=people(
            ("always", {"skills": ("vp",)}),
            ("early", {"skills": ("vp",), "shifts": (shift(-2, 2),)}),
            ("late", {"skills": ("vp",), "shifts": (shift(2, 6),)}),
        ),
        hotlines=hotline(seats=3),
    )


def seated(found: Campaign, at: datetime, *overrides: object) -> set[str]:
    return {seat.line for seat in desired(found, at, overrides).seating["vp"].filled}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shifts", "after", "expected"),
    [
        ((), 0, None),
        (((0, 4),), -1, None),
        (((0, 4),), 0, (0, 4)),
        (((0, 4),), 3.99, (0, 4)),
        (((0, 4),), 4, None),
        (((0, 4), (4, 8)), 1, (0, 8)),
        (((4, 8), (0, 5)), 7, (0, 8)),
        (((0, 4), (5, 8)), 1, (0, 4)),
        (((0, 8), (2, 3)), 4, (0, 8)),
        (((0, 4), (5, 8)), 4.5, None),
    ],
)
def test_the_shift_somebody_is_in(shifts: tuple[tuple[float, float], ...], after: float, expected: tuple[float, float] | None) -> None:
    """From its first instant up to its end; those that touch or overlap are one, with the last end."""
    user = User("u", "U", "hq", "3000", shifts=tuple(shift(*one) for one in shifts))
    found = on_shift(user, AT + after * HOUR)
    assert found == (shift(*expected) if expected else None)
    assert is_there(user, AT + after * HOUR) == (not shifts or expected is not None)


def test_merging_keeps_what_is_covered() -> None:
    """Joined shifts are apart from each other and in order."""
    assert merged([shift(5, 6), shift(0, 1), shift(1, 3), shift(2, 2.5)]) == [shift(0, 3), shift(5, 6)]


def test_seats_are_for_those_who_are_there() -> None:
    """Before, in and after their shifts people do not sit, sit, and do not sit."""
    found = crew()
    assert off_duty(found, AT) == {"late"}
    assert seated(found, AT - 3 * HOUR) == {"user/always"}
    assert seated(found, AT) == {"user/always", "user/early"}
    assert seated(found, AT + 2 * HOUR) == {"user/always", "user/late"}
    assert seated(found, AT + 6 * HOUR) == {"user/always"}


def test_who_was_there_leaves_when_the_shift_ends() -> None:
    """Sitting there now is no reason to stay after the shift."""
    found = crew()
    present = {"vp": {"user/early": 1, "user/always": 1}}
    assert {seat.line for seat in desired(found, AT + 3 * HOUR, (), present).seating["vp"].filled} == {"user/always", "user/late"}


def test_a_desk_of_somebody_off_shift_answers_nothing() -> None:
    """A lit desk with a name takes calls while that person is there; a volunteer's desk does at any time."""
    ports = desks(2, lit=True)
    ports["hq/a1"] = desks(2, lit=True, user="late", hotline="vp")["hq/a1"]
    found = campaign(users=crew().users, ports=ports, hotlines=hotline(seats=9))
    assert seated(found, AT) == {"user/always", "user/early", "port/hq/a2"}
    assert seated(found, AT + 2 * HOUR) == {"user/always", "port/hq/a1", "port/hq/a2"}


def test_whom_an_override_seats_is_there() -> None:
    """Somebody who was seated by hand is in the room, whatever their shifts say."""
    found = campaign(users=crew().users, ports=desks(1), hotlines=hotline(seats=3))
    by_hand = override("port", "hq/a1", lit=True, user="late", hotline="vp")
    assert "port/hq/a1" in seated(found, AT, by_hand)
    assert staff_at(found, AT, [by_hand]).off == frozenset()


def test_levels_of_escalation_keep_to_shifts_too() -> None:
    """Nobody is escalated to who is not there."""
    from campctl.model.campaign import Answer, Escalation

    found = campaign(
        users=crew().users,
        hotlines=hotline(seats=1, escalation=(Escalation(after=60, answer=Answer(skills=("vp",)), seats=9),)),
    )
    lines = {seat.line for seat in desired(found, AT).seating["vp"].filled}
    assert lines == {"user/always", "user/early"}


def test_shifts_are_moments() -> None:
    """desired(t) may change where a shift begins or ends, but not where one goes over into the next."""
    found = campaign(
        users=people(("one", {"shifts": (shift(-2, 0), shift(0, 2))}), ("two", {"shifts": (shift(1, 2),)})), hotlines=hotline()
    )
    assert moments(found, (), AT - 9 * HOUR, AT + 9 * HOUR) == [AT - 2 * HOUR, AT + HOUR, AT + 2 * HOUR]
    assert last_change(found, ()) == AT + 2 * HOUR


def test_the_calendar_counts_who_comes_and_goes() -> None:
    """One line for all who come or go at once, with the seats that change; iCalendar has one event for shifts that are alike."""
    users = people(
        ("b1", {"skills": ("vp",), "shifts": (shift(0, 4),)}),
        ("b2", {"skills": ("vp",), "shifts": (shift(0, 4),)}),
        ("c1", {"skills": ("vp",), "shifts": (shift(4, 8),)}),
    )
    found = campaign(users=users, hotlines=hotline(seats=2))
    days = Days(start=AT - HOUR, end=AT + 9 * HOUR)
    assert [(moment.at, moment.what) for moment in calendar(found, (), days)] == [
        (AT, ("shift of 2 people begins",)),
        (AT + 4 * HOUR, ("shift of 2 people ends", "shift of 1 person begins")),
        (AT + 8 * HOUR, ("shift of 1 person ends",)),
    ]
    mine = [window for window in windows(found, (), days) if window.kind == "shift"]
    assert [(window.name, window.what) for window in mine] == [("2 people", ("B1, B2",)), ("1 person", ("C1",))]
    text = icalendar(mine, campaign="Small", made=AT)
    assert text.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Shift: 2 people" in text
    assert len({line for line in text.splitlines() if line.startswith("UID:")}) == 2


def test_shifts_alike_in_two_zones_are_two_turns() -> None:
    """Each is written by its own office's clock."""
    users = people(("one", {"shifts": (shift(0, 4),)}), ("two", {"shifts": (shift(0, 4),), "office": "field"}))
    assert [(turn.time_zone, turn.people) for turn in turns(campaign(users=users))] == [
        (CHICAGO, ("one",)),
        ("America/Phoenix", ("two",)),
    ]


def test_free_people_are_there_and_the_others_can_be_called_in() -> None:
    """Who is off shift is not free, and is the one to call."""
    found = campaign(users=crew().users, hotlines=hotline(seats=1))
    staff = staff_at(found, AT)
    vp = found.hotlines["vp"]
    assert [user.id for user in free_people(found, vp, staff)] == ["early"]
    assert [user.id for user in off_people(found, vp, staff)] == ["late"]


def test_a_rehearsed_day_has_people_come_and_go() -> None:
    """Everybody's sitting begins and ends with their shift."""
    found = crew()
    start, end = AT - 4 * HOUR, AT + 8 * HOUR
    staff = staff_through(found, [start, *moments(found, (), start, end)])
    spans = {one.person: (one.start / 3600, one.end / 3600) for one in sittings(found, staff, end)}
    assert spans == {"user/always": (0, 12), "user/early": (2, 6), "user/late": (6, 10)}


def test_a_week_of_shifts_by_the_clock_on_the_wall() -> None:
    """Weekly hours are local minutes, cut at midnight; a shift of another week is not in it."""
    local = Shift(datetime(2026, 11, 4, 3, tzinfo=UTC), datetime(2026, 11, 4, 8, tzinfo=UTC))  # Tuesday 21:00 to Wednesday 02:00
    user = User("u", "U", "hq", "3000", shifts=(local, shift(240, 244)))
    assert weekly(user, CHICAGO, date(2026, 11, 2)) == (HoursRule((1,), 1260, 1440), HoursRule((2,), 0, 120))
    assert shift_words(user, CHICAGO)[0] == "2026-11-03T21:00/2026-11-04T02:00"


def test_shifts_are_read_by_the_clock_of_their_office(tmp_path: Path) -> None:
    """Through the end of daylight saving a shift keeps the wall's time; an office without it keeps its own."""
    (tmp_path / "campaign.yaml").write_text("""\
users:
  ann: { name: Ann, office: hq, extension: 3001, shifts: ["2026-11-01T00:00/06:00", "2026-11-03T22:00/24:00"] }
  bob: { name: Bob, office: mesa, extension: 4001, shifts: ["2026-11-01T00:00/06:00", "2026-11-03T22:00-05:00/2026-11-04T02:00"] }
campaign:
  name: Zones
  time_zone: America/New_York
  main_number: "+13125550100"
  backends: { local: { type: sim } }
offices:
  hq: { time_zone: America/Chicago, address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601" } }
  mesa: { time_zone: America/Phoenix, address: { street: 2 Example Street, city: Mesa, state: AZ, postal_code: "85201" } }
""")
    found = load(tmp_path, cache=False).campaign
    assert found is not None

    def hours(user: str) -> list[tuple[str, str]]:
        return [(f"{one.start:%dT%H:%M}", f"{one.end:%dT%H:%M}") for one in found.users[user].shifts]

    assert hours("ann") == [("01T05:00", "01T12:00"), ("04T04:00", "04T06:00")]
    assert hours("bob") == [("01T07:00", "01T13:00"), ("04T03:00", "04T09:00")]
