"""A bar for work that is counted: so many of so many are done."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self

from campctl.views.terminal import Terminal

PATIENCE = 0.5
"""Seconds before it appears."""


class Counting:
    """A context; call it with (done, all). Nothing is drawn where stderr is no terminal, or for work that is over at once."""

    def __init__(self, terminal: Terminal, what: str) -> None:
        self._terminal = terminal
        self._what = what
        self._began = monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            with suppress(OSError):
                self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """So many of so many are done."""
        if self._bar is None:
            if total < 2 or not self._terminal.err_tty or self._terminal.quiet or monotonic() - self._began < PATIENCE:
                return
            self._start(total)
        with suppress(OSError):
            self._bar.update(self._task, completed=done)

    def _start(self, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn(self._what, markup=False), MofNCompleteColumn(), BarColumn(bar_width=None), TimeRemainingColumn())
        self._bar = drawn(self._terminal, *columns)
        self._task = self._bar.add_task("", total=total)
        with suppress(OSError):
            self._bar.start()


def drawn(terminal: Terminal, *columns: Any) -> Any:
    """A `rich.progress.Progress` on stderr that is gone at its end. It shows nothing where that cannot draw over itself (TERM=dumb)."""
    from rich.console import Console
    from rich.progress import Progress

    color = terminal.color(err=True)
    console = Console(
        file=terminal.stderr,
        width=terminal.columns(terminal.stderr),
        force_terminal=True,
        color_system="standard" if color else None,
        no_color=not color,
        _environ=terminal.env,
    )
    # Where it cannot be drawn it would still leave an empty line.
    return Progress(*columns, console=console, transient=True, refresh_per_second=8, disable=not console.is_interactive)
