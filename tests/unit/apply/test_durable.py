"""Exchanges that forget their last moments in a crash: what is read back too early proves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campctl.apply.settle import SettleInput, settle
from campctl.model.changes import Change
from campctl.model.live import Capabilities
from campctl.model.records import JournalEntry, Run
from campctl.model.resources import Line, Location, key_of
from campctl.planning.costing import costs

ANN = Line("user/ann", "3001", "Ann")


@pytest.mark.parametrize("after", [0.1, 0.9, 1.9, 2.5])
def test_whenever_it_crashes_after_the_last_request_nothing_is_lost(lab, after):
    """A crash within durable_after is noticed by the look that counts; a later one loses nothing any more."""
    hq = lab.backend(durable_after=2.0)
    hq.forgets = 1.0
    crash_at = []

    def plan_crash(log) -> None:
        crash_at[:] = [lab.clock.monotonic() + after]

    hq.after = plan_crash
    observe = hq.observe

    async def look(keys=None):
        if crash_at and lab.clock.monotonic() >= crash_at[0]:
            crash_at[:] = []
            hq.after = lambda log: None
            hq.restart()
        return await observe(keys)

    hq.observe = look
    report = lab.apply(lab.lines(5), hq)
    assert report.errors == {}
    assert set(report.states.values()) == {"configured"}
    if crash_at:
        lab.clock.advance(max(0.0, crash_at[0] - lab.clock.monotonic()))
        hq.restart()
    assert len(hq.resources) == 5


def test_a_run_waits_once_and_not_for_every_change(lab):
    """A chain of creates, updates and deletes takes durable_after longer, once, and says what it waits for."""
    old, new = Line("user/old", "3009", "Old"), Line("user/new", "3010", "New")
    hq = lab.backend(resources=(ANN, old), durable_after=2.0)
    hq.latency = 0.01
    first = lab.create(new)
    second = lab.update(ANN, Line("user/ann", "3001", "Ann Lee"), first)
    third = lab.delete(old, second)
    began = lab.clock.monotonic()
    report = lab.apply([first, second, third], hq)
    assert set(report.states.values()) == {"configured"}
    assert 2.0 <= lab.clock.monotonic() - began < 2.5
    assert [what for _, _, what in lab.heard.waits] == ["a crash could still undo what was written last"]


def test_another_exchange_waits_until_it_is_believed(lab):
    """What is taken away on one exchange waits until its successor on another would survive a crash there."""
    old = lab.backend("old", resources=(ANN,))
    new = lab.backend("new", durable_after=2.0)
    here = lab.create(ANN, on="new")
    there = lab.delete(ANN, here, on="old")
    new.log = old.log
    report = lab.apply([here, there], old, new)
    assert set(report.states.values()) == {"configured"}
    created, deleted = new.log
    assert deleted.backend == "old"
    assert 2.0 <= deleted.at - created.at < 2.5


def test_nothing_is_called_configured_early(lab):
    """No change enters `configured` before durable_after has passed since it was accepted."""
    hq = lab.backend(durable_after=2.0, concurrency=1)
    hq.latency = 0.3
    moments: dict[str, list[float]] = {}

    class Times:
        def __getattr__(self, name):
            return lambda *told: None

        def change_state(self, change: Change, state: str, error: str = "") -> None:
            moments.setdefault(change.id, []).append(lab.clock.monotonic())

    changes = lab.lines(6)
    report = lab.apply(changes, hq, listeners=(Times(),))
    assert set(report.states.values()) == {"configured"}
    assert all(configured - accepted >= 2.0 for accepted, configured in moments.values())
    assert hq.looks <= 3


@pytest.mark.parametrize(("age", "waits"), [(0.5, 1.5), (60.0, 0.0), (-30.0, 2.0)])
def test_a_resumed_run_waits_for_what_is_left(lab, age, waits):
    """What an earlier life of the run had accepted long ago need not wait again; a clock set back waits in full."""
    (change,) = lab.lines(1)
    hq = lab.backend(resources=(change.after,), durable_after=2.0)
    run = Run(id="early", started=lab.clock.now(), author="ann", command="apply")
    lab.store.begin_run(run)
    at = lab.clock.now() - timedelta(seconds=age)
    lab.store.record([JournalEntry(run=run.id, change=change.id, state=state, at=at) for state in ("pending", "accepted")])
    began = lab.clock.monotonic()
    report = lab.resume(run, [change], hq)
    assert set(report.states.values()) == {"configured"}
    assert lab.clock.monotonic() - began == pytest.approx(waits, abs=0.3)


def test_settling_a_killed_run_waits_until_what_is_seen_stays(lab):
    """A request sent an instant before the kill is called done only once a crash could not undo it."""
    import asyncio

    (change,) = lab.lines(1)
    hq = lab.backend(resources=(change.after,), durable_after=2.0)
    run = Run(id="killed", started=lab.clock.now(), author="ann", command="apply")
    lab.store.begin_run(run)
    lab.store.record([JournalEntry(run=run.id, change=change.id, state="pending", at=lab.clock.now())])
    began = lab.clock.monotonic()
    given = SettleInput(plan=lab.plan(change), run=run, backends={"hq": hq}, store=lab.store, clock=lab.clock)
    assert asyncio.run(settle(given)).status == "done"
    assert lab.clock.monotonic() - began >= 2.0
    assert set(lab.store.owned("hq")) == {key_of(change.after)}


def test_the_cost_says_what_takes_the_time(lab):
    """A plan for such an exchange is told to take that long, and why."""
    place = lab.create(Location("hq", "HQ", "1 Example Plaza", "Springfield", "IL", "62701"))
    (cost,) = costs([place], {"hq": Capabilities(durable_after=2.0, latency=0.01)})
    assert 2.0 <= cost.seconds < 2.1
    assert cost.limit == "2 s until a change is safe from a crash of the exchange"
