"""Nouns to resources: lines, locations, queues, routes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from small_campaign import AT, HQ, campaign, desks, hotline, override, people

from campctl.effective import desired
from campctl.effective.places import Places, refine
from campctl.effective.words import hours_rules, slug
from campctl.model.addresses import lacking
from campctl.model.campaign import Address, Answer, Escalation, HoursRule, Number, Target
from campctl.model.resources import Key, Line, Location, Queue, Route

ANN = {"name": "Ann Lee", "number": "+13125550111", "permission": "international"}


def line(wanted, lid):
    return wanted.backends["old"][Key("line", lid)]


def test_every_backend_is_there():
    """A backend nothing is placed on holds nothing, and is there."""
    wanted = desired(campaign(), AT)
    assert set(wanted.backends) == {"old", "new", "spare"}
    assert wanted.backends["spare"] == {}
    assert [key.id for key in wanted.backends["new"]] == ["field"]


def test_user_line():
    """A person's line is enabled and shows their own number."""
    wanted = desired(campaign(users=people(("ann", ANN))), AT)
    assert line(wanted, "user/ann") == Line("user/ann", "3000", "Ann Lee", "+13125550111", "hq", "international", True)


def test_number_shown():
    """Without a number of their own people show their office's, else the campaign's main number."""
    wanted = desired(campaign(users=people(("bo", {}), ("cy", {"office": "field"}))), AT)
    assert line(wanted, "user/bo").number == "+13125550100"
    assert wanted.backends["new"][Key("line", "user/cy")].number == "+13125550199"


def test_dark_port():
    """A dark port is a disabled line named after its desk, with its own location."""
    wanted = desired(campaign(ports=desks(1, device="poly")), AT)
    expected = Line("port/hq/a1", "3101", "hq a1", "+13125550100", "hq/3/hall-a", "internal", False, "poly")
    assert line(wanted, "port/hq/a1") == expected
    assert wanted.lit == {}


def test_lit_port_with_a_person_from_elsewhere():
    """Who sits there brings name, number and permission; the desk keeps its location for 911."""
    nouns = campaign(users=people(("ann", {**ANN, "office": "field"})), ports=desks(1, lit=True, user="ann"))
    found = line(desired(nouns, AT), "port/hq/a1")
    assert (found.name, found.number, found.permission) == ("Ann Lee", "+13125550111", "international")
    assert (found.location, found.enabled) == ("hq/3/hall-a", True)


def test_lit_port_with_a_volunteer():
    """A volunteer gives the port a name and nothing else."""
    wanted = desired(campaign(ports=desks(1)), AT, [override("port", "hq/a1", lit=True, volunteer="Vi Vo")])
    assert (line(wanted, "port/hq/a1").name, line(wanted, "port/hq/a1").enabled) == ("Vi Vo", True)
    assert line(wanted, "port/hq/a1").number == "+13125550100"


@pytest.mark.parametrize("missing", ["street", "city", "state", "postal_code"])
def test_no_line_is_lit_without_a_location(missing):
    """An office whose address lacks a part has no enabled line, whatever manifest and overrides say, and a finding says so."""
    base = campaign(users=people(("ann", ANN)), ports=desks(2, lit=True), hotlines=hotline(answer=Answer(users=("ann",))))
    offices = {**base.offices, "hq": replace(base.offices["hq"], address=replace(HQ, **{missing: ""}))}
    wanted = desired(replace(base, offices=offices), AT, [override("port", "hq/a1", lit=True, hotline="vp")])
    lines = [one for one in wanted.backends["old"].values() if isinstance(one, Line)]
    assert len(lines) == 3
    assert not any(one.enabled or one.location for one in lines)
    assert Key("location", "hq") not in wanted.backends["old"]
    assert wanted.lit == {}
    assert wanted.seating["vp"].filled == ()
    found = [one for one in wanted.findings if one.code == "lit-without-location"]
    assert {(one.at.section, one.at.id) for one in found} == {("offices", "hq"), ("ports", "hq/a1"), ("ports", "hq/a2")}
    assert {one.severity for one in found} == {"error"}


def test_a_desk_needs_floor_or_room():
    """A desk with neither, in an office with neither, is not dispatchable; a person's line there is."""
    nouns = campaign(
        users=people(("ann", {"office": "field"})),
        ports={one.id: one for one in (replace(port, office="field", room="", lit=True) for port in desks(1).values())},
    )
    wanted = desired(nouns, AT)
    assert wanted.backends["new"][Key("line", "user/ann")].enabled
    assert not wanted.backends["new"][Key("line", "port/field/a1")].enabled
    assert [one.code for one in wanted.findings] == ["lit-without-location"]


def test_locations():
    """Offices and the rooms in use are locations, with whom to tell of a 911 call, and say which office they are of."""
    wanted = desired(campaign(users=people(("ann", {"floor": "4"}), ("bo", {"room": "Room 310"})), ports=desks(2)), AT)
    found = {key.id: one for key, one in wanted.backends["old"].items() if isinstance(one, Location)}
    assert set(found) == {"hq", "hq/4", "hq/3/room-310", "hq/3/hall-a"}
    assert found["hq/3/hall-a"] == Location(
        "hq/3/hall-a", "HQ, floor 3, Hall A", "1 Example Plaza", "Chicago", "IL", "60601", "US", "", "3", "Hall A", ("+13125550101",)
    )
    assert wanted.origin[Key("location", "hq/3/hall-a")] == "office/hq"


