"""Renamed nouns as renamed resources, and who is a member now in today's ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from campctl.effective.places import Places
from campctl.model.campaign import Campaign, Port, User, homes_of
from campctl.model.former import former_key, holder_of, key_of_noun, on_exchange
from campctl.model.live import Snapshot
from campctl.model.resources import Key, Member

Rename = tuple[str, Key, Key]


def renames(campaign: Campaign) -> tuple[Rename, ...]:
    """(backend, old key, new key), by backend, kind and id. An old id that is in use again is not a rename."""
    found: list[Rename] = []
    moved = {
        office.id: former_key("offices", office.renamed_from).id
        for office in campaign.offices.values()
        if office.renamed_from and _free(campaign, "offices", office.renamed_from, office.backend)
    }
    if moved:
        found += _locations(campaign, moved)
    for user in campaign.users.values():
        if user.renamed_from:
            for backend in homes_of(campaign, user):
                if _free(campaign, "users", user.renamed_from, backend):
                    found.append((backend, former_key("users", user.renamed_from), key_of_noun("users", user.id)))
    # An office taken over from an exchange had no desks of campctl's under its old name.
    named = {id_: old for id_, old in moved.items() if on_exchange("offices", campaign.offices[id_].renamed_from) is None}
    for port in campaign.ports.values():
        line, now = _port_before(port, named), key_of_noun("ports", port.id)
        if line != now and not holder_of(campaign, line):
            found += [(backend, line, now) for backend in homes_of(campaign, port)]
    for hotline in campaign.hotlines.values():
        backend = hotline.backend or campaign.default_backend
        if hotline.renamed_from and _free(campaign, "hotlines", hotline.renamed_from, backend):
            found.append((backend, former_key("hotlines", hotline.renamed_from), key_of_noun("hotlines", hotline.id)))
    return tuple(sorted(found))


def _free(campaign: Campaign, section: str, renamed_from: str, backend: str) -> bool:
    """Whether nobody has what it was; what an exchange called it may be somebody's elsewhere."""
    where = backend if on_exchange(section, renamed_from) is not None else ""
    return not holder_of(campaign, former_key(section, renamed_from), where)


def _locations(campaign: Campaign, moved: Mapping[str, str]) -> list[Rename]:
    """The locations of renamed offices, with the floors and rooms their people and ports use."""
    places = Places(campaign)
    spots: list[User | Port] = [*campaign.users.values(), *campaign.ports.values()]
    for spot in spots:
        if spot.office in moved:
            place = places.of(spot.office, spot.floor, spot.room)
            for backend in homes_of(campaign, spot):
                places.need(place, backend)
    found = []
    for place, backend in places.homes():
        office = places.resources[place][1].id
        if office in moved:
            found.append((backend, Key("location", f"{moved[office]}{place[len(office) :]}"), Key("location", place)))
    return found


def _port_before(port: Port, moved: Mapping[str, str]) -> Key:
    """The line a port had: what it says itself (`office/desk`, just the desk, or a line), in the office's old name."""
    return former_key("ports", port.renamed_from or port.desk, moved.get(port.office, port.office))


def present_members(observed: Mapping[str, Snapshot], renames: Iterable[Rename] = ()) -> dict[str, dict[str, int]]:
    """Who answers what now, as `desired` takes it: queue id to line id to level, in today's ids, sorted.

    `renames` are those of an earlier `Desired` (they do not depend on who is present).
    """
    queues: dict[tuple[str, str], str] = {}
    lines: dict[tuple[str, str], str] = {}
    for backend, old, new in renames:
        if old.kind == "queue":
            queues[backend, old.id] = new.id
        elif old.kind == "line":
            lines[backend, old.id] = new.id
    found: dict[str, dict[str, int]] = {}
    for backend in sorted(observed):
        for resource in observed[backend].resources.values():
            if isinstance(resource, Member):
                queue = queues.get((backend, resource.queue), resource.queue)
                line = lines.get((backend, resource.line), resource.line)
                found.setdefault(queue, {})[line] = resource.level
    return {queue: dict(sorted(found[queue].items())) for queue in sorted(found)}
