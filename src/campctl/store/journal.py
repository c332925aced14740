"""Runs and what they did; live overrides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from campctl.errors import LockLost, NotFound, StoreError
from campctl.model.records import JournalEntry, Override, Owned, Run
from campctl.model.resources import Key
from campctl.store.codec import damaged, dump, instant, load_counts, load_overrides, moment, text
from campctl.store.database import Database, Row
from campctl.store.lock import Tokens, still_ours
from campctl.store.ownership import disown, own

_LIST: Final = "SELECT id, started, author, command, reason, status, ended, undoes, counts FROM runs"
_FULL: Final = "SELECT id, started, author, command, reason, status, ended, undoes, counts, plan FROM runs"
_BEGIN: Final = (
    "INSERT INTO runs (seq, id, started, author, command, reason, status, ended, undoes, counts, plan) "
    "SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM runs"
)
_STATUSES: Final = frozenset({"running", "done", "partial", "failed", "interrupted"})
_STATES: Final = frozenset({"pending", "accepted", "configured", "live", "failed", "skipped"})


class SqlJournal:
    """`ports.store.Journal`."""

    _db: Database
    _tokens: Tokens

    def begin_run(self, run: Run) -> None:
        """Write down that a run begins; its id must be new."""
        row = (
            run.id, instant(run.started), text(run.author), text(run.command), text(run.reason), run.status,
            instant(run.ended) if run.ended else None, run.undoes, dump(run.counts), run.plan,
        )  # fmt: skip
        with self._db.transaction():
            still_ours(self._db, self._tokens)
            if self._db.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)):
                raise StoreError(f"There is already a run {run.id}.", hint="Please report this: it is a fault in campctl.")
            self._db.execute(_BEGIN, row)

    def finish_run(self, run: Run) -> None:
        """Replace status, ended and counts of a run."""
        with self._db.transaction():
            if not self._db.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)):
                raise _no_run(run.id)
            self._db.execute(
                "UPDATE runs SET status = ?, ended = ?, counts = ? WHERE id = ?",
                (run.status, instant(run.ended) if run.ended else None, dump(run.counts), run.id),
            )

    def run(self, run_id: str) -> Run:
        """By id or unambiguous prefix, with its plan."""
        found = self._db.execute(_FULL + " WHERE id = ?", (run_id,))
        if not found and run_id:
            found = self._db.execute(_FULL + " WHERE substr(id, 1, ?) = ? ORDER BY seq DESC LIMIT 5", (len(run_id), run_id))
        if not found:
            raise _no_run(run_id)
        if len(found) > 1:
            some = ", ".join(row[0] for row in found)
            raise NotFound(f"More than one run begins with `{run_id}`: {some}.", hint="Give more of its id.")
        return _run(found[0])

    def runs(self, limit: int = 50) -> Sequence[Run]:
        """Newest first, without their plans."""
        return [_run(row) for row in self._db.execute(_LIST + " ORDER BY seq DESC LIMIT ?", (limit,))]

    def unfinished(self) -> Sequence[Run]:
        """Runs still "running" or "interrupted", oldest first, with their plans."""
        rows = self._db.execute(_FULL + " WHERE status IN ('running', 'interrupted') ORDER BY seq")
        return [_run(row) for row in rows]

    def record(self, entries: Sequence[JournalEntry], owned: Sequence[Owned] = (), disowned: Sequence[tuple[str, Key]] = ()) -> None:
        """Journal lines and the ownership that follows, in one durable commit; what is both disowned and owned is owned.

        When the lock was lost, outcomes are still written and intents are not; then `errors.LockLost`.
        """
        lost: LockLost | None = None
        with self._db.transaction():
            if any(entry.state == "pending" for entry in entries):
                try:
                    still_ours(self._db, self._tokens)
                except LockLost as error:
                    lost = error
                    entries = [entry for entry in entries if entry.state != "pending"]
            if entries:
                last = self._db.execute("SELECT max(seq) FROM journal")[0][0] or 0
                self._db.executemany(
                    "INSERT INTO journal (seq, run, change, state, at, attempt, error) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        (seq, entry.run, entry.change, entry.state, instant(entry.at), entry.attempt, text(entry.error))
                        for seq, entry in enumerate(entries, last + 1)
                    ],
                )
            disown(self._db, disowned)
            own(self._db, owned)
        if lost is not None:
            raise lost

    def journal(self, run_id: str) -> Sequence[JournalEntry]:
        """In the order of writing."""
        rows = self._db.execute("SELECT seq, run, change, state, at, attempt, error FROM journal WHERE run = ? ORDER BY seq", (run_id,))
        return [_entry(row) for row in rows]


class SqlOverrides:
    """`ports.store.Overrides`."""

    _db: Database
    _tokens: Tokens

    def overrides(self) -> Sequence[Override]:
        """All that were not cleared, in the order of making."""
        return load_overrides([row[0] for row in self._db.execute("SELECT value FROM overrides ORDER BY seq")])

    def add_overrides(self, overrides: Sequence[Override]) -> None:
        """Add them, all or none; their ids must be new."""
        with self._db.transaction():
            still_ours(self._db, self._tokens)
            last = self._db.execute("SELECT max(seq) FROM overrides")[0][0] or 0
            for seq, override in enumerate(overrides, last + 1):
                if self._db.execute("SELECT 1 FROM overrides WHERE id = ?", (override.id,)):
                    raise StoreError(f"There is already an override {override.id}.", hint="Please report this: it is a fault in campctl.")
                self._db.execute("INSERT INTO overrides (seq, id, value) VALUES (?, ?, ?)", (seq, override.id, dump(override)))

    def clear_overrides(self, ids: Sequence[str]) -> None:
        """Forget them; ids that are not there (any more) are none the worse."""
        with self._db.transaction():
            still_ours(self._db, self._tokens)
            self._db.executemany("DELETE FROM overrides WHERE id = ?", [(one,) for one in ids])


def _run(row: Row) -> Run:
    run_id, started, author, command, reason, status, ended, undoes, counts, *plan = row
    if status not in _STATUSES:
        raise damaged(f"run {run_id} has the status {status!r}")
    return Run(
        id=run_id,
        started=moment(started),
        author=author,
        command=command,
        reason=reason,
        status=status,
        ended=moment(ended) if ended else None,
        plan=bytes(plan[0]) if plan else b"",
        undoes=undoes,
        counts=load_counts(counts),
    )


def _entry(row: Row) -> JournalEntry:
    seq, run, change, state, at, attempt, error = row
    if state not in _STATES:
        raise damaged(f"line {seq} of the journal has the state {state!r}")
    return JournalEntry(run=run, change=change, state=state, at=moment(at), attempt=attempt, error=error, seq=seq)


def _no_run(run_id: str) -> NotFound:
    return NotFound(f"There is no run `{run_id}`.", hint="`campctl history` lists the runs of this campaign.")
