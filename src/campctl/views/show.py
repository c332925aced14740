"""One result, or one error, in the format asked for. Adding a result: a renderer, and its row in `RENDERERS`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from campctl.views.style import Style
from campctl.views.terminal import Terminal

FORMATS = ("table", "plain", "json", "yaml", "csv")
RENDERERS: dict[str, tuple[str, str]] = {
    "Validation": ("findings", "validation"),
    "Planned": ("plan", "planned"),
    "Applied": ("applied", "applied"),
    "Drift": ("lists", "drift"),
    "Listing": ("lists", "listing"),
    "Details": ("lists", "details"),
    "RunDetails": ("lists", "run_details"),
    "Health": ("lists", "health"),
    "AuditLog": ("lists", "audit_log"),
    "OverrideList": ("lists", "override_list"),
    "Message": ("lists", "message"),
    "Text": ("lists", "text"),
    "Staffing": ("staffing", "staffing"),
    "Matching": ("matching", "matching"),
    "Explained": ("matching", "explained"),
    "Rehearsal": ("rehearsal", "rehearsal"),
    "BookReport": ("runbook", "book_report"),
    "Status": ("status", "status"),
    "Seated": ("seating", "seated"),
}
"""Type of a result to (module of views, function drawing it on a Sheet)."""


def show(result: Any, style: Style, terminal: Terminal) -> None:
    """Draw the result: data on stdout, words on stderr."""
    if style.format in {"json", "yaml"}:
        from campctl.views.envelope import encode, envelope

        terminal.write(encode(envelope(result, style), style.format))
    elif style.format == "csv":
        from campctl.views.rows import rows
        from campctl.views.tables import csv_table

        terminal.write(csv_table(rows(result)))
    elif style.format == "github":
        from campctl.views.github import commands

        terminal.write(commands(result))
    else:
        from campctl.views.sheet import Sheet
        from campctl.views.zones import localized

        result = localized(result, style.time_zone)
        module, function = RENDERERS[type(result).__name__]
        sheet = Sheet(style, terminal)
        getattr(import_module(f"campctl.views.{module}"), function)(result, sheet)
        sheet.page.to(terminal.write)
        if not terminal.quiet:
            sheet.words.to(terminal.say)
    terminal.flush()
    _left_out(style, terminal)


def _left_out(style: Style, terminal: Terminal) -> None:
    """What is missing from a result because a backend did not answer; said even when --quiet, as errors are."""
    if style.silent:
        from campctl.views.page import Page

        page = Page.err(terminal)
        for error in style.silent:
            name = getattr(error, "backend", "")
            page.line(("bold red", "Error: "), f"{_said(error)} What is on {name} is left out here.")
        page.to(terminal.say)


def show_error(error: Exception, style: Style, terminal: Terminal) -> None:
    """A CampctlError: its message and hint on stderr; with JSON or YAML also as an envelope on stdout."""
    from campctl.views.page import Page

    if style.format in {"json", "yaml"}:
        from campctl.views.envelope import encode, failure

        terminal.write(encode(failure(error, style), style.format))
        terminal.flush()
    page = Page.err(terminal)
    findings = getattr(error, "findings", ())
    if findings and style.format not in {"json", "yaml"}:
        from campctl.views.findings import short

        short(findings, page)
    for line in getattr(error, "diff", "").splitlines():
        page.exact(line)
    page.line(("bold red", "Error: "), _said(error))
    hint = getattr(error, "hint", "")
    if hint:
        page.line(("cyan", "Hint: "), hint)
    page.to(terminal.say)


def _said(error: Exception) -> str:
    """What went wrong, and on which backend."""
    return str(getattr(error, "named", "") or getattr(error, "message", str(error)))
