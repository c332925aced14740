"""Stopped in the middle: Ctrl-C once and twice, `kill -9` at random moments, and what the next command makes of it."""

from __future__ import annotations

import random
import signal
from collections import Counter
from typing import Any

import pytest

SLOW = {"latency": "40ms", "batch": "1", "concurrency": "2"}


def finished(process: Any, timeout: float = 30) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


def nothing_done_twice(camp: Any) -> None:
    times = Counter((operation.action, operation.key) for operation in camp.log() if operation.result == "done")
    assert [what for what, count in times.items() if count > 1 and what[0] in {"create", "delete"}] == []


def undisturbed(make: Any) -> Any:
    return make(name="undisturbed").resources()


def test_ctrl_c_once(make, processes, until) -> None:
    """What is in flight is finished, nothing new begun, exit 130, and `campctl resume` ends in the state of an undisturbed run."""
    camp = make(apply=False, **SLOW)
    process = camp.start("apply", "--yes")
    processes.append(process)
    until(lambda: camp.exchange().exists() and camp.calls() >= 3, process)
    process.send_signal(signal.SIGINT)
    status, out, err = finished(process)
    assert status == 130, err
    assert "what is in flight is finished" in err
    assert "campctl resume" in out + err
    assert "Traceback" not in err
    stopped_at = camp.calls()
    assert stopped_at < 14
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
    camp = make(apply=False, latency="30s", batch="1", concurrency="2")
    process = camp.start("apply", "--yes")
    processes.append(process)
    # The look comes first and takes as long as any request.
    camp.edit("campaign.yaml", "latency: 30s", "latency: 0s")
    until(lambda: (camp.root / ".campctl" / "store.db").exists() and camp.do("store", "check", "-o", "json").data["data"]["lock"], process)
    process.send_signal(signal.SIGINT)
    assert "what is in flight is finished" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    status, _, err = finished(process, timeout=5)
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
    camp = make(apply=False, **SLOW)
    calls = 0
    for verb in ("apply", "resume" if seed % 2 else "apply", "apply"):
        process = camp.start(verb, "--yes")
        processes.append(process)
        wanted = calls + dice.randint(1, 5)
        until(lambda wanted=wanted: (camp.exchange().exists() and camp.calls() >= wanted) or process.poll() is not None)  # noqa: B023 - called at once
        process.kill()
        process.communicate()
        calls = camp.calls()
    camp.run("apply", "--yes").ok()
    assert camp.resources() == undisturbed(make)
    nothing_done_twice(camp)
    camp.settled()


def test_killed_run_is_told_of(make, processes, until) -> None:
    """The apply after a kill says which run had not ended and what became of it."""
    camp = make(apply=False, **SLOW)
    process = camp.start("apply", "--yes")
    processes.append(process)
    until(lambda: camp.exchange().exists() and camp.calls() >= 2, process)
    process.kill()
    process.communicate()
    killed = camp.do("history", "-o", "json").data["rows"][0]
    assert killed["status"] == "running"
    told = camp.do("apply", "--yes").ok()
    assert f"Run {killed['run']} had not ended" in told.out + told.err
    camp.settled()


def test_secrets_of_a_killed_run_are_handed_out_by_the_next(make, processes, until) -> None:
    """Lines that it made have secrets which it told nobody: without a file the next apply says so, with one it gives them new ones."""
    camp = make(apply=False, **SLOW)
    process = camp.start("apply", "--yes", "--secrets", "first.csv")
    processes.append(process)
    until(lambda: camp.exchange().exists() and any(key.startswith("line/") for key in camp.resources()["local"]), process)
    process.kill()
    process.communicate()
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
