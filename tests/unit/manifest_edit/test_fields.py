"""Fields set, added and taken away: only their lines change."""

from __future__ import annotations

import pytest

from campctl.errors import EditRefused, NotFound

TEXT = """\
# the campaign
users:
  # Ann is the lead.
  ann:
    name: Ann Lee        # her name
    office: hq
    number: "+13125550111"
    floor: '3'
    # what she can do
    skills: [ legal, es ]
    languages:
      - en   # first
      # second
      - es

  bob: { name: Bob, office: hq, extension: 3002 }  # one line
  cy:
    name: "Cy \\"C\\" Ray"
    note: |
      free text
        ann:

    office:
# the end
"""


def edited(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("id_", "field", "value", "old", "new"),
    [
        ("ann", "office", "field-3", "office: hq\n    number", "office: field-3\n    number"),
        ("ann", "name", "Ann Li", "Ann Lee        # her", "Ann Li         # her"),  # the comment stays in its column
        ("ann", "name", "Ann-Charlotte Li-Ramos", "Ann Lee        # her", "Ann-Charlotte Li-Ramos  # her"),
        ("ann", "number", "+13125550112", '"+13125550111"', '"+13125550112"'),  # quotes stay
        ("ann", "floor", "it's", "'3'", "'it''s'"),
        ("ann", "role", "lawyer", "    floor: '3'\n", "    role: lawyer\n    floor: '3'\n"),  # in the customary order
        ("ann", "extension", "3009", "    number:", "    extension: 3009\n    number:"),
        ("ann", "skills", ["legal"], "[ legal, es ]", "[ legal ]"),
        ("ann", "skills", ["legal", "es", "fr"], "[ legal, es ]", "[ legal, es, fr ]"),
        ("ann", "skills", ["x"], "[ legal, es ]", "[x]"),
        ("ann", "languages", ["en"], "      # second\n      - es\n", ""),
        ("ann", "languages", ["en", "es", "no"], "      - es\n", '      - es\n      - "no"\n'),
        ("ann", "room", "Hall A", "      - es\n", "      - es\n    room: Hall A\n"),
        ("bob", "office", "field-3", "Bob, office: hq", "Bob, office: field-3"),
        ("bob", "number", "+13125550113", "extension: 3002 }", 'extension: 3002, number: "+13125550113" }'),
        ("bob", "extension", "3003", "extension: 3002", "extension: 3003"),
        ("bob", "renamed_from", "rob", "extension: 3002 }", "extension: 3002, renamed_from: rob }"),
        ("cy", "office", "hq", "office:\n# the end", "office: hq\n# the end"),
        ("cy", "name", 'Cy "Z" Ray', '"Cy \\"C\\" Ray"', '"Cy \\"Z\\" Ray"'),
        ("cy", "note", "short", "note: |\n      free text\n        ann:\n", "note: short\n"),
        ("cy", ("address",), {"city": "A", "floor": "6"}, "    office:\n#", '    office:\n    address: { city: A, floor: "6" }\n#'),
        ("cy", "address.city", "Chicago", "    office:\n#", "    office:\n    address: { city: Chicago }\n#"),
    ],
)  # fmt: skip
def test_set(camp, id_, field, value, old, new) -> None:
    """A field gets its value in the style it had; a new one stands in its customary place; nothing else changes."""
    assert camp(TEXT).edit(lambda editor: editor.set("users", id_, field, value)) == edited(old, new)


