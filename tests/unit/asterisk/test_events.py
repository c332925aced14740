"""Streams of events over a manager connection that breaks, and looks at what goes on, against a fake in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk.ami import Ami, AmiOptions
from campctl.backends.asterisk.listening.events import Ears, Listening
from campctl.backends.asterisk.listening.folding import WANTED
from campctl.backends.asterisk.listening.going_on import listen_everywhere
from campctl.backends.asterisk.listening.ids import Ids
from campctl.errors import AuthFailed, Unavailable
from campctl.model.live import Event
from campctl.model.resources import Key
from servers.fake_ami import FakeAmi, Fields, Session, run, until

IDS = Ids(queues={"help": "voter-help"}, lines={"ann.lee": "user/ann.lee"}, wrap_up={"help": 15})
QUICK = Listening(first_wait=0.01, longest_wait=0.02, relearn=0.0)


class Clock:
    """The real time, of which every wait is noted and none takes longer than a blink."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(min(seconds, 0.02))


class Stage:
    """A fake, ears on it, and how often the records were read."""

    def __init__(self, fake: FakeAmi, how: Listening, deadline: float) -> None:
        self.fake = fake
        self.ids = IDS
        self.learned = 0
        self.clock = Clock()
        self.ami = Ami(fake.where, fake.user, lambda: fake.secret, AmiOptions(backend="old-pbx", deadline=deadline, connect=60))
        self.ears = Ears(self.ami, self.learn, self.clock, how)

    async def learn(self) -> Ids:
        self.learned += 1
        return self.ids

    async def hearing(self) -> tuple[AsyncIterator[Event], asyncio.Task[Event]]:
        """A stream that has begun, with its next event awaited."""
        stream = self.ears.listen()
        first = asyncio.ensure_future(anext(stream))
        await self.ready()
        return stream, first

    async def ready(self) -> None:
        """Wait until a connection wants events, with all its filters, and knows the phones."""
        await until(lambda: bool(self.fake.sessions) and len(self.fake.sessions[-1].filters) == len(WANTED) + 1)
        await until(lambda: bool(self.fake.asked("DBGetTree")))

    def member(self, status: int, interface: str = "PJSIP/ann.lee", **fields: Any) -> None:
        """A member's state is told."""
        more = [f"{name}: {value}" for name, value in fields.items()]
        self.fake.emit("Event: QueueMemberStatus", "Queue: help", f"Interface: {interface}", f"Status: {status}", *more)


def on_stage(work: Callable[[Stage], Awaitable[None]], how: Listening = QUICK, *, deadline: float = 60) -> None:
    """Run a test; whatever it left open ends with it. `deadline`: seconds after which what is not answered is given up."""

    async def main() -> None:
        async with FakeAmi() as fake:
            stage = Stage(fake, how, deadline)
            try:
                await work(stage)
            finally:
                await stage.ears.close()
                await stage.ami.close()

    run(main)


def states(events: list[Event]) -> list[Any]:
    return [event.data.get("state") if event.type != "gap" else "gap" for event in events]


async def take(stream: AsyncIterator[Event], count: int) -> list[Event]:
    return [await anext(stream) for _ in range(count)]


def test_what_happens_is_told() -> None:
    """From the first message on, with ids and a time of ours; Asterisk is asked for what is folded and no more."""

    async def work(stage: Stage) -> None:
        before = datetime.now(UTC)
        stream, first = await stage.hearing()
        stage.fake.emit("Event: VarSet", "Variable: X", "Value: Y")
        stage.member(1)
        stage.member(6)
        event = await first
        assert (event.type, event.key, event.backend) == ("agent-state", Key("member", "voter-help/user/ann.lee"), "old-pbx")
        assert before <= event.at <= datetime.now(UTC)
        assert states(await take(stream, 1)) == ["ringing"]
        wanted = {fields["MatchCriteria"] for fields in stage.fake.asked("Filter")}
        assert wanted == {f"action(include),name({name})" for name in (*WANTED, "FullyBooted")}

    on_stage(work)


