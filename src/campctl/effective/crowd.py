"""Who could sit in a hotline's seats, found without looking at everybody for every hotline."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from campctl.effective.lighting import Floor, occupant
from campctl.effective.places import Places
from campctl.effective.shifts import leaving, off_duty
from campctl.model.answering import may_answer, port_may_answer
from campctl.model.campaign import Answer, Campaign, User, home_of

Order = tuple[bool, int, int, int, str]
"""Sorts by choice: lit ports with somebody there (False), then the most matches (negated), then role, then whose shift ends
last (`effective.shifts.leaving`), then line id."""


class Candidate(Struct, frozen=True, gc=False):
    """A line that may sit. `person` is the user's id, or the line's for a port without one; `user` None is a volunteer."""

    line: str
    person: str
    name: str
    user: User | None
    port: str
    order: Order


class Crowd:
    """The people and lit ports, indexed when first needed by what hotlines ask for.

    It is there at one instant: `off` are users outside of their shifts (`effective.shifts.off_duty`) whom no override seated.
    """

    def __init__(self, campaign: Campaign, places: Places, floor: Floor, at: datetime) -> None:
        self.campaign = campaign
        self.floor = floor
        self.off = off_duty(campaign, at) - floor.here
        self._leaving = leaving(campaign, at)
        self._located = places.dispatchable
        self._home = {office.id: office.backend for office in campaign.offices.values()}
        self._index: tuple[dict[str, list[User]], ...] | None = None

    def person(self, line: str) -> str:
        """Who answers on a line: a user's id, or the line of a port where nobody of the campaign sits."""
        kind, _, name = line.partition("/")
        if kind == "user":
            return name
        lit = self.floor.lit.get(name)
        return lit.user if lit is not None and lit.user else line

    def located(self, office: str) -> bool:
        """Whether phones of an office have an address for 911."""
        return self._located[office]

    def by_line(self, line: str, hotline: str, answer: Answer, backend: str, level: int) -> Candidate | None:
        """Who answers on that line, or None when it is not there, not enabled, elsewhere, or may not answer.

        A person who took a seat at a lit port since is the candidate of that port.
        """
        kind, _, name = line.partition("/")
        if kind == "port" and name in self.floor.lit:
            return self._port(name, hotline, answer, backend)
        if kind == "user" and name in self.campaign.users:
            return self._user(self.campaign.users[name], hotline, answer, backend, level)
        return None

    def pinned(self, hotline: str, answer: Answer, backend: str) -> Iterator[Candidate]:
        """Ports lit for this very hotline."""
        for pid in self.floor.pins.get(hotline, ()):
            found = self._port(pid, hotline, answer, backend)
            if found is not None:
                yield found

    def everyone(self, hotline: str, answer: Answer, backend: str, level: int, skip: Container[str]) -> Iterator[Order]:
        """The order of all who may answer but those in `skip`, each person once; `by_line(order[-1], ...)` is who it is.

        This is the loop over everybody, so it makes nothing but what sorting needs.
        """
        floor, users = self.floor, self.campaign.users
        for pid, lit in floor.lit.items():
            if (not lit.hotline or lit.hotline == hotline) and not lit.user:
                found = self._port(pid, hotline, answer, backend)
                if found is not None and found.person not in skip:
                    yield found.order
        sits = floor.sits
        if answer.ports:
            for uid in sits:
                found = None if uid in skip else self._user(users[uid], hotline, answer, backend, level)
                if found is not None:
                    yield found.order
        people, exact = self._matching(answer)
        offices = {office for office, home in self._home.items() if home == backend and self._located[office] and office not in floor.away}
        off, leaving = self.off, self._leaving
        plain = exact and len(answer.skills) + len(answer.languages) <= 1 and len(answer.roles) <= 1
        found_matches = -len(answer.skills) - len(answer.languages)
        for user in people:
            uid = user.id
            if uid in skip or uid in off or (user.office not in offices if not user.backend else not self._is_there(user, backend)):
                continue
            if uid in sits:
                found = None if answer.ports else self._user(user, hotline, answer, backend, level)
                if found is not None:
                    yield found.order
            elif plain:
                yield True, found_matches, 0, leaving.get(uid, 0), "user/" + uid
            elif exact or may_answer(answer, user):
                yield True, -matches(answer, user), _role(answer, user), leaving.get(uid, 0), "user/" + uid

    def _user(self, user: User, hotline: str, answer: Answer, backend: str, level: int) -> Candidate | None:
        """A person, by the port where they sit when that may answer, else by their own line."""
        if user.id in self.off:
            return None
        seat = self.floor.sits.get(user.id)
        if seat is not None:
            pinned = self.floor.lit[seat].hotline
            if pinned and pinned != hotline:
                if level == 1:
                    return None
            else:
                found = self._port(seat, hotline, answer, backend)
                if found is not None:
                    return found
        if not self._is_there(user, backend) or not may_answer(answer, user):
            return None
        order = (True, -matches(answer, user), _role(answer, user), self._leaving.get(user.id, 0), f"user/{user.id}")
        return Candidate(f"user/{user.id}", user.id, user.name, user, "", order)

    def _is_there(self, user: User, backend: str) -> bool:
        """Whether their own line is on that backend, and enabled, and their office not evacuated."""
        return user.office not in self.floor.away and (user.backend or self._home[user.office]) == backend and self._located[user.office]

    def _port(self, pid: str, hotline: str, answer: Answer, backend: str) -> Candidate | None:
        port, lit = self.campaign.ports[pid], self.floor.lit[pid]
        if lit.user in self.off:
            return None
        user = occupant(self.campaign, port, lit)
        if home_of(self.campaign, port) != backend or (lit.hotline and lit.hotline != hotline) or not port_may_answer(answer, port, user):
            return None
        name = user.name if user is not None else lit.volunteer
        order = (not name, -matches(answer, user), _role(answer, user), self._leaving.get(lit.user, 0), f"port/{pid}")
        return Candidate(f"port/{pid}", lit.user or f"port/{pid}", name, user, pid, order)

    def _matching(self, answer: Answer) -> tuple[Iterable[User], bool]:
        """Users among whom all are who may answer: named ones, and those of the shortest list asked for.

        The second value tells that nobody else is among them.
        """
        users = self.campaign.users
        named = [users[uid] for uid in answer.users if uid in users]
        asked = (answer.skills, answer.roles, answer.languages, answer.offices)
        if not any(asked):
            return named, False
        if self._index is None:
            self._index = self._build()
        found = [[index.get(entry, []) for entry in entries] for entries, index in zip(asked, self._index, strict=True) if entries]
        shortest = min(found, key=lambda lists: sum(map(len, lists)))
        exact = len(found) == 1 and not named
        if exact and len(shortest) == 1:
            return shortest[0], True
        return {user.id: user for entries in (named, *shortest) for user in entries}.values(), exact

    def _build(self) -> tuple[dict[str, list[User]], ...]:
        skills: dict[str, list[User]] = {}
        roles: dict[str, list[User]] = {}
        languages: dict[str, list[User]] = {}
        offices: dict[str, list[User]] = {}
        for user in self.campaign.users.values():
            for skill in {*user.skills} if len(user.skills) > 1 else user.skills:
                skills.setdefault(skill, []).append(user)
            if user.role:
                roles.setdefault(user.role, []).append(user)
            for language in {*user.languages} if len(user.languages) > 1 else user.languages:
                languages.setdefault(language, []).append(user)
            offices.setdefault(user.office, []).append(user)
        return skills, roles, languages, offices


def matches(answer: Answer, user: User | None) -> int:
    """How many of the skills and languages asked for this person has; a volunteer counts as having one of each list."""
    if user is None:
        return bool(answer.skills) + bool(answer.languages)
    found = sum(1 for skill in answer.skills if skill in user.skills) if answer.skills else 0
    return found + sum(1 for language in answer.languages if language in user.languages) if answer.languages else found


def penalty(answer: Answer, user: User | None) -> int:
    """0 for who has every skill and language asked for, one more for each that is missing, 9 at the most."""
    return min(9, len(answer.skills) + len(answer.languages) - matches(answer, user))


def _role(answer: Answer, user: User | None) -> int:
    """The place of the person's role in the list asked for; the end when it is not in it."""
    return answer.roles.index(user.role) if user is not None and user.role in answer.roles else len(answer.roles)
