"""What scripts and screens get: every listing in every format, narrow and colourless terminals, closed pipes, names of all kinds."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

LISTINGS = (
    ["user", "list"],
    ["user", "show", "ann.lee"],
    ["port", "list"],
    ["hotline", "list"],
    ["hotline", "show", "voter-protection"],
    ["number", "list"],
    ["office", "list"],
    ["office", "show", "chicago-hq"],
    ["office", "audit"],
    ["override", "list"],
    ["surge", "list"],
    ["backend", "list"],
    ["backend", "check"],
    ["history", "list"],
    ["audit", "log"],
    ["drift"],
    ["plan"],
    ["show"],
    ["validate"],
)
EVIL = "\u202eEve\x1b]0;owned\x07 \x1b[2J\x1b[31mMallory\u2066"
NAMES = {
    "layla.haddad": "ليلى حداد",
    "emoji.person": "Zoë 👩🏽‍💻 Ølsen",
    "hana.sato": "佐藤 花",
    "eve.mallory": EVIL,
}
ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def busy(camp) -> Any:
    """The quickstart with an override, drift and a pending change, so that no listing is empty."""
    camp.do("port", "light", "chicago-hq/a001", "--volunteer", "Sam Ortiz", "--until", "+2h", "--yes").ok()
    camp.poke({"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "X"}})
    camp.edit("people.yaml", "name: Hugo Meyer", "name: Hugo M.")
    return camp


@pytest.mark.parametrize("argv", LISTINGS, ids=" ".join)
def test_every_format_parses(busy, argv) -> None:
    """JSON and YAML hold the same envelope; CSV is a table with a header; plain has no colour and no trailing rule."""
    as_json = busy.do(*argv, "-o", "json").ok().json
    as_yaml = yaml.safe_load(busy.do(*argv, "-o", "yaml").ok().out)
    assert as_json["campctl"] == as_yaml["campctl"] == 1
    assert (as_json["status"], as_json["exit"], as_json["errors"]) == ("success", 0, [])
    assert as_json["command"] == " ".join(word for word in argv if word in as_json["command"].split())
    if argv[0] not in {"plan", "show", "drift", "validate", "backend"} and "at" not in (as_json["data"] or {}):
        assert json.loads(json.dumps(as_yaml["data"], default=str)) == as_json["data"]
    rows = list(csv.reader(io.StringIO(busy.do(*argv, "-o", "csv").ok().out)))
    if argv != ["validate"]:
        assert len(rows) >= 2
        assert len({len(row) for row in rows if row}) <= 2, "columns, and for details key and value"
    plain = busy.do(*argv, "-o", "plain").ok().out
    assert not ESCAPE.search(plain)


def test_errors_are_envelopes_too(camp) -> None:
    """Whatever goes wrong, -o json answers with one envelope on stdout, and its exit is the process's."""
    for argv, status in (
        (["user", "show", "nobody"], 11),
        (["nonsense"], 2),
        (["user", "list", "--nonsense"], 2),
        (["port", "light"], 2),
        (["apply"], 0),
        (["hotline", "scale", "voter-protection", "99"], 2),
        (["history", "show", "19990101-000000-0000"], 11),
    ):
        answer = camp.do(*argv, "-o", "json")
        assert answer.status == status, argv
        assert answer.json["exit"] == status
        assert (answer.json["status"] == "error") == (status != 0)
        assert bool(answer.json["errors"]) == (status != 0)


def test_words_do_not_mix_with_data(busy) -> None:
    """On pipes stdout is the data alone; --quiet leaves nothing on stderr."""
    process = busy.run("plan", "-o", "json").ok()
    assert process.json["kind"] == "planned"
    assert busy.run("plan", "-q", "-o", "csv").ok().err == ""
    events = busy.run("apply", "--yes", "--events").ok()
    lines = [json.loads(line) for line in events.out.splitlines()]
    assert (lines[0]["event"], lines[-1]["event"]) == ("run-started", "run-ended")
    assert lines[-1]["status"] == "done"


def test_colour_only_where_wanted(busy) -> None:
    """A terminal gets colour; NO_COLOR, --no-color, TERM=dumb and pipes get none."""
    coloured = busy.run("plan", tty=True, env={"NO_COLOR": ""}).ok().out
    assert SGR.search(coloured)
    colour = {"NO_COLOR": ""}
    for argv, env in ((["plan"], {"NO_COLOR": "1"}), (["plan", "--no-color"], colour), (["plan"], {**colour, "TERM": "dumb"})):
        assert "\x1b" not in busy.run(*argv, tty=True, env=env).ok().out, (argv, env)
    assert "\x1b" not in busy.run("plan").ok().out


