"""Guardrails: what speaks against a plan, by name, with the flag that overrides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from campctl.findings.text import plural
from campctl.model.addresses import lacking
from campctl.model.campaign import Campaign
from campctl.model.changes import Change, Guard, Story
from campctl.model.live import Capabilities
from campctl.model.resources import Key, Line, Location, Member, Resource, Route
from campctl.planning.effects import differing
from campctl.planning.steps import Graph
from campctl.planning.subjects import refs_of, resource_refs, subject_of


class Guarded(Struct, frozen=True, kw_only=True):
    """What guardrails look at. `owned` counts what campctl owns per backend by kind, members left out."""

    campaign: Campaign
    at: datetime
    graph: Graph
    changes: tuple[Change, ...]
    stories: tuple[Story, ...]
    owned: Mapping[str, int]
    capabilities: Mapping[str, Capabilities]


def guards(seen: Guarded) -> tuple[Guard, ...]:
    """All that speak, in a fixed order: what no flag overrides first."""
    return (
        *_unlocated(seen),
        *_taken(seen),
        *_in_use(seen),
        *_over_limit(seen),
        *_shares(seen),
        *_protected(seen),
        *_frozen(seen),
    )


def _unlocated(seen: Guarded) -> Iterator[Guard]:
    """No line is lit, or left lit by a change, where 911 would not be told a dispatchable location."""
    bad: set[str] = set()
    vague: set[tuple[str, str]] = set()
    sound: dict[tuple[str, str], bool] = {}
    for change in seen.changes:
        after = change.after
        if isinstance(after, Line) and after.enabled and change.action != "rename":
            place = change.backend, after.location
            if place not in sound:
                location = _after(seen, change.backend, Key("location", after.location))
                sound[place] = isinstance(location, Location) and not lacking(location)
            if not sound[place]:
                bad.add(after.id)
        elif isinstance(after, Location) and lacking(after):
            vague.add((change.backend, after.id))
    for backend in {backend for backend, _ in vague}:
        for resource in seen.graph.sides[backend].diff.want.values():
            if isinstance(resource, Line) and resource.enabled and (backend, resource.location) in vague:
                bad.add(resource.id)
    if bad:
        yield Guard(
            name="lit-without-location",
            message=f"{plural(len(bad), 'line')} would be lit without a dispatchable 911 location"
            " (street, city, state and postal code). Give the office an address, or leave them dark.",
            subjects=tuple(sorted(bad)),
        )


def _after(seen: Guarded, backend: str, key: Key) -> Resource | None:
    diff = seen.graph.sides[backend].diff
    return diff.want.get(key) or diff.have.get(key)


def _taken(seen: Guarded) -> Iterator[Guard]:
    kept = {(change.backend, change.key) for change in seen.changes}
    for backend, extension, taker, holder in sorted(seen.graph.taken):
        if (backend, taker) in kept:
            # A line whose extension the YAML gives somebody without a phone becomes theirs; nobody takes over a second one.
            free = taker.kind == holder.kind == "line" and taker not in seen.graph.sides[backend].diff.have
            way_out = f"adopt {holder}, which makes it theirs" if free else f"remove {holder} on the exchange"
            yield Guard(
                name="extension-taken",
                message=f"Extension {extension} for {taker} is held on {backend} by {holder}, which this plan leaves as it is."
                f" Give one of them another extension, or {way_out}.",
                subjects=(str(taker), str(holder)),
            )


def _in_use(seen: Guarded) -> Iterator[Guard]:
    kept = {(change.backend, change.key) for change in seen.changes if change.action == "delete"}
    for backend, key, referrer in sorted(seen.graph.in_use):
        if (backend, key) in kept:
            yield Guard(
                name="in-use",
                message=f"{key} on {backend} would be deleted, but {referrer}, which campctl does not manage, refers to it."
                f" Change {referrer} on the exchange, or adopt it.",
                subjects=(str(key), str(referrer)),
            )


def _over_limit(seen: Guarded) -> Iterator[Guard]:
    """More than the backend can hold, once done; only where the plan adds to it."""
    added: dict[str, set[Key]] = {}
    removed: dict[str, set[Key]] = {}
    for change in seen.changes:
        if change.action in {"create", "delete"}:
            table = added if change.action == "create" else removed
            table.setdefault(change.backend, set()).add(change.key)
    for backend in sorted(added):
        limits = seen.capabilities[backend].limits if backend in seen.capabilities else {}
        if not limits:
            continue
        kinds = {key.kind for key in added[backend]}
        left = (seen.graph.sides[backend].diff.have.keys() | added[backend]) - removed.get(backend, set())
        totals = Counter(f"{key.kind}s" for key in left)
        for name, most in sorted(limits.items()):
            if name[:-1] in kinds and totals[name] > most:
                message = f"{backend} holds at most {most:,} {name}; with this plan it would be {totals[name]:,}."
                yield Guard(name="over-limit", message=message, subjects=(backend,))
        seats = Counter(key.id.partition("/")[0] for key in left if key.kind == "member")
        most = limits.get("members-per-queue", 0)
        full = sorted(queue for queue, number in seats.items() if most and number > most)
        if full and "member" in kinds:
            message = f"{backend} holds at most {most:,} seats in one hotline; {', '.join(f'{q} would have {seats[q]:,}' for q in full)}."
            yield Guard(name="seats-over-limit", message=message, subjects=tuple(f"hotline/{queue}" for queue in full))


def _shares(seen: Guarded) -> Iterator[Guard]:
    """Shares of what campctl owns on a backend.

    Members do not count: seats follow from the hotlines' own bounds and come and go all day. What is deleted here because
    it was made on another backend, now or in an earlier plan, is moved, not lost, and counts as an update.
    """
    sides = seen.graph.sides
    arriving = {change.key for change in seen.changes if change.action == "create"} if len(sides) > 1 else set()
    arriving |= {
        change.key
        for change in (seen.changes if len(sides) > 1 else ())
        if change.action == "delete" and any(change.key in side.diff.want for name, side in sides.items() if name != change.backend)
    }
    updates: dict[str, set[Key]] = {}
    deletes: dict[str, set[Key]] = {}
    for change in seen.changes:
        if change.action == "create" or (key := change.key).kind == "member":
            continue
        table = deletes if change.action == "delete" and key not in arriving else updates
        table.setdefault(change.backend, set()).add(key)
    policy = seen.campaign.policy
    rules = (
        ("too-many-updates", "changed", updates, policy.max_update_share, "max_update_share", "--allow-updates"),
        ("too-many-deletes", "deleted", deletes, policy.max_delete_share, "max_delete_share", "--allow-deletes"),
    )
    for name, word, table, most, setting, flag in rules:
        for backend, keys in sorted(table.items()):
            keys -= {key for key in keys if word == "changed" and key in deletes.get(backend, ())}
            owned = seen.owned.get(backend, 0)
            if owned >= max(1, policy.minimum_sample) and len(keys) > most * owned:
                yield Guard(
                    name=name,
                    message=f"{len(keys):,} of {owned:,} resources on {backend} ({len(keys) / owned:.0%}) would be {word};"
                    f" policy.{setting} is {most:.0%}.",
                    flag=flag,
                    subjects=tuple(sorted({subject_of(key) for key in keys})),
                )


def _protected(seen: Guarded) -> Iterator[Guard]:
    """Protected means: not deleted (moving to another backend deletes here), not renamed, not led elsewhere. Fields may change."""
    protected = set(seen.campaign.policy.protected)
    if not protected:
        return
    hit: set[str] = set()
    for change in seen.changes:
        before, after = change.before, change.after
        if before is None or change.key.kind == "member":
            continue
        rerouted = isinstance(before, Route) and isinstance(after, Route) and before.to != after.to
        if change.action in {"delete", "rename"} or rerouted:
            hit |= protected & _behind(before, seen.campaign)
    if hit:
        yield Guard(
            name="protected",
            message=f"{', '.join(sorted(hit))} {'is' if len(hit) == 1 else 'are'} protected by policy.protected,"
            " and would be deleted, renamed, or led elsewhere.",
            flag="--allow-protected",
            subjects=tuple(sorted(hit)),
        )


def _behind(resource: Resource, campaign: Campaign) -> set[str]:
    """The refs whose protection covers a resource: not an office's for its people, who may come and go."""
    refs = resource_refs(resource, campaign)
    return refs if isinstance(resource, Location) else {ref for ref in refs if not ref.startswith("office/")}


