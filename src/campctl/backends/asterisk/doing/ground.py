"""What an AsteriskBackend stands on: one machine here, several over one PostgreSQL in `sql`.

    backend = pure image + Ground.shelves

A ground says where facts live (one shelf a place), who may write (`exclusive`), whether an image is still true (`stamp`), what
somebody was in the midst of (`doing`), and which machines there are (`nodes`). All else is the same for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from msgspec import Struct

from campctl.backends.asterisk.ami import Ami, Answer, db_get, db_tree, delete, put
from campctl.backends.asterisk.doing.lease import Lease
from campctl.backends.asterisk.doing.node import Node
from campctl.backends.asterisk.facts import records
from campctl.backends.asterisk.facts.native import Shelf
from campctl.backends.asterisk.shelves import AstDbShelf, MemberShelf, SectionShelf
from campctl.backends.asterisk.shelves.answers import worded
from campctl.backends.asterisk.shelves.astdb import CAMPCTL
from campctl.errors import Refused, Uncertain
from campctl.model.live import Probe
from campctl.ports.clock import Clock


class State(Struct, frozen=True):
    """What is asked before and after everything else. An image is true as long as `epoch` and `generation` are the same.

    epoch: when Asterisk started. generation: another one after each write of a campctl. doing: what a writer has begun and
    not ended; somebody else's when asked under the lock, and then that one died.
    """

    epoch: str
    generation: str
    doing: str = ""


class Ground(Protocol):
    """Raises `errors.BackendError`s as the port says."""

    shelves: Sequence[Shelf]
    """For each place of `native.PLACES` exactly one."""

    @property
    def nodes(self) -> Sequence[Node]:
        """Machines that are to be told things a shelf does not hold; those that are down are left out by the ground itself."""
        ...

    shared: bool
    """Whether lines and hotlines are in a database of all machines, and not in the AstDB of one."""

    @property
    def machines(self) -> Sequence[Node]:
        """All machines there are, those that are down among them."""
        ...

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Alone among all campctls that write here."""
        ...

    def must_be_exclusive(self) -> None:
        """Raise Unavailable when the lock may have been lost meanwhile."""
        ...

    async def state(self) -> State:
        """The state now."""
        ...

    async def begin(self, doing: str, *, now: bool = False) -> None:
        """Remember what is about to be written, before any of it is; what was begun before this is written by now, ended or not.

        now: all shelves are going to be written at the same time.
        """
        ...

    async def end(self, generation: str) -> None:
        """It is written: the image of everybody else is old."""
        ...

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        """Give auths, by name, other secrets; the names for which there is an auth."""
        ...

    async def epoch(self) -> str:
        """When Asterisk started; another one makes `arrive` be called again."""
        ...

    async def arrive(self) -> frozenset[str]:
        """Finish what an earlier campctl left undone that needs no lock; names of endpoints that static configuration has taken."""
        ...

    async def probes(self) -> list[Probe]:
        """What `backend check` should look at beside each machine; does not raise for what it finds."""
        ...

    async def close(self) -> None:
        """Let go of connections. Safe to call twice."""
        ...


_GENERATION: Final = "generation"
_DOING: Final = "doing/now"


class Machine:
    """Implements `Ground`: one Asterisk, everything in its AstDB and its files."""

    shared = False

    def __init__(self, ami: Ami, clock: Clock, backend: str) -> None:
        self.node = Node("", ami)
        self.nodes: Sequence[Node] = (self.node,)
        self._ami = ami
        self._astdb = AstDbShelf(ami)
        self.shelves: Sequence[Shelf] = (self._astdb, SectionShelf(ami), MemberShelf(ami))
        self._lease = Lease(ami, clock, backend)
        self._noted: asyncio.Task[list[Answer]] | None = None
        self._rows = 0
        """Rows the present note of what is being done takes up."""

    @property
    def machines(self) -> Sequence[Node]:
        """The only one."""
        return self.nodes

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """See `lease`."""
        return self._lease.held()

    def must_be_exclusive(self) -> None:
        """See `lease`."""
        self._lease.must_be_fresh()

    async def state(self) -> State:
        """Two looks and none at what is being done, in the usual case."""
        generation, doing = [
            text or "" for text in await asyncio.gather(*(db_get(self._ami, CAMPCTL, key) for key in (_GENERATION, _DOING)))
        ]
        epoch = await self._ami.epoch()
        if doing.startswith("~"):
            rows = await db_tree(self._ami, f"{CAMPCTL}/doing")
            self._rows = max(self._rows, len(rows))  # so that `end` takes away all of somebody else's note
            whole = records.join({f"doing/{key}": value for key, value in rows.items()})[0]
            # Not all of it is there: then nothing of what it says was begun.
            doing = whole.get(_DOING, "")
        return State(epoch, generation, doing)

    async def begin(self, doing: str, *, now: bool = False) -> None:  # noqa: ARG002 - it is in front of all else in any case
        """The first piece last: before it is there the others mean nothing.

        Asterisk does what it is asked in order, so what is written after this may be sent at once; `end` hears the answers, and of a
        note that was not the last one those to what was written after it tell as much.
        """
        rows = records.split(_DOING, doing)
        self._rows = max(self._rows, len(rows))
        self._noted = await self._ami.send([put(CAMPCTL, key, text) for key, text in reversed(rows)])

    async def end(self, generation: str) -> None:
        """A new generation first: an image that is thought to be old is only read once more."""
        noted, self._noted = self._noted, None
        if noted is not None:
            try:
                self._sure(await noted)
            except Refused as error:
                raise Uncertain(error.message, hint=error.hint) from None  # what came after the note may be written
        gone = [delete(CAMPCTL, records.part_name(_DOING, n)) for n in range(1, max(self._rows, 1) + 1)]
        self._sure(await self._ami.many([put(CAMPCTL, _GENERATION, generation), *gone]))
        self._rows = 0

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        """See `shelves.astdb`."""
        return await self._astdb.set_secrets(secrets)

    async def epoch(self) -> str:
        """By Asterisk's own clock."""
        return await self._ami.epoch()

    async def arrive(self) -> frozenset[str]:
        """Make known what others wrote and did not live to make known."""
        await self.node.booted()
        await self.node.aors.take_over()
        return await self.node.taken()

    async def probes(self) -> list[Probe]:
        """Nothing beside it."""
        return []

    async def close(self) -> None:
        """Close the connection."""
        await self._ami.close()

    def _sure(self, answers: Sequence[Answer]) -> None:
        why = next((text for text in worded(answers, fine=("Database entry",)) if text), None)
        if why is not None:
            raise Refused(f"{why}; AstDB cannot be written.", hint="Run `campctl backend check`.")
