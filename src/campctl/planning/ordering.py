"""An order in which steps can be done one by one, the same for the same steps whatever order they came in."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from campctl.model.changes import Change
from campctl.planning.steps import Step

# What comes first when nothing else decides: make from the ground up, take away from the top down.
MADE = {"location": 1, "line": 2, "queue": 3, "member": 4, "route": 5}
REMOVED = {"route": 6, "member": 7, "queue": 8, "line": 9, "location": 10}


def rank(step: Step) -> int:
    """Renames, then what is made, then what is removed."""
    if step.action == "rename":
        return 0
    return REMOVED[step.key.kind] if step.action == "delete" else MADE[step.key.kind]


def ordered(steps: list[Step]) -> tuple[Change, ...]:
    """Kahn's algorithm with a stable priority, O(n log n). A circle that no rule foresaw is cut at its first step."""
    ids = [step.id for step in steps]
    stable = sorted(range(len(steps)), key=lambda index: (rank(steps[index]), steps[index].backend, ids[index]))
    place = [0] * len(steps)
    for number, index in enumerate(stable):
        place[index] = number
    needs = [sorted({place[need] for need in steps[index].needs if need != index}) for index in stable]
    open_needs = [len(found) for found in needs]
    children: dict[int, list[int]] = {}
    for number, found in enumerate(needs):
        for need in found:
            children.setdefault(need, []).append(number)
    done: list[int] = []
    finished = bytearray(len(steps))
    ready = [number for number, count in enumerate(open_needs) if count == 0]
    heapify(ready)
    while len(done) < len(steps):
        if not ready:
            cut = _on_circle(needs, finished)
            needs[cut] = [need for need in needs[cut] if finished[need]]
            open_needs[cut] = -1  # never ready a second time
            ready.append(cut)
        number = heappop(ready)
        finished[number] = 1
        done.append(number)
        for child in children.get(number, ()):
            open_needs[child] -= 1
            if open_needs[child] == 0 and not finished[child]:
                heappush(ready, child)
    names = [ids[index] for index in stable]
    return tuple(_change(steps[stable[number]], names, number, needs[number]) for number in done)


def _on_circle(needs: list[list[int]], finished: bytearray) -> int:
    """The first step of a circle among those not finished."""
    path = [finished.index(0)]
    while (following := next(need for need in needs[path[-1]] if not finished[need])) not in path:
        path.append(following)
    return min(path[path.index(following) :])


def _change(step: Step, names: list[str], number: int, needs: list[int]) -> Change:
    return Change(
        id=names[number],
        action=step.action,
        backend=step.backend,
        before=step.before,
        after=step.after,
        needs=tuple(names[need] for need in needs),
    )
