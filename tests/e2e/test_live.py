"""`status`, `watch`, `user pause`: what goes on, on the embedded exchange, as scripts and people see it."""

from __future__ import annotations

import csv
import io
import json
import os
import select
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campctl.app.context import Context
from campctl.app.picture import Picture
from campctl.app.picturing import pictures
from campctl.model.alerts import Alert
from campctl.model.campaign import SeatChange
from campctl.model.records import Override
from campctl.testing.clock import START

from .conftest import SMALL


def hotline(result: Any, name: str = "help") -> dict[str, Any]:
    """A hotline's row of a snapshot in JSON."""
    return next(row for row in result.ok().data["picture"]["hotlines"] if row["id"] == name)


# -- status --


def test_a_snapshot_in_every_format(make: Any, clock: Any) -> None:
    """Callers who wait, seats, desks: drawn on a terminal, in JSON with a version, in CSV as figures."""
    camp = make()
    camp.do("port", "light", "hq/a001", "--hotline", "help").ok()
    for line in ("user/ann.lee", "user/bo.diaz", "port/hq/a001"):
        camp.poke({"do": "pause", "line": line, "reason": "training"})
    camp.poke({"do": "call", "queue": "help", "calls": 3})
    row = hotline(camp.do("status", "-o", "json"))
    assert (row["waiting"], row["paused"], row["seated"], row["desired"]) == (3, 3, 3, 3)
    drawn = camp.do("status", tty=True, width=140).ok().out
    for words in ("Small", "live  local: 3 calls", "██████████ 3/3", "3 paused", "hq", "1/6"):
        assert words in drawn
    (figures,) = csv.DictReader(io.StringIO(camp.do("status", "-o", "csv").ok().out))
    assert (figures["id"], figures["waiting"], figures["paused"]) == ("help", "3", "3")
    assert max(map(len, camp.do("status", tty=True, width=80).ok().out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        (["hotline:help waiting<20"], 0),
        (["hotline help waiting = 0 and hotline help seats >= 2", "not office hq dark or backend local reachable"], 0),
        (["hotline:help waiting<20", "hotline help free > 50"], 18),
        (["hotline help service-level >= 80%"], 9),
        (["override active none", "surge", "plan changes none"], 2),
        (["override none", "plan none", "drift none", "number +13125550100 to = hotline/help", "user ann.lee extension = 3001"], 0),
    ],
)
def test_checks_and_what_they_end_in(make: Any, clock: Any, checks: list[str], status: int) -> None:
    """All hold: 0; one does not: 18; one cannot be known: 9; one cannot be read: 2."""
    camp = make()
    result = camp.do("status", *(word for check in checks for word in ("--check", check)))
    assert result.status == status, result.out + result.err


def test_checks_in_json(make: Any, clock: Any) -> None:
    """Each check says whether it holds and what was found; the envelope has the status it ends in."""
    result = make().do("status", "--check", "hotline help waiting > 3", "-o", "json")
    assert (result.status, result.json["exit"]) == (18, 18)
    assert result.data["checks"] == [{"check": "hotline help waiting > 3", "holds": False, "found": "hotline help waiting is 0"}]


@pytest.mark.parametrize(
    ("check", "column", "hint"),
    [
        ("hotline:help wating<20", 14, "Did you mean `waiting`?"),
        ("hotline:hlep waiting<20", 9, "Did you mean `help`?"),
        ("hotline help waiting < many", 24, "whole number"),
        ("step one done", 6, "runbook"),
        ("", 1, "Write what should hold"),
    ],
)
def test_a_check_that_cannot_be_read_is_pointed_at(make: Any, check: str, column: int, hint: str) -> None:
    """The text, carets below the mistake, its column, and what was meant; nothing was looked at."""
    result = make().do("status", "--check", check)
    assert (result.status, result.out) == (2, "")
    assert f"column {column}:" in result.err
    assert hint in result.err
    lines = result.err.splitlines()
    assert lines[1].index("^") == 2 + column - 1
    assert make(name="again").do("status", "--check", check, "-o", "json").json["errors"][0]["code"] == "usage"


