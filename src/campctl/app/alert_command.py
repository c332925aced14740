"""Telling by a command: its words as they are, no shell; the message as JSON on stdin; a limit on its time.

Status 0: told. 75 (EX_TEMPFAIL, sysexits.h): try again. Anything else: not told, and its last words on stderr say why.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from campctl.app.alert_sending import Outcome

if TYPE_CHECKING:
    from campctl.app.alert_messages import Message
    from campctl.model.alerts import Notifier

AGAIN = 75
_TAIL = 300
"""Bytes of stderr that are kept."""
_LAST_WORDS = 0.5
"""Seconds that stderr is read on after the command ended: its children may hold it open for ever."""


class Command:
    """One command of the campaign; it runs in the campaign's folder."""

    def __init__(self, notifier: Notifier, root: Path, environ: Mapping[str, str]) -> None:
        self._notifier = notifier
        self._root = root
        self._environ = dict(environ)

    async def send(self, message: Message) -> Outcome:
        """Run it once. Never raises for what it does."""
        name = self._notifier.command[0]
        async with _last_words() as (stderr, tail, reading):
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._notifier.command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=stderr,
                    cwd=self._root,
                    env={**self._environ, "CAMPCTL_ALERT_ID": message.alert},
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                return Outcome(ok=False, words=f"{name} cannot be run: {why}")
            finally:
                os.close(stderr)
            try:
                async with asyncio.timeout(self._notifier.timeout):
                    await _feed(process.stdin, message.body)
                    await process.wait()
            except TimeoutError:
                return Outcome(ok=False, words=f"{name} took longer than {self._notifier.timeout:g} s and was ended")
            finally:
                await _end(process)
            await asyncio.wait({reading}, timeout=_LAST_WORDS)
            return self._judge(name, process.returncode or 0, tail.words)

    async def close(self) -> None:
        """Nothing is held open."""

    def _judge(self, name: str, status: int, said: str) -> Outcome:
        if status == 0:
            return Outcome(ok=True, words="told")
        how = f"ended in {status}" if status > 0 else f"was ended by signal {-status}"
        return Outcome(ok=False, words=f"{name} {how}" + (f": {said}" if said else ""), again=status == AGAIN)


async def _feed(stdin: asyncio.StreamWriter | None, body: bytes) -> None:
    """Whoever does not read its stdin is none the worse."""
    if stdin is not None:
        with suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(body + b"\n")
            await stdin.drain()
        stdin.close()


@asynccontextmanager
async def _last_words() -> AsyncIterator[tuple[int, _Tail, asyncio.Future[None]]]:
    """A file descriptor to write to, the end of what was written there so far, and the reading of it.

    A pipe of our own: asyncio's would make the process last for as long as any child it left behind holds it open.
    """
    ours, theirs = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", buffering=0)
    )
    tail = _Tail()
    reading = asyncio.ensure_future(tail.read(reader))
    try:
        yield theirs, tail, reading
    finally:
        reading.cancel()
        await asyncio.wait({reading})
        transport.close()


class _Tail:
    """The end of what comes, however much that is."""

    def __init__(self) -> None:
        self._kept = b""

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Until its end."""
        while chunk := await stream.read(4096):
            self._kept = (self._kept + chunk)[-_TAIL:]

    @property
    def words(self) -> str:
        """What there is so far, in one line."""
        return " ".join(self._kept.decode("utf-8", "replace").split())


async def _end(process: asyncio.subprocess.Process) -> None:
    """See it out: one that still runs is killed with all it started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
