"""What a look does to what events had said of an exchange.

A look counts callers and does not name them; it may take a while, and what happens meanwhile may be in it or not. So whatever is
later than the question stays as events said, and the rest is set right.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from campctl.live.exchange import Exchange, Queue
from campctl.model.live import Live, QueueNow

_SLACK: Final = 2.0
"""Seconds: exchanges tell waits in whole ones."""


def settle(exchange: Exchange, live: Live, asked: float, midnight: float) -> None:
    """Take a look in."""
    at, since = live.at.timestamp(), live.since.timestamp()
    again = exchange.looked is None or exchange.epoch != live.epoch
    if again and exchange.looked is not None:
        _another_life(exchange)
    gone = _just_gone(exchange, asked)
    for now in live.queues:
        queue = exchange.queues.get(now.queue)
        if queue is None:
            queue = exchange.queues[now.queue] = Queue()
        _count(queue, now, since, new_life=again, midnight=midnight)
        _wait(exchange, queue, now, asked, gone[now.queue])
    there = {now.queue for now in live.queues}
    for name in [name for name in exchange.queues if name not in there]:
        if not any(entered > asked for entered in exchange.queues[name].waiting.values()):
            del exchange.queues[name]
    if live.agents or not any(now.agents for now in live.queues):
        _members(exchange, live, asked)
    else:
        for now in live.queues:
            exchange.queues[now.queue].counts = {state: many for state, many in now.agents.items() if many}
    _lines(exchange, live, asked)
    exchange.calls_now = live.calls
    exchange.epoch, exchange.looked, exchange.asked = live.epoch, at, asked
    exchange.first = at if exchange.first is None else exchange.first
    exchange.heard = max(at, exchange.heard or at)
    if exchange.health != "live":
        exchange.health, exchange.since = "live", at
    exchange.why = ""


def _another_life(exchange: Exchange) -> None:
    """It restarted: calls are gone, and it counts from the beginning. What the last hour brought stays."""
    exchange.calls.clear()
    exchange.over.clear()
    exchange.left.clear()
    for queue in exchange.queues.values():
        queue.waiting.clear()
        queue.unnamed, queue.owed, queue.first_unnamed = 0, 0, 0.0
        queue.refused, queue.base, queue.since = 0, (0, 0, 0), None
    for line in exchange.lines.values():
        line.call = ""


def _count(queue: Queue, now: QueueNow, since: float, *, new_life: bool, midnight: float) -> None:
    """Counts of one life never go back."""
    if new_life:
        queue.answered, queue.abandoned, queue.within = now.answered, now.abandoned, now.within
        queue.since = since
    else:
        queue.answered, queue.abandoned = max(queue.answered, now.answered), max(queue.abandoned, now.abandoned)
        queue.within = min(max(queue.within, now.within), queue.answered)
        if queue.since is None or (queue.since < since and since > midnight):
            queue.since = since


def _wait(exchange: Exchange, queue: Queue, now: QueueNow, asked: float, just_gone: int) -> None:
    """Drop who left unnoticed, and count whom no event named; `just_gone`: those the look may have counted and who left since."""
    fresh = sum(entered > asked for entered in queue.waiting.values())
    surplus = len(queue.waiting) - fresh - now.waiting
    if surplus > 0:
        by_age = sorted((entered, call) for call, entered in queue.waiting.items() if entered <= asked)
        oldest = asked - now.longest_wait - _SLACK if now.waiting else asked
        gone = [call for entered, call in by_age if entered < oldest][:surplus]
        gone += [call for _, call in by_age if call not in set(gone)][: surplus - len(gone)]
        for call in gone:
            del queue.waiting[call]
            record = exchange.calls.get((call, now.queue))
            if record is not None:
                record.left = asked
                exchange.is_over((call, now.queue), record)
    first = asked - now.longest_wait
    for call, entered in queue.waiting.items():
        if entered < first - _SLACK:  # a clock was set meanwhile: nobody waits longer than the look says
            queue.waiting[call] = first
    queue.owed = 0
    queue.unnamed = max(0, now.waiting - len(queue.waiting) - just_gone)
    queue.first_of_look = asked - now.longest_wait
    queue.first_unnamed = queue.first_of_look if queue.unnamed else 0.0


def _just_gone(exchange: Exchange, asked: float) -> Counter[str]:
    """How many left each queue after the look was asked for, having come before."""
    return Counter(call.queue for call in exchange.calls.values() if call.left is not None and call.left > asked >= call.entered)


def _members(exchange: Exchange, live: Live, asked: float) -> None:
    seen = {agent.member for agent in live.agents}
    for name, member in list(exchange.members.items()):
        if name not in seen and member.at <= asked:
            exchange.drop_member(name, asked)
    for agent in live.agents:
        known = exchange.members.get(agent.member)
        if known is not None and known.at > asked:
            continue
        if known is not None and (known.state, known.reason) == (agent.state, agent.reason):
            known.at = asked
            continue
        if known is None and exchange.left.get(agent.member, 0.0) > asked:
            continue
        exchange.set_member(agent.member, agent.state, agent.reason, asked)


def _lines(exchange: Exchange, live: Live, asked: float) -> None:
    for name in live.registered:
        exchange.line(name)
    for name, line in list(exchange.lines.items()):
        if line.heard <= asked:
            line.registered = name in live.registered
        if line.call and line.members and not any(member.state in {"busy", "ringing"} for member in line.members.values()):
            line.call = ""
        if not line.registered and not line.members and line.heard <= asked:
            del exchange.lines[name]
    for key, call in list(exchange.calls.items()):
        if call.answered and not call.ended and call.left is not None and call.left <= asked:
            line_ = exchange.lines.get(call.line)
            if line_ is None or not line_.call:
                call.ended = True
                exchange.is_over(key, call)
