"""`-f FILE`: every shape that the docs show, in one plan, and every way to get one wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campctl.app import batch
from campctl.errors import UsageError

PAGE = Path(__file__).parents[3] / "docs" / "batch-files.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)


def file(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "batch.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_the_documented_shapes(tmp_path: Path) -> None:
    """Each block of docs/batch-files.md reads as what it is said to be."""
    moves, people, ids, ports, hotlines = BLOCKS
    assert batch.moves(file(tmp_path, moves)) == {
        "ann.lee": {"office": "field-17", "floor": "", "room": ""},
        "bo.diaz": {"office": "chicago-hq", "floor": "3", "room": "Hall A"},
    }
    assert batch.people(file(tmp_path, people)) == {
        "cy.stone": {"name": "Cy Stone", "office": "chicago-hq", "role": "organizer", "skills": ["spanish-law"]}
    }
    assert batch.ids(file(tmp_path, ids), "users") == ["bo.diaz", "cy.stone"]
    assert len(batch._entries(file(tmp_path, ports), "ports", "desk", batch.PORT_KEYS)) == 4
    assert batch._entries(file(tmp_path, hotlines), "hotlines", "hotline", batch.SCALE_KEYS, short="seats") == [
        {"hotline": "main", "seats": "+5"},
        {"hotline": "voter-protection", "seats": "12", "until": "23:30", "reason": "debate night"},
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a: 0301", {"a": "0301"}),
        ("a: 6:30\nb: no\nc: +12025550100", {"a": "6:30", "b": "no", "c": "+12025550100"}),
        ("a: ~\nb: null\nc: 'null'\nd:", {"a": "", "b": "", "c": "null", "d": ""}),
        ("- a\n- [b]", ["a", ["b"]]),
        ("", {}),
    ],
)
def test_values_are_the_text_that_is_written(tmp_path: Path, text: str, read: object) -> None:
    """YAML's traps do not spring: everything is text, null is nothing."""
    assert batch.read(file(tmp_path, text)) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "this is no YAML"),
        (b"\x00\x01", "this is no YAML"),
        (b"a: \xff", ""),
        ("a: 1\na: 2", ":2:1:"),
        ("a: *b", ":1:4:"),
        ("a: !!python/object x", ""),
        ("moves: 5", "does not hold"),
        ("- {to: x}", "does not hold"),
        ("- {user: a, to: x}\n- {user: a, to: y}", "moves somebody twice"),
        ("a: {too: x}", "unknown key `too`"),
        ("a: {floor: x}", "does not say where a moves"),
        ("", "does not hold"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str | bytes, said: str) -> None:
    """A file that is no list of moves is refused with the place or the shape that was wanted."""
    with pytest.raises(UsageError) as caught:
        batch.moves(file(tmp_path, text))
    assert said in caught.value.message
    assert caught.value.hint


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a folder and a file that is too large are refused by name."""
    monkeypatch.setattr(batch, "MAX_BYTES", 10)
    for path in (str(tmp_path / "nope"), str(tmp_path), file(tmp_path, "a: " + "x" * 20)):
        with pytest.raises(UsageError) as caught:
            batch.read(path)
        assert path in caught.value.message


def test_port_light_from_a_file_is_one_plan(campctl, campaign, tmp_path) -> None:
    """Named desks, any desks and a volunteer, each with its own reason and end, lit by one run."""
    assert campctl("apply", "--yes").status == 0
    desks = [row["id"] for row in campctl("port", "list", "-o", "json").json["data"]["rows"] if row["id"].startswith("phoenix-field/")]
    some = "- {office: chicago-hq, any: 2, hotline: voter-protection, reason: debate, until: +2h}"
    path = file(tmp_path, f"{some}\n- {{desk: {desks[0]}, volunteer: Sam Ortiz}}\n")
    answer = campctl("port", "light", "-f", path, "--yes", "-o", "json")
    assert answer.status == 0, answer.err
    assert sorted(story["verb"] for story in answer.json["data"]["plan"]["stories"]).count("light") == 3
    overrides = campctl("override", "list", "-o", "json").json["data"]["overrides"]
    assert sorted(item["reason"] for item in overrides) == ["", "debate", "debate"]
    assert [item["volunteer"] for item in overrides if item["volunteer"]] == ["Sam Ortiz"]
    assert len(campctl("history", "-o", "json").json["data"]["rows"]) == 2


@pytest.mark.parametrize(
    ("verb", "text", "said"),
    [
        ("light", "- {office: chicago-hq, any: many}", "`any` is a number"),
        ("light", "- {hotline: main}", "does not hold entries with desks"),
        ("light", "- {desks: [a001, a002], office: chicago-hq, for: ann.lee}", "does not hold entries"),
        ("light", "- {desk: chicago-hq/a001}\n- {desk: chicago-hq/a001}", "twice"),
        ("light", "- {desk: chicago-hq/a001, hotline: [main]}", "`hotline` is to be one text"),
        ("seat", "- {desk: chicago-hq/a001}", "who sits there"),
    ],
)
def test_port_files_that_are_wrong(campctl, campaign, tmp_path, verb, text, said) -> None:
    """Nothing is lit when one entry is wrong."""
    answer = campctl("port", verb, "-f", file(tmp_path, text), "--yes")
    assert answer.status == 2
    assert said in answer.err
    assert campctl("override", "list", "-o", "json").json["data"]["overrides"] == []


def test_hotline_scale_from_a_file(campctl, campaign, tmp_path) -> None:
    """Several hotlines in one plan; one hotline twice is refused; bounds hold."""
    assert campctl("apply", "--yes").status == 0
    answer = campctl("hotline", "scale", "-f", file(tmp_path, "voter-protection: 3\nmain: {seats: -1, until: +1h}"), "--yes", "-o", "json")
    assert answer.status == 0, answer.err
    assert {story["subject"] for story in answer.json["data"]["plan"]["stories"]} == {"hotline/main", "hotline/voter-protection"}
    assert (
        campctl("hotline", "scale", "-f", file(tmp_path, "- {hotline: main, seats: 1}\n- {hotline: main, seats: 2}"), "--yes").status == 2
    )
    assert campctl("hotline", "scale", "-f", file(tmp_path, "main: 900"), "--yes").status == 2


def test_move_from_a_file(campctl, campaign, tmp_path) -> None:
    """`move -f` shows the YAML edit and the plan."""
    answer = campctl("move", "-f", file(tmp_path, "moves: {ann.lee: nowhere}"), "--dry-run")
    assert answer.status == 11
    assert "nowhere" in answer.err
