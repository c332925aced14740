"""Between what seats the autopilot may move a hotline, and what keeps it from moving any. Pure, but for reading the campaign.

Its own override is relative ("+4"), so that whatever the plan says beneath it (baseline, surges, lit desks, people's overrides) goes on
counting: a surge that begins adds to the same figure, one that ends takes from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from campctl.capacity.autoscale import Room, Rule, rule_of
from campctl.model.campaign import Campaign, Freeze, Hotline
from campctl.model.records import Override

AUTHOR = "autopilot"
MARK = "ap"
"""Its overrides' ids begin so, while people's begin with "o": a person who calls themselves autopilot is still a person."""


class Place(Struct, frozen=True, kw_only=True):
    """A hotline with `autoscale` at an instant.

    base: seats the plan says without the autopilot; asked: the same before it was held to min and max. own: its overrides in effect.
    counts: whether they do; a person's absolute figure that came later puts them out of effect.
    """

    hotline: str
    backend: str
    rule: Rule
    room: Room
    base: int
    asked: int
    own: tuple[Override, ...] = ()
    counts: bool = True


def is_own(override: Override) -> bool:
    """Whether the autopilot made it."""
    return override.author == AUTHOR and override.id.startswith(MARK) and override.kind == "hotline"


def places(campaign: Campaign, at: datetime, overrides: Sequence[Override]) -> dict[str, Place]:
    """Every hotline with `autoscale`, as it is at an instant."""
    from campctl.effective.demand import Demand, demands
    from campctl.effective.formula import active_at, surges_at
    from campctl.effective.lighting import Lighter
    from campctl.effective.places import Places
    from campctl.effective.staff import staff_at

    chosen = [hotline for hotline in campaign.hotlines.values() if hotline.autoscale is not None]
    if not chosen:
        return {}
    surges, known = surges_at(campaign, at), Places(campaign)

    def wanted(among: Sequence[Override]) -> dict[str, Demand]:
        active = active_at(among, at)
        floor = Lighter(campaign, known, []).named(surges, active)
        return demands(campaign, at, surges, active, floor.added, [])

    others = [one for one in overrides if not is_own(one)]
    full, without, planned = wanted(overrides), wanted(others), wanted(())
    seated = staff_at(campaign, at, overrides).seating
    found = {}
    for hotline in chosen:
        least, most = max(1, hotline.seats.min), hotline.seats.max
        if any(hotline.id in surge.seats for surge in surges):
            least = max(least, planned[hotline.id].wanted)
        now, mine = (
            full[hotline.id].wanted,
            [one for one in active_at(overrides, at) if one.kind == "hotline" and one.subject == hotline.id],
        )
        own = tuple(one for one in mine if is_own(one))
        found[hotline.id] = Place(
            hotline=hotline.id,
            backend=hotline.backend or campaign.default_backend,
            rule=rule_of(hotline),
            room=Room(
                now=now,
                low=min(least, most),
                high=most,
                filled=len(seated[hotline.id].at_level(1)),
                held=held(campaign, hotline, mine, at),
            ),
            base=without[hotline.id].wanted,
            asked=without[hotline.id].asked,
            own=own,
            counts=not own or not _replaced(mine),
        )
    return found


def held(campaign: Campaign, hotline: Hotline, active: Sequence[Override], at: datetime) -> str:
    """Why its seats may not be moved now, in words; "" when they may."""
    for freeze in campaign.policy.freezes:
        if freeze.start <= at < freeze.end and not _allows(freeze, hotline):
            why = f" ({freeze.reason})" if freeze.reason else ""
            return f"freeze {freeze.id}{why} holds until {_clock(campaign, freeze.end, at)}"
    for one in active:
        if one.to is not None:
            return f"its calls are led to {one.to}"
        if one.seats is not None and not is_own(one):
            until = f" until {_clock(campaign, one.end, at)}" if one.end else ", until it is cleared"
            return f"what {one.author} asked for ({one.seats}) holds{until}"
    return ""


def _allows(freeze: Freeze, hotline: Hotline) -> bool:
    """As the guardrail sees it: "seat" lets people change places, not their number."""
    return "scale" in freeze.allow or f"hotline/{hotline.id}" in freeze.allow


def _replaced(active: Sequence[Override]) -> bool:
    """Whether a person's absolute figure was given after the autopilot's."""
    last = max(place for place, one in enumerate(active) if is_own(one))
    return any(one.seats is not None and not one.seats.relative and not is_own(one) for one in active[last + 1 :])


def _clock(campaign: Campaign, instant: datetime, now: datetime) -> str:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(campaign.time_zone)
    local, today = instant.astimezone(zone), now.astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
