"""Counting: from every call's fate to figures by interval."""

from __future__ import annotations

from collections.abc import Sequence

from campctl.capacity.rehearsal.outcome import BLOCKED, CLOSED, LOST, OVERFLOWED, Fates, Interval
from campctl.capacity.rehearsal.stage import Calls, Hotline, Stage


class _Sums:
    """One hotline's sums while counting."""

    def __init__(self, count: int) -> None:
        self.offered = [0] * count
        self.answered = [0] * count
        self.within = [0] * count
        self.abandoned = [0] * count
        self.away = [0] * count
        self.went_on = [0] * count
        self.closed = [0] * count
        self.waited = [0.0] * count
        self.longest = [0.0] * count
        self.busy = [0.0] * count


def tally(stage: Stage, fates: Sequence[Fates], length: float, until: float) -> list[list[Interval]]:
    """Per hotline the intervals of `length` seconds from 0 to `until`; what comes later is counted in the last."""
    count = max(1, int(-(-until // length)))
    return [
        _hotline(hotline, stage.calls[place], fates[place], _seats(stage, place, length, count), length)
        for place, hotline in enumerate(stage.hotlines)
    ]


def _hotline(hotline: Hotline, calls: Calls, fates: Fates, seats: Sequence[float], length: float) -> list[Interval]:
    sums = _Sums(len(seats))
    _own(sums, hotline, calls, fates, length)
    for arrival, wait, talk, _ in fates.guests:
        _one(sums, hotline, arrival, wait, arrival + wait, talk, length)
    return [
        Interval(
            n * length,
            sums.offered[n],
            sums.answered[n],
            sums.within[n],
            sums.abandoned[n],
            sums.away[n],
            sums.waited[n],
            sums.longest[n],
            seats[n],
            sums.busy[n] / length,
            sums.went_on[n],
            sums.closed[n],
        )
        for n in range(len(seats))
    ]


def _own(sums: _Sums, hotline: Hotline, calls: Calls, fates: Fates, length: float) -> None:
    """A million calls go through here: the usual case, answered and over within an interval, is spelt out."""
    last, within, wrap_up = len(sums.offered) - 1, hotline.answer_within, hotline.wrap_up
    offered, answered, in_time, waited, longest, busy = sums.offered, sums.answered, sums.within, sums.waited, sums.longest, sums.busy
    for arrival, wait, begun, talk in zip(calls.arrivals, fates.waits, fates.begun, calls.talk, strict=True):
        n = int(arrival // length)
        if n > last:
            n = last
        end = begun + talk + wrap_up
        if wait < 0.0 or end > (n + 1) * length:
            _one(sums, hotline, arrival, wait, begun, talk, length)
            continue
        offered[n] += 1
        answered[n] += 1
        busy[n] += end - begun
        if wait:
            waited[n] += wait
            if wait > longest[n]:
                longest[n] = wait
        if wait <= within:
            in_time[n] += 1


def _one(sums: _Sums, hotline: Hotline, arrival: float, wait: float, begun: float, talk: float, length: float) -> None:
    last = len(sums.offered) - 1
    n = min(last, int(arrival // length))
    sums.offered[n] += 1
    if wait < 0.0:
        counted = {LOST: sums.abandoned, OVERFLOWED: sums.went_on, CLOSED: sums.closed}.get(wait, sums.away)
        counted[n] += 1
        return
    sums.answered[n] += 1
    sums.within[n] += wait <= hotline.answer_within
    sums.waited[n] += wait
    sums.longest[n] = max(sums.longest[n], wait)
    _spread(sums.busy, begun, begun + talk + hotline.wrap_up, length)


def _spread(into: list[float], start: float, end: float, length: float) -> None:
    """Add the seconds from start to end to the intervals they lie in; nothing is counted past the last."""
    n = int(start // length)
    while n < len(into) and start < end:
        edge = min(end, (n + 1) * length)
        into[n] += edge - start
        start, n = edge, n + 1


def _seats(stage: Stage, place: int, length: float, count: int) -> list[float]:
    """The mean number of people at a hotline's first level, by interval; while it is closed nobody has to be there."""
    seconds = [0.0] * count
    opens = _opens(stage.hotlines[place], count * length)
    for stint in stage.stints:
        if stint.hotline == place and stint.level == 1:
            for start, end in opens:
                _spread(seconds, max(start, stint.start), min(stint.end, end), length)
    return [total / length for total in seconds]


def _opens(hotline: Hotline, until: float) -> list[tuple[float, float]]:
    """When a hotline lets calls in."""
    found, since = [], 0.0
    for start, end in sorted(hotline.closed):
        if since < start:
            found.append((since, min(start, until)))
        since = max(since, end)
    return [*found, (since, until)] if since < until else found


def at_once(calls: Sequence[Calls], fates: Sequence[Fates], until: float, step: float = 10.0) -> list[int]:
    """Calls in progress, waiting or talking, at the end of each `step`: how many trunks it takes.

    Who gives up is counted for as long as they were patient; who came over from another hotline from then on.
    """
    changes = [0] * (int(until // step) + 2)
    last = len(changes) - 1
    for mine, fate in zip(calls, fates, strict=True):
        for arrival, talk, patience, wait, begun in zip(mine.arrivals, mine.talk, mine.patience, fate.waits, fate.begun, strict=True):
            if wait in {BLOCKED, CLOSED}:
                continue
            changes[min(last, int(arrival // step))] += 1
            gone = begun + talk if wait >= 0.0 else arrival + patience if wait == LOST else begun
            changes[min(last, int(gone // step))] -= 1
        for arrival, _, _, gone in fate.guests:
            changes[min(last, int(arrival // step))] += 1
            changes[min(last, int(gone // step))] -= 1
    running, found = 0, []
    for change in changes[:-1]:
        running += change
        found.append(running)
    return found