def _frozen(seen: Guarded) -> Iterator[Guard]:
    changes = {change.id: change for change in seen.changes}
    for freeze in seen.campaign.policy.freezes:
        if not freeze.start <= seen.at < freeze.end:
            continue
        allowed = set(freeze.allow)
        held = []
        for story in seen.stories:
            if story.verb in allowed or story.subject in allowed:
                continue
            if "seat" in allowed and all(_seats(changes[name]) for name in story.changes):
                continue
            if not all(allowed & refs_of(changes[name], seen.campaign) for name in story.changes):
                held.append(story.subject)
        if held:
            why = f" ({freeze.reason})" if freeze.reason else ""
            until = freeze.end.astimezone(ZoneInfo(seen.campaign.time_zone))
            but = f" Allowed are: {', '.join(freeze.allow)}." if freeze.allow else ""
            yield Guard(
                name="freeze",
                message=f"Freeze {freeze.id}{why} holds until {until:%Y-%m-%d %H:%M %Z}; {_subjects(held)} would be changed.{but}",
                flag="--allow-freeze",
                subjects=tuple(dict.fromkeys(held)),
            )


def _seats(change: Change) -> bool:
    """Whether somebody else sits down at a lit desk, and nothing more: its name changes, and with it whose number it shows and may dial."""
    before, after = change.before, change.after
    if isinstance(before, Member) and isinstance(after, Member):
        return True
    if not (isinstance(before, Line) and isinstance(after, Line) and after.id.startswith("port/") and before.enabled and after.enabled):
        return False
    changed = {item.field for item in differing(before, after)}
    return "name" in changed and changed <= {"name", "number", "permission"}


def _subjects(held: Iterable[str]) -> str:
    names = list(dict.fromkeys(held))
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
