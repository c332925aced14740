"""A board under test: made-up pictures, a clock that stands still, and acts that write down what was asked of them."""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key

from campctl.app.picture import Picture
from campctl.app.results import Planned
from campctl.app.running_books_rows import Books
from campctl.errors import CampctlError
from campctl.model.changes import Plan
from campctl.tui.acting import Done, Seen, Wanted
from campctl.tui.app import BoardApp, Looks
from campctl.tui.books_acting import Told
from campctl.tui.heading import Feed
from campctl.tui.intents import Pause, See, TakeBack
from campctl.tui.intents_books import BOOK_INTENTS, Step
from tui import pictures


class Recorder:
    """Acts that do nothing but remember; `gate` holds an act back until it is opened, `wrong` is raised instead."""

    def __init__(self) -> None:
        self.looked: list[Wanted] = []
        self.acted: list[Wanted] = []
        self.stopped = 0
        self.guarded: Plan | None = None
        self.heard: Callable[[Told], None] = lambda _: None
        self.following: tuple[str, ...] = ()
        self.wrong: CampctlError | None = None
        self.wrong_act: CampctlError | None = None
        self.failed: tuple[str, ...] = ()
        self.gate = threading.Event()
        self.gate.set()
        self.seen = Seen(words=("One seat more: Hana Fox sits down.",), zone=pictures.ZONE)

    def look(self, wanted: Wanted) -> Seen:
        self.looked.append(wanted)
        if self.wrong is not None:
            raise self.wrong
        return Seen(planned=Planned(plan=self.guarded), zone=pictures.ZONE) if self.guarded is not None else self.seen

    def listen(self, heard: Callable[[Told], None]) -> None:
        self.heard = heard

    def act(self, wanted: Wanted, tell: Callable[[str], None]) -> Done:
        self.acted.append(wanted)
        tell("0 of 2 changes")
        self.gate.wait(120)
        if self.wrong_act is not None:
            raise self.wrong_act
        intent = wanted.intent
        if isinstance(intent, BOOK_INTENTS):
            return Done(words="It goes on.", going=isinstance(intent, Step))
        back = (
            None
            if isinstance(intent, (TakeBack, See))
            else Pause(subject=intent.subject, paused=not intent.paused)
            if isinstance(intent, Pause)
            else TakeBack(of=" ".join(intent.argv()), made=("o123abc",))
        )
        return Done(words="2 changes made, run 20261103-193012-abcd.", failed=self.failed, back=back)

    def stop(self) -> None:
        self.stopped += 1


NAMES = {
    " ": "space",
    "\t": "tab",
    "\n": "enter",
    "-": "minus",
    "+": "plus",
    "/": "slash",
    '"': "quotation_mark",
    ":": "colon",
    "!": "exclamation_mark",
    ".": "full_stop",
}
"""Keys as Textual names them, of letters that have another name."""


def _event(key: str) -> events.Key:
    """As Textual's pilot makes it, which waits twice 20 ms for each key, and takes a process that gets no time for one that is idle."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    try:
        return events.Key(key, unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key))))
    except KeyError:
        return events.Key(key, key if len(key) == 1 else None)


class Trial:
    """What a test gets: the app, its pilot, what was asked of the acts."""

    def __init__(self, app: BoardApp, pilot: Any, acts: Recorder) -> None:
        self.app = app
        self.pilot = pilot
        self.acts = acts

    async def keys(self, *keys: str) -> None:
        """Press them, one after the other, each once all that came of the one before is there."""
        for key in keys:
            self.app._driver.send_message(_event(key))  # type: ignore[union-attr]
            await self.settle()

    async def type(self, text: str) -> None:
        """Type it."""
        await self.keys(*(NAMES.get(char, char) for char in text))

    async def type_ahead(self, text: str) -> None:
        """Type it faster than anything of it can be done."""
        for char in text:
            self.app.post_message(events.Key(NAMES.get(char, char), char))
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is left to do: no message, no look at what would happen, nothing that is not drawn. However long that takes."""
        loop: Any = asyncio.get_running_loop()
        while not self.app._exit:
            await asyncio.sleep(0)
            if loop._ready:  # somebody else has a turn
                continue
            looks = [worker for worker in self.app.workers if worker.group == "look" and not worker.is_finished]
            if looks:
                await asyncio.sleep(0.002)
                continue
            screen: Any = self.app.screen
            drawn = not (screen._layout_required or screen._scroll_required or screen._repaint_required or screen._dirty_widgets)
            if drawn and not screen._callbacks:
                return
            screen._on_timer_update()  # as a sixtieth of a second later

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for it, up to a minute and more: longer than a loaded machine takes."""
        for _ in range(6000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came true")

    def give_books(self, books: Books) -> None:
        """What the store says of runbooks."""
        self.app.the_board.take_books(books)

    def give(self, picture: Picture, **feed: Any) -> None:
        """Another picture."""
        self.app.the_board.take(picture, Feed(**{"heard": pictures.NOW, **feed}))

    @property
    def rows(self) -> list[str]:
        """What is on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in lines]

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.rows)


def board(
    test: Callable[[Trial], Awaitable[None]],
    *,
    size: tuple[int, int] = (100, 30),
    picture: Picture | None = None,
    looks: Looks | None = None,
    now: datetime = pictures.NOW,
    books: Books | None = None,
) -> None:
    """Run a test on a board that shows a picture (an afternoon of election day unless told; `...` for none)."""

    async def run() -> None:
        acts = Recorder()
        app = BoardApp(None, lambda: acts, looks=looks or Looks(motion=False), now=lambda: now)
        async with app.run_test(size=size) as pilot:
            trial = Trial(app, pilot, acts)
            trial.give(picture or pictures.picture())
            if books is not None:
                trial.give_books(books)
            await trial.settle()
            await test(trial)

    asyncio.run(run())
