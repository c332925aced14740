"""Policy: protection and freezes that name what exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.manifest.rules.facts import Check, Facts
from campctl.manifest.rules.surges import local
from campctl.manifest.rules.words import quoted


def backwards(facts: Facts) -> Iterator[Finding]:
    """`freeze-ends-before-it-begins`: a window without an instant in it."""
    for index, freeze in enumerate(facts.campaign.policy.freezes):
        if freeze.end <= freeze.start:
            zone = facts.campaign.time_zone
            place = ("freezes", str(index))
            yield finding(
                "freeze-ends-before-it-begins",
                f"Freeze `{freeze.id}` begins {local(freeze.start, zone)} and ends {local(freeze.end, zone)}: "
                "it would never hold anything back.",
                help="Correct `until`; `until` is not included, so a freeze of one day ends at 00:00 of the next.",
                at=Ref("campaign", "", "policy", (*place, "until")),
                related=(Related("it begins here", at=Ref("campaign", "", "policy", (*place, "from"))),),
            )


def currencies(facts: Facts) -> Iterator[Finding]:
    """`mixed-currencies`: sums that cannot be added up."""
    used = {name: prices.currency for name, prices in facts.campaign.prices.items()}
    first = next(iter(used.values()), "")
    other = next((name for name, currency in used.items() if currency != first), None)
    if other is not None:
        yield finding(
            "mixed-currencies",
            f"Prices are in {first} for `{next(iter(used))}` and in {used[other]} for `{other}`; "
            "what they come to is shown side by side, never added up.",
            help="Convert them to one currency if you want one total.",
            at=Ref("campaign", "", "prices", (other,)),
        )


def protected(facts: Facts) -> Iterator[Finding]:
    """`unknown-protected`: a protected ref that does not exist."""
    for index, ref in enumerate(facts.campaign.policy.protected):
        problem = _problem(facts, ref)
        if problem:
            yield finding(
                "unknown-protected",
                f"`{ref}` is to be protected, and {problem[0]}. What is protected by a wrong name is not protected.",
                help=problem[1],
                at=Ref("campaign", "", "policy", ("protected", str(index))),
            )


def exceptions(facts: Facts) -> Iterator[Finding]:
    """`unknown-freeze-exception`: a word in `allow` that is no verb, and no ref of something that exists."""
    verbs = _verbs() if facts.campaign.policy.freezes else ()
    for index, freeze in enumerate(facts.campaign.policy.freezes):
        for entry, word in enumerate(freeze.allow):
            if word in verbs:
                continue
            if "/" in word:
                problem = _problem(facts, word)
            else:
                near = Suggester(verbs).did_you_mean(word)
                problem = ("there is no such verb", near or f"The verbs are {', '.join(verbs)}.")
            if problem:
                yield finding(
                    "unknown-freeze-exception",
                    f"Freeze `{freeze.id}` allows `{word}`, and {problem[0]}. The exception would not be made when it is needed.",
                    help=problem[1],
                    at=Ref("campaign", "", "policy", ("freezes", str(index), "allow", str(entry))),
                )


def _verbs() -> tuple[str, ...]:
    from typing import get_args

    from campctl.model.changes import Verb

    return get_args(Verb)


def _problem(facts: Facts, ref: str) -> tuple[str, str] | None:
    """What is wrong with a ref such as `hotline/main`, and what to do; None when it names something that exists."""
    campaign = facts.campaign
    kinds: dict[str, Mapping[str, object]] = {
        "office": campaign.offices,
        "user": campaign.users,
        "port": campaign.ports,
        "number": campaign.numbers,
        "hotline": campaign.hotlines,
    }
    kind, slash, name = ref.partition("/")
    if kind not in kinds or not slash:
        near = Suggester(kinds).nearest(kind)
        return f"it does not begin with {quoted(f'{kind}/' for kind in kinds)}".replace(" and ", " or "), (
            f"Did you mean `{near}/{name}`?" if near and name else "Write the kind, a slash and the id: `hotline/main`."
        )
    if name in kinds[kind] or (kind == "number" and (name in facts.number_targets or name == campaign.main_number)):
        return None
    return f"there is no {kind} `{name}`", facts.did_you_mean(kind, name) or f"Define it under `{kind}s:`, or remove it here."


RULES: dict[str, Check] = {
    "freeze-ends-before-it-begins": backwards,
    "unknown-protected": protected,
    "unknown-freeze-exception": exceptions,
    "mixed-currencies": currencies,
}
