"""Guardrails: each speaks when it must, names its flag, and is silent otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.model.campaign import Freeze
from campctl.model.changes import Guard, Plan
from campctl.model.live import Capabilities
from campctl.model.resources import Key, Line, Member, Queue, Route, references


def named(made: Plan, name: str) -> Guard | None:
    return next((guard for guard in made.guards if guard.name == name), None)


def test_no_line_is_lit_without_a_location(case: Any) -> None:
    """A lit line with no location, or a vague one, is refused, and no flag overrides it."""
    case.edit("old", "line", "port/chicago-hq/a002", enabled=True, location="")
    guard = named(case.plan(), "lit-without-location")
    assert guard is not None
    assert guard.flag == ""
    assert guard.subjects == ("port/chicago-hq/a002",)


@pytest.mark.parametrize("field", ["street", "city", "state", "postal_code"])
def test_a_location_that_becomes_vague_is_refused(case: Any, field: str) -> None:
    """Taking a part of the address away from under lit lines is refused too, and names the lines."""
    case.edit("old", "location", "columbus", **{field: ""})
    guard = named(case.plan(), "lit-without-location")
    assert guard is not None
    assert guard.subjects == ("user/cy.moss",)


def test_a_country_without_states_needs_none(case: Any) -> None:
    """An address in a country that has no states is complete without one."""
    case.edit("old", "location", "columbus", state="", country="FR")
    assert named(case.plan(), "lit-without-location") is None


@pytest.mark.parametrize(("minimum", "share", "speaks"), [(14, 0.1, True), (15, 0.1, False), (14, 0.15, False), (1, 0.14, True)])
def test_shares_count_from_the_minimum_sample(case: Any, minimum: int, share: float, speaks: bool) -> None:
    """Too many deletes: 2 of the 14 resources owned there (members left out), from policy.minimum_sample on."""
    case.policy(max_delete_share=share, minimum_sample=minimum)
    case.drop("old", "line", "port/chicago-hq/a003", "port/chicago-hq/a004")
    guard = named(case.plan(), "too-many-deletes")
    assert (guard is not None) == speaks
    if guard is not None:
        assert guard.flag == "--allow-deletes"
        assert guard.subjects == ("port/chicago-hq/a003", "port/chicago-hq/a004")


def test_too_many_updates_names_its_flag(case: Any) -> None:
    """Updates have their own share and flag."""
    case.policy(max_update_share=0.1, minimum_sample=5)
    for name in ("ann.lee", "bob.ray"):
        case.edit("old", "line", f"user/{name}", permission="local")
    guard = named(case.plan(), "too-many-updates")
    assert guard is not None
    assert guard.flag == "--allow-updates"
    assert "2 of 14 resources on old (14%)" in guard.message


def test_a_first_provision_is_not_limited(case: Any) -> None:
    """Creating everything is neither an update nor a delete."""
    case.policy(max_update_share=0.0, max_delete_share=0.0, minimum_sample=1)
    case.have = {"old": {}, "new": {}}
    assert case.plan().guards == ()


def test_seats_that_come_and_go_are_not_deletes(case: Any) -> None:
    """A hotline that shrinks back by itself meets no guardrail."""
    case.policy(max_update_share=0.0, max_delete_share=0.0, minimum_sample=1)
    case.drop("old", "member", "vp/user/ann.lee", "vp/port/chicago-hq/a001")
    assert case.plan().guards == ()


def test_a_move_between_exchanges_is_not_a_loss(case: Any) -> None:
    """What is deleted because it was made elsewhere counts as an update."""
    case.policy(max_update_share=1.0, max_delete_share=0.0, minimum_sample=1)
    line = case.want["old"][Key("line", "user/cy.moss")]
    case.drop("old", "line", "user/cy.moss")
    case.put("new", replace(line, location="erie"))
    assert case.plan().guards == ()


@pytest.mark.parametrize(
    ("ref", "what", "speaks"),
    [
        ("number/+13125550100", "reroute", True),
        ("hotline/main", "reroute", True),
        ("hotline/vp", "reroute", False),
        ("user/ann.lee", "remove", True),
        ("user/ann.lee", "edit", False),
        ("office/chicago-hq", "edit", False),
        ("office/chicago-hq", "remove", False),
        ("line/user/ann.lee", "remove", True),
        ("hotline/vp", "unseat", False),
    ],
)
def test_protected_is_not_deleted_renamed_or_led_elsewhere(case: Any, ref: str, what: str, speaks: bool) -> None:
    """Protection covers being there, its name and where it leads; fields and seats may change."""
    case.policy(protected=(ref,))
    if what == "reroute":
        case.edit("old", "route", "+13125550100", to="line/user/bob.ray")
    elif what == "remove":
        case.drop("old", "route", "+13125550111")
        case.drop("old", "member", "vp/user/ann.lee")
        case.drop("old", "line", "user/ann.lee")
    elif what == "unseat":
        case.drop("old", "member", "vp/user/ann.lee")
    else:
        case.edit("old", "line", "user/ann.lee", permission="local")
    guard = named(case.plan(), "protected")
    assert (guard is not None) == speaks
    if guard is not None:
        assert guard.flag == "--allow-protected"
        assert guard.subjects == (ref,)


@pytest.mark.parametrize(
    ("allow", "hours", "speaks"),
    [((), 0, True), ((), 5, False), (("light",), 0, False), (("port/chicago-hq/a002",), 0, False), (("office/chicago-hq",), 0, False)],
)
def test_a_freeze_lets_through_what_it_allows(case: Any, allow: tuple[str, ...], hours: int, speaks: bool) -> None:
    """A freeze holds while it lasts, but for the verbs and refs it allows."""
    freeze = Freeze("election-day", case.at - timedelta(hours=1), case.at + timedelta(hours=5), allow, "polls are open")
    case.policy(freezes=(freeze,))
    case.at += timedelta(hours=hours)
    case.edit("old", "line", "port/chicago-hq/a002", enabled=True)
    guard = named(case.plan(), "freeze")
    assert (guard is not None) == speaks
    if guard is not None:
        assert guard.flag == "--allow-freeze"
        assert "polls are open" in guard.message


@pytest.mark.parametrize(
    ("fields", "speaks"),
    [
        ({"name": "Cy Moss", "number": "+13125550113"}, False),
        ({"name": "Cy Moss", "extension": "3199"}, True),
        ({"permission": "local"}, True),
    ],
)
def test_a_freeze_that_allows_seat_lets_people_sit_down(case: Any, fields: dict[str, str], speaks: bool) -> None:
    """Somebody else at a lit desk is seating, which a freeze may allow; other changes of the desk are not."""
    key = Key("line", "port/chicago-hq/a002")
    case.edit("old", "line", key.id, enabled=True)
    case.have["old"][key] = case.want["old"][key]
    case.policy(freezes=(Freeze("f", case.at, case.at + timedelta(hours=1), ("seat",)),))
    case.edit("old", "line", key.id, **fields)
    guard = named(case.plan(), "freeze")
    assert (guard is not None) == speaks
    if guard is not None:
        assert "holds until 2026-" in guard.message
        assert "UTC" not in guard.message


def test_a_freeze_may_allow_one_hotline(case: Any) -> None:
    """Seats of an allowed hotline change during a freeze, also as somebody's seat story."""
    case.policy(freezes=(Freeze("f", case.at, case.at + timedelta(hours=1), ("hotline/vp",)),))
    case.drop("old", "member", "vp/user/ann.lee")
    case.put("old", Member("vp", "user/cy.moss"))
    assert case.plan().guards == ()


