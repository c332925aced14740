"""campctl's own memory: runs, journal, ownership, overrides, lock, audit. Synchronous; callers choose the thread.

One implementation serves SQLite and PostgreSQL; the contract suite in tests/contract runs on each. All raise
`errors.StoreError`s and nothing else of their own. A method that returns has made its effect durable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from campctl.model.alerts import Alert
from campctl.model.records import AuditEntry, Holder, JournalEntry, Override, Owned, Run
from campctl.model.resources import Key, Resource
from campctl.model.runbooks import BookEntry, BookRun


class Journal(Protocol):
    """Runs and what they did."""

    def begin_run(self, run: Run) -> None: ...
    def finish_run(self, run: Run) -> None:
        """Replace status, ended and counts of a run."""
        ...

    def run(self, run_id: str) -> Run:
        """By id or unambiguous prefix; `errors.NotFound` otherwise."""
        ...

    def runs(self, limit: int = 50) -> Sequence[Run]:
        """Newest first; their `plan` is left empty."""
        ...

    def unfinished(self) -> Sequence[Run]:
        """Runs still "running" or "interrupted", oldest first, with their plans."""
        ...

    def record(self, entries: Sequence[JournalEntry], owned: Sequence[Owned] = (), disowned: Sequence[tuple[str, Key]] = ()) -> None:
        """Write journal lines and the ownership that follows from them, in one durable commit."""
        ...

    def journal(self, run_id: str) -> Sequence[JournalEntry]:
        """In the order of writing."""
        ...


class Ownership(Protocol):
    """What campctl created or adopted."""

    def owned_keys(self, backend: str) -> frozenset[Key]: ...
    def owned(self, backend: str) -> Mapping[Key, Resource]:
        """With the values last written: what drift is measured against."""
        ...

    def own(self, resources: Iterable[Owned]) -> None: ...
    def disown(self, keys: Iterable[tuple[str, Key]]) -> None: ...


class Overrides(Protocol):
    """Live changes with an end."""

    def overrides(self) -> Sequence[Override]:
        """All that were not cleared, ended ones too, in the order of making."""
        ...

    def add_overrides(self, overrides: Sequence[Override]) -> None: ...
    def clear_overrides(self, ids: Sequence[str]) -> None: ...


class Lock(Protocol):
    """One run at a time."""

    def acquire(self, holder: Holder, ttl: float) -> None:
        """Take the lock; `errors.LockHeld` when another holds it. One whose holder is dead, or silent for `ttl` s, is taken over.

        A process of this host that is seen alive is never robbed, however old its beat: clocks jump, laptops sleep.
        """
        ...

    def beat(self, token: str, at: datetime) -> bool:
        """Say "still here"; False when the lock was lost to another."""
        ...

    def release(self, token: str) -> None:
        """Let go; no error when it is already lost."""
        ...

    def holder(self) -> Holder | None: ...

    def ended(self, here: str) -> bool:
        """Whether whoever has it is known to have ended: a process of this host (`here`) that is there no more."""
        ...


class Leadership(Lock, Protocol):
    """Of several autopilots one leads: a lock of its own, beside which runs come and go.

    Who took the lead and lost it may begin no run and write down nothing more, as one who lost the lock.
    """

    def note(self) -> bytes:
        """What a leader wrote down last; b"" when none ever did."""
        ...

    def write_note(self, note: bytes) -> None:
        """Replace it; `errors.LockLost` when another leads now."""
        ...


class Audit(Protocol):
    """The append-only log, chained by hash."""

    def append_audit(self, entry: AuditEntry) -> AuditEntry:
        """Append; seq, prev and hash are filled in."""
        ...

    def audit(self, limit: int | None = None) -> Sequence[AuditEntry]:
        """Oldest first; the last `limit` of them."""
        ...

    def verify_audit(self) -> int:
        """Check the chain and return its length; `errors.AuditBroken` names the first entry that does not fit."""
        ...


class Alerts(Protocol):
    """Alerts that were raised. Of one key at most one is open, so of several processes that see the same, one tells of it."""

    def alerts(self, *, cleared: int = 0) -> Sequence[Alert]:
        """Those open, oldest first; after them the newest `cleared` that are over."""
        ...

    def raise_alert(self, alert: Alert) -> Alert | None:
        """Write it down. When one of that key is open, or it may be raised once only and was: that one; None when this one is new."""
        ...

    def acknowledge_alert(self, alert_id: str, who: str, at: datetime) -> Alert:
        """Note who sees to it; the first one stays. By id or unambiguous prefix of an open one; `errors.NotFound` otherwise."""
        ...

    def clear_alert(self, alert_id: str, at: datetime) -> bool:
        """It is over; False when it was already, or is not known."""
        ...

    def note_telling(self, alert_id: str, notifier: str, words: str) -> None:
        """What came of telling somebody; nothing when the alert is not known any more."""
        ...


class Books(Protocol):
    """Runs of runbooks. One process follows a run; any may read, and confirm."""

    def begin_book(self, run: BookRun) -> None: ...
    def update_book(self, run: BookRun) -> None:
        """Replace status, end, digest and program of a run."""
        ...

    def book(self, run_id: str) -> BookRun:
        """By id or unambiguous prefix, with its program; `errors.NotFound` otherwise."""
        ...

    def books(self, limit: int = 50) -> Sequence[BookRun]:
        """Newest first, without their programs."""
        ...

    def record_book(self, entry: BookEntry, token: str = "") -> int:
        """Write a journal line; its number. With the token of `follow_book`, `errors.LockLost` when another follows that run now."""
        ...

    def book_entries(self, run_id: str, after: int = 0) -> Sequence[BookEntry]:
        """In the order of writing, those with a number above `after`."""
        ...

    def follow_book(self, run_id: str, holder: Holder, ttl: float) -> None:
        """Become the one process that follows a run; `errors.LockHeld` when another does, who is not dead or silent for `ttl` s."""
        ...

    def beat_book(self, token: str, at: datetime) -> bool:
        """Say "still here"; False when another follows it now."""
        ...

    def leave_book(self, token: str) -> None: ...
    def book_follower(self, run_id: str) -> Holder | None: ...
    def book_is_followed(self, run_id: str, host: str, ttl: float) -> bool:
        """Whether somebody follows it now, as far as `host` can tell."""
        ...


class Store(Journal, Ownership, Overrides, Lock, Audit, Alerts, Books, Protocol):
    """All of it. `writable`: whether it was opened so that it may be written to (a missing one read as empty is not)."""

    writable: bool

    @property
    def leadership(self) -> Leadership:
        """Of the autopilot."""
        ...

    def check(self) -> Sequence[str]:
        """Integrity problems, in words; empty when well."""
        ...

    def about(self) -> Mapping[str, str]:
        """What and where it is, for people: `kind`, `place`, `bytes`, `schema`, `since`, and what else there is to know."""
        ...

    def claim(self, campaign: str) -> str:
        """Write down that this is the store of the campaign of that name; the name it had before."""
        ...

    def close(self) -> None: ...
