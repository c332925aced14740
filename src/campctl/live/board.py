"""The board: what is known of every exchange at one moment. Values only; `live.fold` makes them.

A board is immutable and cheap to make again: rows that did not change since the last board are the very same objects, so whoever
draws it compares by identity. All ids are those of resources (`queue` id is the hotline's, `line` is `user/ID` or `port/ID`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from campctl.model.live import AgentState

Health = Literal["live", "stale", "lost"]
"""live: heard or looked at lately; stale: silent for longer than it should be; lost: the connection is gone and being made anew."""


class BackendBoard(Struct, frozen=True, kw_only=True):
    """One exchange: `heard` is the last event or look, `gaps` how often events were missed, `why` what is wrong in words."""

    name: str
    health: Health
    heard: datetime | None = None
    since: datetime | None = None
    epoch: str = ""
    gaps: int = 0
    calls: int = 0
    why: str = ""


class HotlineBoard(Struct, frozen=True, kw_only=True):
    """One hotline. `oldest`: since when the longest waiting caller waits. `answered`, `abandoned`, `within` count from `since` (today).

    `recent_*` are the same over the last `window` of the fold (half an hour unless told), so "service level now" is
    `recent_within / (recent_answered + recent_abandoned)`. `minutes`: calls offered in each of the last 60 whole minutes, oldest first.
    """

    id: str
    backend: str
    waiting: int = 0
    oldest: datetime | None = None
    since: datetime | None = None
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    refused: int = 0
    """Callers who found it full or closed, since the board began to hear of it."""
    recent_answered: int = 0
    recent_abandoned: int = 0
    recent_within: int = 0
    talked: float = 0.0
    """Seconds talked in the calls that ended in the window, for the handling time."""
    ended: int = 0
    """Calls that ended in the window."""
    agents: Mapping[AgentState, int] = field(default_factory=dict)
    minutes: tuple[int, ...] = ()
    watched: int = 0
    """How many of those minutes were watched from their beginning; the others may have had more calls."""


class LineBoard(Struct, frozen=True, kw_only=True, gc=False):
    """One line: whether a phone is registered, and what its agent does (`free` also when it answers nothing); since when."""

    id: str
    backend: str
    registered: bool = False
    state: AgentState | Literal[""] = ""
    reason: str = ""
    since: datetime | None = None
    queues: tuple[str, ...] = ()
    call: str = ""
    """The hotline whose call it rings for or talks in, where known."""


class Emergency(Struct, frozen=True, kw_only=True):
    """An emergency call placed: who, where, how to call back."""

    at: datetime
    backend: str
    line: str
    number: str
    callback: str = ""
    location: str = ""


class Board(Struct, frozen=True, kw_only=True):
    """Everything at `at`. `version` grows with every change, so that nothing is drawn twice; newest emergency first (at most 50)."""

    at: datetime
    version: int
    backends: Mapping[str, BackendBoard]
    hotlines: Mapping[str, HotlineBoard]
    lines: Mapping[str, LineBoard]
    emergencies: tuple[Emergency, ...] = ()
