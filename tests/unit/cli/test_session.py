"""Confirmation, exit statuses, and the numbers that look like options."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from campctl.app.results import Applied, BackendHealth, Health, Listing, Message, Validation
from campctl.cli.session import status_of
from campctl.errors import Exit
from campctl.findings import Finding
from campctl.model.changes import Binding, Plan
from campctl.model.live import Probe
from campctl.model.records import Run

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
PLAN = Plan(campaign="x", at=NOW, binding=Binding(manifest="", overrides=""))


def applied(status: str | None, *, stopped: bool = False) -> Applied:
    run = Run(id="r", started=NOW, author="a", command="c", status=status) if status else None
    return Applied(run=run, plan=PLAN, states={}, errors={}, stopped=stopped)


def validated(*severities: str) -> Validation:
    return Validation(findings=tuple(Finding(code="x", severity=s, summary="s", detail="d") for s in severities), files=(), counts={})


def checked(*oks: bool) -> Health:
    return Health(backends=(BackendHealth(backend="b", type="sim", probes=tuple(Probe("p", ok, "d") for ok in oks)),))


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (validated(), Exit.OK),
        (validated("warning", "note"), Exit.OK),
        (validated("warning", "error"), Exit.INVALID),
        (applied(None), Exit.OK),
        (applied("done"), Exit.OK),
        (applied("partial"), Exit.PARTIAL),
        (applied("failed"), Exit.PARTIAL),
        (applied("interrupted", stopped=True), Exit.INTERRUPTED),
        (applied("interrupted"), Exit.BACKEND),  # nobody stopped it: it is not known what became of some of it
        (checked(True, True), Exit.OK),
        (checked(True, False), Exit.UNHEALTHY),
        (Listing(of="x", columns=(), rows=()), Exit.OK),
        (Message(text="x"), Exit.OK),
    ],
)
def test_status_of(result, status) -> None:
    """Every result stands for one exit status."""
    assert status_of(result) is status


@pytest.mark.parametrize(("given", "meant"), [("-5", "-5"), ("+20", "+20"), ("65", "65"), ("\u22125", "-5")])
def test_negative_seats_are_no_option(campctl, campaign, monkeypatch, given, meant) -> None:
    """`hotline scale main -5` is five fewer seats, also with a typographic minus."""
    seen = []

    async def scale(ctx, how, *, hotline, seats, until):
        seen.append((hotline, seats, until))
        return Message(text="done")

    monkeypatch.setattr("campctl.app.hotlines.scale", scale)
    assert campctl("hotline", "scale", "main", given, "--until", "+2h", "--yes").status == 0
    assert seen == [("main", meant, "+2h")]


def test_without_a_terminal_nothing_is_asked(campctl, campaign) -> None:
    """No terminal and no --yes: status 12, nothing changed, and the hint says how."""
    answer = campctl("apply", stdin="y\n")
    assert answer.status == Exit.UNCONFIRMED
    assert "--yes" in answer.err
    assert campctl("history", "-o", "json").json["data"]["rows"] == []


@pytest.mark.parametrize(("line", "status"), [("n\n", Exit.UNCONFIRMED), ("", Exit.UNCONFIRMED), ("y\n", Exit.OK)])
def test_on_a_terminal_the_plan_is_shown_and_asked_about(campctl, campaign, line, status) -> None:
    """The plan stands before the question; only yes goes on."""
    answer = campctl("apply", tty=True, stdin=line)
    assert answer.status == status
    assert "Provision 12 people" in answer.out
    assert "Do this? [y/N]" in answer.err


def test_with_json_the_question_stays_off_stdout(campctl, campaign) -> None:
    """On a terminal with --output json, plan and question are words, and stdout is one envelope."""
    answer = campctl("apply", "-o", "json", tty=True, stdin="y\n")
    assert answer.status == 0
    assert answer.json["kind"] == "applied"
    assert "Provision 12 people" in answer.err


def test_events_are_json_lines(campctl, campaign) -> None:
    """--events prints an object a line from the run's start to its end, and nothing else on stdout."""
    answer = campctl("apply", "--yes", "--events")
    events = [json.loads(line) for line in answer.out.splitlines()]
    assert events[0]["event"] == "run-started"
    assert events[-1]["event"] == "run-ended"
    assert {event["state"] for event in events if event["event"] == "change"} >= {"accepted", "configured"}


