"""Whoever sits in front of a run: told of every line, read notes to, asked questions; and what Ctrl-C, SIGTERM and SIGHUP do."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from campctl.cli.serving import heeded
from campctl.errors import Interrupted
from campctl.views.runbook_lines import line_of, waiting_words
from campctl.views.text import harmless

if TYPE_CHECKING:
    from campctl.app.running_books_hands import Desk
    from campctl.cli.session import Session
    from campctl.model.runbooks import BookEntry, Step
    from campctl.runbook.engine import Stop

T = TypeVar("T")


class TerminalDesk:
    """Words on stderr; with `events` JSON lines on stdout. Answers are read from a terminal only."""

    def __init__(self, session: Session, *, events: bool = False) -> None:
        self._session = session
        self._terminal = session.terminal
        self._events = events
        self._asked = ""
        self._answer: bool | None = None
        self._listening = False
        self._run = ""

    def desk(self) -> Desk:
        """As the use case wants it."""
        from campctl.app.running_books_hands import Desk

        return Desk(tell=self.tell, waiting=self.waiting, answered=self.answered, barred=self.barred)

    def tell(self, entry: BookEntry, step: Step | None) -> None:
        """A line of the journal."""
        self._run = entry.run
        if self._events:
            from campctl.views.envelope import line

            self._terminal.write(line({"kind": "book-entry", **{name: getattr(entry, name) for name in entry.__struct_fields__}}))
            self._terminal.flush()
            return
        if entry.step and entry.state in {"done", "failed", "skipped", "interrupted"}:
            self._hush()
        words = line_of(entry, step, self._zone())
        if words and not self._terminal.quiet:
            self._terminal.say(words)

    def waiting(self, step: Step, until: datetime | None, why: str) -> None:
        """A step waits; a question is asked where there is a terminal to answer on."""
        if step.kind == "confirm" and until is None:
            self._ask(step)
        elif not self._terminal.quiet and not self._events:
            self._terminal.say(waiting_words(step, until, why, self._zone()))

    def answered(self, step: Step) -> bool | None:
        """What was typed since; None while nothing was."""
        answer, self._answer = self._answer, None
        return answer if self._asked == step.id else None

    def _ask(self, step: Step) -> None:
        who = f" ({step.role})" if step.role else ""
        self._terminal.say(f"\n  {harmless(step.text)}{who}\n")
        if not self._terminal.interactive or self._events:
            self._elsewhere(step, "There is no terminal to answer on.")
            return
        self._asked, self._answer = step.id, None
        self._forget_typed()
        self._terminal.say("  Confirmed? [yes/no] ")
        with suppress(OSError, ValueError, NotImplementedError):
            asyncio.get_running_loop().add_reader(self._terminal.stdin.fileno(), self._typed)
            self._listening = True

    def _forget_typed(self) -> None:
        """Nobody answers a question before it is asked: a second "yes" to the last one is none to this."""
        import termios

        with suppress(OSError, ValueError, termios.error):
            termios.tcflush(self._terminal.stdin.fileno(), termios.TCIFLUSH)

    def barred(self, step: Step, why: str) -> None:
        """A question for others."""
        self._terminal.say(f"\n  {harmless(step.text)} ({harmless(step.role)})\n")
        self._elsewhere(step, why)

    def _elsewhere(self, step: Step, why: str) -> None:
        role = f" --as {step.role}" if step.role else ""
        self._terminal.say(harmless(f"  {why} It waits for: campctl runbook confirm {self._run or 'RUN'} {step.id}{role}") + "\n")

    def _typed(self) -> None:
        """A line is there to be read. An end of input (a closed terminal) asks nobody any more."""
        try:
            line = self._terminal.stdin.readline()
        except (OSError, ValueError):
            line = ""
        word = line.strip().lower()
        if not line:
            self._hush()
        elif word in {"y", "yes", "n", "no"}:
            self._answer = word[0] == "y"
            self._hush(keep=True)
        else:
            self._terminal.say("  Write yes or no: ")

    def _hush(self, *, keep: bool = False) -> None:
        if self._listening:
            with suppress(OSError, ValueError):
                asyncio.get_running_loop().remove_reader(self._terminal.stdin.fileno())
            self._listening = False
        if not keep:
            self._asked = ""

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._session._time_zone() or "UTC")  # noqa: SLF001 - the session's own helper


def run_here(argv: list[str], env: Mapping[str, str], opener: Callable[..., Any]) -> tuple[int, str]:
    """A command line in this process, as rehearsals need it: its status, and what it said on both streams."""
    import io

    from campctl.cli.main import run
    from campctl.views.terminal import Terminal

    said = io.StringIO()
    status = run(argv, Terminal(io.StringIO(), said, said, env, width=100), opener)
    return status, said.getvalue()


def run_with_signals(work: Callable[[], Awaitable[T]], session: Session, stop: Stop) -> T:
    """Run to the end. Ctrl-C, SIGTERM or SIGHUP once ends at the next step, and asks the present one to end; Ctrl-C again ends at once."""
    # A run lasts hours: here the collector is worth its time.
    gc.freeze()
    gc.enable()

    async def main() -> T:
        task = asyncio.ensure_future(work())
        loop = asyncio.get_running_loop()

        def asked(number: int) -> None:
            name = signal.Signals(number).name
            if stop.asked and number == signal.SIGINT:
                task.cancel()
                return
            stop.ask({"SIGINT": "Ctrl-C", "SIGHUP": "SIGHUP (the terminal went away)"}.get(name, name))
            session.terminal.say("\nStopping: the present step is asked to end, none is begun. Ctrl-C again stops at once.\n")

        taken = []
        for number in heeded():
            with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread: whoever runs us there minds them
                loop.add_signal_handler(number, asked, number)
                taken.append(number)
        try:
            return await task
        except asyncio.CancelledError:
            if stop.asked:
                raise Interrupted("Stopped at once.", hint="`campctl runbook resume` goes on.") from None
            raise
        finally:
            for number in taken:
                loop.remove_signal_handler(number)

    return asyncio.run(main())
