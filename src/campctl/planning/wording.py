"""Names for people: of persons, desks, hotlines, offices, addresses and numbers, from the campaign or from what was found."""

from __future__ import annotations

from typing import Any

from campctl.model.resources import Key, Line, Location, Queue, Resource, Route
from campctl.planning.grouping import Scene

LABELS = {
    "extension": "extension",
    "number": "number shown",
    "location": "911 location",
    "permission": "calling permission",
    "postal_code": "postal code",
    "notify": "911 notification",
    "enabled": "lit",
}


class Names:
    """Looks names up in the campaign first, then in what is wanted, then in what was found."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._worlds = (*scene.want.values(), *scene.have.values())
        self._routes: dict[str, list[str]] | None = None
        self._routes_before: dict[str, list[str]] | None = None
        self._members: dict[str, list[str]] | None = None

    def find(self, key: Key) -> Resource | None:
        """A resource by key, wherever it is: as wanted, else as found."""
        return next((found for world in self._worlds if (found := world.get(key)) is not None), None)

    def subject(self, subject: str) -> str:
        """Such as "Ann Lee", "desk a001 at Columbus", "Voter protection", "Columbus", "+1 312 555 0111"."""
        noun, _, name = subject.partition("/")
        campaign = self._scene.campaign
        if noun == "user":
            user = campaign.users.get(name)
            return user.name if user else self._of(Key("line", subject), name)
        if noun == "port":
            office, _, desk = name.partition("/")
            return f"desk {desk} at {self.subject(f'office/{office}')}"
        if noun == "hotline":
            hotline = campaign.hotlines.get(name)
            return hotline.name if hotline else self._of(Key("queue", name), name)
        if noun == "office":
            office_ = campaign.offices.get(name)
            return office_.name if office_ else self._of(Key("location", name), name)
        return phone(name) if noun == "number" else subject

    def _of(self, key: Key, fallback: str) -> str:
        found = self.find(key)
        return found.name if isinstance(found, Line | Queue | Location) and found.name else fallback

    def target(self, target: str) -> str:
        """What a route or queue leads to."""
        kind, _, rest = target.partition("/")
        if not target:
            return "nobody"
        return {"queue": lambda: self.subject(f"hotline/{rest}"), "line": lambda: self.subject(rest), "outside": lambda: phone(rest)}.get(
            kind, lambda: target
        )()

    def address(self, location: str) -> str:
        """Such as "5 Example St, Columbus", with floor and room; "none" where there is none."""
        found = self.find(Key("location", location))
        if not isinstance(found, Location):
            return location or "none"
        inside = [*([f"floor {found.floor}"] if found.floor else []), *([found.room] if found.room else [])]
        return ", ".join(part for part in (found.street, *inside, found.city) if part)

    def numbers(self, line: str, *, before: bool = False) -> list[str]:
        """The numbers that lead to a line, in what is wanted or in what was found; sorted."""
        if before:
            if self._routes_before is None:
                self._routes_before = self._led(self._scene.have.values())
            return self._routes_before.get(f"line/{line}", [])
        if self._routes is None:
            self._routes = self._led(self._scene.want.values())
        return self._routes.get(f"line/{line}", [])

    def queue_numbers(self, queue: str) -> list[str]:
        """The numbers that shall lead to a hotline."""
        self.numbers("")
        assert self._routes is not None
        return self._routes.get(f"queue/{queue}", [])

    @staticmethod
    def _led(worlds: Any) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for world in worlds:
            for key, route in world.items():
                if key[0] == "route" and isinstance(route, Route) and route.to:
                    index.setdefault(route.to, []).append(route.number)
        return {target: sorted(set(numbers)) for target, numbers in index.items()}

    def answers(self, line: str) -> list[str]:
        """The hotlines a line shall answer, by name."""
        if self._members is None:
            self._members = {}
            for world in self._scene.want.values():
                for key in world:
                    if key[0] == "member":
                        queue, _, member = key[1].partition("/")
                        self._members.setdefault(member, []).append(queue)
        return sorted({self.subject(f"hotline/{queue}") for queue in self._members.get(line, ())})

    def value(self, field: str, value: Any) -> str:
        """A field's value in words."""
        if field == "location":
            return self.address(value)
        if field in {"overflow", "closed", "failover", "to"}:
            return self.target(value)
        if field == "number":
            return phone(value) or "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return ", ".join(map(str, value)) or "none"
        return str(value) if value != "" else "none"


def label(field: str) -> str:
    """A field's name in words."""
    return LABELS.get(field, field.replace("_", " "))


def phone(number: str) -> str:
    """Such as "+1 312 555 0111" for the North American plan; others as they are."""
    if number.startswith("+1") and len(number) == 12 and number[1:].isdigit():
        return f"+1 {number[2:5]} {number[5:8]} {number[8:]}"
    return number
