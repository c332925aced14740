"""The first picture, made ahead by a process of its own, while this one is still importing Textual: that alone takes longer.

It holds what the campaign, its store and the memory of its exchanges say; no exchange is asked for it, as for the first picture of
any board. Nothing depends on it: where it cannot be made, for whatever reason, the board begins with what its own thread makes, and
says what is wrong as always.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from campctl.app.picture import Picture

PATIENCE: Final = 3.0
"""Seconds that one waits for it; a store that does not answer keeps nobody longer from being told so."""


class Ahead:
    """A process that makes one picture; it is ended when that was taken, or is not wanted any more."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid = pid
        self._pipe = pipe
        self._lock = threading.Lock()

    def ready(self) -> Picture | None:
        """The picture if it is there by now, without waiting for it; `picture` waits."""
        try:
            there = select.select([self._pipe], [], [], 0)[0]
        except OSError:
            return None
        return self.picture() if there else None

    def picture(self) -> Picture | None:
        """The picture, once it is there; None when it could not be made in time, or was taken before. `end` comes after this."""
        import msgspec

        from campctl.app.picture import Picture

        data = self._read(time.monotonic() + PATIENCE)
        try:
            return msgspec.msgpack.decode(data, type=Picture) if data else None
        except msgspec.DecodeError:  # cut off: the process was killed
            return None

    def _read(self, until: float) -> bytes:
        parts: list[bytes] = []
        try:
            while select.select([self._pipe], [], [], max(0.0, until - time.monotonic()))[0]:
                part = os.read(self._pipe, 1 << 20)
                if not part:
                    return b"".join(parts)
                parts.append(part)
        except OSError:
            pass
        return b""

    def end(self) -> None:
        """Let go of the process, which is over or is ended."""
        self.stop()
        with self._lock:
            if self._pid:
                os.close(self._pipe)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(self._pid, 0)
                self._pid = 0

    def stop(self) -> None:
        """It is not wanted any more."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._pid:
                os.kill(self._pid, signal.SIGKILL)


def begin(root: Path, environ: Mapping[str, str]) -> Ahead | None:
    """Have it made; None where a process of its own cannot be had, or forking would not be safe since there are threads already."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return None
    ours, theirs = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        return None
    if not pid:
        _make(root, environ, theirs)
    os.close(theirs)
    return Ahead(pid, ours)


def _make(root: Path, environ: Mapping[str, str], pipe: int) -> NoReturn:
    """Make it in this process, which ends with that, silently: what is wrong is found again, and told, by the one that shows."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(2 * int(PATIENCE))  # should whoever waits be killed, and a store not answer
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        import msgspec

        from campctl.app.context import open_campaign
        from campctl.app.picturing import before_looking

        picture = before_looking(open_campaign(root, environ=environ, command="campctl top"))
        with open(pipe, "wb", buffering=0) as file:
            file.write(msgspec.msgpack.encode(picture))
    except BaseException:  # noqa: BLE001 - see above
        os._exit(1)
    os._exit(0)
