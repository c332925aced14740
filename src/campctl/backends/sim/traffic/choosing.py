"""Who answers a call, and when more people join in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from campctl.backends.sim.traffic.state import Agent
from campctl.model.resources import Member, Queue

_LEVEL_STEP = 100
_ROUNDING = 1e-6


def choose(queue: Queue, free: Sequence[Member], agents: Mapping[str, Agent], random: Random) -> str:
    """The line whose turn it is among free members: lowest level and penalty, then by the queue's strategy."""
    lowest = min(map(_rank, free))
    first = sorted(member.line for member in free if _rank(member) == lowest)
    if queue.strategy in {"random", "ring-all"}:
        return random.choice(first)
    if queue.strategy == "fewest-calls":
        return min(first, key=lambda line: (agents[line].taken, agents[line].since))
    return min(first, key=lambda line: agents[line].since)


def is_level_open(queue: Queue, level: int, waited: float) -> bool:
    """Whether members of a level answer who has waited so long."""
    return level == 1 or any(opens == level and waited + _ROUNDING >= after for after, opens in levels(queue))


def levels(queue: Queue) -> list[tuple[float, int]]:
    """Seconds of waiting to the level that joins in then."""
    return [(after, int(what[6:])) for after, what in _escalation(queue) if what.startswith("level ")]


def steps(queue: Queue) -> list[tuple[float, str]]:
    """Seconds of waiting to where a call goes then."""
    return [(after, what) for after, what in _escalation(queue) if not what.startswith("level ")]


def _escalation(queue: Queue) -> list[tuple[float, str]]:
    parts = (step.partition("s ") for step in queue.escalation)
    return [(float(after), what) for after, _, what in parts]


def _rank(member: Member) -> int:
    return (member.level - 1) * _LEVEL_STEP + member.penalty