@pytest.mark.parametrize(
    ("floor", "room", "expected"),
    [
        ("", "", ("3", "R1")),
        ("3", "", ("3", "R1")),
        ("4", "", ("4", "")),
        ("", "R2", ("3", "R2")),
        ("4", "R2", ("4", "R2")),
    ],
)
def test_refine(floor, room, expected):
    """A room alone is on the office's floor; another floor leaves the office's room behind."""
    assert refine(replace(HQ, room="R1"), floor, room) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Hall A", "hall a", True), ("Hall  A", "Hall A", True), ("Room #1", "Room 1", False), ("1.5", "1-5", False), ("!", "?", False)],
)
def test_slugs_do_not_merge_rooms(one, other, same):
    """Two rooms share an id only when nothing but case and blanks tells them apart: an id is a 911 address."""
    assert (slug(one) == slug(other)) is same
    assert slug(one)
    assert not {"/", " "} & set(slug(one))


def test_floor_and_room_ids_differ():
    """Floor 3 and room 3 are two places."""
    places = Places(campaign())
    assert places.of("field", "3", "") == "field/3"
    assert places.of("field", "", "3") == "field/-/3"


def test_state_is_needed_where_addresses_have_one():
    """A British address is complete without a state; the campaign's country holds where none is written; blanks are nothing."""
    assert lacking(Address("1 Example Street", "Leeds", "", "LS1 1AA", country="GB")) == ()
    assert lacking(Address("1 Example Street", "Leeds", "", "LS1 1AA"), "GB") == ()
    assert lacking(Address("1 Example Street", "Mesa", "", "85201", country="US")) == ("state",)
    assert lacking(Address(" ", "Mesa", " ", "85201")) == ("street", "state")


def test_hours():
    """Opening hours are canonical: sorted, runs joined."""
    rules = (HoursRule((0, 1, 2, 3, 4), 480, 1200), HoursRule((6, 5), 600, 1440), HoursRule((0, 2), 0, 1), HoursRule((3,), 5, 65))
    assert hours_rules(rules) == ("mon-fri 08:00-20:00", "sat-sun 10:00-24:00", "mon,wed 00:00-00:01", "thu 00:05-01:05")


def test_queue():
    """A hotline is a queue on its backend; targets and escalation are written as resources write them."""
    lines = {
        **hotline(
            escalation=(
                Escalation(60, answer=Answer(roles=("lawyer",)), seats=2),
                Escalation(120, to=Target("hotline", "main")),
                Escalation(180, answer=Answer(roles=("chief",)), seats=1),
            ),
            overflow=Target("user", "ann"),
            closed=Target("outside", "+13125550190"),
            failover=Target("port", "hq/a1"),
            hours=(HoursRule((0,), 480, 960),),
            extension="3900",
        ),
        **hotline("main", 0),
    }
    wanted = desired(campaign(users=people(("ann", {})), ports=desks(1), hotlines=lines), AT)
    queue = wanted.backends["old"][Key("queue", "vp")]
    assert isinstance(queue, Queue)
    assert queue.escalation == ("60s level 2", "120s queue/main", "180s level 3")
    assert (queue.overflow, queue.closed, queue.failover) == ("line/user/ann", "outside/+13125550190", "line/port/hq/a1")
    assert (queue.hours, queue.time_zone, queue.extension) == (("mon 08:00-16:00",), "America/Chicago", "3900")


def test_target_on_another_backend():
    """Calls cross backends by number: the target's own, or one that leads to it; without one it is a finding."""
    lines = {
        **hotline(overflow=Target("hotline", "far"), closed=Target("user", "cy"), failover=Target("hotline", "mute")),
        **hotline("far", 0, backend="new", numbers=("+14805550101",)),
        **hotline("mute", 0, backend="new"),
    }
    numbers = {"+14805550102": Number("+14805550102", Target("user", "cy"))}
    wanted = desired(campaign(users=people(("cy", {"office": "field"})), hotlines=lines, numbers=numbers), AT)
    queue = wanted.backends["old"][Key("queue", "vp")]
    assert (queue.overflow, queue.closed, queue.failover) == ("outside/+14805550101", "outside/+14805550102", "")
    (found,) = [one for one in wanted.findings if one.code == "target-on-other-backend"]
    assert (found.at.id, found.at.field) == ("vp", "failover")


def test_routes():
    """Each number is a route on the backend of what it leads to; held ones on their office's, else the default one."""
    numbers = {
        "+13125550100": Number("+13125550100", Target("hotline", "vp"), "front"),
        "+14805550103": Number("+14805550103", None, "spare", "field"),
        "+13125550104": Number("+13125550104"),
        "+13125550105": Number("+13125550105", Target("outside", "+13125550190")),
        "+13125550106": Number("+13125550106", Target("port", "hq/a1")),
        "+14805550107": Number("+14805550107", None, "cy direct"),
    }
    lines = hotline(numbers=("+18005550142",))
    users = people(("ann", ANN), ("cy", {"office": "field", "number": "+14805550107"}))
    wanted = desired(campaign(users=users, ports=desks(1), hotlines=lines, numbers=numbers), AT)
    found = {(name, one) for name, some in wanted.backends.items() for one in some.values() if isinstance(one, Route)}
    assert found == {
        ("old", Route("+13125550100", "queue/vp", "front")),
        ("new", Route("+14805550103", "", "spare")),
        ("old", Route("+13125550104")),
        ("old", Route("+13125550105", "outside/+13125550190")),
        ("old", Route("+13125550106", "line/port/hq/a1")),
        ("new", Route("+14805550107", "line/user/cy", "cy direct")),
        ("old", Route("+13125550111", "line/user/ann")),
        ("old", Route("+18005550142", "queue/vp")),
    }
    assert wanted.origin[Key("route", "+13125550111")] == "user/ann"
    assert wanted.origin[Key("route", "+18005550142")] == "hotline/vp"
    assert wanted.origin[Key("route", "+13125550104")] == "number/+13125550104"
