"""The map of desks on the line API: each a cell with the glyph and colour of its state; arrows and the mouse go from one to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from campctl.app.picture import DeskCell, OfficeLine
from campctl.tui.cells import fit
from campctl.tui.columns import View
from campctl.tui.looks import STATE_ROLES, Palette
from campctl.tui.mapping import LARGE, Block, Map, Spot, keep, large, neighbour, small


class DeskMap(ScrollView, can_focus=True):
    """Offices and their desks; `zoomed`: one office with large cells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"step('{key}')", show=False) for key in ("up", "down", "left", "right")),
        Binding("k", "step('up')", show=False),
        Binding("j", "step('down')", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]
    DEFAULT_CSS = "DeskMap { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }"

    class Chosen(Message):
        """Enter, or a click on the desk that the cursor is on, or on an office's heading."""

        def __init__(self, office: OfficeLine, desk: DeskCell | None) -> None:
            super().__init__()
            self.office = office
            self.desk = desk

    class Moved(Message):
        """The cursor is on another desk."""

    def __init__(self, *, zoomed: bool = False, empty: str, cursor: bool = True, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.can_focus = self._has_cursor = cursor
        self.zoomed = zoomed
        self.empty = empty
        self._offices: Sequence[OfficeLine] = ()
        self._filter = ""
        self._map = Map((), (), 0)
        self._cursor = 0
        self._view: View | None = None
        self._palette: Palette | None = None
        self._lines: dict[int, list[Block]] = {}
        self._spots: dict[int, list[tuple[int, Spot]]] = {}

    @property
    def spot(self) -> Spot | None:
        """The desk the cursor is on, with its office; None when there is none."""
        return self._map.spots[self._cursor] if self._cursor < len(self._map.spots) else None

    @property
    def shown(self) -> tuple[int, int]:
        """How many desks are shown, and how many there are."""
        return len(self._map.spots), sum(len(office.desks) for office in self._offices)

    def show(self, offices: Sequence[OfficeLine], view: View, palette: Palette) -> None:
        """These offices, from now on; only blocks of offices that changed are drawn anew."""
        before, old = self._map, self._offices
        again = self._view is None or palette is not self._palette
        self._offices, self._view, self._palette = offices, view, palette
        if not again and len(old) == len(offices) and all(one is other for one, other in zip(old, offices, strict=True)):
            return
        self._arrange()
        same = [block.office.id for block in before.blocks] == [block.office.id for block in self._map.blocks]
        if again or not same or before.height != self._map.height or self.zoomed:
            self.refresh()
            return
        top = int(self.scroll_offset.y)
        for one, other in zip(before.blocks, self._map.blocks, strict=True):
            if one.office is not other.office:
                self.refresh(Region(other.x, other.y - top, other.width, other.height))

    def keep(self, words: str) -> None:
        """Only what has all these words; all when there are none."""
        self._filter = words.casefold()
        self._arrange()
        self.refresh()

    def _arrange(self) -> None:
        here = self.spot
        kept = keep(self._offices, self._filter)
        width = max(1, self.scrollable_content_region.width)
        if self.zoomed:
            self._map = large(*kept[0], width) if kept else Map((), (), 0)
        else:
            self._map = small(kept, width)
        self._lines, self._spots = {}, {}
        for block in self._map.blocks:
            self._lines.setdefault(block.y, []).append(block)
        for at, spot in enumerate(self._map.spots):
            self._spots.setdefault(spot.y, []).append((at, spot))
        self._cursor = min(self._cursor, max(0, len(self._map.spots) - 1))
        if here is not None:
            self._cursor = next((at for at, spot in enumerate(self._map.spots) if spot.desk.id == here.desk.id), self._cursor)
        self.virtual_size = Size(self.size.width, self._map.height)

    def on_resize(self) -> None:
        """Another width has room for other blocks."""
        self._arrange()
        self._keep_in_sight()
        self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """The line `y` of what is visible."""
        width = self.size.width
        palette, view = self._palette, self._view
        if palette is None or view is None or not width:
            return Strip.blank(width, Style())
        if not self._map.blocks:
            words = f"Nothing matches /{self._filter}; Esc shows all." if self._filter and self._offices else self.empty
            text = f"  {words}" if y == min(2, self.size.height - 1) else ""
            return Strip([Segment(fit(text, width), palette.style("dim"))], width)
        line = y + int(self.scroll_offset.y)
        pieces = self._cards(line) if self.zoomed else [*self._headings(line), *self._cells(line)]
        segments: list[Segment] = []
        x = 0
        for start, made in sorted(pieces, key=lambda piece: piece[0]):
            if start > x:
                segments.append(Segment(" " * (start - x), palette.style("text")))
            segments += made
            x = max(x, start) + sum(cell_len(segment.text) for segment in made)
        return Strip(segments, x).adjust_cell_length(width, palette.style("text"))

    def _headings(self, line: int) -> list[tuple[int, list[Segment]]]:
        assert self._palette is not None
        assert self._view is not None
        palette, glyphs = self._palette, self._view.glyphs
        made = []
        for block in self._lines.get(line, ()):
            office = block.office
            states = Counter(desk.state for desk in office.desks)
            lit = len(office.desks) - states["dark"] - states["no-location"]
            facts = [("dim", f"{lit}/{len(office.desks)} lit")] if office.desks else [("dim", "no desks")]
            if office.calls:
                facts.append(("talking", f"{office.calls} call{'s' if office.calls != 1 else ''}"))
            if states["unreachable"]:
                facts.append(("bad", f"{glyphs.states['unreachable']} {states['unreachable']}"))
            if office.evacuated:
                facts = [("warn", "evacuated"), *facts[:1]]
            if office.silent:
                facts = [("bad", "SILENT"), *facts[:1]]
            said = sum(len(text) + 2 for _, text in facts)
            room = max(4, block.width - said)
            name = [Segment(fit(office.name, room, "left", glyphs.ellipsis), palette.style("strong"))]
            tail = [Segment(part, palette.style(role if pad else "text")) for role, text in facts for pad, part in ((0, "  "), (1, text))]
            made.append((block.x, list(Strip([*name, *tail]).adjust_cell_length(block.width, palette.style("text")))))
        return made

    def _cells(self, line: int) -> list[tuple[int, list[Segment]]]:
        assert self._palette is not None
        assert self._view is not None
        made = []
        for at, spot in self._spots.get(line, ()):
            style = self._palette.style(STATE_ROLES[spot.desk.state], picked=self._has_cursor and at == self._cursor)
            glyph = self._view.glyphs.states[spot.desk.state]
            made.append((spot.x, [Segment(glyph, style + Style(reverse=True) if self._has_cursor and at == self._cursor else style)]))
        return made

    def _cards(self, line: int) -> list[tuple[int, list[Segment]]]:
        assert self._palette is not None
        assert self._view is not None
        palette, glyphs = self._palette, self._view.glyphs
        within = line % (LARGE[1] + 1)
        if within == LARGE[1]:
            return []
        made = []
        for at, spot in self._spots.get(line - within, ()):
            desk, picked = spot.desk, at == self._cursor
            role = STATE_ROLES[desk.state]
            back = palette.style(role, picked=picked, on=palette.raised if desk.state not in {"dark", "no-location"} else "")
            wide = min(LARGE[0], self.size.width)
            words = view_words(desk, self._view)
            texts = (f" {glyphs.states[desk.state]} {desk.label or desk.id}", f"   {words[0]}", f"   {words[1]}")
            made.append((spot.x, [Segment(fit(texts[within], wide, "left", glyphs.ellipsis), back)]))
        return made

    # Moving

    def action_step(self, direction: str) -> None:
        """To the next desk that way."""
        self._go(neighbour(self._map.spots, self._cursor, direction))

    def action_page(self, by: int) -> None:
        """A page up or down."""
        here = self.spot
        if here is None:
            return
        wanted = here.y + by * max(1, self.size.height - 1)
        self._go(
            min(range(len(self._map.spots)), key=lambda at: (abs(self._map.spots[at].y - wanted), abs(self._map.spots[at].x - here.x)))
        )

    def action_edge(self, at: int) -> None:
        """To the first or last desk."""
        self._go(at % max(1, len(self._map.spots)))

    def action_choose(self) -> None:
        """Drill in."""
        if self.spot is not None:
            self.post_message(self.Chosen(self.spot.office, self.spot.desk))

    def go_to(self, id_: str) -> bool:
        """The cursor on a desk, or on the first desk of an office; whether there is one."""
        for at, spot in enumerate(self._map.spots):
            if id_ in {spot.desk.id, spot.office.id}:
                self._go(at)
                return True
        return False

    def _go(self, at: int) -> None:
        if at != self._cursor and at < len(self._map.spots):
            self._cursor = at
            self.refresh()
            self._keep_in_sight()
            self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        if self.spot is None or self.size.height <= 0:
            return
        high = LARGE[1] if self.zoomed else 1
        above = self.spot.y if self.zoomed else self.spot.y - 1
        if above < self.scroll_offset.y:
            self.scroll_to(y=max(0, above), animate=False)
        elif self.spot.y + high > self.scroll_offset.y + self.size.height:
            self.scroll_to(y=self.spot.y + high - self.size.height, animate=False)

    def on_click(self, event: Click) -> None:
        """A desk is picked, and chosen when it was picked already; an office's heading is chosen at once."""
        line, x = event.y + int(self.scroll_offset.y), event.x
        wide, high = LARGE if self.zoomed else (2, 1)
        for at, spot in enumerate(self._map.spots):
            if spot.y <= line < spot.y + high and spot.x <= x < spot.x + wide:
                if at == self._cursor:
                    self.action_choose()
                else:
                    self._go(at)
                return
        for block in () if self.zoomed else self._lines.get(line, ()):
            if block.x <= x < block.x + block.width:
                self.post_message(self.Chosen(block.office, None))


def view_words(desk: DeskCell, view: View) -> tuple[str, str]:
    """Who is there, and for what; or what there is instead."""
    if desk.state == "no-location":
        return "no 911 location", ""
    if desk.state == "dark":
        return desk.who or "dark", f"ext {desk.extension}" if desk.extension else ""
    return desk.who or f"ext {desk.extension}", view.names.get(f"hotline/{desk.hotline}", desk.hotline)
