"""Locations and lines as offices, users and desks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from campctl.app.adopting import Adoption
from campctl.errors import EditRefused
from campctl.model.addresses import lacking
from campctl.model.campaign import PERMISSIONS, Address, ExtensionRange
from campctl.model.resources import Key, Line, Location, Route

Spot = tuple[str, str, str]
"""Office, floor and room of a line; the latter two empty for what is the office's."""


def write_people(work: Adoption) -> None:
    """Offices of the locations, then a user or desk for each line; an office's ranges are those of its new people."""
    offices: dict[str, tuple[str, Location]] = {}
    rooms: list[tuple[str, Key, Location]] = []
    for backend, key, location in work.all(Location):
        if _head(work, backend, location.id):
            rooms.append((backend, key, location))
        elif short := lacking(location, work.campaign.country):
            why = f"has no {', '.join(short).replace('_', ' ')}, and help must find it after a 911 call"
            work.leave(f"Location {location.id}", why, "Complete it on the exchange, then adopt it.")
        else:
            office = work.new_id("offices", location.id)
            offices[office] = backend, location
            work.take(backend, key, location, office)
    lines: dict[str, list[Line]] = {office: [] for office in offices}
    used: set[tuple[str, str]] = set()
    for backend, key, line in work.all(Line):
        if (mine := work.extensions.get((backend, line.extension))) and _given(work, backend, line, mine):
            work.take(backend, key, line, mine)
        elif (spot := _spot(work, backend, line)) and _fits(work, backend, line, spot, offices):
            fields = _fields(work, backend, line, spot)
            work.take(backend, key, line, _write(work, line, spot, fields))
            work.extensions[backend, line.extension] = work.nouns[backend, key]
            lines.setdefault(spot[0], []).append(line)
            if spot[1] or spot[2]:
                used.add((backend, line.location))
    for office, (backend, location) in offices.items():
        _office(work, office, backend, location, lines[office])
    for backend, key, location in rooms:
        if (backend, location.id) in used or _head(work, backend, location.id) in work.campaign.offices:
            work.take(backend, key, location, _head(work, backend, location.id))
        else:
            work.leave(f"Location {location.id}", "is no room of a line taken in", "Remove it on the exchange when not needed.")


def _head(work: Adoption, backend: str, location: str) -> str:
    """The office that a floor or room belongs to, by the first part of its id."""
    return work.nouns.get((backend, Key("location", location.partition("/")[0])), "") if "/" in location else ""


def _spot(work: Adoption, backend: str, line: Line) -> Spot | None:
    """Where a line is, in the campaign's words; None, and a note, when it is no office's."""
    from campctl.effective.places import location_id, refine

    what = f"Line {line.id}"
    if not line.location:
        do = "Give it a location on the exchange, then adopt it; or write its person into the YAML with `renamed_from: line/...`."
        work.leave(what, "has no location, so that nobody knows which office it is in", do)
        return None
    key = Key("location", line.location)
    office = work.nouns.get((backend, key), "") or _head(work, backend, line.location)
    held = work.observed[backend].resources
    found = held.get(key)
    if not office:
        other = f"Write an office for it with `renamed_from: {key}`, then adopt both."
        work.leave(what, f"is at {line.location}, which is no office on {backend}", f"Adopt {key} with it." if found else other)
        return None
    owner = held.get(Key("location", line.location.partition("/")[0]))
    if not isinstance(found, Location) or not isinstance(owner, Location) or "/" not in line.location:
        return office, "", ""
    if location_id(owner.id, *refine(_address(owner), found.floor, found.room)) != line.location:
        return office, "", ""
    return office, found.floor, found.room


def _address(place: Location) -> Address:
    return Address(
        street=place.street,
        city=place.city,
        state=place.state,
        postal_code=place.postal_code,
        country=place.country,
        building=place.building,
        floor=place.floor,
        room=place.room,
    )


def _given(work: Adoption, backend: str, line: Line, noun: str) -> bool:
    """Whether the line becomes that of a user or port of the YAML who has its extension and no phone yet."""
    kind, _, id_ = noun.partition("/")
    if kind not in {"user", "port"} or Key("line", noun) in work.observed[backend].resources:
        return False
    holder = work.campaign.users.get(id_) if kind == "user" else work.campaign.ports.get(id_)
    if holder is None or holder.renamed_from:
        return False
    work.editor.set(f"{kind}s", id_, "renamed_from", f"line/{line.id}")
    work.notes.append(f"Line {line.id} ({line.name}) has the extension that the YAML gives {noun}, {line.extension}: it becomes theirs.")
    return True


