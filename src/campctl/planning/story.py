"""The person-level story of a plan: one line a field director can read for each person, desk, hotline, number or office."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from campctl.findings.text import listed, plural
from campctl.model.changes import Change, Story, Verb
from campctl.model.resources import Key, Line, Location, Member, Queue, Route
from campctl.planning.effects import differing
from campctl.planning.grouping import Grouping, Scene, ends, remaining
from campctl.planning.subjects import office_of, office_of_line, subject_of
from campctl.planning.telling import PlaceStories, backends_of, joined
from campctl.planning.wording import phone

ORDER: tuple[Verb, ...] = (
    "open",
    "provision",
    "move",
    "rename",
    "light",
    "seat",
    "scale",
    "route",
    "update",
    "darken",
    "remove",
    "close",
    "adopt",
)
"""The order stories are told in; within a verb by subject, numbers by value."""

_DIGITS = re.compile(r"(\d+)")


def stories(scene: Scene) -> tuple[Story, ...]:
    """Every change in exactly one story, sorted by verb, then subject."""
    grouping = Grouping(scene)
    teller = Teller(scene, grouping)
    verbs = {verb: number for number, verb in enumerate(ORDER)}
    tales = sorted(grouping.tales, key=lambda tale: (verbs[tale[0]], natural(tale[1])))
    return tuple(teller.tell(verb, subject, grouping.tales[verb, subject]) for verb, subject in tales)


def natural(text: str) -> list[tuple[int, str]]:
    """A sort key under which a9 comes before a10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(text)]


def switched(changes: Sequence[Change]) -> dict[str, str]:
    """Seats that somebody leaves for the same seat at another phone (their own, a desk): id of the deletion to the line they take."""
    taken = {
        (one.queue, one.level, one.name): one.line
        for one in (change.after for change in changes if change.action == "create")
        if isinstance(one, Member)
    }
    found = {}
    for change in changes:
        one = change.before
        if change.action == "delete" and isinstance(one, Member) and one.name:
            line = taken.get((one.queue, one.level, one.name), one.line)
            if line.partition("/")[0] != one.line.partition("/")[0]:
                found[change.id] = line
    return found


