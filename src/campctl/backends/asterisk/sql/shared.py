"""The two shelves of a cluster: what nodes share, with what each of them must be told of it, and what each keeps for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from campctl.backends.asterisk.facts.native import ByPlace, Fact, Place, Value, Write
from campctl.backends.asterisk.facts.rows import Hold, Pause, Rows, listed, sort_into
from campctl.backends.asterisk.sql import writing
from campctl.backends.asterisk.sql.delivery import Parcel, of_writes
from campctl.backends.asterisk.sql.expecting import expected
from campctl.backends.asterisk.sql.outbox import Delivery
from campctl.backends.asterisk.sql.peers import OWN, Peer
from campctl.backends.asterisk.sql.schema import TABLES
from campctl.errors import BackendError, Unavailable, Uncertain

if TYPE_CHECKING:
    from campctl.backends.asterisk.sql.cluster import Cluster

T = TypeVar("T")
_LOST = (Unavailable, Uncertain)


class SharedShelf:
    """Implements `native.Shelf` on PostgreSQL."""

    places: frozenset[Place] = frozenset(TABLES)

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """See `SqlShelf`."""
        return await self._cluster.sql.read(facts)

    async def fill(self, rows: Rows) -> dict[Fact, Any]:
        """See `SqlShelf`."""
        return await self._cluster.sql.fill(rows)

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """One transaction, and in it what nodes that are down have yet to be told.

        Those that are up learn AORs from the backend itself, one by one where they are few.
        """
        learn = any(write.fact.place == "aor" and write.value is not None for write in writes)
        return await self._cluster.sql.write(writes, self._kept(learn), self._cluster.take_doing())

    async def holding(self, by: ByPlace, pause: Pause) -> Hold:
        """The same for what is new; see `rows.Holding`."""
        sheets = writing.Sheets({}, new=True)
        for place, values in by.items():
            sheets = sheets.joined(writing.Sheets.of({place: values}))
            await pause()

        async def hold() -> dict[Fact, str]:
            return await self._cluster.sql.hold(sheets, self._kept("aor" in by), self._cluster.take_doing())

        return hold

    def _kept(self, learn: bool) -> Delivery | None:
        """What nodes that are down have yet to be told."""
        cluster = self._cluster
        return cluster.delivery(Parcel(learn=True), cluster.down) if learn and cluster.down else None


class NodesShelf:
    """Implements `native.Shelf` for what every node keeps for itself: the same on all of them."""

    places: frozenset[Place] = frozenset(OWN)

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """What nodes that answer hold; where they differ, what is not as it should be, so that it shows and is put right."""
        if facts is not None and not (facts := [fact for fact in facts if fact.place in self.places]):
            return {}
        found = await self.each(facts)
        if not found:
            raise self._cluster.nobody()
        first, *rest = found.values()
        if all(other == first for other in rest):
            return first
        return await self._merged(list(found.values()))

    async def fill(self, rows: Rows) -> dict[Fact, Any]:
        """All of that straight into `rows`; see `rows.Filling`."""

        async def filled(peer: Peer) -> tuple[Rows, dict[Fact, Any]]:
            own = Rows()
            return own, await peer.fill(own)

        found = list((await self._ask(filled)).values())
        if not found:
            raise self._cluster.nobody()
        (first, wrong), *rest = found
        if all(other.by == first.by and misfits == wrong for other, misfits in rest):
            rows.take(first)
            return wrong
        return sort_into(rows, await self._merged([own.facts() | misfits for own, misfits in found]))

    async def each(self, facts: Collection[Fact] | None = None) -> dict[str, dict[Fact, Value]]:
        """What each node that answers holds, by its name."""
        return await self._ask(lambda peer: peer.read(facts))

    async def _ask(self, look: Callable[[Peer], Coroutine[Any, Any, T]]) -> dict[str, T]:
        """The answer of each node that answers, by its name."""
        if not self._cluster.asked:
            await self._cluster.epoch()
        peers = self._cluster.up
        answers = await asyncio.gather(*(look(peer) for peer in peers), return_exceptions=True)
        found: dict[str, T] = {}
        for peer, answer in zip(peers, answers, strict=True):
            if isinstance(answer, _LOST):
                peer.lost(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found[peer.name] = answer
        return found

    async def differing(self) -> dict[str, list[Fact]]:
        """By node, the facts that are not there as the records say and another node has; for `backend check`."""
        found = await self.each()
        wrong: dict[str, list[Fact]] = {name: [] for name in found}
        if all(other == first for first in found.values() for other in found.values()):
            return wrong
        wanted = expected(await self._cluster.sql.read())
        for fact in dict.fromkeys(fact for held in found.values() for fact in held):
            values = [held.get(fact) for held in found.values()]
            if any(value != values[0] for value in values):
                for name, held in found.items():
                    if held.get(fact) != wanted.get(fact):
                        wrong[name].append(fact)
        return wrong

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write on all nodes at once, and keep it for those that are down; refused is what one of them refused."""

        async def told(peer: Peer) -> dict[Fact, str]:
            said = await peer.write(writes)
            return {write.fact: why for write, why in zip(writes, said, strict=True) if why is not None} if any(said) else {}

        refused = await self._everywhere(told, lambda: writes)
        return [refused.get(write.fact) for write in writes] if refused else [None] * len(writes)

    async def holding(self, by: ByPlace, pause: Pause) -> Hold:
        """The same for what is new; see `rows.Holding`."""
        ready = {peer.name: await peer.holding(by, pause) for peer in self._cluster.up}

        async def told(peer: Peer) -> dict[Fact, str]:
            return await (ready.get(peer.name) or await peer.holding(by, pause))()

        return partial(self._everywhere, told, partial(listed, by))

    async def _everywhere(
        self, tell: Callable[[Peer], Coroutine[Any, Any, dict[Fact, str]]], writes: Callable[[], Sequence[Write]]
    ) -> dict[Fact, str]:
        """Tell all nodes at once `writes`, and keep that for those that do not hear it; what any of them refused."""
        cluster = self._cluster
        peers = cluster.up
        if not peers:
            raise cluster.nobody()
        await cluster.remember()
        if cluster.down:
            await cluster.keep(of_writes(writes()), cluster.down)
        answers = await asyncio.gather(*(tell(peer) for peer in peers), return_exceptions=True)
        told: dict[str, dict[Fact, str]] = {}
        lost: list[tuple[Peer, BackendError]] = []
        for peer, answer in zip(peers, answers, strict=True):
            if isinstance(answer, _LOST):
                lost.append((peer, answer))
            elif isinstance(answer, BaseException):
                raise answer
            else:
                told[peer.name] = answer
        for peer, error in lost:
            peer.lost(error)
        if lost:
            await cluster.keep(of_writes(writes()), [peer for peer, _ in lost])
        if not told:
            raise Uncertain(f"Every node of {cluster.backend} was lost while it was written to.", backend=cluster.backend)
        return {fact: f"node {name}: {text}" for name, said in reversed(told.items()) for fact, text in said.items()}

    async def _merged(self, found: Sequence[Mapping[Fact, Value]]) -> dict[Fact, Value]:
        """Of values that differ, one that is not what the records say: its resource shows as changed and is written anew."""
        wanted = expected(await self._cluster.sql.read())
        merged: dict[Fact, Value] = {}
        for fact in dict.fromkeys(fact for held in found for fact in held):
            values = [held.get(fact) for held in found]
            value = values[0]
            if any(other != value for other in values):
                value = next((other for other in values if other != wanted.get(fact)), None)
            if value is not None:
                merged[fact] = value
        return merged
