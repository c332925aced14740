"""Messages as a real Asterisk 22 sent them (names and numbers made up), folded into events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campctl.backends.asterisk.ami import Message
from campctl.backends.asterisk.listening.folding import WANTED, Folder
from campctl.backends.asterisk.listening.ids import Ids
from campctl.backends.asterisk.listening.placed import same_for_all
from campctl.backends.asterisk.listening.standing import Standing
from campctl.model.live import Event
from campctl.model.resources import Key

NOW = datetime(2026, 11, 3, 14, 0, 0, tzinfo=UTC)
IDS = Ids(
    queues={"help": "voter-help", "legal": "legal"},
    lines={"ann.lee": "user/ann.lee", "hq~a001": "port/hq/a001"},
    locations={"loc-hq": "hq"},
    wrap_up={"help": 15},
)
CALLER = "Channel: PJSIP/trunk-00000000|ChannelState: 6|CallerIDNum: 12025550199|Uniqueid: 1795297550.0|Linkedid: 1795297550.0"
AGENT = "Interface: PJSIP/ann.lee|MemberName: Ann Lee"


def message(text: str) -> Message:
    """A message from lines separated by bars."""
    return Message(text.replace("|", "\r\n"))


def member(event: str = "QueueMemberStatus", queue: str = "help", interface: str = "PJSIP/ann.lee", **fields: Any) -> Message:
    """What app_queue says of a member."""
    known = {"Status": "1", "Paused": "0", "PausedReason": "", "InCall": "0", "LastCall": "0", "Wrapuptime": "0", **fields}
    lines = [f"Event: {event}", f"Queue: {queue}", f"Interface: {interface}", *(f"{name}: {value}" for name, value in known.items())]
    return Message("\r\n".join(lines))


def contact(status: str, uri: str = "sip:ann@192.0.2.1:5060", endpoint: str = "ann.lee") -> Message:
    """What the registrar says of a phone."""
    return message(f"Event: ContactStatus|URI: {uri}|ContactStatus: {status}|AOR: {endpoint}|EndpointName: {endpoint}|RoundtripUsec: 0")


JOIN = message(f"Event: QueueCallerJoin|{CALLER}|Queue: help|Position: 1|Count: 3")
ABANDON = message(f"Event: QueueCallerAbandon|{CALLER}|Queue: help|Position: 1|OriginalPosition: 1|HoldTime: 6")
CONNECT = message(f"Event: AgentConnect|{CALLER}|DestChannel: PJSIP/ann.lee-01|Queue: help|{AGENT}|HoldTime: 4|RingTime: 2")
COMPLETE = message(f"Event: AgentComplete|{CALLER}|Queue: help|{AGENT}|HoldTime: 4|TalkTime: 63|Reason: agent")
HANGUP = message(f"Event: Hangup|{CALLER}|Cause: 16|Cause-txt: Normal Clearing")


def overflow(why: str) -> Message:
    return message(f"Event: UserEvent|{CALLER}|UserEvent: HotlineOverflow|Hotline: help|Why: {why}|To: queue:legal")


CLOSED = message(f"Event: UserEvent|{CALLER}|UserEvent: HotlineClosed|Hotline: help|Why: HOURS|To: ")
EMERGENCY = message(
    "Event: UserEvent|Channel: PJSIP/hq~a001-09|Uniqueid: 1795297568.9|UserEvent: Emergency|Endpoint: hq~a001|Location: loc-hq"
    "|Callback: 13125550100|Extension: 3001|Dialled: 911"
)


def folded(*messages: Message, folder: Folder | None = None) -> list[Event]:
    """What messages amount to, a tenth of a second apart."""
    folder = folder or Folder("old-pbx", IDS)
    found: list[Event] = []
    for index, one in enumerate(messages):
        found += folder.fold(one, NOW + timedelta(seconds=index / 10))
    return found


def told(events: list[Event]) -> list[tuple[str, Key | None, dict[str, Any]]]:
    return [(event.type, event.key, event.data) for event in events]


QUEUE = Key("queue", "voter-help")
MEMBER = Key("member", "voter-help/user/ann.lee")
CALL = {"call": "1795297550.0"}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([JOIN], ("call-queued", QUEUE, {**CALL, "caller": "12025550199", "waiting": 3})),
        ([CONNECT], ("call-answered", QUEUE, {**CALL, "line": "user/ann.lee", "waited": 4.0})),
        ([COMPLETE], ("call-ended", QUEUE, {**CALL, "line": "user/ann.lee", "talked": 63.0})),
        ([ABANDON, HANGUP], ("call-abandoned", QUEUE, {**CALL, "waited": 6.0, "why": "abandoned"})),
        ([ABANDON, overflow("TIMEOUT")], ("call-abandoned", QUEUE, {**CALL, "waited": 6.0, "why": "timeout"})),
        ([ABANDON, overflow("ESCALATED")], ("call-abandoned", QUEUE, {**CALL, "waited": 6.0, "why": "timeout"})),
        ([overflow("FULL")], ("call-abandoned", QUEUE, {**CALL, "waited": 0.0, "why": "full"})),
        ([overflow("NOBODY")], ("call-abandoned", QUEUE, {**CALL, "waited": 0.0, "why": "closed"})),
        ([overflow("LEAVEEMPTY")], ("call-abandoned", QUEUE, {**CALL, "waited": 0.0, "why": "closed"})),
        ([CLOSED], ("call-abandoned", QUEUE, {**CALL, "waited": 0.0, "why": "closed"})),
        (
            [EMERGENCY],
            (
                "emergency-call",
                Key("line", "port/hq/a001"),
                {"call": "1795297568.9", "number": "911", "callback": "+13125550100", "location": "hq"},
            ),
        ),
        ([member()], ("agent-state", MEMBER, {"state": "free", "reason": ""})),
        ([member("QueueMemberAdded", Status="5")], ("agent-state", MEMBER, {"state": "gone", "reason": ""})),
        ([member("QueueMemberRemoved")], ("agent-state", MEMBER, {"state": "gone", "reason": "removed"})),
        (
            [member("QueueMemberPause", Paused="1", PausedReason="lunch")],
            ("agent-state", MEMBER, {"state": "paused", "reason": "lunch"}),
        ),
        ([contact("NonQualified")], ("line-state", Key("line", "user/ann.lee"), {"state": "registered"})),
        ([contact("Removed")], ("line-state", Key("line", "user/ann.lee"), {"state": "gone"})),
        ([contact("Unreachable")], ("line-state", Key("line", "user/ann.lee"), {"state": "gone"})),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "+".join(one.get("Why") or one.event for one in value),
)
def test_a_message_is_an_event(messages: list[Message], expected: tuple[str, Key, dict[str, Any]]) -> None:
    """Each kind of message becomes the event the port describes, with campctl's ids."""
    events = folded(*messages)
    assert told(events) == [expected]
    assert (events[0].backend, events[0].at) == ("old-pbx", NOW + timedelta(seconds=(len(messages) - 1) / 10))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"Status": "0"}, "free"),
        ({"Status": "1"}, "free"),
        ({"Status": "2"}, "busy"),
        ({"Status": "3"}, "busy"),
        ({"Status": "4"}, "gone"),
        ({"Status": "5"}, "gone"),
        ({"Status": "6"}, "ringing"),
        ({"Status": "7"}, "busy"),
        ({"Status": "8"}, "busy"),
        ({"Status": "1", "InCall": "1"}, "busy"),
        ({"Status": "1", "Paused": "1"}, "paused"),
        ({"Status": "2", "Paused": "1"}, "busy"),
        ({"Status": "5", "Paused": "1"}, "gone"),
        ({"Status": "1", "LastCall": str(int(NOW.timestamp()) - 14)}, "wrap-up"),
        ({"Status": "1", "LastCall": str(int(NOW.timestamp()) - 16)}, "free"),
        ({"Status": "1", "LastCall": str(int(NOW.timestamp()) - 40), "Wrapuptime": "60"}, "wrap-up"),
        ({"Status": "1", "LastCall": "nonsense"}, "free"),
    ],
    ids=str,
)
def test_a_members_state_is_what_counts_for_a_caller(fields: dict[str, str], state: str) -> None:
    """What keeps a member from the next call decides: no phone, a call, a ring, a pause, wrap-up; in this order."""
    assert [event.data["state"] for event in folded(member(**fields))] == [state]


