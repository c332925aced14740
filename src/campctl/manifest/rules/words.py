"""Lists as people write them."""

from __future__ import annotations

from collections.abc import Iterable

from campctl.findings.text import listed, plural

SHOWN = 5
"""How many items of a long list a sentence names."""


def quoted(items: Iterable[str], word: str = "and") -> str:
    """Items in backticks, as sentences list them."""
    return listed([f"`{item}`" for item in items], SHOWN, word)


def duration(seconds: int) -> str:
    """`90s`, `5m`, `2h`: as manifests write it."""
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def left_empty(seats: int) -> str:
    """`1 seat stays empty`, `4 seats stay empty`."""
    return f"{plural(seats, 'seat')} {'stays' if seats == 1 else 'stay'} empty"


def sentences(*parts: str) -> str:
    """Those of the parts that are not empty, with a space between."""
    return " ".join(part for part in parts if part)
