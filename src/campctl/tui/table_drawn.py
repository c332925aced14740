"""The lines of a table: heading, rows, words where there are none. On the line API, so that only lines that changed are drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from campctl.tui.cells import fit
from campctl.tui.columns import Column, Placed, View, layout
from campctl.tui.looks import Palette


class DrawnTable(ScrollView):
    """Draws the rows it has; which those are, and where the cursor is, `Table` says."""

    columns: tuple[Column, ...] = ()
    empty = ""
    _all: Sequence[Any] = ()
    _rows: Sequence[Any] = ()
    _cursor = 0
    _has_cursor = True
    _filter = ""
    _sort: Column | None = None
    _view: View | None = None
    _palette: Palette | None = None
    _placed: tuple[Placed, ...] = ()
    _laid = -1

    def render_line(self, y: int) -> Strip:
        """The heading, a row, or nothing."""
        width = self.scrollable_content_region.width
        if self._view is None or self._palette is None or width <= 0:
            return Strip.blank(width, Style())
        if width != self._laid:
            self._placed, self._laid = layout(self.columns, width), width
        if y == 0:
            return self._heading(width)
        at = y - 1 + int(self.scroll_offset.y)
        if at >= len(self._rows):
            return self._nothing(y, width)
        return self._line(self._rows[at], width, picked=self._has_cursor and at == self._cursor)

    def _line(self, row: Any, width: int, *, picked: bool) -> Strip:
        palette, view = self._palette, self._view
        assert palette is not None
        assert view is not None
        ground = palette.style("text", picked=picked)
        segments: list[Segment] = []
        x = 0
        for column, start, wide in ((item.column, item.x, item.width) for item in self._placed):
            if start > x:
                segments.append(Segment(" " * (start - x), ground))
            made = column.cell(row, view if column.name != "hour" else _wide(view, wide))
            if isinstance(made[0], str):
                role, text = made
                segments.append(Segment(fit(str(text), wide, column.align, view.glyphs.ellipsis), palette.style(role, picked=picked)))
            else:
                segments += _spans(made, wide, palette, view.glyphs.ellipsis, picked=picked)
            x = start + wide
        if x < width:
            segments.append(Segment(" " * (width - x), ground))
        return Strip(segments, width)

    def _heading(self, width: int) -> Strip:
        palette, view = self._palette, self._view
        assert palette is not None
        assert view is not None
        head = palette.style("head", on=palette.raised) + Style(underline=palette.mono or None)
        segments: list[Segment] = []
        x = 0
        for item in self._placed:
            column = item.column
            segments.append(Segment(" " * (item.x - x), head))
            style = palette.style("accent", on=palette.raised) if column is self._sort else head
            text = fit(column.label, item.width, column.align)
            at = text.casefold().find(column.key.casefold()) if column.key else -1
            if at >= 0 and not palette.mono:
                segments += [Segment(text[:at], style), Segment(text[at], style + Style(underline=True)), Segment(text[at + 1 :], style)]
            else:
                segments.append(Segment(text, style))
            x = item.x + item.width
        segments.append(Segment(" " * (width - x), head))
        return Strip(segments, width)

    def _nothing(self, y: int, width: int) -> Strip:
        palette = self._palette
        assert palette is not None
        if self._rows or y != min(3, self.size.height - 1):
            return Strip.blank(width, palette.style("text"))
        words = f"Nothing matches /{self._filter}; Esc shows all." if self._filter and self._all else self.empty
        return Strip([Segment(fit(f"  {words}", width), palette.style("dim"))], width)


def _wide(view: View, width: int) -> View:
    return View(now=view.now, zone=view.zone, glyphs=view.glyphs, width=width, names=view.names)


def _spans(spans: Sequence[tuple[str, str]], width: int, palette: Palette, ellipsis: str, *, picked: bool) -> list[Segment]:
    """Several colours in one cell of exactly that width."""
    segments = []
    left = width
    for at, (role, text) in enumerate(spans):
        if left <= 0:
            break
        last = at == len(spans) - 1
        wide = left if last else min(left, cell_len(text))
        segments.append(Segment(fit(text, wide, "left", ellipsis), palette.style(role, picked=picked)))
        left -= wide
    if left > 0:
        segments.append(Segment(" " * left, palette.style("text", picked=picked)))
    return segments
