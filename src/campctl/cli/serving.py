"""Commands that run until they are stopped: SIGTERM and a hang-up end them well, Ctrl-C as any command; systemd hears how they are."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from campctl.errors import Exit, UsageError

if TYPE_CHECKING:
    from campctl.app.notifying import Notifier

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heeded(numbers: tuple[signal.Signals, ...] = ENDINGS) -> list[signal.Signals]:
    """Of these signals those that end this process: one that whoever started us ignores (nohup) stays ignored."""
    return [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]


def serve(work: Callable[[asyncio.Event], Awaitable[None]], notifier: Notifier | None = None) -> int:
    """Run to the end. The first signal sets the event, a second one cancels; the exit status. `work` says itself when it is ready."""
    caught: list[int] = []

    async def main() -> None:
        stop = asyncio.Event()
        task = asyncio.ensure_future(work(stop))
        loop = asyncio.get_running_loop()

        def end(number: int) -> None:
            caught.append(number)
            stop.set()
            if len(caught) > 1:
                task.cancel()
            elif notifier is not None:
                notifier.stopping()

        numbers = heeded()
        for number in numbers:
            loop.add_signal_handler(number, end, number)
        try:
            await task
        except asyncio.CancelledError:
            if not caught:
                raise
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    asyncio.run(main())
    return int(Exit.INTERRUPTED if signal.SIGINT in caught else Exit.OK)


def length(text: str) -> float:
    """Seconds of `--for`: 0, without end, where it is left out."""
    from campctl.live.expect_reading import duration

    found = duration(text) if text else 0.0
    if found is None or (text and found <= 0):
        raise UsageError(f"--for {text} is no length of time.", hint="Write 10s, 5m or 1h30m.")
    return found
