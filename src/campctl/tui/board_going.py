"""Where one goes on the board: from screen to screen, into things and out of them, and what stands over a screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campctl.app.picture import AlertLine, HotlineLine
from campctl.tui import heading
from campctl.tui.board_drawn import Drawn
from campctl.tui.lines import Line, wrapped
from campctl.tui.panes import ABOVE, Searchable, pane_of
from campctl.tui.table import Table


class Going(Drawn):
    """Screens, filters kept, pages over a screen. Nothing here changes anything but what is looked at."""

    def _click(self, what: str) -> None:
        kind, _, name = what.partition(":")
        if kind == "screen":
            self.run_worker(self.go(name))
        elif what:
            self.run_worker(self.run_action(what))

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
        self.board.look_at_books(name, of)
        if name == "runbooks" and self._notice is not None and self._notice[0] == "ringing":
            self.notice("")
        self._hand_books()
        if pane.ready:
            pane.main.focus()
        self.draw()
        self.call_after_refresh(self.draw)

    async def action_screen(self, name: str) -> None:
        """1 to 6."""
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
        elif self._here == "runbooks":
            await self.go("runbook", row.id)
        elif self._here == "runbook":
            self.show_step(row)
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

    def show_step(self, line: Any) -> None:
        """Everything of a step of a run: words to read out, what its command said."""
        from campctl.tui.facts_books import step_facts

        view, ways = self.view, self.books.ways if self.books is not None else {}
        self.page(line.step, lambda width: step_facts(line, ways, view, width))

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
