"""Who sits in which hotline, over all hotlines at once: a transportation problem, solved exactly in whole numbers.

Found is, in this order: as many seats as can be filled, those of an earlier tier before any number of later ones; within a tier
shortage is shared (of all ways the one whose smallest share of seats filled is largest, then the next smallest, and so on:
max-min fairness); and of all ways to do that the one with the smallest sum of costs, which are tuples, compared place by place.

Why one seat after the other is enough: sets of seats that can be filled together are the independent sets of a transversal
matroid, so seats may be tried in the order of their worth, and one that cannot be filled now never can be (Edmonds 1971; for
shares, Federgruen and Groenevelt 1986). The worth of the k-th of w seats falls with (k-1)/w; of equal shares the smaller hotline's
seat weighs more. Each seat is filled by a shortest path that may move others from hotline to hotline, with potentials (Tomizawa
1971), which keeps the costs the smallest for the seats filled so far. The graph is of the hotlines alone: from h to k leads the
cheapest of those who sit in k and may answer h.

`capacity.matching` solves the mirrored problem, person by person. Here there are more people than seats as a rule, so the
search starts from a seat, and who sits nowhere costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush, nsmallest
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

Cost = tuple[int, ...]
"""Whole numbers of zero or more; sums are compared place by place, the first one first."""


class Wanted(Struct, frozen=True, gc=False):
    """What one hotline wants: so many `seats`, of which `held` are filled already. Tier 0 comes before tier 1."""

    seats: int
    held: int = 0
    tier: int = 0


def seat(wanted: Sequence[Wanted], choices: Sequence[Mapping[int, Cost]]) -> list[list[int]]:
    """Who sits in each hotline, in ascending order. `choices` says of each hotline who may answer it, and at what cost.

    People are whole numbers. All costs have the same length. Nobody sits twice.
    """
    total = sum(max(0, one.seats - one.held) for one in wanted)
    packed = _packed(choices, total)
    solver = _Solver([_best(costs, total) for costs in packed])
    for slots in _slots(wanted):
        solver.fill(slots)
    return solver.seated()


def _packed(choices: Sequence[Mapping[int, Cost]], total: int) -> list[dict[int, int]]:
    """Costs as single whole numbers: sums of up to `total` of them compare as the sums of the tuples do."""
    highest = [max(column) for column in zip(*(cost for costs in choices for cost in costs.values()), strict=True)]
    weights = [1] * len(highest)
    for place in range(len(highest) - 1, 0, -1):
        weights[place - 1] = weights[place] * (highest[place] * total + 1)
    return [{person: sum(map(int.__mul__, cost, weights)) for person, cost in costs.items()} for costs in choices]


def _best(costs: dict[int, int], total: int) -> dict[int, int]:
    """Those who can come to sit there: with `total` seats altogether, one of the first `total` is always free instead of a later one."""
    if len(costs) <= total:
        return costs
    return dict(nsmallest(total, costs.items(), key=lambda pair: (pair[1], pair[0])))


def _slots(wanted: Sequence[Wanted]) -> Iterable[list[int]]:
    """The hotlines whose next seats are worth the same, the worthiest first.

    Shares are floating point: a quotient of whole numbers is rounded the same way whenever it is the same, and two that
    differ do so by more than the rounding as long as there are fewer than 2**26 seats.
    """
    keys = [(one.tier, number / one.seats, one.seats, place) for place, one in enumerate(wanted) for number in range(one.held, one.seats)]
    keys.sort()
    for _, same in groupby(keys, key=itemgetter(0, 1, 2)):
        yield [key[3] for key in same]


class _Solver:
    """The seating so far, the cheapest there is for as many seats of each hotline."""

    def __init__(self, costs: Sequence[dict[int, int]]) -> None:
        self.count = len(costs)
        self.costs = costs
        people = {person for each in costs for person in each}
        self.shift = max(people, default=0).bit_length()
        self.mask = (1 << self.shift) - 1
        highest = max((cost for each in costs for cost in each.values()), default=0)
        self.never = (highest + 1) * 4 * (self.count + 2)
        """More than any path costs."""
        self.rows: dict[int, list[tuple[int, int]]] = {person: [] for person in people}
        """By person: which hotlines they may answer, and at what cost."""
        for h, each in enumerate(costs):
            for person, cost in each.items():
                self.rows[person].append((h, cost))
        self.free = [sorted(((cost, person) for person, cost in each.items()), reverse=True) for each in costs]
        """By hotline: who may answer it, cheapest last; those who have been seated meanwhile are dropped when they come up."""
        self.at: dict[int, int] = {}
        self.swaps: list[list[list[int]]] = [[[] for _ in costs] for _ in costs]
        """By hotline h and hotline k a heap: what it costs that h takes somebody from k << shift | who. Of equal ones the first
        person comes first; those who have left k meanwhile are dropped when they come up."""
        self.potential = [0] * self.count
        self.sink = 0
        self.closed: set[int] = set()
        """Hotlines that cannot get anybody any more, by whatever path."""

    def fill(self, slots: Sequence[int]) -> None:
        """Fill one seat of each of these hotlines, as far as can be, the cheapest way first."""
        left = [h for h in slots if h not in self.closed]
        while left:
            goal, came = self._search(left)
            if goal < 0:
                self.closed.update(left)
                return
            left.remove(self._augment(goal, came))

    def seated(self) -> list[list[int]]:
        """Who sits in each hotline, in ascending order."""
        found: list[list[int]] = [[] for _ in range(self.count)]
        for person in sorted(self.at):
            found[self.at[person]].append(person)
        return found

    def _idle(self, h: int) -> tuple[int, int] | None:
        """The cheapest of those who sit nowhere and may answer h, as cost and person."""
        free, at = self.free[h], self.at
        while free and free[-1][1] in at:
            free.pop()
        return free[-1] if free else None

    def _search(self, sources: Sequence[int]) -> tuple[int, list[int]]:
        """Dijkstra from hotlines that want somebody to whoever sits nowhere.

        The last hotline of the cheapest path (-1: there is none), and from which one each was reached (-1: a source).
        """
        potential, at, mask, shift = self.potential, self.at, self.mask, self.shift
        far = [self.never * 2] * self.count
        for h in sources:
            far[h] = -potential[h]
        came = [-1] * self.count
        best, goal = self.never, -1
        unseen = list(range(self.count))
        while unseen:
            h = min(unseen, key=far.__getitem__)
            if far[h] >= best:
                break
            unseen.remove(h)
            base = far[h] + potential[h]
            idle = self._idle(h)
            if idle is not None and base + idle[0] - self.sink < best:
                best, goal = base + idle[0] - self.sink, h
            swaps = self.swaps[h]
            for k in unseen:
                heap = swaps[k]
                while heap and at[heap[0] & mask] != k:
                    heappop(heap)
                if heap and (through := base + (heap[0] >> shift) - potential[k]) < far[k]:
                    far[k] = through
                    came[k] = h
        if goal >= 0:
            self.potential = [mine + min(best, value) for mine, value in zip(potential, far, strict=True)]
            self.sink += best
        return goal, came

    def _augment(self, goal: int, came: Sequence[int]) -> int:
        """Seat people along the path to `goal`; the hotline that got a seat filled."""
        idle = self._idle(goal)
        assert idle is not None
        person, h = idle[1], goal
        while came[h] >= 0:
            mover = self.swaps[came[h]][h][0] & self.mask
            self._join(h, person)
            person, h = mover, came[h]
        self._join(h, person)
        return h

    def _join(self, k: int, person: int) -> None:
        self.at[person] = k
        base = self.costs[k][person]
        for h, cost in self.rows[person]:
            if h != k:
                heappush(self.swaps[h][k], ((cost - base) << self.shift) | person)
