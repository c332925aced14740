"""`match`, as it is used: from files, from the roster, and what stays private."""

from __future__ import annotations

import csv
import io
import random
import shutil
from pathlib import Path

import pytest

from .conftest import Camp

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "call-lists"
WEEK = ("--week", "2026-10-26")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The example's files, for their owner's eyes."""
    folder = tmp_path / "calls"
    shutil.copytree(EXAMPLES, folder)
    (folder / "volunteers.csv").chmod(0o600)
    return folder


def args(folder: Path, *more: str) -> tuple[str, ...]:
    return ("match", "--volunteers", str(folder / "volunteers.csv"), "--lists", str(folder / "lists.csv"), *WEEK, *more)


def test_everybody_who_can_is_placed_with_a_reason(camp: Camp, files: Path) -> None:
    """As data: every match has its reasons, every gap says why and what helps, and no list is below its least."""
    data = camp.do(*args(files, "-o", "json")).ok().data
    found = {one["volunteer"]: one for one in data["matches"]}
    assert found["v01"]["list"] == "education-il"
    assert found["v01"]["why"] == ["both parents", "both teachers", "speaks es", "both in IL", "evenings, 10 h a week"]
    assert found["v05"]["list"] == "security-oh"
    assert "both veterans" in found["v05"]["why"]
    assert [one["volunteer"] for one in data["unplaced"]] == ["v08", "v12"]
    assert all(one["why"] and one["help"] for one in data["unplaced"])
    assert all(one["got"] >= one["least"] for one in data["lists"])
    assert all(one["why"] and one["help"] for one in data["lists"] if one["got"] < one["wants"])


def test_the_order_of_rows_decides_nothing(camp: Camp, files: Path) -> None:
    """Shuffled files give the same answer, byte for byte."""
    before = camp.do(*args(files, "-o", "json")).ok().out
    for name in ("volunteers.csv", "lists.csv"):
        head, *rows = (files / name).read_text().splitlines()
        random.Random(4).shuffle(rows)
        (files / name).write_text("\n".join([head, *rows]) + "\n")
    assert camp.do(*args(files, "-o", "json")).ok().out == before


def test_the_file_is_private_and_nothing_is_kept(camp: Camp, files: Path) -> None:
    """--out is 0600 and holds everybody; neither store nor audit log nor anything else of the campaign holds a word of it."""

    def audited() -> list[str]:
        return [one["what"] for one in camp.do("audit", "log", "-o", "json").ok().data["entries"]]

    out, before = files / "calls.csv", audited()
    camp.do(*args(files, "--out", str(out))).ok()
    assert out.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert len(rows) == 12
    assert {row["list"] for row in rows if row["volunteer"] in {"v08", "v12"}} == {""}
    kept = [path.read_bytes() for path in camp.root.rglob("*") if path.is_file()]
    assert kept
    assert not any(word in data for data in kept for word in (b"Placeholder", b"ibew", b"volunteers.csv"))
    assert audited() == before


def test_a_file_others_can_read_is_said(camp: Camp, files: Path) -> None:
    """People's data that every user of the machine can read is remarked upon, with the command that mends it."""
    (files / "volunteers.csv").chmod(0o644)
    assert "chmod 600" in camp.do(*args(files)).ok().err
    (files / "volunteers.csv").chmod(0o600)
    assert "chmod 600" not in camp.do(*args(files)).ok().err


def test_explained(camp: Camp, files: Path) -> None:
    """Every list for one person, by id or name: theirs first, then the others with what stands against them."""
    for who in ("v08", "Hal Fiction"):
        data = camp.do(*args(files, "--explain", who, "-o", "json")).ok().data
        assert {one["list"]: one["why"] for one in data["choices"]}["security-oh"] == ["does not call OH"]
    choices = camp.do(*args(files, "--explain", "v01", "-o", "json")).ok().data["choices"]
    assert (choices[0]["list"], choices[0]["state"]) == ("education-il", "theirs")
    assert camp.do(*args(files, "--explain", "v99")).status == 11


def test_hours_are_shared_out(camp: Camp, files: Path) -> None:
    """Lists that want hours get no more than they want and nobody gives more than they have."""
    (files / "lists.csv").write_text("id,wants,least,languages\na,20h,5h,en\nb,10h,2h,es\n")
    data = camp.do(*args(files, "-o", "json")).ok().data
    assert data["unit"] == "hours"
    assert [(one["list"], one["got"]) for one in data["lists"]] == [("a", 1200), ("b", 600)]
    given: dict[str, int] = {}
    for one in data["matches"]:
        given[one["volunteer"]] = given.get(one["volunteer"], 0) + one["minutes"]
    assert given["v01"] <= 6 * 60
    assert 60 <= given["v11"] <= 600


