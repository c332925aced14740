"""What several rules ask about one campaign, worked out once, when first asked for.

Rules are pure functions of a `Facts`: `(facts) -> Iterator[Finding]`. A campaign without faults costs each rule one
pass over plain attributes; nothing is built for a value that is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby
from typing import TypeAlias

from campctl.findings import Finding, Ref
from campctl.findings.suggest import Suggester
from campctl.model.answering import has_criteria, meets_criteria, port_may_answer
from campctl.model.campaign import Answer, Campaign, Hotline, Port, Target, User

Profile: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...], str]
"""Office, role, skills, languages, own backend: all that decides which hotlines a person may answer, names aside."""


class Facts:
    """A campaign with the indexes rules share."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.users: list[User] = list(campaign.users.values())
        self.ports: list[Port] = list(campaign.ports.values())
        self.hotlines: list[Hotline] = list(campaign.hotlines.values())
        self._suggesters: dict[str, Suggester] = {}
        self._offered: dict[str, str] = {}

    @cached_property
    def backend_of(self) -> dict[str, str]:
        """Office to the name of the backend it is on."""
        default = self.campaign.default_backend
        return {office.id: office.backend or default for office in self.campaign.offices.values()}

    def home(self, owner: User | Port) -> str:
        """The backend a person or desk is on; "" while their office is unknown and they name none."""
        return owner.backend or self.backend_of.get(owner.office, "")

    def dial_plans(self, owner: User | Port) -> tuple[str, ...]:
        """The backends in whose dial plans their extension is theirs: where their lines are, and their office's.

        While an office moves, its exchanges pass calls on to each other by extension, so it must mean one line on both.
        """
        home = self.backend_of.get(owner.office, "")
        if not owner.backend and not owner.also_on:
            return (home,)
        return tuple(dict.fromkeys(name for name in (owner.backend or home, owner.also_on, home) if name))

    def backend_of_hotline(self, hotline: Hotline) -> str:
        """The name of the backend a hotline is on."""
        return hotline.backend or self.campaign.default_backend

    @cached_property
    def _free_extensions(self) -> dict[str, Iterator[str]]:
        used: dict[str, set[str]] = {}
        owners: Iterable[User | Port] = chain(self.users, self.ports)
        for owner in owners:
            for backend in self.dial_plans(owner):
                used.setdefault(backend, set()).add(owner.extension)
        for hotline in self.hotlines:
            used.setdefault(self.backend_of_hotline(hotline), set()).add(hotline.extension)
        return {
            office.id: (
                text
                for span in office.extensions
                for number in range(int(span.first), int(span.last) + 1)
                if (text := str(number).zfill(len(span.first))) not in used.get(self.backend_of[office.id], ())
            )
            for office in self.campaign.offices.values()
        }

    def free_extension(self, office: str, owner: str) -> str:
        """An extension of the office that nobody has, for each owner another one; "" when its ranges are full."""
        found = self._offered.get(owner)
        if found is None:
            found = self._offered[owner] = next(self._free_extensions.get(office, iter(())), "")
        return found

    @cached_property
    def profiles(self) -> Counter[Profile]:
        """How many users there are of each profile: far fewer than users."""
        return Counter([(user.office, user.role, user.skills, user.languages, user.backend) for user in self.users])

    def names_unknown(self, answer: Answer) -> bool:
        """Whether it names users or offices that do not exist: then counting who may answer would only repeat that."""
        return not (self.campaign.users.keys() >= set(answer.users) and self.campaign.offices.keys() >= set(answer.offices))

    def people_for(self, answer: Answer, backend: str = "") -> int:
        """How many persons may answer from their own phone (`model.answering.may_answer`), of one backend or of all."""
        count = 0
        if has_criteria(answer):
            for profile, number in self.profiles.items():
                office, role, skills, languages, own = profile
                there = not backend or (own or self.backend_of.get(office)) == backend
                if there and meets_criteria(answer, office, role, skills, languages):
                    count += number
        for name in dict.fromkeys(answer.users):
            user = self.campaign.users.get(name)
            if user is not None and (not backend or self.home(user) == backend):
                count += not meets_criteria(answer, user.office, user.role, user.skills, user.languages)
        return count

    def ports_for(self, hotline: Hotline, answer: Answer, *, whatever_for: bool = False) -> list[Port]:
        """The ports, lit or dark, on the hotline's backend that may answer it beside the people `people_for` counts.

        A port whose named user may answer anyhow is left out: one person answers one call at a time. Ports kept for
        another hotline are, too, unless `whatever_for`: a surge may light them for this one.
        """
        if not answer.ports:
            return []
        users = self.campaign.users
        backend = self.backend_of_hotline(hotline)
        chosen_by_name = has_criteria(answer) or bool(answer.users)
        return [
            port
            for port in self.ports
            if (whatever_for or port.hotline in {"", hotline.id})
            and self.home(port) == backend
            and port_may_answer(answer, port, users.get(port.user))
            and not (chosen_by_name and port.user in users)
        ]

    @cached_property
    def targets(self) -> list[tuple[Target, Ref]]:
        """Every target there is with the place it is written at: of numbers, and of hotlines (`hotline_targets`)."""
        found = [(entry.to, Ref("numbers", entry.number, "to")) for entry in self.campaign.numbers.values() if entry.to is not None]
        for hotline in self.hotlines:
            found.extend((target, place) for _, target, place in hotline_targets(hotline))
        return found

    @cached_property
    def ports_lit_by_surges(self) -> set[str]:
        """Ids of the ports that surges light by name."""
        return {f"{group.office}/{desk}" for surge in self.campaign.surges.values() for group in surge.ports for desk in group.desks}

    @cached_property
    def number_targets(self) -> dict[str, Target]:
        """Every number the campaign holds that leads somewhere, to where: `numbers`, `hotline.numbers`, `user.number`."""
        found = {user.number: Target("user", user.id) for user in self.users if user.number}
        for hotline in self.hotlines:
            found.update(dict.fromkeys(hotline.numbers, Target("hotline", hotline.id)))
        found.update({entry.number: entry.to for entry in self.campaign.numbers.values() if entry.to is not None})
        return found

    def did_you_mean(self, what: str, word: str) -> str:
        """'Did you mean `x`?' among the ids of a kind ("office", "user", "port", "hotline", "backend", "number"), or ""."""
        suggester = self._suggesters.get(what)
        if suggester is None:
            campaign = self.campaign
            choices: dict[str, Mapping[str, object]] = {
                "office": campaign.offices,
                "user": campaign.users,
                "port": campaign.ports,
                "hotline": campaign.hotlines,
                "backend": campaign.backends,
                "number": campaign.numbers,
            }
            suggester = self._suggesters[what] = Suggester(choices[what])
        return suggester.did_you_mean(word)


