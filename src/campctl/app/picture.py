"""What screens, `status`, alerts and the exporter are handed: the live board joined with what the campaign wants. Values only.

`app.picturing` makes them; nothing in here knows a terminal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from campctl.live.board import BackendBoard, Emergency
from campctl.model.live import AgentState

DeskState = Literal["dark", "lit", "ringing", "talking", "paused", "unreachable", "no-location"]
"""no-location: it may not be lit, since a 911 call from it would say nowhere. unreachable: lit, and its phone is not registered."""


class HotlineLine(Struct, frozen=True, kw_only=True):
    """A hotline's row. Shares are 0 to 1, None when nobody called; waits in seconds; `asked` is what Erlang asks for, None if unknown."""

    id: str
    name: str
    backend: str
    open: bool
    waiting: int
    longest_wait: float
    level_now: float | None
    level_today: float | None
    target: float | None
    answered: int
    abandoned: int
    free: int
    ringing: int
    busy: int
    paused: int
    wrap_up: int
    gone: int
    seated: int
    desired: int
    asked: int | None
    whence: str
    minutes: tuple[int, ...]
    stale: bool
    since: datetime | None = None
    """From when on "today" counts: midnight, or later where the exchange began to count only then."""
    refused: int = 0
    """Callers who found it full or closed."""
    diverted: str = ""
    """Where its calls are led while it is failed over: `hotline/main`, `outside/+1...`."""


class DeskCell(Struct, frozen=True, kw_only=True):
    """A desk on the map of its office; `who` sits there, for `hotline`; `since` its state holds."""

    id: str
    office: str
    label: str
    extension: str
    state: DeskState
    who: str = ""
    hotline: str = ""
    since: datetime | None = None
    until: datetime | None = None


class OfficeLine(Struct, frozen=True, kw_only=True):
    """An office and its desks in their order; `silent`: lit desks or people there are, and not one phone of it is registered."""

    id: str
    name: str
    backend: str
    time_zone: str
    desks: tuple[DeskCell, ...]
    people: int
    registered: int
    calls: int
    silent: bool
    evacuated: bool


class PersonLine(Struct, frozen=True, kw_only=True, gc=False):
    """A person; `line` is what they answer on now (`user/ID` or `port/ID`); `hotlines` they sit in."""

    id: str
    name: str
    office: str
    extension: str
    role: str
    line: str
    state: AgentState | Literal["", "unreachable"]
    reason: str
    since: datetime | None
    hotlines: tuple[str, ...]


class ActivityLine(Struct, frozen=True, kw_only=True):
    """Something somebody did or that will end: `kind` is run, override, surge, audit."""

    at: datetime
    kind: str
    who: str
    what: str
    result: str = ""
    ends: datetime | None = None
    ref: str = ""
    """Run or override id, for whoever wants to undo it."""


class AlertLine(Struct, frozen=True, kw_only=True):
    """An alert that is raised: `since` when, `severity` critical, warning or info; `subject` as in targets (`hotline/main`)."""

    rule: str
    severity: Literal["critical", "warning", "info"]
    subject: str
    words: str
    since: datetime
    acknowledged: str = ""
    id: str = ""
    """What `alert ack` takes; "" where the board was not told."""


class Picture(Struct, frozen=True, kw_only=True):
    """All of it at one moment; rows that did not change are the same objects as in the picture before."""

    at: datetime
    version: int
    campaign: str
    time_zone: str
    backends: tuple[BackendBoard, ...]
    hotlines: tuple[HotlineLine, ...]
    offices: tuple[OfficeLine, ...]
    people: tuple[PersonLine, ...]
    activity: tuple[ActivityLine, ...]
    alerts: tuple[AlertLine, ...]
    emergencies: tuple[Emergency, ...] = ()
