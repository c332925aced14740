"""A plan as the command line shows it, as lines for a widget: the same words, coloured by the board's palette."""

from __future__ import annotations

import re

from campctl.app.results import Planned
from campctl.tui.lines import Line, Piece
from campctl.views.page import CODES, Page

ROLES = {
    "bold": "strong",
    "dim": "dim",
    "red": "bad",
    "green": "good",
    "yellow": "warn",
    "cyan": "accent",
    "blue": "accent",
    "magenta": "paused",
    "bold red": "bad",
    "bold green": "good",
    "bold yellow": "warn",
    "bold cyan": "accent",
}
_BY_CODE = {code: ROLES.get(style, "text") for style, code in CODES.items()} | {"0": "text"}
_STYLED = re.compile("\x1b\\[([0-9;]*)m")


def plan_lines(planned: Planned, zone: str, width: int) -> list[Line]:
    """Stories, findings, costs, guardrails."""
    from campctl.views.findings import short
    from campctl.views.plan import whole
    from campctl.views.zones import localized

    page = Page(width=max(20, width), color=True)
    whole(localized(planned, zone), page, details=False)
    if planned.findings:
        page.blank()
        short(planned.findings, page)
    return page_lines(page)


def page_lines(page: Page) -> list[Line]:
    """What is on a page. Its text is harmless already, so the only escape codes are the page's own."""
    lines: list[Line] = []
    for text in page.text().rstrip("\n").split("\n"):
        pieces: list[Piece] = []
        role = "text"
        for at, part in enumerate(_STYLED.split(text)):
            if at % 2:
                role = _BY_CODE.get(part, "text")
            elif part:
                pieces.append((role, part))
        lines.append(pieces)
    return lines
