"""What is said of a run of a runbook, and of one of its steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from campctl.app.running_books_report import BookReport, StepLine
from campctl.app.running_books_rows import BookRow
from campctl.tui.cells import ago, hour
from campctl.tui.columns import View
from campctl.tui.lines import Line, Piece, wrapped
from campctl.tui.tables_books import STATES, STEP_STATES, planned, sign


def run_facts(report: BookReport, row: BookRow | None, view: View, width: int) -> list[Line]:
    """Name, state, who follows it; then what it asks, or where it stands."""
    state = row.state if row else "ready"
    role, words = STATES[state]
    line: list[Piece] = [("strong", f" {report.run.name}"), (role, f"  {sign(state, view)} {words}")]
    if not report.run.id:
        line.append(("dim", "  nobody runs it now: s begins it with its first step, r runs all of it"))
        return [*wrapped(line, width, hang=1), *_about(report, width), ()]
    line.append(("dim", f"  run {report.run.id}, begun {hour(report.run.started, view.zone, now=view.now)} by {report.run.author}"))
    line.append(("dim", f"  followed by {report.followed_by}" if report.followed_by else "  followed by nobody"))
    lines = wrapped(line, width, hang=1)
    if row is not None and row.step and row.state != "asks":
        at: list[Piece] = [("dim", " stands at "), ("strong", row.step), ("dim", f" for {ago(view.now, row.since)}")]
        when = planned(row.planned, view)
        if when[1]:
            at += [("dim", ", planned "), when]
        lines += wrapped(at, width, hang=1)
    if row is not None and row.state == "asks":
        people = f" ({', '.join(row.people)})" if row.people else ""
        lines += wrapped([("ringing", f" ? {row.role or 'anybody'}{people}: "), ("strong", row.question)], width, hang=3)
        lines += wrapped([("dim", f"   {row.step} has waited for {ago(view.now, row.since)}; y says yes, n says no")], width, hang=3)
    if row is not None and row.state in {"decide", "failed", "interrupted"}:
        for words in report.next_steps[:2]:
            lines += wrapped([("warn", f" {words}")], width, hang=3)
    return [*lines, ()]


def _about(report: BookReport, width: int) -> list[Line]:
    return wrapped([("dim", f" {' '.join(report.about.split())}")], width, hang=1)[:2] if report.about else []


def step_facts(line: StepLine, ways: Mapping[str, str], view: View, width: int) -> list[Line]:
    """Everything of a step: what it does, words to read out, when, who, what it said, its way back."""
    role, words = STEP_STATES[line.state]
    head: list[Piece] = [("strong", f" {line.step}"), (role, f"  {sign(line.state, view)} {words}")]
    if line.undone:
        head.append(("warn", f", {line.undone}"))
    if line.about:
        head.append(("dim", f"  {line.about}"))
    lines = wrapped(head, width, hang=1)
    label = {"note": "Read out: ", "confirm": "Asks: ", "expect": "Checks: ", "wait": "Waits: "}.get(line.kind, "")
    lines += wrapped([("dim", f" {label}"), ("strong" if line.kind in {"note", "confirm"} else "text", line.what)], width, hang=3)
    times: list[Piece] = []
    for name, at in (("planned", line.planned), ("began", line.began), ("ended", line.ended)):
        if at is not None:
            times += [("dim", f" {name} "), ("text", hour(at, view.zone, now=view.now, seconds=True))]
    if line.who and line.ended is not None:
        times += [("dim", " by "), ("text", f"{line.who}{f' as {line.role}' if line.role else ''}")]
    elif line.role:
        times += [("dim", " for "), ("text", line.role)]
    if times:
        lines += wrapped(times, width, hang=1)
    if line.detail:
        lines += wrapped([("bad" if line.state == "failed" else "dim", f" {line.detail}")], width, hang=3)
    if way := ways.get(line.step):
        lines += wrapped([("dim", " way back: "), ("text", way)], width, hang=3)
    for said in line.output.splitlines():
        lines += wrapped([("dim", f" {view.glyphs.bar} "), ("text", said)], width, hang=3)
    return lines
