"""Columns of a table: what they show, how wide, and which of them a screen has room for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from campctl.tui.cells import Align
from campctl.tui.looks import Glyphs

Spans = tuple[tuple[str, str], ...]
"""(role, text) one after the other."""


class View(Struct, frozen=True, kw_only=True):
    """What a cell needs besides its row: the moment, the campaign's zone, the glyphs, and the width it has."""

    now: datetime
    zone: str
    glyphs: Glyphs
    width: int = 0
    names: dict[str, str] = {}
    """Ids of hotlines and offices (`hotline/main`) to names."""


class Column(Struct, frozen=True, kw_only=True):
    """A column. `cell` gives (role, text), or spans when it has several colours.

    `rank` 0 is always there; the others come in the order of their ranks while there is room. What is left over goes to
    columns with `most` > `width`, up to that. `key`: the capital letter that sorts by it. `sort`: by what, highest
    first when `falling`.
    """

    name: str
    label: str
    width: int
    cell: Callable[[Any, View], tuple[str, str] | Spans]
    rank: int = 0
    align: Align = "left"
    most: int = 0
    key: str = ""
    sort: Callable[[Any], Any] | None = None
    falling: bool = False


class Placed(Struct, frozen=True):
    """A column, where it begins and how wide it is."""

    column: Column
    x: int
    width: int


def layout(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns for which there is room, in their own order. Never wider than `width`; a gap of one cell, two when there is room."""
    kept = [column for column in columns if column.rank == 0]
    for column in sorted((column for column in columns if column.rank), key=lambda column: column.rank):
        if _needs([*kept, column], 1) > width:
            break
        kept.append(column)
    kept.sort(key=columns.index)
    gap = 2 if len(kept) == len(columns) and _needs(kept, 2) <= width else 1
    widths = [column.width for column in kept]
    _share_out(kept, widths, width - _needs(kept, gap))
    placed = []
    x = 0
    for column, wide in zip(kept, widths, strict=True):
        if (room := min(wide, width - x)) <= 0:
            break
        placed.append(Placed(column, x, room))
        x += wide + gap
    return tuple(placed)


def _needs(columns: Sequence[Column], gap: int) -> int:
    return sum(column.width for column in columns) + gap * max(0, len(columns) - 1)


def _share_out(columns: Sequence[Column], widths: list[int], left: int) -> None:
    """What is left over, in proportion to how much more each could use."""
    growing = [at for at, column in enumerate(columns) if column.most > widths[at]]
    wanted = sum(columns[at].most - widths[at] for at in growing)
    for at in growing:
        more = columns[at].most - widths[at]
        given = min(more, left, -(-left * more // wanted)) if wanted else 0
        widths[at] += given
        left -= given
        wanted -= more
