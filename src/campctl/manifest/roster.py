"""Rosters: users, ports and numbers from CSV, because rosters live in spreadsheets.

    users:
      from: roster.csv                  # inside the campaign's folder
      columns: { id: Login, name: Full name, ... }      # field to header; without it the headers are the fields' names

Further ids may stand beside `from`, or below `also:`. Empty cells are fields not given; lists are split at `;` or `,`.
The separator is whichever of `,`, `;` and tab the header line has most of.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from campctl.findings import Related, Span
from campctl.findings.suggest import Suggester
from campctl.manifest.fields import SECTIONS
from campctl.manifest.kinds import Context, text_of
from campctl.manifest.limits import MAX_CSV_ROWS
from campctl.manifest.nodes import Lost, Map, Node
from campctl.manifest.problems import Bad

ROSTER_KEYS = frozenset(("from", "columns", "also"))
_KEY = {"users": "id", "ports": "id", "numbers": "number"}
"""The column that holds the key of an entry. Rows of ports need none: the key of a bank is only a label."""


class Sheet:
    """One CSV file while it is read. Finds the place of a cell when a finding needs it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.split("\n")
        header = self.lines[0]
        self.separator = max(",;\t", key=header.count)
        self.reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.separator, strict=True)

    def span(self, line: int, index: int) -> Span:
        """The place of the `index`-th cell of the row that begins on `line` (as far as the row's first line shows it)."""
        text = self.lines[line - 1].rstrip("\r") if line <= len(self.lines) else ""
        start, quoted, count = 0, False, 0
        for place, character in enumerate(text):
            if character == '"':
                quoted = not quoted
            elif character == self.separator and not quoted:
                if count == index:
                    return Span(self.file, line, start + 1, place + 1)
                count += 1
                start = place + 1
        return Span(self.file, line, (start if count == index else 0) + 1, len(text) + 1)


class Cell:
    """A value of a roster, in a scalar's place."""

    __slots__ = ("index", "line", "sheet", "value")
    style = "csv"

    def __init__(self, value: str, sheet: Sheet, line: int, index: int) -> None:
        self.value = value
        self.sheet = sheet
        self.line = line
        self.index = index

    def place(self) -> Span:
        """Row and column."""
        return self.sheet.span(self.line, self.index)

    def split(self) -> list[Cell]:
        """The parts of a cell that holds a list."""
        parts = self.value.replace(";", ",").split(",")
        return [Cell(part.strip(), self.sheet, self.line, self.index) for part in parts if part.strip()]


