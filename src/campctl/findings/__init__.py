"""A finding is a value: what is wrong, where, why it matters and what to do. It says no without raising.

Pure rules name the place as a `Ref` (noun, id, field); the manifest layer, which knows where each was
written, turns it into a `Span`. Findings are sorted only when shown.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Severity = Literal["error", "warning", "note"]


class Span(Struct, frozen=True, gc=False, order=True):
    """A place in a file: 1-based line and column, `end_column` exclusive; `file` relative to the campaign's root."""

    file: str
    line: int
    column: int
    end_column: int = 0


class Ref(Struct, frozen=True, gc=False):
    """A place in the campaign's own words: `Ref("users", "ann.lee", "extension")`.

    `path` goes on below the field, e.g. ("seats", "max"), or an index as text. An empty id is the section itself.
    """

    section: str
    id: str = ""
    field: str = ""
    path: tuple[str, ...] = ()


class Related(Struct, frozen=True, gc=False):
    """Another place that matters for the finding: "first used here"."""

    label: str
    at: Ref | None = None
    span: Span | None = None


class Finding(Struct, frozen=True, gc=False, kw_only=True):
    """One fault.

    code: stable, kebab-case, listed in docs/findings.md.
    summary: fixed words without user values, no full stop.
    detail: full sentences with the values: what is wrong and why it matters.
    help: what to do, with "Did you mean `x`?" where something near exists.
    """

    code: str
    severity: Severity = "error"
    summary: str
    detail: str
    help: str = ""
    at: Ref | None = None
    span: Span | None = None
    related: tuple[Related, ...] = ()
