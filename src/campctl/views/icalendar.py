"""Windows as an iCalendar file (RFC 5545): every mail program and telephone shows it.

Times are in UTC, so no time zone has to be described and none can be misread. A window keeps its UID however often it is
exported, so that a later import updates it instead of adding another one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from campctl.effective.calendar import Window

_NAMESPACE = uuid.UUID("6f2d0f3e-5c56-5a0b-9d3f-0a9f6c1f4b57")
"""campctl's own, for UIDs: made once, never to be changed."""
_FOLD = 75
"""Octets of a line, without its end (RFC 5545, 3.1)."""
_VERBS = {"surge": "Surge", "override": "Override", "freeze": "Freeze", "hours": "Open", "shift": "Shift"}


def icalendar(windows: Iterable[Window], *, campaign: str, made: datetime) -> str:
    """The file's text, with CRLF. `made`: now, aware (DTSTAMP)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//campctl//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(campaign)}",
        f"X-WR-CALNAME:{escaped(campaign)}",
    ]
    for window in windows:
        lines += _event(window, campaign, made)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines)


def uid(window: Window, campaign: str) -> str:
    """The same for the same window of the same campaign, for ever. Opening hours, which come daily, have one for each day."""
    own = f"{window.id} {_utc(window.start)}" if window.kind == "hours" else window.id
    return f"{uuid.uuid5(_NAMESPACE, f'{campaign} {window.kind} {own}')}@campctl"


def _event(window: Window, campaign: str, made: datetime) -> list[str]:
    name = window.name if window.kind == "hours" else f"{_VERBS[window.kind]}: {window.name}"
    words = [*window.what, f"{window.kind} {window.id}", *(() if window.end else ("until cleared",))]
    return [
        "BEGIN:VEVENT",
        f"UID:{uid(window, campaign)}",
        f"DTSTAMP:{_utc(made)}",
        f"DTSTART:{_utc(window.start)}",
        *((f"DTEND:{_utc(window.end)}",) if window.end is not None else ()),
        f"SUMMARY:{escaped(name)}",
        f"DESCRIPTION:{escaped(chr(10).join(words))}",
        f"CATEGORIES:{window.kind.upper()}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11): backslash, semicolon, comma and line ends escaped; other control characters left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\\n" if char == "\n" else char for char in text if char in "\n\t" or not _steers(char))


def _steers(char: str) -> bool:
    number = ord(char)
    return number < 0x20 or 0x7F <= number <= 0x9F or 0xD800 <= number <= 0xDFFF


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets; no character is cut in two."""
    pieces: list[str] = []
    piece, used = "", 0
    for char in line:
        octets = len(char.encode())
        if used + octets > _FOLD - bool(pieces):
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += octets
    return "\r\n ".join([*pieces, piece])
