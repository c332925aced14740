"""Who calls, for how long they would talk and wait: drawn once, so that two plans meet the very same callers."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence

from campctl.capacity.rehearsal.stage import Calls

Random = Callable[[], float]
"""Uniform between 0 and 1, 1 not included: the `random` of a seeded generator."""


def draw(counts: Sequence[float], length: float, talk: float | Sequence[float], patience: float, random: Random) -> Calls:
    """Poisson arrivals at `counts` calls in each interval of `length` seconds; talk and patience exponential, means in seconds.

    `talk` may differ by interval. A `patience` of infinity waits for ever.
    """
    arrivals, talks, patiences = array("d"), array("d"), array("d")
    log, at, end = math.log, 0.0, 0.0
    means = (talk,) * len(counts) if isinstance(talk, int | float) else talk
    for count, mean in zip(counts, means, strict=True):
        start, end = end, end + length
        if count <= 0:
            continue
        gap, at = length / count, start
        while True:
            at -= gap * log(1.0 - random())
            if at >= end:
                break
            arrivals.append(at)
            talks.append(-mean * log(1.0 - random()))
            patiences.append(-patience * log(1.0 - random()) if patience < math.inf else math.inf)
    return Calls(arrivals, talks, patiences)
