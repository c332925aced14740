"""Changes before they have their final order: a graph of steps, and what each must wait for.

The rules of order (docs/plan-format.md tells them to users):

- what a resource refers to is made before it; what it no longer refers to is deleted after it;
- a route, queue or line that leaves this backend for another is deleted here only once it is made there;
- a line is disabled after its memberships are gone and numbers lead elsewhere;
- queues that refer to each other in a circle are created without, then linked; and unlinked before they are deleted.

Extensions that pass from one holder to another are in `passing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec import Struct, field

from campctl.model.changes import Action
from campctl.model.resources import Key, Line, Queue, Resource, key_of, references
from campctl.planning.diffing import Diff
from campctl.planning.effects import without_targets


class Step(Struct):
    """A change to be. `needs` are indexes of steps; `detour` marks an extra step that another (`completed_by`) finishes."""

    action: Action
    backend: str
    key: Key
    before: Resource | None
    after: Resource | None
    needs: list[int] = field(default_factory=list)
    detour: str = ""
    completed_by: int = -1

    @property
    def id(self) -> str:
        """`action:backend:kind/id`, and `#detour` for the extra step of a key that is changed twice."""
        return f"{self.action}:{self.backend}:{self.key.kind}/{self.key.id}{self.detour}"


class Side(Struct):
    """One backend's steps: by the key they make (the last to do so), unlink, or remove; and the indexes of its renames."""

    diff: Diff
    making: dict[Key, int]
    unlinking: dict[Key, int]
    removing: dict[Key, int]
    renames: list[int]
    referrers: dict[Key, list[Key]]

    def renaming(self, key: Key) -> list[int]:
        """The renames that touched a key."""
        return [self.renames[number] for number in self.diff.renamed.by.get(key, ())]


class Graph(Struct):
    """All steps of a plan. in_use: (backend, key to delete, key that still refers to it and is not ours to change)."""

    steps: list[Step]
    sides: dict[str, Side]
    in_use: list[tuple[str, Key, Key]]
    taken: list[tuple[str, str, Key, Key]]
    """(backend, extension, who wants it, who holds it and keeps it)"""

    def add(self, step: Step) -> int:
        """Append a step; its index."""
        self.steps.append(step)
        return len(self.steps) - 1


def graph_of(diffs: Mapping[str, Diff], aliases: Mapping[Key, Key]) -> Graph:
    """Steps with everything they must wait for, but extensions. aliases: old key to new where a rename is a create and a delete."""
    graph = Graph([], {}, [], [])
    for backend in sorted(diffs):
        graph.sides[backend] = _side(graph, diffs[backend])
    for side in graph.sides.values():
        _split_new_circles(graph, side)
        _split_old_circles(graph, side)
    for index in range(len(graph.steps)):
        _need_references(graph, index)
    for backend, side in graph.sides.items():
        _let_go(graph, backend, side)
    _across(graph, aliases)
    return graph


def _side(graph: Graph, diff: Diff) -> Side:
    side = Side(diff, {}, {}, {}, [], {})
    name, have = diff.backend, diff.have
    freed: dict[Key, int] = {}
    for before, after in diff.renamed.steps:
        key = key_of(after)
        side.renames.append(graph.add(Step("rename", name, key, before, after)))
        side.making[key] = side.renames[-1]
        freed[key_of(before)] = side.renames[-1]
        if key in freed:
            graph.steps[side.renames[-1]].needs.append(freed[key])
    for numbers in diff.renamed.by.values():  # two renames that touch one resource keep their order
        for earlier, later in pairwise(numbers):
            graph.steps[side.renames[later]].needs.append(side.renames[earlier])
    for key, value in diff.creates.items():
        side.making[key] = graph.add(Step("create", name, key, None, value))
    for key, value in diff.updates.items():
        side.making[key] = graph.add(Step("update", name, key, have[key], value))
    for key, value in diff.deletes.items():
        side.removing[key] = graph.add(Step("delete", name, key, value, None))
    return side


def _need_references(graph: Graph, index: int) -> None:
    """Wait for what the new value refers to, and for the renames that touched it."""
    step = graph.steps[index]
    if step.action == "rename":
        return
    side = graph.sides[step.backend]
    by = side.diff.renamed.by
    if step.before is not None and by:
        step.needs += side.renaming(step.key)
    if step.after is None:
        return
    for ref in references(step.after):
        target = side.making.get(ref)
        if target is None or target == index:
            continue
        if graph.steps[target].action == "update" and (
            isinstance(step.after, Queue) or (ref.kind == "line" and not _lights(graph.steps[target]))
        ):
            # It is there already, which is all that a queue needs of another, and a number or seat of a line, unless it is
            # lit only then; more would make circles: a line goes dark after its seats and numbers have changed.
            step.needs += side.renaming(ref)
        else:
            step.needs.append(target)


