"""The report of a run: who did what when, planned against actual; as Markdown and as one HTML page that needs no network."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from campctl.app.results import Listing
from campctl.views import report as pages
from campctl.views.runbook import lateness, steps
from campctl.views.runbook_timeline import svg, text
from campctl.views.text import count, harmless, seconds, words
from campctl.views.text import moment as when
from campctl.views.zones import localized

if TYPE_CHECKING:
    from campctl.app.running_books_report import BookReport

EVENTS = ("at", "what", "who", "detail")


def facts(report: BookReport) -> dict[str, str]:
    """What the run was."""
    run = report.run
    zone = ZoneInfo(report.zone)
    late = [line for line in report.lines if line.late is not None]
    worst = max(late, key=lambda line: line.late or 0.0, default=None)
    return {
        "run": "a rehearsal" if report.rehearsal else run.id,
        "runbook": run.book,
        "status": run.status,
        "begun": f"{when(run.started.astimezone(zone))} by {run.author}",
        "ended": when(run.ended.astimezone(zone)) if run.ended is not None else "",
        "took": seconds((run.ended - run.started).total_seconds()) if run.ended is not None else "",
        "variables": ", ".join(f"{name}={value}" for name, value in report.variables.items()),
        "latest": f"{worst.step}, {lateness(worst)}" if worst is not None and (worst.late or 0) >= 60 else "",
        "steps": ", ".join(_counts(report)),
    }


STATES = ("done", "failed", "skipped", "no outcome", "running", "to come")


def _counts(report: BookReport) -> list[str]:
    states = [line.state or "to come" for line in report.lines]
    undone = sum(line.undone == "undone" for line in report.lines)
    found = [f"{states.count(state)} {state}" for state in STATES if state in states]
    return found + ([f"{undone} taken back"] if undone else [])


def events(report: BookReport) -> Listing:
    """What happened to the run as a whole, and who answered what."""
    rows: list[dict[str, Any]] = [
        {"at": one.at, "what": one.what, "who": one.who, "detail": one.detail.split("\n")[0]} for one in report.events
    ]
    for line in report.lines:
        if line.kind == "confirm" and line.ended is not None:
            what = f"confirmed {line.step}" if line.state == "done" else line.step
            rows.append({"at": line.ended, "what": what, "who": line.who, "detail": line.detail})
    return Listing(of="event", columns=EVENTS, rows=tuple(sorted(rows, key=lambda row: row["at"])))


def outputs(report: BookReport) -> list[tuple[str, str]]:
    """Step and what its command said."""
    return [(line.step, line.output) for line in report.lines if line.output]


def markdown(report: BookReport, width: int = 100) -> str:
    """The report as Markdown."""
    listing = localized(steps(report.lines), report.zone)
    parts = [f"# {_md(report.run.name)}", ""]
    if report.about:
        parts += [_md(report.about), ""]
    parts += [f"- **{name.capitalize()}**: {_md(value)}" for name, value in facts(report).items() if value]
    drawn = text(report, width)
    if drawn:
        parts += ["", "## When", "", "```text", *drawn, "```"]
    parts += ["", "## Steps", "", *_table(listing, ("step", "planned", "began", "late", "took", "state", "who", "what", "detail"))]
    parts += ["", "## The run", "", *_table(localized(events(report), report.zone), EVENTS)]
    said = outputs(report)
    if said:
        parts += ["", "## What commands said"]
        for step, output in said:
            lines = [harmless(line).replace("```", "'''") for line in output.splitlines()]
            parts += ["", f"`{step}`", "", "```text", *lines, "```"]
    return "\n".join(parts) + "\n"


def _table(listing: Listing, columns: tuple[str, ...]) -> list[str]:
    used = [name for name in columns if any(_cell(row.get(name)) for row in listing.rows)]
    heads = [f"| {' | '.join(name.capitalize() for name in used)} |", f"| {' | '.join('---' for _ in used)} |"]
    return heads + [f"| {' | '.join(_md(_cell(row.get(name))) for name in used)} |" for row in listing.rows]


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return words(value)


def _md(value: str) -> str:
    """Words that stay words: no markup, no line breaks, no HTML."""
    flat = " ".join(harmless(" ".join(value.split())).split())
    for char in "\\`*_[]<>|#":
        flat = flat.replace(char, f"\\{char}")
    return flat


def page(report: BookReport, *, said: str, made: datetime) -> str:
    """The report as one HTML page."""
    blocks = []
    if report.about:
        blocks.append(pages.paragraph(report.about))
    blocks.append(pages.facts(facts(report)))
    drawn = svg(report)
    if drawn:
        words_ = f"A diamond is when a step was planned, a bar when it went on; times are of {report.zone}. Hover over a bar for more."
        blocks += [pages.heading("When"), f"<figure>{drawn}</figure>", pages.paragraph(words_, soft=True)]
    blocks += [pages.heading("Steps"), pages.table(localized(steps(report.lines), report.zone))]
    blocks += [pages.heading("The run"), pages.table(localized(events(report), report.zone))]
    if outputs(report):
        blocks.append(pages.heading("What commands said"))
        blocks += [pages.folded(step, f"<pre>{pages.text_lines(output)}</pre>") for step, output in outputs(report)]
    under = f"{report.run.status}; {count(len(report.lines), 'step')}"
    return pages.document(report.run.name, blocks, under=under, said=said, made=made.astimezone(ZoneInfo(report.zone)))
