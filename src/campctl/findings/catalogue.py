"""Every finding there is: code, severity, fixed summary, why it matters, and an example that makes it happen.

docs/findings.md is generated from this table, and a test runs each example and expects its code.
"""

from __future__ import annotations

from msgspec import Struct

from campctl.findings import Finding, Ref, Related, Severity, Span


class Entry(Struct, frozen=True, kw_only=True):
    """One kind of finding. `example` is a minimal manifest (YAML text) or a small mapping of file names to texts."""

    code: str
    severity: Severity
    summary: str
    why: str
    example: str | dict[str, str] = ""


HEAD = """\
campaign:
  name: Example
  country: US
  time_zone: America/Chicago
  backend: local
  backends: { local: { type: sim } }
"""
"""What examples begin with that have more to say of the campaign itself."""

CATALOGUE: dict[str, Entry] = {}

MODULES = ("syntax", "rules", "effective", "backends", "wiring", "runbooks")
"""Modules of this package that register entries when imported; `load_all` imports them when a finding is made."""


def register(*entries: Entry) -> None:
    """Add entries; a code may stand only once."""
    for entry in entries:
        if entry.code in CATALOGUE:
            raise AssertionError(entry.code)
        CATALOGUE[entry.code] = entry


def load_all() -> dict[str, Entry]:
    """The whole catalogue. Importing the entries is left until here: a campaign without faults never needs them."""
    from importlib import import_module

    for name in MODULES:
        import_module(f"campctl.findings.{name}")
    return CATALOGUE


def finding(
    code: str,
    detail: str,
    *,
    help: str = "",  # noqa: A002 - the finding's own word
    at: Ref | None = None,
    span: Span | None = None,
    related: tuple[Related, ...] = (),
) -> Finding:
    """A finding of a catalogued code; severity and summary come from the catalogue."""
    entry = CATALOGUE.get(code) or load_all()[code]
    return Finding(
        code=code,
        severity=entry.severity,
        summary=entry.summary,
        detail=detail,
        help=help,
        at=at,
        span=span,
        related=related,
    )
