"""What plans cost in money, for campaigns with a price book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from campctl.model.campaign import Campaign, Hotline
from campctl.model.changes import Change, Plan, Price
from campctl.model.records import Override
from campctl.model.resources import Key, Member, Resource

if TYPE_CHECKING:
    from decimal import Decimal

    from campctl.capacity.prices import SeatsOf

AHEAD = timedelta(days=400)
"""So far ahead the end of seats is looked for."""


def plan_prices(
    campaign: Campaign,
    made: Plan,
    observed: Mapping[str, Mapping[Key, Resource]],
    overrides: Sequence[Override],
    cleared: Sequence[Override] = (),
) -> tuple[Price, ...]:
    """What a plan makes dearer or cheaper; nothing without prices. cleared: overrides that end with it."""
    if not campaign.prices or not made.changes:
        return ()
    from campctl.capacity.prices import of_plan

    return of_plan(campaign, made.at, made.changes, _seats(campaign, made, observed, overrides, cleared))


def _seats(
    campaign: Campaign,
    made: Plan,
    observed: Mapping[str, Mapping[Key, Resource]],
    overrides: Sequence[Override],
    cleared: Sequence[Override],
) -> list[SeatsOf]:
    from campctl.capacity.prices import SeatsOf

    more: dict[str, int] = {}
    for change in made.changes:
        for name, amount in _counted(change):
            more[name] = more.get(name, 0) + amount
    before: dict[str, int] = {}
    for world in observed.values():
        for one in world.values():
            if isinstance(one, Member) and one.level == 1 and one.queue in more:
                before[one.queue] = before.get(one.queue, 0) + 1
    found = []
    for name, amount in more.items():
        hotline = campaign.hotlines.get(name)
        if hotline is None or not amount:
            continue
        was = before.get(name, 0)
        standing, then = hotline.seats.baseline, was + amount
        end = until(campaign, hotline, made.at, max(was, standing), overrides) if then > standing else None
        # What stands is paid for all month: seats that are away for a while, and then come back, save nothing and cost nothing.
        if then < standing and _comes_back(campaign, hotline, made.at, overrides):
            then = standing
        if was < standing and _was_away(campaign, hotline, was, made.at, (*overrides, *cleared)):
            was = standing
        backend = hotline.backend or campaign.default_backend
        found.append(SeatsOf(hotline=name, backend=backend, before=was, after=then, standing=standing, end=end))
    return found


def _comes_back(campaign: Campaign, hotline: Hotline, at: datetime, overrides: Sequence[Override]) -> bool:
    """Whether a time is known at which it wants its baseline again."""
    from campctl.effective import moments, wanted_seats

    after = moments(campaign, overrides, at, at + AHEAD)
    return any(wanted_seats(campaign, hotline.id, moment, overrides) >= hotline.seats.baseline for moment in after)


def _was_away(campaign: Campaign, hotline: Hotline, seats: int, at: datetime, overrides: Sequence[Override]) -> bool:
    """Whether it has so few seats because something wanted no more for a while: until now, or until the last end of such a thing."""
    from campctl.effective import wanted_seats

    ends = [surge.end for surge in campaign.surges.values() if hotline.id in surge.seats and surge.end <= at]
    ends += [one.end for one in overrides if one.end is not None and one.end <= at and hotline.id in {one.subject, one.hotline}]
    held = hotline.seats
    before = (end - timedelta(microseconds=1) for end in (at, *sorted(ends)[-1:]))
    return any(max(held.min, min(held.max, wanted_seats(campaign, hotline.id, one, overrides))) == seats for one in before)


def _counted(change: Change) -> list[tuple[str, int]]:
    """First-line seats that a change adds or takes."""
    ends = ((change.before, -1), (change.after, 1))
    return [(one.queue, amount) for one, amount in ends if isinstance(one, Member) and one.level == 1]


def until(campaign: Campaign, hotline: Hotline, at: datetime, seats: int, overrides: Sequence[Override]) -> datetime | None:
    """When the hotline wants no more than so many seats again; None when nothing that is known ends it."""
    from campctl.effective import moments, wanted_seats

    for moment in moments(campaign, overrides, at, at + AHEAD):
        if wanted_seats(campaign, hotline.id, moment, overrides) <= seats:
            return moment
    return None


def surge_price(campaign: Campaign, seats: Mapping[str, int], start: datetime, end: datetime) -> str:
    """What so many more seats per hotline cost from `start` to `end`, in words; "" without prices for them."""
    from campctl.capacity.prices import days_touched, money, per_day

    totals: dict[str, Decimal] = {}
    days = days_touched(start, end, campaign.time_zone)
    many = 0
    for name, more in seats.items():
        hotline = campaign.hotlines.get(name)
        prices = campaign.prices.get((hotline.backend if hotline else "") or campaign.default_backend)
        if hotline is None or prices is None or more <= 0 or not per_day(prices):
            continue
        many += more
        totals[prices.currency] = totals.get(prices.currency, 0 * per_day(prices)) + more * days * per_day(prices)
    if not totals:
        return ""
    sums = " and ".join(money(amount, currency, sign=True) for currency, amount in sorted(totals.items()))
    return f"{sums} in all ({many} more seat{'s' * (many != 1)}, {days} day{'s' * (days != 1)})"
