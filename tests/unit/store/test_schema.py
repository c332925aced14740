"""Migrations: numbered, each whole or not at all, safe when several processes come at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campctl.errors import StoreError
from campctl.store import alerts, audit, journal, lock, open_store, ownership, schema
from campctl.store.database import Database
from campctl.store.schema import MIGRATIONS, Migration, migrate, version
from campctl.store.sqlite import SQLite
from campctl.testing import FakeClock

CLOCK = FakeClock(datetime(2026, 10, 1, tzinfo=UTC))
PATH = Path("/campaign/.campctl/store.db")


@pytest.fixture
def db() -> Iterator[SQLite]:
    with closing(SQLite.empty()) as made:
        yield made


def test_migrations_are_numbered_without_gaps() -> None:
    """1, 2, 3, ...; each with a name of its own."""
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert len({step.name for step in MIGRATIONS}) == len(MIGRATIONS)


def test_each_leaves_its_record(db: SQLite) -> None:
    """Number, name and time; running them again changes nothing."""
    for _ in range(2):
        migrate(db, CLOCK, PATH)
        rows = db.execute("SELECT number, name, at FROM migrations ORDER BY number")
        assert rows == [(step.number, step.name, "2026-10-01T00:00:00.000000+00:00") for step in MIGRATIONS]


@pytest.mark.parametrize("start", range(len(MIGRATIONS)))
def test_every_older_store_is_brought_up_to_date(db: SQLite, start: int) -> None:
    """From each earlier schema; what was in it stays."""
    if start:
        migrate(db, CLOCK, PATH, MIGRATIONS[:start])
        db.execute("INSERT INTO runs VALUES (1, 'r1', 's', 'a', 'c', '', 'done', NULL, '', '{}', x'')")
    assert version(db, PATH) == start
    migrate(db, CLOCK, PATH)
    assert version(db, PATH) == len(MIGRATIONS)
    assert len(db.execute("SELECT * FROM runs")) == bool(start)


def test_a_migration_that_fails_leaves_nothing(db: SQLite) -> None:
    """Its tables and its record are one transaction; the next attempt begins where this one did."""

    def breaks(database: Database) -> None:
        database.execute("CREATE TABLE half (id INTEGER)")
        database.execute("CREATE nonsense")

    steps = (*MIGRATIONS, Migration(len(MIGRATIONS) + 1, "breaks", breaks))
    with pytest.raises(StoreError):
        migrate(db, CLOCK, PATH, steps)
    assert version(db, PATH) == len(MIGRATIONS)
    assert "half" not in db.tables()


def test_an_older_store_that_may_only_be_read(tmp_path: Path) -> None:
    """It cannot be upgraded, and says so, with the way out."""
    open_store(tmp_path, clock=CLOCK).close()
    with open_store(tmp_path, clock=CLOCK) as store:
        store._db.execute("DELETE FROM migrations WHERE number = ?", (len(MIGRATIONS),))
    with pytest.raises(StoreError, match="older campctl") as caught:
        open_store(tmp_path, clock=CLOCK, read_only=True)
    assert "campctl history" in caught.value.hint


def test_sql_holds_no_question_mark_but_parameters() -> None:
    """A driver with another placeholder replaces every `?`, so none may stand in a quoted string."""
    for module in (alerts, audit, journal, lock, ownership, schema):
        source = Path(module.__file__).read_text()
        for statement in re.findall(r'"((?:SELECT|INSERT|UPDATE|DELETE|CREATE)[^"]*)"', source):
            assert not re.search(r"'[^']*\?[^']*'", statement), statement
