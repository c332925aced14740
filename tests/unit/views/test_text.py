"""Text is made safe to show, and measured."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.views.text import KEPT, cells, clip, count, escaped, harmless, moment, quoted, seconds, words

BAD = {"Cc", "Cs", "Zl", "Zp"}


def dangerous(text: str) -> list[str]:
    """Characters that a terminal would obey or that reorder their neighbours."""
    return [char for char in text if unicodedata.category(char) in BAD or (unicodedata.category(char) == "Cf" and char not in KEPT)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ann Lee", "Ann Lee"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("a\nb\rc\td", "a␊b␍c␉d"),
        ("\x07\x00\x7f", "␇␀␡"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\udc80", "\\udc80"),
        ("ليلى حداد", "ليلى حداد"),
        ("Zoë 👩‍👩‍👧 🇺🇸", "Zoë 👩‍👩‍👧 🇺🇸"),
        ("می‌خواهم", "می‌خواهم"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_harmless(text: str, shown: str) -> None:
    """Control characters, escape codes and bidi overrides become visible; scripts and emoji stay."""
    assert harmless(text) == shown


@given(st.text(st.characters()))
def test_harmless_never_lets_anything_through(text: str) -> None:
    """No character that could steer a terminal survives, and what is harmless is left alone."""
    shown = harmless(text)
    assert not dangerous(shown)
    assert harmless(shown) == shown


@given(st.text())
def test_escaped_json_is_exact_and_harmless(text: str) -> None:
    """JSON with escapes reads back as the same text and holds nothing a terminal obeys."""
    encoded = escaped(json.dumps(text, ensure_ascii=False))
    assert json.loads(encoded) == text
    assert not dangerous(encoded)


@pytest.mark.parametrize(("text", "wide"), [("abc", 3), ("日本", 4), ("é", 1), ("", 0)])
def test_cells(text: str, wide: int) -> None:
    """Wide characters take two columns."""
    assert cells(text) == wide


@pytest.mark.parametrize(("text", "width", "cut"), [("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("日本語", 4, "日…")])
def test_clip(text: str, width: int, cut: str) -> None:
    """What does not fit is cut with an ellipsis, in columns."""
    assert clip(text, width) == cut


@pytest.mark.parametrize(
    ("took", "said"),
    [
        (0.04, "under 0.1 s"),
        (0.25, "0.2 s"),
        (3, "3 s"),
        (43.4, "43 s"),
        (130, "2 min 10 s"),
        (3600, "60 min"),
        (7500, "2 h 5 min"),
        (7200, "2 h"),
    ],
)
def test_seconds(took: float, said: str) -> None:
    """Lengths of time are words with units."""
    assert seconds(took) == said


def test_moments_name_their_zone() -> None:
    """An instant is shown in its own zone; UTC is Z; seconds only when there are any."""
    at = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    assert moment(at) == "2026-11-03 12:00Z"
    assert moment(at.replace(second=5)) == "2026-11-03 12:00:05Z"
    assert moment(at.astimezone(ZoneInfo("America/Chicago"))) == "2026-11-03 06:00 CST"


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (True, "yes"), (False, "no"), (1.50, "1.5"), (("a", "b\x1b"), "a, b␛"), ({"a": 1}, "a=1"), (7, "7")],
)
def test_words(value: object, said: str) -> None:
    """Values become one line of harmless words."""
    assert words(value) == said


def test_quoted_shows_empty_text_and_nothing() -> None:
    """In a field change an empty text is seen, and differs from nothing."""
    assert (quoted(""), quoted(None), quoted(["a"]), quoted(True)) == ('""', "nothing", '["a"]', "yes")


def test_count() -> None:
    """Numbers get their noun in the right form, with thousands apart."""
    assert (count(1, "person", "people"), count(2150, "person", "people"), count(2, "port")) == ("1 person", "2,150 people", "2 ports")
