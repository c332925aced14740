"""Asynchronous use cases from a synchronous command, and what Ctrl-C does meanwhile."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from campctl.errors import Interrupted
from campctl.views.terminal import Terminal

if TYPE_CHECKING:
    from campctl.cli.session import Session

T = TypeVar("T")
FIRST = "Stopping: what is in flight is finished, nothing new is begun. `campctl resume` goes on. Ctrl-C again stops at once.\n"
SECOND = "Stopped at once. Nothing is lost: `campctl resume` looks up what was in flight and goes on.\n"


def run(work: Callable[[], Awaitable[T]], session: Session) -> T:
    """Run to the end. The first Ctrl-C asks the engine to stop, the second cancels; `errors.Interrupted` when that ended it."""

    async def main() -> T:
        task = asyncio.ensure_future(work())
        loop = asyncio.get_running_loop()
        interrupts = _Interrupts(session, task)
        try:
            loop.add_signal_handler(signal.SIGINT, interrupts)
        except (NotImplementedError, RuntimeError, ValueError):
            # Not the main thread: whoever runs us there minds the signals.
            return await task
        try:
            return await task
        except asyncio.CancelledError:
            if interrupts.count:
                raise Interrupted("Stopped.", hint=_hint(session)) from None
            raise
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    return asyncio.run(main())


def _hint(session: Session) -> str:
    return "`campctl resume` goes on where it stopped." if session.stopper is not None else ""


class _Interrupts:
    """Counts Ctrl-C."""

    def __init__(self, session: Session, task: asyncio.Future[T]) -> None:
        self._session = session
        self._task = task
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        stopper = self._session.stopper
        if stopper is None or self.count > 1:
            if stopper is not None:
                self._session.terminal.say(SECOND)
            self._task.cancel()
            return
        self._session.terminal.say(FIRST)
        stopper.stop()


def answer(terminal: Terminal, question: str) -> bool:
    """Ask on stderr, read a line from stdin; only y and yes are yes. Ctrl-C and end of input say that nothing was changed.

    While the line is awaited the loop does not run, so Ctrl-C is given back to Python meanwhile.
    """
    terminal.say(question)
    try:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
    except ValueError:
        before = None
    try:
        line = terminal.stdin.readline()
    except KeyboardInterrupt:
        terminal.say("\n")
        raise Interrupted("Stopped; nothing was changed.") from None
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
    if not line:
        terminal.say("\n")
    return line.strip().lower() in {"y", "yes"}
