"""A shared PostgreSQL, over psycopg 3: a schema of one database, one connection per process, serving its threads in turn.

One writer at a time: a transaction begins by taking an advisory lock of the schema, so "highest + 1" and the audit chain hold, and
under READ COMMITTED what it reads afterwards is what the writer before it left. A process that stops in the middle of writing is
thrown out by the server (`patience.STOPPED_SECONDS`) before others give up waiting (`patience.BUSY_SECONDS`).

A call that returns is durable (synchronous_commit is on). What breaks between transactions is connected anew; what breaks in the
middle of one is undone and told. When the answer to a COMMIT is lost, the server is asked what became of that transaction
(pg_xact_status, the same timeline only); where that cannot be told either, the error says so.

Nothing waits for ever: `patience` says how long; `line` keeps the connection.

Writes are collected and sent in one go before the next read, or with the COMMIT: a group commit is three round trips.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, ClassVar, Final

import psycopg
from psycopg import pq

from campctl.errors import StoreError
from campctl.store import patience
from campctl.store.database import Row
from campctl.store.dialling import Target
from campctl.store.line import Line
from campctl.store.patience import Connection
from campctl.store.refusals import Silent, Where, mapped, refusals, uncertain

CROWD: Final = 1000
"""Rows collected before they are sent on."""
MANY: Final = 6
"""Rows from which on COPY is worth its round trip."""

_READ: Final = re.compile(r"\s*(?:SELECT|WITH|SHOW)\b", re.IGNORECASE)
_INSERT: Final = re.compile(r"INSERT INTO (?P<table>\w+) \((?P<columns>[\w, ]+)\) VALUES \((?:\?, )*\?\)\Z")
_COMMIT: Final = "COMMIT"
_STATE: Final = "pg_current_xact_id()::text, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), clock_timestamp()"


class PostgreSQL:
    """A schema of a PostgreSQL database as a `database.Database`."""

    types: ClassVar[Mapping[str, str]] = {"int": "bigint", "text": 'text COLLATE "C"', "bytes": "bytea"}
    shared: ClassVar[bool] = True

    def __init__(self, target: Target, *, read_only: bool = False) -> None:
        self._target = target
        self._key = int.from_bytes(blake2b(f"campctl store {target.schema}".encode(), digest_size=8).digest(), signed=True)
        self._lock = threading.RLock()
        self._line = Line(target, read_only=read_only)
        self._depth = 0
        self._writing = False
        self._pending: list[tuple[str, list[Sequence[Any]]]] = []
        self._crowd = 0
        self._xact = ("", "")
        self._server_time = datetime.now(UTC)

    @property
    def where(self) -> Where:
        """What messages call it."""
        return self._target.where

    def make_schema(self) -> None:
        """Make the schema, if it is not there. StoreError in a database that does not hold every character."""
        encoding = self.execute("SHOW server_encoding")[0][0]
        if encoding != "UTF8":
            raise StoreError(
                f"The database of the campaign's store ({self.where}) has the encoding {encoding}, which does not hold every name.",
                hint="Make one with `createdb -E UTF8 -T template0 NAME`, and let `store:` name it.",
            )
        with self.transaction():
            if not self.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (self._target.schema,)):
                self.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._target.schema}"')

    def time(self, given: datetime) -> datetime:  # noqa: ARG002 - the clocks of the hosts that share the store need not agree
        """The server's clock, as the transaction at work began."""
        return self._server_time

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return all its rows; a write runs before the next read, or at the transaction's end."""
        reads = _READ.match(sql) is not None
        with self._lock:
            if self._depth == 0 and not reads:
                with self.transaction():
                    return self.execute(sql, parameters)
            if not reads:
                self._collect(sql, [tuple(parameters)])
                return []
            if self._depth == 0:
                return self._read_alone(sql, parameters)
            with refusals(self.where):
                self._send()
                return self._rows(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement per row; only within a transaction."""
        with self._lock:
            assert self._depth, "executemany belongs into a transaction"
            for row in rows:
                self._collect(sql, [row])

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, durable when left; the schema's one writer."""
        return self._within(writing=True)

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads of one instant; others may write meanwhile."""
        return self._within(writing=False)

    @contextmanager
    def _within(self, *, writing: bool) -> Iterator[None]:
        with self._lock:
            if self._depth == 0:
                with refusals(self.where):
                    self._begin(writing=writing)
                self._writing = writing
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._commit()
            except BaseException:
                if self._depth == 1:
                    self._undo()
                raise
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._pending.clear()
                    self._crowd = 0

    def tables(self) -> frozenset[str]:
        """The names of the tables there are; StoreError when they are not for this user."""
        sql = "SELECT tablename, has_schema_privilege(schemaname, 'USAGE') FROM pg_tables WHERE schemaname = ?"
        rows = self.execute(sql, (self._target.schema,))
        if any(not may for _, may in rows):
            raise mapped(psycopg.errors.InsufficientPrivilege(f"permission denied for schema {self._target.schema}"), self.where)
        return frozenset(name for name, _ in rows)

    def check(self) -> Sequence[str]:
        """Read everything once; name what cannot be read, what is missing, and references that lead nowhere."""
        from campctl.store.schema import TABLES

        there = self.tables()
        found = [f"table {name} is missing" for name in TABLES if name not in there]
        for name in sorted(there & set(TABLES)):
            try:
                self.execute(f"SELECT count(*), sum(length(t::text)) FROM {name} t")  # noqa: S608 - names of ours
            except StoreError as error:
                found.append(f"table {name} cannot be read: {error.message}")
        if {"journal", "runs"} <= there:
            orphans = self.execute("SELECT seq FROM journal WHERE run NOT IN (SELECT id FROM runs) ORDER BY seq LIMIT 5")
            found += [f"row {row[0]} of table journal refers to a row of runs that is gone" for row in orphans]
        return found

    def about(self) -> Mapping[str, str]:
        """What and where it is, for people."""
        sql = (
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'), "
            "(SELECT CASE WHEN ssl THEN version ELSE '' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()), "
            "(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = ? AND c.relkind = 'r')"
        )
        version, fsync, commit, tls, size = self.execute(sql, (self._target.schema,))[0]
        said = {"kind": f"PostgreSQL {version.split(' ')[0]}", "place": str(self.where), "bytes": str(size), "tls": tls or "no"}
        if fsync != "on" or commit == "off":
            said["warning"] = "fsync is off on this server: a power cut there can lose or damage everything in it"
        return said

    def close(self) -> None:
        """Let go. Safe to call twice."""
        with self._lock:
            self._line.close()

    # How a transaction begins and ends

    def _begin(self, *, writing: bool) -> None:
        """Begin, on a new connection when the old one turns out to be broken: nothing was done on it yet."""
        for last in (False, True):
            connection = self._line.connected()
            try:
                if writing:
                    self._begin_writing(connection)
                else:
                    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            except psycopg.Error as error:
                self._undo()
                if last or isinstance(error, Silent) or not connection.closed:
                    raise
            else:
                return

    def _begin_writing(self, connection: Connection) -> None:
        """The writers' lock first, then everything else; asked for in a way that a server that is well answers at once."""
        cursor = connection.execute(f"BEGIN; SELECT pg_try_advisory_xact_lock({self._key}), {_STATE}")
        cursor.nextset()
        row = cursor.fetchone()
        assert row is not None
        ours, *state = row
        if not ours:
            with connection.patient(patience.BUSY_SECONDS + patience.SILENCE_SECONDS):
                cursor = connection.execute(f"SELECT pg_advisory_xact_lock({self._key}); SELECT {_STATE}")
                cursor.nextset()
                state = list(cursor.fetchone() or ())
        self._xact = (state[0], state[1])
        self._server_time = state[2].astimezone(UTC)

    def _commit(self) -> None:
        """End the transaction. When the answer is lost, find out what became of it; StoreError when it is not there, or nobody knows."""
        connection = self._line.connection
        try:
            if self._writing:
                self._send(commit=True)
            elif connection is not None:
                connection.execute(_COMMIT, prepare=False)
        except psycopg.Error as error:
            if not self._writing or (connection is not None and not connection.closed):
                raise mapped(error, self.where) from None
            self._line.drop()
            if not self._became_of_it(error):
                raise mapped(error, self.where) from None

    def _became_of_it(self, error: psycopg.Error) -> bool:
        """Whether the transaction whose COMMIT was not answered is in the store; StoreError when that cannot be told."""
        number, timeline = self._xact
        until = time.monotonic() + patience.RETURN_SECONDS
        why = str(error)
        while True:
            try:
                # What was silent is asked once more all the same: this is the one answer that matters.
                self._line.ask_again()
                rows = self._rows_on(
                    self._line.connected(),
                    "SELECT pg_xact_status(?::text::xid8), substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)",
                    (number,),
                )
            except (psycopg.Error, StoreError) as again:
                self._undo()
                if isinstance(again, Silent) or self._line.connection is not None or time.monotonic() > until:
                    raise uncertain(self.where, f"{why}; then: {again}") from None
                time.sleep(patience.PAUSE)
                continue
            status, now = rows[0]
            if now != timeline:
                raise uncertain(self.where, f"{why}; then: another server has taken over")
            if status in {"committed", "aborted"}:
                return bool(status == "committed")
            if time.monotonic() > until:
                raise uncertain(self.where, f"{why}; then: the server is still at it")
            time.sleep(patience.PAUSE)

    def _undo(self) -> None:
        """Leave no transaction open; a connection on which that fails is given up, which undoes it as well."""
        connection = self._line.connection
        if connection is None:
            return
        if connection.closed:
            self._line.drop()
        elif connection.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            try:
                connection.execute("ROLLBACK")
            except psycopg.Error:
                self._line.drop()

    # Statements

    def _collect(self, sql: str, rows: list[Sequence[Any]]) -> None:
        """Keep writes for later, in their order."""
        assert self._writing, "nothing may be written in a snapshot"
        if self._pending and self._pending[-1][0] == sql:
            self._pending[-1][1].extend(rows)
        else:
            self._pending.append((sql, rows))
        self._crowd += len(rows)
        if self._crowd >= CROWD:
            with refusals(self.where):
                self._send()

    def _send(self, *, commit: bool = False) -> None:
        """Send what was collected, and the COMMIT if it is time, without waiting for each."""
        if not self._pending and not commit:
            return
        connection = self._at_work()
        pending, self._pending, self._crowd = self._pending, [], 0
        few: list[tuple[str, list[Sequence[Any]]]] = []
        for sql, rows in pending:
            copy = _as_copy(sql) if len(rows) >= MANY else None
            if copy is None:
                few.append((sql, rows))
                continue
            _execute(connection, few)
            few = []
            with connection.cursor().copy(copy) as lines:
                for row in rows:
                    lines.write_row(row)
        _execute(connection, few, commit=commit)

    def _rows(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        return self._rows_on(self._at_work(), sql, parameters)

    @staticmethod
    def _rows_on(connection: Connection, sql: str, parameters: Sequence[Any]) -> list[Row]:
        return connection.execute(_percent(sql), parameters).fetchall()

    def _read_alone(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """A read of its own; repeated when the connection turns out to be broken."""
        with refusals(self.where):
            for last in (False, True):
                connection = self._line.connected()
                try:
                    return self._rows_on(connection, sql, parameters)
                except psycopg.Error as error:
                    self._undo()
                    if last or isinstance(error, Silent) or not connection.closed:
                        raise
        raise AssertionError

    def _at_work(self) -> Connection:
        """The connection of the transaction at work. It is never made anew: what was begun went with the old one."""
        if self._line.connection is None or self._line.connection.closed:
            raise psycopg.OperationalError("the connection was lost in the middle of a transaction")
        return self._line.connection


def _execute(connection: Connection, statements: Sequence[tuple[str, list[Sequence[Any]]]], *, commit: bool = False) -> None:
    """All of them in one go, without waiting for each."""
    if not statements:
        if commit:
            connection.execute(_COMMIT, prepare=False)
        return
    with connection.pipeline():
        cursor = connection.cursor()
        for sql, rows in statements:
            if len(rows) == 1:
                cursor.execute(_percent(sql), rows[0])
            else:
                cursor.executemany(_percent(sql), rows)
        if commit:
            cursor.execute(_COMMIT, prepare=False)


@lru_cache(maxsize=128)
def _as_copy(sql: str) -> str | None:
    """A plain INSERT as a COPY, which costs a fifth of it from a handful of rows on; None for any other statement."""
    match = _INSERT.match(sql)
    return f"COPY {match['table']} ({match['columns']}) FROM STDIN" if match else None


@lru_cache(maxsize=128)
def _percent(sql: str) -> str:
    """Psycopg's parameter style."""
    return sql.replace("%", "%%").replace("?", "%s")
