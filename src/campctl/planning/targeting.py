"""Keeping only what was asked for, and what that needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeAlias

from campctl.errors import NotFound
from campctl.model.campaign import Campaign
from campctl.model.changes import Change
from campctl.model.resources import Key, Member
from campctl.planning.subjects import refs_of, subject_of

Place: TypeAlias = tuple[str, str, int]
"""Backend, hotline, level: what has a number of seats."""


def targeted(changes: tuple[Change, ...], targets: tuple[str, ...], campaign: Campaign, finishing: Mapping[str, str]) -> tuple[Change, ...]:
    """The changes about `targets`, the closure of what they need, and what they would else leave behind.

    finishing: a step of a detour to the change that completes it; who starts one must end it. An office stands for its
    people and desks too, where they are before as well as after; it is closed only when it is itself a target.

    Who gets a seat gives up the one they had, and who gives one up gets the other, where the whole plan has it so; and no
    hotline is left with more or fewer seats than it has now and would have after the whole plan: as many others join or leave.
    A room that nobody is left in goes along, and so does an office's address on an exchange that holds none of its lines any
    more: no noun names them.
    """
    wanted = set(targets)
    by_id = {change.id: change for change in changes}
    kept: set[str] = set()

    def keep(found: Iterable[str]) -> None:
        waiting = list(found)
        while waiting:
            name = waiting.pop()
            if name not in kept:
                kept.add(name)
                waiting += by_id[name].needs
                if name in finishing:
                    waiting.append(finishing[name])

    keep(change.id for change in changes if wanted & refs_of(change, campaign))
    seats = [change for change in changes if change.key.kind == "member"]
    while more := [*_given_up(seats, kept, campaign), *_to_balance(seats, kept)]:
        keep(more)
    keep([change.id for change in changes if _is_room_removed(change, campaign) and change.needs and kept.issuperset(change.needs)])
    return tuple(change for change in changes if change.id in kept)


def _given_up(seats: Sequence[Change], kept: Container[str], campaign: Campaign) -> list[str]:
    """First-line seats that people of the plan leave for one that is kept, or get for one that is: on the same phone, or at a desk."""
    got, left = _Seats(campaign), _Seats(campaign)
    for change in seats:
        if change.id in kept:
            if (joined := _first(change.after)) and not _first(change.before):
                got.add(joined)
            elif (gone := _first(change.before)) and not _first(change.after):
                left.add(gone)
    found = []
    for change in seats:
        if change.id not in kept:
            joined, gone = _first(change.after), _first(change.before)
            if (gone and not joined and gone in got) or (joined and not gone and joined in left):
                found.append(change.id)
    return found


class _Seats:
    """Seats by whose they are: a phone's, or a person's who sits at a desk or has a phone of their own."""

    def __init__(self, campaign: Campaign) -> None:
        self.users = campaign.users
        self.lines: set[str] = set()
        self.names: set[str] = set()
        self.own: set[str] = set()

    def add(self, seat: Member) -> None:
        self.lines.add(seat.line)
        self.names.add(seat.name)
        self.own |= self._own(seat)

    def __contains__(self, seat: Member) -> bool:
        return seat.line in self.lines or not self.names.isdisjoint(self._own(seat)) or seat.name in self.own

    def _own(self, seat: Member) -> set[str]:
        """The name of the person whose own phone it is; a desk's is nobody's own."""
        person = self.users.get(seat.line.removeprefix("user/"))
        return {person.name} if person is not None else set()


def _first(seat: object) -> Member | None:
    return seat if isinstance(seat, Member) and seat.level == 1 else None


def _to_balance(seats: Sequence[Change], kept: Container[str]) -> list[str]:
    """Seats to fill or free in the place of those that are kept, hotline by hotline and level by level."""
    whole: Counter[Place] = Counter()
    part: Counter[Place] = Counter()
    for change in seats:
        for place, amount in _moves(change):
            whole[place] += amount
            if change.id in kept:
                part[place] += amount
    found = []
    for change in seats:
        if change.id in kept:
            continue
        moves = _moves(change)
        for place, amount in moves:
            least, most = min(0, whole[place]), max(0, whole[place])
            if (part[place] > most and amount < 0) or (part[place] < least and amount > 0):
                part.update(dict(moves))
                found.append(change.id)
                break
    return found


def _moves(change: Change) -> list[tuple[Place, int]]:
    """What a seat's change adds to which place: (place, 1 or -1); nothing when it stays in its place."""
    ends = ((change.before, -1), (change.after, 1))
    moves = [((change.backend, seat.queue, seat.level), amount) for seat, amount in ends if isinstance(seat, Member)]
    return [] if len(moves) == 2 and moves[0][0] == moves[1][0] else moves


def _is_room_removed(change: Change, campaign: Campaign) -> bool:
    """Whether it removes the location of a floor or room, or of an office where it is not at home; not that of a whole office."""
    if change.action != "delete" or change.key.kind != "location":
        return False
    office = campaign.offices.get(change.key.id)
    return "/" in change.key.id or (office is not None and office.backend != change.backend)


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
