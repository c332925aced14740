"""Charts as SVG: for a page that opens without a network. Axes, legend, and the chart in words for who cannot see it.

Colours are those of M. Okabe and K. Ito ("Color Universal Design", 2008), which colour-blind people tell apart; every series
also has a dash pattern or a hatching of its own, so that a black-and-white print can be read.
"""

from __future__ import annotations

import math
from html import escape as _escape

from msgspec import Struct

from campctl.views.charts import Chart, Series, Values, every, scale, shown
from campctl.views.text import harmless

COLOURS = ("#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#f0e442")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 4", "12 4")
MISSING = "#d55e00"
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 34, 66
"""Margins, in user units."""
_LETTER = 7.0
"""Width of a letter of the labels, in user units."""


class Frame(Struct, frozen=True):
    """Where values are drawn: so many places across, so much up."""

    width: float
    height: float
    places: int
    top: float

    def x(self, place: float) -> float:
        """The left edge of a place."""
        return LEFT + (self.width - LEFT - RIGHT) * place / max(1, self.places)

    def y(self, value: float) -> float:
        """The height of a value."""
        share = min(1.0, max(0.0, value / self.top)) if math.isfinite(value) else 1.0
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * share


def svg(chart: Chart, *, name: str, width: int = 860, height: int = 320) -> str:
    """The chart as one `<svg>` element. `name` begins the ids in it, and has to be another one for each chart of a page."""
    ticks = scale(chart)
    frame = Frame(width, height, len(chart.marks), ticks.top)
    labelled = f'role="img" aria-labelledby="{escape(name)}-title {escape(name)}-about"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {labelled} class="chart">',
        f'<title id="{escape(name)}-title">{escape(chart.title)}</title>',
        f'<desc id="{escape(name)}-about">{escape(chart.about or in_words(chart))}</desc>',
        _hatching(name) if chart.short else "",
        f'<text x="{LEFT}" y="16" class="chart-title">{escape(chart.title)}</text>',
    ]
    parts += [_level(frame, tick, shown(tick, chart.form)) for tick in ticks.ticks]
    if chart.unit:
        parts.append(f'<text x="{LEFT - 8}" y="{TOP - 8}" text-anchor="end" class="chart-small">{escape(chart.unit)}</text>')
    parts += _across(frame, chart)
    bars = [(number, one) for number, one in enumerate(chart.series) if one.kind == "bar"]
    rest = [(number, one) for number, one in enumerate(chart.series) if one.kind != "bar"]
    parts += [_bars(frame, one, number) for number, one in bars]
    if chart.short and bars and rest:
        parts.append(_missing(frame, bars[0][1].values, rest[0][1].values, name))
    parts += [_path(frame, one, number) for number, one in rest]
    parts += _legend(frame, chart, name)
    parts.append("</svg>")
    return "\n".join(part for part in parts if part)


def escape(text: str) -> str:
    """Text as XML, without what XML cannot hold."""
    return _escape(harmless(text))


def in_words(chart: Chart) -> str:
    """What the chart shows: for each series its lowest and highest value and where the latter is."""
    sentences = []
    for one in chart.series:
        known = [(value, place) for place, value in enumerate(one.values) if value is not None and math.isfinite(value)]
        if not known:
            sentences.append(f"{one.name}: no values.")
            continue
        low, (high, place) = min(value for value, _ in known), max(known, key=lambda pair: pair[0])
        at = f", the most at {chart.marks[place]}" if place < len(chart.marks) else ""
        sentences.append(f"{one.name}: from {shown(low, chart.form)} to {shown(high, chart.form)}{at}.")
    return " ".join(sentences)


def _hatching(name: str) -> str:
    return (
        f'<defs><pattern id="{escape(name)}-missing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{MISSING}" fill-opacity="0.25"/><rect width="2.5" height="6" fill="{MISSING}"/></pattern></defs>'
    )


