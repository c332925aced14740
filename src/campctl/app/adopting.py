"""From telephony resources back to nouns: what `adopt` writes into the YAML for things campctl did not make.

A line becomes a user (or a desk, when its id says so), a queue a hotline that the same people answer, a route a number, and a
location an office. What is called otherwise than campctl calls things gets an id of the campaign and `renamed_from: KIND/ID`, so
that the next plan renames it where it is. What cannot be written is left alone, with a sentence that says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from campctl.model.campaign import Campaign, home_of, homes_of
from campctl.model.former import former_key, key_of_noun
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor
    from campctl.model.live import Snapshot

_R = TypeVar("_R", Location, Line, Queue, Member, Route)

Place = tuple[str, Key]
"""A resource where it is: backend and key."""


class Adoption:
    """What is being taken in.

    chosen: what may be; observed: all that the backends hold. Results: `adopted` may be owned, `notes` are for people.
    """

    def __init__(self, campaign: Campaign, editor: Editor, chosen: Mapping[Place, Resource], observed: Mapping[str, Snapshot]) -> None:
        self.campaign = campaign
        self.editor = editor
        self.observed = observed
        self.chosen = chosen
        self.adopted: dict[Place, Resource] = {}
        self.notes: list[str] = []
        self.queues: set[Place] = set()
        """Those of which a hotline is written now."""
        self.nouns: dict[Place, str] = {(backend, key): noun for backend, key, noun in _nouns(campaign)}
        """Resource to the noun it is of: an office's id, `user/ID`, `port/OFFICE/DESK`, a hotline's id, a number."""
        self.anywhere = {key for _, key in self.nouns}
        self.used = {
            "offices": set(campaign.offices),
            "users": set(campaign.users),
            "hotlines": set(campaign.hotlines),
        }
        self.extensions = _extensions(campaign)
        """(backend, extension) to `user/ID`, `port/OFFICE/DESK` or `hotline/ID`."""

    def all(self, kind: type[_R]) -> Iterator[tuple[str, Key, _R]]:
        """The chosen of a kind that are not in the YAML yet; those that are need only be owned."""
        for (backend, key), resource in sorted(self.chosen.items(), key=lambda item: item[0]):
            if isinstance(resource, kind):
                if (backend, key) in self.nouns or key in self.anywhere:
                    self.adopted[backend, key] = resource
                else:
                    yield backend, key, resource

    def take(self, backend: str, key: Key, resource: Resource, noun: str) -> None:
        """It is in the edits as `noun`."""
        self.nouns[backend, key] = noun
        self.adopted[backend, key] = resource

    def leave(self, what: str, why: str, do: str) -> None:
        """Say why something stays as it is, and what helps."""
        self.notes.append(f"{what} {why}: left alone. {do}")

    def new_id(self, section: str, id_: str) -> str:
        """A valid id that is not taken: the resource's own where possible."""
        from campctl.manifest.kinds import _ID, is_plain

        plain = id_
        if not (_ID.match(id_) and is_plain(id_)):
            plain = re.sub(r"[^a-z0-9._-]+", "-", id_.lower()).strip("-._")[:56].rstrip("-._")
            if not plain or not is_plain(plain):
                plain = f"{_WORD[section]}-{plain}".rstrip("-")
        name, number = plain, 2
        while name in self.used[section]:
            name, number = f"{plain}-{number}", number + 1
        self.used[section].add(name)
        return name

    def backend_field(self, backend: str) -> dict[str, str]:
        """`backend`, where it is not the campaign's own."""
        return {} if backend == self.campaign.default_backend else {"backend": backend}


_WORD = {"offices": "office", "users": "line", "hotlines": "hotline"}


def write_yaml(campaign: Campaign, editor: Editor, chosen: Mapping[Place, Resource], observed: Mapping[str, Snapshot]) -> Adoption:
    """Put what the campaign does not have yet into the edits.

    The result has what may be owned, and in words what may not: owning a thing that no YAML asks for would have the
    next plan remove it.
    """
    from campctl.app.adopting_hotlines import write_hotlines, write_members
    from campctl.app.adopting_places import write_people

    work = Adoption(campaign, editor, chosen, observed)
    write_people(work)
    write_hotlines(work)
    _numbers(work)
    write_members(work)
    return work


def _nouns(campaign: Campaign) -> Iterator[tuple[str, Key, str]]:
    """Backend, key, and noun of all that the campaign asks for, and of what it says that it was before."""
    for office in campaign.offices.values():
        yield office.backend, key_of_noun("offices", office.id), office.id
        if office.renamed_from:
            yield office.backend, former_key("offices", office.renamed_from), office.id
    for user in campaign.users.values():
        home = home_of(campaign, user)
        for place in homes_of(campaign, user):
            yield place, key_of_noun("users", user.id), f"user/{user.id}"
        if user.renamed_from:
            yield home, former_key("users", user.renamed_from), f"user/{user.id}"
        if user.number:
            yield home, Key("route", user.number), user.number
    for port in campaign.ports.values():
        home = home_of(campaign, port)
        for place in homes_of(campaign, port):
            yield place, key_of_noun("ports", port.id), f"port/{port.id}"
        if port.renamed_from:
            yield home, former_key("ports", port.renamed_from, port.office), f"port/{port.id}"
    for hotline in campaign.hotlines.values():
        home = hotline.backend or campaign.default_backend
        yield home, key_of_noun("hotlines", hotline.id), hotline.id
        if hotline.renamed_from:
            yield home, former_key("hotlines", hotline.renamed_from), hotline.id
        for number in hotline.numbers:
            yield home, Key("route", number), number
    for number in campaign.numbers:
        yield campaign.default_backend, Key("route", number), number


def _extensions(campaign: Campaign) -> dict[tuple[str, str], str]:
    found = {(home, user.extension): f"user/{user.id}" for user in campaign.users.values() for home in homes_of(campaign, user)}
    found |= {(home, port.extension): f"port/{port.id}" for port in campaign.ports.values() for home in homes_of(campaign, port)}
    for hotline in campaign.hotlines.values():
        if hotline.extension:
            found[hotline.backend or campaign.default_backend, hotline.extension] = f"hotline/{hotline.id}"
    return found


def target(work: Adoption, backend: str, to: str) -> str | None:
    """A resource's target as a manifest says it (`hotline/x`, `user/x`, `outside/+1...`); None for what is not in the YAML."""
    kind, _, rest = to.partition("/")
    if kind == "queue":
        hotline = work.nouns.get((backend, Key("queue", rest)))
        return f"hotline/{hotline}" if hotline else None
    if kind == "line":
        return work.nouns.get((backend, Key("line", rest)))
    return to


def _numbers(work: Adoption) -> None:
    for backend, key, route in work.all(Route):
        to = target(work, backend, route.to)
        if to is None:
            work.leave(f"Number {route.number}", f"leads to {route.to}, which is not in the YAML", f"Adopt {route.to} with it.")
            continue
        fields: dict[str, Any] = {"to": to, "label": route.label}
        if (not to or to.startswith("outside/")) and backend != work.campaign.default_backend:
            office = next((noun for (home, where), noun in work.nouns.items() if home == backend and where.kind == "location"), "")
            if not office:
                why = f"leads nowhere within {backend}, and the campaign has no office there to hold it"
                work.leave(f"Number {route.number}", why, f"Write an office with `backend: {backend}` first.")
                continue
            fields["office"] = office
        work.editor.add("numbers", route.number, {name: value for name, value in fields.items() if value})
        work.take(backend, key, route, route.number)