def test_the_campaigns_own_volunteers(camp: Camp, files: Path) -> None:
    """`roster`: people with the role volunteer, with their skills, languages and office; said plainly where there are none."""
    (files / "lists.csv").write_text("id,wants,skills,languages\nphones,5,phone-bank,\n")
    none = camp.do("match", "--volunteers", "roster", "--lists", str(files / "lists.csv"))
    assert none.status == 2
    assert "role `volunteer`" in none.err
    (camp.root / "extra.yaml").write_text(
        'users:\n  val: { name: Val Example, office: chicago-hq, extension: "3090", role: volunteer, skills: [phone-bank] }\n'
    )
    data = camp.do("match", "--volunteers", "roster", "--lists", str(files / "lists.csv"), "-o", "json").ok().data
    assert [(one["volunteer"], one["why"]) for one in data["matches"]] == [("val", ["same skills: phone-bank"])]


def test_volunteers_are_free_in_their_shifts(camp: Camp, files: Path) -> None:
    """Who has shifts is free then, by the clock of their office; who has none in that week is left out, and it says so."""
    (files / "lists.csv").write_text("id,wants,skills,hours\nphones,5,phone-bank,mon-fri 18:00-22:00\n")
    one = 'office: chicago-hq, role: volunteer, skills: [phone-bank], shifts: ["2026-11-03T{}"]'
    (camp.root / "extra.yaml").write_text(
        "users:\n"
        f'  val: {{ name: Val Example, extension: "3090", {one.format("18:00/21:00")} }}\n'
        f'  wes: {{ name: Wes Example, extension: "3091", {one.format("08:00/12:00")} }}\n'
    )
    asked = ("match", "--volunteers", "roster", "--lists", str(files / "lists.csv"), "-o", "json")
    data = camp.do(*asked, "--week", "2026-11-02").ok().data
    assert [match["volunteer"] for match in data["matches"]] == ["val"]
    assert [one["volunteer"] for one in data["unplaced"]] == ["wes"]
    nobody = camp.do(*asked, "--week", "2026-10-26")
    assert nobody.status == 2
    assert "No volunteer of the campaign has a shift in the week from 2026-10-26" in nobody.json["errors"][0]["message"]
    camp.edit("extra.yaml", "2026-11-03T08:00/12:00", "2026-11-12T08:00/12:00")
    left = camp.do(*asked, "--week", "2026-11-02").ok().data
    assert any("Left out" in remark and ": 1." in remark for remark in left["remarks"])


def test_without_a_campaign(tmp_path: Path, files: Path) -> None:
    """Files can be matched anywhere; the roster needs a campaign."""
    outside = tmp_path / "outside"
    outside.mkdir()
    done = Camp(outside).run(*args(files))
    assert done.ok().out
    assert Camp(outside).run("match", "--volunteers", "roster", "--lists", str(files / "lists.csv")).status == 14


def test_what_cannot_be_matched(camp: Camp, files: Path) -> None:
    """Bad rows, files that are not there and weights of nothing: a status and a sentence each, never a traceback."""
    (files / "bad.csv").write_bytes(b"id,name,wants\na,Caf\xe9,1\na,x,2\n")
    volunteers = str(files / "volunteers.csv")
    bad = camp.do("match", "--volunteers", volunteers, "--lists", str(files / "bad.csv"), "-o", "json")
    assert bad.status == 3
    assert [(one["code"], one["span"]["line"]) for one in bad.json["findings"]] == [("not-utf-8", 2), ("duplicate-id", 3)]
    assert camp.do("match", "--volunteers", volunteers, "--lists", "no-such.csv").status == 2
    assert camp.do("match", "--volunteers", str(files), "--lists", str(files / "lists.csv")).status == 2
    assert camp.do(*args(files, "--weight", "proffesion=3")).status == 2
    assert "Did you mean `profession`?" in camp.do(*args(files, "--weight", "proffesion=3")).err
    assert camp.do(*args(files, "--week", "soon")).status == 2
    assert camp.do(*args(files, "--week", "9999-12-31")).status == 2
    assert camp.do(*args(files, "--explain", "v01", "--out", "x.csv")).status == 2
    (files / "lists.csv").write_text("id,wants\n")
    assert camp.do(*args(files)).status == 2


def test_the_files_it_reads_are_not_written_over(camp: Camp, files: Path) -> None:
    """`--out` names none of them, or a roster would be gone."""
    people = files / "volunteers.csv"
    before = people.read_bytes()
    refused = camp.do(*args(files, "--out", str(people)))
    assert (refused.status, "is read, too" in refused.err) == (2, True)
    assert people.read_bytes() == before
