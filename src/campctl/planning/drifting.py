"""What changed behind campctl's back: what it last wrote against what is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from campctl.model.changes import FieldChange
from campctl.model.live import Snapshot
from campctl.model.resources import Key, Resource
from campctl.planning.effects import differing


class Drifted(Struct, frozen=True):
    """One resource. `fields` (before: as campctl left it, after: as found) only when "changed"."""

    backend: str
    key: Key
    what: Literal["changed", "missing", "unmanaged"]
    fields: tuple[FieldChange, ...] = ()


def drift(owned: Mapping[Key, Resource], snapshot: Snapshot, backend: str = "") -> list[Drifted]:
    """Compare the values last written with a complete snapshot; sorted by kind of drift, then key."""
    found = snapshot.resources
    changed, missing = [], []
    for key, value in owned.items():
        now = found.get(key)
        if now is None:
            missing.append(Drifted(backend, key, "missing"))
        elif now != value:
            changed.append(Drifted(backend, key, "changed", differing(value, now)))
    unmanaged = [Drifted(backend, key, "unmanaged") for key in found.keys() - owned.keys()]
    return [item for group in (changed, missing, unmanaged) for item in sorted(group, key=lambda item: item.key)]
