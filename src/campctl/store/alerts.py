"""Alerts that were raised: of one key at most one is open, so of several processes that see the same, one tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from campctl.errors import NotFound
from campctl.model.alerts import Alert
from campctl.store.codec import damaged, dump, text
from campctl.store.database import Database

_KEPT: Final = 500
"""Cleared alerts that are kept, the newest of them."""


class SqlAlerts:
    """`ports.store.Alerts`."""

    _db: Database

    def alerts(self, *, cleared: int = 0) -> Sequence[Alert]:
        """Those open, oldest first; after them the newest `cleared` that are over."""
        rows = self._db.execute("SELECT value FROM alerts WHERE open = 1 ORDER BY seq")
        if cleared > 0:
            rows += self._db.execute("SELECT value FROM alerts WHERE open = 0 ORDER BY seq DESC LIMIT ?", (cleared,))
        return [_load(value) for (value,) in rows]

    def raise_alert(self, alert: Alert) -> Alert | None:
        """Write it down. When one of that key is open, or it may be raised once only and was: that one; None when this one is new."""
        with self._db.transaction():
            found = self._db.execute("SELECT value FROM alerts WHERE key = ? AND open = 1", (text(alert.key),))
            if not found and alert.once:
                found = self._db.execute("SELECT value FROM alerts WHERE id = ?", (alert.id,))
            if found:
                return _load(found[0][0])
            self._db.execute("DELETE FROM alerts WHERE id = ?", (alert.id,))
            self._db.execute(
                "INSERT INTO alerts (seq, id, key, open, value) SELECT coalesce(max(seq), 0) + 1, ?, ?, 1, ? FROM alerts",
                (alert.id, text(alert.key), dump(alert)),
            )
            self._db.execute(
                "DELETE FROM alerts WHERE open = 0 AND seq <= (SELECT max(seq) FROM alerts) - ?",
                (_KEPT,),
            )
        return None

    def acknowledge_alert(self, alert_id: str, who: str, at: datetime) -> Alert:
        """Note who sees to it; the first one stays. By id or unambiguous prefix of an open one; `errors.NotFound` otherwise."""
        with self._db.transaction():
            alert = self._open(alert_id)
            if not alert.acknowledged:
                alert = replace(alert, acknowledged=text(who), acknowledged_at=at)
                self._write(alert)
        return alert

    def clear_alert(self, alert_id: str, at: datetime) -> bool:
        """It is over; False when it was already, or is not known."""
        with self._db.transaction():
            rows = self._db.execute("SELECT value FROM alerts WHERE id = ? AND open = 1", (alert_id,))
            if not rows:
                return False
            self._write(replace(_load(rows[0][0]), cleared=at), is_open=0)
        return True

    def note_telling(self, alert_id: str, notifier: str, words: str) -> None:
        """What came of telling somebody; nothing when the alert is not known any more."""
        with self._db.transaction():
            rows = self._db.execute("SELECT value, open FROM alerts WHERE id = ?", (alert_id,))
            if rows:
                alert = _load(rows[0][0])
                self._write(replace(alert, told={**alert.told, notifier: text(words)}), is_open=rows[0][1])

    def _open(self, alert_id: str) -> Alert:
        rows = self._db.execute("SELECT value FROM alerts WHERE id = ? AND open = 1", (alert_id,))
        if not rows and alert_id:
            rows = self._db.execute("SELECT value FROM alerts WHERE substr(id, 1, ?) = ? AND open = 1", (len(alert_id), alert_id))
        if len(rows) > 1:
            some = ", ".join(_load(value).id for (value,) in rows[:5])
            raise NotFound(f"More than one alert begins with `{alert_id}`: {some}.", hint="Give more of its id.")
        if not rows:
            raise NotFound(f"There is no open alert `{alert_id}`.", hint="`campctl alert list` shows what is raised now, with its id.")
        return _load(rows[0][0])

    def _write(self, alert: Alert, *, is_open: int = 1) -> None:
        self._db.execute("UPDATE alerts SET open = ?, value = ? WHERE id = ?", (is_open, dump(alert), alert.id))


def _load(value: str) -> Alert:
    try:
        return msgspec.json.decode(value, type=Alert)
    except (msgspec.MsgspecError, TypeError) as error:
        raise damaged(str(error)) from error