class Teller(PlaceStories):
    """Puts stories into words."""

    def __init__(self, scene: Scene, grouping: Grouping) -> None:
        super().__init__(scene, grouping)
        self._switched = switched(scene.changes)
        self._special: dict[tuple[str, str], Callable[[str, Sequence[Change]], str]] = {
            ("provision", "user"): self._provision,
            ("provision", "port"): self._provision,
            ("move", "user"): self._move,
            ("move", "port"): self._move,
            ("move", "hotline"): self._move_hotline,
            ("move", "office"): self._move_office,
            ("light", "port"): self._light,
            ("light", "user"): self._light,
            ("darken", "port"): self._darken,
            ("darken", "user"): self._darken,
            ("scale", "hotline"): self._scale,
            ("open", "office"): self._open_office,
            ("open", "hotline"): self._open_hotline,
            ("route", "number"): self._route,
            ("route", "hotline"): self._fail_over,
        }
        self._plain: dict[str, Callable[[str, Sequence[Change]], str]] = {
            "seat": self._seat,
            "rename": self._rename,
            "remove": self._remove,
            "close": self._remove,
        }

    def tell(self, verb: Verb, subject: str, changes: Sequence[Change]) -> Story:
        """One story."""
        noun = subject.partition("/")[0]
        text = (self._special.get((verb, noun)) or self._plain.get(verb) or self._update)(subject, changes)
        notes = self.scene.notes.get(f"route/{subject}" if verb == "route" else subject, ())
        if verb in {"scale", "open"} and noun == "hotline":
            notes = (*notes, *self._who(changes, leaving_only=bool(notes)))
        return Story(verb=verb, subject=subject, text=text, notes=notes, changes=tuple(change.id for change in changes))

    def _provision(self, subject: str, changes: Sequence[Change]) -> str:
        _, after = self._line(changes)
        assert after is not None
        numbers = [f"extension {after.extension}", *map(phone, self.names.numbers(after.id))]
        if elsewhere := remaining(self.scene.have, _of_lines(changes)):
            return self._second_line(subject, changes, elsewhere[0])
        if subject.startswith("port/"):
            title = f"Set up {self.names.subject(subject)}, {'lit' if after.enabled else 'dark'}{self._sitter(after)}"
        else:
            office = office_of_line(after) or office_of(subject, self.scene.campaign)
            title = f"Provision {self.names.subject(subject)}{f' at {self._office_name(office)}' if office else ''}"
        parts = [title, ", ".join(numbers), self._answers(after)]
        parts.append(f"911 location {self.names.address(after.location)}" if after.location else "no 911 location")
        return joined(parts)

    def _second_line(self, subject: str, changes: Sequence[Change], first: str) -> str:
        _, after = self._line(changes)
        assert after is not None
        place = f"911 location {self.names.address(after.location)}" if after.location else "no 911 location"
        where = f"a line on exchange {_of_lines(changes)[0].backend} too, beside that on {first}"
        return joined([f"Give {self.names.subject(subject)} {where}", f"the same extension {after.extension}", place])

    def _answers(self, line: Line) -> str:
        hotlines = self.names.answers(line.id) if line.enabled else []
        return f"answers {listed(hotlines)}" if hotlines else ""

    def _sitter(self, line: Line) -> str:
        """The words " for Ann Lee" when somebody sits at a lit desk; its name is the desk's own otherwise."""
        own = line.id.partition("/")[2].replace("/", " ")
        return f" for {line.name}" if line.enabled and line.name not in {"", own, line.id} else ""

    def _move(self, subject: str, changes: Sequence[Change]) -> str:
        before, after = self._line(changes)
        assert before is not None
        stays = remaining(self.scene.want, _of_lines(changes)) if after is None else ()
        if stays:
            found = self.scene.want[stays[0]][Key("line", before.id)]
            after = found if isinstance(found, Line) else None
        assert after is not None
        here, there = office_of_line(before), office_of_line(after)
        title = f"Move {self.names.subject(subject)}"
        if here != there:
            title += f" from {self._office_name(here)} to {self._office_name(there)}"
        had = self.names.numbers(before.id, before=True)
        has = self.names.numbers(after.id)
        kept = [after.extension] if before.extension == after.extension else []
        kept += [phone(number) for number in has if number in had]
        parts = [title]
        backends = backends_of(changes)
        if stays:
            gone = _of_lines(changes)[0].backend
            parts.append(f"phone is on exchange {stays[0]} alone from now on, and no longer on {gone}")
        elif backends is not None:
            parts.append(f"phone moves from exchange {backends[0]} to {backends[1]}")
        if kept:
            parts.append(f"keeps {listed(kept, 5)}")
        fields = [field for field in differing(before, after) if field.field not in {"location", "id"}]
        parts += self._became([field for field in fields if field.field not in {"name", "device"}])
        parts += [f"gets {phone(number)}" for number in has if number not in had]
        parts += [f"gives up {phone(number)}" for number in had if number not in has]
        if before.location != after.location:
            parts.append(f"911 location becomes {self.names.address(after.location)}")
        joins, leaves = self._queues(changes, "create"), self._queues(changes, "delete")
        parts += [f"joins {listed(joins)}"] * bool(joins) + [f"leaves {listed(leaves)}"] * bool(leaves)
        return joined(parts)

    def _light(self, subject: str, changes: Sequence[Change]) -> str:
        before, after = self._line(changes)
        assert before is not None
        assert after is not None
        parts = [f"Light {self.names.subject(subject)}{self._sitter(after)}", f"extension {after.extension}", self._answers(after)]
        parts.append(f"911 location {self.names.address(after.location)}" if before.location != after.location else "")
        return joined(parts)

    def _darken(self, subject: str, changes: Sequence[Change]) -> str:
        before, _ = self._line(changes)
        sitter = self._sitter(before) if before is not None else ""
        parts = [f"Darken {self.names.subject(subject)}{sitter.replace(' for ', ', where ') + ' sat' if sitter else ''}"]
        elsewhere = [change for change in changes if change.id in self._switched]
        parts += [f"{change.before.name} {self._goes_on(change)}" for change in elsewhere if isinstance(change.before, Member)]
        leaves = self._queues([change for change in changes if change not in elsewhere], "delete")
        return joined([*parts, f"leaves {listed(leaves)}" if leaves else ""])

    def _goes_on(self, change: Change) -> str:
        """Of a seat that somebody leaves for another phone of theirs: where they go on answering."""
        hotline = self.names.subject(f"hotline/{change.key.id.partition('/')[0]}")
        line = self._switched[change.id]
        return f"goes on answering {hotline} at {'their own phone' if line.startswith('user/') else self.names.subject(line)}"

    def _seat(self, subject: str, changes: Sequence[Change]) -> str:
        name = self._person(subject, changes)
        moved = [change for change in changes if change.id in self._switched]
        changes = [change for change in changes if change not in moved]
        joins = []
        for change in changes:
            if change.action == "create" and isinstance(change.after, Member):
                level = "" if change.after.level == 1 else f" (escalation level {change.after.level})"
                joins.append(self.names.subject(f"hotline/{change.after.queue}") + level)
        leaves = self._queues(changes, "delete")
        parts = []
        if joins:
            parts.append(f"Seat {name} in {listed(sorted(joins))}")
        if leaves:
            parts.append(f"{'leaves' if parts else f'{name} leaves'} {listed(leaves)}")
        parts += [self._goes_on(change) if parts else f"{name} {self._goes_on(change)}" for change in moved]
        for change in changes:
            if change.action == "update" and isinstance(change.after, Member):
                hotline = self.names.subject(f"hotline/{change.after.queue}")
                fields = ", ".join(self._became(differing(change.before, change.after)))
                parts.append(f"{'in ' if parts else f'{name} in '}{hotline}: {fields}")
        return joined(parts)

    def _who(self, changes: Sequence[Change], *, leaving_only: bool) -> tuple[str, ...]:
        """Who joins and who leaves, by name; who joins is left to the given notes where they say who sits there and why."""
        found = []
        for word, action in (("Joins", "create"), ("Leaves", "delete"))[leaving_only:]:
            members = [change for change in changes if change.action == action and change.key.kind == "member"]
            found += [f"{word}: {self._person(subject_of(change.key), [change])}" for change in members]
        return tuple(found)

    def _rename(self, subject: str, changes: Sequence[Change]) -> str:
        noun, _, new = subject.partition("/")
        olds = {subject_of(Key(change.key.kind, change.before.id)) for change in changes if change.before is not None}
        kin = sorted(old for old in olds if old.partition("/")[0] == noun and old != subject)
        foreign = sorted(old for old in olds if old != subject)  # what campctl did not name: "legacy/7000"
        old = kin[0].partition("/")[2] if kin else foreign[0] if foreign else "?"
        kind = {"user": "person", "port": "desk"}.get(noun, noun)
        desks = sum(1 for change in changes if noun == "office" and change.key.id.startswith("port/") and change.action != "delete")
        parts = [f"Rename {kind} {old} to {new} ({self.names.subject(subject)})"]
        parts.append(f"{plural(desks, 'desk')} with it" if desks else "")
        if any(change.action == "create" for change in changes):
            parts.append("made anew under the new name, then removed under the old, because the exchange cannot rename")
        return joined(parts)

    def _remove(self, subject: str, changes: Sequence[Change]) -> str:
        noun = subject.partition("/")[0]
        if noun in {"office", "hotline"}:
            return joined([f"Close {'hotline ' if noun == 'hotline' else ''}{self.names.subject(subject)}", self._released(changes)])
        before, _ = self._line(changes)
        extension = f"frees extension {before.extension}" if before is not None else ""
        leaves = self._queues(changes, "delete")
        return joined(
            [f"Remove {self.names.subject(subject)}", extension, self._released(changes), f"leaves {listed(leaves)}" if leaves else ""]
        )

    def _update(self, subject: str, changes: Sequence[Change]) -> str:
        """Field by field: for people, desks, hotlines, numbers and offices alike."""
        noun = subject.partition("/")[0]
        title = f"Update {'hotline ' if noun == 'hotline' else ''}{self.names.subject(subject)}"
        parts: list[str] = []
        if noun == "office" and (both := self._on_both(changes)):
            return both.format(self.names.subject(subject))
        by_key: dict[Key, list[Change]] = {}
        for change in changes:
            by_key.setdefault(change.key, []).append(change)
        for key, group in by_key.items():
            before, after = ends(group)
            parts += self._parts(noun, key, before, after)
        return f"{title}: {joined(parts)}" if parts else title

    def _on_both(self, changes: Sequence[Change]) -> str:
        """What to say of an office whose address comes to a second exchange, or leaves one of the two; "" otherwise."""
        world = {"create": self.scene.have, "delete": self.scene.want}
        (action, *others) = {change.action for change in changes}
        (backend, *more) = {change.backend for change in changes}
        if others or more or action not in world or not all(remaining(world[action], [change]) for change in changes):
            return ""
        return f"Update {{}}: 911 location on exchange {backend} {'too' if action == 'create' else 'no more'}"

    def _parts(self, noun: str, key: Key, before: object, after: object) -> list[str]:
        if key.kind == "route" and noun == "user":
            gets = isinstance(after, Route) and after.to
            return [f"{'gets' if gets else 'gives up'} {phone(key.id)}"]
        if noun == "office" and (before is None or after is None):
            return [f"{'new ' if before is None else 'no more '}911 location {self.names.address(key.id)}"]
        if not isinstance(before, Line | Location | Queue | Route | Member) or not isinstance(after, type(before)):
            return []
        became = self._became(differing(before, after))
        inside = noun == "office" and key.id != key.id.partition("/")[0]
        return [f"{before.name}: {', '.join(became)}"] if inside and isinstance(before, Location) else became


def _of_lines(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.key.kind == "line"]
