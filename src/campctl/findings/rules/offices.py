"""Entries about offices: emergency addresses and notices."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="address-incomplete",
        severity="error",
        summary="an office has no dispatchable address",
        why="Help is sent to the address written here (47 CFR 9.3 and 9.16, RAY BAUM's Act). "
        "Street, city, state and postal code are needed before any line of the office is lit; no flag changes that.",
        example="""\
offices:
  east:
    name: East
    address: { city: Gary, state: IN }
    notify_911: [security@example.org]
""",
    ),
    Entry(
        code="address-without-floor",
        severity="error",
        summary="ports without floor or room",
        why="A dispatchable location is a street address and where in the building. It comes from the port, else from the office's "
        "address. A place with one room may say so: `room: storefront`.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402" }
    extensions: [4000-4099]
    notify_911: [security@example.org]
ports:
  east-bank: { office: east, desks: e1-e2, extensions: 4010-4011 }
""",
    ),
    Entry(
        code="address-unlikely",
        severity="warning",
        summary="a state or postal code that does not exist",
        why="The databases of the emergency services refuse an address they cannot match.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: Indiana, postal_code: "46402" }
    notify_911: [security@example.org]
""",
    ),
    Entry(
        code="no-911-notification",
        severity="warning",
        summary="nobody is told of a 911 call",
        why="Kari's Law (47 CFR 9.16) asks that someone on site, or elsewhere, is told at the moment of the call: with the fact, "
        "a number to call back, and the location.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402" }
""",
    ),
)
