"""The autopilot's rule: tables for each reason to move or not, properties for what may never happen."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.capacity.autoscale import Decision, Look, Memory, Room, Rule, across, decide, rule_of
from campctl.capacity.erlang import Target
from campctl.model.campaign import Answer, Autoscale, Hotline, Seats, Service, Volume

RULE = Rule(step=2, every=30.0, hold=600.0, target=Target(0.8, 20.0, 0.9), handling=240.0, patience=180.0)
START = 1_790_000_000.0


class Line:
    """A queue that is looked at every half minute: calls as told, answered at once, unless told otherwise."""

    def __init__(self, *, now: int = 4, low: int = 2, high: int = 20, rule: Rule = RULE) -> None:
        self.rule, self.memory = rule, Memory()
        self.room = Room(now=now, low=low, high=high, filled=now)
        self.at, self.life = START, "one"
        self.answered = self.abandoned = self.within = 0
        self.decisions: list[tuple[float, Decision]] = []

    def look(self, calls: int = 0, *, late: int = 0, lost: int = 0, waiting: int = 0, longest: float = 0.0, **more: Any) -> Decision:
        self.at += self.rule.every
        self.answered += calls
        self.within += calls - late
        self.abandoned += lost
        figures = {"at": self.at, "life": self.life, "waiting": waiting, "longest": longest} | more
        look = Look(answered=self.answered, abandoned=self.abandoned, within=self.within, **figures)
        return self.decide(look)

    def decide(self, look: Look | None) -> Decision:
        before = self.room.now
        found, self.memory = decide(self.rule, self.memory, look, self.room, self.at)
        if found.kind != "hold":
            self.room = replace(self.room, now=found.to, filled=found.to)
        assert (found.to > before, found.to < before) == (found.kind == "up", found.kind == "down")
        self.decisions.append((self.at, found))
        return found

    def go(self, minutes: float, calls: int, **more: Any) -> Decision:
        for _ in range(int(minutes * 60 / self.rule.every)):
            found = self.look(calls, **more)
        return found

    @property
    def moves(self) -> list[tuple[float, str]]:
        return [(at, one.kind) for at, one in self.decisions if one.kind != "hold"]


def test_the_rule_of_a_hotline() -> None:
    """Its step is a tenth of its max unless it says one; what is held is its service target."""
    hotline = Hotline(id="x", name="X", seats=Seats(4, 2, 40), answer=Answer(), autoscale=Autoscale(), service=Service(30, 0.9, 0.85))
    rule = rule_of(hotline)
    assert (rule.step, rule.every, rule.hold, rule.handling) == (4, 30.0, 600.0, 300.0)
    assert (rule.target.within, rule.target.level, rule.target.occupancy) == (30.0, 0.9, 0.85)
    assert rule_of(replace(hotline, autoscale=Autoscale(step=7), volume=Volume(handling_time=90, patience=0))).patience == float("inf")
    assert rule_of(replace(hotline, autoscale=Autoscale(step=7))).step == 7


def test_a_surge_is_followed_up_step_by_step_and_down_after_hold() -> None:
    """Two a look at the most while more are needed; none go within `hold` of the last that came, and then slowly."""
    line = Line()
    line.go(5, 1)
    assert line.room.now in range(8, 13)  # two calls a minute of 240 s: 8 erlangs and what the target takes on top
    settled = line.room.now
    line.go(5, 3)
    peak = line.room.now
    assert peak >= settled + 6
    assert all(one.to - before.to <= 2 for (_, before), (_, one) in zip(line.decisions, line.decisions[1:], strict=False))
    quiet = line.at
    line.go(9, 0)
    assert line.room.now == peak
    line.go(40, 0)
    assert line.room.now == 2
    assert [kind for at, kind in line.moves if at > quiet] == ["down"] * len([at for at, _ in line.moves if at > quiet])


def test_the_reason_holds_the_figures() -> None:
    """Whoever reads the audit log sees what the move followed from."""
    line = Line()
    line.go(1.5, 2)
    reason = next(one.reason for _, one in line.decisions if one.kind == "up")
    for word in ("4.0 calls a minute", "of 240 s", "100% answered in 20 s", "hold 80%", "4 to 6"):
        assert word in reason


def test_callers_who_wait_ask_for_more() -> None:
    """A backlog is to be drained in two minutes, beyond what comes in."""
    line, calm = Line(high=60), Line(high=60)
    for _ in range(4):
        one, other = line.look(1, late=1, waiting=12, longest=90.0), calm.look(1)
    assert one.need is not None
    assert other.need is not None
    assert one.need > other.need + 10
    assert "12 waiting up to 90 s" in one.reason


def test_service_that_is_missed_counts_more_than_the_formula() -> None:
    """Where callers wait although the formula asks for no more seats, seats come all the same."""
    line = Line(now=24, high=30)
    found = line.go(12, 2, late=1)
    assert "fewer than 80%, although the formula asks for no more seats" in " ".join(one.reason for _, one in line.decisions)
    assert line.room.now > 24
    assert found.level is not None


def test_seats_without_anybody_are_made_up_for() -> None:
    """Phones that are not there, or paused, answer nothing; seats come in their place, but only when that lasts."""
    whole, part = Line(now=12, high=30), Line(now=12, high=30)
    for gone in (0, 0, 3, 0, 0, 0, 3, 3, 3, 3, 3, 3):
        full = whole.look(1, present=whole.room.filled, busy=4)
        short = part.look(1, present=part.room.filled - gone, busy=4)
        assert full.need is None or short.need is not None
        if gone == 0 and full.need is not None:
            assert short.need == full.need
    assert full.need is not None
    assert short.need == full.need + 3
    assert "3 seats without anybody" in short.reason


def test_handling_is_learnt_within_reason() -> None:
    """Calls that take twice as long as written need more seats; figures out of all proportion are believed up to four times."""
    usual, slow, mad = (Line(high=90) for _ in range(3))
    for _ in range(40):
        usual.look(1, busy=8)
        slow.look(1, busy=16)
        mad.look(1, busy=100_000)
    needs = [line.decisions[-1][1].need for line in (usual, slow, mad)]
    assert needs[0] is not None
    assert needs[1] is not None
    assert needs[0] * 1.5 < needs[1] < needs[2]
    assert "of 960 s" in mad.decisions[-1][1].reason


def test_a_share_that_wavers_is_no_counter_that_went_back() -> None:
    """An exchange that rounds the share answered in time shows a few fewer now and then."""
    line = Line()
    line.go(8, 1)
    line.within -= 3
    assert line.look(0).trusted
    line.within -= 9
    assert line.look(0).reason == "the exchange's counters went back"


HELD = [
    pytest.param({"at": START - 1000.0}, "old", id="stale"),
    pytest.param({"at": START + 10_000.0}, "ahead of this clock", id="from the future"),
    pytest.param({"life": "two"}, "the exchange counts anew", id="restarted"),
    pytest.param({"waiting": -1}, "make no sense", id="negative"),
    pytest.param({"waiting": 10**9}, "make no sense", id="absurd"),
    pytest.param({"longest": float("nan")}, "make no sense", id="not a number"),
]


@pytest.mark.parametrize(("figures", "why"), HELD)
def test_figures_that_cannot_be_trusted_move_nothing(figures: dict[str, Any], why: str) -> None:
    """In the middle of a surge, and just after a long calm: the reason names the fault."""
    for calls in (0, 3):
        line = Line(now=10)
        line.go(4, calls)
        before = line.room.now
        found = line.look(calls, **figures)
        assert (found.kind, line.room.now, found.trusted) == ("hold", before, False)
        assert why in found.reason


def test_counters_that_go_back_begin_anew() -> None:
    """At the exchange's midnight nobody is taken to have hung up; a minute later it goes on."""
    line = Line()
    line.go(5, 1)
    before = line.room.now
    line.answered = line.within = 0
    assert line.look(1).reason == "the exchange's counters went back"
    assert line.look(1).reason.startswith("measuring: 30 of the first 60 s")
    line.go(5, 1)
    assert line.room.now == before