@pytest.mark.parametrize("broken", ["drop", "restart"])
def test_a_broken_connection_is_made_anew_with_a_gap_first(broken: str) -> None:
    """What came before the break is told, then a gap that says why, then that it is heard again, then what happens on."""

    async def work(stage: Stage) -> None:
        stream, first = await stage.hearing()
        stage.member(1)
        assert states([await first]) == ["free"]
        following = asyncio.ensure_future(take(stream, 3))
        stage.fake.seen.clear()
        if broken == "drop":
            stage.fake.drop()
        else:
            stage.fake.restart(("2026-10-02", "09:00:00"))
        await stage.ready()
        stage.member(1)
        events = await following
        assert states(events) == ["gap", "gap", "free"]
        assert [event.key for event in events[:2]] == [None, None]
        assert events[0].data["why"] == events[1].data["why"] != ""
        assert stage.learned == 2

    on_stage(work)


def test_attempts_are_made_at_growing_intervals() -> None:
    """While nobody answers it is tried again, later and later up to a bound, and never given up."""

    async def work(stage: Stage) -> None:
        stream, first = await stage.hearing()
        stage.member(1)
        await first
        refusals = 0

        async def closed(session: Session, fields: Fields) -> None:
            nonlocal refusals
            refusals += 1
            session.reset()

        stage.fake.on["challenge"] = closed
        following = asyncio.ensure_future(take(stream, 2))
        stage.clock.slept.clear()
        stage.fake.drop()
        await until(lambda: refusals == 6)
        waits = list(stage.clock.slept)
        stage.fake.on.clear()
        assert states(await following) == ["gap", "gap"]
        assert [wait for wait in waits if wait < 1][:4] == [0.01, 0.02, 0.04, 0.04]

    on_stage(work, Listening(first_wait=0.01, longest_wait=0.04))


def test_the_first_connection_fails_at_once() -> None:
    """Who begins to listen hears why it cannot be; unless they are patient."""

    async def work(stage: Stage) -> None:
        stage.fake.banner = b"SSH-2.0\r\n"
        with pytest.raises(Unavailable):
            await anext(stage.ears.listen())
        patient = Ears(stage.ami, stage.learn, stage.clock, Listening(first_wait=0.01, patient=True))
        first = asyncio.ensure_future(anext(patient.listen()))
        await until(lambda: len(stage.clock.slept) >= 2)
        stage.fake.banner = b"Asterisk Call Manager/11.0.0\r\n"
        assert (await first).type == "gap"
        await patient.close()

    on_stage(work)


def test_a_secret_that_changed_ends_the_stream() -> None:
    """A wrong password is not tried again and again: that would lock us out."""

    async def work(stage: Stage) -> None:
        stream, first = await stage.hearing()
        stage.member(1)
        await first
        stage.fake.secret = "another-one"
        stage.ami._door = stage.ami._door.__class__(stage.fake.where, "campctl", lambda: "correct-horse-battery", "old-pbx", 0.5)
        following = asyncio.ensure_future(take(stream, 2))
        stage.fake.drop()
        with pytest.raises(AuthFailed):
            await following

    on_stage(work)


def test_a_slow_listener_loses_the_oldest_and_is_told() -> None:
    """Reading goes on, the buffer is bounded, and a gap says how many messages are lost."""

    async def work(stage: Stage) -> None:
        stream, first = await stage.hearing()
        stage.member(1)
        await first
        (ear,) = stage.ears._open
        for number in range(12):
            stage.member(6 if number % 2 else 2)
        await until(lambda: ear._lost == 8)
        events = await take(stream, 5)
        assert states(events) == ["gap", "busy", "ringing", "busy", "ringing"]
        assert "8 messages" in events[0].data["why"]
        stage.member(1)
        assert states(await take(stream, 1)) == ["free"]

    on_stage(work, Listening(buffer=4))


