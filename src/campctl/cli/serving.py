"""Commands that run until they are stopped: SIGTERM and a hang-up end them well, Ctrl-C as any command."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from campctl.errors import Exit


def serve(work: Callable[[asyncio.Event], Awaitable[None]]) -> int:
    """Run to the end. The first signal sets the event, a second one cancels; the exit status."""
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

        # One that whoever started us ignores (nohup) stays ignored.
        numbers = [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
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
