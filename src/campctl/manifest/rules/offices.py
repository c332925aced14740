"""Offices: where help is sent to, and who is told that it was called (RAY BAUM's Act and Kari's Law, 47 CFR 9.3 and 9.16)."""

from __future__ import annotations

from collections.abc import Iterator

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.findings.text import listed
from campctl.manifest.rules.facts import Check, Facts
from campctl.manifest.rules.words import quoted, sentences
from campctl.model.addresses import lacking
from campctl.model.campaign import Office

STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}
"""USPS codes of states, the District and territories (Publication 28, appendix B)."""


def address(facts: Facts) -> Iterator[Finding]:
    """`address-incomplete`: an office without street, city, state or postal code."""
    for office in facts.campaign.offices.values():
        missing = lacking(office.address, facts.campaign.country)
        if missing:
            nothing = {"street", "city", "postal_code"} <= {*missing} and not office.address.state.strip()
            yield finding(
                "address-incomplete",
                (f"Office `{office.id}` has no address." if nothing else f"The address of office `{office.id}` lacks {listed(missing)}.")
                + " Someone who dials 911 there may not be able to say where they are; help is sent to what is written here. "
                "No line is lit without it.",
                help=f"Add {listed(missing)} to the office's `address`.",
                at=Ref("offices", office.id, "address"),
            )


def floors(facts: Facts) -> Iterator[Finding]:
    """`address-without-floor`: ports of which neither they nor their office say floor or room."""
    vague: dict[str, list[str]] = {}
    for port in facts.ports:
        if not (port.floor or port.room):
            office = facts.campaign.offices.get(port.office)
            if office is not None and not (office.address.floor or office.address.room):
                vague.setdefault(port.office, []).append(port.desk)
    for office_id, desks in vague.items():
        count = f"{len(desks):,} ports" if len(desks) > 1 else "a port"
        yield finding(
            "address-without-floor",
            f"Office `{office_id}` has {count} ({quoted(desks)}) of which neither they nor the office's address say floor or room. "
            "A dispatchable location is a street address and the place in the building (47 CFR 9.3): "
            "without it, responders search floor by floor.",
            help="Add `floor` or `room` to the ports, or to the office's `address` (a shop on the street may say `room: storefront`).",
            at=Ref("offices", office_id, "address"),
            related=(Related("the first of the ports", at=Ref("ports", f"{office_id}/{desks[0]}")),),
        )


def shape(facts: Facts) -> Iterator[Finding]:
    """`address-unlikely`: a state or postal code that the United States do not have."""
    for office in facts.campaign.offices.values():
        if _country(facts, office) != "US":
            continue
        state, code = office.address.state, office.address.postal_code
        if state and state not in STATES:
            yield _unlikely(office, "state", state, "is no state, district or territory of the United States", _state(state))
        if code and not _is_zip(code):
            example = f"ZIP codes have five digits{f': `{code.zfill(5)}`?' if code.isdigit() and len(code) == 4 else '.'}"
            yield _unlikely(office, "postal_code", code, "is no ZIP code", sentences(example, "Quote it, so that leading zeros stay."))


def _unlikely(office: Office, part: str, value: str, what: str, advice: str) -> Finding:
    return finding(
        "address-unlikely",
        f"The address of office `{office.id}` says {part} `{value}`, which {what}. "
        "The databases of the emergency services refuse such an address.",
        help=advice,
        at=Ref("offices", office.id, "address", (part,)),
    )


def _is_zip(code: str) -> bool:
    head, dash, tail = code.partition("-")
    return code.isascii() and len(head) == 5 and head.isdigit() and (not dash or (len(tail) == 4 and tail.isdigit()))


def _state(word: str) -> str:
    by_name = {name.lower(): code for code, name in STATES.items()}
    found = word.upper() if word.upper() in STATES else by_name.get(word.lower(), "")
    if not found:
        near = Suggester(name.lower().replace(" ", "-") for name in STATES.values()).nearest(word)
        found = by_name.get(near.replace("-", " "), "")
    return f"Did you mean `{found}` ({STATES[found]})?" if found else "Write the two letters the postal service uses, such as IL."


def notification(facts: Facts) -> Iterator[Finding]:
    """`no-911-notification`: nobody is told that someone dialled 911."""
    for office in facts.campaign.offices.values():
        if not office.notify_911:
            yield finding(
                "no-911-notification",
                f"Office `{office.id}` names nobody who is told when someone there dials 911. "
                "Kari's Law (47 CFR 9.16) asks for a notice, at the moment of the call, to a place where somebody will see or hear it; "
                "whoever it is can open doors and meet the ambulance.",
                help='Add a front desk or security contact: `notify_911: ["+13125550101", security@example.org]`.',
                at=Ref("offices", office.id, "notify_911"),
            )


def _country(facts: Facts, office: Office) -> str:
    return (office.address.country or facts.campaign.country).upper()


RULES: dict[str, Check] = {
    "address-incomplete": address,
    "address-without-floor": floors,
    "address-unlikely": shape,
    "no-911-notification": notification,
}
