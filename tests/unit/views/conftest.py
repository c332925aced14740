"""Terminals that remember what was written, and a result of every kind full of hostile text."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from campctl.views.terminal import Terminal


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Callable[..., Terminal]:
    """Make a terminal: `terminal(tty=True, width=40, NO_COLOR="1")`."""

    def make(*, tty: bool = False, width: int | None = None, answer: str = "", **env: str) -> Terminal:
        kind = Tty if tty else io.StringIO
        return Terminal(kind(answer), kind(), kind(), env, width=width)

    return make
