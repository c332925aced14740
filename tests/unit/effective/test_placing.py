"""Where somebody who came in sits best: empty desks, and how much each hotline misses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campctl.effective.placing import Person, ends, floorplan, placing, pull_words
from campctl.effective.staff import staff_at
from campctl.model.answering import Traits
from campctl.model.campaign import Answer, Campaign, HoursRule, Office, Seats
from campctl.model.live import QueueNow
from campctl.model.records import Override

from .small_campaign import AT, HQ, LATER, campaign, desks, hotline, override, people

SAM = Person("Sam", None, Traits(("vp", "rides")))
ANY = Answer(skills=("vp", "rides"))


def taken(found: Campaign, *overrides: Override, person: Person = SAM, phone: bool = True) -> tuple[list[str], dict[str, str]]:
    staff = staff_at(found, AT, overrides)
    plan = floorplan(found, staff, overrides, "hq", person, phone=phone)
    return [port.desk for port in plan.empty], {port.desk: why for port, why in plan.taken}


def test_which_desks_are_empty() -> None:
    """Dark, with a phone, with a 911 location, nobody's own, and not promised to anybody else."""
    ports = desks(7, device="phone")
    ports["hq/a2"] = desks(7, lit=True)["hq/a2"]
    ports["hq/a3"] = desks(7, device="phone", user="ann")["hq/a3"]
    ports["hq/a4"] = desks(7)["hq/a4"]
    found = campaign(users=people(("ann", {})), ports=ports, hotlines=hotline())
    kept = override("port", "hq/a5", lit=False)
    soon = override("port", "hq/a6", id="o2", lit=True, start=LATER)
    assert taken(found, kept, soon) == (["a1", "a7"], {"a2": "lit", "a3": "own", "a4": "no-device", "a5": "kept-dark", "a6": "reserved"})
    assert taken(found, kept, soon, phone=False)[0] == ["a1", "a4", "a7"]
    assert "a3" in taken(found, person=Person("Ann", found.users["ann"]))[0]


def test_no_desk_without_a_location() -> None:
    """Nobody is seated where 911 would not find them; nor in an office that was evacuated."""
    nowhere = Office("hq", "HQ", HQ.__class__("1 Example Plaza", "Chicago"), "America/Chicago", "old")
    found = campaign(ports=desks(1, device="phone"), hotlines=hotline())
    assert taken(campaign(ports=desks(1, device="phone"), offices={**found.offices, "hq": nowhere}))[1] == {"a1": "no-location"}
    away = override("office", "hq", refuge="field")
    assert taken(found, away)[1] == {"a1": "evacuated"}


def two(**fields: Any) -> Campaign:
    """Hotlines `low` (priority 50) and `high` (70), nobody on either; two desks, the second meant for `high`."""
    ports = desks(2, device="phone")
    ports["hq/a2"] = desks(2, device="phone", hotline="high")["hq/a2"]
    seats = {"low": Seats(2, 0, 9), "high": Seats(2, 0, 9), **fields.pop("seats", {})}
    lines = {
        **hotline("low", answer=ANY, priority=50, **fields.get("low", {})),
        **hotline("high", answer=ANY, priority=70, **fields.get("high", {})),
    }
    from msgspec.structs import replace

    return campaign(ports=ports, hotlines={name: replace(line, seats=seats[name]) for name, line in lines.items()})


def queue(name: str, waiting: int, longest: float) -> dict[str, QueueNow]:
    return {name: QueueNow(queue=name, waiting=waiting, longest_wait=longest)}


@pytest.mark.parametrize(
    ("seats", "live", "first", "why"),
    [
        ({}, {}, "high", "high misses 2 of 2 people (priority 70); next would be low misses 2 of 2 people"),
        ({"low": Seats(7, 0, 9)}, {}, "high", "high misses 2"),
        ({"low": Seats(9, 0, 9)}, {}, "low", "low misses 9"),
        ({}, queue("low", 3, 90), "low", "low misses 2 of 2 people, 3 callers wait, the longest 90 s (priority 50)"),
        ({}, queue("low", 1, 0), "high", "high misses"),
        ({"high": Seats(0, 0, 0)}, {}, "low", "low misses"),
        ({"high": Seats(0, 0, 3), "low": Seats(0, 0, 3)}, {}, "high", "high has all of its 0 seats filled and room for 3 more"),
        ({"high": Seats(0, 0, 3), "low": Seats(1, 0, 3)}, {}, "low", "low misses 1 of 1 person"),
    ],
)
def test_where_they_are_needed_most(seats: dict[str, Seats], live: dict[str, QueueNow], first: str, why: str) -> None:
    """People missing and callers waiting, by priority and by how long they wait; said in words."""
    found = two(seats=seats)
    staff = staff_at(found, AT)
    pulls = placing(found, staff, (), SAM, list(found.ports.values()), live).pulls
    assert pulls[0].hotline == first
    assert pull_words(pulls[0], pulls[1:]).startswith(why)


