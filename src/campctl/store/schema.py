"""The tables, as numbered migrations. Each is a named function, applied in one transaction together with its own record.

Published migrations are never edited; a change of the tables is a new one at the end. Types are those both SQLite and
PostgreSQL know under `Database.types`; sequences are "highest + 1" within a transaction, because the two disagree on them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from campctl.errors import StoreCorrupt, StoreError, StoreTooNew
from campctl.ports.clock import Clock
from campctl.store.codec import instant
from campctl.store.database import Database

Place = Path | str
"""What messages call the store: its file, or the words for a schema on a server."""

TABLES = (
    "runs", "journal", "owned", "overrides", "lock", "audit", "meta", "leader", "notes", "alerts",
    "books", "book_journal", "book_followers", "migrations",
)  # fmt: skip


class Migration(NamedTuple):
    """One step of the schema. `number` counts from 1 without gaps."""

    number: int
    name: str
    apply: Callable[[Database], None]


def runs_and_journal(db: Database) -> None:
    """Runs; their journal lines. `plan` stands last, so that lists of runs do not read through it."""
    _create(
        db,
        """CREATE TABLE runs (
            seq {int} NOT NULL UNIQUE, id {text} PRIMARY KEY, started {text} NOT NULL, author {text} NOT NULL,
            command {text} NOT NULL, reason {text} NOT NULL, status {text} NOT NULL, ended {text}, undoes {text} NOT NULL,
            counts {text} NOT NULL, plan {bytes} NOT NULL)""",
        """CREATE TABLE journal (
            seq {int} PRIMARY KEY, run {text} NOT NULL REFERENCES runs (id), change {text} NOT NULL, state {text} NOT NULL,
            at {text} NOT NULL, attempt {int} NOT NULL, error {text} NOT NULL)""",
        "CREATE INDEX journal_of_run ON journal (run, seq)",
    )


def ownership_and_overrides(db: Database) -> None:
    """What campctl created or adopted, and live changes; values are JSON."""
    _create(
        db,
        """CREATE TABLE owned (
            backend {text} NOT NULL, kind {text} NOT NULL, id {text} NOT NULL, value {text} NOT NULL, run {text} NOT NULL,
            PRIMARY KEY (backend, kind, id))""",
        "CREATE TABLE overrides (seq {int} NOT NULL UNIQUE, id {text} PRIMARY KEY, value {text} NOT NULL)",
    )


def lock_and_audit(db: Database) -> None:
    """The lock's one row, the chained log, and `meta` with the log's head."""
    _create(
        db,
        """CREATE TABLE lock (
            one {int} PRIMARY KEY CHECK (one = 1), token {text} NOT NULL, who {text} NOT NULL, host {text} NOT NULL, pid {int} NOT NULL,
            process {text} NOT NULL, command {text} NOT NULL, since {text} NOT NULL, beat {text} NOT NULL)""",
        """CREATE TABLE audit (
            seq {int} PRIMARY KEY, at {text} NOT NULL, who {text} NOT NULL, what {text} NOT NULL, why {text} NOT NULL,
            command {text} NOT NULL, result {text} NOT NULL, run {text} NOT NULL, prev {text} NOT NULL, hash {text} NOT NULL)""",
        "CREATE TABLE meta (name {text} PRIMARY KEY, value {text} NOT NULL)",
    )


def leader_and_notes(db: Database) -> None:
    """The row of the autopilot that leads, and what it writes down for itself and for whoever asks."""
    _create(
        db,
        """CREATE TABLE leader (
            one {int} PRIMARY KEY CHECK (one = 1), token {text} NOT NULL, who {text} NOT NULL, host {text} NOT NULL, pid {int} NOT NULL,
            process {text} NOT NULL, command {text} NOT NULL, since {text} NOT NULL, beat {text} NOT NULL)""",
        "CREATE TABLE notes (name {text} PRIMARY KEY, value {bytes} NOT NULL)",
    )


def raised_alerts(db: Database) -> None:
    """Alerts that are raised, and the last ones that were; `open` is 1 or 0, the value JSON."""
    _create(
        db,
        """CREATE TABLE alerts (
            seq {int} NOT NULL UNIQUE, id {text} PRIMARY KEY, key {text} NOT NULL, open {int} NOT NULL, value {text} NOT NULL)""",
        "CREATE UNIQUE INDEX open_alert ON alerts (key) WHERE open = 1",
    )


def runbooks(db: Database) -> None:
    """Runs of runbooks, their journal lines, and the process that follows each."""
    _create(
        db,
        """CREATE TABLE books (
            seq {int} NOT NULL UNIQUE, id {text} PRIMARY KEY, book {text} NOT NULL, name {text} NOT NULL, started {text} NOT NULL,
            author {text} NOT NULL, command {text} NOT NULL, digest {text} NOT NULL, status {text} NOT NULL, ended {text},
            program {bytes} NOT NULL)""",
        """CREATE TABLE book_journal (
            seq {int} PRIMARY KEY, run {text} NOT NULL REFERENCES books (id), step {text} NOT NULL, state {text} NOT NULL,
            at {text} NOT NULL, who {text} NOT NULL, role {text} NOT NULL, attempt {int} NOT NULL, took {text}, code {int},
            detail {text} NOT NULL, output {text} NOT NULL)""",
        "CREATE INDEX journal_of_book ON book_journal (run, seq)",
        """CREATE TABLE book_followers (
            run {text} PRIMARY KEY, token {text} NOT NULL, who {text} NOT NULL, host {text} NOT NULL, pid {int} NOT NULL,
            process {text} NOT NULL, command {text} NOT NULL, since {text} NOT NULL, beat {text} NOT NULL)""",
    )


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "runs and journal", runs_and_journal),
    Migration(2, "ownership and overrides", ownership_and_overrides),
    Migration(3, "lock and audit", lock_and_audit),
    Migration(4, "leader and notes", leader_and_notes),
    Migration(5, "raised alerts", raised_alerts),
    Migration(6, "runbooks", runbooks),
)


def migrate(db: Database, clock: Clock, path: Place, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Bring the schema up to date. Several processes may do so at once: each looks again once it is the one writer."""
    if version(db, path) == migrations[-1].number:
        return
    _refuse_newer(version(db, path), migrations[-1].number, path)
    with db.transaction():
        if "migrations" not in db.tables():
            _create(db, "CREATE TABLE migrations (number {int} PRIMARY KEY, name {text} NOT NULL, at {text} NOT NULL)")
    for step in migrations:
        with db.transaction():
            if version(db, path) < step.number:
                step.apply(db)
                db.execute("INSERT INTO migrations (number, name, at) VALUES (?, ?, ?)", (step.number, step.name, instant(clock.now())))


