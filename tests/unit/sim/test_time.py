"""Delays and limits follow the clock that was handed in, and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.errors import Throttled
from campctl.model.resources import key_of
from campctl.testing.samples import LINE, MEMBER, ROUTE, create, delete, lines, update


def test_a_request_takes_its_latency(lab: Any) -> None:
    """Reads, writes and secrets each take the latency once, by the clock."""
    backend = lab.found(latency="20ms")
    start = lab.clock.monotonic()
    lab.observe(backend)
    lab.execute(backend, create(lines(1)[0]))
    lab.run(lambda: backend.set_secret(LINE.id, "made-up-secret"))
    assert lab.clock.monotonic() - start == pytest.approx(0.06)


def test_jitter_is_the_same_in_every_rehearsal(lab: Any) -> None:
    """Jitter differs from request to request and not from run to run; another seed is another day."""

    def spent(**options: Any) -> list[float]:
        backend, spent = lab.open(latency="20ms", jitter="10ms", **options), []
        for _ in range(5):
            start = lab.clock.monotonic()
            lab.observe(backend)
            spent.append(round(lab.clock.monotonic() - start, 9))
        return spent

    first = spent()
    assert first == spent()
    assert first != spent(seed=1)
    assert len(set(first)) == 5
    assert all(0.02 <= took < 0.03 for took in first)


@pytest.mark.parametrize(("said", "expected"), [("exact", 0.5), ("seconds", 1.0), ("none", None)])
def test_beyond_the_rate_is_429(lab: Any, said: str, expected: float | None) -> None:
    """At two a second and a burst of three, the fourth request in a row is throttled and nothing of it is done."""
    backend = lab.found(rate=2, burst=3, retry_after=said)
    for line in lines(3):
        lab.execute(backend, create(line))
    with pytest.raises(Throttled) as caught:
        lab.execute(backend, create(lines(4)[3]))
    assert caught.value.retry_after == (None if expected is None else pytest.approx(expected))
    assert backend.requests == {"ok": 3, "throttled": 1}
    lab.clock.advance(0.5)
    lab.execute(backend, create(lines(4)[3]))


def test_the_rate_holds_for_all_processes_together(lab: Any) -> None:
    """Two connections share one bucket, as two admins share one exchange's limit."""
    first, second = lab.found(rate=1, burst=2), lab.open(rate=1, burst=2)
    lab.observe(first)
    lab.observe(second)
    for backend in (first, second):
        with pytest.raises(Throttled):
            lab.observe(backend)
    lab.clock.advance(1)
    lab.observe(second)
    with pytest.raises(Throttled):
        lab.observe(first)


def test_a_clock_set_back_does_not_shut_the_bucket(lab: Any) -> None:
    """After the wall clock went back an hour, a token still comes after a second."""
    backend = lab.found(rate=1, burst=1)
    lab.observe(backend)
    lab.clock.set_back(3600)
    with pytest.raises(Throttled):
        lab.observe(backend)
    lab.clock.advance(1)
    lab.observe(backend)


def test_too_many_at_once_are_429(lab: Any) -> None:
    """Beyond the concurrency, requests are throttled; within it all are let in."""
    backend = lab.found(concurrency=3, latency="1s")

    async def main() -> list[Any]:
        return await asyncio.gather(*(backend.observe() for _ in range(5)), return_exceptions=True)

    came = lab.run(main)
    assert [isinstance(one, Throttled) for one in came] == [False, False, False, True, True]
    assert len(lab.observe(backend).resources) == 6


def test_accepted_is_not_yet_visible(lab: Any) -> None:
    """Creates, updates and deletes show after the propagation delay, each at its own time, in full looks and single ones."""
    backend = lab.found(propagation="4s")
    first, second = replace(LINE, name="First"), replace(LINE, name="Second")
    fresh = lines(1)[0]

    def seen() -> list[Any]:
        keys = (key_of(LINE), key_of(fresh))
        everything, some = lab.observe(backend), lab.observe(backend, *keys)
        assert {key: everything.resources[key] for key in keys if key in everything.resources} == some.resources
        assert some.live == everything.live & set(keys)
        return [some.resources.get(key) for key in keys]

    lab.execute(backend, update(LINE, first), create(fresh))
    lab.clock.advance(2)
    lab.execute(backend, update(first, second))
    assert seen() == [LINE, None]
    lab.clock.advance(2)
    assert seen() == [first, fresh]
    lab.clock.advance(2)
    assert seen() == [second, fresh]
    lab.execute(backend, delete(fresh))
    lab.clock.advance(3.9)
    assert seen() == [second, fresh]
    lab.clock.advance(0.2)
    assert seen() == [second, None]


def test_rules_see_what_is_on_its_way(lab: Any) -> None:
    """The exchange judges by what it accepted, not by what already shows."""
    backend = lab.found(propagation="4s")
    fresh = lines(1)[0]
    lab.execute(backend, create(fresh))
    (again,) = lab.execute(backend, create(fresh))
    assert again.code == "exists"


def test_what_is_on_its_way_when_the_clock_goes_back_has_arrived(lab: Any) -> None:
    """A clock set back does not hide a change for hours."""
    backend = lab.found(propagation="4s")
    lab.execute(backend, update(LINE, replace(LINE, name="New")))
    lab.clock.set_back(3600)
    assert lab.observe(backend).resources[key_of(LINE)].name == "New"


def test_phones_register_after_a_while(lab: Any) -> None:
    """A line is live when its phone registered, its member with it; off at once when disabled; an update does not disturb it."""
    backend = lab.open(register_after="5s")
    planted = lab.found(register_after="5s")
    lab.execute(planted, create(MEMBER), create(ROUTE))
    fresh = lines(1)[0]
    member = replace(MEMBER, line=fresh.id)
    lab.execute(backend, create(fresh), create(member))
    watched = {key_of(fresh), key_of(member)}
    lab.clock.advance(4.9)
    assert not watched & lab.observe(backend).live
    assert not watched & lab.observe(backend, *watched).live
    lab.clock.advance(0.2)
    assert watched <= lab.observe(backend).live
    assert lab.observe(backend, *watched).live == watched
    named = replace(fresh, name="Someone")
    lab.execute(backend, update(fresh, named))
    assert watched <= lab.observe(backend).live
    dark = replace(named, enabled=False)
    lab.execute(backend, update(named, dark))
    assert not watched & lab.observe(backend).live
    assert key_of(ROUTE) in lab.observe(backend).live


def test_two_changes_at_one_instant_show_the_oldest_value(lab: Any) -> None:
    """While both are on their way, what was there before either shows; then the last."""
    backend = lab.found(propagation="4s")
    first, second = replace(LINE, name="First"), replace(LINE, name="Second")
    lab.execute(backend, update(LINE, first), update(first, second))
    assert lab.observe(backend).resources[key_of(LINE)] == LINE
    lab.clock.advance(4)
    assert lab.observe(backend).resources[key_of(LINE)] == second


def test_who_is_cut_off_while_waiting_cannot_know(lab: Any) -> None:
    """Of requests given up half way through their latency, every other one was done."""
    backend, looker = lab.found(latency="10s"), lab.open()

    async def main() -> list[bool]:
        done = []
        for line in lines(4):
            request = asyncio.create_task(backend.execute([create(line)]))
            await lab.clock.sleep(5)
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
            done.append(key_of(line) in (await looker.observe([key_of(line)])).resources)
        return done

    assert lab.run(main) == [True, False, True, False]
