"""`-f FILE` of every verb: many things in one plan, and what is wrong with a file told before anything is done."""

from __future__ import annotations

from typing import Any

import pytest


def one_run(camp: Any, argv: list[str], text: str, name: str = "batch.yaml") -> Any:
    """Run a verb with a file of this text (outside the campaign); exactly one run came of it."""
    path = camp.root.parent / name
    path.write_text(text)
    before = len(camp.do("history", "-o", "json").data["rows"])
    done = camp.do(*argv, "-f", str(path), "--yes", "-o", "json").ok()
    assert len(camp.do("history", "-o", "json").data["rows"]) == before + 1
    return done.data


def test_moves(make) -> None:
    """`move -f`: several people, with floor and room, one run; all keep their extensions."""
    camp = make()
    one_run(camp, ["move"], "moves:\n  ann.lee: field\n  cy.stone: {to: hq, floor: '3', room: Hall B}\n")
    assert camp.line("user/ann.lee").location == "field"
    assert camp.line("user/cy.stone").location == "hq/3/hall-b"
    assert camp.line("user/cy.stone").extension == "4001"
    assert "# The boss." in camp.read("campaign.yaml")
    camp.settled()


def test_moves_as_a_list_and_within_the_campaign(make) -> None:
    """A list serves too, and a file in runbooks/ is not read as a manifest."""
    camp = make()
    folder = camp.root / "runbooks"
    folder.mkdir()
    (folder / "moves.yaml").write_text("- {user: ann.lee, to: field}\n- {user: bo.diaz, to: field}\n")
    camp.do("validate").ok()
    camp.do("move", "-f", str(folder / "moves.yaml"), "--yes").ok()
    assert camp.line("user/bo.diaz").location == "field"
    camp.settled()


def test_people_come_and_go(make) -> None:
    """`user provision -f` and `user deprovision -f`: free extensions are found for all, numbers routed, YAML as before at the end."""
    camp = make()
    before, text = camp.resources(), camp.read("campaign.yaml")
    one_run(
        camp,
        ["user", "provision"],
        "users:\n  di.moss: {name: Di Moss, office: hq}\n  ed.frost: {name: Ed Frost, office: hq, number: +13125550119}\n"
        "  flo.gray: {name: Flo Gray, office: field, extension: 4099, skills: [help], languages: es}\n",
    )
    assert [camp.line(f"user/{name}").extension for name in ("di.moss", "ed.frost", "flo.gray")] == ["3000", "3003", "4099"]
    assert camp.resources()["local"]["route/+13125550119"].to == "line/user/ed.frost"
    camp.settled()
    one_run(camp, ["user", "deprovision"], "users: [di.moss, ed.frost, flo.gray]\n")
    assert camp.resources() == before
    assert camp.read("campaign.yaml") == text


def test_desks(make) -> None:
    """`port light|seat|dark -f`: any so many, named ones, with people; one run each, overrides with their own reasons."""
    camp = make()
    one_run(
        camp,
        ["port", "light"],
        "ports:\n- {office: hq, any: 2, hotline: help, reason: debate night}\n- {desk: hq/a005, volunteer: Sam Ortiz, until: +4h}\n",
    )
    lit = {key for key, line in camp.resources()["local"].items() if key.startswith("line/port/") and line.enabled}
    assert lit == {"line/port/hq/a001", "line/port/hq/a002", "line/port/hq/a005"}
    overrides = camp.do("override", "list", "-o", "json").data["overrides"]
    assert {item["reason"] for item in overrides} == {"debate night", ""}
    one_run(camp, ["port", "seat"], "ports:\n- {desk: hq/a001, for: ann.lee}\n- {desk: hq/a002, volunteer: Kim}\n")
    one_run(camp, ["port", "dark"], "desks: [hq/a001, hq/a002, hq/a005]\n")
    assert not any(line.enabled for key, line in camp.resources()["local"].items() if key.startswith("line/port/"))
    camp.settled()


def test_hotlines_and_overrides(make) -> None:
    """`hotline scale -f`, `override promote -f` and `override clear -f`."""
    camp = make()
    one_run(camp, ["hotline", "scale"], "hotlines:\n  help: {seats: +1, until: +2h, reason: debate night}\n")
    (override,) = camp.do("override", "list", "-o", "json").data["overrides"]
    assert override["reason"] == "debate night"
    before = camp.resources()
    path = camp.root.parent / "ids.yaml"
    path.write_text(f"overrides: [{override['id']}]\n")
    camp.do("override", "promote", "-f", str(path), "--yes").ok()
    assert camp.resources() == before
    one_run(camp, ["port", "light"], "ports:\n- {desk: hq/a001}\n")
    (override,) = camp.do("override", "list", "-o", "json").data["overrides"]
    one_run(camp, ["override", "clear"], f"- {override['id']}\n")
    assert camp.resources() == before
    camp.settled()


BAD = {
    "missing file": None,
    "empty": "",
    "not YAML": "a: [\n",
    "binary": "\x00\x01",
    "a list of lists": "- [1, 2]\n",
    "an unknown key": "moves:\n  ann.lee: {too: field}\n",
    "an unknown person": "moves:\n  ann.le: field\n",
    "an unknown office": "moves:\n  ann.lee: feild\n",
    "the same person twice": "- {user: ann.lee, to: field}\n- {user: ann.lee, to: hq}\n",
    "an alias bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "a tag": "moves: !!python/object/apply:os.system ['true']\n",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file(make, name) -> None:
    """Whatever is wrong: a message that names the file or the thing, exit 2, 3 or 11, and nothing done."""
    camp = make()
    path = camp.root.parent / "moves.yaml"
    if (text := BAD[name]) is not None:
        path.write_text(text)
    calls, before = camp.calls(), camp.read("campaign.yaml")
    answer = camp.do("move", "-f", str(path), "--yes", "-o", "json")
    assert answer.status in {2, 3, 11}, answer.out
    (error,) = answer.json["errors"]
    assert "moves.yaml" in error["message"] or "ann.le" in error["message"] or "feild" in error["message"]
    assert camp.calls() == calls
    assert camp.read("campaign.yaml") == before


def test_one_bad_entry_stops_all(make) -> None:
    """A batch is one plan: with one entry wrong, nobody moves."""
    camp = make()
    path = camp.root.parent / "moves.yaml"
    path.write_text("moves:\n  ann.lee: field\n  nobody: field\n")
    assert camp.do("move", "-f", str(path), "--yes").status == 11
    assert camp.line("user/ann.lee").location == "hq"
    camp.settled()
