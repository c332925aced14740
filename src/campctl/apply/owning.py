"""What a change means for ownership: who owns what after it was accepted, and after that turned out not to be true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campctl.model.changes import Change
from campctl.model.records import Owned
from campctl.model.resources import Key, Resource, key_of
from campctl.planning.effects import carried

Effect = tuple[tuple[Owned, ...], tuple[tuple[str, Key], ...]]
"""(now owned with these values, no longer owned)"""


class Ledger:
    """Ownership on each backend as this run goes on. `owned`: backend to what the store says; needed for renames only."""

    def __init__(self, run: str, owned: Mapping[str, Mapping[Key, Resource]]) -> None:
        self._run = run
        self._owned = {backend: dict(values) for backend, values in owned.items()}

    def accepted(self, change: Change) -> Effect:
        """The backend said yes."""
        backend = change.backend
        if change.action == "delete" or change.after is None:
            return self._effect(backend, {}, (change.key,))
        if change.action != "rename":
            return self._effect(backend, {change.key: change.after}, ())
        assert change.before is not None
        old = key_of(change.before)
        moved = carried(change, self._owned.get(backend, {}).values())
        gone = [old, *(key for key, value in moved.items() if key_of(value) != key)]
        values = {key_of(value): value for value in moved.values()} | {change.key: change.after}
        return self._effect(backend, values, [key for key in gone if key not in values])

    def not_in_effect(self, change: Change, found: Mapping[Key, Resource]) -> Effect:
        """It said yes and did not do it: ownership goes back to what holds."""
        there = found.get(change.key)
        if change.action == "create":
            return ((), ()) if there is not None else self._effect(change.backend, {}, (change.key,))
        if change.before is None or (change.action == "update" and there is None):
            return (), ()
        before = key_of(change.before)
        if before not in found:
            return (), ()
        return self._effect(change.backend, {before: change.before}, () if before == change.key else (change.key,))

    def half_done(self, change: Change, found: Mapping[Key, Resource]) -> Effect:
        """The answer was lost and part of it is there: ours all the same, so that the next run puts it right."""
        there = found.get(change.key)
        if there is None or change.action not in {"create", "rename"}:
            return (), ()
        return self._effect(change.backend, {change.key: there}, ())

    def _effect(self, backend: str, values: Mapping[Key, Resource], gone: Any) -> Effect:
        kept = self._owned.get(backend)
        if kept is not None:
            for key in gone:
                kept.pop(key, None)
            kept.update(values)
        owned = tuple(Owned(backend, key, value, self._run) for key, value in values.items())
        return owned, tuple((backend, key) for key in gone)
