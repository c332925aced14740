"""Which changes may go now: needs counted down as others are accepted or read back. Pure.

Most needs are met when the backend said yes. Two kinds wait until the need was read back and found in effect, because a
backend that says yes and does nothing would otherwise cost a number its owner: a change on another backend than its
need, and a delete whose need is not itself a delete (something is put in place before something is taken away).

On a backend that can forget its last moments (`Capabilities.durable_after`) the delete waits for a look only ("seen"): what
is forgotten is the newest, so the delete would be forgotten before what it waited for. Another backend forgets nothing of
that, so there the wait is for a look that is believed ("configured").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from campctl.model.changes import Change
from campctl.model.resources import Key, references

Level = Literal["accepted", "seen", "configured"]


class Graph:
    """The plan's changes by position, and who waits for whom. A need that is not in the plan counts as met."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = changes
        self.index = {change.id: at for at, change in enumerate(changes)}
        self.needs: list[tuple[int, ...]] = [tuple(self.index[n] for n in change.needs if n in self.index) for change in changes]
        self.children: list[list[int]] = [[] for _ in changes]
        self._open = [0] * len(changes)
        self._waiting: dict[Level, list[list[int]]] = {
            "accepted": [[] for _ in changes],
            "seen": [[] for _ in changes],
            "configured": [[] for _ in changes],
        }
        self.later: dict[int, int] = {}
        """A change to the next one of the same key on the same backend (it is deleted, then created anew)."""
        last: dict[tuple[str, Key], int] = {}
        for at, change in enumerate(changes):
            where = (change.backend, change.key)
            if where in last:
                self.later[last[where]] = at
            last[where] = at
        for at, needs in enumerate(self.needs):
            for need in needs:
                self.children[need].append(at)
                self.wait(at, need, self.level(at, need))

    def level(self, at: int, need: int) -> Level:
        """How far `need` must have come before `at` may go."""
        change, needed = self.changes[at], self.changes[need]
        if change.backend != needed.backend:
            return "configured"
        return "seen" if change.action == "delete" and needed.action != "delete" else "accepted"

    def wait(self, at: int, need: int, level: Level) -> None:
        """Let `at` wait for `need`."""
        self._open[at] += 1
        self._waiting[level][need].append(at)

    def reach(self, at: int, level: Level) -> list[int]:
        """`at` has come so far; returns those that wait for nothing any more."""
        waiting = self._waiting[level][at]
        if not waiting:
            return []
        self._waiting[level][at] = []
        ready = []
        for child in waiting:
            self._open[child] -= 1
            if not self._open[child]:
                ready.append(child)
        return ready

    def free(self, at: int) -> bool:
        """Whether it waits for nothing."""
        return not self._open[at]

    def urgent(self, at: int) -> bool:
        """Whether somebody waits for it to be read back."""
        return bool(self._waiting["seen"][at] or self._waiting["configured"][at])

    def circular(self) -> list[int]:
        """Changes that can never go, because their needs run in a circle (a fault of whoever made the plan)."""
        count = [len(needs) for needs in self.needs]
        todo = [at for at, left in enumerate(count) if not left]
        for at in todo:
            for child in self.children[at]:
                count[child] -= 1
                if not count[child]:
                    todo.append(child)
        return [at for at, left in enumerate(count) if left]

    def riders(self, batch: list[int], room: int) -> list[int]:
        """Children of `batch` that may ride along behind it, in order: at most `room`.

        Only creates that refer to creates right before them: the backend refuses such a one by itself when what it
        refers to was refused. A delete or an update would go through, and cost someone a number.
        """
        found: list[int] = []
        aboard = set(batch)
        for at in (line := list(batch)):
            for child in self.children[at]:
                if len(found) >= room:
                    return found
                if child not in aboard and self._may_ride(child, aboard):
                    aboard.add(child)
                    found.append(child)
                    line.append(child)
        return found

    def _may_ride(self, at: int, aboard: Collection[int]) -> bool:
        change = self.changes[at]
        if change.action != "create" or change.after is None:
            return False
        unmet = [need for need in self.needs[at] if need in aboard]
        if len(unmet) != self._open[at]:
            return False
        targets = references(change.after)
        return all(
            self.changes[need].backend == change.backend and self.changes[need].action == "create" and self.changes[need].key in targets
            for need in unmet
        )

    def reset(self, lost: Iterable[int]) -> list[int]:
        """Changes whose work was lost go again, in the order of their needs; returns those that may go now."""
        again = set(lost)
        for at in again:
            for need in self.needs[at]:
                if need in again:
                    self.wait(at, need, "accepted")
        return sorted(at for at in again if not self._open[at])

    def below(self, at: int) -> list[int]:
        """Those that need it directly."""
        return self.children[at]
