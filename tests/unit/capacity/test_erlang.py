"""Erlang's formulas against published values, exact limits, numerical integration, and each other."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campctl.capacity.erlang import OVERWHELMED, Target, erlang_a, erlang_b, erlang_c, seats_needed, staff_needed, trunks_needed

LOAD = 100 / 1800 * 180
"""100 calls in half an hour, 180 s each: 10 erlangs."""


def test_published_values_of_erlang_c() -> None:
    """The example of CRAN's ErlangC, to every digit printed there; the mean wait in rational arithmetic."""
    got = erlang_c(14, LOAD, 180, 20)
    assert f"{got.wait:.7f}" == "0.1741319"
    assert f"{got.level:.5f}" == "0.88835"
    assert got.mean_wait == pytest.approx(7.835937011777243, rel=1e-15)  # in rational arithmetic, rounded once
    assert got.occupancy == pytest.approx(10 / 14)


def test_published_value_of_erlang_b() -> None:
    """15 trunks carry 8.108 erlangs at one lost call in a hundred (erlang.com)."""
    assert f"{erlang_b(15, 8.108):.7f}" == "0.0099996"
    assert trunks_needed(8.108, 0.01) == 15


@pytest.mark.parametrize(
    ("calls", "handling", "target", "seats"),
    [
        (2900, 300, Target(), 253),
        (2900, 420, Target(), 352),
        (2900, 300, Target(0.9, 15), 258),
        (2900, 420, Target(0.9, 15), 359),
        (6500, 300, Target(), 555),
        (6500, 420, Target(), 775),
        (6500, 300, Target(0.9, 15), 563),
        (6500, 420, Target(0.9, 15), 785),
    ],
)
def test_seats_of_a_pooled_election_hotline(calls: int, handling: float, target: Target, seats: int) -> None:
    """The figures for 2016's and 2012's hours, computed elsewhere."""
    assert seats_needed(calls / 3600 * handling, handling, target) == seats


def test_endless_patience_is_erlang_c() -> None:
    """The more patient callers are, the nearer A comes to C."""
    c, a = erlang_c(14, LOAD, 180, 20), erlang_a(14, LOAD, 180, 1e9, 20)
    assert (a.wait, a.level, a.mean_wait) == pytest.approx((c.wait, c.level, c.mean_wait), rel=1e-6)
    assert erlang_a(14, LOAD, 180, math.inf, 20) == c


@pytest.mark.parametrize(("seats", "load"), [(12, 10.0), (9, 10.0), (100, 80.0), (3, 30.0)])
def test_patience_as_long_as_calls_is_poisson(seats: int, load: float) -> None:
    """When callers wait as long as they would talk, as many are there as if there were a seat for each."""
    fewer = sum(math.exp(-load + k * math.log(load) - math.lgamma(k + 1)) for k in range(seats))
    assert erlang_a(seats, load, 180, 180, 20).wait == pytest.approx(1 - fewer, rel=1e-9)


@pytest.mark.parametrize(
    ("seats", "calls", "handling", "patience", "within"),
    [(10, 120, 240, 120, 20), (5, 200, 120, 60, 10), (40, 500, 270, 300, 30), (3, 10, 300, 600, 0), (60, 500, 400, 45, 5)],
)
def test_erlang_a_is_its_own_chain(seats: int, calls: float, handling: float, patience: float, within: float) -> None:
    """Waiting, giving up and occupancy are those of the birth-and-death chain, summed state by state."""
    rate, load = calls / 3600, calls / 3600 * handling
    weights, weight = [1.0], 1.0
    for n in range(1, 4000):
        weight *= rate / (min(n, seats) / handling + max(0, n - seats) / patience)
        weights.append(weight)
    total = sum(weights)
    p = [weight / total for weight in weights]
    got = erlang_a(seats, load, handling, patience, within)
    assert got.wait == pytest.approx(sum(p[seats:]), rel=1e-9)
    waiting = sum((n - seats) * share for n, share in enumerate(p) if n > seats)
    assert got.abandoned == pytest.approx(waiting / patience / rate, rel=1e-7, abs=1e-12)
    assert got.occupancy == pytest.approx(sum(min(n, seats) * share for n, share in enumerate(p)) / seats, rel=1e-9)


@pytest.mark.parametrize(("seats", "calls", "patience", "within"), [(10, 120, 120, 20), (6, 120, 60, 30), (14, 120, 1000, 20)])
def test_the_level_is_the_integral_of_the_waits(seats: int, calls: float, patience: float, within: float) -> None:
    """Answered in time: who finds a seat, and who waits at most so long without giving up, integrated numerically."""
    handling, rate = 240.0, calls / 3600
    load, served = rate * handling, seats / handling

    def e(v: float) -> float:
        return math.exp(rate * patience * (1 - math.exp(-v / patience)) - served * v)

    def integral(f: object, end: float, steps: int = 40_000) -> float:
        h = end / steps
        return sum(f((k + 0.5) * h) for k in range(steps)) * h  # type: ignore[operator]

    eps = 1 / erlang_b(seats - 1, load)
    whole = eps + rate * integral(e, 6000.0)
    in_time = eps / whole + rate * integral(lambda v: math.exp(-v / patience) * e(v), within) / whole
    assert erlang_a(seats, load, handling, patience, within).level == pytest.approx(in_time, rel=1e-5)


