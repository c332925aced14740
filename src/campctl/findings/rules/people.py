"""Entries about people and the desks they sit at."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="second-line-at-home",
        severity="warning",
        summary="a second line on the backend it is on anyway",
        why="`also_on` is for the time in which an office moves: the phone has a line on both exchanges until it is re-pointed.",
        example="""\
users:
  cat: { name: Cat Diaz, office: hq, extension: 3003, also_on: local }
""",
    ),
    Entry(
        code="answerer-on-other-backend",
        severity="warning",
        summary="who is named to answer a hotline is on another backend",
        why="A queue rings lines of its own exchange only. While an office moves from one to another, its hotlines go with those who "
        "answer.",
        example="""\
campaign:
  name: Two exchanges
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: old
  backends:
    old: { type: sim }
    new: { type: sim }
offices:
  hq:
    name: Headquarters
    address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3" }
    extensions: [3000-3099]
    notify_911: [security@example.org]
users:
  ann: { name: Ann Lee, office: hq, extension: 3001 }
  ben: { name: Ben Ito, office: hq, extension: 3002, backend: new }
hotlines:
  main: { name: Main, numbers: ["+13125550100"], seats: 1, answer: { users: [ann, ben] } }
""",
    ),
    Entry(
        code="user-at-two-ports",
        severity="error",
        summary="a user sits at two ports",
        why="A person sits at one desk. At the other one, calls would ring for nobody, and a 911 call would give the wrong place.",
        example="""\
ports:
  left: { office: hq, desk: left, extension: 3021, state: lit, user: ann }
  right: { office: hq, desk: right, extension: 3022, state: lit, user: ann }
""",
    ),
    Entry(
        code="port-user-elsewhere",
        severity="warning",
        summary="a port is for a user of another office",
        why="Visitors exist: it is allowed. The port keeps the emergency address of the office it is in; the person's own line does not.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402", room: storefront }
    extensions: [4000-4099]
    notify_911: [security@example.org]
ports:
  guest: { office: east, desk: guest, extension: 4010, state: lit, user: ann }
""",
    ),
    Entry(
        code="port-may-dial-far",
        severity="warning",
        summary="a port for anyone may dial beyond local numbers",
        why="Unattended phones that may dial far are how toll fraud starts: anyone who walks in can call premium numbers all night.",
        example="""\
ports:
  hall: { office: hq, desk: hall, extension: 3021, permission: international }
""",
    ),
    Entry(
        code="port-hotline-refuses",
        severity="warning",
        summary="a port's hotline does not take it",
        why="Lit for a hotline whose `answer` leaves it out, the port would ring for nobody.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { users: [ann], ports: false } }
ports:
  hall: { office: hq, desk: hall, extension: 3021, hotline: legal }
""",
    ),
    Entry(
        code="nobody-has",
        severity="warning",
        summary="a role, skill or language that nobody has",
        why="People are chosen for hotlines by these words. A word that no user has chooses nobody, and is usually misspelt.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { skills: [legl] } }
""",
    ),
)