def test_no_figures_at_all_hold_and_giving_back_begins_anew() -> None:
    """After a silence of the exchange, fewer must have been enough for a whole `hold` again."""
    line = Line(now=12)
    line.go(9.5, 0)
    assert line.decide(None).reason == "no figures"
    line.go(9, 0)
    assert line.room.now == 12
    line.go(5, 0)
    assert line.room.now < 12


def test_a_clock_that_goes_back_stops_nothing_for_long() -> None:
    """Set back by an hour: measured anew, and neither up nor down waits for the hour to pass."""
    line = Line(high=60)
    line.go(5, 2)
    line.at -= 3600
    assert line.look(2).kind == "hold"
    before = line.room.now
    line.go(4, 6)
    assert line.room.now > before


def test_what_holds_is_said() -> None:
    """A freeze, or a person's override, comes before every need."""
    line = Line()
    line.room = replace(line.room, held="dana's override to 9 until 23:30 holds")
    found = line.go(4, 5)
    assert (found.kind, found.to) == ("hold", 4)
    assert found.reason.endswith("dana's override to 9 until 23:30 holds")
    assert found.need is not None


def test_empty_seats_are_not_added_to() -> None:
    """Where nobody else may sit, more seats would only be more empty ones."""
    line = Line(now=6)
    line.room = replace(line.room, filled=4)
    found = line.go(3, 5)
    assert line.room.now == 6
    assert "2 of 6 are empty already" in found.reason


