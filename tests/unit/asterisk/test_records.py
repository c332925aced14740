"""Records: any resource as text an AMI line can carry, in pieces where it is long, and damage that is told, not raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.backends.asterisk.facts import records
from campctl.backends.asterisk.facts.names import record_key, record_name
from campctl.backends.asterisk.facts.records import ROOM, Fault, Record
from campctl.model.refusals import No
from campctl.model.resources import Key, key_of
from campctl.testing.samples import LINE, LOCATION, QUEUE, SAMPLES, TEXTS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)


@given(texts, texts)
def test_any_text_comes_back_through_printable_rows(name: str, device: str) -> None:
    """Split into rows that fit a line and hold no control character, and joined again, a record is the same."""
    line = replace(LINE, name=name, device=device)
    key = record_name(key_of(line))
    rows = records.split(key, records.write(line, "ann.lee"))
    for _, value in rows:
        assert len(value.encode()) <= ROOM
        assert value.isprintable()
        assert value == value.strip()
    found, faults, left = records.join(dict(rows))
    assert (faults, left) == ([], [])
    assert records.read(key, found[key]) == Record(records.VERSION, "ann.lee", line)


@pytest.mark.parametrize("resource", [*SAMPLES.values(), *(replace(LINE, name=text) for text in TEXTS)], ids=ascii)
def test_each_kind_is_one_short_row(resource: object) -> None:
    """Ordinary resources fit in one row as they are."""
    name = record_name(key_of(resource))  # type: ignore[arg-type]
    rows = records.split(name, records.write(resource))  # type: ignore[arg-type]
    assert [key for key, _ in rows] == [name]


LONG = records.split("line/user/x", records.write(replace(LINE, id="user/x", name="é" * 1500)))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (dict(LONG[:-1]), "pieces"),
        (dict([LONG[0], ("line/user/x#2", "~2/4 00000000 rest~"), *LONG[2:]]), "pieces"),
        ({"line/user/x": "~2/2 00000000 a~"}, "begins like"),
        ({"line/user/x": "~"}, "begins like"),
        ({"line/user/x": "~1/9999 00000000 ~"}, "pieces"),
    ],
    ids=["one is missing", "one is another's", "second first", "nothing", "many"],
)
def test_pieces_that_do_not_belong_together_are_told(rows: dict[str, str], why: str) -> None:
    """What a write left half done is a fault with a reason."""
    found, faults, _ = records.join(rows)
    assert found == {}
    assert [fault.name for fault in faults] == ["line/user/x"]
    assert why in faults[0].why


def test_pieces_left_behind_are_known() -> None:
    """When a text gets shorter, its further pieces are named, on reading and before writing."""
    rows = dict([("line/user/x", "short"), *LONG[1:], ("line/user/xy", "another")])
    found, faults, left = records.join(rows)
    assert found == {"line/user/x": "short", "line/user/xy": "another"}
    assert (faults, left) == ([], [key for key, _ in LONG[1:]])
    assert records.stale_parts("line/user/x", "short", rows) == left
    assert records.stale_parts("line/user/x", None, rows) == ["line/user/x", *left]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("line/user/ann.lee", "", "cannot be read"),
        ("line/user/ann.lee", "{", "cannot be read"),
        ("line/user/ann.lee", "[]", "cannot be read"),
        ("line/user/ann.lee", '{"v":1,"n":"x","r":{"kind":"fax"}}', "cannot be read"),
        ("line/user/ann.lee", records.write(LINE).replace('"v":1', '"v":2'), "version 2"),
        ("line/user/bo.chan", records.write(LINE), "is about line/user/ann.lee"),
        ("queue/user/ann.lee", records.write(LINE), "is about"),
        ("line/user/ann.lee", '"\ud800"', "cannot be read"),
        ("line/user/ann.lee", {"v": "1"}, "is no text"),
    ],
    ids=range(9),
)
def test_damaged_records_are_told(name: str, text: object, why: str) -> None:
    """Whatever a record's row holds, it is a record or a fault that says why not."""
    found = records.read(name, text)
    assert isinstance(found, Fault)
    assert why in found.why


def test_half_characters_are_refused() -> None:
    """A lone surrogate is refused in sim's words."""
    with pytest.raises(No, match="lone surrogate") as refusal:
        records.write(replace(LINE, name="\ud800"))
    assert refusal.value.code == "invalid"


@given(st.sampled_from(["line", "queue", "location"]), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_record_names_are_one_to_one(kind: str, id_: str) -> None:
    """Any id makes a name of harmless characters, and comes back from it."""
    key = Key(kind, id_)  # type: ignore[arg-type]
    name = record_name(key)
    assert record_key(name) == key
    assert name.isascii()
    assert not set(name) & set(" #\"'\\;|,\r\n\t{}$&%*")


def test_foreign_rows_have_no_key() -> None:
    """campctl's own notes and others' rows are about no resource."""
    for name in ("generation", "lease/x", "line/", "", "/line"):
        assert record_key(name) is None
    assert record_name(key_of(LOCATION)) == "location/springfield"
    assert record_name(key_of(QUEUE)) == "queue/voter-protection"
