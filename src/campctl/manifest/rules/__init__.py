"""What a campaign must be beyond well-formed: semantic rules over a `Campaign`.

A rule is a function from `Facts` to findings, and stands in `RULES` under its id, which is also the code of every
finding it makes (a test holds both to it). To add one: write the function in the module of its noun, put it into
that module's `RULES`, and describe it in `campctl.findings.rules` (docs/findings.md follows from that).
"""

from __future__ import annotations

from collections.abc import Collection

from campctl.findings import Finding
from campctl.manifest.rules import alerts, extensions, hotlines, numbers, offices, people, policy, references, routing, shifts, surges
from campctl.manifest.rules.facts import Check, Facts
from campctl.model.campaign import Campaign

RULES: dict[str, Check] = {
    **policy.RULES,
    **references.RULES,
    **offices.RULES,
    **people.RULES,
    **extensions.RULES,
    **numbers.RULES,
    **hotlines.RULES,
    **routing.RULES,
    **surges.RULES,
    **shifts.RULES,
    **alerts.RULES,
}


def check(campaign: Campaign, *, only: Collection[str] | None = None) -> list[Finding]:
    """Every finding of every rule (or of the rules named by `only`), in the order of the table; places are `Ref`s."""
    facts = Facts(campaign)
    findings: list[Finding] = []
    for name, rule in RULES.items():
        if only is None or name in only:
            findings.extend(rule(facts))
    return findings
