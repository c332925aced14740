"""Entries about hotlines: seats, people, hours."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="seats-out-of-order",
        severity="error",
        summary="seats are not min <= baseline <= max",
        why="The baseline holds on an ordinary day; surges and `hotline scale` move between min and max.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: { baseline: 1, min: 2, max: 4 }, answer: { users: [ann, ben] } }
""",
    ),
    Entry(
        code="hotline-unanswered",
        severity="error",
        summary="nobody may answer a hotline",
        why="No person and no port, lit or dark, fits its `answer`: callers would wait for nobody.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { ports: false } }
""",
    ),
    Entry(
        code="seats-beyond-people",
        severity="warning",
        summary="more seats than people and lit ports who may answer",
        why="Seats stay empty and callers wait longer than planned. It is a warning because ports can be lit, and volunteers seated, "
        "at any time; a person with a named port counts once.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 9, answer: { users: [ann, ben] } }
""",
    ),
    Entry(
        code="escalation-beyond-people",
        severity="warning",
        summary="an escalation step that too few can join",
        why="The step is there for callers who have waited longest, and they go on waiting.",
        example="""\
hotlines:
  legal:
    name: Legal
    extension: 3090
    seats: 1
    answer: { users: [ann] }
    escalation: [{ after: 60s, answer: { skills: [legal], ports: false }, seats: 3 }]
""",
    ),
    Entry(
        code="escalation-without-seats",
        severity="warning",
        summary="an escalation step without seats",
        why="The step says who may join in, and without `seats` none of them does.",
        example="""\
hotlines:
  legal:
    name: Legal
    extension: 3090
    seats: 1
    answer: { users: [ann] }
    escalation: [{ after: 60s, answer: { users: [ben] } }]
""",
    ),
    Entry(
        code="hotline-unreachable",
        severity="warning",
        summary="nobody can call a hotline",
        why="It has no number and no extension, and nothing leads to it.",
        example="""\
hotlines:
  legal: { name: Legal, seats: 1, answer: { users: [ann] } }
""",
    ),
    Entry(
        code="hours-overlap",
        severity="warning",
        summary="two rules of hours cover the same time",
        why="Hours add up. Who shortens one of the two rules will find the hotline still open by the other.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { users: [ann] }, hours: [mon-fri 08:00-18:00, fri-sat 10:00-20:00] }
""",
    ),
    Entry(
        code="closed-never-used",
        severity="warning",
        summary="a hotline without hours never closes",
        why="`closed` says where calls go outside of hours, and there are none: the hours were probably forgotten.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { users: [ann] }, closed: hotline/main }
""",
    ),
    Entry(
        code="autoscale-without-room",
        severity="error",
        summary="the autopilot has no seats to move",
        why="It keeps seats between min and max, and they are the same: whoever wrote `autoscale` expects more when calls come.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: { baseline: 1, min: 1, max: 1 }, answer: { users: [ann, ben] }, autoscale: true }
""",
    ),
    Entry(
        code="autoscale-without-target",
        severity="error",
        summary="the autopilot has no service target to hold",
        why="0% holds with nobody there, and 100% with no number of seats: the seats would stay at the min, or go to the max for good.",
        example="""\
hotlines:
  legal:
    name: Legal
    extension: 3090
    seats: { baseline: 1, min: 1, max: 2 }
    answer: { users: [ann, ben] }
    service: { target: 100% }
    autoscale: true
""",
    ),
)
