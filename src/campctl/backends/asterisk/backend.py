"""Asterisk as a backend: a pure image that validates, over a ground that keeps facts.

Observing reads facts and decodes them. Executing (`writing`) asks the image what changes come to, and writes that under a lock which
all campctls respect. The image is kept from one request to the next (`sight`) and trusted as long as the ground's state is the same.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from campctl.backends.asterisk.doing.ground import Ground
from campctl.backends.asterisk.doing.sight import Sight
from campctl.backends.asterisk.doing.writing import Writer
from campctl.errors import BackendError, Refused, Unavailable, Uncertain
from campctl.model.changes import Change, Outcome
from campctl.model.live import Capabilities, Event, Live, Probe, Snapshot
from campctl.model.resources import Key, Member
from campctl.ports.backend import Account
from campctl.ports.clock import Clock

if TYPE_CHECKING:
    from campctl.backends.asterisk.listening.events import Ears
    from campctl.backends.asterisk.listening.ids import Ids

_LOOKS: Final = 8
"""Looks before it is given up on others who keep writing; after each their turn to write is waited for."""


class AsteriskBackend:
    """Implements `ports.backend.Backend`."""

    def __init__(self, name: str, capabilities: Capabilities, ground: Ground, clock: Clock, *, registrar: str = "") -> None:
        self.name = name
        self.capabilities = capabilities
        self.ground = ground
        self._registrar = registrar
        self._clock = clock
        self._turn = asyncio.Lock()
        """Held by whoever uses the image."""
        self._sight = Sight(ground, clock)
        self._writer = Writer(self._sight, capabilities, name)
        self._closed = False
        self._ears: list[Ears] = []

    def __repr__(self) -> str:
        return f"AsteriskBackend({self.name!r})"

    # -- looking --

    async def observe(self, keys: Collection[Key] | None = None) -> Snapshot:
        """Everything there is, or just `keys`, as of one moment at which no campctl was writing."""
        async with self._alone() as sight:
            for node in self.ground.nodes:
                await node.aors.make_known()  # a phone is to ring before anybody is told that it is there
            lost: Uncertain | None = None
            for _ in range(_LOOKS):
                if (snapshot := await sight.look(keys)) is not None:
                    return snapshot
                try:
                    await self._writer.redo()
                except Uncertain as error:  # doing it once more is as good
                    lost = error
            raise lost or Unavailable(f"{self.name} is being written to all the time by another campctl.", backend=self.name)

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[Sight]:
        """Alone with the image, everything written that was validated."""
        async with self._turn:
            self._must_be_open()
            await self._writer.idle()
            await self._sight.arrive()
            yield self._sight

    def _must_be_open(self) -> None:
        if self._closed:
            raise Unavailable(f"The connection to {self.name} was closed.", backend=self.name)

    # -- doing --

    async def execute(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Try changes in order; see the port."""
        changes = tuple(changes)
        if not changes:
            return ()
        if len(changes) > self.capabilities.batch:
            raise Refused(
                f"{self.name} takes {self.capabilities.batch} changes a request, not {len(changes)}; nothing was done.", backend=self.name
            )
        async with self._turn:
            self._must_be_open()
            try:
                await self._sight.arrive()
            except Uncertain as error:
                raise Unavailable(error.message, backend=self.name, hint=error.hint) from None
            batch = await self._writer.begin(changes)
        return await self._writer.write(batch)

    async def set_secret(self, line: str, secret: str) -> None:
        """Give a line a new SIP secret, and forget the registration that was made with the old one."""
        if await self.set_secrets({line: secret}):
            raise Refused(
                f"There is no line {line} on {self.name} that could have a secret.",
                backend=self.name,
                hint="A line gets a secret of its own when it is created.",
            )

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        """The same for many lines in a few requests; returned are those that can have none."""
        async with self._alone() as sight:
            image = await sight.current()
            lines = {name: line for line in secrets if (name := image.native(Key("line", line))) is not None}
            found = await self.ground.set_secrets({name: secrets[line] for name, line in lines.items()})
            for node in self.ground.nodes:
                await node.cut(found)
            return secrets.keys() - {lines[name] for name in found}

    async def account(self, line: str) -> Account:
        """What a phone is told to be a line; see `ports.backend.TellsAccounts`. The codes are those of the dialplan."""
        async with self._alone() as sight:
            name = (await sight.current()).native(Key("line", line))
        if name is None:
            raise Refused(f"There is no line {line} on {self.name}.", backend=self.name)
        return Account(server=self._registrar, user=name, away="*0", back="*1")

    # -- the end --

    async def close(self) -> None:
        """Make known what was written, and let go. Safe to call twice."""
        if not self._closed:
            with contextlib.suppress(BackendError):
                await self._writer.idle()
                for node in self.ground.nodes:
                    await node.aors.make_known()
        self._closed = True
        for ears in self._ears:
            await ears.close()
        await self.ground.close()

    # -- what goes on --

    async def events(self) -> AsyncIterator[Event]:
        """What happens from now on, over connections of their own.

        Looks (`live`) asked for after it was begun are made once it listens: between look and events nothing is missed.
        """
        from campctl.backends.asterisk.listening.going_on import listen_everywhere, make_ears

        if self._closed:
            return
        if not self._ears:
            self._ears = make_ears([node.ami for node in self.ground.machines], self._ids, self._clock)
        try:
            async for event in listen_everywhere(self._ears):
                yield event
        except Unavailable:
            if not self._closed:
                raise

    async def live(self, *, agents: bool = False) -> Live:
        """What goes on now, in one look at each machine."""
        from campctl.backends.asterisk.listening.going_on import look_everywhere

        await asyncio.gather(*(ears.begun() for ears in self._ears))
        ids = await self._ids()
        return await look_everywhere([node.ami for node in self.ground.nodes], ids, self._clock, agents=agents)

    async def pause(self, line: str, paused: bool, reason: str = "") -> Sequence[str]:
        """Whoever answers on a line pauses in all its queues on every machine, or is back; see `ports.backend.Pauses`."""
        async with self._alone() as sight:
            image = await sight.current()
            endpoint = image.native(Key("line", line))
            if endpoint is None:
                raise Refused(f"There is no line {line} on {self.name}.", backend=self.name)
            queues = sorted(one.queue for one in image.resources.values() if isinstance(one, Member) and one.line == line)
            if queues:
                for node in self.ground.nodes:
                    await node.pause(endpoint, paused, reason)
            return queues

    async def _ids(self) -> Ids:
        """Whose native names are whose, as of now."""
        from campctl.backends.asterisk.listening.going_on import ids_of

        async with self._alone() as sight:
            return ids_of(await sight.current())

    async def check(self) -> Sequence[Probe]:
        """Look whether it is well."""
        from campctl.backends.asterisk.health import probes

        return await probes(self.ground, self._clock)
