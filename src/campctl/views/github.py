"""Findings as GitHub workflow commands: each becomes an annotation on its line of a pull request."""

from __future__ import annotations

from campctl.app.results import Validation
from campctl.findings import Finding
from campctl.views.text import harmless

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def commands(result: Validation) -> str:
    """`::error file=...,line=...,col=...,endColumn=...,title=...::detail`, one line each."""
    return "".join(_annotation(finding, result.folder) for finding in result.findings)


def _annotation(finding: Finding, folder: str) -> str:
    # Annotations land on a file by its path from the top of the repository, wherever in it the campaign lies.
    properties = []
    if finding.span:
        properties = [("file", folder + finding.span.file), ("line", str(finding.span.line)), ("col", str(finding.span.column))]
        if finding.span.end_column:
            properties.append(("endColumn", str(finding.span.end_column)))
    properties.append(("title", f"{finding.code}: {finding.summary}"))
    text = finding.detail + (f"\n{finding.help}" if finding.help else "")
    return f"::{LEVELS[finding.severity]} {','.join(f'{name}={_property(value)}' for name, value in properties)}::{_message(text)}\n"


def _message(text: str) -> str:
    """Escaped as the runner's own toolkit does: percent, carriage return, line feed; all else harmless."""
    text = "\n".join(map(harmless, text.split("\n")))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
