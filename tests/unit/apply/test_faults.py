"""The engine on bad days: every fault an exchange, a store, a clock or a user can think of."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest
from msgspec.structs import replace

from campctl.apply.engine import apply
from campctl.apply.inputs import Limits, Stopper
from campctl.errors import Exit, Interrupted, StoreError
from campctl.model.records import Owned, Run
from campctl.model.resources import Key, Line, Member, Queue

HELP = Queue("help", "Help")


def creates_done(backend):
    """How often each create was really done."""
    return Counter(done.change.id for done in backend.log if done.change.action in {"create", "delete"})


@pytest.mark.parametrize("fault", ["timeout", "drop", "down", "throttle", "throttle?", "half", "refuse", "crash"])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("propagation", [0.0, 2.0])
def test_a_passing_fault_costs_nothing(lab, fault, batch, propagation):
    """Whatever hits one call, all is done in the end, nothing twice, and everything is owned."""
    hq = lab.backend(batch=batch, concurrency=2, propagation=propagation)
    hq.faults = {2: fault}
    if fault == "refuse" and batch == 1:
        hq.faults = {2: "throttle"}
    changes = lab.lines(20)
    report = lab.apply(changes, hq)
    assert report.errors == {}
    assert set(report.states.values()) == {"configured"}
    assert creates_done(hq) == {change.id: 1 for change in changes}
    assert lab.store.owned("hq") == hq.resources


@pytest.mark.parametrize("action", ["create", "update", "delete", "rename"])
@pytest.mark.parametrize("fault", ["timeout", "drop"])
def test_a_lost_answer_is_looked_up(lab, action, fault):
    """What was done is found done and not repeated; what was not done is repeated once."""
    old, new = Line("user/a", "1", "A"), Line("user/a", "2", "B")
    hq = lab.backend(resources=() if action == "create" else (old,), propagation=1.0)
    hq.faults = {1: fault}
    change = {
        "create": lab.create(new),
        "update": lab.update(old, new),
        "delete": lab.delete(old),
        "rename": lab.rename(old, replace(new, id="user/b")),
    }[action]
    report = lab.apply([change], hq)
    assert report.states == {change.id: "configured"}
    assert (len(hq.log), hq.calls) == (1, 1 if fault == "timeout" else 2)


def test_a_late_showing_write_is_not_repeated(lab):
    """With propagation, "not there" right after a lost answer is not believed."""
    hq = lab.backend(propagation=5.0)
    hq.faults = {1: "timeout"}
    change = lab.create(Line("user/a", "1", "A"))
    report = lab.apply([change], hq)
    assert report.states == {change.id: "configured"}
    assert hq.calls == 1
    assert any("may not show yet" in why for _, _, why in lab.heard.waits)


def test_someone_elses_hand_is_a_conflict(lab):
    """Found neither as before nor as wanted after a lost answer: failed, by name and field."""
    hq = lab.backend()
    hq.faults = {1: "drop"}
    change = lab.create(Line("user/a", "1", "A"))
    hq.resources[change.key] = Line("user/a", "77", "A")
    report = lab.apply([change], hq)
    assert report.states == {change.id: "failed"}
    assert "conflict" in report.errors[change.id]
    assert "extension is '77', not '1'" in report.errors[change.id]
    assert lab.store.owned("hq") == {}


def test_what_is_half_done_is_ours(lab):
    """On a backend that may do half of a change: failed, and owned as it is, so that the next plan does the rest."""
    hq = lab.backend(halves=True)
    hq.faults = {1: "drop"}
    change = lab.create(Line("user/a", "1", "A"))
    half = Line("user/a", "77", "A")
    hq.resources[change.key] = half
    report = lab.apply([change], hq)
    assert report.states == {change.id: "failed"}
    assert "half done: field extension is '77', not '1'" in report.errors[change.id]
    assert lab.store.owned("hq") == {change.key: half}


@pytest.mark.parametrize("said", ["throttle", "throttle?"])
@pytest.mark.parametrize("known", [True, False])
def test_429_for_ever_ends(lab, said, known):
    """Bounded in attempts and time; the message says what happened; the lane stops asking."""
    from campctl.model.live import Rate

    hq = lab.backend(concurrency=4, rate=Rate(100, 5) if known else Rate())
    changes = lab.lines(50)
    hq.faults = dict.fromkeys(range(3, 10_000), said)
    report = lab.apply(changes, hq)
    assert Counter(report.states.values())["configured"] == 2
    assert report.run.status == "partial"
    failed = [report.errors[c.id] for c in changes if report.states[c.id] == "failed"]
    assert all("too many requests" in error and "gave up after" in error for error in failed)
    assert 1 <= len(failed) <= 8
    assert hq.throttled <= 8 * 30
    assert lab.clock.monotonic() < 2 * 300 + 60


def test_retry_after_holds_the_whole_lane(lab):
    """After one 429 nobody asks before Retry-After has passed, fractions included."""
    hq = lab.backend(concurrency=4)
    hq.faults = {5: "throttle"}
    times: list[float] = []
    hq.after = lambda log: times.append(log[-1].at)
    lab.apply(lab.lines(30), hq)
    gaps = sorted(b - a for a, b in pairwise(times))
    assert gaps[-1] >= 1.49
    assert hq.throttled == 1


def test_down_from_the_start_does_nothing_and_says_so(lab):
    """Nothing is sent, nothing is journaled as begun, every change is skipped with the reason."""
    hq = lab.backend()
    hq.always = "down"
    changes = lab.lines(30)
    report = lab.apply(changes, hq)
    assert set(report.states.values()) == {"skipped"}
    assert (report.run.status, hq.calls) == ("failed", 0)
    assert "hq was not reached" in report.errors[changes[0].id]
    assert not [e for e in lab.journal(report.run.id) if e.state == "pending"]
    assert lab.clock.monotonic() <= 90


def test_down_in_the_middle_stops_only_that_exchange(lab):
    """What was accepted is told as such, the rest as skipped; the other exchange goes on."""
    hq, field = lab.backend(concurrency=2), lab.backend("field")
    changes = [*lab.lines(20), *lab.lines(20, on="field")]
    hq.faults = dict.fromkeys(range(6, 10_000), "down")
    report = lab.apply(changes, hq, field)
    states = Counter((change.backend, report.states[change.id]) for change in changes)
    assert states["field", "configured"] == 20
    assert states["hq", "configured"] == 5
    assert states["hq", "failed"] + states["hq", "skipped"] == 15
    assert report.run.status == "partial"


def test_wrong_credentials_end_the_lane_at_once(lab):
    """Asking again with the same credentials would only lock the account."""
    hq = lab.backend(concurrency=1)
    hq.faults = dict.fromkeys(range(2, 10_000), "auth")
    report = lab.apply(lab.lines(10), hq)
    assert hq.calls == 2
    assert Counter(report.states.values()) == {"configured": 1, "failed": 1, "skipped": 8}


def test_a_refusal_stops_only_what_depends_on_it(lab):
    """Dependants are skipped with the reason, all the others are done."""
    hq = lab.backend(resources=(HELP,))
    hq.refuses = {Key("line", "user/u0003")}
    lines = lab.lines(10)
    members = [lab.create(Member("help", line.after.id), line) for line in lines]
    report = lab.apply([*lines, *members], hq)
    assert report.states[lines[3].id] == "failed"
    assert report.errors[lines[3].id] == "line/user/u0003 is not allowed here"
    assert report.errors[members[3].id] == f"because {lines[3].id} failed"
    assert Counter(report.states.values()) == {"configured": 18, "failed": 1, "skipped": 1}
    assert report.run.status == "partial"


def test_a_refused_request_is_taken_apart(lab):
    """A whole batch refused: each change is tried by itself, and only the guilty one fails."""
    hq = lab.backend(batch=5, concurrency=1)
    hq.faults = {1: "refuse"}
    hq.refuses = {Key("line", "user/u0002")}
    report = lab.apply(lab.lines(5), hq)
    assert Counter(report.states.values()) == {"configured": 4, "failed": 1}


@pytest.mark.parametrize("action", ["create", "update", "delete"])
def test_a_lie_is_found_out(lab, action):
    """Accepted and not in effect is a failure that names the field, and ownership stays what holds."""
    old, new = Line("user/a", "1", "A"), Line("user/a", "2", "A")
    hq = lab.backend(resources=() if action == "create" else (old,), propagation=3.0)
    hq.always = "lie"
    if action != "create":
        lab.store.begin_run(Run(id="earlier", started=lab.clock.now(), author="ann", command="apply"))
        lab.store.own([Owned("hq", Key("line", "user/a"), old, "earlier")])
    change = {"create": lab.create(new), "update": lab.update(old, new), "delete": lab.delete(old)}[action]
    report = lab.apply([change], hq)
    words = {"create": "is not there", "update": "field extension is '1', not '2'", "delete": "is still there"}[action]
    assert report.states == {change.id: "failed"}
    assert report.errors[change.id].startswith("accepted but not in effect: ")
    assert words in report.errors[change.id]
    assert lab.store.owned("hq") == hq.resources
    assert hq.calls == 1


@pytest.mark.parametrize("at", [1, 5, 20])
def test_a_forgetful_restart_is_made_good(lab, at):
    """What a restart lost although it was acknowledged is done once more, in the order of needs."""
    hq = lab.backend(resources=(HELP,), concurrency=2)
    hq.latency = 0.1
    lines = lab.lines(10)
    members = [lab.create(Member("help", line.after.id), line) for line in lines]
    hq.faults = {at: "restart"}
    report = lab.apply([*lines, *members], hq)
    assert report.errors == {}
    assert set(report.states.values()) == {"configured"}
    assert lab.store.owned("hq") == {key: value for key, value in hq.resources.items() if value is not HELP}
    assert len(hq.resources) == 21


def test_an_exchange_that_forgets_for_ever_ends(lab):
    """Once more, and not again and again."""
    hq = lab.backend(concurrency=1)
    hq.always = "restart"
    hq.forgets = 1e9
    report = lab.apply(lab.lines(3), hq)
    assert set(report.states.values()) == {"failed"}
    assert hq.calls == 6


def test_a_slow_exchange_is_waited_for(lab):
    """Slow is not broken."""
    hq = lab.backend(concurrency=2, propagation=30.0)
    hq.latency = 45.0
    report = lab.apply(lab.lines(4), hq)
    assert set(report.states.values()) == {"configured"}
    assert hq.calls == 4


def test_a_foreign_exception_leaks_nothing(lab):
    """An exception no backend may raise is a lost answer; its text, which may hold a secret, is not told."""
    hq = lab.backend()
    hq.always = "crash"
    change = lab.create(Line("user/a", "1", "A"))
    report = lab.apply([change], hq, limits=Limits(attempts=2))
    assert report.states == {change.id: "failed"}
    assert "ZeroDivisionError" in report.errors[change.id]
    assert "hunter2" not in str(report) + str(lab.heard.retries) + str(lab.journal(report.run.id))


class Failing:
    """A store whose `record` fails from the nth call on."""

    def __init__(self, store, nth):
        self._store, self._left = store, nth

    def __getattr__(self, name):
        return getattr(self._store, name)

    def record(self, *args, **more):
        self._left -= 1
        if self._left <= 0:
            raise StoreError("database or disk is full")
        self._store.record(*args, **more)


@pytest.mark.parametrize("nth", [1, 2, 3, 5])
def test_a_store_full_in_mid_apply_stops_before_any_unjournaled_act(lab, nth):
    """Nothing is done whose intent is not durable; the report carries the StoreError; a resume finishes."""
    hq = lab.backend(concurrency=2)
    hq.latency = 0.1
    changes = lab.lines(30)
    report = lab.apply(changes, hq, store=Failing(lab.store, nth))
    assert isinstance(report.stopped_by, StoreError)
    assert report.stopped_by.exit is Exit.STORE
    intents = {e.change for e in lab.journal(report.run.id) if e.state == "pending"}
    assert {done.change.id for done in hq.log} <= intents
    assert lab.store.run(report.run.id).status == "running"
    again = lab.resume(report, changes, hq)
    assert set(again.states.values()) == {"configured"}
    assert creates_done(hq) == {change.id: 1 for change in changes}
    assert lab.store.owned("hq") == hq.resources


def test_a_clock_set_back_hurts_nothing(lab):
    """Waiting goes by monotonic time."""
    hq = lab.backend(concurrency=1, propagation=2.0)
    hq.faults = {3: "timeout", 5: "throttle"}
    hq.after = lambda log: lab.clock.set_back(3600)
    changes = lab.lines(10)
    report = lab.apply(changes, hq)
    assert set(report.states.values()) == {"configured"}
    assert lab.clock.monotonic() < 30


def test_stopped_once_finishes_what_is_in_flight(lab):
    """Nothing new begins; what was begun is journaled to its end; the run is interrupted; a resume finishes it."""
    hq = lab.backend(concurrency=3)
    hq.latency = 1.0
    stopper = Stopper()
    hq.after = lambda log: stopper.stop() if len(log) == 10 else None
    changes = lab.lines(40)
    report = lab.apply(changes, hq, stopper=stopper)
    assert report.run.status == "interrupted"
    assert isinstance(report.stopped_by, Interrupted)
    assert hq.calls <= 12
    accepted = {e.change for e in lab.journal(report.run.id) if e.state == "accepted"}
    assert accepted == {done.change.id for done in hq.log}
    assert [run.id for run in lab.store.unfinished()] == [report.run.id]
    again = lab.resume(report, changes, hq)
    assert (set(again.states.values()), again.run.status) == ({"configured"}, "done")
    assert creates_done(hq) == {change.id: 1 for change in changes}


def test_stopped_during_a_long_pause_ends_at_once(lab):
    """Ctrl-C does not wait for a Retry-After of minutes."""
    hq = lab.backend(concurrency=1)
    hq.always = ""
    hq.faults = dict.fromkeys(range(2, 100), "throttle?")
    stopper = Stopper()
    changes = lab.lines(5)

    async def both():
        given = lab.given(lab.plan(*changes), hq, stopper=stopper, limits=Limits(first_wait=600.0, longest_wait=600.0))

        async def later():
            await lab.clock.sleep(2.0)
            stopper.stop()

        report, _ = await asyncio.gather(apply(given), later())
        return report

    report = asyncio.run(both())
    assert report.run.status == "interrupted"
    assert lab.clock.monotonic() < 10


def test_stopped_twice_ends_at_once_and_resumes(lab):
    """What was in flight is abandoned with its intent; the resume looks it up and does nothing twice."""
    hq = lab.backend(concurrency=3)
    hq.latency = 1.0
    stopper = Stopper()

    def twice(log):
        if len(log) == 10:
            stopper.stop()
            stopper.stop()

    hq.after = twice
    changes = lab.lines(40)
    report = lab.apply(changes, hq, stopper=stopper)
    assert report.run.status == "interrupted"
    assert len(hq.log) < 13
    hq.after = lambda log: None
    again = lab.resume(report, changes, hq)
    assert set(again.states.values()) == {"configured"}
    assert creates_done(hq) == {change.id: 1 for change in changes}
    assert lab.store.owned("hq") == hq.resources


def test_stopped_before_it_began(lab):
    """A stop that came first lets nothing begin."""
    stopper = Stopper()
    stopper.stop()
    hq = lab.backend()
    report = lab.apply(lab.lines(3), hq, stopper=stopper)
    assert (report.run.status, hq.calls) == ("interrupted", 0)


def test_a_refusal_for_a_need_that_does_not_show_yet_is_tried_once_more(lab):
    """An exchange that checks references against what already shows refuses too early."""
    hq = lab.backend(resources=(HELP,), propagation=2.0)
    line = lab.create(Line("user/a", "1", "A"))
    member = lab.create(Member("help", "user/a"), line)
    execute = hq.execute

    async def picky(changes):
        hq.refuses = {member.key} if line.key not in (await hq.observe()).resources else set()
        return await execute(changes)

    hq.execute = picky
    report = lab.apply((line, member), hq)
    assert set(report.states.values()) == {"configured"}
