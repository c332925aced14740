"""The terminal says what may be done with it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("tty", "env", "color"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_color(terminal, tty, env, color) -> None:
    """Colour only on a terminal that can and nobody minds; an empty NO_COLOR does not count (no-color.org)."""
    made = terminal(tty=tty, **env)
    assert made.color() is color
    assert made.color(err=True) is color


def test_no_color_option(terminal) -> None:
    """--no-color wins over everything."""
    made = terminal(tty=True)
    made.no_color = True
    assert not made.color()


@pytest.mark.parametrize(
    ("env", "given", "width"), [({"COLUMNS": "50"}, None, 50), ({}, 40, 40), ({"COLUMNS": "x"}, None, 80), ({"COLUMNS": "3"}, None, 20)]
)
def test_width(terminal, env, given, width) -> None:
    """Width as handed in, as COLUMNS says, or 80; never below 20."""
    assert terminal(tty=True, width=given, **env).width == width


def test_a_pipe_has_no_width(terminal) -> None:
    """Nothing is wrapped for a pipe."""
    assert terminal(COLUMNS="40").width is None


def test_words_come_after_data(terminal) -> None:
    """stdout is flushed before stderr is written, so that both are in order on one screen."""
    made = terminal()
    flushed = []
    made.stdout.flush = lambda: flushed.append(made.stderr.getvalue())
    made.write("data")
    made.say("words")
    assert flushed == [""]
    assert (made.stdout.getvalue(), made.stderr.getvalue()) == ("data", "words")


@pytest.mark.parametrize(("tty", "interactive"), [(True, True), (False, False)])
def test_interactive(terminal, tty, interactive) -> None:
    """Somebody can be asked only when stdin and stderr are terminals."""
    assert terminal(tty=tty).interactive is interactive
