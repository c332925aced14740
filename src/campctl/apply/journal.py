"""The journal's writer: intents durable before anything is sent, outcomes riding along, groups forming by themselves.

While one commit is under way in a thread, everything new collects; the next commit takes it all. An outcome alone waits
a few milliseconds for company: losing it costs a look-up at resume, nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from campctl.errors import StoreError
from campctl.model.records import JournalEntry, Owned
from campctl.model.resources import Key
from campctl.ports.clock import Clock
from campctl.ports.store import Store

LINGER = 0.01
CROWD = 64


class Group:
    """What goes into one commit."""

    __slots__ = ("disowned", "entries", "owned", "then")

    def __init__(self) -> None:
        self.entries: list[JournalEntry] = []
        self.owned: dict[tuple[str, Key], Owned] = {}
        self.disowned: dict[tuple[str, Key], None] = {}
        self.then: list[Callable[[], None]] = []


class Writer:
    """Collects journal lines and commits them in groups, in the order in which they came.

    `failed` is called once, with the StoreError, when a commit fails; after that nothing is written, and no intent is
    ever reported durable.
    """

    def __init__(self, store: Store, clock: Clock, failed: Callable[[StoreError], None]) -> None:
        self._store = store
        self._clock = clock
        self._failed = failed
        self._group = Group()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._lingering: asyncio.Task[None] | None = None
        self.broken: StoreError | None = None

    def intents(self, entries: Sequence[JournalEntry], then: Callable[[], None]) -> None:
        """Write these now; call `then` in the event loop once they are durable."""
        if self.broken is None:
            self._group.entries.extend(entries)
            self._group.then.append(then)
            self._hurry()

    def outcome(self, entry: JournalEntry, owned: Sequence[Owned] = (), disowned: Sequence[tuple[str, Key]] = ()) -> None:
        """Write this with the next group, and the ownership that follows from it."""
        if self.broken is not None:
            return
        group = self._group
        group.entries.append(entry)
        # One key may be given up and taken again within a group; the last word counts.
        for gone in disowned:
            group.owned.pop(gone, None)
            group.disowned[gone] = None
        for one in owned:
            group.disowned.pop((one.backend, one.key), None)
            group.owned[one.backend, one.key] = one
        self._idle.clear()
        if len(group.entries) >= CROWD:
            self._hurry()
        elif self._lingering is None:
            self._lingering = asyncio.get_running_loop().create_task(self._linger())

    async def run(self) -> None:
        """Commit until cancelled."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._group.entries and self.broken is None:
                    await self._commit()
                self._idle.set()
        finally:
            if self._lingering is not None:
                self._lingering.cancel()

    async def flush(self) -> None:
        """Wait until everything handed in is durable, or the store is broken."""
        self._hurry()
        await self._idle.wait()

    def _hurry(self) -> None:
        if self._group.entries:
            self._idle.clear()
            self._wake.set()

    async def _linger(self) -> None:
        await self._clock.sleep(LINGER)
        self._lingering = None
        self._hurry()

    async def _commit(self) -> None:
        group, self._group = self._group, Group()
        try:
            await asyncio.to_thread(self._store.record, group.entries, tuple(group.owned.values()), tuple(group.disowned))
        except StoreError as error:
            self.broken = error
            self._group = Group()
            self._failed(error)
            return
        for then in group.then:
            then()
