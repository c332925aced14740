"""Live and events of the embedded exchange, as several processes see them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from campctl.backends.sim import database, factory
from campctl.backends.sim.backend import SimBackend
from campctl.backends.sim.console import CallIn, Emergency, Op, Pause, Register, Restart, SetFaults, poke
from campctl.backends.sim.places import exchange_file, traffic_file
from campctl.backends.sim.traffic import ledger
from campctl.backends.sim.traffic.listening import Listening
from campctl.errors import Refused, Unavailable
from campctl.model.campaign import BackendSpec
from campctl.model.live import Event
from campctl.model.resources import Key
from campctl.ports.backend import BackendEnv
from campctl.testing import FakeClock
from campctl.testing.samples import FOUNDATION, LINE, MEMBER, QUEUE, create

BUSY = {"calls": "voter-protection=30000", "calls_shape": "flat", "talk_time": "10s"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return exchange_file(tmp_path, "test")


def run(tmp_path: Path, work: Callable[[Callable[[], SimBackend], FakeClock], Awaitable[None]], **options: Any) -> None:
    """`work` gets a function that opens connections to an exchange with the samples in it, and their clock."""

    async def main() -> None:
        clock, opened = FakeClock(), list[SimBackend]()

        def another() -> SimBackend:
            opened.append(factory.open(BackendSpec("test", "sim", options), BackendEnv(tmp_path, clock, str)))
            return opened[-1]

        outcomes = await another().execute([create(resource) for resource in (*FOUNDATION, MEMBER)])
        assert all(outcome.error is None for outcome in outcomes)
        try:
            await work(another, clock)
        finally:
            for backend in opened:
                await backend.close()

    asyncio.run(main())


async def heard(backend: SimBackend, until: Callable[[list[Event]], bool]) -> list[Event]:
    """Events of a listener, up to the one that satisfies it."""
    events: list[Event] = []
    async for event in backend.events():
        events.append(event)
        if until(events):
            break
    return events


def test_a_look_is_made_once_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However late the listener gets its turn: what happens after a look that was asked for later is heard."""
    slow, calls, usual = asyncio.Event(), itertools.count(), SimBackend._listen

    async def listen(self: SimBackend, work: Callable[[Listening], Any]) -> Any:
        if next(calls) == 0:
            await slow.wait()
        assert slow.is_set(), "it looked before it listened"
        return await usual(self, work)

    monkeypatch.setattr(SimBackend, "_listen", listen)

    async def work(another: Callable[[], SimBackend], _clock: FakeClock) -> None:
        backend = another()
        listening = asyncio.ensure_future(heard(backend, lambda events: events[-1].type == "emergency-call"))
        await asyncio.sleep(0)
        looking = asyncio.ensure_future(backend.live())
        for _ in range(9):
            await asyncio.sleep(0)
        slow.set()
        await looking
        poke(exchange_file(tmp_path, "test"), [Emergency(LINE.id)])
        assert (await listening)[-1].type == "emergency-call"

    run(tmp_path, work)