def _fits(work: Adoption, backend: str, line: Line, spot: Spot, new: Iterable[str]) -> bool:
    """Whether the extension can be written; a note when it cannot."""
    from campctl.manifest.rules.extensions import EMERGENCY

    what, extension = f"Line {line.id}", line.extension
    if not (extension.isascii() and extension.isdecimal() and 2 <= len(extension) <= 8):
        why = f"has the extension {extension}, which is not 2 to 8 digits" if extension else "has no extension"
        work.leave(what, why, "Give it one on the exchange, then adopt it.")
    elif extension.startswith(EMERGENCY.get(work.campaign.country, ("112",))):
        work.leave(what, f"has extension {extension}, which is in the way of calls for help", "Give it another, then adopt it.")
    elif taken := work.extensions.get((backend, extension)):
        do = "Give one of them another extension, then adopt it; or remove the line on the exchange."
        work.leave(what, f"has extension {extension}, which is {taken}'s", do)
    elif spot[0] not in new and (ranges := work.campaign.offices[spot[0]].extensions) and not any(extension in span for span in ranges):
        do = f"Add {extension} to the `extensions` of {spot[0]}, then adopt it."
        work.leave(what, f"has extension {extension}, which is outside the ranges of office {spot[0]}", do)
    else:
        return True
    return False


def _fields(work: Adoption, backend: str, line: Line, spot: Spot) -> dict[str, Any]:
    """What a user of the YAML says who has this line."""
    campaign = work.campaign
    permission = line.permission if line.permission in PERMISSIONS else ""
    fields: dict[str, Any] = {"name": line.name or line.id, "office": spot[0], "extension": line.extension}
    own = _own_number(work, backend, line)
    if own and own not in campaign.numbers and all(key != ("route", own) for _, key in work.nouns):
        fields["number"] = own
    return fields | {name: value for name, value in (("permission", permission), ("floor", spot[1]), ("room", spot[2])) if value}


def _own_number(work: Adoption, backend: str, line: Line) -> str:
    """The number that leads to the line and that it shows; the only one, where it shows none."""
    leading = sorted(
        resource.number
        for (home, _), resource in work.chosen.items()
        if home == backend and isinstance(resource, Route) and resource.to == f"line/{line.id}"
    )
    if line.number:
        return line.number if line.number in leading else ""
    return leading[0] if len(leading) == 1 else ""


def _write(work: Adoption, line: Line, spot: Spot, fields: dict[str, Any]) -> str:
    """Add the desk or user, and return it as a target says it."""
    kind, _, name = line.id.partition("/")
    office, _, desk = name.partition("/")
    if kind == "port" and office == spot[0] and desk and "/" not in desk:
        state = "lit" if line.enabled else "dark"
        says = {"office": office, "desk": desk, "extension": line.extension, "state": state}
        says |= {field: fields[field] for field in ("floor", "room") if field in fields}
        work.editor.add("ports", name.replace("/", "-"), says)
        return f"port/{name}"
    id_ = work.new_id("users", name if kind == "user" else line.id)
    if line.id != f"user/{id_}":
        fields["renamed_from"] = f"line/{line.id}"
    if not line.enabled:
        work.notes.append(f"Line {line.id} is out of service; as the phone of user {id_} the next apply puts it into service.")
    try:
        work.editor.add("users", id_, fields)
    except EditRefused as no:
        if "no column" not in no.message:
            raise
        do = "Give the roster a column for each of these (and name them in `columns`, if there are any), then adopt again:"
        raise EditRefused(no.message, hint=f"{do} {', '.join(fields)}.") from None
    return f"user/{id_}"


def _office(work: Adoption, office: str, backend: str, location: Location, lines: Iterable[Line]) -> None:
    campaign = work.campaign
    address = {name: getattr(location, name) for name in ("street", "city", "state", "postal_code", "country", "building", "floor", "room")}
    if address["country"] == campaign.country:
        del address["country"]
    # The next apply puts floor and room behind the name again.
    suffix = "".join(f", {words}" for words in (location.floor and f"floor {location.floor}", location.room) if words)
    fields: dict[str, Any] = {
        "name": location.name.removesuffix(suffix) or location.id,
        "address": {name: value for name, value in address.items() if value},
    }
    claimed = [span for one in campaign.offices.values() if one.backend == backend for span in one.extensions]
    ranges = _ranges(line.extension for line in lines if not any(line.extension in span for span in claimed))
    if ranges:
        fields["extensions"] = ranges
    shown = {line.number for line in lines} - {"", campaign.main_number}
    if len(shown) == 1 and (number := shown.pop()) and _held(work, backend, number) and len({line.number for line in lines}) == 1:
        fields["caller_id"] = number
    fields |= work.backend_field(backend)
    if location.notify:
        fields["notify_911"] = list(location.notify)
    if location.id != office:
        fields["renamed_from"] = f"location/{location.id}"
    work.editor.add("offices", office, fields)
    work.notes.append(f"Office {office} is written without a time zone, so the campaign's holds ({campaign.time_zone}): check it.")


def _held(work: Adoption, backend: str, number: str) -> bool:
    """Whether the campaign holds a number, or takes it in now."""
    key = Key("route", number)
    return number in work.campaign.numbers or (backend, key) in work.chosen or any(known == key for _, known in work.nouns)


def _ranges(extensions: Iterable[str]) -> list[str]:
    """Consecutive extensions of equal length as `7000-7003`."""
    runs: list[list[str]] = []
    for extension in sorted(set(extensions), key=lambda text: (len(text), text)):
        if runs and len(runs[-1][1]) == len(extension) and int(extension) == int(runs[-1][1]) + 1:
            runs[-1][1] = extension
        else:
            runs.append([extension, extension])
    return [str(ExtensionRange(first, last)) for first, last in runs]
