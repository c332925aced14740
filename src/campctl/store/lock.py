"""One run at a time: a lock of one row, with a heartbeat, taken over from the dead.

When it is taken over:
- a holder on this host whose process is gone, or whose number another process has now: at once;
- a holder on this host that is seen alive, the very same process: never, however old its beat (a laptop that slept, a clock set
  forward); the hint says how to end it;
- any other (another host, another container, no /proc): when its beat is older than `ttl`.

"This host" is not taken from a name alone where the store is shared: two laptops may both be called `laptop`. There a process is
looked for only when it was started under the very kernel that runs here (its boot id).

Beats are judged by the database's clock (`Database.time`): on a server, its own, whatever the clocks of the hosts say; in a file, the
machine's. A beat in the future (that clock was set back) counts as one of now, once: it is written down as that, so the dead cannot
hold the lock longer than `ttl` and a living holder's next beat is as good as ever.

Who has lost the lock may not begin anything more: `SqlStore` refuses new runs, intents and overrides of a process whose lock another
one took over (`still_ours`), in the transaction that would have written them, however late it learns by its own `beat`.

Leadership is the same again, in a row of its own: of several autopilots one leads, while runs come and go beside it.
"""

from __future__ import annotations

# ruff: noqa: S608 - the only names put into SQL are the two of `Table`
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from campctl.errors import LockHeld, LockLost, StoreError
from campctl.model.records import Holder
from campctl.ports.clock import Clock
from campctl.ports.processes import Sign, mark, same_boot, sign
from campctl.store.codec import instant, moment, text
from campctl.store.database import Database
from campctl.store.marks import marks, refuse_gone

Table = Literal["lock", "leader"]

_GIVEN_BACK: set[str] = set()
"""Tokens that this process let go of while the database did not answer: it is alive, and has the lock no more. For whoever lives long."""


class Tokens:
    """Of the lock and the leadership that this process took and did not give back; "" without."""

    def __init__(self) -> None:
        self.of: dict[Table, str] = {"lock": "", "leader": ""}


class SqlLock:
    """`ports.store.Lock`."""

    _table: ClassVar[Table] = "lock"
    _db: Database
    _clock: Clock
    _tokens: Tokens

    def acquire(self, holder: Holder, ttl: float) -> None:
        """Take the lock for `holder`, or raise LockHeld with who has it. The same token again renews it."""
        with self._db.transaction():
            refuse_gone(self._db)  # who waited for the lock may have waited for whoever carried the records away
            beat = self._db.time(holder.beat)
            refusal = self._held(holder, ttl)
            if refusal is None:
                self._db.execute(f"DELETE FROM {self._table}")
                self._db.execute(
                    f"INSERT INTO {self._table} (one, token, who, host, pid, process, command, since, beat) "
                    "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        holder.token, text(holder.who), text(holder.host), holder.pid, mark(holder.pid), text(holder.command),
                        instant(holder.since), instant(beat),
                    ),
                )  # fmt: skip
        if refusal is not None:  # raised out here: a beat written down as "now" shall stay so
            raise refusal
        self._tokens.of[self._table] = holder.token

    def beat(self, token: str, at: datetime) -> bool:
        """Say "still here" at `at`; False when the lock was lost."""
        with self._db.transaction():
            if not self._db.execute(f"SELECT 1 FROM {self._table} WHERE token = ?", (token,)):
                return False
            self._db.execute(f"UPDATE {self._table} SET beat = ? WHERE token = ?", (instant(self._db.time(at)), token))
            left = tuple(_GIVEN_BACK)
            for one in left:  # another process cannot tell; a leader lives on, and beats
                self._db.execute("DELETE FROM lock WHERE token = ?", (one,))
        _GIVEN_BACK.difference_update(left)
        return True

    def release(self, token: str) -> None:
        """Let go, if it is still ours."""
        if token == self._tokens.of[self._table]:
            self._tokens.of[self._table] = ""
        _GIVEN_BACK.add(token)
        self._db.execute(f"DELETE FROM {self._table} WHERE token = ?", (token,))
        _GIVEN_BACK.discard(token)

    def holder(self) -> Holder | None:
        """Who has the lock, dead or alive."""
        found = self._row()
        return found[0] if found else None

    def ended(self, here: str) -> bool:
        """Whether whoever has it is known to have ended; the next one need not wait."""
        found = self._row()
        return found is not None and self._sign(*found, text(here)) == "dead"

    def _held(self, wanting: Holder, ttl: float) -> LockHeld | None:
        """Within a transaction: the refusal, or None when the lock is there to be taken."""
        found = self._row()
        if found is None or found[0].token in {wanting.token, *_GIVEN_BACK}:
            return None
        holder, process = found
        seen = self._sign(holder, process, text(wanting.host))
        if seen == "dead":
            return None
        now = self._db.time(self._clock.now())
        if holder.beat > now:
            self._db.execute(f"UPDATE {self._table} SET beat = ?", (instant(now),))
        silent = max(0.0, (now - holder.beat).total_seconds())
        if seen == "unknown" and silent > ttl:
            return None
        return _REFUSALS[self._table](holder, seen, silent, now + timedelta(seconds=max(0.0, ttl - silent)))

    def _sign(self, holder: Holder, process: str, here: str) -> Sign:
        if holder.host != here or (self._db.shared and not same_boot(process)):
            return "unknown"
        return sign(holder.pid, process)

    def _row(self) -> tuple[Holder, str] | None:
        rows = self._db.execute(f"SELECT token, who, host, pid, command, since, beat, process FROM {self._table}")
        if not rows:
            return None
        token, who, host, pid, command, since, beat, process = rows[0]
        return Holder(token=token, who=who, host=host, pid=pid, command=command, since=moment(since), beat=moment(beat)), process


