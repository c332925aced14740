"""Student's intervals: the published quantiles, and what they say of replications."""

from __future__ import annotations

from random import Random

import pytest

from campctl.capacity.rehearsal.estimate import Estimate, difference, estimate, student


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228), (19, 2.093), (30, 2.042), (120, 1.980)],
)
def test_quantiles_are_the_published_ones(freedom: int, quantile: float) -> None:
    """Abramowitz and Stegun, table 26.10, at 95 % between -t and t."""
    assert student(0.95, freedom) == pytest.approx(quantile, abs=0.0006)


@pytest.mark.parametrize(("confidence", "freedom"), [(0.0, 3), (1.0, 3), (0.95, 0)])
def test_what_makes_no_interval_is_refused(confidence: float, freedom: int) -> None:
    """No certainty, and at least two replications."""
    with pytest.raises(ValueError, match="confidence"):
        student(confidence, freedom)


def test_an_interval_by_hand() -> None:
    """Mean 2, deviation 1, three values: 4.303 / sqrt(3)."""
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.half == pytest.approx(4.3027 / 3**0.5, abs=1e-3)


def test_one_replication_has_no_interval() -> None:
    """Nothing is known of how far it varies."""
    assert estimate([7.0]) == Estimate(7.0, None)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 2,000 intervals from five normal values each about 95 of 100 hold the true mean."""
    random = Random(11)
    held = 0
    for _ in range(2000):
        found = estimate([random.gauss(3.0, 2.0) for _ in range(5)])
        assert found.half is not None
        held += abs(found.mean - 3.0) <= found.half
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_pairs_tell_more_than_two_means() -> None:
    """What hits both plans alike does not blur their difference."""
    ours, theirs = [10.0, 20.0, 30.0], [9.0, 19.0, 29.0]
    assert difference(ours, theirs) == Estimate(1.0, 0.0)
    assert (estimate(ours).half or 0) > 10