def test_a_check_may_come_true_in_time(make: Any, clock: Any) -> None:
    """`within` looks again each second: a caller who gives up is gone before its end; what never comes ends in 18 after that time."""
    camp = make()
    camp.poke(
        {"do": "register", "line": "user/ann.lee", "registered": False}, {"do": "register", "line": "user/bo.diaz", "registered": False}
    )
    camp.poke({"do": "call", "queue": "help"})
    assert camp.do("status", "--check", "hotline help waiting = 0").status == 18
    camp.do("status", "--check", "hotline help waiting = 0 within 1h").ok()
    began = clock.monotonic()
    assert camp.do("status", "--check", "hotline help waiting > 5 within 20s").status == 18
    assert 19 <= clock.monotonic() - began <= 30


def test_only_what_is_named(make: Any, clock: Any) -> None:
    """Hotlines, offices and backends by id or with their noun; what there is not says what is near; an id of two things asks which."""
    camp = make()
    data = camp.do("status", "office/field", "-o", "json").ok().data["picture"]
    assert ([row["id"] for row in data["offices"]], data["hotlines"], len(data["backends"])) == (["field"], [], 1)
    assert [row["id"] for row in camp.do("status", "help", "-o", "json").ok().data["picture"]["hotlines"]] == ["help"]
    assert len(camp.do("status", "local", "-o", "json").ok().data["picture"]["offices"]) == 2
    wrong = camp.do("status", "hepl")
    assert (wrong.status, "Did you mean `help`?" in wrong.err) == (11, True)
    camp.edit("campaign.yaml", "  field:\n    name", "  help:\n    name")
    camp.edit("campaign.yaml", "office: field", "office: help")
    both = camp.do("status", "help")
    assert (both.status, "`hotline/help` or `office/help`" in both.err) == (2, True)


def test_an_exchange_that_is_down(make: Any, two_text: str, clock: Any) -> None:
    """Its name, since when and why are there beside what the other says; 9 at the end, and the JSON is partial."""
    camp = make(two_text.replace("    name: Field office\n    backend: local\n", "    name: Field office\n    backend: other\n"))
    camp.faults(exchange="other", down=True)
    result = camp.do("status", "--timeout", "2")
    assert result.status == 9
    assert "lost  other: not heard of; other does not answer" in result.out
    assert "live  local" in result.out
    as_json = camp.do("status", "-o", "json")
    assert (as_json.json["status"], as_json.status) == ("partial", 9)
    assert camp.do("status", "--check", "backend other reachable").status == 18
    assert camp.do("status", "--check", "office field silent").status == 9
    assert camp.do("status", "local").status == 0


def test_status_never_loads_textual(small: Any) -> None:
    """A snapshot starts as quickly as any command: nothing of the board's screens is imported, nor any other heavy library."""
    small.do("apply", "--yes").ok()
    code = (
        "import sys; from campctl.cli.main import run; s = run(['status', '-q']);"
        "print(sorted(n for n in ('textual', 'httpx', 'psycopg', 'prometheus_client', 'numpy') if n in sys.modules)); sys.exit(s)"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], cwd=small.root, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]"), done.stderr


def test_names_with_escape_codes_are_shown_and_not_obeyed(make: Any, clock: Any) -> None:
    """A name, a reason and a caller's number that hold escape codes reach no terminal as such, in words or in JSON."""
    camp = make(SMALL.replace("name: Help\n", 'name: "Help \\e[2J"\n').replace("{name: Bo Diaz", '{name: "Bo \\e]0;x\\a"'))
    camp.poke({"do": "pause", "line": "user/ann.lee", "reason": "\x1b[31mred"})
    for argv in (["status"], ["status", "-o", "json"], ["watch", "--for", "2s"], ["watch", "--for", "2s", "-o", "table"]):
        result = camp.do(*argv, tty=True)
        assert "\x1b" not in result.out + result.err
        assert "\x07" not in result.out + result.err


