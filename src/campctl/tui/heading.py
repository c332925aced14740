"""What stands above and below every screen, in words: header, tabs, the emergency banner, totals, key hints. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from campctl.app.picture import DeskCell, HotlineLine, OfficeLine, Picture
from campctl.live.board import BackendBoard, Emergency
from campctl.tui.cells import ago, clock, hour, percent
from campctl.tui.columns import View
from campctl.tui.lines import Line, Piece, apart, clipped, wide, wrapped
from campctl.tui.looks import Glyphs
from campctl.tui.tables import level_role

SCREENS: tuple[tuple[str, str], ...] = (
    ("hotlines", "Hotlines"),
    ("offices", "Offices"),
    ("people", "People"),
    ("activity", "Activity"),
    ("alerts", "Alerts"),
    ("runbooks", "Runbooks"),
)
QUIET = 10.0
"""Seconds without a new picture after which the header says so."""
ALARMS = 3
"""So many emergency calls are shown in the banner at once."""


class Feed(Struct, frozen=True, kw_only=True):
    """How the pictures come: `heard` when the last one did, `wrong` why there are none any more."""

    heard: datetime | None = None
    wrong: str = ""
    busy: str = ""
    """What is being done now (an intent at work)."""


def backend_piece(backend: BackendBoard, now: datetime, glyphs: Glyphs) -> list[Piece]:
    """`● local`, `▲ hq stale 0:12`, `✕ hq lost 0:40: connection refused`."""
    gaps = [("warn", f" {backend.gaps} gap{'s' if backend.gaps != 1 else ''}")] if backend.gaps else []
    if backend.health == "live":
        return [("good", f"{glyphs.states['talking']} "), ("text", backend.name), *gaps]
    if backend.heard is None and backend.since is None and not backend.epoch and "not heard" in backend.why:
        return [("dim", f"{glyphs.states['lit']} {backend.name} connecting")]
    for_ = f" {ago(now, backend.heard)}" if backend.heard is not None else ""
    if backend.health == "stale":
        return [("warn", f"{glyphs.warning} {backend.name} stale{for_}"), *gaps]
    why = f": {backend.why}" if backend.why else ", reconnecting"
    return [("bad", f"{glyphs.cross} {backend.name} lost{for_}{why}"), *gaps]


def header(picture: Picture | None, feed: Feed, now: datetime, zone: str, glyphs: Glyphs, width: int) -> Line:
    """Campaign and time at the left; exchanges, the worst first, at the right: none that is not well is ever left out."""
    left: list[Piece] = [("accent", " campctl "), ("strong", picture.campaign if picture else "")]
    time: list[Piece] = [("dim", f"  {hour(now, zone, seconds=True)} {_zone_word(now, zone)} ")]
    right: list[Piece] = []
    if feed.wrong:
        right = [("bad", f"{glyphs.cross} {feed.wrong}")]
    elif feed.heard is not None and (now - feed.heard).total_seconds() > QUIET:
        right = [("bad", f"{glyphs.cross} nothing new for {ago(now, feed.heard)}")]
    elif picture is None:
        right = [("dim", f"connecting{glyphs.ellipsis if glyphs.name == 'unicode' else '...'}")]
    if picture is not None:
        order = {"lost": 0, "stale": 1, "live": 2}
        backends = sorted(picture.backends, key=lambda item: order[item.health])
        ill = [item for item in backends if item.health != "live" or item.gaps]
        every = [backend_piece(item, now, glyphs) for item in backends]
        if wide(_joined([right, *every])) > width - wide(time) - 12 and len(every) > len(ill):
            every = [backend_piece(item, now, glyphs) for item in ill]
            well = len(backends) - len(ill)
            every.append([("good", f"{glyphs.states['talking']} "), ("text", f"{well} exchange{'s' if well != 1 else ''} well")])
        right = _joined([right, *every])
    if wide(right) > width - 4:
        right = clipped(right, width - 4)
    room = width - wide(right) - 1
    choices: list[list[Piece]] = [[*left, *time], [("text", " "), *left[1:], *time], time]
    shown = next((choice for choice in choices if wide(choice) <= room), [])
    return apart(shown, [*right, ("text", " ")], width)


def _joined(parts: Sequence[list[Piece]]) -> list[Piece]:
    out: list[Piece] = []
    for part in parts:
        if part:
            out += [("text", "   "), *part] if out else part
    return out


def _zone_word(now: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return now.astimezone(ZoneInfo(zone or "UTC")).tzname() or ""


def tabs(picture: Picture | None, current: str, trail: str, width: int, *, runs: int = 0, asks: bool = False) -> Line:
    """The screens with how many things each has; the current one, and in it what was drilled into. As wide apart as there is room for.

    runs: of runbooks that go on; asks: one of them waits for somebody.
    """
    if width < 76:
        return _tabs(picture, current, trail, " ", counted=False, runs=runs, asks=asks)
    choices = (_tabs(picture, current, trail, gap, counted=True, runs=runs, asks=asks) for gap in ("   ", "  ", " "))
    return next((line for line in choices if wide(line) < width), _tabs(picture, current, trail, " ", counted=False, runs=runs, asks=asks))


def _tabs(picture: Picture | None, current: str, trail: str, gap: str, *, counted: bool, runs: int, asks: bool) -> Line:
    counts: dict[str, str] = {}
    if picture is not None:
        counts = {"hotlines": f"{len(picture.hotlines)}", "offices": f"{len(picture.offices)}", "people": f"{len(picture.people):,}"}
        if picture.alerts:
            counts["alerts"] = f"{len(picture.alerts)}"
    if runs:
        counts["runbooks"] = f"{runs}"
    worst = {alert.severity for alert in picture.alerts} if picture is not None else set()
    line: list[Piece] = [("text", " ")]
    for number, (name, title) in enumerate(SCREENS, 1):
        click = f"screen:{name}"
        role = "strong" if name == current else "head"
        if name == "alerts" and worst:
            role = "bad" if "critical" in worst else "warn" if "warning" in worst else role
        if name == "runbooks" and asks:
            role = "ringing"
        line += [("accent" if name == current else "dim", f"{number} ", click), (role, title, click)]
        if counts.get(name) and counted:
            line.append(("dim" if role != "bad" else "bad", f" {counts[name]}", click))
        if name == current and trail:
            line += [("accent", " > "), ("strong", trail)]
        line.append(("text", gap))
    return line[:-1]


class Names(Struct, frozen=True):
    """Who has which line, from a picture."""

    people: dict[str, str]
    desks: dict[str, DeskCell]
    offices: dict[str, OfficeLine]

    def who(self, line: str) -> str:
        """`Ann Lee (ann.lee)`, `Bo at desk hq/a001`, or the line's id."""
        kind, _, id_ = line.partition("/")
        if kind == "user":
            name = self.people.get(id_, "")
            return f"{name} ({id_})" if name and name != id_ else name or id_
        desk = self.desks.get(id_)
        return f"{desk.who} at desk {id_}" if desk is not None and desk.who else f"desk {id_}" if kind == "port" else line

    def where(self, emergency: Emergency) -> str:
        """The location as reported, with the office's name when that is not in it."""
        place = emergency.location
        office = self.offices.get(place.partition("/")[0])
        if office is None:
            return place or "location unknown"
        rest = place.partition("/")[2]
        return f"{office.name}, {rest}" if rest else office.name


