"""A snapshot on a sheet: exchanges, hotlines, offices, what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from campctl.app.results import Listing, Share
from campctl.views.sheet import Sheet
from campctl.views.text import count, moment, seconds

if TYPE_CHECKING:
    from campctl.app.picture import HotlineLine, OfficeLine, Picture
    from campctl.app.status import Checked, Status
    from campctl.live.board import BackendBoard

LEVELS = "▁▂▃▄▅▆▇█"
WIDE = 12
"""Cells of the last hour: five minutes each."""
HEALTH = {"live": "green", "stale": "bold yellow", "lost": "bold red"}
SEVERITIES = {"critical": "bold red", "warning": "bold yellow", "info": "cyan"}
EMERGENCIES = 5


def status(result: Status, sheet: Sheet) -> None:
    """The whole of it."""
    picture = result.picture
    zone = ZoneInfo(sheet.style.time_zone or picture.time_zone)
    sheet.page.line(("bold", picture.campaign), f"  {moment(_whole(picture.at, zone))}")
    for backend in picture.backends:
        _backend(backend, picture.at, sheet)
    for emergency in picture.emergencies[:EMERGENCIES]:
        where = f" at {emergency.location}" if emergency.location else ""
        back = f", call back {emergency.callback}" if emergency.callback else ""
        sheet.page.line(("bold red", f"{emergency.number} "), f"from {emergency.line}{where}{back}, {moment(_whole(emergency.at, zone))}")
    for alert in picture.alerts:
        seen = f" {alert.acknowledged} sees to it." if alert.acknowledged else ""
        sheet.page.line((SEVERITIES[alert.severity], f"{alert.severity} "), f"{alert.subject}: {alert.words}{seen}")
    if picture.hotlines:
        sheet.page.blank()
        sheet.table(hotlines(picture.hotlines))
        for line in picture.hotlines:
            if line.diverted:
                sheet.page.line(f"Calls of {line.id} go to {line.diverted}.")
        _footnotes(picture, zone, sheet)
    if picture.offices:
        sheet.page.blank()
        sheet.table(offices(picture.offices))
    if result.checks:
        sheet.page.blank()
        for check in result.checks:
            _check(check, sheet)


def _backend(backend: BackendBoard, at: datetime, sheet: Sheet) -> None:
    words = [f" {backend.name}: "]
    if backend.health == "live":
        words.append(count(backend.calls, "call"))
    else:
        heard = f"last heard {seconds((at - backend.heard).total_seconds())} ago" if backend.heard else "not heard of"
        words.append(f"{heard}; {backend.why}" if backend.why else heard)
    sheet.page.line((HEALTH[backend.health], f"{backend.health:<5}"), "".join(words), hang=6)


def _check(check: Checked, sheet: Sheet) -> None:
    style, mark = {True: ("green", "holds  "), False: ("bold red", "fails  "), None: ("bold yellow", "unknown")}[check.holds]
    sheet.page.line((style, mark), f" {check.check}: {check.found}", hang=8)


def _footnotes(picture: Picture, zone: ZoneInfo, sheet: Sheet) -> None:
    today = picture.at.astimezone(zone).date()
    late = {line.since for line in picture.hotlines if line.since is not None and line.since.astimezone(zone).date() < today}
    if late:
        first = moment(_whole(min(late), zone))
        sheet.words.line(f"What is of today counts since {first}, as the exchange does: nobody watched at midnight.")
    if not any(line.minutes for line in picture.hotlines):
        sheet.words.line("Nobody watched the last hour, so nothing is known of it.")


def _whole(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(microsecond=0)


def hotlines(lines: Sequence[HotlineLine]) -> Listing:
    """A row for each hotline; what matters most stands first, since narrow terminals leave out the rest."""
    columns = ("hotline", "waiting", "longest", "seats", "now", "last hour", "today", "gave up", "answered", "asks", "agents")
    return Listing(of="hotline", columns=columns, rows=tuple(map(_hotline, lines)), empty="No hotlines.")


def _hotline(line: HotlineLine) -> dict[str, Any]:
    agents = (
        ("free", line.free),
        ("ringing", line.ringing),
        ("talking", line.busy),
        ("wrap-up", line.wrap_up),
        ("paused", line.paused),
        ("gone", line.gone),
    )
    known = not line.stale or line.since is not None  # of an exchange that was never heard, nought would be a claim
    return {
        "hotline": f"{line.id} ({', '.join(words)})" if (words := _state(line)) else line.id,
        "waiting": line.waiting if known else None,
        "longest": clock(line.longest_wait) if line.waiting else "",
        "seats": Share(line.seated, line.desired) if known else None,
        "now": level(line.level_now, line.target),
        "today": level(line.level_today, line.target),
        "agents": ", ".join(f"{many} {state}" for state, many in agents if many),
        "answered": line.answered if known else None,
        "gave up": line.abandoned if known else None,
        "asks": line.asked,
        "last hour": sparkline(line.minutes, WIDE),
    }


def _state(line: HotlineLine) -> list[str]:
    states = (("closed", not line.open), ("elsewhere", line.diverted), ("stale", line.stale))
    return [word for word, so in states if so]


def offices(lines: Sequence[OfficeLine]) -> Listing:
    """A row for each office."""
    columns = ("office", "lit", "talking", "phones", "unreachable", "state")
    return Listing(of="office", columns=columns, rows=tuple(map(_office, lines)), empty="No offices.")


def _office(line: OfficeLine) -> dict[str, Any]:
    states = [desk.state for desk in line.desks]
    lit = sum(state not in {"dark", "no-location"} for state in states)
    words = (["silent"] if line.silent else []) + (["evacuated"] if line.evacuated else [])
    return {
        "office": line.id,
        "lit": Share(lit, len(states)),
        "talking": line.calls,
        "phones": line.registered,
        "unreachable": states.count("unreachable"),
        "state": ", ".join(words),
    }


def level(share: float | None, target: float | None) -> str:
    """`84%`, or `61% < 80%` where it is below its target; nothing where nobody called."""
    if share is None:
        return ""
    return f"{share:.0%}" if target is None or share >= target else f"{share:.0%} < {target:.0%}"


def clock(length: float) -> str:
    """`0:42`, `12:05`, `1:02:03`."""
    minutes, rest = divmod(int(length), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def sparkline(minutes: Sequence[int], width: int) -> str:
    """So many cells, each as many minutes, the newest at the right; nothing where there were no calls."""
    if not any(minutes):
        return ""
    each = max(1, -(-len(minutes) // width))
    sums = [sum(minutes[max(0, end - each) : end]) for end in range(len(minutes), 0, -each)][::-1]
    most = max(sums)
    return "".join(LEVELS[min(len(LEVELS) - 1, many * len(LEVELS) // (most + 1))] for many in sums)


def rows(result: Status) -> Listing:
    """For CSV: the hotlines, as figures."""
    from campctl.app.picture import HotlineLine

    columns = tuple(name for name in HotlineLine.__struct_fields__ if name != "minutes")
    made = tuple({name: getattr(line, name) for name in columns} for line in result.picture.hotlines)
    return Listing(of="hotline", columns=columns, rows=made)
