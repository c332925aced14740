"""`apply`, `resume`, `rollback`, and the way every verb that changes something takes: lock, look, plan, ask, apply, record.

The order keeps the promises: nothing is asked of a backend before the lock is held, the plan passed its guardrails
and somebody (or --yes) agreed; the audit log hears of the intention before and of the result after.
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.planning import View, look, make_plan, noteworthy, overrides_digest, read_plan
from campctl.app.results import Applied, Planned
from campctl.model.changes import Plan
from campctl.model.records import AuditEntry, Holder, Override, Run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campctl.apply.inputs import ApplyReport, Stopper
    from campctl.ports.backend import Backend
    from campctl.ports.listener import Listener
    from campctl.ports.store import Store

LOCK_TTL = 30.0
"""Seconds after which the lock of a silent holder on another machine may be taken over."""

Wait = Literal["accepted", "configured", "live"]


class How(Struct, frozen=True, kw_only=True):
    """How to apply: what was allowed, how far to wait, and who is told.

    `ask` is shown the plan and says yes or no; None means yes was said already (--yes).
    """

    ask: Callable[[Planned], bool] | None = None
    wait: Wait = "configured"
    reason: str = ""
    allow: frozenset[str] = frozenset()
    """Guardrail flags that were given, such as "--allow-deletes"."""
    listeners: tuple[Listener, ...] = ()
    stopper: Stopper | None = None
    wait_for_lock: float = 0.0
    secrets_file: str = ""
    dry_run: bool = False


def at_once(how: How) -> How:
    """Without a question: for facts that pass (a lit port, seats until 21:00), which are small, targeted and undone in a word."""
    return replace(how, ask=None)


async def apply(ctx: Context, how: How, *, plan_file: str = "", targets: Sequence[str] = (), at: str = "") -> Applied | Planned:
    """Make the backends what the campaign wants now; or carry out a saved plan, if it still fits."""
    del at
    saved = read_plan(Path(plan_file)) if plan_file else None
    return await change(ctx, how, targets=saved.targets if saved else targets, saved=saved)


async def change(
    ctx: Context,
    how: How,
    *,
    targets: Sequence[str] = (),
    saved: Plan | None = None,
    overrides: Sequence[Override] = (),
    clear: Sequence[str] = (),
    commit: Callable[[], None] | None = None,
    diff: str = "",
    what: str = "apply",
) -> Applied | Planned:
    """The one way in which anything is changed.

    `overrides` are added and `clear` ids removed, and `commit` (which writes the YAML edits) is called, once the plan
    was agreed to and before the first request: a crash after that leaves a wish that the next apply fulfils.
    """
    async with ctx.backends() as backends, locked(ctx, how) as (store, stopper):
        settled = () if how.dry_run else await settle(ctx, how, backends, store)
        view = await look(ctx, backends, at=ctx.clock.now(), extra=overrides, targets=() if saved else targets)
        if clear:
            view = _without(ctx, view, clear)
        made = make_plan(ctx, view, targets=targets, may_be_gone=what != "apply")
        if saved is not None:
            _refuse_stale(ctx, saved, view)
            made = saved
        planned = Planned(plan=made, findings=noteworthy(ctx, view), diff=diff)
        if how.dry_run:
            return planned
        _refuse_conflicts(made)
        _refuse_guards(made, how)
        if not made.empty or diff or overrides or clear:
            _confirm(planned, how)
        if how.secrets_file and not made.empty:
            from campctl.app.phone_secrets import check_place

            check_place(Path(how.secrets_file))
        if commit is not None:
            commit()
        _forget_gone(store, view, backends)
        if overrides:
            store.add_overrides(list(overrides))
        if clear:
            store.clear_overrides(list(clear))
        unseen = (f"{name} has nothing to do with this and did not answer: {said}" for name, said in view.silent.items())
        warnings = (*settled, *(finding.detail for finding in view.desired.findings), *unseen)
        if made.empty:
            record_audit(ctx, store, what, how, result="nothing to change")
            return Applied(run=None, plan=made, states={}, errors={}, diff=diff, warnings=warnings)
        applied = await execute(ctx, how, made, backends, store, stopper, what=what)
        return Applied(
            run=applied.run,
            plan=made,
            states=applied.states,
            errors=applied.errors,
            next_steps=applied.next_steps,
            diff=diff,
            warnings=(*warnings, *applied.warnings),
        )


async def execute(
    ctx: Context,
    how: How,
    plan: Plan,
    backends: Mapping[str, Backend],
    store: Store,
    stopper: Stopper,
    *,
    what: str,
    undoes: str = "",
) -> Applied:
    """Carry a plan out as a new run, with its audit entries."""
    from campctl.apply.engine import apply
    from campctl.apply.inputs import ApplyInput
    from campctl.planning import encode

    run = Run(
        id=run_id(ctx),
        started=ctx.clock.now(),
        author=ctx.who,
        command=ctx.command,
        reason=how.reason,
        plan=encode(plan),
        undoes=undoes,
    )
    record_audit(ctx, store, what, how, result="begun", run=run.id)
    report = await apply(
        ApplyInput(
            plan=plan,
            run=run,
            backends=backends,
            store=store,
            clock=ctx.clock,
            listeners=how.listeners,
            wait=how.wait,
            stopper=stopper,
        )
    )
    record_audit(ctx, store, what, how, result=_result_words(report.run), run=run.id)
    handed_out: tuple[str, ...] = ()
    if how.secrets_file:
        from campctl.app.phone_secrets import hand_out

        handed_out = await hand_out(plan, report.states, backends, Path(how.secrets_file), ctx.clock)
    return _applied(plan, report, handed_out)


def _applied(plan: Plan, report: ApplyReport, warnings: tuple[str, ...] = ()) -> Applied:
    """The report for people. A run that the store could not follow to its end is that error, not a report."""
    if isinstance(report.stopped_by, errors.StoreError):
        raise report.stopped_by
    lost = (report.stopped_by.message,) if isinstance(report.stopped_by, errors.LockHeld) else ()
    return Applied(
        run=report.run,
        plan=plan,
        states=dict(report.states),
        errors=dict(report.errors),
        next_steps=_next(report.run),
        warnings=(*warnings, *lost, *_notes(report.notes)),
    )


def _notes(notes: Mapping[str, str]) -> tuple[str, ...]:
    """What is noteworthy of changes that did not fail, alike ones counted."""
    from collections import Counter

    from campctl.findings.text import plural

    return tuple(f"{plural(count, 'change')}: {note}." for note, count in sorted(Counter(notes.values()).items()))


async def settle(ctx: Context, how: How, backends: Mapping[str, Backend], store: Store) -> tuple[str, ...]:
    """Look up what killed runs had sent without hearing the answer, and record it; a new plan does the rest.

    Returns a sentence for each such run.
    """
    unfinished = store.unfinished()
    if not unfinished:
        return ()
    from functools import partial

    from campctl.app.asking import ask
    from campctl.apply.settle import SettleInput, settle
    from campctl.planning import decode

    said = []
    for run in unfinished:
        given = SettleInput(plan=decode(run.plan), run=run, backends=backends, store=store, clock=ctx.clock)
        settled = await ask(ctx.clock, partial(settle, given))
        record_audit(ctx, store, f"settle {run.id}", how, result=_result_words(settled), run=run.id)
        said.append(f"Run {run.id} had not ended; what it had sent was looked up and recorded ({_result_words(settled)}).")
    return tuple(said)


async def resume(ctx: Context, how: How) -> Applied | Planned:
    """Finish the newest run that did not end, as it was planned; `errors.NotFound` when all have."""
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
        _confirm(planned, how)
        record_audit(ctx, store, f"resume {run.id}", how, result="begun", run=run.id)
        report = await resume(
            ApplyInput(
                plan=plan, run=run, backends=backends, store=store, clock=ctx.clock, listeners=how.listeners, wait=how.wait, stopper=stopper
            )
        )
        record_audit(ctx, store, f"resume {run.id}", how, result=_result_words(report.run), run=run.id)
        return _applied(plan, report)


async def rollback(ctx: Context, how: How, *, run: str) -> Applied | Planned:
    """Undo a run: a plan like any other, from what that run did and what is there now."""
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
        _refuse_conflicts(made)
        _refuse_guards(made, how)
        if made.empty:
            return Applied(run=None, plan=made, states={}, errors={}, warnings=(f"Nothing of run {done.id} is left to undo.",))
        _confirm(planned, how)
        applied = await execute(ctx, how, made, backends, store, stopper, what=f"rollback {done.id}", undoes=done.id)
        hint = (
            f"The manifests and overrides still say what run {done.id} did: `campctl plan` would do it again."
            " Take that edit back too (git), or clear the override."
        )
        return Applied(run=applied.run, plan=made, states=applied.states, errors=applied.errors, next_steps=(*applied.next_steps, hint))


def run_id(ctx: Context) -> str:
    """Sortable by time, unique: `20261103-060012-3f9a`."""
    return f"{ctx.clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@asynccontextmanager
async def locked(ctx: Context, how: How) -> AsyncIterator[tuple[Store, Stopper]]:
    """The store and the lock, with a heartbeat; a dry run takes neither."""
    from campctl.apply.inputs import Stopper

    stopper = how.stopper or Stopper()
    if how.dry_run:
        yield ctx.store(), stopper
        return
    from campctl.apply.lease import Lease

    store = ctx.store(write=True)
    now = ctx.clock.now()
    holder = Holder(
        token=secrets.token_hex(8), who=ctx.who, host=platform.node(), pid=os.getpid(), command=ctx.command, since=now, beat=now
    )
    async with Lease(store, holder, ctx.clock, stopper, ttl=LOCK_TTL, wait=how.wait_for_lock):
        yield store, stopper


def _without(ctx: Context, view: View, clear: Sequence[str]) -> View:
    from campctl.effective import desired, present_members, renames

    left = tuple(override for override in view.overrides if override.id not in set(clear))
    wanted = desired(ctx.campaign, view.at, left, present_members(view.observed, renames(ctx.campaign)))
    return replace(view, desired=wanted, overrides=left)


def _forget_gone(store: Store, view: View, backends: Mapping[str, Backend]) -> None:
    """Disown what somebody removed by hand and nobody wants: else it would be missed for ever, or be ours when it is made anew.

    Where changes show late, what is not seen may only not be seen yet.
    """
    gone = [
        (name, key)
        for name, keys in view.owned.items()
        if not backends[name].capabilities.propagation
        for key in keys - view.observed[name].resources.keys() - view.desired.backends.get(name, {}).keys()
    ]
    if gone:
        store.disown(gone)


def _refuse_stale(ctx: Context, saved: Plan, view: View) -> None:
    from campctl.planning import fingerprint, stale

    reasons = stale(
        saved, ctx.loaded.digest, overrides_digest(view.overrides), {name: fingerprint(seen) for name, seen in view.observed.items()}
    )
    if reasons:
        raise errors.StalePlan(
            f"The saved plan no longer fits: {'; '.join(reasons)}. Nothing was changed.",
            hint="Make it anew with `campctl plan --out FILE`.",
        )


def _refuse_conflicts(plan: Plan) -> None:
    if not plan.conflicts:
        return
    first = ", ".join(f"{change.key} on {change.backend}" for change in plan.conflicts[:3])
    more = f" and {len(plan.conflicts) - 3} more" if len(plan.conflicts) > 3 else ""
    raise errors.GuardrailRefused(
        f"campctl did not create {first}{more}, so it leaves them alone. Nothing was changed.",
        guardrails=("not-owned",),
        hint="Take them in with `campctl adopt KIND/ID` (or `--all`), then plan again.",
    )


def _refuse_guards(plan: Plan, how: How) -> None:
    refused = [guard for guard in plan.guards if not guard.flag or guard.flag not in how.allow]
    if refused:
        flags = " ".join(sorted({guard.flag for guard in refused if guard.flag}))
        final = [guard.name for guard in refused if not guard.flag]
        hint = f"If it is meant, repeat with {flags} --reason WHY." if flags and not final else ""
        if final:
            hint = f"No flag overrides {', '.join(final)}: correct the campaign."
        raise errors.GuardrailRefused(
            " ".join(f"{guard.name}: {guard.message}" for guard in refused) + " Nothing was changed.",
            guardrails=tuple(guard.name for guard in refused),
            hint=hint,
        )
    if plan.guards and not how.reason:
        raise errors.UsageError(
            f"Overriding {', '.join(guard.name for guard in plan.guards)} needs a reason, which is audited.", hint="Add --reason WHY."
        )


def _confirm(planned: Planned, how: How) -> None:
    if how.ask is not None and not how.ask(planned):
        raise errors.Unconfirmed("Not confirmed; nothing was changed.")


def record_audit(ctx: Context, store: Store, what: str, how: How, *, result: str, run: str = "") -> None:
    """Who did what, why, and with what result."""
    overridden = f" ({', '.join(sorted(how.allow))})" if how.allow else ""
    store.append_audit(
        AuditEntry(at=ctx.clock.now(), who=ctx.who, what=what + overridden, why=how.reason, command=ctx.command, result=result, run=run)
    )


def _result_words(run: Run) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(run.counts.items()) if count and state in _STATES)
    return f"{run.status}: {counts}" if counts else run.status


_STATES = frozenset({"pending", "accepted", "configured", "live", "failed", "skipped"})


def _next(run: Run) -> tuple[str, ...]:
    if run.status == "done":
        return ()
    if run.status == "interrupted":
        return ("Nothing is lost: `campctl resume` goes on where it stopped.",)
    return (
        f"`campctl history show {run.id}` tells what failed and why.",
        "Mend the cause and run `campctl apply` again: it does only what is missing.",
    )
