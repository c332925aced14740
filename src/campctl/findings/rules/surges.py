"""Entries about surges."""

from __future__ import annotations

from campctl.findings.catalogue import HEAD, Entry, register

register(
    Entry(
        code="surge-ends-before-it-begins",
        severity="error",
        summary="a surge ends before it begins",
        why="It would never be in effect: no seats, no ports, and nobody notices before the night it was meant for.",
        example="""\
surges:
  debate: { name: Debate, from: 2026-10-13T19:00, until: 2026-10-13T01:00, seats: { main: 2 } }
""",
    ),
    Entry(
        code="surge-without-effect",
        severity="warning",
        summary="a surge changes nothing",
        why="It names no seats, no ports and no calls, or changes seats by 0.",
        example="""\
surges:
  debate: { name: Debate, from: 2026-10-13T19:00, until: 2026-10-13T23:00 }
""",
    ),
    Entry(
        code="surges-overlap",
        severity="warning",
        summary="two surges change the same seats at the same time",
        why="Figures with a sign add up, and of those without one the highest holds: easily not the figure that anybody had in mind.",
        example="""\
surges:
  debate: { name: Debate, from: 2026-10-13T19:00, until: 2026-10-13T23:00, seats: { main: 2 } }
  town-hall: { name: Town hall, from: 2026-10-13T22:00, until: 2026-10-14T01:00, seats: { main: +1 } }
""",
    ),
    Entry(
        code="surge-seats-beyond-limits",
        severity="error",
        summary="a surge asks for seats outside min and max",
        why="The hotline's limits hold, so the surge would not give what it says.",
        example="""\
surges:
  debate: { name: Debate, from: 2026-10-13T19:00, until: 2026-10-13T23:00, seats: { main: 40 } }
""",
    ),
    Entry(
        code="surge-seats-beyond-people",
        severity="warning",
        summary="a surge asks for more seats than can be taken",
        why="Counted are people who may answer, lit ports, and the ports that surges light for the hotline in that time.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: { baseline: 1, max: 20 }, answer: { users: [ann] } }
surges:
  debate:
    name: Debate
    from: 2026-10-13T19:00
    until: 2026-10-13T23:00
    seats: { legal: 20 }
    ports: [{ office: hq, any: 2, hotline: legal }]
""",
    ),
    Entry(
        code="surge-ports-beyond-dark",
        severity="error",
        summary="a surge lights more ports than are dark",
        why="Ports that are lit already, or do not exist, cannot be lit: that many fewer people answer. "
        "Surges of the same time count together.",
        example="""\
surges:
  debate:
    name: Debate
    from: 2026-10-13T19:00
    until: 2026-10-13T23:00
    ports: [{ office: hq, any: 30, hotline: main }]
""",
    ),
    Entry(
        code="surge-in-freeze",
        severity="warning",
        summary="a freeze holds back a surge",
        why="A plan made during a freeze is refused unless the freeze allows its verbs, so the surge does not happen by itself.",
        example=HEAD
        + """\
  policy:
    freezes:
      - { name: election-day, from: 2026-11-03T05:00, until: 2026-11-04T00:00, allow: [light, darken] }
offices:
  hq:
    name: Headquarters
    address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601" }
    notify_911: [security@example.org]
users:
  ann: { name: Ann Lee, office: hq, extension: 3001 }
  ben: { name: Ben Ito, office: hq, extension: 3002 }
hotlines:
  main: { name: Main number, extension: 3000, seats: { baseline: 1, max: 2 }, answer: { users: [ann, ben] } }
surges:
  polls-open: { name: Polls open, from: 2026-11-03T06:00, until: 2026-11-04T06:00, seats: { main: 2 } }
""",
    ),
)
