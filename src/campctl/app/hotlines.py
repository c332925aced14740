"""`hotline list|show|scale`."""

from __future__ import annotations

import re
import secrets
from typing import Any

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.desks import end_of
from campctl.app.find import one
from campctl.app.how import How, at_once
from campctl.app.results import Applied, Details, Listing, Planned, Share
from campctl.app.times import parse_time
from campctl.model.campaign import Hotline, SeatChange
from campctl.model.records import Override

COLUMNS = ("id", "name", "filled", "short", "why", "min", "max", "extension", "numbers", "open")


async def list_hotlines(ctx: Context, *, at: str = "") -> Listing:
    """Hotlines with their seats at an instant."""
    from campctl.effective import active_at, desired, diversion

    campaign = ctx.campaign
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    overrides = ctx.store().overrides()
    wanted = desired(campaign, moment, overrides, await present_seen(ctx))
    away = diversion(campaign, active_at(overrides, moment), [])
    rows = []
    for hotline in campaign.hotlines.values():
        seating = wanted.seating[hotline.id]
        seats = sum(seat.level == 1 for seat in seating.filled)
        rows.append(
            {
                "id": hotline.id,
                "name": hotline.name,
                "filled": Share(seats, seating.wanted),
                "seats": seats,
                "wanted": seating.wanted,
                "short": seating.short,
                "min": hotline.seats.min,
                "max": hotline.seats.max,
                "why": seating.whence,
                "extension": hotline.extension,
                "numbers": list(hotline.numbers),
                "open": f"calls go to {to}" if (to := away.forward(hotline.id)) else hours_text(hotline),
            }
        )
    return Listing(of="hotline", columns=COLUMNS, rows=tuple(rows), empty="This campaign has no hotlines.")


async def present(ctx: Context) -> Any:
    """Who is a member of what now, as the backends report it."""
    from campctl.app.asking import observe
    from campctl.effective import present_members, renames

    async with ctx.backends() as backends:
        snapshots = await observe(ctx.clock, backends)
    return present_members(snapshots, renames(ctx.campaign))


async def present_seen(ctx: Context) -> Any:
    """The same for commands that only look: of the backends that answer."""
    from campctl.app.asking import observe_what_answers
    from campctl.effective import present_members, renames

    return present_members(await observe_what_answers(ctx), renames(ctx.campaign))


def hours_text(hotline: Hotline) -> str:
    """`mon-fri 08:00-20:00 America/New_York`, or `always`."""
    from campctl.effective import hours_rules

    rules = hours_rules(hotline.hours)
    return f"{', '.join(rules)} {hotline.time_zone}".strip() if rules else "always"


async def show_hotline(ctx: Context, *, hotline: str, at: str = "") -> Details:
    """One hotline, with who sits in which seat and why."""
    from campctl.effective import active_at, desired, diversion

    campaign = ctx.campaign
    line = one(campaign.hotlines, hotline, "hotline")
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    overrides = ctx.store().overrides()
    seating = desired(campaign, moment, overrides, await present_seen(ctx)).seating[hotline]
    away = diversion(campaign, active_at(overrides, moment), [])
    fields = {
        "name": line.name,
        "numbers": list(line.numbers),
        "extension": line.extension,
        "seats": f"{sum(seat.level == 1 for seat in seating.filled)} of {seating.wanted} ({seating.whence})",
        "bounds": f"{line.seats.min} to {line.seats.max}",
        "hours": hours_text(line),
        "service": f"{line.service.target:.0%} within {line.service.answer_within}s",
        **({"autoscale": _autoscaled(line)} if line.autoscale is not None else {}),
        "overflow": str(line.overflow or ""),
        "closed": str(line.closed or ""),
        "failover": str(line.failover or ""),
        **({"failed over": f"calls go to {to}"} if (to := away.forward(hotline)) else {}),
    }
    rows = tuple(
        {"level": seat.level, "name": seat.name, "line": seat.line, "penalty": seat.penalty, "why": seat.why} for seat in seating.filled
    )
    seats = Listing(of="seat", columns=("level", "name", "line", "penalty", "why"), rows=rows, empty="Nobody sits here.")
    return Details(of="hotline", id=hotline, fields=fields, listings=(seats,))


def _autoscaled(hotline: Hotline) -> str:
    """How the autopilot moves its seats, in words."""
    from campctl.capacity.autoscale import rule_of

    rule = rule_of(hotline)
    return f"by the autopilot, {rule.step} at a time, every {rule.every:.0f}s at the most; back after {rule.hold / 60:g} min"


def parse_seats(text: str) -> SeatChange:
    """`65`, `+20` or `-5`."""
    if not re.fullmatch(r"[+-]?\d{1,5}", text):
        raise errors.UsageError(f"{text!r} is not a number of seats.", hint="Write 65 for as many, +20 for more, -5 for fewer.")
    return SeatChange(amount=int(text), relative=text[0] in "+-")


async def scale(ctx: Context, how: How, *, hotline: str, seats: str, until: str = "") -> Applied | Planned:
    """Change a hotline's seats until a time, or until cleared. An absolute figure replaces earlier changes of it."""
    scaling(ctx, how, hotline=hotline, seats=seats, until=until)  # what can be said at once is not said after a wait

    async def wish(_: object) -> Wish:
        made, clear = scaling(ctx, how, hotline=hotline, seats=seats, until=until)
        return Wish(targets=[f"hotline/{hotline}"], overrides=[made], clear=clear, what=f"hotline scale {hotline} {made.seats}")

    return await change(ctx, at_once(how), wish)


def scaling(ctx: Context, how: How, *, hotline: str, seats: str, until: str = "") -> tuple[Override, list[str]]:
    """The override that changes a hotline's seats, and the ids of those it replaces; refused outside the hotline's bounds."""
    from campctl.effective import wanted_seats

    campaign = ctx.campaign
    line = one(campaign.hotlines, hotline, "hotline")
    wanted = parse_seats(seats)
    now = ctx.clock.now()
    existing = [item for item in ctx.store().overrides() if item.kind == "hotline" and item.subject == hotline and item.seats is not None]
    running = [item for item in existing if item.end is None or item.end > now]
    made = Override(
        id=f"o{secrets.token_hex(3)}",
        kind="hotline",
        subject=hotline,
        author=ctx.who,
        reason=how.reason,
        start=now,
        end=end_of(until, now, line.time_zone or campaign.time_zone),
        seats=wanted,
    )
    clear = [item.id for item in running] if not wanted.relative else []
    after = [*(item for item in running if item.id not in clear), made]
    total = wanted_seats(campaign, hotline, now, after)
    if not line.seats.min <= total <= line.seats.max:
        raise errors.UsageError(
            f"{hotline} would have {total} seats; its bounds are {line.seats.min} to {line.seats.max}.",
            hint=f"Change `seats` of {hotline} in the YAML if more are meant.",
        )
    return made, clear
