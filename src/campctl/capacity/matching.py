"""The best way to give people to call lists: a transportation problem, solved exactly in whole numbers.

Who may call what, and how well it suits them, is a matrix of scores; people have supplies, lists have wants. Found is, in this
order: as many lists as can be with anybody at all, as much as can be of what lists need at the least, as many people as can be with
something to do (where they give hours: their first one), as many people or hours placed as can be, and of all ways to do that the one
with the highest total score.

The method is successive shortest paths with potentials (Edmonds and Karp 1972; Tomizawa 1971), one person after the other, on a
graph of the lists alone: from list j to list k leads the cheapest swap of one of its people. A search pops lists, not people, so
2,000 people on 200 lists are 2,000 small searches. Everything is a whole number: no rounding, and of equals the first one in the
order given is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from msgspec import Struct


class Want(Struct, frozen=True, gc=False):
    """What a list wants: `most` of it, of that `least` before others get more, and `first` of it before anything."""

    most: int
    least: int = 0
    first: int = 0


class Matched(Struct, frozen=True):
    """The solution: (person, list, amount) in that order; the total of amount times score; how much each list got."""

    flows: tuple[tuple[int, int, int], ...]
    total: int
    got: tuple[int, ...]

    @property
    def placed(self) -> int:
        """How much was placed altogether."""
        return sum(self.got)


def match(
    scores: Sequence[Sequence[int | None]],
    supplies: Sequence[int],
    wants: Sequence[Want],
    limits: Sequence[Sequence[int]] | None = None,
    *,
    first: int = 0,
) -> Matched:
    """People (rows of `scores`; None where somebody may not call a list) to lists.

    `supplies` is how much each person has (1, or minutes), `limits` how much of it each list can use of each person at the
    most (all of it unless said). Scores are whole numbers, per unit. `first`: so much of each person's supply comes before more of
    anybody's; it makes no difference where everybody has 1.
    """
    if not scores:
        return Matched((), 0, (0,) * len(wants))
    solver = _Solver(scores, supplies, wants, limits, first)
    for person in range(len(scores)):
        solver.place(person)
    flows = sorted((person, j, amount) for j, flow in enumerate(solver.members[: len(wants)]) for person, amount in flow.items())
    total = sum(amount * (scores[person][j] or 0) for person, j, amount in flows)
    return Matched(tuple(flows), total, tuple(solver.load[: len(wants)]))


class _Solver:
    """The flow so far. The list after the last takes whoever has no place, at no gain; the one after it, at a loss, their first units."""

    def __init__(
        self,
        scores: Sequence[Sequence[int | None]],
        supplies: Sequence[int],
        wants: Sequence[Want],
        limits: Sequence[Sequence[int]] | None,
        first: int,
    ) -> None:
        self.supplies = supplies
        self.limits = limits
        self.wants = wants
        self.lists = len(wants)
        self.first = first
        columns = self.lists + (2 if first else 1)
        self.shift = max(1, len(scores).bit_length())
        self.mask = (1 << self.shift) - 1
        highest = max((abs(score) for row in scores for score in row if score is not None), default=0)
        units = sum(supplies)
        placed = 2 * units * highest + 1
        begun = placed * (units + 1)
        least = begun * (units + 1) if first else begun
        self.bonus = (placed, least, least * (units + 1))
        self.forbidden = 1 << (self.bonus[2].bit_length() + 2 * columns.bit_length() + 8)
        """The cost of what may not be: larger than that of any path."""
        self.hopeless = self.forbidden >> 1
        self.costs = [[*(self.forbidden if score is None else -score for score in row), *((0, begun) if first else (0,))] for row in scores]
        self.simple = limits is None and not first and max(supplies) <= 1
        """Nobody can be in two places, so a person's costs never change."""
        for person, row in enumerate(self.costs if not self.simple else ()):
            for j in range(columns):
                if not self._limit(person, j):
                    row[j] = self.forbidden
        self.marked = [[(cost << self.shift) | person for cost in row] for person, row in enumerate(self.costs)]
        """Costs with whose they are: of equal ones the smallest is of the first person."""
        self.potential = [0] * columns
        self.load = [0] * columns
        self.members: list[dict[int, int]] = [{} for _ in range(columns)]
        self.at: list[dict[int, int]] = [{} for _ in scores]
        self.swaps: list[list[int] | None] = [None] * columns
        """By list: the cheapest swap to every other list, as cost << shift | person; None: to be worked out anew."""
        self.ends = [self._end(j) for j in range(columns)]

    def place(self, person: int) -> None:
        """Give everything `person` has a place."""
        left = self.supplies[person]
        while left:
            left -= self._augment(person, left)

    def _end(self, j: int) -> int | None:
        """The cost of one unit more on list j; None when it is full."""
        if j >= self.lists:
            return 0
        want, load = self.wants[j], self.load[j]
        if load >= want.most:
            return None
        placed, least, first = self.bonus
        return -placed - (least if load < want.least else 0) - (first if load < want.first else 0)

    def _room(self, j: int) -> int:
        """How many units more list j takes at its present cost."""
        if j >= self.lists:
            return self.forbidden
        want, load = self.wants[j], self.load[j]
        return min(mark - load for mark in (want.first, want.least, want.most) if mark > load)

    def _limit(self, person: int, j: int) -> int:
        supply = self.supplies[person]
        if j >= self.lists:
            first = min(self.first, supply)
            return first if j > self.lists else supply - first
        return supply if self.limits is None else min(supply, self.limits[person][j])

    def _starts(self, person: int) -> list[int]:
        """The cost of each list for one unit more of a person; forbidden where no more of them can be used."""
        row = self.costs[person]
        if self.simple:
            return row
        row = row.copy()
        for j, amount in self.at[person].items():
            if amount >= self._limit(person, j):
                row[j] = self.forbidden
        return row

    def _swap_row(self, person: int, j: int) -> list[int]:
        """What it costs to move a unit of somebody from list j to each other list, with who it is."""
        base = self.costs[person][j] << self.shift
        row = [cost - base for cost in self.marked[person]]
        if not self.simple:
            for k, amount in self.at[person].items():
                if amount >= self._limit(person, k):
                    row[k] = self.forbidden << self.shift
        return row

    def _swaps(self, j: int) -> list[int]:
        """The cheapest swap from list j to every other one."""
        found = self.swaps[j]
        if found is None:
            rows = [self._swap_row(person, j) for person in self.members[j]]
            none = self.forbidden << self.shift
            found = [none] * len(self.load) if not rows else rows[0] if len(rows) == 1 else list(map(min, *rows))
            self.swaps[j] = found
        return found

    def _search(self, person: int) -> tuple[int, list[int]]:
        """Dijkstra from a person: the list whose free place is cheapest to come to, and from which list each was reached (-1: directly)."""
        potential, shift, ends = self.potential, self.shift, self.ends
        far = list(map(sub, self._starts(person), potential))
        came = [-1] * len(far)
        gains = [end + mine for end, mine in zip(ends, potential, strict=True) if end is not None]
        cheapest = min(gains)
        unseen = list(range(len(far)))
        best, goal = self.forbidden, -1
        while unseen:
            j = min(unseen, key=far.__getitem__)
            here = far[j]
            if here >= self.hopeless or here + cheapest >= best:
                break
            unseen.remove(j)
            end = ends[j]
            if end is not None and here + end + potential[j] < best:
                best, goal = here + end + potential[j], j
            if not self.members[j]:
                continue
            base, swaps = here + potential[j], self._swaps(j)
            for k in unseen:
                through = base + (swaps[k] >> shift) - potential[k]
                if through < far[k]:
                    far[k] = through
                    came[k] = j
        # Lists that were not reached are at least as far as the first that was left.
        edge = min((far[k] for k in unseen), default=max(far))
        if edge >= self.hopeless:
            edge = max(value for value in far if value < self.hopeless)
        self.potential = [mine + (min(edge, value)) for mine, value in zip(potential, far, strict=True)]
        return goal, came

    def _augment(self, person: int, left: int) -> int:
        """Send as much as goes along the best path; how much it was."""
        goal, came = self._search(person)
        steps: list[tuple[int, int, int]] = []
        j, amount = goal, min(left, self._room(goal))
        while came[j] >= 0:
            before = came[j]
            swaps = self.swaps[before]
            assert swaps is not None
            mover = swaps[j] & self.mask
            steps.append((mover, before, j))
            amount = min(amount, self.members[before][mover], self._limit(mover, j) - self.at[mover].get(j, 0))
            j = before
        amount = min(amount, self._limit(person, j) - self.at[person].get(j, 0))
        for mover, before, after in steps:
            self._move(mover, before, -amount)
            self._move(mover, after, amount)
        self._move(person, j, amount)
        self.ends[goal] = self._end(goal)
        return amount

    def _move(self, person: int, j: int, amount: int) -> None:
        """Change what somebody gives to a list, and forget the swaps that rested on it."""
        now = self.members[j].get(person, 0) + amount
        new = now == amount
        others = [k for k in self.at[person] if k != j]
        if now:
            self.members[j][person] = self.at[person][j] = now
        else:
            del self.members[j][person], self.at[person][j]
        self.load[j] += amount
        for k in others:
            self.swaps[k] = None
        swaps = self.swaps[j]
        if new and swaps is not None:
            self.swaps[j] = list(map(min, swaps, self._swap_row(person, j)))
        else:
            self.swaps[j] = None