def test_the_end_of_a_call_whose_caller_is_gone_already_tells_which_it_was() -> None:
    """A busy Asterisk tells of the end when the caller's channel is no more, and says nothing of it; each end is told of its own call."""
    of_none = message(f"Event: AgentComplete|DestChannel: PJSIP/ann.lee-01|Queue: help|{AGENT}|HoldTime: 4|TalkTime: 63|Reason: caller")
    elsewhere = message(f"Event: AgentConnect|Uniqueid: 1795297551.4|Queue: legal|{AGENT}|HoldTime: 4|RingTime: 2")
    folder = Folder("old-pbx", IDS)
    ended = [event.data["call"] for event in folded(CONNECT, elsewhere, of_none, of_none, folder=folder) if event.type == "call-ended"]
    assert ended == [CALL["call"], ""]
    folded(CONNECT, folder=folder)
    folder.forget()
    assert [event.data["call"] for event in folded(of_none, folder=folder)] == [""]


def test_a_state_is_told_once() -> None:
    """Asterisk repeats itself; only a change is an event."""
    events = folded(member(), member(), member(Status="6"), member(Status="6"), member(), member("QueueMemberPause", Paused="1"))
    assert [event.data["state"] for event in events] == ["free", "ringing", "free", "paused"]


CALLED = message(f"Event: AgentCalled|{CALLER}|DestChannel: PJSIP/ann.lee-01|Queue: help|{AGENT}")
NO_ANSWER = message(f"Event: AgentRingNoAnswer|{CALLER}|DestChannel: PJSIP/ann.lee-01|Queue: help|{AGENT}|RingTime: 1000")
LEAVE = message(f"Event: QueueCallerLeave|{CALLER}|Queue: help|Position: 1|Count: 0")
BUSY = member(Status="3")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([CALLED, BUSY, LEAVE, CONNECT], ["ringing", "busy"]),
        ([BUSY, CALLED, LEAVE, CONNECT], ["busy", "ringing", "busy"]),
        ([CALLED, BUSY, LEAVE, member(Status="3", InCall="1"), CONNECT], ["ringing", "busy"]),
        ([CALLED, BUSY, NO_ANSWER, member(), BUSY], ["ringing", "free", "busy"]),
        ([CALLED, BUSY, ABANDON, LEAVE, member(), BUSY], ["ringing", "free", "busy"]),
        ([CALLED, LEAVE, BUSY], ["busy"]),
        ([CALLED, member(Status="6"), LEAVE, CONNECT, member(Status="2")], ["ringing", "busy"]),
        ([BUSY, member()], ["busy", "free"]),
    ],
)
def test_a_phone_that_is_busy_because_a_queue_rings_it_rings(messages: list[Message], expected: list[str]) -> None:
    """Lines take one call at a time, so Asterisk calls them busy as soon as they ring."""
    assert [event.data["state"] for event in folded(*messages) if event.type == "agent-state"] == expected


