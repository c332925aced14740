"""Entries about shifts."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="shift-before-campaign",
        severity="warning",
        summary="a shift long before anything else on the calendar",
        why="A year mistyped: who has shifts is seated within them only, so this person would never be.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, shifts: ["2025-11-03T06:00/14:00"] }
surges:
  debate: { from: 2026-10-13T19:00, until: 2026-10-13T23:30, calls: { main: 900 } }
""",
    )
)
