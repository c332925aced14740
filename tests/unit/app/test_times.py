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
