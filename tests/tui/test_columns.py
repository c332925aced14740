"""Which columns a screen has room for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from campctl.tui.columns import Column, View, layout
from campctl.tui.looks import UNICODE
from campctl.tui.tables import ACTIVITY, ALERTS, HOTLINES, PEOPLE, hay, matches
from tui import pictures

TABLES = (HOTLINES, PEOPLE, ACTIVITY, ALERTS)


@given(st.sampled_from(TABLES), st.integers(0, 500))
def test_columns_never_leave_the_screen(columns: tuple[Column, ...], width: int) -> None:
    """On whatever width, columns stand beside each other, in their order, inside of it."""
    placed = layout(columns, width)
    assert [item.column for item in placed] == [column for column in columns if column in [item.column for item in placed]]
    for left, right in pairwise(placed):
        assert left.x + left.width < right.x
    assert not placed or placed[-1].x + placed[-1].width <= width


@pytest.mark.parametrize("columns", TABLES)
def test_wider_shows_no_less(columns: tuple[Column, ...]) -> None:
    """Columns appear with the width, the more telling ones first, and all are there on a wall."""
    before: set[str] = set()
    for width in range(80, 320):
        now = {item.column.name for item in layout(columns, width)}
        assert before <= now
        before = now
    assert before == {column.name for column in columns}


def test_eighty_columns_hold_what_was_promised() -> None:
    """A plain terminal shows of every hotline waiting, longest, both levels, abandoned, four kinds of agents, seats and Erlang's."""
    wanted = {"name", "waiting", "longest", "now", "today", "abandoned", "free", "busy", "paused", "wrap", "seats", "asked"}
    assert wanted <= {item.column.name for item in layout(HOTLINES, 80)}


@pytest.mark.parametrize("columns", TABLES)
def test_sort_keys_are_capitals_of_their_own_that_stand_in_the_heading(columns: tuple[Column, ...]) -> None:
    """One can see in each heading which key sorts by it; G is taken (to the last row)."""
    keys = [column.key for column in columns if column.key]
    assert len(keys) == len(set(keys))
    assert "G" not in keys
    for column in columns:
        assert not column.key or (column.key.isupper() and column.key.casefold() in column.label.casefold())
        assert bool(column.key) <= (column.sort is not None)


def test_every_cell_of_every_row_can_be_drawn() -> None:
    """No row of any picture, however empty, makes a cell fail."""
    picture = pictures.picture()
    view = View(now=pictures.NOW, zone=pictures.ZONE, glyphs=UNICODE, width=20)
    for columns, rows in zip(TABLES, (picture.hotlines, picture.people, picture.activity, picture.alerts), strict=True):
        for column in columns:
            for row in rows:
                made = column.cell(row, view)
                spans = (made,) if isinstance(made[0], str) else made
                assert all(cell_len(text) >= 0 for _, text in spans)  # type: ignore[misc]
                if column.sort is not None:
                    column.sort(row)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("voter", ["voter-protection"]),
        ("bad", ["voter-protection"]),
        ("closed", ["donors"]),
        ("!surge open", ["volunteers", "press"]),
        ("hq-pbx waiting", ["polling-place"]),
    ],
)
def test_filters(words: str, found: list[str]) -> None:
    """All words must be there, those after an exclamation mark must not."""
    assert [line.id for line in pictures.hotlines() if matches(hay(line), words)] == found
