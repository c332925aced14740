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
    propagation: seconds from accepted to configured, at the most. durable_after: seconds after which an accepted change
    survives the backend's sudden death; a look made earlier proves nothing. halves: whether a change whose answer was lost
    may be half done, because its parts are kept in several places. unsupported: kind to field names it cannot keep.
    limits: "lines", "queues", "members", "members-per-queue", "routes" to the most of each (absent: no limit).
    self_registering: phones take up a new line by themselves, without a secret handed out: a move to here cuts nobody off.
    """

    kinds: tuple[Kind, ...] = ("location", "line", "queue", "member", "route")
    rate: Rate = Rate()
    concurrency: int = 8
    batch: int = 1
    latency: float = 0.0
    propagation: float = 0.0
    durable_after: float = 0.0
    halves: bool = False
    rename: bool = True
    events: bool = False
    self_registering: bool = False
    unsupported: dict[Kind, tuple[str, ...]] = field(default_factory=dict)
    strategies: tuple[str, ...] = ("longest-idle", "ring-all", "round-robin", "fewest-calls", "random")
    limits: dict[str, int] = field(default_factory=dict)


class Probe(Struct, frozen=True):
    """One thing `backend check` looked at; `cure` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str
    cure: str = ""


EventType = Literal[
    "call-queued",
    "call-answered",
    "call-abandoned",
    "call-ended",
    "agent-state",
    "line-state",
    "emergency-call",
    "gap",
]
AgentState = Literal["free", "ringing", "busy", "paused", "wrap-up", "gone"]


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened on a backend; `data` is flat, times in seconds, ids as resources write them.

    `key` is the queue for calls, the member for agents, the line otherwise. What `data` holds, where the backend knows it:

        call-queued      call, caller, waiting (calls in the queue now)
        call-answered    call, line, waited
        call-abandoned   call, waited, why ("abandoned", "timeout", "full", "closed")
        call-ended       call, line, talked
        agent-state      state (AgentState), reason
        line-state       state ("registered", "gone")
        emergency-call   call, number (dialled), callback, location (id)
        gap              why: events were missed before this one; ask `live()` again
    """

    at: datetime
    backend: str
    type: EventType
    key: Key | None = None
    data: dict[str, Any] = field(default_factory=dict)


class QueueNow(Struct, frozen=True, kw_only=True):
    """A queue at one moment. `answered`, `abandoned` and `within` (answered within the service level) count since `Live.since`.

    waiting: callers not answered yet, those at whose agent it rings among them. abandoned: left unanswered after having waited;
    who found the queue closed or full never was in it. `agents` counts members by state; states nobody is in may be left out.
    """

    queue: str
    waiting: int = 0
    longest_wait: float = 0.0
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    agents: dict[AgentState, int] = field(default_factory=dict)


class AgentNow(Struct, frozen=True, gc=False):
    """A member at one moment: `member` is its id (`queue/line`)."""

    member: str
    state: AgentState
    reason: str = ""


class Live(Struct, frozen=True, kw_only=True):
    """What is going on on a backend at one moment: what a board begins with, before events keep it up to date.

    `agents` is empty unless asked for. `registered` are line ids with a phone. `calls` are those in progress, waiting or
    talking. `since`: from when on queues count (the backend's start, or its midnight).
    """

    at: datetime
    backend: str
    since: datetime
    epoch: str = ""
    calls: int = 0
    queues: tuple[QueueNow, ...] = ()
    agents: tuple[AgentNow, ...] = ()
    registered: frozenset[str] = frozenset()
