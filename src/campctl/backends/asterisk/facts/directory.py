"""Who goes by which native name on an exchange, both ways."""

from __future__ import annotations

from collections.abc import Sequence

from campctl.backends.asterisk.facts.names import proposed
from campctl.model.refusals import No
from campctl.model.resources import Key, Kind

NAMED: tuple[Kind, ...] = ("location", "line", "queue")
"""Kinds with native names of their own."""


class Directory:
    """Native names of lines, queues and locations. Implements `grammar.Names`.

    natives: kind to id to native name. ids: kind to native name to id.
    """

    __slots__ = ("_lower", "ids", "natives")

    def __init__(self) -> None:
        self.natives: dict[str, dict[str, str]] = {kind: {} for kind in NAMED}
        self.ids: dict[str, dict[str, str]] = {kind: {} for kind in NAMED}
        self._lower: dict[str, dict[str, int]] | None = None

    def native(self, key: Key) -> str:
        """The native name of what is known, or the one it would have; "unknown" when that is another's."""
        found = self.natives[key.kind].get(key.id)
        if found is not None:
            return found
        try:
            name = proposed(key)
        except No:
            return "unknown"
        return name if name not in self.ids[key.kind] else "unknown"

    def find(self, key: Key) -> str | None:
        """The native name of what is known; members and routes have none."""
        natives = self.natives.get(key.kind)
        return natives.get(key.id) if natives is not None else None

    def id_of(self, kind: str, native: str) -> str:
        """The id of what has this native name, or the name itself."""
        return self.ids[kind].get(native, native)

    def holder(self, kind: str, native: str) -> str | None:
        """The id of what has this native name."""
        return self.ids[kind].get(native)

    def learn(self, key: Key, native: str) -> None:
        """It goes by this name, and by no other."""
        kind, id_ = key
        natives = self.natives[kind]
        if id_ in natives:
            self.forget(key)
        natives[id_] = native
        self.ids[kind][native] = id_
        if self._lower is not None:
            folded = self._lower[kind]
            folded[native.lower()] = folded.get(native.lower(), 0) + 1

    def free(self, kind: str, ids: Sequence[str], names: Sequence[str]) -> bool:
        """Whether none of these ids has a name, and none of these names (without capitals) is taken."""
        self.taken(kind, "")
        assert self._lower is not None
        return self.natives[kind].keys().isdisjoint(ids) and self._lower[kind].keys().isdisjoint(names)

    def learn_all(self, kind: str, ids: Sequence[str], natives: Sequence[str], lower: Sequence[str]) -> None:
        """These ids go by these names (`lower`: without capitals); `free` said that they may."""
        self.natives[kind].update(zip(ids, natives, strict=True))
        self.ids[kind].update(zip(natives, ids, strict=True))
        if self._lower is not None:
            self._lower[kind].update(dict.fromkeys(lower, 1))

    def forget(self, key: Key) -> None:
        """It is gone."""
        native = self.natives[key.kind].pop(key.id, None)
        if native is None:
            return
        if self.ids[key.kind].get(native) == key.id:
            del self.ids[key.kind][native]
        if self._lower is not None:
            folded = self._lower[key.kind]
            folded[native.lower()] -= 1
            if not folded[native.lower()]:
                del folded[native.lower()]

    def keys(self, kind: Kind) -> list[Key]:
        """Keys of a kind."""
        return [Key(kind, id_) for id_ in self.natives[kind]]

    def taken(self, kind: str, name: str) -> bool:
        """Whether something of a kind is called so, but for capitals (`name` has none)."""
        if self._lower is None:
            self._lower = {}
            for of, natives in self.natives.items():
                folded = self._lower[of] = {}
                for native in natives.values():
                    folded[native.lower()] = folded.get(native.lower(), 0) + 1
        return name in self._lower[kind]
