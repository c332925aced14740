"""What events of calls do to an exchange: who waits, who was answered in time, who gave up, how long was talked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from campctl.live.exchange import Call, Exchange
from campctl.model.live import Event

if TYPE_CHECKING:
    from campctl.live.rows import Rows

_SLACK: Final = 2.0
"""Seconds by which waits that an exchange rounds may differ."""


class Calls:
    """The part of the fold that is about calls; what it needs of the rest is named here."""

    within: Mapping[str, float]
    otherwise: float
    _now: float
    _rows: Rows

    def _queued(self, exchange: Exchange, event: Event, at: float) -> None:
        if event.key is None:
            return
        name = event.key.id
        key = (text(event.data.get("call", "")), name)
        queue, call = exchange.queue(name), exchange.calls.get(key)
        if call is not None and (call.left is None or at <= call.left):
            if not call.queued:
                self._queued_late(exchange, call, at)
            return
        call = exchange.new_call(key, at)
        call.queued = True
        self._offered(exchange, call, at)
        if exchange.looked is not None and at <= exchange.looked:
            if not queue.unnamed or at < queue.first_unnamed - _SLACK:
                call.left = exchange.looked  # the look did not count it: it had left by then
                return
            queue.leaves_unnamed(queue.first_unnamed)
        else:
            exchange.calls_now += 1
        queue.waiting[key[0]] = at
        self._rows.hotline(exchange, name)

    def _queued_late(self, exchange: Exchange, call: Call, at: float) -> None:
        """It comes after what followed it: the call had come by then, and was taken for one of those whom nobody named."""
        queue = exchange.queue(call.queue)
        call.queued = True
        if call.offered:
            queue.window.at(call.entered, self._now).offered -= 1
        self._offered(exchange, call, at)
        if exchange.looked is None or at > exchange.looked:
            exchange.calls_now += 1
            if call.took is not None:
                queue.comes_back(call.took)
                call.took = None
        self._rows.hotline(exchange, call.queue)

    def _offered(self, exchange: Exchange, call: Call, at: float) -> None:
        call.offered = True
        exchange.queue(call.queue).window.at(at, self._now).offered += 1
        self._rows.hotlines.add(call.queue)

    def _leaving(self, exchange: Exchange, event: Event, at: float) -> Call:
        """The call that leaves its queue: one that is known, or one of those nobody named."""
        data, name = event.data, event.key.id if event.key is not None else ""
        key = (text(data.get("call", "")), name)
        queue, call = exchange.queue(name), exchange.calls.get(key)
        if call is None:
            call = exchange.new_call(key, at)
        if not call.queued:
            call.entered = at - number(data.get("waited"))
            if exchange.looked is not None and call.entered - _SLACK <= exchange.looked < at:
                call.took = queue.first_unnamed if queue.unnamed else call.entered
                queue.leaves_unnamed(call.entered)
        elif key[0] in queue.waiting:
            call.entered = queue.waiting.pop(key[0])
            if exchange.looked is not None and at <= exchange.asked:
                queue.unnamed += 1  # it had left before the look, which therefore counted somebody else
                queue.first_unnamed = queue.first_of_look
        return call

    def _answered(self, exchange: Exchange, event: Event, at: float) -> None:
        if event.key is None:
            return
        name, data = event.key.id, event.data
        call = exchange.calls.get((text(data.get("call", "")), name))
        if call is not None and (call.answered or call.abandoned):
            return
        call = self._leaving(exchange, event, at)
        if not call.offered:
            self._offered(exchange, call, call.entered)
        call.left, call.answered, call.line = at, True, text(data.get("line", ""))
        within = number(data.get("waited")) <= self.within.get(name, self.otherwise)
        queue = exchange.queues[name]
        if exchange.looked is None or at > exchange.looked:
            queue.answered += 1
            queue.within += within
        minute = queue.window.at(at, self._now)
        minute.answered += 1
        minute.within += within
        if call.line and not call.ended:
            exchange.line(call.line).call = name
            self._rows.line(exchange, call.line)
        self._rows.hotline(exchange, name)

    def _abandoned(self, exchange: Exchange, event: Event, at: float) -> None:
        if event.key is None:
            return
        name, data = event.key.id, event.data
        key = (text(data.get("call", "")), name)
        call = exchange.calls.get(key)
        if call is not None and (call.answered or call.abandoned):
            return
        waited = key[0] in exchange.queue(name).waiting or data.get("why", "abandoned") not in {"full", "closed"}
        call = self._leaving(exchange, event, at) if waited else exchange.new_call(key, at)
        if not call.offered and data.get("why") != "closed":
            self._offered(exchange, call, call.entered)
        call.left, call.abandoned = at, True
        exchange.is_over(key, call)
        queue = exchange.queues[name]
        if not waited:
            queue.refused += 1
        else:
            if exchange.looked is None or at > exchange.looked:
                queue.abandoned += 1
                exchange.calls_now -= 1
            queue.window.at(at, self._now).abandoned += 1
        self._rows.hotline(exchange, name)

    def _ended(self, exchange: Exchange, event: Event, at: float) -> None:
        if event.key is None:
            return
        name, data = event.key.id, event.data
        key = (text(data.get("call", "")), name)
        call = exchange.calls.get(key)
        if call is not None and call.ended:
            return
        if call is None:
            call = exchange.new_call(key, at - number(data.get("talked")))
        call.ended = True
        exchange.is_over(key, call)
        if exchange.looked is None or at > exchange.looked:
            exchange.calls_now -= 1
        minute = exchange.queue(name).window.at(at, self._now)
        minute.ended += 1
        minute.talked += number(data.get("talked"))
        line = exchange.lines.get(call.line or text(data.get("line", "")))
        if line is not None and line.call == name:
            line.call = ""
            self._rows.line(exchange, call.line or text(data["line"]))
        self._rows.hotline(exchange, name)


def text(value: Any) -> str:
    """What an event says of a name."""
    return value if type(value) is str else str(value)


def number(value: Any) -> float:
    """What an event says of a length of time; nothing where it says nonsense."""
    return float(value) if isinstance(value, int | float) and value >= 0 else 0.0
