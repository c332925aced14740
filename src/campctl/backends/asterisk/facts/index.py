"""Who has which extension, who refers to whom, how many there are; and a journal by which all of an image can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from campctl.backends.asterisk.facts.directory import Directory
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.backends.asterisk.facts.rows import Rows
from campctl.model.refusals import extension_of
from campctl.model.resources import Key, Kind, Line, Member, Queue, Resource, references


class Journal:
    """How to undo what was done since a mark, latest first: functions with their arguments (closures would cost more)."""

    def __init__(self) -> None:
        self._undos: list[tuple[Any, ...]] = []
        self._cleared = 0

    def mark(self) -> int:
        """Here."""
        return self._cleared + len(self._undos)

    def add(self, undo: Callable[..., object], *arguments: Any) -> None:
        """One more thing that was done."""
        self._undos.append((undo, arguments))

    def add_all(self, undo: Callable[..., object], arguments: Iterable[tuple[Any, ...]]) -> None:
        """As many more as there are arguments."""
        self._undos.extend(zip(repeat(undo), arguments))

    def undo(self, mark: int) -> None:
        """Back to a mark. ValueError when there is no way back to it."""
        if not self._cleared <= mark <= self.mark():
            raise ValueError("this was undone already, or settled")
        while self.mark() > mark:
            undo, arguments = self._undos.pop()
            undo(*arguments)

    def clear(self) -> None:
        """There is no way back from here."""
        self._cleared = self.mark()
        self._undos.clear()

    def put(self, into: dict[Key, Any], key: Key, value: Any) -> None:
        """Set, or (None) remove, an entry."""
        self._undos.append((_put, (into, key, into.get(key))))
        _put(into, key, value)

    def write(self, rows: Rows, fact: Fact, value: Value | None) -> Value | None:
        """Set, or (None) remove, a fact; what it held."""
        place, name = fact
        old: Value | None = rows.by[place].get(name)
        self._undos.append((rows.put, (place, name, old)))
        rows.put(place, name, value)
        return old

    def learn(self, names: Directory, key: Key, native: str) -> None:
        """Give a thing its native name."""
        names.learn(key, native)
        self.add(names.forget, key)

    def forget(self, names: Directory, key: Key) -> None:
        """Take it away again."""
        native = names.find(key)
        if native is not None:
            names.forget(key)
            self.add(names.learn, key, native)


def _put(into: dict[Key, Any], key: Key, value: Any) -> None:
    if value is None:
        into.pop(key, None)
    else:
        into[key] = value


class Index:
    """Kept true by `replace`; every change of it goes through the journal. `resources`: all there are, at any time."""

    def __init__(self, resources: Mapping[Key, Resource], journal: Journal) -> None:
        self._journal = journal
        self._resources = resources
        self._extensions: dict[str, Key] = {}
        self._users: dict[Key, dict[Key, None]] | None = None
        """Who refers to whom; made when somebody asks, which only renames and deletes do."""
        self._members: dict[str, int] = {}
        for key, resource in resources.items():
            if isinstance(resource, Line | Queue) and resource.extension:
                self._extensions.setdefault(resource.extension, key)
            elif isinstance(resource, Member):
                self._members[resource.queue] = self._members.get(resource.queue, 0) + 1
        self._counts: dict[str, int] = dict(Counter(key[0] for key in resources))

    def holder(self, extension: str) -> Key | None:
        """Whose extension it is."""
        return self._extensions.get(extension)

    def users(self, key: Key) -> list[Key]:
        """Who refers to it, in order."""
        if self._users is None:
            self._users = {}
            for user, resource in self._resources.items():
                for to in references(resource):
                    self._users.setdefault(to, {})[user] = None
        return sorted(self._users.get(key, ()))

    def count(self, kind: Kind) -> int:
        """How many there are of a kind."""
        return self._counts.get(kind, 0)

    def members(self, queue: str) -> int:
        """How many members a queue has."""
        return self._members.get(queue, 0)

    def replace(self, key: Key, old: Resource | None, new: Resource | None) -> None:
        """A resource is another now, or gone."""
        if old is not None:
            self.remove(key, old)
            self._journal.add(self.add, key, old)
        if new is not None:
            self.add(key, new)
            self._journal.add(self.remove, key, new)

    def add(self, key: Key, resource: Resource) -> None:
        """There is one more; not in the journal."""
        extension = extension_of(resource)
        if extension is not None:
            self._extensions.setdefault(extension, key)
        if self._users is not None:
            for to in references(resource):
                self._users.setdefault(to, {})[key] = None
        self._count(key.kind, resource, 1)

    def free(self, extensions: Collection[str]) -> bool:
        """Whether nobody has any of these."""
        return self._extensions.keys().isdisjoint(extensions)

    def add_lines(self, keys: Sequence[Key], lines: Sequence[Line]) -> None:
        """There are more lines, whose extensions are free; not in the journal."""
        self._extensions.update(zip([line.extension for line in lines], keys, strict=True))
        self._counts["line"] = self._counts.get("line", 0) + len(lines)
        if self._users is not None:
            for key, line in zip(keys, lines, strict=True):
                for to in references(line):
                    self._users.setdefault(to, {})[key] = None

    def remove(self, key: Key, resource: Resource) -> None:
        """There is one less; not in the journal."""
        extension = extension_of(resource)
        if extension is not None and self._extensions.get(extension) == key:
            del self._extensions[extension]
        if self._users is not None:
            for to in references(resource):
                users = self._users.get(to)
                if users is not None:
                    users.pop(key, None)
        self._count(key.kind, resource, -1)

    def _count(self, kind: Kind, resource: Resource, change: int) -> None:
        self._counts[kind] = self._counts.get(kind, 0) + change
        if isinstance(resource, Member):
            self._members[resource.queue] = self._members.get(resource.queue, 0) + change
