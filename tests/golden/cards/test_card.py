"""The card as people see it: on a pipe, on a narrow terminal with its code, and as the file that is printed.

CAMPCTL_UPDATE_GOLDEN=1 writes the files anew; look at the diff before committing it.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from campctl.app.results import Applied
from campctl.app.results_seating import Card, Lead, Seated
from campctl.model.changes import Binding, Plan
from campctl.views.card_html import page
from campctl.views.seating import show_code
from campctl.views.show import show
from campctl.views.style import Style
from campctl.views.terminal import Terminal

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
CARD = Card(
    name="Zoë <Sam> O’Rourke-Łukasiewicz",
    kind="walk-in",
    office="chicago-hq",
    office_name="Chicago headquarters",
    desk="chicago-hq/a001",
    extension="3100",
    device="poly-vvx",
    hotline="voter-protection",
    hotline_name="Voter protection",
    hotline_extension="3900",
    skills=("voter-protection",),
    languages=("en", "es"),
    since=NOW,
    until=datetime(2026, 11, 4, 1, 0, tzinfo=UTC),
    until_why="voter-protection closes then",
    time_zone="America/Chicago",
    why="voter-protection misses 2 of 6 people, 3 callers wait, the longest 95 s (priority 90); next would be main misses 1 of 2 people",
    ring_time=15,
    wrap_up=30,
    away="*0",
    back="*1",
    by="dana",
    ask=(Lead("Ann Lee", "field-director", "3001"),),
    location="1 Example Plaza, floor 3, Hall A, Chicago, IL 60601",
    sip="sip:chicago-hq~a001@pbx.example.org",
)
MOVED = replace(CARD, name="Vi Vo", desk="chicago-hq/a002", extension="3101", away="", back="", ask=(), until=None, hotline="", why="")
PLAN = Plan(at=NOW, campaign="Golden", binding=Binding(manifest="m", overrides="o"))


def seated(**more: object) -> Seated:
    applied = Applied(run=None, plan=PLAN, states={}, errors={})
    return Seated(**{"applied": applied, "card": CARD, **more})  # type: ignore[arg-type]


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(result: Seated, *, width: int | None = None, color: bool = False, output: str = "") -> str:
    kind = io.StringIO if width is None else Tty
    terminal = Terminal(kind(), kind(), kind(), {} if color else {"NO_COLOR": "1"}, width=width)
    style = Style(time_zone="America/Chicago", format=output, command="seat check-in")
    show(result, style, terminal)
    show_code(result.card.sip, style, terminal)
    words = terminal.stderr.getvalue()  # type: ignore[attr-defined]
    return terminal.stdout.getvalue() + (f"--- stderr\n{words}" if words else "")  # type: ignore[attr-defined]


CASES = {
    "card-pipe.txt": lambda: drawn(seated(remarks=("Nobody of the roster is called so.",))),
    "card-narrow.txt": lambda: drawn(seated(moved=MOVED, card_file="card.html"), width=60),
    "card-color.txt": lambda: drawn(seated(), width=80, color=True),
    "card.csv": lambda: drawn(seated(), output="csv"),
    "card.html": lambda: page((CARD, MOVED)),
    "card-secret.html": lambda: page((CARD,), secret="sip:chicago-hq~a001:made-up@pbx.example.org"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_people_see(name: str) -> None:
    """The card is exactly as the file has it."""
    found = CASES[name]()
    file = HERE / name
    if os.environ.get("CAMPCTL_UPDATE_GOLDEN"):
        file.write_bytes(found.encode())
    assert found == file.read_bytes().decode()


def test_the_printed_card_of_a_softphone_says_its_address_nowhere() -> None:
    """The secret is in the drawing alone: who reads the file's text over a shoulder learns nothing."""
    text = CASES["card-secret.html"]()
    assert "made-up" not in text
    assert "This code is a key" in text