def _let_go(graph: Graph, backend: str, side: Side) -> None:
    """Deletes wait until nothing refers to what goes; a line goes dark after its memberships and numbers have left it."""
    steps = graph.steps
    dark = {key for key, index in side.making.items() if _disables(steps[index])}
    watched = dark | side.removing.keys()
    if not watched:
        return
    for key, resource in side.diff.have.items():
        for ref in references(resource):
            if ref in watched:
                side.referrers.setdefault(ref, []).append(key)
    for key in watched:
        index = side.removing.get(key, side.making.get(key, -1))
        for referrer in side.referrers.get(key, ()):
            leaving = _leaving(graph, side, referrer, key)
            if leaving is not None:
                steps[index].needs.append(leaving)
            elif key in side.removing:
                graph.in_use.append((backend, key, referrer))
    _keep_answering(graph, side)


def _disables(step: Step) -> bool:
    before, after = step.before, step.after
    return step.action == "update" and isinstance(before, Line) and isinstance(after, Line) and before.enabled and not after.enabled


def _lights(step: Step) -> bool:
    before, after = step.before, step.after
    return isinstance(before, Line) and isinstance(after, Line) and not before.enabled and after.enabled


def _leaving(graph: Graph, side: Side, referrer: Key, key: Key) -> int | None:
    """The step after which `referrer` no longer refers to `key`; None when it goes on doing so."""
    for table in (side.unlinking, side.making):
        index = table.get(referrer)
        after = graph.steps[index].after if index is not None else None
        if index is not None and after is not None and key not in references(after):
            return index
    return side.removing.get(referrer)


def _keep_answering(graph: Graph, side: Side) -> None:
    """The members of a queue that goes stay until numbers no longer lead there."""
    leaving: dict[str, list[int]] = {}
    for key in side.removing:
        if key.kind == "queue":
            found = (_leaving(graph, side, other, key) for other in side.referrers.get(key, ()) if other.kind == "route")
            leaving[key.id] = [index for index in found if index is not None]
    if leaving:
        for key, index in side.removing.items():
            if key.kind == "member":
                graph.steps[index].needs += leaving.get(key.id.partition("/")[0], ())


def _across(graph: Graph, aliases: Mapping[Key, Key]) -> None:
    """What goes here and comes on another backend is made there first; a seat is kept until its line is there."""
    if len(graph.sides) < 2 and not aliases:
        return
    arriving: dict[Key, list[int]] = {}
    for side in graph.sides.values():
        for key, index in side.making.items():
            step = graph.steps[index]
            if key.kind in {"line", "queue", "route"} and step.action != "rename":
                if key.kind == "line" and step.action == "update" and not _lights(step):
                    continue  # it is there already, and on two backends at once: they do not wait for each other
                arriving.setdefault(key, []).append(index)

    def come(key: Key, backend: str) -> list[int]:
        new = aliases.get(key, key)
        return [index for index in arriving.get(new, ()) if new != key or graph.steps[index].backend != backend]

    for backend, side in graph.sides.items():
        for key, index in side.removing.items():
            needs = graph.steps[index].needs
            needs += come(key, backend)
            if key.kind == "member":
                needs += come(Key("line", key.id.partition("/")[2]), backend)


def _split_new_circles(graph: Graph, side: Side) -> None:
    """New queues that refer to each other: one of a circle is created without its part in it, and linked afterwards."""
    new = {key: step for key in side.diff.creates if key.kind == "queue" and isinstance((step := side.diff.creates[key]), Queue)}
    if len(new) < 2:
        return
    pointing = {key: {ref for ref in references(queue) if ref in new} for key, queue in new.items()}
    for key, pending in circles(pointing):
        create = side.making[key]
        graph.steps[create].after = without_targets(new[key], pending)
        link = graph.add(Step("update", side.diff.backend, key, graph.steps[create].after, new[key], [create]))
        graph.steps[create].completed_by = link


def _split_old_circles(graph: Graph, side: Side) -> None:
    """Queues that refer to each other and all go: one of a circle is unlinked before any is deleted."""
    old = {key: step for key in side.diff.deletes if key.kind == "queue" and isinstance((step := side.diff.deletes[key]), Queue)}
    if len(old) < 2:
        return
    pointed: dict[Key, set[Key]] = {key: set() for key in old}
    for key, queue in old.items():
        for ref in references(queue):
            if ref in old and ref != key:
                pointed[ref].add(key)
    for key, _ in circles(pointed):
        delete = graph.steps[side.removing[key]]
        bare = without_targets(old[key], old.keys() - {key})
        unlink = graph.add(Step("update", side.diff.backend, key, old[key], bare, side.renaming(key), completed_by=side.removing[key]))
        delete.before = bare
        delete.needs.append(unlink)
        side.unlinking[key] = unlink


def circles(waiting: dict[Key, set[Key]]) -> Iterator[tuple[Key, set[Key]]]:
    """Break a relation's circles: yields the smallest key of each, with what it still waited for."""
    left = {key: refs - {key} for key, refs in waiting.items()}
    while left:
        free = [key for key, refs in left.items() if not refs & left.keys()]
        if free:
            for key in free:
                del left[key]
            continue
        path: list[Key] = [min(left)]
        while (following := min(left[path[-1]] & left.keys())) not in path:
            path.append(following)
        broken = min(path[path.index(following) :])
        yield broken, left.pop(broken) & left.keys()