def test_two_listeners_hear_the_same_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connections hear the same events in the same order, whoever of them moves time on."""
    # On a fake clock both look without a pause: on a loaded machine one can wait long for its turn at the file.
    monkeypatch.setattr(ledger, "BUSY_SECONDS", 300.0)
    monkeypatch.setattr(database, "BUSY_SECONDS", 300.0)

    async def work(another: Callable[[], SimBackend], _clock: FakeClock) -> None:
        streams = [another().events() for _ in range(2)]
        # Both have begun before either goes on: the fake clock waits for nobody, and one may be far behind the other.
        first = await asyncio.gather(*map(anext, streams))

        async def more(stream: AsyncIterator[Event]) -> list[Event]:
            return [await anext(stream) for _ in range(200)]

        mine, theirs = ([one, *events] for one, events in zip(first, await asyncio.gather(*map(more, streams)), strict=True))
        both = [event for event in mine if event in theirs]
        assert len(both) > 150
        assert both == [event for event in theirs if event in mine]
        assert {event.type for event in mine} >= {"call-queued", "call-answered", "call-ended", "agent-state"}

    run(tmp_path, work, **BUSY)


def test_live_agrees_with_the_events(tmp_path: Path) -> None:
    """What live() counts is what events told since."""

    async def work(another: Callable[[], SimBackend], _clock: FakeClock) -> None:
        backend = another()
        before = (await backend.live()).queues
        events = await heard(another(), lambda events: sum(event.type == "call-ended" for event in events) >= 20)
        after = (await backend.live()).queues

        def answered(queues: Any) -> int:
            return sum(queue.answered for queue in queues)

        assert answered(after) - answered(before) >= sum(event.type == "call-answered" for event in events) > 15

    run(tmp_path, work, **BUSY)


def test_the_console_makes_calls_pauses_and_emergencies(tmp_path: Path, file: Path) -> None:
    """What is poked is heard; a pause shows in live()."""

    async def work(another: Callable[[], SimBackend], clock: FakeClock) -> None:
        backend = another()
        await backend.live()
        listening = asyncio.ensure_future(heard(backend, lambda events: any(event.type == "emergency-call" for event in events)))
        await clock.sleep(1)
        ops: list[Op] = [Pause(LINE.id, reason="lunch"), CallIn(QUEUE.id, 3), Emergency(LINE.id)]
        poke(file, ops, at=clock.now().timestamp())
        events = await asyncio.wait_for(listening, 120)
        assert events[-1].data["location"] == LINE.location
        assert sum(event.type == "call-queued" for event in events) == 3
        live = await another().live(agents=True)
        assert [(agent.member, agent.state, agent.reason) for agent in live.agents] == [(MEMBER.id, "paused", "lunch")]
        assert live.queues[0].waiting + live.queues[1].waiting == 3

    run(tmp_path, work)


def test_what_is_not_there_is_not_called(tmp_path: Path, file: Path) -> None:
    """A call to no queue, an emergency on no line: refused in words."""

    async def work(_another: Callable[[], SimBackend], _clock: FakeClock) -> None:
        for op in (CallIn("nothing"), Emergency("user/nobody"), Pause("user/nobody")):
            with pytest.raises(Refused, match="does not exist"):
                poke(file, [op])

    run(tmp_path, work)


def test_a_phone_that_goes_is_heard(tmp_path: Path, file: Path) -> None:
    """A registration lost is a line-state, and the agent is gone."""

    async def work(another: Callable[[], SimBackend], clock: FakeClock) -> None:
        listening = asyncio.ensure_future(heard(another(), lambda events: len(events) >= 2))
        await clock.sleep(1)
        poke(file, [Register(LINE.id, registered=False)])
        told = [(event.type, event.key, event.data["state"]) for event in await asyncio.wait_for(listening, 120)]
        assert told == [("line-state", Key("line", LINE.id), "gone"), ("agent-state", Key("member", MEMBER.id), "gone")]

    run(tmp_path, work)


@pytest.mark.parametrize("bad", ["restart", "down"])
def test_a_gap_is_told(tmp_path: Path, file: Path, bad: str) -> None:
    """After a restart, or a time in which the exchange did not answer, the first event is a gap."""

    async def work(another: Callable[[], SimBackend], clock: FakeClock) -> None:
        listening = asyncio.ensure_future(heard(another(), lambda events: bool(events)))
        await clock.sleep(1)
        poke(file, [Restart() if bad == "restart" else SetFaults({"down": True})])
        if bad == "down":
            with pytest.raises(Unavailable):
                await another().live()
            await clock.sleep(5)
            assert not listening.done()
            poke(file, [SetFaults()])
        (event,) = await asyncio.wait_for(listening, 120)
        assert event.type == "gap"
        assert event.data["why"]

    run(tmp_path, work)


def test_a_damaged_floor_says_so(tmp_path: Path, file: Path) -> None:
    """A traffic file that is none is a named error, and removing it is the cure."""

    async def work(another: Callable[[], SimBackend], _clock: FakeClock) -> None:
        traffic_file(file).write_bytes(b"this is no database" * 100)
        with pytest.raises(Refused):
            await another().live()
        traffic_file(file).unlink()
        assert (await another().live()).queues

    run(tmp_path, work)


def test_the_file_is_private(tmp_path: Path, file: Path) -> None:
    """Callers' numbers are nobody else's business."""

    async def work(another: Callable[[], SimBackend], _clock: FakeClock) -> None:
        await another().live()
        assert traffic_file(file).stat().st_mode & 0o077 == 0

    run(tmp_path, work)
