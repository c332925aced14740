"""What the use cases return: frozen values that views draw as tables, text or JSON. No rules, no printing.

Where a table has a natural order of columns, it is the order of the fields.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from campctl.findings import Finding
from campctl.model.changes import Plan
from campctl.model.live import Probe
from campctl.model.records import AuditEntry, JournalEntry, Override, Run


class Validation(Struct, frozen=True, kw_only=True):
    """`validate`: every finding, and what was read."""

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    counts: dict[str, int]
    excerpts: dict[str, str] = field(default_factory=dict)
    """"file:line" to the source line, for the caret excerpts."""
    folder: str = ""
    """The campaign's folder as seen from the top of the git checkout it lies in ("phones/"); empty there, and outside of any."""


class Planned(Struct, frozen=True, kw_only=True):
    """`plan`: the plan, with what is noteworthy about it, and warnings of validation."""

    plan: Plan
    findings: tuple[Finding, ...] = ()
    diff: str = ""
    """Unified diff of the YAML edits that a durable verb makes first."""


class Applied(Struct, frozen=True, kw_only=True):
    """`apply` and every verb that applies: what did and did not happen, and what to do next."""

    run: Run | None
    plan: Plan
    states: dict[str, str]
    """change id to its last state."""
    errors: dict[str, str]
    """change id to why it failed or was skipped."""
    next_steps: tuple[str, ...] = ()
    diff: str = ""
    warnings: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    """Backends that did not answer, and were left out."""
    stopped: bool = False
    """Somebody stopped it, or another run took its lock: not its own fault that it ended early."""


class DriftItem(Struct, frozen=True, kw_only=True):
    """One resource that changed behind campctl's back: "changed" (with fields), "missing" or "unmanaged"."""

    backend: str
    resource: str
    what: str
    fields: tuple[tuple[str, Any, Any], ...] = ()
    """(field, as campctl left it, as found)"""


class Drift(Struct, frozen=True, kw_only=True):
    """`drift`."""

    items: tuple[DriftItem, ...]


class Row(Struct, frozen=True):
    """One line of a list, as column name to value."""

    cells: dict[str, Any]


class Share(Struct, frozen=True):
    """A part of a whole (seats filled); drawn as a bar on a terminal, `18/40` elsewhere."""

    part: int
    whole: int


class Listing(Struct, frozen=True, kw_only=True):
    """Any list: what of, its columns, its rows; values are text, numbers, bools, lists of text, datetimes or Shares."""

    of: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    empty: str = ""
    """What to say instead of an empty table, and what to do about it."""


class Details(Struct, frozen=True, kw_only=True):
    """One thing in full: sections of label and value, then listings."""

    of: str
    id: str
    fields: dict[str, Any]
    listings: tuple[Listing, ...] = ()


class RunDetails(Struct, frozen=True, kw_only=True):
    """`history show`."""

    run: Run
    plan: Plan | None
    journal: tuple[JournalEntry, ...]


class BackendHealth(Struct, frozen=True, kw_only=True):
    """`backend check`: the probes of one backend and where its secrets come from."""

    backend: str
    type: str
    probes: tuple[Probe, ...]
    secrets: dict[str, str] = field(default_factory=dict)


class Health(Struct, frozen=True, kw_only=True):
    """`backend check` of one or all."""

    backends: tuple[BackendHealth, ...]


class AuditLog(Struct, frozen=True, kw_only=True):
    """`audit log`."""

    entries: tuple[AuditEntry, ...]


class OverrideList(Struct, frozen=True, kw_only=True):
    """`override list`: each with whether it is active at `at`."""

    at: datetime
    overrides: tuple[Override, ...]
    active: tuple[str, ...]


class Message(Struct, frozen=True, kw_only=True):
    """A sentence for stderr, with data for JSON."""

    text: str
    data: dict[str, Any] = field(default_factory=dict)


class Text(Struct, frozen=True, kw_only=True):
    """Text for stdout as it is (a schema, a YAML document, a diff)."""

    text: str
    of: str = "text"
