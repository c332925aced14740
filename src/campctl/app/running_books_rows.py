"""The campaign's runbooks and their runs as rows, for whoever looks on all day: each look reads only what is new."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.running_books_files import Shelf
from campctl.app.running_books_report import BookReport, StepLine, program_of_run, report_of
from campctl.app.running_books_status import TTL
from campctl.model.runbooks import BookEntry, BookRun, Program

if TYPE_CHECKING:
    from campctl.ports.store import Store

RowState = Literal["asks", "decide", "running", "failed", "interrupted", "paused", "ready", "rolled-back", "done"]
"""asks: it waits for a person; decide: somebody has to say what came of an unsafe step; ready: a runbook without a run that goes on."""
MOST = 30
"""Runs that are shown, the newest."""
OVER = frozenset({"done", "rolled-back", "failed"})


class BookRow(Struct, frozen=True, kw_only=True):
    """A run, or a runbook of which none goes on (`run` is ""). `step`: whose turn it is; `since`: from when it is; `planned`: its time.

    `role`, `people`: who is asked, where it waits for a person; `question`: what; `who`: who follows it, else who did something last.
    """

    id: str
    book: str
    name: str
    run: str = ""
    state: RowState = "ready"
    step: str = ""
    what: str = ""
    since: datetime | None = None
    planned: datetime | None = None
    who: str = ""
    followed: bool = False
    role: str = ""
    people: tuple[str, ...] = ()
    question: str = ""
    done: int = 0
    steps: int = 0


class Books(Struct, frozen=True, kw_only=True):
    """All rows, those that need somebody first; `opened`: the run or runbook that is looked into; `wrong`: why it cannot be read."""

    rows: tuple[BookRow, ...] = ()
    opened: BookReport | None = None
    ways: dict[str, str] = {}
    """Of what is opened: step to its way back."""
    wrong: str = ""


ORDER: tuple[RowState, ...] = ("asks", "decide", "running", "failed", "interrupted", "paused", "ready", "rolled-back", "done")


class _Known(Struct):
    run: BookRun
    encoded: bytes
    program: Program
    entries: list[BookEntry]
    report: BookReport
    row: BookRow
    followed: str = ""


class BookRows:
    """Looks again and again. It belongs to the thread that uses it, as its store does."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: dict[str, _Known] = {}
        self._plans: dict[str, tuple[object, BookReport]] = {}
        self._ways: dict[str, dict[str, str]] = {}

    def look(self, opened: str = "") -> Books:
        """As it is now. `opened` is the id of a row."""
        try:
            store = self._ctx.store()
            runs = [self._run(store, run) for run in store.books(MOST)]
        except errors.CampctlError as error:
            return Books(rows=tuple(self._ready(set())), wrong=f"{error.message} {error.hint}".strip())
        live = {one.row.book for one in runs if one.row.state not in OVER or one.row.state == "failed"}
        rows = [*(one.row for one in runs), *self._ready(live)]
        rows.sort(key=lambda row: ORDER.index(row.state))
        report = self._opened(opened)
        return Books(rows=tuple(rows), opened=report, ways=self._ways.get(opened, {}) if report else {})

    def close(self) -> None:
        """Let go of the store."""
        self._ctx.close()

    def _ready(self, live: set[str]) -> list[BookRow]:
        return [BookRow(id=f"book:{name}", book=name, name=name) for name in Shelf(self._ctx.root).names() if name not in live]

    def _run(self, store: Store, run: BookRun) -> _Known:
        """A run; its journal is read on from where it was read to."""
        known = self._known.get(run.id)
        if known is not None and known.run == run and run.status in OVER:
            return known
        followed = ""
        if run.status == "running" and store.book_is_followed(run.id, socket.gethostname(), TTL):
            holder = store.book_follower(run.id)
            followed = f"{holder.who} on {holder.host}" if holder else ""
        elif run.status == "running":
            now = store.book(run.id)  # it may have ended since the list was read
            run = replace(run, status=now.status, ended=now.ended)
        if known is None or known.run.digest != run.digest:
            whole = store.book(run.id)
            encoded, program, entries = whole.program, program_of_run(whole), list(store.book_entries(run.id))
            self._ways[run.id] = {step.id: step.undo.words for step in program.steps if step.undo is not None}
        else:
            encoded, program, entries = known.encoded, known.program, known.entries
            fresh = list(store.book_entries(run.id, entries[-1].seq if entries else 0))
            if not fresh and known.run == run and known.followed == followed:
                return known
            entries += fresh
        shown = run if run.status != "running" or followed else replace(run, status="interrupted")
        report = report_of(replace(shown, program=encoded), entries, followed_by=followed)
        row = _row(report, program, entries, followed)
        known = self._known[run.id] = _Known(run, encoded, program, entries, report, row, followed)
        return known

    def _opened(self, id_: str) -> BookReport | None:
        if not id_.startswith("book:"):
            known = self._known.get(id_)
            return known.report if known else None
        name = id_.partition(":")[2]
        try:
            path = Shelf(self._ctx.root).find(name)
            mark: object = (path, path.stat().st_mtime_ns)
            kept = self._plans.get(name)
            if kept is None or kept[0] != mark:
                kept = self._plans[name] = (mark, self._plan(name, id_))
        except (errors.CampctlError, OSError):
            return None
        return kept[1]

    def _plan(self, name: str, id_: str) -> BookReport:
        """The steps a runbook would come to, as a report of a run that nobody began."""
        import msgspec

        from campctl.app.running_books_lint import known_of
        from campctl.runbook.unroll import Ask, unroll

        now = self._ctx.clock.now()
        shelf = Shelf(self._ctx.root)
        document = shelf.open(shelf.find(name))
        if document is None:
            raise errors.UsageError(f"{name} cannot be read.", hint=f"`campctl runbook lint {name}` tells what is wrong with it.")
        known = known_of(self._ctx.again().campaign)
        program = unroll(document, Ask(given={}, known=known, now=now, fetch=shelf.fetch, strict=False)).program
        self._ways[id_] = {step.id: step.undo.words for step in program.steps if step.undo is not None}
        run = BookRun(
            id="", book=name, name=program.name, started=now, author="", command="", digest="", program=msgspec.json.encode(program)
        )
        return report_of(run, [])


