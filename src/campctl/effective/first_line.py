"""Who sits in the first lines: one assignment over all hotlines at once (docs/seating.md tells the rule)."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest

from msgspec import Struct, field

from campctl.effective.crowd import Candidate, Crowd, Order
from campctl.effective.demand import Demand
from campctl.model.campaign import Campaign, Hotline

Present = Mapping[str, Mapping[str, int]]


class FirstLine(Struct):
    """One hotline's first line, in the order of choice: `pinned` are ports lit for it, `stays` sat there before, `joins` did not.

    `beyond` is how many more ports are lit for it than it has seats.
    """

    wanted: int
    pinned: list[Candidate] = field(default_factory=list)
    beyond: int = 0
    stays: list[Candidate] = field(default_factory=list)
    joins: list[Candidate] = field(default_factory=list)

    @property
    def short(self) -> int:
        """How many seats stay empty."""
        return self.wanted - len(self.pinned) - len(self.stays) - len(self.joins)


class FirstLines(Struct):
    """All of them, by hotline; `claimed` is person to the hotline where they sit, `before` to those where they sat."""

    lines: dict[str, FirstLine]
    claimed: dict[str, str]
    before: dict[str, list[str]]


def first_lines(campaign: Campaign, demand: Mapping[str, Demand], crowd: Crowd, present: Present) -> FirstLines:
    """Pinned ports first; then everybody else, at once: without a search where nobody is asked for twice."""
    round_ = Round(campaign, demand, crowd, present)
    if not round_.plainly():
        round_.search()
    return round_.result()


class Round:
    """One giving out of seats; pinned ports have theirs."""

    def __init__(self, campaign: Campaign, demand: Mapping[str, Demand], crowd: Crowd, present: Present) -> None:
        self.campaign = campaign
        self.crowd = crowd
        self.hotlines = sorted(campaign.hotlines.values(), key=lambda hotline: (-hotline.priority, hotline.id))
        self.lines = {hotline.id: FirstLine(demand[hotline.id].wanted) for hotline in self.hotlines}
        self.pinned: set[str] = set()
        self.before: dict[str, list[str]] = {}
        for queue in sorted(present):
            for line, level in present[queue].items():
                if level == 1:
                    self.before.setdefault(crowd.person(line), []).append(queue)
        for hotline in self.hotlines:
            self._pin(hotline, present.get(hotline.id, {}))
        self.sitting = {hotline.id: self._sitting(hotline, present.get(hotline.id, {})) for hotline in self.hotlines}
        """By hotline: who sits there and may, by person; pinned ports left out."""

    def result(self) -> FirstLines:
        claimed: dict[str, str] = {}
        for hid, line in self.lines.items():
            line.stays.sort(key=lambda one: one.order)
            line.joins.sort(key=lambda one: (one.person in self.before, one.order))
            claimed.update((one.person, hid) for one in (*line.pinned, *line.stays, *line.joins))
        return FirstLines(self.lines, claimed, self.before)

    def plainly(self) -> bool:
        """Let everybody stay and every hotline take its first choices; False where that is not proven to be the best.

        It is when nobody has to go: all who sit stay, which is the least change there can be, and of the others each hotline has
        those it would choose if it were alone, nobody two of them; and where a hotline stays short, nobody who sits in
        another may answer it. It is, too, when nobody is wanted but those who sit.
        """
        need = {hid: line.wanted - len(line.pinned) - len(self.sitting[hid]) for hid, line in self.lines.items()}
        sitting = {person for here in self.sitting.values() for person in here}
        if len(sitting) < sum(map(len, self.sitting.values())):
            return False
        asking = [hotline for hotline in self.hotlines if need[hotline.id] > 0]
        if asking and min(need.values()) < 0:
            return False
        joining: set[str] = set()
        for hotline in asking:
            chosen = self._first_choices(hotline, need[hotline.id], sitting)
            if chosen is None or not joining.isdisjoint(one.person for one in chosen):
                return False
            joining.update(one.person for one in chosen)
            self.lines[hotline.id].joins = chosen
        for hid, line in self.lines.items():
            line.stays = sorted(self.sitting[hid].values(), key=lambda one: one.order)[: line.wanted - len(line.pinned)]
        return True

    def _first_choices(self, hotline: Hotline, count: int, sitting: set[str]) -> list[Candidate] | None:
        """Of those who sit nowhere, the first `count`; None when others must be asked as well."""
        orders = self._orders(hotline, self.pinned | self.sitting[hotline.id].keys())
        others = [order for order in orders if self.crowd.person(order[-1]) not in sitting] if sitting else orders
        if len(others) < count and len(others) < len(orders):
            return None
        # Whoever has just lost a seat comes before those who had none; mostly nobody has.
        known = [order for order in others if not self._is_new(order)] if self.before else []
        first = sorted(known)[:count]
        new = others if not known else [order for order in others if self._is_new(order)]
        return [self._candidate(hotline, order) for order in (*first, *nsmallest(count - len(first), new))]

    def search(self) -> None:
        """Find the best seating by `capacity.seats_flow`.

        Costs are, in this order: not staying; sitting nowhere now; then the order of choice (`crowd.Order`), place by place. Of
        equals the hotline that comes first has the seat, and of people the first by id sits in it.
        """
        from campctl.capacity.seats_flow import Wanted, seat

        total = sum(line.wanted - len(line.pinned) for line in self.lines.values())
        orders = {hotline.id: self._likely(hotline, total) for hotline in self.hotlines}
        named = {hid: [(self.crowd.person(order[-1]), order) for order in each] for hid, each in orders.items()}
        people = sorted({person for each in named.values() for person, _ in each})
        number = {person: n for n, person in enumerate(people)}
        place = {line: n for n, line in enumerate(sorted({order[-1] for each in orders.values() for order in each}))}
        most = max((-order[1] for each in orders.values() for order in each), default=0)
        tiers = {priority: n for n, priority in enumerate(sorted({one.priority for one in self.hotlines}, reverse=True))}
        wanted, choices, chosen = [], [], []
        for index, hotline in enumerate(self.hotlines):
            line, sitting = self.lines[hotline.id], self.sitting[hotline.id]
            wanted.append(Wanted(line.wanted, len(line.pinned), tiers[hotline.priority]))
            chosen.append({number[person]: order for person, order in named[hotline.id]})
            costs = {}
            for person, (empty, fewer, role, leaves, name) in named[hotline.id]:
                at = place[name]
                new = (person not in sitting, person not in self.before)
                costs[number[person]] = (*new, empty, fewer + most, role, leaves, index, at, at * (len(self.hotlines) - index))
            choices.append(costs)
        for hotline, order_of, seated in zip(self.hotlines, chosen, seat(wanted, choices), strict=True):
            line = self.lines[hotline.id]
            line.stays, line.joins = [], []
            for n in seated:
                one = self._candidate(hotline, order_of[n])
                (line.stays if people[n] in self.sitting[hotline.id] else line.joins).append(one)

    def _likely(self, hotline: Hotline, total: int) -> list[Order]:
        """Who may come to sit there: all who sit somewhere, and of the others the first `total`: one of so many is always free."""
        if not self.lines[hotline.id].wanted:
            return []
        known: list[Order] = []
        new: list[Order] = []
        for order in self._orders(hotline, self.pinned):
            (new if self._is_new(order) else known).append(order)
        return known + (new if len(new) <= total else nsmallest(total, new))

    def _orders(self, hotline: Hotline, skip: set[str]) -> list[Order]:
        return list(self.crowd.everyone(hotline.id, hotline.answer, self._backend(hotline), 1, skip))

    def _is_new(self, order: Order) -> bool:
        return self.crowd.person(order[-1]) not in self.before

    def _candidate(self, hotline: Hotline, order: Order) -> Candidate:
        found = self.crowd.by_line(order[-1], hotline.id, hotline.answer, self._backend(hotline), 1)
        assert found is not None
        return found

    def _backend(self, hotline: Hotline) -> str:
        return hotline.backend or self.campaign.default_backend

    def _pin(self, hotline: Hotline, now: Mapping[str, int]) -> None:
        """Seat ports lit for this very hotline: those in its first line now before others, those a surge took by `any` last."""
        line, lent = self.lines[hotline.id], self.crowd.floor.lent
        pinned = sorted(
            self.crowd.pinned(hotline.id, hotline.answer, self._backend(hotline)),
            key=lambda one: (now.get(one.line) != 1, one.port in lent, one.order),
        )
        line.pinned, line.beyond = pinned[: line.wanted], max(0, len(pinned) - line.wanted)
        self.pinned.update(one.person for one in pinned)

    def _sitting(self, hotline: Hotline, now: Mapping[str, int]) -> dict[str, Candidate]:
        answer, backend = hotline.answer, self._backend(hotline)
        here = (self.crowd.by_line(line, hotline.id, answer, backend, 1) for line, level in now.items() if level == 1)
        return {one.person: one for one in here if one is not None and one.person not in self.pinned}
