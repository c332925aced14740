"""`hotline who` and `user why`: every seat, every no."""

from __future__ import annotations

import pytest

from .conftest import Camp


def test_who_sits_and_who_is_next(camp: Camp) -> None:
    """Every seat with its line, since when and why; then those who wait, the one to come first by what one seat more would do."""
    data = camp.do("hotline", "who", "voter-protection", "-o", "json").ok().data
    seats, waiting = (listing["rows"] for listing in data["listings"])
    assert [row["line"] for row in seats] == ["user/ann.lee", "user/ben.ortiz", "user/carla.nowak", "user/dev.patel"]
    assert all(row["now"] and row["since"] and row["why"] == "was already there; skills voter-protection" for row in seats)
    assert (data["fields"]["seats"], data["fields"]["missing"]) == ("4 of 4 (baseline 4)", [])
    first = waiting[0]
    assert data["fields"]["one seat more"] == f"{first['who']} would sit in voter-protection"
    assert (first["has"], first["why"]) == ("skills voter-protection", "no seat is free: who sits there stays")
    camp.do("hotline", "scale", "voter-protection", "+1").ok()
    told = camp.do("user", "why", first["line"].removeprefix("user/")).ok().out
    assert "voter-protection: was already there; skills voter-protection" in told
    camp.settled()


def test_before_and_after(fresh: Camp) -> None:
    """Before the first apply nobody sits anywhere yet; with --at the day is asked for, not now; --next says how many."""
    now = fresh.do("hotline", "who", "voter-protection", "--next", "0", "-o", "json").ok().data
    assert [row["now"] for row in now["listings"][0]["rows"]] == [False] * 4
    assert now["listings"][1]["rows"] == []
    later = fresh.do("hotline", "who", "voter-protection", "--at", "2026-10-13T19:00-04:00", "-o", "json").ok().data
    assert len(later["listings"][0]["rows"]) > 4


def test_what_is_missing(camp: Camp) -> None:
    """With more seats than people it says how many may answer, and the plan's finding that nobody else may."""
    camp.do("hotline", "scale", "voter-protection", "12").ok()
    data = camp.do("hotline", "who", "voter-protection", "-o", "json").ok().data
    assert data["fields"]["missing"][0] == "5 seats: 7 may answer it (7 here)"
    assert data["fields"]["one seat more"] == "would stay empty, too"
    finding = camp.do("plan", "-o", "json").ok().json["findings"]
    assert ["Nobody else who is there may answer it (skill voter-protection)." in one["detail"] for one in finding] == [True]


SPANISH = """
hotlines:
  voter-protection-es:
    name: Protección al votante
    extension: "3902"
    seats: { baseline: 3, max: 4 }
    answer: { languages: [es] }
"""


def test_who_is_moved_leaves_no_seat_behind(camp: Camp) -> None:
    """A hotline by itself, or a person by themselves, is applied with all whom it moves: nothing is left to plan."""
    (camp.root / "spanish.yaml").write_text(SPANISH)
    camp.do("apply", "--target", "hotline/voter-protection-es", "--yes").ok()
    camp.settled()
    assert camp.do("hotline", "who", "voter-protection-es", "-o", "json").ok().data["fields"]["seats"].startswith("3 of 3")
    camp.do("hotline", "scale", "voter-protection", "+2").ok()
    camp.settled()
    camp.do(
        "user", "provision", "zoe.example", "--name", "Zoe Example", "--office", "chicago-hq", "--skill", "voter-protection", "--yes"
    ).ok()
    camp.settled()
    rows = camp.do("hotline", "list", "-o", "json").ok().data["rows"]
    assert {row["id"]: (row["seats"], row["wanted"]) for row in rows if row["id"] != "main"} == {
        "voter-protection": (6, 6),
        "voter-protection-es": (2, 3),
    }


def test_why_not(camp: Camp) -> None:
    """Of each hotline it says yes or no with the rule; rules have stable names in JSON."""
    rows = camp.do("user", "why", "ben.ortiz", "-o", "json").ok().data["listings"][0]["rows"]
    assert [(row["hotline"], row["may"], row["level"], row["rules"]) for row in rows] == [
        ("voter-protection", True, 1, []),
        ("main", False, None, ["roles"]),
    ]
    assert "role is lawyer, not reception" in camp.do("user", "why", "ben.ortiz").ok().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("hotline", "who", "mian"), "Did you mean `main`?"),
        (("hotline", "who", "main", "--next", "-1"), "is not a number of people"),
        (("hotline", "who", "main", "--at", "25:00"), "'25:00' is not a time"),
        (("user", "why", "ann.le"), "Did you mean `ann.lee`?"),
    ],
)
def test_wrong_words(camp: Camp, argv: tuple[str, ...], words: str) -> None:
    """What is not there is said, with what may have been meant."""
    refused = camp.do(*argv)
    assert (refused.status > 0, words in refused.err) == (True, True)


def test_a_walk_in_is_explained(camp: Camp) -> None:
    """By name however it is written, or by the desk: where they sit, what they said they can do, and which rule keeps them from others."""
    camp.do("seat", "check-in", "Vera Volunteer", "--office", "chicago-hq", "--skills", "voter-protection").ok()
    data = camp.do("user", "why", "vera  volunteer", "-o", "json").ok().data
    assert (data["of"], data["id"], data["fields"]["skills"]) == ("walk-in", "Vera Volunteer", ["voter-protection"])
    (sits,) = data["fields"]["sits"]
    assert sits.startswith("voter-protection: ")
    rows = {row["hotline"]: row for row in data["listings"][0]["rows"]}
    assert (rows["voter-protection"]["may"], rows["voter-protection"]["level"]) == (True, 1)
    assert rows["main"]["rules"] == ["desk", "roles"]
    assert f"sits at {data['fields']['desk']}, which is lit for voter-protection" in rows["main"]["why"]
    same = camp.do("user", "why", data["fields"]["desk"], "-o", "json").ok().data
    assert same["listings"] == data["listings"]
    camp.do("seat", "check-out", "Vera Volunteer").ok()
    gone = camp.do("user", "why", "Vera Volunteer")
    assert gone.status == 11
    assert "There is no user `Vera Volunteer`" in gone.err


def test_a_desk_where_nobody_is_named_is_explained(camp: Camp) -> None:
    """Nothing is known of who sits there, so nothing of them is compared."""
    camp.do("port", "light", "chicago-hq/a001", "--hotline", "voter-protection").ok()
    fields = camp.do("user", "why", "chicago-hq/a001", "-o", "json").ok().data["fields"]
    assert (fields["name"], fields["skills"]) == ("whoever sits there", "not said")
    assert fields["sits"][0].startswith("voter-protection: ")
