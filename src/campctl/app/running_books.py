"""`runbook run|resume|status|confirm|report`: a run of a runbook from its beginning to its end, whatever comes between."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TypeGuard

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.locking import this_process
from campctl.app.results import Listing
from campctl.app.running_books_files import Shelf
from campctl.app.running_books_hands import Desk, ProcessHands, require_secrets
from campctl.app.running_books_left import outlived
from campctl.app.running_books_lint import program_of, show_book
from campctl.app.running_books_report import BookReport, find_run, program_of_run, report_of
from campctl.app.running_books_status import TTL, audit, line
from campctl.model.records import Holder
from campctl.model.runbooks import BookEntry, BookRun, BookState, BookStatus, Program, Step
from campctl.runbook.engine import Follower, Hands, Paused, Stop, Way
from campctl.runbook.progress import TRIED, Decide, Do, Move, Over, Standing, Undo, mark_number, next_move, numbers, stand

if TYPE_CHECKING:
    from campctl.ports.store import Store
    from campctl.runbook.verbs import Verbs

Assume = Literal["", "done", "not-done"]


class Asked(Struct, frozen=True, kw_only=True):
    """How a run is to go. `from_step`: steps before it count as skipped. `at_once`: planned times are not waited for."""

    given: Mapping[str, str] = {}
    from_step: str = ""
    yes: bool = False
    at_once: bool = False
    dry_run: bool = False
    assume: Assume = ""
    accept_edit: bool = False
    roll_back: str = ""
    """Of a resumed run: take back what was done since this mark instead of going on; `start` is everything."""
    most: int | None = None
    """Pause after so many steps."""
    until: str = ""
    """Pause after this step."""


class Crew(Struct, frozen=True):
    """What a run is followed with: the catalogue of verbs, who looks on, and who may ask it to stop."""

    verbs: Verbs
    desk: Desk
    stop: Stop
    hands: Callable[[Context, Program, str], Hands] | None = None
    """Other hands than processes (a rehearsal's)."""


class StoreLedger:
    """`runbook.engine.Ledger` over the campaign's store."""

    def __init__(self, store: Store, run: str, token: str) -> None:
        self._store = store
        self._run = run
        self._token = token

    def record(self, entry: BookEntry) -> int:
        """Write a line; `errors.LockLost` when another process follows this run now."""
        return self._store.record_book(entry, self._token)

    def entries(self, after: int) -> Sequence[BookEntry]:
        """Lines above a number."""
        return self._store.book_entries(self._run, after)


async def run(ctx: Context, name: str, asked: Asked, crew: Crew) -> BookReport | Listing:
    """Begin a run and follow it to its end. With `dry_run` the steps are shown, and nothing is begun."""
    program = program_of(ctx, crew.verbs, name, asked.given)
    where = numbers(program)
    for named in (asked.from_step, asked.until):
        require_step(where, named, f"`campctl runbook show {name}` lists them.")
    if asked.dry_run:
        return show_book(ctx, crew.verbs, name, asked.given)
    require_secrets(ctx.environ, program)
    store = ctx.store(write=True)
    begun = ctx.clock.now()
    book = BookRun(
        id=f"{begun:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        book=Shelf(ctx.root).lasting(name),
        name=program.name,
        started=begun,
        author=ctx.who,
        command=ctx.command,
        digest=program.digest,
        program=msgspec.json.encode(program),
    )
    holder = this_process(ctx)
    store.follow_book(book.id, holder, TTL)  # before anybody sees the run: one that nobody follows looks interrupted
    store.begin_book(book)
    first = line(ctx, book, "", "started")
    store.record_book(first, holder.token)
    crew.desk.tell(first, None)
    for step in program.steps[: where.get(asked.from_step, 0)]:
        store.record_book(line(ctx, book, step.id, "skipped", f"--from {asked.from_step}"), holder.token)
    audit(ctx, store, "runbook run", book, "begun")
    return await follow(ctx, store, book, program, holder, asked, crew)


async def resume(ctx: Context, run_id: str, asked: Asked, crew: Crew) -> BookReport:
    """Go on where a run stands. What must not be done twice and has no outcome is asked about, never guessed."""
    store = ctx.store(write=True)
    book = find_run(store, run_id, states=())  # never one of last week because this one is done
    _require_unfinished(book)
    holder = this_process(ctx)
    store.follow_book(book.id, holder, TTL)
    try:
        book = store.book(book.id)  # whoever followed it until now may have come to its end
        _require_unfinished(book)
        book, program = _same(ctx, store, book, asked, crew, holder.token)
        require_step(numbers(program), asked.until, f"`campctl runbook status {book.id}` lists them.")
        require_secrets(ctx.environ, program)
        await outlived(ctx, store, book, program, crew, holder.token, assume=bool(asked.assume))
        _decide(ctx, store, book, program, asked, holder.token)
        first = line(ctx, book, "", "resumed")
        store.record_book(first, holder.token)
        crew.desk.tell(first, None)
        book = replace(book, status="running", ended=None)
        store.update_book(book)
    except BaseException:
        with suppress(errors.StoreError):
            store.leave_book(holder.token)
        raise
    audit(ctx, store, "runbook resume", book, "begun")
    return await follow(ctx, store, book, program, holder, asked, crew)


def _require_unfinished(book: BookRun) -> None:
    if book.status in {"done", "rolled-back"}:
        words = "is done" if book.status == "done" else "was rolled back"
        raise errors.UsageError(
            f"Run {book.id} {words}; there is nothing to go on with.", hint=f"Run it anew: campctl runbook run {book.book}"
        )


def require_step(where: Mapping[str, int], step: str, hint: str) -> None:
    """`errors.NotFound` when a step that was named is none; "" names none."""
    if step and step not in where:
        from campctl.findings.suggest import Suggester

        raise errors.NotFound(f"The runbook has no step `{step}`.", hint=Suggester(where).did_you_mean(step) or hint)


def _same(ctx: Context, store: Store, book: BookRun, asked: Asked, crew: Crew, token: str) -> tuple[BookRun, Program]:
    """The run's program, when its files are still what they were; the new one when the edit was accepted."""
    from campctl.app.running_books_edits import edits

    program = program_of_run(book)
    difference = edits(ctx, book, program)
    if not difference:
        return book, program
    if not asked.accept_edit:
        raise errors.RunbookEdited(
            f"The runbook was edited since run {book.id} began; nothing more was done.",
            diff=difference,
            hint=f"Undo the edit, or go on with it: campctl runbook resume {book.id} --accept-edit",
        )
    # Unrolled as of the day it was begun, so that its times stay where they were.
    shelf = Shelf(ctx.root)
    document = shelf.open(shelf.find(book.book))
    known = document.variables if document is not None else {}
    given = program.variables if program.given is None else program.given  # what was a default may be another now
    given = {name: value for name, value in given.items() if name in known}
    made = program_of(ctx, crew.verbs, book.book, given, now=book.started)
    standing = stand(program, store.book_entries(book.id))
    gone = sorted(name for name, outcome in standing.outcomes.items() if outcome and name not in numbers(made))
    if gone:
        raise errors.RunbookEdited(
            f"The edited runbook has no step {', '.join(f'`{name}`' for name in gone[:5])} any more, which this run came to already.",
            hint="Give it its name back, or run the edited runbook anew (`--from STEP` leaves out what was done).",
        )
    book = replace(book, digest=made.digest, program=msgspec.json.encode(made))
    store.update_book(book)
    store.record_book(line(ctx, book, "", "edited", difference), token)
    return book, made


def _decide(ctx: Context, store: Store, book: BookRun, program: Program, asked: Asked, token: str) -> None:
    """See that it is known how to go on: what has no outcome is said, what failed is begun anew, or all of it is to be taken back."""
    assume = asked.assume
    standing = stand(program, store.book_entries(book.id))
    move = next_move(program, standing)
    said = f"{ctx.who} said so (--assume {assume})"
    if isinstance(move, Decide):
        if not assume:
            raise _undecided(book, move.step.id, undoing=move.undoing)
        done: BookState = "undone" if move.undoing else "done"
        store.record_book(line(ctx, book, move.step.id, done if assume == "done" else "reset", said), token)
        if asked.roll_back:
            _roll_back(ctx, store, book, program, asked.roll_back, token)
        return
    if asked.roll_back:
        if isinstance(move, Do) and move.again:  # it may have been done in part
            store.record_book(line(ctx, book, move.step.id, "failed", "rolled back instead of being done again"), token)
        _roll_back(ctx, store, book, program, asked.roll_back, token)
        return
    if assume and _has_no_outcome(move, standing):
        undoing = isinstance(move, Undo)
        known: BookState = "reset" if assume == "not-done" else "undone" if undoing else "done"
        store.record_book(line(ctx, book, move.step.id, known, said), token)
        return
    for name in sorted(standing.undo_failed):  # the ways back that failed are tried again
        store.record_book(line(ctx, book, name, "reset", "begun anew"), token)
    if not isinstance(move, Over) or move.status != "failed" or not move.step:
        return
    step = program.steps[numbers(program)[move.step]]
    if step.kind == "fail":
        raise errors.UsageError(
            f"Run {book.id} ended itself at `{step.id}`: {step.text}", hint=f"Run it anew: campctl runbook run {book.book}"
        )
    if step.unsafe and step.kind in TRIED and not assume:
        raise _undecided(book, step.id, failed=True)
    state: BookState = "done" if assume == "done" else "reset"
    store.record_book(line(ctx, book, step.id, state, said if assume else "begun anew"), token)


def _has_no_outcome(move: Move, standing: Standing) -> TypeGuard[Do | Undo]:
    """Whether that is to be done again because nobody knows what came of it."""
    return (isinstance(move, Do) and move.again) or (isinstance(move, Undo) and standing.undoing == move.step.id)


def _roll_back(ctx: Context, store: Store, book: BookRun, program: Program, mark: str, token: str) -> None:
    marks = [step.id for step in program.steps if step.kind == "mark"]
    if mark != "start" and mark not in marks:
        from campctl.findings.suggest import Suggester

        near = Suggester(marks).did_you_mean(mark)
        raise errors.NotFound(f"The runbook has no mark `{mark}`.", hint=near or f"Marks: {', '.join(['start', *marks])}.")
    number = -1 if mark == "start" else mark_number(program, mark)
    store.record_book(replace(line(ctx, book, "", "rolling-back", f"{ctx.who} said so"), attempt=number), token)


def _undecided(book: BookRun, step: str, *, undoing: bool = False, failed: bool = False) -> errors.Undecided:
    what = f"The way back of `{step}`" if undoing else f"`{step}`"
    known = "failed, and may have been done in part" if failed else "was begun, and nobody knows whether it was done"
    return errors.Undecided(
        f"{what} {known}; it must not be done twice. Nothing more was done.",
        hint=f"Look, then say it: campctl runbook resume {book.id} --assume done (go on after it), or --assume not-done (do it again).",
    )


async def follow(
    ctx: Context, store: Store, book: BookRun, program: Program, holder: Holder, asked: Asked, crew: Crew, *, back: Step | None = None
) -> BookReport:
    """Follow a run that this process holds, keep it held, and write down how it ended. `back`: only take this step back."""
    hands = crew.hands(ctx, program, book.id) if crew.hands else ProcessHands(ctx, program, book.id, crew.verbs, crew.desk)
    pace = {"slice": 60.0, "poll": 10.0} if crew.hands else {}
    way = Way(run=book.id, who=ctx.who, yes=asked.yes, at_once=asked.at_once, most=asked.most, until=asked.until, **pace)
    ledger = StoreLedger(store, book.id, holder.token)
    heart = asyncio.ensure_future(_beat(ctx, store, holder.token, crew.stop))
    status: BookStatus = "interrupted"
    try:
        follower = Follower(program, ledger, hands, ctx.clock, crew.stop, way)
        ended = await (follower.follow() if back is None else follower.take_back(back))
        status = ended.status if isinstance(ended, Over) else "paused" if isinstance(ended, Paused) else "interrupted"
        state: BookState = "ended" if isinstance(ended, Over) else "paused" if isinstance(ended, Paused) else "stopped"
        detail = ": ".join(filter(None, (status, ended.why))) if isinstance(ended, Over) else _why(ended, crew.stop, back)
        last = line(ctx, book, "", state, detail)
        store.record_book(last, holder.token)
        crew.desk.tell(last, None)
    finally:
        heart.cancel()
        with suppress(errors.StoreError):
            current = store.book_follower(book.id)
            if current is not None and current.token == holder.token:
                over = status not in {"running", "paused", "interrupted"}
                book = replace(book, status=status, ended=ctx.clock.now() if over else None)
                store.update_book(book)
                audit(ctx, store, f"runbook undo {back.id}" if back else "runbook run", book, status)
            store.leave_book(holder.token)
    return replace(report_of(book, store.book_entries(book.id)), rehearsal=crew.hands is not None)


def _why(ended: Paused | Decide | None, stop: Stop, back: Step | None) -> str:
    """Why a run that is not over goes on no further."""
    if isinstance(ended, Paused):
        return f"once `{back.id}` was taken back" if back else f"after `{ended.after}`, as asked"
    return stop.why or "somebody has to decide"


async def _beat(ctx: Context, store: Store, token: str, stop: Stop) -> None:
    """Say "still here" by a clock of this process, whatever clock the run goes by."""
    while True:
        await asyncio.sleep(TTL / 3)
        with suppress(errors.StoreError):
            if not await asyncio.to_thread(store.beat_book, token, ctx.clock.now()):
                stop.ask("another process goes on with this run")
                return