@pytest.mark.parametrize(
    ("id_", "field", "old", "new"),
    [
        ("ann", "skills", "    # what she can do\n    skills: [ legal, es ]\n", ""),  # with its own comment
        ("ann", "name", "    name: Ann Lee        # her name\n", ""),
        ("ann", "languages", "    languages:\n      - en   # first\n      # second\n      - es\n", ""),
        ("bob", "extension", ", extension: 3002", ""),
        ("bob", "name", "name: Bob, ", ""),
        ("cy", "office", "    office:\n", ""),
        ("ann", "room", "", ""),
        ("ann", "address.city", "", ""),
    ],
)
def test_unset(camp, id_, field, old, new) -> None:
    """A field goes with its own comments; one that is not there is none the worse."""
    expected = edited(old, new) if old else TEXT
    assert camp(TEXT).edit(lambda editor: editor.unset("users", id_, field)) == expected


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("{ name: A, floor: ' #', room: b }", "{ name: A, room: b }"),
        ('{ name: A, floor: " # x" }', "{ name: A }"),
        ('{ name: A, floor: &f "1 # 2", room: b }', "{ name: A, room: b }"),
        ("{ name: A, floor: x#1, room: b }", "{ name: A, room: b }"),
        ('{ name: A, "floor": "a\n    # b", room: b }', "{ name: A, room: b }"),
        ("{ name: A, floor: x, # why\n    room: b }", None),
        ("{ name: A, floor: ' #', # why\n    room: b }", None),
        ('{ name: A, floor: "x",#why\n    room: b }', None),
        ('{ name: A, floor: &f # it\'s\n    "x", room: b }', None),
    ],
)
def test_a_hash_in_quotes_is_no_comment(camp, value, left) -> None:
    """A field between brackets goes whatever it holds; it stays when a real comment would go with it."""
    text = f"users:\n  ann: {value}\n"
    if left is None:
        with pytest.raises(EditRefused, match="comment stands inside"):
            camp(text).edit(lambda editor: editor.unset("users", "ann", "floor"))
    else:
        assert camp(text).edit(lambda editor: editor.unset("users", "ann", "floor")) == f"users:\n  ann: {left}\n"


@pytest.mark.parametrize(
    ("value", "replaced"),
    [
        ("|\n      # no comment\n      text\n", True),
        ("# a comment\n      |\n      text\n", False),
        ("| # a comment\n      text\n", False),
        ("&a # a comment\n      |\n      # text\n", False),
    ],
)
def test_a_hash_in_free_text_is_no_comment(camp, value, replaced) -> None:
    """Text below a `|` may begin with `#`; a comment beside the `|` is kept."""
    text = f"users:\n  ann:\n    note: {value}"
    if replaced:
        assert camp(text).edit(lambda editor: editor.set("users", "ann", "note", "x")) == "users:\n  ann:\n    note: x\n"
    else:
        with pytest.raises(EditRefused, match="comments stand inside"):
            camp(text).edit(lambda editor: editor.set("users", "ann", "note", "x"))


@pytest.mark.parametrize(
    ("method", "field", "item", "old", "new"),
    [
        ("append", "skills", "fr", "[ legal, es ]", "[ legal, es, fr ]"),
        ("append", "skills", "es", "", ""),
        ("append", "languages", "fr", "      - es\n", "      - es\n      - fr\n"),
        ("append", "tags", "new", "      - es\n", "      - es\n    tags: [new]\n"),
        ("discard", "skills", "legal", "[ legal, es ]", "[ es ]"),
        ("discard", "languages", "en", "      - en   # first\n", ""),
        ("discard", "languages", "es", "      # second\n      - es\n", ""),
        ("discard", "languages", "fr", "", ""),
    ],
)
def test_list_items(camp, method, field, item, old, new) -> None:
    """One item comes or goes, in flow or block style; what is in (or not in) it already changes nothing."""
    expected = edited(old, new) if old else TEXT
    assert camp(TEXT).edit(lambda editor: getattr(editor, method)("users", "ann", field, item)) == expected


def test_the_last_item_goes_with_its_field(camp) -> None:
    """A list without items is a field that is not written."""
    text = TEXT.replace("[ legal, es ]", "[legal]")
    assert "skills" not in camp(text).edit(lambda editor: editor.discard("users", "ann", "skills", "legal"))


