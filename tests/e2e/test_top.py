"""`campctl top` on a terminal of its own, on the embedded exchange: looked at, acted from, left, cut off."""

from __future__ import annotations

import os
import signal
import termios
from typing import Any

import pexpect
import pytest

from .conftest import hung_up, over  # type: ignore[import-not-found]

BUSY = {"calls": '"20000"', "calls_shape": "flat", "talk_time": "30"}
ENV = {"COLORTERM": "", "CAMPCTL_REDUCED_MOTION": "1"}


@pytest.fixture
def top(make: Any) -> Any:
    """A campaign that is called, and its board."""
    boards: list[Any] = []

    def begin(*argv: str, env: dict[str, str] | None = None, **options: str) -> tuple[Any, Any]:
        camp = make(**options)
        child = camp.spawn("top", *argv, env={**ENV, **(env or {})})
        boards.append(child)
        return camp, child

    yield begin
    for child in boards:
        child.close(force=True)


def _clean(child: Any) -> None:
    """It gave the terminal back as it was, and said nothing it should not."""
    assert "\x1b[?1049l" in child.before
    assert "\x1b[?25h" in child.before
    assert "Traceback" not in child.before


def test_watched_and_acted_from(top: Any) -> None:
    """Rows come; plus shows the plan, y does it, u and y take it back; both are audited under who pressed them; q leaves with 0."""
    camp, child = top(**BUSY)
    child.expect("Hotline")
    child.expect("Need")
    before = camp.resources()
    child.send("+")
    child.expect("Scale")
    child.expect("do it")
    child.send("yy")
    child.expect("u undoes it")
    assert camp.resources() != before
    child.send("u")
    child.expect("Undo hotline scale")
    child.expect("do it")
    child.send("y")
    child.expect("run 2")
    child.send("q")
    over(child)
    assert child.exitstatus == 0
    _clean(child)
    assert camp.resources() == before
    assert camp.do("override", "list", "-o", "json").ok().data["overrides"] == []
    said = [(entry["who"], entry["what"].split()[0]) for entry in camp.do("audit", "log", "-o", "json").ok().data["entries"]]
    assert said.count(("tess", "hotline")) == 2
    assert said.count(("tess", "undo")) == 2
    camp.settled()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM], ids=["SIGHUP", "SIGTERM"])
def test_cut_off(top: Any, number: signal.Signals) -> None:
    """A terminal that goes, or somebody who wants it gone: it ends at once, by that signal, lets go of all, and says no traceback."""
    camp, child = top()
    child.expect("Hotline")
    child.kill(number)
    over(child)
    assert child.signalstatus == number
    _clean(child)
    camp.do("apply", "--yes").ok()


def test_stopped_and_gone_on_with(top: Any) -> None:
    """SIGSTOP and SIGCONT, as a debugger or another shell sends them: it is drawn again, and leaves the terminal as it found it."""
    _, child = top()
    child.expect("Hotline")
    for _ in range(3):
        child.kill(signal.SIGSTOP)
        child.kill(signal.SIGCONT)
    child.expect("Hotline")
    child.send("2")
    child.expect("Headquarters")
    child.send("q")
    child.expect(pexpect.EOF)
    _clean(child)
    modes = termios.tcgetattr(child.child_fd)[3]
    over(child)
    assert child.exitstatus == 0
    assert modes & termios.ECHO
    assert modes & termios.ICANON


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM], ids=["SIGHUP", "SIGTERM"])
def test_cut_off_by_who_makes_sure(top: Any, number: signal.Signals) -> None:
    """timeout(1), systemd and tmux send a SIGCONT behind the signal, should it have been stopped: it ends as by the signal alone."""
    _, child = top()
    child.expect("Hotline")
    child.kill(number)
    child.kill(signal.SIGCONT)
    over(child)
    assert child.signalstatus == number, child.before
    _clean(child)


def test_the_terminal_closes(top: Any) -> None:
    """When an ssh session is simply gone, the board is soon gone too, instead of spinning for ever."""
    _, child = top()
    child.expect("Hotline")
    status = hung_up(child)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0


def test_not_a_terminal(make: Any) -> None:
    """In a pipe it says what to use instead; a wrong screen, theme or rate is a mistake in words."""
    camp = make(apply=False)
    for argv, words in (
        ((), "campctl status"),
        (("nowhere",), "Screens: hotlines"),
        (("--theme", "pink"), "Themes: dark, light"),
        (("--hz", "99"), "1 to 10"),
        (("-o", "json"), "campctl watch"),
    ):
        done = camp.run("top", *argv)
        assert done.status == 2
        assert words in done.err


@pytest.mark.parametrize("argv", [(), ("--theme", "dark")], ids=["at-once", "parsed"])
def test_a_terminal_with_lines_only(make: Any, argv: tuple[str, ...]) -> None:
    """Where no cursor can be put anywhere it says so, and what to do, instead of a screen that nobody can read."""
    done = make(apply=False).run("top", *argv, tty=True, env={"TERM": "dumb"})
    assert done.status == 2
    assert "TERM=dumb" in done.out
    assert "campctl watch -o table" in done.out
    assert "\x1b[" not in done.out


def test_broken_manifests(top: Any) -> None:
    """With mistakes in the YAML there is nothing to show: they are told as by any command, with its status."""
    camp, first = top()
    first.expect("Hotline")
    first.send("q")
    first.expect(pexpect.EOF)
    camp.edit("campaign.yaml", "country: US", "contry: US")
    child = camp.spawn("top", env=ENV)
    over(child)
    assert child.exitstatus == 3
    assert "campctl validate" in child.before
    assert "Traceback" not in child.before


def test_an_exchange_that_does_not_answer(top: Any) -> None:
    """It is named in the header with why, the rest of the board is there, and an act that needs it says so in words."""
    _, child = top(down="true", apply=False)
    child.expect("local lost")
    child.send("+")
    child.expect("gave up after")
    child.send("n")
    # A key that comes while the window is closing is the window's; so it is pressed again, as people do.
    for _ in range(240):
        child.send("q")
        if child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=0.5) == 0:
            break
    over(child)
    assert child.exitstatus == 0


def test_manifests_that_break_while_it_runs_are_told_of(top: Any) -> None:
    """The board goes on with the last sound ones, and says that there are mistakes."""
    camp, child = top("activity")
    child.expect("When")
    camp.edit("campaign.yaml", "country: US", "contry: US")
    child.expect("manifests")
    child.send("q")
    over(child)
    assert child.exitstatus == 0
