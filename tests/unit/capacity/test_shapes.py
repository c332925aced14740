"""Shapes of a day pass through what was published."""

from __future__ import annotations

import pytest

from campctl.model.shapes import shares


def by(shape: str, hour: float) -> float:
    """The share of the day's calls that came before this hour."""
    day = shares(shape)
    return sum(day[: int(hour)]) + day[int(hour)] * (hour % 1)


@pytest.mark.parametrize(("hour", "share"), [(9.5, 5_500 / 35_000), (14.5, 20_000 / 35_000), (17.5, 75_000 / 90_000)])
def test_election_day_passes_through_the_published_points(hour: float, share: float) -> None:
    """5,500 by 9:30 and 20,000 by 14:30 of 2016's 35,000, 75,000 by 17:30 of 2012's 90,000."""
    assert by("election-day", hour) == pytest.approx(share, abs=0.01)
