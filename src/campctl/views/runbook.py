"""A run of a runbook as a table, and what comes next; `runbook_report` makes pages of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from campctl.app.results import Listing
from campctl.views.text import count, seconds
from campctl.views.text import moment as when

if TYPE_CHECKING:
    from campctl.app.running_books_report import BookReport, StepLine
    from campctl.views.sheet import Sheet

COLUMNS = ("step", "planned", "began", "took", "state", "who", "late", "what", "detail")


def lateness(line: StepLine) -> str:
    """`on time`, `3 min late`, `2 min early`; "" where nothing was planned or begun."""
    if line.late is None:
        return ""
    if abs(line.late) < 60:
        return "on time"
    return f"{seconds(abs(line.late))} {'late' if line.late > 0 else 'early'}"


def state_of(line: StepLine) -> str:
    """How it ended, with what came after."""
    state = line.state or "to come"
    more = f", {line.attempts} attempts" if line.attempts > 1 else ""
    return f"{state}{more}{f', {line.undone}' if line.undone else ''}"


def steps(lines: Sequence[StepLine]) -> Listing:
    """Every line of a run, as rows."""
    rows = tuple(
        {
            "step": line.step,
            "planned": line.planned,
            "began": line.began,
            "took": seconds(line.took) if line.took is not None and line.took >= 0.1 else "",
            "state": state_of(line),
            "who": line.who,
            "what": line.about or line.what,
            "late": lateness(line),
            "detail": line.detail,
        }
        for line in lines
    )
    return Listing(of="step", columns=COLUMNS, rows=rows)


def _short(row: dict[str, Any], day: str) -> dict[str, Any]:
    """Times of the runbook's day without their date: there is room for more."""
    times = {name: row[name] for name in ("planned", "began") if isinstance(row[name], datetime)}
    return row | {name: f"{at:%H:%M:%S}" if f"{at:%Y-%m-%d}" == day else f"{at:%m-%d %H:%M:%S}" for name, at in times.items()}


def book_report(result: BookReport, sheet: Sheet) -> None:
    """`runbook run|resume|status|confirm`: the run, its steps, what to do next."""
    from campctl.views.zones import localized

    run = result.run
    listing = localized(steps(result.lines), result.zone)
    listing = replace(listing, rows=tuple(_short(row, result.day) for row in listing.rows))
    facts = {
        "run": "" if result.rehearsal else run.id,
        "runbook": f"{run.name} ({run.book})",
        "status": run.status + (f", followed by {result.followed_by}" if result.followed_by else ""),
        "begun": when(run.started.astimezone(ZoneInfo(result.zone))) + f" by {run.author}",
        "ended": when(run.ended.astimezone(ZoneInfo(result.zone))) if run.ended else "",
        "turn": result.turn,
    }
    sheet.facts(facts)
    sheet.page.blank()
    sheet.table(listing)
    for words in result.warnings:
        sheet.words.line(("bold yellow", "Warning: "), words)
    for line in result.lines:
        if line.state in {"failed", "no outcome"} or line.undone == "undo failed":
            sheet.words.line(("bold red", f"{line.step}: "), f"{state_of(line)}{': ' if line.detail else ''}{line.detail}")
    for words in result.next_steps:
        sheet.words.line(words)
    if result.rehearsal:
        sheet.words.line("Rehearsed on embedded exchanges, in a copy of the campaign: nothing was changed, and this run is kept nowhere.")
    elif not result.next_steps and run.status == "done":
        done = sum(line.state == "done" for line in result.lines)
        sheet.words.line(f"Done: {count(done, 'step')}. `campctl runbook report {run.id}` tells who did what when.")
