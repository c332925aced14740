"""Plain entries read line by line are the very nodes that the parser's events make, or they are left to the parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from yaml import YAMLError

from campctl.findings import Ref
from campctl.findings.docs import BASE
from campctl.manifest import blocks, reading
from campctl.manifest.fields import KEYED
from campctl.manifest.load import load
from campctl.manifest.nodes import Map, Reader, Seq, TooBroken
from campctl.manifest.problems import Problems, span_of

ROOT = Path(__file__).parents[3]
CAMPAIGNS = [file.parent for folder in ("tests/cases", "seeds", "examples") for file in sorted((ROOT / folder).glob("**/campaign.y*ml"))]
PERSON = "  p{n}:\n    name: Person {n}\n    office: hq\n    extension: {extension}\n    skills: [legal, 'data']\n"


def people(count: int, first: int = 0) -> str:
    """So many plain entries."""
    return "".join(PERSON.format(n=n, extension=4000 + n) for n in range(first, first + count))


def flat(node: Any) -> Any:
    """A node as values and places."""
    if node is None:
        return None
    place = span_of("f", node)
    if node.__class__ is Map:
        return "map", place, [(flat(key), flat(value)) for key, value in node.items.values()], list(node.items)
    if node.__class__ is Seq:
        return "list", place, node.end_mark.column, [flat(item) for item in node.items]
    return node.value, node.style, place, node.start_mark.line, node.end_mark.column


def told(entries: Any, problems: Problems) -> list[Any]:
    """Everything that is yielded, with the findings there were by then."""
    rows = [(flat(section), flat(key), flat(node), len(problems.findings)) for section, key, node in entries]
    return [rows, problems.findings]


def both(text: str) -> tuple[Any, Any]:
    """What plain reading tells (None when it leaves the text to the parser), and what the parser tells."""
    ours, theirs = Problems(), Problems()
    quick = blocks.entries(text.encode(), ours, KEYED)
    if quick is None:
        return None, None
    return told(quick, ours), told(Reader(text.encode(), theirs).entries(KEYED), theirs)


@pytest.mark.parametrize(
    "text",
    [
        people(20),
        "# first\n---\ncampaign:\n  name: 'X\n    y'\nusers:\n" + people(12) + "ports:\n" + people(9, 50) + "...\n",
        people(20).replace("Person 3\n", "Person 3   # a remark\n\n# another\n      \n"),
        people(20).replace("Person 4\n", "José 日本 😀 :Ann's (x)_ a#b 6:30 \xa0\n"),
        people(20).replace("Person 5\n", "'it is: # \"so\"'\n").replace("Person 6\n", '"a: b # [c]"  \n').replace("Person 7\n", '""\n'),
        people(20).replace("[legal, 'data']", "[ a b, \"c, d\",'' , +1/x ]"),
        people(20).replace("  p7:", '  "+13125550107":  # main'),
        people(20).replace("extension: 4009", "name: again"),
        people(9) + "  odd: { name: Odd }\n" + people(9, 30) + "  '?':\n    name: |\n      text\n" + people(9, 60) + "  end:\n",
        people(40).replace("Person 20\n", "&a Person\n") + "  last: *a\n",
    ],
)
def test_plain_is_taken(text):
    """Long lists of plain entries are read line by line, odd ones between them by the parser, and nothing differs."""
    ours, theirs = both(text if "users:" in text else f"users:\n{text}")
    assert ours is not None
    assert ours == theirs


@pytest.mark.parametrize(
    "text",
    [
        "users:\n" + people(3),
        "campaign:\n" + people(20),
        "users: 'x\n" + people(20) + "'\n",
        'users:\n  odd: "x\n' + people(20) + '    "\n',
        "users:\n  odd: [\n" + people(20) + "  ]\n",
        "users: {\n" + people(20) + "}\n",
        "users: |\n" + people(20),
        "users:\n  odd: |\n" + people(20).replace("\n", "\n  ") + "\n",
        "users:\n" + people(20).replace("\n", "\r\n"),
        "users:\n" + people(20) + "- a\n",
        "users:\n" + people(20) + " odd: x\n",
        "users:\n" + people(20) + "      odd: x\n",
        "users:\n" + people(20) + "users:\n" + people(20),
        "users:\n" + people(20) + "---\nusers:\n" + people(20),
        "# \u2028\nusers:\n" + people(20),
        "# \x85\nusers:\n" + people(20),
        "\ufeffusers:\n" + people(20),
        "users:\n" + people(20) + "x-y: *nothing\n",
        "users: &u\n" + people(20) + "x-y: *u\n",
    ],
)
def test_the_rest_is_left_to_the_parser(text):
    """Where the lines stand in something else, or anything is wrong, nothing is read line by line."""
    assert blocks.entries(text.encode(), Problems(), KEYED) is None


TRICKY = """~ null no 012 6:30 +13125550100 -5 - ? : a: a:b a::b a:# x#y #y 'it' 'it''s' 'a "a" "a\\n" "\\" [a] [a,] [,] [] [a:b] [a:·b]
[a,'b·c'] {a:·b} &a *a !t | > @a %a `a <<  =  .5 a\tb a\x85b a\u2028b a\xa0b \xa0 é 😀 \ufeff \x7f --- ... ,a a, ]a a] a{ a} $x (x) \\x
<< a:·b a·#b 'a'·b "a"b [a]b [a]·b [[a]] [&a] [é] [-·a] [a·-b] [#a] [a#] ['a'#] ["",a] [a·b] a·b··c -a ?a :a""".replace("\n", " ")
ODD = st.sampled_from([value.replace("·", " ") for value in TRICKY.split(" ")])
VALUE = st.one_of(st.sampled_from(["Ann Lee", "legal", "[a, b]", '"3"']), ODD, st.text(max_size=6))
FIELD = st.builds("{}{}: {}{}\n".format, st.sampled_from(["    "] * 12 + ["   ", "     ", "    \t"]), st.sampled_from("abcd"), VALUE,
                  st.sampled_from([""] * 6 + [" ", " # x", "#", "\n", "\n# y", "\n     # y", "\r"]))  # fmt: skip
ENTRY = st.builds("{}{}:{}\n{}".format, st.sampled_from(["  "] * 12 + [" ", "   ", ""]),
                  st.sampled_from(["a", "b.c", '"+1"', "0", "é", "?", "<<"]), st.sampled_from([""] * 6 + [" ", " # x", "x", " x", " |"]),
                  st.lists(FIELD, max_size=3).map("".join))  # fmt: skip
HEADS = [
    "x: 'y'\nports:\n",
    "users: # x\n",
    "---\nnumbers:\n",
    "campaign: {}\nusers:\n",
    'x: "\n',
    "x: |\n",
    "users: {\n",
    "users: |\n",
    "",
]
TAILS = ["offices: {}\n", "...\n", "---\n", "- x\n", " y: z\n", "\t", '"\n', "users:\n  z: {}\n", "x-y: *a\n", "      x: y\n", "'", "]\n"]
PUT = [*"\t\n\r :#'\"[]{},&*!|>-?%@`~\x85\x07\xa0é", "\u2028", "\ufeff", "  ", "---\n", "x: y\n", ""]


