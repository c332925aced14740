"""Dispatchable locations: which address a line has when somebody calls 911 from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from campctl.effective.words import slug
from campctl.model.addresses import lacking
from campctl.model.campaign import Address, Campaign, Office
from campctl.model.resources import Key, Location, Resource


class Places:
    """Location ids per office, floor and room. Only those asked for exist, and the office's own always does."""

    def __init__(self, campaign: Campaign) -> None:
        self._country = campaign.country
        self._offices = campaign.offices
        self._ids: dict[tuple[str, str, str], str] = {}
        self.dispatchable = {office.id: not lacking(office.address, campaign.country) for office in campaign.offices.values()}
        self._elsewhere: set[tuple[str, str]] = set()
        """(place, backend) of lines that are not on their office's backend."""
        self.resources: dict[str, tuple[Location, Office]] = {}
        for office in campaign.offices.values():
            if self.dispatchable[office.id]:
                self.resources[office.id] = (self._location(office.id, office, office.address.floor, office.address.room), office)

    def of(self, office: str, floor: str, room: str) -> str:
        """The location's id; "" when the office has no dispatchable address."""
        if not (floor or room):
            return office if self.dispatchable[office] else ""
        found = self._ids.get((office, floor, room))
        if found is None:
            found = self._ids[office, floor, room] = self._refined(self._offices[office], floor, room)
        return found

    def port(self, office: str, floor: str, room: str) -> str:
        """The location's id of a fixed desk, which also needs a floor or room, its own or its office's (47 CFR 9.3)."""
        address = self._offices[office].address
        return self.of(office, floor, room) if floor or room or address.floor or address.room else ""

    def _refined(self, office: Office, floor: str, room: str) -> str:
        if not self.dispatchable[office.id]:
            return ""
        floor, room = refine(office.address, floor, room)
        if (floor, room) == (office.address.floor, office.address.room):
            return office.id
        place = location_id(office.id, floor, room)
        if place not in self.resources:
            self.resources[place] = (self._location(place, office, floor, room), office)
        return place

    def _location(self, place: str, office: Office, floor: str, room: str) -> Location:
        address = office.address
        parts = [office.name, *([f"floor {floor}"] if floor else []), *([room] if room else [])]
        return Location(
            id=place,
            name=", ".join(parts),
            street=address.street,
            city=address.city,
            state=address.state,
            postal_code=address.postal_code,
            country=address.country or self._country,
            building=address.building,
            floor=floor,
            room=room,
            notify=office.notify_911,
        )

    def need(self, place: str, backend: str) -> None:
        """A line on that backend is at that place."""
        if place:
            self._elsewhere.add((place, backend))

    def homes(self) -> Iterator[tuple[str, str]]:
        """(place, backend): every location on the backend of its office, and wherever else a line is there."""
        for place, (_, office) in self.resources.items():
            yield place, office.backend
        for place, backend in sorted(self._elsewhere):
            if self.resources[place][1].backend != backend:
                yield place, backend

    def add_to(self, backends: Mapping[str, dict[Key, Resource]], origin: dict[Key, str]) -> None:
        """Put every location where lines need it."""
        for place, backend in self.homes():
            location, office = self.resources[place]
            key = Key("location", place)
            backends[backend][key] = location
            origin[key] = f"office/{office.id}"


def refine(address: Address, floor: str, room: str) -> tuple[str, str]:
    """Floor and room of a line: a room alone is on the office's floor; another floor leaves the office's room behind."""
    if not floor:
        return address.floor, room or address.room
    if not room and floor == address.floor:
        room = address.room
    return floor, room


def location_id(office: str, floor: str, room: str) -> str:
    """`hq/3/hall-a`; `hq/3` without a room; `hq/-/hall-a` without a floor."""
    if not room:
        return f"{office}/{slug(floor)}"
    return f"{office}/{slug(floor) if floor else '-'}/{slug(room)}"
