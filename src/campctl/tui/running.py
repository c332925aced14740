"""`top` from start to end. The first picture is made in a process of its own while Textual is being imported: both take a while."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from campctl.app.picture import Picture
from campctl.errors import SecretError
from campctl.live.board import Emergency
from campctl.tui.feeding import Feeder, Source

if TYPE_CHECKING:
    from textual.driver import Driver

    from campctl.app.alarms import Alarms
    from campctl.app.alert_words import Directory
    from campctl.app.context import Context
    from campctl.tui.acting import Acts
    from campctl.tui.app import BoardApp
    from campctl.tui.books_feed import BookFeed
    from campctl.tui.looks import Glyphs


LEAVING = 60.0
"""Seconds that what is being done has to end, once somebody left; what is still going on then is resumed by the next run."""


class Options(Struct, frozen=True, kw_only=True):
    """What the command line and the environment said."""

    theme: str = ""
    no_color: bool = False
    no_motion: bool = False
    hz: float = 5.0
    screen: str = "hotlines"


def source(root: Path, environ: Mapping[str, str], hz: float, say: Callable[[str], None]) -> Source:
    """Pictures of the campaign in `root`. All of it, the store too, belongs to the thread that iterates.

    A board that is open tells people of alerts, as `alert run` does. Where a secret for that is missing, it shows them only, and says so.
    """

    async def pictures() -> AsyncIterator[Picture]:
        from campctl.app.context import open_campaign
        from campctl.app.picturing import pictures as stream

        ctx = open_campaign(root, environ=environ, command="campctl top")
        duty: list[Alarms] = []
        places: Places | None = None
        try:
            async with AsyncExitStack() as stack:
                alerting = lambda picture: duty[0].see(picture) if duty else ()  # noqa: E731
                found = await stack.enter_async_context(aclosing(stream(ctx, hz=hz, alerting=alerting)))
                first = True
                async for picture in found:
                    yield places.named(picture) if places is not None else picture
                    if places is None and not first:
                        # Not before the second picture, so that rows are there sooner; exchanges were not heard of before that anyway.
                        places = await _begin_duty(ctx, stack, duty, say)
                        gc.freeze()  # all is loaded now
                    first = False
        finally:
            ctx.close()

    return pictures


async def _begin_duty(ctx: Context, stack: AsyncExitStack, duty: list[Alarms], say: Callable[[str], None]) -> Places:
    from campctl.app.alert_duty import on_duty
    from campctl.app.alert_words import Directory

    try:
        duty.append(await stack.enter_async_context(on_duty(ctx)))
    except SecretError as error:
        say(f"Nobody is told of alerts from this board: {error.message} {error.hint}")
        duty.append(await stack.enter_async_context(on_duty(ctx, telling=False)))
    return Places(Directory(ctx.campaign))


class Places:
    """Where emergency calls come from, in words with the address, instead of an exchange's id."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._calls: tuple[Emergency, ...] = ()
        self._named: tuple[Emergency, ...] = ()

    def named(self, picture: Picture) -> Picture:
        """The picture with places in words; looked up only when there is another call."""
        if not picture.emergencies:
            return picture
        if picture.emergencies is not self._calls:
            self._calls = picture.emergencies
            self._named = tuple(replace(call, location=self._directory.place(call.location, call.line)) for call in self._calls)
        return replace(picture, emergencies=self._named)


def run(root: Path, environ: Mapping[str, str], options: Options) -> int:
    """Show the board until somebody leaves it; `errors.CampctlError` when there never was anything to show."""
    feeder = begin(root, environ, options)
    try:
        return show(feeder, root, environ, options)
    finally:
        feeder.stop()


def begin(root: Path, environ: Mapping[str, str], options: Options) -> Feeder:
    """Pictures, the first of which is on its way; whoever has them stops them."""
    from campctl.tui import ahead

    feeder = Feeder(ahead=ahead.begin(root, environ))
    feeder.source = source(root, environ, options.hz, feeder.say)
    feeder.start()
    return feeder


def show(feeder: Feeder, root: Path, environ: Mapping[str, str], options: Options) -> int:
    """The app on this terminal."""
    from campctl.tui.app import BoardApp
    from campctl.tui.driver import TerminalDriver
    from campctl.tui.looks import glyphs_for
    from campctl.tui.threads import wait_for_acts

    app = make(feeder, root, environ, options, Kind(board=BoardApp, driver=TerminalDriver, glyphs=glyphs_for(environ)))

    def at_rest() -> None:
        feeder.begin()
        _collect_again()

    app.at_rest = at_rest
    app.run()
    wait_for_acts(LEAVING)
    if app.died:
        feeder.stop()
        _die(app.died)
    if app.fault is not None:
        raise app.fault
    return app.return_value or 0


class Kind(Struct, frozen=True, kw_only=True):
    """What a board on a terminal and one in a browser differ in; `acts` None: of whoever runs it."""

    board: type[BoardApp]
    driver: type[Driver]
    glyphs: Glyphs
    acts: Callable[[], Acts] | None = None


def make(feeder: Feeder, root: Path, environ: Mapping[str, str], options: Options, kind: Kind) -> BoardApp:
    """The app. What it acts with, and its look at runbooks, are made when they are needed first."""
    from datetime import UTC, datetime

    from campctl.tui.app import Looks
    from campctl.tui.looks import palette_for

    def acts() -> Acts:
        from campctl.tui.acting import Doing

        return Doing(root, environ)

    def books() -> BookFeed:
        from campctl.tui.books_feed import BookFeed

        return BookFeed(root, environ)

    looks = Looks(
        palette=palette_for(environ, theme=options.theme, no_color=options.no_color),
        glyphs=kind.glyphs,
        motion=not (options.no_motion or environ.get("CAMPCTL_REDUCED_MOTION")),
    )
    now = lambda: datetime.now(UTC)  # noqa: E731
    return kind.board(feeder, kind.acts or acts, looks=looks, now=now, driver_class=kind.driver, screen=options.screen, books=books)


def _collect_again() -> None:
    """A day at the board makes cycles; what is loaded already stays out of it."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


def _die(number: int) -> None:
    """End as a process ends of that signal, now that everything is let go of: whoever started us sees what happened."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
