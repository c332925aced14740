"""What a change does: field by field, to the keys it touches, and to what a rename takes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import astuple, replace

from campctl.model.changes import Change, FieldChange
from campctl.model.resources import Key, Queue, Resource, key_of, references, repoint


def field_changes(change: Change) -> tuple[FieldChange, ...]:
    """The fields that differ, in the order of the struct; all of them for a create (before None) or a delete (after None)."""
    return differing(change.before, change.after)


def differing(before: Resource | None, after: Resource | None) -> tuple[FieldChange, ...]:
    """Fields of two resources of one kind that differ; one of them may be None."""
    known = after if after is not None else before
    if known is None:
        return ()
    names = known.__struct_fields__
    none = (None,) * len(names)
    olds, news = astuple(before) if before is not None else none, astuple(after) if after is not None else none
    whole = before is None or after is None
    return tuple([FieldChange(name, old, new) for name, old, new in zip(names, olds, news, strict=True) if whole or old != new])


def after_state(change: Change) -> dict[Key, Resource | None]:
    """What a read-back must find once the change is done: key to value, None where nothing may be left.

    What a rename takes along is not in it: see `carried`.
    """
    state: dict[Key, Resource | None] = {}
    if change.before is not None:
        state[key_of(change.before)] = None
    if change.after is not None:
        state[key_of(change.after)] = change.after
    return state


def before_state(change: Change) -> dict[Key, Resource | None]:
    """What a read-back finds while the change is not done."""
    state: dict[Key, Resource | None] = {}
    if change.after is not None:
        state[key_of(change.after)] = None
    if change.before is not None:
        state[key_of(change.before)] = change.before
    return state


def carried(change: Change, resources: Iterable[Resource]) -> dict[Key, Resource]:
    """What a rename takes along: the old key of each resource that refers to the old id, to its new value.

    Members change their own key with their queue or line; the caller moves ownership from the old key to `key_of` the value.
    Empty for any other action.
    """
    if change.action != "rename" or change.before is None or change.after is None:
        return {}
    old, new = key_of(change.before), key_of(change.after)
    return {key: repoint(resource, old, new) for resource in resources if (key := key_of(resource)) != old and old in references(resource)}


def touched(change: Change, resources: Mapping[Key, Resource]) -> dict[Key, Resource | None]:
    """Everything one change makes of `resources` (its backend's): key to value, None for gone."""
    state: dict[Key, Resource | None] = dict.fromkeys(())
    for key, value in carried(change, resources.values()).items():
        state[key] = None
        state[key_of(value)] = value
    state.update(after_state(change))
    return state


def without_targets(queue: Queue, keys: Iterable[Key]) -> Queue:
    """The queue without its references to `keys`: the half of a two-step change when queues refer to each other in a circle."""
    gone = {str(key) for key in keys}

    def kept(target: str) -> str:
        return "" if target in gone else target

    return replace(
        queue,
        overflow=kept(queue.overflow),
        closed=kept(queue.closed),
        failover=kept(queue.failover),
        escalation=tuple(step for step in queue.escalation if step.partition(" ")[2] not in gone),
    )