def require_current(db: Database, path: Place) -> None:
    """For reading without the right to write: the schema must be the one this campctl knows."""
    found, known = version(db, path), MIGRATIONS[-1].number
    _refuse_newer(found, known, path)
    if found < known:
        raise StoreError(
            f"The store {path} was written by an older campctl (schema {found}, this one needs {known}) "
            "and cannot be upgraded while read only.",
            hint="Run `campctl history` once with the right to write there; it upgrades the store.",
        )


def version(db: Database, path: Place) -> int:
    """The number of the last migration applied; 0 for an empty database. StoreCorrupt when it is somebody else's database."""
    tables = db.tables()
    if "migrations" in tables:
        found = db.execute("SELECT max(number) FROM migrations")[0][0]
        return int(found or 0)
    if tables:
        raise StoreCorrupt(
            f"{path} is {'a database' if isinstance(path, Path) else 'there'}, but not a campctl store: it has no table `migrations`. "
            "Nothing was changed.",
            hint=f"Find out whose it is and move it aside (mv {path} {path}.other); campctl then begins a new store."
            if isinstance(path, Path)
            else "Find out whose it is, and give the campaign a schema of its own (`?schema=NAME` at the end of `store:`).",
        )
    return 0


def _refuse_newer(found: int, known: int, path: Place) -> None:
    if found > known:
        raise StoreTooNew(
            f"The store {path} was written by a newer campctl: its schema is {found}, this one knows up to {known}. Nothing was changed.",
            hint="Use that newer campctl (`campctl --version` where it was written; `pip install -U campctl`), "
            "or a backup from before the upgrade.",
        )


def _create(db: Database, *statements: str) -> None:
    for statement in statements:
        db.execute(statement.format_map(db.types))
