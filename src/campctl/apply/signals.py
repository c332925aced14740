"""Ctrl-C for an apply: once to finish what is in flight, twice to end at once."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

from campctl.apply.inputs import Stopper


@contextlib.contextmanager
def stopping_on_signals(stopper: Stopper, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """While inside (in a running event loop), SIGINT and SIGTERM go to `stopper`; `say` gets a sentence for the user.

    Where the event loop cannot take signals (a thread, Windows) nothing changes.
    """
    loop = asyncio.get_running_loop()

    def heard(name: str) -> None:
        stopper.stop(f"stopped by {name}")
        say("Finishing what is in flight; once more to end at once." if stopper.asked == 1 else "Ending at once.")

    installed: list[signal.Signals] = []
    for number, name in ((signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, heard, name)
            installed.append(number)
    try:
        yield
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
