"""What one connection knows of its exchange: an image, and whether that is still true."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from campctl.backends.asterisk.ground import Ground, State
from campctl.backends.asterisk.image import Image
from campctl.backends.asterisk.native import Fact, Value
from campctl.model.live import Snapshot
from campctl.model.resources import KINDS, Key, Line, Member, Resource, Route, target_key
from campctl.ports.clock import Clock


class Sight:
    """Reads a ground. Whoever calls sees to it that nobody uses the image meanwhile."""

    def __init__(self, ground: Ground, clock: Clock) -> None:
        self.ground = ground
        self.clock = clock
        self.image: Image | None = None
        self.state: State | None = None
        self._reserved: frozenset[str] = frozenset()
        self._arrived = ""

    async def arrive(self) -> None:
        """Once for each life of Asterisk: finish what others left undone, and learn which names are taken there."""
        epoch = await self.ground.epoch()
        if self._arrived != epoch:
            self._reserved = await self.ground.arrive()
            self._arrived = epoch

    async def read(self, state: State) -> Image:
        """Everything anew, as the image of `state`."""
        self.image = None
        image = Image(await self._facts(None), self._reserved)
        self.image, self.state = image, state
        return image

    async def current(self, state: State | None = None) -> Image:
        """An image that is true as far as campctls go; what one of them is in the midst of may be half in it."""
        state = state or await self.ground.state()
        image, known = self.image, self.state
        if image is None or known is None or (known.epoch, known.generation) != (state.epoch, state.generation):
            return await self.read(state)
        return image

    async def look(self, keys: Collection[Key] | None) -> Snapshot | None:
        """One look; None when somebody was writing meanwhile, or left something half."""
        state = await self.ground.state()
        if state.doing:
            return None
        if keys is None:
            image = await self.read(state)
            found = dict(image.resources)
        else:
            image = await self.current(state)
            asked = list(dict.fromkeys(keys))
            found = image.refresh(asked, await self._facts(image.facts_of(asked)))
        live = await self._in_effect(image, found, everything=keys is None)
        if await self.ground.state() != state:
            self.image = None
            return None
        return Snapshot(_sorted(found), live, state.epoch)

    async def _facts(self, facts: Collection[Fact] | None) -> dict[Fact, Value]:
        found: dict[Fact, Value] = {}
        for part in await asyncio.gather(*(shelf.read(facts) for shelf in self.ground.shelves)):
            found.update(part)
        return found

    async def _in_effect(self, image: Image, found: Mapping[Key, Resource], *, everything: bool) -> frozenset[Key]:
        """A line is live when a phone is registered at it, a member when its line is, the rest when what it leads to is there."""
        lines = {key: name for key, resource in found.items() if (name := _endpoint(image, resource))}
        now = self.clock.now().timestamp()
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


def _endpoint(image: Image, resource: Resource) -> str:
    """The endpoint whose phone makes a line or member live; "" for what is dark, or something else."""
    line = image.resources.get(Key("line", resource.line)) if isinstance(resource, Member) else resource
    if not isinstance(line, Line) or not line.enabled:
        return ""
    return image.native(Key("line", line.id)) or ""


def _sorted(found: Mapping[Key, Resource]) -> dict[Key, Resource]:
    """In an order in which they could be created."""
    by: dict[str, list[Key]] = {kind: [] for kind in KINDS}
    for key in found:
        by[key.kind].append(key)
    return {key: found[key] for kind in KINDS for key in by[kind]}
