"""An expectation as values: claims about facts, and how they are joined."""

from __future__ import annotations

from msgspec import Struct

from campctl.live.known import Fact, Kind, Value


class Claim(Struct, frozen=True):
    """`left` compared with `right`. `left` is a fact, or a value; `at` is the offset of the fact's id (or of its subject)."""

    left: Fact | Value
    operator: str
    right: Value
    text: str
    at: int = 0
    kind: Kind = "text"


class Not(Struct, frozen=True):
    """The opposite."""

    part: Part


class All(Struct, frozen=True):
    """Every part."""

    parts: tuple[Part, ...]


class Any(Struct, frozen=True):
    """At least one part."""

    parts: tuple[Part, ...]


Part = Claim | Not | All | Any


class Expectation(Struct, frozen=True):
    """A parsed text. `within`: seconds it may take to come true (None: it has to be so at once)."""

    text: str
    root: Part
    within: float | None = None
