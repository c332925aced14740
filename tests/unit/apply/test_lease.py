"""The lock's lease."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from campctl.apply.engine import apply
from campctl.apply.inputs import Stopper
from campctl.apply.lease import Lease
from campctl.errors import LockHeld, StoreError
from campctl.model.records import Holder


class Locks:
    """A lock in memory, by the port's words; silent or lost to order."""

    def __init__(self, clock):
        self.clock, self.held, self.beats, self.lost, self.broken = clock, None, 0, False, False

    def acquire(self, holder, ttl):
        now = self.clock.now()
        if self.held is not None and self.held.token != holder.token and now - self.held.beat < timedelta(seconds=ttl):
            raise LockHeld(f"{self.held.who} holds the lock since {self.held.since:%H:%M}.")
        self.held = holder

    def beat(self, token, at):
        if self.broken:
            raise StoreError("disk I/O error")
        self.beats += 1
        return not self.lost

    def release(self, token):
        if self.held is not None and self.held.token == token:
            self.held = None

    def holder(self):
        return self.held


def holder(clock, token="one", who="ann"):
    return Holder(token=token, who=who, host="desk.example.org", pid=1, command="apply", since=clock.now(), beat=clock.now())


def test_held_kept_alive_and_given_back(lab):
    """The heart beats three times a ttl; afterwards the lock is free, whatever happened inside."""
    locks = Locks(lab.clock)

    async def work():
        async with Lease(locks, holder(lab.clock), lab.clock, Stopper(), ttl=30):
            assert locks.held is not None
            await lab.clock.sleep(95)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(work())
    assert (locks.held, locks.beats) == (None, 9)


@pytest.mark.parametrize(("wait", "gets"), [(0, False), (4, False), (6, True)])
def test_the_second_waits_as_long_as_told(lab, wait, gets):
    """`--wait-for-lock`: the first lets go after 5 s; who waits less is told who holds it."""
    locks = Locks(lab.clock)

    async def first():
        async with Lease(locks, holder(lab.clock), lab.clock, Stopper()):
            await lab.clock.sleep(5)

    async def second():
        await lab.clock.sleep(0.1)
        async with Lease(locks, holder(lab.clock, "two", "bob"), lab.clock, Stopper(), wait=wait):
            return locks.held.who

    async def both():
        return await asyncio.gather(first(), second(), return_exceptions=True)

    _, result = asyncio.run(both())
    if gets:
        assert result == "bob"
    else:
        assert isinstance(result, LockHeld)
        assert "ann" in result.message


@pytest.mark.parametrize(("how", "words"), [("lost", "another run took it over"), ("broken", "disk I/O error")])
def test_a_lost_lock_stops_the_run(lab, how, words):
    """In flight finishes, nothing new begins, and the report says why; a disk busy for a moment is not a lost lock."""
    locks, stopper = Locks(lab.clock), Stopper()
    hq = lab.backend(concurrency=2)
    hq.latency = 5.0
    changes = lab.lines(40)

    async def work():
        async with Lease(locks, holder(lab.clock), lab.clock, stopper, ttl=30) as lease:
            setattr(locks, how, True)
            return await apply(lab.given(lab.plan(*changes), hq, stopper=stopper)), lease.lost

    report, lost = asyncio.run(work())
    assert lost
    assert report.run.status == "interrupted"
    assert isinstance(report.stopped_by, LockHeld)
    assert words in report.stopped_by.message
    assert lab.clock.monotonic() < 50


def test_two_applies_at_once(lab):
    """With the real store: the second is refused while the first is at work, and nothing is done twice."""
    hq = lab.backend(concurrency=2)
    hq.latency = 0.5
    changes = lab.lines(10)

    async def one(token, wait):
        stopper = Stopper()
        async with Lease(lab.store, holder(lab.clock, token), lab.clock, stopper, wait=wait):
            return await apply(lab.given(lab.plan(*changes), hq, stopper=stopper))

    async def both():
        return await asyncio.gather(one("one", 0), one("two", 0), return_exceptions=True)

    results = asyncio.run(both())
    assert sum(isinstance(result, LockHeld) for result in results) == 1
    assert len(hq.log) == 10


def test_given_up_while_it_is_being_taken(lab):
    """The thread that takes it cannot be called off: what it was given is given back, so that a process that lives on holds up nobody."""
    locks, begun, go = Locks(lab.clock), threading.Event(), threading.Event()
    usual = locks.acquire

    def slow(*given):
        begun.set()
        assert go.wait(120)
        usual(*given)

    locks.acquire = slow

    async def enter():
        async with Lease(locks, holder(lab.clock), lab.clock, Stopper()):
            raise AssertionError("it was given up")

    async def work():
        entering = asyncio.ensure_future(enter())
        await asyncio.to_thread(begun.wait, 120)
        entering.cancel()
        await asyncio.sleep(0)
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await entering

    asyncio.run(work())
    assert begun.is_set()
    assert locks.held is None
