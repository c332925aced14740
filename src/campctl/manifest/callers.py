"""Volunteers and call lists from CSV, and what counts how much from YAML, for `campctl match`.

    id,name,phone,languages,profession,veteran,city,state,time_zone,free,hours
    v01,Ada Poe,+13125550141,en;es,teacher,,Chicago,IL,America/Chicago,mon-fri 18:00-21:00,6

    id,name,wants,least,languages,profession,veteran,city,state,time_zone,hours
    teachers-il,Teachers in Illinois,4,2,,teacher,,,IL,America/Chicago,mon-fri 17:00-21:00

Columns that are named here have their meaning; every other one is an attribute, compared where both files have it. The files are
read as rosters are: `,`, `;` or tab, a byte order mark or none, and every fault with its row and column.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from campctl.capacity.background import YES, CallList, Preferences, Volunteer
from campctl.errors import UsageError
from campctl.findings import Finding, Related, Span
from campctl.manifest import times, units
from campctl.manifest.kinds import Context, did_you_mean
from campctl.manifest.limits import MAX_CSV_ROWS, MAX_FILE_BYTES
from campctl.manifest.plain import parse
from campctl.manifest.problems import Bad
from campctl.manifest.roster import Cell, Sheet, decoded
from campctl.model.campaign import HoursRule

T = TypeVar("T")
SHARED = ("id", "name", "languages", "city", "county", "state", "excluded_states", "time_zone", "hours")
VOLUNTEER = (*SHARED, "phone", "free")
LIST = (*SHARED, "wants", "least", "languages_preferred")
CARRIED = frozenset(("email", "e-mail", "address", "street", "postal_code", "zip", "notes", "comment", "comments"))
"""Columns of people's data that are no background; never compared."""
NO = frozenset(("", "no", "n", "false", "0", "-", "none"))
MAX_WANTED = 1_000_000
WEEK_HOURS = 168
"""Hours of a week."""


class Table(Struct, frozen=True):
    """What a file held, which attributes it has, and what is wrong with it; `unit` of lists: "people" or "hours"."""

    rows: tuple[Any, ...]
    attributes: tuple[str, ...]
    findings: tuple[Finding, ...]
    unit: str = "people"


def volunteers(name: str, data: bytes, zone: str) -> Table:
    """Volunteers, in the order of the file. `zone` is that of rows without one ("": each row with hours needs its own)."""
    reader = _Reader(name, data, VOLUNTEER, needed=("id",), zone=zone)
    return reader.table(_volunteer)


def call_lists(name: str, data: bytes, zone: str) -> Table:
    """Call lists, in the order of the file. All want people, or all want hours."""
    reader = _Reader(name, data, LIST, needed=("id", "wants"), zone=zone)
    table = reader.table(lambda row: _call_list(row, reader))
    return Table(table.rows, table.attributes, table.findings, "hours" if reader.unit == "hours" else "people")


class _Row:
    """One row while it is read: cells by column, and where its faults go."""

    def __init__(self, ctx: Context, cells: dict[str, Cell], attributes: tuple[str, ...], zone: str) -> None:
        self.ctx = ctx
        self.cells = cells
        self.attributes = attributes
        self.zone_default = zone

    def text(self, column: str) -> str:
        cell = self.cells.get(column)
        return cell.value if cell is not None else ""

    def low(self, column: str) -> str:
        return " ".join(self.text(column).lower().split())

    def words(self, column: str) -> tuple[str, ...]:
        """The parts of a list, in small letters, each once."""
        cell = self.cells.get(column)
        parts = (" ".join(part.value.lower().split()) for part in cell.split()) if cell is not None else ()
        return tuple(dict.fromkeys(part for part in parts if part))

    def read(self, column: str, how: Callable[[str], T], default: T) -> T:
        """A cell by its own rule; `default` when it is empty, or wrong (which is then a finding)."""
        cell = self.cells.get(column)
        if cell is None or not cell.value:
            return default
        try:
            return how(cell.value)
        except Bad as bad:
            self.ctx.bad(bad, cell)
            return default

    def background(self) -> dict[str, tuple[str, ...]]:
        """Attributes that say something; what means yes is "yes"."""
        found = {}
        for name in self.attributes:
            values = tuple("yes" if word in YES else word for word in self.words(name) if word not in NO)
            if values:
                found[name] = values
        return found

    def zone(self, hours: str) -> str:
        """The row's zone; a finding where one is needed and none is known."""
        name = self.read("time_zone", _zone, "")
        if name or self.text("time_zone"):
            return name or "UTC"
        if self.zone_default or not self.text(hours):
            return self.zone_default or "UTC"
        what = f"`{self.text(hours)}` are hours of a clock, and nothing says in which time zone."
        self.ctx.add("missing-key", what, self.cells[hours], help="Add a column `time_zone`, or --time-zone America/Chicago.")
        return "UTC"


