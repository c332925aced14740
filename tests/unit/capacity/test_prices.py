"""Money: exact, to the cent, by the rules of docs/cost.md."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.capacity.prices import SeatsOf, days_touched, money, of_plan, per_day, per_month, rounded, shared_out, stand
from campctl.model.campaign import Campaign, Prices
from campctl.model.changes import Change
from campctl.model.resources import Line, Route

AT = datetime(2026, 10, 13, 23, tzinfo=UTC)
LATE = datetime(2026, 10, 14, 3, 30, tzinfo=UTC)
BOOK = Prices(line_per_month=Decimal("8.00"), number_per_month=Decimal("1.15"), seat_per_day=Decimal(4), seat_per_month=Decimal(60))


def campaign(**prices: Prices) -> Campaign:
    """On Chicago's clock, with these prices."""
    return Campaign("C", "US", "America/Chicago", "a", prices=prices)


def seats(before: int, after: int, standing: int = 4, end: datetime | None = LATE, backend: str = "a") -> SeatsOf:
    """Of the hotline vp."""
    return SeatsOf(hotline="vp", backend=backend, before=before, after=after, standing=standing, end=end)


@pytest.mark.parametrize(
    ("prices", "day", "month"),
    [
        (Prices(), "0", "0"),
        (Prices(seat_per_day=Decimal("0.10")), "0.10", "3.00"),
        (Prices(seat_per_month=Decimal(60)), "2", "60"),
        (BOOK, "4", "60"),
    ],
)
def test_one_of_two_prices_of_a_seat_tells_the_other(prices: Prices, day: str, month: str) -> None:
    """By thirty days."""
    assert (per_day(prices), per_month(prices)) == (Decimal(day), Decimal(month))


@pytest.mark.parametrize(
    ("before", "after", "end", "said"),
    [
        (4, 4, LATE, []),
        (4, 57, LATE, [("until", "212.00", "53 more seats of vp, 1 day")]),
        (4, 57, datetime(2026, 10, 15, 5, tzinfo=UTC), [("until", "424.00", "53 more seats of vp, 2 days")]),
        (4, 57, None, [("day", "212.00", "53 more seats of vp")]),
        (57, 4, LATE, [("day", "-212.00", "53 fewer seats of vp")]),
        (0, 6, LATE, [("month", "240.00", "4 more seats"), ("until", "8.00", "2 more seats of vp, 1 day")]),
        (4, 3, None, [("month", "-60.00", "1 fewer seat")]),
    ],
)
def test_seats_that_stand_cost_by_the_month_others_until_they_end(
    before: int, after: int, end: datetime | None, said: list[tuple[str, str, str]]
) -> None:
    """Beyond the baseline they are paid by the day; a day that is begun counts, in the campaign's zone."""
    found = of_plan(campaign(a=BOOK), AT, (), [seats(before, after, end=end)])
    assert [(one.per, str(one.amount), one.of) for one in found] == said


def test_lines_and_numbers_cost_by_the_month_where_they_are_priced() -> None:
    """What is made costs, what goes saves; a change of what is there is free, and so is a backend without prices."""
    line, route = Line("user/ann", "3001", "Ann"), Route("+13125550111", "line/user/ann")
    changes = [
        Change(id="1", action="create", backend="a", after=line),
        Change(id="2", action="delete", backend="a", before=route),
        Change(id="3", action="update", backend="a", before=line, after=line),
        Change(id="4", action="create", backend="b", after=line),
    ]
    (found,) = of_plan(campaign(a=BOOK), AT, changes, [seats(0, 9, backend="b")])
    assert (found.per, str(found.amount), found.of) == ("month", "6.85", "1 more line, 1 fewer number")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-10-13T23:00+00:00", "2026-10-14T05:00+00:00", 1),  # until midnight in Chicago
        ("2026-10-13T23:00+00:00", "2026-10-14T05:00:01+00:00", 2),
        ("2026-11-01T05:00+00:00", "2026-11-02T06:00+00:00", 1),  # the day of 25 hours
        ("2026-10-13T23:00+00:00", "2026-10-13T23:00+00:00", 1),
    ],
)
def test_days(start: str, end: str, days: int) -> None:
    """Local ones, right across daylight saving."""
    assert days_touched(datetime.fromisoformat(start), datetime.fromisoformat(end), "America/Chicago") == days


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("1234.5", "USD", "+$1,234.50"), ("-0.01", "USD", "-$0.01"), ("3", "EUR", "+3.00 EUR"), ("0", "USD", "+$0.00")],
)
def test_words(amount: str, currency: str, text: str) -> None:
    """With a sign before, and the dollar as people write it."""
    assert money(amount, currency, sign=True) == text


@given(st.dictionaries(st.tuples(st.text(max_size=3)), st.decimals(-1000, 1000, places=6), max_size=12))
def test_parts_add_up_to_the_whole(amounts: dict[tuple[str, ...], Decimal]) -> None:
    """To the cent, and each within a cent of what it is."""
    parts = shared_out(amounts)
    assert sum(parts.values(), Decimal(0)) == rounded(sum(amounts.values(), Decimal(0)))
    assert all(abs(parts[key] - amounts[key]) <= Decimal("0.01") for key in amounts)


@pytest.mark.parametrize(
    ("peaks", "prices", "standing"),
    [
        ([], BOOK, 0),
        ([4] * 30, BOOK, 4),
        ([4] * 29 + [2], BOOK, 4),  # one day without: 29 days at 4.00 would cost more than a month at 60.00
        ([4] * 15 + [2] * 15, BOOK, 2),  # fifteen days are 60.00: the month is no cheaper
        ([4] * 16 + [2] * 14, BOOK, 4),
        ([4] * 29 + [0], Prices(seat_per_month=Decimal(60)), 0),
        ([4] * 31, Prices(seat_per_month=Decimal(60)), 4),
        ([4] * 28, Prices(seat_per_day=Decimal(4)), 4),
        ([4] * 30 + [0], Prices(), 0),
    ],
)
def test_what_stands_most_of_the_month_is_taken_by_the_month(peaks: list[int], prices: Prices, standing: int) -> None:
    """Whichever is cheaper, but what is there every day stands in any case."""
    assert stand(peaks, prices) == standing


@given(st.lists(st.integers(0, 12), min_size=28, max_size=31), st.integers(0, 500), st.integers(0, 9000))
def test_no_other_number_by_the_month_is_cheaper(peaks: list[int], day: int, month: int) -> None:
    """Of those beyond the seats of every day."""
    prices = Prices(seat_per_day=Decimal(day), seat_per_month=Decimal(month))

    def cost(standing: int) -> int:
        return standing * month + sum(max(0, peak - standing) for peak in peaks) * day

    assert cost(stand(peaks, prices)) == min(cost(number) for number in range(min(peaks), max(peaks) + 1))
