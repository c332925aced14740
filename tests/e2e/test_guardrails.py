"""What speaks against a plan, plans that no longer fit, parts of plans, and who may say yes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest


def refused(camp: Any, *argv: str) -> Any:
    """The one error of a command line that a guardrail refused, with nothing done."""
    calls = camp.calls()
    answer = camp.do(*argv, "--yes", "-o", "json")
    assert answer.status == 5, answer.out
    assert camp.calls() == calls
    (error,) = answer.json["errors"]
    return error


def overridden(camp: Any, flag: str, *argv: str) -> None:
    """With the flag alone: the reason is asked for. With both: done, and the audit log says why."""
    needs = camp.do(*argv, "--yes", flag, "-o", "json")
    assert needs.status == 2, needs.out
    assert "--reason" in needs.json["errors"][0]["hint"]
    camp.do(*argv, "--yes", flag, "--reason", "it is meant").ok()
    last = camp.do("audit", "log", "-o", "json").data["entries"][-1]
    assert last["why"] == "it is meant"
    assert flag in last["what"]


def test_too_many_deletes(camp) -> None:
    """More than the share policy lets go: refused by name with the flag, and done with flag and reason."""
    people = ["ben.ortiz", "carla.nowak", "dev.patel", "grace.kim", "hugo.meyer", "farid.haddad"]
    error = refused(camp, "user", "deprovision", *people)
    assert error["guardrails"] == ["too-many-deletes"]
    assert "--allow-deletes --reason" in error["hint"]
    assert "ben.ortiz:" in camp.read("people.yaml")
    overridden(camp, "--allow-deletes", "user", "deprovision", *people)
    assert "ben.ortiz:" not in camp.read("people.yaml")
    camp.settled()


def test_too_many_updates(camp) -> None:
    """The same for changes."""
    camp.edit("offices.yaml", "      street: 1 Example Plaza", "      street: 2 Example Plaza")
    camp.edit("offices.yaml", '    caller_id: "+13125550100"        # shown', '    caller_id: "+13125550101"        # shown')
    error = refused(camp, "apply")
    assert error["guardrails"] == ["too-many-updates"]
    overridden(camp, "--allow-updates", "apply")
    camp.settled()


def test_protected(camp) -> None:
    """A protected number is not led elsewhere without a flag."""
    camp.edit("numbers.yaml" if (camp.root / "numbers.yaml").exists() else "hotlines.yaml", "    to: hotline/main\n    label: main number",
              "    to: user/ann.lee\n    label: main number")  # fmt: skip
    error = refused(camp, "apply")
    assert error["guardrails"] == ["protected"]
    assert "number/+13125550100" in error["message"]
    overridden(camp, "--allow-protected", "apply")
    camp.settled()


def test_freeze(camp, clock) -> None:
    """On election day only what the freeze allows goes through: desks are lit and hotlines scaled, nobody moves."""
    clock.advance((datetime(2026, 11, 3, 15, 0, tzinfo=UTC) - clock.now()).total_seconds())
    error = refused(camp, "move", "ann.lee", "--to", "phoenix-field")
    assert error["guardrails"] == ["freeze"]
    assert "polls are open" in error["message"]
    camp.do("port", "light", "chicago-hq/a001", "--yes").ok()
    camp.do("hotline", "scale", "voter-protection", "+2", "--yes").ok()
    overridden(camp, "--allow-freeze", "move", "ann.lee", "--to", "phoenix-field")
    clock.advance(86400)
    camp.do("move", "ben.ortiz", "--to", "phoenix-field", "--yes").ok()


def test_calls_are_led_elsewhere_on_election_day(camp, clock) -> None:
    """A hotline fails over and comes back, an office is evacuated: what one does in an emergency needs no override in the seeds' freeze."""
    clock.advance((datetime(2026, 11, 3, 15, 0, tzinfo=UTC) - clock.now()).total_seconds())
    camp.do("hotline", "failover", "main", "--to", "outside/+13125550177", "--yes", "--reason", "no power").ok()
    camp.do("hotline", "failover", "main", "--back", "--yes", "--reason", "power is back").ok()
    camp.do("office", "evacuate", "phoenix-field", "--to", "chicago-hq", "--yes", "--reason", "a burst pipe").ok()


