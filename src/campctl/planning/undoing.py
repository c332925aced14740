"""`rollback`: what a run did, taken back, as a plan like any other.

The run's changes are undone backwards on what is there now. Whatever was changed since by someone else is not guessed
at: it is refused by name, with the guardrail `changed-since`, which no flag overrides. A line that is made again gets a
new SIP secret; that is the one thing a rollback cannot bring back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from campctl.model.campaign import Campaign
from campctl.model.changes import Change, Guard, Plan, State
from campctl.model.live import Capabilities, Snapshot
from campctl.model.records import JournalEntry
from campctl.model.resources import Key, Resource, key_of, references, rekey, repoint
from campctl.planning.inputs import PlanInput
from campctl.planning.passing import extension_of
from campctl.planning.planner import plan as make_plan

DONE: frozenset[State] = frozenset({"accepted", "configured", "live"})


class RollbackInput(Struct, frozen=True, kw_only=True):
    """The run to undo: its plan and the last state of each change (`last_states` of its journal); and the present."""

    campaign: Campaign
    at: datetime
    plan: Plan
    states: Mapping[str, State]
    observed: Mapping[str, Snapshot]
    owned: Mapping[str, AbstractSet[Key]]
    capabilities: Mapping[str, Capabilities]
    manifest_digest: str = ""
    overrides_digest: str = ""


class _Past(Struct):
    """One backend's owned world on its way back. doubts: key to what speaks against undoing it."""

    backend: str
    world: dict[Key, Resource]
    doubts: dict[Key, str]
    renames: list[tuple[Key, Key]]
    undone: set[Key]
    """Keys that were brought back to an earlier value."""
    mentions: dict[Key, set[Key]]
    """Key to those that refer to it, or once did: a run may rename thousands, and none may cost a look at the whole world."""

    def put(self, key: Key, value: Resource) -> None:
        """Have `value` at `key`."""
        self.world[key] = value
        for ref in references(value):
            self.mentions.setdefault(ref, set()).add(key)

    def referrers(self, key: Key) -> list[Key]:
        """Those that refer to `key` now, sorted."""
        return sorted(other for other in self.mentions.get(key, ()) if other in self.world and key in references(self.world[other]))


def last_states(journal: Iterable[JournalEntry]) -> dict[str, State]:
    """The last state of each change in a run's journal."""
    return {entry.change: entry.state for entry in journal}


def rollback(given: RollbackInput) -> Plan:
    """The plan that takes the run back, as far as nothing was changed since.

    Changes that failed, were skipped, or whose outcome nobody knows and that are not found done, are left out.
    """
    pasts = {backend: _past(given, backend) for backend in sorted(given.observed)}
    made = make_plan(
        PlanInput(
            campaign=given.campaign,
            at=given.at,
            desired={backend: past.world for backend, past in pasts.items()},
            observed=given.observed,
            owned=given.owned,
            capabilities=given.capabilities,
            renames=[(backend, *pair) for backend, past in pasts.items() for pair in past.renames],
            manifest_digest=given.manifest_digest,
            overrides_digest=given.overrides_digest,
        )
    )
    guard = _guard(pasts)
    missed = tuple(
        f"Backend {backend} was not looked at: what the run did there stays."
        for backend in sorted({change.backend for change in given.plan.changes} - given.observed.keys())
    )
    return replace(made, guards=(*guard, *made.guards), remarks=(*made.remarks, *missed))


def _past(given: RollbackInput, backend: str) -> _Past:
    owned = given.owned.get(backend, frozenset())
    found = given.observed[backend].resources
    past = _Past(backend, {}, {}, [], set(), {})
    for key, value in found.items():
        if key in owned:
            past.put(key, value)
    for change in reversed(given.plan.changes):
        state = given.states.get(change.id, "skipped")
        if change.backend == backend and (state in DONE or (state == "pending" and _is_done(past, change))):
            _undo(past, change, found)
    _keep_whole(past, found, owned)
    return past


