"""The floor: what becomes of calls, as values."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from campctl.backends.sim.habits import Habits, calls
from campctl.backends.sim.traffic.floor import Floor
from campctl.backends.sim.traffic.opening import is_open
from campctl.backends.sim.traffic.profile import draws, next_arrival
from campctl.backends.sim.traffic.state import Agent, Happening, State, World
from campctl.model.resources import Member, Queue
from campctl.model.shapes import SHAPES, shares

NOON = datetime(2026, 10, 1, 17, 0, tzinfo=UTC).timestamp()
HOTLINE = Queue("vp", "Voter protection", wrap_up=10, max_wait=300, answer_within=20)
STEADY = Habits(talk=60.0, patience=1e9)


def world(*members: Member, queues: tuple[Queue, ...] = (HOTLINE,), gone: tuple[str, ...] = ()) -> World:
    lines = {member.line for member in members}
    return World(
        queues={queue.id: queue for queue in queues},
        members={member.id: member for member in members},
        registered=frozenset(lines - set(gone)),
        places=dict.fromkeys(lines, ("hq", "+12175550100")),
    )


def floor(on: World, habits: Habits = STEADY, state: State | None = None) -> Floor:
    return Floor(state or State(at=NOON, since=NOON), on, habits)


def of_calls(told: list[Happening]) -> list[str]:
    return [happening.type for happening in told if happening.type.startswith("call")]


def test_a_call_rings_is_answered_and_ends() -> None:
    """A caller with somebody free is rung through, talks and leaves; the agent goes through every state and is free again."""
    one = floor(world(Member("vp", "user/ann")))
    one.advance(NOON)
    one.place("vp")
    told = one.advance(NOON + 3600)
    assert of_calls(told) == ["call-queued", "call-answered", "call-ended"]
    assert [h.data["state"] for h in told if h.type == "agent-state"] == ["free", "ringing", "busy", "wrap-up", "free"]
    assert one.state.calls == {}
    assert one.state.tallies["vp"].answered == one.state.tallies["vp"].within == 1


def test_looks_in_small_steps_and_in_large_ones_tell_the_same() -> None:
    """How often somebody looks changes nothing: the same calls at the same instants."""
    habits = replace(STEADY, calls={"vp": 20_000.0}, shares=shares("flat"), patience=60.0)
    on = world(*(Member("vp", f"user/p{n}") for n in range(10)))
    once = floor(on, habits)
    whole = once.advance(NOON + 600)
    state, parts = State(at=NOON, since=NOON), list[Happening]()
    for second in range(1, 601):
        parts += floor(on, habits, state).advance(NOON + second)
    assert len(whole) > 300
    assert [h for h in parts if h.type != "line-state"] == [h for h in whole if h.type != "line-state"]


def test_nobody_is_lost() -> None:
    """Every call that was queued is answered, given up, or still there."""
    habits = replace(STEADY, calls={"vp": 40_000.0}, shares=shares("flat"), patience=40.0)
    one = floor(world(*(Member("vp", f"user/p{n}") for n in range(15))), habits)
    counts = Counter(of_calls(one.advance(NOON + 7200)))
    waiting = sum(not call.line for call in one.state.calls.values())
    ringing = sum(bool(call.line) and not call.answered for call in one.state.calls.values())
    assert counts["call-queued"] == counts["call-answered"] + counts["call-abandoned"] + waiting + ringing
    assert counts["call-abandoned"] > 50


@pytest.mark.parametrize(
    ("queue", "whys"),
    [
        (replace(HOTLINE, hours=("sat 08:00-09:00",)), ["closed"] * 3),
        (replace(HOTLINE, max_waiting=1), ["full", "full", "timeout"]),
        (replace(HOTLINE, max_wait=30), ["timeout"] * 3),
        (replace(HOTLINE, max_waiting=0, max_wait=0), []),
        (replace(HOTLINE, escalation=("20s outside/+12175550190",)), ["timeout"] * 3),
    ],
)
def test_who_is_not_answered_leaves_for_a_reason(queue: Queue, whys: list[str]) -> None:
    """Closed, full, too long, sent elsewhere: the event says which. 0 is no limit."""
    one = floor(world(queues=(queue,)))
    for _ in range(3):
        one.place("vp")
    assert [h.data["why"] for h in one.advance(NOON + 400) if h.type == "call-abandoned"] == whys


def test_callers_go_on_to_the_overflow() -> None:
    """A call that waited too long is queued where the queue overflows to; two that overflow into each other end some day."""
    ring = (replace(HOTLINE, max_wait=10, overflow="queue/other"), Queue("other", "Other", max_wait=10, overflow="queue/vp"))
    one = floor(world(queues=ring))
    one.place("vp")
    told = one.advance(NOON + 3600)
    queued = [h.key for h in told if h.type == "call-queued"]
    assert queued[:2] == [("queue", "vp"), ("queue", "other")]
    assert len(queued) == 6
    assert one.state.calls == {}


def test_levels_open_in_time() -> None:
    """The second level is rung only for who has waited as long as its step says."""
    queue = replace(HOTLINE, escalation=("60s level 2",))
    one = floor(world(Member("vp", "user/ann", level=2), queues=(queue,)))
    one.place("vp")
    (answered,) = (h for h in one.advance(NOON + 120) if h.type == "call-answered")
    assert 60 <= answered.data["waited"] <= 65


def test_penalty_goes_before_idle_time() -> None:
    """The lowest penalty is rung first, however long others have been idle."""
    one = floor(world(Member("vp", "user/ann", penalty=3), Member("vp", "user/bo", penalty=1)))
    one.place("vp")
    (answered,) = (h for h in one.advance(NOON + 10) if h.type == "call-answered")
    assert answered.data["line"] == "user/bo"


def test_a_desk_that_goes_dark_while_it_rings_gives_the_call_back() -> None:
    """The caller keeps their place and is rung through to the next."""
    ann, bo = Member("vp", "user/ann"), Member("vp", "user/bo", penalty=1)
    one = floor(world(ann, bo))
    one.place("vp")
    one.advance(NOON + 0.5)
    assert one.state.agents["user/ann"].state == "ringing"
    told = floor(world(ann, bo, gone=("user/ann",)), state=one.state).advance(NOON + 10)
    (answered,) = (h for h in told if h.type == "call-answered")
    assert answered.data["line"] == "user/bo"
    assert one.state.agents["user/ann"] == Agent(state="gone", since=NOON + 0.5)


def test_who_is_taken_out_of_the_queue_finishes_the_call() -> None:
    """A call in progress goes on when its agent's seat is taken away."""
    ann = Member("vp", "user/ann")
    one = floor(world(ann))
    one.place("vp")
    one.advance(NOON + 5)
    assert one.state.agents["user/ann"].state == "busy"
    told = floor(World(queues={"vp": HOTLINE}), state=one.state).advance(NOON + 3600)
    assert of_calls(told) == ["call-ended"]
    assert one.state.agents == {}


