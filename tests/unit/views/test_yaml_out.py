"""YAML output reads back equal and is harmless."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from campctl.views.text import harmless
from campctl.views.yaml_out import dump

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.floats(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)


@given(VALUES)
def test_reads_back_equal(value) -> None:
    """What is written is what is read, whatever YAML's traps, and no line can steer a terminal."""
    text = dump(value)
    assert yaml.safe_load(text) == value
    assert all(harmless(line) == line for line in text.split("\n"))


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "null", "~", "012", "6:30", "1e3", "0x1f", ".inf", "2026-11-03", "+12025550100", "<<", "=", "y"]
)
def test_traps_are_quoted(word) -> None:
    """Words that YAML reads as something else are quoted."""
    assert yaml.safe_load(dump({"key": word, word: "value"})) == {"key": word, word: "value"}


def test_shape() -> None:
    """Blocks, as people write them."""
    assert (
        dump({"a": [{"b": 1, "c": ["x y", "z"]}], "d": {}, "e": "ann.lee"})
        == "a:\n  - b: 1\n    c:\n      - x y\n      - z\nd: {}\ne: ann.lee\n"
    )
