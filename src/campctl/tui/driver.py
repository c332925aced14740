"""The terminal, as Textual's driver for it, made to bear that it goes away: a closed ssh session ends the board, not in a traceback."""

from __future__ import annotations

import contextlib
import select
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Sink:
    """A stream that may be gone: what cannot be written is dropped, since nobody is there to read it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.gone = False

    def write(self, text: str) -> int:
        """Write, or drop."""
        if self.gone:
            return len(text)
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            self.gone = True
            return len(text)

    def flush(self) -> None:
        """Flush, or do nothing."""
        if self.gone:
            return
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self.gone = True

    def isatty(self) -> bool:
        """As the stream."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """As the stream."""
        return self._stream.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's own, with a stream and an input thread that survive a hang-up."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = Sink(self._file)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            # EIO: the terminal was hung up. The app looks once a second, and is told of SIGHUP.
            return
        except Exception as error:  # noqa: BLE001 - a fault of ours, from a thread: the app ends with it
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)  # noqa: SLF001 - as Textual's own does with its panic

    def _sigcont_application(self, *_: Any) -> None:
        """Goes on: by taking the terminal anew where it had given it back itself (Ctrl-Z); else it has it still, and only draws.

        Textual takes it anew each time, with a second writer beside the first, and with its own modes as those to leave behind. That is
        for nobody: timeout(1), systemd and tmux send a SIGCONT after every SIGTERM or SIGHUP, and who sends a SIGSTOP sends one, too.
        """
        if self._must_signal_resume:
            super()._sigcont_application()
            return
        with contextlib.suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self._app.refresh)

    @property
    def there(self) -> bool:
        """Whether the terminal still is. `nohup` keeps SIGHUP from us, so this is how one finds out."""
        if self._file.gone:
            return False
        poll = select.poll()
        try:
            poll.register(self.fileno, 0)
            return not any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
        except (OSError, ValueError):
            return False
