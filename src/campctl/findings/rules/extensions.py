"""Entries about extensions."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="extension-taken",
        severity="error",
        summary="an extension has two owners",
        why="On one exchange an extension rings one line. Users, ports and hotlines of all offices on a backend share its dial plan.",
        example="""\
users:
  cat: { name: Cat Diaz, office: hq, extension: 3001 }
""",
    ),
    Entry(
        code="extension-outside-office",
        severity="error",
        summary="an extension lies outside the ranges of its office",
        why="Ranges keep offices apart. An extension outside of them works until the office it belongs to gives it to somebody. "
        "People who move keep their extension, so theirs may lie in the ranges of any office.",
        example="""\
users:
  cat: { name: Cat Diaz, office: hq, extension: 4001 }
""",
    ),
    Entry(
        code="extension-ranges-overlap",
        severity="error",
        summary="two offices claim the same extensions",
        why="Whoever is given one of these extensions in the one office takes it from the other, when both are on one backend.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402" }
    extensions: [3050-3149]
    notify_911: [security@example.org]
""",
    ),
    Entry(
        code="extension-hides-emergency",
        severity="error",
        summary="an extension is in the way of the emergency number",
        why="911 must be reached the moment it is dialled, without prefix or delay (Kari's Law, 47 CFR 9.16). "
        "With an extension that begins with 911 or 9911 the exchange waits for more digits, or rings a desk.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402" }
    extensions: [9100-9199]
    notify_911: [security@example.org]
users:
  cat: { name: Cat Diaz, office: east, extension: 9110 }
""",
    ),
)
