"""A look at what goes on, from answers as a real Asterisk 22 gives them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from campctl.backends.asterisk.ami import Ami, AmiOptions
from campctl.backends.asterisk.listening import live
from campctl.backends.asterisk.listening.ids import Ids
from campctl.backends.asterisk.listening.live import contacts_of, look
from campctl.errors import Refused
from campctl.model.live import AgentNow, Live
from servers.fake_ami import FakeAmi, Fields, Session, run

IDS = Ids(queues={"help": "voter-help"}, lines={"ann.lee": "user/ann.lee", "bo": "user/bo"}, wrap_up={"help": 15})
NOW = datetime(2026, 10, 1, 14, 3, 14, tzinfo=UTC)


class Clock:
    """Stands still, while Asterisk's own clock is what the fake says."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError


def params(queue: str, *, completed: int = 0, abandoned: int = 0, perf: float = 0.0) -> tuple[str, ...]:
    return "Event: QueueParams", f"Queue: {queue}", f"Completed: {completed}", f"Abandoned: {abandoned}", f"ServicelevelPerf: {perf}"


def member(queue: str, interface: str, status: int, **more: Any) -> tuple[str, ...]:
    return (
        "Event: QueueMember",
        f"Queue: {queue}",
        f"Location: {interface}",
        f"Status: {status}",
        *(f"{name}: {value}" for name, value in more.items()),
    )


def entry(queue: str, wait: int) -> tuple[str, ...]:
    return "Event: QueueEntry", f"Queue: {queue}", "Position: 1", f"Wait: {wait}"


