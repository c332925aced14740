"""One run at a time: a lock of one row, with a heartbeat, taken over from the dead.

When it is taken over:
- a holder on this host whose process is gone, or whose number another process has now: at once;
- a holder on this host that is seen alive, the very same process: never, however old its beat (a laptop that slept, a clock set
  forward); the hint says how to end it;
- any other (another host, another container, no /proc): when its beat is older than `ttl`.

A beat in the future (a clock was set back, or two hosts disagree) counts as one of now, once: it is written down as that, so the
dead cannot hold the lock longer than `ttl` and a living holder's next beat is as good as ever. Between hosts, clocks have to agree
to well within `ttl`; a holder robbed wrongly learns so at its next `beat`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from campctl.errors import LockHeld
from campctl.model.records import Holder
from campctl.ports.clock import Clock
from campctl.store.codec import instant, moment, text
from campctl.store.database import Database
from campctl.store.processes import Sign, mark, sign


class SqlLock:
    """`ports.store.Lock`."""

    _db: Database
    _clock: Clock

    def acquire(self, holder: Holder, ttl: float) -> None:
        """Take the lock for `holder`, or raise LockHeld with who has it. The same token again renews it."""
        with self._db.transaction():
            refusal = self._held(holder, ttl)
            if refusal is None:
                self._db.execute("DELETE FROM lock")
                self._db.execute(
                    "INSERT INTO lock (one, token, who, host, pid, process, command, since, beat) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        holder.token, text(holder.who), text(holder.host), holder.pid, mark(holder.pid), text(holder.command),
                        instant(holder.since), instant(holder.beat),
                    ),
                )  # fmt: skip
        if refusal is not None:  # raised out here: a beat written down as "now" shall stay so
            raise refusal

    def beat(self, token: str, at: datetime) -> bool:
        """Say "still here" at `at`; False when the lock was lost."""
        with self._db.transaction():
            if not self._db.execute("SELECT 1 FROM lock WHERE token = ?", (token,)):
                return False
            self._db.execute("UPDATE lock SET beat = ? WHERE token = ?", (instant(at), token))
            return True

    def release(self, token: str) -> None:
        """Let go, if it is still ours."""
        self._db.execute("DELETE FROM lock WHERE token = ?", (token,))

    def holder(self) -> Holder | None:
        """Who has the lock, dead or alive."""
        found = self._row()
        return found[0] if found else None

    def _held(self, wanting: Holder, ttl: float) -> LockHeld | None:
        """Within a transaction: the refusal, or None when the lock is there to be taken."""
        found = self._row()
        if found is None or found[0].token == wanting.token:
            return None
        holder, process = found
        seen: Sign = sign(holder.pid, process) if holder.host == text(wanting.host) else "unknown"
        if seen == "dead":
            return None
        now = self._clock.now()
        if holder.beat > now:
            self._db.execute("UPDATE lock SET beat = ?", (instant(now),))
        silent = max(0.0, (now - holder.beat).total_seconds())
        if seen == "unknown" and silent > ttl:
            return None
        return _refusal(holder, seen, silent, now + timedelta(seconds=max(0.0, ttl - silent)))

    def _row(self) -> tuple[Holder, str] | None:
        rows = self._db.execute("SELECT token, who, host, pid, command, since, beat, process FROM lock")
        if not rows:
            return None
        token, who, host, pid, command, since, beat, process = rows[0]
        return Holder(token=token, who=who, host=host, pid=pid, command=command, since=moment(since), beat=moment(beat)), process


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


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
