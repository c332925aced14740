"""People in a CSV roster: cells change, rows come and go, everything else stays byte for byte."""

from __future__ import annotations

import pytest

from campctl.errors import EditRefused, NotFound
from campctl.manifest.edit_nodes import Odd
from campctl.manifest.edit_roster import Sheet

YAML = """\
campaign: {}
users:
  from: roster.csv
  columns: { id: Login, name: Full name, office: Office, extension: Ext, number: DID, skills: Skills }
"""
CSV = """\
Login,Full name,Office,Ext,DID,Skills,Notes
ann,"Lee, Ann",hq,3001,+13125550111,"legal; es","says ""hi""
and more"
bob,Bob Ray,hq,3002,,,
"""


@pytest.fixture
def roster(camp):
    return lambda csv=CSV, yaml=YAML: camp({"campaign.yaml": yaml, "roster.csv": csv})


@pytest.mark.parametrize(
    ("id_", "field", "value", "old", "new"),
    [
        ("ann", "office", "field-3", ",hq,3001", ",field-3,3001"),
        ("ann", "name", "Li, Ann", '"Lee, Ann"', '"Li, Ann"'),
        ("ann", "name", "Ann", '"Lee, Ann"', '"Ann"'),  # quotes stay
        ("bob", "name", 'B "R", Jr', "Bob Ray", '"B ""R"", Jr"'),  # quotes where needed
        ("bob", "number", "+13125550112", "3002,,,", "3002,+13125550112,,"),
        ("bob", "skills", ["legal", "es"], "3002,,,", "3002,,legal; es,"),
        ("bob", "extension", 3009, "3002", "3009"),
        ("ann", "number", None, "+13125550111", ""),
    ],
)
def test_a_cell(roster, id_, field, value, old, new) -> None:
    """One cell, its quoting kept."""
    change = (
        (lambda editor: editor.unset("users", id_, field)) if value is None else (lambda editor: editor.set("users", id_, field, value))
    )
    assert roster().edit(change, "roster.csv") == CSV.replace(old, new)


@pytest.mark.parametrize(
    ("method", "item", "new"),
    [("append", "fr", '"legal; es; fr"'), ("append", "es", '"legal; es"'), ("discard", "legal", '"es"'), ("discard", "x", '"legal; es"')],
)
def test_items_of_a_list(roster, method, item, new) -> None:
    """A cell that holds a list gets or loses one."""
    changed = roster().edit(lambda editor: getattr(editor, method)("users", "ann", "skills", item), "roster.csv")
    assert changed == CSV.replace('"legal; es"', new)


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        ("ann", CSV.replace("bob,", 'eve,"E, V",hq,3005,,legal; es,\nbob,')),
        (None, CSV + 'eve,"E, V",hq,3005,,legal; es,\n'),
    ],
)
def test_add_a_row(roster, near, expected) -> None:
    """Behind its neighbour or at the end, quoted where needed."""
    fields = {"name": "E, V", "office": "hq", "extension": "3005", "skills": ["legal", "es"]}
    assert roster().edit(lambda editor: editor.add("users", "eve", fields, near=near), "roster.csv") == expected


def test_remove_a_row(roster) -> None:
    """Also one whose cell goes over two lines."""
    ann = CSV[CSV.index("ann,") : CSV.index("bob,")]
    assert roster().edit(lambda editor: editor.remove("users", "ann"), "roster.csv") == CSV.replace(ann, "")
    assert roster().edit(lambda editor: editor.remove("users", "bob"), "roster.csv") == CSV[: CSV.index("bob,")]


