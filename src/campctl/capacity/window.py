"""The calls to expect between two instants, whatever midnights lie between them."""

from __future__ import annotations

from datetime import datetime, timedelta

from campctl.capacity.expected import AS_WRITTEN, Instead, expected, zone_of
from campctl.capacity.forecast import Forecast
from campctl.model.campaign import Campaign, Hotline, Volume


def expected_between(
    campaign: Campaign, hotline: Hotline, start: datetime, end: datetime, length: int = 900, instead: Instead = AS_WRITTEN
) -> Forecast | None:
    """The calls of a hotline in intervals of `length` seconds from `start` on: of each of its own days, what falls in there.

    None when nothing is said of them. An interval of a day that lies across one of these is shared out by time.
    """
    zone = zone_of(campaign, hotline)
    count = round((end - start).total_seconds() / length)
    counts, work = [0.0] * count, [0.0] * count
    plain = float((hotline.volume or Volume()).handling_time)
    sources: dict[str, None] = {}
    day, last, said = start.astimezone(zone).date(), end.astimezone(zone).date(), False
    while day <= last:
        found = expected(campaign, hotline, day, length, instead)
        day += timedelta(days=1)
        if found is None:
            continue
        said = True
        if _share_out(found, start, length, plain, counts, work):
            sources[found.source] = None
    if not said:
        return None
    handling = tuple(seconds / calls if calls else plain for calls, seconds in zip(counts, work, strict=True))
    return Forecast(start, length, tuple(counts), "; ".join(filter(None, sources)), handling)


def _share_out(found: Forecast, start: datetime, length: int, plain: float, counts: list[float], work: list[float]) -> bool:
    """Add a day's calls to the intervals; whether any were there."""
    some = False
    for n, (begins, calls) in enumerate(zip(found.starts(), found.counts, strict=True)):
        first = (begins - start).total_seconds() / length
        place = int(first // 1)
        handling = found.handling[n] if found.handling else plain
        for at, part in ((place, 1 - (first - place)), (place + 1, first - place)):
            if 0 <= at < len(counts) and part > 1e-9 and calls:
                counts[at] += calls * part
                work[at] += calls * part * handling
                some = True
    return some


def times(forecast: Forecast, factor: float, start: datetime, end: datetime) -> Forecast:
    """`factor` times the calls from `start` up to `end`; of an interval that lies across an end, the part inside."""
    step = timedelta(seconds=forecast.length)
    counts = []
    for begins, calls in zip(forecast.starts(), forecast.counts, strict=True):
        inside = (min(end, begins + step) - max(start, begins)) / step
        counts.append(calls * (1 + (factor - 1) * max(0.0, inside)))
    return Forecast(forecast.start, forecast.length, tuple(counts), forecast.source, forecast.handling)
