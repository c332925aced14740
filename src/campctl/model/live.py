"""What a backend reports: a snapshot of its resources, and what it can do."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from campctl.model.resources import Key, Kind, Resource


class Snapshot(Struct, frozen=True):
    """Resources observed on one backend at one moment, complete (`keys` was None) or just those asked for.

    `live` are the keys in effect beyond being configured: lines registered, members in the queue, routes and queues
    that take calls. `epoch` changes when the backend restarted.
    """

    resources: dict[Key, Resource]
    live: frozenset[Key] = frozenset()
    epoch: str = ""


class Rate(Struct, frozen=True):
    """A limit on requests: `per_second` None means no known limit; `burst` tokens may go at once."""

    per_second: float | None = None
    burst: int = 1


class Capabilities(Struct, frozen=True, kw_only=True):
    """What a backend can do, known without talking to it; `validate` and `plan` check against it.

    batch: changes one request may carry. concurrency: requests at once. latency: seconds a request usually takes.
    propagation: seconds from accepted to configured, at the most. unsupported: kind to field names it cannot keep.
    limits: "lines", "queues", "members", "members-per-queue", "routes" to the most of each (absent: no limit).
    """

    kinds: tuple[Kind, ...] = ("location", "line", "queue", "member", "route")
    rate: Rate = Rate()
    concurrency: int = 8
    batch: int = 1
    latency: float = 0.0
    propagation: float = 0.0
    rename: bool = True
    events: bool = False
    unsupported: dict[Kind, tuple[str, ...]] = field(default_factory=dict)
    strategies: tuple[str, ...] = ("longest-idle", "ring-all", "round-robin", "fewest-calls", "random")
    limits: dict[str, int] = field(default_factory=dict)


class Probe(Struct, frozen=True):
    """One thing `backend check` looked at; `cure` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str
    cure: str = ""


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened on a backend (calls, agents, lines); `data` is flat."""

    at: datetime
    backend: str
    type: Literal[
        "call-queued",
        "call-answered",
        "call-abandoned",
        "call-ended",
        "agent-state",
        "line-state",
        "emergency-call",
        "gap",
    ]
    key: Key | None = None
    data: dict[str, Any] = field(default_factory=dict)
