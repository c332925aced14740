"""Charts: what they show as values, and how a terminal draws them. `charts_svg.svg` draws the same values as SVG.

A chart has one place for each interval on its x axis (`marks`), and series of as many values. On a terminal every series
has a sign of its own, so it can be told apart without colours; Unicode blocks and lines where the terminal can show them,
else ASCII (`plain`). What does not fit beside each other is put together by what the series says (`pick`); where there is
no room for axes at all, sparklines with their highest value remain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from campctl.views.page import Page, Span
from campctl.views.terminal import Terminal
from campctl.views.text import cells, clip, pad

Values = tuple[float | None, ...]
Pick = Literal["max", "min", "mean", "sum"]
STYLES = ("cyan", "bold yellow", "green", "magenta", "blue")
"""Of series, in their order."""
MISSING = "bold red"
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_STEPS = "_.-=*#"
_LINES = ("─│┌┐└┘", "━┃┏┓┗┛", "╌╎┌┐└┘", "═║╔╗╚╝", "┄┆┌┐└┘")
"""Along, up, then the corners: begins below, ends above, begins above, ends below (seen from the right of the turn)."""
_PLAIN = ("-", "=", "~", "*", "o")
_LEAST = 24
"""Columns below which there are no axes."""
_EVERY = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96, 192, 288, 672, 1344, 2688)
"""Places from one label to the next on the x axis, such as make whole hours of quarters of one."""


class Series(Struct, frozen=True, kw_only=True):
    """Values in the order of the chart's marks, None where there is none. `pick`: of several that share a column, which counts."""

    name: str
    values: Values
    kind: Literal["bar", "step", "line"] = "step"
    pick: Pick = "max"


class Chart(Struct, frozen=True, kw_only=True):
    """What is drawn. `marks` name the places of the x axis ("06:00"), `across` says what it is, `unit` what the y axis counts.

    short: words for the legend where the first bar rises above the first line: that part is marked as missing. about: the
    chart in words, for who cannot see it. top: the y axis reaches at least so far.
    """

    title: str
    marks: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    across: str = ""
    form: Literal["number", "percent", "seconds"] = "number"
    short: str = ""
    about: str = ""
    top: float = 0.0


class Axis(Struct, frozen=True):
    """From 0 up to `top`, with lines at `ticks`."""

    top: float
    ticks: tuple[float, ...]


def axis(highest: float, most: int = 5, *, whole: bool = False) -> Axis:
    """Round steps (1, 2 or 5 times a power of ten), at most so many of them, up to the highest value or just above it."""
    if not (math.isfinite(highest) and highest > 1e-300):  # beneath it, a step would be no number any more
        highest = 1.0
    raw = highest / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    step = max(1.0, step) if whole else step
    count = math.ceil(highest / step - 1e-9)
    return Axis(step * count, tuple(round(step * n, 10) for n in range(count + 1)))


def shown(value: float, form: str = "number") -> str:
    """A value on an axis or in a legend: `1,250`, `0.5`, `80%`, `90s`."""
    if form == "percent" and math.isfinite(value):
        return f"{value * 100:.0f}%" if abs(value * 100 - round(value * 100)) < 0.05 else f"{value * 100:.1f}%"
    if not math.isfinite(value):
        return "without end"
    text = f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.3g}"
    return f"{text}s" if form == "seconds" else text


def highest(chart: Chart) -> float:
    """The highest value of all series, at least `chart.top`; values without end are left out."""
    known = (value for series in chart.series for value in series.values if value is not None and math.isfinite(value))
    return max((chart.top, *known))


def scale(chart: Chart, most: int = 5) -> Axis:
    """The chart's y axis: counts have whole steps."""
    counts = chart.form == "number" and all(
        not value or value % 1 == 0 or math.isinf(value) for one in chart.series for value in one.values
    )
    return axis(highest(chart), most, whole=counts)


def every(marks: Sequence[str], room: float) -> int:
    """Places from one label of the x axis to the next, when a place is `room` label characters wide; whole hours where there are any."""
    long = max(map(len, marks), default=1) + 2
    hours = any(mark.endswith(":00") for mark in marks)
    for step in _EVERY:
        if step * room >= long and not (hours and not all(mark.endswith(":00") for mark in marks[::step])):
            return step
    return max(1, math.ceil(long / max(room, 1e-9)))


