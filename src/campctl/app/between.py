"""`plan --between`: what desired(t) changes from one instant to another, as one plan.

The sum, not a plan for each moment in between: what comes and goes within that time cancels out, and seats are taken through every
moment of it, so that who sits where is what it will be. The moments are named in the remarks; `campctl calendar` shows each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from campctl import errors
from campctl.app.checks import capabilities_of
from campctl.app.context import Context
from campctl.app.hotlines import present_seen
from campctl.app.planning import overrides_digest, seating_notes
from campctl.app.results import Planned
from campctl.app.times import parse_time

if TYPE_CHECKING:
    from campctl.effective import Desired

NAMED = 6
"""Moments that the remark names."""


async def plan_between(ctx: Context, *, between: tuple[str, str], targets: Sequence[str] = ()) -> Planned:
    """The plan that makes desired(first) into desired(second), whatever the backends hold now."""
    from campctl.effective import desired, moments
    from campctl.manifest.load import located
    from campctl.model.live import Snapshot
    from campctl.planning import PlanInput, plan

    campaign, now = ctx.campaign, ctx.clock.now()
    first, second = (parse_time(text, now=now, time_zone=campaign.time_zone) for text in between)
    if second <= first:
        raise errors.UsageError(f"{between[1]} does not come after {between[0]}.", hint="Write the earlier time first.")
    overrides = tuple(ctx.store().overrides())
    before = after = desired(campaign, first, overrides, await present_seen(ctx))
    passed = moments(campaign, overrides, first, second)
    for moment in [*(at for at in passed if at < second), second]:
        after = desired(campaign, moment, overrides, _present(after))
    able, _ = capabilities_of(campaign)
    made = plan(
        PlanInput(
            campaign=campaign,
            at=second,
            desired=after.backends,
            observed={name: Snapshot(resources) for name, resources in before.backends.items()},
            owned={name: frozenset(resources) for name, resources in before.backends.items()},
            capabilities=able,
            notes=seating_notes(after),
            manifest_digest=ctx.loaded.digest,
            overrides_digest=overrides_digest(overrides),
            targets=tuple(targets),
        )
    )
    zone = ZoneInfo(campaign.time_zone)
    remarks = (_span(first, second, passed, zone), *made.remarks)
    if campaign.prices:
        from campctl.app.pricing import plan_prices

        made = replace(made, prices=plan_prices(campaign, made, before.backends, overrides))
    return Planned(plan=replace(made, remarks=remarks), findings=tuple(located(ctx.loaded, one) for one in after.findings))


def _present(wanted: Desired) -> Mapping[str, Mapping[str, int]]:
    return {hotline: {seat.line: seat.level for seat in one.filled} for hotline, one in wanted.seating.items()}


def _span(first: datetime, second: datetime, passed: Sequence[datetime], zone: ZoneInfo) -> str:
    start, end = (f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}" for at in (first, second))
    if not passed:
        return f"From {start} to {end} no surge or override begins or ends."
    named = ", ".join(f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in passed[:NAMED])
    rest = f" and {len(passed) - NAMED} more" if len(passed) > NAMED else ""
    return f"The sum of what changes from {start} to {end}, at {named}{rest}; it compares these two times, not what the backends hold now."
