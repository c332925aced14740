"""The progress bar appears only when it is worth it, and leaves nothing behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from campctl.model.changes import Binding, Change, Plan
from campctl.model.records import Run
from campctl.model.resources import Route
from campctl.views import counting, progress

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
RUN = Run(id="r1", started=NOW, author="a", command="c", status="done", counts={"live": 2})
CHANGES = tuple(Change(id=f"c{n}\x1b", action="create", backend="local", after=Route(number="+1")) for n in range(4))
PLAN = Plan(campaign="x", at=NOW, binding=Binding(manifest="", overrides=""), changes=CHANGES)


def drive(listener, clock) -> None:
    """A run of four changes with a retry and a wait, a second apart."""
    listener.run_started(RUN, PLAN, 4)
    for change in CHANGES:
        clock[0] += 1
        listener.change_state(change, "pending")
        listener.retrying(change, 2, 0.5, "too many \x1b[2J requests")
        listener.waiting("local", 1.0, "rate limit")
        listener.change_state(change, "failed" if change is CHANGES[1] else "accepted", "no")
    listener.run_ended(RUN)


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize("around", ["", "dumb", "xterm-256color"])
def test_a_long_run_shows_a_bar(terminal, clock, monkeypatch, around) -> None:
    """On a terminal, after half a second: done of todo, what failed, and why it waits; harmless; gone at the end.

    The terminal is the one handed in, whatever the process runs in.
    """
    monkeypatch.setenv("TERM", around)
    made = terminal(tty=True, width=80, TERM="xterm")
    drive(progress.Bar(made), clock)
    text = made.stderr.getvalue()
    assert "4/4" in text
    assert "1 failed" in text
    assert "rate limit" in text
    assert "\x1b[2J" not in text
    assert text.endswith(("\x1b[2K", "\x1b[?25h", "\r\x1b[1A\x1b[2K"))
    assert not made.stdout.getvalue()


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"TERM": "xterm", "TTY_INTERACTIVE": "0"}])
def test_what_cannot_be_drawn_over_shows_nothing(terminal, clock, environment) -> None:
    """A dumb terminal (a log, an editor's shell) gets no bar, and no empty line in its place."""
    made = terminal(tty=True, width=80, **environment)
    drive(progress.Bar(made), clock)
    assert made.stderr.getvalue() == ""


@pytest.mark.parametrize(("term", "shown"), [("xterm", True), ("dumb", False)])
def test_a_count_shows_a_bar(terminal, monkeypatch, term, shown) -> None:
    """Counted work has its bar under the same conditions."""
    now = [0.0]
    monkeypatch.setattr(counting, "monotonic", lambda: now[0])
    made = terminal(tty=True, width=80, TERM=term)
    with counting.Counting(made, "days") as count:
        now[0] = 1.0
        count(1, 2)
        count(2, 2)
    text = made.stderr.getvalue()
    assert ("days" in text and "2/2" in text) if shown else text == ""


def test_a_short_run_shows_nothing(terminal, clock) -> None:
    """A verb that is done at once does not flicker."""
    made = terminal(tty=True)
    bar = progress.Bar(made)
    bar.run_started(RUN, PLAN, 4)
    bar.change_state(CHANGES[0], "accepted")
    bar.run_ended(RUN)
    assert made.stderr.getvalue() == ""


def test_nothing_to_do_shows_nothing(terminal, clock) -> None:
    """A resumed run with nothing left draws no bar of zero."""
    made = terminal(tty=True)
    bar = progress.Bar(made)
    bar.run_started(RUN, PLAN, 0)
    clock[0] = 9
    bar.change_state(CHANGES[0], "accepted")
    assert made.stderr.getvalue() == ""


def test_events(terminal, clock) -> None:
    """Every event is one line of JSON on stdout, documented in docs/output.md."""
    made = terminal()
    drive(progress.Events(made), clock)
    lines = made.stdout.getvalue().splitlines()
    events = [json.loads(line) for line in lines]
    assert "\x1b" not in made.stdout.getvalue()
    assert {event["event"] for event in events} == {"run-started", "change", "retrying", "waiting", "run-ended"}
    assert events[0] == {"event": "run-started", "at": events[0]["at"], "run": "r1", "changes": 4, "todo": 4}
    assert events[-1]["counts"] == {"live": 2}
