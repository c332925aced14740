"""Entries about policy."""

from __future__ import annotations

from campctl.findings.catalogue import HEAD, Entry, register

register(
    Entry(
        code="mixed-currencies",
        severity="warning",
        summary="prices in two currencies",
        why="Amounts in two currencies have no sum; each has its own.",
        example=HEAD.replace("{ local: { type: sim } }", "{ local: { type: sim }, far: { type: sim } }")
        + """\
  prices:
    local: { seat_per_day: 4.00 }
    far: { seat_per_day: 3.50, currency: EUR }
""",
    ),
    Entry(
        code="freeze-ends-before-it-begins",
        severity="error",
        summary="a freeze ends before it begins",
        why="It would hold nothing back.",
        example=HEAD
        + """\
  policy:
    freezes:
      - { name: election-day, from: 2026-11-04T00:00, until: 2026-11-03T05:00 }
""",
    ),
    Entry(
        code="unknown-protected",
        severity="error",
        summary="what is to be protected does not exist",
        why="What is protected by a wrong name is not protected, and nobody finds out until it is gone.",
        example=HEAD
        + """\
  policy:
    protected: [hotline/voter-protection]
""",
    ),
    Entry(
        code="unknown-freeze-exception",
        severity="error",
        summary="a freeze allows something that does not exist",
        why="The exception would not be made on the day it is needed.",
        example=HEAD
        + """\
  policy:
    freezes:
      - { name: election-day, from: 2026-11-03T05:00, until: 2026-11-04T00:00, allow: [lite] }
""",
    ),
)
