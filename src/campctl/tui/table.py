"""A table: which rows it shows, in which order, and where the cursor is. Only the visible lines that changed are drawn anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click, Key
from textual.geometry import Region, Size
from textual.message import Message

from campctl.tui.columns import Column, View
from campctl.tui.looks import Palette
from campctl.tui.table_drawn import DrawnTable
from campctl.tui.tables import hay, matches


class Table(DrawnTable, can_focus=True):
    """Rows under a heading that stays. The cursor stays on its row (by `ident`), wherever sorting moves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("home,g", "move(-1000000)", show=False),
        Binding("end,G", "move(1000000)", show=False),
        Binding("enter", "choose", show=False),
        Binding("left", "nothing", show=False),
        Binding("right", "nothing", show=False),
    ]
    DEFAULT_CSS = "Table { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }"

    class Chosen(Message):
        """Enter, or a click on the line that the cursor is on."""

        def __init__(self, table: Table, row: Any) -> None:
            super().__init__()
            self.table = table
            self.row = row

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, table: Table, row: Any) -> None:
            super().__init__()
            self.table = table
            self.row = row

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        ident: Callable[[Any], Any],
        empty: str,
        sort: str = "",
        cursor: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id)
        self.can_focus = self._has_cursor = cursor
        self.columns = tuple(columns)
        self.empty = empty
        self._ident = ident
        self._sort = next((column for column in columns if column.name == sort), None)
        self._turned = False
        self._filter = ""
        self._all: Sequence[Any] = ()
        self._rows: list[Any] = []
        self._cursor = 0
        self._hay: dict[Any, tuple[Any, str]] = {}

    # What it shows

    @property
    def row(self) -> Any:
        """The row the cursor is on; None when there is none."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def shown(self) -> tuple[int, int]:
        """How many rows are shown, and how many there are."""
        return len(self._rows), len(self._all)

    @property
    def sorting(self) -> str:
        """In words, such as `Wait`, or `Wait, turned round`."""
        return f"{self._sort.label.strip()}{', turned round' if self._turned else ''}" if self._sort else ""

    def show(self, rows: Sequence[Any], view: View, palette: Palette) -> None:
        """These rows, from now on. Rows that are the same objects as before are not drawn again."""
        first = self._view is None or palette is not self._palette
        self._all, self._view, self._palette = rows, view, palette
        self._arrange()
        if first:
            self.refresh()

    def keep(self, words: str) -> None:
        """Only rows with all these words; all when there are none."""
        self._filter = words.casefold()
        self._arrange()

    def sort_by(self, column: Column) -> None:
        """By that column; the other way round when it is that already."""
        self._turned = not self._turned if self._sort is column else False
        self._sort = column
        self._arrange()
        self.refresh()

    def tick(self, view: View) -> None:
        """Time went by: durations that are visible are drawn anew."""
        self._view = view
        if self._rows:
            self.refresh(Region(0, 1, self.size.width, min(len(self._rows), self.size.height - 1)))

    def _arrange(self) -> None:
        rows = list(self._all)
        if self._filter:
            rows = [row for row in rows if matches(self._text(row), self._filter)]
        if self._sort is not None and self._sort.sort is not None:
            rows.sort(key=self._sort.sort, reverse=self._sort.falling != self._turned)
        before, self._rows = self._rows, rows
        old = before[self._cursor] if self._cursor < len(before) else None
        lost = self._follow(old)
        if len(before) != len(rows):
            self._measure()
            self.refresh()
        else:
            self._draw_changed(before, rows)
        now = self.row
        if now is not old and (lost or now is None or old is None):
            self.post_message(self.Moved(self, now))

    def _follow(self, old: Any) -> bool:
        """Put the cursor where its row went; whether it is gone."""
        rows = self._rows
        if old is not None:
            mark = self._ident(old)
            if self._cursor < len(rows) and self._ident(rows[self._cursor]) == mark:
                return False
            for at, row in enumerate(rows):
                if self._ident(row) == mark:
                    self._cursor = at
                    return False
        self._cursor = min(self._cursor, max(0, len(rows) - 1))
        return True

    def _text(self, row: Any) -> str:
        mark = self._ident(row)
        kept = self._hay.get(mark)
        if kept is None or kept[0] is not row:
            kept = self._hay[mark] = (row, hay(row))
        return kept[1]

    def _draw_changed(self, before: Sequence[Any], rows: Sequence[Any]) -> None:
        top = int(self.scroll_offset.y)
        width = self.size.width
        changed = [
            Region(0, at - top + 1, width, 1) for at in range(top, min(len(rows), top + self.size.height - 1)) if before[at] is not rows[at]
        ]
        if changed:
            self.refresh(*changed)

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)

    def on_resize(self) -> None:
        """Another width has room for other columns."""
        self._measure()
        self._keep_in_sight()
        self.refresh()

    # Moving

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        """A page up or down."""
        self._go(self._cursor + by * max(1, self.size.height - 2))

    def action_nothing(self) -> None:
        """There is nothing to the left or right."""

    def action_choose(self) -> None:
        """Drill in."""
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def on_key(self, event: Key) -> None:
        """A capital letter sorts by its column."""
        column = next((item for item in self.columns if item.key and item.key == event.character), None)
        if column is not None:
            event.stop()
            event.prevent_default()
            self.sort_by(column)

    def go_to(self, mark: Any) -> bool:
        """The cursor on the row of that ident; whether there is one."""
        for at, row in enumerate(self._rows):
            if self._ident(row) == mark:
                self._go(at)
                return True
        return False

    def _go(self, at: int) -> None:
        if not self._rows:
            return
        at = max(0, min(len(self._rows) - 1, at))
        if at == self._cursor:
            return
        old, self._cursor = self._cursor, at
        top = int(self.scroll_offset.y)
        self.refresh(*(Region(0, line - top + 1, self.size.width, 1) for line in (old, at) if 0 <= line - top < self.size.height - 1))
        self._keep_in_sight()
        self.post_message(self.Moved(self, self.row))

    def _keep_in_sight(self) -> None:
        top, room = int(self.scroll_offset.y), max(1, self.size.height - 1)
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False)
        elif self._cursor >= top + room:
            self.scroll_to(y=self._cursor - room + 1, animate=False)

    def on_click(self, event: Click) -> None:
        """A heading sorts; a line is picked, and chosen when it was picked already."""
        y = event.y
        if y == 0:
            for item in self._placed:
                if item.x <= event.x < item.x + item.width and item.column.sort is not None:
                    self.sort_by(item.column)
            return
        at = y - 1 + int(self.scroll_offset.y)
        if at >= len(self._rows):
            return
        if at == self._cursor:
            self.action_choose()
        else:
            self._go(at)
