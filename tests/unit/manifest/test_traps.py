"""YAML's traps, held against what PyYAML (YAML 1.1) really makes of the same text."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from campctl.manifest import dump, traps


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("012", "the number 10 (octal)"),
        ("0o14", "the number 12 (octal)"),
        ("0x1F", "the number 31 (hexadecimal)"),
        ("0b11", "the number 3 (binary)"),
        ("6:30", "the number 390 (base 60)"),
        ("1_000", "the number 1000"),
        ("1e3", "the number 1000.0"),
        ("3.10", "the number 3.1"),
        ("+5", "the number 5"),
        (".inf", "infinity"),
        ("no", "the truth value false"),
        ("Yes", "the truth value true"),
        ("y", "the truth value true"),
    ],
)
def test_what_others_read(text, reading):
    """A trap says what other readers make of it."""
    assert traps.other_reading(text) == reading


@pytest.mark.parametrize(
    "text", ["3001", "0", "-5", "1.5", "2026-11-03T18:00", "a012", "Norway", "3000-3199", "20s", "80%", "08:00-20:00", "1.2.3", "-", "+"]
)
def test_what_everyone_reads_alike(text):
    """Plain words, whole numbers, ranges and times are no traps."""
    assert traps.other_reading(text) == ""


@given(st.text(alphabet="0123456789+-._:eExXoObaBnoyesNOYESfF~", max_size=7))
def test_nothing_that_pyyaml_changes_goes_unnoticed(text):
    """Whatever PyYAML resolves to a number, truth value or null that reads otherwise than its text is called a trap."""
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OverflowError):
        return
    if isinstance(value, bool | int | float) and str(value) != text and not (isinstance(value, float) and math.isnan(value)):
        assert traps.other_reading(text)
    if value is None and text == text.strip() and not text.startswith(("-", "...")):
        assert text in traps.NULLS


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("012", ["yaml-trap"]),
        ('"012"', []),
        ("no", ["yaml-trap"]),
        ("~", ["null-value"]),
        ("", ["null-value"]),
        ("1e3", ["yaml-trap"]),
        ("3", []),
        ("Hall A", []),
    ],
)
def test_traps_in_a_text(read, value, codes):
    """A trap in a text field is reported once, and the text is kept as written."""
    loaded = read(f"users:\n  cal: {{ name: Cal Roe, office: hq, extension: 3003, room: {value} }}\n")
    assert [finding.code for finding in loaded.findings] == codes
    if "null-value" not in codes:
        assert loaded.campaign.users["cal"].room == value.strip('"')


@pytest.mark.parametrize(
    ("field", "value", "codes"),
    [
        ("extension", "0300", ["yaml-trap"]),
        ("extension", "3_000", ["bad-extension"]),
        ("languages", "[en, no]", ["yaml-trap"]),
        ("number", "+13125550111", ["unquoted-number"]),
        ("skills", "[legal, ~]", ["null-value"]),
        ("permission", "~", ["null-value"]),
    ],
)
def test_traps_in_other_fields(read, field, value, codes):
    """Digits with a leading zero, languages, numbers and choices have their traps reported too."""
    fields = {"name": "Cal Roe", "office": "hq", "extension": "3003", field: value}
    written = ", ".join(f"{name}: {text}" for name, text in fields.items())
    loaded = read(f"users:\n  cal: {{ {written} }}\n")
    reading = {"yaml-trap", "bad-extension", "unquoted-number", "null-value", "wrong-type", "missing-key", "not-a-choice"}
    assert [finding.code for finding in loaded.findings if finding.code in reading] == codes


def test_traps_in_ids(read):
    """An id is a text as well: `no` as a user's id needs quotes."""
    loaded = read("users:\n  no: { name: Nora Oh, office: hq, extension: 3003 }\n")
    assert [finding.code for finding in loaded.findings] == ["yaml-trap"]
    assert "no" in loaded.campaign.users


@given(
    st.recursive(
        st.text(max_size=8) | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_what_is_dumped_reads_back(value):
    """YAML written by campctl means the same to PyYAML."""
    assert yaml.safe_load(dump(value)) == value


@pytest.mark.parametrize("text", ["no", "y", "012", "6:30", "1e3", "0o14", "+13125550100", "~", "", "3001"])
def test_dump_quotes_what_readers_disagree_about(text):
    """Texts that another reader would take for something else are quoted."""
    assert dump({"a": text}).strip() in {f'a: "{text}"', f"a: '{text}'"}


def test_dump_escapes_control_characters():
    """Terminal escape codes leave as escapes."""
    assert dump({"a": "\x1b[31mred"}) == 'a: "\\e[31mred"\n'