def test_wrap_up_ends_by_time() -> None:
    """Nothing comes from Asterisk when wrap-up is over: the folder says when to look, and then that the member is free."""
    folder = Folder("old-pbx", IDS)
    last = str(int(NOW.timestamp()))
    assert [event.data["state"] for event in folder.fold(member(LastCall=last), NOW)] == ["wrap-up"]
    assert folder.due() == NOW + timedelta(seconds=15)
    assert folder.tick(NOW + timedelta(seconds=14)) == []
    events = folder.tick(NOW + timedelta(seconds=15))
    assert [(event.data["state"], event.at) for event in events] == [("free", NOW + timedelta(seconds=15))]
    assert folder.due() is None


def test_a_call_in_wrap_up_is_a_call() -> None:
    """A member rung out of their wrap-up does not become free by its end."""
    folder = Folder("old-pbx", IDS)
    last = str(int(NOW.timestamp()))
    folder.fold(member(LastCall=last), NOW)
    assert [event.data["state"] for event in folder.fold(member(LastCall=last, Status="2"), NOW)] == ["busy"]
    assert folder.tick(NOW + timedelta(seconds=60)) == []


def test_asterisks_clock_may_be_wrong() -> None:
    """Wrap-up is reckoned by Asterisk's clock, told by ours."""
    folder = Folder("old-pbx", IDS, skew=3600.0)
    last = str(int(NOW.timestamp()) + 3600)
    assert [event.data["state"] for event in folder.fold(member(LastCall=last), NOW)] == ["wrap-up"]
    assert folder.due() == NOW + timedelta(seconds=15)


