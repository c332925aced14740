"""Renamed nouns as renamed resources, and who is a member now in today's ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from campctl.effective.places import Places
from campctl.model.campaign import Campaign, Port, User
from campctl.model.live import Snapshot
from campctl.model.resources import Key, Member

Rename = tuple[str, Key, Key]


def renames(campaign: Campaign) -> tuple[Rename, ...]:
    """(backend, old key, new key), by backend, kind and id. An old id that is in use again is not a rename."""
    found: list[Rename] = []
    moved = {
        office.id: office.renamed_from
        for office in campaign.offices.values()
        if office.renamed_from and office.renamed_from not in campaign.offices
    }
    if moved:
        found += _locations(campaign, moved)
    found += (
        (campaign.offices[user.office].backend, Key("line", f"user/{user.renamed_from}"), Key("line", f"user/{user.id}"))
        for user in campaign.users.values()
        if user.renamed_from and user.renamed_from not in campaign.users
    )
    for port in campaign.ports.values():
        old = _port_before(port, moved)
        if old != port.id and old not in campaign.ports:
            found.append((campaign.offices[port.office].backend, Key("line", f"port/{old}"), Key("line", f"port/{port.id}")))
    for hotline in campaign.hotlines.values():
        if hotline.renamed_from and hotline.renamed_from not in campaign.hotlines:
            backend = hotline.backend or campaign.default_backend
            found.append((backend, Key("queue", hotline.renamed_from), Key("queue", hotline.id)))
    return tuple(sorted(found))


def _locations(campaign: Campaign, moved: Mapping[str, str]) -> list[Rename]:
    """The locations of renamed offices, with the floors and rooms their people and ports use."""
    places = Places(campaign)
    spots: list[User | Port] = [*campaign.users.values(), *campaign.ports.values()]
    for spot in spots:
        if spot.office in moved:
            places.of(spot.office, spot.floor, spot.room)
    return [
        (office.backend, Key("location", f"{moved[office.id]}{place[len(office.id) :]}"), Key("location", place))
        for place, (_, office) in places.resources.items()
        if office.id in moved
    ]


def _port_before(port: Port, moved: Mapping[str, str]) -> str:
    """The id a port had: what it says itself (`office/desk` or just the desk), in the office's old name."""
    if "/" in port.renamed_from:
        return port.renamed_from
    return f"{moved.get(port.office, port.office)}/{port.renamed_from or port.desk}"


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