def _row(report: BookReport, program: Program, entries: list[BookEntry], followed: str) -> BookRow:
    run = report.run
    steps = {step.id: step for step in program.steps}
    turn = steps.get(report.turn)
    line: StepLine | None = next((one for one in reversed(report.lines) if one.step == report.turn), None)
    begun = line is not None and line.began is not None and line.state in {"running", "no outcome"}
    asks = begun and turn is not None and turn.kind == "confirm" and run.status in {"running", "paused", "interrupted"}
    if asks and turn is not None:
        asks = not any(one.state in {"confirmed", "declined"} for one in _since(entries, turn.id))
    state: RowState = run.status
    if asks and (followed or run.status != "running"):
        state = "asks"
    elif report.undecided and run.status not in {"running", "rolled-back"}:
        state = "decide"
    role = turn.role if asks and turn is not None else ""
    return BookRow(
        id=run.id,
        book=run.book,
        name=run.name,
        run=run.id,
        state=state,
        step=report.turn,
        what=(line.about or line.what) if line else "",
        since=line.began if line and line.began and line.state == "running" else entries[-1].at if entries else run.started,
        planned=turn.at if turn is not None else None,
        who=followed or (entries[-1].who if entries else run.author),
        followed=bool(followed),
        role=role,
        people=program.roles.get(role, ()) if role else (),
        question=turn.text if asks and turn is not None else "",
        done=sum(one.state in {"done", "skipped"} and one.undone != "undone" for one in {one.step: one for one in report.lines}.values()),
        steps=len(program.steps),
    )


def _since(entries: list[BookEntry], step: str) -> list[BookEntry]:
    """What was written of a step since its outcome last came, or was taken from it."""
    found: list[BookEntry] = []
    for entry in entries:
        if entry.step == step:
            found = [] if entry.state in {"done", "failed", "skipped", "reset"} else [*found, entry]
    return found
