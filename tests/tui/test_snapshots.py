"""Every screen at three sizes, drawn as SVG and compared with what was looked at and found good.

CAMPCTL_UPDATE_GOLDEN=1 writes them anew; then look at them (tests/golden/tui/*.svg, any browser shows them).

pytest-textual-snapshot would bring syrupy 4 and with it an older pytest, so the comparison is our own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from campctl.app.picture import Picture
from campctl.app.results import Planned
from campctl.tui.acting import Seen
from campctl.tui.app import Looks
from campctl.tui.looks import ASCII, LIGHT, MONO
from tui import pictures
from tui.boards import Trial, board
from tui.svg import svg
from tui.test_confirm import GUARDED, PLAN

GOLDEN = Path(__file__).parents[1] / "golden" / "tui"
SIZES = ((80, 24), (120, 36), (240, 67))
SCREENS: dict[str, tuple[str, ...]] = {
    "hotlines": ("1",),
    "hotline": ("1", "enter"),
    "offices": ("2",),
    "office": ("2", "enter"),
    "people": ("3",),
    "activity": ("4",),
    "alerts": ("5",),
    "help": ("question_mark",),
    "plan": ("plus",),
    "walk-in": ("2", "right", "w"),
    "command": ("colon", "h", "o"),
    "filter": ("3", "slash", "l", "u", "n", "c", "h"),
    "runbooks": ("6",),
    "runbook": ("6", "enter", "!opened"),
    "step": ("6", "s"),
    "guarded": ("plus",),
    "guarded-typed": ("plus", "O", "!debate night", "enter", "!too-many"),
    "emergency": ("3",),
    "emergencies": ("e",),
}
OTHERS: dict[str, tuple[tuple[int, int], tuple[str, ...], Looks, Callable[[], Picture]]] = {
    "light": ((120, 36), ("1",), Looks(palette=LIGHT, motion=False), pictures.picture),
    "light-office": ((120, 36), ("2", "enter"), Looks(palette=LIGHT, motion=False), pictures.picture),
    "mono": ((80, 24), ("2",), Looks(palette=MONO, glyphs=ASCII, motion=False), pictures.picture),
    "mono-emergency": ((80, 24), ("1",), Looks(palette=MONO, glyphs=ASCII, motion=False), lambda: _emergency()),
    "unwell": ((120, 36), ("1",), Looks(motion=False), lambda: pictures.picture(backends=pictures.unwell())),
    "empty": ((80, 24), ("1",), Looks(motion=False), pictures.empty),
}

SEEN = {
    "step": Seen(
        words=(
            "Next is `more`: More seats for the debate.",
            "",
            "$ campctl hotline scale press 6 --until 23:00 --yes --reason 'runbook Debate night: More seats for the debate'",
            "",
            "Plan for Example for Illinois, at 2026-11-03 13:30:12 CST, only hotline/press",
            "",
            "Scale 1 hotline",
            "  ~ Scale Press from 3 to 6 seats; 3 join from Boston (3 people)",
            "",
            "Way back: campctl override clear --all",
        ),
        key="more",
    )
}


def _emergency() -> Picture:
    return pictures.picture(emergencies=(pictures.emergency(),))


def _compare(name: str, made: str) -> None:
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("CAMPCTL_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert path.exists(), f"{path} is missing; CAMPCTL_UPDATE_GOLDEN=1 makes it"
    assert made == path.read_text(encoding="utf-8"), f"{name} looks different; CAMPCTL_UPDATE_GOLDEN=1, then look at {path}"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
def test_screens(screen: str, size: tuple[int, int]) -> None:
    """A screen looks as it did."""

    async def test(trial: Trial) -> None:
        trial.acts.seen = SEEN.get(screen, Seen(planned=Planned(plan=PLAN), zone=pictures.ZONE))
        trial.acts.guarded = GUARDED if screen.startswith("guarded") else None
        for key in SCREENS[screen]:
            if key == "!opened":
                trial.give_books(pictures.books(pictures.RUN))
            elif key[0] == "!":
                await trial.type(key[1:])
            else:
                await trial.keys(key)
        await trial.settle()
        _compare(f"{screen}-{size[0]}x{size[1]}", svg(trial.app, "campctl top"))

    books = pictures.books() if SCREENS[screen][0] == "6" else None
    board(test, size=size, picture=_emergency() if screen.startswith("emergenc") else pictures.picture(), books=books)


@pytest.mark.parametrize("name", OTHERS)
def test_looks(name: str) -> None:
    """Light, monochrome, exchanges that are not well, and an empty campaign look as they did."""
    size, keys, looks, made = OTHERS[name]

    async def test(trial: Trial) -> None:
        await trial.keys(*keys)
        await trial.settle()
        _compare(name, svg(trial.app, "campctl top"))

    board(test, size=size, looks=looks, picture=made())


def test_nothing_else_lies_among_them() -> None:
    """A picture of a screen that is gone is removed."""
    wanted = {f"{screen}-{width}x{height}" for screen in SCREENS for width, height in SIZES} | set(OTHERS)
    assert {path.stem for path in GOLDEN.glob("*.svg")} == wanted
