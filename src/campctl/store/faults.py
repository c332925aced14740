"""SQLite's errors, and the system's, as StoreErrors: each says what, where, why and what to do.

SQLite's extended codes are its primary code in the low byte (https://sqlite.org/rescode.html); the table is by primary code.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from campctl.errors import StoreBusy, StoreCorrupt, StoreError

MEMORY: Final = Path(":memory:")
"""Stands for the empty store of a campaign that has none yet."""

UNTOUCHED: Final = "What was in it before is still there."

_PRIMARY: Final = 0xFF
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})

_WHAT: Final[dict[int, tuple[str, str]]] = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space there (`df -h {folder}`), then repeat the command."),
    sqlite3.SQLITE_READONLY: (
        "it may only be read",
        "Make {folder} and the files in it writable for you (`ls -la {folder}`), or mount it read-write, then repeat the command.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened",
        "Look whether {folder} exists and is yours (`ls -la {folder}`), and is mounted; SQLite makes files beside the store, too.",
    ),
    sqlite3.SQLITE_BUSY: (
        "another process has been writing to it for too long",
        "Look for another campctl (`campctl history`, `fuser {path}`), wait until it has ended, then repeat the command.",
    ),
    sqlite3.SQLITE_LOCKED: ("another part of this process is using it", "Repeat the command."),
    sqlite3.SQLITE_IOERR: (
        "the disk failed to read or write",
        "Look at the system's log (`dmesg | tail`) and at the disk under {folder}; network file systems do not carry SQLite safely.",
    ),
    sqlite3.SQLITE_PROTOCOL: (
        "its locks do not work there",
        "Move the campaign to a local disk: network file systems do not carry SQLite safely.",
    ),
    sqlite3.SQLITE_PERM: ("the system refuses access", "Make {folder} and the files in it yours (`ls -la {folder}`)."),
    sqlite3.SQLITE_AUTH: ("SQLite refuses access", "Make {folder} and the files in it yours (`ls -la {folder}`)."),
    sqlite3.SQLITE_NOMEM: ("there is not enough memory", "Free some memory, then repeat the command."),
    sqlite3.SQLITE_TOOBIG: ("a value is larger than SQLite takes", "Apply in smaller parts (`--target`)."),
    sqlite3.SQLITE_NOLFS: ("its file system does not take large files", "Move the campaign to another file system."),
    sqlite3.SQLITE_INTERRUPT: ("it was interrupted", "Repeat the command."),
    sqlite3.SQLITE_CONSTRAINT: ("what was to be written contradicts what is there", "Please report this: it is a fault in campctl."),
}
_FAULT: Final = "Please report this: it is a fault in campctl, or in the SQLite it runs on."

_ERRNO: Final[dict[int, int]] = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_PERM,
    errno.EPERM: sqlite3.SQLITE_PERM,
    errno.EIO: sqlite3.SQLITE_IOERR,
}


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn whatever SQLite or the system raises within into a StoreError about the store at `path`."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, OSError, OverflowError, UnicodeError) as error:
        raise mapped(error, path) from error


def mapped(error: Exception, path: Path) -> StoreError:
    """The StoreError that `error` means."""
    code = _ERRNO.get(error.errno or 0, sqlite3.SQLITE_CANTOPEN) if isinstance(error, OSError) else getattr(error, "sqlite_errorcode", 0)
    primary = (code or 0) & _PRIMARY
    if primary in _CORRUPT:
        return corrupt(path, str(error))
    if primary == sqlite3.SQLITE_READONLY and path == MEMORY:
        return StoreError("This campaign has no store yet, and the command at work opened it for reading only.", hint=_FAULT)
    what, hint = _WHAT.get(primary, ("SQLite refuses", _FAULT))
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        what = "it was closed"
    kind = StoreBusy if primary == sqlite3.SQLITE_BUSY else StoreError
    return kind(
        f"The campaign's store {path} cannot be used: {what} ({_words(error)}). {UNTOUCHED}",
        hint=hint.format(folder=path.parent, path=path),
    )


def corrupt(path: Path, why: str) -> StoreCorrupt:
    """The error for a damaged file, with the way out."""
    return StoreCorrupt(
        f"The campaign's store {path} is damaged ({why}). Nothing was overwritten.",
        hint=(
            "Put a backup in its place if you have one. Otherwise move it aside, with the files beside it "
            f"(mkdir {path.parent}/damaged && mv {path}* {path.parent}/damaged/), and run `campctl adopt`, "
            "which takes the phones in again. "
            "Lost with it are the history of runs, which resources campctl owns, live overrides and the audit log; "
            "manifests and phones are not touched."
        ),
    )


def _words(error: Exception) -> str:
    name = getattr(error, "sqlite_errorname", "")
    return f"{name}: {error}" if name else str(error)
