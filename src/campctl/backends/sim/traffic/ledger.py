"""Where the floor is kept: one small SQLite file beside the exchange's, so that all processes hear the same calls.

Whoever looks moves time on, in a transaction; what happened is numbered and kept for the others. Nothing runs while nobody
looks: after a long silence the floor begins a quarter of an hour ago, with nobody waiting.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from campctl.backends.sim.habits import Habits
from campctl.backends.sim.traffic.floor import Floor
from campctl.backends.sim.traffic.state import Happening, State, World
from campctl.wal import keep_write_ahead

FORGETS_AFTER = 3600.0
WARM_UP = 900.0
KEPT = 20_000
BUSY_SECONDS = 10.0

_STATE = msgspec.msgpack.Decoder(State)
_EVENTS = msgspec.json.Decoder(Happening)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS floor (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB);
CREATE TABLE IF NOT EXISTS happening (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB);
CREATE TABLE IF NOT EXISTS wish (seq INTEGER PRIMARY KEY, what TEXT, about TEXT, word TEXT);
"""


class Ledger:
    """The file, opened on first use. Not safe for two threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def wish(self, what: str, about: str, words: Sequence[str]) -> None:
        """Note what somebody did by hand ("call", "emergency", "pause", "resume"), for whoever moves time on next."""
        connection = self._connected()
        connection.executemany("INSERT INTO wish (what, about, word) VALUES (?, ?, ?)", [(what, about, word) for word in words])

    def last(self) -> int:
        """The number of the last event."""
        return int(self._connected().execute("SELECT coalesce(max(seq), 0) FROM happening").fetchone()[0])

    def advance(self, look: Callable[[], tuple[World, str]], habits: Habits, now: float) -> State:
        """Move time on to `now`; the state then. `look` gives the exchange and its epoch."""
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            world, epoch = look()
            state = self._state(epoch, now, habits)
            floor = Floor(state, world, habits)
            wishes = connection.execute("SELECT seq, what, about, word FROM wish ORDER BY seq").fetchall()
            if wishes:
                connection.execute("DELETE FROM wish WHERE seq <= ?", (wishes[-1][0],))
            floor.advance(now)
            _by_hand(floor, wishes)
            self._tell(floor.advance(now))
            connection.execute("INSERT OR REPLACE INTO floor VALUES (1, ?)", (msgspec.msgpack.encode(state),))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return state

    def since(self, seq: int) -> tuple[list[Happening], int, bool]:
        """Events after number `seq`, the last one's number, and whether some in between are not kept any more."""
        rows = self._connected().execute("SELECT seq, body FROM happening WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
        if not rows:
            return [], seq, False
        return [_EVENTS.decode(body) for _, body in rows], rows[-1][0], rows[0][0] > seq + 1

    def close(self) -> None:
        """Let go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _state(self, epoch: str, now: float, habits: Habits) -> State:
        row = self._connected().execute("SELECT body FROM floor").fetchone()
        state = None
        if row is not None:
            try:
                state = _STATE.decode(row[0])
            except (msgspec.DecodeError, msgspec.ValidationError):
                state = None  # another campctl's: nobody's money is lost by beginning anew
        if state is not None and state.epoch == epoch and now - FORGETS_AFTER <= state.at <= now + FORGETS_AFTER:
            return state
        warm = WARM_UP if any(habits.calls.values()) else 1e-3
        return State(at=now - warm, since=now - warm, epoch=epoch)

    def _tell(self, told: Sequence[Happening]) -> None:
        if told:
            connection = self._connected()
            rows = [(msgspec.json.encode(happening),) for happening in told[-KEPT:]]
            connection.executemany("INSERT INTO happening (body) VALUES (?)", rows)
            connection.execute("DELETE FROM happening WHERE seq <= (SELECT max(seq) FROM happening) - ?", (KEPT,))

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                keep_write_ahead(connection, BUSY_SECONDS)
                connection.execute("PRAGMA synchronous = OFF")
                connection.executescript(_SCHEMA)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _by_hand(floor: Floor, wishes: Sequence[tuple[int, str, str, str]]) -> None:
    """Do what was asked for at the console."""
    for _, what, about, word in wishes:
        if what == "call":
            floor.place(about)
        elif what == "pause":
            floor.pause(about, word)
        elif what == "resume":
            floor.pause(about, None)
        elif what == "emergency":
            floor.emergency(about, word)
