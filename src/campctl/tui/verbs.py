"""Values of the command line of the board: what a command is, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from campctl.tui.intents import Intent

Kind = Literal[
    "hotline",
    "office",
    "desk",
    "dark",
    "lit",
    "person",
    "override",
    "alert",
    "theme",
    "seats",
    "text",
    "time",
    "book",
    "run",
    "live",
    "step",
    "role",
    "assume",
]


class Go(Struct, frozen=True, kw_only=True):
    """To a screen, or to one thing."""

    screen: str
    id: str = ""


class Board(Struct, frozen=True, kw_only=True):
    """Something the board does itself: `quit`, `help`, `undo`, `theme`, `emergencies`, `filter`."""

    action: str
    value: str = ""


class World(Struct, frozen=True, kw_only=True):
    """The ids there are, for completion and for "did you mean"."""

    ids: Mapping[str, Sequence[str]]
    books: Mapping[str, str] = {}
    """Run to its runbook."""


class Verb(Struct, frozen=True, kw_only=True):
    """A command: its words, what its places take, its options and what their values are."""

    words: tuple[str, ...]
    takes: tuple[Kind, ...] = ()
    more: Kind | None = None
    options: Mapping[str, Kind] = {}
    """Those that take a value; one of `many` more than once, its values one after the other, each on a line."""
    many: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """Those that take none; their value is their name."""
    make: Callable[[Sequence[str], Mapping[str, str], World], Go | Board | Intent]
    usage: str
    help: str
