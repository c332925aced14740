"""The stories of offices, hotlines and numbers, and the words that all stories share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from campctl.findings.text import listed, plural
from campctl.model.changes import Change, FieldChange
from campctl.model.resources import Key, Line, Location, Member, Queue, Route
from campctl.planning.effects import differing
from campctl.planning.grouping import Grouping, Scene, ends, failed_over
from campctl.planning.subjects import office_of, office_of_line, subject_of
from campctl.planning.wording import Names, label, phone


class PlaceStories:
    """Puts into words what happens to offices, hotlines and numbers; `story.Teller` adds people and desks."""

    def __init__(self, scene: Scene, grouping: Grouping) -> None:
        self.scene = scene
        self.grouping = grouping
        self.names = Names(scene)

    @staticmethod
    def _line(changes: Sequence[Change]) -> tuple[Line | None, Line | None]:
        """The line of a person's or desk's story, before and after."""
        before, after = ends([change for change in changes if isinstance(change.after or change.before, Line)])
        return before if isinstance(before, Line) else None, after if isinstance(after, Line) else None

    def _office_name(self, office: str) -> str:
        return self.names.subject(f"office/{office}") if office else "no office"

    def _queues(self, changes: Sequence[Change], action: str) -> list[str]:
        queues = {change.key.id.partition("/")[0] for change in changes if change.key.kind == "member" and change.action == action}
        return sorted(self.names.subject(f"hotline/{queue}") for queue in queues)

    def _person(self, subject: str, changes: Sequence[Change]) -> str:
        """A desk with who sits there, as the member's name says."""
        name = self.names.subject(subject)
        sitters = {change.after.name for change in changes if isinstance(change.after, Member)} - {"", name}
        own = subject.partition("/")[2].replace("/", " ")
        sitters.discard(own)
        return f"{name} ({listed(sorted(sitters))})" if subject.startswith("port/") and sitters else name

    def _scale(self, subject: str, changes: Sequence[Change]) -> str:
        before, after = self.grouping.seats.get((subject, 1), [0, 0])
        title = f"Scale {self.names.subject(subject)} from {before:,} to {plural(after, 'seat')}"
        if before == after:
            title = f"Scale {self.names.subject(subject)}, which keeps {plural(after, 'seat')}"
        levels = [
            f"escalation level {level} from {then:,} to {now:,}"
            for (name, level), (then, now) in sorted(self.grouping.seats.items())
            if name == subject and level != 1 and then != now
        ]
        return joined([title, *levels, self._whence(changes, "create", "join"), self._whence(changes, "delete", "leave")])

    def _whence(self, changes: Sequence[Change], action: str, word: str) -> str:
        """Such as "8 join from Columbus (5 desks, 3 people)", the largest offices first."""
        offices: dict[str, Counter[str]] = {}
        for change in changes:
            if change.action == action and change.key.kind == "member":
                person = subject_of(change.key)
                offices.setdefault(self._place(person), Counter())[person.partition("/")[0]] += 1
        if not offices:
            return ""
        ranked = sorted(offices.items(), key=lambda item: (-item[1].total(), item[0]))
        parts = []
        for office, kinds in ranked:
            words = (("port", "desk", ""), ("user", "person", "people"))
            inside = [plural(kinds[kind], one, many) for kind, one, many in words if kinds[kind]]
            parts.append(f"{kinds.total():,} {'from' if action == 'create' else 'at'} {self._office_name(office)} ({', '.join(inside)})")
        total = sum(kinds.total() for kinds in offices.values())
        if len(ranked) == 1:
            return f"{total:,} {word}{'s' if total == 1 else ''} {parts[0].partition(' ')[2]}"
        return f"{total:,} {word}{'s' if total == 1 else ''}: {listed(parts, 4)}"

    def _place(self, person: str) -> str:
        office = office_of(person, self.scene.campaign)
        if not office:
            line = self.names.find(Key("line", person))
            office = office_of_line(line) if isinstance(line, Line) else ""
        return office

    def _released(self, changes: Sequence[Change]) -> str:
        numbers = [phone(change.key.id) for change in changes if change.key.kind == "route"]
        return f"{listed(sorted(numbers))} {'leads' if len(numbers) == 1 else 'lead'} nowhere any more" if numbers else ""

    def _open_office(self, subject: str, changes: Sequence[Change]) -> str:
        main = Key("location", subject.partition("/")[2])
        places = {change.key: change.after for change in changes if isinstance(change.after, Location)}
        first = places.get(main) or next(iter(places.values()))
        assert isinstance(first, Location)
        state = f", {first.state} {first.postal_code}".rstrip()
        parts = [f"Open {self.names.subject(subject)} at {self.names.address(first.id)}{state}"]
        parts.append(f"{plural(len(places), '911 location')}" if len(places) > 1 else "")
        return joined(parts)

    def _move_office(self, subject: str, changes: Sequence[Change]) -> str:
        backends = backends_of(changes)
        where = f" from exchange {backends[0]} to {backends[1]}" if backends is not None else ""
        return f"Move {self.names.subject(subject)}{where}"

    def _move_hotline(self, subject: str, changes: Sequence[Change]) -> str:
        backends = backends_of([change for change in changes if change.key.kind == "queue"])
        where = f" from exchange {backends[0]} to {backends[1]}" if backends is not None else ""
        numbers = list(map(phone, self.names.queue_numbers(subject.partition("/")[2])))
        parts = [f"Move hotline {self.names.subject(subject)}{where}", f"keeps {listed(numbers)}" if numbers else ""]
        before, after = self.grouping.seats.get((subject, 1), [0, 0])
        parts.append(f"from {before:,} to {plural(after, 'seat')}" if before != after else "")
        return joined(parts)

    def _open_hotline(self, subject: str, changes: Sequence[Change]) -> str:
        queue = next(change.after for change in changes if isinstance(change.after, Queue))
        seats = self.grouping.seats.get((subject, 1), [0, 0])[1]
        parts = [f"Open hotline {self.names.subject(subject)} with {plural(seats, 'seat')}"]
        numbers = [f"extension {queue.extension}"] if queue.extension else []
        numbers += map(phone, self.names.queue_numbers(queue.id))
        return joined([*parts, ", ".join(numbers), self._whence(changes, "create", "join")])

    def _route(self, subject: str, changes: Sequence[Change]) -> str:
        number = phone(subject.partition("/")[2])
        before, after = ends(changes)
        was = self.names.target(before.to) if isinstance(before, Route) and before.to else ""
        if not isinstance(after, Route):
            return joined([f"Release {number}", f"led to {was}" if was else ""])
        if not after.to:
            return joined([f"Hold {number} in reserve", f"led to {was}" if was else ""])
        return joined([f"Route {number} to {self.names.target(after.to)}", f"was {was}" if was else ""])

    def _fail_over(self, subject: str, changes: Sequence[Change]) -> str:
        """A hotline whose calls go elsewhere from now on, or come back; who waits in it is told of, too."""
        before, after = ends(changes)
        assert isinstance(before, Queue)
        assert isinstance(after, Queue)
        name, id_ = self.names.subject(subject), subject.partition("/")[2]
        ways = [*map(phone, self.names.queue_numbers(id_)), *([f"extension {after.extension}"] if after.extension else [])]
        how = f"{listed(ways)} {'leads' if len(ways) == 1 else 'lead'} there" if ways else "its calls go there"
        besides = {"hours", "closed", "time_zone"}
        other = self._became([field for field in differing(before, after) if field.field not in besides])
        if not failed_over(after):
            return joined([f"Take {name} back from {self.names.target(before.closed)}", "new calls come in here again", *other])
        seats = self._seats_now(id_)
        waits = f"who waits in it already is still answered by its {plural(seats, 'seat')}" if seats else "nobody answers who waits in it"
        if failed_over(before):
            title = f"Lead {name} to {self.names.target(after.closed)} instead of {self.names.target(before.closed)}"
            return joined([title, how, *other])
        return joined([f"Fail {name} over to {self.names.target(after.closed)}", how, waits, *other])

    def _seats_now(self, queue: str) -> int:
        """First-line seats that shall be there."""
        found = (one for world in self.scene.want.values() for one in world.values())
        return sum(isinstance(one, Member) and one.queue == queue and one.level == 1 for one in found)

    def _became(self, fields: Sequence[FieldChange]) -> list[str]:
        value = self.names.value
        return [f"{label(item.field)} {value(item.field, item.before)} becomes {value(item.field, item.after)}" for item in fields]


def joined(parts: Sequence[str]) -> str:
    """The parts that are not empty, as one line."""
    return "; ".join(part for part in parts if part)


def backends_of(changes: Sequence[Change]) -> tuple[str, str] | None:
    """From which to which backend, when it is not one and the same."""
    here = next((change.backend for change in changes if change.action == "delete"), "")
    there = next((change.backend for change in changes if change.action == "create"), "")
    return (here, there) if here and there and here != there else None
