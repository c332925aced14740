"""What a renderer draws on: a page for data, a page for words, and tables in the chosen format."""

from __future__ import annotations

from collections.abc import Mapping

from campctl.app.results import Listing
from campctl.views.page import Page
from campctl.views.style import Style
from campctl.views.terminal import Terminal


class Sheet:
    """The two pages and the table style of one result."""

    def __init__(self, style: Style, terminal: Terminal) -> None:
        self.style = style
        self.terminal = terminal
        self.page = Page.out(terminal)
        self.words = Page.err(terminal)

    def table(self, listing: Listing, *, title: str = "") -> None:
        """A listing, or the words it has for being empty."""
        if not listing.rows:
            if listing.empty:
                self.words.line(listing.empty)
            return
        if title:
            self.page.line(("bold", title))
        self.page.ready(draw(listing, self.style, self.terminal))

    def facts(self, fields: Mapping[str, object], *, indent: int = 0) -> None:
        """Labels and values below each other."""
        from campctl.views.tables import label_lines
        from campctl.views.text import cells, pad

        pairs = [(label, value) for label, value in label_lines(dict(fields)) if value]
        wide = max((cells(label) for label, _ in pairs), default=0)
        for label, value in pairs:
            self.page.line(("dim", pad(label, wide)), "  ", value, indent=indent, hang=wide + 2)


def draw(listing: Listing, style: Style, terminal: Terminal) -> str:
    """A table: Rich on a terminal, tabulate elsewhere or when plain was asked for."""
    from campctl.views import tables

    if terminal.out_tty and style.format in {"", "table"}:
        return tables.rich_table(listing, terminal)
    return tables.plain_table(listing)
