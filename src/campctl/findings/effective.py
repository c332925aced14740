"""Findings about desired(t): what campaign, surges and overrides ask for and the moment cannot give."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

_TWO_EXCHANGES = """\
campaign:
  name: Two exchanges
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: old
  backends:
    old: { type: sim }
    new: { type: sim }
hotlines:
  main: { name: Main, numbers: ["+13125550100"], seats: 0, answer: { ports: true }, overflow: hotline/legal }
  legal: { name: Legal, backend: new, extension: 3901, seats: 0, answer: { ports: true } }
"""

register(
    Entry(
        code="lit-without-location",
        severity="error",
        summary="a line has no dispatchable location",
        why="A 911 call from it could not be sent to the right door (47 CFR 9.16). Such a line stays disabled; no flag changes that.",
    ),
    Entry(
        code="seats-short",
        severity="warning",
        summary="fewer people than seats",
        why="Nobody else who may answer is free on the hotline's backend, so callers wait longer than planned.",
    ),
    Entry(
        code="seats-clamped",
        severity="warning",
        summary="seats held to the hotline's min or max",
        why="Surges and overrides together ask for a figure outside what the hotline allows.",
    ),
    Entry(
        code="lit-beyond-seats",
        severity="warning",
        summary="lit ports that do not answer",
        why="More ports are lit for the hotline than it has seats: their phones work, but no call reaches them.",
    ),
    Entry(
        code="lit-but-may-not-answer",
        severity="warning",
        summary="a lit port may not answer its hotline",
        why="The port is lit for a hotline which it, or who sits there, may not answer, or which lives on another backend.",
    ),
    Entry(
        code="surge-ports-short",
        severity="warning",
        summary="not enough dark ports for a surge",
        why="The surge asks for more ports than the office has dark ones with a dispatchable location.",
    ),
    Entry(
        code="override-unknown",
        severity="warning",
        summary="an override names what does not exist",
        why="The manifests no longer hold it, so that part of the override has no effect.",
    ),
    Entry(
        code="diversion-unreachable",
        severity="warning",
        summary="calls cannot be led to where they should go for a while",
        why="Calls go from one backend to another over a telephone number, and the target of the failover or evacuation has none.",
    ),
    Entry(
        code="evacuation-ports-short",
        severity="warning",
        summary="not enough dark desks where an office is evacuated to",
        why="As many desks are lit there as answered in the evacuated office, as far as there are dark ones that may answer.",
    ),
    Entry(
        code="target-on-other-backend",
        severity="error",
        summary="a target cannot be reached from the hotline's backend",
        why="Calls go from one backend to another over a telephone number, and the target has none.",
        example=_TWO_EXCHANGES,
    ),
)
