"""An office on its way from one backend to another: who is where, by the YAML and by what the backends see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import Details, Listing
from campctl.effective.waves import Floor, Unit, units_of
from campctl.findings.text import plural
from campctl.model.campaign import Campaign, Port, User, home_of
from campctl.model.resources import Key, Line

if TYPE_CHECKING:
    from campctl.model.live import Snapshot


class Asked(Struct, frozen=True, kw_only=True):
    """What `move --office` was told: `wave` is "25%", "10", "all" or ""; `names` are users or desks (`office/desk`) instead of a wave."""

    office: str
    backend: str
    wave: str = ""
    names: tuple[str, ...] = ()
    prepare: bool = False


class Scene(Struct, frozen=True):
    """An office on its way: all of it in the order of going, and what the backends say of its lines."""

    campaign: Campaign
    units: Sequence[Unit]
    observed: Mapping[str, Snapshot]
    floor: Floor

    def registered(self, unit: Unit, backend: str) -> bool:
        """Whether every phone of it that could ring there has registered there."""
        snapshot = self.observed[backend]
        keys = [Key("line", line) for line in unit.lines]
        found = [snapshot.resources.get(key) for key in keys]
        return all(isinstance(line, Line) and (not line.enabled or key in snapshot.live) for key, line in zip(keys, found, strict=True))

    def in_use(self, unit: Unit, besides: str) -> bool:
        """Whether a phone of it is registered on another backend."""
        return any(Key("line", line) in snapshot.live for name, snapshot in self.observed.items() if name != besides for line in unit.lines)

    def prepared(self, unit: Unit, backend: str) -> bool:
        """Whether the YAML gives it a second line there."""
        return any(spot.also_on == backend for spot in unit.spots(self.campaign))

    def name(self, unit: Unit) -> str:
        """`Ann Lee (4001)`."""
        who = self.campaign.users[unit.user].name if unit.user else f"desk {unit.ports[0]}"
        return f"{who} ({unit.extension})"


class Wave(Struct, frozen=True):
    """Who goes, which hotlines go along, who was left out because their phones have not registered, and whether nobody is left."""

    units: Sequence[Unit]
    hotlines: Sequence[str]
    held: Sequence[Unit]
    left: int
    last: bool


async def look_at(ctx: Context, office: str, backend: str = "") -> Scene:
    """The office as it stands; `errors.NotFound` for an office or backend that does not exist."""
    from campctl.app.asking import observe
    from campctl.effective import desired, present_members, renames

    campaign = ctx.campaign
    one(campaign.offices, office, "office")
    if backend:
        one(campaign.backends, backend, "backend")
    spots: list[User | Port] = [*campaign.users.values(), *campaign.ports.values()]
    names = {campaign.offices[office].backend, backend} - {""}
    for spot in spots:
        if spot.office == office:
            names |= {home_of(campaign, spot), spot.also_on} - {""}
    async with ctx.backends(sorted(names)) as backends:
        observed = await observe(ctx.clock, backends)
    now = desired(campaign, ctx.clock.now(), ctx.store().overrides())
    present = present_members(observed, renames(campaign))
    seats = {hotline: seating.wanted for hotline, seating in now.seating.items()}
    return Scene(campaign, units_of(campaign, office, present), observed, Floor(present, seats, frozenset(now.lit)))


STATUS_COLUMNS = ("id", "name", "extension", "backend", "also on", "registered on", "hotlines")


async def status(ctx: Context, *, office: str, backend: str = "") -> Details:
    """How far an office has moved: who is on which exchange, where the phones have registered, in the order of going."""
    scene = await look_at(ctx, office, backend)
    campaign = scene.campaign
    rows = []
    for unit in scene.units:
        for spot in unit.spots(campaign):
            line = f"user/{spot.id}" if isinstance(spot, User) else f"port/{spot.id}"
            rows.append(
                {
                    "id": line,
                    "name": spot.name if isinstance(spot, User) else (campaign.users[spot.user].name if unit.user else ""),
                    "extension": spot.extension,
                    "backend": home_of(campaign, spot),
                    "also on": spot.also_on,
                    "registered on": [name for name, seen in scene.observed.items() if Key("line", line) in seen.live],
                    "hotlines": sorted(unit.hotlines),
                }
            )
    return Details(
        of="move",
        id=office,
        fields=exchanges(campaign, office),
        listings=(Listing(of="line", columns=STATUS_COLUMNS, rows=tuple(rows), empty="The office has no people and no desks."),),
    )


def exchanges(campaign: Campaign, office: str) -> dict[str, Any]:
    """Where the office is, and how many of its people and desks are on each backend, or prepared for it."""
    spots: list[User | Port] = [*campaign.users.values(), *campaign.ports.values()]
    people: dict[str, list[int]] = {}
    for spot in spots:
        if spot.office == office:
            counts = people.setdefault(home_of(campaign, spot), [0, 0, 0])
            counts[0 if isinstance(spot, User) else 1] += 1
            if spot.also_on and spot.also_on != home_of(campaign, spot):
                people.setdefault(spot.also_on, [0, 0, 0])[2] += 1
    fields: dict[str, Any] = {"backend": campaign.offices[office].backend}
    for name in sorted(people):
        users, ports, prepared = people[name]
        parts = [plural(users, "person", "people")] if users else []
        parts += [plural(ports, "desk")] if ports else []
        parts += [f"{prepared:,} prepared"] if prepared else []
        fields[f"on {name}"] = ", ".join(parts)
    return fields
