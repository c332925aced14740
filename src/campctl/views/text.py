"""Text made safe to show, measured in terminal cells, and values as words. Nothing here prints."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re

KEPT = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")
"""Format characters that Arabic, Persian and emoji need; they can neither move the cursor nor turn other text round."""


def harmless(text: str) -> str:
    r"""The text with every character that could steer a terminal or reorder its neighbours shown instead of obeyed.

    Control characters (C0, DEL, C1), escape codes, bidi embeddings, overrides and isolates, line and paragraph separators
    and lone surrogates become visible ("␛", "\u202e"). Letters of every script, combining marks and emoji stay.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char in KEPT:
        return char
    number = ord(char)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "\u2421"
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return char


def escaped(encoded: str) -> str:
    """JSON text with the characters `harmless` replaces written as JSON escapes: the same value, safe to show."""
    import re

    return encoded if encoded.isascii() and "\x7f" not in encoded else re.sub(r"[^\n\x20-\x7e]", _json_escape, encoded)


def _json_escape(match: re.Match[str]) -> str:
    char = match[0]
    if _visible(char) == char:
        return char
    number = ord(char)
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"


def cells(text: str) -> int:
    """How many terminal columns the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def clip(text: str, width: int) -> str:
    """The text, cut with an ellipsis to fit the width."""
    if cells(text) <= width:
        return text
    out = ""
    for char in text:
        if cells(out + char) > width - 1:
            break
        out += char
    return out + "…"


def pad(text: str, width: int) -> str:
    """The text filled up with spaces to the width."""
    return text + " " * max(0, width - cells(text))


def count(number: int, one: str, many: str = "") -> str:
    """`1 person`, `2,150 people`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(at: datetime) -> str:
    """An instant in its own zone: `2026-11-03 21:00 CST`; UTC is written Z."""
    zone = at.tzname() or ""
    name = "Z" if zone == "UTC" else f" {zone}" if zone else ""
    return f"{at:%Y-%m-%d %H:%M:%S}{name}" if at.second else f"{at:%Y-%m-%d %H:%M}{name}"


def seconds(number: float) -> str:
    """A length of time in words: `0.3 s`, `43 s`, `2 min 10 s`, `1 h 5 min`."""
    if number < 0.1:
        return "under 0.1 s"
    if number < 10:
        return f"{number:.1f} s".replace(".0 s", " s")
    whole = round(number)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def words(value: Any) -> str:
    """A value as one line of harmless text for a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return harmless(moment(value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{words(key)}={words(item)}" for key, item in value.items())
    return harmless(str(value))


def quoted(value: Any) -> str:
    """A field's value in a change: text in quotes, so that an empty one is seen."""
    if isinstance(value, str):
        return f'"{harmless(value)}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(quoted(item) for item in value) + "]"
    return "nothing" if value is None else words(value)
