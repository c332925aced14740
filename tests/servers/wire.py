"""A TCP connection's way through a test: forwards what comes, and cuts it off where the test says."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Wire:
    """Listens on a loopback port of its own and forwards to `port`.

    `cut_at(words, forward=...)`: the next time a client sends these bytes, the connection breaks: after the server got them and
    answered (`forward=True`: the answer is lost), or before (`forward=False`). `refuse` closes the door for new ones.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._words = b""
        self._forward = True
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self.cuts = 0
        self._door = self._listen(0)
        self.port: int = self._door.getsockname()[1]

    def cut_at(self, words: bytes, *, forward: bool) -> None:
        """Once."""
        self._words, self._forward = words, forward

    def refuse(self) -> None:
        """Nobody gets in any more."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def close(self) -> None:
        """End everything."""
        with suppress(OSError):
            self.refuse()
        self.cut()

    def cut(self) -> None:
        """Break all connections there are."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            self._end(pair)

    @staticmethod
    def _end(ends: tuple[socket.socket, ...]) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _listen(self, port: int) -> socket.socket:
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen()
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()
        return door

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                client, _ = door.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # nobody is there just now
                client.close()
                continue
            with self._lock:
                self._pairs.append((client, server))
            threading.Thread(target=self._from_client, args=(client, server), daemon=True).start()
            threading.Thread(target=self._copy, args=(server, client), daemon=True).start()

    def _from_client(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if self._words and self._words in data:
                    self._words = b""
                    self.cuts += 1
                    self._end((client,))
                    if self._forward:
                        server.sendall(data)
                        server.recv(65536)
                    self._end((server,))
                    return
                server.sendall(data)
        self._end((client, server))

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        self._end((target,))