def test_who_pauses_is_not_rung() -> None:
    """A pause keeps calls waiting, its end takes the next one."""
    one = floor(world(Member("vp", "user/ann")))
    one.advance(NOON)
    one.pause("user/ann", "lunch")
    one.place("vp")
    assert "call-answered" not in of_calls(one.advance(NOON + 60))
    assert one.state.agents["user/ann"].reason == "lunch"
    one.pause("user/ann", None)
    assert "call-answered" in of_calls(one.advance(NOON + 70))


def test_an_emergency_says_where_and_whom_to_call_back() -> None:
    """The event of a 911 call holds location and call-back number."""
    one = floor(world(Member("vp", "user/ann")))
    one.emergency("user/ann", "911")
    (event,) = (h for h in one.advance(NOON) if h.type == "emergency-call")
    assert event.key == ("line", "user/ann")
    assert (event.data["number"], event.data["callback"], event.data["location"]) == ("911", "+12175550100", "hq")


def test_calls_come_as_many_as_asked_for() -> None:
    """Over a day of its own zone a queue gets its calls, in the hours of the shape and in no others."""
    zone, habits = ZoneInfo("America/Chicago"), Habits(calls={"": 5000.0}, shares=shares("election-day"))
    at: float | None = datetime(2026, 11, 3, 0, 0, tzinfo=zone).timestamp()
    random, hours = draws(1, "test"), Counter[int]()
    while (at := next_arrival(at or 0, 5000.0, habits.shares, zone, random.random)) is not None:
        local = datetime.fromtimestamp(at, zone)
        if local.day != 3:
            break
        hours[local.hour] += 1
    assert 4700 < sum(hours.values()) < 5300
    assert set(hours) <= {hour for hour, weight in enumerate(SHAPES["election-day"]) if weight}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_add_up(name: str) -> None:
    """Every shape has 24 hours and is a whole day."""
    assert len(shares(name)) == 24
    assert sum(shares(name)) == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["noon", "1 2 3", "0 " * 24, "-1 " * 24, "nan " * 24, 7])
