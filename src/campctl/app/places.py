"""`office list|show|audit`, `number list`, `surge list`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from campctl.app.asking import observe_what_answers
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import Details, Listing
from campctl.app.wave_scene import exchanges
from campctl.model.campaign import Campaign, Office, home_of
from campctl.model.resources import Key, Line, Location, Resource


def list_offices(ctx: Context) -> Listing:
    """Offices with how many people and desks they have."""
    campaign = ctx.campaign
    people = Counter(user.office for user in campaign.users.values())
    desks = Counter(port.office for port in campaign.ports.values())
    rows = tuple(
        {
            "id": office.id,
            "name": office.name,
            "city": office.address.city,
            "state": office.address.state,
            "time zone": office.time_zone,
            "backend": office.backend,
            "people": people[office.id],
            "desks": desks[office.id],
            "extensions": [str(item) for item in office.extensions],
        }
        for office in campaign.offices.values()
    )
    columns = ("id", "name", "city", "state", "time zone", "backend", "people", "desks", "extensions")
    return Listing(of="office", columns=columns, rows=rows, empty="This campaign has no offices.")


def show_office(ctx: Context, *, office: str) -> Details:
    """One office, its people and its desks."""
    campaign = ctx.campaign
    found = one(campaign.offices, office, "office")
    people = tuple(
        {
            "id": user.id,
            "name": user.name,
            "extension": user.extension,
            "number": user.number,
            "role": user.role,
            "backend": home_of(campaign, user),
            "also on": user.also_on,
        }
        for user in campaign.users.values()
        if user.office == office
    )
    desks = tuple(
        {
            "id": port.id,
            "extension": port.extension,
            "floor": port.floor,
            "room": port.room,
            "user": port.user,
            "backend": home_of(campaign, port),
            "also on": port.also_on,
        }
        for port in campaign.ports.values()
        if port.office == office
    )
    where = exchanges(campaign, office)
    moving = ("backend", "also on") if len(where) > 2 or where.get(f"on {found.backend}") is None else ()
    return Details(
        of="office",
        id=office,
        fields=_fields(found) | (where if moving else {}),
        listings=(
            Listing(of="user", columns=("id", "name", "extension", "number", "role", *moving), rows=people, empty="Nobody works here."),
            Listing(of="port", columns=("id", "extension", "floor", "room", "user", *moving), rows=desks, empty="It has no desks."),
        ),
    )


def _fields(office: Office) -> dict[str, Any]:
    address = office.address
    return {
        "name": office.name,
        "address": f"{address.street}, {address.city}, {address.state} {address.postal_code}",
        "floor": address.floor,
        "room": address.room,
        "time zone": office.time_zone,
        "backend": office.backend,
        "extensions": [str(item) for item in office.extensions],
        "caller id": office.caller_id,
        "told of 911 calls": list(office.notify_911),
    }


AUDIT_COLUMNS = ("line", "name", "extension", "verdict", "address", "floor", "room", "location", "notify")


async def audit_locations(ctx: Context, *, office: str = "", faults: bool = False) -> Listing:
    """Every line that can place a call, as the backends report it, with its dispatchable location and a verdict."""
    campaign = ctx.campaign
    if office:
        one(campaign.offices, office, "office")
    snapshots = await observe_what_answers(ctx)
    rows = []
    for snapshot in snapshots.values():
        for resource in snapshot.resources.values():
            if not isinstance(resource, Line) or not resource.enabled:
                continue
            if office and office_of(campaign, resource.id) != office:
                continue
            row = _audit_row(resource, snapshot.resources)
            if not faults or row["verdict"] != "ok":
                rows.append(row)
    rows.sort(key=lambda row: (row["verdict"] == "ok", row["line"]))
    empty = "Every lit line has a dispatchable location." if faults else "No line is lit: `campctl apply` provisions them."
    return Listing(of="911 location", columns=AUDIT_COLUMNS, rows=tuple(rows), empty=empty)


def _audit_row(line: Line, resources: dict[Key, Resource]) -> dict[str, Any]:
    place = resources.get(Key("location", line.location))
    row: dict[str, Any] = dict.fromkeys(AUDIT_COLUMNS, "")
    row |= {"line": line.id, "name": line.name, "extension": line.extension, "location": line.location, "verdict": "NO LOCATION"}
    if isinstance(place, Location):
        missing = [part for part in ("street", "city", "state", "postal_code") if not getattr(place, part)]
        verdict = f"missing {', '.join(missing)}" if missing else "ok" if place.notify else "nobody is told of a 911 call"
        row |= {
            "address": f"{place.street}, {place.city}, {place.state} {place.postal_code}",
            "floor": place.floor,
            "room": place.room,
            "notify": list(place.notify),
            "verdict": verdict,
        }
    return row


def office_of(campaign: Campaign, line: str) -> str:
    """The office a line's noun is in; "" for lines that are not the campaign's."""
    kind, _, rest = line.partition("/")
    if kind == "user" and rest in campaign.users:
        return campaign.users[rest].office
    return rest.partition("/")[0] if kind == "port" else ""


def list_numbers(ctx: Context) -> Listing:
    """Every number the campaign holds and what it leads to."""
    campaign = ctx.campaign
    rows: dict[str, dict[str, Any]] = {}
    for number in campaign.numbers.values():
        rows[number.number] = {
            "number": number.number,
            "leads to": str(number.to) if number.to else "",
            "label": number.label,
            "office": number.office,
        }
    for user in campaign.users.values():
        if user.number:
            rows[user.number] = {"number": user.number, "leads to": f"user/{user.id}", "label": user.name, "office": user.office}
    for hotline in campaign.hotlines.values():
        for text in hotline.numbers:
            rows[text] = {"number": text, "leads to": f"hotline/{hotline.id}", "label": hotline.name, "office": ""}
    columns = ("number", "leads to", "label", "office")
    return Listing(of="number", columns=columns, rows=tuple(rows[key] for key in sorted(rows)), empty="This campaign holds no numbers.")


def list_surges(ctx: Context) -> Listing:
    """Surges in order of beginning, with what each changes."""
    now = ctx.clock.now()
    rows = tuple(
        {
            "id": surge.id,
            "name": surge.name,
            "from": surge.start,
            "until": surge.end,
            "time zone": surge.time_zone,
            "state": "over" if surge.end <= now else "active" if surge.start <= now else "to come",
            "seats": [f"{hotline} {change}" for hotline, change in surge.seats.items()],
            "desks": sum(len(ports.desks) + ports.any for ports in surge.ports),
        }
        for surge in sorted(ctx.campaign.surges.values(), key=lambda surge: (surge.start, surge.id))
    )
    columns = ("id", "name", "from", "until", "state", "seats", "desks", "time zone")
    return Listing(of="surge", columns=columns, rows=rows, empty="This campaign has no surges.")