def test_without_a_terminal_and_without_yes(camp) -> None:
    """Every command whose change stays refuses with 12, whatever stands on stdin, and changes nothing."""
    calls, yaml = camp.calls(), camp.read("people.yaml")
    run = camp.do("history", "-o", "json").data["rows"][0]["run"]
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    changed = camp.read("people.yaml")
    for argv in (
        ["apply"],
        ["move", "ann.lee", "--to", "phoenix-field"],
        ["user", "provision", "cy.stone", "--name", "Cy", "--office", "chicago-hq"],
        ["user", "deprovision", "hugo.meyer"],
        ["rollback", run, "--allow-deletes", "--allow-protected", "--reason", "why not"],
    ):
        answer = camp.do(*argv, stdin="y\ny\n")
        assert answer.status == 12, (argv, answer.err)
        assert "--yes" in answer.err
        assert answer.out == ""
    process = camp.run("apply", input="yes\n")
    assert (process.status, process.out) == (12, "")
    assert camp.calls() == calls
    assert camp.read("people.yaml") == changed != yaml
    assert camp.do("override", "list", "-o", "json").data["overrides"] == []


def test_what_passes_is_not_asked_about(camp) -> None:
    """Lighting, darkening and scaling take no confirmation: they end by themselves and touch no file."""
    for argv in (["port", "light", "chicago-hq/a001"], ["port", "dark", "chicago-hq/a001"], ["hotline", "scale", "voter-protection", "6"]):
        camp.do(*argv).ok()
    camp.settled()


def test_asked_on_a_terminal(camp) -> None:
    """On a terminal the plan is shown and `y` does it."""
    done = camp.run("move", "ann.lee", "--to", "phoenix-field", tty=True, input="y\r").ok()
    assert "Move Ann Lee" in done.out
    assert "configured" in done.out
    assert camp.line("user/ann.lee").location == "phoenix-field"


STALE = {
    "YAML": lambda camp: camp.edit("people.yaml", "name: Hugo Meyer", "name: Hugo M."),
    "exchange": lambda camp: camp.poke({"do": "alter", "kind": "line", "id": "user/hugo.meyer", "fields": {"name": "H."}}),
    "overrides": lambda camp: camp.do("port", "light", "chicago-hq/a001", "--yes").ok(),
}


@pytest.mark.parametrize("what", STALE)
def test_a_saved_plan_is_refused_when_stale(camp, what) -> None:
    """Bound to manifests, exchange and overrides: when one has changed since, exit 6 says which, and nothing is done."""
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    saved = camp.root / "saved.plan"
    camp.do("plan", "--out", str(saved)).ok()
    assert saved.stat().st_mode & 0o077 == 0
    STALE[what](camp)
    calls = camp.calls()
    answer = camp.do("apply", str(saved), "--yes", "-o", "json")
    assert answer.status == 6, answer.out
    assert "campctl plan --out" in answer.json["errors"][0]["hint"]
    assert camp.calls() == calls


def test_a_saved_plan_is_carried_out_once(camp) -> None:
    """While nothing has changed it does exactly what it said; a second time it is stale; a damaged one is refused."""
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    saved = camp.root / "saved.plan"
    planned = camp.do("plan", "--out", str(saved), "-o", "json").ok().data["plan"]
    done = camp.do("apply", str(saved), "--yes", "-o", "json").ok()
    assert [change["id"] for change in done.data["plan"]["changes"]] == [change["id"] for change in planned["changes"]]
    assert camp.line("user/ann.lee").name == "Ann B. Lee"
    assert camp.do("apply", str(saved), "--yes").status == 6
    for text in ("", "{", "[]", '{"format": 99}', "\x00\xff"):
        saved.write_text(text)
        answer = camp.do("apply", str(saved), "--yes", "-o", "json")
        assert answer.status in {2, 6}, answer.out
        assert answer.json["errors"][0]["hint"] or answer.json["errors"][0]["message"]
    assert camp.do("apply", str(camp.root / "nowhere.plan"), "--yes").status == 2


