"""`top` as a Textual app: colours, motion, the feed of pictures, what is being done, and how it ends."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.binding import BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from campctl.tui.board import Board
from campctl.tui.feeding import DRAWN, Feeder, words_of
from campctl.tui.heading import Feed
from campctl.tui.looks import DARK, LIGHT, PALETTES, UNICODE, Glyphs, Palette
from campctl.tui.threads import in_loop

if TYPE_CHECKING:
    from campctl.tui.acting import Acts, Done
    from campctl.tui.books_acting import Told
    from campctl.tui.books_feed import BookFeed
    from campctl.tui.intents import Intent

BLINK = 0.6
"""Seconds; under two a second, slower than what harms people with photosensitive epilepsy (WCAG 2.3.1: three)."""

LATER = 3.0
"""Seconds after the first rows at which runbooks begin to be looked at, unless somebody goes to them before."""


class Looks(Struct, frozen=True, kw_only=True):
    """How it looks: colours, glyphs, whether anything may move."""

    palette: Palette = DARK
    glyphs: Glyphs = UNICODE
    motion: bool = True


class Plain(LineFilter):
    """No colours at all; bold, underline and reverse stay. Textual's own filter for NO_COLOR would write greys."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Take colours away."""
        return [Segment(text, _plain(style) if style is not None else style, control) for text, style, control in segments]


