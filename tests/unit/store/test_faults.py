"""Every error SQLite has becomes a StoreError with its cause and cure."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from campctl.errors import StoreCorrupt, StoreError
from campctl.store.faults import faults, mapped

PATH = Path("/campaign/.campctl/store.db")
CODES = sorted(
    {getattr(sqlite3, name) for name in dir(sqlite3) if name.startswith("SQLITE_") and "LIMIT" not in name and "DBCONFIG" not in name}
    & set(range(1, 1 << 16))
)
CLASSES = [one for one in vars(sqlite3).values() if isinstance(one, type) and issubclass(one, Exception)]


def test_the_enumeration_is_not_empty() -> None:
    """Python's sqlite3 has ten exception classes (PEP 249) and SQLite some thirty primary codes."""
    assert len(CLASSES) >= 10
    assert len({code & 0xFF for code in CODES}) >= 25


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_exception_class_is_mapped(kind: type[Exception]) -> None:
    """Whatever sqlite3 raises, with or without a code, comes out as a StoreError that says where and what to do."""
    with pytest.raises(StoreError) as caught, faults(PATH):
        raise kind("odd")
    assert str(PATH) in caught.value.message
    assert "odd" in caught.value.message
    assert caught.value.hint
    assert isinstance(caught.value.__cause__, kind)


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_is_mapped(code: int) -> None:
    """Primary and extended codes alike; damage is StoreCorrupt; no placeholder is left in the words."""
    error = sqlite3.OperationalError("odd")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_ODD"
    found = mapped(error, PATH)
    primary = code & 0xFF
    assert isinstance(found, StoreCorrupt) == (primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
    assert found.hint
    assert "{" not in found.message + found.hint


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "refuses access"),
        (errno.EPERM, "refuses access"),
        (errno.EIO, "failed to read or write"),
        (errno.ENOTDIR, "cannot be opened"),
    ],
)
def test_the_systems_errors_are_mapped(number: int, words: str) -> None:
    """Making folder and file meets the system before SQLite does."""
    with pytest.raises(StoreError, match=words), faults(PATH):
        raise OSError(number, "odd")


@pytest.mark.parametrize("error", [OverflowError("Python int too large"), UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates")])
def test_values_sqlite_cannot_take(error: Exception) -> None:
    """Integers beyond 64 bits and lone surrogates."""
    with pytest.raises(StoreError), faults(PATH):
        raise error


def test_other_errors_pass() -> None:
    """A fault of ours is not dressed up as one of the store."""
    with pytest.raises(KeyError), faults(PATH):
        raise KeyError("ours")
