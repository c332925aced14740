"""What a board hears and sees of a real exchange: events while calls are made, and a look at any moment."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campctl.backends.asterisk import factory
from campctl.errors import BackendError, Unavailable
from campctl.model.campaign import BackendSpec
from campctl.model.live import AgentNow, Event, Live
from campctl.model.resources import Key
from campctl.ports.backend import Backend, BackendEnv
from live.conftest import Camp, People
from servers.sipp import until

pytestmark = pytest.mark.live

HELP, ANN = Key("queue", "help"), Key("line", "user/ann.lee")
ANN_AT_HELP = Key("member", "help/user/ann.lee")


class Clock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Board:
    """A backend in a thread of its own, that hears all events. `heard` are those since the test last looked."""

    def __init__(self, camp: Camp, timeout: float = 60.0) -> None:
        options = {"host": camp.server.host, "port": camp.server.ami, "timeout": timeout}
        spec = BackendSpec("pbx", "asterisk", options)
        self.backend: Backend = factory.open(spec, BackendEnv(camp.root, Clock(), lambda name: camp.server.password))
        self.heard: list[Event] = []
        self.failed: BackendError | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)

    async def _listen(self) -> None:
        try:
            async for event in self.backend.events():
                self.heard.append(event)
        except BackendError as error:
            self.failed = error

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of something the backend does."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def live(self, *, agents: bool = False) -> Live:
        """A look."""
        found: Live = self.do(self.backend.live(agents=agents))
        return found

    def agent(self, member: Key) -> str:
        """The state of a member in a look."""
        agents: tuple[AgentNow, ...] = self.live(agents=True).agents
        return next(agent.state for agent in agents if agent.member == member.id)

    def wait(self, what: str, key: Key | None = None, **data: Any) -> Event:
        """The next event of this kind; what came before it is forgotten."""

        def found() -> Event | None:
            for index, event in enumerate(self.heard):
                if event.type == what and key in (None, event.key) and all(event.data.get(name) == value for name, value in data.items()):
                    del self.heard[: index + 1]
                    return event
            assert self.failed is None, self.failed
            return None

        try:
            event = until(found, what)
        except AssertionError:
            told = "\n".join(f"{one.at:%T.%f} {one.type} {one.key or ''} {one.data}" for one in self.heard)
            raise AssertionError(f"no {what} {key or ''} {data} among what was heard ({self.failed!r}):\n{told}") from None
        assert event is not None
        return event

    def close(self) -> None:
        self.do(self.backend.close())
        self._listening.result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()


@pytest.fixture
def board(camp: Camp) -> Iterator[Board]:
    """A board that hears; it has begun to when the fixture is there."""
    board = Board(camp)
    try:
        board.live()  # a look that is asked for after listening was begun is made once it listens
        yield board
    finally:
        board.close()


def test_the_story_of_a_call(camp: Camp, people: People, board: Board) -> None:
    """A phone comes, a caller waits, is answered and hangs up, the phone goes; each told once, with ids and times."""
    (ann,) = people.here("user/ann.lee")
    ann.rings()
    board.wait("line-state", ANN, state="registered")
    call = people.carrier().call("+13125550190")
    queued = board.wait("call-queued", HELP, waiting=1)
    assert queued.data["caller"].endswith("2025550199")
    assert queued.backend == "pbx"
    assert abs((datetime.now(UTC) - queued.at).total_seconds()) < 60
    board.wait("agent-state", ANN_AT_HELP, state="ringing")
    ann.picks_up()
    until(lambda: {"call-answered", "agent-state"} <= {event.type for event in board.heard}, "an answer")
    answered = next(event for event in board.heard if event.type == "call-answered")
    assert (answered.key, answered.data["call"], answered.data["line"]) == (HELP, queued.data["call"], "user/ann.lee")
    assert 0 <= answered.data["waited"] <= 90
    board.wait("agent-state", ANN_AT_HELP, state="busy")
    talked = time.monotonic() + 2
    until(lambda: time.monotonic() > talked, "two seconds")
    call.hangs_up()
    ended = board.wait("call-ended", HELP, call=queued.data["call"], line="user/ann.lee")
    assert 1 <= ended.data["talked"] <= 90
    board.wait("agent-state", ANN_AT_HELP, state="free")
    ann.gone()  # so that it can unregister from its own port
    assert ann.unregister() == 200
    board.wait("line-state", ANN, state="gone")
    assert board.agent(ANN_AT_HELP) == "gone"


def test_a_caller_who_gives_up_and_one_who_is_turned_away(camp: Camp, people: People, board: Board) -> None:
    """Why a call was not answered is told: hung up, waited too long, came when it was closed, found it full."""
    for phone in people.here("user/ann.lee", "user/kim.short", "user/ned.tiny"):
        phone.rings()
    carrier = people.carrier()
    call = carrier.call("+13125550190")
    board.wait("call-queued", HELP)
    call.hangs_up()
    assert board.wait("call-abandoned", HELP).data["why"] == "abandoned"
    call = carrier.call("+13125550191")
    gone = board.wait("call-abandoned", Key("queue", "short"))
    assert gone.data["why"] == "timeout"
    assert 1 <= gone.data["waited"] <= 90
    call.close()
    carrier.call("+13125550192").ended()
    assert board.wait("call-abandoned", Key("queue", "shut")).data["why"] == "closed"
    waiting = carrier.call("+13125550194")
    board.wait("call-queued", Key("queue", "tiny"))
    carrier.call("+13125550194").ended()
    assert board.wait("call-abandoned", Key("queue", "tiny")).data["why"] == "full"
    waiting.close()


@pytest.mark.parametrize("number", ["911", "933"])
def test_an_emergency_call_is_told_at_once(camp: Camp, people: People, board: Board, number: str) -> None:
    """Who calls from where, and the number to call back; who begins to listen while the call goes on hears of it too."""
    (ann,) = people.here("user/ann.lee")
    people.carrier().answers(talk=0)
    ann.dial(number).answered()
    event = board.wait("emergency-call", ANN)
    assert (event.data["number"], event.data["callback"]) == (number, "+13125550111")
    observed = board.do(board.backend.observe([ANN])).resources[ANN]
    assert event.data["location"] == observed.location
    late = Board(camp)
    try:
        again = late.wait("emergency-call", ANN)
        assert (again.data, again.at) == (event.data, event.at)
    finally:
        late.close()


def test_wrap_up_and_pauses(camp: Camp, people: People, board: Board) -> None:
    """After a call a member is in wrap-up for as long as the hotline says, and whoever pauses says why."""
    (ned,) = people.here("user/ned.tiny", talk=0)
    member = Key("member", "tiny/user/ned.tiny")
    call = people.carrier().call("+13125550194")
    board.wait("call-answered", Key("queue", "tiny"))
    call.hangs_up()
    board.wait("call-ended", Key("queue", "tiny"))
    board.wait("agent-state", member, state="wrap-up")
    assert board.agent(member) == "wrap-up"
    with camp.server.connect() as ami:
        ami.do("QueuePause", Queue="tiny", Interface=f"PJSIP/{ned.user}", Paused="true", Reason="lunch")
        board.wait("agent-state", member, state="paused", reason="lunch")
        assert board.agent(member) == "paused"
        ami.do("QueuePause", Queue="tiny", Interface=f"PJSIP/{ned.user}", Paused="false")
    board.wait("agent-state", member, state="wrap-up")


def test_a_look_shows_what_is_going_on(camp: Camp, people: People, board: Board) -> None:
    """Who waits and for how long, who talks, what was answered and lost since the exchange started, which phones are there."""
    before = board.live()
    assert {queue.queue for queue in before.queues} == {"help", "short", "shut", "climb", "tiny"}
    assert (before.calls, before.agents, before.registered) == (0, (), frozenset())
    assert before.since <= before.at
    assert before.at - before.since < timedelta(minutes=5)
    ann, bo = people.here("user/ann.lee", "user/bo.diaz", talk=0)
    carrier = people.carrier()
    call = carrier.call("+13125550190")
    board.wait("call-answered", HELP)
    call.hangs_up()
    board.wait("call-ended", HELP)
    with camp.server.connect() as ami:  # as each change of a hotline does: what was counted stays
        ami.do("QueueReload", Parameters="yes", Members="no", Rules="no")
    talking = carrier.call("+13125550190")
    board.wait("call-answered", HELP)
    ann.rings()
    bo.rings()
    waiting = carrier.call("+13125550190")
    board.wait("call-queued", HELP)
    time_waited = until(lambda: next(queue for queue in board.live().queues if queue.queue == "help").longest_wait, "a second of waiting")
    now = board.live(agents=True)
    queue = next(queue for queue in now.queues if queue.queue == "help")
    assert (queue.waiting, queue.answered, queue.within, queue.abandoned) == (1, 1, 1, 0)
    assert time_waited >= 1
    assert now.calls == 2
    assert now.registered == {"user/ann.lee", "user/bo.diaz"}
    states = {agent.member: agent.state for agent in now.agents if agent.member.startswith("help/")}
    assert sorted(states.values()) == ["busy", "gone", "ringing"]
    assert queue.agents == {"busy": 1, "gone": 1, "ringing": 1}
    assert states["help/user/cy.stone"] == "gone"
    assert now.epoch == before.epoch
    talking.close()
    waiting.close()


def test_a_restart_is_a_gap(camp: Camp, people: People, board: Board) -> None:
    """Killed and started anew: a gap when it is gone, one when it is back, then what happens on; a look shows another epoch and start."""
    before = board.live()
    camp.server.restart(kill=True)
    gap = board.wait("gap")
    assert gap.key is None
    assert "closed the connection" in gap.data["why"] or "broke" in gap.data["why"]
    board.wait("gap")
    people.here("user/ann.lee")
    board.wait("line-state", ANN, state="registered")
    after = board.live()
    assert after.epoch != before.epoch
    assert after.since >= before.since
    assert after.registered == {"user/ann.lee"}


def test_a_frozen_exchange_keeps_nobody_waiting(camp: Camp, people: People, board: Board) -> None:
    """A look ends in Unavailable after the time-out; thawed, looks and events go on."""
    hasty = Board(camp, timeout=2.0)

    def looked() -> bool:
        with suppress(Unavailable):
            return hasty.live().calls == 0
        return False

    try:
        until(looked, "a look")
        camp.server.freeze()
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            hasty.live()
        assert time.monotonic() - begun < 60
        camp.server.thaw()
    finally:
        hasty.close()
    assert board.live().calls == 0
    people.here("user/ann.lee")
    board.wait("line-state", ANN, state="registered")
