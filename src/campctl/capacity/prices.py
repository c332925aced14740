"""What a campaign's telephony costs: exact decimal arithmetic over the price book (docs/cost.md says how it counts).

A seat is a place in a hotline's first line. Those that stand all month cost `seat_per_month`, those that come for a day
`seat_per_day`; where only one of the two is priced, a month counts as thirty days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from campctl.findings.text import plural
from campctl.model.campaign import Campaign, Prices
from campctl.model.changes import Change, Price

ZERO = Decimal(0)
CENT = Decimal("0.01")
THIRTY = Decimal(30)
"""Days of a month, where a price of the one is asked for the other."""


class SeatsOf(Struct, frozen=True, kw_only=True):
    """A hotline's seats before and after a plan, how many stand anyway, and when those beyond them are over (None: not known)."""

    hotline: str
    backend: str
    before: int
    after: int
    standing: int
    end: datetime | None = None


def per_day(prices: Prices) -> Decimal:
    """What a seat costs for a day."""
    if prices.seat_per_day is not None:
        return prices.seat_per_day
    return prices.seat_per_month / THIRTY if prices.seat_per_month is not None else ZERO


def per_month(prices: Prices) -> Decimal:
    """What a seat costs that stands all month."""
    if prices.seat_per_month is not None:
        return prices.seat_per_month
    return prices.seat_per_day * THIRTY if prices.seat_per_day is not None else ZERO


def stand(peaks: Sequence[int], prices: Prices) -> int:
    """How many seats are taken by the month, of those there at most on each day of it.

    Those of every day; and of the others, each that is there on so many days that they would cost more than a month.
    """
    standing = min(peaks, default=0)
    day, month = per_day(prices), per_month(prices)
    while day and sum(peak > standing for peak in peaks) * day > month:
        standing += 1
    return standing


def days_touched(start: datetime, end: datetime, time_zone: str) -> int:
    """The local days that `start` up to, not including, `end` is part of; a day that is begun is paid for."""
    zone = ZoneInfo(time_zone)
    last = max(end - timedelta(microseconds=1), start)
    return (last.astimezone(zone).date() - start.astimezone(zone).date()).days + 1


def of_plan(campaign: Campaign, at: datetime, changes: Iterable[Change], seats: Sequence[SeatsOf]) -> tuple[Price, ...]:
    """What a plan makes dearer or cheaper, per backend: what stands by the month, what passes until when it does."""
    found: list[Price] = []
    counts: dict[tuple[str, str], int] = {}
    for change in changes:
        word = {"line": "line", "route": "number"}.get(change.key.kind)
        sign = {"create": 1, "delete": -1}.get(change.action, 0)
        if word and sign:
            counts[change.backend, word] = counts.get((change.backend, word), 0) + sign
    for name, prices in sorted(campaign.prices.items()):
        standing = [one for one in seats if one.backend == name]
        more = sum(min(one.after, one.standing) - min(one.before, one.standing) for one in standing)
        parts = [
            (counts.get((name, "line"), 0), "line", prices.line_per_month or ZERO),
            (counts.get((name, "number"), 0), "number", prices.number_per_month or ZERO),
            (more, "seat", per_month(prices)),
        ]
        paid = [(many, word, each) for many, word, each in parts if many and each]
        if paid:
            words = ", ".join(f"{abs(many)} {'more' if many > 0 else 'fewer'} {word}{'s' * (abs(many) != 1)}" for many, word, _ in paid)
            found.append(_price(name, prices, sum((many * each for many, _, each in paid), ZERO), "month", words))
        found += _passing(campaign, at, name, prices, standing)
    return tuple(one for one in found if one.amount)


def _passing(campaign: Campaign, at: datetime, name: str, prices: Prices, seats: Sequence[SeatsOf]) -> list[Price]:
    """Seats beyond those that stand, by when they are over."""
    by_end: dict[datetime | None, dict[str, int]] = {}
    for one in seats:
        more = max(0, one.after - one.standing) - max(0, one.before - one.standing)
        if more:
            by_end.setdefault(one.end if more > 0 else None, {})[one.hotline] = more
    found = []
    for end, hotlines in sorted(by_end.items(), key=lambda item: item[0] or datetime.max.replace(tzinfo=UTC)):
        many = sum(hotlines.values())
        words = f"{abs(many)} {'more' if many > 0 else 'fewer'} seat{'s' * (abs(many) != 1)} of {', '.join(hotlines)}"
        if end is None:
            found.append(_price(name, prices, many * per_day(prices), "day", words))
        else:
            days = days_touched(at, end, campaign.time_zone)
            found.append(_price(name, prices, many * days * per_day(prices), "until", f"{words}, {plural(days, 'day')}", end))
    return found


def _price(name: str, prices: Prices, amount: Decimal, per: str, of: str, end: datetime | None = None) -> Price:
    return Price(backend=name, amount=rounded(amount), currency=prices.currency, per=per, of=of, until=end)  # type: ignore[arg-type]


def rounded(amount: Decimal) -> Decimal:
    """To the cent, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def shared_out(amounts: Mapping[tuple[str, ...], Decimal]) -> dict[tuple[str, ...], Decimal]:
    """Each to the cent, so that they add up to the exact total to the cent: the largest remainders get what is missing."""
    floors = {key: (amount / CENT).to_integral_value("ROUND_FLOOR") * CENT for key, amount in amounts.items()}
    missing = int((rounded(sum(amounts.values(), ZERO)) - sum(floors.values(), ZERO)) / CENT)
    first = sorted(amounts, key=lambda key: (floors[key] - amounts[key], str(key)))[:missing]
    return {key: floor + (CENT if key in first else ZERO) for key, floor in floors.items()}


def money(amount: Decimal | str, currency: str, *, sign: bool = False) -> str:
    """`$1,234.50`, `1,234.50 EUR`; with `sign` also a plus."""
    value = Decimal(amount)
    figure = f"{abs(value):,.2f}"
    front = "-" if value < 0 else "+" if sign else ""
    return f"{front}${figure}" if currency == "USD" else f"{front}{figure} {currency}"