@pytest.mark.parametrize(
    ("text", "path", "value", "expected"),
    [
        ("hotlines:\n  main: { seats: 2 }   # two\n", "seats.baseline", 5, "hotlines:\n  main: { seats: 5 }   # two\n"),
        ("hotlines:\n  main:\n    seats: { baseline: 2 }\n", "seats.baseline", 5, "hotlines:\n  main:\n    seats: { baseline: 5 }\n"),
        ("hotlines:\n main:\n  seats:\n   baseline: 2\n", "seats.max", 5, "hotlines:\n main:\n  seats:\n   baseline: 2\n   max: 5\n"),
        ("hotlines:\n  main:\n    seats:\n    name: x\n", "seats.max", 5, "hotlines:\n  main:\n    seats: { max: 5 }\n    name: x\n"),
        ("hotlines:\n  main:\n    seats: {}\n", "seats", {"baseline": 1}, "hotlines:\n  main:\n    seats: { baseline: 1 }\n"),
        ("hotlines: { main: { seats: 1 } }\n", "name", "Main, all", 'hotlines: { main: { name: "Main, all", seats: 1 } }\n'),
    ],
)  # fmt: skip
def test_nested_fields(camp, text, path, value, expected) -> None:
    """Fields below fields, in every style; a number of seats is short for a baseline."""
    assert camp(text).edit(lambda editor: editor.set("hotlines", "main", path, value)) == expected


def test_the_campaign_itself(camp) -> None:
    """The `campaign` section has fields and no entries."""
    text = "campaign:\n  name: X # its name\n  policy:\n    max_update_share: 30%\n"
    expected = "campaign:\n  name: Yes we can # its name\n  policy:\n    max_update_share: 40%\n"

    def change(editor):
        editor.set("campaign", "", "policy.max_update_share", "40%")
        editor.set("campaign", "", "name", "Yes we can")

    assert camp(text).edit(change) == expected


@pytest.mark.parametrize(
    ("prefix", "newline", "end"),
    [(b"", b"\n", b"\n"), (b"", b"\r\n", b"\r\n"), (b"\xef\xbb\xbf", b"\r\n", b"\r\n"), (b"", b"\n", b""), (b"\xef\xbb\xbf", b"\r\n", b"")],
    ids=["lf", "crlf", "bom+crlf", "no end", "bom+crlf, no end"],
)
def test_line_ends_and_byte_order_mark_stay(camp, prefix, newline, end) -> None:
    """Set, add a field, add an entry: new lines end like the old ones."""
    lines = [b"users:", b"  ann:", "    name: Ánn 🗳".encode(), b"    office: hq"]

    def change(editor):
        editor.set("users", "ann", "office", "west")
        editor.set("users", "ann", "room", "9")
        editor.add("users", "bob", {"name": "Bob"})

    made = camp(prefix + newline.join(lines) + end)
    editor = made.editor()
    change(editor)
    new = [*lines[:3], b"    office: west", b'    room: "9"', b"  bob:", b"    name: Bob"]
    assert editor.overlay["campaign.yaml"] == prefix + newline.join(new) + end


def test_ids_that_need_care(camp) -> None:
    """Numbers are found however they are written; quoted ids and dots are ids."""
    text = "numbers:\n  \"+13125550100\": { to: hotline/main }\n  +1 312 555 0101: { label: a }\n  '+13125550102':\n"
    new = camp(text).edit(lambda editor: editor.set("numbers", "+13125550101", "label", "b"))
    assert new == text.replace("label: a", "label: b")
    new = camp(text).edit(lambda editor: editor.set("numbers", "+13125550102", "to", "user/ann"))
    assert new == text.replace("'+13125550102':", "'+13125550102': { to: user/ann }")


