"""The shelf of what all nodes share: records, endpoints, AORs, auths, queues, rules.

Every write is one transaction, so a batch is kept whole or not at all. When the answer to its COMMIT is lost, PostgreSQL
is asked what became of that transaction (pg_xact_status); only when it cannot tell in time is the outcome uncertain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl.backends.asterisk.facts.native import Fact, Place, Value, Write
from campctl.backends.asterisk.facts.rows import Rows
from campctl.backends.asterisk.sql import faults, reading, writing
from campctl.backends.asterisk.sql.link import Access, Link, load
from campctl.backends.asterisk.sql.outbox import Delivery, Outbox, put
from campctl.backends.asterisk.sql.schema import LOCK, TABLES
from campctl.errors import BackendError, Unavailable, Uncertain

if TYPE_CHECKING:
    from psycopg import AsyncConnection, Error

_HOLDER = """
SELECT coalesce(nullif(a.application_name, ''), 'a session') || coalesce(' since ' || to_char(a.state_change, 'HH24:MI:SS TZ'), '')
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid, l.objid, l.objsubid) = (%s, %s, 2)
"""
_IDLE_LIMIT = "SELECT set_config('idle_session_timeout', '{}s', false) WHERE current_setting('server_version_num')::int >= 140000"
_PATIENT = "BEGIN; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}"
_UNLOCK = f"SELECT pg_advisory_unlock({LOCK[0]}, {LOCK[1]}); {_IDLE_LIMIT}"
_DOING = "UPDATE campctl_state SET doing = %s"
_BEGIN = b"BEGIN; SELECT pg_current_xact_id()::text"
_COMMIT = b"SELECT generation FROM campctl_state; COMMIT"
BEAT = 15.0
"""Seconds between signs of life while the lock is held; after four without any, the server ends the session."""


class _Transaction(Struct, frozen=True):
    """What is done in one."""

    sheets: writing.Sheets
    delivery: Delivery | None
    doing: str | None


class SqlShelf:
    """Implements `native.Shelf` on one PostgreSQL."""

    places: frozenset[Place] = frozenset(TABLES)

    def __init__(self, access: Access) -> None:
        self._access = access
        self._writer = Link(access, "writer")
        self._reader = Link(access, "reader")
        self.outbox = Outbox(self._writer, self._reader)
        self._turn = asyncio.Lock()
        self._held: AsyncConnection[Any] | None = None
        self.generation = 0
        """As of the last read or write."""

    def __repr__(self) -> str:
        return f"SqlShelf({self._access.database.shown})"

    @property
    def shown(self) -> str:
        """Host, port and name of the database."""
        return self._access.database.shown

    @property
    def exposed(self) -> bool:
        """See `Database`."""
        return self._access.database.exposed

    @property
    def role(self) -> str:
        """The role Asterisk logs in as."""
        return self._access.role

    # -- native.Shelf --

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """Everything on this shelf, or what there is of `facts`, as of one instant."""
        if facts is None:
            rows = Rows()
            await self.fill(rows)
            return rows.facts()
        wanted = [fact for fact in facts if fact.place in self.places]
        if not wanted:
            return {}
        self.generation, found = await self._reader.run(lambda connection: reading.read(connection, wanted))
        return found

    async def fill(self, rows: Rows) -> dict[Fact, Any]:
        """Everything, straight into `rows`; see `rows.Filling`. All of it fits: columns hold texts."""
        self.generation, found = await self._reader.run(reading.whole)
        for place, values in found.items():
            rows.by[place].update(values)
        return {}

    async def write(self, writes: Sequence[Write], delivery: Delivery | None = None, doing: str | None = None) -> list[str | None]:
        """One transaction. Writes PostgreSQL cannot keep are said why and left out; the rest is kept whole, or not at all.

        doing: what this is a part of, remembered (`begin`) in that transaction.
        """
        refused = await self.hold(writing.Sheets.of(writing.latest(writes)), delivery, doing)
        return [refused.get(write.fact) for write in writes] if refused else [None] * len(writes)

    async def hold(self, sheets: writing.Sheets, delivery: Delivery | None = None, doing: str | None = None) -> dict[Fact, str]:
        """As `write`, with what was made ready; why those were refused that were."""
        if sheets.wanted or delivery is not None or doing is not None:
            return sheets.refused | await self._transact(_Transaction(sheets, delivery, doing))
        return sheets.refused

    # -- beside it --

    async def current(self) -> int:
        """The generation now: unchanged means that a whole earlier read is still true, hand-made changes included."""
        return await self._reader.run(reading.generation, seconds=self._access.seconds.connect)

    async def stamp(self) -> tuple[str, str]:
        """What tells whether an image is still true, and what somebody is in the midst of."""

        async def look(connection: AsyncConnection[Any]) -> tuple[str, str]:
            cursor = await connection.execute(b"SELECT token, generation, counted, doing FROM campctl_state")
            row = await cursor.fetchone()
            assert row is not None
            token, generation, counted, doing = row
            return (token if generation == counted else f"{token}/{generation}"), doing

        return await self._reader.run(look)

    async def begin(self, doing: str) -> None:
        """Remember what is about to be written."""
        await self._set(_DOING, doing)

    async def end(self, token: str) -> None:
        """It is written; from now on the stamp is `token`, until something else is written."""
        await self._set("UPDATE campctl_state SET doing = '', token = %s, counted = generation", token)

    async def _set(self, statement: str, value: str) -> None:
        async def change(connection: AsyncConnection[Any]) -> None:
            await connection.execute(statement.encode(), (value,))

        await self._writer.run(change, only=self._held)

    def must_be_exclusive(self) -> None:
        """Raise Unavailable when the session that held the lock is gone."""
        if self._held is None or self._writer.connection is not self._held:
            access = self._access
            raise faults.unreachable("the connection that held campctl's lock broke", access.database, access.backend)

    async def set_secret(self, native: str, secret: str) -> bool:
        """Give an auth a new secret; False when there is none."""
        return bool(await self.set_secrets({native: secret}))

    async def set_secrets(self, secrets: Mapping[str, str]) -> frozenset[str]:
        """Give auths new secrets, in one transaction; the names for which there is an auth."""
        return await self._writer.run(lambda connection: writing.set_secrets(connection, secrets))

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Alone among all campctls that write to this database, until the end of the block or of this process."""
        async with self._turn:
            held = await self._take()
            self._held = held
            beat = asyncio.create_task(self._beat(held))
            try:
                yield
            finally:
                beat.cancel()
                with suppress(asyncio.CancelledError):
                    await beat
                self._held = None
                await self._give_back(held)

    async def ask(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a question that changes nothing; for probes."""

        async def look(connection: AsyncConnection[Any]) -> list[tuple[Any, ...]]:
            cursor = await connection.execute(statement.encode(), parameters)
            return await cursor.fetchall()

        return await self._reader.run(look)

    async def close(self) -> None:
        """Let go of both connections; safe to call twice."""
        await self._reader.drop()
        await self._writer.drop()

    # -- one transaction --

    async def _transact(self, todo: _Transaction) -> dict[Fact, str]:
        """Facts that PostgreSQL refused, in words. Raises `Uncertain` when nobody can say whether it was committed."""
        marks: dict[str, Any] = {}

        async def work(connection: AsyncConnection[Any]) -> dict[Fact, str]:
            return await self._in_transaction(connection, todo, marks)

        try:
            return await self._writer.run(work, only=self._held, repeat=lambda: "committing" not in marks)
        except BackendError as error:
            if "committing" not in marks or isinstance(error, Uncertain):
                raise
            lost = error
        if await self._committed(marks["committing"], lost):
            return marks["refused"]  # type: ignore[no-any-return]
        raise lost

    async def _in_transaction(self, connection: AsyncConnection[Any], todo: _Transaction, marks: dict[str, Any]) -> dict[Fact, str]:
        psycopg = load()
        try:
            refused, transaction = await self._work(connection, todo)
        except psycopg.Error:
            if not connection.closed:
                await connection.execute(b"ROLLBACK")
            raise
        marks.update(refused=refused, committing=transaction)
        try:
            cursor = await connection.execute(_COMMIT)
        except psycopg.Error:
            if not connection.closed:
                del marks["committing"]  # it said no, and so it is undone
            raise
        row = await cursor.fetchone()
        self.generation = int(row[0]) if row else 0
        return refused

    async def _work(self, connection: AsyncConnection[Any], todo: _Transaction) -> tuple[dict[Fact, str], str]:
        """All at once; when the database refuses a row (a CHECK of somebody's own), one by one to find out which.

        Of what should be new nobody asks whether it is there: should somebody have made it by hand a moment ago, COPY refuses it.
        """
        refused: dict[Fact, str] = {}
        for look in (False, True) if todo.sheets.new else (True,):
            try:
                transaction, there = await self._open(connection, todo, todo.sheets.wanted if look else {})
                await writing.write(connection, todo.sheets, there)
                break
            except _refusals():
                await connection.execute(b"ROLLBACK")
        else:
            transaction, _ = await self._open(connection, todo, {})
            refused = await _one_by_one(connection, todo.sheets.wanted)
        if todo.delivery is not None:
            await put(connection, todo.delivery)
        return refused, transaction

    async def _open(
        self, connection: AsyncConnection[Any], todo: _Transaction, wanted: writing.Wanted
    ) -> tuple[str, dict[Place, set[str]]]:
        """Begin, in one exchange: the transaction's number, and which of the facts there are."""
        if not wanted and self._held is not None and todo.doing is None:
            number = await connection.execute(_BEGIN)
            number.nextset()
            row = await number.fetchone()
            assert row is not None
            return row[0], {}
        async with connection.pipeline():
            await connection.execute(b"BEGIN")
            if self._held is None:
                await connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
            if todo.doing is not None:
                await connection.execute(_DOING.encode(), (todo.doing,))
            number = await connection.execute(b"SELECT pg_current_xact_id()::text")
            cursors = await writing.look(connection, wanted)
        row = await number.fetchone()
        assert row is not None
        return row[0], await writing.keys(cursors)

    async def _committed(self, transaction: str, lost: BackendError) -> bool:
        """What became of a transaction whose COMMIT was not answered; `Uncertain` when that cannot be found out in time."""
        until = time.monotonic() + self._access.seconds.fate

        async def look(connection: AsyncConnection[Any]) -> str | None:
            cursor = await connection.execute("SELECT pg_xact_status(%s::xid8)", (transaction,))
            row = await cursor.fetchone()
            return row[0] if row else None

        while True:
            left = until - time.monotonic()
            try:
                status = await self._reader.run(look, seconds=max(0.5, left))
            except BackendError:
                status = "in progress"
            if status in {"committed", "aborted"}:
                return status == "committed"
            if left <= 0 or status is None:
                name = self._access.database.shown
                raise Uncertain(
                    f"The database {name} was lost while it was to keep a batch; it may or may not have.",
                    backend=self._access.backend,
                    hint=lost.hint,
                )
            await asyncio.sleep(min(0.2, left))

    # -- the lock --

    async def _take(self) -> AsyncConnection[Any]:
        """The writer's connection with campctl's lock on it."""
        seconds = self._access.seconds
        psycopg = load()

        async def take(connection: AsyncConnection[Any]) -> AsyncConnection[Any] | None:
            wait = round(seconds.turn * 1000)
            await connection.execute(_PATIENT.format(wait, wait + 500).encode())
            try:
                await connection.execute("SELECT pg_advisory_lock(%s, %s)", LOCK)
            except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):
                await connection.execute(b"ROLLBACK")
                return None
            await connection.execute(f"COMMIT; {_IDLE_LIMIT}".format(round(4 * BEAT)).encode())
            return connection

        held = await self._writer.run(take, seconds=seconds.turn + 2)
        if held is not None:
            return held
        raise await self._occupied()

    async def _occupied(self) -> Unavailable:
        """Who has the lock, for a person."""
        try:
            holders = await self._reader.run(_holders)
        except BackendError:
            holders = []
        who = ", ".join(holders) or "another session"
        return Unavailable(
            f"Another campctl is writing to the database {self._access.database.shown}, and has been for over"
            f" {self._access.seconds.turn:g} s: {who}; nothing was done.",
            backend=self._access.backend,
            hint="Wait for it; when it hangs, end that process (its session ends with it).",
        )

    async def _beat(self, held: AsyncConnection[Any]) -> None:
        """Show the server that this process is alive, when nothing else does."""
        while True:
            await asyncio.sleep(BEAT)
            if not self._writer.busy:
                with suppress(BackendError):
                    await self._writer.run(_nothing, only=held)

    async def _give_back(self, held: AsyncConnection[Any]) -> None:
        async def unlock(connection: AsyncConnection[Any]) -> None:
            await connection.execute(_UNLOCK.format(0).encode())

        try:
            await self._writer.run(unlock, only=held)
        except BackendError:
            await self._writer.drop()  # the lock goes with the session


async def _holders(connection: AsyncConnection[Any]) -> list[str]:
    cursor = await connection.execute(_HOLDER, LOCK)
    return [row[0] for row in await cursor.fetchall()]


async def _nothing(connection: AsyncConnection[Any]) -> None:
    await connection.execute(b"SELECT 1")


async def _one_by_one(connection: AsyncConnection[Any], wanted: writing.Wanted) -> dict[Fact, str]:
    """Each fact by itself; those that are refused, with why."""
    refused: dict[Fact, str] = {}
    for place, values in wanted.items():
        for name, value in values.items():
            one: writing.Wanted = {place: {name: value}}
            try:
                async with connection.transaction():
                    async with connection.pipeline():
                        cursors = await writing.look(connection, one)
                    await writing.write(connection, writing.Sheets(one), await writing.keys(cursors))
            except _refusals() as error:
                refused[Fact(place, name)] = f"PostgreSQL refused: {faults.words_of(error)}"
    return refused


def _refusals() -> tuple[type[Error], ...]:
    psycopg = load()
    return psycopg.IntegrityError, psycopg.DataError, psycopg.errors.RaiseException
