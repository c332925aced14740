"""Lines wrap between words within the width, and never without one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.views.page import Page
from campctl.views.text import cells

SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_unwrapped_without_width() -> None:
    """A pipe gets one line for one line."""
    page = Page()
    page.line("word " * 100, indent=2)
    assert page.text() == "  " + "word " * 100 + "\n"


def test_wraps_with_hanging_indent() -> None:
    """What is carried over is indented by the hang."""
    page = Page(width=20)
    page.line("one two three four five six", indent=2, hang=4)
    assert page.text() == "  one two three four\n      five six\n"


@given(
    st.lists(st.tuples(st.sampled_from(["", "bold", "red"]), st.text("ab 日é", max_size=30)), max_size=6),
    st.integers(20, 60),
    st.integers(0, 8),
)
def test_never_wider_than_the_width(spans, width, indent) -> None:
    """No line exceeds the width, no character is lost, and every colour that begins ends on its line."""
    page = Page(width=width, color=True)
    page.line(*spans, indent=indent)
    text = page.text()
    for line in text.split("\n"):
        assert cells(SGR.sub("", line)) <= width or not "".join(t for _, t in spans).strip()
        assert line.count("\x1b[0m") * 2 == line.count("\x1b[")
    assert "".join(SGR.sub("", text).split()) == "".join("".join(text for _, text in spans).split())


def test_color_off() -> None:
    """Without colour there are no codes."""
    page = Page()
    page.line(("bold red", "Error: "), "x")
    assert page.text() == "Error: x\n"


@pytest.mark.parametrize("method", ["line", "exact"])
def test_everything_is_made_harmless(method) -> None:
    """Text on a page cannot steer the terminal."""
    page = Page(width=30)
    getattr(page, method)("\x1b]0;title\x07", ("bold", "\u202eevil"))
    assert page.text() == "␛]0;title␇\\u202eevil\n"


def test_exact_lines_are_cut() -> None:
    """A source line is cut at the edge, not wrapped."""
    page = Page(width=10)
    page.exact(("dim", "1 | "), "abcdefghijkl")
    assert page.text() == "1 | abcdef\n"
