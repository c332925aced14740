"""`seat check-out` and `seat list`: who leaves gives the seat back, and their desk goes dark; who sits where since when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.how import How
from campctl.app.results import Applied, Listing, Planned
from campctl.app.seating_in import patient
from campctl.app.seating_who import Sitter, sitter_meant, sitters
from campctl.model.campaign import Campaign

if TYPE_CHECKING:
    from datetime import datetime

    from campctl.effective import Seat
    from campctl.ports.backend import Backend

COLUMNS = ("who", "kind", "desk", "extension", "hotline", "since", "until", "skills", "languages", "by")


async def check_out(ctx: Context, how: How, *, who: str, office: str = "") -> Applied | Planned:
    """Somebody leaves: what seated them ends. A call they are in is not cut; a desk that manifests or a surge light stays lit."""
    campaign = ctx.campaign
    if office:
        one(campaign.offices, office, "office")
    if not who.strip():
        raise errors.UsageError("Nobody was named.", hint="Write a name, or a desk: `campctl seat check-out chicago-hq/a001`.")

    async def wish(_: Mapping[str, Backend]) -> Wish:
        from campctl.effective.staff import staff_at

        now, overrides = ctx.clock.now(), list(ctx.store().overrides())
        lit = staff_at(campaign, now, overrides).lit
        sitter = sitter_meant(campaign, sitters(campaign, lit, overrides, now), who, office)
        if not sitter.overrides:
            raise errors.UsageError(
                f"{sitter.name} sits at {sitter.port.id} by the manifests ({sitter.light.why}), not by a check-in.",
                hint=f"`campctl port dark {sitter.port.id}` darkens it.",
            )
        clear = [item.id for item in sitter.overrides]
        left = [item for item in overrides if item.id not in clear]
        still = staff_at(campaign, now, left).lit.get(sitter.port.id)
        said = (f"{sitter.port.id} stays lit ({still.why}).",) if still is not None else ()
        return Wish(targets=[f"port/{sitter.port.id}"], clear=clear, what=f"seat check-out {sitter.port.id}", remarks=said)

    return await change(ctx, patient(how), wish)


async def list_seats(ctx: Context, *, office: str = "", hotline: str = "", empty: bool = False) -> Listing:
    """Everybody who answers or sits at a desk: walk-ins and people, since when, until when; with `empty` lit desks for anybody, too."""
    from campctl.app.hotlines import present_seen
    from campctl.effective.staff import staff_at

    campaign, now = ctx.campaign, ctx.clock.now()
    if office:
        one(campaign.offices, office, "office")
    if hotline:
        one(campaign.hotlines, hotline, "hotline")
    overrides = list(ctx.store().overrides())
    staff = staff_at(campaign, now, overrides, await present_seen(ctx))
    answers: dict[str, str] = {}
    for name, seating in staff.seating.items():
        for seat in seating.at_level(1):
            answers.setdefault(seat.line, name)
    at_desks = sitters(campaign, staff.lit, overrides, now)
    rows = [_at_desk(campaign, sitter, answers.get(f"port/{sitter.port.id}", "")) for sitter in at_desks]
    named = {f"port/{sitter.port.id}" for sitter in at_desks}
    for name, seating in staff.seating.items():
        rows += [_elsewhere(campaign, seat, name, now) for seat in seating.at_level(1) if seat.line not in named]
    rows = [row for row in rows if row["who"] or empty]
    found = [row for row in rows if (not office or row["office"] == office) and (not hotline or row["hotline"] == hotline)]
    found.sort(key=lambda row: (str(row["office"]), row["desk"] == "", str(row["desk"]), str(row["who"])))
    return Listing(of="seat", columns=COLUMNS, rows=tuple(found), empty="Nobody sits there.")


def _at_desk(campaign: Campaign, sitter: Sitter, hotline: str) -> dict[str, Any]:
    user, traits = campaign.users.get(sitter.light.user), sitter.light.traits
    return {
        "who": sitter.name,
        "user": sitter.light.user,
        "kind": "walk-in" if sitter.walked_in else "person",
        "office": sitter.port.office,
        "desk": sitter.port.id,
        "extension": sitter.port.extension,
        "hotline": hotline,
        "since": sitter.since,
        "until": sitter.light.until,
        "skills": list(user.skills if user is not None else traits.skills if traits is not None else ()),
        "languages": list(user.languages if user is not None else traits.languages if traits is not None else ()),
        "by": sitter.overrides[-1].author if sitter.overrides else sitter.light.why,
    }


def _elsewhere(campaign: Campaign, seat: Seat, hotline: str, now: datetime) -> dict[str, Any]:
    """A person at their own phone, or a desk that is lit for nobody in particular."""
    from campctl.effective.shifts import on_shift

    kind, _, name = seat.line.partition("/")
    user = campaign.users.get(name) if kind == "user" else None
    shift = on_shift(user, now) if user is not None else None
    spot = user if user is not None else campaign.ports[name]
    return {
        "who": user.name if user is not None else "",
        "user": user.id if user is not None else "",
        "kind": "own phone" if user is not None else "anybody",
        "office": spot.office,
        "desk": "" if user is not None else name,
        "extension": spot.extension,
        "hotline": hotline,
        "since": shift.start if shift is not None else None,
        "until": shift.end if shift is not None else None,
        "skills": list(user.skills) if user is not None else [],
        "languages": list(user.languages) if user is not None else [],
        "by": seat.why,
    }
