"""The main job, as a user does it: from YAML to phones, people moved, desks lit, hotlines scaled, mistakes undone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any


def stories(result: Any) -> list[str]:
    return [story["text"] for story in result.data["plan"]["stories"]]


def routes(camp: Any, name: str = "local") -> dict[str, str]:
    return {key: value.to for key, value in camp.resources(name)[name].items() if key.startswith("route/")}


def queue_members(camp: Any, queue: str) -> set[str]:
    start = f"member/{queue}/"
    return {key.removeprefix(start) for key in camp.resources()["local"] if key.startswith(start)}


def test_from_nothing_to_phones(tmp_path, fresh) -> None:
    """init, validate, plan, apply, plan: as processes; the second plan is empty and the words say what happens."""
    target = tmp_path / "new"
    begun = fresh.run("init", str(target)).ok()
    assert "campctl plan" in begun.out + begun.err
    fresh.run("validate").ok()
    planned = fresh.run("plan").ok()
    assert "Provision Ann Lee at Chicago headquarters" in planned.out
    assert "Open hotline Voter protection with 4 seats" in planned.out
    assert not fresh.exchange().exists() or fresh.calls() == 0
    applied = fresh.run("apply", "--yes").ok()
    assert re.search(r"Run \d{8}-\d{6}-[0-9a-f]{4} done in .*53 configured", applied.out + applied.err)
    assert "Nothing to do" in fresh.run("plan").ok().out
    assert fresh.run("apply", "--yes").ok().status == 0
    assert len(fresh.do("history", "-o", "json").data["rows"]) == 1
    fresh.settled()
    kept = fresh.resources()["local"]
    assert kept["line/user/ann.lee"].extension == "3001"
    assert kept["route/+13125550111"].to == "line/user/ann.lee"
    assert kept["location/chicago-hq/3/room-310"].street == "1 Example Plaza"


def test_the_folder_is_private_and_found_from_below(camp) -> None:
    """`.campctl/` is the owner's alone, and commands work from any folder below the campaign."""
    folder = camp.root / ".campctl"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.glob("*.db"))
    below = camp.root / "notes" / "old"
    below.mkdir(parents=True)
    assert "Nothing to do" in type(camp)(below).run("plan").ok().out


def test_move_keeps_number_and_comments(camp) -> None:
    """A move edits one line of the YAML; extension, number, route and seat stay, the 911 location follows."""
    before, lines = camp.line("user/ann.lee"), camp.read("people.yaml").splitlines()
    seats = queue_members(camp, "voter-protection")
    moved = camp.do("move", "ann.lee", "--to", "phoenix-field", "--yes", "-o", "json").ok()
    assert any(
        "Move Ann Lee from Chicago headquarters to Phoenix field office; keeps 3001 and +1 312 555 0111" in s for s in stories(moved)
    )
    after = camp.line("user/ann.lee")
    assert (after.extension, after.number, after.id) == (before.extension, before.number, before.id)
    assert (before.location, after.location) == ("chicago-hq/3/room-310", "phoenix-field")
    assert camp.resources()["local"]["location/phoenix-field"].city == "Phoenix"
    assert routes(camp)["route/+13125550111"] == "line/user/ann.lee"
    assert queue_members(camp, "voter-protection") == seats
    now = camp.read("people.yaml").splitlines()
    gone = [line for line in lines if line not in now]
    assert [line.strip() for line in gone] == ["room: Room 310                   # refines the office's address"]
    assert now.count("    office: phoenix-field") == lines.count("    office: phoenix-field") + 1
    assert [line for line in lines if "#" in line and "room:" not in line] == [line for line in now if "#" in line]
    camp.settled()


def test_move_can_be_looked_at_first(camp) -> None:
    """--dry-run shows the YAML diff and the plan, and touches neither file, store nor exchange."""
    before, calls = camp.read("people.yaml"), camp.calls()
    shown = camp.run("move", "ann.lee", "ben.ortiz", "--to", "phoenix-field", "--dry-run").ok()
    assert "+    office: phoenix-field" in shown.out
    assert "Move 2 people" in shown.out
    assert (camp.read("people.yaml"), camp.calls()) == (before, calls)
    assert len(camp.do("history", "-o", "json").data["rows"]) == 1


