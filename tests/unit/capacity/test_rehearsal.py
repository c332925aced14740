"""A day of calls: the two ways agree, theory is met where it is exact, and every call has a fate."""

from __future__ import annotations

import math
from array import array
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.capacity.erlang import erlang_a, erlang_b
from campctl.capacity.rehearsal.day import play
from campctl.capacity.rehearsal.fast import play as play_fast
from campctl.capacity.rehearsal.loop import Loop
from campctl.capacity.rehearsal.outcome import BLOCKED, CLOSED, FULL, LOST, OVERFLOWED, total
from campctl.capacity.rehearsal.stage import Calls, Hotline, Stage, Stint
from campctl.capacity.rehearsal.steered import Shown, Steered
from campctl.capacity.rehearsal.tally import at_once, tally
from campctl.capacity.rehearsal.variates import draw

FOREVER = math.inf
NOBODY = Calls(array("d"), array("d"), array("d"))


def calls(*rows: tuple[float, float, float]) -> Calls:
    """Arrival, talk, patience of each."""
    return Calls(*(array("d", column) for column in zip(*rows, strict=True)))


def stage(*hotlines: Hotline, stints: tuple[Stint, ...], callers: tuple[Calls, ...], trunks: int | None = None) -> Stage:
    return Stage(hotlines=hotlines, stints=stints, calls=callers, trunks=trunks)


def always(agent: int, hotline: int = 0, level: int = 1) -> Stint:
    return Stint(agent, hotline, 0.0, FOREVER, level)


@given(st.integers(0, 10_000))
def test_the_fast_way_is_the_event_loop(seed: int) -> None:
    """People who come, go, and come back; every call waits and begins at exactly the same instant both ways."""
    random = Random(seed)
    stints: list[Stint] = []
    for agent in range(random.randrange(1, 12)):
        start = random.uniform(0, 3000)
        for _ in range(random.randrange(1, 4)):
            end = start + random.uniform(10, 2500)
            stints.append(Stint(agent, 0, start, end))
            start = end + random.choice([0.0, random.uniform(0, 800)])
    callers = draw([random.uniform(0, 60) for _ in range(8)], 900, random.uniform(20, 300), random.uniform(10, 400), random.random)
    wrap_up = random.choice([0.0, 15.0])
    one = stage(Hotline(name="one", wrap_up=wrap_up), stints=tuple(stints), callers=(callers,))
    assert one.plain(0)
    fast, (slow,) = play_fast(callers, stints, wrap_up), Loop(one).play()
    assert fast.waits == slow.waits
    assert fast.begun == slow.begun


@pytest.mark.parametrize(("seats", "patience"), [(36, 120.0), (30, 60.0), (33, 300.0)])
def test_it_meets_erlang_a(seats: int, patience: float) -> None:
    """Constant calls and seats over many days: level, giving up, waits and occupancy are those of the formula, within noise."""
    callers = draw([100.0] * 3000, 900, 300, patience, Random(3).random)
    one = stage(Hotline(name="one"), stints=tuple(map(always, range(seats))), callers=(callers,))
    seen = total(tally(one, play(one), 900, 2_700_000)[0])
    theory = erlang_a(seats, 100 / 900 * 300, 300, patience, 20)
    assert seen.level == pytest.approx(theory.level, abs=0.012)
    assert seen.abandoned / seen.offered == pytest.approx(theory.abandoned, abs=0.006)
    assert seen.occupancy == pytest.approx(theory.occupancy, abs=0.006)


def test_trunks_meet_erlang_b() -> None:
    """With as many seats as trunks nobody waits, and as many calls are blocked as the formula says."""
    callers = draw([60.0] * 1500, 900, 300, FOREVER, Random(4).random)
    one = stage(Hotline(name="one"), stints=tuple(map(always, range(22))), callers=(callers,), trunks=22)
    (fates,) = play(one)
    assert sum(wait == BLOCKED for wait in fates.waits) / len(fates.waits) == pytest.approx(erlang_b(22, 20), abs=0.006)
    assert all(wait in {BLOCKED, 0.0} for wait in fates.waits)