# -- watch --


def hears(camp: Any, process: Any, op: dict[str, Any]) -> str:
    """The next line of a watch, after something was done; done again until it is there, as a listener hears what comes after it began."""
    for _ in range(120):
        camp.poke(op)
        if select.select([process.stdout], [], [], 1.0)[0]:
            break
    line: str = process.stdout.readline()
    return line


def test_a_line_for_each_event(make: Any, clock: Any) -> None:
    """Versioned JSON, one object a line, with hotline and line by themselves; only what was asked for, and always how the watching is."""
    camp = make()
    camp.poke({"do": "call", "queue": "help", "calls": 2})
    lines = [json.loads(line) for line in camp.do("watch", "--for", "30s").ok().out.splitlines()]
    assert {line["v"] for line in lines} == {1}
    assert lines[0]["event"] == "live"
    kinds = [line["event"] for line in lines if line["event"].startswith("call")]
    assert kinds.count("call-answered") == 2
    answered = next(line for line in lines if line["event"] == "call-answered")
    assert (answered["hotline"], answered["backend"], answered["line"].partition("/")[0]) == ("help", "local", "user")
    camp = make(name="again")
    camp.poke({"do": "call", "queue": "help"})
    some = [
        json.loads(line) for line in camp.do("watch", "--for", "30s", "--type", "call-answered", "--hotline", "help").ok().out.splitlines()
    ]
    assert [line["event"] for line in some] == ["live", "call-answered"]


@pytest.mark.parametrize(
    ("argv", "status", "hint"),
    [
        (["--hotline", "hlep"], 11, "Did you mean `help`?"),
        (["--type", "call-queud"], 2, "Did you mean `call-queued`?"),
        (["--for", "soon"], 2, "Write 10s"),
        (["-o", "csv"], 2, "json"),
    ],
)
def test_what_cannot_be_watched(make: Any, argv: list[str], status: int, hint: str) -> None:
    """A hotline or type there is not, a time that is none, a format without lines: said at once."""
    result = make().do("watch", *argv)
    assert (result.status, hint in result.err) == (status, True)


def test_an_exchange_that_goes_and_comes_is_told_of(make: Any, clock: Any) -> None:
    """Down from the first: lost, with why, as a line; 9 at the end."""
    camp = make()
    camp.faults(down=True)
    result = camp.do("watch", "--for", "5s")
    assert result.status == 9
    (line,) = [json.loads(line) for line in result.out.splitlines()]
    assert (line["event"], line["backend"]) == ("lost", "local")
    assert "does not answer" in line["why"]


def test_an_emergency_call_is_told_at_once(make: Any, processes: list[Any]) -> None:
    """Who dialled, where they are, how to call back, in words."""
    camp = make()
    process = camp.start("watch", "-o", "table", "--type", "emergency-call")
    processes.append(process)
    assert "is watched" in process.stdout.readline()
    assert "EMERGENCY 911 from user/ann.lee at hq, call back +13125550111" in hears(
        camp, process, {"do": "emergency", "line": "user/ann.lee"}
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_a_watch_ends_by_a_signal(make: Any, processes: list[Any], number: signal.Signals) -> None:
    """Ctrl-C, a closed terminal, a service manager: it ends soon, without a traceback, by the status a shell expects."""
    process = make().start("watch")
    processes.append(process)
    assert json.loads(process.stdout.readline())["event"] == "live"
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert process.returncode == (130 if number == signal.SIGINT else -number)


def test_a_watch_ends_when_nobody_reads(make: Any, processes: list[Any]) -> None:
    """As with `| head -1`: it ends though nothing more happens that it could write."""
    process = make().start("watch")
    processes.append(process)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=120) in {0, 141}


# -- pause --


