"""What is wanted against what is there, on one backend, by key and whole value."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from campctl.model.live import Capabilities
from campctl.model.resources import RESOURCE_TYPES, Key, Kind, Resource, references
from campctl.planning.renaming import Renamed


class Diff(Struct):
    """One backend: `have` is what is there after renames, `want` what shall be (as far as this backend can keep it).

    conflicts: wanted, there, and not ours (equal or not). held: unwanted here but wanted on a backend that was not observed.
    """

    backend: str
    renamed: Renamed
    have: Mapping[Key, Resource]
    want: Mapping[Key, Resource]
    creates: dict[Key, Resource]
    updates: dict[Key, Resource]
    deletes: dict[Key, Resource]
    conflicts: dict[Key, Resource]
    unmanaged: tuple[Key, ...]
    held: tuple[Key, ...]


def diff(backend: str, world: Renamed, want: Mapping[Key, Resource], can: Capabilities, elsewhere: AbstractSet[Key]) -> Diff:
    """Compare. `elsewhere`: keys wanted on backends that were not observed; they are not deleted here."""
    have, owned = world.have, world.owned
    if can.unsupported or len(can.kinds) < len(RESOURCE_TYPES):
        want = {key: fit(value, have.get(key), can.unsupported.get(key.kind, ())) for key, value in want.items() if key.kind in can.kinds}
    result = Diff(backend, world, have, want, {}, {}, {}, {}, (), ())
    creates, updates, conflicts = result.creates, result.updates, result.conflicts
    for key, value in want.items():
        found = have.get(key)
        if found is None:
            creates[key] = value
        elif key not in owned:
            conflicts[key] = value
        elif found != value:
            updates[key] = value
    extra = have.keys() - want.keys()
    result.deletes = {key: have[key] for key in extra if key in owned}
    result.unmanaged = tuple(sorted(key for key in extra if key not in owned))
    if elsewhere:
        _hold(result, elsewhere)
    return result


def _hold(result: Diff, elsewhere: AbstractSet[Key]) -> None:
    """Keep what is wanted on a backend that was not observed, and whatever it rests on."""
    waiting = [key for key in result.deletes if key in elsewhere]
    held: set[Key] = set()
    while waiting:
        key = waiting.pop()
        if key in result.deletes:
            held.add(key)
            waiting += references(result.deletes.pop(key))
    result.held = tuple(sorted(held))


def fit(value: Resource, found: Resource | None, unsupported: tuple[str, ...]) -> Resource:
    """The value as this backend can keep it: a field it cannot keep stays as found, or at its default."""
    if not unsupported:
        return value
    defaults = _defaults(value.__struct_config__.tag)
    kept: dict[str, Any] = {}
    for name in unsupported:
        if found is not None:
            kept[name] = getattr(found, name)
        elif name in defaults:
            kept[name] = defaults[name]
    return replace(value, **kept)


@cache
def _defaults(kind: Kind) -> dict[str, Any]:
    return {field.name: field.default for field in fields(RESOURCE_TYPES[kind]) if field.default is not NODEFAULT}
