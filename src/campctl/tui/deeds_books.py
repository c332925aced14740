"""What a key means for a runbook, a run, or the step of one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campctl.errors import UsageError
from campctl.tui.intents_books import Answer, Halt, Step

if TYPE_CHECKING:
    from campctl.app.running_books_rows import BookRow

OVER = ("done", "rolled-back")


def step_of(row: BookRow | None, *, far: bool) -> Step:
    """The next step, or all that are left; a runbook of which no run goes on is begun."""
    if row is None:
        raise UsageError("There is no runbook here.", hint="Pick one with the arrows.")
    if row.followed:
        raise UsageError(
            f"Run {row.run} is followed already, by {row.who}.",
            hint="y and n answer what it asks." if row.state == "asks" else "x ends it at its next step; then s goes step by step.",
        )
    if row.state == "decide":
        raise UsageError(
            f"Nobody knows whether `{row.step}` was done, and it must not be done twice.",
            hint=f"Look, then :runbook resume {row.run} --assume done, or not-done.",
        )
    if row.state in OVER:
        return Step(book=row.book, far=far)
    return Step(book=row.book, run=row.run, far=far)


def answer_of(row: BookRow | None, *, yes: bool) -> Answer:
    """Yes or no to what a run asks."""
    if row is None or row.state != "asks":
        raise UsageError("Nothing is asked here.", hint="A run whose State is `asks` waits for an answer.")
    return Answer(run=row.run, step=row.step, role=row.role, yes=yes)


def halt_of(row: BookRow | None) -> Halt:
    """End a run at its next step."""
    if row is None or not row.followed:
        raise UsageError("Nobody follows this now.", hint="Pick a run that goes on.")
    return Halt(run=row.run)