def sparkline(values: Sequence[float | None], width: int, *, plain: bool = False, pick: Pick = "max") -> str:
    """One line of blocks, at most `width` columns; a space where there is no value."""
    signs = _STEPS if plain else _EIGHTHS[1:]
    columns = gathered(values, width, pick)
    top = max((value for value in columns if value is not None and math.isfinite(value)), default=0.0) or 1.0
    return "".join(
        " " if value is None else signs[min(len(signs) - 1, max(0, round(min(1.0, value / top) * (len(signs) - 1))))] for value in columns
    )


def level(part: float, whole: float, width: int, *, plain: bool = False) -> str:
    """A horizontal bar of `width` columns, filled so far."""
    share = min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0
    if plain:
        full = round(share * width)
        return "#" * full + "." * (width - full)
    full, rest = divmod(round(share * width * 8), 8)
    text = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return text + "·" * (width - len(text))


def gathered(values: Sequence[float | None], width: int, pick: Pick) -> list[float | None]:
    """The values, several put together by `pick` where there are more than `width`."""
    if len(values) <= width or width < 1:
        return list(values)
    per = math.ceil(len(values) / width)
    return [_picked(values[start : start + per], pick) for start in range(0, len(values), per)]


def _picked(values: Sequence[float | None], pick: Pick) -> float | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if pick in {"max", "min"}:
        return max(known) if pick == "max" else min(known)
    return sum(known) / len(known) if pick == "mean" else sum(known)


def can_draw(terminal: Terminal) -> bool:
    """Whether stdout shows blocks and lines: its encoding has them, and the terminal does not say that it is dumb."""
    encoding = (getattr(terminal.stdout, "encoding", None) or "utf-8").lower().replace("_", "-")
    return encoding.startswith("utf") and terminal.env.get("TERM") != "dumb"


def put(chart: Chart, page: Page, terminal: Terminal, *, height: int = 10) -> None:
    """Draw it on a page, as wide as the page (100 columns where it has no width)."""
    for line in lines(chart, min(page.width or 100, 160), height=height, plain=not can_draw(terminal)):
        page.exact(*line)


