"""Work that blocks, in threads that are not waited for when the board is left: a look at an exchange that does not answer may take long."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import TypeVar

T = TypeVar("T")
ACT = "act"
"""The name of threads that change something; those are waited for."""


def in_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., object]) -> Callable[..., None]:
    """For other threads: has `call` called in the loop, as part of what this is asked in; a loop that is gone calls nobody any more.

    A thread has no context of the app's: timers that are set and widgets that are drawn in none fail.
    """
    context = copy_context()

    def later(*given: object) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(partial(call, *given), context=context)

    return later


async def in_thread(work: Callable[[], T], *, name: str = "look") -> T:
    """What `work` returns or raises, from a thread of its own."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as found:  # noqa: BLE001 - handed on, whatever it is, to whoever awaits it
            error = found
        # The loop may be gone: the board was left meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future


def wait_for_acts(seconds: float) -> bool:
    """Wait until nothing is changed any more; whether that is so."""
    acts = [thread for thread in threading.enumerate() if thread.name == ACT]
    for thread in acts:
        thread.join(seconds)
    return not any(thread.is_alive() for thread in acts)
