"""Entries about where calls go on to."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="hotline-circle",
        severity="error",
        summary="hotlines pass calls round in a circle",
        why="Following overflow, closed and escalation leads back to the beginning. A caller whom nobody answers is passed round "
        "for ever, and never told. An outside number that is the campaign's own counts as what it leads to.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { users: [ann] }, overflow: hotline/press }
  press: { name: Press, extension: 3091, seats: 1, answer: { users: [ben] }, overflow: hotline/legal }
""",
    ),
    Entry(
        code="failover-circle",
        severity="warning",
        summary="hotlines stand in for each other in a circle",
        why="While one office is down that is as it should be. When all of them are, callers are passed round and never told.",
        example="""\
hotlines:
  legal: { name: Legal, extension: 3090, seats: 1, answer: { users: [ann] }, failover: hotline/press }
  press: { name: Press, extension: 3091, seats: 1, answer: { users: [ben] }, failover: hotline/legal }
""",
    ),
    Entry(
        code="escalation-order",
        severity="error",
        summary="escalation steps are not in the order of their times",
        why="Steps happen in the order of time. Written in another order they do not do what they seem to say.",
        example="""\
hotlines:
  legal:
    name: Legal
    extension: 3090
    seats: 1
    answer: { users: [ann] }
    escalation: [{ after: 2m, answer: { users: [ben] }, seats: 1 }, { after: 1m, to: hotline/main }]
""",
    ),
    Entry(
        code="escalation-never-reached",
        severity="warning",
        summary="an escalation step comes too late to happen",
        why="By then the call has gone elsewhere, because of an earlier step or because nobody waits longer than `max_wait`.",
        example="""\
hotlines:
  legal:
    name: Legal
    extension: 3090
    seats: 1
    max_wait: 2m
    answer: { users: [ann] }
    escalation: [{ after: 3m, answer: { users: [ben] }, seats: 1 }]
""",
    ),
)
