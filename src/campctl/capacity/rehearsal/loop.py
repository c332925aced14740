"""The event loop: everything a stage can hold, one event after the other.

At one instant people leave before others come, calls end before new ones arrive. Callers who give up are noticed when their
turn would have come, unless trunks are counted: what nobody sees costs no event.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from typing import Any

from campctl.capacity.rehearsal.outcome import BLOCKED, CLOSED, FULL, LOST, OVERFLOWED, Fates
from campctl.capacity.rehearsal.stage import Stage, Stint

_LEAVE, _JOIN, _END, _TIMER, _GIVES_UP, _HANGS_UP, WAKE = range(7)
_HOPS = 5
_OUTSIDE = -1


class _Call:
    """A call that could not be answered at once, or came over from elsewhere."""

    __slots__ = ("arrival", "hops", "hotline", "number", "origin", "patience", "talk", "waiting")

    def __init__(self, origin: int, number: int, arrival: float, talk: float, patience: float) -> None:
        self.origin = self.hotline = origin
        self.number, self.arrival, self.talk, self.patience = number, arrival, talk, patience
        self.waiting = True
        self.hops = 0


class Loop:
    """One day on a stage; `play` gives the fates by hotline."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._hotlines = stage.hotlines
        self._stints = list(stage.stints)
        self._fates = [Fates.of(len(calls.arrivals)) for calls in stage.calls]
        self._waiting: list[deque[_Call]] = [deque() for _ in stage.hotlines]
        self._quits: list[list[tuple[float, int, _Call, int]]] = [[] for _ in stage.hotlines]
        """Of hotlines with a limit: when who waits gives up."""
        self._levels = [sorted({1, *(level for _, level in hotline.opens)}) for hotline in stage.hotlines]
        self._idle: list[dict[int, deque[tuple[int, int, int]]]] = [{level: deque() for level in levels} for levels in self._levels]
        agents = 1 + max((stint.agent for stint in stage.stints), default=-1)
        self._stamp = [0] * agents
        self._busy = [False] * agents
        self._seats: list[list[int]] = [[] for _ in range(agents)]
        self._active = [False] * len(stage.stints)
        self._trunks = 0
        self._count = 0
        self._agenda: list[tuple[float, int, int, int, Any]] = []
        for place, stint in sorted(enumerate(self._stints), key=lambda pair: (pair[1].start, pair[1].agent)):
            if stint.level in self._idle[stint.hotline]:
                self._plan(stint.start, _JOIN, place)
                self._plan(stint.end, _LEAVE, place)

    def play(self) -> list[Fates]:
        """Go through the day."""
        agenda, pop = self._agenda, heapq.heappop
        does = (self._leaves, self._joins, self._ends, self._timer, self._gives_up, self._hangs_up, self._wakes)
        stage, numbers = self._stage, [0] * len(self._hotlines)
        for now, at in _in_order(stage):
            while agenda and agenda[0][0] <= now:
                event = pop(agenda)
                does[event[1]](event[0], event[3], event[4])
            number = numbers[at]
            numbers[at] = number + 1
            calls = stage.calls[at]
            self._arrives(now, at, number, calls.talk[number], calls.patience[number])
        while agenda and self._goes_on_after():
            event = pop(agenda)
            does[event[1]](event[0], event[3], event[4])
        for queue in self._waiting:
            for call in queue:
                self._lost(call)
        return self._fates

    def _goes_on_after(self) -> bool:
        """Whether there is anything left to play once the last call has come."""
        return any(self._waiting)

    def _wakes(self, now: float, _: int, __: None) -> None:
        """Somebody wants a look (`steered.Steered`)."""

    # -- calls --

    def _arrives(self, now: float, at: int, number: int, talk: float, patience: float) -> None:
        hotline = self._hotlines[at]
        closed = hotline.closed and _within(hotline.closed, now)
        if closed and (hotline.closed_to is None or hotline.closed_to == _OUTSIDE):
            self._fates[at].waits[number] = CLOSED
            return
        if hotline.down and _within(hotline.down, now):
            self._fates[at].waits[number] = BLOCKED
            return
        if self._stage.trunks is not None:
            if self._trunks >= self._stage.trunks:
                self._fates[at].waits[number] = BLOCKED
                return
            self._trunks += 1
        if closed:
            self._goes_on(now, _Call(at, number, now, talk, patience), hotline.closed_to, CLOSED)
            return
        agent = self._free(at, 1)
        if agent is not None:
            self._fates[at].begun[number] = now
            self._takes(agent, now + talk + hotline.wrap_up, now + talk)
            return
        self._queues(now, _Call(at, number, now, talk, patience))

    def _queues(self, now: float, call: _Call) -> None:
        """Nobody is free: wait, or go on where it is full."""
        hotline, queue = self._hotlines[call.hotline], self._waiting[call.hotline]
        if hotline.max_waiting is not None and len(queue) >= hotline.max_waiting:
            self._sweep(now, call.hotline)
            if len(queue) >= hotline.max_waiting:
                self._goes_on(now, call, hotline.overflow)
                return
        call.waiting, call.arrival = True, now
        queue.append(call)
        if hotline.max_waiting is not None:
            quits = self._quits[call.hotline]
            self._count += 1
            heapq.heappush(quits, (now + call.patience, self._count, call, call.hops))
            if len(quits) > 4 * hotline.max_waiting + 64:
                self._sweep(now, call.hotline)
        # Nothing is planned for a time by which the caller will have given up.
        for after, level in hotline.opens:
            if after <= call.patience:
                self._plan(now + after, _TIMER, level, (call, call.hops))
        if hotline.leaves is not None and hotline.leaves[0] <= call.patience:
            self._plan(now + hotline.leaves[0], _TIMER, 0, (call, call.hops))
        if hotline.max_wait is not None and hotline.max_wait <= call.patience:
            self._plan(now + hotline.max_wait, _TIMER, -1, (call, call.hops))
        if self._stage.trunks is not None:
            self._plan(now + call.patience, _GIVES_UP, 0, (call, call.hops))

    def _goes_on(self, now: float, call: _Call, to: int | None, fate: float = OVERFLOWED) -> None:
        """Leave this hotline for another, or for good."""
        self._mark(call, FULL if to is None else fate, now, now)
        call.waiting = False
        if to is None or to == _OUTSIDE or call.hops >= _HOPS:
            self._trunks -= 1
            return
        call.patience -= now - call.arrival
        call.hotline, call.hops, call.arrival = to, call.hops + 1, now
        hotline = self._hotlines[to]
        if hotline.down and _within(hotline.down, now):
            self._mark(call, BLOCKED, gone=now)
            self._trunks -= 1
            return
        if hotline.closed and _within(hotline.closed, now):
            if hotline.closed_to is not None and hotline.closed_to != _OUTSIDE:
                self._goes_on(now, call, hotline.closed_to, CLOSED)
                return
            self._mark(call, CLOSED, gone=now)
            self._trunks -= 1
            return
        agent = self._free(to, 1)
        if agent is not None:
            self._answers(agent, call, now)
        else:
            self._queues(now, call)

    def _timer(self, now: float, what: int, of: tuple[_Call, int]) -> None:
        """A level joins in, or the call has waited as long as it may here."""
        call, hops = of
        hotline = self._hotlines[call.hotline]
        if not call.waiting or call.hops != hops:
            return
        if now - call.arrival > call.patience:
            self._waiting[call.hotline].remove(call)
            self._lost(call)
        elif what > 0:
            agent = self._free(call.hotline, what)
            if agent is not None:
                self._waiting[call.hotline].remove(call)
                self._answers(agent, call, now)
        else:
            self._waiting[call.hotline].remove(call)
            self._goes_on(now, call, hotline.leaves[1] if what == 0 and hotline.leaves is not None else hotline.overflow)

    def _gives_up(self, _now: float, _: int, of: tuple[_Call, int]) -> None:
        call, hops = of
        if call.waiting and call.hops == hops:
            self._waiting[call.hotline].remove(call)
            self._lost(call)

    def _lost(self, call: _Call) -> None:
        call.waiting = False
        self._mark(call, LOST, gone=call.arrival + call.patience)
        self._trunks -= 1

    def _mark(self, call: _Call, fate: float, begun: float = 0.0, gone: float = 0.0) -> None:
        fates = self._fates[call.hotline]
        if call.hops:
            fates.guests.append((call.arrival, fate, call.talk, gone))
        else:
            fates.waits[call.number] = fate
            fates.begun[call.number] = begun

    def _sweep(self, now: float, at: int) -> None:
        """Forget who has given up in between."""
        quits = self._quits[at]
        while quits and quits[0][0] < now:
            _, _, call, hops = heapq.heappop(quits)
            if call.waiting and call.hops == hops:
                self._waiting[at].remove(call)
                self._lost(call)

    # -- people --

    def _free(self, at: int, level: int) -> int | None:
        """Who has been idle longest at a level of a hotline."""
        idle, stamps = self._idle[at][level], self._stamp
        while idle:
            agent, stamp, stint = idle.popleft()
            if stamps[agent] == stamp and self._active[stint]:
                return agent
        return None

    def _takes(self, agent: int, until: float, hangs_up: float) -> None:
        self._stamp[agent] += 1
        self._busy[agent] = True
        self._plan(until, _END, agent)
        if self._stage.trunks is not None:
            self._plan(hangs_up, _HANGS_UP, 0)

    def _hangs_up(self, _now: float, _: int, __: None) -> None:
        self._trunks -= 1

    def _answers(self, agent: int, call: _Call, now: float) -> None:
        call.waiting = False
        self._mark(call, now - call.arrival, now, now + call.talk)
        self._takes(agent, now + call.talk + self._hotlines[call.hotline].wrap_up, now + call.talk)

    def _ends(self, now: float, agent: int, _: None) -> None:
        self._busy[agent] = False
        self._next(now, agent)

    def _joins(self, now: float, stint: int, _: None) -> None:
        agent = self._stints[stint].agent
        self._active[stint] = True
        self._seats[agent].append(stint)
        if not self._busy[agent]:
            self._next(now, agent, only=stint)

    def _leaves(self, _now: float, stint: int, _: None) -> None:
        if self._active[stint]:
            self._active[stint] = False
            self._seats[self._stints[stint].agent].remove(stint)

    def _next(self, now: float, agent: int, only: int | None = None) -> None:
        """The call that has waited longest where this agent may answer; else be idle."""
        best: _Call | None = None
        for place in self._seats[agent]:
            call = self._head(now, self._stints[place])
            if call is not None and (best is None or call.arrival < best.arrival):
                best = call
        if best is not None:
            self._waiting[best.hotline].remove(best)
            self._answers(agent, best, now)
            return
        for place in self._seats[agent] if only is None else (only,):
            stint = self._stints[place]
            self._idle[stint.hotline][stint.level].append((agent, self._stamp[agent], place))

    def _head(self, now: float, stint: Stint) -> _Call | None:
        queue = self._waiting[stint.hotline]
        while queue and now - queue[0].arrival > queue[0].patience:
            self._lost(queue.popleft())
        if not queue:
            return None
        if stint.level == 1:
            return queue[0]
        after = min(after for after, level in self._hotlines[stint.hotline].opens if level == stint.level)
        return queue[0] if now - queue[0].arrival >= after else None

    def _plan(self, at: float, kind: int, about: int, of: Any = None) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, kind, self._count, about, of))


def _within(spans: tuple[tuple[float, float], ...], now: float) -> bool:
    for start, end in spans:  # noqa: SIM110 - `any` takes four times as long, for every call
        if start <= now < end:
            return True
    return False


def _in_order(stage: Stage) -> Iterator[tuple[float, int]]:
    streams = [zip(calls.arrivals, repeat(place)) for place, calls in enumerate(stage.calls)]
    return streams[0] if len(streams) == 1 else heapq.merge(*streams)
