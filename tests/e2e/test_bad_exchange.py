"""The exchange on a bad day: down, slow, forgetful, lying, full of 429, answering by halves, or another file altogether."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from campctl.app import wiring

FAULTS = {
    "fails": {"fail_every": 3},
    "breaks before the work": {"drop_before_every": 3},
    "breaks after the work": {"drop_after_every": 3},
    "is too late": {"timeout_every": 4, "timeout_after": "0.2s"},
    "answers by halves": {"half_every": 2},
    "is chaos": {"chaos": "30%", "seed": 7},
    "fails to look": {"fail_read_every": 2},
}


def test_down(camp) -> None:
    """Exit 9, says which backend and what to do; manifests alone still work; up again, all goes on."""
    camp.faults(down=True)
    for argv in (["plan"], ["apply", "--yes"], ["drift"], ["move", "ann.lee", "--to", "phoenix-field", "--yes"], ["office", "audit"]):
        answer = camp.do(*argv, "-o", "json")
        assert answer.status == 9, argv
        (error,) = answer.json["errors"]
        assert error["code"] == "unavailable"
        assert "local" in error["message"]
        assert error["hint"]
    assert "office: phoenix-field" not in camp.read("people.yaml").split("ben.ortiz")[0]
    camp.do("validate").ok()
    camp.do("user", "list").ok()
    camp.do("history").ok()
    assert camp.do("backend", "check").status == 16
    camp.faults()
    camp.do("backend", "check").ok()
    camp.settled()


def test_down_in_the_middle(make, clock) -> None:
    """It goes down after the third call and stays so: a bounded wait, exit 8, and the next apply does only what is missing."""
    camp = make(apply=False, batch="1", concurrency="1")
    camp.faults(fail_calls=",".join(str(n) for n in range(4, 200)))
    answer = camp.do("apply", "--yes", "-o", "json")
    assert answer.status == 8
    states = list(answer.data["states"].values())
    assert states.count("configured") >= 3
    assert "failed" in states
    assert any("gave up after" in error["message"] for error in answer.json["errors"])
    assert any("campctl apply" in step for step in answer.data["next_steps"])
    assert clock.slept < 3600
    camp.faults()
    done = len(camp.log())
    camp.do("apply", "--yes").ok()
    again = [operation for operation in camp.log()[done:] if operation.key in {o.key for o in camp.log()[:done] if o.result == "done"}]
    assert again == []
    camp.settled()


@pytest.mark.parametrize("what", FAULTS)
def test_it_gets_through_all_the_same(make, clock, what) -> None:
    """Whatever goes wrong now and then, the apply ends well, in the state of a fine day, with nothing created or deleted twice."""
    fine = make(name="fine").resources()
    camp = make(apply=False, batch="2", concurrency="2")
    camp.faults(**FAULTS[what])
    camp.do("apply", "--yes").ok()
    camp.faults()
    assert "Nothing to do" in camp.do("plan").ok().out
    assert camp.resources() == fine
    created = [operation.key for operation in camp.log() if (operation.action, operation.result) == ("create", "done")]
    assert len(created) == len(set(created))
    camp.settled()


def test_lying(make, clock) -> None:
    """It says yes and does nothing: exit 8, the change is named, nothing is owned that is not there, and apply mends it."""
    camp = make(apply=False, batch="1", concurrency="1")
    camp.faults(lie_calls="2,5")
    answer = camp.do("apply", "--yes", "-o", "json")
    assert answer.status == 8
    lies = [operation.change for operation in camp.log() if operation.result == "lied"]
    assert len(lies) == 2
    failed = {change for change, state in answer.data["states"].items() if state == "failed"}
    assert set(lies) <= failed
    for change in lies:
        assert "accepted but not in effect" in answer.data["errors"][change]
    camp.faults()
    camp.do("apply", "--yes").ok()
    camp.settled()


def test_forgetful(make, clock) -> None:
    """It restarts and loses the last second of what it had acknowledged: noticed, done once more, in the same run."""
    fine = make(name="fine").resources()
    camp = make(apply=False, batch="1", concurrency="1")
    camp.faults(restart_calls="6", restart_loses="30s")
    camp.do("apply", "--yes").ok()
    assert "lost" in {operation.result for operation in camp.log()}
    assert camp.resources() == fine
    camp.settled()


def test_forgetful_afterwards(camp) -> None:
    """A restart after the run lost its end: drift names what is missing, and apply puts it back."""
    before = camp.resources()
    with closing(sqlite3.connect(camp.exchange())) as exchange, exchange:
        exchange.execute("UPDATE undo SET at = at - 86400")  # the campaign was applied a while ago
    camp.do("port", "light", "chicago-hq/a001", "--yes").ok()
    after = camp.resources()
    assert camp.resources() != before
    camp.poke({"do": "restart", "loses": 3600})  # it may be long since the desk was lit, on a busy machine
    assert camp.resources() == before
    assert camp.do("drift", "--exit-code").status == 4
    camp.do("apply", "--yes").ok()
    assert camp.resources() == after


def test_429_for_ever(make, clock) -> None:
    """Ends in bounded time with a message that says so and what to do, from the first look on and in the middle of a run."""
    camp = make(apply=False)
    camp.faults(throttle_always=True)
    answer = camp.do("apply", "--yes", "-o", "json")
    assert answer.status == 9
    assert "429" in answer.json["errors"][0]["message"] or "too many" in answer.json["errors"][0]["message"]
    assert clock.slept < 1200


def test_429_for_ever_in_the_middle(make, clock, monkeypatch) -> None:
    """From the fourth call on nothing but 429: bounded, exit 8, what was done stays done, and the next apply ends it."""
    from campctl.backends.sim.backend import SimBackend

    camp = make(apply=False, batch="1", concurrency="1")
    execute = SimBackend.execute

    async def sulking(self, changes):
        if camp.calls() == 3:
            camp.faults(throttle_always=True)
        return await execute(self, changes)

    monkeypatch.setattr(SimBackend, "execute", sulking)
    answer = camp.do("apply", "--yes", "-o", "json")
    assert answer.status == 8, answer.out
    assert any("too many requests" in error["message"] for error in answer.json["errors"])
    assert clock.slept < 1200
    assert camp.calls() == 3
    monkeypatch.undo()
    camp.faults()
    camp.do("apply", "--yes").ok()
    camp.settled()


def test_429_most_of_the_time(make, clock) -> None:
    """An exchange of five requests a second that does not say so: slowly, but to the end."""
    camp = make(rate="5", rate_known="false", batch="1", concurrency="8")
    camp.settled()


def test_slow(make, clock) -> None:
    """Ten seconds for each answer: it takes as long as it takes, and says how long before."""
    camp = make(apply=False, latency="10s", batch="1", concurrency="1")
    told = camp.do("plan", "-o", "json").ok().data["plan"]
    (cost,) = told["costs"]
    assert cost["seconds"] >= 10 * len(told["changes"])
    camp.do("apply", "--yes").ok()
    camp.settled()


def test_late_to_show(make, clock) -> None:
    """What was accepted shows only after a minute: waited for, not called a lie; live waits for the phones too."""
    camp = make(propagation="60s", register_after="5s")
    camp.do("port", "light", "hq/a001", "--wait", "live", "--yes").ok()
    camp.settled()


def test_another_file(camp) -> None:
    """A file that is no exchange, a newer one, and a damaged one: exit 9 with what to do, and not a byte of it changed."""
    path = camp.exchange()
    sound = path.read_bytes()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()
    newer = bytearray(sound)
    newer[60:64] = (99).to_bytes(4, "big")
    for name, data in (("other", path.read_bytes()), ("newer", bytes(newer)), ("noise", b"\x00\xff" * 4096), ("text", b"hello\n" * 999)):
        path.write_bytes(data)
        for argv in (["plan"], ["apply", "--yes"]):
            answer = camp.do(*argv, "-o", "json")
            assert answer.status == 9, (name, answer.out)
            assert "changed" in answer.json["errors"][0]["message"], name
            assert answer.json["errors"][0]["hint"], name
        assert path.read_bytes() == data, name
    path.write_bytes(sound)
    camp.settled()


def test_a_new_exchange_under_an_old_store(camp) -> None:
    """Somebody deleted the exchange's file: drift says all is missing, the guardrail does not stand in the way, apply fills it anew."""
    before = camp.resources()
    for path in camp.root.glob(".campctl/sim-local.db*"):
        path.unlink()
    found = camp.do("drift", "-o", "json").ok().data["items"]
    assert {item["what"] for item in found} == {"missing"}
    assert len(found) == len(before["local"])
    camp.do("apply", "--yes").ok()
    assert set(camp.resources()["local"]) == set(before["local"])
    camp.settled()


def test_a_fault_in_the_faults_file(camp) -> None:
    """A faults file nobody understands is a clear error, not a fine day."""
    camp.exchange().with_name("sim-local.faults.json").write_text("{ not json")
    answer = camp.do("plan", "-o", "json")
    assert answer.status == 9
    assert "faults file" in answer.json["errors"][0]["message"]


def test_a_real_clock_does_not_hang(camp, monkeypatch) -> None:
    """With the machine's own clock, one 503 costs seconds and not minutes of waiting."""
    waited, sleep = [], wiring.SystemClock.sleep

    async def counted(self, seconds):
        waited.append(seconds)
        await sleep(self, seconds)

    monkeypatch.setattr(wiring.SystemClock, "sleep", counted)
    camp.faults(fail_calls="1")
    camp.do("port", "light", "chicago-hq/a001", "--yes").ok()
    assert 0 < sum(waited) < 60