@pytest.mark.parametrize(
    ("before", "base", "recent", "expected"),
    [
        pytest.param(8, 20, 6, 20, id="a surge begins"),
        pytest.param(22, 4, 18, 18, id="it ends while calls still come"),
        pytest.param(22, 4, 3, 4, id="it ends in a calm"),
        pytest.param(22, 4, 30, 22, id="more needed than there were"),
        pytest.param(22, 90, 30, 40, id="held to the max"),
        pytest.param(3, 0, 0, 2, id="held to the min"),
    ],
)
def test_across_a_change_of_plan(before: int, base: int, recent: int, expected: int) -> None:
    """Never fewer than the plan, and a surge's seats stay as long as its calls."""
    room, memory = Room(now=before, low=2, high=40, filled=before), Memory(needs=((START, recent), (START + 30, 1)))
    assert across(RULE, memory, base, room, START + 60) == expected
    assert across(RULE, memory, base, room, START + 86_400) == max(2, min(40, base))


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("now", [2, 9, 20])
def test_under_constant_load_it_settles_and_stays(calls: int, now: int) -> None:
    """Wherever it begins: after an hour nothing moves any more."""
    line = Line(now=now)
    line.go(60, calls)
    settled = len(line.moves)
    line.go(120, calls)
    assert len(line.moves) == settled
    kinds = [kind for _, kind in line.moves]
    assert kinds == sorted(kinds) or kinds == sorted(kinds, reverse=True)


def test_callers_by_chance_do_not_make_it_restless() -> None:
    """Poisson calls of a constant rate, three hours: a handful of moves, and none up and down within `hold`."""
    draws = random.Random(7)
    line = Line(now=12, high=40)
    for _ in range(360):
        line.look(sum(draws.random() < 0.02 for _ in range(75)), busy=12)
    assert len(line.moves) <= 14
    assert not reversals(line)


def reversals(line: Line) -> list[tuple[float, str]]:
    """Moves down within `hold` of one up."""
    return [
        (later, kind)
        for at, before in line.moves
        for later, kind in line.moves
        if at < later < at + line.rule.hold and (before, kind) == ("up", "down")
    ]


LOOKS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 50), st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=120
)


@given(looks=LOOKS, low=st.integers(0, 6), room=st.integers(1, 40), step=st.integers(1, 9))
def test_whatever_comes_it_stays_in_bounds_and_in_time(looks: list[tuple[int, int, int, int, int]], low: int, room: int, step: int) -> None:
    """Never out of min and max, never more than a step, never up twice within `every`, never down within `hold` of an up."""
    rule = replace(RULE, step=step, hold=120.0)
    line = Line(now=low, low=low, high=low + room, rule=rule)
    for calls, late, waiting, fault, busy in looks:
        trusted = fault or waiting % 7
        if fault == 1:
            line.life += "!"
        before = line.room.now
        found = line.look(calls, late=min(late, calls), waiting=waiting, longest=5.0 * waiting, busy=busy) if trusted else line.decide(None)
        assert low <= found.to <= low + room
        assert abs(found.to - before) <= step
        if not trusted or fault == 1:
            assert found.kind == "hold"
    assert not reversals(line)
