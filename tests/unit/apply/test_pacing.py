"""How fast requests may go: simulated against a token bucket, without waiting."""

from __future__ import annotations

import heapq

import pytest

from campctl.apply.graph import Graph
from campctl.apply.judge import difference, judge
from campctl.apply.pacing import Known, Phase, Unknown, estimate
from campctl.apply.retry import Attempts, GaveUp
from campctl.model.changes import Change
from campctl.model.live import Rate
from campctl.model.resources import Line, key_of


def against_bucket(pacer, rate, burst, count, *, latency=0.005, retry_after=1.0, workers=32):
    """Seconds and refusals until `count` requests got through a bucket of `burst` tokens filling at `rate`."""
    tokens, at, paused, refused, done, now, idle, number = float(burst), 0.0, 0.0, 0, 0, 0.0, workers, 0
    events: list[tuple[float, int, str, float]] = []
    reserved = False
    while done < count:
        if idle and not reserved:
            reserved, number = True, number + 1
            start = max(now, paused)
            heapq.heappush(
                events, (max(start, pacer.slot(start)) if start == now else start, number, "send" if start == now else "wake", 0.0)
            )
        now, _, what, sent = heapq.heappop(events)
        number += 1
        if what == "wake" or (what == "send" and now < paused):
            reserved = False
        elif what == "send":
            if (missing := pacer.early(now)) > 0:
                heapq.heappush(events, (now + missing, number, "send", 0.0))
                continue
            reserved, idle = False, idle - 1
            tokens, at = min(burst, tokens + (now - at) * rate), now
            good = tokens >= 1 - 1e-9
            tokens -= good
            refused += not good
            heapq.heappush(events, (now + latency, number, "yes" if good else "no", now))
        else:
            idle += 1
            if what == "yes":
                pacer.accepted(sent)
                done += 1
            elif now + retry_after > paused:
                fresh, paused = now >= paused, now + retry_after
                if fresh:
                    pacer.throttled(sent, paused)
    return now, refused


@pytest.mark.parametrize("rate", [0.5, 7.0, 100.0, 900.0])
@pytest.mark.parametrize("burst", [1, 10, 100])
def test_a_known_limit_is_used_and_never_met(rate, burst):
    """At least 95 % of it, and no refusal at all."""
    seconds, refused = against_bucket(Known(Rate(rate, burst)), rate, burst, 500)
    assert refused == 0
    assert 500 / seconds >= 0.95 * rate


@pytest.mark.parametrize("rate", [50.0, 100.0, 300.0])
@pytest.mark.parametrize("burst", [1, 2, 10, 50])
def test_an_unknown_limit_is_found(rate, burst):
    """At least 85 % of it over twenty seconds, and hardly a refusal."""
    count = int(20 * rate)
    # With two refusals of a second each, 90 % is the most there is; a bucket of one token tells the least.
    seconds, refused = against_bucket(Unknown(), rate, burst, count)
    assert count / seconds >= 0.85 * rate
    assert refused <= max(15, count // 100)


def test_no_limit_is_no_hindrance():
    """2,000 requests of 20 ms, 32 at once: the search costs less than a tenth."""
    seconds, refused = against_bucket(Unknown(), 1e9, 1e9, 2000, latency=0.02)
    assert refused == 0
    assert seconds <= 2000 / 32 * 0.02 / 0.9


@pytest.mark.parametrize(("rate", "burst"), [(100, 10), (40, 25), (250, 3)])
def test_the_limit_follows_from_two_refusals(rate, burst):
    """Two phases of different pace against one bucket give its rate."""
    phases, missing, end = [], 0.0, 0.0
    for pace in (4 * rate, 1.3 * rate):
        start, times, now = end, [], end + 1.0
        missing = max(0.0, missing - rate)
        while missing < burst:
            now += 1 / pace
            missing = max(0.0, missing - rate / pace) + 1
            times.append(now)
        end = now
        phases.append(Phase(start, times, end))
    assert estimate(phases, 1.3 * rate) == pytest.approx(rate, rel=0.15)


def test_backoff_grows_is_jittered_and_bounded():
    """Doubling, within half and one and a half, never beyond the longest, and ends in attempts and in time."""
    import random

    from campctl.apply.inputs import Limits

    limits = Limits(attempts=8, seconds=1000, first_wait=1, longest_wait=10)
    attempts = Attempts(limits, random.Random(3), 0.0)
    waits = [attempts.after_failure(1.0, "no") for _ in range(7)]
    assert all(0.5 * least <= wait <= 1.5 * least for wait, least in zip(waits, [1, 2, 4, 8, 10, 10, 10], strict=True))
    assert len(set(waits)) == 7
    with pytest.raises(GaveUp, match="gave up after 8 attempts"):
        attempts.after_failure(2.0, "no")
    with pytest.raises(GaveUp, match="gave up after 1 attempt in 1000"):
        Attempts(limits, random.Random(3), 0.0).after_failure(1000.0, "no")


OLD, NEW, OTHER = Line("user/a", "1", "A"), Line("user/a", "2", "A"), Line("user/a", "3", "A")
MOVED = Line("user/b", "2", "A")


@pytest.mark.parametrize(
    ("action", "before", "after", "there", "verdict"),
    [
        ("create", None, NEW, (), "before"),
        ("create", None, NEW, (NEW,), "after"),
        ("create", None, NEW, (OTHER,), "neither"),
        ("update", OLD, NEW, (OLD,), "before"),
        ("update", OLD, NEW, (NEW,), "after"),
        ("update", OLD, NEW, (OTHER,), "neither"),
        ("update", OLD, NEW, (), "neither"),
        ("delete", OLD, None, (OLD,), "before"),
        ("delete", OLD, None, (), "after"),
        ("delete", OLD, None, (OTHER,), "neither"),
        ("rename", OLD, MOVED, (OLD,), "before"),
        ("rename", OLD, MOVED, (MOVED,), "after"),
        ("rename", OLD, MOVED, (OLD, MOVED), "neither"),
        ("rename", OLD, MOVED, (), "neither"),
    ],
)
def test_verdicts(action, before, after, there, verdict):
    """What became of a change, by what is there."""
    change = Change(id="x", action=action, backend="hq", before=before, after=after)
    found = {key_of(one): one for one in there}
    assert judge(change, found) == verdict
    if verdict != "after":
        assert difference(change, found) != "it looks as wanted"


def test_deep_chains_do_not_overflow(lab):
    """A failure at the top of a chain of 3,000 skips all of it."""
    hq = lab.backend()
    lines = lab.lines(3000)
    hq.refuses = {lines[0].key}
    chain = [lines[0]]
    from msgspec.structs import replace

    for line in lines[1:]:
        chain.append(replace(line, needs=(chain[-1].id,)))
    report = lab.apply(chain, hq)
    assert list(report.states.values()) == ["failed"] + ["skipped"] * 2999
    assert Graph(tuple(chain)).circular() == []
