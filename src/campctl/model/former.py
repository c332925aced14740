"""What `renamed_from` names: a noun's earlier id, or a resource by the id an exchange has for it.

    offices   chicago            location/legacy-building
    users     anne.lee           line/legacy/7000
    ports     chicago-hq/a017    line/legacy/7000          (or the desk alone, within the same office)
    hotlines  election           queue/Hunt Group 3

The second form takes over what campctl did not make, whatever it is called there.
"""

from __future__ import annotations

from campctl.model.campaign import Campaign
from campctl.model.resources import Key, Kind

FORMER_KIND: dict[str, Kind] = {"offices": "location", "users": "line", "ports": "line", "hotlines": "queue"}
"""Section to the kind of its resource, which is also the word before the slash of the second form."""

_NOUN = {"users": "user/", "ports": "port/"}


def on_exchange(section: str, renamed_from: str) -> Key | None:
    """The resource the second form names; None for an earlier id."""
    kind = FORMER_KIND[section]
    word, _, rest = renamed_from.partition("/")
    return Key(kind, rest) if word == kind and rest else None


def former_key(section: str, renamed_from: str, office: str = "") -> Key:
    """The resource it was, in either form; `office` is where a port's desk alone is looked for."""
    found = on_exchange(section, renamed_from)
    if found is not None:
        return found
    if section == "ports" and "/" not in renamed_from:
        renamed_from = f"{office}/{renamed_from}"
    return Key(FORMER_KIND[section], _NOUN.get(section, "") + renamed_from)


def key_of_noun(section: str, id_: str) -> Key:
    """The resource of a noun of today."""
    return Key(FORMER_KIND[section], _NOUN.get(section, "") + id_)


def holder_of(campaign: Campaign, key: Key, backend: str = "") -> str:
    """`SECTION/ID` of the noun that has the resource today, or "". `backend`: only there, where an exchange's own name is meant."""
    default = campaign.default_backend

    def home(office: str) -> str:
        found = campaign.offices.get(office)
        return (found.backend or default) if found is not None else ""

    if key.kind == "location":
        return f"offices/{key.id}" if key.id in campaign.offices and backend in {"", home(key.id)} else ""
    if key.kind == "queue":
        hotline = campaign.hotlines.get(key.id)
        return f"hotlines/{key.id}" if hotline is not None and backend in {"", hotline.backend or default} else ""
    kind, _, name = key.id.partition("/")
    found = campaign.users.get(name) if kind == "user" else campaign.ports.get(name) if kind == "port" else None
    return f"{kind}s/{name}" if found is not None and backend in {"", found.backend or home(found.office), found.also_on} else ""
