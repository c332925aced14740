"""`runbook undo`: the step that was done last, taken back by its own way back, or by that of what its verb did."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.locking import this_process
from campctl.app.running_books import Asked, Crew, follow, require_step
from campctl.app.running_books_hands import reason_of, require_secrets
from campctl.app.running_books_left import outlived
from campctl.app.running_books_report import BookReport, find_run, program_of_run
from campctl.app.running_books_status import TTL, audit
from campctl.model.runbooks import Act, BookEntry, BookRun, Program, Step
from campctl.runbook.progress import TRIED, deeds, numbers, stand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campctl.ports.store import Store
    from campctl.runbook.verbs import Verbs


async def undo(ctx: Context, run_id: str, step_id: str, crew: Crew) -> BookReport:
    """Take back the step of a run that changed something last (`step_id`, if given, has to be it); the run stands at it again.

    `errors.UsageError` where it has no way back.
    """
    store = ctx.store(write=True)
    book = find_run(store, run_id, states=())
    holder = this_process(ctx)
    store.follow_book(book.id, holder, TTL)
    try:
        program = program_of_run(book)
        step = to_take_back(store, book, program, ctx.clock.now(), crew.verbs, step_id)
        require_secrets(ctx.environ, program)
        await outlived(ctx, store, book, program, crew, holder.token, assume=False)
        audit(ctx, store, f"runbook undo {step.id}", book, "begun")
        program = replace(program, steps=tuple(step if one.id == step.id else one for one in program.steps))
    except BaseException:
        with suppress(errors.StoreError):
            store.leave_book(holder.token)
        raise
    report = await follow(ctx, store, book, program, holder, Asked(), crew, back=step)
    last = [line for line in report.lines if line.step == step.id][-1]
    return replace(report, taken_back=last.undone == "undone")


def to_take_back(store: Store, book: BookRun, program: Program, now: datetime, verbs: Verbs, step_id: str = "") -> Step:
    """The step that would be taken back, with its way back as its `undo`; `errors.UsageError` in words where nothing can be."""
    require_step(numbers(program), step_id, f"`campctl runbook status {book.id}` lists them.")
    entries = store.book_entries(book.id)
    standing = stand(program, entries)
    if standing.rolling is not None:
        raise errors.UsageError(f"Run {book.id} was rolled back already.", hint=f"Run it anew: campctl runbook run {book.book}")
    if standing.outcomes.get(program.steps[standing.at].id if standing.at < len(program.steps) else "") in {"begun", "interrupted"}:
        at = program.steps[standing.at]
        if at.kind in TRIED:
            raise errors.UsageError(
                f"Nobody knows whether `{at.id}` was done.", hint=f"Go on with it, or say what came of it: campctl runbook resume {book.id}"
            )
    step = next((one for one in deeds(program, standing) if not harmless(one, verbs)), None)
    if step is None:
        raise errors.UsageError(f"Run {book.id} has done nothing that could be taken back.", hint="Checks, waits and notes change nothing.")
    if step_id and step_id != step.id:
        raise errors.UsageError(
            f"`{step.id}` was done after `{step_id}`." if step_id in standing.done_in_order else f"`{step_id}` was not done.",
            hint=f"The newest comes first: campctl runbook undo {book.id} {step.id}",
        )
    act = step.undo or derived(store, program, step, entries, now)
    if act is None:
        raise errors.UsageError(
            f"`{step.id}` has no way back (`undo`), and left no run or override that could be taken back.",
            hint="Look at what it did (`campctl runbook report`), and undo it by hand.",
        )
    return replace(step, undo=act)


def harmless(step: Step, verbs: Verbs) -> bool:
    """Whether a step only looks: a verb that changes nothing, without a way back of its author's."""
    verb = verbs.of(step.act.argv) if step.kind == "run" and step.act is not None else None
    return verb is not None and not verb.changes and step.undo is None


def derived(store: Store, program: Program, step: Step, entries: Sequence[BookEntry], now: datetime) -> Act | None:
    """The way back of a verb that says none: its overrides end, or its run is rolled back. Known by their reason, since it began."""
    begun = max((entry for entry in entries if entry.step == step.id and entry.state == "begun"), key=lambda entry: entry.seq, default=None)
    if step.kind != "run" or begun is None:
        return None
    reason = reason_of(program, step)
    made = [one.id for one in store.overrides() if one.reason == reason and one.start >= begun.at and (one.end is None or one.end > now)]
    if made:
        return Act(kind="run", argv=("override", "clear", *made))
    runs = [one for one in store.runs(50) if one.reason == reason and one.started >= begun.at and one.counts]
    return Act(kind="run", argv=("rollback", runs[0].id)) if runs else None
