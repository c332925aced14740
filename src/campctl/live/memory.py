"""What is kept of an exchange when nobody watches: the last hour by the minute, what it had counted, and what it had at midnight.

Whoever looks next takes it up: calls in between are known by their number, and are shared out evenly over the time nobody watched.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from campctl.live.exchange import Exchange, Queue
from campctl.live.windows import MINUTES, Minute, restored

FORMAT: Final = 1
_SAME: Final = 5.0
"""Seconds by which an exchange may differ about when it began to count."""


class QueueMemory(Struct, frozen=True, kw_only=True):
    """One queue: totals of this life of the exchange, those at midnight, and minutes by their number since 1970."""

    waiting: int
    totals: tuple[int, int, int]
    base: tuple[int, int, int]
    since: float | None
    refused: int
    minutes: dict[int, Minute]


class Memory(Struct, frozen=True, kw_only=True):
    """One exchange as of `at`; `first`: since when its calls are known; `day`: the midnight that `base` is of."""

    format: int
    backend: str
    epoch: str
    at: float
    first: float
    day: float
    queues: dict[str, QueueMemory]


def remember(exchange: Exchange, now: float, day: float) -> Memory | None:
    """What to keep; None of one that was never looked at."""
    if exchange.looked is None or exchange.first is None:
        return None
    queues = {
        name: QueueMemory(
            waiting=len(queue.waiting) + queue.unnamed,
            totals=(queue.answered, queue.abandoned, queue.within),
            base=queue.base,
            since=queue.since,
            refused=queue.refused,
            minutes=dict(queue.window.minutes),
        )
        for name, queue in exchange.queues.items()
    }
    at = max(exchange.looked, exchange.heard or 0.0)
    return Memory(format=FORMAT, backend=exchange.name, epoch=exchange.epoch, at=min(at, now), first=exchange.first, day=day, queues=queues)


def recall(exchange: Exchange, memory: Memory, day: float, now: float) -> None:
    """Take a memory up, after the first look. One of over an hour ago has no minutes left, but may know of midnight."""
    if memory.format != FORMAT or memory.at > now or exchange.looked is None:
        return
    same = memory.epoch == exchange.epoch
    lately = memory.at > now - MINUTES * 60.0
    if lately:
        exchange.first = memory.first
    for name, kept in memory.queues.items():
        queue = exchange.queues.get(name)
        if queue is None:
            continue
        queue.window = restored(kept.minutes)
        queue.window.forget(now)
        if same and lately:
            _since_then(queue, kept, memory.at, exchange.looked)
        if same:
            _midnight(queue, kept, memory, day)


def _since_then(queue: Queue, kept: QueueMemory, start: float, end: float) -> None:
    """Calls that came while nobody watched."""
    answered, abandoned, within = (
        max(0, now - then) for now, then in zip((queue.answered, queue.abandoned, queue.within), kept.totals, strict=True)
    )
    waiting = len(queue.waiting) + queue.unnamed - kept.waiting
    more = Minute(offered=max(0, answered + abandoned + waiting), answered=answered, abandoned=abandoned, within=within)
    queue.window.spread(more, start, end, end)


def _midnight(queue: Queue, kept: QueueMemory, memory: Memory, day: float) -> None:
    """What it had at midnight: known from before, or as it was shortly before."""
    if memory.day == day:
        queue.base, queue.refused = kept.base, kept.refused
        queue.since = kept.since
    elif memory.at >= day - 600.0 and (queue.since or 0.0) < day:
        queue.base, queue.since = kept.totals, day
