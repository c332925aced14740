"""Collects findings while one campaign is read, and knows which file is being read."""

from __future__ import annotations

from typing import Any

from campctl.findings import Finding, Related, Span
from campctl.findings.catalogue import finding


class Bad(Exception):
    """A value that cannot be read. `node` is the part of it that is wrong, where that is not all of it."""

    def __init__(self, code: str, detail: str, help: str = "", node: Any = None) -> None:  # noqa: A002 - the finding's own word
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.help = help
        self.node = node


class Absent(Bad):
    """A null: the key is written but has no value."""


class Problems:
    """Findings, in the order of reading. `file` is the one being read."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.file = ""

    def add(
        self,
        code: str,
        detail: str,
        node: Any,
        *,
        help: str = "",  # noqa: A002 - the finding's own word
        related: tuple[Related, ...] = (),
    ) -> None:
        """A finding at a node (or event, key, cell, Span) of the present file."""
        self.findings.append(finding(code, detail, help=help, span=self.span(node), related=related))

    def bad(self, bad: Bad, node: Any) -> None:
        """A finding for a value that could not be read; none when those about its parts are made already (code "")."""
        if bad.code:
            self.add(bad.code, bad.detail, node if bad.node is None else bad.node, help=bad.help)

    def duplicate_key(self, key: Any, first: Any) -> None:
        """A key that stands twice in one mapping; the first one is kept."""
        self.add(
            "duplicate-key",
            f"`{key.value}` is already written on line {first.start_mark.line + 1}. YAML readers silently let the last one win;"
            " campctl goes on with the first.",
            key,
            help="Remove one of the two, or rename it.",
            related=(Related("first written here", span=self.span(first)),),
        )

    def span(self, node: Any) -> Span:
        """The place of a node in the present file."""
        return span_of(self.file, node)


def span_of(file: str, node: Any) -> Span:
    """The place of a node, event, roster cell or Span. Of a mapping or list over several lines: its beginning."""
    if isinstance(node, Span):
        return node
    place = getattr(node, "place", None)
    if place is not None:
        found: Span = place()
        return found
    start, end = node.start_mark, node.end_mark
    last = end.column + 1 if end.line == start.line else 0
    return Span(file, start.line + 1, start.column + 1, last)