def test_trunks_are_free_again() -> None:
    """A call that ends, and one that is given up, leave their trunk to the next."""
    callers = calls((0, 10, 99), (1, 10, 5), (3, 10, 99), (7, 10, 99), (11, 5, 99))
    (fates,) = play(stage(Hotline(name="one"), stints=(always(0),), callers=(callers,), trunks=2))
    assert list(fates.waits) == [0.0, LOST, BLOCKED, 3.0, 9.0]


@pytest.mark.parametrize(
    ("hotline", "fates"),
    [
        (Hotline(name="one"), [0.0, 9.0, 18.0]),
        (Hotline(name="one", wrap_up=5), [0.0, 14.0, 28.0]),
        (Hotline(name="one", max_waiting=1), [0.0, 9.0, FULL]),
        (Hotline(name="one", max_wait=10), [0.0, 9.0, FULL]),
        (Hotline(name="one", leaves=(12, -1)), [0.0, 9.0, OVERFLOWED]),
        (Hotline(name="one", closed=((1.5, 60.0),)), [0.0, 9.0, CLOSED]),
    ],
)
def test_rules_of_a_hotline(hotline: Hotline, fates: list[float]) -> None:
    """Three calls of ten seconds to one person, a second apart."""
    callers = calls((0, 10, 99), (1, 10, 99), (2, 10, 99))
    assert list(play(stage(hotline, stints=(always(0),), callers=(callers,)))[0].waits) == fates


def test_who_gives_up_takes_nobodys_time() -> None:
    """The next in line is answered as if they had never been there."""
    callers = calls((0, 10, 99), (1, 10, 3), (2, 10, 99))
    assert list(play(stage(Hotline(name="one"), stints=(always(0),), callers=(callers,)))[0].waits) == [0.0, LOST, 8.0]


def test_a_place_in_the_queue_is_free_when_somebody_gives_up() -> None:
    """A queue of one is not full any more once its caller is gone."""
    callers = calls((0, 10, 99), (1, 10, 3), (5, 10, 99))
    (fates,) = play(stage(Hotline(name="one", max_waiting=1), stints=(always(0),), callers=(callers,)))
    assert list(fates.waits) == [0.0, LOST, 5.0]


def test_overflow_is_answered_elsewhere() -> None:
    """A call that waited its time goes on and is counted where it is answered, and its patience goes on with it."""
    two = (Hotline(name="one", max_wait=5, overflow=1), Hotline(name="two"))
    callers = (calls((0, 100, 99), (1, 10, 99), (2, 10, 6)), NOBODY)
    fates = play(stage(*two, stints=(always(0, 0), Stint(1, 1, 20.0, FOREVER)), callers=callers))
    assert list(fates[0].waits) == [0.0, OVERFLOWED, OVERFLOWED]
    assert sorted(fates[1].guests) == [(6.0, 14.0, 10.0, 30.0), (7.0, LOST, 10.0, 8.0)]


def test_two_hotlines_that_overflow_into_each_other_end() -> None:
    """A circle is left after a few rounds."""
    two = (Hotline(name="one", max_wait=5, overflow=1), Hotline(name="two", max_wait=5, overflow=0))
    fates = play(stage(*two, stints=(Stint(0, 0, 0, 1),), callers=(calls((2, 10, 1e9)), NOBODY)))
    assert list(fates[0].waits) == [OVERFLOWED]


def test_levels_open_in_time() -> None:
    """The second level answers who has waited so long, and again when they are free."""
    hotline = Hotline(name="one", opens=((30.0, 2),))
    callers = calls((0, 100, 99), (1, 10, 99), (2, 10, 99))
    (fates,) = play(stage(hotline, stints=(always(0), always(1, level=2)), callers=(callers,)))
    assert list(fates.waits) == [0.0, 30.0, 39.0]


