"""Every command on a real campaign and the embedded exchange: the day of an admin, verb by verb."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from campctl.cli.catalog import commands
from campctl.cli.generate import main as generate
from campctl.errors import Exit
from e2e import seasons


@pytest.fixture
def live(campctl, campaign):
    """The quickstart, applied."""
    assert campctl("apply", "--yes", "-q").status == 0
    return campaign


LOOKS = [
    (["validate"], "", "No findings"),
    (["validate", "-o", "github"], "", ""),
    (["schema"], "json-schema.org", ""),
    (["schema", "--output-file", "made/schema.json"], "", "The schema is in"),
    (["show"], "Resources", ""),
    (["show", "hotline/main", "--at", "+2h"], "queue", ""),
    (["plan", "--out", "x.plan"], "Nothing to do", "Saved."),
    (["plan", "--details", "--target", "user/ann.lee"], "only user/ann.lee", ""),
    (["drift"], "", "No drift"),
    (["user"], "ann.lee", ""),
    (["user", "list", "--office", "phoenix-field"], "phoenix-field", ""),
    (["user", "show", "ann.lee"], "Ann Lee", ""),
    (["port", "list", "--state", "lit"], "chicago-hq/front", ""),
    (["hotline"], "voter-protection", ""),
    (["hotline", "show", "main"], "hotline/main", ""),
    (["number"], "+13125550100", ""),
    (["office"], "chicago-hq", ""),
    (["office", "show", "chicago-hq"], "office/chicago-hq", ""),
    (["office", "audit"], "ok", ""),
    (["office", "audit", "--faults", "--exit-code"], "", ""),
    (["override"], "", "No overrides"),
    (["surge"], "debate-night", ""),
    (["backend"], "sim", ""),
    (["backend", "check"], "integrity", ""),
    (["backend", "login", "local"], "", "needs no secret"),
    (["audit"], "begun", ""),
    (["audit", "log", "--limit", "0"], "begun", ""),
    (["audit", "verify"], "", "The audit log is whole"),
    (["store", "check"], "", "The store is well."),
    (["history"], "done", ""),
    (["adopt", "--all"], "", "nothing to adopt"),
    (["completion", "fish", "-o", "json"], "__campctl", ""),
]


def test_looking(campctl, live) -> None:
    """Every command that only looks works on a campaign that is as it should be, and says what it found."""
    for argv, out, err in LOOKS:
        answer = campctl(*argv)
        assert answer.status == 0, (argv, answer.err)
        assert out in answer.out, argv
        assert err in answer.err, argv


def test_looking_as_data(campctl, live) -> None:
    """The same commands as JSON are one envelope each, and as CSV and YAML they work too."""
    for argv, _, _ in LOOKS:
        if "-o" in argv:
            continue
        answer = campctl(*argv, "-o", "json")
        assert (answer.json["exit"], answer.json["status"]) == (0, "success"), argv
        for form in ("csv", "yaml", "plain"):
            assert campctl(*argv, "-o", form).status == 0, (argv, form)


def test_people(campctl, live) -> None:
    """Provision, secret, move and deprovision edit the YAML, apply just that, and can be shown first."""
    before = (live / "people.yaml").read_text()
    new = ["user", "provision", "cy.stone", "--name", "Cy Stone", "--office", "chicago-hq", "--skill", "spanish"]
    shown = campctl(*new, "--dry-run")
    assert shown.status == 0, shown.err
    assert "+  cy.stone:" in shown.out.replace("+    ", "+  ").replace("+   ", "+  ")
    assert (live / "people.yaml").read_text() == before
    assert campctl(*new, "--yes").status == 0
    assert "Cy Stone" in campctl("user", "show", "cy.stone").out
    secret = campctl("user", "secret", "cy.stone", "--yes")
    assert len(secret.out.strip()) > 16
    assert secret.out.strip() not in secret.err
    assert campctl("port", "secret", "chicago-hq/a001", "--yes").out.strip()
    assert campctl("move", "cy.stone", "--to", "nowhere", "--yes").status == Exit.NOT_FOUND
    assert campctl("user", "deprovision", "cy.stone", "--yes", "--allow-deletes", "--reason", "left").status == 0
    assert campctl("user", "show", "cy.stone").status == Exit.NOT_FOUND
    assert (live / "people.yaml").read_text() == before


@pytest.mark.parametrize("argv", [("user", "secret", "ann.lee"), ("port", "secret", "chicago-hq/a001")])
def test_a_new_secret_is_asked_for(campctl, live, argv) -> None:
    """A new secret cuts a phone off, so it is asked for: refused without a terminal, and made only on a yes."""
    refused = campctl(*argv)
    assert (refused.status, refused.out) == (Exit.UNCONFIRMED, "")
    assert "falls off local" in refused.err
    assert "--yes" in refused.err
    declined = campctl(*argv, tty=True, stdin="n\n")
    assert (declined.status, declined.out) == (Exit.UNCONFIRMED, "")
    assert not any("new secret" in entry["what"] for entry in campctl("audit", "log", "-o", "json").json["data"]["entries"])
    assert len(campctl(*argv, tty=True, stdin="y\n").out.strip()) > 16


@pytest.mark.parametrize(("git", "said"), [(".git", "bad.yaml"), ("../.git", "campaign/bad.yaml"), ("", "bad.yaml")])
def test_annotations_are_placed_from_the_top_of_the_repository(campctl, campaign, git, said) -> None:
    """Forges look for an annotated file from the top of the repository, wherever in it the campaign and the user are."""
    if git:
        (campaign / git).mkdir()
    (campaign / "bad.yaml").write_text("userz: 1\n")
    answer = campctl("-C", str(campaign), "validate", "-o", "github")
    assert answer.status == Exit.INVALID
    assert f"file={said},line=1," in answer.out


@pytest.mark.parametrize("piece", ["a", "token", "password "])
def test_a_line_of_megabytes_is_shown_in_part(campctl, campaign, piece) -> None:
    """A huge line costs no more than its length to look for secrets in, and a screenful to show."""
    (campaign / "long.yaml").write_text("users: {" + piece * (2_000_000 // len(piece)))
    start = time.process_time()
    answer = campctl("validate")
    assert answer.status == Exit.INVALID
    assert "long.yaml:1:" in answer.out
    assert len(answer.out) < 10_000
    assert time.process_time() - start < 20


@pytest.mark.parametrize("noun", sorted({command.path[0] for command in commands() if len(command.path) == 2}))
def test_the_help_of_a_noun_ends_in_examples(campctl, noun) -> None:
    """Whoever asks for the help of a noun sees an example of each of its verbs."""
    shown = campctl(noun, "--help").out
    assert shown.count(f"\n  campctl {noun}") >= 1
    assert "\nExamples:\n" in shown


def test_a_plan_for_another_time(campctl, campaign) -> None:
    """A plan saved for a time says that it fits then; now, when the campaign wants something else, it is refused."""
    assert campctl("apply", "--yes", "-q").status == 0
    saved = campctl("plan", "--at", "2026-10-13T20:00", "--out", "then.plan")
    assert "at a time at which the campaign wants the same" in saved.err
    assert "at a time" not in campctl("plan", "--out", "now.plan").err
    assert campctl("apply", "then.plan", "--yes").status == Exit.STALE
    assert campctl("apply", "now.plan", "--yes").status == 0


def test_a_field_that_the_roster_lacks(campctl, campaign) -> None:
    """Who stands in a spreadsheet is told to add a column to it, not a line of YAML."""
    (campaign / "more.yaml").write_text("users: { from: more.csv }\n")
    (campaign / "more.csv").write_text("id,name,office,extension\nnoa.lim,Noa Lim,chicago-hq,3010\n")
    answer = campctl("move", "noa.lim", "--to", "phoenix-field", "--room", "R", "--dry-run")
    assert answer.status == Exit.INVALID
    assert "give the roster a column for `room`" in " ".join(answer.err.split())
    assert "for `noa.lim`" in " ".join(answer.err.split())


def test_a_line_of_an_old_exchange(campctl, live) -> None:
    """A line alone is adopted into the office that its location is; without an office, what is said is something that can be done."""
    campctl("backend", "poke", "local", "--old-pbx", "1")
    alone = " ".join(campctl("adopt", "line/legacy/7000").err.split())
    assert "is at legacy-building, which is no office on local: left alone. Adopt location/legacy-building with it." in alone
    office = "{address: {street: 1 Old Street, city: Springfield, state: IL, postal_code: '62701', floor: '1'}, extensions: [7000-7099]}"
    (live / "old.yaml").write_text(f"offices:\n  legacy-building: {office}\n")
    said = campctl("adopt", "line/legacy/7000")
    assert said.status == 0
    assert "left alone" not in said.err
    assert "renamed_from: line/legacy/7000" in said.out


def test_new_people_as_they_are_written(campctl, live) -> None:
    """Numbers are written in E.164 however they were given, and chosen extensions leave those alone that the same file gives."""
    (live / "runbooks").mkdir()
    people = (
        "users:\n  b.one: {name: B, office: chicago-hq, number: 312-555-0123}\n  b.two: {name: C, office: chicago-hq, extension: 3000}\n"
    )
    (live / "runbooks" / "new.yaml").write_text(people)
    answer = campctl("user", "provision", "-f", "runbooks/new.yaml", "--dry-run")
    assert answer.status == 0, answer.err
    assert '+    number: "+13125550123"' in answer.out
    assert "+    extension: 3009" in answer.out
    wrong = campctl("user", "provision", "b.one", "--name", "B", "--office", "chicago-hq", "--number", "312-555-01", "--dry-run")
    assert wrong.status == Exit.INVALID
    assert "bad-number" in wrong.err


def test_people_from_files(campctl, live, tmp_path) -> None:
    """`-f` does the same for many."""
    people = tmp_path / "people.yaml"
    people.write_text("users:\n  cy.stone: {name: Cy Stone, office: chicago-hq}\n  di.moss: {name: Di Moss, office: chicago-hq}\n")
    assert campctl("user", "provision", "-f", str(people), "--yes").status == 0
    leaving = tmp_path / "leaving.yaml"
    leaving.write_text("users: [cy.stone, di.moss]\n")
    assert campctl("user", "deprovision", "-f", str(leaving), "--yes", "--allow-deletes", "--reason", "left").status == 0
    assert campctl("user", "deprovision", "--yes").status == Exit.USAGE


def test_desks_and_overrides(campctl, live, tmp_path) -> None:
    """Light, seat and darken desks; list, promote and clear what that left."""
    assert campctl("port", "light", "a001", "--office", "chicago-hq", "--volunteer", "Sam Ortiz", "--until", "+2h", "--yes").status == 0
    assert campctl("port", "seat", "chicago-hq/a002", "--for", "ann.lee", "--yes").status == 0
    listed = campctl("override", "list", "-o", "json").json["data"]["overrides"]
    assert [(item["subject"], item["volunteer"] or item["user"]) for item in listed] == [
        ("chicago-hq/a001", "Sam Ortiz"),
        ("chicago-hq/a002", "ann.lee"),
    ]
    by_subject = {item["subject"]: item["id"] for item in listed}
    assert campctl("override", "promote", by_subject["chicago-hq/a002"], "--yes").status == 0
    assert "ann.lee" in (live / "desks.yaml").read_text()
    ids = tmp_path / "ids.yaml"
    ids.write_text(f"overrides: [{by_subject['chicago-hq/a001']}]\n")
    assert campctl("override", "promote", "-f", str(ids), "--yes").status == Exit.USAGE
    assert campctl("override", "clear", "-f", str(ids), "--yes").status == 0
    assert campctl("override", "list", "-o", "json").json["data"]["overrides"] == []
    desks = tmp_path / "desks.yaml"
    desks.write_text("desks: [chicago-hq/a002]\n")
    assert campctl("port", "dark", "-f", str(desks), "--yes").status == 0
    assert campctl("port", "dark", "--yes").status == Exit.USAGE
    assert campctl("port", "seat", "--yes").status == Exit.USAGE
    assert campctl("hotline", "scale", "main", "--yes").status == Exit.USAGE
    assert campctl("override", "clear", "--all", "--yes").status == 0


def test_drift_rollback_and_saved_plans(campctl, live) -> None:
    """What was changed behind campctl's back is found and put right; a run is undone; a stale plan is refused."""
    assert campctl("backend", "poke", "local", '{"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "X"}}').status == 0
    assert campctl("drift", "--exit-code").status == Exit.CHANGES
    assert campctl("plan", "--out", "p.json", "-q").status == 0
    assert campctl("apply", "p.json", "--yes").status == 0
    assert campctl("apply", "p.json", "--yes").status == Exit.STALE
    run = campctl("port", "light", "chicago-hq/a003", "--yes", "-o", "json").json["data"]["run"]["id"]
    assert "Light" in campctl("history", "show", run, "--details").out
    undone = campctl("rollback", run, "--yes", "-o", "json")
    assert undone.status == 0
    assert undone.json["data"]["run"]["undoes"] == run
    assert campctl("backend", "poke", "local", "{").status == Exit.USAGE