def decoded(ctx: Context, name: str, data: bytes) -> str | None:
    """The text of a CSV file. Latin-1 is reported with its row and read on as Windows-1252, so that other faults show too."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        what = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "no text"
        ctx.add("not-utf-8", f"{name} is {what}, so it was not read.", Span(name, 1, 1), help="Save it as CSV UTF-8.")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + (3 if data[:3] == b"\xef\xbb\xbf" else 0)
        line = data.count(b"\n", 0, start) + 1
        column = start - data.rfind(b"\n", 0, start)
        what = f"Row {line} of {name} is not UTF-8 (byte 0x{data[start]:02x}); names in it would come out wrong."
        ctx.add("not-utf-8", what, Span(name, line, column, column + 1), help="Save it as CSV UTF-8; it may be Latin-1 or Windows-1252.")
        return data.decode("cp1252", errors="replace")


class Rosters:
    """Collects `from`, `columns` and `also` of one file's sections, and reads the CSV files they name."""

    def __init__(self, ctx: Context, fetch: Callable[[str, Any], bytes | None]) -> None:
        self._ctx = ctx
        self._fetch = fetch
        self._lost: list[str] = []
        self._noted: dict[str, dict[str, tuple[Any, Node]]] = {}
        self.files: list[str] = []

    def note(self, section: str, key: Any, node: Node) -> None:
        """One of the three keys of a section."""
        noted = self._noted.setdefault(section, {})
        if key.value in noted:
            self._ctx.duplicate_key(key, noted[key.value][0])
        else:
            noted[key.value] = (key, node)

    def finish(self, assembly: Any) -> None:
        """Read what the file that just ended named."""
        ctx = self._ctx
        noted_all, self._noted = self._noted, {}
        for section, noted in noted_all.items():
            if "also" in noted:
                self._also(assembly, section, *noted["also"])
            if "from" not in noted:
                if "columns" in noted:
                    ctx.add(
                        "missing-key",
                        "`columns` names the columns of a roster, and no `from` names the roster.",
                        noted["columns"][0],
                        help="Add `from: roster.csv`.",
                    )
                continue
            file, begun = ctx.file, False
            try:
                for key, row in self._rows(section, noted):
                    if not begun:
                        assembly.begin_file(ctx.file)
                        begun = True
                    assembly.entry(section, key, row)
            except Bad as bad:
                ctx.file = file
                ctx.bad(bad, noted["from"][1])
            ctx.file = file

    def _also(self, assembly: Any, section: str, key: Any, node: Node) -> None:
        if node.__class__ is Map:
            for entry_key, entry in node.items.values():
                assembly.entry(section, entry_key, entry)
        else:
            self._ctx.add("wrong-type", "`also` holds a mapping of id to fields.", key, help="Write the ids below it, or beside `from`.")

    def _rows(self, section: str, noted: dict[str, tuple[Any, Node]]) -> Iterator[tuple[Cell, Map]]:
        """(key, fields) of every row."""
        ctx = self._ctx
        source = noted["from"][1]
        name = text_of(ctx, source, "the name of a CSV file")
        data = self._fetch(name, source)
        if data is None:
            return
        self.files.append(name)
        columns = self._columns(section, noted.get("columns"))
        yaml_file, ctx.file = ctx.file, name
        text = decoded(ctx, name, data)
        if not text or not text.strip():
            if text is not None:
                ctx.add("empty-file", f"{name} is empty.", Span(name, 1, 1), help="A roster begins with a line of headers.")
            ctx.file = yaml_file
            return
        sheet = Sheet(name, text)
        try:
            header = [cell.strip() for cell in next(sheet.reader)]
            places = self._places(section, sheet, header, columns, yaml_file, source)
            yield from self._cells(section, sheet, len(header), places)
        except csv.Error as error:
            ctx.add(
                "bad-csv",
                f"Row {sheet.reader.line_num} of {name} cannot be read: {error}.",
                Span(name, max(1, sheet.reader.line_num), 1),
                help="Look for a quote that is not closed.",
            )
        ctx.file = yaml_file

    def _columns(self, section: str, pair: tuple[Any, Node] | None) -> dict[str, tuple[str, Node]] | None:
        """Field to (header, node that says so); None when the headers are the fields' names."""
        ctx = self._ctx
        if pair is None:
            return None
        key, node = pair
        if node.__class__ is not Map:
            ctx.add("wrong-type", "`columns` is a mapping of field to header.", key, help="Write `{ id: Login, name: Full name }`.")
            return None
        names = (_KEY[section], *SECTIONS[section].parsers)
        found = {}
        for field, (field_key, header) in node.items.items():
            if field not in names:
                near = Suggester(names).did_you_mean(field) or f"The fields are {', '.join(names)}."
                ctx.add("unknown-key", f"`{field}` is not a field of {section}.", field_key, help=near)
                continue
            try:
                found[field] = (text_of(ctx, header, "a column's header").strip(), header)
            except Bad as bad:
                ctx.bad(bad, header if getattr(header, "value", "x") else field_key)
        return found

    def _places(
        self, section: str, sheet: Sheet, header: list[str], columns: dict[str, tuple[str, Node]] | None, yaml_file: str, source: Node
    ) -> dict[str, int]:
        """Field to index of its column; headers that are missing or stand twice are reported."""
        ctx = self._ctx
        index: dict[str, int] = {}
        for place, name in enumerate(header):
            if name and name in index:
                what = f"`{name}` heads two columns, {index[name] + 1} and {place + 1}; the first one is read."
                ctx.add("duplicate-header", what, sheet.span(1, place), help="Rename one of them.")
            else:
                index[name] = place
        names = (_KEY[section], *SECTIONS[section].parsers)
        if columns is None:
            found = {name: index[name] for name in names if name in index}
            for name, place in index.items():
                if name and name not in names:
                    near = Suggester(names).did_you_mean(name)
                    ctx.add(
                        "unknown-column",
                        f"`{name}` is not a field of {section}, so this column is not read.",
                        sheet.span(1, place),
                        help=near or _SAY_COLUMNS,
                    )
        else:
            found = {}
            for name, (wanted, node) in columns.items():
                if wanted in index:
                    found[name] = index[wanted]
                    continue
                near = Suggester(index).did_you_mean(wanted)
                ctx.file = yaml_file
                related = (Related("its headers", span=Span(sheet.file, 1, 1, len(sheet.lines[0].rstrip()) + 1)),)
                ctx.add(
                    "missing-column",
                    f"{sheet.file} has no column `{wanted}`.",
                    node,
                    help=near or f"Its columns are {', '.join(index)}.",
                    related=related,
                )
                ctx.file = sheet.file
        if _KEY[section] not in found and section != "ports" and not (columns and _KEY[section] in columns):
            what = f"No column of {sheet.file} holds the {_KEY[section]}, so no row of it could be read."
            ctx.file = yaml_file
            ctx.add("missing-column", what, source, help=f"Say which one it is: `columns: {{ {_KEY[section]}: HEADER }}`.")
            ctx.file = sheet.file
        self._lost = [name for name in columns if name not in found] if columns else []
        for name, _ in SECTIONS[section].required:
            if name not in found and name not in self._lost:
                self._lost.append(name)
                ctx.file = yaml_file
                what = f"No column of {sheet.file} holds `{name}`, which all of {section} need."
                ctx.add("missing-column", what, source, help=f"Say which one it is: `columns: {{ {name}: HEADER, ... }}`.")
                ctx.file = sheet.file
        return found

    def _cells(self, section: str, sheet: Sheet, width: int, places: dict[str, int]) -> Iterator[tuple[Cell, Map]]:
        ctx = self._ctx
        key_column = places.get(_KEY[section])
        if key_column is None and section != "ports":
            return
        fields = [(name, index) for name, index in places.items() if name != _KEY[section]]
        headers = {name: Cell(name, sheet, 1, index) for name, index in fields}
        lost = Lost(None, None)
        missing = dict.fromkeys(self._lost, (lost, lost))
        line = sheet.reader.line_num + 1
        count = 0
        for row in sheet.reader:
            first, line = line, sheet.reader.line_num + 1
            if not any(row):
                continue
            count += 1
            if count > MAX_CSV_ROWS:
                ctx.add(
                    "file-too-large",
                    f"{sheet.file} has more than {MAX_CSV_ROWS:,} rows; the rest is not read.",
                    Span(sheet.file, first, 1),
                    help="Split it.",
                )
                return
            if len(row) != width:
                what = f"This row has {len(row)} cells, the header line has {width}; values may stand in the wrong columns."
                ctx.add(
                    "ragged-row",
                    what,
                    Span(sheet.file, first, 1, len(sheet.lines[first - 1].rstrip()) + 1),
                    help="Add or remove separators; quote cells that hold one.",
                )
            node = Map(None)
            node.items.update(missing)
            for name, index in fields:
                if len(row) > width:  # no telling which cell is which
                    node.items[name] = (headers[name], lost)
                    continue
                value = row[index].strip() if index < len(row) else ""
                if value:
                    node.items[name] = (headers[name], Cell(value, sheet, first, index))
            if key_column is None:
                yield Cell(f"row-{first}", sheet, first, 0), node
                continue
            key = row[key_column].strip() if key_column < len(row) else ""
            if key:
                yield Cell(key, sheet, first, key_column), node
            else:
                ctx.add(
                    "missing-key",
                    f"This row has no {_KEY[section]}, so it was not read.",
                    sheet.span(first, key_column),
                    help="Fill in the cell.",
                )


_SAY_COLUMNS = "Say which columns count: `columns: { id: HEADER, ... }`."
