"""Listings as tables: Rich on a terminal, tabulate for plain ones, the standard library for CSV. All cells are harmless."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from campctl.app.results import Listing, Share
from campctl.views.terminal import Terminal
from campctl.views.text import cells, pad, words

BAR = 10
"""Columns of a bar."""
GAP = 2
"""Columns between two columns of a table."""
SENTENCE = 24
"""A column of words is never made narrower than this."""


def rich_table(listing: Listing, terminal: Terminal) -> str:
    """A table that fits the terminal: ids whole, sentences wrapped between words, empty columns left out.

    Columns for which there is no room are left out from the right, and named below the table; when most would be,
    each row is a block of lines instead.
    """
    width = terminal.width or 80
    every = [[_pretty(row.get(name)) for name in listing.columns] for row in listing.rows]
    used = [index for index in range(len(listing.columns)) if any(row[index] for row in every)]
    heads = [_head(listing.columns[index]) for index in used]
    rows = [[row[index] for index in used] for row in every]
    wanted = [max(map(cells, column)) for column in zip(heads, *rows, strict=True)]
    needed = [_needed(column, want) for column, want in zip(zip(heads, *rows, strict=True), wanted, strict=True)]
    kept = _fitting(needed, width)
    if len(kept) * 2 < len(used):
        return _blocks(heads, rows, width)
    widths = _widths([wanted[index] for index in kept], [needed[index] for index in kept], width)
    numeric = _numeric(listing)
    sides = ["right" if listing.columns[used[index]] in numeric else "left" for index in kept]
    columns = list(zip([heads[index] for index in kept], sides, widths, strict=True))
    text = _drawn(columns, [[row[index] for index in kept] for row in rows], width, color=terminal.color())
    left_out = [heads[index] for index in range(len(heads)) if index not in kept]
    return text + (_room_note(left_out, width) if left_out else "")


def _needed(texts: Sequence[str], wanted: int) -> int:
    """The narrowest a column may be: one that holds sentences may wrap, others are never cut."""
    if any(text[:1] in "█·▏▎▍▌▋▊▉" for text in texts if text):  # a bar and its figures stay together
        return wanted
    return min(wanted, SENTENCE) if any(" " in text for text in texts[1:]) else wanted


def _fitting(needed: list[int], width: int) -> list[int]:
    """Which columns fit beside each other, the leftmost first."""
    kept: list[int] = []
    room = width + GAP
    for index, wide in enumerate(needed):
        if wide + GAP <= room:
            kept.append(index)
            room -= wide + GAP
    return kept


def _widths(wanted: list[int], needed: list[int], width: int) -> list[int]:
    """What each column gets: what it needs, and of the rest as much as it wants, from the left."""
    rest = width - sum(needed) - GAP * (len(needed) - 1)
    widths = []
    for want, need in zip(wanted, needed, strict=True):
        more = min(want - need, rest)
        widths.append(need + more)
        rest -= more
    return widths


def _room_note(left_out: list[str], width: int) -> str:
    from campctl.views.page import Page

    page = Page(width=width)
    page.line(f"No room for: {', '.join(left_out)}. A wider terminal or `-o plain` shows them.")
    return "\n" + page.text()


def _drawn(columns: Sequence[tuple[str, str, int]], rows: list[list[str]], width: int, *, color: bool) -> str:
    """The table, by Rich. `columns` are heads, sides and widths."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, GAP - 1, 0, 0), header_style="bold", show_edge=False)
    for head, side, wide in columns:
        table.add_column(Text(head), justify="right" if side == "right" else "left", overflow="fold", width=wide)
    for row in rows:
        table.add_row(*map(Text, row))
    out = io.StringIO()
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
