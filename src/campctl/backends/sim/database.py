"""The exchange's file: opened, made, checked, and its rows written and read. Knows SQLite, not telephony.

WAL with synchronous NORMAL: a commit survives the death of the process, not (the last moments of) a power cut - it is
an exchange to rehearse on. Several processes may use one file; writers queue up behind each other.

Tables: `resource` is the truth; `seen` holds earlier values of resources for as long as changes are on their way
(propagation); `reference` says who refers to whom; `undo` holds what the last moments' writes replaced, for a restart
that loses them; `operation` is the log of everything that was asked for.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campctl.errors import BackendError, Refused, Unavailable
from campctl.wal import keep_write_ahead

APPLICATION_ID = 0x63616D70  # "camp"
VERSION = 1
BUSY_SECONDS = 10.0

_SCHEMA = (
    """CREATE TABLE resource (kind TEXT, id TEXT, body BLOB NOT NULL, extension TEXT, live_at REAL, secret BLOB,
       PRIMARY KEY (kind, id)) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX extensions ON resource (extension) WHERE extension IS NOT NULL",
    """CREATE TABLE reference (to_kind TEXT, to_id TEXT, kind TEXT, id TEXT,
       PRIMARY KEY (to_kind, to_id, kind, id)) WITHOUT ROWID""",
    "CREATE TABLE seen (seq INTEGER PRIMARY KEY, since REAL, until REAL, kind TEXT, id TEXT, body BLOB, live_at REAL)",
    """CREATE TABLE undo (seq INTEGER PRIMARY KEY, at REAL, kind TEXT, id TEXT, body BLOB, extension TEXT, live_at REAL,
       secret BLOB)""",
    "CREATE INDEX undo_at ON undo (at)",
    "CREATE INDEX seen_until ON seen (until)",
    """CREATE TABLE operation (seq INTEGER PRIMARY KEY, call INTEGER, at REAL, change TEXT, action TEXT, kind TEXT, id TEXT,
       result TEXT)""",
    """CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), calls INTEGER, reads INTEGER, epoch TEXT, starts INTEGER,
       tokens REAL, tokens_at REAL)""",
)

# Not REPLACE: that would make room for an extension by removing whoever has it.
_PUT = """INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET
   body = excluded.body, extension = excluded.extension, live_at = excluded.live_at, secret = excluded.secret"""

