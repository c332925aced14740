"""Prices: what plans say, what a month comes to, what is overdue."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest

from campctl.testing import FakeClock

from .conftest import SMALL, TWO, Camp

BOOK = "{line_per_month: 8.00, number_per_month: 1.15, minute: 0.0085, seat_per_day: 4.00, seat_per_month: 60.00}"


def priced(text: str = SMALL, **books: str) -> str:
    """The small campaign with a price book."""
    prices = "\n".join(f"    {name}: {book}" for name, book in (books or {"local": BOOK}).items())
    return text.replace("\noffices:", f"  prices:\n{prices}\n\noffices:", 1)


def test_scaling_says_what_it_costs_and_until_when(make: Callable[..., Camp], clock: FakeClock) -> None:
    """A seat more until tonight, in the plan, in what was done, and as data; less by the day once they are gone."""
    camp = make(priced())
    planned = camp.do("hotline", "scale", "help", "3", "--until", "+1h", "--dry-run").ok()
    assert "local: +$4.00 until" in planned.out
    assert "(1 more seat of help, 1 day)" in planned.out
    done = camp.do("hotline", "scale", "help", "3", "--until", "+1h", "-o", "json").ok().data
    (price,) = done["plan"]["prices"]
    assert (price["amount"], price["per"], price["currency"]) == ("4.00", "until", "USD")
    clock.advance(7200)
    assert "local: -$4.00 a day (1 fewer seat of help)." in camp.do("plan").ok().out


def test_without_prices_nothing_is_said(make: Callable[..., Camp]) -> None:
    """Plans say nothing; `cost` says how much there is of what has a price elsewhere, that no price is known, and what to write."""
    camp = make()
    assert "$" not in camp.do("hotline", "scale", "help", "3", "--dry-run").ok().out
    done = camp.do("cost").ok()
    assert "no price book" in done.err
    assert "`prices: {" in done.err
    data = camp.do("cost", "-o", "json").ok().data
    assert data["fields"]["total"] is None
    rows = {(row["what"], row["office"], row["hotline"]): row["quantity"] for row in data["listings"][0]["rows"]}
    assert rows["lines", "hq", ""] == "8"
    assert rows["seats all month", "", "help"] == "2"
    offices = camp.do("cost", "--by", "office", "-o", "csv").ok().out.splitlines()
    assert offices[0] == "office,what,quantity"
    assert "hq,lines,8" in offices


def test_seats_that_are_away_for_a_while_save_nothing(make: Callable[..., Camp], clock: FakeClock) -> None:
    """They are paid by the month: no price when they go until tonight, none when they are back; without an end in sight they are saved."""
    camp = make(priced())
    assert "local: -$60.00 a month (1 fewer seat)" in camp.do("hotline", "scale", "help", "1", "--dry-run").ok().out
    assert "$" not in camp.do("hotline", "scale", "help", "1", "--until", "+1h").ok().out
    clock.advance(7200)
    assert "$" not in camp.do("plan").ok().out
    camp.do("apply", "--yes").ok()
    lent = camp.do("hotline", "scale", "help", "1", "--until", "+3h", "-o", "json").ok().data
    assert lent["plan"]["prices"] == []
    (override,) = [row["id"] for row in camp.do("override", "list", "-o", "json").ok().data["overrides"] if row["end"] > lent["plan"]["at"]]
    assert "$" not in camp.do("override", "clear", override).ok().out
    camp.edit("campaign.yaml", "baseline: 2", "baseline: 3")
    assert "local: +$60.00 a month (1 more seat)" in camp.do("plan").ok().out


def test_a_day_without_a_seat_does_not_make_the_month_dearer(make: Callable[..., Camp]) -> None:
    """The seats of all other days are still taken by the month, which is cheaper."""
    camp = make(priced() + "surges: {quiet: {from: 2026-10-10T00:00, until: 2026-10-12T00:00, seats: {help: 1}}}\n")
    assert [(row["what"], row["quantity"]) for row in _rows(camp, "--month", "2026-10") if "seats" in row["what"]] == [
        ("seats all month", "2")
    ]


def test_a_month(make: Callable[..., Camp], clock: FakeClock) -> None:
    """Nine lines, three numbers, two seats all month; and an override's seat for a day."""
    camp = make(priced())
    month = f"{clock.now():%Y-%m}"
    assert sum(Decimal(row["amount"]) for row in _rows(camp, "--month", month, what="lines")) == Decimal("72.00")
    assert [row["amount"] for row in _rows(camp, "--month", month, what="seats all month")] == ["120.00"]
    before = _total(camp, month)
    camp.do("hotline", "scale", "help", "3", "--until", "+1h").ok()
    assert _total(camp, month) - before == Decimal("4.00")
    for by in ("office", "hotline", "backend"):
        rows = camp.do("cost", "--month", month, "--by", by, "-o", "json").ok().data["listings"][0]["rows"]
        assert sum(Decimal(row["amount"]) for row in rows) == _total(camp, month)
    read = list(csv.DictReader(io.StringIO(camp.do("cost", "--month", month, "-o", "csv").ok().out)))
    assert sum(Decimal(row["amount"]) for row in read) == _total(camp, month)


