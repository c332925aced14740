"""Entries about numbers."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="number-taken",
        severity="error",
        summary="a number has two owners",
        why="A call to a number has one destination. `users: number`, `hotlines: numbers` and `numbers: to` all say where it leads.",
        example="""\
users:
  cat: { name: Cat Diaz, office: hq, extension: 3003, number: "+13125550100" }
""",
    ),
    Entry(
        code="main-number-unanswered",
        severity="warning",
        summary="the main number leads nowhere",
        why="Everyone without a number of their own shows it when they call, so it is the number that people call back.",
        example="""\
campaign:
  name: Example
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: local
  backends: { local: { type: sim } }
""",
    ),
    Entry(
        code="caller-id-not-held",
        severity="warning",
        summary="the caller number is not one of the campaign's",
        why="Carriers sign calls only from numbers their customer holds (STIR/SHAKEN). Other calls are blocked or marked as spam.",
        example="""\
offices:
  east:
    name: East
    address: { street: 2 Example Street, city: Gary, state: IN, postal_code: "46402" }
    caller_id: "+12195550177"
    notify_911: [security@example.org]
""",
    ),
    Entry(
        code="outside-is-inside",
        severity="warning",
        summary="an outside number is one of the campaign's own",
        why="The call leaves through the carrier and comes back in: two channels, two charges, and the caller's number may be lost.",
        example="""\
hotlines:
  legal:
    name: Legal
    extension: 3090
    seats: 1
    answer: { users: [ann] }
    overflow: outside/+13125550100
""",
    ),
    Entry(
        code="number-rings-dark-port",
        severity="warning",
        summary="a number leads to a dark port",
        why="A dark port has no phone in service; whoever calls the number hears nothing.",
        example="""\
numbers:
  "+13125550133": { to: port/hq/d1 }
""",
    ),
)
