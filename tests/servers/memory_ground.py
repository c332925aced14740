"""A ground in memory: what an AsteriskBackend stands on, without an Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from campctl.backends.asterisk.doing.ground import State
from campctl.backends.asterisk.facts.native import PLACES, Fact, Place, Value, Write
from campctl.errors import Unavailable


class Exchange:
    """What there is, shared by all connections to it."""

    def __init__(self) -> None:
        self.facts: dict[Fact, Value] = {}
        self.generation = ""
        self.doing = ""
        self.epoch = 1
        self.registered: set[str] = set()
        self.secrets: dict[str, str] = {}
        self.lock = asyncio.Lock()
        self.log: list[Write] = []
        self.refuses: dict[Fact, str] = {}
        self.dies_after = -1
        """So many more writes, then the writer dies: nothing of it is done any more."""


class MemoryShelf:
    """Implements `native.Shelf` for some places."""

    def __init__(self, exchange: Exchange, places: Collection[Place]) -> None:
        self.exchange = exchange
        self.places = frozenset(places)

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        there = self.exchange.facts
        return {fact: there[fact] for fact in (there if facts is None else facts) if fact in there and fact.place in self.places}

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        said: list[str | None] = []
        for write in writes:
            await asyncio.sleep(0)
            if self.exchange.dies_after == 0:
                raise Unavailable("it died")
            self.exchange.dies_after -= 1
            why = self.exchange.refuses.get(write.fact)
            said.append(why)
            if why is None:
                self.exchange.log.append(write)
                if write.value is None:
                    self.exchange.facts.pop(write.fact, None)
                else:
                    self.exchange.facts[write.fact] = write.value
        return said


class _Aors:
    few = True

    def __init__(self) -> None:
        self.expected: set[str] = set()
        self.known: list[set[str]] = []

    async def expect(self, names: Collection[str]) -> None:
        self.expected.update(names)

    async def make_known(self) -> None:
        if self.expected:
            self.known.append(self.expected)
            self.expected = set()


class MemoryNode:
    """Implements what the backend asks of a `node.Node`."""

    name = ""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.aors = _Aors()
        self.hung_up: list[set[str]] = []
        self.cuts: list[str] = []
        self.paused: dict[str, str] = {}

    async def registered(self, now: float) -> set[str]:
        return set(self.exchange.registered)

    async def registered_of(self, names: Collection[str], now: float) -> set[str]:
        return self.exchange.registered & set(names)

    async def cut(self, names: Collection[str]) -> None:
        self.cuts += names

    async def pause(self, endpoint: str, paused: bool, reason: str) -> None:
        if paused:
            self.paused[endpoint] = reason
        else:
            self.paused.pop(endpoint, None)

    async def hang_up_ringing(self, names: Collection[str]) -> None:
        if names:
            self.hung_up.append(set(names))


class MemoryGround:
    """Implements `ground.Ground`."""

    def __init__(self, exchange: Exchange, split: Sequence[Collection[Place]] = (PLACES,)) -> None:
        self.exchange = exchange
        self.node = MemoryNode(exchange)
        self.nodes: Any = (self.node,)
        self.machines: Any = self.nodes
        self.shared = False
        self.shelves = tuple(MemoryShelf(exchange, places) for places in split)

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        async with self.exchange.lock:
            yield

    def must_be_exclusive(self) -> None:
        assert self.exchange.lock.locked()

    async def state(self) -> State:
        return State(str(self.exchange.epoch), self.exchange.generation, self.exchange.doing)

    async def begin(self, doing: str, *, now: bool = False) -> None:
        assert doing.isprintable()
        self.exchange.doing = doing

    async def end(self, generation: str) -> None:
        self.exchange.generation, self.exchange.doing = generation, ""

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        self.exchange.secrets.update(secrets)
        return {name for name in secrets if Fact("auth", name) in self.exchange.facts}

    async def epoch(self) -> str:
        return str(self.exchange.epoch)

    async def arrive(self) -> frozenset[str]:
        return frozenset({"trunk"})

    async def probes(self) -> list[Any]:
        return []

    async def close(self) -> None:
        return
