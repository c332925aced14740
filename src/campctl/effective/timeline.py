"""When desired(t) changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from campctl.effective.shifts import shift_instants
from campctl.model.campaign import Campaign
from campctl.model.records import Override


def moments(campaign: Campaign, overrides: Iterable[Override], start: datetime, end: datetime) -> list[datetime]:
    """The instants after `start`, up to and including `end`, at which a surge, an override or somebody's shift begins or ends, sorted.

    desired(t) is constant between two of them. Opening hours are part of the queues and make no moment; freezes change what
    may be applied, not what is desired.
    """
    found = shift_instants(campaign.users.values())
    for surge in campaign.surges.values():
        found |= {surge.start, surge.end}
    for override in overrides:
        found.add(override.start)
        if override.end is not None:
            found.add(override.end)
    return sorted(instant for instant in found if start < instant <= end)
