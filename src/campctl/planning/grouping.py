"""Which story each change belongs to: exactly one, found from what happens to its person, desk, hotline, number or office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from campctl.model.campaign import Campaign
from campctl.model.changes import Change, Verb
from campctl.model.resources import NEVER, Key, Line, Member, Queue, Resource, Route
from campctl.planning.passing import PARKING
from campctl.planning.subjects import led_to, office_of_line, subject_of

Tale: TypeAlias = tuple[Verb, str]
"""Verb and subject: what tells one story from another."""

OWN: frozenset[Verb] = frozenset({"provision", "move", "remove", "rename", "open", "close"})
"""Stories of a person or hotline that take its numbers along."""
PRESENT: frozenset[Verb] = frozenset({"provision", "move", "remove", "rename", "light", "darken"})
"""Stories of a person or desk that take its seats along, unless the hotline grows or shrinks."""


class Scene(Struct, frozen=True, kw_only=True):
    """What stories are told from.

    have, want: per backend, after renames. aliases: old subject to new, where a rename is done as create and delete.
    """

    campaign: Campaign
    have: Mapping[str, Mapping[Key, Resource]]
    want: Mapping[str, Mapping[Key, Resource]]
    changes: Sequence[Change]
    aliases: Mapping[str, str] = {}
    notes: Mapping[str, tuple[str, ...]] = {}


class Grouping:
    """The changes of a scene by story; `seats` counts (hotline subject, level) before and after."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tales: dict[Tale, list[Change]] = {}
        self.verbs: dict[str, Verb] = {}
        self.seats: dict[tuple[str, int], list[int]] = {}
        self.offices_renamed: dict[str, str] = {}
        kinds: dict[str, list[Change]] = {"location": [], "line": [], "queue": [], "member": [], "route": []}
        for change in scene.changes:
            kinds[change.key.kind].append(change)
        self._rename_offices(kinds["location"])
        worlds = self.scene.have.values() if kinds["location"] else ()
        self._places = Counter(subject_of(key) for world in worlds for key in world if key[0] == "location")
        self._nouns(kinds["location"], self._office_verb)
        self._nouns(kinds["line"], self._line_verb)
        self._nouns(kinds["queue"], _queue_verb)
        self._count_seats(kinds["member"])
        for change in kinds["member"]:
            self._put(self._member_tale(change), change)
        for change in kinds["route"]:
            self._put(self._route_tale(change), change)

    def subject(self, key: Key) -> str:
        """The subject of a key, by its new name."""
        found = subject_of(key)
        return self.scene.aliases.get(found, found)

    def _put(self, tale: Tale, change: Change) -> None:
        self.tales.setdefault(tale, []).append(change)

    def _rename_offices(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.action == "rename" and change.before is not None:
                old, new = subject_of(Key("location", change.before.id)), subject_of(change.key)
                self.offices_renamed[new] = old
        self.offices_renamed.update({new: old for old, new in self.scene.aliases.items() if new.startswith("office/")})

    def _nouns(self, changes: Sequence[Change], verb_of: object) -> None:
        """Locations, lines and queues: all changes of one subject but its renames are one story."""
        assert callable(verb_of)
        by_subject: dict[str, list[Change]] = {}
        for change in changes:
            subject = self.subject(change.key)
            if change.action == "rename":
                self._put(("rename", self._of_office(subject)), change)
            else:
                by_subject.setdefault(subject, []).append(change)
        replaced = set(self.scene.aliases.values())
        for subject, group in by_subject.items():
            verb: Verb = "rename" if subject in replaced and _replaces(group) else verb_of(subject, group)
            self.verbs[subject] = verb
            tale: Tale = (verb, self._of_office(subject) if verb == "rename" else subject)
            for change in group:
                self._put(tale, change)

    def _of_office(self, subject: str) -> str:
        """A desk that is renamed with its office belongs to the office's story."""
        noun, _, name = subject.partition("/")
        office = f"office/{name.partition('/')[0]}"
        return office if noun == "port" and office in self.offices_renamed else subject

    def _office_verb(self, subject: str, changes: Sequence[Change]) -> Verb:
        before = self._places[subject]
        created = [change for change in changes if change.action == "create"]
        deleted = [change for change in changes if change.action == "delete"]
        if before == 0:
            return "open"
        if created and deleted and {change.backend for change in created} != {change.backend for change in deleted}:
            return "move"
        return "close" if before + len(created) == len(deleted) else "update"

    def _line_verb(self, subject: str, changes: Sequence[Change]) -> Verb:
        before, after = ends(changes)
        if before is None:
            return "provision"
        if after is None:
            return "move" if remaining(self.scene.want, changes) else "remove"
        assert isinstance(before, Line)
        assert isinstance(after, Line)
        if len({change.backend for change in changes if change.action != "update"}) > 1:
            return "move"
        if before.location != after.location and subject.startswith("user/") and office_of_line(before) != office_of_line(after):
            return "move"
        if before.enabled != after.enabled:
            return "light" if after.enabled else "darken"
        return "update"

    def _count_seats(self, changes: Sequence[Change]) -> None:
        involved = {self._hotline(change.key) for change in changes}
        if not involved:
            return
        for world in self.scene.have.values():
            for key, resource in world.items():
                if isinstance(resource, Member) and (hotline := self._hotline(key)) in involved:
                    for count in (0, 1):
                        self._seats(hotline, resource.level)[count] += 1
        for change in changes:
            for member, amount in ((change.before, -1), (change.after, 1)):
                if isinstance(member, Member):
                    self._seats(self._hotline(change.key), member.level)[1] += amount

    def _seats(self, hotline: str, level: int) -> list[int]:
        return self.seats.setdefault((hotline, level), [0, 0])

    def _hotline(self, key: Key) -> str:
        return self.subject(Key("queue", key.id.partition("/")[0]))

    def _member_tale(self, change: Change) -> Tale:
        hotline = self._hotline(change.key)
        verb = self.verbs.get(hotline)
        if verb in OWN and verb is not None:
            return verb, hotline
        if any(before != after for (name, _), (before, after) in self.seats.items() if name == hotline):
            return "scale", hotline
        person = self.subject(change.key)
        verb = self.verbs.get(person)
        return (verb, self._of_office(person) if verb == "rename" else person) if verb in PRESENT and verb is not None else ("seat", person)

    def _route_tale(self, change: Change) -> Tale:
        after = self.scene.aliases.get(led_to(change.after), led_to(change.after))
        before = self.scene.aliases.get(led_to(change.before), led_to(change.before))
        whose = after if change.after is not None else before
        verb = self.verbs.get(whose)
        gone = isinstance(change.after, Route) and not change.after.to
        if gone and self.verbs.get(before) in {"remove", "close"}:
            verb, whose = self.verbs[before], before
        if verb is not None and (verb in OWN or (verb == "update" and whose.startswith("user/"))):
            return verb, whose
        if isinstance(change.before, Route) and isinstance(change.after, Route) and change.before.to == change.after.to:
            return "update", subject_of(change.key)
        return "route", subject_of(change.key)


def ends(changes: Sequence[Change]) -> tuple[Resource | None, Resource | None]:
    """What a resource was before all changes and is after them, on whichever backend."""
    before = next((change.before for change in changes if change.before is not None), None)
    made = [change.after for change in changes if change.after is not None and not change.id.endswith(PARKING)]
    return before, made[-1] if made else None


def remaining(world: Mapping[str, Mapping[Key, Resource]], changes: Sequence[Change]) -> tuple[str, ...]:
    """The backends, beside those where these changes happen, on which the same thing is: a line may be on two for a while."""
    here = {change.backend for change in changes}
    return tuple(sorted(name for name, things in world.items() if name not in here and any(change.key in things for change in changes)))


def _replaces(changes: Sequence[Change]) -> bool:
    return any(change.action == "create" for change in changes) and any(change.action == "delete" for change in changes)


def _queue_verb(_: str, changes: Sequence[Change]) -> Verb:
    actions = {change.action for change in changes}
    if "create" in actions:
        return "move" if "delete" in actions else "open"
    if "delete" in actions:
        return "close"
    before, after = ends(changes)
    return "route" if failed_over(before) or failed_over(after) else "update"


def failed_over(queue: Resource | None) -> bool:
    """Whether it lets nobody in for now: its calls go where it leads when closed."""
    return isinstance(queue, Queue) and queue.hours == NEVER
