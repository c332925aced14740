"""Where a run stands, folded from its journal, and what comes next. Pure: the same journal always says the same.

The journal holds the intent before each act ("begun") and the outcome after it, so whatever is killed when, the fold knows which step
it was in and whether its outcome is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct, field

from campctl.model.runbooks import BookEntry, BookState, Program, Step

MAX_VISITS = 500
"""How often a run comes to one step; a jump back that never ends stops here. Every two minutes of a long day are fewer."""
TRIED: frozenset[str] = frozenset({"run", "shell"})
"""Kinds of steps that change something outside; only these can be left without an outcome."""
PASSED: frozenset[str] = frozenset({"mark", "jump"})
"""Kinds of steps in which nothing happens: whoever goes step by step passes them."""

Outcome = Literal["", "begun", "done", "failed", "skipped", "interrupted"]


class Standing(Struct):
    """Where a run stands. `at`: number of the step whose turn it is. `back`: steps still to be taken back, newest first.

    outcomes: step to its last outcome; undone: those taken back; visits: how often each was come to. done_in_order: steps done, in
    the order in which they were. rolling: the number of the step a roll-back is to end at, None when none is going on.
    """

    at: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    undoing: str = ""
    undo_failed: set[str] = field(default_factory=set)
    visits: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    done_in_order: list[str] = field(default_factory=list)
    confirmations: dict[str, BookEntry] = field(default_factory=dict)
    processes: dict[str, BookEntry] = field(default_factory=dict)
    """Of steps that were begun and have no outcome: the line that says which process it is."""
    rolling: int | None = None
    ended: str = ""
    """"done" or "failed" when an `end` or `fail` step was come to, or the last one was done."""
    last: int = 0


class Do(Struct, frozen=True):
    """Do this step. `again`: its outcome was not known, and it may be repeated."""

    step: Step
    again: bool = False


class Undo(Struct, frozen=True):
    """Take this step back."""

    step: Step


class Decide(Struct, frozen=True):
    """Nobody knows whether this step was done, and it must not be done twice: somebody has to say. `undoing`: its way back was begun."""

    step: Step
    undoing: bool = False


class RollBack(Struct, frozen=True):
    """Begin to take back what was done since a mark (its number; -1: everything)."""

    number: int


class Over(Struct, frozen=True):
    """The run is over. `step`: where it failed; `why`: in words, where no step's outcome says it."""

    status: Literal["done", "failed", "rolled-back"]
    step: str = ""
    why: str = ""


Move = Do | Undo | Decide | RollBack | Over


def numbers(program: Program) -> dict[str, int]:
    """Step to its number."""
    return {step.id: number for number, step in enumerate(program.steps)}


def stand(program: Program, entries: Iterable[BookEntry]) -> Standing:
    """Where the journal leaves the run. Lines about steps that the program does not have (any more) say nothing about what comes next."""
    where = numbers(program)
    found = Standing()
    for entry in entries:
        fold(program, where, found, entry)
    return found


def fold(program: Program, where: Mapping[str, int], found: Standing, entry: BookEntry) -> None:
    """Take one more line in; `where` is `numbers(program)`."""
    found.last = max(found.last, entry.seq)
    if not entry.step:
        _fold_run(found, entry)
        return
    number = where.get(entry.step)
    if number is None:
        return
    step, state = program.steps[number], entry.state
    if state == "process":
        found.processes[step.id] = entry
        return
    if state not in {"confirmed", "declined"}:
        found.processes.pop(step.id, None)
    if state == "begun":
        if entry.attempt <= 1:
            found.visits[step.id] = found.visits.get(step.id, 0) + 1
        found.at, found.attempts[step.id] = number, entry.attempt
        found.outcomes[step.id] = "begun"
    elif state in {"confirmed", "declined"}:
        if number == found.at:  # of two who answer at once, the second answers nothing: not the next time it is asked either
            found.confirmations[step.id] = entry
    elif state == "reset" and found.undoing == step.id and found.rolling is None:
        found.undoing = ""  # one step's way back that was not gone: what was done is still so
    elif state in {"interrupted", "reset"}:
        found.outcomes[step.id] = "interrupted" if state == "interrupted" else ""
        found.attempts[step.id] = 0
        found.visits.pop(step.id, None)
        if state == "reset":
            found.confirmations.pop(step.id, None)
            found.undoing = ""
            found.undo_failed.discard(step.id)
        found.at = number
    elif state in {"done", "skipped", "failed"}:
        _settle(program, where, found, number, state)
    elif state in {"undo-begun", "undone", "undo-failed"}:
        _fold_undo(where, found, step.id, state)


