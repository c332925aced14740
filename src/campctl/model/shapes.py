"""Shapes of a day: how its calls are spread over 24 hours.

No hourly series of an election hotline was ever published. The shapes are drawn by hand through the points that were, all of
866-OUR-VOTE: almost 75,000 of 90,000 calls by 17:30 Eastern (2012, Cronkite News), 5,500 by 9:30 and at least 20,000 by 14:30
(2016, The Voting News). A debate's calls come while it is on and in the hour after; that, and the ordinary day's two humps
of an office, are assumed.
"""

from __future__ import annotations

import math
from typing import Any

SHAPES: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 24,
    "ordinary": (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 11, 11, 10, 10, 9, 9, 8, 6, 3, 2, 1, 1, 0, 0),
    "debate-night": (1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 6, 10, 16, 20, 11, 5),
    "election-day": (0, 0, 0, 0, 0, 0.3, 2.2, 4, 6, 7, 8, 8, 8.5, 8.5, 9, 8.8, 8.5, 8.4, 6.3, 3.5, 2, 0.7, 0.3, 0),
}
"""Weights of the hours from midnight."""


def shares(value: Any) -> tuple[float, ...]:
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