def test_one_person_for_two_hotlines() -> None:
    """Somebody who answers two takes the call that waited longest, and is busy for both."""
    two = (Hotline(name="one"), Hotline(name="two"))
    callers = (calls((0, 10, 99), (3, 10, 99)), calls((1, 10, 99)))
    fates = play(stage(*two, stints=(always(0, 0), always(0, 1)), callers=callers))
    assert list(fates[0].waits) == [0.0, 17.0]
    assert list(fates[1].waits) == [9.0]


def test_who_leaves_finishes_the_call() -> None:
    """The end of a stint cuts nobody off, and nobody is answered after it."""
    callers = calls((0, 50, 99), (1, 10, 20), (60, 10, 20))
    (fates,) = play(stage(Hotline(name="one"), stints=(Stint(0, 0, 0, 5), Stint(1, 0, 65, 70)), callers=(callers,)))
    assert list(fates.waits) == [0.0, LOST, 5.0]


@given(st.integers(0, 2_000))
def test_every_call_has_a_fate(seed: int) -> None:
    """Whatever the rules, calls are answered, given up, turned away or went on; intervals add up to the calls."""
    random = Random(seed)
    count = random.randrange(2, 4)

    def hotline(place: int) -> Hotline:
        return Hotline(
            name=str(place),
            wrap_up=random.choice([0.0, 10.0]),
            max_waiting=random.choice([None, 0, 3]),
            max_wait=random.choice([None, 60.0]),
            opens=random.choice([(), ((20.0, 2),)]),
            leaves=random.choice([None, (40.0, random.randrange(-1, count))]),
            overflow=random.choice([None, random.randrange(count)]),
            closed=random.choice([(), ((600.0, 1200.0),)]),
        )

    hotlines = tuple(map(hotline, range(count)))
    stints = tuple(
        Stint(agent, random.randrange(count), start := random.uniform(0, 2000), start + random.uniform(1, 2000), random.choice([1, 1, 2]))
        for agent in range(10)
    )
    callers = tuple(draw([random.uniform(0, 50)] * 4, 900, 120, 90, random.random) for _ in range(count))
    there = stage(*hotlines, stints=stints, callers=callers, trunks=random.choice([None, 8]))
    fates = play(there)
    arrived = sum(len(one.arrivals) for one in callers)
    counted = [total(rows) for rows in tally(there, fates, 900, 3600)]
    guests = sum(len(fate.guests) for fate in fates)
    assert sum(one.offered for one in counted) == arrived + guests
    assert all(one.offered == one.answered + one.abandoned + one.turned_away + one.went_on + one.closed for one in counted)
    assert sum(wait == OVERFLOWED for fate in fates for wait in fate.waits) >= guests / 6
    assert min(at_once(callers, fates, 3600)) >= 0


def test_intervals() -> None:
    """Calls are counted where they came, time where it was spent, people for as long as they were there."""
    callers = calls((10, 200, 99), (110, 20, 99))
    one = stage(Hotline(name="one", answer_within=5), stints=(Stint(0, 0, 0, 150), Stint(1, 0, 50, 300)), callers=(callers,))
    rows = tally(one, play(one), 100, 300)[0]
    assert [row.offered for row in rows] == [1, 1, 0]
    assert [row.seats for row in rows] == [1.5, 1.5, 1.0]
    assert [row.busy for row in rows] == [pytest.approx(0.9), pytest.approx(1.2), pytest.approx(0.1)]
    assert [row.level for row in rows] == [1.0, 1.0, 1.0]
    assert rows[1].occupancy == pytest.approx(0.8)


def test_calls_at_once() -> None:
    """Trunks are taken from the first ring to the last word, or as long as somebody waits in vain."""
    callers = calls((0, 25, 99), (1, 5, 12))
    one = stage(Hotline(name="one"), stints=(always(0),), callers=(callers,))
    assert at_once((callers,), play(one), 40) == [2, 1, 0, 0, 0]


