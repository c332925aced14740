"""The backend over a ground in memory: the contract, writers that die, refusals of single facts, what follows from a change."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk.backend import AsteriskBackend
from campctl.backends.asterisk.facts.native import PLACES, Fact
from campctl.backends.asterisk.listening import going_on
from campctl.errors import Refused, Unavailable, Uncertain
from campctl.model.changes import Change
from campctl.model.live import AgentNow, Capabilities, Event, Live, Probe, QueueNow
from campctl.model.resources import Key, Member, Queue, key_of
from campctl.ports.backend import Backend
from campctl.ports.clock import Clock
from campctl.testing import BackendContract
from campctl.testing.clock import FakeClock
from campctl.testing.samples import (
    FOUNDATION,
    LINE,
    LOCATION,
    MEMBER,
    OTHER_LINE,
    QUEUE,
    ROUTE,
    create,
    delete,
    lines,
    rename,
    update,
)
from campctl.testing.session import MakeBackend
from servers.memory_ground import Exchange, MemoryGround

ABLE = Capabilities(batch=100, durable_after=2.0)


class Contracted(AsteriskBackend):
    """Without an Asterisk there is nothing to check."""

    async def check(self) -> list[Probe]:
        return [Probe("memory", ok=True, detail="in memory")]

    async def live(self, *, agents: bool = False) -> Live:
        now = self._clock.now()
        found = (await self.observe()).resources.values()
        members = tuple(AgentNow(resource.id, "gone") for resource in found if isinstance(resource, Member))
        counts = Counter(resource.queue for resource in found if isinstance(resource, Member))
        queues = tuple(QueueNow(queue=one.id, agents={"gone": counts[one.id]}) for one in found if isinstance(one, Queue))
        return Live(at=now, backend=self.name, since=now, epoch=await self.ground.epoch(), queues=queues, agents=members if agents else ())

    async def events(self) -> AsyncIterator[Event]:
        for event in tuple[Event, ...]():
            yield event


class TestOverMemory(BackendContract):
    """What does not depend on where facts live."""

    phones_register = False
    many = 200

    @pytest.fixture
    def make_backend(self) -> MakeBackend:
        exchange = Exchange()

        def make(clock: Clock) -> Backend:
            return Contracted("test", ABLE, MemoryGround(exchange), clock)

        return make


Opened = Callable[[], tuple[AsteriskBackend, Exchange]]


@pytest.fixture
def opened() -> Opened:
    """One more connection to the same exchange."""
    shared = Exchange()

    def make() -> tuple[AsteriskBackend, Exchange]:
        shared.lock = asyncio.Lock()
        return AsteriskBackend("hq", ABLE, MemoryGround(shared), FakeClock()), shared

    return make


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


async def founded(backend: AsteriskBackend, *more: Any) -> None:
    outcomes = await backend.execute([create(resource) for resource in (*FOUNDATION, *more)])
    assert [outcome.error for outcome in outcomes if outcome.error] == []


MARRIED = replace(LINE, id="user/ann.berg", name="Ann Berg", extension="3005")
BUSY = [
    create(lines(1)[0]),
    update(LINE, replace(LINE, name="Ann B. Lee", extension="3077", enabled=False)),
    rename(OTHER_LINE, replace(OTHER_LINE, id="port/springfield/a002", name="Desk a002")),
    delete(ROUTE),
    update(LOCATION, replace(LOCATION, name="Elsewhere", notify=("+12175550101",))),
    update(QUEUE, replace(QUEUE, hours=("mon-fri 08:00-20:00",), escalation=("60s level 2",))),
]


@pytest.mark.parametrize("writes", range(23))
def test_a_writer_may_die_after_any_write(opened, writes):
    """Whatever was written when a campctl died in the midst of a batch: the next look shows all of the batch done."""

    async def main() -> None:
        first, exchange = opened()
        await founded(first, MEMBER, ROUTE)
        exchange.dies_after = writes
        with pytest.raises(Uncertain):
            await first.execute(BUSY)
        exchange.dies_after = -1
        second, _ = opened()
        halfway = (await second.observe()).resources
        third, _ = opened()
        assert not exchange.doing, "nothing is left to be done again"
        outcomes = await third.execute([create(lines(1)[0]), delete(ROUTE)])
        assert [outcome.code for outcome in outcomes] == ["exists", "unknown"]
        assert halfway[Key("line", "port/springfield/a002")].name == "Desk a002"
        assert halfway[key_of(LINE)] == BUSY[1].after
        assert halfway[key_of(LOCATION)] == BUSY[4].after
        assert halfway[key_of(QUEUE)] == BUSY[5].after
        assert key_of(lines(1)[0]) in halfway
        assert key_of(OTHER_LINE) not in halfway
        assert (await third.observe()).resources == halfway

    run(main())


@pytest.mark.parametrize("split", [(PLACES,), (("record", "endpoint", "aor", "auth"), ("map", "queue", "rule", "geo", "member"))])
@pytest.mark.parametrize("writes", range(0, 78, 7))
def test_a_writer_may_die_among_several_batches(writes: int, split: Any) -> None:
    """New people in batches at once, on one shelf or two: what was said to be done is there; each other batch whole, or none of it."""

    async def main() -> None:
        exchange = Exchange()
        first = AsteriskBackend("hq", ABLE, MemoryGround(exchange, split), FakeClock())
        await founded(first)
        exchange.dies_after = writes
        batches = [lines(12)[start : start + 3] for start in range(0, 12, 3)]
        said = await asyncio.gather(*(first.execute(list(map(create, batch))) for batch in batches), return_exceptions=True)
        exchange.dies_after = -1
        exchange.lock = asyncio.Lock()
        found = (await AsteriskBackend("hq", ABLE, MemoryGround(exchange, split), FakeClock()).observe()).resources
        assert not exchange.doing
        for batch, told in zip(batches, said, strict=True):
            there = {found.get(key_of(line)) == line for line in batch}
            assert there <= ({True} if isinstance(told, tuple | list) else {False} if isinstance(told, Unavailable) else {True, False})
            assert len(there) == 1
        assert any(isinstance(told, Uncertain) for told in said) or all(isinstance(told, tuple | list) for told in said)

    run(main())


def test_what_is_begun_is_ended_when_the_last_of_several_batches_is_written(opened: Opened) -> None:
    """Between them nothing stands open that the next one's beginning does not cover; afterwards nothing does, and the image holds."""

    async def main() -> None:
        backend, exchange = opened()
        await founded(backend)
        batches = [lines(9)[start : start + 3] for start in range(0, 9, 3)]
        await asyncio.gather(*(backend.execute(list(map(create, batch))) for batch in batches))
        assert not exchange.doing
        image = backend._sight.image
        assert image is not None
        outcomes = await backend.execute([create(lines(1)[0])])
        assert [outcome.code for outcome in outcomes] == ["exists"]
        assert backend._sight.image is image, "it was read anew although nobody else wrote"

    run(main())


