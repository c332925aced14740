"""Charts: on terminals of any kind, as SVG, and in a page."""

from __future__ import annotations

import io
import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.app.results import Listing, Share
from campctl.views import report
from campctl.views.charts import Chart, Series, axis, can_draw, gathered, level, lines, put, shown, sparkline
from campctl.views.charts_svg import in_words, svg
from campctl.views.page import Page
from campctl.views.terminal import Terminal
from campctl.views.text import cells

MARKS = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 1440, 60))
NEED = tuple(float(min(hour, 23 - hour)) * 10 for hour in range(24))
HAVE = (40.0,) * 12 + (90.0,) * 12
SEATS = Chart(
    title="Seats of main",
    marks=MARKS,
    series=(Series(name="needed", values=NEED, kind="bar"), Series(name="there", values=HAVE, pick="min")),
    unit="seats",
    across="3 November 2026, America/New_York",
    short="missing",
)
VALUE = st.none() | st.floats(0, 1e6) | st.just(math.inf)


def drawn(chart: Chart, width: int, *, plain: bool = False) -> list[str]:
    """The lines without styles."""
    return ["".join(span if isinstance(span, str) else span[1] for span in line) for line in lines(chart, width, plain=plain)]


@pytest.mark.parametrize(
    ("highest", "most", "ticks"), [(340, 5, (0, 100, 200, 300, 400)), (1, 4, (0, 0.5, 1)), (0, 5, (0, 0.2, 0.4, 0.6, 0.8, 1))]
)
def test_an_axis_has_round_steps(highest: float, most: int, ticks: tuple[float, ...]) -> None:
    """1, 2 or 5 times a power of ten, from 0 to the highest value or just above."""
    assert axis(highest, most).ticks == ticks


@given(st.floats(1e-6, 1e9), st.integers(2, 12))
def test_an_axis_holds_every_value(highest: float, most: int) -> None:
    """Whatever the highest value is, the axis reaches it, with no more steps than asked for and one more."""
    found = axis(highest, most)
    assert found.top >= highest * (1 - 1e-9)
    assert len(found.ticks) <= most + 2


def test_a_terminal_shows_need_against_have() -> None:
    """Title, axes with labels of whole hours, bars, the line of what is there, what is missing, and a legend of all three."""
    page = drawn(SEATS, 80)
    assert page[0] == "Seats of main"
    assert any(line.startswith("100 ┤") for line in page)
    assert "00:00" in page[-4] or "00:00" in page[-3]
    assert "▒" in "".join(page[2:-3])
    assert page[-1].split() == ["██", "needed", "▒▒", "missing", "──", "there"]
    assert not any(line.startswith("  50") for line in page[-3:])


def test_nothing_is_missing_where_there_is_enough() -> None:
    """The sign of what is missing stands only where need is above what is there."""
    enough = Chart(
        title="x", marks=MARKS, series=(Series(name="n", values=NEED, kind="bar"), Series(name="h", values=(200.0,) * 24)), short="missing"
    )
    assert "▒" not in "".join(drawn(enough, 80)[:-1])


def test_without_unicode_it_is_ascii() -> None:
    """Every sign of a plain chart is ASCII, and every series still has one of its own."""
    page = drawn(SEATS, 80, plain=True)
    assert "\n".join(page).isascii()
    assert page[-1].split() == ["##", "needed", "!!", "missing", "--", "there"]


def test_a_narrow_terminal_gets_sparklines() -> None:
    """Where there is no room for axes, each series is a line with its highest value and its time."""
    page = drawn(SEATS, 40)
    assert any("┤" in line for line in page)
    narrow = drawn(SEATS, 24)
    assert narrow[1].startswith("needed: at most 110")
    assert set(narrow[2]) <= set(" ▁▂▃▄▅▆▇█")


def test_the_last_label_ends_with_the_terminal() -> None:
    """Where the plot is as wide as there is room for, no label sticks out; and the smallest of numbers is drawn as well."""
    for length in range(1, 170):
        for width in (30, 45, 46, 47):
            marks = tuple(f"{place:03d}" for place in range(length))
            chart = Chart(title="Any", marks=marks, series=(Series(name="one", values=(5e-324,) * length),))
            assert all(cells(line) <= width for line in drawn(chart, width))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 300).flatmap(lambda n: st.lists(st.lists(VALUE, min_size=n, max_size=n), min_size=1, max_size=4)),
    st.integers(20, 200),
    st.booleans(),
    st.sampled_from(["bar", "step", "line"]),
)
def test_no_chart_is_wider_than_its_terminal(values: list[list[float | None]], width: int, plain: bool, kind: str) -> None:
    """Whatever the values are (none, without end, gaps), it can be drawn and no line is too wide; as SVG it is XML."""
    marks = tuple(f"{place:03d}" for place in range(len(values[0])))
    series = tuple(Series(name=f"series {n}", values=tuple(one), kind=kind if n == 0 else "step") for n, one in enumerate(values))  # type: ignore[arg-type]
    chart = Chart(title="Anything at all", marks=marks, series=series, short="missing" if kind == "bar" else "")
    assert all(cells(line) <= width for line in drawn(chart, width, plain=plain))
    ET.fromstring(svg(chart, name="x"))


