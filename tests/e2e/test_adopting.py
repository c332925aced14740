"""Taking over what an old exchange holds under its own names: into the YAML, then under the campaign's names, and nobody is lost."""

from __future__ import annotations

import json
from typing import Any

from .conftest import TWO


def plant(camp: Any, *resources: dict[str, Any]) -> None:
    """Make resources on the exchange by hand."""
    camp.poke(*({"do": "plant", "resource": resource} for resource in resources))


def planned(camp: Any) -> Any:
    """The plan, as JSON."""
    return camp.do("plan", "-o", "json").ok().data["plan"]


def place(id_: str, **fields: Any) -> dict[str, Any]:
    """A complete location."""
    address = {"street": "1 Old Street", "city": "Springfield", "state": "IL", "postal_code": "62701", "floor": "1"}
    return {"kind": "location", "id": id_, "name": "Old house", **address, **fields}


def line(id_: str, extension: str, **fields: Any) -> dict[str, Any]:
    """A line in the old house."""
    return {"kind": "line", "id": id_, "extension": extension, "name": f"Phone {extension}", "location": "old-house", **fields}


def members(camp: Any, queue: str) -> set[str]:
    """Who answers a queue on the exchange."""
    return {one.line for one in camp.resources()["local"].values() if type(one).__name__ == "Member" and one.queue == queue}


def test_an_old_exchange_is_taken_over(camp) -> None:
    """All of it is adopted; the plan renames and updates, deletes nothing; the same people answer, and calls lead where they led."""
    camp.do("backend", "poke", "local", "--old-pbx", "4").ok()
    before = camp.resources()
    answer = camp.do("adopt", "--all", "-o", "json").ok().data["data"]
    assert len(answer["adopted"]) == 11
    assert camp.resources() == before
    assert camp.do("validate").ok()
    assert len(answer["notes"]) == 1
    assert "check it" in answer["notes"][0]
    assert "renamed_from: line/legacy/7000" in camp.read("people.yaml")
    assert "extensions: [7000-7003]" in camp.read("offices.yaml")
    assert camp.do("drift", "-o", "json").ok().data["items"] == []
    changes = planned(camp)["changes"]
    assert {change["action"] for change in changes} == {"rename", "update"}
    assert sum(change["action"] == "rename" for change in changes) == 4
    assert "Rename person legacy/7000 to legacy-7000 (Old phone 7000)" in camp.do("plan").ok().out
    camp.do("apply", "--yes").ok()
    assert members(camp, "legacy-hunt") == {"user/legacy-7000", "user/legacy-7001", "user/legacy-7002"}
    now = camp.resources()["local"]
    assert now["route/+12175550100"].to == "queue/legacy-hunt"
    assert "line/legacy/7000" not in now
    assert len(now) == len(before["local"])
    camp.settled()
    camp.do("user", "deprovision", "legacy-7003", "--yes").ok()  # theirs to change from now on
    assert "line/user/legacy-7003" not in camp.resources()["local"]


def test_a_dry_run_shows_it_and_changes_nothing(camp) -> None:
    """The same diff and sentences; no file and no ownership changes."""
    camp.do("backend", "poke", "local", "--old-pbx", "4").ok()
    texts = {name: camp.read(name) for name in ("people.yaml", "offices.yaml", "hotlines.yaml")}
    dry = camp.do("adopt", "--all", "--dry-run", "-o", "json").ok().data["data"]
    assert texts == {name: camp.read(name) for name in texts}
    assert len(camp.do("drift", "-o", "json").ok().data["items"]) == 11
    done = camp.do("adopt", "--all", "-o", "json").ok().data["data"]
    assert (dry["diff"], dry["adopted"], dry["notes"]) == (done["diff"], done["adopted"], done["notes"])


