"""What makes an edit certain: units that can be read by themselves, and the proof after each splice."""

from __future__ import annotations

import pytest

from campctl.manifest.edit_document import Document
from campctl.manifest.edit_nodes import Odd


@pytest.mark.parametrize(
    "text",
    [
        'users:\n  ann:\n    name: O\'Brien "Ann"   # it\'s "open\n',
        "users:\n  ann: { a: [x, 'it''s', \"\\\"\"], b: { c: 1 } } # [\n",
        'users:\n  "ann": ["x"]\n  - "y"\n',
        "# \"[{'\nusers: {}\n",
    ],
)
def test_plain_documents(text) -> None:
    """Quotes and brackets that end on their line, in words and in comments."""
    assert Document("x", text.encode()).plain


@pytest.mark.parametrize(
    "text",
    [
        'a: "\nusers:\n "\nusers: {}\n',
        "a: '\nusers:\n '\n",
        "a: [\nb]\n",
        "a: { b: {\nc: d } }\n",
        'a:\n  - "x\n    y"\n',
        'a: &b "x\n  y"\n',
        'a: !t "x\n  y"\n',
        'a: "x \\"\n y"\n',
        "a: [x, 'y]\n z']\n",
        'a: [x, # "]\n z]\n',
        "{ a: b }\n",
        "? a\n: b\n",
        "a: b\n? c\n: d\n",
        "a:\tb\n",
        "a: b\rc: d\r",
        "%YAML 1.1\n---\na: b\n",
        "- - [\n]\n",
    ],
)
def test_documents_in_which_lines_do_not_tell(text) -> None:
    """Something is left open at the end of a line, or the form is rare: the file is read whole."""
    assert not Document("x", text.encode()).plain


def test_a_splice_that_says_something_else_is_undone() -> None:
    """The proof: the data after the splice must be what was intended; else the text stays."""
    document = Document("x", b"users:\n  ann: { name: A }\n  bob: {}\n")
    before = document.text
    unit = document.entry("users", "ann")
    assert unit is not None
    at = unit.text.index("A }")
    for wrong in ("B, office: hq", "B }\n  cy: {", "B } }", '"'):
        with pytest.raises(Odd):
            unit.commit([(at, at + 1, wrong)], {"ann": {"name": "B"}})
        assert document.text == before
    unit.commit([(at, at + 1, "B")], {"ann": {"name": "B"}})
    assert document.text == before.replace("A }", "B }")


def test_one_entry_is_read_not_the_file() -> None:
    """The unit of an entry in block style is the entry with its comments and the blank line above."""
    text = "users:\n  ann: {}\n\n  # his\n  bob:\n    name: B\n    # within\n  # hers\n  cy: {}\n"
    unit = Document("x", text.encode()).entry("users", "bob")
    assert unit is not None
    assert unit.text == "\n  # his\n  bob:\n    name: B\n    # within\n  # hers\n"