def test_provision_and_deprovision(camp) -> None:
    """A new person gets the next free extension, in YAML and on the exchange; gone again, the YAML is as it was."""
    before = camp.read("people.yaml")
    camp.do("user", "provision", "cy.stone", "--name", "Cy Stone", "--office", "phoenix-field", "--number", "+16025550123", "--yes").ok()
    assert camp.line("user/cy.stone").extension == "4000"
    assert routes(camp)["route/+16025550123"] == "line/user/cy.stone"
    assert "Cy Stone" in camp.read("people.yaml")
    camp.do("user", "deprovision", "cy.stone", "--yes").ok()
    assert "line/user/cy.stone" not in camp.resources()["local"]
    assert camp.read("people.yaml") == before
    camp.settled()


def test_desks(camp) -> None:
    """A desk is lit, seated and darkened without touching a file; nobody sits where 911 could not find them."""
    files = {path: path.read_bytes() for path in camp.root.glob("*.yaml")}
    lit = camp.do("port", "light", "a001", "--office", "chicago-hq", "--volunteer", "Sam Ortiz", "--yes", "-o", "json").ok()
    assert any("Light desk a001 at Chicago headquarters" in text for text in stories(lit))
    assert camp.line("port/chicago-hq/a001").enabled
    assert "port/chicago-hq/a001" in queue_members(camp, "voter-protection")
    camp.do("port", "seat", "chicago-hq/a001", "--for", "dev.patel", "--yes").ok()
    assert camp.do("port", "list", "--state", "lit", "-o", "json").data["rows"][-1]["who"]
    camp.do("port", "dark", "chicago-hq/a001", "--yes").ok()
    assert not camp.line("port/chicago-hq/a001").enabled
    assert "port/chicago-hq/a001" not in queue_members(camp, "voter-protection")
    any_ = camp.do("port", "light", "--office", "phoenix-field", "--any", "2", "--yes", "-o", "json").ok()
    assert len([text for text in stories(any_) if text.startswith("Light desk")]) == 2
    assert {path: path.read_bytes() for path in camp.root.glob("*.yaml")} == files
    assert camp.do("office", "audit", "--faults", "-o", "json").ok().data["rows"] == []
    camp.settled()


def test_lit_without_an_address_is_refused_whatever_the_flags(make, small_text) -> None:
    """No flag lights a line where 911 would not be told a dispatchable location."""
    vague = small_text.replace('state: IL, postal_code: "60601", ', "")
    camp = make(vague, apply=False)
    refused = camp.do(
        "apply", "--yes", "--allow-deletes", "--allow-updates", "--allow-protected", "--allow-freeze", "--reason", "now", "-o", "json"
    )
    assert refused.status == 3
    assert "dispatchable" in refused.out


def test_a_hotline_grows_and_shrinks_back_by_the_clock(make, clock) -> None:
    """Scaled until a time: after it the override is gone from desired(t), a plan says so, and the next apply shrinks back."""
    camp = make()
    assert len(queue_members(camp, "help")) == 2
    assert camp.do("hotline", "scale", "help", "+1", "--until", "+2h", "--reason", "debate", "--yes", "-o", "json").ok()
    assert len(queue_members(camp, "help")) == 3
    listed = camp.do("override", "list", "-o", "json").data["overrides"]
    assert [(item["author"], item["reason"]) for item in listed] == [("tess", "debate")]
    assert "Nothing to do" in camp.do("plan").ok().out
    assert any("from 3 to 2 seats" in text for text in stories(camp.do("plan", "--at", "+3h", "-o", "json").ok()))
    clock.advance(2 * 3600 + 1)
    assert camp.do("override", "list", "-o", "json").data["overrides"] == []
    shrunk = camp.do("apply", "--yes", "-o", "json").ok()
    assert any("from 3 to 2 seats" in text for text in stories(shrunk))
    assert len(queue_members(camp, "help")) == 2


