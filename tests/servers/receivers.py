"""Receivers of webhooks that behave and misbehave: real sockets on loopback, one thread each connection, stopped by their fixture."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple


class Received(NamedTuple):
    """One request: its path, headers (lower case) and body."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[socket.socket, int], None]
"""Given the connection and the how-manieth request this is (from 0): what is done with it."""


class Receiver:
    """Listens on a free port of 127.0.0.1 and answers each request as it is told to."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.changed = threading.Condition()
        self._answer = answer
        self._tls = tls
        self._held: list[socket.socket] = []
        self._closing = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._closing:
                connection.close()
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = _read(connection)
            with self.changed:
                self.received.append(request)
                number = len(self.received) - 1
                self._held.append(connection)
                self.changed.notify_all()
            self._answer(connection, number)
            return
        connection.close()

    def close(self) -> None:
        """Stop listening and let go of every connection, also of those that hang."""
        self._closing = True
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()  # wakes accept()
        self._socket.close()
        self._thread.join(5)
        for connection in self._held:
            connection.close()


def _read(connection: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ValueError("closed")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Received(first.split(" ")[1], headers, body)


def statuses(*answers: int | tuple[int, str]) -> Answer:
    """Answer with these one after another, the last of them for ever; a tuple adds a header line."""

    def answer(connection: socket.socket, number: int) -> None:
        one = answers[min(number, len(answers) - 1)]
        status, header = one if isinstance(one, tuple) else (one, "x-nothing: 0")
        connection.sendall(f"HTTP/1.1 {status} Whatever\r\n{header}\r\ncontent-length: 2\r\n\r\nok".encode())
        connection.close()

    return answer


def hangs(connection: socket.socket, number: int) -> None:
    """Read the request and say nothing, for ever."""


def hangs_until(let_go: threading.Event) -> Answer:
    """Read the request and say nothing, until it is let go of: then all is well."""

    def answer(connection: socket.socket, number: int) -> None:
        let_go.wait(120)
        statuses(200)(connection, number)

    return answer


def resets(connection: socket.socket, number: int) -> None:
    """Break the connection off hard."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drips(connection: socket.socket, number: int) -> None:
    """One byte of the answer's head at a time, and never its end."""
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        stop = threading.Event()
        while not stop.wait(0.02):
            connection.sendall(b"x")


@contextmanager
def receiver(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that is stopped at the end."""
    made = Receiver(answer, tls)
    try:
        yield made
    finally:
        made.close()
