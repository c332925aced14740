"""Who sits where from when to when, before anything goes wrong, and after. Times in seconds of the day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from campctl.capacity.rehearsal.stage import Hotline, Stint

Spans = tuple[tuple[float, float], ...]


class Sitting(Struct, frozen=True, gc=False):
    """A person, or a desk where nobody is named, answers a hotline (by its place) at a level, from `start` up to `end`.

    `office` and `backend` are those of the line they answer by. Desks where nobody is named have the role `volunteer`.
    """

    person: str
    office: str
    backend: str
    role: str
    hotline: int
    level: int
    start: float
    end: float


class Outage(Struct, frozen=True):
    """An office, or a whole exchange (`backend`), without power or network."""

    kind: str
    id: str
    start: float
    end: float

    def hits(self, one: Sitting) -> bool:
        """Whether somebody who sits there is cut off by it."""
        return self.id == (one.office if self.kind == "office" else one.backend)


class Absence(Struct, frozen=True):
    """A share of some people comes `by` seconds late; not at all where `by` is None. Who: every list given must match."""

    share: float
    by: float | None = None
    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    hotlines: tuple[int, ...] = ()


def without(sittings: Iterable[Sitting], outages: Sequence[Outage]) -> list[Sitting]:
    """Nobody answers from an office or on an exchange that is down; they are back when it is."""
    found = list(sittings)
    for outage in outages:
        left: list[Sitting] = []
        for one in found:
            if not outage.hits(one) or one.end <= outage.start or outage.end <= one.start:
                left.append(one)
                continue
            if one.start < outage.start:
                left.append(replace(one, end=outage.start))
            if outage.end < one.end:
                left.append(replace(one, start=outage.end))
        found = left
    return found


def tardy(sittings: Iterable[Sitting], absence: Absence, hotlines: Sequence[Hotline], chosen: Callable[[str], bool]) -> list[Sitting]:
    """Whoever is `chosen` of those meant comes late, counted from when a hotline first needs them, or not at all."""
    everybody: dict[str, list[Sitting]] = {}
    for one in sittings:
        everybody.setdefault(one.person, []).append(one)
    found: list[Sitting] = []
    for person, mine in everybody.items():
        if not any(meant(one, absence) for one in mine) or not chosen(person):
            found += mine
        elif absence.by is not None:
            there = min(opening(hotlines[one.hotline], one.start) for one in mine) + absence.by
            found += (replace(one, start=max(one.start, there)) for one in mine if one.end > there)
    return found


def meant(one: Sitting, absence: Absence) -> bool:
    """Whether an absence may hit who sits there."""
    return (
        (not absence.offices or one.office in absence.offices)
        and (not absence.roles or one.role in absence.roles)
        and (not absence.hotlines or one.hotline in absence.hotlines)
    )


def opening(hotline: Hotline, at: float) -> float:
    """When somebody who sits there from `at` on has the first call to expect."""
    for start, end in hotline.closed:
        if start <= at < end:
            at = end
    return at


def stints(sittings: Sequence[Sitting]) -> tuple[Stint, ...]:
    """As the stage has them: people by number, in the order of their names."""
    number = {person: place for place, person in enumerate(sorted({one.person for one in sittings}))}
    ordered = sorted(sittings, key=lambda one: (one.start, one.person, one.hotline, one.level))
    return tuple(Stint(number[one.person], one.hotline, one.start, one.end, one.level) for one in ordered)
