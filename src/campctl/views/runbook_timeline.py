"""A run drawn over time: for each step when it was planned and when it really went on; as text and as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from campctl.views.text import cells, clip, harmless, pad

if TYPE_CHECKING:
    from campctl.app.running_books_report import BookReport, StepLine

PLANNED = "◆"
BAR = "█"
_STEPS = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds from one label of the axis to the next."""


class Bar(Struct, frozen=True):
    """One step: planned at, from, to (None: not begun), and how it ended."""

    name: str
    planned: datetime | None
    began: datetime | None
    ended: datetime | None
    state: str
    words: str


def bars(report: BookReport) -> list[Bar]:
    """Steps that were begun or planned; marks and what takes no time are left out."""
    last = max((moment for line in report.lines for moment in (line.began, line.ended) if moment is not None), default=report.run.started)
    return [
        Bar(line.step, line.planned, line.began, line.ended or (last if line.began else None), line.state, _words(line))
        for line in report.lines
        if (line.began is not None or line.planned is not None) and line.kind not in {"mark", "jump"}
    ]


def _words(line: StepLine) -> str:
    from campctl.views.runbook import lateness, state_of

    return ", ".join(part for part in (state_of(line), lateness(line), line.detail) if part)


def span(drawn: Sequence[Bar]) -> tuple[datetime, datetime] | None:
    """From the first moment to the last; None where there is nothing."""
    moments = [moment for bar in drawn for moment in (bar.planned, bar.began, bar.ended) if moment is not None]
    if not moments:
        return None
    first, last = min(moments), max(moments)
    return first, max(last, first + timedelta(seconds=1))


def axis(first: datetime, last: datetime, zone: str, most: int) -> list[tuple[float, str]]:
    """Labels of the axis: share of the way and words, at round times of the zone."""
    where = ZoneInfo(zone)
    length = (last - first).total_seconds()
    step = next((one for one in _STEPS if length / one <= max(1, most)), max(86400, int(length / max(1, most))))
    local = first.astimezone(where)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(seconds=-(-(local - midnight).total_seconds() // step) * step)
    form = "%H:%M:%S" if step < 60 else "%H:%M" if length < 86400 * 2 else "%a %H:%M"
    found: list[tuple[float, str]] = []
    while at <= last.astimezone(where) and len(found) <= most:
        found.append((max(0.0, (at - local).total_seconds() / length), f"{at:{form}}"))
        at += timedelta(seconds=step)
    return found


def text(report: BookReport, width: int = 100) -> list[str]:
    """Lines of text: names, then bars; ◆ is when it was planned."""
    drawn = bars(report)
    ends = span(drawn)
    if ends is None:
        return []
    first, last = ends
    longest = min(max(cells(harmless(bar.name)) for bar in drawn), max(8, width // 3))
    room = max(10, width - longest - 2)
    length = (last - first).total_seconds()

    def place(moment: datetime) -> int:
        return min(room - 1, round((moment - first).total_seconds() / length * (room - 1)))

    found = []
    for bar in drawn:
        row = [" "] * room
        if bar.began is not None and bar.ended is not None:
            for column in range(place(bar.began), place(bar.ended) + 1):
                row[column] = "!" if bar.state in {"failed", "no outcome", "interrupted"} else BAR
        if bar.planned is not None:
            row[place(bar.planned)] = PLANNED
        found.append(f"{pad(clip(harmless(bar.name), longest), longest)}  {''.join(row)}".rstrip())
    scale = [" "] * (room + 10)
    for share, label in axis(first, last, report.zone, room // 12):
        start = round(share * (room - 1))
        if start + len(label) <= room and not "".join(scale[max(0, start - 1) : start + len(label)]).strip():
            scale[start : start + len(label)] = label
    found.append(f"{' ' * longest}  {''.join(scale)}".rstrip())
    found.append(f"{' ' * longest}  {PLANNED} planned  {BAR} went on  ! failed or without outcome   ({report.zone})")
    return found


ROW = 22
LABEL = 220
WIDE = 960


def svg(report: BookReport) -> str:
    """The same as SVG, with a title for each bar; colours are those of the page."""
    drawn = bars(report)
    ends = span(drawn)
    if ends is None:
        return ""
    first, last = ends
    length = (last - first).total_seconds()
    high = ROW * len(drawn) + 34
    room = WIDE - LABEL - 10

    def x(moment: datetime) -> float:
        return round(LABEL + (moment - first).total_seconds() / length * room, 1)

    about = "When each step was planned and when it went on"
    head = f'viewBox="0 0 {WIDE} {high}" role="img" aria-label="{about}" xmlns="http://www.w3.org/2000/svg"'
    parts = [f'<svg class="chart" {head}>']
    for share, label in axis(first, last, report.zone, 8):
        at = round(LABEL + share * room, 1)
        parts.append(f'<line class="chart-grid" x1="{at}" y1="0" x2="{at}" y2="{high - 28}"/>')
        parts.append(f'<text class="chart-small" x="{at}" y="{high - 12}" text-anchor="middle">{escape(label)}</text>')
    for number, bar in enumerate(drawn):
        top = number * ROW + 4
        name = escape(clip(harmless(bar.name), 34))
        parts.append(f'<text x="{LABEL - 8}" y="{top + 12}" text-anchor="end">{name}</text>')
        title = f"<title>{escape(harmless(f'{bar.name}: {bar.words}'))}</title>"
        if bar.began is not None and bar.ended is not None:
            wide = max(2.0, round(x(bar.ended) - x(bar.began), 1))
            bad = bar.state in {"failed", "no outcome", "interrupted"}
            look = 'fill="#b3261e" stroke="currentColor" stroke-dasharray="3 2"' if bad else 'fill="#2a6f97"'
            parts.append(f'<rect x="{x(bar.began)}" y="{top}" width="{wide}" height="{ROW - 8}" rx="2" {look}>{title}</rect>')
        if bar.planned is not None:
            at, middle = x(bar.planned), top + (ROW - 8) / 2
            points = f"{at},{middle - 7} {at + 6},{middle} {at},{middle + 7} {at - 6},{middle}"
            parts.append(f'<polygon points="{points}" fill="none" stroke="currentColor" stroke-width="1.5">{title}</polygon>')
    parts.append("</svg>")
    return "".join(parts)
