"""Runs, journal, ownership, overrides, lock and audit: campctl's memory.

How it is cut:

- `database.Database` is what the store needs of a database.
- `sqlite.SQLite` is the embedded one, `postgres.PostgreSQL` the shared one (`dialling` reaches it, `refusals` says what went wrong).
- `journal`, `ownership`, `lock` and `audit` hold plain SQL of the subset both speak; `store.SqlStore` puts them together.
- `schema` holds the numbered migrations, `marks` what a store says of itself, `carrying` takes all of it from one to another.

SQLAlchemy is not used: importing its Core takes longer than everything a `plan` of the quickstart does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from campctl.errors import StoreCorrupt, StoreError
from campctl.ports.clock import Clock

if TYPE_CHECKING:
    from campctl.model.records import AuditEntry
    from campctl.model.stores import StoreUrl
    from campctl.store.carrying import End
    from campctl.store.database import Database
    from campctl.store.postgres import PostgreSQL
    from campctl.store.schema import Place
    from campctl.store.store import SqlStore

__all__ = ["Carrying", "open_store"]

FOLDER = ".campctl"
FILE = "store.db"

Password = Callable[[bool], str]
"""Where a shared store's password is: asked with False for what costs nothing to look up, with True when the server wants one."""


def open_store(
    root: Path,
    url: str = "",
    *,
    clock: Clock,
    read_only: bool = False,
    create: bool = True,
    campaign: str = "",
    password: Password = lambda _: "",
) -> SqlStore:
    """Open the store of the campaign in `root`; `url` is the campaign's `store:` (a folder below root; empty: `.campctl`; a server's URL).

    With `create=False` or `read_only=True`, a campaign that has no store yet gives an empty one in memory that refuses to be
    written, and nothing is made on disk or server. `campaign`: its name; a shared store of another one is refused.
    Raises StoreError, StoreCorrupt, StoreTooNew.
    """
    from campctl.store.marks import require_in_use
    from campctl.store.sqlite import SQLite
    from campctl.store.store import SqlStore

    if "://" in url:
        database, place = _open_shared(url, clock, create=create and not read_only, read_only=read_only, password=password)
    else:
        database, place = _open_file(root / (url or FOLDER) / FILE, clock, create=create and not read_only, read_only=read_only)
    try:
        try:
            known = require_in_use(database, place, campaign)
        except StoreCorrupt:
            if database.shared:
                raise
            known = {}  # a file damaged within opens all the same: `check` tells what of it can still be read
        if database.shared and campaign and create and not read_only and "campaign" not in known:
            _claim(database, place, campaign)
    except BaseException:
        database.close()
        raise
    there = not (isinstance(database, SQLite) and database.in_memory)
    return SqlStore(database, clock, writable=there and not read_only)