@pytest.mark.parametrize("end", ["\r\n", "\n", ""], ids=["end", "lf end", "no end"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_the_files_ways_are_kept(roster, encoding, separator, end) -> None:
    """Separator, CRLF, byte order mark, encoding, trailing blanks and a last line without end."""
    lines = [["id", "name", "office"], ["ann", "Zoë ", "hq"], ["bob", "José\x8d" if encoding == "latin-1" else "José", "hq"]]
    text = "\r\n".join(separator.join(line) for line in lines) + end
    made = roster(text.encode(encoding), "users: { from: roster.csv }\n")
    editor = made.editor()
    editor.set("users", "bob", "office", "west")
    editor.add("users", "eve", {"name": "É", "office": "hq"})
    ending = "" if not end else "\r\n"
    wanted = text.removesuffix(end)[:-2] + "west" + (end or "\r\n") + separator.join(["eve", "É", "hq"]) + ending
    assert editor.overlay == {"roster.csv": wanted.encode(encoding)}


def test_a_rename_needs_a_column_for_it(roster) -> None:
    """With `renamed_from` in the sheet it is written there; without, a rename would look like a new person."""
    with pytest.raises(EditRefused, match="no column for `renamed_from`"):
        roster().edit(lambda editor: editor.rename("users", "ann", "an"))
    made = roster("id,name,renamed_from\nann,Ann,\n", "users: { from: roster.csv }\n")
    assert made.edit(lambda editor: editor.rename("users", "ann", "an"), "roster.csv") == "id,name,renamed_from\nan,Ann,ann\n"


@pytest.mark.parametrize(
    ("csv", "field", "value", "why"),
    [
        (CSV, "room", "9", "no column for `room`"),
        (CSV, "address.city", "x", "fields of its own"),
        (CSV, "skills", ["a;b"], "separate items"),
        (CSV.encode("cp1252").replace(b"Lee", b"L\xe9e"), "name", "أمل", "cp1252"),
        (CSV + "ann,A,,,,,\n", "name", "x", "twice"),
        (CSV + 'cy,"open\n', "name", "x", "quote"),
        ("\ufeffid\n".encode("utf-16"), "name", "x", "UTF-8"),
    ],
)
def test_what_cannot_be_done_is_refused(roster, csv, field, value, why) -> None:
    """With the file, the reason, and nothing changed."""
    editor = roster(csv).editor()
    with pytest.raises(EditRefused, match=why) as caught:
        editor.set("users", "ann", field, value)
    assert editor.overlay == {}
    assert "roster.csv" in caught.value.message


def test_unknown_people_are_not_found(roster) -> None:
    """Also when their id is part of another cell."""
    for name in ("Lee", "an", "hq", "Login"):
        with pytest.raises(NotFound):
            roster().edit(lambda editor, name=name: editor.remove("users", name))


def test_a_roster_outside_the_campaign_is_refused(camp) -> None:
    """Nothing outside the folder is read or written."""
    with pytest.raises(EditRefused, match="outside"):
        camp("users: { from: ../../roster.csv }\n").edit(lambda editor: editor.set("users", "ann", "name", "x"))


def test_desks_in_a_roster(camp) -> None:
    """A row is found by office and desk."""
    csv = "office,desk,extension,state\nhq,a001,3100,dark\nwest,a001,4100,dark\n"
    made = camp({"campaign.yaml": "ports: { from: ports.csv }\n", "ports.csv": csv})
    assert made.edit(lambda editor: editor.set("ports", "west/a001", "state", "lit"), "ports.csv") == csv.replace("4100,dark", "4100,lit")
    added = made.edit(lambda editor: editor.add("ports", "w2", {"office": "west", "desk": "a002", "extension": "4101"}), "ports.csv")
    assert added == csv + "west,a002,4101,\n"


def test_a_splice_that_says_something_else_is_undone() -> None:
    """The proof: all rows read as intended afterwards, as the csv module reads them; else the text stays."""
    sheet = Sheet("roster.csv", b"id,name\nann,Ann\nbob,Bob\n", "users", None)
    before = sheet.content
    row = sheet.find(id="ann")
    assert row is not None
    cell = row.cells[1]
    for wrong in ("x,y", '"x', "x\nz", "Zoe"):
        with pytest.raises(Odd):
            sheet._commit(cell.start, cell.end, wrong, [["id", "name"], ["ann", "Zoë"], ["bob", "Bob"]])
        assert sheet.content == before