def test_a_lit_desk_goes_dark_by_the_clock(make, clock) -> None:
    """`port light --until`: after the end the next apply darkens it and takes it out of the queue."""
    camp = make()
    camp.do("port", "light", "hq/a003", "--until", "+1h", "--yes").ok()
    assert camp.line("port/hq/a003").enabled
    clock.advance(3601)
    camp.do("apply", "--yes").ok()
    assert not camp.line("port/hq/a003").enabled
    assert camp.do("override", "list", "--all", "-o", "json").data["overrides"] != []


def test_an_override_that_stays_is_written_into_the_yaml(make) -> None:
    """`override promote` writes it where it stays, clears it, and leaves nothing to do."""
    camp = make()
    camp.do("hotline", "scale", "help", "3", "--yes").ok()
    camp.do("port", "light", "hq/a002", "--yes").ok()
    ids = [item["id"] for item in camp.do("override", "list", "-o", "json").data["overrides"]]
    before = camp.resources()
    camp.do("override", "promote", *ids, "--yes").ok()
    # Three by scaling, and the seat that the lit desk brought.
    assert "seats: {baseline: 4, min: 1, max: 8}" in camp.read("campaign.yaml")
    assert "a002" in camp.read("campaign.yaml")
    assert "# The boss." in camp.read("campaign.yaml")
    assert camp.do("override", "list", "--all", "-o", "json").data["overrides"] == []
    assert camp.resources() == before
    camp.settled()


def test_several_overrides_of_one_hotline_stay_together(make) -> None:
    """ "+1" and "+2" promoted together are three more seats in the YAML, and nothing changes on the exchange."""
    camp = make()
    camp.do("port", "light", "hq/a001", "hq/a002", "hq/a003", "hq/a004", "--yes").ok()
    camp.do("hotline", "scale", "help", "+1", "--until", "+2h", "--yes").ok()
    before = camp.resources()
    lit = {item["id"] for item in camp.do("override", "list", "-o", "json").data["overrides"] if item["kind"] == "port"}
    camp.do("override", "promote", *sorted(lit), "--yes").ok()
    assert camp.resources() == before
    assert "baseline: 6," in camp.read("campaign.yaml")
    camp.do("hotline", "scale", "help", "-2", "--yes").ok()
    fewer = camp.resources()
    ids = [item["id"] for item in camp.do("override", "list", "-o", "json").data["overrides"]]
    assert len(ids) == 2
    camp.do("override", "promote", *ids, "--yes").ok()
    assert camp.resources() == fewer
    assert "baseline: 5," in camp.read("campaign.yaml")
    assert camp.do("override", "list", "--all", "-o", "json").data["overrides"] == []
    camp.settled()


def test_an_override_can_be_cleared(make) -> None:
    """`override clear` puts back what manifests say, and the run says why."""
    camp = make()
    before = camp.resources()
    camp.do("hotline", "scale", "help", "3", "--yes").ok()
    assert camp.resources() != before
    camp.do("override", "clear", "--all", "--reason", "polls are closed", "--yes").ok()
    assert camp.resources() == before
    assert camp.do("history", "-o", "json").data["rows"][0]["reason"] == "polls are closed"


def test_a_surge_can_be_seen_before_it_comes(camp) -> None:
    """`plan --at`, `show --at` and `hotline list --at` show debate night today; nothing is changed."""
    calls = camp.calls()
    at = ["--at", "2026-10-13T19:00-04:00"]
    assert any("Voter protection from 4 to 10 seats" in text for text in stories(camp.do("plan", *at, "-o", "json").ok()))
    assert "Nothing to do" in camp.do("plan", "--at", "2026-10-13T23:30-04:00").ok().out
    rows = {row["id"]: row for row in camp.do("hotline", "list", *at, "-o", "json").ok().data["rows"]}
    assert rows["voter-protection"]["wanted"] == 10
    assert rows["main"]["wanted"] == 3
    assert "10" in camp.do("show", "hotline/voter-protection", *at).ok().out
    assert camp.calls() == calls


