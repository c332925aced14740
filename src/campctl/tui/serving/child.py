"""The process behind one page: a board whose terminal is a browser. Started by the server, with what it needs as its one argument."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from campctl.errors import CampctlError
from campctl.tui.running import LEAVING, Kind, Options, begin, make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from campctl.tui.acting import Done, Seen, Wanted
    from campctl.tui.app import BoardApp
    from campctl.tui.feeding import Feeder
    from campctl.tui.intents import Intent

LOOK_ONLY = "This board is to look at only: nothing can be changed from it."


class Shown(Options, frozen=True, kw_only=True):
    """What to show of the campaign in the folder `root`. Holds no secret: it is an argument."""

    root: str
    read_only: bool = False


def command_line(shown: Shown) -> tuple[str, ...]:
    """The process to start. `-P`: what lies in the folder we are in is never taken for a module."""
    return (sys.executable, "-P", "-m", __name__, msgspec.json.encode(shown).decode())


class OnlyLooking:
    """Acts that do nothing."""

    def look(self, wanted: Wanted) -> Seen:  # noqa: ARG002 - the protocol's
        """Never."""
        raise CampctlError(LOOK_ONLY)

    def act(self, wanted: Wanted, tell: Callable[[str], None]) -> Done:  # noqa: ARG002 - the protocol's
        """Never."""
        raise CampctlError(LOOK_ONLY)

    def stop(self) -> None:
        """There is nothing to stop."""


def show(shown: Shown, environ: Mapping[str, str]) -> int:
    """The board, until it is left; `errors.CampctlError` when there never was anything to show."""
    from campctl.tui.threads import wait_for_acts

    feeder = begin(Path(shown.root), environ, shown)
    try:
        app = board(feeder, shown, environ)
        app.at_rest = feeder.begin
        app.run()
        wait_for_acts(LEAVING)
    finally:
        feeder.stop()
    if app.fault is not None:
        raise app.fault
    return 128 + app.died if app.died else int(app.return_value or 0)


def board(feeder: Feeder, shown: Shown, environ: Mapping[str, str]) -> BoardApp:
    """The app. What the server's own terminal can show says nothing of a browser: that can show everything."""
    from campctl.tui.app import BoardApp
    from campctl.tui.looks import UNICODE
    from campctl.tui.serving.driver import BrowserDriver

    class BrowserBoard(BoardApp):
        """Says that nothing can be changed from it, where that is so."""

        def ask(self, intent: Intent) -> Awaitable[None] | None:
            if not shown.read_only:
                return super().ask(intent)
            self.the_board.notice(LOOK_ONLY, role="warn")
            return None

    kind = Kind(board=BrowserBoard, driver=BrowserDriver, glyphs=UNICODE, acts=OnlyLooking if shown.read_only else None)
    return make(feeder, Path(shown.root), environ, shown, kind)


def last_words(words: str) -> None:
    """What the page shall say now that the board is gone."""
    data = msgspec.json.encode({"type": "words", "words": words})
    packet = b"M" + len(data).to_bytes(4, "big") + data
    driver = sys.modules.get("campctl.tui.serving.driver")
    if driver is None or not driver.BrowserDriver.greeted:
        packet = b"__GANGLION__\n" + packet  # it never came to that, and nothing is listened to before it
    try:
        os.write(1, packet)
    except OSError:
        return


def main() -> int:
    """Show what the argument says; the exit status is that of `campctl top`."""
    shown = msgspec.json.decode(sys.argv[1], type=Shown)
    try:
        return show(shown, os.environ)
    except CampctlError as error:
        last_words(f"{error.message} {error.hint}".strip())
        return int(error.exit)
    except Exception as error:
        last_words(f"A fault in campctl ({type(error).__name__}); please report it.")
        raise


if __name__ == "__main__":
    sys.exit(main())
