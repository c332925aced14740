"""Why somebody sits where they sit, and why not elsewhere: the rule of docs/seating.md, told of one person and one hotline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from campctl.effective.crowd import Candidate
from campctl.effective.first_line import first_lines
from campctl.effective.lighting import occupant
from campctl.effective.result import Seat, Seating
from campctl.effective.seats import STAYS, assign, for_them
from campctl.effective.staff import asked
from campctl.effective.words import asked_for
from campctl.findings.text import plural
from campctl.model.answering import has_criteria
from campctl.model.campaign import Answer, Campaign, Hotline, User, home_of
from campctl.model.records import Override

Present = Mapping[str, Mapping[str, int]]
CHOICE = (
    "lit desks where somebody sits come first",
    "others have more of the skills and languages asked for",
    "others are of a role that stands before theirs",
    "others are there longer, by their shifts",
    "of equals those who come first by id",
)
"""What decides between two who sit nowhere, by the place in which their `crowd.Order` differs."""


class Rule(Struct, frozen=True):
    """A rule that says no, in words.

    `rule` is stable: skills, languages, roles, offices, named, own-phones, backend, location, evacuated, off-shift, desk.
    """

    rule: str
    says: str


class Verdict(Struct, frozen=True, kw_only=True):
    """One person and one hotline. `level` is where they sit in it, 0: nowhere; `rules` say why they may not answer it."""

    hotline: str
    priority: int
    filled: int
    wanted: int
    level: int
    rules: tuple[Rule, ...]
    why: str

    @property
    def may(self) -> bool:
        """Whether they may answer it."""
        return not self.rules


class Waiting(Struct, frozen=True):
    """Somebody who may answer a hotline and does not sit in its first line. `has` is what speaks for them, `sits` where they do sit."""

    line: str
    name: str
    has: str
    sits: str
    why: str


class Inquiry:
    """The seats of one instant, to be asked about."""

    def __init__(self, campaign: Campaign, at: datetime, overrides: Iterable[Override], present: Present) -> None:
        self.campaign = campaign
        self.at = at
        self.present = present
        self.crowd, self.demand = asked(campaign, at, overrides, present, [])
        self.seating: dict[str, Seating] = assign(campaign, self.demand, self.crowd, present, [])
        self.sits = {self.crowd.person(seat.line): hid for hid, one in self.seating.items() for seat in one.at_level(1)}

    def sat(self, hotline: str, seat: Seat) -> bool:
        """Whether this seat was filled so before."""
        return self.present.get(hotline, {}).get(seat.line) == seat.level

    def verdicts(self, user: User) -> list[Verdict]:
        """Of every hotline, in the campaign's order."""
        return [self.verdict(user, hotline) for hotline in self.campaign.hotlines.values()]

    def verdict(self, user: User, hotline: Hotline) -> Verdict:
        """Where this person sits in a hotline and why, or why not."""
        mine = [seat for seat in self.seating[hotline.id].filled if self.crowd.person(seat.line) == user.id]
        return self._verdict(hotline, mine, self._candidate(f"user/{user.id}", hotline), self.rules(user, hotline))

    def verdicts_at(self, desk: str) -> list[Verdict]:
        """The same of a lit desk, and of whoever sits there without being in the manifests."""
        found = []
        for hotline in self.campaign.hotlines.values():
            mine = [seat for seat in self.seating[hotline.id].filled if seat.line == f"port/{desk}"]
            found.append(self._verdict(hotline, mine, self._candidate(f"port/{desk}", hotline), self._rules_at(desk, hotline)))
        return found

    def _verdict(self, hotline: Hotline, mine: list[Seat], one: Candidate | None, against: Iterable[Rule]) -> Verdict:
        seating = self.seating[hotline.id]
        rules = () if one is not None or mine else tuple(against)
        if mine:
            why = self.why(mine[0], hotline)
        elif one is not None:
            why = self.why_not(one, hotline)
        else:
            why = "; ".join(rule.says for rule in rules)
        return Verdict(
            hotline=hotline.id,
            priority=hotline.priority,
            filled=len(seating.at_level(1)),
            wanted=seating.wanted,
            level=mine[0].level if mine else 0,
            rules=rules,
            why=why,
        )

    def _rules_at(self, desk: str, hotline: Hotline) -> Iterable[Rule]:
        """Every rule by which a lit desk may not answer a hotline."""
        port, lit = self.campaign.ports[desk], self.crowd.floor.lit[desk]
        if lit.hotline and lit.hotline != hotline.id:
            yield Rule("desk", f"sits at {desk}, which is lit for {lit.hotline}")
        if not hotline.answer.ports:
            yield Rule("own-phones", "no desk answers it, only people at their own phones")
        home, backend = home_of(self.campaign, port), self._backend(hotline)
        if home != backend:
            yield Rule("backend", f"the desk is on {home}, the hotline on {backend}")
        sits = occupant(self.campaign, port, lit)
        if sits is not None:
            yield from lacking(hotline.answer, sits)
        elif hotline.answer.offices and port.office not in hotline.answer.offices:
            yield Rule("offices", f"in {port.office}, not in {', '.join(hotline.answer.offices)}")

    def why(self, seat: Seat, hotline: Hotline) -> str:
        """Why this seat is filled as it is; of who stays, also what speaks for them."""
        one = self._candidate(seat.line, hotline) if seat.level == 1 and seat.why == STAYS else None
        return seat.why if one is None else f"{seat.why}; {for_them(hotline.answer, one)}"

    def rules(self, user: User, hotline: Hotline) -> Iterable[Rule]:
        """Every rule by which somebody may not answer a hotline; none when they may."""
        if self._candidate(f"user/{user.id}", hotline) is not None:
            return
        campaign, floor = self.campaign, self.crowd.floor
        if user.id in self.crowd.off:
            yield Rule("off-shift", "not in a shift of theirs now")
        desk = floor.sits.get(user.id)
        pinned = floor.lit[desk].hotline if desk is not None else ""
        if pinned and pinned != hotline.id:
            yield Rule("desk", f"sits at {desk}, which is lit for {pinned}")
        if user.office in floor.away:
            yield Rule("evacuated", f"{user.office} is evacuated to {floor.away[user.office]}")
        home, backend = home_of(campaign, user), self._backend(hotline)
        if home != backend:
            yield Rule("backend", f"their phone is on {home}, the hotline on {backend}")
        if not self.crowd.located(user.office):
            yield Rule("location", f"{user.office} has no complete address for 911")
        yield from lacking(hotline.answer, user)

    def why_not(self, one: Candidate, hotline: Hotline) -> str:
        """Why somebody who may answer does not sit in the first line."""
        seating = self.seating[hotline.id]
        where = self.sits.get(one.person, "")
        if not seating.wanted:
            return "it has no seats now"
        if seating.short:
            return self._held_elsewhere(hotline, where)
        if where:
            return f"sits in {where}; no seat is free here"
        joined = [seat for seat in seating.at_level(1) if not self.sat(hotline.id, seat) and not self._is_pinned(seat, hotline)]
        if not joined:
            return "no seat is free: who sits there stays"
        last = max(found.order for seat in joined if (found := self._candidate(seat.line, hotline)) is not None)
        if one.order < last:
            return "the seats went to those whom it moves the least"
        place = next(place for place, (mine, theirs) in enumerate(zip(one.order, last, strict=True)) if mine != theirs)
        return f"no seat is free: {CHOICE[place]}"

    def next_in_line(self, hotline: Hotline, count: int | None = None) -> tuple[list[Waiting], int]:
        """Who may answer and does not sit in the first line, the first `count` of them, and how many there are.

        Who sits nowhere comes first, then who sits elsewhere, both in the order of choice.
        """
        inside = {person for person, where in self.sits.items() if where == hotline.id}
        orders = sorted(
            self.crowd.everyone(hotline.id, hotline.answer, self._backend(hotline), 1, inside),
            key=lambda order: (self.crowd.person(order[-1]) in self.sits, order),
        )
        found = (self._candidate(order[-1], hotline) for order in orders[:count])
        waiting = [
            Waiting(one.line, one.name, for_them(hotline.answer, one), self.sits.get(one.person, ""), self.why_not(one, hotline))
            for one in found
            if one is not None
        ]
        return waiting, len(orders)

    def one_seat_more(self, hotline: Hotline) -> str:
        """What one seat more would change, over all hotlines."""
        now = {hid: {seat.line: seat.level for seat in one.filled} for hid, one in self.seating.items()}
        seating = self.seating[hotline.id]
        if seating.short:
            return "would stay empty, too"
        more = {**self.demand, hotline.id: replace(self.demand[hotline.id], wanted=seating.wanted + 1)}
        lines = first_lines(self.campaign, more, self.crowd, now)
        joins = [(hid, one) for hid, line in lines.lines.items() for one in (*line.pinned, *line.joins) if now[hid].get(one.line) != 1]
        if lines.lines[hotline.id].short:
            return "would stay empty: nobody else may answer, or those who may are needed elsewhere"
        words = []
        for hid, one in sorted(joins, key=lambda pair: pair[0] != hotline.id):
            origin = self.sits.get(one.person)
            words.append(f"{one.name or one.line} would sit in {hid}" + (f" instead of {origin}" if origin else ""))
        left = [hid for hid, line in lines.lines.items() if line.short > self.seating[hid].short]
        return "; ".join(words) + (f"; a seat of {left[0]} would be empty" if left else "")

    def missing(self, hotline: Hotline) -> list[str]:
        """Of a hotline that is short: where those are who may answer it, and who would have what it asks for but may not."""
        seating = self.seating[hotline.id]
        if not seating.short:
            return []
        people = [self.crowd.person(o[-1]) for o in self.crowd.everyone(hotline.id, hotline.answer, self._backend(hotline), 1, ())]
        where = Counter(self.sits.get(person, "") for person in people)
        here = where.pop(hotline.id, 0)
        places = ", ".join([f"{here} here", *(f"{count} in {hid}" for hid, count in where.most_common() if hid)])
        found = [f"{plural(seating.short, 'seat')}: {len(people)} may answer it" + (f" ({places})" if people else "")]
        asks = asked_for(hotline.answer)
        if not people:
            found.append(f"nobody who is there may answer it{f' ({asks})' if asks else ''}")
        barred = Counter(rule.rule for user in self.campaign.users.values() for rule in self._barred(user, hotline))
        found += [
            f"{plural(count, 'other has', 'others have')} what it asks for ({BARRED[rule]})" for rule, count in sorted(barred.items())
        ]
        return found

    def _barred(self, user: User, hotline: Hotline) -> list[Rule]:
        """The first rule that keeps somebody out who has what the hotline asks for."""
        if any(True for _ in lacking(hotline.answer, user)):
            return []
        return list(self.rules(user, hotline))[:1]

    def _held_elsewhere(self, hotline: Hotline, where: str) -> str:
        other = self.campaign.hotlines.get(where)
        if other is None:
            return "sits nowhere"
        if other.priority > hotline.priority:
            return f"sits in {where}, which comes first (priority {other.priority}, here {hotline.priority})"
        if other.priority == hotline.priority:
            there, here = self.seating[where], self.seating[hotline.id]
            shares = f"{where} has {len(there.at_level(1))} of {there.wanted}, here {len(here.at_level(1))} of {here.wanted} are filled"
            return f"sits in {where}; what is missing is shared: {shares}"
        return f"sits in {where}"

    def _candidate(self, line: str, hotline: Hotline) -> Candidate | None:
        return self.crowd.by_line(line, hotline.id, hotline.answer, self._backend(hotline), 1)

    def _is_pinned(self, seat: Seat, hotline: Hotline) -> bool:
        kind, _, name = seat.line.partition("/")
        return kind == "port" and self.crowd.floor.lit[name].hotline == hotline.id

    def _backend(self, hotline: Hotline) -> str:
        return hotline.backend or self.campaign.default_backend


BARRED = {
    "off-shift": "not in a shift now",
    "desk": "at a desk lit for another hotline",
    "evacuated": "their office is evacuated",
    "backend": "their phone is on another backend",
    "location": "their office has no complete address for 911",
}


def lacking(answer: Answer, user: User) -> Iterable[Rule]:
    """The lists of an `answer` that somebody does not match; none for who is named."""
    if user.id in answer.users:
        return
    for rule, asks, has, words in (
        ("skills", answer.skills, user.skills, "none of the skills"),
        ("languages", answer.languages, user.languages, "speaks none of"),
        ("roles", answer.roles, (user.role,), f"role is {user.role or 'not said'}, not"),
        ("offices", answer.offices, (user.office,), f"in {user.office}, not in"),
    ):
        if asks and not set(asks) & set(has):
            yield Rule(rule, f"{words} {', '.join(asks)}")
    if not has_criteria(answer):
        yield Rule("named", "not among those named") if answer.users else Rule("own-phones", "only lit desks answer it")
