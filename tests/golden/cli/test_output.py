"""What people see, as files: plans, findings and summaries, on a wide and on a narrow terminal.

CAMPCTL_UPDATE_GOLDEN=1 writes the files anew; look at the diff before committing it.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campctl.app.results import (
    Applied,
    BackendHealth,
    Details,
    Drift,
    DriftItem,
    Health,
    Listing,
    OverrideList,
    Planned,
    RunDetails,
    Share,
    Validation,
)
from campctl.findings import Finding, Related, Span
from campctl.model.campaign import SeatChange
from campctl.model.changes import Binding, Change, Cost, Guard, Plan, Story
from campctl.model.live import Probe
from campctl.model.records import JournalEntry, Override, Run
from campctl.model.resources import Key, Line, Member
from campctl.views.show import show
from campctl.views.style import Style
from campctl.views.terminal import Terminal

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(result: Any, *, width: int | None = None, color: bool = False, **style: Any) -> str:
    """stdout, then stderr under a rule."""
    kind = io.StringIO if width is None else Tty
    terminal = Terminal(kind(), kind(), kind(), {} if color else {"NO_COLOR": "1"}, width=width)
    show(result, Style(**style), terminal)
    words = terminal.stderr.getvalue()  # type: ignore[attr-defined]
    return terminal.stdout.getvalue() + (f"--- stderr\n{words}" if words else "")  # type: ignore[attr-defined]


def line(user: str, office: str, **more: Any) -> Line:
    return Line(id=f"user/{user}", extension="3001", name=user.title(), location=f"{office}/3/hall-a", **more)


def provision(number: int) -> tuple[Story, Change]:
    office = ("chicago-hq", "phoenix-field", "miami-south")[number % 3]
    user = f"person.{number}"
    change = Change(id=f"create:local:line/user/{user}", action="create", backend="local", after=line(user, office))
    return Story(
        verb="provision", subject=f"user/{user}", text=f"Provision {user} at {office}; extension 3001", changes=(change.id,)
    ), change


MANY = [provision(number) for number in range(25)]
MOVED = Change(
    id="update:local:line/user/ann.lee",
    action="update",
    backend="local",
    before=line("ann.lee", "chicago-hq", number="+13125550111"),
    after=line("ann.lee", "phoenix-field", number="+13125550111"),
)
LEFT = Change(
    id="delete:local:member/main/user/ann.lee",
    action="delete",
    backend="local",
    before=Member(queue="main", line="user/ann.lee", name="Ann Lee"),
)
MOVE = Story(
    verb="move",
    subject="user/ann.lee",
    text="Ann Lee moves from Chicago headquarters to Phoenix field office and keeps 3001 and +1 312 555 0111",
    notes=("911 location 20 Example Street, Phoenix",),
    changes=(MOVED.id,),
)
PLAN = Plan(
    campaign="Quickstart for Everyone",
    at=NOW,
    binding=Binding(manifest="m", overrides="o", observed={"local": "f"}),
    changes=(*(change for _, change in MANY), MOVED, LEFT),
    stories=(*(story for story, _ in MANY), MOVE),
    costs=(Cost(backend="local", calls=27, seconds=130, limit="100 requests a second"), Cost(backend="cloud", calls=0, seconds=0)),
    guards=(
        Guard(
            name="too-many-deletes",
            message="12 % of what is managed on local would go; 10 % is the most.",
            flag="--allow-deletes",
            subjects=("member/x",),
        ),
        Guard(name="no-location", message="Desk a001 has no dispatchable location."),
    ),
    unmanaged={"local": (Key("line", "user/old"), Key("line", "user/older"))},
    conflicts=(Change(id="c", action="create", backend="local", after=line("bo", "chicago-hq")),),
)
RUN = Run(
    id="20261103-120000-3f9a",
    started=NOW,
    author="tess",
    command="campctl apply",
    reason="debate",
    status="partial",
    ended=NOW + timedelta(seconds=43),
)
STATES = {change.id: "configured" for change in PLAN.changes} | {MOVED.id: "failed", LEFT.id: "skipped"}
FINDINGS = (
    Finding(
        code="unknown-reference",
        severity="error",
        summary="A reference leads nowhere",
        detail="Office `chicago-hqq` does not exist, so ليلى حداد has nowhere to sit.",
        help="Did you mean `chicago-hq`?",
        span=Span("people.yaml", 12, 13, 24),
        related=(Related("the office that exists", span=Span("offices.yaml", 2, 3, 13)),),
    ),
    Finding(code="long-line", severity="warning", summary="A line is long", detail="It is.", span=Span("people.yaml", 13, 150, 154)),
    Finding(code="no-place", severity="note", summary="Somewhere", detail="Nobody knows where."),
)
EXCERPTS = {
    "people.yaml:12": '    office: chicago-hqq   # "\x1b[31m"',
    "offices.yaml:2": "  chicago-hq:",
    "people.yaml:13": "    note: " + "x" * 139 + "here, after a long way",
}
DIFF = "--- people.yaml\n+++ people.yaml\n@@ -1,3 +1,3 @@\n   ann.lee:\n-    office: chicago-hq\n+    office: phoenix-field\n"
OVERRIDES = (
    Override(
        id="o1", kind="port", subject="hq/a001", author="tess", reason="walk-in", start=NOW, lit=True, volunteer="Sam Ortiz", hotline="main"
    ),
    Override(
        id="o2",
        kind="hotline",
        subject="main",
        author="tess",
        reason="debate",
        start=NOW + timedelta(hours=1),
        end=NOW + timedelta(hours=3),
        seats=SeatChange(20, relative=True),
    ),
)
HOTLINES = Listing(
    of="hotline",
    columns=("id", "name", "filled", "short", "closed"),
    rows=(
        {"id": "main", "name": "Main number", "filled": Share(2, 3), "short": 1, "closed": None},
        {"id": "voter-protection", "name": "日本語 line", "filled": Share(40, 40), "short": 0, "closed": None},
    ),
)
JOURNAL = tuple(
    JournalEntry(run=RUN.id, change=MOVED.id, state=state, at=NOW, attempt=1, error=error, seq=number)
    for number, (state, error) in enumerate((("pending", ""), ("failed", "extension 3001 is taken")), 1)
)
HEALTH = Health(
    backends=(
        BackendHealth(
            backend="cloud",
            type="teams",
            probes=(
                Probe("reach", True, "answered in 20 ms"),
                Probe("sign-in", False, "the token has run out", "campctl backend login cloud"),
            ),
            secrets={"password": "keyring", "token": ""},
        ),
    )
)
DRIFT = Drift(
    items=(
        DriftItem(
            backend="local", resource="line/user/ann.lee", what="changed", fields=(("name", "Ann Lee", "Ann L."), ("number", "+1", ""))
        ),
        DriftItem(backend="local", resource="line/user/bo", what="missing"),
        DriftItem(backend="local", resource="line/user/x", what="unmanaged"),
    )
)
WHO = Details(
    of="hotline",
    id="vp-es",
    fields={
        "at": NOW,
        "seats": "1 of 3 (baseline 3)",
        "priority": 50,
        "asks for": "language es",
        "missing": ["2 seats: 2 may answer it (1 here, 1 in main)", "1 other has what it asks for (not in a shift now)"],
        "one seat more": "would stay empty, too",
        "next in line": "1",
    },
    listings=(
        Listing(
            of="seat",
            columns=("level", "who", "line", "why", "penalty", "since"),
            rows=(
                {
                    "level": 1,
                    "who": "Ann Lee",
                    "line": "user/ann.lee",
                    "why": "languages es; taken from main, which others fill",
                    "penalty": 0,
                    "now": False,
                    "since": None,
                },
            ),
        ),
        Listing(
            of="next_in_line",
            columns=("place", "who", "why", "has", "sits", "line"),
            rows=(
                {
                    "place": 1,
                    "who": "Bo Diaz",
                    "why": "sits in main, which comes first (priority 90, here 50)",
                    "has": "languages es",
                    "sits": "main",
                    "line": "user/bo.diaz",
                },
            ),
        ),
    ),
)
WHY = Details(
    of="user",
    id="ann.lee",
    fields={
        "at": NOW,
        "name": "Ann Lee",
        "sits": ["vp-es: languages es; taken from main, which others fill"],
        "skills": [],
        "languages": ["es"],
    },
    listings=(
        Listing(
            of="hotline",
            columns=("hotline", "priority", "filled", "may", "level", "why"),
            rows=(
                {"hotline": "main", "priority": 90, "filled": Share(4, 4), "may": True, "level": None, "why": "sits in vp-es", "rules": []},
                {
                    "hotline": "law",
                    "priority": 50,
                    "filled": Share(0, 2),
                    "may": False,
                    "level": None,
                    "why": "none of the skills law; role is not said, not lawyer",
                    "rules": ["skills", "roles"],
                },
            ),
        ),
    ),
)


CASES: dict[str, str] = {
    "plan-wide.txt": drawn(Planned(plan=PLAN), width=100),
    "plan-narrow.txt": drawn(Planned(plan=PLAN, diff=DIFF), width=40),
    "plan-pipe-details.txt": drawn(Planned(plan=PLAN), details=True),
    "plan-color.txt": drawn(Planned(plan=PLAN, diff=DIFF, findings=FINDINGS[:1]), width=100, color=True).replace("\x1b", "ESC"),
    "plan-empty.txt": drawn(Planned(plan=Plan(campaign="Quickstart", at=NOW, binding=PLAN.binding, targets=("user/ann.lee",)))),
    "plan.csv": drawn(Planned(plan=PLAN), format="csv").replace("\r\n", "\n"),
    "validation-wide.txt": drawn(Validation(findings=FINDINGS, files=("a", "b"), counts={"users": 2150}, excerpts=EXCERPTS), width=100),
    "validation-narrow.txt": drawn(Validation(findings=FINDINGS, files=("a", "b"), counts={"users": 2150}, excerpts=EXCERPTS), width=40),
    "validation-well.txt": drawn(Validation(findings=(), files=("a",), counts={"offices": 1, "users": 2150, "ports": 0})),
    "validation-github.txt": drawn(Validation(findings=FINDINGS, files=(), counts={}), format="github"),
    "applied-partial.txt": drawn(
        Applied(
            run=RUN,
            plan=PLAN,
            states=STATES,
            errors={MOVED.id: "extension 3001 is taken", LEFT.id: "needs the move"},
            next_steps=("Mend it.",),
        ),
        width=100,
    ),
    "applied-nothing.txt": drawn(Applied(run=None, plan=PLAN, states={}, errors={}, warnings=("main is short of one seat",))),
    "run.txt": drawn(RunDetails(run=RUN, plan=None, journal=JOURNAL), details=True),
    "overrides-wide.txt": drawn(OverrideList(at=NOW, overrides=OVERRIDES, active=("o1",)), width=140),
    "overrides-left-out.txt": drawn(OverrideList(at=NOW, overrides=OVERRIDES, active=("o1",)), width=80),
    "overrides-narrow.txt": drawn(OverrideList(at=NOW, overrides=OVERRIDES, active=("o1",)), width=40),
    "hotlines-wide.txt": drawn(HOTLINES, width=80),
    "hotlines-pipe.txt": drawn(HOTLINES),
    "who-wide.txt": drawn(WHO, width=120),
    "who-narrow.txt": drawn(WHO, width=60),
    "why-wide.txt": drawn(WHY, width=100),
    "why-pipe.txt": drawn(WHY),
    "health.txt": drawn(HEALTH, width=60),
    "drift.txt": drawn(DRIFT, width=60),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """What is drawn is what the file says."""
    path = HERE / name
    if os.environ.get("CAMPCTL_UPDATE_GOLDEN"):
        path.write_text(CASES[name], encoding="utf-8")
    assert CASES[name] == path.read_text(encoding="utf-8")


def test_no_file_is_left_over() -> None:
    """Every golden file belongs to a case."""
    assert {path.name for path in HERE.iterdir() if path.suffix in {".txt", ".csv"}} == set(CASES)
