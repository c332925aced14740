"""Keeping only what was asked for, and what that needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from campctl.errors import NotFound
from campctl.model.campaign import Campaign
from campctl.model.changes import Change
from campctl.model.resources import Key
from campctl.planning.subjects import refs_of, subject_of


def targeted(changes: tuple[Change, ...], targets: tuple[str, ...], campaign: Campaign, finishing: Mapping[str, str]) -> tuple[Change, ...]:
    """The changes about `targets`, the closure of what they need, and the end of rooms that nobody is left in by them.

    finishing: a step of a detour to the change that completes it; who starts one must end it. An office stands for its
    people and desks too, where they are before as well as after; it is closed only when it is itself a target.
    """
    wanted = set(targets)
    by_id = {change.id: change for change in changes}
    waiting = [change.id for change in changes if wanted & refs_of(change, campaign)]
    kept: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += by_id[name].needs
            if name in finishing:
                waiting.append(finishing[name])
    # A room that its last person leaves is no noun anybody could name: without this it would be left to the next plan of everything.
    kept |= {change.id for change in changes if _is_room_removed(change) and change.needs and kept.issuperset(change.needs)}
    return tuple(change for change in changes if change.id in kept)


def _is_room_removed(change: Change) -> bool:
    """Whether it removes the location of a floor or room, not that of a whole office."""
    return change.action == "delete" and change.key.kind == "location" and "/" in change.key.id


def check_targets(targets: Iterable[str], campaign: Campaign, worlds: Iterable[Iterable[Key]]) -> None:
    """Raise `errors.NotFound` for a target that neither the campaign nor any backend knows."""
    nouns = (("user", campaign.users), ("port", campaign.ports), ("hotline", campaign.hotlines), ("office", campaign.offices))
    known: set[str] = set()
    for target in targets:
        if not known:
            known = {f"{noun}/{name}" for noun, table in nouns for name in table} | {f"number/{name}" for name in campaign.numbers}
            for world in worlds:
                for key in world:
                    known.update((str(key), subject_of(key)))
        if target not in known:
            raise _unknown(target, known)


def _unknown(target: str, known: set[str]) -> NotFound:
    from difflib import get_close_matches

    kind = target.partition("/")[0]
    same = sorted(name for name in known if name.partition("/")[0] == kind) or sorted(known)
    near = get_close_matches(target, same, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
    if not near:
        hint = "Targets are written user/ID, port/OFFICE/DESK, hotline/ID, office/ID, number/+1..., or as a resource: line/user/ID."
    return NotFound(f"There is no `{target}` in this campaign or on its backends.", hint=hint)