class _Reader:
    """Reads one file."""

    def __init__(self, name: str, data: bytes, columns: tuple[str, ...], *, needed: tuple[str, ...], zone: str) -> None:
        self.name = name
        self.data = data
        self.columns = columns
        self.needed = needed
        self.zone = zone
        self.unit = ""
        self.ctx = Context()
        self.ctx.file = name

    def table(self, make: Callable[[_Row], Any]) -> Table:
        """Every row made into a value."""
        ctx = self.ctx
        attributes: tuple[str, ...] = ()
        rows: list[Any] = []
        if len(self.data) > MAX_FILE_BYTES:
            ctx.add("file-too-large", f"{self.name} has {len(self.data):,} bytes.", Span(self.name, 1, 1), help="Split it.")
            return Table((), (), tuple(ctx.findings))
        text = decoded(ctx, self.name, self.data)
        if text is not None and not text.strip():
            ctx.add("empty-file", f"{self.name} is empty.", Span(self.name, 1, 1), help="It begins with a line of headers.")
        elif text is not None:
            sheet = Sheet(self.name, text)
            try:
                places, attributes = self._header(sheet)
                if all(column in places for column in self.needed):
                    self._rows(sheet, places, attributes, rows, make)
            except csv.Error as error:
                what = f"Row {sheet.reader.line_num} of {self.name} cannot be read: {error}."
                ctx.add("bad-csv", what, Span(self.name, max(1, sheet.reader.line_num), 1), help="Look for a quote that is not closed.")
        return Table(tuple(rows), attributes, tuple(ctx.findings))

    def _header(self, sheet: Sheet) -> tuple[dict[str, int], tuple[str, ...]]:
        ctx = self.ctx
        header = ["_".join(cell.strip().lower().split()) for cell in next(sheet.reader)]
        self.width = len(header)
        places: dict[str, int] = {}
        for index, name in enumerate(header):
            if name and name in places:
                what = f"`{name}` heads two columns, {places[name] + 1} and {index + 1}; the first one is read."
                ctx.add("duplicate-header", what, sheet.span(1, index), help="Rename one of them.")
            elif name:
                places[name] = index
        for name in self.needed:
            if name not in places:
                near = did_you_mean(tuple(places), name) or f"Its columns are {', '.join(places) or 'none'}."
                span = Span(self.name, 1, 1, len(sheet.lines[0].rstrip()) + 1)
                ctx.add("missing-column", f"{self.name} has no column `{name}`.", span, help=near)
        known = {*SHARED, *VOLUNTEER, *LIST} | CARRIED
        attributes = tuple(name for name in places if name not in known)
        for name in attributes:
            near = did_you_mean(self.columns, name)
            if near and name.rstrip("s") not in {column.rstrip("s") for column in places if column != name}:
                what = f"`{name}` is read as an attribute, to be compared with a column of that name in the other file."
                ctx.add("unknown-column", what, sheet.span(1, places[name]), help=near)
        return places, attributes

    def _rows(
        self, sheet: Sheet, places: dict[str, int], attributes: tuple[str, ...], rows: list[Any], make: Callable[[_Row], Any]
    ) -> None:
        ctx = self.ctx
        seen: dict[str, Cell] = {}
        line = sheet.reader.line_num + 1
        for row in sheet.reader:
            first, line = line, sheet.reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if len(rows) >= MAX_CSV_ROWS:
                ctx.add("file-too-large", f"{self.name} has more than {MAX_CSV_ROWS:,} rows.", Span(self.name, first, 1), help="Split it.")
                return
            if len(row) != self.width:
                what = f"This row has {len(row)} cells, the header line has {self.width}; values may stand in the wrong columns."
                span = Span(self.name, first, 1, len(sheet.lines[first - 1].rstrip()) + 1)
                ctx.add("ragged-row", what, span, help="Add or remove separators; quote cells that hold one.")
                continue
            cells = {name: Cell(row[index].strip(), sheet, first, index) for name, index in places.items()}
            key = cells["id"]
            if not key.value:
                ctx.add("missing-key", "This row has no id, so it was not read.", key, help="Fill in the cell.")
            elif key.value in seen:
                where = seen[key.value]
                what = f"`{key.value}` is already the id of row {where.line}; which of the two holds would be chance."
                related = (Related("first used here", span=where.place()),)
                ctx.add("duplicate-id", what, key, help="Remove one of the two rows, or give it an id of its own.", related=related)
            else:
                seen[key.value] = key
                rows.append(make(_Row(ctx, cells, attributes, self.zone)))

    def wanted(self, text: str) -> int:
        """`12` people, or `40h` as minutes; all of one kind."""
        unit = "people" if text.removeprefix("-").isdecimal() else "hours"
        if text.startswith("-"):
            raise Bad("out-of-range", f"`{text}` is fewer than none.", "Write `12` people or `40h`; 0 is a list that rests.")
        value = int(text) if text.isdecimal() and len(text) < 9 else _minutes(text, MAX_WANTED * 60)
        if value > MAX_WANTED * (1 if unit == "people" else 60):
            raise Bad("out-of-range", f"`{text}` is more than {MAX_WANTED:,}.", "Look for a digit too many.")
        if self.unit and unit != self.unit:
            raise Bad(
                "bad-combination",
                f"`{text}` are {unit}, and rows above want {self.unit}; people and hours cannot be weighed against each other.",
                "Write all of them as people (`12`), or all as hours (`40h`).",
            )
        self.unit = unit
        return value


