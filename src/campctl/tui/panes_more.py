"""The screens that are loaded when somebody goes to them: one hotline, offices, one office, people, activity, alerts, and the side."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from campctl.app.picture import DeskCell, HotlineLine, OfficeLine, PersonLine, Picture
from campctl.tui.columns import View
from campctl.tui.desk_map import DeskMap
from campctl.tui.facts import desk_facts, hotline_facts, legend, office_facts
from campctl.tui.lines import Lines
from campctl.tui.looks import Palette
from campctl.tui.panes import Pane, Subject, ident
from campctl.tui.table import Table
from campctl.tui.tables import ACTIVITY, ALERTS, PEOPLE

NO_OFFICES = "This campaign has no offices. Add them under `offices:` in its YAML."
NO_DESKS = "This office has no desks. Add them under `ports:` in the campaign's YAML."
NO_PEOPLE = "Nobody is in this campaign. Add people under `users:`, or with `campctl user provision`."
NO_ACTIVITY = "Nothing was done yet, and nothing is about to end."
NO_ALERTS = "All is well: nothing is raised."


def _deed(row: Any) -> Any:
    return (row.at, row.kind, row.ref, row.what)


def _alert(row: Any) -> Any:
    return (row.rule, row.subject)


class HotlinePane(Pane):
    """One hotline: its figures, the last hour, who is in it."""

    kind = "hotline"

    def compose(self) -> ComposeResult:
        """Figures, then people."""
        yield Lines(id="hotline-facts")
        yield Table(PEOPLE, ident=ident, empty="Nobody sits in this hotline.", sort="state", id="hotline-main")

    def hotline(self) -> HotlineLine | None:
        """The one it is about; None when it is gone."""
        return next((line for line in self.picture.hotlines if line.id == self.of), None) if self.picture else None

    def draw(self, picture: Picture, view: View, palette: Palette) -> None:
        """Its figures take no more than half of the screen."""
        line = self.hotline()
        if line is None:
            lines: Any = [[("warn", f" There is no hotline {self.of} any more; Esc goes back.")]]
        else:
            lines = hotline_facts(line, view, self.size.width, max(0, self.size.height // 2))
        self.query_one("#hotline-facts", Lines).say(lines, palette)
        self.query_one("#hotline-main", Table).show(_members(picture, self.of), view, palette)

    @property
    def trail(self) -> str:
        """Its name."""
        line = self.hotline()
        return line.name if line else self.of

    @property
    def subject(self) -> Subject:
        """The hotline, and the person the cursor is on."""
        row = self.query_one("#hotline-main", Table).row
        return Subject(hotline=self.hotline(), person=row, row=row)


def _members(picture: Picture, hotline: str) -> list[PersonLine]:
    """People in a hotline, and desks at which a volunteer answers it."""
    people = [person for person in picture.people if hotline in person.hotlines]
    known = {person.line for person in people}
    desks = (desk for office in picture.offices for desk in office.desks)
    there = (desk for desk in desks if desk.hotline == hotline and desk.state not in {"dark", "no-location"})
    return [*people, *(_as_person(desk) for desk in there if f"port/{desk.id}" not in known)]


def _as_person(desk: DeskCell) -> PersonLine:
    states: dict[str, Any] = {"lit": "free", "talking": "busy"}
    return PersonLine(
        id=desk.id,
        name=desk.who or f"desk {desk.id}",
        office=desk.office,
        extension=desk.extension,
        role="volunteer" if desk.who else "",
        line=f"port/{desk.id}",
        state=states.get(desk.state, desk.state),
        reason="",
        since=desk.since,
        hotlines=(desk.hotline,),
    )


class OfficesPane(Pane):
    """The map of all offices."""

    kind = "offices"

    def compose(self) -> ComposeResult:
        """What the glyphs mean, the map, the desk the cursor is on."""
        yield Lines(id="legend")
        yield DeskMap(empty=NO_OFFICES, id="offices-main")
        yield Lines(id="offices-desk", on="raised")

    def draw(self, picture: Picture, view: View, palette: Palette) -> None:
        """Hand it on."""
        self.query_one("#legend", Lines).say([legend(picture, view, self.size.width), ()] if self.size.height >= 12 else [], palette)
        self.query_one("#offices-main", DeskMap).show(picture.offices, view, palette)
        self.tell()

    def tick(self, view: View) -> None:
        """Only the desk's facts have a duration."""
        self.view = view
        self.tell()

    def tell(self) -> None:
        """The facts of the desk the cursor is on."""
        spot = self.query_one("#offices-main", DeskMap).spot
        if self.view is not None and self.palette is not None:
            lines = desk_facts(spot.office, spot.desk, self.view, self.size.width) if spot else []
            self.query_one("#offices-desk", Lines).say(lines, self.palette)

    def on_desk_map_moved(self) -> None:
        """The cursor moved."""
        self.tell()

    @property
    def subject(self) -> Subject:
        """A desk and its office."""
        spot = self.query_one("#offices-main", DeskMap).spot
        return Subject(office=spot.office, desk=spot.desk) if spot else Subject()


