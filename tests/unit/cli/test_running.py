"""Ctrl-C while something runs, and questions."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import threading

import pytest

from campctl.cli.running import answer, run
from campctl.cli.session import Session
from campctl.errors import Interrupted
from campctl.views.terminal import Terminal


class Stopper:
    """Remembers that it was asked."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def stop(self) -> None:
        self.event.set()


def session() -> Session:
    return Session(Terminal(io.StringIO(), io.StringIO(), io.StringIO(), {}), [])


def test_the_first_ctrl_c_lets_the_engine_finish() -> None:
    """It asks the stopper, says how to go on, and the work returns its result."""
    mine = session()

    async def work() -> str:
        mine.stopper = Stopper()
        os.kill(os.getpid(), signal.SIGINT)
        await mine.stopper.event.wait()
        return "finished what was in flight"

    assert run(work, mine) == "finished what was in flight"
    assert "campctl resume" in mine.terminal.stderr.getvalue()


def test_the_second_ctrl_c_stops_at_once() -> None:
    """It cancels; the error says how to go on."""
    mine = session()

    async def work() -> None:
        mine.stopper = Stopper()
        os.kill(os.getpid(), signal.SIGINT)
        await mine.stopper.event.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    with pytest.raises(Interrupted) as caught:
        run(work, mine)
    assert "campctl resume" in caught.value.hint


def test_ctrl_c_while_only_looking() -> None:
    """Without an engine to stop, the first Ctrl-C ends the command, and there is nothing to resume."""

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    with pytest.raises(Interrupted) as caught:
        run(work, session())
    assert not caught.value.hint


def test_a_cancellation_of_its_own_is_not_ctrl_c() -> None:
    """A use case that cancels itself is not mistaken for an interrupt."""

    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(work, session())


def test_results_and_errors_come_through() -> None:
    """What the use case returns or raises is what the command gets."""

    async def fails() -> None:
        raise ValueError("x")

    async def works() -> int:
        return 3

    assert run(works, session()) == 3
    with pytest.raises(ValueError, match="x"):
        run(fails, session())


@pytest.mark.parametrize(("line", "said"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False), ("yup\n", False)])
def test_answers(line, said) -> None:
    """Only y and yes are yes; the question is on stderr."""
    terminal = Terminal(io.StringIO(line), io.StringIO(), io.StringIO(), {})
    assert answer(terminal, "Sure? ") is said
    assert terminal.stderr.getvalue().startswith("Sure? ")
    assert not terminal.stdout.getvalue()


def test_ctrl_c_at_the_question() -> None:
    """Ctrl-C while being asked changes nothing and says so."""

    class Pressed(io.StringIO):
        def readline(self, *_: object) -> str:
            os.kill(os.getpid(), signal.SIGINT)
            raise AssertionError("the signal should have ended this")

    with pytest.raises(Interrupted, match="nothing was changed"):
        answer(Terminal(Pressed(), io.StringIO(), io.StringIO(), {}), "Sure? ")


def test_another_thread_minds_no_signals() -> None:
    """Outside the main thread, where signals cannot be handled, work and questions run all the same."""
    found = []

    async def work() -> int:
        return 4

    def elsewhere() -> None:
        found.append(run(work, session()))
        found.append(answer(Terminal(io.StringIO("y\n"), io.StringIO(), io.StringIO(), {}), "Sure? "))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join(120)
    assert found == [4, True]
