"""Columns of runbooks, of their runs, and of the steps of a run. Pure."""

from __future__ import annotations

from datetime import datetime

from campctl.app.running_books_report import StepLine
from campctl.app.running_books_rows import ORDER, BookRow
from campctl.tui.cells import ago, clock, hour
from campctl.tui.columns import Column, View
from campctl.tui.tables import by, said

STATES: dict[str, tuple[str, str]] = {
    "asks": ("ringing", "asks"),
    "decide": ("bad", "no outcome"),
    "running": ("talking", "goes on"),
    "failed": ("bad", "failed"),
    "interrupted": ("warn", "stopped"),
    "paused": ("paused", "paused"),
    "ready": ("dim", "ready"),
    "rolled-back": ("dim", "taken back"),
    "done": ("good", "done"),
}
STEP_STATES: dict[str, tuple[str, str]] = {
    "": ("dim", "to come"),
    "running": ("talking", "goes on"),
    "done": ("good", "done"),
    "failed": ("bad", "failed"),
    "skipped": ("dim", "left out"),
    "no outcome": ("bad", "no outcome"),
    "interrupted": ("warn", "no outcome"),
}
SIGNS = {"asks": "?", "decide": "!", "failed": "!", "interrupted": "!", "no outcome": "!"}


def sign(state: str, view: View) -> str:
    """One character for a state of a run or a step, told apart without colour."""
    glyphs = view.glyphs
    states = {"running": glyphs.states["talking"], "done": glyphs.check, "paused": glyphs.states["paused"], "skipped": glyphs.rule}
    return SIGNS.get(state) or states.get(state, glyphs.dot)


def _state(row: BookRow, view: View) -> tuple[str, str]:
    role, words = STATES[row.state]
    return role, f"{sign(row.state, view)} {words}"


def planned(at: datetime | None, view: View) -> tuple[str, str]:
    """A planned time against now: `20:45 in 12:00`, or by how much it is late."""
    if at is None:
        return "dim", ""
    left = (at - view.now).total_seconds()
    when = hour(at, view.zone, now=view.now)
    return ("text", f"{when} in {clock(left)}") if left >= 0 else ("warn" if left < -60 else "text", f"{when} late {clock(-left)}")


def _waits(row: BookRow, _: View) -> tuple[str, str]:
    if row.state != "asks":
        return "dim", ""
    people = f" ({', '.join(row.people)})" if row.people else ""
    return "ringing", f"{row.role or 'anybody'}{people}"


def _far(row: BookRow, _: View) -> tuple[str, str]:
    return "dim", f"{row.done}/{row.steps}" if row.run else ""


BOOKS: tuple[Column, ...] = (
    Column(name="name", label="Runbook", width=15, most=34, key="B", sort=lambda row: row.name.casefold(), cell=said("name", "strong")),
    Column(name="state", label="State", width=12, key="S", sort=lambda row: ORDER.index(row.state), cell=_state),
    Column(name="step", label="Stands at", width=14, most=30, key="A", sort=by("step"), cell=said("step", "text")),
    Column(
        name="since",
        label="For",
        width=7,
        align="right",
        key="F",
        sort=lambda row: row.since.timestamp() if row.since else 9e12,
        cell=lambda row, view: ("dim", ago(view.now, row.since)),
    ),
    Column(
        name="planned",
        label="Planned",
        width=16,
        most=24,
        key="P",
        sort=lambda row: row.planned.timestamp() if row.planned else 9e12,
        cell=lambda row, view: planned(row.planned, view),
    ),
    Column(name="waits", label="Waits for", width=9, rank=1, most=36, key="W", sort=by("role"), cell=_waits),
    Column(name="far", label="Done", width=6, rank=3, align="right", cell=_far),
    Column(name="who", label="Who", width=9, rank=2, most=30, key="O", sort=by("who"), cell=said("who")),
    Column(name="run", label="Run", width=20, rank=4, key="R", falling=True, sort=by("run"), cell=said("run")),
    Column(name="what", label="What it does", width=16, rank=5, most=80, cell=said("what")),
)


def _step_state(line: StepLine, view: View) -> tuple[str, str]:
    if line.undone:
        return ("bad" if line.undone == "undo failed" else "dim"), f"{sign('skipped', view)} {line.undone}"
    role, words = STEP_STATES[line.state]
    return role, f"{sign(line.state, view)} {words}"


def _hour(field: str) -> Column:
    label = field.capitalize()
    return Column(
        name=field,
        label=label,
        width=9,
        most=15,
        rank=0 if field == "began" else 1,
        cell=lambda line, view: ("dim", hour(at, view.zone, now=view.now, seconds=True) if (at := getattr(line, field)) else ""),
    )


def _late(line: StepLine, view: View) -> tuple[str, str]:
    if line.late is None:
        return planned_late(line, view)
    return ("dim", "on time") if abs(line.late) < 60 else ("warn", f"{clock(line.late)} late") if line.late > 0 else ("dim", "early")


def planned_late(line: StepLine, view: View) -> tuple[str, str]:
    """Of a step nobody came to yet: in how long, or by how much it is late already."""
    if line.planned is None or line.began is not None:
        return "dim", ""
    left = (line.planned - view.now).total_seconds()
    return ("text", f"in {clock(left)}") if left >= 0 else ("warn", f"{clock(-left)} late")


def _what(line: StepLine, _: View) -> tuple[str, str]:
    return "text", line.about or line.what


def _took(line: StepLine, view: View) -> tuple[str, str]:
    if line.state == "running":
        return "text", ago(view.now, line.began)
    return "dim", "" if line.took is None else f"{line.took:.1f} s" if line.took < 60 else clock(line.took)


STEPS: tuple[Column, ...] = (
    Column(name="step", label="Step", width=14, most=30, cell=said("step", "strong")),
    Column(name="state", label="State", width=12, cell=_step_state),
    _hour("planned"),
    _hour("began"),
    Column(name="took", label="Took", width=7, align="right", cell=_took),
    Column(name="late", label="Late", width=11, rank=2, cell=_late),
    Column(name="who", label="Who", width=8, rank=3, most=20, cell=said("who")),
    Column(name="role", label="Role", width=10, rank=4, most=20, cell=said("role")),
    Column(name="what", label="What", width=20, most=120, cell=_what),
    Column(name="detail", label="Detail", width=20, rank=5, most=80, cell=said("detail")),
)
