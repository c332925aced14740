"""Findings about what a backend cannot do."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

_EXAMPLE = """\
campaign:
  name: Example
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: local
  backends:
    local: {{ type: sim, {options} }}
offices:
  hq:
    name: Headquarters
    address: {{ street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3" }}
    extensions: [3000-3099]
    notify_911: [security@example.org]
users:
  ann: {{ name: Ann Lee, office: hq, extension: 3001 }}
ports:
  bank: {{ office: hq, desks: d1-d4, extensions: 3010-3013, device: poly-vvx }}
hotlines:
  main: {{ name: Main number, numbers: ["+13125550100"], seats: {{ baseline: 1, max: 4 }}, answer: {{ users: [ann] }} }}
"""

register(
    Entry(
        code="backend-cannot-kind",
        severity="error",
        summary="the backend does not know this kind of thing",
        why="What the manifests ask for could not be made there; an apply would fail half way.",
    ),
    Entry(
        code="backend-cannot-field",
        severity="warning",
        summary="the backend cannot keep this field",
        why="What is written does not hold there; plans leave it out.",
        example=_EXAMPLE.format(options="unsupported: line.device"),
    ),
    Entry(
        code="backend-unsafe-field",
        severity="error",
        summary="the backend cannot keep what safety rests on",
        why="Without it a 911 call is sent to the wrong door, a dark desk is in service, or a phone dials further than it may.",
        example=_EXAMPLE.format(options="unsupported: line.location"),
    ),
    Entry(
        code="backend-cannot-strategy",
        severity="error",
        summary="the backend does not know this strategy",
        why="Calls would be handed out in another way than written.",
    ),
    Entry(
        code="backend-limit",
        severity="error",
        summary="more than the backend holds",
        why="At the campaign's maximum (every seat filled) the backend would refuse the last ones, on its busiest day.",
        example=_EXAMPLE.format(options="max_members_per_queue: 3"),
    ),
)
