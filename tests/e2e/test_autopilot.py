"""The autopilot as its users run it: a process that is killed, started twice, stopped, piped, and asked how it is."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest

PAIR = {"batch": "1", "concurrency": "2"}


def line_of(process: Any, event: str) -> str:
    """The next line of its output that tells of this event."""
    while said := process.stdout.readline():
        if f" {event} " in said:
            return str(said)
    raise AssertionError(f"no {event}: {process.stderr.read()}")


def ended(process: Any) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize("after", [3, 9])
def test_killed_in_mid_change_and_started_twice(make, processes, until, after: int) -> None:
    """kill -9 leaves nothing to repair: of the two that are started then one leads at once, settles, finishes; the other says who leads."""
    camp = make(apply=False, **PAIR)
    first = camp.start("autopilot", hold=after)
    processes.append(first)
    until(lambda: camp.held_up, first)
    first.kill()
    first.wait()
    leads = camp.do("autopilot", "status", "-o", "json").data["fields"]["leads"]
    assert leads.startswith(f"nobody: that of tess on {os.uname().nodename} (process {first.pid}) has ended")
    both = [camp.start("autopilot") for _ in range(2)]
    processes.extend(both)
    until(lambda: any(one.poll() is not None for one in both))
    loser, leader = sorted(both, key=lambda one: one.poll() is None)
    status, _, err = ended(loser)
    assert status == 7
    assert f"Another autopilot leads this campaign: that of tess on {os.uname().nodename} (process {leader.pid})" in err
    assert "`--standby` waits" in err
    line_of(leader, "applied")
    leader.send_signal(signal.SIGTERM)
    status, out, err = ended(leader)
    assert (status, err) == (0, "")
    assert "nothing is half done" in out
    assert camp.resources() == make(name="undisturbed").resources()
    camp.settled()
    log = camp.do("audit", "log", "-o", "json").data["entries"]
    assert [one["result"] for one in log if one["what"] == "autopilot"] == ["leads", "leads", "stopped by SIGTERM"]


def test_a_standby_takes_over_from_one_that_was_killed(make, processes, until) -> None:
    """Within seconds, since the process is seen to be gone; cron's `--once` leaves them both alone meanwhile."""
    camp = make()
    first = camp.start("autopilot")
    processes.append(first)
    line_of(first, "leading")
    second = camp.start("autopilot", "--standby")
    processes.append(second)
    assert "Standing by. Another autopilot leads" in line_of(second, "standby")
    assert camp.run("autopilot", "--once").status == 7
    first.kill()
    line_of(second, "leading")
    assert camp.do("autopilot", "status", "-o", "json").data["fields"]["leads"].endswith(f"(process {second.pid})")
    second.send_signal(signal.SIGINT)
    assert ended(second)[0] == 130


def test_lines_of_json(make, processes) -> None:
    """Each event an object with the version, its time, level, words and data; warnings too, and nothing on stderr."""
    camp = make()
    camp.faults(down=True)
    process = camp.start("autopilot", "-o", "json")
    processes.append(process)
    told = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    status, out, err = ended(process)
    assert (status, err) == (0, "")
    told += [json.loads(said) for said in out.splitlines()]
    assert {(one["campctl"], one["kind"]) for one in told} == {(1, "autopilot-event")}
    assert [(one["event"], one["level"]) for one in told] == [("leading", "info"), ("not-applied", "error"), ("stopped", "info")]
    assert told[1]["data"]["reason"] == "autopilot begins"
    assert "local does not answer" in told[1]["message"]


def test_a_reader_that_goes_away_ends_nothing(make, processes, until) -> None:
    """`campctl autopilot | head -1`: the phones go on being looked after."""
    camp = make()
    process = camp.start("autopilot")
    processes.append(process)
    line_of(process, "leading")
    process.stdout.close()
    process.send_signal(signal.SIGHUP)
    until(lambda: "autopilot" in str(camp.do("audit", "log", "-o", "json").data), process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0
    assert "Traceback" not in process.stderr.read()


def test_what_makes_no_sense_is_refused(make) -> None:
    """With the status of a wrong command line, or of manifests with errors; nothing leads afterwards."""
    camp = make()
    assert camp.do("autopilot", "-o", "csv").status == 2
    assert camp.do("autopilot", "--once", "--standby").status == 2
    assert camp.do("autopilot", "fly").status == 2
    camp.edit("campaign.yaml", "max: 8", "max: 0")
    assert camp.do("autopilot", "--once").status == 3
    assert camp.do("autopilot", "status").status == 3


def test_once_is_quiet_when_told(make) -> None:
    """For cron, which mails what is said: nothing, but what went wrong."""
    camp = make()
    done = camp.run("autopilot", "--once", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")
    camp.faults(down=True)
    done = camp.run("autopilot", "--once", "--quiet")
    assert (done.status, done.out) == (9, "")
    assert "not-applied" in done.err