@given(
    load=st.floats(0.01, 3000),
    level=st.floats(0.05, 0.99),
    within=st.floats(0, 120),
    patience=st.one_of(st.just(math.inf), st.floats(20, 2000)),
    occupancy=st.floats(0.5, 1.0),
    near=st.integers(0, 4000),
)
def test_the_fewest_seats_are_the_fewest(load: float, level: float, within: float, patience: float, occupancy: float, near: int) -> None:
    """With the seats it says the target holds, with one fewer it does not, wherever the search began."""
    target = Target(level, within, occupancy)
    seats = seats_needed(load, 240, target, patience, near)

    def holds(count: int) -> bool:
        got = erlang_a(count, load, 240, patience, within)
        return got.level >= level - 1e-9 and got.occupancy <= occupancy + 1e-9

    assert holds(seats)
    got = erlang_a(seats - 1, load, 240, patience, within)
    assert got.level < level + 1e-9 or got.occupancy > occupancy - 1e-9


@given(load=st.floats(0.01, 5000), blocking=st.floats(0.0001, 0.5))
def test_the_fewest_trunks_are_the_fewest(load: float, blocking: float) -> None:
    """With the trunks it says few enough calls are lost, with one fewer too many."""
    trunks = trunks_needed(load, blocking)
    assert erlang_b(trunks, load) <= blocking * (1 + 1e-9)
    assert trunks == 0 or erlang_b(trunks - 1, load) > blocking * (1 - 1e-9)


@example(seats=2500, load=20_000.0, patience=100_000.0, within=3600.0)
@given(seats=st.integers(0, 5000), load=st.floats(0, 20_000), patience=st.floats(1, 5_000), within=st.floats(0, 3600))
def test_shares_are_shares(seats: int, load: float, patience: float, within: float) -> None:
    """However absurd the figures, nothing overflows and every share lies between 0 and 1."""
    got = erlang_a(seats, load, 300, patience, within)
    assert all(0 <= share <= 1 for share in (got.wait, got.level, got.abandoned, got.occupancy))
    assert 0 <= got.mean_wait <= patience * (1 + 1e-9)
    assert 0 <= erlang_b(seats, load) <= 1


def test_too_few_seats_for_ever_patient_callers() -> None:
    """Without more seats than erlangs the queue grows without end."""
    assert erlang_c(10, 10.0, 180, 20) == OVERWHELMED


def test_nobody_calls() -> None:
    """No calls need nobody."""
    assert seats_needed(0, 300, Target()) == trunks_needed(0, 0.01) == 0
    assert erlang_c(0, 0, 300, 20).level == erlang_a(0, 0, 300, 60, 20).level == 1.0


@pytest.mark.parametrize("load", [1e-6, 1e-30, 1e-100, 1e-300, 5e-324])
@pytest.mark.parametrize("seats", [1, 5, 50, 500, 100_000])
def test_hardly_anybody_calls(seats: int, load: float) -> None:
    """A forecast of next to nothing is answered by whoever is there, however many: no figure is too small for the sums."""
    got = erlang_a(seats, load, 300, 180, 20)
    assert got.level == pytest.approx(1.0, abs=1e-6)
    assert got.abandoned == pytest.approx(0.0, abs=1e-6)
    assert erlang_b(seats, load) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("trunks", "load"), [(50, 16.0), (60, 12.0), (80, 10.0), (100, 33.0), (300, 150.0), (2000, 1500.0)])
def test_erlang_b_far_from_being_busy(trunks: int, load: float) -> None:
    """Where the sum in Erlang's formula is e^load to every digit, waiting is what rational arithmetic says."""
    inverse = Fraction(1)
    for n in range(1, trunks):
        inverse = 1 + Fraction(n) / Fraction(load) * inverse
    total, term, n = Fraction(1), Fraction(1), trunks
    while term > total / 10**20:  # patience as long as calls: each state beyond the seats is load/n of the one before it
        n += 1
        term *= Fraction(load) / n
        total += term
    exact = Fraction(load) / trunks * total
    assert erlang_a(trunks, load, 300, 300, 20).wait == pytest.approx(float(exact / (inverse + exact)), rel=1e-9)


@pytest.mark.parametrize(("seats", "shrinkage", "people"), [(10, 0.0, 10), (7, 0.3, 10), (1, 0.5, 2), (0, 0.3, 0), (70, 0.3, 100)])
def test_people_to_call_in(seats: int, shrinkage: float, people: int) -> None:
    """Seats over the share who sit there."""
    assert staff_needed(seats, shrinkage) == people


@pytest.mark.parametrize(("seats", "load"), [(-1, 1.0), (1, -1.0), (1, math.nan), (1, math.inf)])
def test_what_makes_no_queue(seats: int, load: float) -> None:
    """Negative seats, and loads that are none, are refused."""
    for formula in (lambda: erlang_b(seats, load), lambda: erlang_c(seats, load, 1, 1), lambda: erlang_a(seats, load, 1, 1, 1)):
        with pytest.raises(ValueError, match="make no queue"):
            formula()
