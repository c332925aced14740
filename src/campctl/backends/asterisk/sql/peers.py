"""One node as the cluster sees it: up or down since when, and the shelves of what it keeps for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from campctl.backends.asterisk.ami import Ami
from campctl.backends.asterisk.doing.aors import Aors
from campctl.backends.asterisk.doing.node import Node
from campctl.backends.asterisk.facts.native import ByPlace, Fact, Place, Shelf, Value, Write, runs
from campctl.backends.asterisk.facts.rows import Hold, Pause, Rows, fill, holding
from campctl.backends.asterisk.shelves import AstDbShelf, MemberShelf, SectionShelf
from campctl.errors import BackendError, Unavailable, Uncertain
from campctl.ports.clock import Clock

OWN: tuple[Place, ...] = ("geo", "rule", "queue", "map", "member")
"""Places that every node keeps for itself, in an order in which they can be written."""
PROBE = 3.0
"""Seconds a node that was down has to answer."""
_FIRST_REST, _LONGEST_REST = 2.0, 30.0
_LOST = (Unavailable, Uncertain)


def ordered(values: Mapping[Fact, Value | None]) -> list[Write]:
    """What is new, each place after those it needs; then what goes, the other way round."""
    order = {place: n for n, place in enumerate(OWN)}
    puts = [Write(fact, value) for fact, value in values.items() if value is not None]
    gone = [Write(fact, None) for fact, value in values.items() if value is None]
    puts.sort(key=lambda write: order.get(write.fact.place, 0))
    gone.sort(key=lambda write: -order.get(write.fact.place, 0))
    return [*puts, *gone]


class Peer:
    """One node. `answers`: it answered a probe, but may not know yet what it missed; `up`: it does."""

    def __init__(self, name: str, ami: Ami, clock: Clock) -> None:
        self.name = name
        self.node: Node = ClusterNode(name, ami, self)
        self.known = False
        """Whether PostgreSQL keeps for it what it misses."""
        self.up = False
        self.answers = False
        self.fault: BackendError | None = None
        self._clock = clock
        self._rest = 0.0
        self._again = 0.0
        maps: tuple[Place, ...] = ("map",)
        self._shelves: tuple[Shelf, ...] = (SectionShelf(ami), AstDbShelf(ami, maps), MemberShelf(ami))

    @property
    def due(self) -> bool:
        """Whether it is time to see whether it is back."""
        return self._clock.monotonic() >= self._again

    def lost(self, error: BackendError) -> None:
        """It does not answer; it is left alone for a while, longer each time."""
        self.up = self.answers = False
        self.fault = error
        self._rest = min(_LONGEST_REST, max(_FIRST_REST, self._rest * 2))
        self._again = self._clock.monotonic() + self._rest

    def arrived(self) -> None:
        """It knows everything."""
        self.up, self.fault, self._rest = True, None, 0.0

    async def probe(self) -> None:
        """See whether it answers."""
        limit = min(PROBE, self.node.ami.options.deadline)
        try:
            async with asyncio.timeout(limit + 0.5):
                await self.node.ami.ask("Ping", deadline=limit)
            await self.node.booted()  # before, it would refuse members of queues that it has not loaded yet
        except BackendError as error:
            self.lost(error)
        except TimeoutError:
            self.lost(Unavailable(f"{self.name} did not answer within {limit:g} s.", backend=self.node.ami.options.backend))
        else:
            self.answers = True

    async def epoch(self) -> str:
        """When it started; "down" when it does not answer."""
        if self.up:
            try:
                return await self.node.ami.epoch()
            except BackendError as error:
                self.lost(error)
        return "down"

    async def read(self, facts: Collection[Fact] | None) -> dict[Fact, Value]:
        """What it keeps for itself."""
        found: dict[Fact, Value] = {}
        for part in await asyncio.gather(*(shelf.read(facts) for shelf in self._shelves)):
            found.update(part)
        return found

    async def fill(self, rows: Rows) -> dict[Fact, Any]:
        """All of that straight into `rows`; see `rows.Filling`."""
        parts = await asyncio.gather(*(fill(rows, shelf) for shelf in self._shelves))
        return {fact: value for part in parts for fact, value in part.items()}

    async def holding(self, by: ByPlace, pause: Pause) -> Hold:
        """Make ready to write what is new; see `rows.Holding`."""
        holds = [hold for shelf in self._shelves if (hold := await holding(shelf, by, pause)) is not None]

        async def all_of_them() -> dict[Fact, str]:
            refused: dict[Fact, str] = {}
            for hold in holds:
                refused |= await hold()
            return refused

        return all_of_them

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write in order, as many at once as are on one shelf."""
        said: list[str | None] = []
        of = {place: shelf for shelf in self._shelves for place in shelf.places}
        for shelf, run in runs(writes, of):
            said += await shelf.write(run)
        return said


class ClusterNode(Node):
    """A node whose silence is the cluster's affair: what it is told then is nothing, and it is down."""

    def __init__(self, name: str, ami: Ami, peer: Peer) -> None:
        super().__init__(name, ami)
        self._peer = peer
        self.aors = _ClusterAors(ami, peer)

    async def registered(self, now: float) -> set[str]:
        """Nobody, when it does not answer."""
        try:
            return await super().registered(now)
        except _LOST as error:
            self._peer.lost(error)
            return set()

    async def registered_of(self, names: Collection[str], now: float) -> set[str]:
        """Nobody, when it does not answer."""
        try:
            return await super().registered_of(names, now)
        except _LOST as error:
            self._peer.lost(error)
            return set()


class _ClusterAors(Aors):
    """A node that is lost while it is to learn new AORs learns them when it is back."""

    def __init__(self, ami: Ami, peer: Peer) -> None:
        super().__init__(ami)
        self._peer = peer

    async def expect(self, names: Collection[str]) -> None:
        """Lost: the write that follows is kept for it."""
        try:
            await super().expect(names)
        except _LOST as error:
            self._peer.lost(error)

    async def make_known(self) -> None:
        """Lost: the mark in its AstDB is still there."""
        try:
            await super().make_known()
        except _LOST as error:
            self._peer.lost(error)