class Exchange:
    """A fake with queues, and what it is asked."""

    def __init__(self, fake: FakeAmi) -> None:
        self.fake = fake
        self.ami = Ami(fake.where, fake.user, lambda: fake.secret, AmiOptions(backend="pbx", deadline=60, connect=60))
        self.queues = [params("help", completed=40, abandoned=3, perf=82.5), params("sales"), params("campctl-lock")]
        self.entries = [entry("help", 7), entry("help", 31)]
        self.members = [
            member("help", "PJSIP/ann.lee", 1, Paused="1", PausedReason="lunch"),
            member("help", "PJSIP/bo", 5),
            member("sales", "PJSIP/bo", 5),
            member("sales", "Local/9@agents", 0),
            member("campctl-lock", "Local/token", 1),
        ]
        self.channels: list[tuple[str, ...]] = []
        self.counts = {"help": 2, "sales": 2, "campctl-lock": 1}
        self.summary = {"help": (1, 0), "sales": (1, 1), "campctl-lock": (1, 1)}
        fake.tree = {
            "registrar/contact/ann.lee;@1": '{"endpoint":"ann.lee","uri":"sip:ann@192.0.2.1:5060"}',
            "registrar/contact/trunk;@1": '{"endpoint":"trunk","uri":"sip:192.0.2.9"}',
            "registrar/contact/broken;@1": "no json",
        }
        fake.on |= {"queuestatus": self._status, "getvar": self._count, "queuesummary": self._summary, "command": self._command}
        fake.on["coreshowchannels"] = self._channels
        fake.on["ping"] = self._ping

    async def _status(self, session: Session, fields: Fields) -> None:
        rows = [*self.queues, *(self.members if "Member" not in fields else []), *self.entries]
        session.list(fields, "", rows, "QueueStatusComplete")

    async def _count(self, session: Session, fields: Fields) -> None:
        queue = fields["Variable"].removeprefix("QUEUE_MEMBER(").partition(",")[0]
        session.respond(fields, "Success", f"Variable: {fields['Variable']}", f"Value: {self.counts[queue]}")

    async def _summary(self, session: Session, fields: Fields) -> None:
        rows = [("Event: QueueSummary", f"Queue: {q}", f"LoggedIn: {n}", f"Available: {m}") for q, (n, m) in self.summary.items()]
        session.list(fields, "", rows, "QueueSummaryComplete")

    async def _command(self, session: Session, fields: Fields) -> None:
        if fields["Command"] == "core show channels count":
            lines = ["Output: 5 active channels", "Output: 3 active calls", "Output: 40 calls processed"]
            session.respond(fields, "Success", "Message: Command output follows", *lines)
        else:
            await self.fake._command(session, fields)

    async def _channels(self, session: Session, fields: Fields) -> None:
        session.list(fields, "", self.channels, "CoreShowChannelsComplete")

    async def _ping(self, session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", "Ping: Pong", f"Timestamp: {NOW.timestamp()}")

    async def look(self, *, agents: bool = False) -> Live:
        return await look(self.ami, IDS, Clock(), agents=agents)


def at(work: Callable[[Exchange], Awaitable[None]]) -> None:
    async def main() -> None:
        async with FakeAmi() as fake:
            exchange = Exchange(fake)
            try:
                await work(exchange)
            finally:
                await exchange.ami.close()

    run(main)


def test_a_look_has_all_a_board_begins_with() -> None:
    """Queues by id with who waits and for how long, counts since the start, members by state, calls and phones."""

    async def work(exchange: Exchange) -> None:
        now = await exchange.look(agents=True)
        assert (now.at, now.backend, now.calls) == (NOW, "pbx", 3)
        assert now.registered == {"user/ann.lee"}
        helps, sales = {queue.queue: queue for queue in now.queues}["voter-help"], now.queues[0]
        assert [queue.queue for queue in now.queues] == ["sales", "voter-help"]
        assert (helps.waiting, helps.longest_wait) == (2, 31.0)
        assert (helps.answered, helps.abandoned, helps.within) == (40, 3, 33)
        assert helps.agents == {"paused": 1, "gone": 1}
        assert sales.agents == {"gone": 1, "free": 1}
        assert now.agents == (
            AgentNow(member="sales/Local/9@agents", state="free"),
            AgentNow(member="sales/user/bo", state="gone"),
            AgentNow(member="voter-help/user/ann.lee", state="paused", reason="lunch"),
            AgentNow(member="voter-help/user/bo", state="gone"),
        )

    at(work)


def test_the_short_look_leaves_members_out() -> None:
    """Their states are counted all the same."""

    async def work(exchange: Exchange) -> None:
        now = await exchange.look()
        assert now.agents == ()
        assert {queue.queue: queue.agents for queue in now.queues}["voter-help"] == {"paused": 1, "gone": 1}

    at(work)


def test_many_members_are_counted_and_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound Asterisk's own counts serve, and no list of members is asked for; asked for, it is."""
    monkeypatch.setattr(live, "EXACT_UP_TO", 3)

    async def work(exchange: Exchange) -> None:
        exchange.counts["help"], exchange.summary["help"] = 2000, (1500, 900)
        now = await exchange.look()
        assert {queue.queue: queue.agents for queue in now.queues}["voter-help"] == {"free": 900, "busy": 600, "gone": 500}
        assert all("Member" in fields for fields in exchange.fake.asked("QueueStatus"))
        assert len((await exchange.look(agents=True)).agents) == 4

    at(work)


def test_a_member_whose_phone_rings_is_not_busy() -> None:
    """A line that takes one call at a time is busy for Asterisk when it rings: its channel tells."""

    async def work(exchange: Exchange) -> None:
        exchange.members = [member("help", f"PJSIP/{name}", 3, InCall="0") for name in ("ann.lee", "bo")]
        exchange.channels = [
            ("Event: CoreShowChannel", "Channel: PJSIP/ann.lee-00000001", "ChannelStateDesc: Ringing"),
            ("Event: CoreShowChannel", "Channel: PJSIP/bo-00000002", "ChannelStateDesc: Ringing"),
            ("Event: CoreShowChannel", "Channel: PJSIP/bo-00000003", "ChannelStateDesc: Up"),
        ]
        states = {agent.member: agent.state for agent in (await exchange.look(agents=True)).agents}
        assert states == {"voter-help/user/ann.lee": "ringing", "voter-help/user/bo": "busy"}

    at(work)


@pytest.mark.parametrize(
    ("started", "since"),
    [
        (("2026-10-01", "14:00:00"), "14:00:00"),  # Asterisk in UTC
        (("2026-10-01", "09:00:00"), "14:00:00"),  # Chicago
        (("2026-10-01", "19:45:01"), "14:00:01"),  # Kathmandu, and a second of rounding
    ],
)
def test_counting_began_when_asterisk_started(started: tuple[str, str], since: str) -> None:
    """Whatever zone it keeps its time in: it says how long it has been up, which is 194 s here."""

    async def work(exchange: Exchange) -> None:
        exchange.fake.started = started
        now = await exchange.look()
        assert now.since == datetime.fromisoformat(f"2026-10-01T{since}+00:00")
        assert now.epoch.startswith("T".join(started))

    at(work)


def test_a_right_that_lacks_is_named() -> None:
    """An Asterisk that says no ends the look with its words and the cure."""

    async def work(exchange: Exchange) -> None:
        async def no(session: Session, fields: Fields) -> None:
            session.respond(fields, "Error", "Message: Permission denied")

        exchange.fake.on["getvar"] = no
        with pytest.raises(Refused, match="Permission denied") as caught:
            await exchange.look()
        assert "manager.conf" in caught.value.hint

    at(work)


def test_rows_that_are_no_contacts_are_left_out() -> None:
    """What somebody wrote there by hand does not stop a look."""
    row = "Event: DBGetTreeResponse\r\nKey: /registrar/contact/{}\r\nVal: {}\r\nActionID: 3"
    rows = [row.format("a;@1", '{"endpoint":"a","uri":"sip:a"}'), row.format("b;@1", "{"), row.format("c;@1", "{}"), row.format("d", "[]")]
    assert contacts_of(rows) == [("a", "sip:a")]
