"""Entries about values: types, units, times, numbers, ids."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="yaml-trap",
        severity="error",
        summary="a value that YAML readers disagree about",
        why="Unquoted, `no` is false, `012` is ten and `6:30` is 390 to many YAML readers. campctl keeps the text; quotes "
        "make everyone do so, and tell a reader which was meant.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, languages: [en, no] }
""",
    ),
    Entry(
        code="bad-shift",
        severity="error",
        summary="a shift that cannot be read",
        why="Who has shifts is seated within them only; one that is left out leaves a seat empty, or a volunteer without a phone.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, shifts: ["2026-11-03T22:00/02:00"] }
""",
    ),
    Entry(
        code="no-shifts",
        severity="warning",
        summary="an empty list of shifts",
        why="It reads like nobody who ever comes, and means somebody who is always there.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, shifts: [] }
""",
    ),
    Entry(
        code="shifts-overlap",
        severity="warning",
        summary="two shifts of one person at the same time",
        why="They count as one, from the first beginning to the last end; more often one of the two has a wrong hour.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, shifts: ["2026-11-03T06:00/14:00", "2026-11-03T12:00/20:00"] }
""",
    ),
    Entry(
        code="shift-too-long",
        severity="warning",
        summary="a shift of more than a day",
        why="Nobody is at a desk for so long. Until it ends they count as there and are given seats, by night too.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, shifts: ["2026-11-01T06:00/2026-11-03T14:00"] }
""",
    ),
    Entry(
        code="unquoted-number",
        severity="warning",
        summary="a phone number without quotes",
        why="campctl reads it right. Other YAML tools take it for an integer and lose the plus.",
        example="""\
numbers:
  "+13125550101": { to: outside/+13125550190 }
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, number: +13125550111 }
""",
    ),
    Entry(
        code="null-value",
        severity="warning",
        summary="a key without a value",
        why="It reads like a value that got lost; campctl goes on as if the key were not there.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, role: ~ }
""",
    ),
    Entry(
        code="unknown-key",
        severity="error",
        summary="an unknown field",
        why="A misspelt field does nothing, and nobody is told.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extention: 3003, extension: 3003 }
""",
    ),
    Entry(
        code="secret-in-manifest",
        severity="error",
        summary="a secret in a manifest",
        why="Manifests are in git, in reviews and in backups. Secrets belong into the keyring, or where `backend login` can find them.",
        example="""\
campaign:
  name: Example
  time_zone: America/Chicago
  backends: { local: { type: sim, password: made-up } }
""",
    ),
    Entry(
        code="secret-in-store-url",
        severity="error",
        summary="a password in the store's URL",
        why="Manifests are in git, in reviews and in backups; whoever reads them could rewrite the campaign's records.",
        example="""\
campaign:
  name: Example
  time_zone: America/Chicago
  backends: { local: { type: sim } }
  store: postgresql://ann:made-up@db.example.org/phones
""",
    ),
    Entry(
        code="bad-store-url",
        severity="error",
        summary="a store that cannot be reached as written",
        why="Runs, overrides and the audit log would have nowhere to go.",
        example="""\
campaign:
  name: Example
  time_zone: America/Chicago
  backends: { local: { type: sim } }
  store: mysql://db.example.org/phones
""",
    ),
    Entry(
        code="missing-key",
        severity="error",
        summary="a required field is missing",
        why="Without it there is no phone to set up.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq }
""",
    ),
    Entry(
        code="wrong-type",
        severity="error",
        summary="a value of the wrong type",
        why="A list, a mapping and a text are different things; guessing would hide mistakes.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, skills: legal }
""",
    ),
    Entry(
        code="too-long",
        severity="error",
        summary="a very long text",
        why="Names and labels are shown on phones; a text this long is usually a quote that was not closed.",
    ),
    Entry(
        code="bad-id",
        severity="error",
        summary="not an id",
        why="Ids name things on the command line, in plans and on exchanges, so they are lower-case letters, digits, `.`, `-` and `_`.",
        example="""\
users:
  Cal Roe: { name: Cal Roe, office: hq, extension: 3003 }
""",
    ),
    Entry(
        code="not-a-choice",
        severity="error",
        summary="not one of the choices",
        why="The field knows a few words only.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, permission: nationl }
""",
    ),
    Entry(
        code="out-of-range",
        severity="error",
        summary="a number out of range",
        why="The value makes no sense here.",
        example="""\
hotlines:
  legal: { name: Legal, seats: 1, answer: { users: [ann] }, extension: 3090, priority: 900 }
""",
    ),
    Entry(
        code="bad-combination",
        severity="error",
        summary="fields that do not go together",
        why="They say two things at once, or nothing.",
        example="""\
ports:
  more: { office: hq, desk: d9, desks: d5-d6, extensions: 3020-3021 }
""",
    ),
    Entry(
        code="bad-duration",
        severity="error",
        summary="not a length of time",
        why="Without its unit a number may be seconds or minutes, and callers wait accordingly.",
        example="""\
hotlines:
  legal: { name: Legal, seats: 1, answer: { users: [ann] }, extension: 3090, max_wait: 300 }
""",
    ),
    Entry(
        code="bad-share",
        severity="error",
        summary="not a share",
        why="`0.8` and `80` could both be meant as 80%; the percent sign leaves no doubt.",
        example="""\
hotlines:
  legal: { name: Legal, seats: 1, answer: { users: [ann] }, extension: 3090, service: { target: 0.8 } }
""",
    ),
    Entry(
        code="bad-price",
        severity="error",
        summary="not a price, or not a currency",
        why="Prices are exact decimal amounts of 0 or more; the currency is written once, beside them.",
        example="""\
campaign:
  name: Prices
  country: US
  time_zone: America/Chicago
  backends: { local: { type: sim } }
  prices: { local: { seat_per_day: -4.00 } }
""",
    ),
    Entry(
        code="bad-time",
        severity="error",
        summary="not a date with a time",
        why="Times are written as the clock on the wall shows them.",
        example="""\
surges:
  debate: { name: Debate, from: 2026-10-13 7pm, until: 2026-10-13T23:30, seats: { main: +1 } }
""",
    ),
    Entry(
        code="time-skipped",
        severity="error",
        summary="a time the clock skips",
        why="In spring an hour does not exist; what was meant may be an hour earlier or later.",
        example="""\
surges:
  night: { name: Night, from: 2026-03-08T02:30, until: 2026-03-08T06:00, seats: { main: +1 } }
""",
    ),
    Entry(
        code="time-repeated",
        severity="warning",
        summary="a time the clock shows twice",
        why="In autumn an hour comes twice; campctl takes the first one.",
        example="""\
surges:
  night: { name: Night, from: 2026-11-01T01:30, until: 2026-11-01T06:00, seats: { main: +1 } }
""",
    ),
    Entry(
        code="unknown-time-zone",
        severity="error",
        summary="an unknown time zone",
        why="Abbreviations such as EST are not zones: they know no daylight saving.",
        example="""\
surges:
  debate: { name: Debate, time_zone: Eastern, from: 2026-10-13T19:00, until: 2026-10-13T23:30, seats: { main: +1 } }
""",
    ),
    Entry(
        code="bad-hours",
        severity="error",
        summary="not opening hours",
        why="Callers would hear that the line is closed, or ring where nobody is.",
        example="""\
hotlines:
  legal: { name: Legal, seats: 1, answer: { users: [ann] }, extension: 3090, hours: [weekdays 8-20] }
""",
    ),
    Entry(
        code="bad-extension",
        severity="error",
        summary="not an extension",
        why="Phones dial digits.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: x3003 }
""",
    ),
    Entry(
        code="bad-range",
        severity="error",
        summary="not a range",
        why="A range runs from its first to its last member, both with equally many digits.",
        example="""\
ports:
  more: { office: hq, desks: d9-d5, extensions: 3020-3024 }
""",
    ),
    Entry(
        code="range-too-long",
        severity="error",
        summary="a range too long",
        why="It is usually one digit too many.",
        example="""\
ports:
  more: { office: hq, desks: e1-e90000, extension: 3020 }
""",
    ),
    Entry(
        code="unequal-ranges",
        severity="error",
        summary="more desks than extensions, or fewer",
        why="Each desk needs an extension of its own.",
        example="""\
ports:
  more: { office: hq, desks: d5-d8, extensions: 3020-3022 }
""",
    ),
    Entry(
        code="bad-number",
        severity="error",
        summary="not a phone number",
        why="A number that cannot exist cannot be routed; one digit too few is the usual reason.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, number: "+1312555011" }
""",
    ),
    Entry(
        code="bad-contact",
        severity="error",
        summary="neither a phone number nor an e-mail address",
        why="Whoever is told of an emergency call must be reachable.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402" }
    notify_911: [security@desk]
""",
    ),
    Entry(
        code="bad-country",
        severity="error",
        summary="not a country code",
        why="It decides how phone numbers without `+` are read.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402", country: USA }
    notify_911: [security@example.org]
""",
    ),
    Entry(
        code="bad-target",
        severity="error",
        summary="not a target",
        why="A target says what kind of thing it leads to, so that a hotline and a user of one name are told apart.",
        example="""\
numbers:
  "+13125550101": { to: main }
""",
    ),
)
