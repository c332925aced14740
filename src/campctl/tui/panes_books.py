"""Runbooks: the campaign's and their runs, and one run with its steps. Loaded when somebody goes to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from campctl.app.picture import Picture
from campctl.app.running_books_report import StepLine
from campctl.app.running_books_rows import BookRow, Books
from campctl.tui.columns import View
from campctl.tui.facts_books import run_facts, step_facts
from campctl.tui.lines import Lines, wrapped
from campctl.tui.looks import Palette
from campctl.tui.panes import Pane, Subject, ident
from campctl.tui.table import Table
from campctl.tui.tables_books import BOOKS, STEPS

NO_BOOKS = "This campaign has no runbooks. Put them into runbooks/: docs/runbooks.md."
NO_STEPS = "This runbook has no steps, or cannot be read: `campctl runbook lint` tells why."


def _step(line: StepLine) -> Any:
    return (line.step, line.began)


class BooksPane(Pane):
    """A pane that is handed runbooks besides pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()

    def take_books(self, books: Books) -> None:
        """What the store says of runbooks now."""
        self.books = books
        if self.ready and self.picture is not None and self.view is not None and self.palette is not None:
            self.draw(self.picture, self.view, self.palette)


class RunbooksPane(BooksPane):
    """All of them."""

    kind = "runbooks"

    def compose(self) -> ComposeResult:
        """What is wrong, if something is, then the table, then what the one under the cursor asks."""
        yield Lines(id="runbooks-wrong")
        yield Table(BOOKS, ident=ident, empty=NO_BOOKS, id="runbooks-main")
        yield Lines(id="runbooks-asks", on="raised")

    def draw(self, _: Picture, view: View, palette: Palette) -> None:
        """Hand it on."""
        wrong = wrapped([("bad", f" {self.books.wrong}")], self.size.width, hang=1) if self.books.wrong else []
        self.query_one("#runbooks-wrong", Lines).say(wrong, palette)
        self.query_one("#runbooks-main", Table).show(self.books.rows, view, palette)
        self.tell()

    def tell(self) -> None:
        """The question of the run that the cursor is on."""
        row = self.query_one("#runbooks-main", Table).row
        if self.view is None or self.palette is None:
            return
        asks = row is not None and row.state == "asks"
        lines = wrapped([("ringing", f" ? {row.role or 'anybody'}: "), ("strong", row.question)], self.size.width, hang=3) if asks else []
        self.query_one("#runbooks-asks", Lines).say(lines[:4], self.palette)

    def on_table_moved(self) -> None:
        """The cursor moved."""
        self.tell()

    @property
    def subject(self) -> Subject:
        """A runbook or a run."""
        row = self.query_one("#runbooks-main", Table).row
        return Subject(book=row, row=row)


class RunbookPane(BooksPane):
    """One run, or a runbook that nobody runs: its steps, and all of the one under the cursor."""

    kind = "runbook"

    def __init__(self) -> None:
        super().__init__()
        self._at = ""

    def compose(self) -> ComposeResult:
        """What it is and asks, its steps, the step under the cursor."""
        yield Lines(id="runbook-facts")
        yield Table(STEPS, ident=_step, empty=NO_STEPS, id="runbook-main")
        yield Lines(id="runbook-step", on="raised")

    @property
    def row(self) -> BookRow | None:
        """The row of what it is about."""
        return next((row for row in self.books.rows if row.id == self.of), None)

    @property
    def there(self) -> bool:
        """Whether what was opened is what is to be shown: not yet, at first."""
        report = self.books.opened
        return report is not None and (report.run.id or f"book:{report.run.book}") == self.of

    def draw(self, _: Picture, view: View, palette: Palette) -> None:
        """Its facts take no more than a third of the screen; the cursor follows the step whose turn it is."""
        report = self.books.opened
        table = self.query_one("#runbook-main", Table)
        if report is None or not self.there:
            gone = self.row is None and bool(self.books.rows)
            words = f" There is no {self.of} any more; Esc goes back." if gone else " Looking ..."
            self.query_one("#runbook-facts", Lines).say([[("warn" if gone else "dim", words)]], palette)
            table.show((), view, palette)
            return
        facts = run_facts(report, self.row, view, self.size.width)
        self.query_one("#runbook-facts", Lines).say(facts[: max(2, self.size.height // 3)], palette)
        table.show(report.lines, view, palette)
        if report.turn != self._at:
            self._at = report.turn
            turn = [line for line in report.lines if line.step == report.turn]
            if turn:
                table.go_to(_step(turn[-1]))
        self.tell()

    def tell(self) -> None:
        """All of the step under the cursor, as far as there is room."""
        line = self.query_one("#runbook-main", Table).row
        if self.view is None or self.palette is None:
            return
        room = max(1, self.size.height // 3)
        lines: Sequence[Any] = step_facts(line, self.books.ways, self.view, self.size.width) if line is not None else []
        if len(lines) > room:
            lines = [*lines[: room - 1], [("dim", " Enter shows all of it")]]
        self.query_one("#runbook-step", Lines).say(lines, self.palette)

    def tick(self, view: View) -> None:
        """Durations, also those of the facts."""
        self.view = view
        if self.picture is not None and self.palette is not None:
            self.query_one("#runbook-main", Table).tick(view)
            report = self.books.opened
            if report is not None and self.there:
                facts = run_facts(report, self.row, view, self.size.width)
                self.query_one("#runbook-facts", Lines).say(facts[: max(2, self.size.height // 3)], self.palette)

    def on_table_moved(self) -> None:
        """The cursor moved."""
        self.tell()

    @property
    def trail(self) -> str:
        """Its name."""
        row = self.row
        return row.name if row else self.of.removeprefix("book:")

    @property
    def subject(self) -> Subject:
        """The run or runbook, and the step under the cursor."""
        return Subject(book=self.row, row=self.query_one("#runbook-main", Table).row)
