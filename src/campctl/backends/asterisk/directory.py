"""Who goes by which native name on an exchange, both ways."""

from __future__ import annotations

from campctl.backends.asterisk.names import proposed
from campctl.model.refusals import No
from campctl.model.resources import Key

NAMED = frozenset(("line", "queue", "location"))
"""Kinds with native names of their own."""


class Directory:
    """Native names of lines, queues and locations. Implements `grammar.Names`."""

    __slots__ = ("_ids", "_lower", "_natives")

    def __init__(self) -> None:
        self._natives: dict[Key, str] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._lower: dict[tuple[str, str], int] = {}

    def native(self, key: Key) -> str:
        """The native name of what is known, or the one it would have."""
        found = self._natives.get(key)
        if found is not None:
            return found
        try:
            return proposed(key)
        except No:
            return "unknown"

    def find(self, key: Key) -> str | None:
        """The native name of what is known."""
        return self._natives.get(key)

    def id_of(self, kind: str, native: str) -> str:
        """The id of what has this native name, or the name itself."""
        return self._ids.get((kind, native), native)

    def holder(self, kind: str, native: str) -> str | None:
        """The id of what has this native name."""
        return self._ids.get((kind, native))

    def learn(self, key: Key, native: str) -> None:
        """It goes by this name."""
        self.forget(key)
        self._natives[key] = native
        folded = (key.kind, native.lower())
        self._lower[folded] = self._lower.get(folded, 0) + 1
        self._ids[key.kind, native] = key.id

    def forget(self, key: Key) -> None:
        """It is gone."""
        native = self._natives.pop(key, None)
        if native is None:
            return
        if self._ids.get((key.kind, native)) == key.id:
            del self._ids[key.kind, native]
        folded = (key.kind, native.lower())
        self._lower[folded] -= 1
        if not self._lower[folded]:
            del self._lower[folded]

    def keys(self, kind: str) -> list[Key]:
        """Keys of a kind."""
        return [key for key in self._natives if key.kind == kind]

    def taken(self, kind: str, name: str) -> bool:
        """Whether something of a kind is called so, but for capitals (`name` has none)."""
        return (kind, name) in self._lower