def _rows(camp: Camp, *argv: str, what: str = "") -> list[dict[str, str]]:
    rows = camp.do("cost", *argv, "-o", "json").ok().data["listings"][0]["rows"]
    return [row for row in rows if not what or row["what"] == what]


def _total(camp: Camp, month: str) -> Decimal:
    return sum((Decimal(row["amount"]) for row in _rows(camp, "--month", month)), Decimal(0))


@pytest.mark.parametrize("argv", [("--month", "2026-13"), ("--month", "May"), ("--month", "9999-12"), ("--by", "person")])
def test_what_is_refused(make: Callable[..., Camp], argv: tuple[str, ...]) -> None:
    """With status 2."""
    assert make(priced(), apply=False).do("cost", *argv).status == 2


@pytest.mark.parametrize(
    ("books", "codes"),
    [
        ({"local": BOOK}, []),
        ({"local": "{seat_per_day: -4}"}, ["bad-price"]),
        ({"local": "{seat_per_day: $4.00}"}, ["bad-price"]),
        ({"local": '{seat_per_day: "4,50"}'}, ["bad-price"]),
        ({"local": "{seat_per_day: 1e3}"}, ["bad-price"]),
        ({"local": "{currency: usd}"}, ["bad-price"]),
        ({"lokal": "{seat_per_day: 4}"}, ["unknown-backend"]),
        ({"local": "{seat_per_day: 4}", "other": "{seat_per_day: 4, currency: EUR}"}, ["mixed-currencies"]),
        ({"local": "{seat_per_weak: 4}"}, ["unknown-key"]),
    ],
)
def test_findings(make: Callable[..., Camp], books: dict[str, str], codes: list[str]) -> None:
    """What is wrong in a price book, at its place."""
    found = make(priced(TWO, **books), apply=False).do("validate", "-o", "json").json["findings"]
    found = [one for one in found if one["code"] != "no-911-notification"]
    assert [one["code"] for one in found] == codes
    assert all(one["span"]["file"] == "campaign.yaml" and one["span"]["line"] > 1 for one in found)


def test_overdue(make: Callable[..., Camp], clock: FakeClock) -> None:
    """A seat whose override is over and that nobody took back; why: no apply since, a run that failed, an exchange that is down."""
    camp = make(priced())
    assert "Nothing is overdue" in _overdue(camp, 0)
    camp.do("hotline", "scale", "help", "3", "--until", "+1h").ok()
    assert "Nothing is overdue" in _overdue(camp, 0)
    clock.advance(7200)
    assert "1 seat of help" in _overdue(camp, 4)
    assert "Nobody has run `campctl apply` since it ended." in _overdue(camp, 4)
    camp.faults(down=True)
    told = _overdue(camp, 9)
    assert all(words in told for words in ("local does not answer", "hotline help seats 3", "not known"))
    camp.faults()
    camp.do("apply", "--yes").ok()
    assert "Nothing is overdue" in _overdue(camp, 0)


SURGES = """\
surges:
  early: {from: 2026-09-30T08:00, until: 2026-09-30T09:00, seats: {help: 3}}
  past: {from: 2026-10-01T08:00, until: 2026-10-01T09:00, seats: {help: 3}}
"""


def test_what_was_taken_back_is_not_asked_of_an_exchange_that_is_down(make: Callable[..., Camp], clock: FakeClock) -> None:
    """A surge before the first run lent nothing, and one that a whole run took back is over; what may still be there is listed."""
    camp = make(SMALL + SURGES)
    clock.advance(3700)
    camp.do("apply", "--yes").ok()
    clock.advance(3600)
    camp.faults(down=True)
    told = _overdue(camp, 9)
    assert "surge past" in told
    assert "surge early" not in told
    camp.faults()
    camp.do("user", "provision", "dee.fox", "--name", "Dee Fox", "--office", "hq", "--extension", "3050", "--yes").ok()
    camp.faults(down=True)
    assert "surge past" in _overdue(camp, 9)  # that run was about a person
    camp.faults()
    camp.do("apply", "--yes").ok()
    camp.faults(down=True)
    assert "surge past" not in _overdue(camp, 9)


def _overdue(camp: Camp, status: int) -> str:
    done = camp.do("override", "list", "--overdue", "--exit-code", width=240)
    assert done.status == status, done.out + done.err
    return done.out + done.err
