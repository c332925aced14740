"""What a run of a runbook came to: who did what when, planned against actual. A value; views draw it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.running_books_lint import what_of
from campctl.model.runbooks import BookEntry, BookRun, BookStatus, Program, Step
from campctl.runbook.progress import Decide, Do, Over, next_move, stand

if TYPE_CHECKING:
    from campctl.ports.store import Store

StepState = Literal["", "running", "done", "failed", "skipped", "no outcome", "interrupted"]


class StepLine(Struct, frozen=True, kw_only=True):
    """One time a step was come to; of a step nobody came to yet, one without `began`. `late`: seconds after its planned time."""

    step: str
    kind: str
    what: str
    about: str = ""
    role: str = ""
    planned: datetime | None = None
    began: datetime | None = None
    ended: datetime | None = None
    took: float | None = None
    late: float | None = None
    state: StepState = ""
    attempts: int = 0
    who: str = ""
    detail: str = ""
    output: str = ""
    code: int | None = None
    undone: Literal["", "undone", "undo failed"] = ""


class Event(Struct, frozen=True, kw_only=True):
    """Something about the whole run: begun, resumed, edited, stopped, rolled back, ended."""

    at: datetime
    what: str
    who: str
    detail: str = ""


class BookReport(Struct, frozen=True, kw_only=True):
    """A run. `turn`: the step whose turn it is; `waits`: what it waits for; `next_steps`: what to do now."""

    run: BookRun
    about: str
    zone: str
    day: str
    variables: dict[str, str]
    lines: tuple[StepLine, ...]
    events: tuple[Event, ...]
    turn: str = ""
    undecided: bool = False
    followed_by: str = ""
    next_steps: tuple[str, ...] = ()
    rehearsal: bool = False
    warnings: tuple[str, ...] = ()
    taken_back: bool | None = None
    """Whether the one step that was to be taken back was; None when there was none."""


def program_of_run(run: BookRun) -> Program:
    """The program a run follows; `errors.StoreCorrupt` when it cannot be read."""
    try:
        return msgspec.json.decode(run.program, type=Program)
    except msgspec.MsgspecError as error:
        raise errors.StoreCorrupt(
            f"The store holds a run of a runbook that cannot be read: {error}.", hint="Look at `campctl store check`."
        ) from error


def report_of(run: BookRun, entries: Sequence[BookEntry], *, followed_by: str = "") -> BookReport:
    """Fold a run's journal into lines, in the order in which things happened, then what is still to come."""
    program = program_of_run(run)
    steps = {step.id: step for step in program.steps}
    lines: list[StepLine] = []
    latest: dict[str, int] = {}
    events = [Event(at=run.started, what="begun", who=run.author)]
    for entry in entries:
        if not entry.step:
            if entry.state != "started":
                events.append(Event(at=entry.at, what=entry.state, who=entry.who, detail=entry.detail))
        elif (step := steps.get(entry.step)) is not None:
            _take(lines, latest, step, entry, program.zone)
    standing = stand(program, entries)
    move = next_move(program, standing)
    turn = move.step.id if isinstance(move, Do | Decide) else ""
    come_to = set(latest)
    lines += [_line(step, program.zone) for step in program.steps if step.id not in come_to]
    if run.status != "running":
        lines = [replace(line, state="no outcome") if line.state == "running" else line for line in lines]
    return BookReport(
        run=replace(run, program=b""),
        about=program.about,
        zone=program.zone,
        day=program.day,
        variables=program.variables,
        lines=tuple(lines),
        events=tuple(events),
        turn=turn if run.status in {"running", "paused", "interrupted", "failed"} else "",
        undecided=isinstance(move, Decide) and run.status != "done",
        followed_by=followed_by,
        next_steps=(
            *((f"{move.why[0].upper()}{move.why[1:]}.",) if isinstance(move, Over) and move.why else ()),
            *_next(run, turn, steps, undecided=isinstance(move, Decide), followed=bool(followed_by)),
        ),
    )


def _line(step: Step, zone: str) -> StepLine:
    return StepLine(step=step.id, kind=step.kind, what=what_of(step, zone), about=step.title, role=step.role, planned=step.at)


def _take(lines: list[StepLine], latest: dict[str, int], step: Step, entry: BookEntry, zone: str) -> None:
    """One journal line of a step into the line it belongs to."""
    number = latest.get(step.id)
    state = entry.state
    if state == "begun" and (entry.attempt <= 1 or number is None):
        if number is not None and lines[number].state == "running":
            lines[number] = replace(lines[number], state="no outcome", ended=None)
        latest[step.id] = len(lines)
        late = (entry.at - step.at).total_seconds() if step.at is not None else None
        lines.append(replace(_line(step, zone), began=entry.at, late=late, state="running", attempts=1, who=entry.who, detail=entry.detail))
        return
    if number is None and state in {"confirmed", "declined"}:
        return  # said before anybody came to it
    if number is None:
        latest[step.id] = number = len(lines)
        lines.append(_line(step, zone))
    line = lines[number]
    if state == "begun":
        lines[number] = replace(line, attempts=entry.attempt, state="running", detail=entry.detail)
    elif state in {"done", "failed", "skipped", "interrupted"}:
        lines[number] = replace(
            line, state=state, ended=entry.at, took=entry.took, who=entry.who, detail=entry.detail, output=entry.output, code=entry.code,
            role=entry.role or line.role,
        )  # fmt: skip
    elif state == "reset":
        known = line.state in {"failed", "done", "skipped"}
        lines[number] = line if known else replace(line, state="no outcome", detail=entry.detail)
    elif state in {"undone", "undo-failed"}:
        words = entry.detail if state == "undo-failed" else ""
        undone: Literal["undone", "undo failed"] = "undone" if state == "undone" else "undo failed"
        lines[number] = replace(line, undone=undone, detail=words or line.detail)


def _next(run: BookRun, turn: str, steps: dict[str, Step], *, undecided: bool, followed: bool) -> tuple[str, ...]:
    if run.status == "done":
        return ()
    if run.status == "rolled-back":
        return ("What was done was taken back. Mend the cause, then run it anew.",)
    if run.status == "running" and followed:
        if turn in steps and steps[turn].kind == "confirm":
            role = f" --as {steps[turn].role}" if steps[turn].role else ""
            return (f"`campctl runbook confirm {run.id} {turn}{role}` says yes, with --no it says no.",)
        return ()
    if undecided:
        return (
            f"Nobody knows whether `{turn}` was done, and it must not be done twice. Look, then:",
            f"`campctl runbook resume {run.id} --assume done` goes on after it, `--assume not-done` does it again.",
        )
    if run.status == "paused":
        at = f" at `{turn}`" if turn else ""
        return (f"`campctl runbook resume {run.id}` goes on{at}; with --step it does one step and pauses again.",)
    if run.status == "failed":
        return (f"Mend the cause, then `campctl runbook resume {run.id}` goes on at {f'`{turn}`' if turn else 'the step that failed'}.",)
    return (f"Nothing is lost: `campctl runbook resume {run.id}` goes on{f' at `{turn}`' if turn else ''}.",)


def find_run(store: Store, run_id: str, *, states: tuple[BookStatus, ...] = ("running",)) -> BookRun:
    """A run by id or beginning of it; without one the newest of these statuses, else the newest."""
    if run_id:
        return store.book(run_id)
    runs = store.books(200)
    if not runs:
        raise errors.NotFound("No runbook was run yet.", hint="`campctl runbook list` shows them, `campctl runbook run NAME` runs one.")
    chosen = next((run for run in runs if run.status in states), runs[0])
    return store.book(chosen.id)
