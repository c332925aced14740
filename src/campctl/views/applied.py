"""What an apply did and did not do, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from campctl.app.results import Applied
from campctl.model.changes import Story
from campctl.views.page import Page
from campctl.views.plan import grouped, heading, price_lines
from campctl.views.sheet import Sheet
from campctl.views.text import count, seconds

STATES = (
    ("live", "green", "live"),
    ("configured", "green", "configured"),
    ("accepted", "yellow", "accepted, not read back"),
    ("failed", "bold red", "failed"),
    ("skipped", "yellow", "skipped"),
    ("pending", "yellow", "not done"),
)
MOST = 6
"""More stories than this are told by verb."""


def applied(result: Applied, sheet: Sheet) -> None:
    """The outcome by story, failures by change, then the next steps."""
    page = sheet.page
    if result.run is None:
        page.line("Nothing to do: the backends are as the campaign wants them.")
    else:
        _told(result, page)
        _failures(result, page)
        _closing(result, page)
        for text in price_lines(result.plan):
            page.line(text)
    for warning in result.warnings:
        sheet.words.line(("bold yellow", "Warning: "), warning)
    for step in result.next_steps:
        sheet.words.line(("cyan", "Next: "), step)


def _told(result: Applied, page: Page) -> None:
    """Stories that came true, and those that did not: each while they are few, else counted by verb."""
    bad = {name for name, state in result.states.items() if state in {"failed", "skipped", "pending"}}
    done = [story for story in result.plan.stories if not bad.intersection(story.changes)]
    undone = [story for story in result.plan.stories if bad.intersection(story.changes)]
    if len(done) <= MOST:
        for story in done:
            page.line(("green", "done  "), story.text, hang=6)
    else:
        for group in grouped(done):
            page.line(("green", "done  "), heading(group) if len(group) > 1 else group[0].text, hang=6)
    for story in undone[:MOST]:
        page.line(("bold red", "not   "), story.text, hang=6)
    if len(undone) > MOST:
        page.line(("bold red", "not   "), f"... and {len(undone) - MOST:,} more: {_verbs(undone[MOST:])}", hang=6)


def _verbs(stories: Sequence[Story]) -> str:
    return ", ".join(heading(group).lower() for group in grouped(stories))


def _failures(result: Applied, page: Page) -> None:
    shown = sorted(result.errors.items())
    for change, why in shown[:MOST]:
        page.line(("red", f"{result.states.get(change, 'failed')} "), f"{change}: {why}", indent=2)
    if len(shown) > MOST:
        page.line(f"... and {len(shown) - MOST:,} more", indent=2)


def _closing(result: Applied, page: Page) -> None:
    assert result.run is not None
    states = Counter(result.states.values())
    states["pending"] += sum(change.id not in result.states for change in result.plan.changes)
    parts = [f"{states[state]:,} {words}" for state, _, words in STATES if states[state]]
    took = f" in {seconds((result.run.ended - result.run.started).total_seconds())}" if result.run.ended else ""
    style = "bold green" if result.run.status == "done" else "bold yellow" if result.run.status == "interrupted" else "bold red"
    page.line((style, f"Run {result.run.id} {result.run.status}{took}"), f": {', '.join(parts) or count(0, 'change')}.")
