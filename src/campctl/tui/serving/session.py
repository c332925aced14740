"""One board in one browser: the process that draws it, and what goes to and fro. Ends when either side does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

READY = b"__GANGLION__\n"
"""What Textual's web driver says first."""
GRACE = 75.0
"""Seconds a board has to end: what is being changed is finished, as when a terminal closes (tui.running.LEAVING), then let go of."""
LARGEST = 16 * 2**20
"""Bytes of one packet; a screen of 500 x 200 cells in colours takes about two million."""
KEPT = 4096
"""Bytes of what a board says on stderr that are kept, for when it dies."""


class BoardSession(AppService):
    """textual-serve's service with its packets, but not its way to start a process (a shell) or to end one (wait for ever)."""

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__("", write_bytes=write_bytes, write_str=write_str, close=_nothing, download_manager=DownloadManager())
        self._argv = tuple(argv)
        self._environ = dict(environ)
        self._gone = False
        self._said = b""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environ = {**self._environ, "COLUMNS": str(width), "ROWS": str(height)}
        # A session of its own: Ctrl-C in the server's terminal is for the server, which ends all boards in its way.
        self._process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ, start_new_session=True
        )
        self._stdin = self._process.stdin
        return self._process

    @property
    def pid(self) -> int:
        """The process; 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    async def run(self) -> None:
        """What it draws, to the browser, until it has ended. Once the browser is gone it is still read, so that it never waits for us."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        errors = asyncio.create_task(self._listen(process))
        try:
            await _greeting(process.stdout)
            while True:
                await self._packet(process.stdout)
        except asyncio.IncompleteReadError:
            # It has said all.
            pass
        except ValueError:
            # Not what a board says: somebody else's words on its stdout. There is no way to go on after that.
            _kill(process)
        finally:
            await errors
            await process.wait()

    async def _packet(self, stream: asyncio.StreamReader) -> None:
        head = await stream.readexactly(5)
        size = int.from_bytes(head[1:], "big")
        if head[:1] not in b"DMP" or size > LARGEST:
            raise ValueError(head)
        payload = await stream.readexactly(size)
        if head[:1] == b"D":
            await self._send(self.remote_write_bytes, payload)
        elif head[:1] == b"M":
            await self.on_meta(payload)

    async def on_meta(self, data: bytes) -> None:
        """Last words go to the page. A board opens no other pages and hands out no files, so nothing else is passed on."""
        said = json.loads(data)
        if said.get("type") == "words":
            await self._send(self.remote_write_str, json.dumps(["words", str(said.get("words", ""))]))

    async def _send(self, write: Callable[..., Awaitable[Any]], *what: Any) -> None:
        if self._gone:
            return
        try:
            await write(*what)
        except (ConnectionError, RuntimeError):
            self._gone = True

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None
        while data := await process.stderr.read(KEPT):
            self._said = (self._said + data)[-KEPT:]

    @property
    def fault(self) -> str:
        """The last line of what it said on stderr when it ended badly, where a board has nothing to say otherwise; "" when all is well."""
        lines = self._said.decode("utf-8", "replace").split("\n") if self._process is not None and self._process.returncode else []
        return next((line for line in reversed(lines) if line.strip()), "")

    async def wait(self) -> None:
        """Wait until it has ended of itself."""
        assert self._task is not None
        await asyncio.shield(self._task)

    async def stop(self, grace: float = GRACE) -> None:
        """End it as a terminal that closes does: it finishes what it is changing, begins nothing new. After `grace` it is killed."""
        process, task = self._process, self._task
        if process is None or task is None:
            return
        self._gone = True
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGHUP)
            self.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(task), grace)
        except TimeoutError:
            _kill(process)
            await task
        except asyncio.CancelledError:
            _kill(process)
            raise


async def _greeting(stream: asyncio.StreamReader) -> None:
    """Ready, or the end of it; ValueError for anything else."""
    if (first := await stream.readline()) not in {READY, b""}:
        raise ValueError(first)


async def _nothing() -> None:
    """Whoever waits for the end of a board closes its page."""


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


__all__ = ["GRACE", "BoardSession"]