def test_a_batch_that_is_given_up_while_it_waits_was_never_there(opened: Opened) -> None:
    """Its caller is cancelled before its turn: nobody takes for written what was only validated."""

    async def main() -> None:
        backend, exchange = opened()
        await founded(backend)
        first = asyncio.ensure_future(backend.execute(list(map(create, lines(20)))))
        second = asyncio.ensure_future(backend.execute([create(line) for line in lines(25)[20:]]))
        for _ in range(20):
            await asyncio.sleep(0)
        assert exchange.doing
        second.cancel()
        await asyncio.wait([first, second])
        assert second.cancelled()
        assert not first.cancelled()
        outcomes = await backend.execute([create(line) for line in lines(25)[20:]])
        assert [outcome.error for outcome in outcomes] == [None] * 5
        assert {key_of(line) for line in lines(25)} <= (await backend.observe()).resources.keys()

    run(main())


def test_a_dead_writer_is_finished_before_something_new_is_written(opened):
    """What a campctl left half is done before the next one writes, so that both hold."""

    async def main() -> None:
        first, exchange = opened()
        await founded(first)
        exchange.dies_after = 2
        with pytest.raises(Uncertain):
            await first.execute([create(lines(2)[0])])
        exchange.dies_after = -1
        second, _ = opened()
        (outcome,) = await second.execute([create(lines(2)[1])])
        assert outcome.error is None
        assert {key_of(line) for line in lines(2)} <= set((await second.observe()).resources)

    run(main())


@pytest.mark.parametrize("refused", [Fact("auth", "person-00000"), Fact("map", "ext/20000"), Fact("record", "line/user/person-00000")])
def test_a_refused_fact_fails_only_its_change_and_what_needs_it(opened, refused):
    """Of a batch in which one fact is not taken, the rest is done; what the failed change wrote is taken back."""
    one, two = lines(2)
    member = replace(MEMBER, line=one.id)

    async def main() -> None:
        backend, exchange = opened()
        await founded(backend)
        before = set(exchange.facts)
        exchange.refuses = {refused: "Asterisk says: no"}
        outcomes = await backend.execute([create(one), create(member), create(two)])
        assert [outcome.code for outcome in outcomes] == ["refused", "refused", ""]
        assert "Asterisk says: no" in (outcomes[0].error or "")
        assert str(key_of(one)) in (outcomes[1].error or "")
        assert {fact for fact in set(exchange.facts) - before if "person-00000" in fact.name or "20000" in fact.name} == set()
        exchange.refuses = {}
        assert [outcome.error for outcome in await backend.execute([create(one), create(member)])] == [None, None]
        found = (await backend.observe()).resources
        assert {key_of(one), key_of(member), key_of(two)} <= set(found)

    run(main())


