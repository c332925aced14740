"""Telephony resources: the five kinds every backend understands, as flat immutable values that compare by field.

A resource is found by its `Key` (kind, id). Ids are campctl's own and the same on every backend:

    location  office id, or office/floor/room slug       "chicago-hq", "chicago-hq/3/hall-a"
    line      the noun it is for                          "user/ann.lee", "port/chicago-hq/a001"
    queue     hotline id                                  "voter-protection"
    member    queue id, "/", line id                      "voter-protection/port/chicago-hq/a001"
    route     the E.164 number                            "+13125550100"

How a backend stores these ids (and its own: SIDs, object ids) is its own affair.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

Kind = Literal["location", "line", "queue", "member", "route"]
KINDS: tuple[Kind, ...] = ("location", "line", "queue", "member", "route")


class Key(NamedTuple):
    """What a resource is found by on one backend."""

    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class Location(Struct, frozen=True, gc=False, tag="location", tag_field="kind"):
    """A dispatchable address; `notify` is told of a 911 call made from it."""

    id: str
    name: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str = "US"
    building: str = ""
    floor: str = ""
    room: str = ""
    notify: tuple[str, ...] = ()


class Line(Struct, frozen=True, gc=False, tag="line", tag_field="kind"):
    """One phone identity. `number` is the caller number shown; a dark port is a line with `enabled` False."""

    id: str
    extension: str
    name: str
    number: str = ""
    location: str = ""
    permission: str = "internal"
    enabled: bool = True
    device: str = ""


NEVER = ("never",)
"""The hours of a queue that lets nobody new in: every call to it leads to `closed`, whichever way it came (a hotline failed over)."""


class Queue(Struct, frozen=True, gc=False, tag="queue", tag_field="kind"):
    """A hotline's waiting line. Times in seconds; targets as `queue/x`, `line/user/x`, `outside/+1...` or empty.

    0 in `max_waiting` and `max_wait` is no limit.
    `hours` are canonical rules ("mon-fri 08:00-20:00") in `time_zone`; empty means always open, ("never",)
    never: who waits already is still answered.
    `escalation` are steps "60s level 2" (members of level 2 join in) or "120s queue/legal".
    """

    id: str
    name: str
    extension: str = ""
    strategy: str = "longest-idle"
    max_waiting: int = 100
    max_wait: int = 600
    ring_time: int = 15
    wrap_up: int = 15
    answer_within: int = 20
    target: float = 0.8
    hours: tuple[str, ...] = ()
    time_zone: str = "UTC"
    overflow: str = ""
    closed: str = ""
    failover: str = ""
    escalation: tuple[str, ...] = ()


class Member(Struct, frozen=True, gc=False, tag="member", tag_field="kind"):
    """A line answering a queue. `level` 1 is the first line; `penalty` 0 is rung first; `name` is who sits there."""

    queue: str
    line: str
    name: str = ""
    level: int = 1
    penalty: int = 0

    @property
    def id(self) -> str:
        """`queue/line`."""
        return f"{self.queue}/{self.line}"


class Route(Struct, frozen=True, gc=False, tag="route", tag_field="kind"):
    """A number leading to `line/...`, `queue/...`, `outside/+1...`, or nowhere ("" = held in reserve)."""

    number: str
    to: str = ""
    label: str = ""

    @property
    def id(self) -> str:
        """The number."""
        return self.number


Resource: TypeAlias = Location | Line | Queue | Member | Route
RESOURCE_TYPES: dict[Kind, type[Location | Line | Queue | Member | Route]] = {
    "location": Location,
    "line": Line,
    "queue": Queue,
    "member": Member,
    "route": Route,
}

_KIND_OF: dict[type, Kind] = {cls: kind for kind, cls in RESOURCE_TYPES.items()}


def key_of(resource: Resource) -> Key:
    """The key a resource is found by."""
    return tuple.__new__(Key, (_KIND_OF[type(resource)], resource.id))  # a third of the time of Key(...), in the innermost loops


def fields_of(resource: Resource) -> dict[str, Any]:
    """Field name to value, without the kind."""
    return {name: getattr(resource, name) for name in resource.__struct_fields__}


def references(resource: Resource) -> tuple[Key, ...]:
    """The resources on the same backend that must exist for this one to work."""
    if isinstance(resource, Line):
        return (Key("location", resource.location),) if resource.location else ()
    if isinstance(resource, Member):
        return (Key("queue", resource.queue), Key("line", resource.line))
    if isinstance(resource, Route):
        found = target_key(resource.to)
        return (found,) if found else ()
    if isinstance(resource, Queue):
        steps = (step.split(" ", 1)[1] for step in resource.escalation)
        targets = (resource.overflow, resource.closed, resource.failover, *steps)
        return tuple(key for key in map(target_key, targets) if key)
    return ()


def target_key(target: str) -> Key | None:
    """`queue/x` and `line/user/x` as keys; None for outside numbers, levels and nothing."""
    kind, _, rest = target.partition("/")
    return Key("queue" if kind == "queue" else "line", rest) if kind in {"queue", "line"} and rest else None


def rekey(resource: Resource, new: str) -> Resource:
    """The same location, line or queue under another id."""
    assert isinstance(resource, Location | Line | Queue)
    return replace(resource, id=new)


def repoint(resource: Resource, old: Key, new: Key) -> Resource:
    """The same resource, referring to `new` wherever it referred to `old`."""
    if isinstance(resource, Line):
        return replace(resource, location=new.id) if old == ("location", resource.location) else resource
    if isinstance(resource, Member):
        queue = new.id if old == ("queue", resource.queue) else resource.queue
        line = new.id if old == ("line", resource.line) else resource.line
        return replace(resource, queue=queue, line=line)
    if isinstance(resource, Route):
        return replace(resource, to=str(new)) if resource.to == str(old) else resource
    if isinstance(resource, Queue):
        return _repoint_queue(resource, str(old), str(new))
    return resource


def _repoint_queue(queue: Queue, old: str, new: str) -> Queue:
    def swap(target: str) -> str:
        return new if target == old else target

    def step(text: str) -> str:
        after, _, target = text.partition(" ")
        return f"{after} {swap(target)}"

    return replace(
        queue,
        overflow=swap(queue.overflow),
        closed=swap(queue.closed),
        failover=swap(queue.failover),
        escalation=tuple(map(step, queue.escalation)),
    )
