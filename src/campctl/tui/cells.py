"""Text of an exact width in terminal cells, numbers and times as a board shows them, and sparklines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

from campctl.views.text import KEPT, harmless

Align = Literal["left", "right"]
_JOINERS = dict.fromkeys([*map(ord, KEPT), *range(0xFE00, 0xFE10)])
"""Joiners and variation selectors: terminals disagree about how wide they make their neighbours, so a board leaves them out."""


@lru_cache(maxsize=32_768)
def tame(text: str) -> str:
    """The text without anything that could steer a terminal, or whose width terminals disagree about."""
    if text.isascii() and text.isprintable():
        return text
    return harmless(text.translate(_JOINERS))


@lru_cache(maxsize=32_768)
def fit(text: str, width: int, align: Align = "left", ellipsis: str = "…") -> str:
    """The text tame and exactly `width` cells wide: filled with spaces, or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = tame(text)
    wide = len(text) if text.isascii() else cell_len(text)
    if wide > width:
        return set_cell_size(text, width - 1) + ellipsis
    return " " * (width - wide) + text if align == "right" else text + " " * (width - wide)


def clock(seconds: float) -> str:
    """A wait as a board shows it: `0:07`, `12:30`, `1:02:03`, `3 d`."""
    whole = max(0, int(seconds))
    if whole >= 172_800:
        return f"{whole // 86_400} d"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def ago(now: datetime, then: datetime | None) -> str:
    """How long since, as `clock`; nothing when it is not known."""
    return clock((now - then).total_seconds()) if then is not None else ""


def percent(share: float | None) -> str:
    """`84%`; a dash when nobody called. 100% only when it is all."""
    if share is None:
        return "–"
    return f"{min(99, round(share * 100)) if share < 1 else 100}%"


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def hour(at: datetime, zone: str, *, seconds: bool = False, now: datetime | None = None) -> str:
    """The time of day in a zone: `21:00`; with the day when that is not today's (`Tue 21:00`)."""
    there = at.astimezone(_zone(zone))
    text = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
    if now is None or there.date() == now.astimezone(_zone(zone)).date():
        return text
    near = abs((there.date() - now.astimezone(_zone(zone)).date()).days) < 7
    return f"{there:%a} {text}" if near else f"{there:%Y-%m-%d} {text}"


def spark(minutes: Sequence[int], width: int, levels: str, *, most: int = 0) -> str:
    """The last minutes as one line of `width` cells, newest at the right; each cell is as many minutes as fit, their sum.

    `most`: what a full cell stands for; the largest unless told. Something is never drawn as nothing.
    """
    sums = binned(minutes, width)
    top = most or max(sums, default=0)
    last = len(levels) - 1
    drawn = "".join(levels[0] if not count else levels[min(last, max(1, round(count / top * last)))] for count in sums)
    return drawn.rjust(max(0, width))


def binned(minutes: Sequence[int], width: int) -> list[int]:
    """Sums of neighbouring minutes so that they fit into `width`; bins are alike, the oldest may be of fewer minutes."""
    if width <= 0 or not minutes:
        return []
    each = -(-len(minutes) // width)
    ends = range(len(minutes), 0, -each)
    return [sum(minutes[max(0, end - each) : end]) for end in ends][::-1]


def chart(minutes: Sequence[int], width: int, height: int, levels: str) -> list[str]:
    """The same, `height` lines high, top line first."""
    if len(minutes) <= width // 2:
        minutes = [count for count in minutes for _ in range(width // len(minutes))] if minutes else []
    sums = binned(minutes, width)
    top = max(sums, default=0)
    last = len(levels) - 1
    lines = []
    for row in range(height - 1, -1, -1):
        line = ""
        for count in sums:
            eighths = max(1, round(count / top * height * last)) if count else 0
            line += levels[max(0, min(last, eighths - row * last))]
        lines.append(line.rjust(width))
    return lines
