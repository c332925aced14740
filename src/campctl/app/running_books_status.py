"""`runbook status|confirm`: where a run stands, for whoever looks on, and answers to what it asks. No process is needed that follows it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.results import Listing
from campctl.app.running_books_left import in_words, left_behind, still_there
from campctl.app.running_books_report import BookReport, find_run, program_of_run, report_of
from campctl.model.records import AuditEntry
from campctl.model.runbooks import BookEntry, BookRun, BookState, Program
from campctl.runbook.engine import Stop
from campctl.runbook.progress import stand

if TYPE_CHECKING:
    from campctl.ports.store import Store

TTL = 30.0
"""Seconds after which a run may be gone on with whose follower, on another machine, is silent."""


def confirm(ctx: Context, run_id: str, step_id: str, *, role: str, yes: bool, why: str) -> BookReport:
    """Say yes or no to the question a run waits with, from any process; who and as what is recorded."""
    store = ctx.store(write=True)
    book = find_run(store, run_id)
    program = program_of_run(book)
    standing = stand(program, store.book_entries(book.id))
    waiting = program.steps[standing.at] if standing.at < len(program.steps) else None
    if book.status not in {"running", "paused", "interrupted"} or waiting is None or waiting.kind != "confirm":
        raise errors.UsageError(
            f"Run {book.id} does not wait for anybody to confirm.", hint=f"`campctl runbook status {book.id}` shows where it is."
        )
    if waiting.at is not None and ctx.clock.now() < waiting.at and standing.outcomes.get(waiting.id) != "begun":
        raise errors.UsageError(
            f"`{waiting.id}` was not asked yet, so nobody can answer it: {waiting.text}",
            hint=f"`campctl runbook status {book.id}` shows when it is planned.",
        )
    if step_id and step_id != waiting.id:
        raise errors.UsageError(
            f"It is not `{step_id}` that waits for an answer, but `{waiting.id}`: {waiting.text}", hint="Read it, then confirm it."
        )
    wrong = who_may_not(program, waiting.role, role, ctx.who)
    if wrong:
        raise errors.UsageError(wrong, hint=f"Ask one of them, or say who you are: --as {waiting.role}" if waiting.role else "")
    store.record_book(
        BookEntry(
            run=book.id, step=waiting.id, state="confirmed" if yes else "declined", at=ctx.clock.now(), who=ctx.who, role=role, detail=why
        )
    )
    audit(ctx, store, f"runbook {'confirm' if yes else 'decline'} {waiting.id}", book, f"as {role}" if role else "done", why)
    return report_of(book, store.book_entries(book.id), followed_by=_followed_by(store, book))


def who_may_not(program: Program, wanted: str, role: str, who: str) -> str:
    """Why `who` cannot answer as `role` a question for role `wanted`; "" when they can."""
    if wanted and role != wanted:
        return f"The question is for the role `{wanted}`{f', not `{role}`' if role else ''}."
    people = program.roles.get(role, ())
    if people and who not in people:
        return f"{who} does not have the role `{role}`; {', '.join(people)} have."
    return ""


def status(ctx: Context, run_id: str) -> BookReport:
    """Where a run stands; without an id the newest that is not over, else the newest."""
    store = ctx.store()
    book = find_run(store, run_id)
    report = report_of(_as_is(store, book), store.book_entries(book.id), followed_by=_followed_by(store, book))
    found = left_behind(program_of_run(book), store, book.id) if report.run.status == "interrupted" else None
    words = in_words(found[0].id, found[1], still_there(found[1])) if found else ""
    return replace(report, next_steps=(words, *report.next_steps)) if words else report


def runs(ctx: Context, limit: int) -> Listing:
    """Past and present runs of runbooks, newest first."""
    store = ctx.store()
    rows = tuple(
        {
            "run": one.id,
            "runbook": one.book,
            "name": one.name,
            "status": one.status,
            "started": one.started,
            "ended": one.ended,
            "author": one.author,
        }
        for one in (_as_is(store, book) for book in store.books(limit))
    )
    columns = ("run", "runbook", "status", "started", "ended", "author", "name")
    return Listing(of="book-run", columns=columns, rows=rows, empty="No runbook was run yet.")


def _as_is(store: Store, book: BookRun) -> BookRun:
    """A run whose process was killed is interrupted, whatever it still says of itself."""
    if book.status == "running" and not store.book_is_followed(book.id, socket.gethostname(), TTL):
        now = store.book(book.id)  # one that has ended since it was looked up is followed no more, and says so before
        return replace(book, status="interrupted" if now.status == "running" else now.status, ended=now.ended)
    return book


def _followed_by(store: Store, book: BookRun) -> str:
    if not store.book_is_followed(book.id, socket.gethostname(), TTL):
        return ""
    holder = store.book_follower(book.id)
    return f"{holder.who} on {holder.host}" if holder else ""


async def watch(ctx: Context, run_id: str, tell: Callable[[BookEntry], None], stop: Stop) -> BookReport:
    """Tell of every line of a run, those there are first, until it is over or nobody follows it."""
    store = ctx.store()
    book = find_run(store, run_id)
    last = 0
    while True:
        followed = bool(_followed_by(store, book))
        book = _as_is(store, store.book(book.id))
        for entry in await asyncio.to_thread(store.book_entries, book.id, last):  # after its status: its last lines come before its end
            last = entry.seq
            tell(entry)
        if not followed or book.status != "running" or stop.asked:
            return report_of(book, store.book_entries(book.id), followed_by=_followed_by(store, book))
        await ctx.clock.sleep(0.5)


def line(ctx: Context, book: BookRun, step: str, state: BookState, detail: str = "") -> BookEntry:
    """A journal line of now, by who is at work."""
    return BookEntry(run=book.id, step=step, state=state, at=ctx.clock.now(), who=ctx.who, detail=detail)


def audit(ctx: Context, store: Store, what: str, book: BookRun, result: str, why: str = "") -> None:
    """Who did what with a run."""
    store.append_audit(
        AuditEntry(at=ctx.clock.now(), who=ctx.who, what=f"{what} ({book.book})", why=why, command=ctx.command, result=result, run=book.id)
    )
