"""Extensions that pass from one line or queue to another of the same backend.

An exchange refuses two holders of one extension at any instant, so the holder gives it up first: by its own update or
delete where that can come early, else by a detour: a step `#parking` puts the holder on a free extension (a queue on none),
and its own change follows later. Two lines that swap take one such detour; a person who leaves for another exchange and
whose extension is taken over is parked until their number has arrived there. The parking place is a free extension of the
holder's own office where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from campctl.model.campaign import Campaign, ExtensionRange
from campctl.model.resources import Key, Line, Queue, Resource
from campctl.planning.steps import Graph, Side, Step

PARKING = "#parking"


def pass_extensions(graph: Graph, campaign: Campaign) -> None:
    """Add what takers of an extension wait for, and the detours."""
    for backend in sorted(graph.sides):
        side = graph.sides[backend]
        pairs = sorted(_passing(graph, side), key=lambda pair: (pair[1], graph.steps[pair[0]].key))
        if pairs:
            _pass(graph, side, pairs, campaign)


def extension_of(resource: Resource | None) -> str:
    """The extension a line or queue holds; "" for anything else."""
    return resource.extension if isinstance(resource, Line | Queue) else ""


def _passing(graph: Graph, side: Side) -> Iterator[tuple[int, Key]]:
    """(step that takes an extension, key that holds it now)."""
    takers = []
    for key, index in side.making.items():
        step = graph.steps[index]
        if key.kind in {"line", "queue"} and step.action != "rename":
            wanted = extension_of(step.after)
            if wanted and wanted != extension_of(step.before):
                takers.append((wanted, index))
    if not takers or not side.diff.have:
        return
    holders = {extension: key for key, resource in side.diff.have.items() if (extension := extension_of(resource))}
    for wanted, index in takers:
        holder = holders.get(wanted)
        if holder is not None and holder != graph.steps[index].key:
            yield index, holder


def _pass(graph: Graph, side: Side, pairs: list[tuple[int, Key]], campaign: Campaign) -> None:
    early = [step.key.kind == "location" or not (step.needs or extension_of(step.after)) for step in graph.steps]
    after: dict[int, int] = {}
    parked: list[tuple[int, Key, int]] = []
    for taker, holder in pairs:
        wanted = extension_of(graph.steps[taker].after)
        freeing = _freeing(graph, side, holder, wanted)
        if freeing is None:
            graph.taken.append((side.diff.backend, wanted, graph.steps[taker].key, holder))
        elif all(early[need] for need in graph.steps[freeing].needs):
            after[taker] = freeing
        else:
            parked.append((taker, holder, freeing))
    holders = dict(pairs)
    parked += [(taker, holders[taker], after.pop(taker)) for taker in _rings(after, graph)]
    for taker, freeing in after.items():
        graph.steps[taker].needs.append(freeing)
    if parked:
        places = _Places(side, campaign)
        for taker, holder, freeing in sorted(parked, key=lambda item: item[1]):
            _park(graph, side, (taker, holder, freeing), places)


def _freeing(graph: Graph, side: Side, holder: Key, extension: str) -> int | None:
    """The holder's own step that gives the extension up."""
    if holder in side.removing:
        return side.removing[holder]
    index = side.making.get(holder)
    if index is None or extension_of(graph.steps[index].after) == extension:
        return None
    return index


def _rings(after: dict[int, int], graph: Graph) -> list[int]:
    """Of each ring of lines that pass extensions on to each other, the taker whose holder has the smallest key."""
    seen: set[int] = set()
    found = []
    for start in sorted(after, key=lambda index: graph.steps[index].key):
        path: list[int] = []
        at = start
        while at in after and at not in seen:
            seen.add(at)
            path.append(at)
            at = after[at]
        if at in path:
            found.append(min(path[path.index(at) :], key=lambda index: graph.steps[after[index]].key))
    return found


def _park(graph: Graph, side: Side, who: tuple[int, Key, int], places: _Places) -> None:
    """Put the holder on a free extension, let the taker wait for that, and the holder's own steps start from there."""
    taker, holder, freeing = who
    found = side.diff.have[holder]
    assert isinstance(found, Line | Queue)
    place = "" if isinstance(found, Queue) else places.free_for(found)
    aside = replace(found, extension=place)
    park = Step("update", side.diff.backend, holder, found, aside, side.renaming(holder), PARKING, freeing)
    index = graph.add(park)
    unlink = side.unlinking.get(holder)
    if unlink is not None and unlink != freeing:
        middle = graph.steps[unlink]
        assert isinstance(middle.after, Queue)
        middle.before, middle.after = aside, replace(middle.after, extension=place)
        middle.needs.append(index)
        graph.steps[freeing].before = middle.after
    else:
        graph.steps[freeing].before = aside
    graph.steps[freeing].needs.append(index)
    graph.steps[taker].needs.append(index)


class _Places:
    """Free extensions of one backend, each handed out once."""

    def __init__(self, side: Side, campaign: Campaign) -> None:
        worlds = (side.diff.have.values(), side.diff.want.values())
        self._used = {extension for world in worlds for resource in world if (extension := extension_of(resource))}
        self._offices = campaign.offices

    def free_for(self, line: Line) -> str:
        """One of the office's own ranges, from the end; else the line's extension with digits added, which nobody can have by rule."""
        office = self._offices.get(line.location.partition("/")[0])
        ranges = office.extensions if office else ()
        for extension in self._candidates(ranges, line.extension):
            if extension not in self._used:
                self._used.add(extension)
                return extension
        raise AssertionError("candidates never end")

    @staticmethod
    def _candidates(ranges: tuple[ExtensionRange, ...], extension: str) -> Iterator[str]:
        for span in reversed(ranges):
            for number in range(int(span.last), int(span.first) - 1, -1):
                yield str(number).zfill(len(span.first))
        number = 0
        while True:
            yield f"{extension}{number}"
            number += 1
