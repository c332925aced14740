"""Looking at what is there and telling what became of a change. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from campctl.model.changes import Change
from campctl.model.resources import Key, Kind, Resource, key_of

Verdict = Literal["after", "before", "neither"]
Unsupported = Mapping[Kind, tuple[str, ...]]
NOTHING: Unsupported = {}


def keys_of(change: Change) -> tuple[Key, ...]:
    """What has to be looked at to judge a change: one key, two for a rename."""
    if change.action == "rename" and change.before is not None:
        return (change.key, key_of(change.before))
    return (change.key,)


def same(found: Resource | None, wanted: Resource | None, unsupported: Collection[str] = ()) -> bool:
    """Whether they are equal but for fields the backend cannot keep."""
    if not unsupported or found is None or wanted is None or type(found) is not type(wanted):
        return found == wanted
    return all(getattr(found, name) == getattr(wanted, name) for name in wanted.__struct_fields__ if name not in unsupported)


def judge(change: Change, found: Mapping[Key, Resource], unsupported: Unsupported = NOTHING) -> Verdict:
    """Tell what became of it: "after" (done), "before" (not done), "neither" (someone else was there)."""
    ignored = unsupported.get(change.key.kind, ())
    if change.action == "rename":
        assert change.before is not None
        new, old = found.get(change.key), found.get(key_of(change.before))
        if old is None and same(new, change.after, ignored):
            return "after"
        return "before" if new is None and same(old, change.before, ignored) else "neither"
    there = found.get(change.key)
    if same(there, change.after, ignored):
        return "after"
    return "before" if same(there, change.before, ignored) else "neither"


def difference(change: Change, found: Mapping[Key, Resource], unsupported: Unsupported = NOTHING) -> str:
    """In words, how what is there differs from what was wanted; one line."""
    there, wanted = found.get(change.key), change.after
    if wanted is None:
        return f"{change.key} is still there"
    if there is None:
        return f"{change.key} is not there"
    ignored = unsupported.get(change.key.kind, ())
    fields = [
        f"field {name} is {_show(getattr(there, name, None))}, not {_show(getattr(wanted, name))}"
        for name in wanted.__struct_fields__
        if name not in ignored and getattr(there, name, None) != getattr(wanted, name)
    ]
    if fields:
        return "; ".join(fields)
    return f"{key_of(change.before)} is still there" if change.before is not None else "it looks as wanted"


def _show(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)


def can_be_live(change: Change) -> bool:
    """Whether the exchange can report it in effect: a location is not, a dark line is not, what is gone is not."""
    after = change.after
    return after is not None and change.key.kind != "location" and bool(getattr(after, "enabled", True))