_REMEMBER = "INSERT INTO undo (at, kind, id, body, extension, live_at, secret) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Database:
    """One connection to the file. Not safe for two threads at once; the caller sees to that."""

    def __init__(self, path: Path, backend: str) -> None:
        self.path = path
        self.backend = backend
        self._connection: sqlite3.Connection | None = None

    def connect(self) -> sqlite3.Connection:
        """The connection, opened (and the file made) on first use; `Refused` when it is not ours, newer or damaged."""
        if self._connection is not None:
            return self._connection
        new = self._make_file()
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection, new)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def writing(self, *, wait: bool) -> Iterator[sqlite3.Connection]:
        """One transaction that writes; undone when the block raises. Without `wait`, `Busy` when another one writes."""
        connection = self.connect()
        if wait:
            connection.execute("BEGIN IMMEDIATE")
        else:
            self._begin_or_busy(connection)
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _begin_or_busy(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as fault:
            if _kind(fault) == sqlite3.SQLITE_BUSY:
                raise Busy from None
            raise
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of everything."""
        connection = self.connect()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def translate(self, fault: sqlite3.Error | OSError | Damaged | Busy) -> BackendError:
        """A fault of the file in campctl's own words. What is raised here did nothing: a failed commit is undone."""
        code = _kind(fault)
        name, where = self.backend, f"The exchange's file {self.path.name}"
        if isinstance(fault, Damaged) or code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return Refused(
                f"{where} is damaged ({fault}); nothing was changed.",
                backend=name,
                hint=f"Move {self.path} away, with its -wal and -shm, and apply again to fill a new exchange; or put a copy back.",
            )
        if isinstance(fault, Busy) or code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return Unavailable(
                f"{where} has been kept busy by another process for {BUSY_SECONDS:g} s.", backend=name, hint="Try again when it is done."
            )
        hint = {
            sqlite3.SQLITE_FULL: "The disk is full: make room.",
            sqlite3.SQLITE_READONLY: "The file cannot be written: look at the owner and mode of it and its folder.",
            sqlite3.SQLITE_CANTOPEN: "Look at the owner and mode of its folder.",
        }.get(code, "Look at the disk and at the file's owner and mode.")
        return Unavailable(f"{where} cannot be used: {fault}.", backend=name, hint=hint)

    def _make_file(self) -> bool:
        """Make folder (0700) and file (0600) where missing; whether there is nothing in the file yet."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return self.path.stat().st_size == 0
        return True

    def _prepare(self, connection: sqlite3.Connection, new: bool) -> None:
        if not new:
            self._refuse_foreign(connection)
        keep_write_ahead(connection, BUSY_SECONDS)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -32768")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            self._create(connection)

    def _refuse_foreign(self, connection: sqlite3.Connection) -> None:
        """Look before anything is written into a file that was there already; at one state of it, as another process may be making it."""
        connection.execute("BEGIN")
        application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute("COMMIT")
        if application != APPLICATION_ID and (tables or version or application):
            raise Refused(
                f"{self.path.name} is an SQLite file of something else; nothing was changed.",
                backend=self.backend,
                hint=f"Set the option `file` of backend `{self.backend}` to a file of its own.",
            )
        if version > VERSION:
            raise Refused(
                f"{self.path.name} was written by a newer campctl (format {version}, this one knows {VERSION}); nothing was changed.",
                backend=self.backend,
                hint="Use that campctl, or set the option `file` to another file.",
            )

    def _create(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been first.
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _SCHEMA:
                    connection.execute(statement)
                epoch = os.urandom(4).hex()
                connection.execute("INSERT INTO state VALUES (1, 0, 0, ?, 1, NULL, NULL)", (epoch,))
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _kind(fault: Exception) -> int:
    """SQLite's primary error code; 0 for what is not SQLite's."""
    code: int = getattr(fault, "sqlite_errorcode", 0)
    return code & 0xFF


class Damaged(Exception):
    """The file is sound for SQLite, but what it holds is no resource."""


class Busy(Exception):
    """Another connection writes just now."""


class Row:
    """Columns of `resource` for one key; a None row stands for "there is none"."""

    __slots__ = ("body", "extension", "live_at", "secret")

    def __init__(self, body: bytes, extension: str | None, live_at: float | None, secret: bytes | None) -> None:
        self.body = body
        self.extension = extension
        self.live_at = live_at
        self.secret = secret


class Writer:
    """Row writes of one transaction at one instant, each remembered for `undo` and, while on its way, for `seen`."""

    def __init__(self, connection: sqlite3.Connection, now: float, propagation: float) -> None:
        self.run = connection.execute
        self.now = now
        self._propagation = propagation

    def get(self, kind: str, id: str) -> Row | None:  # noqa: A002 - the column's name
        """The row as it truly is."""
        found = self.run("SELECT body, extension, live_at, secret FROM resource WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return None if found is None else Row(*found)

    def put(self, kind: str, id: str, row: Row | None, before: Row | None) -> None:  # noqa: A002
        """Replace `before` (what `get` gave) by `row`."""
        old = (None, None, None, None) if before is None else (before.body, before.extension, before.live_at, before.secret)
        self.run(_REMEMBER, (self.now, kind, id, *old))
        if self._propagation > 0:
            self.run(
                "INSERT INTO seen (since, until, kind, id, body, live_at) VALUES (?, ?, ?, ?, ?, ?)",
                (self.now, self.now + self._propagation, kind, id, old[0], old[2]),
            )
        self.set(kind, id, row)

    def set(self, kind: str, id: str, row: Row | None) -> None:  # noqa: A002
        """The write itself, with nothing remembered."""
        if row is None:
            self.run("DELETE FROM resource WHERE kind = ? AND id = ?", (kind, id))
        else:
            self.run(_PUT, (kind, id, row.body, row.extension, row.live_at, row.secret))

    def refer(self, kind: str, id: str, old: Iterable[Any], new: Iterable[Any]) -> None:  # noqa: A002
        """Replace the references of a resource, given as keys."""
        before, after = set(old), set(new)
        for to in before - after:
            self.run("DELETE FROM reference WHERE to_kind = ? AND to_id = ? AND kind = ? AND id = ?", (*to, kind, id))
        for to in after - before:
            self.run("INSERT OR IGNORE INTO reference VALUES (?, ?, ?, ?)", (*to, kind, id))

    def referrers(self, kind: str, id: str) -> list[tuple[str, str]]:  # noqa: A002
        """Kind and id of whatever refers to it."""
        return self.run("SELECT kind, id FROM reference WHERE to_kind = ? AND to_id = ? ORDER BY kind, id", (kind, id)).fetchall()