def test_a_pause_and_its_end(make: Any, clock: Any) -> None:
    """A person is paused with a reason and goes on: seen in the snapshot, in the audit, and in no plan or drift."""
    camp = make()
    done = camp.do("user", "pause", "ann.lee", "--reason", "lunch", "-o", "json").ok()
    assert done.data["data"] == {
        "subject": "user/ann.lee",
        "paused": True,
        "lines": ["user/ann.lee"],
        "queues": ["help"],
        "reason": "lunch",
    }
    person = next(row for row in camp.do("status", "-o", "json").ok().data["picture"]["people"] if row["id"] == "ann.lee")
    assert (person["state"], person["reason"], person["hotlines"]) == ("paused", "lunch", ["help"])
    camp.settled()
    assert "gets calls of help again" in camp.do("user", "unpause", "ann.lee").ok().err
    assert hotline(camp.do("status", "-o", "json"))["paused"] == 0
    entries = camp.do("audit", "log", "-o", "json").ok().data["entries"]
    assert [(entry["what"], entry["why"]) for entry in entries[-2:]] == [("pause user/ann.lee", "lunch"), ("unpause user/ann.lee", "")]


def test_whoever_sits_at_a_desk_is_paused_there(make: Any, clock: Any) -> None:
    """A person at a lit desk is paused at the desk; a desk can be named itself; --dry-run pauses nobody."""
    camp = make()
    camp.do("port", "seat", "hq/a001", "--for", "bo.diaz", "--hotline", "help").ok()
    assert "port/hq/a001" in camp.do("user", "pause", "bo.diaz", "--dry-run").ok().err
    assert hotline(camp.do("status", "-o", "json"))["paused"] == 0
    assert camp.do("user", "pause", "bo.diaz", "-o", "json").ok().data["data"]["lines"] == ["user/bo.diaz", "port/hq/a001"]
    assert camp.do("port", "unpause", "a001", "-o", "json").ok().data["data"]["queues"] == ["help"]


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["user", "pause", "ann.le"], 11, "Did you mean `ann.lee`?"),
        (["user", "pause", "ann.lee", "--reason", "x" * 81], 2, "at most 80"),
        (["user", "pause", "ann.lee", "--reason", "a\nb"], 2, "control characters"),
        (["port", "pause", "hq/a999"], 11, "no desk"),
    ],
)
def test_who_cannot_be_paused(make: Any, argv: list[str], status: int, words: str) -> None:
    """Nobody of that name, no such desk, a reason no exchange could keep."""
    result = make().do(*argv)
    assert (result.status, words in result.err) == (status, True), result.err


# -- pictures --

MORE = Override(
    id="o1", kind="hotline", subject="help", author="bo", reason="", start=START, end=None, seats=SeatChange(amount=1, relative=True)
)


def drawn(camp: Any, clock: Any, work: Callable[[Picture, int], bool]) -> Picture:
    """Pictures of a camp, one after the other, until `work` says that it is enough."""
    import asyncio
    from contextlib import aclosing

    async def main() -> Picture:
        ctx = Context(Path(camp.root), clock=clock, who="tess", command="test", environ={})
        number = 0
        async with aclosing(pictures(ctx)) as stream:
            async for picture in stream:
                number += 1
                if work(picture, number):
                    return picture
                assert number < 300, picture
        raise AssertionError("the pictures ended")

    return asyncio.run(main())


def test_what_others_do_shows_within_seconds(make: Any, clock: Any) -> None:
    """Another admin's override and an edit of the YAML are in the picture soon; what did not change stays the same object."""
    camp = make()
    steps: list[float] = []
    first: list[Picture] = []

    def work(picture: Picture, number: int) -> bool:
        if number == 5:
            first.append(picture)
            other = Context(Path(camp.root), clock=clock, who="bo", command="test", environ={})
            other.store(write=True).add_overrides([MORE])
            other.close()
            steps.append(clock.monotonic())
        if first and len(steps) == 1 and picture.hotlines[0].desired == 3:
            assert clock.monotonic() - steps[0] <= 3.5
            assert any(line.kind == "override" and "hotline/help +1 seats" in line.what for line in picture.activity)
            camp.edit("campaign.yaml", "name: Help", "name: Helpdesk")
            steps.append(clock.monotonic())
        return len(steps) == 2 and picture.hotlines[0].name == "Helpdesk"

    last = drawn(camp, clock, work)
    assert clock.monotonic() - steps[1] <= 3.5
    assert last.offices[1] is first[0].offices[1]
    assert last.people[2] is first[0].people[2]