def test_a_name_that_is_new_is_looked_up() -> None:
    """A line made while somebody listens goes by its id, not by its native name."""

    async def work(stage: Stage) -> None:
        stream, first = await stage.hearing()
        stage.ids = Ids(queues=IDS.queues, lines={**IDS.lines, "bo.diaz": "user/bo.diaz"})
        stage.member(1, "PJSIP/bo.diaz")
        assert (await first).key == Key("member", "voter-help/user/bo.diaz")
        assert stage.learned == 2
        stage.member(6, "PJSIP/bo.diaz")
        await take(stream, 1)
        assert stage.learned == 2

    on_stage(work)


def test_wrap_up_ends_without_a_message() -> None:
    """The stream wakes by itself when a member's wrap-up is over."""

    async def work(stage: Stage) -> None:
        stream, first = await stage.hearing()
        stage.member(1, LastCall=int(datetime.now(UTC).timestamp()), Wrapuptime=3600)
        assert states([await first]) == ["wrap-up"]
        over = asyncio.ensure_future(anext(stream))
        await until(lambda: len(stage.clock.slept) > 2)
        assert not over.done()
        stage.clock.ahead = timedelta(hours=1)
        assert states([await over]) == ["free"]

    on_stage(work)


def test_a_silent_connection_is_looked_at() -> None:
    """A peer that is gone without a word is found out by a ping that has no answer."""

    async def work(stage: Stage) -> None:
        async def silence(session: Session, fields: Fields) -> None:
            """No answer."""

        stream, first = await stage.hearing()
        await until(lambda: len(stage.fake.asked("Ping")) >= 2)
        stage.fake.on["ping"] = silence
        before = stage.fake.logins
        assert states([await first]) == ["gap"]
        again = asyncio.ensure_future(anext(stream))
        await until(lambda: stage.fake.logins > before)
        stage.fake.on.clear()
        assert states([await again]) == ["gap"]

    on_stage(work, Listening(first_wait=0.01, longest_wait=0.02, quiet=0.02), deadline=2)


def test_one_that_boots_is_waited_for() -> None:
    """Before Asterisk is fully booted it has no queues: nothing is told before that, and then all is."""

    async def work(stage: Stage) -> None:
        stage.fake.booted = False
        first = asyncio.ensure_future(anext(stage.ears.listen()))
        await until(lambda: bool(stage.fake.sessions) and stage.fake.sessions[-1].logged_in)
        assert stage.fake.asked("Filter") == []
        stage.fake.sessions[-1].message("Event: FullyBooted", "Status: Fully Booted")
        await stage.ready()
        stage.member(1)
        assert states([await first]) == ["free"]

    on_stage(work)


def test_it_is_known_when_a_stream_has_begun() -> None:
    """Not before everything is heard that happens; also when nothing can be heard, nobody listens any more, or it takes too long."""

    async def work(stage: Stage) -> None:
        stage.fake.booted = False
        begun = asyncio.ensure_future(stage.ears.begun())
        first = asyncio.ensure_future(anext(stage.ears.listen()))
        await until(lambda: bool(stage.fake.sessions) and stage.fake.sessions[-1].logged_in)
        assert not begun.done()
        stage.fake.sessions[-1].message("Event: FullyBooted", "Status: Fully Booted")
        await begun
        stage.member(1)
        assert states([await first]) == ["free"]
        nowhere = Ears(Ami(replace(stage.fake.where, port=1), "campctl", str), stage.learn, stage.clock, QUICK)
        with pytest.raises(Unavailable):
            await anext(nowhere.listen())
        await nowhere.begun()
        unused = Ears(stage.ami, stage.learn, stage.clock, QUICK)
        await unused.close()
        await unused.begun()
        hasty = Ami(stage.fake.where, stage.fake.user, lambda: stage.fake.secret, AmiOptions(deadline=0.02))
        silent = Ears(hasty, stage.learn, stage.clock, QUICK)
        await silent.begun()

    on_stage(work)


