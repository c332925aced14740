"""Pictures from wherever they are made to the screen: made in a thread with a loop of its own, so that making them blocks nothing."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from campctl.app.picture import Picture
from campctl.errors import CampctlError

if TYPE_CHECKING:
    from campctl.tui.ahead import Ahead

AGAIN = 5.0
"""Seconds after which a feed that broke is begun anew."""
DRAWN = 5.0
"""Seconds after a picture that was made ahead at which the source begins at the latest, drawn or not."""
Source = Callable[[], AsyncIterator[Picture]]


class Feeder:
    """Runs a source. Only the newest picture is kept: a screen that is slow skips some, and never falls behind.

    With a first picture that is made `ahead` the source begins once that was drawn (`begin` is for whoever draws to call): beginning
    takes a while, in which drawing would have to wait. Until then there is no thread either, as long as that picture is there in time:
    on a machine that is busy every turn that two threads take is one more that both wait for.
    """

    def __init__(self, source: Source | None = None, ahead: Ahead | None = None) -> None:
        self.source = source
        self._drawn = threading.Event()
        self._ahead = ahead
        self._first: Picture | None = None
        self._begun = False
        self._stopped = False
        self._said: list[str] = []
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._wrong: BaseException | None = None
        self._call: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)

    def start(self) -> None:
        """Begin; with a picture that is made ahead, once there is somebody to hand it to."""
        if self._ahead is None:
            self._go()

    def begin(self) -> None:
        """The first picture was drawn, so the source may begin. Once more does no harm."""
        self._drawn.set()
        self._go()

    def _go(self) -> None:
        with self._lock:
            begun, self._begun = self._begun or self._stopped, True
        if not begun:
            self._thread.start()

    def attach(self, call: Callable[[], None]) -> None:
        """`call`, from another thread, when there is something new; at once when there is already."""
        with self._lock:
            self._call = call
            waiting = self._picture is not None or self._wrong is not None
        if waiting:
            call()
        elif self._ahead is not None and not self._begun:
            self._first = self._ahead.ready()
            if self._first is not None:
                self._put(self._first, None)
            else:
                self._go()

    def take(self) -> tuple[Picture | None, BaseException | None]:
        """The newest picture, once; and why there will be no more."""
        with self._lock:
            picture, self._picture = self._picture, None
            return picture, self._wrong

    def say(self, words: str) -> None:
        """Something the source has to say besides pictures; from its thread."""
        with self._lock:
            self._said.append(words)

    def heard(self) -> list[str]:
        """What it said since the last time."""
        with self._lock:
            said, self._said = self._said, []
            return said

    def stop(self, timeout: float = 5.0) -> None:
        """End the source; it lets go of its connections."""
        with self._lock:
            self._call, self._stopped = None, True
        self._drawn.set()
        if self._ahead is not None:
            self._ahead.stop()
        if self._loop is not None and self._task is not None and not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._task.cancel)
            except RuntimeError:
                return
        if self._thread.is_alive():
            self._thread.join(timeout)
        if self._ahead is not None:
            self._ahead.end()

    def _run(self) -> None:
        worked = self._made_ahead()
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._feed(worked))

    def _made_ahead(self) -> bool:
        """Show what was made ahead, if that was not shown before; whether there was anything."""
        if self._ahead is None:
            return False
        if self._first is None:
            self._first = self._ahead.picture()
            if self._first is not None:
                self._put(self._first, None)
                self._drawn.wait(DRAWN)
        self._ahead.end()
        made, self._first = self._first is not None, None
        return made

    async def _feed(self, worked: bool) -> None:
        """What broke after it had worked is begun anew; what never worked is not."""
        with self._lock:
            if self._stopped:
                return
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        assert self.source is not None
        while True:
            try:
                async for picture in self.source():
                    worked = True
                    self._put(picture, None)
                self._put(None, CampctlError("the feed ended"))
            except Exception as error:  # noqa: BLE001 - shown in words in the header; others than campctl's own are faults of ours
                self._put(None, error)
            if not worked:
                return
            await asyncio.sleep(AGAIN)

    def _put(self, picture: Picture | None, wrong: BaseException | None) -> None:
        with self._lock:
            self._picture, self._wrong = picture or self._picture, wrong
            call = self._call
        if call is not None:
            call()


def words_of(error: BaseException) -> str:
    """Why there are no pictures any more, for the header."""
    if isinstance(error, CampctlError):
        return error.message
    return f"a fault in campctl ({type(error).__name__}: {error})"
