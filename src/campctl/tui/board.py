"""The one screen behind everything: header, banner, a pane, the prompt and key hints; and what each key does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from campctl.app.picture import AlertLine, HotlineLine, Picture
from campctl.errors import UsageError
from campctl.live.board import Emergency
from campctl.tui import heading
from campctl.tui.columns import View
from campctl.tui.heading import Feed
from campctl.tui.keys import ACTING, ANYWHERE, hints_for
from campctl.tui.lines import Line, Lines, apart, wrapped
from campctl.tui.panes import ABOVE, Pane, Searchable, Subject, pane_of
from campctl.tui.table import Table

if TYPE_CHECKING:
    from campctl.tui.app import BoardApp
    from campctl.tui.commands import World
    from campctl.tui.panes_more import Side
    from campctl.tui.prompt import Prompt

WIDE = 170
"""From so many columns on alerts and activity stand beside every screen."""
PARTS = 6
"""Widgets from top to bottom."""
NOTICE = 10.0
"""Seconds that words about what was done stay; words about what went wrong stay until the next key."""


class Board(Screen[None]):
    """What is looked at, and where it came from. It shows; `Doings` acts."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key.keys, key.action, key.words, show=False) for key in (*ANYWHERE, *ACTING)]
    DEFAULT_CSS = """
    Board { layout: vertical; overflow: hidden; background: $background; }
    Board #body { height: 1fr; }
    Board #panes { height: 1fr; width: 1fr; }
    """

    def __init__(self, first: str = "hotlines") -> None:
        super().__init__()
        self.picture: Picture | None = None
        self.feed = Feed()
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
        with Horizontal(id="body"), Vertical(id="panes"):
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
        left = heading.tabs(self.picture, section, self.pane.trail, width)
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
        from datetime import timedelta

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
        kind, _, name = what.partition(":")
        if kind == "screen":
            self.run_worker(self.go(name))
        elif what:
            self.run_worker(self.run_action(what))

    # Going about

    async def go(self, name: str, of: str = "") -> None:
        """To a screen."""
        pane = self._panes.get(name)
        if pane is None:
            pane = self._panes[name] = pane_of(name)
            pane.display = False
            await self.query_one("#panes").mount(pane)
        self._panes[self._here].display = False
        if pane.of != of:
            pane.of = of
            self._keep(name, "")
        self._here = name
        pane.display = True
        if pane.ready:
            pane.main.focus()
        self.draw()
        self.call_after_refresh(self.draw)

    async def action_screen(self, name: str) -> None:
        """1 to 5."""
        await self.go(name)

    async def action_turn(self, by: int) -> None:
        """To the next screen; in an office between its desks and its people."""
        if self._here == "office":
            self.focus_next() if by > 0 else self.focus_previous()
            return
        names = [name for name, _ in heading.SCREENS]
        await self.go(names[(names.index(ABOVE.get(self._here, self._here)) + by) % len(names)])

    async def action_back(self) -> None:
        """Out of a filter, out of what was drilled into."""
        if self._filters.get(self._here):
            self._keep(self._here, "")
            self.draw()
        elif self._here in ABOVE:
            of = self.pane.of
            await self.go(ABOVE[self._here])
            main = self.pane.main
            if isinstance(main, Searchable):
                main.go_to(of)

    def _keep(self, name: str, words: str) -> None:
        self._filters[name] = words
        if name in self._panes and self._panes[name].ready:
            self._panes[name].keep(words)

    async def on_table_chosen(self, event: Table.Chosen) -> None:
        """Look into a row."""
        row = event.row
        if isinstance(row, HotlineLine):
            await self.go("hotline", row.id)
        elif isinstance(row, AlertLine) and await self._follow(row.subject):
            return
        else:
            self.show_row(row)

    async def _follow(self, subject: str) -> bool:
        """To what an alert is about, where there is a screen for it."""
        kind, _, id_ = subject.partition("/")
        if self.picture is None:
            return False
        known = {"hotline": {line.id for line in self.picture.hotlines}, "office": {office.id for office in self.picture.offices}}
        if id_ not in known.get(kind, ()):
            return False
        await self.go(kind, id_)
        return True

    async def on_desk_map_chosen(self, event: Any) -> None:
        """Look into an office; in it, at a desk."""
        if self._here == "office":
            if event.desk is not None:
                self.show_row(event.desk)
            return
        await self.go("office", event.office.id)
        if event.desk is not None:
            desk = event.desk.id
            self.call_after_refresh(lambda: self._to_desk(desk))

    def _to_desk(self, desk: str) -> None:
        main = self.pane.main
        if isinstance(main, Searchable):
            main.go_to(desk)

    def show_row(self, row: Any) -> None:
        """Everything of a row, nothing cut."""
        from campctl.tui.facts import row_facts

        view = self.view
        title = getattr(row, "name", "") or getattr(row, "what", "") or getattr(row, "words", "") or getattr(row, "id", "")
        self.page(str(title), lambda width: [piece for line in row_facts(row, view) for piece in wrapped(line, width, hang=14)])

    def page(
        self, title: str, document: Callable[[int], Any], *, closing: str = "Esc closes", then: Callable[[Any], None] | None = None
    ) -> None:
        """A document over the screen."""
        from campctl.tui.modals import Page

        self.app.push_screen(Page(title, document, self.board.palette, closing=closing), then)

    # Keys that change nothing but the screen

    def action_help(self) -> None:
        """All keys and commands."""
        from campctl.tui.help_page import help_lines

        self.page("Keys and commands", help_lines, closing="Esc closes; arrows scroll")

    def action_theme(self, name: str = "") -> None:
        """Light, dark."""
        if self.board.palette.mono:
            self.notice("This terminal shows no colours (NO_COLOR, or TERM says so).", role="warn")
            return
        self.board.wear(name or ("light" if self.board.palette.dark else "dark"))
        self.draw()

    def action_emergencies(self) -> None:
        """All of them, newest first; closing marks them as seen on this screen."""
        picture = self.picture
        if picture is None or not picture.emergencies:
            self.notice("No emergency calls were placed since this board began to look.", role="good")
            return
        view, names = self.view, heading.names_of(picture)

        def document(width: int) -> list[Line]:
            lines: list[Line] = []
            for call in picture.emergencies:
                lines += heading.banner([call], names, view.now, view.zone, width, lit=True)[:-1]
                lines.append([])
            return [[("text" if piece[0] == "alarm" else piece[0], piece[1]) for piece in line] for line in lines]

        def seen(_: Any) -> None:
            self._seen |= {(call.at, call.backend, call.line) for call in picture.emergencies}
            self.draw()

        self.page("Emergency calls", document, closing="Esc: seen; the banner goes, on this screen only", then=seen)

    async def action_leave(self) -> None:
        """Out."""
        await self.board.leave()

    # Typing

    @property
    def world(self) -> World | None:
        """The ids there are."""
        from campctl.tui.commands import world_of

        return world_of(self.picture) if self.picture is not None else None

    async def action_filter(self) -> None:
        """Type a filter."""
        await self._open("filter", self._filters.get(self._here, ""))

    async def action_command(self) -> None:
        """Type a command."""
        await self._open("command", "")

    async def _open(self, mode: Any, text: str) -> None:
        if self._prompt is None:
            from campctl.tui.prompt import Prompt

            self._prompt = Prompt()
            await self.mount(self._prompt, before="#hints")
        self._prompt.open(mode, text, self.world if mode == "command" else None, self.board.palette)

    def _close(self) -> None:
        if self._prompt is not None:
            self._prompt.close()
        self.pane.main.focus()

    def on_prompt_left(self, event: Any) -> None:
        """Esc: a filter that was being typed is gone."""
        if event.mode == "filter":
            self._keep(self._here, "")
        self._close()
        self.draw()

    async def on_prompt_typed(self, event: Any) -> None:
        """A filter so far, or a whole line."""
        if event.mode == "filter":
            self._keep(self._here, event.text.strip())
            if event.final:
                self._close()
            self.draw()
            return
        if not event.text.strip():
            self._close()
            return
        await self._command(event.text)

    async def _command(self, text: str) -> None:
        from campctl.tui.commands import Board as Own
        from campctl.tui.commands import Go, parse

        world, prompt = self.world, self._prompt
        assert prompt is not None
        if world is None:
            prompt.wrong("There is no picture yet; wait for the exchanges.")
            return
        try:
            what = parse(text, world)
        except UsageError as error:
            prompt.wrong(f"{error.message} {error.hint}")
            return
        prompt.remember(text)
        self._close()
        if isinstance(what, Go):
            await self.go(what.screen, what.id)
        elif isinstance(what, Own):
            if what.action == "theme":
                self.action_theme(what.value)
            else:
                await self.run_action({"quit": "leave"}.get(what.action, what.action))
        else:
            self.board.ask(what)

    # Acting: what the cursor is on becomes an intent

    @property
    def subject(self) -> Subject:
        """What the cursor is on."""
        return self.pane.subject if self.picture is not None else Subject()

    def _intend(self, key: str, *said: str) -> None:
        from campctl.tui.deeds import intent_of

        if self._here not in next(item.where for item in ACTING if item.action.partition("(")[0] == key):
            return
        try:
            intent = intent_of(key, self.subject, *said)
        except UsageError as error:
            self.notice(f"{error.message} {error.hint}", role="warn")
            return
        self.board.ask(intent)

    def action_scale(self, by: str) -> None:
        """One seat more or fewer."""
        self._intend("scale", by)

    def action_light(self) -> None:
        """Light the desk."""
        self._intend("light")

    def action_dark(self) -> None:
        """Darken the desk."""
        self._intend("dark")

    def action_walk_in(self) -> None:
        """Seat somebody."""
        self._intend("walk_in")

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._intend("pause")

    def action_clear(self) -> None:
        """End an override."""
        self._intend("clear")

    def action_see(self) -> None:
        """See to an alert."""
        self._intend("see")

    def action_undo(self) -> None:
        """Take back what was last done from here."""
        self.board.undo()