def test_what_is_drawn_is_what_was_asked_for() -> None:
    """Counts by interval, means of talk and patience; the same seed draws the same, another one something else."""
    drawn = draw([1000, 0, 3000], 900, 240, 60, Random(7).random)
    by_interval = [sum(n * 900 <= at < (n + 1) * 900 for at in drawn.arrivals) for n in range(3)]
    assert by_interval == [pytest.approx(1000, abs=120), 0, pytest.approx(3000, abs=200)]
    assert list(drawn.arrivals) == sorted(drawn.arrivals)
    assert sum(drawn.talk) / len(drawn.talk) == pytest.approx(240, rel=0.06)
    assert sum(drawn.patience) / len(drawn.patience) == pytest.approx(60, rel=0.06)
    assert draw([1000, 0, 3000], 900, 240, 60, Random(7).random) == drawn
    assert draw([1000, 0, 3000], 900, 240, 60, Random(8).random) != drawn
    assert set(draw([100], 900, 240, FOREVER, Random(7).random).patience) == {FOREVER}


def test_plain_hotlines_are_seen() -> None:
    """A limit, an overflow into it, or somebody who also answers elsewhere makes a hotline part of something larger."""
    plain = stage(Hotline(name="one"), Hotline(name="two"), stints=(always(0, 0), always(1, 1)), callers=(NOBODY, NOBODY))
    assert plain.plain(0)
    assert plain.plain(1)
    assert not replace(plain, trunks=5).plain(0)
    assert not replace(plain, stints=(always(0, 0), always(0, 1))).plain(0)
    assert not replace(plain, hotlines=(Hotline(name="one"), Hotline(name="two", overflow=0))).plain(0)
    assert not replace(plain, hotlines=(Hotline(name="one", max_wait=9), Hotline(name="two"))).plain(0)


def test_closed_hotlines_lead_elsewhere() -> None:
    """Who calls while it is closed is counted as that, and answered where it leads to; nowhere, or outside, they are gone."""
    callers = (calls((1, 10, 99), (20, 10, 99)), NOBODY)
    for to, guests in ((1, [(1.0, 0.0, 10.0, 11.0)]), (-1, []), (None, [])):
        two = (Hotline(name="one", closed=((0.0, 15.0),), closed_to=to), Hotline(name="two"))
        fates = play(stage(*two, stints=(always(0, 0), always(1, 1)), callers=callers))
        assert list(fates[0].waits) == [CLOSED, 0.0]
        assert fates[1].guests == guests
    both = (Hotline(name="one", closed=((0.0, 99.0),), closed_to=1), Hotline(name="two", closed=((0.0, 99.0),), closed_to=0))
    assert [guest[1] for guest in play(stage(*both, stints=(), callers=callers))[1].guests] == [CLOSED] * 6


def test_an_exchange_that_is_down_lets_nobody_in() -> None:
    """Neither from outside nor from another hotline; afterwards it does."""
    two = (Hotline(name="one", max_wait=2, overflow=1), Hotline(name="two", down=((0.0, 15.0),)))
    fates = play(stage(*two, stints=(always(0, 1),), callers=(calls((1, 10, 99), (20, 10, 99)), calls((2, 5, 99), (40, 5, 99)))))
    assert list(fates[0].waits) == [OVERFLOWED, OVERFLOWED]
    assert list(fates[1].waits) == [BLOCKED, 0.0]
    assert fates[1].guests == [(3.0, BLOCKED, 10.0, 3.0), (22.0, 0.0, 10.0, 32.0)]


def test_level_and_occupancy_leave_out_what_is_closed() -> None:
    """Callers outside the hours are no failure, and nobody has to be there then."""
    callers = calls((10, 10, 99), (60, 10, 99), (90, 10, 1))
    one = stage(Hotline(name="one", closed=((0.0, 50.0),)), stints=(always(0),), callers=(callers,))
    (row,) = tally(one, play(one), 100, 100)[0]
    assert (row.offered, row.answered, row.closed, row.level) == (3, 2, 1, 1.0)
    assert row.seats == 0.5
    assert row.occupancy == pytest.approx(0.4)