def test_columns_that_are_shared_keep_what_counts() -> None:
    """Of several values in a column the highest, lowest or mean stays, as the series says."""
    assert gathered([1, 5, 2, None, None, None], 3, "max") == [5, 2, None]
    assert gathered([1, 5, 2, None], 2, "min") == [1, 2]
    assert gathered([1, 5], 1, "mean") == [3]
    assert gathered([1, 5], 1, "sum") == [6]
    assert gathered([1, 5], 9, "sum") == [1, 5]


def test_levels_and_sparklines() -> None:
    """A bar is filled so far; a sparkline rises with its values and leaves gaps where there are none."""
    assert level(5, 10, 10) == "█████·····"
    assert level(5, 10, 10, plain=True) == "#####....."
    assert level(20, 10, 4) == "████"
    assert level(1, 0, 2) == "··"
    assert sparkline([0, None, 7], 10) == "▁ █"
    assert sparkline([0, 5], 10, plain=True) == "_#"


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [(1250, "number", "1,250"), (0.5, "number", "0.5"), (0.8, "percent", "80%"), (0.875, "percent", "87.5%"), (90, "seconds", "90s")],
)
def test_values_are_written_for_people(value: float, form: str, text: str) -> None:
    """Thousands with commas, shares as per cent, times with their unit."""
    assert shown(value, form) == text


@pytest.mark.parametrize(("encoding", "term", "able"), [("utf-8", "xterm", True), ("ascii", "xterm", False), ("utf-8", "dumb", False)])
def test_the_terminal_decides(encoding: str, term: str, able: bool) -> None:
    """Blocks only where the encoding has them and the terminal is not dumb."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    terminal = Terminal(io.StringIO(), stream, io.StringIO(), {"TERM": term})
    assert can_draw(terminal) is able
    page = Page(width=80)
    put(SEATS, page, terminal)
    assert page.text().isascii() is not able


def test_an_svg_says_what_it_shows() -> None:
    """It is XML with title, description, axis labels, legend, and a hatching for what is missing."""
    root = ET.fromstring(svg(SEATS, name="main"))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "main-title main-about"
    assert root.findtext(f"{space}title") == "Seats of main"
    assert "needed: from 0 to 110, the most at 11:00." in (root.findtext(f"{space}desc") or "")
    words = [one.text for one in root.iter(f"{space}text")]
    assert {"seats", "00:00", "100", "needed", "there", "missing"} <= set(words)
    assert any(one.get("fill") == "url(#main-missing)" for one in root.iter(f"{space}path"))


def test_words_for_who_cannot_see() -> None:
    """Lowest, highest, and when; and that there is nothing when there is nothing."""
    chart = Chart(
        title="x", marks=("a", "b"), series=(Series(name="one", values=(0.2, 0.9)), Series(name="two", values=(None, None))), form="percent"
    )
    assert in_words(chart) == "one: from 20% to 90%, the most at b. two: no values."


class _Strict(HTMLParser):
    """Collects tags, and fails where one is closed that is not open."""

    EMPTY = ("meta", "rect", "line", "path", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


def test_a_page_stands_alone() -> None:
    """Well-formed; no script, nothing loaded from anywhere; ids once; what manifests say is escaped."""
    listing = Listing(
        of="x",
        columns=("name", "seats", "share"),
        rows=({"name": "<script>alert(1)</script>\x1b[2J", "seats": 1200, "share": Share(1, 2)},),
    )
    blocks = [
        report.heading("One & two"),
        report.heading("Two"),
        report.heading("Three"),
        report.figure(SEATS, name="Main & more"),
        report.table(listing, caption="<b>"),
        report.facts({"a": "b", "empty": ""}),
        report.bullets(["x < y"]),
        report.paragraph("soft", soft=True),
    ]
    page = report.document("Plan <1>", blocks, under="under", said="campctl hotline plan 'a&b'")
    reader = _Strict()
    reader.feed(page)
    assert reader.open == []
    assert "script" not in {tag for tag, _ in reader.seen}
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    ids = [attrs["id"] for _, attrs in reader.seen if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "1,200" in page
    assert 'href="#one-two"' in page or 'href="#one-amp-two"' in page


def test_charts_in_a_page_carry_their_values() -> None:
    """Beside each chart its values can be read as a table."""
    page = report.figure(SEATS, name="main")
    assert page.count("<tr>") == 25
    assert '<th scope="row">11:00</th><td class="number">110</td><td class="number">40</td>' in page
