"""Runs, journal, ownership, overrides, lock and audit: campctl's memory.

How it is cut, so that PostgreSQL is one more file and nothing else:

- `database.Database` is what the store needs of a database: `execute`, `executemany`, `transaction`, `types`, `check`, `close`.
- `sqlite.SQLite` is the embedded one. A `postgres.PostgreSQL` over psycopg 3 would replace `?` by `%s` in `execute` and
  `executemany`, take `pg_advisory_xact_lock` at the start of `transaction` (writers are serialised: sequences are "highest + 1"),
  map psycopg's errors to `StoreError`s, and be named in `open_store`.
- `journal`, `ownership`, `lock` and `audit` hold plain SQL of the subset both speak; `store.SqlStore` puts them together.
- `schema` holds the numbered migrations.

SQLAlchemy is not used: importing its Core takes longer than everything a `plan` of the quickstart does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from campctl.errors import StoreError
from campctl.ports.clock import Clock

if TYPE_CHECKING:
    from campctl.store.store import SqlStore

__all__ = ["open_store"]

FOLDER = ".campctl"
FILE = "store.db"


def open_store(root: Path, url: str = "", *, clock: Clock, read_only: bool = False, create: bool = True) -> SqlStore:
    """Open the store of the campaign in `root`; `url` is the campaign's `store:` (a folder below root; empty: `.campctl`).

    With `create=False` or `read_only=True`, a campaign that has no store yet gives an empty one in memory that refuses to be
    written, and nothing is made on disk. Raises StoreError, StoreCorrupt, StoreTooNew.
    """
    if "://" in url:
        scheme = url.partition("://")[0]
        raise StoreError(
            f"The campaign names a {scheme} store, and this release of campctl keeps its store in an embedded SQLite file only.",
            hint=f"Take `store:` out of campaign.yaml, or give a folder there; the default is {FOLDER}.",
        )
    from campctl.store.schema import migrate, require_current
    from campctl.store.sqlite import SQLite, make
    from campctl.store.store import SqlStore

    path = root / (url or FOLDER) / FILE
    if not SQLite.exists(path):
        if read_only or not create:
            empty = SQLite.empty()
            migrate(empty, clock, path)
            empty.freeze()
            return SqlStore(empty, clock)
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
    return SqlStore(database, clock)