def test_the_desk_meant_for_it_comes_first() -> None:
    """The desk of the hotline, else one of none; their own desk before any other."""
    found = two()
    staff = staff_at(found, AT)
    every = list(found.ports.values())
    by_hotline = {one.hotline: one.desk for one in placing(found, staff, (), SAM, every, {}).pulls}
    assert by_hotline == {"high": "hq/a2", "low": "hq/a1"}
    users = people(("ann", {"skills": ("vp",)}))
    mine = campaign(users=users, hotlines=hotline(), ports={**desks(1, hotline="vp"), "hq/a2": desks(2, user="ann")["hq/a2"]})
    (pull,) = placing(mine, staff_at(mine, AT), (), Person("Ann", users["ann"]), list(mine.ports.values()), {}).pulls
    assert pull.desk == "hq/a2"


def test_closed_and_diverted_hotlines_come_last() -> None:
    """Nobody is seated where no calls come while another misses them."""
    never = (HoursRule((0,), 0, 60),)
    found = two(high={"hours": never})
    assert [one.hotline for one in placing(found, staff_at(found, AT), (), SAM, list(found.ports.values()), {}).pulls] == ["low", "high"]
    both = two()
    from campctl.model.campaign import Target

    away = [override("hotline", "high", to=Target("outside", "+13125550190"))]
    assert placing(both, staff_at(both, AT, away), away, SAM, list(both.ports.values()), {}).pulls[0].hotline == "low"


@pytest.mark.parametrize(
    ("person", "refused"),
    [
        (Person("Sam", None, Traits(("pie",))), "it asks for skill vp"),
        (Person("Sam", None, Traits()), "it asks for skill vp"),
        (Person("Sam", None, None), ""),
        (Person("Sam", None, Traits(("vp",))), ""),
    ],
)
def test_skills_are_respected(person: Person, refused: str) -> None:
    """Who lacks what a hotline asks for is not put there; whom a lead seats without saying so counts as able."""
    found = campaign(ports=desks(1), hotlines=hotline())
    came = placing(found, staff_at(found, AT), (), person, list(found.ports.values()), {})
    assert came.refused == ({"vp": refused} if refused else {})
    assert bool(came.pulls) == (not refused)


def test_a_desk_on_another_exchange_is_of_no_use() -> None:
    """A queue rings lines of its own exchange only."""
    found = campaign(ports=desks(1), hotlines=hotline(backend="new"))
    came = placing(found, staff_at(found, AT), (), SAM, list(found.ports.values()), {})
    assert came.refused == {"vp": "its queue is on new, and no empty desk here is"}


def test_the_seat_they_leave_is_counted() -> None:
    """A person who answers by their own phone fills that very seat from the desk: it brings no seat with it."""
    users = people(("ann", {"skills": ("vp",)}))
    found = campaign(users=users, ports=desks(1), hotlines=hotline(seats=1))
    (pull,) = placing(found, staff_at(found, AT), (), Person("Ann", users["ann"]), list(found.ports.values()), {}).pulls
    assert (pull.short, pull.filled, pull.adds_seat) == (1, 0, False)


@pytest.mark.parametrize(
    ("hours", "shift", "after", "why"),
    [
        ((), timedelta(hours=3), timedelta(hours=3), "shift"),
        ((HoursRule((1,), 0, 1200),), None, timedelta(hours=11), "closes"),
        ((HoursRule((2,), 0, 1200),), None, timedelta(hours=8), "eight hours"),
        ((), None, timedelta(hours=8), "eight hours"),
        ((), timedelta(hours=-1), timedelta(hours=8), "eight hours"),
    ],
)
def test_when_they_leave(hours: tuple[HoursRule, ...], shift: timedelta | None, after: timedelta, why: str) -> None:
    """At the end of their shift, else when the hotline closes (not tomorrow's), else eight hours from now. AT is Tuesday 09:00."""
    found = campaign(hotlines=hotline(hours=hours))
    end, words = ends(found, found.hotlines["vp"], AT, AT + shift if shift is not None else None)
    assert end - AT == after
    assert why in words
