"""Runbooks for the board: looked at once in a while in a thread of their own, which owns its store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from campctl.errors import CampctlError

if TYPE_CHECKING:
    from campctl.app.running_books_rows import BookRows, Books

SHOWN = 0.5
"""Seconds between two looks while somebody looks at runbooks."""
BESIDE = 3.0
"""The same while they look at something else, and only have to hear that a run asks."""


class BookFeed:
    """Begun once; `wish` says what is looked into, `""` for nothing, and looks at once."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self._call: Callable[[Books], None] = lambda _: None
        self._wake = threading.Event()
        self._over = False
        self._opened = ""
        self._shown = False
        self._thread = threading.Thread(target=self._run, name="runbooks", daemon=True)

    def start(self, call: Callable[[Books], None]) -> None:
        """Begin; `call` hears of what is new, from the thread."""
        self._call = call
        self._thread.start()

    def wish(self, opened: str, *, shown: bool) -> None:
        """What is looked into from now on, and whether runbooks are looked at at all."""
        if (opened, shown) != (self._opened, self._shown):
            self._opened, self._shown = opened, shown
            self._wake.set()

    def again(self) -> None:
        """Look now: something was done."""
        self._wake.set()

    def stop(self) -> None:
        """End it."""
        self._over = True
        self._wake.set()

    def _run(self) -> None:
        from campctl.app.context import open_campaign
        from campctl.app.running_books_rows import BookRows, Books

        rows: BookRows | None = None
        last: Books | None = None
        while not self._over:
            try:
                if rows is None:
                    rows = BookRows(open_campaign(self.root, environ=self.environ, command="campctl top"))
                books = rows.look(self._opened)
            except CampctlError as error:
                books = Books(wrong=f"{error.message} {error.hint}".strip())
            if books.wrong and rows is not None:  # a store that came or went is opened anew
                rows.close()
                rows = None
            if books != last:
                last = books
                self._call(books)
            self._wake.wait(SHOWN if self._shown else BESIDE)
            self._wake.clear()
        if rows is not None:
            rows.close()
