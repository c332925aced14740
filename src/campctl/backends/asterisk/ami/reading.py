"""How what arrives is read: Asterisk writes every answer by itself, and being woken for each takes longer than the answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

CHUNK: Final = 1 << 18
"""Bytes read at once; asyncio stops reading from the socket at twice that."""
ALL: Final = 1
"""The size at which whatever comes is read at once."""
_MOMENT: Final = 0.002
"""Seconds after which what is there is read in any case: an answer may be shorter than was thought, or late."""
_ABLE: Final = sys.platform == "linux"
"""Others know the option, too, but not all of them look again when the size is made smaller."""


class Direct(asyncio.StreamReader):
    """A reader that, once attached, hands on what arrives as it arrives; no task is woken for it."""

    _take: Callable[[bytes], None] | None = None
    _over: Callable[[Exception | None], None] | None = None

    def attach(self, take: Callable[[bytes], None], over: Callable[[Exception | None], None]) -> None:
        """From now on `take` gets the bytes, and `over` is told of the end (and of what broke it)."""
        self._take, self._over = take, over
        if self.at_eof() or self.exception() is not None:
            over(self.exception())

    def feed_data(self, data: Any) -> None:
        """Bytes arrived."""
        if self._take is None:
            super().feed_data(data)
        else:
            self._take(data)

    def feed_eof(self) -> None:
        """There will be no more."""
        super().feed_eof()
        if self._over is not None:
            self._over(None)

    def set_exception(self, exc: Exception) -> None:
        """The connection broke."""
        super().set_exception(exc)
        if self._over is not None:
            self._over(exc)


class Waking:
    """When this process is woken by what one socket receives.

    While the answers to thousands of requests are to come, the system is told how much of them to wait for (SO_RCVLOWAT). That
    spares Asterisk, too: waking somebody up is a part of its work. Only on Linux; elsewhere whatever comes wakes it.
    """

    def __init__(self, sock: Any) -> None:
        """sock: None where there is none that could be told."""
        self._socket = sock if _ABLE else None
        self._mark = ALL
        self._timer: asyncio.TimerHandle | None = None

    def at(self, size: int) -> None:
        """From now on, when so many bytes are there, or after a moment. An end, or a fault, shows at once."""
        if self._socket is None or size == self._mark:
            return
        self._set(size)
        if size != ALL and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_MOMENT, self._over)

    def close(self) -> None:
        """Not to be used again."""
        self._socket = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._timer = None
        self._set(ALL)

    def _set(self, size: int) -> None:
        if self._socket is None:
            return
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
            self._mark = size
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, ALL)
            self.close()