def _fold_undo(where: Mapping[str, int], found: Standing, step: str, state: BookState) -> None:
    """Part of a roll-back, or one step taken back by hand: then the run stands at it again, and comes anew to those below."""
    found.undoing = step if state == "undo-begun" else ""
    if state == "undone":
        found.undone.add(step)
        if found.rolling is None:
            found.at, found.ended = where[step], ""
            for name, outcome in found.outcomes.items():
                if outcome == "failed" or where.get(name, -1) >= found.at:
                    found.outcomes[name] = ""
            found.visits.clear()
    elif state == "undo-failed" and found.rolling is not None:
        found.undo_failed.add(step)


def _fold_run(found: Standing, entry: BookEntry) -> None:
    if entry.state == "rolling-back":
        found.rolling = entry.attempt
    elif entry.state == "resumed":
        found.visits.clear()


def _settle(program: Program, where: Mapping[str, int], found: Standing, number: int, state: BookState) -> None:
    step = program.steps[number]
    found.attempts[step.id] = 0
    found.confirmations.pop(step.id, None)
    if state == "failed":
        found.outcomes[step.id] = "failed"
        if step.kind in TRIED:
            _remember(found, step.id)
            found.undone.discard(step.id)
        found.at = after_failure(program, where, number)
        return
    found.outcomes[step.id] = "done" if state == "done" else "skipped"
    found.undone.discard(step.id)
    if state == "done":
        _remember(found, step.id)
    found.at = number + 1
    if state == "done" and step.kind == "jump":
        found.at = where[step.target]
    elif state == "done" and step.kind in {"end", "fail"}:
        found.at, found.ended = number, "done" if step.kind == "end" else "failed"


def _remember(found: Standing, step: str) -> None:
    """Newest last, each once."""
    if step in found.done_in_order:
        found.done_in_order.remove(step)
    found.done_in_order.append(step)


def after_failure(program: Program, where: Mapping[str, int], number: int) -> int:
    """Whose turn it is after a step failed for good: its own, where the run stops there."""
    step = program.steps[number]
    if step.failure == "continue":
        return number + 1
    return where[step.target] if step.failure == "jump" else number


def mark_number(program: Program, target: str) -> int:
    """The number of the mark a roll-back goes to; -1 for the very beginning."""
    return numbers(program).get(target, -1) if target else -1


def to_undo(program: Program, found: Standing) -> list[Step]:
    """What a roll-back still has to take back, newest first: done or begun after the mark, with a way back that was not gone yet."""
    if found.rolling is None:
        return []
    where = numbers(program)
    mark = program.steps[found.rolling].id if found.rolling >= 0 else ""
    order = found.done_in_order
    # A mark that was left out (`--from`) is before all that stands below it.
    since = order[order.index(mark) + 1 :] if mark in order else [name for name in order if where.get(name, -1) > found.rolling]
    steps = [program.steps[where[name]] for name in reversed(since) if name in where]
    return [step for step in steps if step.undo is not None and step.id not in found.undone and step.id not in found.undo_failed]


def deeds(program: Program, found: Standing) -> list[Step]:
    """Steps that did something outside and were not taken back, the newest first."""
    where = numbers(program)
    steps = (program.steps[where[name]] for name in reversed(found.done_in_order) if name in where)
    return [step for step in steps if step.kind in TRIED and step.id not in found.undone]


def coming(program: Program, found: Standing) -> Step | None:
    """The step that whoever goes step by step does next, as far as it is known before: marks and jumps are passed. None: none."""
    where, at = numbers(program), found.at
    for _ in range(len(program.steps) + 1):
        if at >= len(program.steps):
            return None
        step = program.steps[at]
        if step.kind not in PASSED:
            return step
        at = where[step.target] if step.kind == "jump" else at + 1
    return None


def next_move(program: Program, found: Standing) -> Move:
    """What comes next. A run that failed stays at its step until somebody resumes it."""
    if found.undoing:
        step = program.steps[numbers(program)[found.undoing]]
        return Decide(step, undoing=True) if step.unsafe or step.undo is None else Undo(step)
    if found.rolling is not None:
        left = to_undo(program, found)
        return Undo(left[0]) if left else Over("failed" if found.undo_failed else "rolled-back")
    if found.ended:
        step_id = program.steps[found.at].id
        return Over("done" if found.ended == "done" else "failed", "" if found.ended == "done" else step_id)
    if found.at >= len(program.steps):
        return Over("done")
    step = program.steps[found.at]
    outcome = found.outcomes.get(step.id, "")
    if outcome in {"begun", "interrupted"} and step.kind in TRIED:
        return Decide(step) if step.unsafe else Do(step, again=True)
    if outcome == "failed" and step.failure == "roll-back":
        return RollBack(mark_number(program, step.target))
    if outcome == "failed" and step.failure == "stop":
        return Over("failed", step.id)
    if found.visits.get(step.id, 0) >= MAX_VISITS:
        return Over("failed", step.id, f"`{step.id}` was come to {MAX_VISITS} times; a jump back that never ends stops here")
    return Do(step)
