"""Forecasts: calls by interval from CSV, and the shape of a day.

    start,calls,handling
    2026-11-03T05:00,40,300
    2026-11-03T05:15,55,5m

Starts are what the clock on the wall shows in the hotline's zone, or instants with an offset. They follow each other at equal
distances: a row that is missing would be read as an hour without calls, so it is a finding and no forecast.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl.findings import Finding, Span
from campctl.manifest import times, units
from campctl.manifest.kinds import Context, Kind, check_null, did_you_mean, text_of, wrong
from campctl.manifest.limits import MAX_CSV_ROWS
from campctl.manifest.nodes import Map, Node, Seq
from campctl.manifest.problems import Bad
from campctl.model.campaign import Expected, Shape
from campctl.model.shapes import SHAPES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from campctl.manifest.roster import Cell, Sheet

MOST = 1_000_000
"""Calls in one interval that nobody ever had: more is a slip."""
OUTLIER = 20
"""So many times the mean of all others is more likely a digit too many than a rush."""
COLUMNS = ("start", "calls", "handling")


def figure(text: str) -> float:
    """Calls in an interval; a forecast may have fractions of them."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Bad("forecast-figure", f"`{text}` is not a number of calls.", "Write digits, such as `120` or `37.5`.")
    if not 0 <= value <= MOST:
        what = "fewer than none" if value < 0 else f"more than {MOST:,} in one interval"
        raise Bad("forecast-figure", f"`{text}` calls are {what}.", "Look for a slip of the pen; 0 is none.")
    return value


def _figure(ctx: Context, node: Node) -> float:
    check_null(ctx, node)
    return figure(text_of(ctx, node, "a number of calls"))


def _shape(ctx: Context, node: Node) -> Shape:
    if node.__class__ is not Seq:
        if node.__class__ is Map:
            raise wrong(node, "a shape", f"Write one of {', '.join(SHAPES)}, or 24 weights.")
        name = text_of(ctx, node, "a shape")
        if name in SHAPES:
            return name
        near = did_you_mean(tuple(SHAPES), name) or f"Write one of {', '.join(SHAPES)}, or a list of 24 weights."
        raise Bad("bad-shape", f"There is no shape `{name}`.", near)
    texts = [text_of(ctx, item, "a weight").strip() for item in node.items]
    shares = sum(text.endswith("%") for text in texts)
    weights = []
    for text, item in zip(texts, node.items, strict=True):
        try:
            weight = float(text.removesuffix("%"))
        except ValueError:
            weight = math.nan
        if not (math.isfinite(weight) and weight >= 0):
            raise Bad("bad-shape", f"`{text}` is not a weight of an hour.", "Write 0 or more, or shares such as `8%`.", item)
        weights.append(weight)
    if len(weights) != 24:
        raise Bad(
            "bad-shape", f"A shape has 24 weights, one for each hour from midnight; here are {len(weights)}.", "Write 0 for quiet hours."
        )
    total = sum(weights)
    if 0 < shares < 24:
        raise Bad("bad-shape", f"{shares} of the 24 are shares with a percent sign, the others are not.", "Write all of them alike.")
    if shares and abs(total - 100) > 0.5:
        raise Bad(
            "bad-shape", f"The shares of the hours add up to {total:g}%, not to 100%.", "Correct them, or leave out the percent signs."
        )
    if not total:
        raise Bad("bad-shape", "All weights are 0, so the calls of the day come at no time.", "Give the busy hours some weight.")
    return tuple(weights)


def _calls_file(ctx: Context, node: Node) -> Expected | None:
    name = text_of(ctx, node, "the name of a CSV file")
    data = ctx.fetch(name, node) if ctx.fetch is not None else None
    zone = times.zone(ctx.zone_name)
    assert zone is not None
    return None if data is None else read_csv(ctx, name, data, zone)


