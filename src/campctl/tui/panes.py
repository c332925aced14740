"""The screens: each a pane that is handed pictures, and says what the cursor is on. No pane fetches anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from msgspec import Struct
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from campctl.app.picture import DeskCell, HotlineLine, OfficeLine, PersonLine, Picture
from campctl.tui.bare import BareVertical
from campctl.tui.columns import View
from campctl.tui.heading import totals
from campctl.tui.lines import Lines
from campctl.tui.looks import Palette
from campctl.tui.table import Table
from campctl.tui.tables import HOTLINES

if TYPE_CHECKING:
    from campctl.app.running_books_rows import BookRow

WALL = 18
"""Lines that must be left over below the hotlines for the map of desks to stand there."""
NO_HOTLINES = "This campaign has no hotlines. Add them under `hotlines:` in its YAML."


class Subject(Struct, frozen=True, kw_only=True):
    """What the cursor is on: whichever of these the screen is about."""

    hotline: HotlineLine | None = None
    office: OfficeLine | None = None
    desk: DeskCell | None = None
    person: PersonLine | None = None
    book: BookRow | None = None
    row: Any = None


def ident(row: Any) -> Any:
    """What makes a row the same as before."""
    return row.id


@runtime_checkable
class Searchable(Protocol):
    """A table or a map."""

    def keep(self, words: str) -> None: ...
    def go_to(self, mark: Any) -> bool: ...
    @property
    def shown(self) -> tuple[int, int]: ...


class Pane(BareVertical):
    """A screen. `main` takes the keys."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"
    kind = ""

    class Ready(Message):
        """Its widgets are there."""

    def __init__(self) -> None:
        super().__init__(id=self.kind)
        self.of = ""
        self.picture: Picture | None = None
        self.view: View | None = None
        self.palette: Palette | None = None

    @property
    def main(self) -> Widget:
        """The widget that has the cursor."""
        return self.query_one(f"#{self.kind}-main")

    @property
    def ready(self) -> bool:
        """Whether its widgets are there."""
        return bool(self.children)

    def on_mount(self) -> None:
        """Now they are."""
        self.post_message(self.Ready())

    def take(self, picture: Picture, view: View, palette: Palette) -> None:
        """Another picture, or the same one later or elsewhere."""
        self.picture, self.view, self.palette = picture, view, palette
        if self.ready:
            self.draw(picture, view, palette)

    def draw(self, picture: Picture, view: View, palette: Palette) -> None:
        """Hand it on to the widgets."""

    def tick(self, view: View) -> None:
        """A second went by."""
        self.view = view
        if isinstance(self.main, Table):
            self.main.tick(view)

    def keep(self, words: str) -> None:
        """Filter."""
        main = self.main
        if isinstance(main, Searchable):
            main.keep(words)

    @property
    def trail(self) -> str:
        """What was drilled into, in words."""
        return ""

    @property
    def subject(self) -> Subject:
        """What keys act on."""
        return Subject()

    @property
    def shown(self) -> tuple[int, int]:
        """How many rows are shown of how many."""
        main = self.main
        return main.shown if isinstance(main, Searchable) else (0, 0)


class HotlinesPane(Pane):
    """All hotlines."""

    kind = "hotlines"

    def __init__(self) -> None:
        super().__init__()
        self._rows_drawn = False

    def compose(self) -> ComposeResult:
        """Totals, then the table."""
        yield Lines(id="totals")
        yield Table(HOTLINES, ident=ident, empty=NO_HOTLINES, id="hotlines-main")
        yield Lines(id="wall-legend")

    def draw(self, picture: Picture, view: View, palette: Palette) -> None:
        """Totals are left out where there is hardly room for the rows."""
        lines = [totals(picture.hotlines, view, self.size.width), ()] if self.size.height >= 14 and picture.hotlines else []
        self.query_one("#totals", Lines).say(lines, palette)
        self.query_one("#hotlines-main", Table).show(picture.hotlines, view, palette)
        if self._rows_drawn:
            self._wall(picture, view, palette)
        else:  # rows first: people wait for those
            self.call_after_refresh(self._draw_wall)

    def _draw_wall(self) -> None:
        self._rows_drawn = True
        if self.picture is not None and self.view is not None and self.palette is not None:
            self._wall(self.picture, self.view, self.palette)

    def _wall(self, picture: Picture, view: View, palette: Palette) -> None:
        """On a screen that is high enough the map of desks stands below, to be looked at."""
        from campctl.tui.desk_map import DeskMap
        from campctl.tui.facts import legend

        table = self.query_one("#hotlines-main", Table)
        rows = len(picture.hotlines) + 1
        roomy = self.size.height >= rows + WALL and bool(picture.offices)
        table.styles.height = rows + 1 if roomy else "1fr"
        self.query_one("#wall-legend", Lines).say([legend(picture, view, self.size.width), ()] if roomy else [], palette)
        found = self.query("#wall-map").results(DeskMap)
        desks = next(found, None)
        if roomy and desks is None:
            desks = DeskMap(empty="", cursor=False, id="wall-map")
            self.mount(desks)
        if desks is not None:
            desks.display = roomy
            if roomy:
                desks.show(picture.offices, view, palette)

    @property
    def subject(self) -> Subject:
        """A hotline."""
        row = self.query_one("#hotlines-main", Table).row
        return Subject(hotline=row, row=row)


PANES: dict[str, str] = {
    "hotlines": "",
    "hotline": "HotlinePane",
    "offices": "OfficesPane",
    "office": "OfficePane",
    "people": "PeoplePane",
    "activity": "ActivityPane",
    "alerts": "AlertsPane",
    "runbooks": "RunbooksPane",
    "runbook": "RunbookPane",
}
"""Screens, and the classes in panes_more and panes_books that show them: those are loaded when they are gone to."""
ABOVE = {"hotline": "hotlines", "office": "offices", "runbook": "runbooks"}
"""Screens that were drilled into, and where Esc leads."""


def pane_of(kind: str) -> Pane:
    """A new pane of that screen."""
    if not PANES[kind]:
        return HotlinesPane()
    if kind in {"runbooks", "runbook"}:
        from campctl.tui import panes_books as module
    else:
        from campctl.tui import panes_more as module  # type: ignore[no-redef]
    made: Pane = getattr(module, PANES[kind])()
    return made
