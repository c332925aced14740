"""What stands on the screen, from top to bottom: header, screens, banner, a pane, words about what was done, key hints."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.screen import Screen

from campctl.app.picture import Picture
from campctl.live.board import Emergency
from campctl.tui import heading
from campctl.tui.bare import Bare, BareHorizontal, BareVertical, Steady
from campctl.tui.columns import View
from campctl.tui.heading import Feed
from campctl.tui.keys import hints_for
from campctl.tui.lines import Line, Lines, apart, wrapped
from campctl.tui.panes import ABOVE, Pane, pane_of

if TYPE_CHECKING:
    from campctl.app.running_books_rows import Books
    from campctl.tui.app import BoardApp
    from campctl.tui.panes_more import Side
    from campctl.tui.prompt import Prompt

WIDE = 170
"""From so many columns on alerts and activity stand beside every screen."""
PARTS = 6
"""Widgets from top to bottom."""
NOTICE = 10.0
"""Seconds that words about what was done stay; words about what went wrong stay until the next key."""


class Drawn(Bare, Steady, Screen[None]):
    """What is drawn, and drawn anew where it changed. Where one goes, what is typed and what is done is others' (`board_going`...)."""

    def __init__(self, first: str = "hotlines") -> None:
        super().__init__()
        self.picture: Picture | None = None
        self.feed = Feed()
        self.books: Books | None = None
        self._asked: set[tuple[str, str]] = set()
        self._panes: dict[str, Pane] = {}
        self._here = first
        self._filters: dict[str, str] = {}
        self._seen: set[tuple[datetime, str, str]] = set()
        self._blink = True
        self._notice: tuple[str, str] | None = None
        self._notice_until: datetime | None = None
        self._side: Side | None = None
        self._prompt: Prompt | None = None

    @property
    def board(self) -> BoardApp:
        """The app, by its own type."""
        return self.app  # type: ignore[return-value]

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Lines(on="raised", id="header", clicked=self._click)
        yield Lines(id="tabs", clicked=self._click)
        yield Lines(on="alarm", id="banner", clicked=self._click)
        with BareHorizontal(id="body"), BareVertical(id="panes"):
            pane = self._panes[self._here] = pane_of(self._here)
            yield pane
        yield Lines(id="notice")
        yield Lines(on="raised", id="hints", clicked=self._click)

    def on_mount(self) -> None:
        """Begin with what there is."""
        self.draw()

    def on_pane_ready(self) -> None:
        """A pane's widgets are there."""
        if self.pane.ready:
            self.pane.main.focus()
        self.draw()

    # What it shows

    @property
    def pane(self) -> Pane:
        """The one that is shown."""
        return self._panes[self._here]

    @property
    def view(self) -> View:
        """What cells need besides their row."""
        names: dict[str, str] = {}
        picture = self.picture
        if picture is not None:
            names = {f"hotline/{line.id}": line.name for line in picture.hotlines}
            names |= {f"office/{office.id}": office.name for office in picture.offices}
        return View(now=self.board.now(), zone=picture.time_zone if picture else "UTC", glyphs=self.board.glyphs, names=names)

    def take(self, picture: Picture | None, feed: Feed) -> None:
        """Another picture."""
        news = self._alarms(picture) if picture is not None else []
        old = self._alarms(self.picture) if self.picture is not None else []
        if picture is not None:
            self.picture = picture
        self.feed = feed
        if len(news) > len(old):
            self.board.bell()
        self.draw()

    def take_books(self, books: Books) -> None:
        """What the store says of runbooks now; a run that asks something rings, once, and says so."""
        asks = {(row.run, row.step) for row in books.rows if row.state == "asks"}
        news = [row for row in books.rows if row.state == "asks" and (row.run, row.step) not in self._asked]
        first, self.books, self._asked = self.books is None, books, asks
        if news and not first:
            self.board.bell()
        if news and self._here not in {"runbooks", "runbook"}:
            row = news[0]
            self.notice(f"{row.name} waits for {row.role or 'somebody'}: {row.question} (6 shows it)", role="ringing")
        self._hand_books()
        if self._standing:
            self._draw_top(self.view)

    def _hand_books(self) -> None:
        take = getattr(self.pane, "take_books", None)
        if self.books is not None and take is not None:
            take(self.books)

    def draw(self) -> None:
        """All of it; widgets see to it that only what changed is drawn."""
        if not self._standing:
            return
        view = self.view
        self._draw_top(view)
        if self.picture is not None:
            self.pane.take(self.picture, view, self.board.palette)
            if self._side is not None and self._side.display:
                self._side.take(self.picture, view, self.board.palette)
        self._draw_bottom()

    @property
    def _standing(self) -> bool:
        """Whether its widgets are there: not yet at first, and no more at the end."""
        return self.is_attached and len(self.children) >= PARTS

    def tick(self) -> None:
        """A second went by."""
        if not self._standing or not self.pane.ready:
            return
        if self._notice_until is not None and self.board.now() >= self._notice_until:
            self.notice("")
        view = self.view
        self._draw_top(view)
        if self.picture is not None:
            self.pane.tick(view)
            if self._side is not None and self._side.display:
                self._side.tick(view)

    def blink(self) -> None:
        """The banner's sign comes and goes, where motion is not minded."""
        if self._standing and self.picture is not None and self._alarms(self.picture):
            self._blink = not self._blink
            self._draw_banner()

    def _draw_top(self, view: View) -> None:
        width, palette = self.size.width, self.board.palette
        line = heading.header(self.picture, self.feed, view.now, view.zone, view.glyphs, width)
        self.query_one("#header", Lines).say([line], palette)
        section = ABOVE.get(self._here, self._here)
        rows = self.books.rows if self.books is not None else ()
        runs = sum(row.state in {"asks", "running", "decide"} for row in rows)
        left = heading.tabs(self.picture, section, self.pane.trail, width, runs=runs, asks=any(row.state == "asks" for row in rows))
        self.query_one("#tabs", Lines).say([apart(left, self._status(), width)] if self.size.height >= 4 else [], palette)
        self._draw_banner()

    def _status(self) -> Line:
        """The filter, and how many rows it leaves."""
        words = self._filters.get(self._here, "")
        if not words:
            return []
        shown, every = self.pane.shown
        return [("warn", f"/{words}"), ("dim", f" {shown:,} of {every:,} ")]

    def _alarms(self, picture: Picture) -> list[Emergency]:
        return [call for call in picture.emergencies if (call.at, call.backend, call.line) not in self._seen]

    def _draw_banner(self) -> None:
        lines: list[Line] = []
        if self.picture is not None and (alarms := self._alarms(self.picture)):
            view = self.view
            lines = heading.banner(
                alarms, heading.names_of(self.picture), view.now, view.zone, self.size.width, lit=self._blink or not self.board.motion
            )
            lines = lines[: max(1, self.size.height - 2)]
        self.query_one("#banner", Lines).say(lines, self.board.palette)

    def _draw_bottom(self) -> None:
        if not self._standing:
            return
        width, palette = self.size.width, self.board.palette
        notice: list[Line] = []
        if self._notice is not None:
            notice = wrapped([(self._notice[0], f" {self._notice[1]}")], max(10, width), hang=1)[:4]
        self.query_one("#notice", Lines).say(notice, palette)
        line = heading.hints(hints_for(self._here), width)
        self.query_one("#hints", Lines).say([line] if self.size.height >= 6 else [], palette)

    def notice(self, words: str, *, role: str = "good") -> None:
        """Words about what was done, or what went wrong."""
        self._notice = (role, words) if words else None
        lasting = role == "bad" or not words
        self._notice_until = None if lasting else self.board.now() + timedelta(seconds=NOTICE)
        self._draw_bottom()

    def on_resize(self) -> None:
        """A wide screen has room for a second pane."""
        self.call_after_refresh(self._lay_out)

    async def _lay_out(self) -> None:
        roomy = self.size.width >= WIDE and self.size.height >= 16
        if roomy and self._side is None:
            from campctl.tui.panes_more import Side

            self._side = Side()
            await self.query_one("#body").mount(self._side)
        if self._side is not None:
            self._side.display = roomy
        self.draw()
        self.call_after_refresh(self.draw)

    def on_click(self) -> None:
        """Words about what went wrong were read."""
        if self._notice is not None and self._notice_until is None:
            self.notice("")

    def on_key(self) -> None:
        """The same for keys."""
        self.on_click()

    def _click(self, what: str) -> None:
        """Something of the header or of the hints was clicked."""