FIGURE = Kind("figure", _figure, {"type": "number", "minimum": 0, "maximum": MOST}, "number of calls")
SHAPE = Kind(
    "shape",
    _shape,
    {
        "anyOf": [
            {"enum": list(SHAPES)},
            {"type": "array", "minItems": 24, "maxItems": 24, "items": {"type": ["number", "string"], "pattern": r"^\d+(\.\d+)?%?$"}},
        ]
    },
    f"{' or '.join(f'`{name}`' for name in SHAPES)}; or 24 weights of the hours from midnight",
)
CALLS_FILE = Kind("calls", _calls_file, {"type": "string"}, "name of a CSV file")


_PASSABLE = frozenset({"forecast-figure", "bad-duration", "out-of-range", "unknown-column", "duplicate-header"})
"""With these the starts of all rows are known, so that what is wrong with their distances can be told too."""


class _Row(Struct):
    """A row: where it stands, what its clock shows, the instant, calls, seconds of handling (0: not said)."""

    cell: Any
    said: datetime
    at: datetime
    calls: float
    handling: float


def read_csv(ctx: Context, name: str, data: bytes, zone: ZoneInfo) -> Expected | None:
    """The forecast in a CSV file; None, with its findings in `ctx`, when something in it is wrong."""
    from campctl.manifest.roster import Sheet

    before, file = len(ctx.findings), ctx.file
    ctx.file = name
    try:
        text = _text(ctx, name, data)
        if text is None:
            return None
        sheet = Sheet(name, text)
        try:
            rows = _rows(ctx, sheet, zone)
        except csv.Error as error:
            what = f"Row {sheet.reader.line_num} of {name} cannot be read: {error}."
            ctx.add("bad-csv", what, Span(name, max(1, sheet.reader.line_num), 1), help="Look for a quote that is not closed.")
            return None
        unclear = any(finding.code not in _PASSABLE for finding in ctx.findings[before:])
        found = None if unclear or not _one_clock(ctx, rows, zone) else _joined(ctx, name, rows, zone)
        return None if any(finding.severity == "error" for finding in ctx.findings[before:]) else found
    finally:
        ctx.file = file


def _text(ctx: Context, name: str, data: bytes) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"Row {line} of {name} is not UTF-8 (byte 0x{data[error.start]:02x})."
        ctx.add("not-utf-8", what, Span(name, line, 1), help="Save it as CSV UTF-8.")
        return None
    if "\0" in text:
        ctx.add("not-utf-8", f"{name} is no text, so it was not read.", Span(name, 1, 1), help="Save it as CSV UTF-8.")
        return None
    if not text.strip():
        ctx.add("empty-file", f"{name} is empty.", Span(name, 1, 1), help="A forecast begins with the line `start,calls`.")
        return None
    return text


def _header(ctx: Context, sheet: Sheet) -> dict[str, int] | None:
    """Column to its place."""
    header = [cell.strip().lower() for cell in next(sheet.reader)]
    places: dict[str, int] = {}
    for index, name in enumerate(header):
        if name in places:
            what = f"`{name}` heads two columns, {places[name] + 1} and {index + 1}; the first one is read."
            ctx.add("duplicate-header", what, sheet.span(1, index), help="Rename one of them.")
        elif name in COLUMNS:
            places[name] = index
        elif name:
            near = did_you_mean(COLUMNS, name) or f"Columns of a forecast are {', '.join(COLUMNS)}."
            ctx.add("unknown-column", f"`{name}` is no column of a forecast, so it is not read.", sheet.span(1, index), help=near)
    missing = [name for name in COLUMNS[:2] if name not in places]
    for name in missing:
        what = f"{sheet.file} has no column `{name}`."
        if name == "start" and "date" in header:
            what += " A date and a time of day in two columns are to be one: `2026-11-03T05:00`."
        span = Span(sheet.file, 1, 1, len(sheet.lines[0].rstrip()) + 1)
        ctx.add("missing-column", what, span, help=f"Its columns are {', '.join(header)}; a forecast needs `start` and `calls`.")
    return None if missing else places


