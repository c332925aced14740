"""Who sits in which seat: deterministic, stable, with as little change from now as possible (docs/seating.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nsmallest

from campctl.effective.crowd import Candidate, Crowd, Order, penalty
from campctl.effective.demand import Demand
from campctl.effective.first_line import FirstLines, Present, first_lines
from campctl.effective.result import Seat, Seating
from campctl.effective.words import asked_for
from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.findings.text import plural
from campctl.model.campaign import Answer, Campaign, Hotline


def assign(campaign: Campaign, demand: Mapping[str, Demand], crowd: Crowd, present: Present, findings: list[Finding]) -> dict[str, Seating]:
    """Fill all first lines at once, then escalation levels; the result is in the campaign's order of hotlines."""
    return _Assignment(campaign, demand, crowd, present, findings).run()


STAYS = "was already there"
"""Why somebody sits who did so before."""


class _Assignment:
    def __init__(self, campaign: Campaign, demand: Mapping[str, Demand], crowd: Crowd, present: Present, findings: list[Finding]) -> None:
        self.campaign = campaign
        self.demand = demand
        self.crowd = crowd
        self.present = present
        self.findings = findings
        self.first: FirstLines = first_lines(campaign, demand, crowd, present)
        self.claimed = self.first.claimed

    def run(self) -> dict[str, Seating]:
        hotlines = sorted(self.campaign.hotlines.values(), key=lambda hotline: (-hotline.priority, hotline.id))
        seats: dict[str, list[Seat]] = {hotline.id: self._first_line(hotline) for hotline in hotlines}
        inside: dict[str, set[str]] = {}
        for person, where in self.claimed.items():
            inside.setdefault(where, set()).add(person)
        for hotline in hotlines:
            self._escalation(hotline, seats[hotline.id], inside.get(hotline.id, set()))
        return {hotline.id: self._seating(hotline, seats[hotline.id]) for hotline in self.campaign.hotlines.values()}

    def _backend(self, hotline: Hotline) -> str:
        return hotline.backend or self.campaign.default_backend

    def _first_line(self, hotline: Hotline) -> list[Seat]:
        line, answer = self.first.lines[hotline.id], hotline.answer
        chosen = [(one, self._pinned_why(one, hotline)) for one in line.pinned]
        chosen += [(one, STAYS) for one in line.stays]
        chosen += [(one, f"{for_them(answer, one)}{self._from(one)}") for one in line.joins]
        if line.beyond:
            self._beyond(hotline, line.wanted, line.wanted + line.beyond)
        return [Seat(one.line, one.name, 1, penalty(answer, one.user), why) for one, why in chosen]

    def _from(self, one: Candidate) -> str:
        """Where somebody who joins comes from, and why they could go."""
        where = self.first.before.get(one.person, ())
        if not where:
            return ""
        left = self.first.lines.get(where[0])
        return f"; taken from {where[0]}" + (", which others fill" if left is not None and left.joins and not left.short else "")

    def _first(self, hotline: Hotline, answer: Answer, level: int, count: int, orders: Iterable[Order]) -> list[Candidate]:
        """The candidates that come first."""
        backend = self._backend(hotline)
        found = (self.crowd.by_line(order[-1], hotline.id, answer, backend, level) for order in nsmallest(count, orders))
        return [one for one in found if one is not None]

    def _escalation(self, hotline: Hotline, seats: list[Seat], inside: set[str]) -> None:
        """Each step with `answer` is a level of its own; `inside` are the persons in the queue at lower levels."""
        now = self.present.get(hotline.id, {})
        backend = self._backend(hotline)
        level = 1
        for step in hotline.escalation:
            if step.answer is None:
                continue
            level += 1
            answer, left = step.answer, max(0, step.seats)
            here = (self.crowd.by_line(line, hotline.id, answer, backend, level) for line, at in now.items() if at == level)
            staying = {one.person: one for one in here if one is not None and one.person not in inside}
            chosen = [(one, STAYS) for one in sorted(staying.values(), key=self._freest)[:left]]
            # Those who sit in no first line are asked before those who do.
            for busy in (self.claimed, {}):
                if len(chosen) < left:
                    skip = inside | busy.keys() | {one.person for one, _ in chosen}
                    orders = self.crowd.everyone(hotline.id, answer, backend, level, skip)
                    chosen += [(one, for_them(answer, one)) for one in self._first(hotline, answer, level, left - len(chosen), orders)]
            for one, why in chosen:
                inside.add(one.person)
                seats.append(Seat(one.line, one.name, level, penalty(answer, one.user), why))

    def _freest(self, one: Candidate) -> tuple[bool, Order]:
        return one.person in self.claimed, one.order

    def _seating(self, hotline: Hotline, seats: list[Seat]) -> Seating:
        demand = self.demand[hotline.id]
        short = demand.wanted - sum(1 for seat in seats if seat.level == 1)
        if short > 0:
            self.findings.append(
                finding(
                    "seats-short",
                    f"Hotline {hotline.id} should have {plural(demand.wanted, 'seat')} ({demand.whence}); of the people and lit ports who "
                    f"may answer it {demand.wanted - short} could be seated, so {short} stay{'s' if short == 1 else ''} empty. "
                    + self._others(hotline),
                    help=f"Light ports for it (`campctl port light ... --hotline {hotline.id}`), widen `answer`, or ask for fewer seats.",
                    at=Ref("hotlines", hotline.id, "seats"),
                )
            )
        return Seating(hotline=hotline.id, wanted=demand.wanted, whence=demand.whence, filled=tuple(seats), short=short)

    def _others(self, hotline: Hotline) -> str:
        """Where those are who may answer a short hotline and do not: nobody else may, or other hotlines have them."""
        everyone = self.crowd.everyone(hotline.id, hotline.answer, self._backend(hotline), 1, ())
        where = Counter(self.claimed.get(self.crowd.person(order[-1]), "") for order in everyone)
        here = where.pop(hotline.id, 0)
        counts = [f"{count} in {hid}" for hid, count in sorted(where.items(), key=lambda pair: (-pair[1], pair[0])) if hid]
        if counts:
            return f"Others who may answer it sit elsewhere: {', '.join(counts)}."
        asks = asked_for(hotline.answer)
        return f"{'Nobody else' if here else 'Nobody at all'} who is there may answer it{f' ({asks})' if asks else ''}."

    def _pinned_why(self, one: Candidate, hotline: Hotline) -> str:
        lit = self.crowd.floor.lit[one.port]
        who = f", {one.name} sits there" if one.name else ""
        how = f"port {one.port}, lit for {hotline.id}" if lit.why == "manifest" else f"port {one.port}, {lit.why}"
        return f"{how}{who}"

    def _beyond(self, hotline: Hotline, wanted: int, lit: int) -> None:
        self.findings.append(
            finding(
                "lit-beyond-seats",
                f"For hotline {hotline.id} {plural(lit, 'port')} should answer, and it has {plural(wanted, 'seat')}: {lit - wanted} of "
                "the lit ports answer nothing.",
                help=f"Scale it: `campctl hotline scale {hotline.id} {lit}`, or darken ports.",
                at=Ref("hotlines", hotline.id, "seats"),
            )
        )


def for_them(answer: Answer, one: Candidate) -> str:
    """In words, what speaks for this candidate."""
    if one.port:
        return f"lit port, {one.name} sits there" if one.name else "lit port"
    user = one.user
    if user is None:
        return "may answer"
    parts = []
    for word, asked, has in (("skills", answer.skills, user.skills), ("languages", answer.languages, user.languages)):
        found = [entry for entry in asked if entry in has]
        if found:
            parts.append(f"{word} {', '.join(found)}")
    if not parts and user.role and user.role in answer.roles:
        parts.append(f"role {user.role}")
    if not parts and user.office in answer.offices:
        parts.append(f"office {user.office}")
    return "; ".join(parts) or "named for it"
