"""Lines about a run of a runbook while it goes on: one for each entry of its journal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campctl.views.text import harmless, seconds

if TYPE_CHECKING:
    from campctl.model.runbooks import BookEntry, Step

WIDE = 10
"""Columns of the time before each line."""
OUTPUT_LINES = 12
"""Lines of a failed step's output that are shown at once; the report has the rest."""


def line_of(entry: BookEntry, step: Step | None, zone: ZoneInfo) -> str:
    """What to say of a journal line, with its newline; "" where there is nothing to say."""
    stamp = f"{entry.at.astimezone(zone):%H:%M:%S}  "
    if not entry.step:
        return stamp + _of_run(entry) + "\n" if _of_run(entry) else ""
    name = harmless(entry.step)
    took = f" in {seconds(entry.took)}" if entry.took is not None and entry.took >= 0.05 else ""
    detail = f": {harmless(entry.detail)}" if entry.detail else ""
    if entry.state == "begun":
        return stamp + _begun(entry, step, name)
    if entry.state == "done":
        if step is not None and step.kind in {"note", "mark", "jump"}:
            return ""
        by = f" by {harmless(entry.who)}" if step is not None and step.kind == "confirm" else ""
        return f"{stamp}{name} done{by}{took}{detail}\n"
    words = {
        "failed": f"{name} FAILED{took}{detail}",
        "skipped": f"{name} left out{detail}",
        "interrupted": f"{name} has no outcome{detail}",
        "reset": f"{name} counts as not begun{detail}",
        "undo-begun": f"{name} is taken back",
        "undone": f"{name} was taken back{took}",
        "undo-failed": f"{name} could NOT be taken back{detail}",
        "confirmed": "",
        "declined": "",
    }.get(entry.state, "")
    shown = _output(entry) if entry.state in {"failed", "undo-failed"} else ""
    return f"{stamp}{words}\n{shown}" if words else ""


def _begun(entry: BookEntry, step: Step | None, name: str) -> str:
    if step is None:
        return f"{name}\n"
    if step.kind in {"mark", "jump"}:
        return f"{name}\n" if step.kind == "mark" else f"{name}: goes on at {harmless(step.target)}\n"
    if step.kind == "note":
        text = "\n".join(" " * WIDE + "| " + harmless(line) for line in step.text.splitlines())
        return f"{name}: read out\n{text}\n"
    again = f" (attempt {entry.attempt})" if entry.attempt > 1 else ""
    detail = f"\n{' ' * WIDE}{harmless(entry.detail)}" if entry.detail else ""
    what = f": {harmless(' '.join(step.act.words.split()))}" if step.act is not None else f": {harmless(step.text)}" if step.text else ""
    return f"{name}{again}{what}{detail}\n"


def _of_run(entry: BookEntry) -> str:
    detail = harmless(entry.detail.split("\n")[0]) if entry.detail else ""
    return {
        "started": f"run {entry.run} begins; others look on with `campctl runbook status {entry.run} --follow`",
        "resumed": f"gone on with by {harmless(entry.who)}",
        "edited": f"goes on with the edited runbook, as {harmless(entry.who)} said",
        "rolling-back": "rolling back",
        "paused": f"paused {detail}; `campctl runbook resume {entry.run}` goes on",
        "stopped": f"stopped: {detail}; `campctl runbook resume {entry.run}` goes on",
        "ended": f"ended: {detail}",
    }.get(entry.state, "")


def _output(entry: BookEntry) -> str:
    lines = [line for line in entry.output.splitlines() if line.strip()]
    cut = [f"... {len(lines) - OUTPUT_LINES} lines more in the report"] if len(lines) > OUTPUT_LINES else []
    return "".join(f"{' ' * WIDE}| {harmless(line)}\n" for line in [*cut, *lines[-OUTPUT_LINES:]])


def waiting_words(step: Step, until: datetime | None, why: str, zone: ZoneInfo) -> str:
    """What a step waits for, with its newline."""
    name = harmless(step.id)
    if until is not None:
        local = until.astimezone(zone)
        return f"{' ' * WIDE}{name} waits until {local:%Y-%m-%d %H:%M:%S %Z} ({harmless(why)})\n"
    return f"{' ' * WIDE}{name} waits: {harmless(why)}\n"