def test_a_surge_comes_and_goes(fresh, clock) -> None:
    """Applied while it holds, seats and desks grow; applied after it, they are as before."""
    fresh.do("apply", "--yes").ok()
    before = fresh.resources()["local"]
    clock.advance((datetime(2026, 10, 14, 0, 0, tzinfo=UTC) - clock.now()).total_seconds())
    fresh.do("apply", "--yes").ok()
    members = [item for key, item in fresh.resources()["local"].items() if key.startswith("member/voter-protection/")]
    assert len([member for member in members if member.level == 1]) == 10
    assert fresh.line("port/chicago-hq/a004").enabled
    clock.advance(12 * 3600)
    fresh.do("apply", "--yes", "--allow-deletes", "--allow-updates", "--reason", "it is over").ok()
    after = fresh.resources()["local"]
    assert {key for key in after if not key.startswith("member/")} == {key for key in before if not key.startswith("member/")}
    assert not fresh.line("port/chicago-hq/a004").enabled
    assert len(queue_members(fresh, "voter-protection")) == len([key for key in before if key.startswith("member/voter-protection/")])


def test_drift_is_found_by_field_and_put_right(camp) -> None:
    """What somebody changed by hand is told with field, before and after; what is gone is missing; apply puts both right."""
    before = camp.resources()
    camp.poke(
        {"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "Someone Else", "permission": "internal"}},
        {"do": "remove", "kind": "line", "id": "port/chicago-hq/a009"},
    )
    found = camp.do("drift", "--exit-code", "-o", "json")
    assert found.status == 4
    items = {item["resource"]: item for item in found.data["items"]}
    assert items["line/port/chicago-hq/a009"]["what"] == "missing"
    assert sorted(field[:2] for field in items["line/user/ann.lee"]["fields"]) == [["name", "Ann Lee"], ["permission", "national"]]
    shown = camp.do("drift").out
    assert "Someone Else" in shown
    camp.do("apply", "--yes").ok()
    assert camp.resources() == before
    assert camp.do("drift", "--exit-code").ok()


def test_what_people_do_with_their_phones_is_no_drift(camp) -> None:
    """A phone that loses its registration is live state: neither drift nor a change to plan."""
    camp.poke({"do": "register", "line": "user/ann.lee", "registered": False})
    assert camp.do("drift", "--exit-code").ok()
    assert "Nothing to do" in camp.do("plan").out


def test_what_campctl_did_not_make_stays_until_adopted(make) -> None:
    """An old PBX's things are reported and left alone; `adopt` takes them in and writes the YAML, which then deletes and makes nothing."""
    camp = make()
    camp.do("backend", "poke", "local", "--old-pbx", "4").ok()
    before = camp.resources()
    camp.do("apply", "--yes").ok()
    planned = camp.do("plan", "-o", "json").ok().data["plan"]
    assert planned["changes"] == []
    assert ["line", "legacy/7000"] in planned["unmanaged"]["local"]
    assert camp.do("drift", "--exit-code").ok()
    text = camp.read("campaign.yaml")
    camp.do("adopt", "--all", "--dry-run").ok()
    assert camp.read("campaign.yaml") == text
    camp.do("adopt", "--all", "--yes").ok()
    assert camp.resources() == before
    assert "+12175550101" in camp.read("campaign.yaml")
    after = camp.do("plan", "-o", "json").ok().data["plan"]
    assert {change["action"] for change in after["changes"]} == {"rename", "update"}
    camp.do("apply", "--yes", "--allow-updates", "--reason", "taken over").ok()
    camp.settled()


def test_a_wanted_thing_that_is_there_already_blocks_until_adopted(small) -> None:
    """Somebody made the very line by hand: nothing is changed, the error names it, and adopting it lets apply go on."""
    by_hand = {"kind": "line", "id": "user/ann.lee", "extension": "3001", "name": "Ann L.", "enabled": False}
    small.poke({"do": "plant", "resource": by_hand})
    refused = small.do("apply", "--yes", "-o", "json")
    assert refused.status == 5
    assert refused.json["errors"][0]["guardrails"] == ["not-owned"]
    assert "line/user/ann.lee" in refused.json["errors"][0]["message"]
    assert small.calls() == 0
    small.do("adopt", "line/user/ann.lee", "--yes").ok()
    small.do("apply", "--yes").ok()
    assert small.line("user/ann.lee").name == "Ann Lee"
    small.settled()


def test_every_kind_of_run_can_be_rolled_back(make) -> None:
    """Move, provision, deprovision, light, scale, adopt's repair of drift: each undone ends where it began."""
    camp = make()
    kinds = {
        "move": ["move", "ann.lee", "--to", "field"],
        "provision": ["user", "provision", "di.moss", "--name", "Di Moss", "--office", "hq", "--number", "+13125550113"],
        "deprovision": ["user", "deprovision", "bo.diaz"],
        "light": ["port", "light", "hq/a001", "--volunteer", "Sam"],
        "scale": ["hotline", "scale", "help", "3"],
    }
    for name, argv in kinds.items():
        before, yaml = camp.resources(), camp.read("campaign.yaml")
        run = camp.do(*argv, "--yes", "-o", "json").ok().data["run"]["id"]
        assert camp.resources() != before, name
        undone = camp.do("rollback", run, "--yes", "-o", "json").ok()
        assert camp.resources() == before, name
        assert undone.data["run"]["undoes"] == run
        assert any("the next apply would do it again" in step for step in undone.data["next_steps"])
        # The wish is still written down; taken back, there is nothing left to do.
        assert camp.do("plan", "-o", "json").data["plan"]["changes"], name
        (camp.root / "campaign.yaml").write_text(yaml)
        camp.do("override", "clear", "--all", "--yes")
        camp.settled()
    first = camp.do("history", "-o", "json").data["rows"][-1]["run"]
    camp.do("rollback", first, "--yes", "--allow-deletes", "--reason", "from the start").ok()
    assert camp.resources()["local"] == {}


def test_history_tells_who_what_when_why(camp) -> None:
    """`history` lists runs, `history show` the story and the journal, `audit log` who asked for it and why."""
    camp.do("port", "light", "chicago-hq/a001", "--reason", "walk-in", "--yes").ok()
    newest, *_ = camp.do("history", "-o", "json").data["rows"]
    assert (newest["who"], newest["reason"], newest["status"]) == ("tess", "walk-in", "done")
    shown = camp.do("history", "show", newest["run"], "--details").ok().out
    assert "Light desk a001" in shown
    assert "pending" in shown
    entries = camp.do("audit", "log", "-o", "json").data["entries"]
    assert [(entry["result"].split(":")[0], entry["why"]) for entry in entries[-2:]] == [("begun", "walk-in"), ("done", "walk-in")]
    assert all(entry["who"] == "tess" for entry in entries[-2:])
    camp.do("audit", "verify").ok()


def test_a_tampered_audit_log_is_noticed(camp) -> None:
    """An entry changed behind campctl's back: exit 13, and which one."""
    import sqlite3

    connection = sqlite3.connect(camp.root / ".campctl" / "store.db")
    with connection:
        connection.execute("UPDATE audit SET who = 'nobody' WHERE seq = 1")
    connection.close()
    broken = camp.do("audit", "verify", "-o", "json")
    assert broken.status == 13
    assert broken.json["errors"][0]["code"] == "audit-broken"
    assert "1" in broken.json["errors"][0]["message"]


def test_national(national) -> None:
    """The national seed: applied, nothing to do; a move, a desk and a hotline each make a small plan and a settled campaign."""
    assert "Nothing to do" in national.do("plan").ok().out
    before = national.resources("national")["national"]
    assert len([key for key in before if key.startswith("line/")]) == 3050
    person = national.do("user", "list", "--office", "columbus", "-o", "json").data["rows"][0]
    moved = national.do("move", person["id"], "--to", "detroit", "--yes", "-o", "json").ok()
    assert len(moved.data["plan"]["changes"]) <= 3
    national.do("port", "light", "a001", "--office", "columbus", "--hotline", "voter-protection", "--yes").ok()
    national.do("hotline", "scale", "voter-protection", "65", "--until", "+2h", "--yes").ok()
    rows = {row["id"]: row for row in national.do("hotline", "list", "-o", "json").data["rows"]}
    assert rows["voter-protection"]["filled"]["part"] >= 65
    national.settled()


def test_what_is_gone_already_can_be_let_go(make) -> None:
    """Somebody removed a phone by hand, and its person leaves: deprovisioned all the same, and not missed afterwards."""
    camp = make()
    for kind, id_ in (("route", "+13125550111"), ("member", "help/user/ann.lee"), ("line", "user/ann.lee")):
        camp.poke({"do": "remove", "kind": kind, "id": id_})
    camp.do("user", "deprovision", "ann.lee", "--yes").ok()
    assert "ann.lee" not in camp.read("campaign.yaml")
    camp.do("apply", "--yes").ok()
    camp.settled()


def test_overrides_of_what_is_gone_can_be_cleared(make) -> None:
    """Desk and hotline were taken out of the YAML while overrides hold: said by a warning, and cleared like any other."""
    camp = make()
    camp.do("port", "light", "hq/a001", "--yes").ok()
    camp.do("hotline", "scale", "help", "3", "--yes").ok()
    text = camp.read("campaign.yaml")
    gone = text[: text.index("numbers:\n")].replace("  hall: {office: hq, desks: a001-a006, extensions: 3100-3105, hotline: help}\n", "")
    (camp.root / "campaign.yaml").write_text(gone.replace("ports:\n", ""))
    camp.do("apply", "--yes", "--allow-deletes", "--reason", "closed").ok()
    assert "override-unknown" in camp.do("plan").ok().err
    for item in camp.do("override", "list", "-o", "json").data["overrides"]:
        assert camp.do("override", "promote", item["id"], "--yes").status == 11
        camp.do("override", "clear", item["id"], "--yes").ok()
    assert camp.do("override", "list", "--all", "-o", "json").data["overrides"] == []
    camp.settled()


def test_who_sits_at_a_desk_and_changes_places(make) -> None:
    """Another desk, another office, gone: no phone goes on showing the name of who left it. (Seats may then be filled by the next plan.)"""
    camp = make()

    def only_seats_are_left() -> None:
        changes = camp.do("plan", "-o", "json").ok().data["plan"]["changes"]
        assert [change["id"] for change in changes if ":member/" not in change["id"]] == []

    camp.do("port", "seat", "hq/a001", "--for", "ann.lee", "--yes").ok()
    assert camp.line("port/hq/a001").name == "Ann Lee"
    only_seats_are_left()
    camp.do("port", "seat", "hq/a002", "--for", "ann.lee", "--yes").ok()
    assert [camp.line(f"port/hq/a00{n}").name for n in (1, 2)] == ["hq a001", "Ann Lee"]
    only_seats_are_left()
    path = camp.root.parent / "seats.yaml"
    path.write_text("ports:\n- {desk: hq/a003, for: ann.lee}\n")
    camp.do("port", "seat", "-f", str(path), "--yes").ok()
    assert [camp.line(f"port/hq/a00{n}").name for n in (2, 3)] == ["hq a002", "Ann Lee"]
    only_seats_are_left()
    camp.do("move", "ann.lee", "--to", "field", "--yes").ok()
    only_seats_are_left()
    camp.do("user", "deprovision", "ann.lee", "--yes").ok()
    assert "Ann Lee" not in {line.name for key, line in camp.resources()["local"].items() if key.startswith("line/")}
    only_seats_are_left()
    camp.do("apply", "--yes").ok()
    camp.settled()
