"""The fold: looks and events of exchanges, in whatever order they come, into one board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campctl.backends.sim.habits import Habits
from campctl.backends.sim.traffic.floor import Floor
from campctl.backends.sim.traffic.listening import event_of, live_of
from campctl.backends.sim.traffic.state import State, World
from campctl.live.board import Board, HotlineBoard
from campctl.live.fold import Fold
from campctl.model.live import AgentNow, Event, EventType, Live, QueueNow
from campctl.model.resources import Key, Member, Queue
from campctl.model.shapes import shares

START = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)
"""Noon in Chicago, on a Tuesday."""
QUEUES = (
    Queue("vp", "Voter protection", wrap_up=10, max_wait=120, answer_within=20, max_waiting=20, overflow="queue/main"),
    Queue("main", "Main", wrap_up=5, max_wait=300, answer_within=30),
)
WITHIN = {"vp": 20.0, "main": 30.0}


def event(kind: EventType, at: float, key: Key | None = None, **data: Any) -> Event:
    """An event so many seconds after the start."""
    return Event(at=START + timedelta(seconds=at), backend="pbx", type=kind, key=key, data=data)


def call(kind: EventType, at: float, id_: str, queue: str = "main", **data: Any) -> Event:
    """An event of a call."""
    return event(kind, at, Key("queue", queue), call=id_, **data)


def look(at: float = 0.0, *queues: QueueNow, **more: Any) -> Live:
    """A look so many seconds after the start, at an exchange that began an hour before it."""
    more = {"epoch": "1", "backend": "pbx", "since": START - timedelta(hours=1), **more}
    return Live(at=START + timedelta(seconds=at), queues=queues or (QueueNow(queue="main"),), **more)


def fold(*live: Live, **options: Any) -> Fold:
    """A fold that saw these looks."""
    made = Fold(within=WITHIN, zone=ZoneInfo("America/Chicago"), **options)
    for one in live or (look(),):
        made.look(one)
    return made


def board(of: Fold, at: float) -> Board:
    """Its board so many seconds after the start."""
    return of.board(START + timedelta(seconds=at))


def main(of: Fold, at: float) -> HotlineBoard:
    """The hotline `main` on it."""
    return board(of, at).hotlines["main"]


# -- a simulated hour --


def played(seed: int, seconds: float) -> tuple[Live, list[Event], Live]:
    """A look at a busy floor, what happened after it, and a look at the end."""
    people = [Member(queue, f"user/p{n}") for n in range(12) for queue in (("vp",), ("main",), ("vp", "main"))[n % 3]]
    lines = {member.line for member in people}
    world = World(
        queues={queue.id: queue for queue in QUEUES},
        members={member.id: member for member in people},
        registered=frozenset(lines - {"user/p3"}),
        places=dict.fromkeys(lines, ("hq", "+12175550100")),
    )
    habits = Habits(seed=seed, talk=60.0, patience=45.0, calls={"vp": 9_000.0, "main": 6_000.0}, shares=shares("flat"))
    state = State(at=START.timestamp() - 600, since=START.timestamp() - 600, epoch="1")
    floor = Floor(state, world, habits)
    floor.advance(START.timestamp())
    first = live_of("pbx", state, world, agents=True)
    told = len(floor.told)
    floor.advance(START.timestamp() + seconds)
    return first, [event_of("pbx", one) for one in floor.told[told:]], live_of("pbx", state, world, agents=True)


def legally_shuffled(events: Sequence[Event], random: Random) -> list[Event]:
    """In any order, but what is told of one thing at one instant stays in its order; some come twice or three times."""
    places = [random.random() * len(events) for _ in events]
    of_instant: dict[tuple[Any, datetime], list[int]] = {}
    for n, one in enumerate(events):
        of_instant.setdefault((one.key, one.at), []).append(n)
    for group in of_instant.values():
        for n, place in zip(group, sorted(places[n] for n in group), strict=True):
            places[n] = place
    ordered = [events[n] for n in sorted(range(len(events)), key=places.__getitem__)]
    again = {id(one) for one in ordered if random.random() < 0.2 and one.type.startswith("call")}
    return [copy for one in ordered for copy in [one] * (2 if id(one) in again else 1)]


def told(of: Board) -> dict[str, Any]:
    """What a board says that a look says too."""
    return {
        "hotlines": {row.id: (row.waiting, row.answered, row.abandoned, row.within, dict(row.agents)) for row in of.hotlines.values()},
        "lines": {row.id: (row.registered, row.state, row.reason, row.queues) for row in of.lines.values()},
        "calls": of.backends["pbx"].calls,
    }


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), seconds=st.integers(1, 1200), order=st.integers(0, 1 << 30))
@example(seed=0, seconds=8, order=1)
def test_events_in_any_order_come_to_what_a_look_says(seed: int, seconds: int, order: int) -> None:
    """A board of a look and the events after it, shuffled and doubled, is the board of a look at the end."""
    first, events, last = played(seed, seconds)
    heard, seen = fold(first), fold(last)
    for one in legally_shuffled(events, Random(order)):
        heard.event(one)
    assert told(board(heard, seconds)) == told(board(seen, seconds))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.integers(0, 1 << 30))
def test_windows_do_not_mind_the_order_either(seed: int, order: int) -> None:
    """Calls by the minute and the recent service level are the same in order and out of it."""
    first, events, _ = played(seed, 900)
    rows = []
    for told_ in (events, legally_shuffled(events, Random(order))):
        made = fold(first)
        for one in told_:
            made.event(one)
        rows.append(
            {
                row.id: (
                    row.minutes,
                    row.recent_answered,
                    row.recent_abandoned,
                    row.recent_within,
                    row.ended,
                    round(row.talked, 3),
                    row.refused,
                )
                for row in board(made, 900).hotlines.values()
            }
        )
    assert rows[0] == rows[1]
    assert sum(rows[0]["vp"][0]) > 50


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), at=st.integers(1, 600))
def test_a_look_in_between_changes_nothing(seed: int, at: int) -> None:
    """Where every event came, a look brings no other figures, and events it already counted do not count again."""
    first, events, last = played(seed, 600)
    plain, looked = fold(first), fold(first)
    for one in events:
        plain.event(one)
    for one in events[: len(events) * at // 600]:
        looked.event(one)
    looked.look(last)  # it was asked for before the rest of the events was read
    for one in events[len(events) * at // 600 :]:
        looked.event(one)
    assert told(board(plain, 600)) == told(board(looked, 600))


# -- one thing after the other --


def test_a_call_from_its_first_ring_to_its_end() -> None:
    """Waiting, its wait, answered in time, talked; the calls of the last whole minutes hold it."""
    one = fold()
    one.event(call("call-queued", 5, "a", caller="+12025550100", waiting=1))
    row = main(one, 10)
    assert (row.waiting, row.oldest) == (1, START + timedelta(seconds=5))
    assert board(one, 10).backends["pbx"].calls == 1
    one.event(call("call-answered", 17, "a", line="user/ann", waited=12.0))
    assert board(one, 18).lines["user/ann"].call == "main"
    one.event(call("call-ended", 77, "a", line="user/ann", talked=60.0))
    row = main(one, 130)
    assert (row.waiting, row.oldest, row.answered, row.within, row.recent_answered, row.recent_within) == (0, None, 1, 1, 1, 1)
    assert (row.talked, row.ended, row.minutes[-2:], len(row.minutes)) == (60.0, 1, (1, 0), 60)
    assert board(one, 130).lines["user/ann"].call == ""
    assert board(one, 130).backends["pbx"].calls == 0


def test_callers_whom_only_the_look_knows() -> None:
    """Those a look counted leave one by one as events name them, and the next oldest came no earlier."""
    one = fold(look(0, QueueNow(queue="main", waiting=3, longest_wait=90.0, answered=7, within=5), calls=3))
    assert main(one, 1).oldest == START - timedelta(seconds=90)
    one.event(call("call-answered", 2, "x", line="user/ann", waited=92.0))
    row = main(one, 3)
    assert (row.waiting, row.answered, row.within) == (2, 8, 5)
    assert row.oldest is not None
    assert row.oldest >= START - timedelta(seconds=90)
    one.event(call("call-abandoned", 4, "y", waited=30.0, why="abandoned"))
    one.event(call("call-abandoned", 5, "z", waited=20.0, why="timeout"))
    row = main(one, 6)
    assert (row.waiting, row.oldest, row.abandoned) == (0, None, 2)


@pytest.mark.parametrize(("why", "refused", "abandoned", "offered"), [("full", 1, 0, 1), ("closed", 1, 0, 0), ("abandoned", 0, 1, 1)])
def test_who_never_was_in_the_queue_did_not_give_up(why: str, refused: int, abandoned: int, offered: int) -> None:
    """Callers who find it closed or full are told of by themselves; only those who find it full count as offered."""
    one = fold()
    one.event(call("call-abandoned", 5, "a", waited=0.0, why=why))
    row = main(one, 70)
    assert (row.refused, row.abandoned, sum(row.minutes)) == (refused, abandoned, offered)


def test_an_agent_goes_through_a_call_and_leaves() -> None:
    """States by hotline and line, with since when; a removed one is counted no more, and late words of it change nothing."""
    ann = Key("member", "main/user/ann")
    one = fold(look(0, agents=(AgentNow(ann.id, "free"),), registered=frozenset({"user/ann"})))
    row = board(one, 1).lines["user/ann"]
    assert (row.state, row.since, row.queues, row.registered) == ("free", None, ("main",), True)
    one.event(event("agent-state", 5, ann, state="paused", reason="lunch"))
    row = board(one, 6).lines["user/ann"]
    assert (row.state, row.reason, row.since) == ("paused", "lunch", START + timedelta(seconds=5))
    assert main(one, 6).agents == {"paused": 1}
    one.event(event("agent-state", 9, ann, state="gone", reason="removed"))
    one.event(event("agent-state", 7, ann, state="free", reason=""))
    assert main(one, 10).agents == {}
    assert board(one, 10).lines["user/ann"].queues == ()
    assert board(one, 10).lines["user/ann"].state == "free"


def test_a_line_in_two_queues_rings_for_one() -> None:
    """Where one queue says that it rings and the other that it is busy, it rings, for the one."""
    one = fold(look(0, QueueNow(queue="main"), QueueNow(queue="vp")))
    for queue, state in (("main", "ringing"), ("vp", "busy")):
        one.event(event("agent-state", 5, Key("member", f"{queue}/user/ann"), state=state, reason=""))
    row = board(one, 6).lines["user/ann"]
    assert (row.state, row.call, row.queues) == ("ringing", "main", ("main", "vp"))


def test_rows_that_did_not_change_are_the_same_objects() -> None:
    """A board after a quiet while shares everything with the one before; after one event, all rows but those it is about."""
    one = fold(look(0, QueueNow(queue="main"), QueueNow(queue="vp"), registered=frozenset({"user/ann", "user/bo"})))
    first = board(one, 1)
    quiet = board(one, 2)
    assert (quiet.version, quiet.at) == (first.version, START + timedelta(seconds=2))
    assert quiet.hotlines is first.hotlines
    assert quiet.lines is first.lines
    one.event(call("call-queued", 3, "a"))
    after = board(one, 4)
    assert after.version == first.version + 1
    assert after.hotlines["vp"] is first.hotlines["vp"]
    assert after.hotlines["main"] is not first.hotlines["main"]
    assert after.lines is first.lines


# -- what goes wrong --


def test_silence_is_stale_and_a_broken_connection_lost() -> None:
    """Live while heard, stale after a silence, lost with why, and live again after the next look; since when each holds."""
    one = fold(look(0), stale_after=30.0)
    assert board(one, 30).backends["pbx"].health == "live"
    stale = board(one, 31).backends["pbx"]
    assert (stale.health, stale.since, stale.heard) == ("stale", START, START)
    assert "30 s" in stale.why
    one.lost("pbx", START + timedelta(seconds=40), "connection refused")
    one.lost("pbx", START + timedelta(seconds=50), "connection refused again")
    lost = board(one, 60).backends["pbx"]
    assert (lost.health, lost.since, lost.why) == ("lost", START + timedelta(seconds=40), "connection refused again")
    one.look(look(70))
    back = board(one, 71).backends["pbx"]
    assert (back.health, back.since, back.why) == ("live", START + timedelta(seconds=70), "")


def test_one_that_was_never_heard_is_on_the_board() -> None:
    """An exchange that is expected shows as lost before its first word."""
    one = Fold()
    one.expect("pbx")
    assert board(one, 0).backends["pbx"].health == "lost"


def test_a_gap_asks_for_a_look_which_sets_it_right() -> None:
    """After missed events: the exchange is wanted, the board says so, and a look drops who left and adds who came unnoticed."""
    one = fold()
    for n in range(4):
        one.event(call("call-queued", n, f"c{n}"))
    assert one.wants() == frozenset()
    one.event(event("gap", 20, why="the connection was lost"))
    assert one.wants() == {"pbx"}
    row = board(one, 21).backends["pbx"]
    assert (row.gaps, row.why) == (1, "the connection was lost")
    one.look(look(30, QueueNow(queue="main", waiting=2, longest_wait=28.0, answered=3, within=3), calls=4))
    assert one.wants() == frozenset()
    now = main(one, 31)
    assert (now.waiting, now.answered, now.oldest) == (2, 3, START + timedelta(seconds=2))
    one.look(look(40, QueueNow(queue="main", waiting=5, longest_wait=38.0, answered=3, within=3)))
    assert main(one, 41).waiting == 5


def test_counts_of_one_life_never_go_back() -> None:
    """A look that knows only calls whose talk is over takes none away; in another life it counts from its beginning."""
    one = fold()
    one.event(call("call-queued", 1, "a"))
    one.event(call("call-answered", 3, "a", line="user/ann", waited=2.0))
    one.look(look(10))
    assert main(one, 11).answered == 1
    one.look(look(20, epoch="2", since=START + timedelta(seconds=15)))
    row = main(one, 21)
    assert (row.answered, row.since) == (0, START + timedelta(seconds=15))
    assert row.recent_answered == 1


def test_what_happened_while_a_look_was_under_way_holds() -> None:
    """A look takes a while: what is later than the question is believed, not what it says of before."""
    ann = Key("member", "main/user/ann")
    one = fold(look(0, agents=(AgentNow(ann.id, "free"),)))
    one.event(call("call-queued", 11, "a"))
    one.event(event("agent-state", 11, ann, state="ringing", reason=""))
    one.look(look(12, QueueNow(queue="main"), agents=(AgentNow(ann.id, "free"),)), START + timedelta(seconds=10))
    assert main(one, 13).waiting == 1
    assert main(one, 13).agents == {"ringing": 1}


def test_a_new_day_counts_from_midnight() -> None:
    """At the campaign's midnight today's figures begin at zero, and a look afterwards keeps it so."""
    midnight = 12 * 3600.0
    one = fold(look(0, QueueNow(queue="main", answered=100, abandoned=10, within=80)))
    assert main(one, midnight - 1).answered == 100
    one.event(call("call-answered", midnight + 5, "a", line="user/ann", waited=3.0))
    row = main(one, midnight + 6)
    assert (row.answered, row.abandoned, row.within, row.since) == (1, 0, 1, START + timedelta(seconds=midnight))
    one.look(look(midnight + 10, QueueNow(queue="main", answered=101, abandoned=12, within=81)))
    assert (main(one, midnight + 11).answered, main(one, midnight + 11).abandoned) == (1, 2)


@pytest.mark.parametrize("hours", [-3.0, -0.01, 2.0])
def test_a_clock_that_is_set_leaves_waits_and_minutes_as_old_as_they_were(hours: float) -> None:
    """Who waits has waited as long as before, the last hour's calls stay where they were, and a look is wanted."""
    one = fold()
    one.event(call("call-queued", 60, "a"))
    before = main(one, 240)
    one.shift(hours * 3600)
    after = main(one, 240 + hours * 3600)
    assert before.oldest is not None
    assert after.oldest == before.oldest + timedelta(hours=hours)
    assert (after.minutes, after.waiting) == (before.minutes, 1)
    assert one.wants() == {"pbx"}


