"""What is going on on one Asterisk now: a look at queues, calls and phones that stays cheap with 100,000 members.

Members' states cost most: `QueueStatus` writes 290 bytes for each (1-2 s for 50 queues of 2,000). So it is asked for nobody's
(its filter names no member), and members are counted (0.2 s for those 50); up to EXACT_UP_TO of them are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from campctl.backends.asterisk.ami import Ami, Message, Request, settled
from campctl.backends.asterisk.ami.database import parse_tree
from campctl.backends.asterisk.listening.agents import is_engaged, number, state_of
from campctl.backends.asterisk.listening.ids import LOCK_QUEUE, Ids
from campctl.model.live import AgentNow, AgentState, Live, QueueNow
from campctl.ports.clock import Clock

EXACT_UP_TO: Final = 5000
"""Members up to which each is looked at (0.2 s, 1.5 MB), so that talking, ringing and pausing ones are told apart."""
PATIENCE: Final = 30.0
"""Seconds for the state of every member: 28 MB at 50 queues of 2,000."""
CONTACTS: Final = "registrar/contact"

MEMBER: Final = "Event: QueueMember\r"
"""How a row of a member begins."""
_QUARTER: Final = 900


class _Contact(msgspec.Struct):
    """A row of the registrar: which endpoint's phone is where."""

    endpoint: str = ""
    uri: str = ""


class _Seen(msgspec.Struct):
    """What one look at members found."""

    agents: list[AgentNow]
    counts: dict[str, dict[AgentState, int]]


async def look(ami: Ami, ids: Ids, clock: Clock, *, agents: bool = False) -> Live:
    """What is going on; `agents` has each member's state too.

    Queues count since Asterisk started (`since`): `answered` are calls whose talk is over, `abandoned` holds those that
    waited too long as well as those that hung up, `within` is exact to half a tenth of a percent of `answered`. Beyond
    EXACT_UP_TO members "busy" holds those that ring or pause too, and "free" those in wrap-up, unless `agents`.
    """
    backend = ami.options.backend
    about = await ami.about()
    calls = _calls(await ami.command("core show channels count"))
    skew = await skew_of(ami, clock)
    rows = [Message(raw) for raw in await ami.rows("QueueStatus", {"Member": "-"})]
    queues = [row for row in rows if row.event == "QueueParams" and row.get("Queue") != LOCK_QUEUE]
    waits: dict[str, list[float]] = {}
    for row in rows:
        if row.event == "QueueEntry":
            waits.setdefault(row.get("Queue"), []).append(number(row.get("Wait")))
    counts = await _counts(ami, [row.get("Queue") for row in queues])
    each: list[AgentNow] = []
    if agents or sum(sum(states.values()) for states in counts.values()) <= EXACT_UP_TO:
        seen = await _members(ami, ids, clock.now().timestamp() + skew)
        each, counts = seen.agents, seen.counts
    contacts = contacts_of(await ami.rows("DBGetTree", {"Family": CONTACTS}))
    now = clock.now()
    return Live(
        at=now,
        backend=backend,
        since=_since(about.startup, about.uptime, now),
        epoch=about.epoch,
        calls=calls,
        queues=tuple(sorted((_queue(ids, row, waits, counts) for row in queues), key=lambda queue: queue.queue)),
        agents=tuple(sorted(each, key=lambda agent: agent.member)) if agents else (),
        registered=frozenset(ids.lines[endpoint] for endpoint, _ in contacts if endpoint in ids.lines),
    )


async def skew_of(ami: Ami, clock: Clock) -> float:
    """Seconds by which Asterisk's clock is ahead of ours; as exact as an answer is quick."""
    asked = clock.now().timestamp()
    told = number((await ami.ask("Ping")).get("Timestamp"))
    return told - (asked + clock.now().timestamp()) / 2 if told else 0.0


def contacts_of(rows: Sequence[str]) -> list[tuple[str, str]]:
    """Endpoint and URI of every registered phone, of the rows of the registrar's tree; rows that are no JSON are left out."""
    return list(_contacts(parse_tree(rows, CONTACTS).values()))