@pytest.mark.parametrize("argv", [*LISTINGS, ["--help"], ["port", "light", "--help"]], ids=" ".join)
def test_forty_columns(busy, argv) -> None:
    """On a terminal of 40 columns no line is wider, but for words that do not break, and nothing is a traceback."""
    shown = busy.do(*argv, tty=True, width=40) if argv != ["--help"] else busy.run("--help", env={"COLUMNS": "40"})
    assert shown.status in {0, 4}
    if "--help" in argv:
        return
    for line in SGR.sub("", shown.out).splitlines():
        assert len(line) <= 40 or max(map(len, line.split())) > 12, line


def test_a_pipe_closed_early(national) -> None:
    """`| head -1`: no traceback, no complaint."""
    for argv in (["user", "list"], ["plan", "--details"], ["user", "list", "-o", "json"], ["office", "audit", "-o", "csv"], ["--help"]):
        shell = f'"{sys.executable}" -m campctl {" ".join(argv)} | head -1'
        done = subprocess.run(["bash", "-c", shell], cwd=national.root, env=os.environ, capture_output=True, text=True, check=False)
        assert done.stdout.count("\n") == 1, argv
        assert "Traceback" not in done.stderr
        assert "Broken" not in done.stderr
        assert "Exception" not in done.stderr


@pytest.fixture
def world(make, small_text) -> Any:
    """People with names of all kinds, applied."""
    people = "".join(
        f"  {id_}: {{name: {json.dumps(name, ensure_ascii=id_.startswith('eve'))}, office: hq, extension: {3010 + n}}}\n"
        for n, (id_, name) in enumerate(NAMES.items())
    )
    return make(small_text.replace("users:\n", "users:\n" + people))


def test_names_of_all_kinds(world) -> None:
    """Kept to the letter on the exchange and in JSON, YAML and CSV; on a screen harmless, in every command that shows them."""
    rows = {row["id"]: row["name"] for row in world.do("user", "list", "-o", "json").data["rows"]}
    shown = yaml.safe_load(world.do("user", "list", "-o", "yaml").out)["data"]["rows"]
    assert {row["id"]: row["name"] for row in shown} == rows
    for id_, name in NAMES.items():
        assert rows[id_] == name
        assert world.line(f"user/{id_}").name == name
    for tty in (False, True):
        for argv in (
            ["user", "list"],
            ["user", "show", "eve.mallory"],
            ["office", "audit"],
            ["show", "user/eve.mallory"],
            ["plan", "--details"],
            ["move", "eve.mallory", "--to", "field", "--dry-run"],
            ["history", "show", world.do("history", "-o", "json").data["rows"][0]["run"], "--details"],
            ["user", "list", "-o", "csv"],
        ):
            answer = world.do(*argv, tty=tty).ok()
            for text in (answer.out, answer.err):
                assert not ESCAPE.search(text.replace("\r\n", "\n")), (argv, tty)
    assert "ليلى حداد" in world.do("user", "list").out
    assert "👩🏽‍💻" in world.do("user", "list").out
    for form in ("json", "yaml"):
        assert not ESCAPE.search(world.do("user", "list", "-o", form).out)


def test_strange_words_on_the_command_line(camp) -> None:
    """A volunteer with escape codes in the name is refused, a reason with them recorded, bytes that are no text: never a traceback."""
    refused = camp.do("port", "light", "chicago-hq/a001", "--volunteer", EVIL, "--yes", tty=True)
    assert refused.status == 2
    assert not ESCAPE.search(refused.out + refused.err)
    camp.do("port", "light", "chicago-hq/a001", "--volunteer", "Sam Ortiz", "--reason", EVIL, "--yes").ok()
    assert camp.do("override", "list", "-o", "json").data["overrides"][0]["reason"] == EVIL
    for argv in (["override", "list"], ["history"], ["audit"], ["hotline", "show", "voter-protection"], ["port", "list"]):
        answer = camp.do(*argv, tty=True).ok()
        assert not ESCAPE.search(answer.out + answer.err), argv
    unknown = camp.do("user", "show", EVIL)
    assert unknown.status == 11
    assert not ESCAPE.search(unknown.err)
    process = subprocess.run(
        [sys.executable.encode(), b"-m", b"campctl", b"user", b"show", b"\xff\xfe\x1b[31m"], cwd=camp.root, capture_output=True, check=False
    )
    assert process.returncode == 11
    assert b"Traceback" not in process.stderr
    assert b"\x1b" not in process.stderr


def test_a_terminal_without_unicode(world) -> None:
    """Under LC_ALL=C and ASCII streams nothing fails; what cannot be shown is escaped."""
    answer = world.run("user", "list", env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}).ok()
    assert "Ann Lee" in answer.out
    assert answer.out.isascii()
