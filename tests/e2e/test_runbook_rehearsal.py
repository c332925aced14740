"""`runbook rehearse`: the whole day in no time, on embedded exchanges, and nothing real is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from campctl.errors import Exit

from .conftest import SMALL, Camp

DAY = """\
name: Debate night
day: 2027-10-13
vars: { line: { type: hotline, default: help }, seats: { type: int, default: 3 } }
steps:
  - { id: sound, run: validate, at: 17:00 }
  - mark: before
  - { id: more, run: "hotline scale {line} {seats} --until 23:00", undo: "hotline scale {line} 2", at: 20:45 }
  - { id: enough, expect: "hotline {line} seats >= {seats} within 30s", on-failure: roll-back to before }
  - { id: page, shell: "touch paged" }
  - { id: told, confirm: "Told?", on-failure: roll-back to before }
  - { id: over, wait: 25:30 }
  - { id: less, expect: "hotline {line} wanted = 2" }
"""


def book(camp: Camp, text: str = DAY) -> Camp:
    (camp.root / "runbooks").mkdir()
    (camp.root / "runbooks/debate.yaml").write_text(text)
    return camp


@pytest.fixture
def debate(make: Callable[..., Camp]) -> Camp:
    return book(make())


def lines(data: Any) -> dict[str, Any]:
    return {line["step"]: line for line in data["lines"]}


def test_a_day_in_no_time(debate: Camp) -> None:
    """Every step comes at its planned time, overrides end when they would, and the campaign is as it was."""
    before = debate.resources()
    done = debate.do("runbook", "rehearse", "debate", "-o", "json").ok()
    seen = lines(done.data)
    assert {line["state"] for line in seen.values()} == {"done"}
    assert seen["more"]["began"] == "2027-10-14T01:45:00Z"
    assert seen["over"]["ended"] == "2027-10-14T06:30:00Z"  # 01:30 the day after; the override ended at 23:00
    assert seen["page"]["detail"] == "not run in a rehearsal"
    assert not (debate.root / "paged").exists()
    assert debate.resources() == before
    assert debate.do("override", "list", "--all", "-o", "json").ok().data["overrides"] == []
    assert debate.do("runbook", "status").status == Exit.NOT_FOUND


def test_a_no_is_rehearsed_too(debate: Camp) -> None:
    """--refuse says no to a question, and the roll-back is played through."""
    done = debate.do("runbook", "rehearse", "debate", "--refuse", "told", "-o", "json")
    assert done.status == Exit.STEP
    assert done.data["run"]["status"] == "rolled-back"
    assert lines(done.data)["more"]["undone"] == "undone"
    assert debate.do("runbook", "rehearse", "debate", "--refuse", "more").status == Exit.NOT_FOUND


def test_what_would_fail_on_the_day_fails_now(debate: Camp) -> None:
    """More seats than there are people is found by the rehearsal, with what was found instead."""
    done = debate.do("runbook", "rehearse", "debate", "--var", "seats=8", "-o", "json")
    assert done.status == Exit.STEP
    assert "hotline help seats is 3" in lines(done.data)["enough"]["detail"]


def test_real_exchanges_are_not_asked(make: Callable[..., Camp]) -> None:
    """A campaign on an exchange that cannot be reached is rehearsed all the same."""
    camp = book(make(SMALL.replace("local: {type: sim}", "local: {type: asterisk, host: 127.0.0.1, port: 1}"), apply=False))
    done = camp.do("runbook", "rehearse", "debate", "-o", "json")
    assert done.status == 0, done.err
    assert {line["state"] for line in lines(done.data).values()} == {"done"}


def test_the_report_of_a_rehearsal(debate: Camp) -> None:
    """On a terminal with the timeline, as Markdown, and as a page."""
    drawn = debate.do("runbook", "rehearse", "debate", "--html", str(debate.root / "r.html"), tty=True).ok()
    assert "◆ planned" in drawn.out
    assert "<svg" in debate.read("r.html")
    assert "- **Run**: a rehearsal" in debate.do("runbook", "rehearse", "debate", "--markdown").ok().out


def test_edits_are_made_in_the_copy_only(make: Callable[..., Camp]) -> None:
    """A step that writes YAML writes it in the copy; the next step sees it."""
    steps = (
        "steps:\n  - { id: new, run: 'user provision dee.fox --name \"Dee Fox\" --office hq --extension 3050' }\n"
        "  - { id: there, run: user show dee.fox }\n"
    )
    camp = book(make(), "name: New\n" + steps)
    before = camp.read("campaign.yaml")
    assert camp.do("runbook", "rehearse", "debate", "-o", "json").status == 0
    assert camp.read("campaign.yaml") == before


def test_commands_run_only_when_asked(debate: Camp) -> None:
    """--with-shell runs them, in the copy."""
    done = debate.do("runbook", "rehearse", "debate", "--with-shell", "-o", "json").ok()
    assert lines(done.data)["page"]["code"] == 0
    assert not (debate.root / "paged").exists()