def names_of(picture: Picture) -> Names:
    """Look-ups of a picture."""
    return Names(
        {person.id: person.name for person in picture.people},
        {desk.id: desk for office in picture.offices for desk in office.desks},
        {office.id: office for office in picture.offices},
    )


def banner(alarms: Sequence[Emergency], names: Names, now: datetime, zone: str, width: int, *, lit: bool) -> list[Line]:
    """Who placed an emergency call, where, and how to call back; nothing of it is cut, it takes as many lines as it needs."""
    lines: list[Line] = []
    for call in alarms[:ALARMS]:
        sign = " !! " if lit else "    "
        dialled = f" {call.number}" if call.number else ""
        back = call.callback or "not known"
        text: Line = [
            ("alarm", f"{sign}EMERGENCY CALL{dialled}  {hour(call.at, zone, seconds=True, now=now)}, {ago(now, call.at)} ago.  "),
            ("alarm", f"Who: {names.who(call.line)}.  Where: {names.where(call)}.  Call back: {back}."),
        ]
        lines += wrapped(text, max(10, width - 1), hang=4)
    more = f"and {len(alarms) - ALARMS} more; " if len(alarms) > ALARMS else ""
    if alarms:
        lines += wrapped([("alarm", f"    {more}e shows all, and marks them as seen")], max(10, width - 1), hang=4)
    return lines


def totals(hotlines: Sequence[HotlineLine], view: View, width: int) -> Line:
    """All hotlines in one line: waiting, longest wait, level, abandoned, agents."""
    calls = [line for line in hotlines if line.level_now is not None]
    # An exchange that started anew counts from nought, and what it had before is still of the last half hour.
    weights = [line.answered + line.abandoned or sum(line.minutes) or 1 for line in calls]
    level = sum((line.level_now or 0) * weight for line, weight in zip(calls, weights, strict=True)) / sum(weights) if calls else None
    longest = max((line.longest_wait for line in hotlines if line.waiting), default=0.0)
    waiting = sum(line.waiting for line in hotlines)
    below = sum(level_role(line.level_now, line.target) in {"warn", "bad"} for line in hotlines if line.open)
    pairs: list[tuple[str, str, str]] = [
        ("waiting", f"{waiting:,}", "strong" if waiting else "dim"),
        ("longest", clock(longest) if waiting else view.glyphs.dot, "warn" if longest >= 45 else "text"),
        ("service now", percent(level), "text"),
        ("below goal", str(below), "warn" if below else "dim"),
        ("lost today", f"{sum(line.abandoned for line in hotlines):,}", "text"),
        ("free", f"{sum(line.free for line in hotlines):,}", "lit"),
        ("busy", f"{sum(line.busy for line in hotlines):,}", "talking"),
        ("paused", f"{sum(line.paused for line in hotlines):,}", "paused"),
        ("seats", f"{sum(line.seated for line in hotlines):,}/{sum(line.desired for line in hotlines):,}", "text"),
    ]
    line: list[Piece] = [("text", " ")]
    for label, value, role in pairs:
        piece: list[Piece] = [("dim", f"{label} "), (role, value), ("text", "   ")]
        if wide(line) + wide(piece) - 3 > width:
            break
        line += piece
    return line


def hints(pairs: Sequence[tuple[str, str, str]], width: int) -> Line:
    """Keys and what they do, as many as fit; each can be clicked. Pairs: key, words, action."""
    line: list[Piece] = [("text", " ")]
    for key, words, action in pairs:
        piece: list[Piece] = [("accent", key, action), ("head", f" {words}", action), ("text", "  ")]
        if wide(line) + wide(piece) - 2 > width:
            break
        line += piece
    return line