class Ascii(LineFilter):
    """Frames, bars and dashes that are Textual's or the same everywhere, for a terminal that would show others' letters for them."""

    MARKS: ClassVar[dict[int, int]] = str.maketrans("─│╭╮╰╯–…▁▂▃▄▅▆▇█", "-|++++-~########")

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Put what it knows in their places; names stay as they are."""
        return [segment if segment.text.isascii() else segment._replace(text=segment.text.translate(self.MARKS)) for segment in segments]


def _plain(style: Style) -> Style:
    return Style(bold=style.bold, underline=style.underline, reverse=style.reverse) if style.color or style.bgcolor else style


def _theme(palette: Palette) -> Theme:
    colors = {role: words.split(" on ")[0].removeprefix("bold ") for role, words in palette.colors.items()}
    accent = colors.get("accent", "#ffffff") if not palette.mono else "#ffffff"
    ground = palette.ground or "#000000"
    text = "#ffffff" if palette.mono else colors["text"]
    return Theme(
        name=palette.name,
        dark=palette.dark,
        primary=accent,
        accent=accent,
        background=ground,
        surface=palette.raised or "#000000",
        panel=palette.raised or "#000000",
        foreground=text,
        variables={
            "scrollbar": colors.get("dark", "#888888") if not palette.mono else "#888888",
            "scrollbar-background": ground,
            "scrollbar-corner-color": ground,
            "scrollbar-hover": accent,
            "scrollbar-active": accent,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
        },
    )


class BoardApp(App[int], inherit_css=False):
    """Shows what a feeder brings; asks `acts` to do what keys and commands say."""

    DEFAULT_CSS = "BoardApp { background: $background; color: $foreground; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "campctl top"

    def __init__(
        self,
        feeder: Feeder | None,
        acts: Callable[[], Acts],
        *,
        looks: Looks,
        now: Callable[[], datetime],
        screen: str = "hotlines",
        books: Callable[[], BookFeed] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.fault: BaseException | None = None
        """What ended it, when that was not somebody's wish."""
        self._first = screen
        self.at_rest: Callable[[], None] = lambda: None
        """Called once the first rows are drawn."""
        self.palette = looks.palette
        self.glyphs = looks.glyphs
        self.motion = looks.motion
        self.now = now
        self.died = 0
        """The signal that ended it, if one did."""
        self._feeder = feeder
        self._made = acts
        self._made_books = books
        self._books: BookFeed | None = None
        self._kept: Acts | None = None
        self._heard: datetime | None = None
        self._backs: list[Intent] = []
        self._leaving = False
        # All colours are ours, and none of the terminal's sixteen, which Textual would look for in everything that is drawn.
        self._filters = [*([Plain()] if self.palette.mono else []), *([Ascii()] if self.glyphs.name == "ascii" else [])]
        for palette in PALETTES.values():
            self.register_theme(_theme(palette))
        # Nothing of ours uses them, and no screen needs to have them made and styled before its first rows.
        self._disable_notifications = self._disable_tooltips = True
        self._wear_first()
        self.animation_level = "none"

    def _wear_first(self) -> None:
        """Our theme instead of Textual's. Setting `theme` would have all style sheets parsed once more before anything is drawn."""
        if not self.palette.dark:  # more depends on that; Textual's own is dark
            self.theme = self.palette.name
            return
        self.set_reactive(App.theme, self.palette.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Board:
        """The only one; everything else stands over it."""
        self.the_board = Board(self._first)
        return self.the_board

    def on_load(self) -> None:
        """Before the terminal is taken: whoever ends us from now on finds it given back."""
        self._mind_signals()

    def on_mount(self) -> None:
        """Begin to listen."""
        self.set_interval(1.0, self._tick)
        self.look_at_books(self._first, "")
        if self.motion:
            self.set_interval(BLINK, self.the_board.blink)
        if self._feeder is not None:
            loop = self._loop
            assert loop is not None
            self._feeder.attach(in_loop(loop, self._news))
            self.set_timer(DRAWN, self._feeder.begin)  # whatever became of drawing

    def _news(self) -> None:
        if self._feeder is None or not self.is_running:
            return
        picture, wrong = self._feeder.take()
        for words in self._feeder.heard():
            self.the_board.notice(words, role="bad")
        if picture is not None:
            if self._heard is None:
                self.call_after_refresh(self.at_rest)
                self.set_timer(LATER, self.begin_books)
            self._heard = self.now()
        if wrong is not None and self._heard is None:
            # There never was anything to show: said as by any other command, on a terminal that is a terminal again.
            self.fault = wrong
            self.exit(1)
        elif picture is not None or wrong is not None:
            self.the_board.take(picture, Feed(heard=self._heard, wrong=words_of(wrong) if wrong is not None else ""))

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours: what Textual would print is left to whoever ran us."""
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()

    async def action_quit(self) -> None:
        """Ctrl-Q, which Textual binds: the same as q."""
        await self.leave()

    def _tick(self) -> None:
        if not getattr(self._driver, "there", True):
            self.hang_up()
            return
        self.the_board.tick()

    def wear(self, name: str) -> None:
        """Another theme: `dark` or `light`."""
        self.palette = LIGHT if name == "light" else DARK
        self.theme = self.palette.name

    # Acting

    @property
    def acts(self) -> Acts:
        """Who acts, made when that is needed first."""
        if self._kept is None:
            from campctl.tui.acting import GoesOn

            self._kept, loop = self._made(), self._loop
            if isinstance(self._kept, GoesOn) and loop is not None:
                self._kept.listen(in_loop(loop, self._told))
        return self._kept

    # Runbooks

    def begin_books(self) -> None:
        """Look at runbooks from now on: once the first rows are drawn, or somebody goes to them."""
        loop = self._loop
        if self._books is None and self._made_books is not None and loop is not None:
            self._books = self._made_books()
            self._books.start(in_loop(loop, self.the_board.take_books))

    def look_at_books(self, screen: str, of: str) -> None:
        """Somebody goes to a screen: runbooks are looked at often while they are shown."""
        shown = screen in {"runbooks", "runbook"}
        if shown:
            self.begin_books()
        if self._books is not None:
            self._books.wish(of if screen == "runbook" else "", shown=shown)

    def _told(self, told: Told) -> None:
        """A run that was begun from here is paused, or over."""
        if told.back is not None:
            self._backs.append(told.back)
        undo = " u undoes it." if told.back is not None else ""
        self.the_board.notice(told.words + undo, role="bad" if told.bad else "good")
        if self._books is not None:
            self._books.again()

    def ask(self, intent: Intent) -> Awaitable[None] | None:
        """Show the plan of it, and do it once somebody agrees. What it gives can be awaited until that stands there; None: it will not."""
        from campctl.tui.confirm import Confirm

        if isinstance(self.screen, Confirm) or self.the_board.world is None:
            return None
        confirm = Confirm(intent, self.acts, self.the_board.world, self.palette, self.glyphs)
        return self.push_screen(confirm, lambda done: self._did(confirm.intent, done))

    def undo(self) -> None:
        """Take back what was last done from here; the plan of that is shown, too."""
        if not self._backs:
            self.the_board.notice("Nothing was done from this board that could be undone.", role="warn")
            return
        self.ask(self._backs[-1])

    def _did(self, intent: Intent, done: Done | None) -> None:
        from campctl.tui.intents import title

        if done is None:
            return
        if intent in self._backs:
            self._backs.remove(intent)
        elif done.back is not None:
            self._backs.append(done.back)
        words = f"{title(intent)}: {done.words} {' '.join(done.warnings)}".strip()
        if self._books is not None:
            self._books.again()
        undo = " u undoes it." if done.back is not None and self._backs[-1:] == [done.back] else ""
        self.the_board.notice(words + undo, role="bad" if done.failed else "good")

    # Leaving

    async def leave(self) -> None:
        """Out. What is being done meanwhile is done to its end first, in its thread; who follows a run to its end is asked to stop."""
        following = getattr(self._kept, "following", ())
        if following and not self._leaving:
            self._leaving = True
            runs = ", ".join(following)
            self.the_board.notice(
                f"This board follows run {runs}. q again leaves, and it stops at its next step; `campctl runbook resume` goes on with it.",
                role="bad",
            )
            return
        if following and self._kept is not None:
            self._kept.stop()
        self.exit(0)

    def hang_up(self, number: int = signal.SIGHUP) -> None:
        """The terminal is gone, or somebody wants us gone."""
        self.died = number
        if self._kept is not None:
            self._kept.stop()
        self.exit(0)

    def _mind_signals(self) -> None:
        loop = self._loop
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            # Not where there is no main thread's loop (a test, a server): whoever runs us there minds the signals.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):
                assert loop is not None
                loop.add_signal_handler(number, self.hang_up, number)
