"""The terminal says what may be done with it."""

from __future__ import annotations

import io
import sys

import pytest

from campctl.errors import OutputFailed
from campctl.views.terminal import Terminal


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


class Broken(io.StringIO):
    """A stream that fails with an error as soon as it is written or flushed."""

    def __init__(self, error: OSError, *, when: str) -> None:
        super().__init__()
        self.error = error
        self.when = when

    def write(self, text: str) -> int:
        if self.when == "write":
            raise self.error
        return super().write(text)

    def flush(self) -> None:
        if self.when == "flush" and not self.closed:
            raise self.error


@pytest.mark.parametrize("when", ["write", "flush"])
@pytest.mark.parametrize(("error", "kind"), [(OSError(28, "No space left on device"), OutputFailed), (BrokenPipeError(), BrokenPipeError)])
def test_stdout_that_fails(when, error, kind) -> None:
    """A full disk is an error with its reason; a reader that left is a broken pipe; nothing is tried after `drop`."""
    made = Terminal(io.StringIO(), Broken(error, when=when), io.StringIO(), {})
    broken = made.stdout
    fail = made.flush if when == "flush" else lambda: made.write("x")
    with pytest.raises(kind) as caught:
        fail()
    assert kind is BrokenPipeError or "No space left" in str(caught.value)
    made.drop()
    made.write("x")
    made.flush()
    broken.error = None  # the interpreter flushes it once more when it goes
    broken.when = ""


def test_stderr_that_fails_is_no_reason_to_stop() -> None:
    """Words that nobody can read are dropped."""
    made = Terminal(io.StringIO(), io.StringIO(), Broken(OSError(5, "x"), when="write"), {})
    made.say("words")
    made.write("data")
    assert made.stdout.getvalue() == "data"


def test_streams_that_are_none(monkeypatch) -> None:
    """Streams that whoever started us closed are nowhere: reading ends at once, writing is lost."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    made = Terminal.real()
    made.write("lost")
    made.say("lost")
    assert made.stdin.read() == ""
    for stream in (made.stdin, made.stdout, made.stderr):
        stream.close()
    assert not made.color()
