"""`top` from start to end. Pictures begin to be made in a thread while Textual is still being imported: both take a while."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct

from campctl.app.picture import Picture
from campctl.tui.feeding import Feeder, Source


class Options(Struct, frozen=True, kw_only=True):
    """What the command line and the environment said."""

    theme: str = ""
    no_color: bool = False
    no_motion: bool = False
    hz: float = 5.0
    screen: str = "hotlines"


def source(root: Path, environ: Mapping[str, str], hz: float) -> Source:
    """Pictures of the campaign in `root`. All of it, the store too, belongs to the thread that iterates."""

    async def pictures() -> AsyncIterator[Picture]:
        from campctl.app.context import open_campaign
        from campctl.app.picturing import pictures as stream

        ctx = open_campaign(root, environ=environ, command="campctl top")
        try:
            async with aclosing(stream(ctx, hz=hz)) as found:
                async for picture in found:
                    yield picture
        finally:
            ctx.close()

    return pictures


def run(root: Path, environ: Mapping[str, str], options: Options) -> int:
    """Show the board until somebody leaves it; `errors.CampctlError` when there never was anything to show."""
    feeder = Feeder(source(root, environ, options.hz))
    feeder.start()
    try:
        return show(feeder, root, environ, options)
    finally:
        feeder.stop()


def show(feeder: Feeder, root: Path, environ: Mapping[str, str], options: Options) -> int:
    """The app on this terminal."""
    from datetime import UTC, datetime

    from campctl.tui.acting import Doing
    from campctl.tui.app import BoardApp, Looks
    from campctl.tui.driver import TerminalDriver
    from campctl.tui.looks import glyphs_for, palette_for

    looks = Looks(
        palette=palette_for(environ, theme=options.theme, no_color=options.no_color),
        glyphs=glyphs_for(environ),
        motion=not (options.no_motion or environ.get("CAMPCTL_REDUCED_MOTION")),
    )
    app = BoardApp(
        feeder, Doing(root, environ), looks=looks, now=lambda: datetime.now(UTC), driver_class=TerminalDriver, screen=options.screen
    )
    _collect_again()
    app.run()
    if app.died:
        feeder.stop()
        _die(app.died)
    if app.fault is not None:
        raise app.fault
    return app.return_value or 0


def _collect_again() -> None:
    """A day at the board makes cycles; what is loaded already stays out of it."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


def _die(number: int) -> None:
    """End as a process ends of that signal, now that everything is let go of: whoever started us sees what happened."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
