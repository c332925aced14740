"""Several Asterisks as one: what they share in PostgreSQL, what each keeps for itself written to all of them.

A node that is down stops nothing. What it misses is kept in PostgreSQL (`campctl_pending`), in the transaction that makes
it true wherever there is one, and it is told before anything else when it is back. What a node lost by itself (it died
within a second of a write, or somebody changed it by hand) shows as a difference to what the records say, and so in the
next plan, whose changes are written to every node.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from campctl.backends.asterisk.ami import Ami
from campctl.backends.asterisk.doing.ground import State
from campctl.backends.asterisk.doing.node import Node
from campctl.backends.asterisk.facts.native import Shelf
from campctl.backends.asterisk.sql.delivery import Parcel, pack, tell, unpack
from campctl.backends.asterisk.sql.outbox import Delivery
from campctl.backends.asterisk.sql.peers import Peer, ordered
from campctl.backends.asterisk.sql.shared import NodesShelf, SharedShelf
from campctl.backends.asterisk.sql.shelf import SqlShelf
from campctl.errors import AuthFailed, BackendError, Refused, Unavailable, Uncertain
from campctl.model.live import Probe
from campctl.ports.clock import Clock

_LOST = (Unavailable, Uncertain)


class Cluster:
    """Implements `ground.Ground`."""

    shared = True

    def __init__(self, sql: SqlShelf, nodes: Mapping[str, Ami], clock: Clock, backend: str) -> None:
        self.sql = sql
        self.peers = [Peer(name, ami, clock) for name, ami in nodes.items()]
        self.backend = backend
        self._joined = False
        self._doing: str | None = None
        self.own = NodesShelf(self)
        self.shelves: Sequence[Shelf] = (SharedShelf(self), self.own)
        self.asked = False
        """Whether nodes were asked at all whether they are there."""

    # -- which nodes there are --

    @property
    def up(self) -> list[Peer]:
        """Nodes that answered when they were last asked."""
        return [peer for peer in self.peers if peer.up]

    @property
    def down(self) -> list[Peer]:
        """The others."""
        return [peer for peer in self.peers if not peer.up]

    @property
    def nodes(self) -> Sequence[Node]:
        """The machines that are up."""
        return [peer.node for peer in self.up]

    @property
    def machines(self) -> Sequence[Node]:
        """All of them."""
        return [peer.node for peer in self.peers]

    async def epoch(self) -> str:
        """When each node started; nodes that are back are brought level first. Unavailable when none answers."""
        await self._join()
        self.asked = True
        up = self.up
        tried = [peer for peer in self.peers if not peer.up and (peer.due or not up)]
        await asyncio.gather(*(peer.probe() for peer in tried))
        waiting = await self.sql.outbox.waiting()
        back = [peer for peer in tried if peer.answers]
        for peer in back:
            if peer.known and peer.name not in waiting:
                peer.arrived()
        if any(not peer.up for peer in back) or any(peer.name in waiting for peer in self.up):
            async with self.exclusive():
                await self._welcome([peer for peer in back if not peer.up])
        return await self._epochs()

    async def _epochs(self) -> str:
        found = await asyncio.gather(*(peer.epoch() for peer in self.peers))
        if not self.up:
            raise self.nobody()
        return "; ".join(f"{peer.name}={epoch}" for peer, epoch in zip(self.peers, found, strict=True))

    def nobody(self) -> BackendError:
        """Why no node answers."""
        faults = [peer.fault for peer in self.peers if peer.fault is not None]
        for kind in (AuthFailed, Refused):
            if faults and all(isinstance(fault, kind) for fault in faults):
                return faults[0]
        said = "; ".join(f"{peer.name}: {peer.fault.message.rstrip('.')}" for peer in self.peers if peer.fault is not None)
        return Unavailable(f"No node of {self.backend} answers: {said}.", backend=self.backend, hint="Run `campctl backend check`.")

    async def _join(self) -> None:
        """Once: nodes that are new are remembered, those that are not listed any more forgotten."""
        if self._joined:
            return
        known, names = await self.sql.outbox.nodes(), {peer.name for peer in self.peers}
        if left := known - names:
            await self.sql.outbox.know_nodes([], left)
        for peer in self.peers:
            peer.known = peer.name in known
        self._joined = True

    async def _welcome(self, back: Sequence[Peer]) -> None:
        """Tell nodes that are back what they missed, and new ones everything; only then are they up."""
        for peer in back:
            try:
                if not peer.known:
                    await self._newcomer(peer)
                await self.drain([peer])
            except _LOST as error:
                peer.lost(error)
            else:
                peer.arrived()

    async def _newcomer(self, peer: Peer) -> None:
        """A node that was never here gets what another one has."""
        model = next((other for other in self.peers if other.up), None)
        if model is not None:
            theirs, own = await asyncio.gather(model.read(None), peer.read(None))
            await peer.write(ordered({fact: value for fact, value in theirs.items() if own.get(fact) != value}))
        await self.sql.outbox.know_nodes([peer.name], [])
        peer.known = True

    # -- telling nodes --

    async def drain(self, peers: Sequence[Peer]) -> None:
        """Tell each what is kept for it, in order. To be called under the lock. Raises when one is lost."""
        by_name = {peer.name: peer for peer in peers}
        pending: dict[str, list[tuple[int, str]]] = {}
        for item in await self.sql.outbox.pending():
            if item.node in by_name:
                pending.setdefault(item.node, []).append((item.id, item.payload))
        for name, items in pending.items():
            await tell(by_name[name], [unpack(payload) for _, payload in items])
            await self.sql.outbox.delivered([(name, number) for number, _ in items])

    async def keep(self, parcel: Parcel, peers: Sequence[Peer]) -> None:
        """Keep something for nodes that are down."""
        if peers and not parcel.empty:
            await self.sql.write([], self.delivery(parcel, peers))

    def delivery(self, parcel: Parcel, peers: Sequence[Peer]) -> Delivery:
        """A parcel for these."""
        return Delivery(tuple(peer.name for peer in peers), pack(parcel))

    # -- ground.Ground --

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """PostgreSQL's advisory lock: it goes with the session that holds it.

        What another campctl, which took a node for down, has kept for it, it is told before it is written to.
        """
        async with self.sql.exclusive():
            waiting = await self.sql.outbox.waiting()
            for peer in self.up:
                if peer.name in waiting:
                    try:
                        await self.drain([peer])
                    except _LOST as error:
                        peer.lost(error)
            yield

    def must_be_exclusive(self) -> None:
        """Raise Unavailable when the session that held the lock is gone."""
        self.sql.must_be_exclusive()

    async def state(self) -> State:
        """One question to PostgreSQL, none to nodes whose connection stands."""
        (generation, doing), epoch = await asyncio.gather(self.sql.stamp(), self._epochs())
        return State(epoch, generation, doing)

    async def begin(self, doing: str, *, now: bool = False) -> None:
        """Remember what is about to be written: at the latest together with the first of it."""
        self._doing = doing
        if now:
            await self.remember()

    def take_doing(self) -> str | None:
        """What is still to be remembered; whoever asks does so in the transaction that it is about."""
        doing, self._doing = self._doing, None
        return doing

    async def remember(self) -> None:
        """Now, as something outside of PostgreSQL is about to be written."""
        if (doing := self.take_doing()) is not None:
            await self.sql.begin(doing)

    async def end(self, generation: str) -> None:
        """It is written."""
        self._doing = None
        await self.sql.end(generation)

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        """Give auths other secrets; nodes that are down forget the old registrations when they are back."""
        found = await self.sql.set_secrets(secrets)
        if found:
            await self.keep(Parcel(cut=sorted(found)), self.down)
        return found

    async def arrive(self) -> frozenset[str]:
        """Make known what others wrote and did not live to make known; what pjsip.conf of any node names."""
        taken: frozenset[str] = frozenset()
        for peer in self.up:
            try:
                await peer.node.booted()
                await peer.node.aors.take_over()
                taken |= await peer.node.taken()
            except _LOST as error:
                peer.lost(error)
        return taken

    async def probes(self) -> list[Probe]:
        """The database, its rights, and whether nodes hold the same."""
        from campctl.backends.asterisk.sql.probes import probes

        return await probes(self)

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(peer.node.ami.close() for peer in self.peers))
        await self.sql.close()
