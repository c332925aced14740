"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from campctl.app.times import parse_time
from campctl.errors import UsageError

NOW = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)  # 23:30 on 31 October in Chicago, an hour and a half before daylight saving ends


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-11-01T04:30"),
        ("+2h", "2026-11-01T06:30"),
        ("+1d2h3m4s", "2026-11-02T06:33:04"),
        ("23:45", "2026-11-01T04:45"),
        ("21:00", "2026-11-01T02:00"),
        ("2026-11-03T06:00", "2026-11-03T12:00"),
        ("2026-10-30T06:00", "2026-10-30T11:00"),
        ("2026-11-03T06:00-05:00", "2026-11-03T11:00"),
        ("2026-11-03", "2026-11-03T06:00"),
        ("2026-11-01T01:30", "2026-11-01T06:30"),
    ],
)
def test_what_a_time_means(text: str, expected: str) -> None:
    """Without an offset a time is local to the campaign; of an hour that comes twice, the first is taken."""
    assert parse_time(text, now=NOW, time_zone="America/Chicago") == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_bare_time_can_mean_the_next_one() -> None:
    """`--until 21:00` said at 23:30 is tomorrow's, across the end of daylight saving."""
    found = parse_time("21:00", now=NOW, time_zone="America/Chicago", future=True)
    assert found == datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:61", "+", "+h", "2026-13-01", "noon"])
def test_what_is_not_a_time(text: str) -> None:
    """Anything else is refused with the forms that are understood."""
    with pytest.raises(UsageError) as caught:
        parse_time(text, now=NOW, time_zone="America/Chicago")
    assert "21:00" in caught.value.hint


def test_a_time_that_does_not_exist() -> None:
    """The hour daylight saving skips is refused, not shifted."""
    with pytest.raises(UsageError, match="does not exist in America/Chicago"):
        parse_time("2026-03-08T02:30", now=NOW, time_zone="America/Chicago")


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59", "0001-01-01T00:00+14:00", "9999-12-31", "2626-11-03T06:00", "+9999999d", "+99999999999999999d"]
)
def test_a_year_that_no_campaign_has(text: str) -> None:
    """A slip in the year, or a length of ages, is refused before anything computes with it."""
    with pytest.raises(UsageError, match="out of the calendar"):
        parse_time(text, now=NOW, time_zone="America/Chicago")


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        ("2026-11-01T06:40", "01:50", "2026-11-01T06:50"),
        ("2026-11-01T06:40", "01:30", "2026-11-01T07:30"),
        ("2026-11-01T07:40", "01:50", "2026-11-01T07:50"),
        ("2026-11-01T07:40", "01:40", "2026-11-02T07:40"),
        ("2026-11-01T07:40", "01:30", "2026-11-02T07:30"),
        ("2026-11-01T08:10", "01:30", "2026-11-02T07:30"),
    ],
)
def test_the_next_one_in_an_hour_that_comes_twice(now: str, text: str, expected: str) -> None:
    """`--until 01:50`, said at 01:40 for the second time, is in ten minutes and not in a day; a 01:30 that passed comes again."""
    found = parse_time(text, now=datetime.fromisoformat(now).replace(tzinfo=UTC), time_zone="America/Chicago", future=True)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
