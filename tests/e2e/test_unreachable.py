"""One exchange of two is down: what only looks tells of the other, plans may leave it out, and nothing pretends to be whole."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def half(make, two_text, clock) -> Any:
    """The headquarters on `local`, the field office on `other`, which is down."""
    camp = make(two_text.replace("    name: Field office\n    backend: local\n", "    name: Field office\n    backend: other\n"))
    camp.faults(exchange="other", down=True)
    return camp


@pytest.mark.parametrize(
    ("argv", "shows"),
    [
        (["drift"], ""),
        (["drift", "--exit-code"], ""),
        (["hotline", "list"], "help"),
        (["hotline", "show", "help"], "Help"),
        (["show"], "user/ann.lee"),
        (["user", "show", "ann.lee"], "Ann Lee"),
        (["office", "audit"], "user/ann.lee"),
    ],
)
def test_what_only_looks_tells_of_the_rest(half, argv, shows) -> None:
    """The answer is there, what it lacks is said even when --quiet, and it ends in 9; as JSON it is partial."""
    answer = half.do(*argv)
    assert answer.status == 9
    assert shows in answer.out
    assert "What is on other is left out" in answer.err
    assert "other" in half.do(*argv, "-q").err
    as_json = half.do(*argv, "-o", "json")
    assert as_json.status == 9
    assert (as_json.json["status"], as_json.json["exit"]) == ("partial", 9)
    assert [error["code"] for error in as_json.json["errors"]] == ["unavailable"]
    assert as_json.data is not None


def test_drift_is_found_on_the_other(half) -> None:
    """What changed on the exchange that answers is found; named alone, the dead one is an error, and the living one is whole."""
    half.poke({"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "Somebody"}})
    found = half.do("drift", "-o", "json")
    assert [(item["backend"], item["resource"]) for item in found.data["items"]] == [("local", "line/user/ann.lee")]
    assert half.do("drift", "--backend", "local").ok().err.count("other") == 0
    dead = half.do("drift", "--backend", "other")
    assert (dead.status, dead.out) == (9, "")


def test_plan_and_apply_go_on_without_it_when_told_to(half) -> None:
    """As they are they end in 9 and name the way out; with --skip-unreachable the rest is done, and the next apply does what was left."""
    yaml = half.read("campaign.yaml")
    half.edit("campaign.yaml", "name: Ann Lee", "name: Ann Lee-Moss")
    half.edit("campaign.yaml", "name: Cy Stone", "name: Cy Stone-Moss")
    for verb in (["plan"], ["apply", "--yes"]):
        refused = half.do(*verb)
        assert refused.status == 9
        assert "--skip-unreachable" in refused.err
    planned = half.do("plan", "--skip-unreachable", "--exit-code", "-o", "json")
    assert planned.status == 4
    assert {change["backend"] for change in planned.data["plan"]["changes"]} == {"local"}
    assert any(remark.startswith("other did not answer") for remark in planned.data["plan"]["remarks"])
    assert "other did not answer" in half.do("plan", "--skip-unreachable").ok().out
    done = half.do("apply", "--skip-unreachable", "--yes").ok()
    assert "other was left out" in done.err
    assert half.line("user/ann.lee").name == "Ann Lee-Moss"
    assert half.line("user/cy.stone", "other").name == "Cy Stone"
    half.faults(exchange="other")
    half.do("apply", "--yes").ok()
    assert half.line("user/cy.stone", "other").name == "Cy Stone-Moss"
    half.settled()
    assert yaml != half.read("campaign.yaml")


def test_nobody_is_taken_from_the_living_for_the_dead(half) -> None:
    """Who is to move to the exchange that is down stays where they are, with their number, until it answers."""
    half.edit("campaign.yaml", "bo.diaz: {name: Bo Diaz, office: hq", "bo.diaz: {name: Bo Diaz, office: field")
    half.do("apply", "--skip-unreachable", "--yes").ok()
    now = half.resources("local")["local"]
    assert now["route/+13125550112"].to == "line/user/bo.diaz"
    half.faults(exchange="other")
    half.do("apply", "--yes").ok()
    assert "line/user/bo.diaz" not in half.resources("local")["local"]
    half.settled()


def test_both_are_down(half) -> None:
    """With nothing to tell of, it is an error as ever."""
    half.faults(exchange="local", down=True)
    for argv in (["drift"], ["hotline", "list"], ["plan", "--skip-unreachable"], ["apply", "--skip-unreachable", "--yes"]):
        answer = half.do(*argv)
        assert (answer.status, answer.out) == (9, ""), argv
