"""Hotlines: seats in order, somebody to take them, hours that make sense."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.text import listed, plural
from campctl.manifest.rules.facts import Check, Facts
from campctl.manifest.rules.words import SHOWN, duration, left_empty, sentences
from campctl.model.campaign import Answer, Hotline, HoursRule

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def order(facts: Facts) -> Iterator[Finding]:
    """`seats-out-of-order`: not min <= baseline <= max."""
    for hotline in facts.hotlines:
        seats = hotline.seats
        if seats.min <= seats.baseline <= seats.max:
            continue
        if seats.min > seats.max:
            field, problem = "min", f"min {seats.min} is more than max {seats.max}"
        elif seats.baseline < seats.min:
            field, problem = "baseline", f"baseline {seats.baseline} is less than min {seats.min}"
        else:
            field, problem = "baseline", f"baseline {seats.baseline} is more than max {seats.max}"
        yield finding(
            "seats-out-of-order",
            f"Of the seats of hotline `{hotline.id}`, {problem}. The baseline is what holds on an ordinary day; "
            "surges and `hotline scale` move between min and max.",
            help="Write them so that min <= baseline <= max.",
            at=Ref("hotlines", hotline.id, "seats", (field,)),
        )


def unanswered(facts: Facts) -> Iterator[Finding]:
    """`hotline-unanswered`: no person and no port, lit or dark, may answer."""
    for hotline in facts.hotlines:
        if (
            not hotline.seats.max
            or facts.people_for(hotline.answer, facts.backend_of_hotline(hotline))
            or facts.names_unknown(hotline.answer)
        ):
            continue
        if not facts.ports_for(hotline, hotline.answer):
            yield finding(
                "hotline-unanswered",
                f"Nobody may answer hotline `{hotline.id}`: {_why(facts, hotline, hotline.answer)} Callers would wait for nobody.",
                help="Loosen `answer`, or give people the office, role, skill or language it asks for.",
                at=Ref("hotlines", hotline.id, "answer"),
            )


def _why(facts: Facts, hotline: Hotline, answer: Answer) -> str:
    """Why nobody is among those who may answer, as a sentence."""
    backend = facts.backend_of_hotline(hotline)
    if facts.people_for(answer):
        return f"all whom `answer` chooses are on other backends than the hotline's, `{backend}`."
    asked = [
        f"{name[:-1] if len(values) == 1 else name} {listed(values, SHOWN, 'or')}"
        for name in ("offices", "roles", "skills", "languages", "users")
        if (values := getattr(answer, name))
    ]
    ports = "no port may either" if answer.ports else "ports are left out (`ports: false`)"
    return f"no user matches {listed(asked, SHOWN)}, and {ports}." if asked else f"`answer` names no people, and {ports}."


def beyond_people(facts: Facts) -> Iterator[Finding]:
    """`seats-beyond-people`: more seats than there are people and lit ports who may answer."""
    for hotline in facts.hotlines:
        if hotline.seats.baseline <= hotline.seats.max:
            yield from _beyond(facts, hotline, hotline.answer, hotline.seats.baseline, Ref("hotlines", hotline.id, "seats", ("baseline",)))


def escalation_people(facts: Facts) -> Iterator[Finding]:
    """`escalation-beyond-people`: an escalation step that nobody, or too few, can join."""
    for hotline in facts.hotlines:
        for index, step in enumerate(hotline.escalation):
            if step.answer is None or not step.seats or facts.names_unknown(step.answer):
                continue
            at = Ref("hotlines", hotline.id, "escalation", (str(index), "seats"))
            people = facts.people_for(step.answer, facts.backend_of_hotline(hotline))
            ports = 0 if people > step.seats else sum(port.lit for port in facts.ports_for(hotline, step.answer))
            wanted = step.seats
            if people + ports < wanted:
                yield finding(
                    "escalation-beyond-people",
                    f"After {duration(step.after)}, {wanted} more {'is' if wanted == 1 else 'are'} to join hotline `{hotline.id}`, "
                    f"and {_may(people, ports)}. The callers who waited longest go on waiting.",
                    help="Loosen the `answer` of this step." if wanted == 1 else "Ask for fewer, or loosen the `answer` of this step.",
                    at=at,
                )


def escalation_seats(facts: Facts) -> Iterator[Finding]:
    """`escalation-without-seats`: a step that says who joins in, and that none of them do."""
    for hotline in facts.hotlines:
        for index, step in enumerate(hotline.escalation):
            if step.answer is not None and not step.seats:
                yield finding(
                    "escalation-without-seats",
                    f"Step {index + 1} of the escalation of hotline `{hotline.id}` says who may join in after {duration(step.after)}, "
                    "and has no `seats`: none of them does.",
                    help="Say how many: `seats: 2`.",
                    at=Ref("hotlines", hotline.id, "escalation", (str(index),)),
                )


def _beyond(facts: Facts, hotline: Hotline, answer: Answer, wanted: int, at: Ref) -> Iterator[Finding]:
    people = facts.people_for(answer, facts.backend_of_hotline(hotline)) if wanted else 0
    if people >= wanted:
        return
    ports = facts.ports_for(hotline, answer)
    lit = sum(port.lit for port in ports)
    # With nobody at all, `hotline-unanswered` has said it.
    if people + lit >= wanted or not (people or ports) or facts.names_unknown(answer):
        return
    dark = len(ports) - lit
    yield finding(
        "seats-beyond-people",
        f"Hotline `{hotline.id}` has {plural(wanted, 'seat')}, and {_may(people, lit)}. "
        f"{left_empty(wanted - people - lit)}, and the waiting times planned for {wanted} do not hold."
        if people + lit
        else f"Hotline `{hotline.id}` has {plural(wanted, 'seat')}, and {_may(people, lit)}: all wait for ports to be lit.",
        help=sentences(
            f"Ask for {plural(people + lit, 'seat')}, or widen `answer`." if people + lit else "",
            f"{plural(dark, 'port')} that may answer {'is' if dark == 1 else 'are'} dark: light some." if dark else "",
        ),
        at=at,
        related=(Related("who may answer", at=Ref("hotlines", hotline.id, "answer")),),
    )


def _may(people: int, lit: int) -> str:
    """`2 people and 1 lit port may answer`."""
    parts = [plural(people, "person", "people")] if people else []
    parts += [plural(lit, "lit port")] if lit else []
    return f"only {' and '.join(parts)} may answer" if parts else "nobody may answer yet"


def unreachable(facts: Facts) -> Iterator[Finding]:
    """`hotline-unreachable`: no number, no extension, and nothing leads there."""
    reached = {target.id for target, place in facts.targets if target.kind == "hotline" and place.id != target.id}
    for hotline in facts.hotlines:
        if not (hotline.numbers or hotline.extension or hotline.id in reached):
            yield finding(
                "hotline-unreachable",
                f"Hotline `{hotline.id}` has no number and no extension, and no number or other hotline leads to it: nobody can call it.",
                help=f"Give it `numbers` or an `extension`, or let a number lead `to: hotline/{hotline.id}`.",
                at=Ref("hotlines", hotline.id),
            )


def hours_overlap(facts: Facts) -> Iterator[Finding]:
    """`hours-overlap`: two rules of hours that cover the same time."""
    for hotline in facts.hotlines:
        rules = hotline.hours
        for index, rule in enumerate(rules):
            for earlier, other in enumerate(rules[:index]):
                days = sorted({*rule.days} & {*other.days})
                if days and rule.start < other.end and other.start < rule.end:
                    yield _overlap(hotline, (index, rule), (earlier, other), days)
                    break


def _overlap(hotline: Hotline, one: tuple[int, HoursRule], two: tuple[int, HoursRule], days: list[int]) -> Finding:
    start, end = max(one[1].start, two[1].start), min(one[1].end, two[1].end)
    # Hours past midnight are one rule as written and two here, so that the rules after them have another index.
    split = any(rule.end == 1440 and after.start == 0 for rule, after in pairwise(hotline.hours))
    at, other = (Ref("hotlines", hotline.id, "hours", () if split else (str(index),)) for index in (one[0], two[0]))
    return finding(
        "hours-overlap",
        f"Two rules of hotline `{hotline.id}` cover {listed([DAYS[day] for day in days], most=7)} {_clock(start)} to {_clock(end)}. "
        "Hours add up, so nothing goes wrong today, but who shortens the one will find the other still open.",
        help="Let each rule cover days and times of its own.",
        at=at,
        related=() if split else (Related("the other rule", at=other),),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def never_closed(facts: Facts) -> Iterator[Finding]:
    """`closed-never-used`: where calls go outside of hours, of a hotline that has no hours."""
    for hotline in facts.hotlines:
        if hotline.closed is not None and not hotline.hours:
            yield finding(
                "closed-never-used",
                f"Hotline `{hotline.id}` says where calls go while it is closed, and it has no `hours`: it never closes.",
                help='Add hours, such as `hours: ["mon-fri 08:00-20:00"]`, or remove `closed`.',
                at=Ref("hotlines", hotline.id, "closed"),
            )


def autoscale_room(facts: Facts) -> Iterator[Finding]:
    """`autoscale-without-room`: no seats between min and max to move."""
    for hotline in facts.hotlines:
        if hotline.autoscale is not None and hotline.seats.min == hotline.seats.max:
            yield finding(
                "autoscale-without-room",
                f"The autopilot is to move the seats of hotline `{hotline.id}` between min and max, and both are {hotline.seats.max}.",
                help="Write `seats` with a `min` and a larger `max`, or remove `autoscale`.",
                at=Ref("hotlines", hotline.id, "autoscale"),
                related=(Related("its seats", at=Ref("hotlines", hotline.id, "seats")),),
            )


def autoscale_target(facts: Facts) -> Iterator[Finding]:
    """`autoscale-without-target`: nothing to hold, or what no number of seats holds."""
    for hotline in facts.hotlines:
        target = hotline.service.target
        if hotline.autoscale is None or 0 < target < 1:
            continue
        why = (
            "that holds with nobody there"
            if target <= 0
            else "no number of seats is sure to hold that: the next caller may be one too many"
        )
        yield finding(
            "autoscale-without-target",
            f"The autopilot is to hold the service target of hotline `{hotline.id}`, which is {target:.0%} of the calls within "
            f"{duration(hotline.service.answer_within)}; {why}.",
            help="Write a target such as `service: { answer_within: 20s, target: 80% }`.",
            at=Ref("hotlines", hotline.id, "service", ("target",)),
        )


RULES: dict[str, Check] = {
    "seats-out-of-order": order,
    "hotline-unanswered": unanswered,
    "seats-beyond-people": beyond_people,
    "escalation-beyond-people": escalation_people,
    "escalation-without-seats": escalation_seats,
    "hotline-unreachable": unreachable,
    "hours-overlap": hours_overlap,
    "closed-never-used": never_closed,
    "autoscale-without-room": autoscale_room,
    "autoscale-without-target": autoscale_target,
}
