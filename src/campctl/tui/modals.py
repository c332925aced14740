"""What stands over a screen until it is answered: help, details, emergency calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen

from campctl.tui.bare import Steady
from campctl.tui.lines import Line, Lines
from campctl.tui.looks import Palette

Document = Callable[[int], Sequence[Line]]
"""Lines for a width."""
BOX = """
    align: center middle;
    & > .box { width: 92%; max-width: 104; height: auto; max-height: 92%; padding: 0; border: round $accent; background: $background; }
    & > .box > .body { height: auto; max-height: 1fr; margin: 0 1; }
"""


class Page(Steady, ModalScreen[str]):
    """A document to be read and closed; `closing` is what leaving it means, with words for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter,space,e", "close", show=False),
        Binding("up,k", "roll(-1)", show=False),
        Binding("down,j", "roll(1)", show=False),
        Binding("pageup,ctrl+b", "roll(-10)", show=False),
        Binding("pagedown,ctrl+f", "roll(10)", show=False),
        Binding("home,g", "roll(-100000)", show=False),
        Binding("end,G", "roll(100000)", show=False),
    ]
    DEFAULT_CSS = f"Page {{ {BOX} }}"

    def __init__(self, title: str, document: Document, palette: Palette, *, closing: str = "Esc closes") -> None:
        super().__init__()
        self._title = title
        self._document = document
        self._palette = palette
        self._leaving = closing

    def compose(self) -> ComposeResult:
        """Title, document, how to leave."""
        with Vertical(classes="box"):
            yield Lines(on="raised", classes="title")
            yield Lines(scrolls=True, classes="body")
            yield Lines(on="raised", classes="foot", clicked=lambda _: self.action_close())

    def on_mount(self) -> None:
        """Words that do not change."""
        self.query_one(".title", Lines).say([[("strong", f" {self._title}")]], self._palette)
        self.query_one(".foot", Lines).say([[("dim", f" {self._leaving}", "close")]], self._palette)

    def on_resize(self, event: Resize) -> None:
        """The document is laid out for the width there is."""
        body = self.query_one(".body", Lines)
        lines = list(self._document(max(10, min(104, event.size.width * 92 // 100) - 5)))
        body.styles.height = min(len(lines), max(1, event.size.height * 92 // 100 - 4))
        body.say(lines, self._palette)
        body.focus()

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self._title}\n{self.query_one('.body', Lines).text}"

    def action_roll(self, by: int) -> None:
        """Up or down."""
        self.query_one(".body", Lines).scroll_relative(y=by, animate=False)

    def action_close(self) -> None:
        """Done with it."""
        self.dismiss(self._title)