def _is_done(past: _Past, change: Change) -> bool:
    """Whether a change whose outcome is not known is found done."""
    if change.before is not None and change.action in {"delete", "rename"} and key_of(change.before) in past.world:
        return False
    return change.after is None or past.world.get(key_of(change.after)) == change.after


def _undo(past: _Past, change: Change, found: Mapping[Key, Resource]) -> None:
    """Take one change back, or note why not."""
    world, key = past.world, change.key
    now = world.get(key)
    if change.action == "rename":
        _undo_rename(past, change)
    elif change.action == "delete":
        assert change.before is not None
        if now is None and key in found:
            past.doubts[key] = "was made again by someone else since"
        elif now is None:
            past.put(key, change.before)
            past.undone.add(key)
        elif now != change.before:
            past.doubts[key] = "was made again since, and differs"
    elif now is not None and now == change.after:
        if change.before is None:
            del world[key]
        else:
            past.put(key, change.before)
        past.undone.add(key)
    elif now is None and change.before is not None:
        past.doubts[key] = "was removed since"
    elif now is not None and now != change.before:
        past.doubts[key] = "was changed since"


def _undo_rename(past: _Past, change: Change) -> None:
    assert change.before is not None
    assert change.after is not None
    old, new = key_of(change.before), key_of(change.after)
    now = past.world.get(new)
    if now is None or old in past.world:
        if old not in past.world:
            past.doubts[new] = "was removed since"
        return
    del past.world[new]
    past.put(old, rekey(now, old.id))
    past.renames.append((new, old))
    past.undone.add(old)
    for key in past.referrers(new):
        back = repoint(past.world.pop(key), new, old)
        past.put(key_of(back), back)


def _keep_whole(past: _Past, found: Mapping[Key, Resource], owned: AbstractSet[Key]) -> None:
    """What later work rests on stays, and what would rest on nothing is not brought back."""
    world = past.world
    unowned = {key: value for key, value in found.items() if key not in owned}
    changed = True
    while changed:
        changed = False
        everything = {**unowned, **world}
        for key, value in everything.items():
            for ref in references(value):
                if ref in everything:
                    continue
                if ref in found and ref in past.undone:
                    past.doubts[ref] = f"is used by {key} since"
                    world[ref] = found[ref]
                    past.undone.discard(ref)
                    changed = True
                elif key in past.undone:
                    past.doubts[key] = f"needs {ref}, which is gone"
                    past.undone.discard(key)
                    _restore(world, key, found)
                    changed = True
    _keep_extensions(past, found, unowned)


def _keep_extensions(past: _Past, found: Mapping[Key, Resource], unowned: Mapping[Key, Resource]) -> None:
    holders: dict[str, Key] = {}
    for key, value in [*unowned.items(), *((k, v) for k, v in past.world.items() if k not in past.undone)]:
        if extension := extension_of(value):
            holders[extension] = key
    for key in sorted(past.undone & past.world.keys()):
        holder = holders.get(extension_of(past.world[key]))
        if holder is not None:
            past.doubts[key] = f"cannot have extension {extension_of(past.world[key])} back: {holder} has it since"
            _restore(past.world, key, found)


def _restore(world: dict[Key, Resource], key: Key, found: Mapping[Key, Resource]) -> None:
    """Leave a key as it is found."""
    if key in found:
        world[key] = found[key]
    else:
        world.pop(key, None)


def _guard(pasts: Mapping[str, _Past]) -> tuple[Guard, ...]:
    doubts = [(f"{key} on {backend} {why}", str(key)) for backend, past in pasts.items() for key, why in sorted(past.doubts.items())]
    if not doubts:
        return ()
    shown = "; ".join(text for text, _ in doubts[:5]) + (f"; and {len(doubts) - 5:,} more" if len(doubts) > 5 else "")
    message = f"{shown}. A rollback does not undo what others did since: change these through the manifests."
    return (Guard(name="changed-since", message=message, subjects=tuple(name for _, name in doubts)),)
