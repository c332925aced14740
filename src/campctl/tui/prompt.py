"""The line at the bottom in which a filter or a command is typed, with what may come next above it."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from campctl.tui.commands import complete
from campctl.tui.lines import Lines, Piece
from campctl.tui.looks import Palette
from campctl.tui.verbs import World

Mode = Literal["filter", "command"]


class Typing(Input):
    """An input whose Tab completes and whose arrows go through what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("up", "before(-1)", show=False),
        Binding("down", "before(1)", show=False),
        Binding("escape", "leave", show=False),
        Binding("ctrl+c", "leave", show=False),
    ]

    def action_complete(self, by: int) -> None:
        """Ask the prompt."""
        self.post_message(Prompt.Asked("complete", by))

    def action_before(self, by: int) -> None:
        """Ask the prompt."""
        self.post_message(Prompt.Asked("before", by))

    def action_leave(self) -> None:
        """Ask the prompt."""
        self.post_message(Prompt.Asked("leave", 0))


class Prompt(Vertical):
    """Hidden until it is asked for."""

    DEFAULT_CSS = """
    Prompt { height: auto; display: none; }
    Prompt Horizontal { height: 1; }
    Prompt #prompt-sign { width: 3; height: 1; }
    Prompt Typing { border: none; height: 1; padding: 0; width: 1fr; background: $background; color: $foreground; }
    Prompt Typing:focus { border: none; }
    """

    class Asked(Message):
        """A key of the input."""

        def __init__(self, what: str, by: int) -> None:
            super().__init__()
            self.what = what
            self.by = by

    class Typed(Message):
        """Something was typed: `final` with Enter."""

        def __init__(self, mode: Mode, text: str, *, final: bool) -> None:
            super().__init__()
            self.mode = mode
            self.text = text
            self.final = final

    class Left(Message):
        """Esc."""

        def __init__(self, mode: Mode) -> None:
            super().__init__()
            self.mode = mode

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.mode: Mode = "command"
        self._world: World | None = None
        self._palette: Palette | None = None
        self._history: list[str] = []
        self._at = 0
        self._base = ""
        self._turn = -1
        self._quiet = False

    def compose(self) -> ComposeResult:
        """What may come next, then the line."""
        yield Lines(id="prompt-next", on="raised")
        with Horizontal():
            yield Lines(id="prompt-sign")
            yield Typing(id="prompt-line", select_on_focus=False)

    def open(self, mode: Mode, text: str, world: World | None, palette: Palette) -> None:
        """Show it, with that text in it."""
        self.mode, self._world, self._palette = mode, world, palette
        self._at, self._base, self._turn = len(self._history), text, -1
        self.display = True
        self.query_one("#prompt-sign", Lines).say([[("accent", " / " if mode == "filter" else " : ")]], palette)
        line = self.query_one(Typing)
        line.value = text
        line.cursor_position = len(text)
        line.cursor_blink = False
        self.screen.set_focus(line)  # at once, unlike `focus`: keys that were typed ahead are for it
        self._offer(text)

    def close(self) -> None:
        """Hide it."""
        self.display = False

    def wrong(self, words: str) -> None:
        """Say what was wrong with what was typed."""
        if self._palette is not None:
            self.query_one("#prompt-next", Lines).say([[("bad", f" {words}")]], self._palette)

    def remember(self, text: str) -> None:
        """A command that made sense."""
        if text and text not in self._history[-1:]:
            self._history.append(text)

    def _offer(self, text: str, picked: int = -1) -> None:
        assert self._palette is not None
        pieces: list[Piece] = []
        if self.mode == "command" and self._world is not None:
            for at, word in enumerate(complete(text, self._world)[:40]):
                pieces += [("text", " "), ("accent" if at == picked else "dim", word)]
        self.query_one("#prompt-next", Lines).say([pieces] if pieces else [], self._palette)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A filter filters while it is typed; a command shows what may come next."""
        event.stop()
        if self._quiet or not self.display:
            self._quiet = False
            return
        self._base, self._turn = event.value, -1
        if self.mode == "filter":
            self.post_message(self.Typed("filter", event.value, final=False))
        else:
            self._offer(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.post_message(self.Typed(self.mode, event.value, final=True))

    def on_prompt_asked(self, event: Asked) -> None:
        """Tab, arrows, Esc."""
        event.stop()
        if event.what == "leave":
            self.post_message(self.Left(self.mode))
        elif event.what == "complete" and self.mode == "command" and self._world is not None:
            found = complete(self._base, self._world)
            if found:
                self._turn = (self._turn + event.by) % len(found) if self._turn >= 0 or event.by > 0 else len(found) - 1
                head = self._base.rpartition(" ")[0]
                self._put(f"{head} {found[self._turn]}" if head else found[self._turn])
                if len(found) == 1:
                    self._base, self._turn = f"{self.query_one(Typing).value} ", -1
                    self._put(self._base)
                    self._offer(self._base)
                else:
                    self._offer(self._base, self._turn)
        elif event.what == "before" and self._history:
            self._at = max(0, min(len(self._history), self._at + event.by))
            self._base = self._history[self._at] if self._at < len(self._history) else ""
            self._put(self._base)
            self._offer(self._base)

    def _put(self, text: str) -> None:
        line = self.query_one(Typing)
        if line.value != text:
            self._quiet = True
            line.value = text
        line.cursor_position = len(text)
