"""Between facts and rows: pure.

Asterisk's realtime driver splits a column's text at `;` into several values and reads `^XX` as the character with that
code, so both are written as `^3B` and `^5E`, and read back from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from campctl.backends.asterisk.native import Value
from campctl.backends.asterisk.sql.schema import TABLES, Table

Row = tuple[str | None, ...]
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
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "PostgreSQL keeps no half of a surrogate pair"
    return None


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
