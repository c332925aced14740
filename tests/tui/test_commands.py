"""What can be typed after a colon."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.errors import UsageError
from campctl.tui.commands import complete, parse, world_of
from campctl.tui.intents import Clear, Dark, Light, Pause, Scale, WalkIn, command_line
from campctl.tui.verbs import Board, Go
from campctl.tui.verbs_all import VERBS
from tui import pictures

WORLD = world_of(pictures.picture())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("people", Go(screen="people")),
        ("hotline press", Go(screen="hotline", id="press")),
        ("office hq", Go(screen="office", id="hq")),
        ("hotline scale press +2", Scale(hotline="press", seats="+2")),
        ("campctl hotline scale press 12 --until=21:00", Scale(hotline="press", seats="12", until="21:00")),
        ("port light hq/a002 hq/a005 --hotline press --until +2h", Light(desks=("hq/a002", "hq/a005"), hotline="press", until="+2h")),
        ("port dark hq/a001", Dark(desks=("hq/a001",))),
        ('seat check-in "Bo Doe" --office hq', WalkIn(name="Bo Doe", office="hq")),
        ("seat check-in Bo --desk hq/a002 --hotline press", WalkIn(name="Bo", desk="hq/a002", hotline="press")),
        ("user pause person-0001 --reason lunch", Pause(subject="user/person-0001", why="lunch")),
        ("port unpause hq/a001", Pause(subject="port/hq/a001", paused=False)),
        ("override clear o1a2b3", Clear(ids=("o1a2b3",))),
        ("theme light", Board(action="theme", value="light")),
        ("theme", Board(action="theme")),
        ("q", Board(action="quit")),
    ],
)
def test_parse(text: str, meant: object) -> None:
    """Screens, things, and verbs as on the command line."""
    assert parse(text, WORLD) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Nothing was typed"),
        ("hotlins", "Did you mean `hotlines`"),
        ("hotline scale pres +1", "Did you mean `press`"),
        ("hotline scale press", "hotline scale HOTLINE"),
        ("office nowhere-at-all", "There is no office"),
        ("port light hq/a002 --hotline", "--hotline needs a value"),
        ("port light hq/a002 --why x", "has no option --why"),
        ('seat check-in "Bo', "A quote is not closed"),
        ("seat check-in Bo", "Where is not said"),
        ("theme pink", "There is no theme"),
    ],
)
def test_mistakes_in_words(text: str, said: str) -> None:
    """What was wrong, and what to write instead."""
    with pytest.raises(UsageError) as caught:
        parse(text, WORLD)
    assert said in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", "hotlines"),
        ("ho", "hotlines"),
        ("hotline ", "scale"),
        ("hotline scale ", "voter-protection"),
        ("hotline scale press ", "+1"),
        ("hotline scale press +1 ", "--until"),
        ("hotline scale press +1 --until ", "+1h"),
        ("port light ", "austin/a001"),
        ("seat check-in Bo --office ", "hq"),
        ("user pause person-000", "person-0000"),
        ("campctl port ", "light"),
        ("theme ", "dark"),
    ],
)
def test_completion(text: str, first: str) -> None:
    """Tab offers what may come next: verbs, ids, options and their values."""
    found = complete(text, WORLD)
    assert first in found
    if first != "austin/a001":
        assert found[0] == first


def test_dark_desks_only_are_offered_to_be_lit() -> None:
    """A desk that is lit, or has no 911 location, is not offered."""
    offered = set(complete("port light ", WORLD))
    assert offered
    assert offered <= {desk.id for office in pictures.offices() for desk in office.desks if desk.state == "dark"}


@given(st.text(max_size=60))
def test_any_text_is_a_command_or_a_mistake_in_words(text: str) -> None:
    """Nothing that can be typed ends in anything but an answer."""
    complete(text, WORLD)
    with suppress(UsageError):
        parse(text, WORLD)


def test_intents_read_as_commands() -> None:
    """The command a plan is shown under is one that can be typed."""
    for text in (
        "hotline scale press +2 --until 21:00",
        "port dark hq/a001",
        "seat check-in 'Bo Doe' --office hq",
        "override clear o1a2b3",
    ):
        assert command_line(parse(text, WORLD)) == f"campctl {text}"  # type: ignore[arg-type]


def test_usages_begin_with_their_words() -> None:
    """Help and completion speak of the same verbs."""
    for verb in VERBS:
        assert verb.usage.startswith(" ".join(verb.words))
