"""What is remembered of a floor between two looks, and the exchange as it sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from campctl.model.live import AgentState, EventType
from campctl.model.resources import Key, Member, Queue


class World(Struct, frozen=True):
    """The exchange as it is: queues and members by id, lines with a phone, where each line is and what number it shows."""

    queues: Mapping[str, Queue] = {}
    members: Mapping[str, Member] = {}
    registered: frozenset[str] = frozenset()
    places: Mapping[str, tuple[str, str]] = {}


class Call(Struct):
    """One call. `waits` until answered; `line` rings or talks."""

    id: str
    queue: str
    caller: str
    arrived: float
    entered: float
    patience: float
    line: str = ""
    answered: float = 0.0
    hops: int = 0


class Agent(Struct):
    """A line that answers. `until` is the end of what it does; a free one has been so since `since`.

    `pauses` is why it pauses, now or once its call is over and wherever its phone is; None while it does not.
    """

    state: AgentState = "free"
    since: float = 0.0
    until: float = 0.0
    call: str = ""
    taken: int = 0
    reason: str = ""
    pauses: str | None = None


class Tally(Struct):
    """What a queue has seen."""

    answered: int = 0
    abandoned: int = 0
    within: int = 0


class State(Struct):
    """Everything that has to be remembered between two looks."""

    at: float
    since: float
    epoch: str = ""
    calls: dict[str, Call] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    next: dict[str, float] = field(default_factory=dict)
    drawn: dict[str, int] = field(default_factory=dict)
    registered: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    number: int = 0


class Happening(Struct, frozen=True):
    """An event before it has a backend's name."""

    at: float
    type: EventType
    key: tuple[str, str] | None = None
    data: dict[str, Any] = {}


def world_of(resources: Mapping[Key, Any], live: Iterable[Key]) -> World:
    """What the floor needs to know of an exchange's snapshot."""
    lines = {key.id: resource for key, resource in resources.items() if key.kind == "line"}
    return World(
        queues={key.id: resource for key, resource in resources.items() if key.kind == "queue"},
        members={key.id: resource for key, resource in resources.items() if key.kind == "member"},
        registered=frozenset(key.id for key in live if key.kind == "line"),
        places={name: (line.location, line.number) for name, line in lines.items()},
    )
