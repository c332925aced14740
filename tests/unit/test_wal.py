"""A file that becomes one with a write-ahead log while another connection is at it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campctl import wal
from campctl.backends.sim.database import Database
from campctl.backends.sim.traffic.ledger import Ledger
from campctl.store.sqlite import SQLite

WITH_A_LOG = 2
"""The header's write version (https://sqlite.org/fileformat2.html)."""


def of_sim(path: Path) -> None:
    """The exchange."""
    database = Database(path, "sim")
    database.connect()
    database.close()


def of_the_floor(path: Path) -> None:
    """What its calls are kept in."""
    ledger = Ledger(path)
    ledger.last()
    ledger.close()


def of_the_store(path: Path) -> None:
    """campctl's own."""
    store = SQLite.open(path)
    store.write_ahead()
    store.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process' connection, in the middle of its first write: SQLite refuses the next one without a wait."""
    connection = sqlite3.connect(tmp_path / "file", isolation_level=None)
    connection.execute("CREATE TABLE passing (x)")
    connection.execute("DROP TABLE passing")
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.mark.parametrize("opening", [of_sim, of_the_floor, of_the_store])
def test_whoever_opens_it_waits_for_the_other(
    tmp_path: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, opening: Callable[[Path], None]
) -> None:
    """Each file of ours is opened as soon as the other is done, instead of "database is locked"."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            other.execute("ROLLBACK")

    monkeypatch.setattr(wal.time, "sleep", sleep)
    opening(tmp_path / "file")
    assert len(waits) == 3
    assert (tmp_path / "file").read_bytes()[18] == WITH_A_LOG


def test_patience_ends(tmp_path: Path, other: sqlite3.Connection) -> None:
    """Another that never ends is told of, in SQLite's words."""
    mine = sqlite3.connect(tmp_path / "file", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        wal.keep_write_ahead(mine, patience=-1.0)
    other.execute("ROLLBACK")
    wal.keep_write_ahead(mine, patience=0.0)
    mine.close()
