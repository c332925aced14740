"""Volunteers, lists and preferences as they come: spreadsheets of every make, and what is said of the bad ones."""

from __future__ import annotations

import pytest

from campctl.errors import UsageError
from campctl.manifest.callers import call_lists, preferences, volunteers

HEAD = b"id,name,languages,free,time_zone,hours,profession,veteran\n"


@pytest.mark.parametrize(
    "data",
    [
        b"id,name,languages,veteran\nv1,Ana,es;en,x\n",
        b"\xef\xbb\xbfid,name,languages,veteran\r\nv1,Ana,es;en,x\r\n",
        b'id;name;languages;veteran\nv1;Ana;"es,en";TRUE\n',
        b"ID\tName\tLanguages\tVeteran\nv1\tAna\tES, en\tyes\n\n",
        b"veteran,languages,name,id\nYes,es;en;es,Ana,v1\n,,,\n",
    ],
)
def test_spreadsheets_of_every_make(data: bytes) -> None:
    """Separators, byte order marks, capitals and the order of columns do not matter; what means yes is yes."""
    table = volunteers("v.csv", data, "")
    assert table.findings == ()
    (one,) = table.rows
    assert (one.id, one.name, one.languages, one.attributes) == ("v1", "Ana", ("es", "en"), {"veteran": ("yes",)})


@pytest.mark.parametrize(
    ("rows", "code", "line", "column"),
    [
        (b"v1,Ana\n", "ragged-row", 2, 1),
        (b"v1,Ana,es,mon 18-21,UTC,,,\n", "bad-hours", 2, 11),
        (b"v1,Ana,es,mon 18:00-21:00,,,,\n", "missing-key", 2, 11),
        (b"v1,Ana,es,,Mars/Base,,,\n", "unknown-time-zone", 2, 12),
        (b"v1,Ana,es,,,200,,\n", "out-of-range", 2, 13),
        (b"v1,Ana,es,,,nan,,\n", "out-of-range", 2, 13),
        (b"v1,Ana,es,,,many,,\n", "bad-duration", 2, 13),
        (b"v1,Ana,,,,,,\nv1,Bo,,,,,,\n", "duplicate-id", 3, 1),
        (b",Ana,,,,,,\n", "missing-key", 2, 1),
        (b"v1,An\xe9,,,,,,\n", "not-utf-8", 2, 6),
        (b'v1,"Ana,,,,,,\n', "bad-csv", 2, 1),
    ],
)
def test_faults_have_their_place(rows: bytes, code: str, line: int, column: int) -> None:
    """Each fault of a row is one finding, at its row and column."""
    (found,) = volunteers("v.csv", HEAD + rows, "").findings
    assert found.span is not None
    assert (found.code, found.span.file, found.span.line, found.span.column) == (code, "v.csv", line, column)
    assert found.severity == "error"
    assert found.help


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"\xff\xfei\0d\0", "not-utf-8"),
        (b"name,state\nAna,IL\n", "missing-column"),
        (b"id,name,name\nv1,Ana,Ana\n", "duplicate-header"),
        (b"id,langauges\nv1,es\n", "unknown-column"),
    ],
)
def test_files_that_are_no_tables(data: bytes, code: str) -> None:
    """Files without text, headers or ids, or with a header that looks like a slip, are findings."""
    assert code in [found.code for found in volunteers("v.csv", data, "").findings]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (b"l1,,,,\n", "missing-key"),
        (b"l1,-3,,,\n", "out-of-range"),
        (b"l1,12345678,,,\n", "out-of-range"),
        (b"l1,a few,,,\n", "bad-duration"),
        (b"l1,3,5,,\n", "bad-combination"),
        (b"l1,3,,,\nl2,40h,,,\n", "bad-combination"),
    ],
)
def test_what_lists_may_want(rows: bytes, code: str) -> None:
    """Lists want people or hours, all of one kind, a sane number of them, and no more at the least than at the most."""
    assert [found.code for found in call_lists("l.csv", b"id,wants,least,state,hours\n" + rows, "").findings] == [code]


def test_hours_are_minutes() -> None:
    """`40h` and `2h30m` are minutes; without `least`, the first hour (or person) is what a list needs."""
    hours = call_lists("l.csv", b"id,wants\na,40h\nb,30m\n", "")
    assert (hours.unit, [(one.wants, one.least) for one in hours.rows]) == ("hours", [(2400, 60), (30, 30)])
    people = call_lists("l.csv", b"id,wants\na,4\nb,0\n", "")
    assert (people.unit, [(one.wants, one.least) for one in people.rows]) == ("people", [(4, 1), (0, 0)])


def test_preferences() -> None:
    """Defaults, then the file, then the command line."""
    found = preferences(b"weights: {city: 3, hobby: 2}\nrequire: veteran\noverlap: 2h\n", "p.yaml", ("hobby=5",))
    assert (found.city, found.county, found.attributes, found.require, found.overlap) == (3, 4, {"hobby": 5}, ("veteran",), 120)


@pytest.mark.parametrize(
    ("data", "weights"),
    [
        (b"- a\n", ()),
        (b"wieghts: {city: 3}\n", ()),
        (b"weights: 3\n", ()),
        (b"weights: {city: much}\n", ()),
        (b"weights: {city: -1}\n", ()),
        (b"require: {a: b}\n", ()),
        (b"overlap: soon\n", ()),
        (b"weights: [\n", ()),
        (None, ("city",)),
        (None, ("city=nan",)),
        (None, ("city=1e99",)),
    ],
)
def test_bad_preferences(data: bytes | None, weights: tuple[str, ...]) -> None:
    """What is no preference is a usage error that says what to write."""
    with pytest.raises(UsageError) as caught:
        preferences(data, "p.yaml", weights)
    assert caught.value.hint
