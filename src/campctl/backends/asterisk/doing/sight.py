"""What one connection knows of its exchange: an image, and whether that is still true."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping

from campctl.backends.asterisk.doing.ground import Ground, State
from campctl.backends.asterisk.facts.decode import decode_rows
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.backends.asterisk.facts.rows import Rows, fill, misfits
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
        rows = Rows()
        parts = await asyncio.gather(*(fill(rows, shelf) for shelf in self.ground.shelves))
        image = Image(decode_rows(rows, [fault for part in parts for fault in misfits(part)]), self._reserved)
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

    async def _facts(self, facts: Collection[Fact]) -> dict[Fact, Value]:
        parts = await asyncio.gather(*(shelf.read(facts) for shelf in self.ground.shelves))
        return {fact: value for part in parts for fact, value in part.items()}

    async def _in_effect(self, image: Image, found: Mapping[Key, Resource], *, everything: bool) -> frozenset[Key]:
        """A line is live when a phone is registered at it, a member when its line is, the rest when what it leads to is there."""
        lines = await self._registered(image, None if everything else found.values())
        live: list[Key] = []
        for key, resource in found.items():
            if isinstance(resource, Line):
                if key.id in lines:
                    live.append(key)
            elif isinstance(resource, Member):
                if resource.line in lines:
                    live.append(key)
            elif not isinstance(resource, Route) or (to := target_key(resource.to)) is None or to in image.resources:
                live.append(key)
        return frozenset(live)

    async def _registered(self, image: Image, of: Iterable[Resource] | None) -> set[str]:
        """Ids of enabled lines with a phone: all, or those that lines and members `of` are about."""
        now, nodes = self.clock.now().timestamp(), self.ground.nodes
        if of is None:
            looks = [node.registered(now) for node in nodes]
        else:
            ids = {one.id if isinstance(one, Line) else one.line for one in of if isinstance(one, Line | Member)}
            names = {name for id_ in ids if (name := image.native(Key("line", id_)))}
            looks = [node.registered_of(names, now) for node in nodes] if names else []
        found = set[str]().union(*await asyncio.gather(*looks))
        lines = (image.resources.get(Key("line", id_)) for name in found if (id_ := image.line_of(name)))
        return {line.id for line in lines if isinstance(line, Line) and line.enabled}


def _sorted(found: Mapping[Key, Resource]) -> dict[Key, Resource]:
    """In an order in which they could be created."""
    by: dict[str, list[Key]] = {kind: [] for kind in KINDS}
    for key in found:
        by[key.kind].append(key)
    return {key: found[key] for kind in KINDS for key in by[kind]}
