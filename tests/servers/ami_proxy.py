"""What may happen to a connection on its way to Asterisk's manager: a proxy that breaks it at a moment of the test's choosing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

FAULTS = ("unavailable", "lost-before", "lost-after", "half")
_END = b"\r\n\r\n"
_NOTE = b"\r\nKey: doing/now\r\nVal: "
_SECRET = b"\r\nFamily: ps/auth\r\n"
_DONE = b"\r\nKey: generation\r\nVal: "


class Gate(Protocol):
    """What one connection lets through: what is sent on, and whether that was the end."""

    def out(self, data: bytes) -> tuple[bytes, bool]:
        """To the server."""
        ...

    def back(self, data: bytes) -> tuple[bytes, bool]:
        """From it."""
        ...


class AmiProxy:
    """Listens on `port`; `fault` says what befalls the next batch, until it is "" again.

    unavailable: connections are refused and those there are reset. lost-before: broken when a writer says what it is about to
    do, of which nothing arrives. half: broken after some of the writes that follow. lost-after: broken when all is written,
    before the answer to that. A new secret, of which nobody says that it is about to be written, meets the same.
    """

    def __init__(self, to: Callable[[], tuple[str, int]], gate: Callable[[AmiProxy], Gate] | None = None) -> None:
        self._to = to
        self._gate = gate or _Gate
        self.fault = ""
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def start(self, fault: str) -> None:
        """From now on."""
        self.fault = fault
        if fault == "unavailable":
            self.cut()

    def cut(self) -> None:
        """Break every connection there is."""
        for one in tuple(self._open):
            _break(one)

    def close(self) -> None:
        """End."""
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = None
            with suppress(OSError):
                far = socket.create_connection(self._to(), 5) if self.fault != "unavailable" else None
            if far is None:
                _break(near)
                continue
            self._open |= {near, far}
            if self.fault == "unavailable":  # since a moment ago: it was not among those that were cut
                self.cut()
            gate = self._gate(self)
            threading.Thread(target=self._pump, args=(near, far, gate.out), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, gate.back), daemon=True).start()

    def _pump(self, come: socket.socket, go: socket.socket, gate: Callable[[bytes], tuple[bytes, bool]]) -> None:
        with suppress(OSError):
            while data := come.recv(65536):
                data, broken = gate(data)
                if data:
                    go.sendall(data)
                if broken:
                    break
        for one in (come, go):
            self._open.discard(one)
            _break(one)


class _Gate:
    """What one connection lets through."""

    def __init__(self, proxy: AmiProxy) -> None:
        self._proxy = proxy
        self._noted = False
        self._finished = False
        self._rest = b""

    def out(self, data: bytes) -> tuple[bytes, bool]:
        """To Asterisk: what is sent on, and whether that was the end. Messages go on whole: words are looked for in them."""
        data = self._rest + data
        end = data.rfind(_END) + len(_END) if _END in data else 0
        data, self._rest = data[:end], data[end:]
        fault = self._proxy.fault
        if fault == "lost-before" and (_NOTE in data or _writes_secret(data)):
            at = data.index(_NOTE if _NOTE in data else _SECRET)
            return data[:at].rpartition(b"Action: ")[0], True
        if fault == "half" and self._noted and b"Action: DBPut" in data:
            parts = data.split(_END)
            return _END.join(parts[: max(1, len(parts) // 2)]) + _END, True
        self._noted |= _NOTE in data
        if fault == "lost-after" and (_DONE in data or (not self._noted and _writes_secret(data))):
            self._finished = True
        return data, False

    def back(self, data: bytes) -> tuple[bytes, bool]:
        """From Asterisk."""
        if self._finished:
            return b"", True
        return data, False


def _writes_secret(data: bytes) -> bool:
    """Whether this gives a phone another secret (or writes a new line)."""
    return any(part.startswith(b"Action: DBPut\r\n") and _SECRET in part for part in data.split(_END))


def _break(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()
