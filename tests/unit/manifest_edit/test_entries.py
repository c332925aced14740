"""Entries added, removed and renamed, with their own comments and nobody else's."""

from __future__ import annotations

import pytest

from campctl.errors import EditRefused

TEXT = """\
users:
  # ann's comment
  ann:
    name: Ann
  # volunteer lead
  # since May
  bob:
    name: Bob    # trailing
    office: hq
    # within
      # deeper still

    # behind a blank line, but within
  cy: { name: Cy }   # cy's own

  # a paragraph of its own

  # dee's comment
  dee:
    name: Dee
# at the margin
ports: {}
"""


BOB = TEXT[TEXT.index("  # volunteer lead") : TEXT.index("  cy:")]


@pytest.mark.parametrize(
    ("ids", "gone"),
    [
        (["ann"], "  # ann's comment\n  ann:\n    name: Ann\n"),
        (["bob"], BOB),
        (["cy"], "  cy: { name: Cy }   # cy's own\n"),
        (["dee"], "  # dee's comment\n  dee:\n    name: Dee\n"),
    ],
)  # fmt: skip
def test_remove_takes_its_own_comments(camp, ids, gone) -> None:
    """Field fact B19: bob's "# volunteer lead" must not become the next person's."""
    assert TEXT.count(gone) == 1

    def change(editor):
        for one in ids:
            editor.remove("users", one)

    assert camp(TEXT).edit(change) == TEXT.replace(gone, "")


def test_remove_leaves_no_two_blank_lines(camp) -> None:
    """Entries set apart by blank lines stay set apart by one."""
    text = "users:\n\n  ann: {}\n\n  bob: {}\n\n  cy: {}\n"
    assert camp(text).edit(lambda editor: editor.remove("users", "bob")) == "users:\n\n  ann: {}\n\n  cy: {}\n"
    assert camp(text).edit(lambda editor: editor.remove("users", "cy")) == "users:\n\n  ann: {}\n\n  bob: {}\n\n"


def test_remove_all_leaves_an_empty_section(camp) -> None:
    """`users: {}` instead of a section without a value, in both styles."""
    text = "users:   # all of them\n  ann: {name: A}\n  # bye\n  bob:\n    name: B\nports: {}\n"

    def change(editor):
        editor.remove("users", "ann")
        editor.remove("users", "bob")

    assert camp(text).edit(change) == "users: {}   # all of them\nports: {}\n"
    assert camp("users: { ann: { name: A } }\n").edit(lambda editor: editor.remove("users", "ann")) == "users: {  }\n"


def test_remove_from_flow(camp) -> None:
    """One of several between brackets goes with one comma."""
    text = "numbers: { a: { to: x }, b: {}, c: {} }  # n\n"
    for name, left in (("a", "{ b: {}, c: {} }"), ("b", "{ a: { to: x }, c: {} }"), ("c", "{ a: { to: x }, b: {} }")):
        assert camp(text).edit(lambda editor, name=name: editor.remove("numbers", name)) == f"numbers: {left}  # n\n"


def test_remove_what_others_take_over_is_refused(camp) -> None:
    """An anchor that is used elsewhere stays."""
    text = "users:\n  ann:\n    skills: &s [a]\n  bob: { skills: *s }\n"
    with pytest.raises(EditRefused, match="&s"):
        camp(text).edit(lambda editor: editor.remove("users", "ann"))
    assert camp(text).edit(lambda editor: editor.remove("users", "bob")) == text.replace("  bob: { skills: *s }\n", "")


FIELDS = {"name": "No", "office": "hq", "extension": "3005", "number": "+13125550113", "skills": ["a", "on"], "floor": "3"}
BLOCK = """\
{i}eve:
{i}{s}name: "No"
{i}{s}office: hq
{i}{s}extension: 3005
{i}{s}number: "+13125550113"
{i}{s}skills: [a, "on"]
{i}{s}floor: "3"
"""
FLOW = 'eve: { name: "No", office: hq, extension: 3005, number: "+13125550113", skills: [a, "on"], floor: "3" }'


