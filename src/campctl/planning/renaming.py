"""Renames, applied to what was observed before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from campctl.model.resources import Key, Resource, key_of, references, rekey, repoint


class Renamed(Struct):
    """One backend's world after its renames.

    steps: (before, after), in an order in which they can be done.
    by: key (in the new world) to the indexes of the steps that touched it; whatever is done to it later waits for them.
    aliases: old key to new key of renames this backend cannot do, which become create, re-add and delete.
    """

    have: Mapping[Key, Resource]
    owned: AbstractSet[Key]
    steps: list[tuple[Resource, Resource]]
    by: dict[Key, list[int]]
    aliases: dict[Key, Key]


def rename_all(
    have: Mapping[Key, Resource], owned: AbstractSet[Key], want: Mapping[Key, Resource], pairs: Sequence[tuple[Key, Key]], *, able: bool
) -> Renamed:
    """Rename what can be renamed: old observed and owned and no longer wanted, new wanted and not there yet.

    An office's rename takes its floors' and rooms' locations and its desks along, by their ids.
    """
    world = Renamed(have, owned, [], {}, {})
    if not pairs:
        return world
    waiting = [pair for pair in _spread(pairs, have) if pair[1] in want and pair[0] not in want and pair[0] in owned]
    waiting = [(old, new) for old, new in waiting if old in have and old.kind == new.kind and old.kind in {"location", "line", "queue"}]
    if not able:
        world.aliases = {old: new for old, new in waiting if new not in have}
        return world
    if not waiting:
        return world
    world.have, world.owned = dict(have), set(owned)
    index = _referrers(world.have)
    tried = 0
    while tried != len(waiting):  # a -> b waits until b -> c has made room; two that swap ids stay as they are
        tried, pairs, waiting = len(waiting), waiting, []
        for pair in pairs:
            if pair[1] in world.have:
                waiting.append(pair)
            else:
                _rename(world, index, *pair)
    return world


def _spread(pairs: Sequence[tuple[Key, Key]], have: Mapping[Key, Resource]) -> list[tuple[Key, Key]]:
    """The given renames, locations first, with those that follow from an office's."""
    found = dict(sorted(pairs, key=lambda pair: (pair[0].kind != "location", pair)))
    offices = {old.id: new.id for old, new in found.items() if old.kind == "location" and "/" not in old.id}
    if offices:
        for key in sorted(have):
            if key in found:
                continue
            if key.kind == "location" and (office := key.id.partition("/")[0]) in offices:
                found[key] = Key("location", offices[office] + key.id[len(office) :])
            elif key.kind == "line" and key.id.startswith("port/") and (office := key.id.split("/")[1]) in offices:
                found[key] = Key("line", f"port/{offices[office]}{key.id[len('port/' + office) :]}")
    return list(found.items())


def _referrers(have: Mapping[Key, Resource]) -> dict[Key, set[Key]]:
    index: dict[Key, set[Key]] = {}
    for key, resource in have.items():
        for ref in references(resource):
            index.setdefault(ref, set()).add(key)
    return index


def _rename(world: Renamed, index: dict[Key, set[Key]], old: Key, new: Key) -> None:
    number = len(world.steps)
    before = world.have[old]
    after = rekey(before, new.id)
    world.steps.append((before, after))
    _put(world, index, number, old, after)
    for key in sorted(index.pop(old, ())):
        _put(world, index, number, key, repoint(world.have[key], old, new))


def _put(world: Renamed, index: dict[Key, set[Key]], number: int, old: Key, value: Resource) -> None:
    """Set `value` in place of what stood at `old`, with ownership, references and the mark of the rename moved along."""
    assert isinstance(world.have, dict)
    assert isinstance(world.owned, set)
    before = world.have.pop(old)
    key = key_of(value)
    world.have[key] = value
    if old in world.owned:
        world.owned.discard(old)
        world.owned.add(key)
    world.by[key] = [*world.by.pop(old, ()), number]
    for ref in references(before):
        index.get(ref, set()).discard(old)
    for ref in references(value):
        index.setdefault(ref, set()).add(key)
