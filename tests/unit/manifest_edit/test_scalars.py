"""New values are written so that every YAML reader takes them for the same text."""

from __future__ import annotations

import pytest
import yaml

from campctl.errors import UsageError
from campctl.manifest.edit_scalars import flow, scalar

PLAIN = [
    "Ann Lee",
    "hq",
    "20s",
    "80%",
    "a001-a016",
    "3100-3115",
    "hotline/main",
    "mon-fri 08:00-20:00",
    "José",
    "2026-10-13T19:00",
    "a+b",
    "1st",
]
WORDS = ["", " ", "no", "Yes", "on", "y", "null", "~", "=", "<<", "---", "+13125550100", "60601"]
NUMBERS = ["012", "0x1f", "1e3", "1_000", "12:30", "6:30:00", ".5", "1.50", "2026-10-13", "2026-10-13T19:00:00"]
SIGNS = ["-", "- a", "a: b", "a #b", "#a", "[a", "{a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "'a", '"a', "a:"]
CONTROLS = ["a\nb", "a\tb", "\x1b[31m", "a\u2028b", "\ufeffa"]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_where_that_is_safe(text) -> None:
    """Ordinary words stay readable."""
    assert scalar(text) == text


@pytest.mark.parametrize("text", WORDS + NUMBERS + SIGNS + CONTROLS)
def test_quoted_where_it_is_not(text) -> None:
    """YAML 1.1 and 1.2's traps, indicators, control characters and line separators."""
    written = scalar(text)
    assert written[0] == '"'
    assert yaml.safe_load(written) == text
    assert yaml.safe_load(f"[{scalar(text, flow=True)}]") == [text]


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        ("3001", "extension", "3001"),
        ("0300", "extension", '"0300"'),  # which others read as octal
        ("3", "floor", '"3"'),
        (3, "floor", "3"),
        (True, "ports", "true"),
        (0.5, "target", "0.5"),
        (["a", "no", "b, c"], "skills", '[a, "no", "b, c"]'),
        ({"street": "1 A St", "postal_code": "60601"}, "address", '{ street: 1 A St, postal_code: "60601" }'),
        ([], "skills", "[]"),
        ({}, "answer", "{}"),
    ],
)
def test_values_of_all_kinds(value, field, expected) -> None:
    """Digits are quoted but where that is not the custom; lists and mappings go on one line."""
    assert flow(value, field) == expected


@pytest.mark.parametrize("value", [None, object(), b"x", "\udcff"])
def test_what_cannot_be_written(value) -> None:
    """No words for it: a UsageError, not a repr in a manifest."""
    with pytest.raises(UsageError):
        scalar(value)
