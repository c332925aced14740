"""Numbers: one owner each, and a main number that leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.manifest.rules.facts import Check, Facts
from campctl.model.campaign import Target


def taken(facts: Facts) -> Iterator[Finding]:
    """`number-taken`: two owners of one number."""
    owners: dict[str, tuple[Target, Ref]] = {
        entry.number: (entry.to, Ref("numbers", entry.number, "to")) for entry in facts.campaign.numbers.values() if entry.to is not None
    }
    people: dict[str, str] = {}
    for hotline in facts.hotlines:
        for index, number in enumerate(hotline.numbers):
            claim = Target("hotline", hotline.id)
            place = Ref("hotlines", hotline.id, "numbers", (str(index),))
            first = owners.setdefault(number, (claim, place))
            if first[0] != claim or (first[1] != place and first[1].section == "hotlines"):
                yield _second(number, claim, place, first)
    for user in facts.users:
        number = user.number
        if not number:
            continue
        other = people.setdefault(number, user.id)
        if number in owners and owners[number][0] != Target("user", user.id):
            yield _second(number, Target("user", user.id), Ref("users", user.id, "number"), owners[number])
        elif other != user.id:
            yield _second(
                number, Target("user", user.id), Ref("users", user.id, "number"), (Target("user", other), Ref("users", other, "number"))
            )


def _second(number: str, claim: Target, place: Ref, first: tuple[Target, Ref]) -> Finding:
    if claim == first[0]:
        detail = f"{number} stands twice in the numbers of hotline `{claim.id}`."
        advice = "Remove one of the two."
    else:
        detail = (
            f"{number} is to ring {_words(claim)}, and also {_words(first[0])}. "
            "A call has one destination: one of the two would never ring."
        )
        advice = "Leave the number with one of them, and give the other a number of its own or none."
    return finding("number-taken", detail, help=advice, at=place, related=(Related(f"first given to {_words(first[0])}", at=first[1]),))


def main_number(facts: Facts) -> Iterator[Finding]:
    """`main-number-unanswered`: the main number is not held, or leads nowhere."""
    number = facts.campaign.main_number
    if not number or number in facts.number_targets:
        return
    entry = facts.campaign.numbers.get(number)
    hotline = next(iter(facts.campaign.hotlines), "")
    target = f"hotline/{hotline}" if hotline else "hotline/ID"
    detail = (
        f"The main number {number} is held in reserve: it has no `to`."
        if entry
        else f"The main number {number} is not among `numbers`, and no hotline and no user has it."
    )
    yield finding(
        "main-number-unanswered",
        f"{detail} Offices show it as their caller number, so people call it back, and nothing answers.",
        help=f'Let it lead somewhere: `numbers: {{ "{number}": {{ to: {target} }} }}`.',
        at=Ref("campaign", "", "main_number"),
        related=(Related("held in reserve here", at=Ref("numbers", number)),) if entry else (),
    )


def caller_ids(facts: Facts) -> Iterator[Finding]:
    """`caller-id-not-held`: an office shows a number the campaign does not hold."""
    campaign = facts.campaign
    for office in campaign.offices.values():
        number = office.caller_id
        if not number or number == campaign.main_number or number in campaign.numbers or number in facts.number_targets:
            continue
        yield finding(
            "caller-id-not-held",
            f"Office `{office.id}` shows {number} to those it calls, and the campaign holds no such number. Carriers sign calls "
            "only for numbers one holds (STIR/SHAKEN): calls are blocked or marked as spam, and nobody can call back.",
            help=facts.did_you_mean("number", number) or "List it under `numbers`, or leave `caller_id` out to show the main number.",
            at=Ref("offices", office.id, "caller_id"),
        )


def own_numbers(facts: Facts) -> Iterator[Finding]:
    """`outside-is-inside`: `outside/+1...` names a number of the campaign itself."""
    for target, place in facts.targets:
        if target.kind != "outside":
            continue
        inside = facts.number_targets.get(target.id)
        if inside is None or place == Ref("numbers", target.id, "to"):
            continue
        yield finding(
            "outside-is-inside",
            f"`{target}` is one of the campaign's own numbers and leads to `{inside}`. The call would go out through the carrier "
            "and come back: two channels, two charges, and the caller's number may be lost.",
            help=f"Write `{inside}`.",
            at=place,
            related=(Related("the number", at=Ref("numbers", target.id)),) if target.id in facts.campaign.numbers else (),
        )


def dark_ports(facts: Facts) -> Iterator[Finding]:
    """`number-rings-dark-port`: a number leads to a port that is dark."""
    lit = facts.ports_lit_by_surges
    for entry in facts.campaign.numbers.values():
        if entry.to is None or entry.to.kind != "port":
            continue
        port = facts.campaign.ports.get(entry.to.id)
        if port is not None and not port.lit:
            sometimes = " outside of its surges" if port.id in lit else ""
            yield finding(
                "number-rings-dark-port",
                f"{entry.number} leads to port `{port.id}`, which is dark{sometimes}: whoever calls it hears nothing.",
                help="Set the port's `state: lit`, or let the number lead to a hotline or a person.",
                at=Ref("numbers", entry.number, "to"),
                related=(Related("the port", at=Ref("ports", port.id, "state")),),
            )


def _words(target: Target) -> str:
    kinds = {"outside": "the outside number"}
    return f"{kinds.get(target.kind, target.kind)} `{target.id}`"


RULES: dict[str, Check] = {
    "number-taken": taken,
    "main-number-unanswered": main_number,
    "caller-id-not-held": caller_ids,
    "outside-is-inside": own_numbers,
    "number-rings-dark-port": dark_ports,
}
