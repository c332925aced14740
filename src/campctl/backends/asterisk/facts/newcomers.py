"""Many new lines at once: nearly every change of a first apply is one, and they are much alike.

What is asked of each line is asked of all together, column by column. Whenever anything about one of them is not plain (it is
refused, its name is taken, something is there already that may be its own), nothing is done, and each goes the long way, which
knows what to do and what to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from msgspec import Struct

from campctl.backends.asterisk.facts.applied import Applied
from campctl.backends.asterisk.facts.decode import Decoded
from campctl.backends.asterisk.facts.index import Index, Journal
from campctl.backends.asterisk.facts.names import RESERVED, plain_lines
from campctl.backends.asterisk.facts.native import ByPlace, Fact, Place, Write
from campctl.backends.asterisk.facts.records import VERSION, Record, written
from campctl.backends.asterisk.facts.render import belongings, render_lines
from campctl.model.changes import Change
from campctl.model.refusals import lines_pass
from campctl.model.resources import Key, Kind, Line

_key: Callable[[tuple[Kind, str]], Key] = partial(tuple.__new__, Key)
_OWN: tuple[tuple[Place, str], ...] = (("auth", ""), ("endpoint", ""), ("aor", ""), ("map", "cid/"), ("map", "e911/"))
"""What is of a line by its native name, in the order in which it is made; a record is made before it."""


class Newcomers(Struct, frozen=True):
    """Lines that were created together, of which nothing was there before; an `Applied` for each of them, in short.

    by: all their facts, by place. natives: their native names. mark: of the first one; each next one's is one more.
    """

    changes: Sequence[Change]
    natives: Sequence[str]
    by: ByPlace
    mark: int

    @property
    def learned(self) -> Collection[str]:
        """Endpoints whose phone Asterisk must be made to know."""
        return self.by["endpoint"].keys()

    def each(self) -> list[Applied]:
        """One by one."""
        found = []
        for n, (change, native) in enumerate(zip(self.changes, self.natives, strict=True)):
            line: Any = change.after
            own = [Fact("record", f"line/{line.id}"), *(Fact(place, prefix + native) for place, prefix in _OWN)]
            own.insert(4, Fact("map", f"ext/{line.extension}"))
            writes = tuple(Write(fact, self.by[fact.place][fact.name]) for fact in own if fact.name in self.by[fact.place])
            learned = (native,) if native in self.by["endpoint"] else ()
            found.append(Applied(change, writes, (Key("line", line.id),), learned=learned, mark=self.mark + n))
        return found


class Arrivals:
    """Creates lines in an image. `reserved`: endpoint names in lower case that are taken."""

    def __init__(self, seen: Decoded, journal: Journal, reserved: Collection[str]) -> None:
        self._seen = seen
        self._journal = journal
        self._reserved = RESERVED.union(reserved)

    def take(
        self, index: Index, changes: Sequence[Change], limits: Mapping[str, int], unsupported: Mapping[Kind, tuple[str, ...]]
    ) -> Newcomers | None:
        """All of them are created, or (None) nothing was done."""
        lines: list[Any] = [change.after for change in changes]
        if {change.action for change in changes} != {"create"} or set(map(type, lines)) != {Line}:
            return None
        if not lines_pass(lines, unsupported) or index.count("line") + len(lines) > limits.get("lines", len(lines) + index.count("line")):
            return None
        natives = plain_lines([line.id for line in lines])
        if natives is None or not self._free(natives, index, lines):
            return None
        records = list(map(Record, repeat(VERSION), natives, lines))
        texts = written(records)
        if texts is None:
            return None
        names = self._seen.names
        locations = {id_: names.native(Key("location", id_)) if id_ else "" for id_ in {line.location for line in lines}}
        by = render_lines(lines, natives, locations)
        by["record"] = dict(zip([f"line/{line.id}" for line in lines], texts, strict=True))
        mark = self._journal.mark()
        self._enter(index, lines, natives, records, by)
        return Newcomers(changes, natives, by, mark)

    def _free(self, natives: Sequence[str], index: Index, lines: Sequence[Line]) -> bool:
        """Whether what they refer to is there, and what they take up is nobody's, one another's included."""
        seen = self._seen
        by, resources = seen.rows.by, seen.resources
        if not all(Key("location", id_) in resources for id_ in {line.location for line in lines} - {""}):
            return False
        extensions = [line.extension for line in lines]
        lower = "\n".join(natives).lower().split("\n")
        if not (len(set(lower)) == len(set(extensions)) == len(lines)):
            return False
        maps = by["map"].keys()
        return (
            self._reserved.isdisjoint(lower)
            and seen.names.free("line", [line.id for line in lines], lower)
            and index.free(extensions)
            and all(by[place].keys().isdisjoint(natives) for place in ("endpoint", "aor", "auth"))
            and all(maps.isdisjoint([f"{family}/{native}" for native in natives]) for family in ("cid", "e911"))
            and maps.isdisjoint([f"ext/{extension}" for extension in extensions])
            and by["record"].keys().isdisjoint([f"line/{line.id}" for line in lines])
            and seen.rows.extensions.keys().isdisjoint([f"line:{native}" for native in natives])
        )

    def _enter(self, index: Index, lines: Sequence[Line], natives: Sequence[str], records: Sequence[Record], by: ByPlace) -> None:
        """Into the image."""
        seen = self._seen
        keys = [_key(("line", line.id)) for line in lines]
        self._journal.add_all(partial(self._leave, index), zip(keys, lines, natives, strict=True))
        seen.names.learn_all("line", [line.id for line in lines], natives)
        for place, values in by.items():
            seen.rows.by[place].update(values)
        seen.rows.extensions.update(zip([f"line:{native}" for native in natives], [[line.extension] for line in lines], strict=True))
        seen.records.update(zip(keys, records, strict=True))
        seen.resources.update(zip(keys, lines, strict=True))
        index.add_lines(keys, lines)

    def _leave(self, index: Index, key: Key, line: Line, native: str) -> None:
        """Undo the arrival of one."""
        for place, name in (("record", f"line/{line.id}"), *belongings(key, native, line.extension)):
            self._seen.rows.put(place, name, None)
        self._seen.names.forget(key)
        del self._seen.records[key], self._seen.resources[key]
        index.remove(key, line)
