"""What the next step of a run would do, before it is done: what a verb's --dry-run says, or the very command; nothing is changed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from zoneinfo import ZoneInfo

from campctl import errors
from campctl.app.context import Context
from campctl.app.results import Message
from campctl.app.running_books import Asked, Crew, require_step
from campctl.app.running_books_edits import edits
from campctl.app.running_books_hands import PROGRAM, argv_of, environment, look, tidy
from campctl.app.running_books_lint import program_of, what_of
from campctl.app.running_books_report import find_run, program_of_run
from campctl.app.running_books_undo import harmless, to_take_back
from campctl.model.runbooks import Act, Program, Step
from campctl.runbook.progress import Decide, Over, Standing, Undo, coming, next_move, numbers, stand
from campctl.runbook.verbs import Verbs

PATIENCE: Final = 60.0
"""Seconds that a look at one step may take."""
MOST_STEPS: Final = 12
"""Steps to come that are named."""


async def next_step(ctx: Context, run_id: str, asked: Asked, crew: Crew) -> Message:
    """What `runbook resume` would do first: with `asked.most` that is all of it."""
    store = ctx.store()
    book = find_run(store, run_id, states=())
    program = program_of_run(book)
    require_step(numbers(program), asked.until, f"`campctl runbook status {book.id}` lists them.")
    if (difference := edits(ctx, book, program)) and not asked.accept_edit:
        raise errors.RunbookEdited(
            f"The runbook was edited since run {book.id} began.",
            diff=difference,
            hint=f"Undo the edit, or go on with it: campctl runbook resume {book.id} --accept-edit",
        )
    standing = stand(program, store.book_entries(book.id))
    move = next_move(program, standing)
    if book.status in {"done", "rolled-back"} or (isinstance(move, Over) and move.status != "failed"):
        raise errors.UsageError(f"Run {book.id} is over; there is no next step.", hint=f"Run it anew: campctl runbook run {book.book}")
    if isinstance(move, Decide) and not asked.assume:
        raise errors.Undecided(
            f"Nobody knows whether `{move.step.id}` was done, and it must not be done twice.",
            hint=f"Look, then say it: campctl runbook resume {book.id} --assume done, or --assume not-done.",
        )
    if isinstance(move, Undo):
        return await _told(ctx, crew.verbs, program, move.step, book.id, back=True)
    step = coming(program, standing)
    if step is None:
        return Message(text="Nothing is left to be done: the run ends.", data={"run": book.id, "step": ""})
    return await _told(ctx, crew.verbs, program, step, book.id, after=() if asked.most else _after(program, step), standing=standing)


async def first_step(ctx: Context, name: str, asked: Asked, crew: Crew) -> Message:
    """What `runbook run` would do first."""
    program = program_of(ctx, crew.verbs, name, asked.given)
    require_step(numbers(program), asked.from_step, f"`campctl runbook show {name}` lists them.")
    standing = Standing(at=numbers(program).get(asked.from_step, 0))
    step = coming(program, standing)
    if step is None:
        return Message(text="There is nothing to be done.", data={"run": "", "step": ""})
    return await _told(ctx, crew.verbs, program, step, "", after=() if asked.most else _after(program, step), standing=standing)


async def way_back(ctx: Context, run_id: str, step_id: str, crew: Crew) -> Message:
    """What `runbook undo` would do."""
    store = ctx.store()
    book = find_run(store, run_id, states=())
    program = program_of_run(book)
    step = to_take_back(store, book, program, ctx.clock.now(), crew.verbs, step_id)
    return await _told(ctx, crew.verbs, program, step, book.id, back=True)


def _after(program: Program, step: Step) -> tuple[Step, ...]:
    return tuple(one for one in program.steps[numbers(program)[step.id] + 1 :] if one.kind not in {"mark", "jump"})


async def _told(
    ctx: Context,
    verbs: Verbs,
    program: Program,
    step: Step,
    run: str,
    *,
    back: bool = False,
    after: Sequence[Step] = (),
    standing: Standing | None = None,
) -> Message:
    """In words, and as data: `argv` or `script` is what is run, `plan` what a dry run of it says."""
    zone = ZoneInfo(program.zone)
    act = step.undo if back else step.act
    said: dict[str, Any] = {"run": run, "step": step.id, "kind": step.kind, "about": step.title, "role": step.role, "planned": step.at}
    lines = [f"Takes `{step.id}` back." if back else f"Next is `{step.id}`{f': {step.title}' if step.title else ''}."]
    if step.at is not None and not back and step.at > ctx.clock.now():
        lines.append(f"It is planned for {step.at.astimezone(zone):%Y-%m-%d %H:%M %Z}, and waits until then.")
    if step.when and not back:
        lines.append(f"It is left out unless {step.when}.{await _now(ctx, step.when, standing)}")
    if act is not None:
        words, plan = await _acts(ctx, verbs, program, step, act, run)
        said |= {"argv": list(act.argv), "script": act.script, "plan": plan}
        lines += ["", *words, *(["", plan] if plan else [])]
    elif step.kind in {"expect", "wait"} and step.text:
        lines += ["", f"{'Checks' if step.kind == 'expect' else 'Waits until'}: {step.text}{await _now(ctx, step.text, standing)}"]
    elif step.kind == "confirm":
        people = ", ".join(program.roles.get(step.role, ())) or "anybody"
        if standing is not None and (given := standing.confirmations.get(step.id)) is not None:
            lines.append(f"{given.who} said {'yes' if given.state == 'confirmed' else 'no'} already.")
        lines += ["", f"Asks {f'the {step.role} ({people})' if step.role else 'anybody'}, and waits for the answer:", "", step.text]
    else:
        lines += ["", {"note": "Read out:", "wait": "Waits:"}.get(step.kind, "Ends the run:"), "", what_of(step, program.zone)]
    if act is not None and not back and not harmless(step, verbs):
        lines += ["", _back_words(step)]
    if after:
        names = ", ".join(f"`{one.id}`" for one in after[:MOST_STEPS])
        lines += ["", f"Then {names}{f' and {len(after) - MOST_STEPS} more' if len(after) > MOST_STEPS else ''}."]
    return Message(text="\n".join(lines), data=said)


def _back_words(step: Step) -> str:
    if step.undo is not None:
        return f"Way back: {step.undo.words}"
    if step.kind == "run":
        return "Way back: none of its own; the overrides it makes can be ended, or its run rolled back."
    return "Way back: none."


async def _now(ctx: Context, expectation: str, standing: Standing | None) -> str:
    found = await look(ctx, expectation, standing or Standing())
    holds = {True: "holds", False: "does not hold", None: "is not known"}[found.holds]
    return f" Now it {holds}: {found.words}." if found.words else f" Now it {holds}."


async def _acts(ctx: Context, verbs: Verbs, program: Program, step: Step, act: Act, run: str) -> tuple[list[str], str]:
    """The command as it would be run, and the plan where the verb can tell it."""
    import shlex

    if act.kind == "shell":
        how = "By `sh -c`, in the campaign's folder:" if act.script else "Without a shell, in the campaign's folder:"
        return [how, "", act.script or shlex.join(act.argv)], ""
    verb = verbs.of(act.argv)
    argv = argv_of(act, step, program, verbs)
    if verb is None or not verb.changes or "--dry-run" not in verb.options or "--dry-run" in argv:
        return [f"$ {shlex.join(['campctl', *argv])}"], ""
    plan = await _dry([*PROGRAM, "-C", str(ctx.root), *argv, "--dry-run"], environment(ctx.environ, program, run), ctx)
    return [f"$ {shlex.join(['campctl', *argv])}"], plan


async def _dry(argv: Sequence[str], env: Mapping[str, str], ctx: Context) -> str:
    """What a dry run says."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=ctx.root,
        env={**env, "CAMPCTL_USER": ctx.who, "COLUMNS": "72"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        return f"Its plan was not known within {PATIENCE:g} s."
    return tidy(said.decode("utf-8", "replace"), ())