def test_a_broken_edit_leaves_the_picture_standing(make: Any, clock: Any) -> None:
    """Manifests with errors: what was wanted before still is, and a line of activity says what is wrong."""
    camp = make()

    def work(picture: Picture, number: int) -> bool:
        if number == 5:
            camp.edit("campaign.yaml", "baseline: 2", "baseline: many")
        return any(line.kind == "manifests" for line in picture.activity) and picture.hotlines[0].desired == 2

    drawn(camp, clock, work)


def test_desks_say_what_they_are(make: Any, clock: Any) -> None:
    """Dark, lit, talking, paused, unreachable; who of the others could be reached is not."""
    camp = make()
    camp.do("port", "light", "hq/a001", "hq/a002", "hq/a003", "hq/a004", "--hotline", "help").ok()
    camp.poke(
        {"do": "register", "line": "port/hq/a002", "registered": False},
        {"do": "pause", "line": "port/hq/a003", "reason": "lunch"},
        *({"do": "register", "line": f"user/{user}", "registered": False} for user in ("ann.lee", "bo.diaz", "cy.stone")),
    )
    camp.do("status", "-q").ok()
    camp.poke({"do": "call", "queue": "help", "calls": 1})
    camp.do("status", "-q").ok()
    clock.advance(6)
    picture = drawn(camp, clock, lambda picture, _: any(desk.state == "talking" for desk in picture.offices[0].desks))
    states = {desk.label: desk.state for desk in picture.offices[0].desks}
    assert sorted(states[desk] for desk in ("a001", "a004")) == ["lit", "talking"]
    assert (states["a002"], states["a003"], states["a005"]) == ("unreachable", "paused", "dark")
    assert {person.state for person in picture.people} == {"unreachable"}
    assert picture.offices[1].silent


def test_the_calls_of_the_last_half_hour_ask_for_seats(make: Any, clock: Any) -> None:
    """Once five minutes were watched, Erlang says how many seats their calls would have taken."""
    camp = make(calls="60000", calls_shape="flat")

    def work(picture: Picture, number: int) -> bool:
        clock.advance(5.0)
        row = picture.hotlines[0]
        assert row.asked is None or sum(row.minutes) > 0
        return row.asked is not None

    row = drawn(camp, clock, work).hotlines[0]
    assert row.asked is not None
    assert row.asked > 20
    assert row.level_now is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes")
def test_two_watch_the_same_exchange(make: Any, processes: list[Any]) -> None:
    """Two watches of one campaign hear the same calls."""
    camp = make()
    both = [camp.start("watch", "--type", "call-queued"), camp.start("watch", "--type", "call-queued")]
    processes.extend(both)
    for process in both:
        assert json.loads(process.stdout.readline())["event"] == "live"
    heard = [json.loads(hears(camp, process, {"do": "call", "queue": "help"}))["call"] for process in both]
    while heard[0] != heard[1]:  # one may have begun to listen a call later
        late = min((0, 1), key=lambda n: int(heard[n].removeprefix("sim-")))
        heard[late] = json.loads(hears(camp, both[late], {"do": "call", "queue": "help"}))["call"]


def test_alerts_that_stand_are_in_the_snapshot(make: Any, clock: Any) -> None:
    """What whoever watches wrote down as raised, and who sees to it."""
    camp = make()
    ctx = Context(Path(camp.root), clock=clock, who="bo", command="test", environ={})
    ctx.store(write=True).raise_alert(
        Alert(id="a1", key="k", rule="waiting", subject="hotline/help", severity="critical", words="31 wait.", since=START, raised=START)
    )
    ctx.store(write=True).acknowledge_alert("a1", "tess", START)
    ctx.close()
    assert "critical hotline/help: 31 wait. tess sees to it." in camp.do("status").ok().out