def test_what_is_no_shape_is_said(text: object) -> None:
    """A shape nobody can use is a ValueError in words."""
    with pytest.raises(ValueError, match="24 weights"):
        shares(text)


def test_calls_by_queue() -> None:
    """A number is for each queue, names are for their own."""
    assert calls("3000") == {"": 3000.0}
    assert calls("vp=12000, main=3000") == {"vp": 12000.0, "main": 3000.0}
    for bad in ("many", "vp=-1", "vp=nan", "vp=1e9"):
        with pytest.raises(ValueError, match="calls a day"):
            calls(bad)


@pytest.mark.parametrize(
    ("rule", "when", "open_then"),
    [
        ("mon-fri 08:00-20:00", (2026, 10, 1, 8, 0), True),
        ("mon-fri 08:00-20:00", (2026, 10, 1, 19, 59), True),
        ("mon-fri 08:00-20:00", (2026, 10, 1, 20, 0), False),
        ("mon-fri 08:00-20:00", (2026, 10, 3, 12, 0), False),
        ("mon,thu 00:00-24:00", (2026, 10, 1, 23, 59), True),
        ("nonsense", (2026, 10, 1, 12, 0), False),
    ],
)
def test_hours(rule: str, when: tuple[int, int, int, int, int], open_then: bool) -> None:
    """From the first minute up to, not including, the last."""
    assert is_open(replace(HOTLINE, hours=(rule,)), datetime(*when)) is open_then  # noqa: DTZ001  # local by meaning


def test_who_pauses_in_a_call_is_paused_after_it() -> None:
    """A pause asked for while somebody talks begins when the call is over, whatever their phone does meanwhile, and holds until its end."""
    one = floor(world(Member("vp", "user/ann")))
    one.advance(NOON)
    one.place("vp")
    one.advance(NOON + 5)
    assert one.state.agents["user/ann"].state == "busy"
    one.pause("user/ann", "lunch")
    told = [h for h in one.advance(NOON + 3600) if h.type == "agent-state"]
    assert [h.data["state"] for h in told][-2:] == ["wrap-up", "paused"]
    assert told[-1].data["reason"] == "lunch"
    away = floor(world(Member("vp", "user/ann"), gone=("user/ann",)), state=one.state)
    away.advance(NOON + 3700)
    assert one.state.agents["user/ann"].state == "gone"
    back = floor(world(Member("vp", "user/ann")), state=one.state)
    back.advance(NOON + 3800)
    assert (one.state.agents["user/ann"].state, one.state.agents["user/ann"].reason) == ("paused", "lunch")
    back.pause("user/ann", None)
    assert one.state.agents["user/ann"].state == "free"


@pytest.mark.parametrize(("queue", "counted"), [(replace(HOTLINE, max_waiting=1, max_wait=0), 0), (replace(HOTLINE, max_wait=30), 1)])
def test_who_never_was_in_the_queue_is_not_counted_there(queue: Queue, counted: int) -> None:
    """Callers who find it full are told of and not counted; those who waited too long are, also when they go on elsewhere."""
    main = Queue("main", "Main")
    one = floor(world(queues=(replace(queue, overflow="queue/main"), main)))
    one.advance(NOON)
    one.place("vp")
    one.advance(NOON + 1)
    one.place("vp") if not counted else None
    told = one.advance(NOON + 60)
    whys = [h.data["why"] for h in told if h.type == "call-abandoned" and h.key == ("queue", "vp")]
    assert whys == (["timeout"] if counted else ["full"])
    assert (one.state.tallies["vp"].abandoned if "vp" in one.state.tallies else 0) == counted