def test_without_a_campaign(campctl, tmp_path, monkeypatch) -> None:
    """Every command that needs a campaign says that there is none, and how to get one."""
    monkeypatch.chdir(tmp_path)
    needed = {
        "DESK": "a",
        "USER": "a",
        "OFFICE": "a",
        "HOTLINE": "a",
        "RUN": "a",
        "BACKEND": "a",
        "SURGE": "a",
        "RUNBOOK": "a",
        "RULE": "a",
        "NAME": "a",
        "NAME|DESK": "a",
        "ID": "a",
        "NOTIFIER": "a",
        "STEP": "a",
    }
    for info in commands():
        if info.path[0] in {"init", "schema", "completion"} or info.path == ("backend", "init"):
            continue
        more = {
            ("user", "provision"): ["a", "--office", "b"],
            ("move",): ["a", "--to", "b"],
            ("hotline", "scale"): ["a", "1"],
            ("store", "migrate"): ["--to", "a"],
            ("match",): ["--volunteers", "roster", "--lists", "a"],
        }.get(info.path)
        argv = more or [needed[argument.bare] for argument in info.arguments if argument.bare in needed]
        answer = campctl(*info.path, *argv, "-o", "json")
        assert answer.status == Exit.NO_CAMPAIGN, (info.name, answer.err)
        assert answer.json["errors"][0]["code"] == "no-campaign"
        assert "campctl init" in answer.json["errors"][0]["hint"]