def test_calls_that_go_on_hold_one_trunk_all_the_while() -> None:
    """From the first ring at one hotline to the last word at the other; who finds it full holds none any more."""
    two = (Hotline(name="one", max_wait=20, overflow=1), Hotline(name="two", max_wait=5))
    callers = (calls((0, 25, 99), (1, 30, 999)), calls((2, 5, 999)))
    stints = (always(0, 0), Stint(1, 1, 21.0, FOREVER))
    assert at_once(callers, play(stage(*two, stints=stints, callers=callers)), 60) == [2, 2, 1, 1, 1, 0, 0]


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_a_hand_that_does_what_was_planned_changes_nothing(seed: int) -> None:
    """People seated at the times of their stints, and looks in between: every call has the fate that the event loop gives it."""
    random = Random(seed)
    stints = []
    for agent in range(random.randrange(2, 10)):
        start = random.uniform(0, 2000)
        for _ in range(random.randrange(1, 4)):
            end = start + random.uniform(10, 2500)
            stints.append(Stint(agent, random.randrange(2), start, end, random.choice([1, 1, 2])))
            start = end + random.uniform(1, 800)
    one = stage(
        Hotline(name="one", wrap_up=10, max_wait=200, overflow=1, opens=((40.0, 2),), closed=((1500.0, 1700.0),)),
        Hotline(name="two", max_waiting=4, opens=((20.0, 2),), leaves=(90.0, 0)),
        stints=tuple(stints),
        callers=tuple(draw([random.uniform(0, 40) for _ in range(5)], 900, 120, 150, random.random) for _ in range(2)),
        trunks=random.choice([None, 12]),
    )

    def wake(now: float) -> None:
        by.seat(now, [(f"{one.agent:02d}", one.hotline, one.level) for one in stints if one.start <= now < one.end])
        seen.append([by.look(now, place) for place in range(2)])
        for edge in edges:
            by.wake_at(edge)
        edges.clear()

    edges = [edge for stint in stints for edge in (stint.start, stint.end)] + [random.uniform(0, 5000) for _ in range(20)] + [1e6]
    seen: list[list[Shown]] = []
    by = Steered(one, wake)
    flown, fates = by.fly(1e6)
    for place, (mine, theirs) in enumerate(zip(fates, Loop(one).play(), strict=True)):
        assert (mine.waits, mine.begun, sorted(mine.guests)) == (theirs.waits, theirs.begun, sorted(theirs.guests))
        counted, last = total(tally(one, fates, 900, 1e6)[place]), seen[-1][place]
        assert (last.answered, last.within, last.waiting) == (counted.answered, counted.within, 0)
        assert last.abandoned == counted.abandoned
    assert sorted((one.hotline, one.start, one.end, one.level) for one in flown.stints) == sorted(
        (one.hotline, one.start, one.end, one.level) for one in stints
    )


def test_a_look_shows_who_waits_and_who_is_busy() -> None:
    """Who gave up meanwhile is not waiting any more; a person who leaves in a call finishes it."""
    seen = {}

    def wake(now: float) -> None:
        if now == 0.0:
            by.seat(now, [("ann", 0, 1)])
            for at in (4.0, 6.0, 30.0):
                by.wake_at(at)
        if now == 6.0:
            by.seat(now, [("bob", 0, 1)])
        seen[now] = by.look(now, 0)

    by = Steered(stage(Hotline(name="one"), stints=(), callers=(calls((1, 10, 99), (2, 10, 3), (3, 10, 99)),)), wake)
    _, (fates,) = by.fly(99.0)
    assert list(fates.waits) == [0.0, LOST, 3.0]
    assert seen[4.0] == Shown(waiting=2, longest=2.0, answered=1, abandoned=0, within=1, present=1, busy=1)
    assert seen[6.0] == Shown(waiting=0, longest=0.0, answered=2, abandoned=1, within=2, present=1, busy=1)
    assert seen[30.0] == Shown(waiting=0, longest=0.0, answered=2, abandoned=1, within=2, present=1, busy=0)
