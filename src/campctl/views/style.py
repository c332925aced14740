"""How a result is to be shown. A module of its own, and plain, because every command makes one."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """The format ("" = table on a terminal, plain elsewhere), the command it answers, and its extras."""

    format: str = ""
    command: str = ""
    details: bool = False
    exit: int = 0
    time_zone: str = ""
    """For people's formats; "" leaves instants as they are (UTC)."""
    silent: tuple[Exception, ...] = ()
    """Backends that did not answer, and of which the result therefore tells nothing: `errors.BackendError`s."""
