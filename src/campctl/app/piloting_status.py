"""`autopilot status`: who leads since when, what comes next, and why each hotline has the seats it has."""

from __future__ import annotations

import socket
from typing import Any

from campctl.app.context import Context
from campctl.app.piloting import TTL, read_note
from campctl.app.piloting_rooms import places
from campctl.app.results import Details, Listing
from campctl.app.results_piloting import Note, Seen
from campctl.model.records import Holder

COLUMNS = ("hotline", "seats", "filled", "needed", "service", "bounds", "looked", "why", "moved", "moved why")


def status(ctx: Context) -> Details:
    """What the store says of the autopilot, beside what the plan says now."""
    campaign, now, store = ctx.campaign, ctx.clock.now(), ctx.store()
    holder, note = store.leadership.holder(), read_note(store.leadership.note())
    ended = holder is not None and store.leadership.ended(socket.gethostname())
    fields: dict[str, Any] = {"leads": _leader(ctx, holder, ended), "since": holder.since if holder is not None and not ended else None}
    if note is not None:
        fields |= {"applied until": note.until, "owed": note.owed, "noted": note.at, **_next(note, now)}
    rows = []
    for name, place in places(campaign, now, store.overrides()).items():
        seen = note.hotlines.get(name, Seen()) if note is not None else Seen()
        rows.append(
            {
                "hotline": name,
                "seats": place.room.now,
                "filled": place.room.filled,
                "needed": seen.need,
                "service": None if seen.level is None else f"{seen.level:.0%}",
                "bounds": f"{place.room.low} to {place.room.high}",
                "looked": seen.at,
                "why": seen.reason or place.room.held or "not looked at yet",
                "moved": seen.moved,
                "moved why": seen.moved_why,
                "plan": place.base,
                "until": max((one.end for one in place.own if one.end is not None), default=None),
            }
        )
    empty = "No hotline has `autoscale`: the autopilot only applies what the plan says."
    return Details(of="autopilot", id="", fields=fields, listings=(Listing(of="hotline", columns=COLUMNS, rows=tuple(rows), empty=empty),))


def _leader(ctx: Context, holder: Holder | None, ended: bool) -> str:
    if holder is None:
        return "nobody"
    silent = (ctx.clock.now() - holder.beat).total_seconds()
    words = f"that of {holder.who} on {holder.host} (process {holder.pid})"
    if ended:
        return f"nobody: {words} has ended without giving the lead back; the next one takes it at once"
    return words if silent <= TTL else f"{words}; its last sign of life is {silent:,.0f} s old"


def _next(note: Note, now: Any) -> dict[str, Any]:
    if note.next is None or note.next <= now:
        return {}
    return {"next": note.next, "next what": note.next_what}
