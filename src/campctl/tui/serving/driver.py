"""Textual's driver for a board that somebody else shows: what it draws goes out in packets, keys and sizes come in in packets."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Textual's own, made to bear that whoever shows it is gone: then the board is left, as when a terminal closes."""

    greeted = False
    """Whether whoever shows it was told that packets come."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._board = app
        self.there = True
        self._write = partial(self._whole)

    def start_application_mode(self) -> None:
        """As Textual has it: that begins with the greeting."""
        type(self).greeted = True
        super().start_application_mode()

    def _whole(self, data: bytes) -> int:
        """Write all of it, however often a signal comes in between; drop it when nobody reads."""
        rest = memoryview(data)
        while rest and self.there:
            try:
                rest = rest[os.write(self.fileno, rest) :]
            except OSError:
                self.there = False
        return len(data)

    def run_input_thread(self) -> None:
        """As Textual has it; when that ends and nobody asked it to, there is nobody any more who could press a key."""
        try:
            super().run_input_thread()
        finally:
            if not self.exit_event.is_set():
                self.there = False
                self._loop.call_soon_threadsafe(self._board.hang_up)
