"""How people call: how many a day, when, and how long they talk and wait. The option values `calls` and `calls_shape`.

No hourly series of an election hotline was ever published. The shapes are drawn by hand through the points that were:
83 % of election day's calls by 17:30 Eastern (2012), 5,500 by 9:30 and 20,000 by 14:30 of some 35,000 (2016); a debate's
calls come while it is on and in the hour after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

SHAPES: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 24,
    #            0  1  2  3  4  5  6  7  8  9  10  11  12  13  14 15 16 17 18 19 20 21 22 23
    "ordinary": (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 11, 11, 10, 10, 9, 9, 8, 6, 3, 2, 1, 1, 0, 0),
    "debate-night": (1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 6, 10, 16, 20, 11, 5),
    "election-day": (0, 0, 0, 0, 0, 1, 5, 7, 8, 8, 8, 8, 8, 8, 8, 8, 7, 6, 5, 3, 1, 1, 0, 0),
}
"""Weights of the 24 hours of a day, from midnight."""


def shape(value: Any) -> tuple[float, ...]:
    """A shape by name, or 24 weights in text or a list, as shares that add up to 1. ValueError in words that follow "option: "."""
    if isinstance(value, str) and value in SHAPES:
        weights = SHAPES[value]
    else:
        words = value.replace(",", " ").split() if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else [value]
        try:
            weights = tuple(float(word) for word in words)
        except (TypeError, ValueError):
            weights = ()
        if len(weights) != 24 or not all(math.isfinite(weight) and weight >= 0 for weight in weights) or not sum(weights):
            raise ValueError(f"{value!r} is neither one of {', '.join(SHAPES)} nor 24 weights, one for each hour from midnight")
    total = sum(weights)
    return tuple(weight / total for weight in weights)


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
    shares: tuple[float, ...] = shape("ordinary")
    talk: float = 240.0
    patience: float = 180.0
    seed: int = 0
