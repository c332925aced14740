"""What a backend says of its floor: what goes on now, and what happens from now on."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from campctl.backends.sim.database import Database
from campctl.backends.sim.habits import Habits
from campctl.backends.sim.observing import observe
from campctl.backends.sim.traffic.ledger import Ledger
from campctl.backends.sim.traffic.state import Happening, State, World, world_of
from campctl.model.live import AgentNow, Event, Live, QueueNow
from campctl.model.resources import Key

TICK = 0.25
"""Seconds between two looks of a listener."""


class Place(NamedTuple):
    """How far a listener has heard: the last event's number, in which life of the exchange."""

    last: int
    life: str


class Listening:
    """One connection's ear. Not safe for two threads at once."""

    def __init__(self, backend: str, database: Database, ledger: Path, habits: Habits) -> None:
        self._backend = backend
        self._database = database
        self._ledger = Ledger(ledger)
        self._habits = habits
        self._seen: tuple[object, World, str] | None = None

    def live(self, now: float, *, agents: bool) -> Live:
        """What goes on at `now`."""
        state = self._ledger.advance(lambda: self._look(now), self._habits, now)
        assert self._seen is not None
        return live_of(self._backend, state, self._seen[1], agents=agents)

    def here(self, now: float) -> Place:
        """Where a listener begins."""
        state = self._ledger.advance(lambda: self._look(now), self._habits, now)
        return Place(self._ledger.last(), state.epoch)

    def since(self, place: Place, now: float) -> tuple[list[Event], Place]:
        """Move time on: what happened after `place`, with a gap first where something is missing, and the new place."""
        state = self._ledger.advance(lambda: self._look(now), self._habits, now)
        told, last, missed = self._ledger.since(place.last)
        events = [event_of(self._backend, happening) for happening in told]
        if missed or state.epoch != place.life:
            why = "the exchange restarted" if state.epoch != place.life else "more happened than is kept"
            events.insert(0, gap(self._backend, now, why))
        return events, Place(last, state.epoch)

    def pause(self, line: str, reason: str | None, now: float) -> tuple[str, ...] | None:
        """Whoever answers on a line pauses, or, None, is back: the queues they are in; None when there is no such line."""
        self._look(now)
        assert self._seen is not None
        world = self._seen[1]
        if line not in world.places:
            return None
        self._ledger.wish("resume" if reason is None else "pause", line, [reason or ""])
        self._ledger.advance(lambda: self._look(now), self._habits, now)
        return tuple(sorted(member.queue for member in world.members.values() if member.line == line))

    def close(self) -> None:
        """Let go of the file."""
        self._ledger.close()

    def _look(self, now: float) -> tuple[World, str]:
        """The exchange; read again only when it, or what is on its way, changed."""
        with self._database.reading() as connection:
            mark = _mark(connection, now)
            if self._seen is None or self._seen[0] != mark:
                snapshot = observe(connection, now, None)
                self._seen = (mark, world_of(snapshot.resources, snapshot.live), snapshot.epoch)
        return self._seen[1], self._seen[2]


def _mark(connection: sqlite3.Connection, now: float) -> tuple[object, ...]:
    """Differs whenever a look at the exchange could differ."""
    version = connection.execute("PRAGMA data_version").fetchone()[0]
    on_their_way = connection.execute("SELECT count(*) FROM seen WHERE until > ?", (now,)).fetchone()[0]
    registering = connection.execute("SELECT count(*) FROM resource WHERE kind = 'line' AND live_at > ?", (now,)).fetchone()[0]
    return version, connection.total_changes, on_their_way, registering


def live_of(backend: str, state: State, world: World, *, agents: bool) -> Live:
    """A floor's state as the port gives it."""
    waiting: dict[str, list[float]] = {}
    for call in state.calls.values():
        if not call.answered:  # one that rings at somebody's desk still waits
            waiting.setdefault(call.queue, []).append(call.entered)
    staff: dict[str, Counter[str]] = {}
    for member in world.members.values():
        staff.setdefault(member.queue, Counter())[state.agents[member.line].state if member.line in state.agents else "gone"] += 1
    queues = []
    for name in world.queues:
        tally, there = state.tallies.get(name), waiting.get(name, [])
        queues.append(
            QueueNow(
                queue=name,
                waiting=len(there),
                longest_wait=round(state.at - min(there), 1) if there else 0.0,
                answered=tally.answered if tally else 0,
                abandoned=tally.abandoned if tally else 0,
                within=tally.within if tally else 0,
                agents=dict(staff.get(name, {})),  # type: ignore[arg-type]  # Counter forgets that its keys are states
            )
        )
    people = (
        tuple(
            AgentNow(member.id, agent.state, agent.reason)
            for member in world.members.values()
            if (agent := state.agents.get(member.line)) is not None
        )
        if agents
        else ()
    )
    return Live(
        at=_instant(state.at),
        backend=backend,
        since=_instant(state.since),
        epoch=state.epoch,
        calls=len(state.calls),
        queues=tuple(queues),
        agents=people,
        registered=world.registered,
    )


def event_of(backend: str, happening: Happening) -> Event:
    """A happening as the port gives it."""
    key = Key(*happening.key) if happening.key else None  # type: ignore[arg-type]  # kinds are written by the floor alone
    return Event(at=_instant(happening.at), backend=backend, type=happening.type, key=key, data=happening.data)


def gap(backend: str, at: float, why: str) -> Event:
    """Something was missed."""
    return Event(at=_instant(at), backend=backend, type="gap", data={"why": why})


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