def _rows(ctx: Context, sheet: Sheet, zone: ZoneInfo) -> list[_Row]:
    from campctl.manifest.roster import Cell

    places = _header(ctx, sheet)
    rows: list[_Row] = []
    if places is None:
        return rows
    line = sheet.reader.line_num + 1
    for row in sheet.reader:
        first, line = line, sheet.reader.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        if len(rows) >= MAX_CSV_ROWS:
            what = f"{sheet.file} has more than {MAX_CSV_ROWS:,} rows."
            ctx.add("file-too-large", what, Span(sheet.file, first, 1), help="Leave out the days that are over.")
            return rows
        cells = {name: Cell(row[index].strip() if index < len(row) else "", sheet, first, index) for name, index in places.items()}
        read = _row(ctx, cells, zone, rows[-1].at if rows else None)
        if read is not None:
            rows.append(read)
    return rows


def _row(ctx: Context, cells: dict[str, Cell], zone: ZoneInfo, before: datetime | None) -> _Row | None:
    at: datetime | None = None
    said = datetime.min  # noqa: DTZ901 - taken only when the next lines give another one
    calls = handling = 0.0
    try:
        said = times.parse_time(cells["start"].value)
        at = _instant(ctx, said, cells["start"], zone, before)
    except Bad as bad:
        ctx.bad(bad, cells["start"])
    try:
        calls = figure(cells["calls"].value)
    except Bad as bad:
        ctx.bad(bad, cells["calls"])
    if "handling" in cells and cells["handling"].value:
        try:
            handling = _handling(cells["handling"].value)
        except Bad as bad:
            ctx.bad(bad, cells["handling"])
    return None if at is None else _Row(cells["start"], said, at, calls, handling)


def _instant(ctx: Context, said: datetime, cell: Cell, zone: ZoneInfo, before: datetime | None) -> datetime:
    """The instant of a start. Of a time that the clock shows twice, the second one, where the row before has the first."""
    at, odd = times.resolve(said, zone)
    if odd == "skipped":
        _, complaint = times.instant(cell.value, zone)
        assert complaint is not None
        ctx.bad(complaint, cell)
    if odd == "repeated" and before is not None and at <= before:
        again = said.replace(tzinfo=zone, fold=1).astimezone(UTC)
        return again if again > before else at
    return at


def _handling(text: str) -> float:
    """Seconds, plain or with units; a second to four hours."""
    try:
        value = float(text)
    except ValueError:
        value = units.seconds(text)
    if not 1 <= value <= 4 * 3600:
        raise Bad("forecast-figure", f"`{text}` is no time to handle a call in.", "Write seconds, or `5m`; up to four hours.")
    return value


def _one_clock(ctx: Context, rows: Sequence[_Row], zone: ZoneInfo) -> bool:
    """Whether all starts are of one clock; else `forecast-zones`."""
    first = rows[0] if rows else None
    for row in rows:
        assert first is not None
        local, offset = row.said.tzinfo is None, row.said.utcoffset()
        same_kind = local == (first.said.tzinfo is None)
        zones_own = not local and offset == row.at.astimezone(zone).utcoffset()
        firsts_own = first.said.tzinfo is not None and first.said.utcoffset() == first.at.astimezone(zone).utcoffset()
        if same_kind and (local or offset == first.said.utcoffset() or (zones_own and firsts_own)):
            continue
        ctx.add(
            "forecast-zones",
            f"This start is of another clock than the first one (`{first.cell.value}`); the calls would be counted at the wrong hour.",
            row.cell,
            help=f"Write all of them as {zone.key} shows them, without offset, or all with the offset of one zone.",
        )
        return False
    return True


