"""One connection to PostgreSQL on which nothing waits for ever.

The server is told to give up first (statement_timeout, lock_timeout); where it cannot tell us any more, because it is
frozen or gone without a word, the socket is cut here. Cancelling the task instead would not do: psycopg then asks the
server to cancel, and waits for its answer.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from campctl.backends.asterisk.sql import faults, schema
from campctl.backends.asterisk.sql.url import Database
from campctl.errors import BackendError, Refused

if TYPE_CHECKING:
    from psycopg import AsyncConnection


T = TypeVar("T")


class Seconds(Struct, frozen=True):
    """How long to wait: for a connection, for one exchange of statements, for another writer to finish, for a commit's fate."""

    connect: float = 5.0
    call: float = 20.0
    turn: float = 30.0
    fate: float = 5.0


class Access(Struct, frozen=True):
    """Who logs in where. `password` is asked when a connection is made; "" leaves it to libpq (~/.pgpass)."""

    database: Database
    backend: str
    password: Callable[[], str]
    role: str = schema.ASTERISK_ROLE
    seconds: Seconds = Seconds()


class Link:
    """A connection made when first used, and again after it broke. One user at a time."""

    def __init__(self, access: Access, purpose: str) -> None:
        self._access = access
        self._purpose = purpose
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection[Any] | None = None

    @property
    def connection(self) -> AsyncConnection[Any] | None:
        """What is open now; after a break another one, so that whoever held something on it knows."""
        made = self._connection
        return made if made is not None and not made.closed else None

    @property
    def busy(self) -> bool:
        """Whether somebody uses it."""
        return self._lock.locked()

    async def run(
        self,
        work: Callable[[AsyncConnection[Any]], Awaitable[T]],
        *,
        only: AsyncConnection[Any] | None = None,
        seconds: float | None = None,
        repeat: Callable[[], bool] = lambda: True,
    ) -> T:
        """What `work` gives, within `seconds`; errors of psycopg come out as campctl's. `only`: on this connection, or not at all.

        Whatever is raised here promises that nothing was committed: work that commits looks after that by itself. A connection
        that proves to be dead (PostgreSQL was restarted since) is replaced once, as long as `repeat` says that this is safe.
        """
        async with self._lock:
            kept = self.connection is not None
            try:
                return await self._once(work, only, seconds)
            except _Broken as broken:
                failure: BackendError = broken.failure
            if kept and only is None and repeat():
                try:
                    return await self._once(work, None, seconds)
                except _Broken as broken:
                    failure = broken.failure
        raise failure

    async def _once(
        self, work: Callable[[AsyncConnection[Any]], Awaitable[T]], only: AsyncConnection[Any] | None, seconds: float | None
    ) -> T:
        psycopg = load()
        access = self._access
        limit = seconds if seconds is not None else access.seconds.call
        connection = self.connection
        failure: BackendError
        if only is not None and connection is not only:
            raise faults.unreachable("the connection that held campctl's lock broke", access.database, access.backend)
        if connection is None:
            connection = await self._connect()
        with _deadline(connection, limit) as late:
            try:
                return await work(connection)
            except psycopg.Error as error:
                if late.passed:
                    failure = faults.unreachable(f"no answer within {limit:g} s", access.database, access.backend)
                elif connection.closed:
                    failure = _Broken(faults.unreachable(faults.words_of(error), access.database, access.backend))
                else:
                    failure = faults.explain(error, access.database, access.backend)
            finally:
                if connection.closed or connection.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                    await self._drop()  # broken, or cancelled half way: what was begun is undone with the connection
        raise failure  # outside of the handler: psycopg's error may hold a row, and shall not be its context

    async def drop(self) -> None:
        """Let go of the connection."""
        async with self._lock:
            await self._drop()

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            _cut(connection)
            with suppress(Exception):
                await connection.close()

    async def _connect(self) -> AsyncConnection[Any]:
        psycopg = load()
        access = self._access
        limit = access.seconds.connect
        failure: BackendError
        try:
            async with asyncio.timeout(limit + 0.5):
                connection = await psycopg.AsyncConnection.connect(**self._words(), autocommit=True, prepare_threshold=None)
        except psycopg.Error as error:
            failure = faults.explain_connecting(error, access.database, access.backend)
            _release(error)
        except TimeoutError:
            failure = faults.unreachable(f"no connection within {limit:g} s", access.database, access.backend)
        else:
            return await self._prepared(connection)
        raise failure

    async def _prepared(self, connection: AsyncConnection[Any]) -> AsyncConnection[Any]:
        """Limits set and tables at hand, or closed again."""
        psycopg = load()
        access = self._access
        failure: BackendError
        try:
            with _deadline(connection, access.seconds.call):
                await connection.execute(self._limits())
                await schema.ensure(connection, access.role, backend=access.backend, shown=access.database.shown)
        except psycopg.Error as error:
            failure = faults.explain(error, access.database, access.backend)
        except BackendError as error:
            failure = error
        else:
            self._connection = connection
            return connection
        finally:
            if self._connection is not connection:  # also when it was cancelled meanwhile
                _cut(connection)
                with suppress(Exception):
                    await connection.close()
        raise failure

    def _words(self) -> dict[str, Any]:
        """The keywords of libpq: what the URL says, before what we think."""
        access = self._access
        limit = max(1, round(access.seconds.connect))
        words: dict[str, Any] = {
            "connect_timeout": limit,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "application_name": f"campctl {self._purpose} pid {os.getpid()} on {socket.gethostname()}"[:63],
            **access.database.parameters,
            "client_encoding": "UTF8",
        }
        if password := access.password():
            words["password"] = password
        return words

    def _limits(self) -> bytes:
        """What the server does by itself; a little earlier than we would."""
        seconds = self._access.seconds
        settings = {
            "statement_timeout": max(100, round(seconds.call * 950)),
            "lock_timeout": max(100, round(seconds.call * 900)),
            "idle_in_transaction_session_timeout": round(seconds.call * 1000),
            "tcp_keepalives_idle": 10,
            "tcp_keepalives_interval": 5,
            "tcp_keepalives_count": 3,
        }
        return "; ".join(f"SET {name} = {value}" for name, value in settings.items()).encode()


class _Broken(BackendError):
    """The connection broke under the work; inside this module only."""

    def __init__(self, failure: BackendError) -> None:
        super().__init__(failure.message, backend=failure.backend, hint=failure.hint)
        self.failure = failure


class _Late:
    """Whether the time was up."""

    __slots__ = ("passed",)

    def __init__(self) -> None:
        self.passed = False


class _deadline:  # noqa: N801 - used like a function
    """Cuts the connection's socket when the time is up, which ends whatever waits on it."""

    def __init__(self, connection: AsyncConnection[Any], seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._late = _Late()

    def __enter__(self) -> _Late:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._up)
        return self._late

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _up(self) -> None:
        self._late.passed = True
        _cut(self._connection)


def _release(error: BaseException) -> None:
    """Let go of what a failed attempt holds.

    Its frames keep it alive in a circle, and with it a socket for which a PostgreSQL that was frozen would wait until its
    authentication_timeout.
    """
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__


def _cut(connection: AsyncConnection[Any]) -> None:
    """End the connection's socket under it; whoever waits on it wakes up to an error."""
    with suppress(Exception), socket.socket(fileno=os.dup(connection.pgconn.socket)) as same:
        same.shutdown(socket.SHUT_RDWR)


def load() -> Any:
    """psycopg; `Refused` names the extra when it is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise Refused(
            f"A backend with a `database` needs psycopg, which cannot be loaded: {error}.", hint="Install campctl[postgres]."
        ) from error
    return psycopg
