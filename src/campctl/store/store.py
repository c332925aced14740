"""All parts of the store over one database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from campctl.ports.clock import Clock
from campctl.store.alerts import SqlAlerts
from campctl.store.audit import SqlAudit
from campctl.store.books import SqlBooks
from campctl.store.database import Database
from campctl.store.journal import SqlJournal, SqlOverrides
from campctl.store.lock import SqlLeadership, SqlLock, Tokens
from campctl.store.marks import marks, set_mark
from campctl.store.ownership import SqlOwnership


class SqlStore(SqlJournal, SqlOwnership, SqlOverrides, SqlLock, SqlAudit, SqlAlerts, SqlBooks):
    """`ports.store.Store` in SQL; also a context manager that closes it."""

    def __init__(self, db: Database, clock: Clock, *, writable: bool = True) -> None:
        self._db = db
        self._clock = clock
        self._tokens = Tokens()
        self.leadership = SqlLeadership(db, clock, self._tokens)
        self.writable = writable

    def check(self) -> Sequence[str]:
        """Integrity problems in words; empty when well."""
        return self._db.check()

    def about(self) -> Mapping[str, str]:
        """What and where it is, for people: `kind`, `place`, `bytes`, `schema`, `since` (ISO 8601), and what else there is to know."""
        number, since = self._db.execute("SELECT max(number), min(at) FROM migrations")[0]
        return {**self._db.about(), "schema": str(number or 0), "since": since or ""}

    def claim(self, campaign: str) -> str:
        """Write down that this is the store of the campaign of that name; the name it had before."""
        with self._db.transaction():
            before = str(marks(self._db).get("campaign", ""))
            set_mark(self._db, "campaign", campaign)
        return before

    def close(self) -> None:
        """Let go of the database. Safe to call twice."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