def _volunteer(row: _Row) -> Volunteer:
    return Volunteer(
        id=row.text("id"),
        name=row.text("name"),
        phone=row.text("phone"),
        languages=row.words("languages"),
        attributes=row.background(),
        city=row.low("city"),
        county=row.low("county"),
        state=row.low("state"),
        excluded_states=row.words("excluded_states"),
        time_zone=row.zone("free"),
        free=row.read("free", _week, ()),
        minutes=row.read("hours", _given, None),
    )


def _call_list(row: _Row, reader: _Reader) -> CallList:
    if not row.text("wants"):
        row.ctx.add("missing-key", "This list does not say how many it wants.", row.cells["wants"], help="Write `12` people or `40h`.")
    wants = row.read("wants", reader.wanted, 0)
    least = row.read("least", reader.wanted, min(wants, 60 if reader.unit == "hours" else 1))
    if least > wants and row.text("wants"):
        what = f"The list needs `{row.text('least')}` at the least and wants only `{row.text('wants')}`."
        row.ctx.add("bad-combination", what, row.cells["least"], help="Lower one, or raise the other.")
    return CallList(
        id=row.text("id"),
        name=row.text("name"),
        wants=wants,
        least=min(least, wants),
        languages=row.words("languages"),
        languages_preferred=row.words("languages_preferred"),
        attributes=row.background(),
        city=row.low("city"),
        county=row.low("county"),
        state=row.low("state"),
        excluded_states=row.words("excluded_states"),
        time_zone=row.zone("hours"),
        hours=row.read("hours", _week, ()),
    )


def _week(text: str) -> tuple[HoursRule, ...]:
    """`mon-fri 18:00-21:00; sat 10:00-14:00`."""
    return tuple(rule for part in text.split(";") if part.strip() for rule in units.hours(part.strip()))


def _zone(text: str) -> str:
    if times.zone(text) is None:
        raise Bad("unknown-time-zone", f"There is no time zone `{text}`.", times.zone_help(text))
    return text


def _given(text: str) -> int | None:
    """Hours a week, as minutes: `6`, `1.5`, `6h`, `1h30m`."""
    return _minutes(text, WEEK_HOURS * 60)


def _minutes(text: str, most: int) -> int:
    try:
        value = float(text) * 60
    except ValueError:
        value = units.seconds(text.replace(" ", "")) / 60
    if not 0 <= value <= most:
        what = "fewer than none" if value < 0 else f"more than {most // 60:,} hours"
        raise Bad("out-of-range", f"`{text}` hours are {what}.", "Write hours of a week, such as `6` or `1h30m`.")
    return round(value)


_WEIGHTS = ("attribute", "language", "city", "county", "state", "hours")


def preferences(data: bytes | None, file: str, weights: tuple[str, ...]) -> Preferences:
    """What counts how much: defaults, then the YAML file, then `NAME=WEIGHT` of the command line. `UsageError` says what is wrong."""
    root = parse(data, file) if data is not None else {}
    if not isinstance(root, dict):
        raise UsageError(f"{file} does not hold preferences.", hint="docs/matching.md shows them: `weights`, `require`, `overlap`.")
    for key in root:
        if key not in {"weights", "require", "overlap"}:
            near = did_you_mean(("weights", "require", "overlap"), key) or "The keys are weights, require, overlap."
            raise UsageError(f"{file} has an unknown key `{key}`.", hint=near)
    given = root.get("weights") or {}
    if not isinstance(given, dict):
        raise UsageError(f"{file}: `weights` is a mapping of names to numbers.", hint="Write `weights: { profession: 12, city: 3 }`.")
    said = {name: _weight(name, value, file) for name, value in given.items()}
    for one in weights:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--weight {one!r} is no weight.", hint="Write `--weight profession=12`.")
        said[name.strip().lower()] = _weight(name, value, "--weight")
    require = root.get("require") or []
    require = [require] if isinstance(require, str) else require
    if not isinstance(require, list) or not all(isinstance(name, str) and name for name in require):
        raise UsageError(f"{file}: `require` is a list of attributes.", hint="Write `require: [veteran]`.")
    common = {name: said.pop(name) for name in _WEIGHTS if name in said}
    overlap = 60
    if root.get("overlap"):
        try:
            overlap = _minutes(str(root["overlap"]), WEEK_HOURS * 60)
        except Bad as bad:
            raise UsageError(f"{file}: `overlap`: {bad.detail}", hint=bad.help) from None
    return Preferences(attributes=said, require=tuple(require), overlap=max(1, overlap), **common)


def _weight(name: str, value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 10_000:
        raise UsageError(f"{where}: the weight of {name} is {value!r}.", hint="Weights are numbers from 0 (does not count) to 10,000.")
    return number
