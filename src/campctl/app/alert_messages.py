"""What is said to whoever is told of an alert: one JSON document, the same for commands and webhooks (docs/alerts.md)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct

from campctl.model.alerts import Alert, Severity

VERSION = 1
Kind = Literal["raised", "cleared", "test"]


class Message(Struct, frozen=True, kw_only=True):
    """One thing to say, as bytes. `id` is the same for every try of every process: receivers tell repeats by it.

    urgent: an emergency call; it waits for nobody.
    """

    id: str
    kind: Kind
    alert: str
    severity: Severity
    urgent: bool
    body: bytes


def message(alert: Alert, kind: Kind, *, campaign: str, at: datetime) -> Message:
    """What is said of an alert that was raised or is over, or of a test of its rule."""
    whose = hashlib.blake2b(campaign.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()
    document = {
        "type": f"alert.{kind}",
        "timestamp": _instant(at),
        "text": text(alert, kind, campaign),
        "data": {
            "version": VERSION,
            "campaign": campaign,
            "test": kind == "test",
            "alert": about(alert),
            "emergency": _emergency(alert),
        },
    }
    return Message(
        id=f"msg_{whose}{alert.id}_{kind}",
        kind=kind,
        alert=alert.id,
        severity=alert.severity,
        urgent=alert.caller is not None and kind == "raised",
        body=msgspec.json.encode(document),
    )


def about(alert: Alert) -> dict[str, str | None]:
    """An alert as it is said of it everywhere (docs/alerts.md)."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "severity": alert.severity,
        "subject": alert.subject,
        "words": alert.words,
        "since": _instant(alert.since),
        "raised": _instant(alert.raised),
        "acknowledged": alert.acknowledged,
        "cleared": _instant(alert.cleared) if alert.cleared else None,
    }


def text(alert: Alert, kind: Kind, campaign: str) -> str:
    """One line that says it all, for a chat or a pager."""
    if kind == "test":
        return f"[{campaign}] TEST, nothing is wrong: this is how an alert of rule {alert.rule} reaches you."
    if kind == "cleared":
        how = f" (acknowledged by {alert.acknowledged})" if alert.acknowledged else ""
        return f"[{campaign}] over{how}: {alert.words}"
    return f"[{campaign}] {alert.severity}: {alert.words}"


def _emergency(alert: Alert) -> dict[str, str] | None:
    caller = alert.caller
    if caller is None:
        return None
    return {
        "who": caller.who,
        "where": caller.where,
        "callback": caller.callback,
        "number": caller.number,
        "line": caller.line,
        "at": _instant(caller.at),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
