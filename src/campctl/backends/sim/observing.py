"""Reading the exchange: everything, or some keys, as it shows at one instant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import msgspec

from campctl.backends.sim.database import Damaged
from campctl.backends.sim.exchange import decode
from campctl.model.live import Snapshot
from campctl.model.resources import KINDS, Key, Kind, Line, Location, Member, Queue, Resource, Route, references, target_key

if TYPE_CHECKING:
    import sqlite3

# One decoder a kind: a list of known type decodes faster than one resource at a time, and than a tagged union.
_DECODERS: dict[Kind, msgspec.json.Decoder[list[Resource]]] = {
    "location": msgspec.json.Decoder(list[Location]),
    "line": msgspec.json.Decoder(list[Line]),
    "queue": msgspec.json.Decoder(list[Queue]),
    "member": msgspec.json.Decoder(list[Member]),
    "route": msgspec.json.Decoder(list[Route]),
}


def observe(connection: sqlite3.Connection, now: float, keys: Collection[Key] | None) -> Snapshot:
    """What shows at `now` (seconds since 1970); the caller holds a reading transaction open."""
    epoch = connection.execute("SELECT epoch FROM state").fetchone()[0]
    late = _on_their_way(connection, now)
    if keys is not None and not late:
        return _some(connection, now, keys, epoch)
    found, live_at = _everything(connection)
    for key, (body, at) in late.items():
        if body is None:
            found.pop(key, None)
            live_at.pop(key, None)
        else:
            found[key] = decode(body)
            live_at[key] = at
    live = _in_effect(found, {key for key, at in live_at.items() if at is not None and at <= now}, found.keys())
    if keys is None:
        return Snapshot(found, live, epoch)
    return Snapshot({key: found[key] for key in keys if key in found}, live & frozenset(keys), epoch)


def _in_effect(found: Mapping[Key, Resource], registered: Collection[Key], exists: Collection[Key]) -> frozenset[Key]:
    """A line is live when its phone is registered, a member when its line is, the rest when what it leads to exists."""
    live = []
    for key, resource in found.items():
        if isinstance(resource, Line):
            if key in registered:
                live.append(key)
        elif isinstance(resource, Member):
            if ("line", resource.line) in registered and ("queue", resource.queue) in exists:
                live.append(key)
        elif not isinstance(resource, Route) or not (to := target_key(resource.to)) or to in exists:
            live.append(key)
    return frozenset(live)


def _everything(connection: sqlite3.Connection) -> tuple[dict[Key, Resource], dict[Key, float | None]]:
    found: dict[Key, Resource] = {}
    live_at: dict[Key, float | None] = {}
    new = tuple.__new__
    for kind in KINDS:
        rows = connection.execute("SELECT id, body, live_at FROM resource WHERE kind = ?", (kind,)).fetchall()
        if not rows:
            continue
        ids, bodies, times = zip(*rows, strict=True)
        keys = [new(Key, (kind, id_)) for id_ in ids]
        try:
            found.update(zip(keys, _DECODERS[kind].decode(b"[" + b",".join(bodies) + b"]"), strict=True))
        except (msgspec.DecodeError, ValueError) as fault:
            raise Damaged(f"a {kind} cannot be read: {fault}") from fault
        if kind == "line":
            live_at = dict(zip(keys, times, strict=True))
    return found, live_at


def _some(connection: sqlite3.Connection, now: float, keys: Collection[Key], epoch: str) -> Snapshot:
    """The resources asked for; and, for what is live, a look at the lines and queues they depend on."""
    found: dict[Key, Resource] = {}
    live_at: dict[Key, float | None] = {}
    query = "SELECT body, live_at FROM resource WHERE kind = ? AND id = ?"
    for key in keys:
        row = connection.execute(query, key).fetchone()
        if row is not None:
            found[key] = resource = decode(row[0])
            live_at[key] = row[1]
            for to in references(resource):
                if to not in live_at and (other := connection.execute(query, to).fetchone()) is not None:
                    live_at[to] = other[1]
    registered = {key for key, at in live_at.items() if at is not None and at <= now}
    return Snapshot(found, _in_effect(found, registered, live_at.keys()), epoch)


def _on_their_way(connection: sqlite3.Connection, now: float) -> dict[Key, tuple[bytes | None, float | None]]:
    """Earlier values that still show because a change to them is on its way: the oldest that still holds.

    A change made later than now (the clock was set back) counts as arrived; else it might stay hidden for hours.
    """
    rows = connection.execute(
        "SELECT kind, id, body, live_at FROM seen WHERE until > ? AND since <= ? ORDER BY until DESC, seq DESC", (now, now)
    )
    return {Key(kind, id_): (body, at) for kind, id_, body, at in rows}
