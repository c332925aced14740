"""What goes wrong on a rehearsed day, as its file says it (docs/rehearsal.md). Instants are aware and in UTC, shares fractions."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class OfficeDown(Struct, frozen=True):
    """An office without power or network: nobody answers from there."""

    office: str
    start: datetime
    end: datetime


class BackendDown(Struct, frozen=True):
    """An exchange that is down: nobody on it answers, and calls to its hotlines are turned away."""

    backend: str
    start: datetime
    end: datetime


class Late(Struct, frozen=True):
    """A share of those meant comes `by` seconds late. Every list given must match."""

    share: float
    by: int
    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    hotlines: tuple[str, ...] = ()


class Absent(Struct, frozen=True):
    """A share of those meant does not come at all."""

    share: float
    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    hotlines: tuple[str, ...] = ()


class Rush(Struct, frozen=True):
    """So many times the calls; of all hotlines where none is named."""

    times: float
    start: datetime
    end: datetime
    hotlines: tuple[str, ...] = ()


class Faults(Struct, frozen=True):
    """All of a file."""

    offices: tuple[OfficeDown, ...] = ()
    backends: tuple[BackendDown, ...] = ()
    late: tuple[Late, ...] = ()
    absent: tuple[Absent, ...] = ()
    calls: tuple[Rush, ...] = ()
