"""Messages of Asterisk folded into campctl's events: pure, one message at a time.

A caller who leaves a queue unanswered is told of by QueueCallerAbandon whether they hung up or waited too long; which of
the two shows in what comes next on the same channel: a Hangup, or the dialplan's HotlineOverflow. So it is held back until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from campctl.backends.asterisk.ami import Message
from campctl.backends.asterisk.facts.names import number as e164
from campctl.backends.asterisk.listening.agents import is_engaged, number, state_of
from campctl.backends.asterisk.listening.ids import LOCK_QUEUE, Ids
from campctl.backends.asterisk.listening.placed import same_for_all
from campctl.backends.asterisk.listening.standing import Stand, Standing
from campctl.model.live import Event, EventType
from campctl.model.resources import Key

WANTED: Final = (
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueCallerAbandon",
    "AgentCalled",
    "AgentConnect",
    "AgentRingNoAnswer",
    "AgentComplete",
    "QueueMemberAdded",
    "QueueMemberRemoved",
    "QueueMemberStatus",
    "QueueMemberPause",
    "ContactStatus",
    "UserEvent",
    "Hangup",
)
"""Events that are folded; Asterisk is asked for no others (it makes some forty of every call)."""

_OF_NO_QUEUE: Final = frozenset({"ContactStatus", "UserEvent", "Hangup"})
_HELD: Final = timedelta(seconds=1)
"""How long an unanswered call is held back; what tells why comes within milliseconds."""

_WHY: Final = {"FULL": "full", "TIMEOUT": "timeout", "ESCALATED": "timeout"}
"""QUEUESTATUS and the dialplan's own words to why a call was not answered; any other: there was nobody to answer."""
_THERE: Final = frozenset({"Created", "NonQualified", "Reachable", "Unknown", "Updated"})