def test_names_that_no_campaign_could_have(make) -> None:
    """Ids are made valid and unique; a queue keeps its second level, its targets and its number; a person theirs."""
    camp = make()
    plant(
        camp,
        place("Old House/B"),
        line("SIP 7001", "7001", location="Old House/B", number="+12175550111", permission="national"),
        line("sip-7001", "7002", location="Old House/B"),
        line("7003", "7003", location="Old House/B"),
        {"kind": "queue", "id": "Hunt 3", "name": "Hunt", "extension": "7900", "escalation": ["60s level 2", "90s queue/help"],
         "overflow": "line/7003", "closed": "queue/help"},
        {"kind": "member", "queue": "Hunt 3", "line": "SIP 7001"},
        {"kind": "member", "queue": "Hunt 3", "line": "7003", "level": 2},
        {"kind": "route", "number": "+12175550111", "to": "line/SIP 7001"},
        {"kind": "route", "number": "+12175550112", "to": "line/sip-7001", "label": "back door"},
        {"kind": "route", "number": "+12175550113", "to": "queue/Hunt 3"},
    )  # fmt: skip
    answer = camp.do("adopt", "--all", "-o", "json").ok().data["data"]
    assert len(answer["adopted"]) == 10, answer["notes"]
    text = camp.read("campaign.yaml")
    for line_ in (
        "renamed_from: location/Old House/B", "renamed_from: line/SIP 7001", "renamed_from: line/sip-7001", "renamed_from: line/7003",
        "renamed_from: queue/Hunt 3",
    ):  # fmt: skip
        assert line_ in text
    camp.do("validate").ok()
    actions = [change["action"] for change in planned(camp)["changes"]]
    assert set(actions) == {"rename", "update"}
    assert actions.count("rename") == 5
    camp.do("apply", "--yes", "--allow-updates", "--reason", "taking over").ok()
    now = camp.resources()["local"]
    assert now["route/+12175550111"].to == "line/user/sip-7001"
    assert now["line/user/sip-7001"].number == "+12175550111"
    assert now["route/+12175550112"].to == "line/user/sip-7001-2"
    assert now["route/+12175550113"].to == "queue/hunt-3"
    queue = now["queue/hunt-3"]
    assert (queue.overflow, queue.closed, queue.escalation) == (
        "line/user/line-7003", "queue/help", ("60s level 2", "90s queue/help"),
    )  # fmt: skip
    assert now["member/hunt-3/user/line-7003"].level == 2
    assert now["line/user/sip-7001"].location == "old-house-b"
    camp.settled()


def test_a_line_with_the_extension_of_somebody_without_a_phone(make) -> None:
    """Who the YAML names already gets the old phone as it is, instead of a conflict."""
    camp = make()
    plant(camp, place("old-house"), line("legacy/3005", "3005"))
    camp.edit("campaign.yaml", "  # The boss.\n", "  di.moss: {name: Di Moss, office: hq, extension: 3005}\n")
    refused = camp.do("apply", "--yes")
    assert refused.status == 5
    assert "adopt line/legacy/3005" in " ".join(refused.err.split())
    camp.do("adopt", "line/legacy/3005").ok()
    assert "renamed_from: line/legacy/3005" in camp.read("campaign.yaml")
    assert {change["action"] for change in planned(camp)["changes"]} == {"rename", "update"}
    camp.do("apply", "--yes").ok()
    assert camp.line("user/di.moss").extension == "3005"


def test_what_cannot_be_written_is_left_alone(make) -> None:
    """It says why and what to do; nothing is written or owned for it, and the rest is taken in."""
    camp = make()
    plant(
        camp,
        place("old-house"),
        line("a/1", "9110", number=""),
        line("a/2", "7002", location="", enabled=False),
        line("a/3", "7003", location="hq"),
    )
    answer = camp.do("adopt", "--all", "-o", "json").ok().data["data"]
    assert answer["adopted"] == ["local:location/old-house"]
    for why in ("in the way of calls for help", "has no location", "Add 7003 to the `extensions` of hq"):
        assert any(why in note and "left alone" in note for note in answer["notes"]), (why, answer["notes"])
    camp.do("validate").ok()
    assert {change["action"] for change in planned(camp)["changes"]} <= {"update"}
    assert {"line/a/1", "line/a/2", "line/a/3"} <= camp.resources()["local"].keys()


