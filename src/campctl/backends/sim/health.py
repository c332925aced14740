"""What `backend check` looks at, each with what to do about it."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime

from campctl.backends.sim.database import VERSION, Database
from campctl.backends.sim.faults import FaultsFile
from campctl.errors import BackendError
from campctl.model.live import Probe

_ROOM = 50 * 1024 * 1024
_SKEW_SECONDS = 5.0


def probes(database: Database, faults: FaultsFile, now: float) -> list[Probe]:
    """All of them; those that need the file only when it can be opened."""
    found = [_faults(faults)]
    try:
        connection = database.connect()
    except (sqlite3.Error, OSError) as fault:
        error = database.translate(fault)
        return [Probe("file", ok=False, detail=error.message, cure=error.hint), *found]
    except BackendError as error:
        return [Probe("file", ok=False, detail=error.message, cure=error.hint), *found]
    looks: tuple[tuple[str, Callable[[], Probe]], ...] = (
        ("integrity", lambda: _integrity(connection)),
        ("clock", lambda: _clock(connection, now)),
        ("space", lambda: _space(database)),
    )
    return [_file(database), *(_look(database, name, look) for name, look in looks), *found]


def _look(database: Database, name: str, look: Callable[[], Probe]) -> Probe:
    try:
        return look()
    except (sqlite3.Error, OSError) as fault:
        error = database.translate(fault)
        return Probe(name, ok=False, detail=error.message, cure=error.hint)


def _file(database: Database) -> Probe:
    status = database.path.stat()
    mode = stat.S_IMODE(status.st_mode)
    detail = f"{database.path.name}, format {VERSION}, {status.st_size // 1024} KiB, mode {mode:04o}"
    if mode & 0o077:
        return Probe("file", ok=False, detail=f"{detail}: others can read it", cure=f"chmod 600 {database.path}")
    return Probe("file", ok=True, detail=detail)


def _integrity(connection: sqlite3.Connection) -> Probe:
    said = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if said != ["ok"]:
        return Probe("integrity", ok=False, detail="; ".join(said), cure="Move the file away and apply again, or put a copy back.")
    counts = dict(connection.execute("SELECT kind, count(*) FROM resource GROUP BY kind").fetchall())
    return Probe("integrity", ok=True, detail=", ".join(f"{counts[kind]} of {kind}" for kind in sorted(counts)) or "empty")


def _clock(connection: sqlite3.Connection, now: float) -> Probe:
    last = connection.execute("SELECT max(at) FROM operation").fetchone()[0]
    detail = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if last is not None and last > now + _SKEW_SECONDS:
        return Probe(
            "clock", ok=False, detail=f"{detail}, {last - now:.0f} s before the last change made here", cure="Look at this machine's clock."
        )
    return Probe("clock", ok=True, detail=detail)


def _space(database: Database) -> Probe:
    free = shutil.disk_usage(database.path.parent).free
    detail = f"{free // (1024 * 1024)} MiB free"
    return Probe("space", ok=free >= _ROOM, detail=detail, cure="" if free >= _ROOM else "Make room on the disk.")


def _faults(faults: FaultsFile) -> Probe:
    try:
        now = faults.now()
    except (ValueError, OSError) as fault:
        return Probe("faults", ok=False, detail=str(fault), cure=f"Mend or remove {faults.path}.")
    if not now.active:
        return Probe("faults", ok=True, detail="none set")
    cure = f"Fine in training; else remove {faults.path} and the fault options in the campaign's YAML."
    return Probe("faults", ok=False, detail=f"set to go wrong: {now.in_words()}", cure=cure)
