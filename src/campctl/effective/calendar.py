"""The calendar: every instant at which something changes, with what holds from then on.

What changes desired(t) are surges and overrides (`timeline.moments`); freezes change what may be applied, and opening hours who
is let in. Windows come with both their ends; each end is an instant of its own kind, so that several may share one moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from campctl.effective.formula import active_at, surges_at
from campctl.effective.opening import open_at, turns
from campctl.effective.shifts import Turn, shift_instants
from campctl.effective.shifts import turns as shift_turns
from campctl.effective.staff import Staff, staff_at
from campctl.effective.timeline import moments
from campctl.findings.text import plural
from campctl.model.campaign import Campaign, Hotline
from campctl.model.records import Override

NAMED = 20
"""So many names at the most stand in one window."""
WindowKind = Literal["surge", "override", "freeze", "hours", "shift"]


class Window(Struct, frozen=True, kw_only=True):
    """Something that holds from `start` up to, not including, `end` (None: until cleared). `time_zone` is the one it is written in."""

    kind: WindowKind
    id: str
    name: str
    start: datetime
    end: datetime | None
    time_zone: str
    what: tuple[str, ...] = ()


class SeatsAt(Struct, frozen=True, kw_only=True):
    """A hotline's first line at a moment: seats wanted before it and from it on, those filled, and why so many."""

    hotline: str
    before: int
    wanted: int
    filled: int
    why: str


class Moment(Struct, frozen=True, kw_only=True):
    """What happens at an instant, and what holds from then on.

    what: "surge debate-1 begins", "hotline main closes". seats: hotlines whose seats change. lit, darkened: desks that change;
    `lit_desks` how many are lit then. surges, overrides, freezes: those in effect; closed: hotlines that let nobody in.
    changes: whether desired(t) does (else only freezes or hours do).
    """

    at: datetime
    what: tuple[str, ...]
    changes: bool
    seats: tuple[SeatsAt, ...] = ()
    lit: tuple[str, ...] = ()
    darkened: tuple[str, ...] = ()
    lit_desks: int = 0
    surges: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    freezes: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


class Days(Struct, frozen=True, kw_only=True):
    """What to look at: instants from `start` up to, not including, `end`; with opening hours or without."""

    start: datetime
    end: datetime
    hours: bool = False


_BEFORE = timedelta(seconds=1)
"""Nothing is written to the half second: this much before an instant it has not come."""


def windows(campaign: Campaign, overrides: Sequence[Override], days: Days) -> list[Window]:
    """Every window that begins or ends in these days or lasts through them, in order of beginning."""
    found = [
        Window(
            kind="surge",
            id=one.id,
            name=one.name,
            start=one.start,
            end=one.end,
            time_zone=one.time_zone,
            what=_surge_words(campaign, one.id),
        )
        for one in campaign.surges.values()
    ]
    found += [
        Window(
            kind="override",
            id=one.id,
            name=f"{one.kind} {one.subject} {_override_words(one)}",
            start=one.start,
            end=one.end,
            time_zone=campaign.time_zone,
            what=(f"by {one.author}", *((one.reason,) if one.reason else ())),
        )
        for one in overrides
    ]
    found += [
        Window(
            kind="freeze",
            id=one.id,
            name=one.id,
            start=one.start,
            end=one.end,
            time_zone=campaign.time_zone,
            what=(*((one.reason,) if one.reason else ()), f"allowed: {', '.join(one.allow) or 'nothing'}"),
        )
        for one in campaign.policy.freezes
    ]
    found += [_shift(campaign, turn) for turn in shift_turns(campaign)]
    if days.hours:
        for hotline in campaign.hotlines.values():
            found += _open_windows(campaign, hotline, days)
    inside = (one for one in found if one.start < days.end and (one.end is None or one.end > days.start))
    return sorted(inside, key=lambda one: (one.start, one.kind, one.id))


def calendar(campaign: Campaign, overrides: Sequence[Override], days: Days) -> list[Moment]:
    """Every moment of these days. Seats are taken through them in order: each changes as little as it can from the one before."""
    happens = _happens(campaign, overrides, days)
    changing = {at for at in moments(campaign, overrides, days.start - _BEFORE, days.end) if at < days.end}
    before = staff_at(campaign, days.start - _BEFORE, overrides)
    found = []
    for at in sorted(happens.keys() | changing):
        after = staff_at(campaign, at, overrides, before.present()) if at in changing else before
        moment = _moment(campaign, overrides, at, tuple(happens.get(at, ())), before, after)
        if at in happens or moment.seats or moment.lit or moment.darkened:
            found.append(moment)
        before = after
    return found


def last_change(campaign: Campaign, overrides: Sequence[Override]) -> datetime | None:
    """The latest instant at which a surge, an override, a freeze or a shift begins or ends; None without any."""
    instants = [instant for one in campaign.surges.values() for instant in (one.start, one.end)]
    instants += [instant for one in campaign.policy.freezes for instant in (one.start, one.end)]
    instants += [instant for one in overrides for instant in (one.start, one.end) if instant is not None]
    instants += shift_instants(campaign.users.values())
    return max(instants, default=None)


