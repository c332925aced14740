"""SQLite's write-ahead log, where several connections may begin it at once.

SQLite waits for its turn (`busy_timeout`) where a transaction begins, not where a connection that reads already wants to
write, and turning a file into a WAL is such a place: of two that do so at once, one is refused without a wait
(https://sqlite.org/c3ref/busy_handler.html).
"""

from __future__ import annotations

import sqlite3
import time

_PAUSE = 0.01


def keep_write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Make the file one with a write-ahead log, if it is not; others at it are waited for, `patience` seconds at most."""
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        else:
            return
        time.sleep(_PAUSE)