@pytest.mark.parametrize("name", ["user/stranger", "legacy/7000"])
def test_an_extension_held_by_a_stranger_is_said(case: Any, name: str) -> None:
    """An extension that an unmanaged line holds cannot be given; the guard names both, and a way out that leads somewhere."""
    case.have["old"][Key("line", name)] = Line(name, "3009", "Stranger")
    case.owned = {"old": frozenset(case.have["old"]) - {Key("line", name)}, "new": frozenset(case.have["new"])}
    case.edit("old", "line", "user/bob.ray", extension="3009")
    guard = named(case.plan(), "extension-taken")
    assert guard is not None
    assert guard.subjects == ("line/user/bob.ray", f"line/{name}")
    assert f"or remove line/{name} on the exchange" in guard.message


def test_an_extension_held_by_a_stranger_for_somebody_new(case: Any) -> None:
    """Who has no phone yet may have the stranger's: the guard says that adopting does it."""
    taken = case.have["old"].pop(Key("line", "user/bob.ray"))
    for key in [key for key, value in case.have["old"].items() if Key("line", "user/bob.ray") in references(value)]:
        del case.have["old"][key]
    case.have["old"][Key("line", "legacy/7")] = Line("legacy/7", taken.extension, "Old phone")
    case.owned = {"old": frozenset(case.have["old"]) - {Key("line", "legacy/7")}, "new": frozenset(case.have["new"])}
    guard = named(case.plan(), "extension-taken")
    assert guard is not None
    assert "or adopt line/legacy/7, which makes it theirs" in guard.message


def test_what_a_stranger_refers_to_is_not_pulled_away(case: Any) -> None:
    """A line to be deleted that an unmanaged number leads to is refused by name."""
    stranger = Route("+13125550177", "line/user/ann.lee")
    case.have["old"][Key("route", stranger.number)] = stranger
    case.owned = {"old": frozenset(case.have["old"]) - {Key("route", stranger.number)}, "new": frozenset(case.have["new"])}
    case.drop("old", "route", "+13125550111")
    case.drop("old", "member", "vp/user/ann.lee")
    case.drop("old", "line", "user/ann.lee")
    guard = named(case.plan(), "in-use")
    assert guard is not None
    assert guard.subjects == ("line/user/ann.lee", "route/+13125550177")


def test_the_exchange_s_own_limits_are_kept(case: Any) -> None:
    """More lines, or more seats in a hotline, than the exchange holds is said before it is tried."""
    case.can["old"] = Capabilities(limits={"lines": 7, "members-per-queue": 2})
    case.put("old", Line("user/new", "3050", "New", location="chicago-hq"), Member("vp", "user/cy.moss"), Queue("q", "Q"))
    names = [guard.name for guard in case.plan().guards]
    assert names == ["over-limit", "seats-over-limit"]


@pytest.mark.parametrize(("new", "gone"), [(3, 0), (1, 1)])
def test_limits_count_what_the_plan_itself_leaves(case: Any, new: int, gone: int) -> None:
    """A plan for one target is not held back by what others want, nor let through by what others would take away."""
    lines = sum(key.kind == "line" for key in case.have["old"])
    case.put("old", *(Line(f"user/n{n}", f"305{n}", "New", location="chicago-hq") for n in range(new)))
    case.drop("old", "line", *(f"port/chicago-hq/a00{4 - n}" for n in range(gone)))
    for most, target, speaks in (
        (lines, "user/n0", True),
        (lines + 1, "user/n0", False),
        (lines + new - gone - 1, "", True),
        (lines + new - gone, "", False),
    ):
        case.can["old"] = Capabilities(limits={"lines": most})
        made = case.plan(target) if target else case.plan()
        assert (named(made, "over-limit") is not None) is speaks, (most, target)