def test_events_from_the_future_and_the_past_are_counted_now_or_not_at_all() -> None:
    """An exchange with a clock of its own makes no minutes ahead, none of long ago, and no endless memory."""
    one = fold()
    for n in range(3000):
        one.event(call("call-queued", (-1) ** n * n * 86400.0, f"c{n}"))
    assert len(one.exchanges["pbx"].queues["main"].window.minutes) <= 62


def test_an_emergency_call_stands_first_and_once() -> None:
    """Newest first, each once however often it is told, fifty at the most."""
    one = fold()
    for n in (3, 1, 2, 2, 3):
        one.event(event("emergency-call", n, Key("line", "user/ann"), call=f"e{n}", number="911", callback="+12175550100", location="hq"))
    found = board(one, 5).emergencies
    assert [placed.at - START for placed in found] == [timedelta(seconds=n) for n in (3, 2, 1)]
    assert (found[0].line, found[0].number, found[0].callback, found[0].location) == ("user/ann", "911", "+12175550100", "hq")
    for n in range(100):
        one.event(event("emergency-call", 10 + n, Key("line", "user/ann"), call=f"f{n}", number="911"))
    assert len(board(one, 200).emergencies) == 50


@pytest.mark.parametrize(
    "broken", [{}, {"call": ["a"], "waited": "long", "line": ["x"]}, {"waited": -5.0, "state": "\x1b[2J", "line": "user/\x1b[31m"}]
)
@pytest.mark.parametrize(
    "kind", ["call-queued", "call-answered", "call-abandoned", "call-ended", "agent-state", "line-state", "emergency-call", "gap", "new"]
)
def test_events_that_say_less_than_they_should_break_nothing(kind: Any, broken: dict[str, Any]) -> None:
    """Missing and strange data, no key, types of a newer campctl: the board is still made."""
    one = fold()
    for key in (None, Key("queue", "main"), Key("member", "main"), Key("line", "\x1b]0;x\x07")):
        one.event(Event(at=START, backend="pbx", type=kind, key=key, data=broken))
    assert board(one, 1).backends["pbx"].name == "pbx"


