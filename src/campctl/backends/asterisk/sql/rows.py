"""Between facts and rows: pure.

Asterisk's realtime driver splits a column's text at `;` into several values and reads `^XX` as the character with that
code, so both are written as `^3B` and `^5E`, and read back from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from campctl.backends.asterisk.facts.native import Value
from campctl.backends.asterisk.sql.schema import TABLES, Table

Row = tuple[str | None, ...]
Sheet = tuple[tuple[str, ...], str]
"""Columns (the key first) and rows as COPY takes them."""
_CODE = re.compile("\\^([0-9A-F]{2})")


def encoded(text: str) -> str:
    """As Asterisk's driver wants it."""
    return text.replace("^", "^5E").replace(";", "^3B") if "^" in text or ";" in text else text


def decoded(text: str) -> str:
    """What Asterisk makes of a column's text."""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text) if "^" in text else text


def unwritable(table: Table, name: str, value: Value | None) -> str | None:
    """In words why PostgreSQL could not keep this, or None."""
    if value is None:
        text = name
    elif isinstance(value, str):
        text = name + value
    elif isinstance(value, Mapping):
        if not value.keys() <= _OPTIONS[table.name]:
            unknown = min(value.keys() - _OPTIONS[table.name])
            return f"the database has no column for the option {unknown!r} of {table.name}"
        text = name + "".join(value.values())
    else:
        return f"{table.name} keeps no list of lines"
    if "\0" in text:
        return "PostgreSQL keeps no NUL character"
    return None if _encodable(text) else "PostgreSQL keeps no half of a surrogate pair"


_OPTIONS = {table.name: frozenset(table.columns) for table in TABLES.values()}


def option_rows(table: Table, values: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, ...], list[Row]]:
    """The columns that any of these need, in the table's order, and key and columns of each."""
    used = set().union(*values.values())
    columns = tuple(column for column in (*table.columns, *table.secret) if column in used)
    found: list[Row] = []
    for name, value in values.items():
        cells = [name, *map(value.get, columns)]
        together = "".join(filter(None, cells))
        if "^" in together or ";" in together:
            cells = [cell if cell is None else encoded(cell) for cell in cells]
        found.append(tuple(cells))
    return columns, found


def sheets(table: Table, values: Mapping[str, Value]) -> list[Sheet] | None:
    """Rows for COPY, one sheet for all that have the same options; None when there is anything odd in them.

    Odd is what `encoded`, COPY's escapes or `unwritable` are about. It is looked for in all rows together, as hardly ever
    is there any; then they are gone through one by one.
    """
    texts = table.columns == ("value",)
    if not set(map(type, values.values())) <= {str if texts else dict}:
        return None
    lines: dict[tuple[str, ...], list[str]] = {}
    if texts:
        lines[table.columns] = [f"{name}\t{value}" for name, value in values.items()]
    else:
        rows = cast("Mapping[str, Mapping[str, str]]", values)
        shapes = set(map(tuple, rows.values()))
        if len(shapes) > _SHAPES:
            return None
        for columns in shapes:
            lines[columns] = ["\t".join((name, *row.values())) for name, row in rows.items() if len(shapes) == 1 or tuple(row) == columns]
    found = []
    for columns, some in lines.items():
        text = "\n".join(some) + "\n"
        known = texts or _OPTIONS[table.name].union(table.secret).issuperset(columns)
        whole = text.count("\t") == len(some) * len(columns) and text.count("\n") == len(some)
        if not (known and whole) or any(sign in text for sign in (_ODD if texts else _ODD_OPTION)) or not _encodable(text):
            return None
        found.append(((table.key, *columns), text))
    return found


_SHAPES = 4
"""Combinations of options up to which each has a sheet of its own."""
_ODD = ("\\", "\r", "\0")
_ODD_OPTION = (*_ODD, ";", "^")


def _encodable(text: str) -> bool:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return True
