"""The terminal as an argument: streams, width, colour and environment in one object; tests hand in their own."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import TextIO


class Terminal:
    """Where output goes. stdout is for data, stderr for words; nothing else in campctl writes to either.

    `width` is None for a stdout that is not a terminal: nothing is wrapped then, so that scripts can rely on lines.
    """

    def __init__(self, stdin: TextIO, stdout: TextIO, stderr: TextIO, env: Mapping[str, str], *, width: int | None = None) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.env = env
        self.out_tty = _tty(stdout)
        self.err_tty = _tty(stderr)
        self.in_tty = _tty(stdin)
        self.no_color = False
        self.quiet = False
        self._width = width

    @classmethod
    def real(cls) -> Terminal:
        """The streams of the process; characters a stream's encoding lacks are written as escapes instead of failing."""
        import sys

        for name in ("stdin", "stdout", "stderr"):
            if getattr(sys, name) is None:  # closed by whoever started us (`>&-`)
                setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        return cls(sys.stdin, sys.stdout, sys.stderr, os.environ)

    @property
    def interactive(self) -> bool:
        """Somebody can be asked: both stdin and stderr are terminals."""
        return self.in_tty and self.err_tty

    @property
    def width(self) -> int | None:
        """Columns of the terminal stdout is; None when it is none."""
        return self.columns(self.stdout) if self.out_tty else None

    def columns(self, stream: TextIO) -> int:
        """Columns to use on a terminal: as handed in, COLUMNS, as it says itself, or 80; never under 20."""
        if self._width is not None:
            return max(20, self._width)
        said = self.env.get("COLUMNS", "")
        if said.isdigit() and int(said) > 0:
            return max(20, int(said))
        try:
            return max(20, os.get_terminal_size(stream.fileno()).columns)
        except (OSError, ValueError):
            return 80

    def color(self, *, err: bool = False) -> bool:
        """Whether to colour: a terminal that can, and nobody who minds (NO_COLOR, TERM=dumb, --no-color)."""
        if self.no_color or self.env.get("NO_COLOR") or self.env.get("TERM") == "dumb":
            return False
        return self.err_tty if err else self.out_tty

    def write(self, text: str) -> None:
        """Data, to stdout. BrokenPipeError when the reader went away, `errors.OutputFailed` when it cannot be written."""
        try:
            self.stdout.write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from None

    def flush(self) -> None:
        """Let data out. Errors as `write`."""
        try:
            self.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from None

    def drop(self) -> None:
        """Let nothing more out: what is still buffered would fail once more when the interpreter ends."""
        import sys

        if self.stdout is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
        self.stdout = io.StringIO()

    def _failed(self, error: OSError) -> Exception:
        from campctl.errors import OutputFailed

        self.drop()
        return OutputFailed(f"The output cannot be written: {error.strerror}.", hint="Look at where stdout leads (a full disk?).")

    def say(self, text: str) -> None:
        """Words, to stderr, after what is on stdout."""
        self.flush()
        try:
            self.stderr.write(text)
            self.stderr.flush()
        except OSError:
            # Words that nobody can read are no reason to stop.
            return


def _tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False