class Carrying:
    """A campaign's records on their way from one store to another; both are open, whatever they say of themselves.

    `source` is for the lock, and None when there is nothing to carry (no store yet, or it went before).
    """

    def __init__(self, root: Path, url: str, to: str, *, clock: Clock, campaign: str, password: Password = lambda _: "") -> None:
        from campctl.store.marks import marks
        from campctl.store.sqlite import SQLite
        from campctl.store.store import SqlStore

        self._root = root
        self._to = to
        self._clock = clock
        self._campaign = campaign
        self._password = password
        self._ends: list[End] = []
        self.source: SqlStore | None = None
        try:
            source = self._open(url, target=False).database
            # Without a store yet, there is an empty one in memory in its place.
            self.nothing = isinstance(source, SQLite) and source.in_memory
            if not self.nothing and "gone" not in marks(source):
                self.source = SqlStore(source, clock)
        except BaseException:
            self.close()
            raise

    def carry(self, entry: AuditEntry) -> dict[str, int]:
        """Carry everything, or finish what was begun; how many rows of each table. See `carrying.carry`.

        Room is made in the other place no sooner: whoever does this at the same time has the lock before, or after.
        """
        from campctl.store.carrying import carry

        (source,) = self._ends
        target = self._open(self._to, target=True)
        if self.nothing:
            return {}
        return carry(source, target, clock=self._clock, campaign=self._campaign, entry=entry)

    def _open(self, url: str, *, target: bool) -> End:
        from campctl.store.carrying import End

        if "://" in url:
            database, place = _open_shared(url, self._clock, create=target, read_only=False, password=self._password)
        else:
            path = self._root / (url or FOLDER) / FILE
            self._make_room(path, target)
            database, place = _open_file(path, self._clock, create=target, read_only=False)
        self._ends.append(End(database, place, url))
        return self._ends[-1]

    def close(self) -> None:
        """Let go of both."""
        for end in self._ends:
            end.database.close()

    def _make_room(self, path: Path, target: bool) -> None:
        """A file that records went away from before gives way to their return."""
        from campctl.store.carrying import set_aside
        from campctl.store.marks import marks
        from campctl.store.sqlite import SQLite

        if not target or not SQLite.exists(path):
            return
        database, _ = _open_file(path, self._clock, create=False, read_only=False)
        try:
            gone = "gone" in marks(database)
        finally:
            database.close()
        if gone:
            set_aside(path, self._clock)


def _claim(database: Database, place: Place, campaign: str) -> None:
    """Write down whose it is; of two that do so at once, the second is refused."""
    from campctl.store.marks import require_in_use, set_mark

    with database.transaction():
        if "campaign" not in require_in_use(database, place, campaign):
            set_mark(database, "campaign", campaign)


def _open_file(path: Path, clock: Clock, *, create: bool, read_only: bool) -> tuple[Database, Place]:
    from campctl.store.schema import migrate, require_current
    from campctl.store.sqlite import SQLite, make

    if not SQLite.exists(path):
        if not create:
            return _empty(clock, path), path
        make(path, lambda database: migrate(database, clock, path))
    database = SQLite.open(path, read_only=read_only)
    try:
        if read_only:
            require_current(database, path)
        else:
            migrate(database, clock, path)
            database.write_ahead()
    except BaseException:
        database.close()
        raise
    return database, path


def _open_shared(url: str, clock: Clock, *, create: bool, read_only: bool, password: Password) -> tuple[Database, Place]:
    from campctl.store.schema import migrate, require_current

    database = _postgres(url, password, read_only=read_only)
    place = str(database.where)
    try:
        if not database.tables():
            if not create:
                database.close()
                return _empty(clock, place), place
            database.make_schema()
        if read_only:
            require_current(database, place)
        else:
            migrate(database, clock, place)
    except BaseException:
        database.close()
        raise
    return database, place


def _postgres(url: str, password: Password, *, read_only: bool = False) -> PostgreSQL:
    """Not connected yet. StoreError when the URL is none, or psycopg is not installed."""
    parsed = _parsed(url)
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StoreError(
            f"The campaign's store is in PostgreSQL, and what campctl needs for that cannot be loaded: {error}.",
            hint="Install it beside campctl: pip install 'campctl[postgres]'",
        ) from error
    from campctl.store.dialling import Target
    from campctl.store.postgres import PostgreSQL

    return PostgreSQL(Target(parsed, password), read_only=read_only)


def _parsed(url: str) -> StoreUrl:
    from campctl.model.stores import BadStoreUrl, read_url

    try:
        return read_url(url)
    except BadStoreUrl as bad:
        raise StoreError(f"The campaign's store cannot be used: {bad.message}", hint=bad.hint) from None


def _empty(clock: Clock, place: Place) -> Database:
    """In memory, never to be written: for reading a campaign that has no store yet."""
    from campctl.store.schema import migrate
    from campctl.store.sqlite import SQLite

    empty = SQLite.empty()
    migrate(empty, clock, place)
    empty.freeze()
    return empty