class OfficePane(Pane):
    """One office: its facts, its desks as cards."""

    kind = "office"

    def compose(self) -> ComposeResult:
        """Facts, cards, the desk the cursor is on, the people of the office when there is room."""
        yield Lines(id="office-facts")
        yield DeskMap(zoomed=True, empty=NO_DESKS, id="office-main")
        yield Lines(id="office-desk", on="raised")
        yield Table(PEOPLE, ident=ident, empty="Nobody belongs to this office.", sort="state", id="office-people")

    def office(self) -> OfficeLine | None:
        """The one it is about; None when it is gone."""
        return next((office for office in self.picture.offices if office.id == self.of), None) if self.picture else None

    def draw(self, picture: Picture, view: View, palette: Palette) -> None:
        """Hand it on."""
        office = self.office()
        facts: Any = [[("warn", f" There is no office {self.of} any more; Esc goes back.")]]
        self.query_one("#office-facts", Lines).say(office_facts(office, view, self.size.width) if office else facts, palette)
        self.query_one("#office-main", DeskMap).show((office,) if office and office.desks else (), view, palette)
        people = self.query_one("#office-people", Table)
        people.display = self.size.height >= 20 or (office is not None and not office.desks)
        if people.display:
            people.show([person for person in picture.people if person.office == self.of], view, palette)
        self.tell()

    def tell(self) -> None:
        """The facts of the desk the cursor is on."""
        spot = self.query_one("#office-main", DeskMap).spot
        if self.view is not None and self.palette is not None:
            lines = desk_facts(spot.office, spot.desk, self.view, self.size.width) if spot else []
            self.query_one("#office-desk", Lines).say(lines, self.palette)

    def tick(self, view: View) -> None:
        """Durations."""
        self.view = view
        self.tell()
        people = self.query_one("#office-people", Table)
        if people.display:
            people.tick(view)

    def on_desk_map_moved(self) -> None:
        """The cursor moved."""
        self.tell()

    @property
    def trail(self) -> str:
        """Its name."""
        office = self.office()
        return office.name if office else self.of

    @property
    def subject(self) -> Subject:
        """The desk, unless the cursor is among the people."""
        people = self.query_one("#office-people", Table)
        if people.has_focus:
            return Subject(office=self.office(), person=people.row, row=people.row)
        spot = self.query_one("#office-main", DeskMap).spot
        return Subject(office=self.office(), desk=spot.desk if spot else None)


class TablePane(Pane):
    """A screen that is one table."""

    def draw(self, picture: Picture, view: View, palette: Palette) -> None:
        """Hand it on."""
        self.query_one(f"#{self.kind}-main", Table).show(getattr(picture, self.kind), view, palette)

    @property
    def subject(self) -> Subject:
        """The row."""
        row = self.query_one(f"#{self.kind}-main", Table).row
        return Subject(person=row if isinstance(row, PersonLine) else None, row=row)


class PeoplePane(TablePane):
    """Everybody."""

    kind = "people"

    def compose(self) -> ComposeResult:
        """A table."""
        yield Table(PEOPLE, ident=ident, empty=NO_PEOPLE, id="people-main")


class ActivityPane(TablePane):
    """What was done, and what will end."""

    kind = "activity"

    def compose(self) -> ComposeResult:
        """A table, newest first."""
        yield Table(ACTIVITY, ident=_deed, empty=NO_ACTIVITY, sort="at", id="activity-main")


class AlertsPane(TablePane):
    """What is raised."""

    kind = "alerts"

    def compose(self) -> ComposeResult:
        """A table, the worst first."""
        yield Table(ALERTS, ident=_alert, empty=NO_ALERTS, sort="severity", id="alerts-main")


IN_SHORT = {"severity", "since", "subject", "words", "at", "kind", "who", "what", "ends"}
"""Columns of the tables at the side."""


class Side(Vertical):
    """At the right of a wide screen: alerts and activity, whatever else is looked at."""

    DEFAULT_CSS = "Side { width: 38%; max-width: 110; height: 1fr; display: none; padding-left: 2; }"

    def compose(self) -> ComposeResult:
        """Two tables without a cursor of their own."""
        for kind, columns, deed, empty, sort in (
            ("alerts", ALERTS, _alert, NO_ALERTS, "severity"),
            ("activity", ACTIVITY, _deed, NO_ACTIVITY, "at"),
        ):
            yield Lines(id=f"side-{kind}-title")
            short = [column for column in columns if column.name in IN_SHORT]
            table = Table(short, ident=deed, empty=empty, sort=sort, id=f"side-{kind}", cursor=False)
            yield table

    def take(self, picture: Picture, view: View, palette: Palette) -> None:
        """Another picture."""
        if not self.children:
            return
        for kind, title in (("alerts", "Alerts"), ("activity", "Activity")):
            self.query_one(f"#side-{kind}-title", Lines).say([[("strong", title)]], palette)
            self.query_one(f"#side-{kind}", Table).show(getattr(picture, kind), view, palette)

    def tick(self, view: View) -> None:
        """A second went by."""
        for kind in ("alerts", "activity"):
            self.query_one(f"#side-{kind}", Table).tick(view)
