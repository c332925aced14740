"""What is expected to come in: calls per interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from msgspec import Struct


class Forecast(Struct, frozen=True):
    """Expected calls of one hotline in intervals of `length` seconds from `start` on (aware, UTC).

    source: whence, in words. handling: mean seconds of a call by interval, where they differ; else ().
    """

    start: datetime
    length: float
    counts: tuple[float, ...]
    source: str = ""
    handling: tuple[float, ...] = ()

    @property
    def end(self) -> datetime:
        """The end of the last interval."""
        return self.start + timedelta(seconds=self.length * len(self.counts))

    @property
    def total(self) -> float:
        """All calls."""
        return sum(self.counts)

    def starts(self) -> list[datetime]:
        """The beginning of each interval."""
        return [self.start + timedelta(seconds=self.length * n) for n in range(len(self.counts))]


def of_day(day: date, zone: tzinfo, shares: Sequence[float], total: float, length: float = 900.0, source: str = "") -> Forecast:
    """A day's total spread by a shape of 24 shares, from midnight to midnight of the zone.

    On the day on which clocks go back an hour comes twice, on the other one an hour is missing; the total stays the total.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
    count = round((end - start).total_seconds() / length)
    weights = [shares[(start + timedelta(seconds=length * (n + 0.5))).astimezone(zone).hour] for n in range(count)]
    whole = sum(weights)
    return Forecast(start, length, tuple(total * weight / whole if whole else 0.0 for weight in weights), source)


def folded(forecast: Forecast, many: int) -> Forecast:
    """So many intervals in one. Their number is a multiple of it; the time a call takes is the mean over the calls."""
    places = range(0, len(forecast.counts), many)
    counts = [sum(forecast.counts[place : place + many]) for place in places]
    handling: list[float] = []
    for place, calls in zip(places, counts, strict=True) if forecast.handling else ():
        pairs = zip(forecast.counts[place : place + many], forecast.handling[place : place + many], strict=True)
        handling.append(sum(each * seconds for each, seconds in pairs) / calls if calls else forecast.handling[place])
    return Forecast(forecast.start, forecast.length * many, tuple(counts), forecast.source, tuple(handling))
