"""Findings with their place, a caret excerpt, why it matters and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campctl.app.results import Validation
from campctl.findings import Finding, Span
from campctl.views.page import Page
from campctl.views.sheet import Sheet
from campctl.views.text import cells, count, harmless

COLORS = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
GUTTER = 5
LONGEST = 1_000
"""Characters of a line that are shown, where no terminal's width says less: a line may be a file of 32 MiB."""


def validation(result: Validation, sheet: Sheet) -> None:
    """`validate`: all findings in the order of place, then what was read and how many were found."""
    listed(result.findings, sheet.page, result.excerpts)
    read = f"{count(len(result.files), 'file')} read"
    made = ", ".join(count(number, section.removesuffix("s")) for section, number in result.counts.items() if number)
    if result.findings:
        sheet.words.line(tally(result.findings), f" ({read}).")
    else:
        sheet.words.line(("bold green", "No findings"), f": {read}{'; ' + made if made else ''}.")


def tally(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`."""
    severities = [finding.severity for finding in findings]
    return ", ".join(count(severities.count(name), name) for name in COLORS if name in severities)


def listed(findings: Sequence[Finding], page: Page, excerpts: Mapping[str, str]) -> None:
    """Each finding in full, a blank line between them."""
    for number, finding in enumerate(findings):
        if number:
            page.blank()
        _one(finding, page, excerpts)


def short(findings: Sequence[Finding], page: Page, most: int = 10) -> None:
    """One line for each, errors first, no more than `most`."""
    ordered = sorted(findings, key=lambda finding: list(COLORS).index(finding.severity))
    for finding in ordered[:most]:
        page.line(*_head(finding), " ", finding.detail)
    if len(ordered) > most:
        page.line(f"... and {count(len(ordered) - most, 'finding')} more")


def place(span: Span | None) -> str:
    """`file:line:column`."""
    return f"{span.file}:{span.line}:{span.column}" if span else ""


def _head(finding: Finding) -> list[str | tuple[str, str]]:
    where = place(finding.span) or (f"{finding.at.section}/{finding.at.id}" if finding.at else "")
    return [("bold", f"{where}: " if where else ""), (COLORS[finding.severity], f"{finding.severity}[{finding.code}]")]


def _one(finding: Finding, page: Page, excerpts: Mapping[str, str]) -> None:
    page.line(*_head(finding), ": ", finding.summary)
    if finding.span:
        _excerpt(finding.span, page, excerpts, COLORS[finding.severity])
    page.line(finding.detail, indent=2, hang=0)
    if finding.help:
        page.line(("cyan", "= "), finding.help, indent=2)
    for other in finding.related:
        page.line(("dim", "- "), f"{other.label}: {place(other.span)}", indent=2)
        if other.span and other.span.file != "":
            _excerpt(other.span, page, excerpts, "dim")


def _excerpt(span: Span, page: Page, excerpts: Mapping[str, str], style: str) -> None:
    """The line with carets under the span; on a narrow terminal the part of the line around the span."""
    source = excerpts.get(f"{span.file}:{span.line}")
    if source is None or not source.strip():
        return
    source = source.rstrip("\r\n").replace("\t", " ")
    start, end = span.column - 1, max(span.end_column - 1, span.column)
    room = (page.width or 160) - GUTTER - 3
    cut = 0
    if (len(source) > LONGEST or cells(source) > room) and start > room // 2:
        cut = min(start, start - room // 2)
    lead = "…" if cut else ""
    shown = harmless(source[cut : cut + LONGEST]) + ("…" if len(source) > cut + LONGEST else "")
    before = cells(lead + harmless(source[cut:start]))
    wide = max(1, min(cells(harmless(source[start:end])) or 1, room - before))
    page.exact(("dim", f"{span.line:>{GUTTER}} | "), lead + shown)
    page.exact(("dim", " " * GUTTER + " | "), " " * before, (style, "^" * wide))
