"""When a request is repeated, and when not any more: the only place that decides it.

Own code and not stamina: stamina sleeps by its own clock, which no fake clock can drive, and it knows neither a pause of
a whole lane nor a look-up before the next attempt. Its rules are kept: no default for what is retried, attempts and time
both bounded, jitter always, Retry-After honoured.
"""

from __future__ import annotations

import random

from campctl.apply.inputs import Limits


class GaveUp(Exception):
    """The bounds are used up; `message` says after how much of what."""

    def __init__(self, message: str, *, lane: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.lane = lane
        """Whether nobody else should ask this backend either."""


class Stopped(Exception):
    """Asked to stop before the request was sent, or before it was sent again."""


class Attempts:
    """The attempts of one request: how many, how long, and how long to wait before the next."""

    __slots__ = ("_limits", "_random", "failures", "made", "started", "throttles")

    def __init__(self, limits: Limits, jitter: random.Random, now: float) -> None:
        self._limits = limits
        self._random = jitter
        self.started = now
        self.made = 0
        self.failures = 0
        self.throttles = 0

    def after_failure(self, now: float, why: str) -> float:
        """Seconds to wait after an attempt that was lost or did not get through; GaveUp when that was the last."""
        self.failures += 1
        spent = now - self.started
        if self.failures >= self._limits.attempts or spent >= self._limits.seconds:
            raise GaveUp(f"{why} (gave up after {_times(self.failures)} in {spent:.1f} s)")
        return self._backoff(self.failures)

    def after_throttle(self, now: float, retry_after: float | None) -> float:
        """Seconds the lane rests after "too many requests"; GaveUp when that was the last."""
        self.throttles += 1
        spent = now - self.started
        if self.throttles >= self._limits.throttled_attempts or spent >= self._limits.throttled_seconds:
            raise GaveUp(
                f"still answers 'too many requests' (gave up after {_times(self.throttles)} in {spent:.1f} s)",
            )
        if retry_after is None:
            return self._backoff(self.throttles)
        # An exact time may be short by a rounding error, again and again.
        return max(retry_after, min(self._limits.first_wait, 0.001 * 2.0 ** min(self.throttles - 1, 30)))

    def _backoff(self, nth: int) -> float:
        limits = self._limits
        return min(limits.longest_wait, limits.first_wait * 2.0 ** min(nth - 1, 30)) * self._random.uniform(0.5, 1.5)


def _times(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"
