"""Asterisk as a backend: a pure image that validates, over a ground that keeps facts.

Observing reads facts and decodes them. Executing asks the image what changes come to, and writes that under a lock which all
campctls respect. The image is kept from one request to the next and trusted as long as the ground's state is the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from campctl.backends.asterisk import carrying
from campctl.backends.asterisk.ground import Ground, State
from campctl.backends.asterisk.image import Applied, Image
from campctl.backends.asterisk.native import Fact, Value
from campctl.errors import BackendError, Refused, Unavailable, Uncertain
from campctl.model.changes import Change, Outcome
from campctl.model.live import Capabilities, Event, Live, Probe, Snapshot
from campctl.model.refusals import No
from campctl.model.resources import KINDS, Key, Line, Member, Resource, Route, target_key
from campctl.ports.clock import Clock

if TYPE_CHECKING:
    from campctl.backends.asterisk.events import Ears
    from campctl.backends.asterisk.ids import Ids

_LOOKS: Final = 4
"""Looks at everything before others who keep writing are asked to wait."""


class AsteriskBackend:
    """Implements `ports.backend.Backend`."""

    def __init__(self, name: str, capabilities: Capabilities, ground: Ground, clock: Clock) -> None:
        self.name = name
        self.capabilities = capabilities
        self.ground = ground
        self._clock = clock
        self._turn = asyncio.Lock()
        """Held by whoever uses the image; on one connection nothing goes faster side by side anyway."""
        self._image: Image | None = None
        self._state: State | None = None
        self._arrived = ""
        self._closed = False
        self._reserved: frozenset[str] = frozenset()
        self._ears: list[Ears] = []

    def __repr__(self) -> str:
        return f"AsteriskBackend({self.name!r})"

    # -- looking --

    async def observe(self, keys: Collection[Key] | None = None) -> Snapshot:
        """Everything there is, or just `keys`, as of one moment at which no campctl was writing."""
        async with self._turn:
            await self._arrive()
            await self._make_known()
            for _ in range(_LOOKS):
                snapshot = await self._look(keys)
                if snapshot is not None:
                    return snapshot
            async with self.ground.exclusive():
                await self._redo()
                snapshot = await self._look(keys)
            if snapshot is None:
                raise Unavailable(f"{self.name} restarted while it was looked at.", backend=self.name)
            return snapshot

    async def _look(self, keys: Collection[Key] | None) -> Snapshot | None:
        """One look; None when somebody was writing meanwhile, or left something half."""
        state = await self.ground.state()
        if state.doing:
            return None
        if keys is None or not self._true(state):
            image = await self._read(state)
        else:
            assert self._image is not None
            image = self._image
        if keys is None:
            found = dict(image.resources)
        else:
            asked = list(dict.fromkeys(keys))
            found = image.refresh(asked, await self._facts(image.facts_of(asked)))
        live = await self._in_effect(image, found, everything=keys is None)
        if await self.ground.state() != state:
            self._image = None
            return None
        return Snapshot(_sorted(found), live, state.epoch)

    async def _read(self, state: State) -> Image:
        """Everything anew, as the image of `state`."""
        self._image = None
        image = Image(await self._facts(None), self._reserved)
        self._image, self._state = image, state
        return image

    async def _current(self) -> Image:
        """An image that is true as far as campctls go; what one of them is in the midst of may be half in it."""
        state = await self.ground.state()
        image = self._image
        return image if image is not None and self._true(state) else await self._read(state)

    async def _facts(self, facts: Collection[Fact] | None) -> dict[Fact, Value]:
        found: dict[Fact, Value] = {}
        for part in await asyncio.gather(*(shelf.read(facts) for shelf in self.ground.shelves)):
            found.update(part)
        return found

    def _true(self, state: State) -> bool:
        """Whether the image is still what there is, as far as campctls go."""
        known = self._state
        return self._image is not None and known is not None and (known.epoch, known.generation) == (state.epoch, state.generation)

    async def _in_effect(self, image: Image, found: Mapping[Key, Resource], *, everything: bool) -> frozenset[Key]:
        """A line is live when a phone is registered at it, a member when its line is, the rest when what it leads to is there."""
        lines = {key: name for key, resource in found.items() if (name := _endpoint(image, resource))}
        now = self._clock.now().timestamp()
        names = set(lines.values())
        registered: set[str] = set()
        if names:
            looks = (node.registered(now) if everything else node.registered_of(names, now) for node in self.ground.nodes)
            registered = set().union(*await asyncio.gather(*looks))
        live = {key for key, name in lines.items() if name in registered}
        for key, resource in found.items():
            if isinstance(resource, Route):
                to = target_key(resource.to)
                if to is None or to in image.resources:
                    live.add(key)
            elif not isinstance(resource, Line | Member):
                live.add(key)
        return frozenset(live)

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
            async with self._exclusively() as image:
                outcomes, applied = self._validated(image, changes)
                if any(one.writes for one in applied):
                    outcomes = await self._carry_out(image, outcomes, applied)
            await self._afterwards(applied)
            return outcomes

    @contextlib.asynccontextmanager
    async def _exclusively(self) -> AsyncIterator[Image]:
        """Alone among writers, with a true image. What is lost on the way there leaves no doubt: none of the changes was begun."""
        async with contextlib.AsyncExitStack() as stack:
            try:
                await self._arrive()
                await stack.enter_async_context(self.ground.exclusive())
                image = await self._redo()
            except Uncertain as error:
                raise Unavailable(error.message, backend=self.name, hint=error.hint) from None
            yield image

    def _validated(self, image: Image, changes: Sequence[Change]) -> tuple[list[Outcome], list[Applied]]:
        """Every change done in the image or refused."""
        outcomes: list[Outcome] = []
        applied: list[Applied] = []
        for change in changes:
            try:
                applied.append(image.apply(change, limits=self.capabilities.limits, unsupported=self.capabilities.unsupported))
            except No as no:
                outcomes.append(Outcome(change=change.id, error=no.sentence, code=no.code))
            else:
                outcomes.append(Outcome(change=change.id))
        return outcomes, applied

    async def _carry_out(self, image: Image, outcomes: list[Outcome], applied: Sequence[Applied]) -> list[Outcome]:
        """Write what was validated. A fault on the way leaves the image unknown."""
        self._image = None
        try:
            await self.ground.begin(carrying.note([one.change for one in applied]))
            learned = {name for one in applied for name in one.learned}
            for node in self.ground.nodes:
                await node.aors.expect(learned)
            self.ground.must_be_exclusive()
            refused = await carrying.write(self.ground.shelves, carrying.net(applied))
            bad = carrying.failed(applied, refused) if refused else {}
            if bad:
                await carrying.take_back(self.ground.shelves, image, applied, bad)
            generation = secrets.token_hex(8)
            await self.ground.end(generation)
        except Unavailable as error:
            raise Uncertain(error.message, backend=self.name, hint=error.hint) from None
        if bad:
            why = {applied[at].change.id: text for at, text in bad.items()}
            return [_refused(outcome, why) for outcome in outcomes]
        image.settle()
        assert self._state is not None
        self._image, self._state = image, State(self._state.epoch, generation)
        return outcomes

    async def _redo(self) -> Image:
        """A true image, with what a campctl that died had begun done to its end. To be called under the lock."""
        state = await self.ground.state()
        image = self._image
        if image is None or not self._true(state) or state.doing:
            image = await self._read(state)
        if state.doing:
            applied = carrying.redo(image, state.doing, self.capabilities)
            self._image = None
            for node in self.ground.nodes:
                await node.aors.expect({name for one in applied for name in one.learned})
            await carrying.write(self.ground.shelves, carrying.net(applied))
            await self.ground.end(secrets.token_hex(8))
            image = await self._read(await self.ground.state())
        return image

    async def _afterwards(self, applied: Sequence[Applied]) -> None:
        """What is not worth calling the changes uncertain: hanging up what rings in the dark, and making few new phones known."""
        dark = {name for one in applied for name in one.darkened}
        for node in self.ground.nodes:
            with contextlib.suppress(BackendError):
                await node.hang_up_ringing(dark)
                if node.aors.few:
                    await node.aors.make_known()

    async def set_secret(self, line: str, secret: str) -> None:
        """Give a line a new SIP secret, and forget the registration that was made with the old one."""
        async with self._turn:
            await self._arrive()
            image = await self._current()
            name = image.native(Key("line", line))
            if name is None or not await self.ground.set_secret(name, secret):
                raise Refused(
                    f"There is no line {line} on {self.name} that could have a secret.",
                    backend=self.name,
                    hint="A line gets a secret of its own when it is created.",
                )
            for node in self.ground.nodes:
                await node.cut(name)

    # -- beginning and end --

    async def _arrive(self) -> None:
        """Once for each life of Asterisk: finish what others left undone, and learn which names are taken there."""
        if self._closed:
            raise Unavailable(f"The connection to {self.name} was closed.", backend=self.name)
        epoch = await self.ground.epoch()
        if self._arrived != epoch:
            self._reserved = await self.ground.arrive()
            self._arrived = epoch

    async def _make_known(self) -> None:
        """Phones that were written are to ring before anybody is told that they are there."""
        for node in self.ground.nodes:
            await node.aors.make_known()

    async def close(self) -> None:
        """Make known what was written, and let go. Safe to call twice."""
        if not self._closed:
            with contextlib.suppress(BackendError):
                await self._make_known()
        self._closed = True
        for ears in self._ears:
            await ears.close()
        await self.ground.close()

    # -- what goes on --

    async def events(self) -> AsyncIterator[Event]:
        """What happens from now on, over connections of their own."""
        from campctl.backends.asterisk.going_on import listen_everywhere, make_ears

        if self._closed:
            return
        if not self._ears:
            self._ears = make_ears([node.ami for node in self.ground.nodes], self._ids, self._clock)
        try:
            async for event in listen_everywhere(self._ears):
                yield event
        except Unavailable:
            if not self._closed:
                raise

    async def live(self, *, agents: bool = False) -> Live:
        """What goes on now, in one look at each machine."""
        from campctl.backends.asterisk.going_on import look_everywhere

        ids = await self._ids()
        return await look_everywhere([node.ami for node in self.ground.nodes], ids, self._clock, agents=agents)

    async def _ids(self) -> Ids:
        """Whose native names are whose, as of now."""
        from campctl.backends.asterisk.going_on import ids_of

        async with self._turn:
            await self._arrive()
            return ids_of(await self._current())

    async def check(self) -> Sequence[Probe]:
        """Look whether it is well."""
        raise NotImplementedError


def _refused(outcome: Outcome, why: Mapping[str, str]) -> Outcome:
    """The outcome of a change whose writes were refused."""
    text = why.get(outcome.change)
    return outcome if text is None or outcome.error is not None else Outcome(change=outcome.change, error=f"{text}.", code="refused")


def _endpoint(image: Image, resource: Resource) -> str:
    """The endpoint whose phone makes a line or member live; "" for what is dark, or something else."""
    line = (
        resource
        if isinstance(resource, Line)
        else image.resources.get(Key("line", resource.line))
        if isinstance(resource, Member)
        else None
    )
    if not isinstance(line, Line) or not line.enabled:
        return ""
    return image.native(Key("line", line.id)) or ""


def _sorted(found: Mapping[Key, Resource]) -> dict[Key, Resource]:
    """In an order in which they could be created."""
    by: dict[str, list[Key]] = {kind: [] for kind in KINDS}
    for key in found:
        by[key.kind].append(key)
    return {key: found[key] for kind in KINDS for key in by[kind]}
