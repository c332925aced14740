from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campctl.backends.asterisk.native import Value
from campctl.backends.asterisk.render import AOR, AUTH_OPTIONS, ENDPOINT_OPTIONS
from campctl.backends.asterisk.sql import rows
from campctl.backends.asterisk.sql.schema import TABLES


@given(st.text())
def test_text_comes_back(text: str) -> None:
    """Asterisk's driver splits at `;` and reads `^XX`; neither is left in what is written, and every text comes back."""
    written = rows.encoded(text)
    assert ";" not in written
    assert rows.decoded(written) == text


def test_every_option_that_is_rendered_has_a_column() -> None:
    """What campctl renders can be kept."""
    for place, options in (("endpoint", ENDPOINT_OPTIONS), ("aor", AOR), ("auth", AUTH_OPTIONS)):
        table = TABLES[place]
        assert rows.unwritable(table, "x", dict.fromkeys(options, "1")) is None


def test_codecs_are_cleared_before_they_are_added() -> None:
    """Asterisk sets options in the order of columns, so `disallow` stands before `allow`."""
    columns = TABLES["endpoint"].columns
    assert columns.index("disallow") < columns.index("allow")


def test_what_postgresql_cannot_keep_is_said() -> None:
    """NUL, half a surrogate pair, options without a column and what is no row are refused in words."""
    cases: list[tuple[str, str, Value, str]] = [
        ("record", "line/user/x", "a\0b", "NUL"),
        ("record", "line/user/\ud800", "{}", "surrogate"),
        ("endpoint", "x", {"context": "\udc00"}, "surrogate"),
        ("endpoint", "x", {"no_such": "1"}, "no_such"),
        ("aor", "x", ("60,199,0",), "lines"),
    ]
    for place, name, value, words in cases:
        assert words in (rows.unwritable(TABLES[place], name, value) or "")  # type: ignore[index]
    assert rows.unwritable(TABLES["endpoint"], "ann.lee", {"context": "campctl-local", "callerid": '"Zoë; ^" <3001>'}) is None
