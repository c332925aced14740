"""The one formula: desired(t) = manifests + surges active at t + overrides active at t."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from campctl.effective.crowd import Crowd
from campctl.effective.demand import demands
from campctl.effective.diversion import diversion
from campctl.effective.lighting import Lighter
from campctl.effective.lines import add_lines
from campctl.effective.places import Places
from campctl.effective.queues import Switchboard, add_members, add_queues, add_routes, homes
from campctl.effective.renames import renames
from campctl.effective.result import Desired
from campctl.effective.seats import assign
from campctl.findings import Finding
from campctl.model.campaign import Campaign, Surge
from campctl.model.records import Override
from campctl.model.resources import Key, Resource

NOBODY: Mapping[str, Mapping[str, int]] = MappingProxyType({})


def desired(
    campaign: Campaign,
    at: datetime,
    overrides: Iterable[Override] = (),
    present: Mapping[str, Mapping[str, int]] = NOBODY,
) -> Desired:
    """What the campaign wants at instant `at` (aware), as resources per backend.

    campaign: one that `manifest.load` found no error in. overrides: all there are, in the order of making; those not
    active at `at` are ignored. present: who is a member of what now, queue id to line id to level (`present_members`).
    """
    findings: list[Finding] = []
    active = active_at(overrides, at)
    surges = surges_at(campaign, at)
    places = Places(campaign)
    lighter = Lighter(campaign, places, findings)
    floor = lighter.named(surges, active)
    demand = demands(campaign, at, surges, active, floor.added, findings)
    lighter.take_any(surges, {hotline: one.wanted for hotline, one in demand.items()}, present)

    backends: dict[str, dict[Key, Resource]] = {name: {} for name in campaign.backends}
    for name in homes(campaign):
        backends.setdefault(name, {})
    origin: dict[Key, str] = {}
    add_lines(campaign, places, floor.lit, backends, findings)
    places.add_to(backends, origin)
    diverted = diversion(campaign, active, findings)
    board = Switchboard(campaign, diverted)
    add_queues(campaign, board, backends, findings)
    seating = assign(campaign, demand, Crowd(campaign, places, floor, at), present, findings)
    add_members(campaign, seating, backends)
    add_routes(campaign, board, backends, origin, findings)
    return Desired(
        at=at,
        backends=backends,
        origin=origin,
        seating=seating,
        lit=floor.lit,
        renames=renames(campaign),
        forwarded=diverted.words(at, campaign.time_zone),
        findings=tuple(findings),
    )


def surges_at(campaign: Campaign, at: datetime) -> list[Surge]:
    """The surges active at an instant, by start and id."""
    return sorted((one for one in campaign.surges.values() if one.start <= at < one.end), key=lambda one: (one.start, one.id))


def wanted_seats(campaign: Campaign, hotline: str, at: datetime, overrides: Iterable[Override] = ()) -> int:
    """How many seats a hotline should have at an instant, before it is held to its min and max."""
    active = active_at(overrides, at)
    surges = surges_at(campaign, at)
    floor = Lighter(campaign, Places(campaign), []).named(surges, active)
    return demands(campaign, at, surges, active, floor.added, [])[hotline].asked


def active_at(overrides: Iterable[Override], at: datetime) -> list[Override]:
    """The overrides active at an instant, in the order given."""
    return [one for one in overrides if one.start <= at and (one.end is None or at < one.end)]