Check: TypeAlias = Callable[[Facts], Iterator[Finding]]
"""A rule. Every finding it makes has the rule's id as its code."""


def hotline_targets(hotline: Hotline) -> Iterator[tuple[str, Target, Ref]]:
    """Where a hotline passes calls on to, each with the word for when ("overflow", ...) and its place."""
    for word, target in (("overflow", hotline.overflow), ("closed", hotline.closed), ("failover", hotline.failover)):
        if target is not None:
            yield word, target, Ref("hotlines", hotline.id, word)
    for index, step in enumerate(hotline.escalation):
        if step.to is not None:
            yield "escalation", step.to, Ref("hotlines", hotline.id, "escalation", (str(index), "to"))


def answers(hotline: Hotline) -> Iterator[tuple[Answer, Ref]]:
    """Every list of who may answer that a hotline has, with its place: its own, and those of its escalation steps."""
    yield hotline.answer, Ref("hotlines", hotline.id, "answer")
    for index, step in enumerate(hotline.escalation):
        if step.answer is not None:
            yield step.answer, Ref("hotlines", hotline.id, "escalation", (str(index), "answer"))


def span_of_desks(ports: Sequence[Port]) -> str:
    """`port `hq/a001`` or `ports `hq/a001` to `hq/a016``."""
    return f"port `{ports[0].id}`" if len(ports) == 1 else f"ports `{ports[0].id}` to `{ports[-1].id}`"


def _says(port: Port) -> tuple[str, ...]:
    return port.office, port.user, port.hotline, port.permission, port.floor, port.room, port.backend, port.also_on


def banks(ports: Iterable[Port]) -> Iterator[list[Port]]:
    """Neighbouring ports of one office that say the same, as one list: a bank of desks is written, and is wrong, once."""
    for _, group in groupby(ports, key=_says):
        yield list(group)