@pytest.mark.parametrize(
    ("near", "old", "new"),
    [
        ("ann", "    name: Ann\n", "    name: Ann\n" + BLOCK.format(i="  ", s="  ")),
        ("bob", "but within\n", "but within\n" + BLOCK.format(i="  ", s="  ")),
        ("cy", "# cy's own\n", f"# cy's own\n  {FLOW}\n"),
        (None, "    name: Dee\n", "    name: Dee\n" + BLOCK.format(i="  ", s="  ")),
        ("nobody", "    name: Dee\n", "    name: Dee\n" + BLOCK.format(i="  ", s="  ")),
    ],
)
def test_add_beside_another_in_its_style(camp, near, old, new) -> None:
    """Behind `near` and its comments, else at the end; YAML's traps are quoted."""
    assert camp(TEXT).edit(lambda editor: editor.add("users", "eve", FIELDS, near=near)) == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("campaign: {}\n", "campaign: {}\n\nusers:\n" + BLOCK.format(i="  ", s="  ")),
        ("campaign: {}", "campaign: {}\n\nusers:\n" + BLOCK.format(i="  ", s="  ")),
        ("users: {}   # none yet\nports: {}\n", "users:   # none yet\n" + BLOCK.format(i="  ", s="  ") + "ports: {}\n"),
        ("users:\nports: {}\n", "users:\n" + BLOCK.format(i="  ", s="  ") + "ports: {}\n"),
        ("users:", "users:\n" + BLOCK.format(i="  ", s="  ")),
        ("users: ~\n", "users:\n" + BLOCK.format(i="  ", s="  ")),
        ("users: { ann: {} }\n", f"users: {{ ann: {{}}, {FLOW} }}\n"),
        ("users:\n    ann:\n       name: A\n", "users:\n    ann:\n       name: A\n" + BLOCK.format(i="    ", s="   ")),
        ("users:\n  ann:\n    name: A", "users:\n  ann:\n    name: A\n" + BLOCK.format(i="  ", s="  ").rstrip("\n")),
    ],
)
def test_add_the_first_and_in_other_shapes(camp, text, expected) -> None:
    """A section that is missing, empty, null, in flow style, indented otherwise, or without a last line end."""
    assert camp(text).edit(lambda editor: editor.add("users", "eve", FIELDS)).rstrip("\n") == expected.rstrip("\n")


def test_add_goes_to_the_file_of_its_neighbour(camp) -> None:
    """Offices with files of their own keep their people together."""
    made = camp(
        {"campaign.yaml": "campaign: {}\n", "east.yaml": "users:\n  ann: {}\n  cy: {}\n", "west.yaml": "users:\n  bob:\n    name: B\n"}
    )
    editor = made.editor()
    editor.add("users", "eve", {"name": "E"}, near="bob")
    editor.add("users", "fay", {"name": "F"})
    assert set(editor.overlay) == {"east.yaml", "west.yaml"}
    assert editor.overlay["west.yaml"] == b"users:\n  bob:\n    name: B\n  eve:\n    name: E\n"
    assert editor.overlay["east.yaml"] == b"users:\n  ann: {}\n  cy: {}\n  fay:\n    name: F\n"


def test_add_twice_is_refused(camp) -> None:
    """Whatever file the first one is in."""
    made = camp({"campaign.yaml": "users:\n  bob: {}\n", "east.yaml": "users:\n  ann: {}\n"})
    with pytest.raises(EditRefused, match="already an entry `ann`"):
        made.edit(lambda editor: editor.add("users", "ann", {"name": "A"}, near="bob"))


def test_rename_says_where_it_came_from(camp) -> None:
    """The key changes in place, `renamed_from` is added (or replaced), the comments stay."""
    new = camp(TEXT).edit(lambda editor: editor.rename("users", "bob", "rob"))
    assert new == TEXT.replace("  bob:\n", "  rob:\n").replace("    office: hq\n", "    office: hq\n    renamed_from: bob\n")
    text = 'users:\n  "ann": { name: A, renamed_from: annie }\n'
    assert camp(text).edit(lambda editor: editor.rename("users", "ann", "an")) == 'users:\n  "an": { name: A, renamed_from: ann }\n'


def test_rename_to_a_taken_id_and_of_the_unrenamable_is_refused(camp) -> None:
    """Two entries of one id, or a rename nothing remembers."""
    made = camp(TEXT + 'numbers:\n  "+13125550100": {}\n')
    with pytest.raises(EditRefused, match="already an entry `cy`"):
        made.edit(lambda editor: editor.rename("users", "bob", "cy"))
    with pytest.raises(EditRefused, match="not renamed"):
        made.edit(lambda editor: editor.rename("numbers", "+13125550100", "+13125550101"))


def test_entries_below_also(camp) -> None:
    """People beside a roster stand beside `from` or below `also`."""
    text = "users:\n  from: people.csv\n  also:\n    # hers\n    ann:\n      name: A\n    bob: { name: B }\n"
    made = camp({"campaign.yaml": text, "people.csv": "id,name\nx,X\n"})
    assert made.edit(lambda editor: editor.set("users", "ann", "name", "Z")) == text.replace("name: A", "name: Z")
    assert made.edit(lambda editor: editor.remove("users", "ann")) == text.replace("    # hers\n    ann:\n      name: A\n", "")


def test_a_file_where_lines_do_not_tell_is_read_whole(camp) -> None:
    """Brackets and quotes over several lines, whose lines look like sections and entries."""
    text = 'campaign: { name: "x\nusers:\n  ann: {name: no}\n" }\nusers: {\n  ann: { name: A },\n"bob": {\nname: B } # his\n}\n'
    new = camp(text).edit(lambda editor: (editor.set("users", "ann", "name", "Z"), editor.set("users", "bob", "office", "hq")))
    assert new == text.replace("{ name: A }", "{ name: Z }").replace("name: B }", "name: B, office: hq }")