def test_a_call_that_goes_on_without_a_word_is_told_of_by_time() -> None:
    """A dialplan of somebody else's says nothing after its queue: the caller is still there, so they waited too long."""
    folder = Folder("old-pbx", IDS)
    assert folder.fold(ABANDON, NOW) == []
    assert folder.due() == NOW + timedelta(seconds=1)
    assert [event.data["why"] for event in folder.tick(NOW + timedelta(seconds=1))] == ["timeout"]
    assert folder.fold(HANGUP, NOW + timedelta(seconds=2)) == []


def test_a_caller_passed_from_queue_to_queue() -> None:
    """Left the first one unanswered, waits in the second one under the same call."""
    second = message(f"Event: QueueCallerJoin|{CALLER}|Queue: legal|Position: 1|Count: 1")
    events = folded(JOIN, ABANDON, overflow("ESCALATED"), second, CONNECT, COMPLETE, HANGUP)
    assert [event.type for event in events] == ["call-queued", "call-abandoned", "call-queued", "call-answered", "call-ended"]
    assert {event.data["call"] for event in events} == {"1795297550.0"}
    assert events[2].key == Key("queue", "legal")
    silent = folded(JOIN, ABANDON, second)
    assert [(event.type, event.data.get("why")) for event in silent][1:] == [("call-abandoned", "timeout"), ("call-queued", None)]


def test_a_phone_is_there_while_any_contact_is() -> None:
    """A phone that registers from another port is not gone in between, in whichever order Asterisk says so."""
    folder = Folder("old-pbx", IDS)
    folder.begin([("ann.lee", "sip:ann@192.0.2.1:1")], (), NOW)
    new, old = "sip:ann@192.0.2.1:2", "sip:ann@192.0.2.1:1"
    assert folded(contact("NonQualified", new), contact("Removed", old), folder=folder) == []
    assert [event.data["state"] for event in folded(contact("Removed", new), folder=folder)] == ["gone"]


def test_what_is_unknown_goes_by_its_native_name() -> None:
    """A queue or member nobody recorded keeps its own name; a trunk's contact is no line's."""
    events = folded(member(queue="sales", interface="PJSIP/1001"), member(queue="sales", interface="Local/9@agents"))
    assert [event.key for event in events] == [Key("member", "sales/1001"), Key("member", "sales/Local/9@agents")]
    assert folded(contact("NonQualified", endpoint="trunk")) == []


@pytest.mark.parametrize(
    ("one", "unknown"),
    [
        (JOIN, False),
        (member(), False),
        (member(queue="new"), True),
        (member(interface="PJSIP/new"), True),
        (member(interface="Local/9@agents"), False),
        (contact("Removed", endpoint="new"), True),
        (EMERGENCY, False),
        (CLOSED, False),
        (HANGUP, False),
        (member(queue="campctl-lock"), False),
    ],
)
def test_a_new_name_is_noticed(one: Message, unknown: bool) -> None:
    """So that the records are looked at again."""
    assert Folder("old-pbx", IDS).unknown(one) is unknown