def test_what_others_changed_is_read_before_writing(opened):
    """A connection whose image is old reads anew: it neither overwrites nor refuses what it does not know of."""

    async def main() -> None:
        first, _ = opened()
        second, _ = opened()
        await founded(first)
        await second.observe()
        await first.execute([update(LINE, replace(LINE, extension="3050"))])
        outcomes = await second.execute([create(replace(lines(1)[0], extension="3050")), create(replace(lines(2)[1], extension="3001"))])
        assert [outcome.code for outcome in outcomes] == ["extension-taken", ""]

    run(main())


def test_a_dark_line_keeps_its_auth_and_nothing_else(opened):
    """Darkening takes away endpoint and AOR, AOR first; hangs up what rings there; lighting makes the phone known again."""

    async def main() -> None:
        backend, exchange = opened()
        await founded(backend)
        node = backend.ground.nodes[0]
        assert node.aors.known == [{"ann.lee", "springfield~a001"}]
        exchange.log.clear()
        dark = replace(LINE, enabled=False)
        await backend.execute([update(LINE, dark)])
        gone = [write.fact for write in exchange.log if write.value is None]
        assert gone == [Fact("aor", "ann.lee"), Fact("endpoint", "ann.lee")]
        assert Fact("auth", "ann.lee") in exchange.facts
        assert node.hung_up == [{"ann.lee"}]
        exchange.log.clear()
        await backend.execute([update(dark, LINE)])
        put = [write.fact.place for write in exchange.log if write.value is not None]
        assert put.index("endpoint") < put.index("aor")
        assert node.aors.known[1:] == [{"ann.lee"}]

    run(main())


def test_live_is_who_can_be_called(opened):
    """A line is live with a phone, a member with its line; a dark line never, whatever is registered."""

    async def main() -> None:
        backend, exchange = opened()
        dark = replace(lines(1)[0], enabled=False)
        await founded(backend, MEMBER, ROUTE, dark)
        exchange.registered = {"ann.lee", "person-00000"}
        live = (await backend.observe()).live
        assert {key for key in live if key.kind in {"line", "member"}} == {key_of(LINE), key_of(MEMBER)}
        assert key_of(ROUTE) in live
        few = await backend.observe([key_of(MEMBER), key_of(OTHER_LINE), key_of(dark)])
        assert few.live == {key_of(MEMBER)}

    run(main())


def test_too_many_changes_are_refused_whole(opened):
    """One more than the batch, and nothing is done."""

    async def main() -> None:
        backend, exchange = opened()
        await founded(backend)
        before = dict(exchange.facts)
        with pytest.raises(Refused, match="100 changes a request, not 101; nothing was done"):
            await backend.execute([create(line) for line in lines(101)])
        assert exchange.facts == before

    run(main())


def test_changes_without_a_difference_write_nothing(opened):
    """Nothing to write is no reason to tell everybody that their image is old."""

    async def main() -> None:
        backend, exchange = opened()
        await founded(backend)
        generation = exchange.generation
        exchange.log.clear()
        change: Change = update(LINE, LINE)
        assert [outcome.error for outcome in await backend.execute([change])] == [None]
        assert exchange.log == []
        assert exchange.generation == generation

    run(main())


class Slow:
    """What listens to a machine, once it is told to begin."""

    def __init__(self) -> None:
        self.hears = asyncio.Event()

    async def begun(self) -> None:
        await self.hears.wait()

    async def listen(self) -> AsyncIterator[Event]:
        await self.hears.wait()
        for event in tuple[Event, ...]():
            yield event

    async def close(self) -> None:
        self.hears.set()


def test_a_look_is_made_once_it_listens(opened, monkeypatch):
    """Who listens before they look misses nothing in between."""
    looked: list[bool] = []
    machine = Slow()

    async def look(*_: Any, **__: Any) -> str:
        looked.append(machine.hears.is_set())
        return "what goes on"

    monkeypatch.setattr(going_on, "make_ears", lambda *_: [machine])
    monkeypatch.setattr(going_on, "look_everywhere", look)

    async def main() -> None:
        backend, _ = opened()
        backend.ground.machines = backend.ground.nodes = ()
        listening = asyncio.ensure_future(anext(backend.events(), None))
        looking = asyncio.ensure_future(backend.live())
        for _ in range(20):
            await asyncio.sleep(0)
        assert looked == []
        machine.hears.set()
        assert await looking == "what goes on"
        await backend.close()
        await listening

    run(main())
    assert looked == [True]
