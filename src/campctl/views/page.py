"""Styled lines that wrap: what plan, findings and summaries are written on. Every piece of text goes through `harmless`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TypeAlias

from campctl.views.terminal import Terminal
from campctl.views.text import cells, harmless

Span: TypeAlias = str | tuple[str, str]
"""Plain text, or (style, text)."""
CODES = {
    "": "",
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bold red": "1;31",
    "bold green": "1;32",
    "bold yellow": "1;33",
    "bold cyan": "1;36",
}


class Page:
    """Lines of a document. `width` None: never wrapped."""

    def __init__(self, *, width: int | None = None, color: bool = False) -> None:
        self.width = width
        self.color = color
        self._parts: list[str] = []

    @classmethod
    def out(cls, terminal: Terminal) -> Page:
        """For stdout."""
        return cls(width=terminal.width, color=terminal.color())

    @classmethod
    def err(cls, terminal: Terminal) -> Page:
        """For stderr."""
        return cls(width=terminal.columns(terminal.stderr) if terminal.err_tty else None, color=terminal.color(err=True))

    def line(self, *spans: Span, indent: int = 0, hang: int = 2) -> None:
        """One line, broken between words; what is carried over is indented by `hang` more."""
        pieces = [("", harmless(span)) if isinstance(span, str) else (span[0], harmless(span[1])) for span in spans]
        room = self.width
        if room is None or indent + sum(cells(text) for _, text in pieces) <= room:
            self._parts.append(" " * indent + "".join(self._styled(style, text) for style, text in pieces) + "\n")
            return
        self._wrap(pieces, indent, min(hang, max(0, room - indent - 10)))

    def exact(self, *spans: Span) -> None:
        """One line that is never broken between words (source lines, carets), only cut off at the edge."""
        left = self.width
        out = []
        for span in spans:
            style, text = ("", span) if isinstance(span, str) else span
            text = harmless(text)
            if left is not None:
                text, left = _cut(text, left)
            out.append(self._styled(style, text))
        self._parts.append("".join(out) + "\n")

    def blank(self) -> None:
        """An empty line."""
        self._parts.append("\n")

    def ready(self, text: str) -> None:
        """Text that a renderer has made harmless already (a table)."""
        self._parts.append(text)

    def text(self) -> str:
        """Everything so far."""
        return "".join(self._parts)

    def to(self, write: Callable[[str], None]) -> None:
        """Write it out, if there is anything."""
        if self._parts:
            write(self.text())

    def _styled(self, style: str, text: str) -> str:
        code = CODES[style]
        return f"\x1b[{code}m{text}\x1b[0m" if code and self.color and text else text

    def _wrap(self, pieces: list[tuple[str, str]], indent: int, hang: int) -> None:
        assert self.width is not None
        current: list[tuple[str, str]] = []
        used, start = 0, indent
        for style, word in _split(pieces):
            rest, wide = word, cells(word)
            if word.isspace():
                if used:
                    current.append((style, word))
                    used += wide
                continue
            if used and start + used + wide > self.width:
                self._flush(current, start)
                current, used, start = [], 0, indent + hang
            while start + used + wide > self.width and wide > 1:
                head, _ = _cut(rest, max(1, self.width - start - used))
                self._flush([*current, (style, head)], start)
                current, used, start = [], 0, indent + hang
                rest = rest[len(head) :]
                wide = cells(rest)
            current.append((style, rest))
            used += wide
        if current:
            self._flush(current, start)

    def _flush(self, words: list[tuple[str, str]], start: int) -> None:
        """Write a line without the spaces at its end; neighbours of one style share its codes."""
        while words and words[-1][1].isspace():
            words.pop()
        runs = ((style, "".join(text for _, text in run)) for style, run in groupby(words, key=lambda word: word[0]))
        self._parts.append(" " * start + "".join(self._styled(style, text) for style, text in runs) + "\n")


def _split(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Words and the single runs of spaces between them, each with its style."""
    out = []
    for style, text in pieces:
        word = ""
        for char in text:
            if word and (char == " ") != (word[-1] == " "):
                out.append((style, word))
                word = ""
            word += char
        if word:
            out.append((style, word))
    return out


def _cut(text: str, room: int) -> tuple[str, int]:
    """As much of the text as fits into `room` columns (at least one character when room > 0), and the room left."""
    wide = cells(text)
    if wide <= room:
        return text, room - wide
    taken, used = 0, 0
    for char in text:
        step = cells(char)
        if used + step > room and (taken or room <= 0):
            break
        taken, used = taken + 1, used + step
    return text[:taken], 0
