from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campctl.backends.asterisk.facts.native import Value
from campctl.backends.asterisk.facts.render import AOR, AUTH_OPTIONS, ENDPOINT_OPTIONS
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


_names = st.text(min_size=1, max_size=6)
_texts = st.text(max_size=6) | st.sampled_from(["a;b", "a^3B", "tab\there", "back\\slash", "two\nlines", "Zoë", "\udc00", "nul\0"])
_options = st.dictionaries(st.sampled_from(TABLES["endpoint"].columns[:6]), _texts, min_size=1)


@given(st.dictionaries(_names, _options, min_size=1, max_size=8) | st.dictionaries(_names, _texts, min_size=1, max_size=8))
def test_sheets_say_what_goes_row_by_row(values: dict[str, Any]) -> None:
    """What is copied in one piece is what each row by itself comes to; anything odd, and it is not copied in one piece."""
    table = TABLES["record"] if isinstance(next(iter(values.values())), str) else TABLES["endpoint"]
    sheets = rows.sheets(table, values)
    odd = any(rows.unwritable(table, name, value) for name, value in values.items())
    if sheets is None:
        texts = [text for name, value in values.items() for text in (name, *([value] if isinstance(value, str) else value.values()))]
        shapes = {tuple(value) for value in values.values()}
        assert odd or len(shapes) > 4 or any(set(text) & set(";^\\\t\n\r\0") for text in texts)
        return
    assert not odd
    told: dict[str, dict[str, str]] = {}
    for (_, *columns), text in sheets:
        for line in text.removesuffix("\n").split("\n"):
            name, *cells = line.split("\t")
            told[name] = dict(zip(columns, cells, strict=True))
    assert told == {name: {"value": value} if isinstance(value, str) else value for name, value in values.items()}


def test_a_plain_batch_goes_in_one_piece() -> None:
    """Two kinds of rows, nothing odd: a sheet for each kind."""
    values: dict[str, Value] = {f"u{n}": {"context": "x"} if n % 2 else {"context": "x", "allow": "ulaw"} for n in range(6)}
    found = rows.sheets(TABLES["endpoint"], values)
    assert found is not None
    assert sorted(len(columns) for columns, _ in found) == [2, 3]
    assert rows.sheets(TABLES["endpoint"], values | {"odd": {"callerid": "a;b"}}) is None