def test_exit_code_option(campctl, campaign) -> None:
    """`plan --exit-code` is 4 while there is something to do, and 0 after."""
    assert campctl("plan", "--exit-code").status == Exit.CHANGES
    assert campctl("plan").status == Exit.OK
    assert campctl("apply", "--yes", "-q").status == Exit.OK
    assert campctl("plan", "--exit-code").status == Exit.OK
    assert campctl("drift", "--exit-code").status == Exit.OK


def test_how_carries_every_option(campctl, campaign, monkeypatch) -> None:
    """Guardrail flags, reason, wait, lock time and secrets file arrive in the use case."""
    seen = []

    async def resume(ctx, how):
        seen.append(how)
        return Message(text="done")

    monkeypatch.setattr("campctl.app.recovering.resume", resume)
    flags = [
        "--allow-deletes",
        "--allow-freeze",
        "--reason",
        "why",
        "--wait",
        "live",
        "--wait-for-lock",
        "2.5",
        "--secrets",
        "s.csv",
        "--dry-run",
    ]
    assert campctl("resume", *flags).status == 0
    [how] = seen
    assert how.allow == {"--allow-deletes", "--allow-freeze"}
    assert (how.reason, how.wait, how.wait_for_lock, how.secrets_file, how.dry_run) == ("why", "live", 2.5, "s.csv", True)
    assert SimpleNamespace(yes=how.ask is not None).yes


def test_quiet_keeps_errors(campctl, campaign) -> None:
    """--quiet leaves out words, not errors."""
    assert campctl("validate", "-q").err == ""
    assert campctl("user", "show", "nobody", "-q").err.startswith("Error: ")


def test_ids_are_left_for_completion(campctl, campaign) -> None:
    """After any command that read the campaign, its ids are there, sorted; a run adds its own."""
    assert campctl("validate").status == 0
    ids = campaign / ".campctl" / "complete"
    users = ids.joinpath("users").read_text().split()
    assert "ann.lee" in users
    assert users == sorted(users)
    assert "port/chicago-hq/a001" in ids.joinpath("refs").read_text().split()
    run = campctl("apply", "--yes", "-o", "json").json["data"]["run"]["id"]
    assert ids.joinpath("runs").read_text().split() == [run]


def test_login_reads_secrets_from_stdin_never_from_argv(campctl, campaign, monkeypatch) -> None:
    """One line of stdin for each secret the backend asks for."""
    kept = {}
    monkeypatch.setattr("campctl.app.telephony.secrets_asked", lambda ctx, *, name: ("user", "password"))
    monkeypatch.setattr("campctl.app.telephony.login", lambda ctx, *, name, values: kept.update(values) or Message(text="kept"))
    answer = campctl("backend", "login", "local", stdin="tess\nsesame\n")
    assert answer.status == 0
    assert kept == {"user": "tess", "password": "sesame"}
    assert "sesame" not in answer.out + answer.err
    assert campctl("backend", "login", "local", stdin="tess\n").status == Exit.SECRET


def test_login_on_a_terminal_asks_without_echo(campctl, campaign, monkeypatch) -> None:
    """On a terminal each secret is asked for by name, through getpass."""
    asked = []
    kept = {}
    monkeypatch.setattr("getpass.getpass", lambda prompt, stream: asked.append(prompt) or "sesame")
    monkeypatch.setattr("campctl.app.telephony.secrets_asked", lambda ctx, *, name: ("password",))
    monkeypatch.setattr("campctl.app.telephony.login", lambda ctx, *, name, values: kept.update(values) or Message(text="kept"))
    assert campctl("backend", "login", "local", tty=True).status == 0
    assert asked == ["password of local (not shown): "]
    assert kept == {"password": "sesame"}


def test_a_schema_that_cannot_be_written(campctl, tmp_path) -> None:
    """A file in the place of a folder is a sentence, not a fault."""
    (tmp_path / "file").write_text("")
    assert campctl("schema", "--output-file", str(tmp_path / "file" / "schema.json")).status == Exit.USAGE


def test_a_missing_installation_file(campctl, monkeypatch) -> None:
    """A completion script that was not installed is said to be missing."""
    monkeypatch.setattr("campctl.app.documents.SCRIPTS", {"bash": "gone"})
    answer = campctl("completion", "bash")
    assert answer.status == Exit.INTERNAL
    assert "Install campctl again" in answer.err
