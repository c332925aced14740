"""Runs of runbooks, their journals, and who follows which: one process a run, others may look on and confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from campctl.errors import LockHeld, LockLost, NotFound, StoreError
from campctl.model.records import Holder
from campctl.model.runbooks import BookEntry, BookRun
from campctl.ports.clock import Clock
from campctl.ports.processes import mark, same_boot, sign
from campctl.store.codec import damaged, instant, moment, text
from campctl.store.database import Database, Row
from campctl.store.marks import refuse_gone

_LIST: Final = "SELECT id, book, name, started, author, command, digest, status, ended FROM books"
_FULL: Final = "SELECT id, book, name, started, author, command, digest, status, ended, program FROM books"
_ENTRIES: Final = "SELECT seq, run, step, state, at, who, role, attempt, took, code, detail, output FROM book_journal"
_STATUSES: Final = frozenset({"running", "paused", "interrupted", "failed", "rolled-back", "done"})


class SqlBooks:
    """`ports.store.Books`."""

    _db: Database
    _clock: Clock

    def begin_book(self, run: BookRun) -> None:
        """Write down that a run begins; its id must be new."""
        with self._db.transaction():
            refuse_gone(self._db)
            if self._db.execute("SELECT 1 FROM books WHERE id = ?", (run.id,)):
                raise StoreError(f"There is already a run {run.id} of a runbook.", hint="Please report this: it is a fault in campctl.")
            self._db.execute(
                "INSERT INTO books (seq, id, book, name, started, author, command, digest, status, ended, program) "
                "SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM books",
                (
                    run.id, text(run.book), text(run.name), instant(run.started), text(run.author), text(run.command), run.digest,
                    run.status, instant(run.ended) if run.ended else None, run.program,
                ),
            )  # fmt: skip

    def update_book(self, run: BookRun) -> None:
        """Replace status, end, digest and program of a run."""
        with self._db.transaction():
            if not self._db.execute("SELECT 1 FROM books WHERE id = ?", (run.id,)):
                raise _no_run(run.id)
            self._db.execute(
                "UPDATE books SET status = ?, ended = ?, digest = ?, program = ? WHERE id = ?",
                (run.status, instant(run.ended) if run.ended else None, run.digest, run.program, run.id),
            )

    def book(self, run_id: str) -> BookRun:
        """By id or unambiguous prefix, with its program; `errors.NotFound` otherwise."""
        found = self._db.execute(_FULL + " WHERE id = ?", (run_id,))
        if not found and run_id:
            found = self._db.execute(_FULL + " WHERE substr(id, 1, ?) = ? ORDER BY seq DESC LIMIT 5", (len(run_id), run_id))
        if not found:
            raise _no_run(run_id)
        if len(found) > 1:
            raise NotFound(f"More than one run begins with `{run_id}`: {', '.join(row[0] for row in found)}.", hint="Give more of its id.")
        return _run(found[0])

    def books(self, limit: int = 50) -> Sequence[BookRun]:
        """Newest first, without their programs."""
        return [_run(row) for row in self._db.execute(_LIST + " ORDER BY seq DESC LIMIT ?", (limit,))]

    def record_book(self, entry: BookEntry, token: str = "") -> int:
        """Write a line; its number. With a token, `errors.LockLost` when another process follows that run now."""
        with self._db.transaction():
            refuse_gone(self._db)
            if token:
                self._still_followed(entry.run, token)
            if not self._db.execute("SELECT 1 FROM books WHERE id = ?", (entry.run,)):
                raise _no_run(entry.run)
            number = int(self._db.execute("SELECT coalesce(max(seq), 0) + 1 FROM book_journal")[0][0])
            self._db.execute(
                "INSERT INTO book_journal (seq, run, step, state, at, who, role, attempt, took, code, detail, output) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number, entry.run, text(entry.step), entry.state, instant(entry.at), text(entry.who), text(entry.role), entry.attempt,
                    None if entry.took is None else f"{entry.took:.3f}", entry.code, text(entry.detail), text(entry.output),
                ),
            )  # fmt: skip
        return number

    def book_entries(self, run_id: str, after: int = 0) -> Sequence[BookEntry]:
        """In the order of writing, those with a number above `after`."""
        return [_entry(row) for row in self._db.execute(_ENTRIES + " WHERE run = ? AND seq > ? ORDER BY seq", (run_id, after))]

    def follow_book(self, run_id: str, holder: Holder, ttl: float) -> None:
        """Become the one process that follows a run; `errors.LockHeld` when another does."""
        with self._db.transaction():
            refuse_gone(self._db)
            beat = self._db.time(holder.beat)
            refusal = self._followed(run_id, holder, ttl)
            if refusal is None:
                self._db.execute("DELETE FROM book_followers WHERE run = ?", (run_id,))
                self._db.execute(
                    "INSERT INTO book_followers (run, token, who, host, pid, process, command, since, beat) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        run_id, holder.token, text(holder.who), text(holder.host), holder.pid, mark(holder.pid), text(holder.command),
                        instant(holder.since), instant(beat),
                    ),
                )  # fmt: skip
        if refusal is not None:
            raise refusal

    def beat_book(self, token: str, at: datetime) -> bool:
        """Say "still here"; False when another follows it now."""
        with self._db.transaction():
            if not self._db.execute("SELECT 1 FROM book_followers WHERE token = ?", (token,)):
                return False
            self._db.execute("UPDATE book_followers SET beat = ? WHERE token = ?", (instant(self._db.time(at)), token))
            return True

    def leave_book(self, token: str) -> None:
        """Follow it no more; no error when it is already lost."""
        self._db.execute("DELETE FROM book_followers WHERE token = ?", (token,))

    def book_follower(self, run_id: str) -> Holder | None:
        """Who follows a run, dead or alive."""
        found = self._follower(run_id)
        return found[0] if found else None

    def book_is_followed(self, run_id: str, host: str, ttl: float) -> bool:
        """Whether somebody follows it now, as far as `host` can tell."""
        found = self._follower(run_id)
        return found is not None and self._alive(*found, host, ttl)

    def _followed(self, run_id: str, wanting: Holder, ttl: float) -> LockHeld | None:
        found = self._follower(run_id)
        if found is None or found[0].token == wanting.token or not self._alive(*found, wanting.host, ttl):
            return None
        holder = found[0]
        now = self._db.time(self._clock.now())
        if holder.beat > now:  # a clock was set back: it counts as a beat of now, once
            self._db.execute("UPDATE book_followers SET beat = ? WHERE run = ?", (instant(now), run_id))
        until = max(holder.beat, now) + timedelta(seconds=ttl)
        return LockHeld(
            f"Run {run_id} is followed already: by {holder.who} on {holder.host} (process {holder.pid}) "
            f"since {holder.since:%Y-%m-%d %H:%M:%S} UTC.",
            hint=f"Look on with `campctl runbook status {run_id} --follow`, confirm with `campctl runbook confirm`. "
            f"If {holder.host} died, it can be gone on with from {until:%H:%M:%S} UTC on.",
        )

    def _alive(self, holder: Holder, process: str, host: str, ttl: float) -> bool:
        here = holder.host == text(host) and (not self._db.shared or same_boot(process))
        seen = sign(holder.pid, process) if here else "unknown"
        silent = (self._db.time(self._clock.now()) - holder.beat).total_seconds()
        return seen == "alive" or (seen == "unknown" and silent <= ttl)

    def _still_followed(self, run_id: str, token: str) -> None:
        found = self._follower(run_id)
        if found is None or found[0].token != token:
            who = f"{found[0].who} on {found[0].host} goes on with it" if found else "another process went on with it, and has ended"
            raise LockLost(
                f"Run {run_id} is no longer this process's: it was silent for too long, and {who}. Nothing more was begun.",
                hint=f"Look on with `campctl runbook status {run_id} --follow`.",
            )

    def _follower(self, run_id: str) -> tuple[Holder, str] | None:
        rows = self._db.execute("SELECT token, who, host, pid, command, since, beat, process FROM book_followers WHERE run = ?", (run_id,))
        if not rows:
            return None
        token, who, host, pid, command, since, beat, process = rows[0]
        return Holder(token=token, who=who, host=host, pid=pid, command=command, since=moment(since), beat=moment(beat)), process


def _run(row: Row) -> BookRun:
    id_, book, name, started, author, command, digest, status, ended, *program = row
    if status not in _STATUSES:
        raise damaged(f"a run of a runbook has the status {status!r}")
    return BookRun(
        id=id_, book=book, name=name, started=moment(started), author=author, command=command, digest=digest, status=status,
        ended=moment(ended) if ended else None, program=bytes(program[0]) if program else b"",
    )  # fmt: skip


def _entry(row: Row) -> BookEntry:
    seq, run, step, state, at, who, role, attempt, took, code, detail, output = row
    try:
        seconds: Any = None if took is None else float(took)
    except ValueError as error:
        raise damaged(f"a length of time reads {took!r}") from error
    return BookEntry(
        seq=seq, run=run, step=step, state=state, at=moment(at), who=who, role=role, attempt=attempt, took=seconds, code=code,
        detail=detail, output=output,
    )  # fmt: skip


def _no_run(run_id: str) -> NotFound:
    return NotFound(f"There is no run `{run_id}` of a runbook.", hint="`campctl runbook status` lists them.")
