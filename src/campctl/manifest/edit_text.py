"""Lines, comments and splices: the arithmetic of editing text in place. Positions count characters."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

Splice: TypeAlias = tuple[int, int, str]
"""Put this text in place of the characters from start up to end."""

_COMMENT: Final = re.compile(r"( *)#")


def splice(text: str, splices: list[Splice]) -> str:
    """The text with every splice done; they must not overlap."""
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def line_start(text: str, at: int) -> int:
    """Where the line that holds `at` begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line that holds `at` ends: behind its line break, or the end of the text."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def column(text: str, at: int) -> int:
    """How many characters stand before `at` on its line."""
    return at - line_start(text, at)


def is_blank(text: str, start: int) -> bool:
    """Whether the line that begins at `start` holds nothing; the end of the text is no line."""
    return start < len(text) and not text[start : line_end(text, start)].strip()


def comment_indent(text: str, start: int) -> int | None:
    """The indentation of the comment that is all of the line beginning at `start`; None when it is no such line."""
    match = _COMMENT.match(text, start)
    return len(match[1]) if match else None


def comments_above(text: str, start: int, indent: int) -> int:
    """Where the comments begin that stand directly above the line at `start`, at `indent`, with no blank line between."""
    while start > 0:
        above = line_start(text, start - 1)
        if comment_indent(text, above) != indent:
            break
        start = above
    return start


def body_end(text: str, last: int, indent: int) -> int:
    """The end of the lines of something at `indent` whose content ends at `last`, comments further in than it included."""
    end = at = line_end(text, last)
    while at < len(text):
        found = comment_indent(text, at)
        if found is None and not is_blank(text, at):
            break
        if found is not None and found <= indent:
            break
        at = line_end(text, at)
        if found is not None:
            end = at
    return end


def without_lines(text: str, start: int, end: int) -> Splice:
    """Remove whole lines, and one blank line when that would leave two in a row."""
    blank_before = start > 0 and is_blank(text, line_start(text, start - 1))
    if blank_before and is_blank(text, end):
        end = line_end(text, end)
    return start, end, ""


def new_line(text: str, at: int, line: str, newline: str) -> Splice:
    """Put a line in at `at`, the beginning of a line or the end of the text."""
    if at == len(text) and text and not text.endswith("\n"):
        return at, at, newline + line
    return at, at, line + newline
