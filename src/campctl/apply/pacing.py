"""How fast requests may go to one backend.

`Known`: the limit is known, as `per_second` tokens of which `burst` may go at once. Pacing at 98 % of it costs 2 % and
meets no refusal; obeying Retry-After instead costs two thirds (measured side by side).

`Unknown`: no limit is known; there may be none. The pace doubles every 25 ms until it no longer binds, or until the
first "too many requests". From the instants of acceptance between refusals the limit is then computed: a token bucket
is empty whenever it refuses, so the deficit run up since it was last full must be equal at both refusals; there is one
rate at which it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from campctl.model.live import Rate

SHARE = 0.98
LEAST = 1.01
"""Of the distance between two requests that a bucket of one token allows: what their way may differ by."""
START = 400.0
DOUBLING = 0.025
FEW = 4
"""Acceptances below which a computed limit is mostly noise."""
FREE = 8000.0
"""Requests a second from which on pacing is given up as pointless."""


class Known:
    """A token bucket a little smaller than the backend's own; refusals (someone else uses it too) shrink it for a while."""

    def __init__(self, rate: Rate) -> None:
        assert rate.per_second is not None
        self._limit = rate.per_second
        self._share = SHARE
        self._burst = max(1, rate.burst)
        self._next = float("-inf")
        self._last = float("-inf")
        self._eased = 0.0

    def slot(self, now: float) -> float:
        """Take a token; returns the instant from which on the request may go."""
        if self._share < SHARE:
            self._share = min(SHARE, self._share + 0.002 * max(0.0, now - self._eased))
            self._eased = now
        step = 1.0 / (self._limit * self._share)
        full = max(self._next, now)
        allowed = full - (self._burst - 1) * step
        self._next = full + step
        return max(now, allowed)

    def early(self, now: float) -> float:
        """Seconds still missing to the least distance from the request before (a bucket of one forgives no jitter)."""
        if self._burst > 1:
            return 0.0
        missing = self._last + LEAST / self._limit - now
        if missing <= 0.0:
            self._last = now
        return missing

    def throttled(self, sent: float, until: float) -> None:  # noqa: ARG002
        """Someone else uses the bucket too: assume it empty at `until`, and be slower for a while."""
        self._share = max(0.1, self._share * 0.95)
        self._eased = until
        self._next = max(self._next, until) + (self._burst - 1) / (self._limit * self._share)

    def accepted(self, sent: float) -> None:
        """Nothing to learn."""


class Unknown:
    """Finds out the limit, if there is one."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._phases: list[Phase] = []
        self._times: list[float] = []
        self._rate = 0.0
        self._raised = 0.0
        self._goal = 0.0
        self._next = 0.0
        self._refused: float | None = None
        self._until = 0.0

    def slot(self, now: float) -> float:
        """Take a slot; returns the instant from which on the request may go."""
        if self._began is None:
            self._began = self._next = now
        if self._refused is not None and now >= self._until:
            refused, self._refused = self._refused, None
            self._learn(refused)
        rate = self._pace(now)
        if rate >= FREE:
            return now
        # What a late wake-up lost is caught up only at rates at which timers are too coarse: a small bucket forgives nothing.
        at = max(self._next, now - 0.005 if rate > 500.0 else now)
        self._next = at + 1.0 / rate
        return at if at - now > 0.0005 else now

    def early(self, now: float) -> float:  # noqa: ARG002
        """No least distance is known."""
        return 0.0

    def accepted(self, sent: float) -> None:
        """Remember when it was sent, as long as there is something to find out."""
        if len(self._times) < 20_000:
            self._times.append(sent)

    def throttled(self, sent: float, until: float) -> None:
        """The limit was passed; what is still on its way is waited for until the pause is over."""
        if self._refused is None:
            self._refused = sent
        self._until = until

    def _learn(self, refused: float) -> None:
        """Compute the limit from what was accepted, or narrow it down."""
        began = self._phases[-1].end if self._phases else self._began if self._began is not None else refused
        times = sorted(time for time in self._times if time <= refused)
        self._times = [time for time in self._times if time > refused]
        self._phases = [*self._phases[-2:], Phase(began, times, refused)]
        if len(self._phases) == 1:
            # What was let through, over the time it will have taken: mostly the burst, so the pace is raised quickly from there.
            self._rate = self._goal = max(20.0, 4.0 * len(times) / (self._until - began))
        elif len(times) < FEW:
            self._rate = self._goal = max(0.2, 0.6 * self._rate)
        else:
            # Refused means less than one token left: just less when the pace is slow, on average half of one when it is fast. That
            # is the 0.4; in a short time it makes a large difference, so begin a little below and rise to it.
            highest = self._rate
            self._goal = max(0.2, min(0.97 * estimate(self._phases, highest, spare=-0.4), 0.97 * highest))
            self._rate = max(0.3 * highest, min(self._goal, estimate(self._phases, highest, spare=-0.2)))
            if len(self._phases) == 2 and len(self._phases[0].times) <= 1:
                # A bucket of one token refuses as soon as the rising pace passes the limit, so that says more.
                self._rate = self._goal = max(self._rate, 0.89 * highest)
        self._raised = self._next = self._until

    def _pace(self, now: float) -> float:
        if not self._phases:
            assert self._began is not None
            return START * math.exp2(min(30.0, (now - self._began) / DOUBLING))
        while now - self._raised >= 0.02 and self._rate < FREE:
            self._raised += 0.02
            # One refusal only: look for the limit. Later: up to where it should be, and beyond that very gently.
            self._rate *= 1.037 if len(self._phases) == 1 else 1.0012 if self._rate < self._goal else 1.00001
        return self._rate


class Phase:
    """What was accepted between `start` and the refusal at `end` (seconds, monotonic)."""

    __slots__ = ("end", "start", "times")

    def __init__(self, start: float, times: Sequence[float], end: float) -> None:
        self.start, self.times, self.end = start, times, end

    def deficit(self, before: float, rate: float) -> float:
        """Tokens missing in the bucket at the end, if `before` were missing at the start and `rate` came in a second."""
        missing, at = before, self.start
        for time in self.times:
            missing = max(0.0, missing - rate * (time - at)) + 1.0
            at = time
        return max(0.0, missing - rate * (self.end - at))


def estimate(phases: Sequence[Phase], highest: float, spare: float = 0.0) -> float:
    """The rate, below `highest`, at which the bucket was equally empty at the last two refusals, give or take `spare` tokens."""

    def excess(rate: float) -> float:
        earlier = 0.0
        missing = phases[0].deficit(0.0, rate)
        for phase in phases[1:]:
            earlier, missing = missing, phase.deficit(missing, rate)
        return missing - earlier

    low, high = 0.0, highest
    for _ in range(30):
        middle = 0.5 * (low + high)
        if excess(middle) > spare:
            low = middle
        else:
            high = middle
    return high


def pacer(rate: Rate) -> Known | Unknown:
    """The one that fits what is known."""
    return Unknown() if rate.per_second is None else Known(rate)
