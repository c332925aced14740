"""Rosters in CSV under edit: cells changed, rows added and removed; quoting, separators, line ends, byte order mark and encoding kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from campctl.manifest.edit_document import BOM
from campctl.manifest.edit_nodes import Odd

KEY: Final = {"users": "id", "ports": "id", "numbers": "number"}
"""The field that holds an entry's id; as in `manifest.roster`."""


class Cell(NamedTuple):
    """Where a cell stands in the text, its quotes included, and what it says."""

    start: int
    end: int
    value: str
    quoted: bool


class Row(NamedTuple):
    """A row: its cells, and where it begins and ends, its line end included."""

    start: int
    end: int
    cells: list[Cell]


class Sheet:
    """One CSV file. `columns`: field to header, None when the headers are the fields' names."""

    def __init__(self, file: str, content: bytes, section: str, columns: Mapping[str, str] | None) -> None:
        self.file = file
        self.section = section
        self.bom = content.startswith(BOM)
        body = content[len(BOM) if self.bom else 0 :]
        if body[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in body:
            raise Odd("it is not UTF-8")
        try:
            self.encoding = "utf-8"
            self.text = body.decode()
        except UnicodeDecodeError:
            self.encoding = "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", body) else "cp1252"
            self.text = body.decode(self.encoding)
        first = self.text.split("\n", 1)[0]
        self.separator = max(",;\t", key=first.count)
        self._cell = re.compile(rf'(?:[ ]*"((?:[^"]|"")*)"[ ]*|([^{self.separator}\r\n]*))({self.separator}|\r\n|\n|\r|\Z)')
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        header = self._row(0)
        self.width = len(header.cells)
        names = [cell.value.strip() for cell in header.cells]
        wanted = columns if columns is not None else {name: name for name in names}
        self.places = {field: names.index(name) for field, name in wanted.items() if name in names}
        self.first = header.end

    @property
    def content(self) -> bytes:
        """The bytes of the file as it stands now."""
        return (BOM if self.bom else b"") + self.text.encode(self.encoding)

    def find(self, **fields: str) -> Row | None:
        """The row whose cells say this. Raises Odd when two do."""
        if not fields.keys() <= self.places.keys():
            return None
        wanted = [(self.places[field], value) for field, value in fields.items()]
        found = [
            row for row in self._rows(wanted[0][1]) if all(len(row.cells) > at and row.cells[at].value.strip() == it for at, it in wanted)
        ]
        if len(found) > 1:
            raise Odd(f"{' '.join(fields.values())} stands twice in it")
        return found[0] if found else None

    def set(self, row: Row, field: str, value: Any) -> None:
        """Another value for a cell; None empties it. Raises Odd when the file has no column for the field."""
        if field not in self.places:
            if value is None:
                return
            raise Odd(f"it has no column for `{field}`")
        at = self.places[field]
        if at >= len(row.cells):
            raise Odd("the row has fewer cells than the header")
        cell = row.cells[at]
        words = _words(value, self.separator)
        before = self._read()
        index = self._index(row)
        self._commit(
            cell.start,
            cell.end,
            self._written(words, cell.quoted),
            [*before[:index], [*before[index][:at], words, *before[index][at + 1 :]], *before[index + 1 :]],
        )

    def add(self, fields: Mapping[str, Any], near: Row | None) -> None:
        """A new row behind `near`, else behind the last one."""
        for field in fields:
            if field not in self.places:
                raise Odd(f"it has no column for `{field}`")
        words = [""] * self.width
        for field, value in fields.items():
            words[self.places[field]] = _words(value, self.separator)
        line = self.separator.join(self._written(one, quoted=False) for one in words)
        before = self._read()
        if near is None:
            at = self._end_of_line(len(self.text.rstrip("\r\n")))
            index = self._count(at)
        else:
            at, index = near.end, self._index(near) + 1
        ended = self.text[:at].endswith(("\n", "\r"))
        new = line + self.newline if ended else self.newline + line
        self._commit(at, at, new, [*before[:index], words, *before[index:]])

    def remove(self, row: Row) -> None:
        """Take a row out."""
        before = self._read()
        index = self._index(row)
        self._commit(row.start, row.end, "", [*before[:index], *before[index + 1 :]])

    def _rows(self, holding: str) -> list[Row]:
        """The rows that may hold a text: by line where nothing is quoted, else all of them."""
        rows = []
        if '"' not in self.text:
            at = self.text.find(holding, self.first)
            while at >= 0:
                row = self._row(max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1)
                rows.append(row)
                at = self.text.find(holding, max(row.end, at + 1))
            return rows
        at = self.first
        while at < len(self.text):
            row = self._row(at)
            rows.append(row)
            at = row.end
        return rows

    def _row(self, start: int) -> Row:
        cells = []
        at = start
        while True:
            match = self._cell.match(self.text, at)
            if match is None:
                raise Odd("it has a quote that is not closed, or stands in the middle of a cell")
            quoted = match[1] is not None
            cells.append(Cell(match.start(), match.start(3), match[1].replace('""', '"') if quoted else match[2], quoted))
            at = match.end()
            if match[3] != self.separator:
                return Row(start, at, cells)

    def _read(self) -> list[list[str]]:
        """As the csv module reads it, which is how the roster is loaded."""
        try:
            return list(csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True))
        except csv.Error as error:
            raise Odd(f"it is not CSV that can be read ({error}); look for a quote that is not closed") from error

    def _index(self, row: Row) -> int:
        """Which of the read rows it is."""
        return self._count(row.start)

    def _count(self, end: int) -> int:
        """How many rows are read up to a place."""
        return len(list(csv.reader(io.StringIO(self.text[:end], newline=""), delimiter=self.separator, strict=True)))

    def _end_of_line(self, at: int) -> int:
        match = re.compile(r"\r\n|\n|\r|\Z").match(self.text, at)
        return match.end() if match else at

    def _written(self, words: str, quoted: bool) -> str:
        needs = quoted or any(char in words for char in (self.separator, '"', "\n", "\r"))
        return '"' + words.replace('"', '""') + '"' if needs else words

    def _commit(self, start: int, end: int, new: str, expected: list[list[str]]) -> None:
        try:
            new.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise Odd(f"its encoding ({self.encoding}) has no sign for {new[error.start : error.end]!r}; save it as UTF-8 first") from error
        before = self.text
        self.text = before[:start] + new + before[end:]
        try:
            same = self._read() == expected
        except Odd:
            same = False
        if not same:
            self.text = before
            raise Odd("reading it after the change does not give what was intended")


def _words(value: Any, separator: str) -> str:
    """A value as a cell says it; lists are joined by `;`, which needs quotes only where it separates cells."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        raise Odd("a cell cannot hold fields of its own")
    if isinstance(value, Sequence) and not isinstance(value, str):
        words = [str(one) for one in value]
        if any(";" in one or "," in one for one in words):
            raise Odd("an item of the list holds `;` or `,`, which separate items in a cell")
        return (", " if separator == ";" else "; ").join(words)
    return str(value)
