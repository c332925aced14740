"""The same facts on every node of a cluster: maps, locations and members, which Asterisk keeps on each machine for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from campctl.backends.asterisk.native import Fact, Place, Shelf, Value, Write
from campctl.errors import BackendError, Unavailable, Uncertain


class EverywhereShelf:
    """Implements `native.Shelf` over one shelf per node, all of the same places.

    A node that is down stops nothing: `behind` is told its name, and whoever opens the cluster brings it level when it is back
    (what it should hold is what the image renders to). When no node is up, Unavailable or Uncertain is raised as it came.
    """

    def __init__(self, nodes: Mapping[str, Shelf], behind: Callable[[str], None]) -> None:
        self.places: frozenset[Place] = next(iter(nodes.values())).places
        self._nodes = dict(nodes)
        self._behind = behind

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """What the first node that answers holds."""
        last: BackendError | None = None
        for name, shelf in self._nodes.items():
            try:
                return await shelf.read(facts)
            except (Unavailable, Uncertain) as error:
                self._behind(name)
                last = last or error
        assert last is not None
        raise last

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write on all nodes at once; refused is what one node refused, and fine what no node that answered refused."""
        answers = await asyncio.gather(*(shelf.write(writes) for shelf in self._nodes.values()), return_exceptions=True)
        lists: list[list[str | None]] = []
        lost: list[BackendError] = []
        for name, answer in zip(self._nodes, answers, strict=True):
            if isinstance(answer, Unavailable | Uncertain):
                self._behind(name)
                lost.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                lists.append([text and (f"node {name}: {text}" if len(self._nodes) > 1 else text) for text in answer])
        if not lists:
            raise next((error for error in lost if isinstance(error, Uncertain)), lost[0])
        return [next((text for text in texts if text), None) for texts in zip(*lists, strict=True)]
