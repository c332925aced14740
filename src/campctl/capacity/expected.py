"""The calls to expect of a hotline on a day: its forecast, else its calls a day and those of surges, spread by a shape.

The rule, for each interval: what a forecast says counts; where it says nothing, the highest figure of the surges that hold
then, as calls of a whole day spread by the surge's shape (else the hotline's); else the hotline's own calls a day. So a debate
that holds from 19:00 to 23:30 and says "4000 calls a day, debate-night" brings those of the 4000 that fall into its hours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from campctl.capacity.forecast import Forecast, folded, of_day
from campctl.model.campaign import Campaign, Expected, Hotline, Shape, Surge, Volume
from campctl.model.shapes import SHAPES, shares


class Instead(Struct, frozen=True, kw_only=True):
    """What is asked for instead of what the manifests say: calls of the whole day, their shape, calls by interval."""

    calls: float | None = None
    shape: Shape = ""
    forecast: Expected | None = None


AS_WRITTEN = Instead()
_FINE = 300
"""Seconds of the intervals by which one is shared out in which a surge begins or ends."""


def expected(campaign: Campaign, hotline: Hotline, day: date, length: int = 900, instead: Instead = AS_WRITTEN) -> Forecast | None:
    """The calls of a day, midnight to midnight of the hotline's zone, in intervals of `length` seconds; None when nothing is said.

    An hour that the clock skips or shows twice makes the day shorter or longer. An interval in which a surge begins or ends is
    shared out, to five minutes.
    """
    zone = zone_of(campaign, hotline)
    volume = hotline.volume or Volume()
    surges = surges_of(campaign, hotline, day)
    if length > _FINE and length % _FINE == 0 and instead.calls is None and _cut(surges, bounds(day, zone), length):
        fine = expected(campaign, hotline, day, _FINE, instead)
        return fine and folded(fine, length // _FINE)
    own = _own_shape(volume, instead)
    if instead.calls is not None:
        main = max(surges, key=lambda surge: (_within(surge, day, zone), surge.id), default=None)
        spread = own if instead.shape or main is None or not main.shape else shares(main.shape)
        return of_day(
            day, zone, spread, instead.calls, length, f"{instead.calls:,.0f} calls as asked, {_named(instead.shape, main, volume)}"
        )
    if hotline.volume is None and instead.forecast is None and not surges:
        return None
    plain = of_day(day, zone, own, volume.calls_per_day, length, "")
    sources = [volume.source or (f"{volume.calls_per_day:,} calls a day" if volume.calls_per_day else "")]
    layers: list[tuple[Surge, Forecast]] = []
    for surge in surges:
        spread = own if instead.shape or not surge.shape else shares(surge.shape)
        layers.append((surge, of_day(day, zone, spread, surge.volume[hotline.id], length)))
        sources.append(f"surge {surge.id} ({surge.volume[hotline.id]:,} a day, {_named(instead.shape, surge, volume)})")
    written = instead.forecast or volume.forecast
    counts: list[float] = []
    handling: list[float] = []
    used = False
    for place, start in enumerate(plain.starts()):
        end = start + timedelta(seconds=length)
        said = _said(written, start, end) if written is not None else None
        if said is not None:
            counts.append(said[0])
            handling.append(said[1] or volume.handling_time)
            used = True
            continue
        holding = [surge_calls.counts[place] for surge, surge_calls in layers if surge.start <= start < surge.end]
        counts.append(max(holding) if holding else plain.counts[place])
        handling.append(volume.handling_time)
    if used and written is not None:
        sources = [f"forecast {written.source}".strip(), *(sources if len(counts) > _covered(written, plain) else [])]
    return Forecast(plain.start, length, tuple(counts), "; ".join(one for one in sources if one), tuple(handling) if used else ())


def surges_of(campaign: Campaign, hotline: Hotline, day: date) -> list[Surge]:
    """The surges that say how many calls the hotline gets, and hold at some time of that day of its zone."""
    start, end = bounds(day, zone_of(campaign, hotline))
    found = (one for one in campaign.surges.values() if hotline.id in one.volume and one.start < end and one.end > start)
    return sorted(found, key=lambda surge: (surge.start, surge.id))


def _cut(surges: Sequence[Surge], within: tuple[datetime, datetime], length: int) -> bool:
    """Whether one of them begins or ends inside of an interval."""
    start, end = within
    return any((edge - start).total_seconds() % length for one in surges for edge in (one.start, one.end) if start < edge < end)


def zone_of(campaign: Campaign, hotline: Hotline) -> ZoneInfo:
    """The zone of its hours and days."""
    return ZoneInfo(hotline.time_zone or campaign.time_zone)


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Midnight and the next one, in UTC."""
    after = day + timedelta(days=1)
    first, last = (datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC) for one in (day, after))
    return first, last


def peaked(weights: Sequence[float], busiest: float) -> tuple[float, ...]:
    """The shares, made steeper or flatter until the busiest hour has that share; hours without calls stay without."""
    used = sum(weight > 0 for weight in weights)
    if not 1 / used < busiest < 1:
        return tuple((1 / used if weight else 0.0) for weight in weights) if busiest <= 1 / used else tuple(weights)
    power = _root(lambda exponent: max(_raised(weights, exponent)) - busiest)
    return tuple(_raised(weights, power))


def _raised(weights: Sequence[float], exponent: float) -> list[float]:
    raised = [weight**exponent if weight else 0.0 for weight in weights]
    total = sum(raised)
    return [one / total for one in raised]


def _root(rising: Callable[[float], float]) -> float:
    """Where a function that rises with its argument is 0, between 0 and 64."""
    low, high = 0.0, 64.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return high


def _own_shape(volume: Volume, instead: Instead) -> tuple[float, ...]:
    if instead.shape or volume.shape:
        return shares(instead.shape or volume.shape)
    return peaked(shares("ordinary"), volume.busy_hour_share)


def _named(asked: Shape, surge: Surge | None, volume: Volume) -> str:
    shape = asked or (surge.shape if surge is not None else "") or volume.shape
    if not shape:
        return f"busiest hour {volume.busy_hour_share:.0%}"
    return shape if isinstance(shape, str) and shape in SHAPES else "own shape"


def _within(surge: Surge, day: date, zone: ZoneInfo) -> float:
    """Seconds of the day in which it holds."""
    start, end = bounds(day, zone)
    return (min(surge.end, end) - max(surge.start, start)).total_seconds()


def _said(written: Expected, start: datetime, end: datetime) -> tuple[float, float] | None:
    """Calls, and seconds of handling (0: not said), from `start` to `end`; None where the forecast does not say all of it."""
    first = (start - written.start).total_seconds() / written.length
    last = (end - written.start).total_seconds() / written.length
    if first < -1e-9 or last > len(written.counts) + 1e-9:
        return None
    calls = work = 0.0
    place = max(0, int(first + 1e-9))
    while place < last - 1e-9:
        part = (min(last, place + 1) - max(first, place)) * written.counts[place]
        calls += part
        work += part * (written.handling[place] if written.handling else 0.0)
        place += 1
    return calls, (work / calls if calls and written.handling else 0.0)


def _covered(written: Expected, plain: Forecast) -> int:
    """How many intervals of a day the forecast says."""
    length = timedelta(seconds=plain.length)
    return sum(_said(written, start, start + length) is not None for start in plain.starts())
