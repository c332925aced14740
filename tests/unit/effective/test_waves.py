"""Who goes together, who goes first, and which hotlines go along when an office changes its backend."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from campctl.effective import desired
from campctl.effective.waves import Floor, Unit, clusters, followers, moved, pick, units_of
from campctl.model.campaign import Answer, Number, Target
from campctl.model.resources import Key

from .small_campaign import AT, campaign, desks, hotline, people

PEOPLE = [(f"u{n}", {"skills": ("vp",)} if n < 3 else {}) for n in range(6)]


def subjects(units: Any) -> list[str]:
    return [unit.subject for unit in units]


def groups(*sizes: int) -> list[list[Unit]]:
    """Groups of so many, whose units are named after their group."""
    return [
        [Unit(user=f"{number}.{index}", ports=(), extension="1", hotlines=frozenset((f"h{number}",))) for index in range(size)]
        for number, size in enumerate(sizes)
    ]


def test_people_by_extension_then_desks_then_who_sits_in_a_hotline() -> None:
    """The order is the campaign's, whatever order things are written in; a person's own desk goes with them."""
    ports = desks(2) | desks(1, desk="own", user="u4", extension="3190")
    given = campaign(users=dict(reversed(people(*PEOPLE).items())), ports=ports, hotlines=hotline())
    units = units_of(given, "hq", {"vp": {"user/u0": 1, "port/hq/a1": 2}, "gone": {"user/u1": 1}})
    assert subjects(units) == ["user/u1", "user/u2", "user/u3", "user/u4", "user/u5", "port/hq/a2", "user/u0", "port/hq/a1"]
    assert units[3].lines == ("user/u4", "port/hq/own")
    assert units[-1].hotlines == {"vp"}
    assert units_of(given, "field", {}) == []


def test_a_shorter_extension_comes_first() -> None:
    """Extensions are ordered as numbers of their own length, not as text."""
    given = campaign(users=people(("a", {"extension": "10000"}), ("b", {"extension": "9000"})))
    assert subjects(units_of(given, "hq", {})) == ["user/b", "user/a"]


@pytest.mark.parametrize(
    ("sizes", "count", "expected"),
    [
        ((1, 1, 1, 1), 2, 2),
        ((1, 1, 3), 4, 2),
        ((1, 1, 3), 5, 5),
        ((3, 1), 1, 3),
        ((2, 3, 1), 3, 2),
        ((), 4, 0),
        ((1, 2), 100, 3),
    ],
)
def test_so_many_and_groups_whole(sizes: Any, count: int, expected: int) -> None:
    """A wave stops before a group that does not fit, and takes one that is too large only when nothing else is in it."""
    assert len(pick(groups(*sizes), count)) == expected


def test_who_shares_a_hotline_goes_together() -> None:
    """Also by way of somebody who sits in two."""
    ties = {"a": "x", "b": "y", "c": "", "d": "z", "e": "xz", "f": "y"}
    units = [Unit(user=name, ports=(), extension="1", hotlines=frozenset(hotlines)) for name, hotlines in ties.items()]
    assert [subjects(group) for group in clusters(units)] == [["user/a", "user/e", "user/d"], ["user/b", "user/f"], ["user/c"]]
    assert next(subjects(group) for group in clusters(units[::-1])) == ["user/f", "user/b"]


def test_whom_a_hotline_leads_to_without_a_number_is_tied_to_it() -> None:
    """One who has a number can be called from anywhere; hotlines that lead to each other without one count as one."""
    lines = hotline(overflow=Target("user", "u3"), closed=Target("user", "u4"), failover=Target("hotline", "law"))
    given = campaign(users=people(*PEOPLE), hotlines={**lines, **hotline("law")}, numbers={"+1": Number("+1", Target("user", "u4"))})
    units = {unit.user: unit.hotlines for unit in units_of(given, "hq", {"law": {"user/u5": 1}})}
    assert units["u3"] == units["u5"] == {"vp", "law"}
    assert units["u4"] == frozenset()


def test_a_hotline_goes_where_more_of_its_seats_can_be_filled() -> None:
    """With those who sit in it; or, while nobody does, with those who may. One that others sit in stays with them."""
    given = campaign(users=people(*PEOPLE), hotlines={**hotline(), **hotline("law", answer=Answer(users=("u5",)))})
    units = {unit.user: unit for unit in units_of(given, "hq", {})}

    def along(*names: str, of: Any = given, sit: str = "", lit: Any = (), seats: int = 2) -> list[str]:
        going = [units[name] for name in names]
        present = {"vp": {f"user/{name}": 1 for name in sit.split()}} if sit else {}
        return followers(moved(of, going, "new"), going, "new", Floor(present, {"vp": seats}, lit))

    assert along("u0", "u1", "u2") == ["vp"]
    assert along("u0", "u1") == ["vp"], "two can be there, one here"
    assert along("u0", "u1", seats=1) == [], "as many here as there: it stays"
    assert along("u0") == []
    assert along("u0", "u1", sit="u0 u1") == ["vp"]
    assert along("u0", "u1", sit="u2") == [], "who sits there stays, and so does it"
    assert along("u3", "u4", sit="u0") == []
    assert along("u5") == ["law"]
    assert along() == []
    desk = replace(given, ports=desks(1))
    assert along("u0", "u1", of=desk, lit={"hq/a1"}) == []
    assert along("u0", "u1", of=replace(given, ports=desks(1, hotline="vp"))) == []
    assert along("u0", "u1", of=replace(given, ports=desks(1, hotline="vp", user="u2"))) == ["vp"], "one person is one, desk or not"
    assert along("u0", "u1", of=replace(given, hotlines=hotline(backend="new"))) == []


def test_lines_numbers_and_addresses_are_where_people_say() -> None:
    """A person's `backend` takes line, number and address there; `also_on` gives a second line and address, and nothing else."""
    users = people(
        ("stays", {"number": "+13125550111"}),
        ("went", {"number": "+13125550112", "backend": "new", "room": "Hall A"}),
        ("both", {"number": "+13125550113", "also_on": "new"}),
    )
    ports = desks(2) | desks(1, desk="b1", extension="3190", backend="spare", also_on="spare")
    found = desired(campaign(users=users, ports=ports), AT).backends
    lines = {name: {key.id for key in things if key.kind == "line"} for name, things in found.items()}
    assert lines["old"] == {"user/stays", "user/both", "port/hq/a1", "port/hq/a2"}
    assert lines["new"] == {"user/went", "user/both"}
    assert lines["spare"] == {"port/hq/b1"}
    assert found["old"][Key("line", "user/both")] == found["new"][Key("line", "user/both")]
    routes = {name: {key.id for key in things if key.kind == "route"} for name, things in found.items()}
    assert routes == {"old": {"+13125550111", "+13125550113"}, "new": {"+13125550112"}, "spare": set()}
    places = {name: {key.id for key in things if key.kind == "location"} for name, things in found.items()}
    assert places == {"old": {"hq", "hq/3/hall-a"}, "new": {"field", "hq", "hq/3/hall-a"}, "spare": {"hq/3/hall-a"}}