def test_invalid_manifests(campctl, campaign) -> None:
    """Commands that need sound manifests list the findings in brief, and all of them in the envelope."""
    (campaign / "bad.yaml").write_text("users:\n  zed: {name: Zed, office: nowhere, extension: 3010}\n")
    assert campctl("validate").status == Exit.INVALID
    answer = campctl("plan", "-o", "json")
    assert answer.status == Exit.INVALID
    assert any(item["span"]["file"] == "bad.yaml" for item in answer.json["findings"])
    assert "bad.yaml:2" in campctl("plan").err


def test_the_installed_command(campaign) -> None:
    """As a process of its own: plain text on a pipe, nothing asked, and data apart from words."""
    program = [sys.executable, *seasons.program()]
    done = subprocess.run([*program, "plan", "-o", "json"], capture_output=True, text=True, check=True, cwd=campaign)
    assert json.loads(done.stdout)["kind"] == "planned"
    refused = subprocess.run([*program, "apply"], capture_output=True, text=True, check=False, input="y\n", cwd=campaign)
    assert (refused.returncode, refused.stdout) == (12, "")


def test_generate_leaves_current_files_alone(monkeypatch, tmp_path) -> None:
    """The generator writes only what differs."""
    written = []
    monkeypatch.setattr(Path, "write_text", lambda self, *_, **__: written.append(self))
    assert generate() == 0
    assert written == []