def test_an_exchange_that_cannot_rename(make) -> None:
    """There the plan makes the phones anew under their new names; the same people answer in the end."""
    camp = make(rename="false")
    camp.do("backend", "poke", "local", "--old-pbx", "4").ok()
    camp.do("adopt", "--all").ok()
    camp.do("apply", "--yes", "--allow-updates", "--allow-deletes", "--reason", "taking over").ok()
    assert members(camp, "legacy-hunt") == {"user/legacy-7000", "user/legacy-7001", "user/legacy-7002"}
    camp.settled()


def test_somebody_who_answers_two_queues(make) -> None:
    """A person has one first line: the second membership stays as it is, with a sentence, and is not removed."""
    camp = make()
    plant(
        camp,
        place("old-house"),
        line("a/1", "7001"),
        {"kind": "queue", "id": "one", "name": "One"},
        {"kind": "queue", "id": "two", "name": "Two"},
        {"kind": "member", "queue": "one", "line": "a/1"},
        {"kind": "member", "queue": "two", "line": "a/1"},
    )
    answer = camp.do("adopt", "--all", "-o", "json").ok().data["data"]
    assert any("Member two/a/1" in note and "one first line" in note for note in answer["notes"])
    camp.do("apply", "--yes", "--allow-updates", "--reason", "taking over").ok()
    assert members(camp, "one") == members(camp, "two") == {"user/a-1"}
    assert planned(camp)["changes"] == []


def test_piece_by_piece(camp) -> None:
    """Lines, then their queue, then the rest: who answers comes with the queue; who comes too late keeps answering, unowned."""
    camp.do("backend", "poke", "local", "--old-pbx", "3").ok()
    for names in (["location/legacy-building"], ["line/legacy/7000", "line/legacy/7001"], ["queue/legacy-hunt"]):
        camp.do("adopt", *names).ok()
    assert "answer: { users: [legacy-7000, legacy-7001], ports: false }" in camp.read("hotlines.yaml")
    notes = camp.do("adopt", "--all", "-o", "json").ok().data["data"]["notes"]
    assert len(notes) == 1
    assert notes[0].startswith("Member legacy-hunt/legacy/7002 has no seat in hotline legacy-hunt at present: left alone. Give it one more")
    assert "name legacy-7002 in its `answer`" in notes[0]
    camp.do("apply", "--yes").ok()
    assert members(camp, "legacy-hunt") == {"user/legacy-7000", "user/legacy-7001", "user/legacy-7002"}
    camp.edit("hotlines.yaml", "users: [legacy-7000, legacy-7001]", "users: [legacy-7000, legacy-7001, legacy-7002]")
    camp.edit("hotlines.yaml", "    name: Old hunt group\n    seats: 2\n", "    name: Old hunt group\n    seats: 3\n")
    camp.do("adopt", "--all").ok()
    camp.do("apply", "--yes").ok()
    camp.settled()


def test_two_exchanges_that_call_things_alike(make) -> None:
    """Each is taken over where it is, under an id of its own."""
    camp = make(TWO)
    text = json.dumps({"do": "plant", "resource": place("old-house")}), json.dumps({"do": "plant", "resource": line("a/1", "7001")})
    for name in ("local", "other"):
        camp.do("backend", "poke", name, *text).ok()
    answer = camp.do("adopt", "--all", "-o", "json").ok().data["data"]
    assert len(answer["adopted"]) == 4
    assert "renamed_from: location/old-house" in camp.read("campaign.yaml")
    changes = planned(camp)["changes"]
    assert {change["action"] for change in changes} == {"rename", "update"}
    camp.do("apply", "--yes", "--allow-updates", "--reason", "taking over").ok()
    assert camp.line("user/a-1", "local").location == "old-house"
    assert camp.line("user/a-1-2", "other").location == "old-house-2"
    camp.settled()


def test_a_campaign_that_would_not_be_valid_is_not_written(make) -> None:
    """The findings are shown, and nothing is written or owned."""
    camp = make()
    plant(camp, place("old-house", notify=["the porter"]), line("a/1", "7001"))
    text = camp.read("campaign.yaml")
    for more in ((), ("--dry-run",)):
        answer = camp.do("adopt", "--all", *more)
        assert answer.status == 3, answer.out + answer.err
        assert "porter" in answer.out + answer.err
        assert camp.read("campaign.yaml") == text
    assert len(camp.do("drift", "-o", "json").ok().data["items"]) == 2
