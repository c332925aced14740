"""`resume`, `rollback`, and settling what killed runs left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from campctl import errors
from campctl.app.auditing import record_audit, result_words
from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.locking import locked
from campctl.app.phone_secrets import check_file, new_lines
from campctl.app.planning import look, overrides_digest
from campctl.app.refusing import confirm, refuse_conflicts, refuse_guards
from campctl.app.results import Applied, Planned
from campctl.model.changes import Plan
from campctl.model.records import Override
from campctl.model.resources import Line

if TYPE_CHECKING:
    from campctl.ports.backend import Backend
    from campctl.ports.store import Store


class Settled(NamedTuple):
    """What became of killed runs: a sentence for each, and the lines they made, whose secrets were handed to nobody (backend, line)."""

    said: tuple[str, ...] = ()
    lines: tuple[tuple[str, Line], ...] = ()


async def settle(ctx: Context, how: How, backends: Mapping[str, Backend], store: Store, *, skip: bool = False) -> Settled:
    """Look up what killed runs had sent without hearing the answer, and record it; a new plan does the rest.

    `skip`: what was sent to backends that do not answer is left for later.
    """
    unfinished = store.unfinished()
    if not unfinished:
        return Settled()
    from functools import partial

    from campctl.app.asking import ask
    from campctl.apply.settle import SettleInput, settle
    from campctl.planning import decode

    said: list[str] = []
    lines: list[tuple[str, Line]] = []
    for run in unfinished:
        plan = decode(run.plan)
        given = SettleInput(plan=plan, run=run, backends=backends, store=store, clock=ctx.clock)
        try:
            settled = await ask(ctx.clock, partial(settle, given))
        except errors.BackendError as error:
            if not skip:
                raise
            said.append(f"Run {run.id} had not ended; what it had sent to {error.backend} is looked up once that answers.")
            continue
        record_audit(ctx, store, f"settle {run.id}", how, result=result_words(settled), run=run.id)
        said.append(f"Run {run.id} had not ended; what it had sent was looked up and recorded ({result_words(settled)}).")
        states = {entry.change: entry.state for entry in store.journal(run.id)}
        lines += new_lines(plan, states)
    if lines and not how.secrets_file:
        phones = "1 new line has a secret" if len(lines) == 1 else f"{len(lines)} new lines have secrets"
        said.append(f"{phones} that nobody was told: `campctl user secret` and `campctl port secret` make new ones.")
    return Settled(tuple(said), tuple(lines))


async def resume(ctx: Context, how: How) -> Applied | Planned:
    """Finish the newest run that did not end, as it was planned; `errors.NotFound` when all have."""
    from campctl.app.applying import applied
    from campctl.apply.engine import resume
    from campctl.apply.inputs import ApplyInput
    from campctl.planning import decode

    async with ctx.backends() as backends, locked(ctx, how) as (store, stopper):
        unfinished = store.unfinished()
        if not unfinished:
            raise errors.NotFound(
                "Every run has ended; there is nothing to resume.", hint="`campctl plan` tells whether there is more to do."
            )
        run = unfinished[-1]
        plan = decode(run.plan)
        planned = Planned(plan=plan)
        if how.dry_run:
            return planned
        confirm(planned, how)
        record_audit(ctx, store, f"resume {run.id}", how, result="begun", run=run.id)
        report = await resume(
            ApplyInput(
                plan=plan, run=run, backends=backends, store=store, clock=ctx.clock, listeners=how.listeners, wait=how.wait, stopper=stopper
            )
        )
        record_audit(ctx, store, f"resume {run.id}", how, result=result_words(report.run), run=run.id)
        return applied(plan, report)


async def rollback(ctx: Context, how: How, *, run: str) -> Applied | Planned:
    """Undo a run: a plan like any other, from what that run did and what is there now."""
    from campctl.app.applying import execute
    from campctl.app.checks import capabilities_of
    from campctl.planning import RollbackInput, decode, last_states, rollback

    async with ctx.backends() as backends, locked(ctx, how) as (store, stopper):
        if not how.dry_run:
            await settle(ctx, how, backends, store)
        done = store.run(run)
        view = await look(ctx, backends, at=ctx.clock.now())
        able, _ = capabilities_of(ctx.campaign)
        made = rollback(
            RollbackInput(
                campaign=ctx.campaign,
                at=view.at,
                plan=decode(done.plan),
                states=last_states(store.journal(done.id)),
                observed=view.observed,
                owned=view.owned,
                capabilities=able,
                manifest_digest=ctx.loaded.digest,
                overrides_digest=overrides_digest(view.overrides),
            )
        )
        planned = Planned(plan=made)
        if how.dry_run:
            return planned
        refuse_conflicts(made)
        refuse_guards(made, how)
        if made.empty:
            return Applied(run=None, plan=made, states={}, errors={}, warnings=(f"Nothing of run {done.id} is left to undo.",))
        confirm(planned, how)
        if how.secrets_file:
            check_file(Path(how.secrets_file))
        report = await execute(ctx, how, made, backends, store, stopper, what=f"rollback {done.id}", undoes=done.id)
        return replace(report, next_steps=(*report.next_steps, _what_still_wants_it(ctx, decode(done.plan), view.overrides)))


def _what_still_wants_it(ctx: Context, undone: Plan, overrides: Sequence[Override]) -> str:
    """Who would do it again: overrides of the same desks and hotlines, by id, or the manifests."""
    subjects = {story.subject for story in undone.stories}
    now = ctx.clock.now()
    live = [one.id for one in overrides if f"{one.kind}/{one.subject}" in subjects and (one.end is None or one.end > now)]
    if live:
        return f"An override still asks for it, and the next apply would do it again: `campctl override clear {' '.join(live)}` ends it."
    return "The manifests still say what was undone, and the next apply would do it again: take that edit back too (git)."