@st.composite
def documents(draw: Any) -> str:
    """Plain entries with a few odd ones between them; often something odd before, behind or in the middle of them."""
    entries = [f"  p{n}:\n    name: P {n}\n    skills: [a, 'b']\n" for n in range(draw(st.integers(6, 20)))]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(entries)))
        entries.insert(at, draw(st.one_of(ENTRY, FIELD.map("  o:\n{}".format))))
    where = draw(st.sampled_from(["", "", "head", "tail", "body", "body"]))
    head = draw(st.sampled_from(HEADS)) if where == "head" else "users:\n"
    text = head + "".join(entries) + (draw(st.sampled_from(TAILS)) if where == "tail" else "")
    if where == "body":
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(PUT)) + text[at + draw(st.integers(0, 4)) :]
    return text


@settings(max_examples=400, deadline=None)
@given(documents())
@example("users:\n" + people(20))
def test_nothing_differs(text):
    """In the plain language, and slightly out of it: what is read line by line is what the parser's events say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_LEAST", 3)
        try:
            ours, theirs = both(text)
        except (YAMLError, TooBroken) as error:  # only the parser may say so, and then the text was not to be taken
            raise AssertionError("taken though it is no YAML") from error
    event("taken" if ours else "left")
    assert ours == theirs


def whole(root: Path, overlay: dict[str, bytes], *, quick: bool) -> Any:
    """A campaign as loaded with or without quick reading, and where its things are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_LONG", 0 if quick else 1 << 40)
        patch.setattr(blocks, "_LEAST", 3)
        loaded = load(root, overlay=overlay, cache=False)
        campaign, places = loaded.campaign, {}
        for section in sorted(KEYED) if campaign is not None else ():
            for name, value in getattr(campaign, section).items():
                fields = ("", *value.__struct_fields__)
                places |= {(section, name, field): loaded.where(Ref(section, name, field)) for field in fields}
    return campaign, loaded.findings, loaded.digest, loaded.files, places


@pytest.mark.parametrize("root", CAMPAIGNS, ids=lambda path: path.name)
def test_every_campaign_is_the_same(root):
    """Campaign, findings, digest and places of every case, seed and example do not depend on how it is read."""
    assert whole(root, {}, quick=True) == whole(root, {}, quick=False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 29), st.sampled_from(["name", "office", "extension", "skills", "p"]), VALUE), max_size=6))
def test_faults_in_plain_entries_are_found(tmp_path, faults):
    """The faults of plain entries (traps, double ids and keys, what is missing or unknown) are the same findings, at the same places."""
    lines = ("users:\n" + people(30)).split("\n")
    for number, name, value in faults:
        at = next(at for at in range(1 + number * 5, len(lines)) if lines[at].strip().startswith(name))
        lines[at] = f"  {value}:" if name == "p" else f"    {name}: {value}"
    overlay = {"campaign.yaml": BASE.encode(), "users.yaml": "\n".join(lines).encode()}
    assert whole(tmp_path, overlay, quick=True) == whole(tmp_path, overlay, quick=False)
