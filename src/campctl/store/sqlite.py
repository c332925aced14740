"""The embedded database: one SQLite file, 0600 in a folder 0700, in WAL mode with a durable commit (synchronous=FULL).

One connection serves all threads of a process, one after the other; several processes take turns by SQLite's own locks
(`BUSY_SECONDS` of patience). SQLite gives the files it makes beside the store the store's own mode, whatever the umask.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from campctl.store.database import Row
from campctl.store.faults import MEMORY, corrupt, faults
from campctl.wal import keep_write_ahead

BUSY_SECONDS: Final = 20
"""A group commit takes a millisecond; only a writer that hangs makes another wait this long."""

_PRIVATE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
_OTHERS: Final = 0o077


class SQLite:
    """An open SQLite database as a `database.Database`."""

    types: ClassVar[Mapping[str, str]] = {"int": "INTEGER", "text": "TEXT", "bytes": "BLOB"}
    shared: ClassVar[bool] = False

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()
        self._depth = 0

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether there is a store; StoreError when that cannot be seen."""
        with faults(path):
            try:
                return stat.S_ISREG(path.stat().st_mode)
            except (FileNotFoundError, NotADirectoryError):
                return False

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> SQLite:
        """Open an existing file, keep it private, and see that it is sound enough to be read."""
        with faults(path):
            if path.stat().st_size == 0:
                raise corrupt(path, "it is empty; campctl never leaves a store without its tables")
            if not read_only:
                _keep_private(path)
            mode = "ro" if read_only else "rw"
            still = "&immutable=1" if read_only and _cannot_change(path) else ""
            connection = _connect(_uri(path, mode) + still)
            database = cls(connection, path)
            try:
                database.execute("SELECT count(*) FROM sqlite_master")
            except BaseException:
                database.close()
                raise
        return database

    @classmethod
    def empty(cls) -> SQLite:
        """An empty database in memory."""
        with faults(MEMORY):
            return cls(_connect(str(MEMORY)), MEMORY)

    @property
    def in_memory(self) -> bool:
        """Whether it stands for a store that is not there."""
        return self._path == MEMORY

    def write_ahead(self) -> None:
        """Keep a write-ahead log. The file remembers, unless a backup tool wrote it anew; only for a file known to be ours."""
        with self._lock, faults(self._path):
            keep_write_ahead(self._connection, BUSY_SECONDS)

    def freeze(self) -> None:
        """Refuse every write from now on."""
        self.execute("PRAGMA query_only = ON")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return all its rows."""
        with self._lock, faults(self._path):
            return self._connection.execute(sql, parameters).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement per row; only within a transaction."""
        with self._lock, faults(self._path):
            assert self._depth, "executemany belongs into a transaction"
            self._connection.executemany(sql, rows)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing. BEGIN IMMEDIATE makes this the one writer before anything is read, so "highest + 1" holds."""
        return self._within("BEGIN IMMEDIATE")

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads of one instant; others may write meanwhile."""
        return self._within("BEGIN")

    @contextmanager
    def _within(self, begin: str) -> Iterator[None]:
        with self._lock, faults(self._path):
            if self._depth == 0:
                self._connection.execute(begin)
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._depth == 1 and self._connection.in_transaction:
                    with suppress(sqlite3.Error):  # the first error is the one to tell of; an open transaction is lost at close
                        self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def time(self, given: datetime) -> datetime:
        """The machine's own clock: everybody who uses this file has the same."""
        return given

    def tables(self) -> frozenset[str]:
        """The names of the tables there are."""
        return frozenset(row[0] for row in self.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))

    def check(self) -> Sequence[str]:
        """SQLite's own integrity check, and references that lead nowhere."""
        found = [str(row[0]) for row in self.execute("PRAGMA integrity_check") if row[0] != "ok"]
        orphans = self.execute("PRAGMA foreign_key_check")
        return [*found, *(f"row {row[1]} of table {row[0]} refers to a row of {row[2]} that is gone" for row in orphans)]

    def about(self) -> Mapping[str, str]:
        """What and where it is, for people."""
        pages, size = self.execute("PRAGMA page_count")[0][0], self.execute("PRAGMA page_size")[0][0]
        return {"kind": f"SQLite {sqlite3.sqlite_version}", "place": str(self._path), "bytes": str(pages * size)}

    def close(self) -> None:
        """Let go; the last process to do so folds the write-ahead log into the file."""
        with self._lock, faults(self._path):
            self._connection.close()


def make(path: Path, fill: Callable[[SQLite], None]) -> None:
    """Make a new store at `path`: filled under another name first, so that it is never seen half made, by nobody."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    with faults(path):
        if not path.parent.is_dir():
            path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            path.parent.chmod(_PRIVATE_FOLDER)  # a umask may have taken from it
        try:
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
            draft.chmod(_PRIVATE)
            database = SQLite(_connect(_uri(draft, "rw")), path)
            try:
                fill(database)
                database.write_ahead()
            finally:
                database.close()
            _put(draft, path)
        finally:
            for left in (draft, *(draft.with_name(draft.name + end) for end in ("-journal", "-wal", "-shm"))):
                left.unlink(missing_ok=True)


def _put(draft: Path, path: Path) -> None:
    """Give the finished draft its name, unless another process was first."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            with suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_EX)  # else a store that somebody writes to already could be replaced
            if path.exists():
                return
            draft.rename(path)
        os.fsync(folder)
    finally:
        os.close(folder)


def _uri(path: Path, mode: str) -> str:
    """As SQLite reads it (https://sqlite.org/uri.html); urllib.parse would cost more to import than the file to open."""
    escaped = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{escaped}?mode={mode}"


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _keep_private(path: Path) -> None:
    """Take away what group and others may do to the folder and the files, where it is ours to say."""
    me = os.geteuid()
    for place in (path.parent, path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with suppress(FileNotFoundError):
            found = place.stat()
            if found.st_mode & _OTHERS and found.st_uid == me:
                with suppress(PermissionError, OSError):  # a read-only disk: what follows says so, if it matters
                    place.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def _cannot_change(path: Path) -> bool:
    """A read-only place with nothing left in the write-ahead log: SQLite must be told, or it wants to make files there."""
    log = path.with_name(path.name + "-wal")
    return not os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids) and not (
        log.exists() and log.stat().st_size
    )
