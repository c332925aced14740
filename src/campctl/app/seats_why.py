"""`hotline who` and `user why`: seats explained, person by person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from campctl import errors
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.hotlines import present_seen
from campctl.app.results import Details, Listing, Share
from campctl.app.times import parse_time

if TYPE_CHECKING:
    from campctl.effective.reasons import Inquiry, Verdict
    from campctl.model.campaign import Hotline, User
    from campctl.ports.store import Store

RUNS = 50
"""So many runs are looked through for when somebody was seated."""
SEATS = ("level", "who", "line", "why", "penalty", "since")
NEXT = ("place", "who", "why", "has", "sits", "line")
HOTLINES = ("hotline", "priority", "filled", "may", "level", "why")


async def who(ctx: Context, *, hotline: str, at: str = "", count: int = 10) -> Details:
    """One hotline: who sits in every seat and why, who is next in line, and what is missing."""
    if count < 0:
        raise errors.UsageError(f"--next {count} is not a number of people.", hint="Write --next 20, or --next 0 for nobody.")
    line = one(ctx.campaign.hotlines, hotline, "hotline")
    inquiry = await _inquiry(ctx, at)
    seating = inquiry.seating[hotline]
    shown, waiting = inquiry.next_in_line(line, count)
    fields: dict[str, Any] = {
        "at": inquiry.at,
        "seats": f"{len(seating.at_level(1))} of {seating.wanted} ({seating.whence})",
        "priority": line.priority,
        "asks for": _asks(line),
        "missing": inquiry.missing(line),
        "one seat more": inquiry.one_seat_more(line),
        "next in line": f"{waiting}" + (f", {len(shown)} shown" if len(shown) < waiting else ""),
    }
    seats = Listing(of="seat", columns=SEATS, rows=_seats(ctx.store(), inquiry, hotline), empty="Nobody sits here.")
    rows = tuple(
        {"place": place, "who": item.name, "line": item.line, "has": item.has, "sits": item.sits, "why": item.why}
        for place, item in enumerate(shown, 1)
    )
    return Details(of="hotline", id=hotline, fields=fields, listings=(seats, Listing(of="next_in_line", columns=NEXT, rows=rows)))


async def why(ctx: Context, *, user: str, at: str = "") -> Details:
    """One person: where they sit, and of every hotline whether they may answer it, and why they do or do not.

    Somebody who walked in and is checked in is asked about by name, or by their desk.
    """
    inquiry = await _inquiry(ctx, at)
    if user not in ctx.campaign.users and (desk := _desk_of(inquiry, user)):
        return _walk_in(inquiry, desk)
    person = one(ctx.campaign.users, user, "user")
    verdicts = inquiry.verdicts(person)
    fields = {
        "at": inquiry.at,
        "name": person.name,
        "sits": [_place(verdict) for verdict in verdicts if verdict.level] or "nowhere",
        "office": person.office,
        "role": person.role,
        "skills": list(person.skills),
        "languages": list(person.languages),
        **_shifts(ctx, person),
        "desk": inquiry.crowd.floor.sits.get(user, ""),
    }
    rows = tuple(_row(verdict) for verdict in verdicts)
    hotlines = Listing(of="hotline", columns=HOTLINES, rows=rows, empty="This campaign has no hotlines.")
    return Details(of="user", id=user, fields=fields, listings=(hotlines,))


def _desk_of(inquiry: Inquiry, name: str) -> str:
    """Where somebody of that name walked in, or the desk itself where nobody of the manifests sits; "" otherwise."""
    lit = inquiry.crowd.floor.lit
    if name in lit and not lit[name].user:
        return name
    folded = " ".join(name.split()).casefold()
    return next((desk for desk, light in lit.items() if light.volunteer and light.volunteer.casefold() == folded), "")


def _walk_in(inquiry: Inquiry, desk: str) -> Details:
    lit, verdicts = inquiry.crowd.floor.lit[desk], inquiry.verdicts_at(desk)
    fields = {
        "at": inquiry.at,
        "name": lit.volunteer or "whoever sits there",
        "sits": [_place(verdict) for verdict in verdicts if verdict.level] or "nowhere",
        "desk": desk,
        "lit by": lit.why,
        "until": lit.until,
        "skills": list(lit.traits.skills) if lit.traits is not None else "not said",
        "languages": list(lit.traits.languages) if lit.traits is not None else "not said",
    }
    rows = tuple(_row(verdict) for verdict in verdicts)
    hotlines = Listing(of="hotline", columns=HOTLINES, rows=rows, empty="This campaign has no hotlines.")
    return Details(of="walk-in" if lit.volunteer else "port", id=lit.volunteer or desk, fields=fields, listings=(hotlines,))


def _shifts(ctx: Context, person: User) -> dict[str, Any]:
    """When they are there, by the clock of their office; nothing for who has no shifts."""
    from campctl.effective.shifts import shift_words

    return {"shifts": shift_words(person, ctx.campaign.offices[person.office].time_zone)} if person.shifts else {}


async def _inquiry(ctx: Context, at: str) -> Inquiry:
    from campctl.effective.reasons import Inquiry

    campaign = ctx.campaign
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    return Inquiry(campaign, moment, ctx.store().overrides(), await present_seen(ctx))


def _asks(hotline: Hotline) -> str:
    from campctl.effective.words import asked_for

    return asked_for(hotline.answer) or ("any lit desk" if hotline.answer.ports else "nobody")


def _place(verdict: Verdict) -> str:
    return f"{verdict.hotline}: {verdict.why}" if verdict.level == 1 else f"{verdict.hotline}, level {verdict.level}: {verdict.why}"


def _row(verdict: Verdict) -> dict[str, Any]:
    return {
        "hotline": verdict.hotline,
        "priority": verdict.priority,
        "filled": Share(verdict.filled, verdict.wanted),
        "may": verdict.may,
        "level": verdict.level or None,
        "why": verdict.why,
        "rules": [rule.rule for rule in verdict.rules],
    }


def _seats(store: Store, inquiry: Inquiry, hotline: str) -> tuple[dict[str, Any], ...]:
    seats = inquiry.seating[hotline].filled
    there = {f"member/{hotline}/{seat.line}" for seat in seats if inquiry.sat(hotline, seat)}
    begun = _since(store, there)
    return tuple(
        {
            "level": seat.level,
            "who": seat.name,
            "line": seat.line,
            "penalty": seat.penalty,
            "now": inquiry.sat(hotline, seat),
            "since": begun.get(f"member/{hotline}/{seat.line}"),
            "why": inquiry.why(seat, inquiry.campaign.hotlines[hotline]),
        }
        for seat in seats
    )


def _since(store: Store, wanted: Collection[str]) -> dict[str, datetime]:
    """When each of these resources was last created, as far as the journal of the last runs tells."""
    found: dict[str, datetime] = {}
    for run in store.runs(RUNS):
        if len(found) == len(wanted):
            break
        here: dict[str, datetime] = {}
        for entry in store.journal(run.id):
            action, _, rest = entry.change.partition(":")
            key = rest.partition(":")[2]
            if action == "create" and key in wanted and entry.state not in {"pending", "failed", "skipped"}:
                here.setdefault(key, entry.at)
        found = here | found
    return found
