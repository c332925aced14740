"""What `backend check` looks at on an Asterisk, each with its cure. Nothing here raises for what it finds.

probes(ground, clock, backend)      everything: each machine, what they keep, what campctl left behind

machine.py      one machine: connection, manager, modules, settings, load, trunk and peers
store.py        whether what campctl writes is kept, and Asterisk sees it
rows.py         pure: rows nobody can have meant, found in facts
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from campctl.backends.asterisk.doing.ground import Ground
from campctl.backends.asterisk.doing.node import Node
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.backends.asterisk.health import machine, rows, store
from campctl.backends.asterisk.health.looking import looked
from campctl.errors import BackendError
from campctl.model.live import Probe
from campctl.ports.clock import Clock

__all__ = ["probes"]


async def probes(ground: Ground, clock: Clock) -> list[Probe]:
    """Everything there is to say about a backend, machine by machine."""
    nodes, shared = ground.machines, ground.shared
    reached = await asyncio.gather(*(machine.connection(node) for node in nodes))
    found: list[Probe] = []
    for node, probe in zip(nodes, reached, strict=True):
        found.append(_of(node, probe))
        if probe.ok:
            found += [_of(node, one) for one in await _machine(node, clock, shared=shared)]
    found += await ground.probes()
    up = [node for node, probe in zip(nodes, reached, strict=True) if probe.ok]
    if up:
        found += await _everything(ground, up, shared=shared)
    return found


async def _machine(node: Node, clock: Clock, *, shared: bool) -> list[Probe]:
    """One machine that answers. One look after the other: a machine in trouble is not to be troubled more."""
    found = []
    for name, look in machine.LOOKS.items():
        found += await looked(name, look(node.ami, clock))
    if not shared:
        found += await looked("store", store.round_trip(node.ami))
    found += await looked("lock", store.lock(node.ami, clock))
    found += await looked("new lines", store.unknown(node.ami))
    return found


async def _everything(ground: Ground, up: Sequence[Node], *, shared: bool) -> list[Probe]:
    """What is kept, wherever it is, and what the machines see of it."""
    try:
        parts = await asyncio.gather(*(shelf.read() for shelf in ground.shelves))
    except BackendError as error:
        return [Probe("rows", ok=False, detail=error.message, cure=error.hint or "See the first fault above.")]
    facts: dict[Fact, Value] = {}
    for part in parts:
        facts.update(part)
    found = rows.probes(facts, shared=shared)
    for node in up:
        for name, look in (("lines seen", store.sees(node.ami, facts)), ("locations", store.locations(node.ami, facts))):
            found += [_of(node, probe) for probe in await looked(name, look)]
        found += [_of(node, probe) for probe in await looked("time zones", store.zones(node.ami, facts))]
        found += [_of(node, probe) for probe in await looked("names", store.names(node, facts))]
    return found


def _of(node: Node, probe: Probe) -> Probe:
    """With the machine's name, where there are several."""
    return Probe(f"{node.name}: {probe.name}", probe.ok, probe.detail, probe.cure) if node.name else probe
