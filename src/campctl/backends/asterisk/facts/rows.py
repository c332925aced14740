"""Facts by place, for quick work on many: maps by their family too. What has the wrong shape for its place is a fault, left out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Protocol, TypeAlias

from campctl.backends.asterisk.facts.native import PLACES, ByPlace, Fact, Facts, Shelf, Write
from campctl.backends.asterisk.facts.records import Fault

MISFIT = "has the wrong shape"
_OPTIONS = frozenset(("endpoint", "aor", "auth", "queue", "geo", "member"))
_TEXTS = frozenset(("record", "map"))
_SHAPES: Mapping[str, type] = {**dict.fromkeys(_OPTIONS, dict), **dict.fromkeys(_TEXTS, str)}


class Rows:
    """`by[place][name]` is a value; `extensions[target]` are the extensions that lead there."""

    __slots__ = ("by", "extensions")

    def __init__(self) -> None:
        self.by: dict[str, dict[str, Any]] = {place: {} for place in PLACES}
        self.extensions: dict[str, list[str]] = {}

    def put(self, place: str, name: str, value: Any) -> None:
        """Make a fact hold a value, or (None) be gone."""
        rows = self.by[place]
        if place == "map" and name.startswith("ext/"):
            self._lead(name[4:], rows.get(name), value)
        if value is None:
            rows.pop(name, None)
        else:
            rows[name] = value

    def add(self, facts: Facts) -> None:
        """More facts, of which none is there yet."""
        by = self.by
        for (place, name), value in facts.items():
            by[place][name] = value
            if place == "map" and name[:4] == "ext/":
                self.extensions.setdefault(value, []).append(name[4:])  # type: ignore[arg-type]

    def take(self, other: Rows) -> None:
        """All of `other`, places of which there is nothing yet."""
        for place, values in other.by.items():
            self.by[place].update(values)
        self.extensions.update(other.extensions)

    def facts(self) -> dict[Fact, Any]:
        """All of it, as facts."""
        return {Fact(place, name): value for place in PLACES for name, value in self.by[place].items()}

    def ext(self, extension: str) -> str | None:
        """Where an extension leads."""
        found: str | None = self.by["map"].get(f"ext/{extension}")
        return found

    def _lead(self, extension: str, old: str | None, new: str | None) -> None:
        if old is not None:
            left = [other for other in self.extensions.get(old, ()) if other != extension]
            if left:
                self.extensions[old] = left
            else:
                self.extensions.pop(old, None)
        if new is not None:
            self.extensions.setdefault(new, []).append(extension)


class Filling(Protocol):
    """What a shelf may have beside `native.Shelf`: everything on it at once, without a fact for each value on the way."""

    async def fill(self, rows: Rows) -> dict[Fact, Any]:
        """Put everything on this shelf into `rows`, but for what does not fit its place: that is returned."""
        ...


async def fill(rows: Rows, shelf: Shelf) -> dict[Fact, Any]:
    """Put everything on a shelf into `rows`, but for what does not fit its place: that is returned."""
    own: Filling | None = getattr(shelf, "fill", None) and shelf  # type: ignore[assignment]
    return await own.fill(rows) if own is not None else sort_into(rows, await shelf.read())


Hold: TypeAlias = Callable[[], Coroutine[Any, Any, dict[Fact, str]]]
"""Makes facts of which there is nothing hold their values; why those that were refused were."""


Pause: TypeAlias = Callable[[], Awaitable[None]]


class Holding(Protocol):
    """What a shelf may have beside `native.Shelf`: many new facts at once, without a write for each value on the way."""

    async def holding(self, by: ByPlace, pause: Pause) -> Hold:
        """Make everything ready to write these, in this order, so that their turn takes as little time as can be.

        pause: to be awaited about once a millisecond, as somebody else's answers may be waiting.
        """
        ...


async def holding(shelf: Shelf, by: ByPlace, pause: Pause) -> Hold | None:
    """Make ready to write, of these new facts, those that are a shelf's; None when none is."""
    mine = {place: values for place, values in by.items() if values and place in shelf.places}
    if not mine:
        return None
    own: Holding | None = getattr(shelf, "holding", None) and shelf  # type: ignore[assignment]
    return await own.holding(mine, pause) if own is not None else partial(one_by_one, shelf, mine)


async def one_by_one(shelf: Shelf, by: ByPlace) -> dict[Fact, str]:
    """Make facts hold their values, with a write for each; why those that were refused were."""
    writes = listed(by)
    said = await shelf.write(writes)
    return {item.fact: why for item, why in zip(writes, said, strict=True) if why is not None}


def listed(by: ByPlace) -> list[Write]:
    """Facts to be made, one by one."""
    return [Write(Fact(place, name), value) for place, values in by.items() for name, value in values.items()]


def misfits(facts: Facts) -> list[Fault]:
    """What is to be said of facts that did not fit."""
    return [Fault(str(place), str(name), MISFIT) for place, name in facts]


def sorted_out(facts: Facts) -> tuple[Rows, list[Fault]]:
    """All facts by place."""
    rows = Rows()
    return rows, misfits(sort_into(rows, facts))


def sort_into(rows: Rows, facts: Facts) -> dict[Fact, Any]:
    """More facts by place; returned are those that do not fit it."""
    wrong: dict[Fact, Any] = {}
    extensions = rows.extensions
    slots = {place: (_SHAPES.get(place), values) for place, values in rows.by.items()}
    nowhere: tuple[type | None, dict[str, Any]] = (None, {})
    for fact, value in facts.items():
        place, name = fact
        shape, values = slots.get(place, nowhere)
        # Nearly all values are just what they should be; `fits` costs more than the rest of this loop.
        if type(value) is not shape and not fits(place, value):
            wrong[fact] = value
            continue
        values[name] = value
        if place == "map" and name[:4] == "ext/":
            extensions.setdefault(value, []).append(name[4:])  # type: ignore[arg-type]
    return wrong


def fits(place: str, value: object) -> bool:
    """Whether a value has the shape of its place."""
    if place in _TEXTS:
        return type(value) is str
    if place in _OPTIONS:
        return isinstance(value, dict | Mapping)
    return place == "rule" and type(value) is tuple and all(type(line) is str for line in value)


def text(options: Mapping[str, Any], name: str) -> str:
    """An option's text, "" without it."""
    value = options.get(name, "")
    return value if isinstance(value, str) else str(value)