def _happens(campaign: Campaign, overrides: Sequence[Override], days: Days) -> dict[datetime, list[str]]:
    """Instant to what begins and ends then; ends first, since what ends makes room for what begins."""
    found: dict[datetime, list[tuple[int, str]]] = {}
    for one in windows(campaign, overrides, days):
        if one.kind in {"hours", "shift"}:
            continue
        label = f"{one.kind} {one.id}" + (f" ({one.name})" if one.kind == "override" else "")
        for instant, order, verb in ((one.end, 0, "ends"), (one.start, 1, "begins")):
            if instant is not None and days.start <= instant < days.end:
                found.setdefault(instant, []).append((order, f"{label} {verb}{_elsewhere(instant, one.time_zone, campaign)}"))
    for instant, order, words in _comings(campaign, days):
        found.setdefault(instant, []).append((order, words))
    if days.hours:
        for hotline in campaign.hotlines.values():
            for instant, opens in turns(hotline.hours, _zone(campaign, hotline), days.start - _BEFORE, days.end - _BEFORE):
                found.setdefault(instant, []).append((2, f"hotline {hotline.id} {'opens' if opens else 'closes'}"))
    return {instant: [words for _, words in sorted(entries)] for instant, entries in found.items()}


def _comings(campaign: Campaign, days: Days) -> list[tuple[datetime, int, str]]:
    """How many come and go when, whatever the other end of their shifts: (instant, order, words)."""
    counts: dict[tuple[datetime, int], int] = {}
    for turn in shift_turns(campaign):
        for instant, order in ((turn.end, 0), (turn.start, 1)):
            if days.start <= instant < days.end:
                counts[instant, order] = counts.get((instant, order), 0) + len(turn.people)
    return [
        (instant, order, f"shift of {plural(count, 'person', 'people')} {'begins' if order else 'ends'}")
        for (instant, order), count in counts.items()
    ]


def _elsewhere(instant: datetime, name: str, campaign: Campaign) -> str:
    """`, 20:00 MDT there` where a surge is written in another zone than the campaign's."""
    if not name or instant.astimezone(ZoneInfo(name)).utcoffset() == instant.astimezone(ZoneInfo(campaign.time_zone)).utcoffset():
        return ""
    local = instant.astimezone(ZoneInfo(name))
    return f", {local:%H:%M} {local.tzname()} there"


def _moment(campaign: Campaign, overrides: Sequence[Override], at: datetime, what: tuple[str, ...], before: Staff, after: Staff) -> Moment:
    seats = []
    for hotline, now in after.seating.items():
        was = before.seating[hotline]
        if was.wanted != now.wanted or len(was.at_level(1)) != len(now.at_level(1)):
            seats.append(SeatsAt(hotline=hotline, before=was.wanted, wanted=now.wanted, filled=len(now.at_level(1)), why=now.whence))
    return Moment(
        at=at,
        what=what or ("people come and go",),
        changes=after is not before,
        seats=tuple(seats),
        lit=tuple(sorted(after.lit.keys() - before.lit.keys())),
        darkened=tuple(sorted(before.lit.keys() - after.lit.keys())),
        lit_desks=len(after.lit),
        surges=tuple(one.id for one in surges_at(campaign, at)),
        overrides=tuple(one.id for one in active_at(overrides, at)),
        freezes=tuple(one.id for one in campaign.policy.freezes if one.start <= at < one.end),
        closed=tuple(one.id for one in campaign.hotlines.values() if not open_at(one.hours, _zone(campaign, one), at)),
    )


def _open_windows(campaign: Campaign, hotline: Hotline, days: Days) -> list[Window]:
    """Stretches in which a hotline is open, those cut off at the ends of the days too."""
    zone = _zone(campaign, hotline)
    if not hotline.hours:
        return []
    found = []
    begun = days.start if open_at(hotline.hours, zone, days.start) else None
    for instant, opens in turns(hotline.hours, zone, days.start, days.end):
        if opens:
            begun = instant
        elif begun is not None:
            found.append(_open(hotline, begun, instant, zone))
            begun = None
    if begun is not None and begun < days.end:
        found.append(_open(hotline, begun, days.end, zone))
    return found


def _shift(campaign: Campaign, turn: Turn) -> Window:
    """One window for all whose shifts begin and end alike, in one zone."""
    shown = [campaign.users[uid].name for uid in turn.people[:NAMED]]
    more = len(turn.people) - len(shown)
    return Window(
        kind="shift",
        id=f"{turn.start:%Y%m%dT%H%MZ}-{turn.end:%Y%m%dT%H%MZ} {turn.time_zone}",
        name=plural(len(turn.people), "person", "people"),
        start=turn.start,
        end=turn.end,
        time_zone=turn.time_zone,
        what=(", ".join(shown) + (f" and {more} more" if more else ""),),
    )


def _open(hotline: Hotline, start: datetime, end: datetime, zone: ZoneInfo) -> Window:
    return Window(kind="hours", id=hotline.id, name=f"{hotline.name} is open", start=start, end=end, time_zone=zone.key)


def _zone(campaign: Campaign, hotline: Hotline) -> ZoneInfo:
    return ZoneInfo(hotline.time_zone or campaign.time_zone)


def _override_words(one: Override) -> str:
    if one.to is not None:
        return f"leads to {one.refuge or one.to}"
    if one.kind == "hotline":
        return f"{one.seats} seats" if one.seats is not None and not one.seats.relative else f"{one.seats}"
    who = one.user or one.volunteer
    return ("dark" if one.lit is False else "lit" if one.lit else "seated") + (f" for {who}" if who else "")


def _surge_words(campaign: Campaign, surge: str) -> tuple[str, ...]:
    """What a surge changes: seats, desks, calls."""
    one = campaign.surges[surge]
    found = [f"{hotline}: {change} seats" for hotline, change in one.seats.items()]
    desks = sum(len(ports.desks) + ports.any for ports in one.ports)
    if desks:
        found.append(f"{desks} desk{'' if desks == 1 else 's'} lit")
    return (*found, *(f"{hotline}: {calls:,} calls a day expected" for hotline, calls in one.volume.items()))
