"""Requests over TLS, sent so that Asterisk always finds whole records.

Asterisk reads from TLS without waiting: a record of which only a part has arrived counts as the end of the connection
(main/manager.c, get_input; seen on 22.10.1, where it hangs up in the middle of thousands of writes). And it reads a record into
what is free of its 1,024 bytes and then waits for the socket, not for what OpenSSL still holds: the rest of a longer record, or
of one that does not end with a line, lies there until more comes. So each record

- ends with a line and fits, and
- is a TCP segment of its own, which no other is joined to (`Whole`) and which the other side takes as it is: no more is
  under way than fits any receiver's window (`AHEAD`), and a record is smaller than any network's segment.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from campctl.backends.asterisk.ami.wire import MAX_LINE

BUFFER: Final = MAX_LINE + 2
"""Bytes of Asterisk's buffer for what it reads at once."""
AHEAD: Final = 16 << 10
"""Bytes under way at most that Asterisk has not shown to have read; a quarter of what a socket of Linux takes at first."""


class Whole(socket.socket):
    """A TCP socket that keeps what is sent at once together, and apart from what is sent next, where the system can."""

    __slots__ = ()

    if sys.platform == "linux":

        def send(self, data: Any, flags: int = 0, /) -> int:
            """As of any socket."""
            return super().send(data, flags | socket.MSG_EOR)


async def connect(host: str, port: int) -> Whole:
    """A connected socket to the first of a host's addresses that takes it; raises the OSError of the last."""
    loop = asyncio.get_running_loop()
    failed = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = Whole(family, kind, protocol)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, address)
        except BaseException as error:
            sock.close()
            if not isinstance(error, OSError):
                raise
            failed = error
        else:
            return sock
    raise failed


class Records:
    """Holds requests back until Asterisk has read those before them. `write` sends one record."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._held: deque[tuple[int, bytes]] = deque()
        self._ahead: deque[tuple[int, int]] = deque()
        """Number of the last request of each record under way, and its size."""
        self._size = 0

    def put(self, number: int, data: bytes) -> None:
        """Request `number`; `flush` sends it as soon as it may go."""
        self._held.extend((number, piece) for piece in _pieces(data))

    def read(self, number: int) -> None:
        """Asterisk answered request `number`: it has read all up to there, as it works through them in order."""
        while self._ahead and self._ahead[0][0] <= number:
            self._size -= self._ahead.popleft()[1]
        self.flush()

    def flush(self) -> None:
        """Send what may go, as much in a record as fits."""
        held = self._held
        while held:
            number, record = held[0]
            # What is under way of the same request has no answer before all of it was sent.
            if self._size + len(record) > AHEAD and self._ahead and self._ahead[0][0] != number:
                return
            held.popleft()
            while held and len(record) + len(held[0][1]) <= min(BUFFER, AHEAD - self._size):
                number, piece = held.popleft()
                record += piece
            self._ahead.append((number, len(record)))
            self._size += len(record)
            self._write(record)


def _pieces(data: bytes) -> Iterator[bytes]:
    """A request in whole lines, no more of them than fit."""
    at = 0
    while len(data) - at > BUFFER:
        end = data.rfind(b"\r\n", at, at + BUFFER) + 2
        yield data[at:end]
        at = end
    yield data[at:]
