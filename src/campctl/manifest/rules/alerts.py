"""Alerts: what they are about and who is told of them must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.manifest.rules.facts import Check, Facts
from campctl.manifest.rules.words import quoted
from campctl.model.alerts import BOARD


def about(facts: Facts) -> Iterator[Finding]:
    """`alert-about-nothing`: a hotline, office or backend that does not exist."""
    campaign = facts.campaign
    known: dict[str, Mapping[str, object]] = {"hotlines": campaign.hotlines, "offices": campaign.offices, "backends": campaign.backends}
    for rule in campaign.alerts.values():
        for section, there in known.items():
            for index, name in enumerate(getattr(rule, section)):
                if name not in there:
                    yield finding(
                        "alert-about-nothing",
                        f"Alert `{rule.id}` is about {section[:-1]} `{name}`, and there is none of that name: it would never be raised.",
                        help=Suggester(tuple(there)).did_you_mean(name) or f"Name one of {quoted(there) or 'those that there are'}.",
                        at=Ref("alerts", rule.id, section, (str(index),)),
                    )


def told(facts: Facts) -> Iterator[Finding]:
    """`unknown-notifier`: nobody of that name is told of anything."""
    campaign = facts.campaign
    known = (BOARD, *campaign.notify)
    for rule in campaign.alerts.values():
        for index, name in enumerate(rule.notify or ()):
            if name not in known:
                yield finding(
                    "unknown-notifier",
                    f"Alert `{rule.id}` tells `{name}`, and `campaign: notify:` has nobody of that name.",
                    help=Suggester(known).did_you_mean(name) or f"Define it there, or name one of {quoted(known)}.",
                    at=Ref("alerts", rule.id, "notify", (str(index),)),
                )
    if BOARD in campaign.notify:
        yield finding(
            "unknown-notifier",
            f"`{BOARD}` is the board, which shows every alert; nobody else can have that name.",
            help="Give this one another name.",
            at=Ref("campaign", "", "notify", (BOARD,)),
        )


RULES: dict[str, Check] = {"alert-about-nothing": about, "unknown-notifier": told}
