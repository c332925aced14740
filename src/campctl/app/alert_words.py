"""Who and where, in words: what somebody who is woken by an alert needs to know without looking anything up."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campctl.model.alerts import Caller

if TYPE_CHECKING:
    from campctl.app.picture import Picture
    from campctl.live.board import Emergency
    from campctl.model.campaign import Campaign, Port, User
    from campctl.model.resources import Location

UNPLACED = "an unknown place: no 911 location is known for this phone, so ask where they are"


class Directory:
    """The campaign's people, desks and places, to be looked up by what exchanges call them. Pure; made once for a campaign."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._places: dict[str, Location] | None = None

    def office_of(self, line: str) -> str:
        """The office a line belongs to; "" when the campaign does not know it."""
        spot = self._spot(line)
        return spot.office if spot is not None else ""

    def caller(self, call: Emergency, picture: Picture) -> Caller:
        """Who placed an emergency call, where, and how to call back."""
        return Caller(
            who=self._who(call.line, picture),
            line=call.line,
            number=call.number,
            where=self.place(call.location, call.line),
            callback=call.callback,
            at=call.at,
        )

    def place(self, location: str, line: str) -> str:
        """A dispatchable location in words; of the exchange's id for it, else of what the campaign says of the line."""
        if self._places is None:
            self._places = self._all_places()
        found = self._places.get(location)
        if found is not None:
            return in_words(found)
        office = self._campaign.offices.get(self.office_of(line))
        known = f" (its office is {office.name})" if office is not None else ""
        return f"`{location}`, which the manifests do not know{known}" if location else UNPLACED + known

    def _spot(self, line: str) -> User | Port | None:
        kind, _, id_ = line.partition("/")
        return self._campaign.users.get(id_) if kind == "user" else self._campaign.ports.get(id_) if kind == "port" else None

    def _who(self, line: str, picture: Picture) -> str:
        kind, _, id_ = line.partition("/")
        if kind == "user" and (user := self._campaign.users.get(id_)) is not None:
            return f"{user.name} (extension {user.extension})"
        if kind == "port" and (port := self._campaign.ports.get(id_)) is not None:
            desk = f"desk {port.desk} of {self._campaign.offices[port.office].name} (extension {port.extension})"
            sits = next((cell.who for office in picture.offices if office.id == port.office for cell in office.desks if cell.id == id_), "")
            return f"{sits}, {desk}" if sits else desk
        return f"line {line}, which the manifests do not know"

    def _all_places(self) -> dict[str, Location]:
        """Every location a line of the campaign may have, by the id exchanges know it by."""
        from campctl.effective.places import Places

        places = Places(self._campaign)
        for user in self._campaign.users.values():
            places.of(user.office, user.floor, user.room)
        for port in self._campaign.ports.values():
            places.port(port.office, port.floor, port.room)
        return {id_: location for id_, (location, _) in places.resources.items()}


def in_words(place: Location) -> str:
    """`Chicago headquarters, floor 3, Hall A: 1 Example Plaza, Chicago, IL 60601`."""
    street = f"{place.street} ({place.building})" if place.building else place.street
    return f"{place.name}: {', '.join(filter(None, (street, place.city, f'{place.state} {place.postal_code}'.strip())))}"


def called(caller: Caller) -> str:
    """An emergency call in one sentence: who, where, call-back number."""
    back = f"Call back: {caller.callback}." if caller.callback else "No call-back number is known."
    return f"{caller.number or 'An emergency number'} was dialled by {caller.who} at {caller.where}. {back}"


def span(seconds: float) -> str:
    """`45s`, `2m`, `3m10s`, `1h05m`: a length of time, whole seconds."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m" + (f"{whole % 60:02d}s" if whole % 60 else "")
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def clock(at: datetime, zone: str) -> str:
    """`14:02:07` there."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"
