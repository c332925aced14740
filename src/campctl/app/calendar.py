"""`calendar` and `surge show`: what changes when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl import errors
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import Details, Listing
from campctl.app.times import parse_time

if TYPE_CHECKING:
    from campctl.effective.calendar import Days, Moment, Window
    from campctl.effective.staff import Staff
    from campctl.model.campaign import Campaign, Hotline, Surge

AHEAD = timedelta(days=7)
"""So far ahead it looks at least."""
MOST = timedelta(days=1100)
COLUMNS = ("at", "what", "seats", "desks", "freezes", "closed")


class Almanac(Struct, frozen=True):
    """Moments for the table and for data, windows for calendars of others."""

    listing: Listing
    windows: tuple[Window, ...]


def show_calendar(ctx: Context, *, start: str = "", until: str = "", hours: bool = False) -> Almanac:
    """Every moment from `start` (now) until `until` (the last change that is known, a week from now at least)."""
    from campctl.effective.calendar import calendar, windows

    campaign = ctx.campaign
    overrides = tuple(ctx.store().overrides())
    days = _days(ctx, start, until, hours=hours)
    found = calendar(campaign, overrides, days)
    rows = tuple(_row(moment) for moment in found)
    listing = Listing(of="moment", columns=COLUMNS, rows=rows, empty=_nothing(days, campaign))
    return Almanac(listing, tuple(windows(campaign, overrides, days)))


def _days(ctx: Context, start: str, until: str, *, hours: bool) -> Days:
    from campctl.effective.calendar import Days, last_change

    campaign, now = ctx.campaign, ctx.clock.now()
    begin = _instant(start, now, campaign) if start else now
    if until:
        end = _instant(until, now, campaign, end=True)
    else:
        last = last_change(campaign, ctx.store().overrides())
        end = max(begin + AHEAD, (last or begin) + timedelta(seconds=1))
    if end <= begin:
        raise errors.UsageError("The calendar would end before it begins.", hint="--from comes first, then --until.")
    if end - begin > MOST:
        raise errors.UsageError(f"From {begin:%Y-%m-%d} until {end:%Y-%m-%d} is more than three years.", hint="Say --from and --until.")
    return Days(start=begin, end=end, hours=hours)


def _instant(text: str, now: datetime, campaign: Campaign, *, end: bool = False) -> datetime:
    """A time; of a day alone its midnight, or as an end the next one."""
    if len(text) == 10 and text.count("-") == 2:
        midnight = parse_time(f"{text}T00:00", now=now, time_zone=campaign.time_zone)
        if end:
            from datetime import date

            after = date.fromisoformat(text) + timedelta(days=1)
            return parse_time(f"{after}T00:00", now=now, time_zone=campaign.time_zone)
        return midnight
    return parse_time(text, now=now, time_zone=campaign.time_zone)


def _row(moment: Moment) -> dict[str, Any]:
    desks = [f"+{len(moment.lit)}"] if moment.lit else []
    desks += [f"-{len(moment.darkened)}"] if moment.darkened else []
    return {
        "at": moment.at,
        "what": list(moment.what),
        "seats": [_seats(one_) for one_ in moment.seats],
        "desks": "/".join(desks),
        "lit": moment.lit_desks,
        "freezes": list(moment.freezes),
        "closed": list(moment.closed),
        "changes": moment.changes,
        "surges": list(moment.surges),
        "overrides": list(moment.overrides),
        "desks_lit": list(moment.lit),
        "desks_darkened": list(moment.darkened),
        "seats_by_hotline": {
            one_.hotline: {"before": one_.before, "wanted": one_.wanted, "filled": one_.filled, "why": one_.why} for one_ in moment.seats
        },
    }


def _seats(one_: Any) -> str:
    short = f" ({one_.wanted - one_.filled} empty)" if one_.filled < one_.wanted else ""
    return f"{one_.hotline} {one_.before} to {one_.wanted}{short}"


def _nothing(days: Days, campaign: Campaign) -> str:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(campaign.time_zone)
    return f"Nothing changes until {days.end.astimezone(zone):%Y-%m-%d %H:%M}: no surge, override, freeze or shift begins or ends."


def show_surge(ctx: Context, *, surge: str) -> Details:
    """One surge: when, what it changes against the moment before it begins, and what else holds in its time."""
    from campctl.effective.staff import staff_at

    campaign, now = ctx.campaign, ctx.clock.now()
    found = one(campaign.surges, surge, "surge")
    overrides = tuple(ctx.store().overrides())
    before = staff_at(campaign, found.start - timedelta(microseconds=1), overrides)
    during = staff_at(campaign, found.start, overrides, before.present())
    seats = []
    for hotline in campaign.hotlines.values():
        was, then = before.seating[hotline.id], during.seating[hotline.id]
        if hotline.id in found.seats or was.wanted != then.wanted:
            filled = len(then.at_level(1))
            seats.append(
                {
                    "hotline": hotline.id,
                    "says": str(found.seats.get(hotline.id, "")),
                    "before": was.wanted,
                    "then": then.wanted,
                    "filled": filled,
                    "empty": then.wanted - filled,
                    "max": hotline.seats.max,
                    "why": then.whence,
                }
            )
    desks = [{"desk": pid, "answers": lit.hotline, "until": lit.until} for pid, lit in during.lit.items() if pid not in before.lit]
    calls = [_calls(campaign, found, hotline) for hotline in found.volume]
    fields = _surge_fields(campaign, found, now)
    if campaign.prices:
        from campctl.app.pricing import surge_price

        more = {one_.id: _filled(during, one_) - _filled(before, one_) for one_ in campaign.hotlines.values()}
        fields["costs"] = surge_price(campaign, more, found.start, found.end)
    return Details(
        of="surge",
        id=surge,
        fields=fields,
        listings=(
            Listing(of="seats", columns=("hotline", "says", "before", "then", "filled", "empty", "max", "why"), rows=tuple(seats)),
            Listing(of="desks", columns=("desk", "answers", "until"), rows=tuple(sorted(desks, key=lambda row: str(row["desk"])))),
            Listing(of="calls", columns=("hotline", "calls a day", "ordinarily", "shape"), rows=tuple(calls)),
        ),
    )


def _filled(staff: Staff, hotline: Hotline) -> int:
    return len(staff.seating[hotline.id].at_level(1))


def _calls(campaign: Campaign, surge: Surge, hotline: str) -> dict[str, Any]:
    line = campaign.hotlines.get(hotline)
    ordinary = line.volume.calls_per_day if line is not None and line.volume is not None else None
    shape = surge.shape or (line.volume.shape if line is not None and line.volume is not None else "")
    return {
        "hotline": hotline,
        "calls a day": surge.volume[hotline],
        "ordinarily": ordinary,
        "shape": shape if isinstance(shape, str) else "own weights",
    }


def _length(lasts: timedelta) -> str:
    """`4.5 h`, `20 min`, `1 h 10 min`, `45 s`."""
    seconds = round(lasts.total_seconds())
    if seconds % 900 == 0 and seconds >= 3600:
        return f"{seconds / 3600:g} h"
    (minutes, left) = divmod(seconds, 60)
    parts = ((minutes // 60, "h"), (minutes % 60, "min"), (left, "s"))
    return " ".join(f"{many} {unit}" for many, unit in parts if many)


def _surge_fields(campaign: Campaign, surge: Surge, now: datetime) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(surge.time_zone)
    state = "over" if surge.end <= now else "in effect" if surge.start <= now else "to come"
    there = [f"{at.astimezone(zone):%Y-%m-%d %H:%M} {at.astimezone(zone).tzname()}" for at in (surge.start, surge.end)]
    overlaps = [
        other.id for other in campaign.surges.values() if other.id != surge.id and other.start < surge.end and other.end > surge.start
    ]
    freezes = [one_.id for one_ in campaign.policy.freezes if one_.start < surge.end and one_.end > surge.start]
    return {
        "name": surge.name,
        "from": surge.start,
        "until": surge.end,
        "there": f"{there[0]} to {there[1]}" if surge.time_zone != campaign.time_zone else "",
        "lasts": _length(surge.end - surge.start),
        "state": state,
        "same time as": overlaps,
        "freezes in its time": freezes,
    }
