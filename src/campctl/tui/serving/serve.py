"""`top --serve` from start to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from campctl.errors import UsageError

if TYPE_CHECKING:
    from campctl.tui.serving.child import Shown
    from campctl.tui.serving.places import Place
    from campctl.tui.serving.tokens import Holders


class Service(Struct, frozen=True, kw_only=True):
    """What the command line said, looked at: what to show, to whom, where, under which title, and how many at once."""

    shown: Shown
    holders: Holders
    place: Place
    title: str
    sessions: int


def require_extra() -> None:
    """`errors.UsageError` naming the extra where textual-serve is not installed."""
    try:
        import aiohttp  # noqa: F401
        import textual_serve.app_service  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"The board in a browser needs textual-serve, which cannot be loaded: {error}.",
            hint="Install it beside campctl: pip install 'campctl[web]'",
        ) from error


async def serve(
    service: Service, environ: Mapping[str, str], ready: Callable[[str], None], say: Callable[[str], None], stop: asyncio.Event
) -> None:
    """Serve until stopped, then end every board. `ready` is given the address, as `Site.address`."""
    from aiohttp import web

    from campctl.tui.serving.site import Offer, Site

    place = service.place
    offer = Offer(
        shown=service.shown,
        holders=service.holders,
        place=place,
        environ=environ,
        title=service.title,
        sessions=service.sessions,
        say=say,
    )
    site = Site(offer)
    runner = web.AppRunner(site.app(), access_log=None, handle_signals=False, shutdown_timeout=5.0)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, place.host or "0.0.0.0", place.port)  # noqa: S104 - asked for
        try:
            await listener.start()
        except OSError as error:
            raise UsageError(
                f"{place.host or 'Every address'}, port {place.port}, cannot be listened on: {_why(error)}.",
                hint="Name another port, or 0 for any that is free, or end who has it.",
            ) from error
        site.port = runner.addresses[0][1]
        ready(site.address)
        await stop.wait()
    finally:
        await site.close()
        await runner.cleanup()


def _why(error: OSError) -> str:
    import errno
    import os

    if error.errno == errno.EADDRINUSE:
        return "another program listens there already"
    return os.strerror(error.errno) if error.errno else str(error)
