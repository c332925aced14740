"""Listings as tables: Rich on a terminal, tabulate for plain ones, the standard library for CSV. All cells are harmless."""

from __future__ import annotations

import io
from typing import Any

from campctl.app.results import Listing, Share
from campctl.views.terminal import Terminal
from campctl.views.text import cells, pad, words

BAR = 10
"""Columns of a bar."""


def rich_table(listing: Listing, terminal: Terminal) -> str:
    """A table that fits the terminal, without columns that are empty; one block of lines a row where columns cannot be that narrow."""
    width = terminal.width or 80
    every = [[_pretty(row.get(name)) for name in listing.columns] for row in listing.rows]
    used = [index for index in range(len(listing.columns)) if any(row[index] for row in every)]
    columns = [listing.columns[index] for index in used]
    rows = [[row[index] for index in used] for row in every]
    heads = [_head(name) for name in columns]
    if _least(heads, rows) > width:
        return _blocks(heads, rows, width)
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    numeric = _numeric(listing)
    for name, head in zip(columns, heads, strict=True):
        table.add_column(Text(head), justify="right" if name in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    out = io.StringIO()
    color = terminal.color()
    console = Console(
        file=out,
        width=width,
        height=100,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n") + "\n"


def plain_table(listing: Listing) -> str:
    """Columns two spaces apart under their names, never wrapped: for pipes, `awk` and `column`."""
    import tabulate

    # Without the wcwidth package tabulate counts characters; ours are padded to equal width beforehand instead.
    rows = [[_plain(row.get(name)) for name in listing.columns] for row in listing.rows]
    heads = [words(name).upper().replace("_", "-") for name in listing.columns]
    widths = [max(map(cells, column)) for column in zip(heads, *rows, strict=True)]
    longest = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    if widths != longest:
        heads, *rows = ([pad(cell, wide) for cell, wide in zip(row, widths, strict=True)] for row in [heads, *rows])
        lines = ["  ".join(row) for row in [heads, *rows]]
    else:
        numeric = _numeric(listing)
        align = ["right" if name in numeric else "left" for name in listing.columns]
        tabulate.MIN_PADDING = 0  # its constant for callers to set: how much wider than their heads columns are
        lines = tabulate.tabulate(rows, headers=heads, tablefmt="plain", disable_numparse=True, colalign=align if rows else None).split(
            "\n"
        )
    return "\n".join(line.rstrip() for line in lines) + "\n"


def csv_table(listing: Listing) -> str:
    """RFC 4180 with a header line. Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers do not."""
    import csv

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(_csv, listing.columns))
    writer.writerows([_csv(row.get(name)) for name in listing.columns] for row in listing.rows)
    return out.getvalue()


def label_lines(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and value pairs for a list of facts."""
    return [(_head(name), _pretty(value)) for name, value in fields.items()]


def bar(share: Share) -> str:
    """`████▌····· 18/40`: how much of a whole."""
    eighths = round(BAR * 8 * min(1.0, share.part / share.whole)) if share.whole > 0 else 0
    full, rest = divmod(max(0, eighths), 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return f"{drawn}{'·' * (BAR - len(drawn))} {share.part}/{share.whole}"


def _head(name: str) -> str:
    return words(name).replace("_", " ").capitalize()


def _pretty(value: Any) -> str:
    return bar(value) if isinstance(value, Share) else words(value)


def _plain(value: Any) -> str:
    return f"{value.part}/{value.whole}" if isinstance(value, Share) else words(value)


def _csv(value: Any) -> str:
    text = value.isoformat() if hasattr(value, "isoformat") else _plain(value)
    if text[:1] in {"=", "@"} or (text[:1] in {"+", "-"} and not text[1:].replace(".", "", 1).isdigit()):
        return "'" + text
    return text


def _numeric(listing: Listing) -> set[str]:
    def number(value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    return {
        name
        for name in listing.columns
        if any(number(row.get(name)) for row in listing.rows)
        and all(row.get(name) is None or number(row.get(name)) for row in listing.rows)
    }


def _least(heads: list[str], rows: list[list[str]]) -> int:
    """What a table needs at the least: each column as wide as it is, but no more than 9 or its head."""
    total = 0
    for index, head in enumerate(heads):
        texts = [head, *(row[index] for row in rows)]
        total += max(min(max(map(cells, texts)), 9), cells(head)) + 2
    return total


def _blocks(heads: list[str], rows: list[list[str]], width: int) -> str:
    from campctl.views.page import Page

    page = Page(width=width)
    label = max(map(cells, heads), default=0)
    for number, row in enumerate(rows):
        if number:
            page.blank()
        for head, cell in zip(heads, row, strict=True):
            if cell:
                page.line(f"{pad(head, label)}  {cell}", hang=label + 2)
    return page.text()
