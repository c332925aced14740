"""Shifts against the rest of the campaign's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.manifest.rules.facts import Check, Facts
from campctl.manifest.rules.surges import local
from campctl.model.campaign import Campaign

AGES = timedelta(days=300)
"""A year mistyped is off by 365 days; the first volunteers come some months before the first debate."""


def over_before(facts: Facts) -> Iterator[Finding]:
    """`shift-before-campaign`: a shift that was over long before anything else on the calendar."""
    campaign = facts.campaign
    first = _first(campaign)
    if first is None:
        return
    for user in facts.users:
        for index, shift in enumerate(user.shifts):
            if shift.end < first - AGES:
                office = campaign.offices.get(user.office)
                zone = office.time_zone if office is not None else campaign.time_zone
                yield finding(
                    "shift-before-campaign",
                    f"A shift of `{user.id}` ends {local(shift.end, zone)}, {(first - shift.end).days} days before the first surge, "
                    f"freeze or forecast ({local(first, campaign.time_zone)}): they would never be given a seat by it.",
                    help="Look at the year.",
                    at=Ref("users", user.id, "shifts", (str(index),)),
                )


def _first(campaign: Campaign) -> datetime | None:
    """When the campaign's calendar begins; None where nothing is on it."""
    instants = [one.start for one in campaign.surges.values()] + [one.start for one in campaign.policy.freezes]
    volumes = (hotline.volume for hotline in campaign.hotlines.values())
    instants += [one.forecast.start for one in volumes if one is not None and one.forecast is not None]
    return min(instants, default=None)


RULES: dict[str, Check] = {"shift-before-campaign": over_before}