class Folder:
    """Folds what one connection tells. `skew`: seconds by which Asterisk's clock is ahead of ours.

    standing: what all machines say together, where there are several; machine: which of them this one is. emergencies: calls
    that were told of, on connections before this one too: each is told once.
    """

    def __init__(
        self,
        backend: str,
        ids: Ids,
        *,
        skew: float = 0.0,
        standing: Standing | None = None,
        machine: str = "",
        emergencies: set[str] | None = None,
    ) -> None:
        self.backend = backend
        self.ids = ids
        self.skew = skew
        self.machine = machine
        self._standing = standing or Standing()
        self._emergencies = set() if emergencies is None else emergencies
        self._held: dict[str, tuple[datetime, str, float]] = {}
        """Call to when it left its queue unanswered, the queue, and how long it waited."""
        self._wrapping: dict[tuple[str, str], tuple[datetime, Mapping[str, str]]] = {}
        self._fields: dict[tuple[str, str], Mapping[str, str]] = {}
        """What app_queue last said of each member."""
        self._ringing: dict[tuple[str, str], str] = {}
        """Members that a queue rings now, for which call."""
        self._talking: dict[tuple[str, str], str] = {}
        """Members that answered a queue's call, and which: of a caller whose channel is gone already its end does not tell."""
        self._contacts: dict[str, set[str]] = {}
        self._next: datetime | None = None
        self._folds: dict[str, Callable[[Mapping[str, str], datetime], list[Event]]] = {
            "QueueCallerJoin": self._join,
            "QueueCallerAbandon": self._abandon,
            "QueueCallerLeave": self._leave,
            "AgentCalled": self._called,
            "AgentConnect": self._connect,
            "AgentRingNoAnswer": self._no_answer,
            "AgentComplete": self._complete,
            "QueueMemberAdded": self._agent,
            "QueueMemberRemoved": self._left,
            "QueueMemberStatus": self._agent,
            "QueueMemberPause": self._agent,
            "ContactStatus": self._contact,
            "UserEvent": self._user,
            "Hangup": self._hangup,
        }

    def begin(self, contacts: Iterable[tuple[str, str]], members: Iterable[Mapping[str, str]], now: datetime) -> None:
        """Learn endpoint and URI of every contact there is, and, as far as given, how members stand (rows of QueueStatus)."""
        self.lost()
        self._contacts.clear()
        for endpoint, uri in contacts:
            self._contacts.setdefault(endpoint, set()).add(uri)
        for endpoint in self._contacts:
            if endpoint in self.ids.lines:
                self._standing.line(self.machine, self.ids.lines[endpoint], there=True)
        for row in members:
            if row.get("Queue", LOCK_QUEUE) != LOCK_QUEUE:
                self._agent({**row, "Interface": row.get("Location", "")}, now)

    def forget(self) -> None:
        """Messages are missing: what is known of calls and agents holds no longer."""
        self._held.clear()
        self._standing.forget_members(self.machine)
        self._wrapping.clear()
        self._fields.clear()
        self._ringing.clear()
        self._talking.clear()
        self._next = None

    def lost(self) -> None:
        """The machine is heard no more: nothing it said holds."""
        self.forget()
        self._standing.forget_lines(self.machine)

    def unknown(self, message: Message) -> bool:
        """Whether it names a queue or a line that the ids do not hold."""
        fields = message.fields
        endpoint = fields.get("EndpointName") or fields.get("Endpoint", "")
        queue = fields.get("Queue") or fields.get("Hotline", "")
        return queue != LOCK_QUEUE and not self.ids.knows(queue, fields.get("Interface", ""), endpoint)

    def fold(self, message: Message, now: datetime) -> list[Event]:
        """The events a message amounts to, most often none or one."""
        fields = message.fields
        fold = self._folds.get(message.event)
        if fold is None or (fields.get("Queue", LOCK_QUEUE) == LOCK_QUEUE and message.event not in _OF_NO_QUEUE):
            return []
        return fold(fields, now)

    def due(self) -> datetime | None:
        """When `tick` may have something to do, if nothing comes before that."""
        return self._next

    def tick(self, now: datetime) -> list[Event]:
        """What time alone brings about: wrap-up ends, and a call held back is told of."""
        if self._next is None or now < self._next:
            return []
        events: list[Event] = []
        for call in [call for call, (left, _, _) in self._held.items() if left + _HELD <= now]:
            events += self._unanswered(call, "timeout", now)
        for key in [key for key, (end, _) in self._wrapping.items() if end <= now]:
            _, fields = self._wrapping.pop(key)
            events += self._agent(fields, now)
        moments = [left + _HELD for left, _, _ in self._held.values()] + [end for end, _ in self._wrapping.values()]
        self._next = min(moments, default=None)
        return events

    def _by(self, moment: datetime) -> None:
        """`tick` is to look at this moment, at the latest."""
        self._next = moment if self._next is None else min(self._next, moment)

    # -- calls --

    def _join(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        call = fields.get("Uniqueid", "")
        events = self._unanswered(call, "timeout", now)
        caller = _caller(fields.get("CallerIDNum", ""))
        return [
            *events,
            self._call("call-queued", fields.get("Queue", ""), now, call=call, caller=caller, waiting=int(number(fields.get("Count", "")))),
        ]

    def _abandon(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        self._held[fields.get("Uniqueid", "")] = (now, fields.get("Queue", ""), number(fields.get("HoldTime", "")))
        self._by(now + _HELD)
        return []

    def _hangup(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        return self._unanswered(fields.get("Uniqueid", ""), "abandoned", now)

    def _unanswered(self, call: str, why: str, now: datetime) -> list[Event]:
        """A call that was held back is told of."""
        held = self._held.pop(call, None)
        if held is None:
            return []
        _, queue, waited = held
        return [self._call("call-abandoned", queue, now, call=call, waited=waited, why=why)]

    def _connect(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        call, line = fields.get("Uniqueid", ""), self.ids.member_line(fields.get("Interface", ""))
        waited = number(fields.get("HoldTime", ""))
        answered = self._call("call-answered", fields.get("Queue", ""), now, call=call, line=line, waited=waited)
        self._ringing.pop(_member(fields), None)
        self._talking[_member(fields)] = call
        return [answered, *self._again(_member(fields), now)]

    def _complete(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        before, line = self._talking.pop(_member(fields), ""), self.ids.member_line(fields.get("Interface", ""))
        call = fields.get("Uniqueid", "") or before
        talked = number(fields.get("TalkTime", ""))
        return [self._call("call-ended", fields.get("Queue", ""), now, call=call, line=line, talked=talked)]

    def _user(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        """The dialplan's own words: campctl's, or nobody's."""
        what, call = fields.get("UserEvent", ""), fields.get("Uniqueid", "")
        if what == "Emergency":
            return self.placed(fields, now)
        if what not in {"HotlineOverflow", "HotlineClosed"} or not fields.get("Hotline"):
            return []
        why = _WHY.get(fields.get("Why", ""), "closed") if what == "HotlineOverflow" else "closed"
        if call in self._held:
            return self._unanswered(call, why, now)
        return [self._call("call-abandoned", fields["Hotline"], now, call=call, waited=0.0, why=why)]

    def placed(self, fields: Mapping[str, str], at: datetime) -> list[Event]:
        """An emergency call that was placed then, as the dialplan's own event tells of it."""
        call = fields.get("Uniqueid", "")
        if call in self._emergencies:
            return []
        self._emergencies |= {call} if call else set()
        endpoint = fields.get("Endpoint", "")
        data = {
            "call": call,
            "number": fields.get("Dialled", ""),
            "callback": e164(fields.get("Callback", "")) or fields.get("Extension", ""),
            "location": self.ids.location(fields.get("Location", "")),
        }
        return [self._event("emergency-call", Key("line", self.ids.lines.get(endpoint, endpoint)), same_for_all(call, at), data)]

    # -- agents and lines --

    def _called(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        """A queue rings a member; that its phone does shows in its state, just before or after this."""
        key = _member(fields)
        self._ringing[key] = fields.get("Uniqueid", "")
        return self._again(key, now)

    def _no_answer(self, fields: Mapping[str, str], now: datetime) -> list[Event]:  # noqa: ARG002 - the shape of all folds
        """A queue rings a member no more; what their phone does now comes as a state."""
        self._ringing.pop(_member(fields), None)
        return []

    def _leave(self, fields: Mapping[str, str], now: datetime) -> list[Event]:  # noqa: ARG002
        """A caller left a queue, answered or not: nobody rings for them any more."""
        call = fields.get("Uniqueid", "")
        for key in [key for key, ringing in self._ringing.items() if ringing == call]:
            del self._ringing[key]
        return []

    def _again(self, key: tuple[str, str], now: datetime) -> list[Event]:
        """A member's state from what was last said of it."""
        known = self._fields.get(key)
        return self._agent(known, now) if known is not None and is_engaged(known) else []

    def _agent(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        key = _member(fields)
        self._fields[key] = fields
        wrap_up = self.ids.wrap_up.get(key[0], 0)
        state, reason, end = state_of(fields, wrap_up, now.timestamp() + self.skew, called=key in self._ringing)
        self._wrapping.pop(key, None)
        if state == "wrap-up":
            until = now + timedelta(seconds=end - self.skew - now.timestamp())
            self._wrapping[key] = until, fields
            self._by(until)
        return self._tell(key, (state, reason), now)

    def _left(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        key = _member(fields)
        for known in (self._wrapping, self._fields, self._ringing):
            known.pop(key, None)  # they go on talking
        return self._tell(key, None, now)

    def _tell(self, key: tuple[str, str], stand: Stand | None, now: datetime) -> list[Event]:
        member = self.ids.member(*key)
        holds = self._standing.member(self.machine, member, stand)
        if holds is None:
            return []
        return [self._event("agent-state", Key("member", member), now, {"state": holds[0], "reason": holds[1]})]

    def _contact(self, fields: Mapping[str, str], now: datetime) -> list[Event]:
        """A phone is there while any of its contacts is."""
        endpoint = fields.get("EndpointName") or fields.get("AOR", "")
        line = self.ids.lines.get(endpoint)
        contacts = self._contacts.setdefault(endpoint, set())
        if fields.get("ContactStatus") in _THERE:
            contacts.add(fields.get("URI", ""))
        else:
            contacts.discard(fields.get("URI", ""))
        holds = None if line is None else self._standing.line(self.machine, line, there=bool(contacts))
        if line is None or holds is None:
            return []
        return [self._event("line-state", Key("line", line), now, {"state": "registered" if holds else "gone"})]

    def _call(self, what: EventType, queue: str, now: datetime, **data: Any) -> Event:
        return self._event(what, Key("queue", self.ids.queue(queue)), now, data)

    def _event(self, what: EventType, key: Key, now: datetime, data: dict[str, Any]) -> Event:
        return Event(at=now, backend=self.backend, type=what, key=key, data=data)


def _member(fields: Mapping[str, str]) -> tuple[str, str]:
    """Queue and interface."""
    return fields.get("Queue", ""), fields.get("Interface", "")


def _caller(text: str) -> str:
    return "" if text in {"<unknown>", "unknown"} else text
