"""Two admins at once: one waits or hears who is at work; the lock of the dead is free; clocks may jump."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

SINGLE = {"batch": "1", "concurrency": "1"}


@pytest.fixture
def busy(make, processes, until) -> Any:
    """A campaign on which another process applies just now, and goes on once it is let go."""
    camp = make(apply=False, **SINGLE)
    camp.process = camp.start("apply", "--yes", env={"CAMPCTL_USER": "rosa"}, hold=1)
    processes.append(camp.process)
    until(lambda: camp.held_up, camp.process)
    return camp


def ends_well(busy: Any) -> None:
    """The other process is let go, and does the rest."""
    busy.let_go()
    _, err = busy.process.communicate(timeout=120)
    assert busy.process.returncode == 0, err


def test_the_second_hears_who_is_at_work(busy) -> None:
    """Exit 7 with who, where, since when and doing what; looking is still possible."""
    refused = busy.run("port", "light", "hq/a001", "--yes", "-o", "json")
    assert refused.status == 7
    (error,) = refused.json["errors"]
    assert error["code"] == "locked"
    for word in ("rosa", str(busy.process.pid), "campctl apply --yes", "UTC"):
        assert word in error["message"]
    assert "Wait" in error["hint"]
    assert busy.do("plan").status == 0
    assert busy.do("override", "list", "-o", "json").data["overrides"] == []
    ends_well(busy)
    busy.settled()


def test_the_second_can_wait(busy, processes) -> None:
    """--wait-for-lock takes its turn once the first has ended."""
    waits = busy.start("port", "light", "hq/a001", "--yes", "--wait-for-lock", "120")
    processes.append(waits)
    busy.do("plan").ok()
    assert waits.poll() is None
    ends_well(busy)
    out, err = waits.communicate(timeout=120)
    assert waits.returncode == 0, err
    assert "Light desk a001" in out
    rows = busy.do("history", "-o", "json").data["rows"]
    assert [row["status"] for row in rows] == ["done", "done"]
    busy.settled()


def test_the_lock_of_the_dead_is_free_at_once(busy) -> None:
    """A holder killed with `kill -9` holds up nobody."""
    busy.process.kill()
    busy.process.communicate()
    busy.do("apply", "--yes").ok()
    busy.settled()


def test_the_lock_of_the_stopped_is_not_taken(busy) -> None:
    """A holder that only sleeps (a laptop's lid) is not robbed; it goes on and ends well."""
    os.kill(busy.process.pid, signal.SIGSTOP)
    try:
        assert busy.do("apply", "--yes").status == 7
    finally:
        os.kill(busy.process.pid, signal.SIGCONT)
    ends_well(busy)
    busy.settled()


def test_many_at_once(make) -> None:
    """Six processes light six desks at the same moment, each waiting for its turn: all six are lit, each by its own run."""
    camp = make()
    started = [camp.start("port", "light", f"hq/a00{n}", "--yes", "--wait-for-lock", "120") for n in range(1, 7)]
    ended = [process.communicate(timeout=180) for process in started]
    assert [process.returncode for process in started] == [0] * 6, ended
    assert all(camp.line(f"port/hq/a00{n}").enabled for n in range(1, 7))
    assert len(camp.do("override", "list", "-o", "json").data["overrides"]) == 6
    camp.settled()


def test_looking_while_another_writes(busy) -> None:
    """Plan, drift, history and lists work while a run is under way; none of them waits or fails."""
    for argv in (["plan"], ["drift"], ["history"], ["user", "list"], ["hotline"], ["audit"], ["backend", "check"]):
        busy.do(*argv, "-o", "json").ok()
    assert busy.process.poll() is None
    ends_well(busy)
    busy.settled()


def test_the_clock_is_set_back(make, clock) -> None:
    """An hour back between two runs: the second applies, history keeps their order, the audit log verifies."""
    camp = make()
    first = camp.do("history", "-o", "json").data["rows"][0]["run"]
    clock.set_back(3600)
    camp.do("port", "light", "hq/a001", "--until", "+2h", "--yes").ok()
    rows = [row["run"] for row in camp.do("history", "-o", "json").data["rows"]]
    assert rows[-1] == first
    assert len(set(rows)) == 2
    assert rows[0] < rows[1]  # ids say the clock's time, the list the true order
    camp.do("audit", "verify").ok()
    assert camp.line("port/hq/a001").enabled
    camp.settled()


def test_the_clock_jumps_while_a_run_is_open(make, clock, processes, until) -> None:
    """A killed run, then a clock a day back: its lock and its journal do not stand in the way."""
    camp = make(apply=False, **SINGLE)
    process = camp.start("apply", "--yes", hold=2)
    processes.append(process)
    until(lambda: camp.held_up, process)
    process.kill()
    process.communicate()
    clock.set_back(86400)
    camp.do("apply", "--yes").ok()
    camp.settled()
