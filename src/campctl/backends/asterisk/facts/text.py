"""Names people have, as SIP headers, AMI lines and files can carry them. What is changed here, records keep as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

NAME_ROOM = 79
"""Bytes of a name: a member's is cut there by Asterisk itself (seen on 22.10), which would look like drift."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9.'-]+(?: [A-Za-z0-9.'-]+)*", re.ASCII)
_SAFE_NAMES = re.compile(rf"(?:{_SAFE_NAME.pattern}\n)*+", re.ASCII)
_CALLERID = re.compile(r'\s*"?(.*?)"?\s*<([^<>]*)>\s*', re.DOTALL)
_HEADER = str.maketrans({'"': "'", "\\": "/", "<": "(", ">": ")"})
_MEMBER = str.maketrans({";": " ", "|": " ", ",": " ", '"': "'", "\\": "/"})
_INVISIBLE = "\u200c\u200d"
"""Joiners, which scripts and emoji need."""


def printable(text: str) -> str:
    """One line of visible text, blanks single and none at the ends."""
    if _SAFE_NAME.fullmatch(text):
        return text
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char in _INVISIBLE else " " for char in text)
    return " ".join(text.split())


def clipped(text: str, room: int) -> str:
    """As much of a text as fits in so many bytes."""
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= room else raw[:room].decode("utf-8", "ignore").rstrip()


def callerid(name: str, extension: str) -> str:
    """Name and number of a caller, as PJSIP's `callerid` takes it: `"Ann Lee" <3001>`."""
    if len(name) > NAME_ROOM or not _SAFE_NAME.fullmatch(name):
        name = clipped(printable(printable(name).translate(_HEADER)), NAME_ROOM)
    return f'"{name}" <{extension}>'


def callerids(names: Sequence[str], extensions: Sequence[str]) -> list[str]:
    """What `callerid` gives for each."""
    text = "\n".join(names) + "\n"
    if text.count("\n") == len(names) and max(map(len, names)) <= NAME_ROOM and _SAFE_NAMES.fullmatch(text):
        return [f'"{name}" <{extension}>' for name, extension in zip(names, extensions, strict=True)]
    return list(map(callerid, names, extensions))


def callerid_parts(text: str) -> tuple[str, str]:
    """Name and number of such a text; all of it is the name when it has no number."""
    match = _CALLERID.fullmatch(text)
    return (match[1], match[2]) if match else (text, "")


def membername(name: str, endpoint: str) -> str:
    """A member's name in the queue, its endpoint's if it has none. Persistent members are kept with `;`, `|` and `,` between them."""
    if not _SAFE_NAME.fullmatch(name) or len(name) > NAME_ROOM:
        name = clipped(printable(printable(name).translate(_MEMBER)), NAME_ROOM)
    return name or endpoint
