"""Locations as sections of geolocation.conf: one profile each, which holds its own civic address (RFC 4119, 5139).

Asterisk puts the address into the PIDF-LO of an INVITE from a line whose `geoloc_incoming_call_profile` is the section's name.
It replaces `${...}` in there and ends a text at a quotation mark, so such characters become harmless ones. An apostrophe is taken for a
quotation mark as well, even between others: without a backslash "Coeur d'Alene" would swallow the street (seen on 22.10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from campctl.backends.asterisk.facts.text import clipped, printable
from campctl.model.refusals import No
from campctl.model.resources import Location

FIXED = {
    "type": "profile",
    "pidf_element": "device",
    "profile_precedence": "prefer_config",
    "allow_routing_use": "yes",
    "suppress_empty_ca_elements": "yes",
    "format": "civicAddress",
    "method": "Manual",
}
_INFO = "location_info"
_ROOM = 900
_NAME_ROOM = 120
_FIELDS = {
    "country": "country",
    "state": "A1",
    "city": "A3",
    "postal_code": "PC",
    "building": "BLD",
    "floor": "FLR",
    "room": "ROOM",
    "name": "NAM",
}
_HOUSE = re.compile(r"([0-9]+[A-Za-z]?(?:[-/][0-9]+[A-Za-z]?)?) (\S.*)", re.ASCII | re.DOTALL)
_PAIR = r'([A-Za-z0-9_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",]*))(?:,|$)'
"""Compiled when the first section is found that is not as it was written."""
_BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
_HARMLESS = str.maketrans({'"': "'", "\\": "/", "$": "＄"})


def section(location: Location) -> dict[str, str]:
    """The section's options. Raises `No` (invalid) for an address too long to be sent; a long name is only cut."""
    parts = civic(location)
    info = ",".join('{}="{}"'.format(code, text.replace("'", "\\'")) for code, text in parts.items() if text)
    if len(info.encode()) > _ROOM:
        raise No("invalid", f"location {location.id}: its address takes more than the {_ROOM} bytes an Asterisk can be told.")
    return {**FIXED, _INFO: info}


def civic(location: Location) -> dict[str, str]:
    """Civic address elements, in the order of the standard; empty ones too."""
    house, road = _house(harmless(location.street))
    shown = {code: harmless(getattr(location, field)) for field, code in _FIELDS.items()}
    shown["NAM"] = clipped(shown["NAM"], _NAME_ROOM)
    return {
        "country": shown["country"],
        "A1": shown["A1"],
        "A3": shown["A3"],
        "RD": road,
        "HNO": house,
        "NAM": shown["NAM"],
        "PC": shown["PC"],
        "BLD": shown["BLD"],
        "FLR": shown["FLR"],
        "ROOM": shown["ROOM"],
    }


def harmless(text: str) -> str:
    """A text that can stand between quotation marks there."""
    return printable(text).translate(_HARMLESS)


def fields(options: Mapping[str, str], known: Location | None) -> dict[str, str]:
    """A location's fields as a section says them; those of `known` where the section says the same."""
    if known is not None and _as_written(options, known):
        return {field: getattr(known, field) for field in (*_FIELDS, "street")}
    said = {
        match[1]: (_BACKSLASH.sub(r"\1", match[2]) if match[2] is not None else match[3].strip())
        for match in re.finditer(_PAIR, options.get(_INFO, ""))
    }
    if options.get("type") != "profile" or options.get("format") != "civicAddress":
        said = {}
    expected = civic(known) if known is not None else {}
    found = {}
    for field, code in _FIELDS.items():
        text = said.pop(code, "")
        found[field] = getattr(known, field) if known is not None and text == expected[code] else text
    road = " ".join(said[code] for code in ("HNO", "RD", "STS") if said.get(code))
    same = known is not None and (said.get("HNO", ""), said.get("RD", ""), said.get("STS", "")) == (expected["HNO"], expected["RD"], "")
    found["street"] = known.street if known is not None and same else road
    return found


def _as_written(options: Mapping[str, str], known: Location) -> bool:
    try:
        return options == section(known)
    except No:
        return False


def _house(street: str) -> tuple[str, str]:
    match = _HOUSE.fullmatch(street)
    return (match[1], match[2]) if match else ("", street)