def _contacts(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    decoder = msgspec.json.Decoder(_Contact)
    for text in texts:
        try:
            contact = decoder.decode(text)
        except msgspec.MsgspecError:
            continue
        if contact.endpoint:
            yield contact.endpoint, contact.uri


async def _counts(ami: Ami, queues: Sequence[str]) -> dict[str, dict[AgentState, int]]:
    """Members by state as far as Asterisk counts them: those that can be rung, those that are there but cannot, the rest."""
    wanted = [Request("Getvar", {"Variable": f"QUEUE_MEMBER({queue},count)"}) for queue in queues]
    replies = zip(queues, wanted, settled(await ami.many(wanted)), strict=True)
    members = {queue: int(number(ami.accept(request, reply).get("Value"))) for queue, request, reply in replies}
    found: dict[str, dict[AgentState, int]] = {}
    for row in await ami.collect("QueueSummary"):
        queue = row.get("Queue")
        there, free = int(number(row.get("LoggedIn"))), int(number(row.get("Available")))
        states: dict[AgentState, int] = {"free": free, "busy": there - free, "gone": members.get(queue, there) - there}
        found[queue] = {state: many for state, many in states.items() if many > 0}
    return found


async def _members(ami: Ami, ids: Ids, now: float) -> _Seen:
    """Every member's state, and their counts by queue; `now` by Asterisk's clock."""
    rows = [Message(raw) for raw in await ami.rows("QueueStatus", deadline=max(PATIENCE, ami.options.deadline)) if raw.startswith(MEMBER)]
    doubtful = any(is_engaged(row.fields) and row.get("InCall") != "1" for row in rows)
    ringing = await _ringing(ami) if doubtful else frozenset()
    seen = _Seen([], {})
    for row in rows:
        queue, interface = row.get("Queue"), row.get("Location")
        if queue == LOCK_QUEUE:
            continue
        state, reason, _ = state_of(row.fields, ids.wrap_up.get(queue, 0), now, called=interface in ringing)
        seen.agents.append(AgentNow(member=ids.member(queue, interface), state=state, reason=reason))
        states = seen.counts.setdefault(queue, {})
        states[state] = states.get(state, 0) + 1
    return seen


async def _ringing(ami: Ami) -> frozenset[str]:
    """Interfaces that ring and do nothing else."""
    doing: dict[str, set[str]] = {}
    for channel in await ami.collect("CoreShowChannels"):
        doing.setdefault(channel.get("Channel").rpartition("-")[0], set()).add(channel.get("ChannelStateDesc"))
    return frozenset(interface for interface, states in doing.items() if states == {"Ringing"})


def _calls(lines: Sequence[str]) -> int:
    """Calls, of the console's count of channels and calls; CoreStatus's "current calls" are channels."""
    return next((int(line.split()[0]) for line in lines if re.match(r"\d+ active calls?\b", line)), 0)


def _queue(ids: Ids, row: Message, waits: dict[str, list[float]], counts: dict[str, dict[AgentState, int]]) -> QueueNow:
    native = row.get("Queue")
    answered = int(number(row.get("Completed")))
    waiting = waits.get(native, [])
    return QueueNow(
        queue=ids.queue(native),
        waiting=len(waiting),
        longest_wait=max(waiting, default=0.0),
        answered=answered,
        abandoned=int(number(row.get("Abandoned"))),
        within=round(answered * number(row.get("ServicelevelPerf")) / 100),
        agents=counts.get(native, {}),
    )


def _since(startup: str, uptime: float | None, now: datetime) -> datetime:
    """When Asterisk started, in UTC. It tells its local time; the zone shows in how long ago, by uptime, that was."""
    try:
        local = datetime.fromisoformat(startup).replace(tzinfo=UTC)
    except ValueError:
        return now if uptime is None else now - timedelta(seconds=uptime)
    if uptime is None:
        return min(local, now)
    ahead = (local - (now - timedelta(seconds=uptime))).total_seconds()
    return min(local - timedelta(seconds=round(ahead / _QUARTER) * _QUARTER), now)