def test_a_line_on_two_exchanges_is_where_its_phone_is() -> None:
    """While a phone is moved its line is on both; the board shows the one that has it."""
    one = fold(look(0, registered=frozenset({"user/ann"})), look(0, backend="old", registered=frozenset()))
    one.event(Event(at=START + timedelta(seconds=1), backend="old", type="line-state", key=Key("line", "user/ann"), data={"state": "gone"}))
    assert board(one, 2).lines["user/ann"].backend == "pbx"


def test_a_day_leaves_nothing_behind() -> None:
    """Thirty thousand calls through one hotline: what is remembered is bounded by what goes on, not by what was."""
    one = fold()
    for n in range(30_000):
        at = n * 2.5
        one.event(call("call-queued", at, f"c{n}"))
        one.event(call("call-answered", at + 5, f"c{n}", line=f"user/p{n % 50}", waited=5.0))
        one.event(call("call-ended", at + 60, f"c{n}", line=f"user/p{n % 50}", talked=55.0))
    pbx = one.exchanges["pbx"]
    assert len(pbx.calls) <= 5_001
    assert len(pbx.over) <= 5_000
    assert len(pbx.queues["main"].window.minutes) <= 62
    assert main(one, 30_000 * 2.5 + 100).waiting == 0


def test_nobody_waits_longer_than_a_look_says() -> None:
    """A machine slept or its clock was set ahead: who came before that has waited as long as the exchange says, by its own clock."""
    one = fold()
    one.event(call("call-queued", 5, "a"))
    one.look(look(7205, QueueNow(queue="main", waiting=1, longest_wait=12.0)))
    assert main(one, 7206).oldest == START + timedelta(seconds=7193)
    assert main(one, 7206).waiting == 1