def lines(chart: Chart, width: int, *, height: int = 10, plain: bool = False) -> list[list[Span]]:
    """The chart as lines of spans, none wider than `width`."""
    title = [("bold", clip(chart.title, width))]
    ticks = scale(chart, max(2, height // 2))
    gutter = max((len(shown(tick, chart.form)) for tick in ticks.ticks), default=1)
    room = width - gutter - 2
    if room < _LEAST or not chart.marks:
        return [title, *_sparks(chart, width, plain=plain)]  # type: ignore[list-item]  # a list of its one span
    grid = _Grid(chart, ticks.top, room, height, plain=plain)
    at = {_row(tick, ticks.top, height): tick for tick in ticks.ticks if tick}
    upright, cross, corner, flat = ("|", "+", "+", "-") if plain else ("│", "┤", "└", "─")
    found: list[list[Span]] = [[*title], [("dim", clip(f"{pad('', gutter)} {chart.unit}", width))]] if chart.unit else [[*title]]
    for row in reversed(range(height)):
        label = shown(at[row], chart.form) if row in at else ""
        found.append([("dim", f"{label:>{gutter}} {cross if label else upright}"), *grid.line(row)])
    used = grid.columns
    found.append([("dim", f"{'0':>{gutter}} {corner}{flat * used}")])
    found.append([("dim", f"{'':>{gutter}}  {_labels(chart.marks, grid.wide, min(used, room - 1))}")])
    if chart.across:
        found.append([("dim", clip(f"{'':>{gutter}}  {chart.across}", width))])
    found += grid.legend(gutter + 2, width)
    return found


def _row(value: float, top: float, height: int) -> int:
    """The row, from below, that holds the top of a value."""
    return min(height - 1, max(0, math.ceil(value / top * height - 1e-9) - 1))


def _labels(marks: Sequence[str], wide: float, columns: int) -> str:
    """The x axis' labels: each begins where its place does."""
    text = ""
    step = every(marks, wide)
    for place in range(0, len(marks), step):
        start = int(place * wide)
        if start >= len(text) and start + len(marks[place]) <= columns + 1:
            text = text.ljust(start) + marks[place]
    return text


class _Grid:
    """Cells of the plot. `wide` is how many columns one mark takes; below 1 where several share a column."""

    def __init__(self, chart: Chart, top: float, room: int, height: int, *, plain: bool) -> None:
        self.chart, self.plain, self.height, self.top = chart, plain, height, top
        count = len(chart.marks)
        per = max(1, math.ceil(count / room))
        repeat = max(1, room // count) if per == 1 else 1
        self.columns = math.ceil(count / per) * repeat
        self.wide = repeat / per
        self.cells: list[list[tuple[str, str]]] = [[("", " ")] * self.columns for _ in range(height)]
        self.signs: list[tuple[str, str, str]] = []
        """(style, sign, name), for the legend."""
        drawn = [(one, self._columns(one, room, repeat)) for one in chart.series]
        have = next((values for one, values in drawn if one.kind != "bar"), None) if chart.short else None
        for number, (one, values) in enumerate(drawn):
            if one.kind == "bar":
                self._bar(number, one, values, have)
        if have is not None:
            self.signs.append((MISSING, "!" if plain else "▒", chart.short))
        for number, (one, values) in enumerate(drawn):
            if one.kind != "bar":
                self._line(number, one, values)

    def _columns(self, one: Series, room: int, repeat: int) -> list[float | None]:
        """Its values by column."""
        return [value for value in gathered(one.values, room, one.pick) for _ in range(repeat)]

    def _bar(self, number: int, one: Series, values: list[float | None], have: list[float | None] | None) -> None:
        style = STYLES[number % len(STYLES)]
        full = "#" if self.plain else "█"
        self.signs.append((style, full, one.name))
        for column, value in enumerate(values):
            if value is None or value <= 0:
                continue
            there = have[column] if have is not None else None
            there = self.top if there is not None and not math.isfinite(there) else there
            units = min(1.0, value / self.top) * self.height * 8
            rows = math.ceil(units / 8 - 1e-9)
            for row in range(rows):
                eighths = min(8, round(units - row * 8)) or 1
                sign = full if self.plain else _EIGHTHS[eighths]
                if there is not None and row >= max(0, math.ceil(there / self.top * self.height - 1e-9)) and value > there:
                    self.cells[row][column] = (MISSING, "!" if self.plain else "▒" if eighths > 4 else sign)
                else:
                    self.cells[row][column] = (style, sign)

    def _line(self, number: int, one: Series, values: list[float | None]) -> None:
        style = STYLES[number % len(STYLES)]
        lines_so_far = sum(series.kind != "bar" for series in self.chart.series[:number])
        along = _PLAIN[lines_so_far % len(_PLAIN)] if self.plain else _LINES[lines_so_far % len(_LINES)][0]
        up, right_down, left_down, right_up, left_up = (
            ("|", "+", "+", "+", "+") if self.plain else tuple(_LINES[lines_so_far % len(_LINES)][1:])
        )
        self.signs.append((style, along, one.name))
        before: int | None = None
        for column, value in enumerate(values):
            if value is None:
                before = None
                continue
            row = _row(value, self.top, self.height) if math.isfinite(value) else self.height - 1
            if before is None or before == row:
                self.cells[row][column] = (style, along)
            else:
                rising = row > before
                self.cells[before][column] = (style, left_up if rising else left_down)
                self.cells[row][column] = (style, right_down if rising else right_up)
                for between in range(min(row, before) + 1, max(row, before)):
                    self.cells[between][column] = (style, up)
            before = row

    def line(self, row: int) -> list[Span]:
        """One row, neighbours of one style in one span."""
        spans: list[tuple[str, str]] = []
        for style, sign in self.cells[row]:
            if spans and spans[-1][0] == style:
                spans[-1] = (style, spans[-1][1] + sign)
            else:
                spans.append((style, sign))
        return [*spans]

    def legend(self, indent: int, width: int) -> list[list[Span]]:
        """Signs and names, as many beside each other as fit."""
        found: list[list[Span]] = []
        used = width
        for style, sign, name in self.signs:
            long = cells(name) + 5
            if used + long > width:
                found.append([" " * indent])
                used = indent
            found[-1] += [(style, sign * 2), f" {clip(name, max(1, width - indent - 3))}  "]
            used += long
        return found


def _sparks(chart: Chart, width: int, *, plain: bool) -> list[list[Span]]:
    """Each series as a sparkline with its highest value and where it is."""
    found: list[list[Span]] = []
    for number, one in enumerate(chart.series):
        known = [(value, place) for place, value in enumerate(one.values) if value is not None and math.isfinite(value)]
        most, place = max(known, key=lambda pair: pair[0], default=(0.0, 0))
        where = f" at {chart.marks[place]}" if known and place < len(chart.marks) else ""
        found.append([clip(f"{one.name}: at most {shown(most, chart.form)}{where}", width)])
        found.append([(STYLES[number % len(STYLES)], sparkline(one.values, width, plain=plain, pick=one.pick))])
    return found