@pytest.mark.parametrize(
    "one",
    [
        member("QueueMemberAdded", queue="campctl-lock"),
        message("Event: VarSet|Variable: X|Value: Y"),
        message("Event: UserEvent|UserEvent: SomebodyElses|Hotline: help"),
        message("Event: UserEvent|UserEvent: HotlineClosed"),
        message("Event: FullyBooted|Status: Fully Booted"),
        message("Response: Success"),
        HANGUP,
    ],
    ids=lambda one: one.get("UserEvent") or one.event or "response",
)
def test_what_is_nobodys_business_is_no_event(one: Message) -> None:
    """The lock's members, others' user events, calls that never were in a queue."""
    assert folded(one) == []


@pytest.mark.parametrize("name", WANTED)
def test_a_message_without_its_fields_breaks_nothing(name: str) -> None:
    """Whatever is missing, folding goes on, and nothing is made up."""
    folder = Folder("old-pbx", IDS)
    assert folder.fold(Message(f"Event: {name}"), NOW) == []
    assert folder.due() is None


def test_after_missing_messages_nothing_is_taken_for_known() -> None:
    """Who was free before may be anything now, so the next word about them is told."""
    folder = Folder("old-pbx", IDS)
    folder.begin([("ann.lee", "sip:ann@192.0.2.1:1")], (), NOW)
    folder.fold(member(), NOW)
    folder.fold(ABANDON, NOW)
    folder.forget()
    assert folder.due() is None
    assert [event.data["state"] for event in folder.fold(member(), NOW)] == ["free"]
    assert folder.fold(HANGUP, NOW) == []
    assert folder.fold(contact("Reachable", "sip:ann@192.0.2.1:1"), NOW) == []


def test_machines_of_one_exchange_are_heard_together() -> None:
    """A member is free while it is on one machine, however many others have no phone of theirs; told once, not once each."""
    standing = Standing(shared=True)
    here, there = (Folder("pbx", IDS, standing=standing, machine=name) for name in ("a", "b"))
    row = {"Queue": "help", "Location": "PJSIP/ann.lee", "Status": "5"}
    here.begin([("ann.lee", "sip:ann@192.0.2.1:1")], [{**row, "Status": "1"}], NOW)
    there.begin([], [row], NOW)
    assert there.fold(member(Status="5"), NOW) == []
    assert [event.data["state"] for event in here.fold(member(Status="2"), NOW)] == ["busy"]
    assert there.fold(contact("NonQualified"), NOW) == []
    assert here.fold(contact("Removed", "sip:ann@192.0.2.1:1"), NOW) == []
    assert there.fold(member(Status="1"), NOW) == []
    assert [event.data["state"] for event in here.fold(member(Status="5"), NOW)] == ["free"]
    assert here.fold(member("QueueMemberRemoved"), NOW) == []
    assert [event.data["reason"] for event in there.fold(member("QueueMemberRemoved"), NOW)] == ["removed"]
    assert [event.data["state"] for event in there.fold(contact("Removed"), NOW)] == ["gone"]


def test_a_machine_that_is_lost_says_nothing_any_more() -> None:
    """What it said last does not hold; what the others say does, and is told anew."""
    standing = Standing(shared=True)
    here, there = (Folder("pbx", IDS, standing=standing, machine=name) for name in ("a", "b"))
    here.fold(member(Status="2"), NOW)
    there.fold(member(Status="5"), NOW)
    here.forget()
    assert [event.data["state"] for event in there.fold(member(Status="5"), NOW)] == ["gone"]


@pytest.mark.parametrize(
    ("call", "seconds", "told"),
    [
        ("pbx-{}.122", 0.4, 0.0),
        ("{}.9", 3.7, 0.0),
        ("pbx-1-{}.9", -2.0, 0.0),
        ("pbx-{}.122", 3600.0, 3600.0),  # its clock is another
        ("x.1", 0.4, 0.4),
        ("", 0.4, 0.4),
    ],
)
def test_an_emergency_call_has_one_instant(call: str, seconds: float, told: float) -> None:
    """Whoever hears of it, at once or later, has the instant at which its channel was made, and so knows it for the same."""
    at = NOW + timedelta(seconds=seconds)
    assert same_for_all(call.format(int(NOW.timestamp())), at) == NOW + timedelta(seconds=told)
