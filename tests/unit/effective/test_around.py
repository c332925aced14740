"""Moments, renames, who is present, and what backends cannot do."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace
from small_campaign import AT, EARLIER, LATER, campaign, desks, hotline, override, people

from campctl.effective import check, desired, moments, present_members, renames
from campctl.model.campaign import Answer, Escalation, Freeze, Number, Policy, Seats, Surge
from campctl.model.live import Capabilities, Snapshot
from campctl.model.resources import Key, Member

HOUR = timedelta(hours=1)


def test_moments():
    """Surges and overrides begin and end; the start is left out, the end is not; each instant once; freezes are no moments."""
    surges = {"s": Surge("s", "s", AT, LATER, "UTC")}
    policy = Policy(freezes=(Freeze("f", AT + HOUR, AT + 2 * HOUR),))
    live = [override("hotline", "vp", start=EARLIER, end=AT + 3 * HOUR), override("hotline", "vp", start=AT)]
    nouns = campaign(surges=surges, policy=policy)
    assert moments(nouns, live, EARLIER, LATER) == [AT, AT + 3 * HOUR, LATER]
    assert moments(nouns, live, EARLIER, LATER - HOUR) == [AT, AT + 3 * HOUR]


def test_nothing_changes_between_moments():
    """desired(t) just before a moment equals desired(t) at the moment before."""
    surges = {"s": Surge("s", "s", AT, LATER, "UTC", seats={})}
    live = [override("port", "hq/a1", lit=True, start=AT + HOUR, end=AT + 2 * HOUR)]
    nouns = campaign(ports=desks(1), surges=surges)
    edges = [EARLIER, *moments(nouns, live, EARLIER, LATER)]
    for start, end in pairwise(edges):
        assert desired(nouns, start, live).backends == desired(nouns, end - timedelta(seconds=1), live).backends


def test_renames():
    """Renamed people, desks, hotlines and offices are renamed lines, queues and locations, with what hangs on an office."""
    base = campaign(
        users=people(("ann", {"renamed_from": "anne", "room": "Room 1"})),
        ports={**desks(1), **desks(1, desk="b1", renamed_from="a9")},
        hotlines=hotline(renamed_from="old-vp"),
    )
    offices = {**base.offices, "hq": replace(base.offices["hq"], renamed_from="hub")}
    assert renames(replace(base, offices=offices)) == (
        ("old", Key("line", "port/hub/a1"), Key("line", "port/hq/a1")),
        ("old", Key("line", "port/hub/a9"), Key("line", "port/hq/b1")),
        ("old", Key("line", "user/anne"), Key("line", "user/ann")),
        ("old", Key("location", "hub"), Key("location", "hq")),
        ("old", Key("location", "hub/3/hall-a"), Key("location", "hq/3/hall-a")),
        ("old", Key("location", "hub/3/room-1"), Key("location", "hq/3/room-1")),
        ("old", Key("queue", "old-vp"), Key("queue", "vp")),
    )
    assert desired(replace(base, offices=offices), AT).renames == renames(replace(base, offices=offices))


def test_renames_of_what_an_exchange_calls_otherwise():
    """`line/...`, `queue/...` and `location/...` are resources as they are called there, whatever it looks like."""
    base = campaign(
        users=people(("ann", {"renamed_from": "line/legacy/7000"}), ("bo", {"renamed_from": "line/user/bob"})),
        ports={**desks(1), **desks(1, desk="b1", renamed_from="line/7001")},
        hotlines=hotline(renamed_from="queue/Hunt 3"),
    )
    offices = {**base.offices, "hq": replace(base.offices["hq"], renamed_from="location/legacy/building")}
    assert renames(replace(base, offices=offices)) == (
        ("old", Key("line", "7001"), Key("line", "port/hq/b1")),
        ("old", Key("line", "legacy/7000"), Key("line", "user/ann")),
        ("old", Key("line", "user/bob"), Key("line", "user/bo")),
        ("old", Key("location", "legacy/building"), Key("location", "hq")),
        ("old", Key("location", "legacy/building/3/hall-a"), Key("location", "hq/3/hall-a")),
        ("old", Key("queue", "Hunt 3"), Key("queue", "vp")),
    )


@pytest.mark.parametrize("line", ["user/bo", "port/hq/a1"])
def test_a_line_that_somebody_has_is_not_taken_over(line):
    """The line of a user or desk of today stays theirs."""
    assert renames(campaign(users=people(("ann", {"renamed_from": f"line/{line}"}), ("bo", {})), ports=desks(1))) == ()


def test_an_id_in_use_again_is_not_a_rename():
    """When somebody else has the old id now, nothing is renamed."""
    assert renames(campaign(users=people(("ann", {"renamed_from": "bo"}), ("bo", {})))) == ()


def test_present_members_in_todays_ids():
    """Members observed under old ids count under the new ones, on the backend where they were renamed."""
    old = Snapshot({Key("member", "x"): Member("old-vp", "user/anne", level=2), Key("member", "y"): Member("main", "user/bo")})
    new = Snapshot({Key("member", "z"): Member("far", "user/anne")})
    names = (("old", Key("queue", "old-vp"), Key("queue", "vp")), ("old", Key("line", "user/anne"), Key("line", "user/ann")))
    assert present_members({"old": old, "new": new}, names) == {
        "far": {"user/anne": 1},
        "main": {"user/bo": 1},
        "vp": {"user/ann": 2},
    }


NOUNS = campaign(
    users=people(("ann", {"number": "+13125550111", "floor": "4"}), ("bo", {})),
    ports=desks(2, device="poly"),
    hotlines={
        **hotline(most=9, escalation=(Escalation(60, answer=Answer(roles=("law",)), seats=2),)),
        **hotline("main", 1, 1, answer=Answer(skills=("vp", "law"))),
    },
    numbers={"+13125550102": Number("+13125550102", label="spare")},
)


@pytest.mark.parametrize(
    ("able", "code", "section", "noun", "field", "words"),
    [
        ({"kinds": ("location", "line", "queue", "member")}, "backend-cannot-kind", "users", "ann", "number", "2 routes"),
        ({"kinds": ("location", "line", "queue", "route")}, "backend-cannot-kind", "hotlines", "vp", "seats", "12 members"),
        ({"unsupported": {"line": ("device",)}}, "backend-cannot-field", "ports", "hq/a1", "device", "port hq/a1 and port hq/a2"),
        ({"unsupported": {"location": ("notify",)}}, "backend-unsafe-field", "offices", "hq", "notify_911", "office hq"),
        ({"unsupported": {"location": ("floor",)}}, "backend-unsafe-field", "offices", "hq", "address", "office hq"),
        ({"unsupported": {"line": ("location",)}}, "backend-unsafe-field", "offices", "hq", "address", "office hq"),
        ({"unsupported": {"line": ("enabled",)}}, "backend-unsafe-field", "ports", "hq/a1", "state", "port hq/a1"),
        ({"unsupported": {"member": ("penalty",)}}, "backend-cannot-field", "hotlines", "main", "answer", "hotline main"),
        ({"unsupported": {"member": ("level",)}}, "backend-cannot-field", "hotlines", "vp", "escalation", "hotline vp"),
        ({"unsupported": {"queue": ("escalation",)}}, "backend-cannot-field", "hotlines", "vp", "escalation", "hotline vp"),
        ({"unsupported": {"route": ("label",)}}, "backend-cannot-field", "numbers", "+13125550102", "label", "number +13125550102"),
        ({"strategies": ("ring-all",)}, "backend-cannot-strategy", "hotlines", "vp", "strategy", "longest-idle"),
        ({"limits": {"lines": 3}}, "backend-limit", "campaign", "", "backends", "would place 4"),
        ({"limits": {"queues": 1}}, "backend-limit", "campaign", "", "backends", "would place 2"),
        ({"limits": {"routes": 1}}, "backend-limit", "campaign", "", "backends", "would place 2"),
        ({"limits": {"members": 11}}, "backend-limit", "campaign", "", "backends", "would place 12"),
        ({"limits": {"members-per-queue": 10}}, "backend-limit", "hotlines", "vp", "seats", "11 seats"),
    ],
)
def test_what_a_backend_cannot_do(able, code, section, noun, field, words):
    """Each gap is found where the manifests ask for it."""
    found = [one for one in check(NOUNS, {"old": Capabilities(**able)}) if one.code == code]
    assert found
    assert (found[0].at.section, found[0].at.id, found[0].at.field) == (section, noun, field)
    assert words in found[0].detail


def test_what_it_can_do_is_no_finding():
    """Limits that are just enough, and unused fields, say nothing."""
    able = Capabilities(
        limits={"lines": 4, "queues": 2, "routes": 2, "members": 12, "members-per-queue": 11},
        unsupported={"queue": ("overflow", "closed"), "location": ("building",)},
    )
    assert check(NOUNS, {"old": able}) == []
    assert check(NOUNS, {}) == []


def test_seats_are_counted_at_their_maximum():
    """What a hotline may grow to is what must fit."""
    nouns = campaign(hotlines={"vp": replace(hotline()["vp"], seats=Seats(1, 0, 50))})
    (found,) = check(nouns, {"old": Capabilities(limits={"members-per-queue": 49})})
    assert found.code == "backend-limit"
