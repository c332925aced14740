"""Alerts as values: the rules a campaign writes, who is told and how, and an alert that was raised."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from campctl.model.stores import is_local

When = Literal[
    "waiting",
    "longest-wait",
    "service-level",
    "free-agents",
    "nobody-free",
    "seats-short",
    "emergency-call",
    "office-silent",
    "backend-lost",
    "backend-stale",
    "override-overdue",
]
Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
Unit = Literal["", "callers", "agents", "seats", "seconds", "share"]
Scope = Literal["hotlines", "offices", "backends", ""]
BOARD = "board"
"""The one that is told without being defined: whoever looks at the board, `status` and `alert list`."""


class Measure(Struct, frozen=True):
    """What a condition measures: `unit` and `side` of its threshold ("" without one), what it is about, its default threshold.

    needs: whether the threshold must be written. doc: the condition in words.
    """

    doc: str
    scope: Scope
    side: Literal["", "above", "below"] = ""
    unit: Unit = ""
    needs: bool = False
    default: float | None = None


MEASURES: dict[When, Measure] = {
    "waiting": Measure("more callers wait in a hotline than `above`", "hotlines", "above", "callers", needs=True),
    "longest-wait": Measure("somebody waits longer than `above`", "hotlines", "above", "seconds", needs=True),
    "service-level": Measure(
        "of the last half hour's calls a smaller share than `below` was answered in time (unless told, than the hotline's target)",
        "hotlines",
        "below",
        "share",
    ),
    "free-agents": Measure("fewer agents than `below` are free, while the hotline is open", "hotlines", "below", "agents", needs=True),
    "nobody-free": Measure("callers wait and not one agent is free", "hotlines"),
    "seats-short": Measure("an open hotline has fewer people than seats, by more than `above`", "hotlines", "above", "seats", default=0.0),
    "emergency-call": Measure("somebody dialled 911, or another emergency number", "offices"),
    "office-silent": Measure("an office has lit desks or people, and not one of its phones is registered", "offices"),
    "backend-lost": Measure("the connection to a backend is gone", "backends"),
    "backend-stale": Measure("a backend has been silent for longer than it should, or the connection is gone", "backends"),
    "override-overdue": Measure("what an override lent is over and has not come back", ""),
}


class AlertRule(Struct, frozen=True, kw_only=True):
    """When to raise an alert. `hold`: for so many seconds it must be true; `clear_after`: for so many it must be false again.

    above, below: the threshold, in what `MEASURES[when].unit` says (a share is 0..1); None: the measure's default.
    hotlines, offices, backends: only these; empty means all. notify: `BOARD` and names of notifiers; None means all of them.
    """

    id: str
    when: When
    above: float | None = None
    below: float | None = None
    hold: int = 0
    clear_after: int = 60
    hotlines: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    severity: Severity = "warning"
    notify: tuple[str, ...] | None = None
    enabled: bool = True


SECRET_URL = "secret"  # noqa: S105 - a word for "it is kept where secrets are"
"""What stands for a webhook's address that is itself a secret (chat services' are)."""


class Notifier(Struct, frozen=True, kw_only=True):
    """Somebody who is told: a command (its words; no shell) or a webhook (its URL, or `SECRET_URL`).

    timeout: seconds one try may take. secrets: where `signing` and `url` come from, as of a backend.
    """

    name: str = ""
    command: tuple[str, ...] = ()
    webhook: str = ""
    sign: bool = True
    timeout: float = 10
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def has_secret_url(self) -> bool:
        """Whether its address is kept where secrets are."""
        return self.webhook == SECRET_URL

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the secrets it needs."""
        if not self.webhook:
            return ()
        return (*(("url",) if self.has_secret_url else ()), *(("signing",) if self.sign else ()))


def insecure(url: str) -> str:
    """Why nothing may be sent to an address; "" when it may: https, or http to this machine, and no password in it."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "this is not an address"
    if parts.username is not None or parts.password is not None:
        return "a name or password stands in the address"
    if parts.scheme not in {"http", "https"} or not host or port == 0 or any(character.isspace() for character in url):
        return "an address begins with https:// and a name"
    if parts.scheme == "http" and not is_local(host):
        return "plain http is for this machine only (127.0.0.1, ::1, localhost), as anybody on the way could read and change it"
    return ""


DEFAULT_RULES: tuple[AlertRule, ...] = (
    AlertRule(id="emergency-call", when="emergency-call", severity="critical"),
    AlertRule(id="backend-lost", when="backend-lost", hold=15, clear_after=30, severity="critical"),
    AlertRule(id="nobody-free", when="nobody-free", hold=20, clear_after=30, severity="critical"),
)
"""What holds in every campaign, unless a rule of the same id is written."""


def rules_of(written: dict[str, AlertRule]) -> tuple[AlertRule, ...]:
    """The rules that hold: those that stand in every campaign and are not replaced, then those written; without those switched off."""
    known = [rule for rule in DEFAULT_RULES if rule.id not in written]
    return tuple(rule for rule in (*known, *written.values()) if rule.enabled)


class Caller(Struct, frozen=True, kw_only=True):
    """An emergency call in words: who dialled what, where they are (what a dispatcher is told), how to call back."""

    who: str
    line: str
    number: str
    where: str
    callback: str
    at: datetime


class Alert(Struct, frozen=True, kw_only=True):
    """An alert that was raised. `id` is given once and goes with every message about it; it is what receivers tell repeats by.

    key: what it is about, for the campaign; of one key at most one is open.
    subject: `hotline/main`, `office/hq`, `backend/local`, `override/o1a2b3`, or the line of an emergency call.
    once: what may be raised once only (an emergency call); never again even after it was cleared.
    told: notifier to what came of telling it last. by: who raised it (host and process).
    """

    id: str
    key: str
    rule: str
    subject: str
    severity: Severity
    words: str
    since: datetime
    raised: datetime
    once: bool = False
    by: str = ""
    acknowledged: str = ""
    acknowledged_at: datetime | None = None
    cleared: datetime | None = None
    told: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None
