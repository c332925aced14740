"""A widget of ready-made lines, each of coloured pieces: headers, banners, facts, documents. Drawn anew only where it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from campctl.tui.cells import fit, tame
from campctl.tui.looks import Palette

Piece = tuple[str, str] | tuple[str, str, str]
"""(role, text), or (role, text, what a click on it means)."""
Line = Sequence[Piece]


def wide(line: Line) -> int:
    """How many cells the pieces take."""
    return sum(cell_len(piece[1]) for piece in line)


def apart(left: Line, right: Line, width: int) -> Line:
    """One at the left edge, one at the right; of the left only what there is room for."""
    room = width - wide(right)
    if room < 4:
        return clipped(right, width)
    kept = clipped(left, room - 1)
    return [*kept, ("text", " " * (room - wide(kept))), *right]


def clipped(line: Line, width: int) -> list[Piece]:
    """As many cells of it as fit, with an ellipsis where it was cut."""
    out: list[Piece] = []
    left = width
    for piece in line:
        text = tame(piece[1])
        size = cell_len(text)
        if size > left:
            if left > 0:
                out.append((piece[0], fit(text, left), *piece[2:]))
            break
        out.append((piece[0], text, *piece[2:]))
        left -= size
    return out


def wrapped(line: Line, width: int, *, hang: int = 0) -> list[Line]:
    """The pieces over as many lines as they need, broken between words where there are any; later lines begin `hang` cells in."""
    width = max(2, width)
    lines: list[list[Piece]] = [[]]
    used = 0
    for role, text in ((piece[0], tame(piece[1])) for piece in line):
        for word in _words(text):
            rest = word
            while used + cell_len(rest) > width:
                if not rest.strip():
                    rest = ""
                elif used > hang and (cell_len(rest.strip()) <= width - hang or width - used < 2):
                    rest = rest.lstrip()
                else:
                    head = _head(rest, width - used)
                    lines[-1].append((role, head))
                    rest = rest[len(head) :]
                if not rest:
                    break
                lines.append([("text", " " * hang)] if hang else [])
                used = hang
            if rest:
                lines[-1].append((role, rest))
                used += cell_len(rest)
    return list(lines)


def _words(text: str) -> list[str]:
    """Words, each with the spaces before it."""
    found, at = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (text[end] == " " and text[end - 1] != " "):
            found.append(text[at:end])
            at = end
    return found


def _head(text: str, room: int) -> str:
    used = 0
    for at, char in enumerate(text):
        used += cell_len(char)
        if used > room:
            return text[: max(1, at)]
    return text


class Lines(ScrollView, can_focus=False):
    """Lines on one ground. `on` is the name of a palette's colour: ground, raised, or a role with a background."""

    DEFAULT_CSS = "Lines { height: auto; overflow: hidden hidden; scrollbar-size-vertical: 1; }"

    def __init__(
        self,
        *,
        on: str = "ground",
        scrolls: bool = False,
        clicked: Callable[[str], None] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._palette: Palette | None = None
        self._on = on
        self._scrolls = scrolls
        self._clicked = clicked
        if scrolls:
            self.can_focus = True

    @property
    def text(self) -> str:
        """What it says, for those who cannot see it."""
        return "\n".join("".join(piece[1] for piece in line) for line in self._lines)

    def say(self, lines: Sequence[Line], palette: Palette) -> None:
        """These lines from now on."""
        new = [clipped(line, 10_000) for line in lines]
        old, before = self._lines, self._palette
        if new == old and before is palette:
            return
        self._lines, self._palette = list(new), palette
        if self._scrolls:
            self.virtual_size = Size(self.size.width, len(new))
            self.refresh()
        elif len(new) != len(old):
            self.styles.height = len(new)
            self.refresh(layout=True)
        elif before is not palette:
            self.refresh()
        else:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in range(len(new)) if new[y] != old[y]))

    def on_resize(self) -> None:
        """The width of what scrolls is that of the widget."""
        if self._scrolls:
            self.virtual_size = Size(self.size.width, len(self._lines))

    def render_line(self, y: int) -> Strip:
        """One line, filled up to the width."""
        width, palette = self.size.width, self._palette
        if palette is None:
            return Strip.blank(width, Style())
        ground = self._style(palette, "text")
        at = y + int(self.scroll_offset.y)
        if at >= len(self._lines):
            return Strip.blank(width, ground)
        segments = [Segment(piece[1], self._style(palette, piece[0])) for piece in clipped(self._lines[at], width)]
        return Strip(segments).adjust_cell_length(width, ground)

    def _style(self, palette: Palette, role: str) -> Style:
        if self._on == "alarm":
            return palette.style("alarm")
        return palette.style(role, on=palette.raised) if self._on == "raised" and not palette.mono else palette.style(role)

    def on_click(self, event: Click) -> None:
        """What is under the mouse means something, or all of it does."""
        at = event.y + int(self.scroll_offset.y)
        if self._clicked is None or at >= len(self._lines):
            return
        x = 0
        for piece in self._lines[at]:
            end = x + cell_len(piece[1])
            if x <= event.x < end and len(piece) == 3:
                self._clicked(piece[2])
                return
            x = end
