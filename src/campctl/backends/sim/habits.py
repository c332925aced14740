"""How people call: how many a day, when, and how long they talk and wait."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from campctl.model.shapes import shares


def calls(value: Any) -> dict[str, float]:
    """Calls a day by queue: "voter-protection=12000, main=3000"; a number alone is for each queue, under "". ValueError in words."""
    if isinstance(value, Mapping):
        pairs = [(str(name), str(count)) for name, count in value.items()]
    else:
        parts = [word.partition("=") for word in str(value).replace(",", " ").split()]
        pairs = [(name, count) if equals else ("", name) for name, equals, count in parts]
    found: dict[str, float] = {}
    for name, count in pairs:
        try:
            number = float(count)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and 0 <= number <= 50_000_000):
            raise ValueError(f"{value!r} is not calls a day, such as 3000, or voter-protection=12000, main=3000")
        found[name] = number
    return found


class Habits(Struct, frozen=True):
    """Calls a day by queue ("": each other one), the day's shape, mean seconds of talk and of patience, and which day it is."""

    calls: dict[str, float] = {}
    shares: tuple[float, ...] = shares("ordinary")
    talk: float = 240.0
    patience: float = 180.0
    seed: int = 0