def _level(frame: Frame, tick: float, label: str) -> str:
    y = frame.y(tick)
    return (
        f'<line x1="{LEFT}" y1="{y:.1f}" x2="{frame.width - RIGHT}" y2="{y:.1f}" class="chart-{"axis" if tick == 0 else "grid"}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" class="chart-small">{escape(label)}</text>'
    )


def _across(frame: Frame, chart: Chart) -> list[str]:
    """Labels below the x axis, and what it is."""
    y = frame.height - BOTTOM
    parts = []
    for place in range(0, len(chart.marks), every(chart.marks, (frame.x(1) - frame.x(0)) / _LETTER)):
        x = frame.x(place)
        parts.append(
            f'<line x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + 5}" class="chart-axis"/>'
            f'<text x="{x:.1f}" y="{y + 18}" text-anchor="middle" class="chart-small">{escape(chart.marks[place])}</text>'
        )
    if chart.across:
        parts.append(f'<text x="{frame.width - RIGHT}" y="{y + 34}" text-anchor="end" class="chart-small">{escape(chart.across)}</text>')
    return parts


def _bars(frame: Frame, one: Series, number: int) -> str:
    """Each value as wide as its place; neighbours touch, so that a day is one outline."""
    path = []
    bottom = frame.y(0)
    for place, value in enumerate(one.values):
        if value:
            path.append(f"M{frame.x(place):.1f} {bottom:.1f}V{frame.y(value):.1f}H{frame.x(place + 1):.1f}V{bottom:.1f}Z")
    return f'<path d="{"".join(path)}" fill="{COLOURS[number % len(COLOURS)]}" fill-opacity="0.55"/>' if path else ""


def _missing(frame: Frame, need: Values, have: Values, name: str) -> str:
    """What rises above the line."""
    path = []
    for place, (wanted, there) in enumerate(zip(need, have, strict=True)):
        if wanted is not None and there is not None and wanted > there:
            path.append(f"M{frame.x(place):.1f} {frame.y(there):.1f}V{frame.y(wanted):.1f}H{frame.x(place + 1):.1f}V{frame.y(there):.1f}Z")
    return f'<path d="{"".join(path)}" fill="url(#{escape(name)}-missing)"/>' if path else ""


def _path(frame: Frame, one: Series, number: int) -> str:
    """A staircase, or for `line` straight from middle to middle; interrupted where there is no value."""
    path, pen_up = [], True
    for place, value in enumerate(one.values):
        if value is None:
            pen_up = True
            continue
        y = frame.y(value)
        if one.kind == "line":
            path.append(f"{'M' if pen_up else 'L'}{frame.x(place + 0.5):.1f} {y:.1f}")
        else:
            path.append((f"M{frame.x(place):.1f} {y:.1f}" if pen_up else f"V{y:.1f}") + f"H{frame.x(place + 1):.1f}")
        pen_up = False
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="2.5"{dashed}/>' if path else ""


def _legend(frame: Frame, chart: Chart, name: str) -> list[str]:
    parts = []
    x, y = float(LEFT), frame.height - 14
    entries: list[tuple[str, str]] = []
    for number, one in enumerate(chart.series):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        if one.kind == "bar":
            entries.append((f'fill="{colour}" fill-opacity="0.55"', one.name))
        else:
            entries.append((f'stroke="{colour}" stroke-width="2.5"' + (f' stroke-dasharray="{dash}"' if dash else ""), one.name))
    if chart.short:
        entries.insert(1, (f'fill="url(#{escape(name)}-missing)"', chart.short))
    for look, words in entries:
        if look.startswith("fill"):
            parts.append(f'<rect x="{x:.0f}" y="{y - 10}" width="24" height="11" {look}/>')
        else:
            parts.append(f'<line x1="{x:.0f}" y1="{y - 4}" x2="{x + 24:.0f}" y2="{y - 4}" {look}/>')
        parts.append(f'<text x="{x + 30:.0f}" y="{y}" class="chart-small">{escape(words)}</text>')
        x += 30 + _LETTER * len(words) + 18
    return parts
