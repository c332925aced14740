"""`cost`: what a month costs, from the manifests, the calendar's surges and the overrides there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.results import Details, Listing
from campctl.app.times import FIRST, LAST
from campctl.model.campaign import Prices

if TYPE_CHECKING:
    from campctl.effective.staff import Staff
    from campctl.model.campaign import Campaign, Hotline, Port, User
    from campctl.model.records import Override

GROUPS = ("office", "hotline", "backend")
COUNTED = Prices(
    line_per_month=Decimal(1), number_per_month=Decimal(1), minute=Decimal(1), seat_per_day=Decimal(1), seat_per_month=Decimal(31)
)
"""Where nothing is known of prices: every seat by the day, but those that are there all month."""
ITEMS = ("lines", "numbers", "seats all month", "seats by the day", "minutes")


class Item(Struct, frozen=True, kw_only=True):
    """Something that costs: so many of it at a price each."""

    backend: str
    office: str
    hotline: str
    what: str
    quantity: Decimal
    each: Decimal
    currency: str

    @property
    def amount(self) -> Decimal:
        """Exact."""
        return self.quantity * self.each


def month_cost(ctx: Context, *, month: str = "", by: str = "") -> Details:
    """What the month costs, item by item, or by office, hotline or backend; without a price book how much there is of what."""
    from campctl.capacity.prices import ZERO, rounded

    campaign = ctx.campaign
    if by and by not in GROUPS:
        raise errors.UsageError(f"--by {by!r} is none of {', '.join(GROUPS)}.", hint="Leave it out for a line per item.")
    first = _month(month, ctx.clock.now(), campaign)
    start, end = _span(first, campaign)
    if not campaign.prices:
        counted = replace(campaign, prices=dict.fromkeys({*campaign.backends, campaign.default_backend}, COUNTED))
        return _unpriced(f"{first:%Y-%m}", list(_items(ctx, counted, start, end)), by)
    items = [item for item in _items(ctx, campaign, start, end) if item.amount]
    totals: dict[str, Decimal] = {}
    for item in items:
        totals[item.currency] = totals.get(item.currency, ZERO) + item.amount
    rows, columns = (_grouped(items, by), (by, "amount", "currency", "of")) if by else (_listed(items), _COLUMNS)
    unpriced = sorted({*campaign.backends} - {*campaign.prices})
    fields = {
        "month": f"{first:%Y-%m}",
        "total": " and ".join(f"{rounded(amount)} {currency}" for currency, amount in sorted(totals.items())) or "nothing",
        "without prices": unpriced,
    }
    empty = "Nothing that has a price is there that month."
    return Details(of="cost", id=f"{first:%Y-%m}", fields=fields, listings=(Listing(of="cost", columns=columns, rows=rows, empty=empty),))


def _unpriced(month: str, items: Sequence[Item], by: str) -> Details:
    """How much there is of what would have a price, where nobody wrote any down."""
    many: dict[tuple[str, ...], Decimal] = {}
    for item in items:
        places = (getattr(item, by) or f"(no {by})",) if by else (item.backend, item.office, item.hotline)
        key = (*places, str(ITEMS.index(item.what)))
        many[key] = many.get(key, Decimal(0)) + item.quantity
    names = (by,) if by else ("backend", "office", "hotline")
    columns = (*names, "what", "quantity") if by else ("what", *names, "quantity")
    ordered = sorted(many) if by else sorted(many, key=lambda key: (key[-1], key))
    rows = tuple({**dict(zip(names, key, strict=False)), "what": ITEMS[int(key[-1])], "quantity": _plain(many[key])} for key in ordered)
    listing = Listing(of="cost", columns=columns, rows=rows, empty="Nothing that could have a price is there that month.")
    return Details(of="cost", id=month, fields={"month": month, "total": None}, listings=(listing,))


_COLUMNS = ("what", "backend", "office", "hotline", "quantity", "each", "amount", "currency")


def _listed(items: Sequence[Item]) -> tuple[dict[str, str], ...]:
    from campctl.capacity.prices import shared_out

    summed: dict[tuple[str, ...], list[Decimal]] = {}
    for item in items:
        key = (str(ITEMS.index(item.what)), item.backend, item.office, item.hotline, str(item.each), item.currency)
        summed.setdefault(key, [Decimal(0), Decimal(0)])
        summed[key][0] += item.quantity
        summed[key][1] += item.amount
    cents = _shared(shared_out, {key: amount for key, (_, amount) in summed.items()})
    return tuple(
        {
            "what": ITEMS[int(key[0])],
            "backend": key[1],
            "office": key[2],
            "hotline": key[3],
            "quantity": _plain(summed[key][0]),
            "each": _plain(Decimal(key[4]).quantize(Decimal("0.000001"))),
            "amount": str(cents[key]),
            "currency": key[5],
        }
        for key in sorted(summed)
    )


def _grouped(items: Sequence[Item], by: str) -> tuple[dict[str, str], ...]:
    from campctl.capacity.prices import shared_out

    summed: dict[tuple[str, ...], Decimal] = {}
    parts: dict[tuple[str, ...], dict[str, None]] = {}
    for item in items:
        key = (getattr(item, by), item.currency)
        summed[key] = summed.get(key, Decimal(0)) + item.amount
        parts.setdefault(key, {})[item.what] = None
    cents = _shared(shared_out, summed)
    none = f"(no {by})"
    ordered = sorted(summed, key=lambda key: (-summed[key], key))
    return tuple(
        {by: key[0] or none, "amount": str(cents[key]), "currency": key[1], "of": ", ".join(w for w in ITEMS if w in parts[key])}
        for key in ordered
    )


def _shared(shared_out: object, amounts: Mapping[tuple[str, ...], Decimal]) -> dict[tuple[str, ...], Decimal]:
    """To the cent, for each currency by itself: the last part of a key."""
    assert callable(shared_out)
    found: dict[tuple[str, ...], Decimal] = {}
    for currency in {key[-1] for key in amounts}:
        found |= shared_out({key: amount for key, amount in amounts.items() if key[-1] == currency})
    return found


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _month(text: str, now: datetime, campaign: Campaign) -> date:
    if not text:
        return now.astimezone(ZoneInfo(campaign.time_zone)).date().replace(day=1)
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise errors.UsageError(f"{text!r} is not a month.", hint="Write --month 2026-11.") from None
    if not FIRST <= found.year < LAST:
        raise errors.UsageError(f"{text} is not a month of this campaign.", hint="Look at the year.")
    return found


def _span(first: date, campaign: Campaign) -> tuple[datetime, datetime]:
    zone = ZoneInfo(campaign.time_zone)
    after = (first + timedelta(days=32)).replace(day=1)
    begin, end = (datetime(one.year, one.month, 1, tzinfo=zone).astimezone(UTC) for one in (first, after))
    return begin, end


def _items(ctx: Context, campaign: Campaign, start: datetime, end: datetime) -> Iterator[Item]:
    overrides = tuple(ctx.store().overrides())
    yield from _standing(campaign)
    yield from _seats(campaign, overrides, start, end)
    yield from _minutes(campaign, start, end)


def _standing(campaign: Campaign) -> Iterator[Item]:
    """Lines and numbers: what the manifests hold."""
    from campctl.model.campaign import homes_of

    lines: dict[tuple[str, str], int] = {}
    spots: list[User | Port] = [*campaign.users.values(), *campaign.ports.values()]
    for spot in spots:
        for home in homes_of(campaign, spot):
            lines[home, spot.office] = lines.get((home, spot.office), 0) + 1
    for (backend, office), many in lines.items():
        prices = campaign.prices.get(backend)
        if prices is not None and prices.line_per_month:
            yield _item(prices, backend, office, "", "lines", Decimal(many), prices.line_per_month)
    for (backend, office, hotline), many in _numbers(campaign).items():
        prices = campaign.prices.get(backend)
        if prices is not None and prices.number_per_month:
            yield _item(prices, backend, office, hotline, "numbers", Decimal(many), prices.number_per_month)


def _numbers(campaign: Campaign) -> dict[tuple[str, str, str], int]:
    """(backend, office, hotline) to how many numbers, as routes are placed."""
    from campctl.effective.queues import Switchboard, add_routes, homes
    from campctl.model.resources import Key, Resource

    backends: dict[str, dict[Key, Resource]] = {name: {} for name in {*campaign.backends, *homes(campaign)}}
    add_routes(campaign, Switchboard(campaign), backends, {}, [])
    found: dict[tuple[str, str, str], int] = {}
    for name, routes in backends.items():
        for route in routes.values():
            kind, _, rest = getattr(route, "to", "").partition("/")
            entry = campaign.numbers.get(getattr(route, "number", ""))
            noun, _, id_ = rest.partition("/")
            office = entry.office if entry is not None else ""
            if kind == "line" and not office:
                office = campaign.users[id_].office if noun == "user" else campaign.ports[id_].office
            key = (name, office, rest if kind == "queue" else "")
            found[key] = found.get(key, 0) + 1
    return found


def _seats(campaign: Campaign, overrides: Sequence[Override], start: datetime, end: datetime) -> Iterator[Item]:
    """Per hotline: seats of every day of the month, or of so many days that this is the cheaper, by the month; others by the day."""
    from campctl.capacity.prices import per_day, per_month, stand
    from campctl.effective import moments
    from campctl.effective.staff import staff_through

    priced = [one for one in campaign.hotlines.values() if _prices_of(campaign, one) is not None]
    if not priced:
        return
    staff = staff_through(campaign, [start, *(at for at in moments(campaign, overrides, start, end) if at < end)], overrides)
    days = list(_days(start, end, campaign))
    for hotline in priced:
        prices = _prices_of(campaign, hotline)
        assert prices is not None
        backend = hotline.backend or campaign.default_backend
        peaks = [max((_held(one, hotline.id) for one in _during(staff, *day)), default=0) for day in days]
        standing = stand(peaks, prices)
        if standing:
            yield _item(prices, backend, "", hotline.id, "seats all month", Decimal(standing), per_month(prices))
        if extra := sum(max(0, peak - standing) for peak in peaks):
            yield _item(prices, backend, "", hotline.id, "seats by the day", Decimal(extra), per_day(prices))


def _prices_of(campaign: Campaign, hotline: Hotline) -> Prices | None:
    return campaign.prices.get(hotline.backend or campaign.default_backend)


def _days(start: datetime, end: datetime, campaign: Campaign) -> Iterator[tuple[datetime, datetime]]:
    """Midnights of the campaign's zone, as (this, next)."""
    zone = ZoneInfo(campaign.time_zone)
    day = start.astimezone(zone).date()
    while (begin := datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)) < end:
        day += timedelta(days=1)
        yield begin, datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _during(staff: Sequence[Staff], start: datetime, end: datetime) -> list[Staff]:
    """What holds at some time of a day: what held when it began, and all that came after."""
    before = [one for one in staff if one.at <= start]
    return [*before[-1:], *(one for one in staff if start < one.at < end)]


