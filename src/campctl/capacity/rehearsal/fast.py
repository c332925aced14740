"""The fast way through a plain hotline: first come, first served, by recursion over the calls instead of over events.

The next call is taken by whoever is free first (J. Kiefer and J. Wolfowitz, 1955); who would have to wait longer than their
patience takes nobody's time. Exactly what the event loop gives, call by call.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from campctl.capacity.rehearsal.outcome import LOST, Fates
from campctl.capacity.rehearsal.stage import Calls, Stint


def play(calls: Calls, stints: Sequence[Stint], wrap_up: float) -> Fates:
    """Everybody's fate at one plain hotline."""
    whole = calls.arrivals and all(stint.start <= calls.arrivals[0] and stint.end == float("inf") for stint in stints)
    return _steady(calls, len(stints), wrap_up) if whole and stints else _changing(calls, stints, wrap_up)


def _steady(calls: Calls, seats: int, wrap_up: float) -> Fates:
    """The same people all day."""
    fates = Fates.of(len(calls.arrivals))
    waits, begun = fates.waits, fates.begun
    free = [0.0] * seats
    replace = heapq.heapreplace
    for place, (arrival, talk, patience) in enumerate(zip(calls.arrivals, calls.talk, calls.patience, strict=True)):
        start = free[0]
        if start <= arrival:
            begun[place] = arrival
            replace(free, arrival + talk + wrap_up)
        else:
            wait = start - arrival
            if wait > patience:
                waits[place] = LOST
            else:
                waits[place] = wait
                begun[place] = start
                replace(free, start + talk + wrap_up)
    return fates


def _changing(calls: Calls, stints: Sequence[Stint], wrap_up: float) -> Fates:
    """People come and go: whoever is free first, as long as they are there."""
    fates = Fates.of(len(calls.arrivals))
    waits, begun = fates.waits, fates.begun
    later: dict[int, list[Stint]] = {}
    for stint in sorted(stints, key=lambda stint: (stint.start, stint.agent), reverse=True):
        later.setdefault(stint.agent, []).append(stint)
    until = {agent: mine[-1].end for agent, mine in later.items()}
    free = [(mine.pop().start, agent) for agent, mine in later.items()]
    heapq.heapify(free)
    for place, (arrival, talk, patience) in enumerate(zip(calls.arrivals, calls.talk, calls.patience, strict=True)):
        while free:
            since, agent = free[0]
            start = max(arrival, since)
            if start < until[agent]:
                break
            if later[agent]:
                stint = later[agent].pop()
                until[agent] = stint.end
                heapq.heapreplace(free, (max(since, stint.start), agent))
            else:
                heapq.heappop(free)
        if not free or start - arrival > patience:
            waits[place] = LOST
        else:
            waits[place] = start - arrival
            begun[place] = start
            heapq.heapreplace(free, (start + talk + wrap_up, agent))
    return fates
