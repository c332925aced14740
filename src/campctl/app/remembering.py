"""What was seen last of each exchange, in the campaign's cache: `status` draws the last hour from it, whoever watched it.

A cache and no more: one that is missing, broken, or cannot be written is as good as none.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from campctl.live.memory import Memory

if TYPE_CHECKING:
    from campctl.live.fold import Fold

EVERY: Final = 30.0
"""Seconds between two times of writing it down, while somebody watches."""
_LARGEST: Final = 20_000_000


def read(root: Path, backend: str) -> Memory | None:
    """The memory of an exchange; None where there is none that can be read."""
    try:
        place = _place(root, backend)
        if place.stat().st_size > _LARGEST:
            return None
        return msgspec.json.decode(place.read_bytes(), type=Memory, strict=True)
    except (OSError, ValueError):  # a broken one is a ValueError of msgspec
        return None


def write(root: Path, fold: Fold) -> None:
    """Keep what a fold knows of each exchange; only where campctl has a folder of its own already."""
    if not (root / ".campctl").is_dir():
        return
    for memory in fold.memories():
        place = _place(root, memory.backend)
        fresh = place.with_name(f"{place.name}.{os.getpid()}.new")
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(memory))
            fresh.replace(place)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            return


def _place(root: Path, backend: str) -> Path:
    return root / ".campctl" / "cache" / "live" / f"{quote(backend, safe='')}.json"
