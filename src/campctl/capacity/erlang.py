"""Erlang's formulas: what so many seats do for so many calls, and how many seats it takes.

load: erlangs, calls a second times seconds of handling. Times in seconds, shares 0 to 1.

Erlang B (calls that find every trunk busy are lost) and C (they wait for ever): A. K. Erlang, 1917. B is computed as
1/B = sum over k of n(n-1)...(n-k+1)/load^k, whose terms vanish soon after k passes n - load, and carried on from n to n + 1 by
Jagerman's recurrence. Erlang A (they wait as long as their patience, exponential): C. Palm, 1957, in the form of A. Mandelbaum
and S. Zeltyn, "The Palm/Erlang-A Queue", 2005. With e(v) = exp(y(1 - exp(-v/patience)) - n v/handling), y = calls that come
within one patience, and J(t) the integral of e from t on, the chance of an offered wait over t is J(t) / (eps + J(0)) in units
of the arrivals, eps = 1/B(n - 1); J is an incomplete gamma function, summed as a series in logarithms.
"""

from __future__ import annotations

import math

from msgspec import Struct

_TINY = 1e-17
_HUGE = 1e200
_MOST = 10_000_000
"""Seats nobody has: past it a search ends instead of running on."""


class Service(Struct, frozen=True):
    """What callers meet, of all who call.

    wait: share who have to wait. level: share answered within the time asked for. abandoned: share who give up.
    mean_wait: seconds, over all callers (Erlang C: the average speed of answer). occupancy: share of their time agents talk.
    """

    wait: float
    level: float
    abandoned: float
    mean_wait: float
    occupancy: float


class Target(Struct, frozen=True):
    """What is to be held: share `level` answered `within` seconds, agents busy at most `occupancy`, at most `abandoned` lost."""

    level: float = 0.8
    within: float = 20.0
    occupancy: float = 1.0
    abandoned: float = 1.0


OVERWHELMED = Service(wait=1.0, level=0.0, abandoned=0.0, mean_wait=math.inf, occupancy=1.0)
"""Erlang C with no more seats than erlangs: the queue grows without end."""


def erlang_b(trunks: int, load: float) -> float:
    """The share of calls that find all trunks busy."""
    _check(trunks, load)
    if load == 0:
        return 0.0 if trunks else 1.0
    inverse, term = 1.0, 1.0
    for left in range(trunks, 0, -1):
        term *= left / load
        inverse += term
        if term < inverse * _TINY:
            break
        if inverse > _HUGE:
            return math.exp(-_log_inverse_b(trunks, load))
    return 1.0 / inverse


def erlang_c(seats: int, load: float, handling: float, within: float) -> Service:
    """Callers of endless patience. `OVERWHELMED` where seats are no more than erlangs."""
    _check(seats, load)
    if load == 0:
        return Service(0.0, 1.0, 0.0, 0.0, 0.0)
    if seats <= load:
        return OVERWHELMED
    return _service_c(erlang_b(seats, load), seats, load, handling, within)


def erlang_a(seats: int, load: float, handling: float, patience: float, within: float) -> Service:
    """Callers who give up after `patience` seconds in the mean. Stable with any number of seats, none too."""
    _check(seats, load)
    if load == 0:
        return Service(0.0, 1.0, 0.0, 0.0, 0.0)
    if not seats:
        return Service(1.0, 0.0, 1.0, patience, 0.0)
    if math.isinf(patience):
        return erlang_c(seats, load, handling, within)
    rate, served = load / handling, seats / handling
    if not rate:  # fewer than a number can say
        return Service(0.0, 1.0, 0.0, 0.0, 0.0)
    total = _log_tail(0.0, rate, served, patience)
    log_eps = _log_inverse_b(seats - 1, load)
    log_wait = math.log(rate) + total
    log_all = _log_add(log_eps, log_wait)
    answered = _share(math.exp(log_eps - log_all) + math.exp(math.log(served) + total - log_all) - math.exp(-log_all))
    wait, late = _share(math.exp(log_wait - log_all)), 0.0
    if wait > _TINY:
        log_e = rate * patience * (1.0 - math.exp(-within / patience)) - served * within
        late = math.exp(math.log(served) + _log_tail(within, rate, served, patience) - log_all) - math.exp(log_e - log_all)
    return Service(
        wait=wait,
        level=_share(answered - late),
        abandoned=1.0 - answered,
        mean_wait=(1.0 - answered) * patience,
        occupancy=_share(load * answered / seats),
    )


def seats_needed(load: float, handling: float, target: Target, patience: float = math.inf, near: int = 0) -> int:
    """The fewest seats that hold the target; 0 where nobody calls. `near` is where to begin to look: the answer for similar calls."""
    _check(0, load)
    if load == 0:
        return 0
    if not math.isinf(patience):
        return _search(load, handling, target, patience, near)
    seats = max(math.floor(load) + 1, math.ceil(load / target.occupancy - 1e-9))
    blocking = erlang_b(seats, load)
    while seats < _MOST:
        if _service_c(blocking, seats, load, handling, target.within).level >= target.level:
            return seats
        seats += 1
        blocking = load * blocking / (seats + load * blocking)
    raise ValueError(f"no number of seats answers {target.level:.0%} of the calls within {target.within:g} s")


