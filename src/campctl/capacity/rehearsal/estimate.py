"""What several replications say of a figure: its mean, and how far from it the true mean may lie.

The interval is Student's for independent replications (Averill M. Law, Simulation Modeling and Analysis, 4th ed., 9.4.1); for
the difference of two plans it is the paired one over common random numbers (the same, 10.2.1 and 11.2). Student's distribution
with a whole number of degrees of freedom has a closed form (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3
and 26.7.4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

CONFIDENCE = 0.95


class Estimate(Struct, frozen=True):
    """A mean over replications; the true one lies within `half` of it with the confidence asked for. None: only one replication."""

    mean: float
    half: float | None = None


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Of the figures of independent replications."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Estimate(mean)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return Estimate(mean, student(confidence, count - 1) * math.sqrt(variance / count))


def difference(ours: Sequence[float], theirs: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Ours less theirs, replication by replication: both met the same callers."""
    return estimate([one - other for one, other in zip(ours, theirs, strict=True)], confidence)


@cache
def student(confidence: float, freedom: int) -> float:
    """The t for which Student's distribution lies between -t and t with that probability."""
    if not 0 < confidence < 1 or freedom < 1:
        raise ValueError("a confidence lies between 0 and 1, and there is at least one degree of freedom")
    low, high = 0.0, 1.0
    while _between(high, freedom) < confidence:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _between(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return high


def _between(t: float, freedom: int) -> float:
    """The probability between -t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for n in range(odd, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (n + 1) / (n + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