def _joined(ctx: Context, name: str, rows: list[_Row], zone: ZoneInfo) -> Expected | None:
    """One interval after the other, all equally long."""
    if len(rows) < 2:
        what = f"{name} has {len(rows)} row{'' if len(rows) == 1 else 's'}; from two on it is clear how long an interval is."
        ctx.add("forecast-uneven", what, Span(name, 1, 1), help="Write a row for each interval.")
        return None
    ordered = sorted(rows, key=lambda row: row.at)
    back = next((row for row, before in zip(rows[1:], rows, strict=False) if row.at < before.at), None)
    if back is not None:
        what = "This row begins before the one above it. The rows were put in order; where they were pasted together, look at both parts."
        ctx.add("forecast-unsorted", what, back.cell, help="Sort the file by `start`.")
    steps = Counter(round((after.at - row.at).total_seconds()) for row, after in pairwise(ordered))
    steps.pop(0, None)
    length = max(steps, key=lambda step: (steps[step], -step), default=0)
    if length and not 60 <= length <= 86_400:
        what = f"The intervals are {timedelta(seconds=length)} long."
        ctx.add("forecast-uneven", what, ordered[1].cell, help="An interval lasts from a minute to a day.")
        return None
    for row, after in pairwise(ordered):
        _step(ctx, row, after, length, zone)
    _outliers(ctx, ordered)
    some = any(row.handling for row in ordered)
    if some and not all(row.handling for row in ordered):
        odd = next(row for row in ordered if not row.handling)
        ctx.add("forecast-figure", "This row says no handling time, and others do.", odd.cell, help="Fill in the column, or leave it out.")
    handling = tuple(row.handling for row in ordered) if some else ()
    return Expected(ordered[0].at, length, tuple(row.calls for row in ordered), handling, name)


def _step(ctx: Context, row: _Row, after: _Row, length: int, zone: ZoneInfo) -> None:
    """What is wrong between a row and the next."""
    step = round((after.at - row.at).total_seconds())
    if step == length:
        return
    if step == 0:
        what = f"`{after.cell.value}` is also the start of row {row.cell.line}; which of the two figures holds would be chance."
        ctx.add("forecast-twice", what, after.cell, help="Remove one of the two.")
    elif step % length:
        what = f"This interval begins {_minutes(step)} after the one before it; most are {_minutes(length)} long."
        ctx.add("forecast-uneven", what, after.cell, help="Make all intervals equally long.")
    else:
        begins, ends = ((at.astimezone(zone)) for at in (row.at + timedelta(seconds=length), after.at))
        what = f"From {begins:%Y-%m-%d %H:%M} until {ends:%H:%M} nothing is said. As no calls, it would leave those hours without people."
        ctx.add("forecast-gap", what, after.cell, help="Add the rows that are missing; 0 where nobody calls.")


def _outliers(ctx: Context, rows: Sequence[_Row]) -> None:
    total = sum(row.calls for row in rows)
    for row in rows:
        mean = (total - row.calls) / (len(rows) - 1)
        if len(rows) >= 8 and mean > 0 and row.calls > OUTLIER * mean and row.calls > 100:
            what = f"{row.calls:g} calls are {row.calls / mean:.0f} times what the other intervals have in the mean ({mean:.3g})."
            ctx.add("forecast-outlier", what, row.cell, help="Look for a digit too many; if it is meant, this is only a warning.")


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:g} minutes"


def read_file(name: str, data: bytes, zone: ZoneInfo) -> tuple[Expected | None, list[Finding]]:
    """A forecast by itself, CSV, or YAML with `from`, `every` and `calls`, with everything that is wrong with it."""
    ctx = Context()
    ctx.file, ctx.zone_name = name, zone.key
    if not name.endswith((".yaml", ".yml")):
        return read_csv(ctx, name, data, zone), ctx.findings
    from yaml import YAMLError

    from campctl.manifest.decode import table
    from campctl.manifest.fields import FORECAST
    from campctl.manifest.nodes import Reader, TooBroken

    found: Expected | None = None
    try:
        root = Reader(data, ctx).root()
        if root is None:
            ctx.add("empty-file", f"{name} is empty.", Span(name, 1, 1), help="Write `from`, `every` and `calls`.")
        else:
            found = table(FORECAST).parse(ctx, root)
    except TooBroken:
        pass
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = Span(name, mark.line + 1, mark.column + 1) if mark else Span(name, 1, 1)
        ctx.add("yaml-syntax", f"{name} is no YAML: {getattr(error, 'problem', None) or error}.", place, help="Look at the line named.")
    except Bad as bad:
        ctx.bad(bad, Span(name, 1, 1))
    return (None if any(one.severity == "error" for one in ctx.findings) else found), ctx.findings