def seats_between(load: float, handling: float, target: Target, patience: float, bounds: tuple[int, int]) -> int:
    """`seats_needed` where it is known to be at least the one and at most the other."""
    low, high = bounds
    if load == 0 or math.isinf(patience):
        return seats_needed(load, handling, target, patience)
    while low < high:
        middle = (low + high) // 2
        if _holds(middle, load, handling, target, patience):
            high = middle
        else:
            low = middle + 1
    return high


def trunks_needed(load: float, blocking: float) -> int:
    """The fewest trunks on which at most this share of calls finds all of them busy."""
    _check(0, load)
    if not 0 < blocking < 1:
        raise ValueError("a share of lost calls lies between 0 and 1")
    if load == 0:
        return 0
    # Fewer than this cannot do: what the trunks carry is at most one erlang each.
    trunks = max(0, math.floor(load * (1.0 - blocking)) - 1)
    lost = erlang_b(trunks, load)
    while lost > blocking:
        trunks += 1
        lost = load * lost / (trunks + load * lost)
    return trunks


def staff_needed(seats: int, shrinkage: float) -> int:
    """People to call in so that `seats` sit there while a share of them is on a break, late or absent."""
    if not 0 <= shrinkage < 1:
        raise ValueError("shrinkage is a share of at least 0 and below 1")
    return math.ceil(seats / (1.0 - shrinkage) - 1e-9)


def _service_c(blocking: float, seats: int, load: float, handling: float, within: float) -> Service:
    wait = seats * blocking / (seats - load * (1.0 - blocking))
    spare = (seats - load) / handling
    return Service(wait, 1.0 - wait * math.exp(-spare * within), 0.0, wait / spare, load / seats)


def _search(load: float, handling: float, target: Target, patience: float, near: int) -> int:
    """Service grows with seats: go away from where it may be in growing steps until it is held, then halve."""

    def holds(seats: int) -> bool:
        return _holds(seats, load, handling, target, patience)

    step = 1 if near else max(1, math.isqrt(math.ceil(load)) // 2)
    low = high = near or max(1, round(load))
    if holds(high):
        while low > 0 and holds(low):
            low, high, step = max(0, low - step), low, 2 * step
    else:
        while not holds(high):
            low, high, step = high, high + step, 2 * step
            if high > _MOST:
                raise ValueError(f"no number of seats answers {target.level:.0%} of the calls within {target.within:g} s")
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def _holds(seats: int, load: float, handling: float, target: Target, patience: float) -> bool:
    got = erlang_a(seats, load, handling, patience, target.within)
    return got.level >= target.level and got.occupancy <= target.occupancy and got.abandoned <= target.abandoned


def _log_inverse_b(trunks: int, load: float) -> float:
    """The logarithm of 1/B, for any size.

    Where a Poisson count of that mean is beyond the trunks with a chance below e^-42 (Chernoff), the sum in Erlang's formula is e^load
    to every digit. Elsewhere 1/B is its series, which then is too small to overflow.
    """
    left = float(trunks)
    if left > load and left * (math.log(left / load) - 1.0) + load > 42.0:
        return math.lgamma(left + 1.0) - left * math.log(load) + load
    inverse, term = 1.0, 1.0
    # Eight terms at a time: half of the time went into asking whether they are small enough.
    while left > 7.0:
        term *= left / load
        inverse += term
        term *= (left - 1.0) / load
        inverse += term
        term *= (left - 2.0) / load
        inverse += term
        term *= (left - 3.0) / load
        inverse += term
        term *= (left - 4.0) / load
        inverse += term
        term *= (left - 5.0) / load
        inverse += term
        term *= (left - 6.0) / load
        inverse += term
        term *= (left - 7.0) / load
        inverse += term
        left -= 8.0
        if term < inverse * _TINY:
            return math.log(inverse)
    while left > 0.0:
        term *= left / load
        inverse += term
        left -= 1.0
    return math.log(inverse)


def _log_tail(start: float, rate: float, served: float, patience: float) -> float:
    """The logarithm of J(start), eight terms of its series at a time."""
    s = served * patience
    z = rate * patience * math.exp(-start / patience)
    total, term, log = 1.0, 1.0, 0.0
    while term > total * _TINY:
        term *= z / (s + 1.0)
        total += term
        term *= z / (s + 2.0)
        total += term
        term *= z / (s + 3.0)
        total += term
        term *= z / (s + 4.0)
        total += term
        term *= z / (s + 5.0)
        total += term
        term *= z / (s + 6.0)
        total += term
        term *= z / (s + 7.0)
        total += term
        s += 8.0
        term *= z / s
        total += term
        if total > _HUGE:
            log += math.log(_HUGE)
            total, term = total / _HUGE, term / _HUGE
    return rate * patience - z - served * start - math.log(served) + log + math.log(total)


def _log_add(a: float, b: float) -> float:
    most = max(a, b)
    return most + math.log(math.exp(a - most) + math.exp(b - most))


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _check(count: int, load: float) -> None:
    if count < 0 or not (math.isfinite(load) and load >= 0):
        raise ValueError(f"{count} seats and {load} erlangs make no queue")
