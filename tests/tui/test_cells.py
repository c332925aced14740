"""Text of an exact width, times, shares and sparklines as a board shows them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from campctl.tui.cells import binned, chart, clock, fit, hour, percent, spark
from campctl.tui.looks import ASCII, UNICODE
from tui import pictures


@given(st.text(), st.integers(0, 40))
def test_fit_is_exact(text: str, width: int) -> None:
    """Whatever a name holds, it takes exactly the cells it was given, and nothing in it can steer a terminal."""
    made = fit(text, width)
    assert cell_len(made) == width
    assert "\x1b" not in made
    assert "\n" not in made


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Ann", 5, "Ann  "),
        ("Annabelle", 5, "Anna…"),
        ("李小龙", 5, "李小…"),
        ("李小龙", 4, "李 …"),
        ("e\u0301lan", 5, "e\u0301lan "),
        ("a\x1b[31mb", 8, "a␛[31mb "),
        ("👩\u200d💻 Kim", 9, "👩💻 Kim "),
        ("\u202eevil", 10, "\\u202eevil"),
    ],
)
def test_names(text: str, width: int, shown: str) -> None:
    """Wide, combining, joined and dangerous characters, each aligned."""
    assert fit(text, width) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (133, "2:13"), (3_599, "59:59"), (3_723, "1:02:03"), (400_000, "4 d"), (-5, "0:00")]
)
def test_clock(seconds: float, shown: str) -> None:
    """Waits from nothing to days; a clock that was set back shows no negative wait."""
    assert clock(seconds) == shown


@pytest.mark.parametrize(("share", "shown"), [(None, "–"), (0.0, "0%"), (0.714, "71%"), (0.999, "99%"), (1.0, "100%")])
def test_percent(share: float | None, shown: str) -> None:
    """All is all: 99.9% is not 100%, and nobody is no level."""
    assert percent(share) == shown


def test_hours_name_the_day_when_it_is_another() -> None:
    """An override that ends tomorrow does not look as if it ended today."""
    assert hour(pictures.NOW, pictures.ZONE, now=pictures.NOW) == "13:30"
    assert hour(pictures.NOW + timedelta(days=1), pictures.ZONE, now=pictures.NOW) == "Wed 13:30"
    assert hour(pictures.NOW + timedelta(days=30), pictures.ZONE, now=pictures.NOW) == "2026-12-03 13:30"


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(0, 80))
def test_sparks(minutes: list[int], width: int) -> None:
    """A sparkline has its width, sums every call once, and never draws a call as nothing."""
    for glyphs in (UNICODE, ASCII):
        made = spark(minutes, width, glyphs.levels)
        assert len(made) == width
        sums = binned(minutes, width)
        assert sum(sums) == (sum(minutes) if width else 0)
        assert [char != " " for char in made[len(made) - len(sums) :]] == [count > 0 for count in sums]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.integers(1, 100), st.integers(1, 6))
def test_charts_are_rectangles(minutes: list[int], width: int, height: int) -> None:
    """A chart has as many lines and cells as it was given."""
    lines = chart(minutes, width, height, UNICODE.levels)
    assert [len(line) for line in lines] == [width] * height