def test_seats_are_of_the_queue_s_own_exchange() -> None:
    """Who went to another exchange is no member any more, whether by their own phone or at a desk; who is prepared still is."""
    users = people(("a", {"skills": ("vp",), "backend": "new"}), ("b", {"skills": ("vp",), "also_on": "new"}), ("c", {"skills": ("vp",)}))
    ports = desks(1, lit=True, hotline="vp", backend="new")
    found = desired(campaign(users=users, ports=ports, hotlines=hotline(seats=4)), AT)
    assert {seat.line for seat in found.seating["vp"].filled} == {"user/b", "user/c"}
    assert {finding.code for finding in found.findings} == {"seats-short", "lit-but-may-not-answer"}
    both = desired(campaign(users=users, ports=ports, hotlines=hotline(seats=4, backend="new")), AT)
    assert {seat.line for seat in both.seating["vp"].filled} == {"user/a", "port/hq/a1"}


def test_a_rename_holds_on_both_exchanges() -> None:
    """Who is renamed while they have two lines is renamed on both, and so is the address of a renamed office."""
    users = people(("a", {"renamed_from": "anna", "also_on": "new"}))
    given = campaign(users=users)
    given = replace(given, offices={**given.offices, "hq": replace(given.offices["hq"], renamed_from="main-street")})
    found = desired(given, AT).renames
    assert {(backend, str(old), str(new)) for backend, old, new in found} == {
        (name, *pair) for name in ("old", "new") for pair in (("line/user/anna", "line/user/a"), ("location/main-street", "location/hq"))
    }
