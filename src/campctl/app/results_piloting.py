"""What the autopilot tells while it is at work, and what it writes down for its next life and for `autopilot status`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from campctl.capacity.autoscale import Kind, Memory

Level = Literal["info", "warning", "error"]
What = Literal[
    "standby",
    "leading",
    "applied",
    "nothing-to-apply",
    "not-applied",
    "moved",
    "not-moved",
    "no-figures",
    "figures-again",
    "manifests-read",
    "manifests-invalid",
    "clock-jumped",
    "store-trouble",
    "would-apply",
    "would-move",
    "lead-lost",
    "stopped",
]


class Happened(Struct, frozen=True, kw_only=True):
    """One event: a line on a terminal, an object of JSON. `data` is flat."""

    at: datetime
    event: What
    level: Level
    message: str
    data: dict[str, Any] = {}


class Seen(Struct, frozen=True, kw_only=True):
    """The last decision about a hotline with `autoscale`, and the memory it was made from.

    seats: wanted after it; base: what the plan says without the autopilot. moved: when, and by what, they were moved last.
    """

    memory: Memory = Memory()
    at: datetime | None = None
    kind: Kind = "hold"
    reason: str = ""
    seats: int = 0
    base: int = 0
    low: int = 0
    high: int = 0
    filled: int = 0
    need: int | None = None
    level: float | None = None
    moved: datetime | None = None
    moved_why: str = ""


class Note(Struct, frozen=True, kw_only=True):
    """What a leader writes down. until: up to when desired(t) was applied; next: when it changes next; owed: what was not done yet."""

    version: int = 1
    at: datetime
    until: datetime | None = None
    next: datetime | None = None
    next_what: str = ""
    owed: str = ""
    hotlines: dict[str, Seen] = {}