def test_closing_ends_every_stream() -> None:
    """Those that listen, those that still connect, and those that begin later; closing twice is fine."""

    async def work(stage: Stage) -> None:
        _, first = await stage.hearing()
        second = asyncio.ensure_future(anext(stage.ears.listen()))
        await asyncio.sleep(0)
        await stage.ears.close()
        await stage.ears.close()
        for one in (first, second):
            with pytest.raises(StopAsyncIteration):
                await one
        assert [event async for event in stage.ears.listen()] == []

    on_stage(work)


def test_machines_are_heard_together() -> None:
    """A member that is free on one machine is not gone because another has no phone of theirs; a machine that goes is a gap."""

    async def work(stage: Stage) -> None:
        async with FakeAmi() as other:
            ami = Ami(other.where, other.user, lambda: other.secret, AmiOptions(backend="old-pbx", deadline=60, connect=60))
            row = "Event: QueueMember", "Queue: help", "Location: PJSIP/ann.lee"
            stage.fake.lists["queuestatus"] = [(*row, "Status: 1")]
            other.lists["queuestatus"] = [(*row, "Status: 5")]
            patient = Listening(first_wait=0.01, longest_wait=0.02, patient=True)
            both = [Ears(one, stage.learn, stage.clock, patient) for one in (stage.ami, ami)]
            stream = listen_everywhere(both)
            first = asyncio.ensure_future(anext(stream))
            await until(lambda: bool(stage.fake.asked("QueueStatus")) and bool(other.asked("QueueStatus")))
            other.emit("Event: QueueMemberStatus", "Queue: help", "Interface: PJSIP/ann.lee", "Status: 5", "Paused: 0")
            await ami.ask("Ping")
            stage.member(2)
            assert states([await first]) == ["busy"]
            following = asyncio.ensure_future(take(stream, 2))
            other.drop()
            assert states(await following) == ["gap", "gap"]
            for ears in both:
                await ears.close()
            await ami.close()
            with pytest.raises(StopAsyncIteration):
                await anext(stream)

    on_stage(work)


def test_an_emergency_call_in_progress_is_told() -> None:
    """One placed before anybody listened, or while the connection was lost, is told when it is heard again, with its time; each once."""

    async def work(stage: Stage) -> None:
        where = {"Context": "campctl-emergency", "Duration": "00:01:05"}
        rows = [
            {"Channel": "PJSIP/ann.lee-00000001", "Uniqueid": "a.1", **where},
            {"Channel": "PJSIP/trunk-00000002", "Uniqueid": "a.2", "Context": "campctl-trunk"},
            {"Channel": "PJSIP/gone-00000003", "Uniqueid": "a.3", **where},
        ]
        said = {"ME": "ann.lee", "PLACE": "loc-hq", "CALLBACK": "13125550111", "INSIDE": "3001", "SENT": "911"}

        async def getvar(session: Session, fields: Fields) -> None:
            value = said[fields["Variable"]] if "ann.lee" in fields["Channel"] else ""
            session.respond(fields, "Success", f"Variable: {fields['Variable']}", f"Value: {value}")

        stage.fake.on["getvar"] = getvar
        stage.fake.lists["coreshowchannels"] = [
            ("Event: CoreShowChannel", *(f"{name}: {value}" for name, value in row.items())) for row in rows
        ]
        stream, first = await stage.hearing()
        event = await first
        assert (event.type, event.key, event.data["number"], event.data["callback"]) == (
            "emergency-call", Key("line", "user/ann.lee"), "911", "+13125550111",
        )  # fmt: skip
        assert 60 < (datetime.now(UTC) - event.at).total_seconds() < 120
        told = "Event: UserEvent", "UserEvent: Emergency", "Endpoint: ann.lee", "Dialled: 911"
        stage.fake.emit(*told, "Uniqueid: a.1")
        stage.fake.emit(*told, "Uniqueid: a.4")
        (another,) = await take(stream, 1)
        assert another.data["call"] == "a.4"
        following = asyncio.ensure_future(take(stream, 3))
        stage.fake.seen.clear()
        stage.fake.drop()
        await stage.ready()
        stage.member(1)
        assert states(await following) == ["gap", "gap", "free"]

    on_stage(work)