def test_unknown_ids_are_not_found(camp) -> None:
    """Also where the id occurs as something else: as a word, in another section, as a field."""
    text = "users:\n  ann:\n    name: bob\n    bob: x\nports:\n  bob: { office: hq, desk: a }\n"
    for call in (
        lambda editor: editor.set("users", "bob", "name", "x"),
        lambda editor: editor.unset("users", "bob", "name"),
        lambda editor: editor.remove("users", "bob"),
        lambda editor: editor.rename("users", "bob", "rob"),
        lambda editor: editor.set("offices", "hq", "name", "x"),
    ):
        with pytest.raises(NotFound, match=r"bob|hq"):
            camp(text).edit(call)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("base: &base { name: A }\nusers:\n  ann: *base\n", r"`\*base`"),
        ("users:\n  ann: &a\n    name: A\n  bob: *a\n", "&a"),
        ("users:\n  ann:\n    address: &x { city: A }\n    <<: *y\n  bob: { address: *x }\n", "&x"),
        ("x: &x { address: { city: A } }\nusers:\n  ann:\n    <<: *x\n    name: A\n", "taken over"),
        ("users:\n  ann:\n    address: [a\n", "not YAML"),
        ("users:\n  ann: { address: !secret x }\n", "tag"),
        ("users:\n  ann: 5\n", "no mapping"),
        ("users:\n  ann: { name: a }\n  ann: { name: b }\n", "twice"),
        ("users:\n  ann: { name: a }\nusers:\n  bob: { name: b }\n", "twice"),
        ("users:\n  ann:\n    address:\n      # home\n      - x\n", "comments stand inside"),
        ("---\nusers:\n  ann: { name: a }\n---\nusers:\n  bob: {}\n", "twice"),
    ],
)
def test_what_is_too_unusual_is_refused(camp, text, why) -> None:
    """With the reason, the edit to make by hand, and nothing changed."""
    made = camp(text)
    editor = made.editor()
    with pytest.raises(EditRefused, match=why) as caught:
        editor.set("users", "ann", "address.city" if "city" in text else "address", "Chicago")
    assert editor.overlay == {}
    assert "Nothing was written" in caught.value.message
    assert "address" in caught.value.hint
    assert "Chicago" in caught.value.hint
    assert "campaign.yaml" in caught.value.message


def test_own_keys_beside_a_merge_are_edited(camp) -> None:
    """A key of one's own over one that is taken over changes nobody else; taking one away that is taken over is refused."""
    text = "x: &x { role: a, office: hq }\nusers:\n  ann:\n    <<: *x\n    name: A\n  bob: { <<: *x }\n"
    new = camp(text).edit(lambda editor: editor.set("users", "ann", "office", "west"))
    assert new == text.replace("    name: A\n", "    name: A\n    office: west\n")
    with pytest.raises(EditRefused, match="taken over"):
        camp(text).edit(lambda editor: editor.unset("users", "ann", "office"))


ROWS = """\
campaign: {name: X}
users:
  # the first
  ann: { name: Ann, office: hq, extension: 3001 }   # one line
  ben:
    name: Ben
    office: hq          # here
    extension: 3002
    role: desk
  cy: {name: Cy, office: hq, extension: 3003, backend: old}
  di:
    name: Di
    backend: old   # for now
    extension: 3004
  ed: { name: Ed, office: hq, extension: 3005 }
  flo: { name: Flo, office: hq, extension: 3006 }
"""


def test_many_entries_at_once(camp) -> None:
    """Whatever their style, many get the field as each by itself would; taken away again, the file is as one by one too; others stay."""
    ids = ["flo", "ann", "ben", "cy", "di"]

    def one_by_one(editor):
        for name in ids:
            editor.set("users", name, "backend", "new")

    many = camp(ROWS).edit(lambda editor: editor.set_all("users", ids, "backend", "new"))
    assert many == camp(ROWS).edit(one_by_one)
    assert "ed: { name: Ed, office: hq, extension: 3005 }" in many
    assert many.count("backend: new") == 5

    def away_one_by_one(editor):
        for name in ids:
            editor.unset("users", name, "backend")

    away = camp(many).edit(lambda editor: editor.set_all("users", [*ids, "ed"], "backend", None))
    assert away == camp(many).edit(away_one_by_one)
    assert "backend" not in away


def test_many_entries_that_share_something(camp) -> None:
    """Where entries take something over from each other, each is changed, or refused, by itself; one that is nowhere is not found."""
    text = ROWS.replace("ann: {", "ann: &boss {").replace(
        "  ed: { name: Ed, office: hq, extension: 3005 }", "  ed: { <<: *boss, extension: 3005 }"
    )
    with pytest.raises(EditRefused):
        camp(text).edit(lambda editor: editor.set_all("users", ["ann", "ben", "cy", "di", "flo"], "backend", "new"))
    with pytest.raises(NotFound):
        camp(ROWS).edit(lambda editor: editor.set_all("users", ["ann", "ben", "cy", "di", "zoe"], "backend", "new"))
