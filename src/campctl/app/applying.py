"""`apply`, and the way every verb that changes something takes: lock, look, plan, ask, apply, record.

The order keeps the promises: nothing is asked of a backend before the lock is held, the plan passed its guardrails
and somebody (or --yes) agreed; the audit log hears of the intention before and of the result after.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.auditing import record_audit, result_words
from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.locking import locked
from campctl.app.planning import View, look, make_plan, noteworthy, read_plan
from campctl.app.refusing import confirm, refuse_conflicts, refuse_guards, refuse_other, refuse_stale
from campctl.app.results import Applied, Planned
from campctl.model.changes import Guard, Plan
from campctl.model.records import Override, Run

if TYPE_CHECKING:
    from campctl.apply.inputs import ApplyReport, Stopper
    from campctl.model.resources import Line
    from campctl.ports.backend import Backend
    from campctl.ports.store import Store


APPLY: Final = "apply"


class Wish(Struct, frozen=True, kw_only=True):
    """What a verb wants changed.

    overrides: to be added; clear: ids of those to be ended. commit writes the YAML edits that `diff` shows. All three
    happen once the plan was agreed to and before the first request: a crash after that leaves a wish that the next
    apply fulfils. what: the verb, for the audit log. guards, remarks: what the verb itself has to say about the plan.
    skip: go on without backends that do not answer. lasting: go by the manifests as they were read while those written now have errors.
    """

    targets: Sequence[str] = ()
    overrides: Sequence[Override] = ()
    clear: Sequence[str] = ()
    commit: Callable[[], None] | None = None
    diff: str = ""
    what: str = APPLY
    guards: tuple[Guard, ...] = ()
    remarks: tuple[str, ...] = ()
    skip: bool = False
    lasting: bool = False

    @property
    def empty(self) -> bool:
        """Nothing but to look whether all is as it should be."""
        return not (self.overrides or self.clear or self.diff)


Chosen: TypeAlias = "Callable[[Mapping[str, Backend]], Awaitable[Wish]]"
"""Makes a wish once the lock is held and what a killed run left is settled, so that two at once never choose the same desk."""


async def apply(ctx: Context, how: How, *, plan_file: str = "", targets: Sequence[str] = (), skip: bool = False) -> Applied | Planned:
    """Make the backends what the campaign wants now; or carry out a saved plan, if it still fits.

    `skip`: without the backends that do not answer.
    """
    saved = read_plan(Path(plan_file)) if plan_file else None
    return await change(ctx, how, Wish(targets=saved.targets if saved else targets, skip=skip), saved=saved)


async def change(ctx: Context, how: How, wish: Wish | Chosen, *, saved: Plan | None = None) -> Applied | Planned:
    """The one way in which anything is changed. What depends on what others did a moment ago is chosen under the lock."""
    from campctl.app.recovering import Settled, settle

    async with ctx.backends() as backends, locked(ctx, how) as (store, stopper):
        ctx = ctx if how.dry_run else _as_written_now(ctx, wish)
        settled = Settled() if how.dry_run else await settle(ctx, how, backends, store, skip=isinstance(wish, Wish) and wish.skip)
        if not isinstance(wish, Wish):
            wish = await wish(backends)
        if wish.overrides:
            wish = replace(wish, overrides=_named_anew(wish.overrides, {item.id for item in store.overrides()}))
        targets = () if saved else wish.targets
        view = await look(ctx, backends, at=ctx.clock.now(), extra=wish.overrides, without=wish.clear, targets=targets, skip=wish.skip)
        made = make_plan(ctx, view, targets=wish.targets, may_be_gone=wish.what != APPLY)
        if wish.guards or wish.remarks:
            made = replace(made, guards=(*made.guards, *wish.guards), remarks=(*wish.remarks, *made.remarks))
        if saved is not None:
            refuse_stale(ctx, saved, made, view)
        planned = Planned(plan=made, findings=noteworthy(ctx, view), diff=wish.diff)
        if how.dry_run:
            return planned
        refuse_conflicts(made)
        refuse_guards(made, how)
        refuse_other(made, how)
        if not made.empty or not wish.empty:
            confirm(planned, how)
        if how.secrets_file and (settled.lines or not made.empty):
            from campctl.app.phone_secrets import check_file

            check_file(Path(how.secrets_file))
        _fulfil(wish, store)
        _forget_gone(store, view, backends)
        why = "was left out, because it" if wish.skip else "has nothing to do with this and"
        unseen = (f"{name} {why} did not answer: {said}" for name, said in view.silent.items())
        warnings = (*settled.said, *_of_this(wish, made, view), *unseen)
        if made.empty:
            if not wish.empty:
                record_audit(ctx, store, wish.what, how, result="nothing to change on the backends")
            _came_back(wish, view, made, store)
            told = await _hand_out(ctx, how, backends, settled.lines) if settled.lines else ()
            return Applied(
                run=None, plan=made, states={}, errors={}, diff=wish.diff, warnings=(*warnings, *told), silent=tuple(view.silent)
            )
        done = await execute(ctx, how, made, backends, store, stopper, what=wish.what, untold=settled.lines)
        if done.run is not None and done.run.status == "done":
            _came_back(wish, view, made, store)
        return replace(done, diff=wish.diff, warnings=(*warnings, *done.warnings), silent=tuple(view.silent))


def _as_written_now(ctx: Context, wish: Wish | Chosen) -> Context:
    """The campaign that a plan made under the lock is for; `errors.StalePlan` where the manifests say something else by now.

    Whoever had the lock before may have added people, whose phones a plan of earlier manifests would remove. `apply` itself
    wants whatever is written, and reads it.
    """
    if not ctx.loaded.outdated():
        return ctx
    fresh, before = ctx.again(), ctx.campaign
    if isinstance(wish, Wish) and wish.lasting and any(finding.severity == "error" for finding in fresh.findings):
        return ctx
    plain = isinstance(wish, Wish) and wish.what == APPLY and not ctx.overlay
    if plain and (fresh.campaign.backends, fresh.campaign.store) == (before.backends, before.store):
        return fresh
    raise errors.StalePlan(
        "The manifests were changed by somebody else since campctl read them. Nothing was changed.",
        hint="Repeat the command; it then goes by what is written now.",
    )


def _named_anew(overrides: Sequence[Override], taken: set[str]) -> list[Override]:
    """The overrides, with other names for those whose name another has already: they are short, for people, and made up."""
    found: list[Override] = []
    for one in overrides:
        name = one.id
        while name in taken:
            name = f"{one.id[:-6]}{secrets.token_hex(3)}"
        taken.add(name)
        found.append(one if name == one.id else replace(one, id=name))
    return found


def _of_this(wish: Wish, plan: Plan, view: View) -> tuple[str, ...]:
    """What cannot be fulfilled now; of a verb about a few things, only what is about them or what the plan touches."""
    about = {*wish.targets, *(story.subject for story in plan.stories)}
    return tuple(
        finding.detail
        for finding in view.desired.findings
        if not wish.targets or finding.at is None or f"{finding.at.section.removesuffix('s')}/{finding.at.id}" in about
    )


def _fulfil(wish: Wish, store: Store) -> None:
    """What is kept of a wish, in YAML and store."""
    if wish.commit is not None:
        wish.commit()
    if wish.overrides:
        store.add_overrides(list(wish.overrides))
    if wish.clear:
        store.clear_overrides(list(wish.clear))


def _came_back(wish: Wish, view: View, made: Plan, store: Store) -> None:
    """Forget evacuations that are over, once everybody sits where they sat before: by a plan about everything, or about them."""
    from campctl.effective import ended

    new = {item.id for item in wish.overrides}
    over = [item.id for item in view.overrides if item.kind == "office" and ended(item, view.at) and (item.id in new or not made.targets)]
    if over and not view.silent:
        store.clear_overrides(over)


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
    untold: tuple[tuple[str, Line], ...] = (),
) -> Applied:
    """Carry a plan out as a new run, with its audit entries. `untold`: lines that killed runs made, which get secrets along."""
    from campctl.apply.engine import apply
    from campctl.apply.inputs import ApplyInput
    from campctl.planning import encode

    run = Run(
        id=_run_id(ctx, store),
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
    try:
        record_audit(ctx, store, what, how, result=result_words(report.run), run=run.id)
    except errors.StoreError as error:
        raise _midway(report, error) from None
    handed_out: tuple[str, ...] = ()
    if how.secrets_file:
        from campctl.app.phone_secrets import new_lines

        handed_out = await _hand_out(ctx, how, backends, (*untold, *new_lines(plan, report.states)))
    return applied(plan, report, handed_out)


async def _hand_out(ctx: Context, how: How, backends: Mapping[str, Backend], lines: Sequence[tuple[str, Line]]) -> tuple[str, ...]:
    """Secrets for lines, when a file for them was named."""
    if not how.secrets_file:
        return ()
    from campctl.app.phone_secrets import hand_out

    return await hand_out(lines, backends, Path(how.secrets_file), ctx.clock)


def applied(plan: Plan, report: ApplyReport, warnings: tuple[str, ...] = ()) -> Applied:
    """The report for people. A run that the store could not follow to its end is that error, not a report."""
    if isinstance(report.stopped_by, errors.StoreError):
        raise _midway(report, report.stopped_by)
    lost = (report.stopped_by.message,) if isinstance(report.stopped_by, errors.LockHeld) else ()
    return Applied(
        run=report.run,
        plan=plan,
        states=dict(report.states),
        errors=dict(report.errors),
        next_steps=_next(report.run),
        warnings=(*warnings, *lost, *_notes(report.notes)),
        stopped=report.stopped_by is not None,
    )


def _midway(report: ApplyReport, error: errors.StoreError) -> errors.StoreError:
    """A store that is lost in mid-run says of itself that nothing was written to it; what the exchanges hold is another matter."""
    sent = "what it had sent before may be done, and is looked up by the next run"
    return type(error)(f"Run {report.run.id} was stopped midway: {sent}. {error.message}", hint=error.hint)


def _notes(notes: Mapping[str, str]) -> tuple[str, ...]:
    """What is noteworthy of changes that did not fail, alike ones counted."""
    from collections import Counter

    from campctl.findings.text import plural

    return tuple(f"{plural(count, 'change')}: {note}." for note, count in sorted(Counter(notes.values()).items()))


def _run_id(ctx: Context, store: Store) -> str:
    """Sortable by time, and nobody else's: `20261103-060012-3f9a`. Clocks may stand still, and scripts are quick."""
    while True:
        made = f"{ctx.clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        try:
            store.run(made)
        except errors.NotFound:
            return made


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


def _next(run: Run) -> tuple[str, ...]:
    if run.status == "done":
        return ()
    if run.status == "interrupted":
        return ("Nothing is lost: `campctl resume` goes on where it stopped.",)
    return (
        f"`campctl history show {run.id}` tells what failed and why.",
        "Mend the cause and run `campctl apply` again: it does only what is missing.",
    )
