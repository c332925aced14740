"""Hotlines failed over: what desired(t) says, and which failovers would go round in circles."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from small_campaign import AT, LATER, campaign, desks, hotline, override

from campctl.effective import circle, desired, diversion
from campctl.model.campaign import Address, Hotline, HoursRule, Office, Target
from campctl.model.resources import NEVER, Key, Queue

EIGHT = (HoursRule((0, 1, 2, 3, 4), 480, 1200),)


def queue(lines: dict[str, Hotline], hid: str, *overrides: object, at: object = AT) -> Queue:
    """A hotline's queue as it should be."""
    home = lines[hid].backend or "old"
    found = desired(campaign(hotlines=lines), at, overrides).backends[home][Key("queue", hid)]  # type: ignore[arg-type]
    assert isinstance(found, Queue)
    return found


def test_a_hotline_failed_over_is_never_open_and_leads_elsewhere_when_closed() -> None:
    """Every call to it goes on, whichever way it came; all else about it stays, and it is as before when the override is over."""
    lines = hotline("vp", hours=EIGHT, closed=Target("outside", "+13125550190")) | hotline("main")
    before = queue(lines, "vp")
    over = override("hotline", "vp", to=Target("hotline", "main"), end=LATER)
    assert queue(lines, "vp", over) == replace(before, hours=NEVER, closed="queue/main")
    assert queue(lines, "vp", over, at=LATER) == before


def test_the_last_failover_of_a_hotline_counts_and_seats_are_as_before() -> None:
    """Two overrides in the order of making; neither is about seats."""
    lines = hotline("vp") | hotline("main") | hotline("third")
    first, second = (override("hotline", "vp", id=name, to=Target("hotline", name)) for name in ("main", "third"))
    assert queue(lines, "vp", first, second).closed == "queue/third"
    found = desired(campaign(hotlines=lines), AT, [first, second])
    assert found.seating == desired(campaign(hotlines=lines), AT).seating


@pytest.mark.parametrize(
    ("numbers", "closed", "hours", "codes"),
    [(("+13125550142",), "outside/+13125550142", NEVER, []), ((), "", (), ["diversion-unreachable"])],
)
def test_to_another_exchange_a_number_is_needed(numbers: tuple[str, ...], closed: str, hours: tuple[str, ...], codes: list[str]) -> None:
    """Without one the hotline goes on taking its calls, and it is said."""
    lines = hotline("vp") | hotline("far", backend="new", numbers=numbers)
    over = override("hotline", "vp", to=Target("hotline", "far"))
    found = queue(lines, "vp", over)
    assert (found.closed, found.hours) == (closed, hours)
    said = [one.code for one in desired(campaign(hotlines=lines), AT, [over]).findings if one.code.startswith("diversion")]
    assert said == codes


def test_what_the_manifests_no_longer_hold_is_said_and_has_no_effect() -> None:
    """A failover to a hotline that was removed."""
    found = desired(campaign(hotlines=hotline("vp")), AT, [override("hotline", "vp", to=Target("hotline", "gone"))])
    assert "override-unknown" in [one.code for one in found.findings]
    assert found.backends["old"][Key("queue", "vp")] == queue(hotline("vp"), "vp")


@pytest.mark.parametrize(
    ("fields", "active", "hotline_", "to", "round_"),
    [
        ({}, {}, "a", "hotline/b", []),
        ({}, {}, "a", "hotline/a", ["a", "a"]),
        ({}, {"b": "hotline/a"}, "a", "hotline/b", ["a", "b", "a"]),
        ({"b": {"overflow": Target("hotline", "a")}}, {}, "a", "hotline/b", ["a", "b", "a"]),
        ({"b": {"failover": Target("hotline", "a")}}, {}, "a", "hotline/b", []),
        ({"b": {"overflow": Target("hotline", "c")}, "c": {"closed": Target("hotline", "a")}}, {}, "a", "hotline/b", ["a", "b", "c", "a"]),
        ({"b": {"overflow": Target("hotline", "a")}}, {"b": "outside/+13125550190"}, "a", "hotline/b", []),
        ({"a": {"numbers": ("+13125550142",)}}, {}, "a", "outside/+13125550142", ["a", "a"]),
    ],
)
def test_circles(fields: dict[str, dict[str, object]], active: dict[str, str], hotline_: str, to: str, round_: list[str]) -> None:
    """Overflow, closed, escalation and other failovers that lead back count; a target's own failover is for when it is down."""
    lines = {name: hotline(name, **fields.get(name, {}))[name] for name in "abc"}

    def target(text: str) -> Target:
        kind, _, name = text.partition("/")
        return Target(kind, name)  # type: ignore[arg-type]

    given = campaign(hotlines=lines)
    overrides = [override("hotline", name, to=target(text)) for name, text in active.items()]
    assert circle(given, diversion(given, overrides, []), hotline_, target(to)) == round_


def test_desks_of_an_evacuated_office_are_lit_elsewhere_as_far_as_there_are_dark_ones() -> None:
    """For the same hotline; the office's own go dark, and what is missing is said."""
    given = campaign(hotlines=hotline("vp", seats=3))
    annex = Office("annex", "Annex", Address("3 Example Plaza", "Chicago", "IL", "60601", floor="1"), "America/Chicago", "old")
    ports = desks(3, lit=True, hotline="vp") | {f"annex/{one.desk}": replace(one, office="annex") for one in desks(2).values()}
    given = replace(given, offices={**given.offices, "annex": annex}, ports=ports)
    over = override("office", "hq", refuge="annex", to=Target("outside", "+13125550190"))
    found = desired(given, AT, [over])
    assert {pid: lit.hotline for pid, lit in found.lit.items()} == {"annex/a1": "vp", "annex/a2": "vp"}
    assert [seat.line for seat in found.seating["vp"].filled] == ["port/annex/a1", "port/annex/a2"]
    assert "evacuation-ports-short" in [one.code for one in found.findings]
    assert list(desired(given, AT).lit) == ["hq/a1", "hq/a2", "hq/a3"]