class SqlLeadership(SqlLock):
    """`ports.store.Leadership`."""

    _table = "leader"

    def __init__(self, db: Database, clock: Clock, tokens: Tokens) -> None:
        self._db = db
        self._clock = clock
        self._tokens = tokens

    def note(self) -> bytes:
        """What a leader wrote down last; b"" when none ever did."""
        rows = self._db.execute("SELECT value FROM notes WHERE name = ?", (_NOTE,))
        return bytes(rows[0][0]) if rows else b""

    def write_note(self, note: bytes) -> None:
        """Write it down; `errors.LockLost` when another leads now."""
        with self._db.transaction():
            still_ours(self._db, self._tokens)
            self._db.execute("DELETE FROM notes WHERE name = ?", (_NOTE,))
            self._db.execute("INSERT INTO notes (name, value) VALUES (?, ?)", (_NOTE, note))


_NOTE = "autopilot"


def still_ours(db: Database, tokens: Tokens) -> None:
    """Within a transaction: `LockLost` when this process was given the lock, or leadership, and another has it now.

    A leader lives long: one whose records were carried elsewhere meanwhile (`store migrate`) may not write to what stayed behind.
    """
    for table, token in tokens.of.items():
        if not token:
            continue
        rows = db.execute(f"SELECT token, who, host FROM {table}")
        if not rows or rows[0][0] != token:
            who = f"{rows[0][1]} on {rows[0][2]} took it over" if rows else f"{_ANOTHER[table]} took it over, and has ended"
            raise LockLost(f"{_LOST[table]}: {who}. Nothing more was begun.", hint=_AFTER[table])
        if table == "leader" and "gone" in marks(db):
            raise StoreError(
                "The campaign's records were carried to another store while this autopilot was at work. Nothing more was begun.",
                hint="Start it again: it then uses the store that campaign.yaml names.",
            )


_ANOTHER: dict[Table, str] = {"lock": "another run", "leader": "another autopilot"}
_LOST: dict[Table, str] = {
    "lock": "The campaign's lock was lost while this run was silent",
    "leader": "This autopilot leads no more: it was silent for too long",
}
_AFTER: dict[Table, str] = {
    "lock": "What was in flight is looked up by the next run. Look at `campctl history`, then apply again.",
    "leader": "`campctl autopilot status` tells who leads now.",
}


def _refusal(holder: Holder, seen: Sign, silent: float, expires: datetime) -> LockHeld:
    said = "it is at work" if silent < 1 else f"its last sign of life is {_span(silent)} old"
    message = (
        f"Another run holds this campaign: {holder.who} on {holder.host} (process {holder.pid}) "
        f"since {holder.since:%Y-%m-%d %H:%M:%S} UTC, with `{holder.command}`; {said}."
    )
    if seen == "alive":
        hint = (
            f"Wait until it has ended, then repeat the command. Should it hang, end it on {holder.host} with `kill -INT {holder.pid}`: "
            "the lock of an ended process is free at once, and the next run goes on where it stopped."
        )
    else:
        hint = (
            f"Wait until it has ended, or ask {holder.who}. If {holder.host} died, the lock expires by itself at {expires:%H:%M:%S} UTC, "
            "and the next run goes on where that one stopped."
        )
    return LockHeld(message, hint=hint)


def _led(holder: Holder, seen: Sign, silent: float, expires: datetime) -> LockHeld:
    said = "" if silent < 2 * LEADERS_BEAT else f"; its last sign of life is {_span(silent)} old"
    message = (
        f"Another autopilot leads this campaign: that of {holder.who} on {holder.host} (process {holder.pid}) "
        f"since {holder.since:%Y-%m-%d %H:%M:%S} UTC{said}."
    )
    hint = "`--standby` waits, and takes over when it ends. "
    if seen == "alive":
        return LockHeld(message, hint=hint + f"To end it on {holder.host}: `kill {holder.pid}`.")
    return LockHeld(message, hint=hint + f"If {holder.host} died, its lead expires by itself at {expires:%H:%M:%S} UTC.")


LEADERS_BEAT = 15.0
"""Seconds of silence that nobody needs to be told of."""

_REFUSALS: dict[Table, Callable[[Holder, Sign, float, datetime], LockHeld]] = {"lock": _refusal, "leader": _led}


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