def _held(staff: Staff, hotline: str) -> int:
    return len(staff.seating[hotline].at_level(1))


def _minutes(campaign: Campaign, start: datetime, end: datetime) -> Iterator[Item]:
    """Minutes of the calls expected, where hotlines say how many."""
    from campctl.capacity.expected import expected

    zone = ZoneInfo(campaign.time_zone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    for hotline in campaign.hotlines.values():
        prices = _prices_of(campaign, hotline)
        if prices is None or not prices.minute:
            continue
        seconds = 0.0
        for number in range((last - first).days):
            forecast = expected(campaign, hotline, first + timedelta(days=number), 3600)
            if forecast is not None:
                usual = hotline.volume.handling_time if hotline.volume is not None else 300
                handling = forecast.handling or (float(usual),) * len(forecast.counts)
                seconds += sum(calls * each for calls, each in zip(forecast.counts, handling, strict=True))
        minutes = Decimal(round(seconds / 60))
        if minutes:
            backend = hotline.backend or campaign.default_backend
            yield _item(prices, backend, "", hotline.id, "minutes", minutes, prices.minute)


def _item(prices: Prices, backend: str, office: str, hotline: str, what: str, quantity: Decimal, each: Decimal) -> Item:
    return Item(backend=backend, office=office, hotline=hotline, what=what, quantity=quantity, each=each, currency=prices.currency)