def test_a_saved_plan_meets_the_guardrails_too(camp) -> None:
    """Saving a plan is no way around them."""
    for person in ("ben.ortiz", "carla.nowak", "dev.patel", "grace.kim", "hugo.meyer", "farid.haddad"):
        text = camp.read("people.yaml")
        begin = text.index(f"  {person}:")
        end = text.index("\n  ", text.index("languages:", begin))
        (camp.root / "people.yaml").write_text(text[:begin] + text[end + 1 :])
    saved = camp.root / "saved.plan"
    camp.do("plan", "--out", str(saved)).ok()
    assert camp.do("apply", str(saved), "--yes").status == 5
    camp.do("apply", str(saved), "--yes", "--allow-deletes", "--reason", "they left").ok()
    camp.settled()


def test_plans_are_the_same_every_time(camp) -> None:
    """The same campaign gives the same bytes, in other processes too."""
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    plans = [json.loads(camp.run("plan", "-o", "json", env={"PYTHONHASHSEED": seed}).ok().out)["data"]["plan"] for seed in ("1", "2")]
    for plan in plans:
        del plan["at"]
    assert plans[0] == plans[1]


def test_targets(camp) -> None:
    """--target takes one noun and what it needs; the rest stays to be done; an unknown one is named with a guess."""
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    camp.edit("people.yaml", "name: Hugo Meyer", "name: Hugo M.")
    camp.do("apply", "--target", "user/ann.lee", "--yes").ok()
    assert camp.line("user/ann.lee").name == "Ann B. Lee"
    assert camp.line("user/hugo.meyer").name == "Hugo Meyer"
    left = camp.do("plan", "-o", "json").data["plan"]["stories"]
    assert {story["subject"] for story in left} == {"user/hugo.meyer"}
    unknown = camp.do("plan", "--target", "user/ann.le")
    assert unknown.status == 11
    assert "user/ann.lee" in unknown.err


def test_exit_code(camp) -> None:
    """--exit-code: 4 when there is something to do, 0 when not; without it always 0."""
    assert camp.run("plan", "--exit-code").status == 0
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    assert camp.run("plan", "--exit-code").status == 4
    assert camp.run("plan").status == 0
    camp.do("apply", "--yes").ok()
    assert camp.do("plan", "--exit-code").status == 0


def test_invalid_manifests_change_nothing(camp) -> None:
    """With an error anywhere nothing is planned or changed, and the findings stand in the envelope."""
    (camp.root / "more.yaml").write_text("users:\n  zed: {name: Zed, office: nowhere, extension: 3010}\n")
    calls = camp.calls()
    for argv in (["plan"], ["apply", "--yes"], ["port", "light", "chicago-hq/a001", "--yes"], ["move", "ann.lee", "--to", "phoenix-field"]):
        answer = camp.do(*argv, "-o", "json")
        assert answer.status == 3
        assert [finding["span"]["file"] for finding in answer.json["findings"] if finding["severity"] == "error"] == ["more.yaml"]
    assert camp.calls() == calls
    assert "more.yaml:2:" in camp.do("validate").out


def test_an_edit_that_would_not_be_valid_is_refused_before_anything(camp) -> None:
    """A provision that collides is refused with its findings; the YAML is as it was."""
    before = camp.read("people.yaml")
    taken = ["--office", "chicago-hq", "--extension", "3001"]
    answer = camp.do("user", "provision", "cy.stone", "--name", "Cy", *taken, "--yes", "-o", "json")
    assert answer.status == 3
    assert any("3001" in finding["detail"] for finding in answer.json["findings"])
    assert camp.read("people.yaml") == before
    assert "nothing was written" in answer.json["errors"][0]["message"]
    assert "campctl validate" not in answer.json["errors"][0]["hint"], "what is on the disk is sound"


def test_somebody_others_rely_on_is_not_removed(camp) -> None:
    """Who sits at a desk by manifest, or is led to by a number: the finding names the place; nothing is written."""
    before = {path: path.read_bytes() for path in camp.root.glob("*.yaml")}
    for user, file in (("ella.brooks", "desks.yaml"), ("kate.olsen", "hotlines.yaml")):
        answer = camp.do("user", "deprovision", user, "--yes", "-o", "json")
        assert answer.status == 3
        assert file in {finding["span"]["file"] for finding in answer.json["findings"] if finding["severity"] == "error"}
    assert {path: path.read_bytes() for path in camp.root.glob("*.yaml")} == before
    camp.settled()
