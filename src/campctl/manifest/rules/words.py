"""Lists as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campctl.findings.text import plural

SHOWN = 5
"""How many items of a long list a sentence names."""


def listed(items: Sequence[str], word: str = "and", shown: int = SHOWN) -> str:
    """`a`, `a and b`, `a, b and c`; of more than `shown` the first few and how many more there are."""
    if len(items) > shown:
        return f"{', '.join(items[:shown])} {word} {len(items) - shown:,} more"
    return f" {word} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else list(items))


def quoted(items: Iterable[str], word: str = "and") -> str:
    """The same with each item in backticks."""
    return listed([f"`{item}`" for item in items], word)


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
