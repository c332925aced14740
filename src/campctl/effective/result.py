"""What desired(t) is made of, as values."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from campctl.findings import Finding
from campctl.model.answering import Traits
from campctl.model.resources import Key, Resource


class Seat(Struct, frozen=True, gc=False):
    """One line answering a hotline. `level` 1 is the first line, `penalty` 0 is rung first; `why` is for people."""

    line: str
    name: str
    level: int
    penalty: int
    why: str


class Seating(Struct, frozen=True, kw_only=True):
    """A hotline's seats. `wanted` and `short` count the first line; `filled` also holds the escalation levels.

    `whence` says in words where the figure comes from: "baseline 40, surge debate-night +10".
    """

    hotline: str
    wanted: int
    whence: str
    filled: tuple[Seat, ...] = ()
    short: int = 0

    def at_level(self, level: int) -> tuple[Seat, ...]:
        """The seats filled at one level."""
        return tuple(seat for seat in self.filled if seat.level == level)


class LitPort(Struct, frozen=True, gc=False):
    """A port that is lit: why ("manifest", "surge election-day", "override by ann"), until when, who sits there.

    `user` is a user id and `volunteer` a name; at most one of them is given. `hotline` is what it is lit for, or "". `traits` are
    what a volunteer said they can do and speak, None where nothing is known.
    """

    why: str
    until: datetime | None = None
    user: str = ""
    volunteer: str = ""
    hotline: str = ""
    traits: Traits | None = None


class Desired(Struct, frozen=True, kw_only=True):
    """What should be, at one instant.

    backends: every backend of the campaign, with the resources it should hold (perhaps none).
    origin: `office/hq`, `user/ann.lee`, `hotline/x` or `number/+1...` per resource whose key does not tell its noun:
        locations and routes. Lines, queues and members name theirs in their id.
    seating: per hotline. lit: the ports that are lit, by `office/desk`.
    forwarded: failed-over hotlines, with who did it, until when and why.
    renames: (backend, old key, new key) of locations, lines and queues whose noun says `renamed_from`.
    findings: what cannot be fulfilled at this instant.
    """

    at: datetime
    backends: dict[str, dict[Key, Resource]]
    origin: dict[Key, str] = field(default_factory=dict)
    seating: dict[str, Seating] = field(default_factory=dict)
    lit: dict[str, LitPort] = field(default_factory=dict)
    renames: tuple[tuple[str, Key, Key], ...] = ()
    forwarded: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
