"""Entries about things that are named and do not exist."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="unknown-backend",
        severity="error",
        summary="no such backend",
        why="Offices and hotlines live on a telephony system, and it must be defined under `campaign: backends:`.",
        example="""\
campaign:
  name: Example
  country: US
  time_zone: America/Chicago
  backend: locl
  backends: { local: { type: sim } }
""",
    ),
    Entry(
        code="unknown-office",
        severity="error",
        summary="no such office",
        why="Emergency address, exchange and extensions of a person or port come from its office.",
        example="""\
users:
  cat: { name: Cat Diaz, office: hqq, extension: 3003 }
""",
    ),
    Entry(
        code="unknown-hotline",
        severity="error",
        summary="no such hotline",
        why="A number, an overflow, a port or a surge that names it would lead callers nowhere.",
        example="""\
numbers:
  "+13125550133": { to: hotline/mian }
""",
    ),
    Entry(
        code="unknown-user",
        severity="error",
        summary="no such user",
        why="A seat, a desk or a number is meant for somebody who is not among the users.",
        example="""\
numbers:
  "+13125550133": { to: user/anne }
""",
    ),
    Entry(
        code="unknown-port",
        severity="error",
        summary="no such port",
        why="A surge or a number names a desk that the office does not have.",
        example="""\
numbers:
  "+13125550133": { to: port/hq/d9 }
""",
    ),
    Entry(
        code="renamed-from-taken",
        severity="error",
        summary="an old id still exists or is claimed twice",
        why="`renamed_from` keeps a phone, its number and its history under a new id. That takes one old id and one new one.",
        example="""\
users:
  cat: { name: Cat Diaz, office: hq, extension: 3003, renamed_from: ann }
""",
    ),
)
