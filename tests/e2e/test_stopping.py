"""Stopped in the middle: Ctrl-C once and twice, `kill -9` at random moments, and what the next command makes of it."""

from __future__ import annotations

import random
import signal
from collections import Counter
from typing import Any

import pytest

PAIR = {"batch": "1", "concurrency": "2"}


def finished(process: Any, timeout: float = 120) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


def nothing_done_twice(camp: Any) -> None:
    times = Counter((operation.action, operation.key) for operation in camp.log() if operation.result == "done")
    assert [what for what, count in times.items() if count > 1 and what[0] in {"create", "delete"}] == []


def undisturbed(make: Any) -> Any:
    return make(name="undisturbed").resources()


def test_ctrl_c_once(make, processes, until) -> None:
    """What is in flight is finished, nothing new begun, exit 130, and `campctl resume` ends in the state of an undisturbed run."""
    camp = make(apply=False, **PAIR)
    process = camp.start("apply", "--yes", hold=3)
    processes.append(process)
    until(lambda: camp.held_up, process)
    process.send_signal(signal.SIGINT)
    assert "what is in flight is finished" in process.stderr.readline()
    camp.let_go()
    status, out, err = finished(process)
    assert status == 130, err
    assert "campctl resume" in out + err
    assert "Traceback" not in err
    stopped_at = camp.calls()
    assert stopped_at <= 5
    assert camp.do("history", "-o", "json").data["rows"][0]["status"] == "interrupted"
    resumed = camp.run("resume", "--yes").ok()
    assert "configured" in resumed.out + resumed.err
    assert camp.resources() == undisturbed(make)
    nothing_done_twice(camp)
    assert len(camp.do("history", "-o", "json").data["rows"]) == 1
    assert camp.do("resume", "--yes").status == 11
    camp.settled()


def test_ctrl_c_twice(make, processes, until) -> None:
    """The second stops at once; the lock is free, and a plain `apply` goes on from there."""
    camp = make(apply=False, **PAIR)
    process = camp.start("apply", "--yes", hold=2)
    processes.append(process)
    until(lambda: camp.held_up, process)
    process.send_signal(signal.SIGINT)
    assert "what is in flight is finished" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    status, _, err = finished(process)
    assert status == 130, err
    assert "Stopped at once" in err
    assert "Traceback" not in err
    camp.run("apply", "--yes").ok()
    assert camp.resources() == undisturbed(make)
    nothing_done_twice(camp)
    camp.settled()


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments(make, processes, until, seed) -> None:
    """Three processes in a row killed with `kill -9` at random calls; the fourth ends where an undisturbed run does."""
    dice = random.Random(seed)
    camp = make(apply=False, **PAIR)
    for verb in ("apply", "resume" if seed % 2 else "apply", "apply"):
        process = camp.start(verb, "--yes", hold=dice.randint(1, 5))
        processes.append(process)
        until(lambda: camp.held_up or process.poll() is not None)  # noqa: B023 - called at once
        process.kill()
        process.communicate()
    camp.run("apply", "--yes").ok()
    assert camp.resources() == undisturbed(make)
    nothing_done_twice(camp)
    camp.settled()


def test_killed_run_is_told_of(make, processes, until) -> None:
    """The apply after a kill says which run had not ended and what became of it."""
    camp = make(apply=False, **PAIR)
    process = camp.start("apply", "--yes", hold=2)
    processes.append(process)
    until(lambda: camp.held_up, process)
    process.kill()
    process.communicate()
    killed = camp.do("history", "-o", "json").data["rows"][0]
    assert killed["status"] == "running"
    told = camp.do("apply", "--yes").ok()
    assert f"Run {killed['run']} had not ended" in told.out + told.err
    camp.settled()


def test_secrets_of_a_killed_run_are_handed_out_by_the_next(make, processes, until) -> None:
    """Lines that it made have secrets which it told nobody: without a file the next apply says so, with one it gives them new ones."""
    camp = make(apply=False, **PAIR)
    process = camp.start("apply", "--yes", "--secrets", "first.csv", hold=8)
    processes.append(process)
    until(lambda: camp.held_up, process)
    process.kill()
    process.communicate()
    assert any(key.startswith("line/") for key in camp.resources()["local"])
    assert not (camp.root / "first.csv").exists()
    camp.do("apply", "--yes", "--secrets", str(camp.root / "second.csv")).ok()
    lines = {key.removeprefix("line/") for key in camp.resources()["local"] if key.startswith("line/")}
    handed = {row.split(",")[1] for row in (camp.root / "second.csv").read_text().splitlines()[1:]}
    assert handed == lines
    camp.settled()


def test_ctrl_c_at_the_question(camp) -> None:
    """Ctrl-C when asked, `n`, Enter and end of input all change nothing."""
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    calls = camp.calls()
    for typed in ("\x03", "n\r", "\r", "\x04"):
        answered = camp.run("apply", tty=True, input=typed)
        assert answered.status == (130 if typed == "\x03" else 12), (typed, answered.out)
        assert "changed" in answered.out
        assert "Traceback" not in answered.out
    assert camp.calls() == calls
    assert camp.run("apply", tty=True, input="y\r").ok()
    assert camp.line("user/ann.lee").name == "Ann B. Lee"
