"""Reloads, of which Asterisk does one at a time and refuses others meanwhile."""

from __future__ import annotations

import asyncio
from typing import Final

from campctl.backends.asterisk.ami import Ami, Request
from campctl.backends.asterisk.shelves.answers import worded

PATIENCE: Final = 60.0
"""Seconds for which a reload that somebody else has begun is waited for."""
_BUSY: Final = "reload is in progress"


async def reloaded(ami: Ami, request: Request, *, deadline: float | None = None) -> str | None:
    """Reload; None, or why it was not done. One that is under way may have begun before what was written, so ours comes after it."""
    loop = asyncio.get_running_loop()
    until, wait = loop.time() + PATIENCE, 0.02
    while True:
        (why,) = worded(await ami.many([request], deadline=deadline))
        if why is None or _BUSY not in why or loop.time() > until:
            return why
        await asyncio.sleep(wait)
        wait = min(0.5, wait * 1.5)
