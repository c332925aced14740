"""Many new lines at once: nearly every change of a first apply is one, and they are much alike.

What is asked of each line is asked of all together, column by column. Whenever anything about one of them is not plain (it is
refused, its name is taken, something is there already that may be its own), nothing is done, and each goes the long way, which
knows what to do and what to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

from msgspec import Struct

from campctl.backends.asterisk.facts.applied import Applied
from campctl.backends.asterisk.facts.decode import Decoded
from campctl.backends.asterisk.facts.index import Index, Journal
from campctl.backends.asterisk.facts.names import RESERVED, plain_lines
from campctl.backends.asterisk.facts.native import ByPlace, Fact, Place, Write
from campctl.backends.asterisk.facts.records import VERSION, Record, written
from campctl.backends.asterisk.facts.render import Own, belongings, own, render_lines
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


class _Few(NamedTuple):
    """Some lines, column by column. lower: native names without capitals."""

    lines: Sequence[Line]
    ids: list[str]
    natives: list[str]
    lower: list[str]
    extensions: list[str]
    own: Own


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
        ids = [line.id for line in lines]
        natives = plain_lines(ids)
        if natives is None:
            return None
        few = _Few(lines, ids, natives, "\n".join(natives).lower().split("\n"), [line.extension for line in lines], own(lines, natives))
        if not self._free(index, few):
            return None
        records = list(map(Record, repeat(VERSION), natives, lines))
        texts = written(records)
        if texts is None:
            return None
        names = self._seen.names
        locations = {id_: names.native(Key("location", id_)) if id_ else "" for id_ in {line.location for line in lines}}
        by = render_lines(lines, natives, locations, few.own)
        by["record"] = dict(zip(few.own.record, texts, strict=True))
        mark = self._journal.mark()
        self._enter(index, few, records, by)
        return Newcomers(changes, natives, by, mark)

    def _free(self, index: Index, few: _Few) -> bool:
        """Whether what they refer to is there, and what they take up is nobody's, one another's included."""
        seen = self._seen
        by, resources = seen.rows.by, seen.resources
        if not all(Key("location", id_) in resources for id_ in {line.location for line in few.lines} - {""}):
            return False
        if not (len(set(few.lower)) == len(set(few.extensions)) == len(few.lines)):
            return False
        return (
            self._reserved.isdisjoint(few.lower)
            and seen.names.free("line", few.ids, few.lower)
            and index.free(few.extensions)
            and all(by[place].keys().isdisjoint(few.natives) for place in ("endpoint", "aor", "auth"))
            and all(by["map"].keys().isdisjoint(names) for names in (few.own.cid, few.own.e911, few.own.ext))
            and by["record"].keys().isdisjoint(few.own.record)
            and seen.rows.extensions.keys().isdisjoint(few.own.target)
        )

    def _enter(self, index: Index, few: _Few, records: Sequence[Record], by: ByPlace) -> None:
        """Into the image."""
        seen = self._seen
        keys = [_key(("line", id_)) for id_ in few.ids]
        self._journal.add_all(partial(self._leave, index), zip(keys, few.lines, few.natives, strict=True))
        seen.names.learn_all("line", few.ids, few.natives, few.lower)
        for place, values in by.items():
            seen.rows.by[place].update(values)
        seen.rows.extensions.update(zip(few.own.target, [[extension] for extension in few.extensions], strict=True))
        seen.records.update(zip(keys, records, strict=True))
        seen.resources.update(zip(keys, few.lines, strict=True))
        index.add_lines(keys, few.lines)

    def _leave(self, index: Index, key: Key, line: Line, native: str) -> None:
        """Undo the arrival of one."""
        for place, name in (("record", f"line/{line.id}"), *belongings(key, native, line.extension)):
            self._seen.rows.put(place, name, None)
        self._seen.names.forget(key)
        del self._seen.records[key], self._seen.resources[key]
        index.remove(key, line)
