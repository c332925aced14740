"""Following a runbook: what comes next is in the journal alone, so a crash at any point changes nothing; clocks may jump."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.findings import Span
from campctl.model.runbooks import Act, BookEntry, Program, Step
from campctl.runbook.engine import Begun, Follower, Look, Performed, Stop, Way
from campctl.runbook.progress import MAX_VISITS, Decide, Over, Standing, next_move, stand
from campctl.testing import FakeClock

PLACE = Span("tonight.yaml", 1, 1)
START = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
ACT = Act(kind="shell", argv=("true",))


class Crash(Exception):
    """kill -9."""


def step(name: str, kind: str = "shell", **fields: Any) -> Step:
    act = ACT if kind in {"run", "shell"} else None
    return Step(id=name, kind=kind, place=PLACE, act=act, **{"delay": 1.0, **fields})  # type: ignore[arg-type]


def program(*steps: Step) -> Program:
    return Program(
        file="t", name="T", about="", zone="UTC", day="2026-10-01", roles={}, variables={}, secrets={}, steps=steps, sources={}, digest=""
    )


class Ledger:
    """A journal in memory that may crash at a record, before or after it is written."""

    def __init__(self) -> None:
        self.written: list[BookEntry] = []
        self.crash_at = -1
        self.after = False
        self.count = 0

    def record(self, entry: BookEntry) -> int:
        self.count += 1
        if self.count == self.crash_at and not self.after:
            raise Crash
        self.written.append(replace(entry, seq=len(self.written) + 1))
        if self.count == self.crash_at:
            raise Crash
        return len(self.written)

    def entries(self, after: int) -> Sequence[BookEntry]:
        return [entry for entry in self.written if entry.seq > after]

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(entry.step, entry.state) for entry in self.written]


class FakeHands:
    """Does what the test says: `fails` maps a step to how many times it fails; `truths` are expectations that hold."""

    def __init__(self, clock: FakeClock, fails: dict[str, int] | None = None) -> None:
        self.clock = clock
        self.fails = dict(fails or {})
        self.effects: list[str] = []
        self.truths: dict[str, bool | None] = {}
        self.answers: dict[str, bool] = {}
        self.waits: list[tuple[str, datetime | None]] = []
        self.crash_in = ""
        self.stop_in = ""
        self.on_look: Any = None

    async def perform(self, act: Act, step: Step, stop: Stop, begun: Begun) -> Performed:
        name = step.id if act is step.act else f"-{step.id}"
        self.effects.append(name)
        if self.crash_in == name:
            self.crash_in = ""
            raise Crash
        if self.stop_in == name:
            stop.ask("Ctrl-C")
            return Performed(ok=False, detail="ended", stopped=True)
        if self.fails.get(name, 0) > 0:
            self.fails[name] -= 1
            return Performed(ok=False, detail="exit status 1", code=1)
        return Performed(ok=True, code=0)

    async def look(self, expectation: str, outcomes: Standing) -> Look:
        if self.on_look:
            self.on_look()
        return Look(self.truths.get(expectation, False), f"{expectation} was looked at")

    def answered(self, step: Step) -> bool | None:
        return self.answers.get(step.id)

    def tell(self, entry: BookEntry, step: Step | None) -> None:
        return

    def waiting(self, step: Step, until: datetime | None, why: str) -> None:
        self.waits.append((step.id, until))


def follow(made: Program, ledger: Ledger, hands: FakeHands, clock: FakeClock, **way: Any) -> Any:
    return asyncio.run(Follower(made, ledger, hands, clock, Stop(), Way(run="r", who="tess", **way)).follow())


def run(made: Program, hands: FakeHands | None = None, **way: Any) -> tuple[Any, Ledger, FakeHands]:
    clock = hands.clock if hands else FakeClock(START)
    hands = hands or FakeHands(clock)
    ledger = Ledger()
    return follow(made, ledger, hands, clock, **way), ledger, hands


@given(
    kinds=st.lists(
        st.tuples(
            st.booleans(),  # unsafe
            st.booleans(),  # fails
            st.booleans(),  # has a way back
            st.sampled_from(["stop", "continue", "roll-back", "jump"]),
            st.booleans(),  # the way back fails
        ),
        min_size=1,
        max_size=5,
    ),
    crash=st.integers(1, 30),
    after=st.booleans(),
    inside=st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_a_crash_anywhere_changes_nothing(kinds: list[tuple[bool, bool, bool, str, bool]], crash: int, after: bool, inside: bool) -> None:
    """Killed at any line of the journal or in the midst of an act, a run that is gone on with ends as one that was never killed.

    A step that must not be done twice never is: the run asks about it, and what is said is what happened.
    """
    last = f"s{len(kinds)}"
    steps = [step("m", "mark")] + [
        step(
            f"s{n}",
            unsafe=unsafe,
            failure=failure,
            target={"roll-back": "m", "jump": last}.get(failure, ""),
            undo=Act(kind="shell", argv=("undo",)) if back else None,
        )
        for n, (unsafe, _, back, failure, _) in enumerate(kinds)
    ]
    made = program(*steps, step(last))
    fails = {f"s{n}": 9 for n, one in enumerate(kinds) if one[1]} | {f"-s{n}": 9 for n, one in enumerate(kinds) if one[4]}
    whole, plain, plain_hands = run(made, FakeHands(FakeClock(START), fails))

    clock = FakeClock(START)
    hands, ledger = FakeHands(clock, fails), Ledger()
    if inside and plain_hands.effects:
        hands.crash_in = plain_hands.effects[crash % len(plain_hands.effects)]
    else:
        ledger.crash_at, ledger.after = crash, after
    for _ in range(20):
        try:
            ended = follow(made, ledger, hands, clock)
        except Crash:
            continue
        if not isinstance(ended, Decide):
            break
        assert ended.step.unsafe
        name = f"-{ended.step.id}" if ended.undoing else ended.step.id
        happened = name in hands.effects
        if happened and fails.get(name):  # it was tried, and failed: somebody looked, and says so
            state = "undo-failed" if ended.undoing else "failed"
        else:
            state = ("undone" if ended.undoing else "done") if happened else "reset"
        ledger.record(BookEntry(run="r", step=ended.step.id, state=state, at=START, who="tess"))  # type: ignore[arg-type]
    assert isinstance(ended, Over)
    assert ended == whole
    for one in steps:
        if one.unsafe:
            assert hands.effects.count(one.id) <= 1
            assert hands.effects.count(f"-{one.id}") <= 1
    first, second = stand(made, plain.written), stand(made, ledger.written)
    assert (first.outcomes, first.undone, first.undo_failed, first.at) == (second.outcomes, second.undone, second.undo_failed, second.at)
    assert set(hands.effects) == set(plain_hands.effects)


def test_the_intent_is_written_before_the_act() -> None:
    """When an act begins, its line is in the journal already."""
    seen: list[list[tuple[str, str]]] = []
    clock = FakeClock(START)
    ledger = Ledger()

    class Looking(FakeHands):
        async def perform(self, act: Act, step: Step, stop: Stop, begun: Begun) -> Performed:
            seen.append(list(ledger.said))
            return Performed(ok=True)

    follow(program(step("a"), step("b")), ledger, Looking(clock), clock)
    assert seen == [[("a", "begun")], [("a", "begun"), ("a", "done"), ("b", "begun")]]


def test_it_is_tried_again() -> None:
    """So many attempts, with a pause between them; the journal counts them."""
    hands = FakeHands(FakeClock(START), {"a": 2})
    ended, ledger, _ = run(program(step("a", retries=3, delay=10.0)), hands)
    assert ended == Over("done")
    assert [(entry.state, entry.attempt) for entry in ledger.written] == [("begun", 1), ("begun", 2), ("begun", 3), ("done", 0)]
    assert ledger.written[-1].at - START == timedelta(seconds=20)


def test_a_step_waits_for_its_time() -> None:
    """A planned step does not begin before its time, one that is late begins at once, and --no-wait does not wait."""
    at = START + timedelta(hours=5)
    made = program(step("late", at=START - timedelta(hours=1)), step("planned", at=at))
    ended, ledger, hands = run(made)
    assert ended == Over("done")
    assert [entry.at for entry in ledger.written if entry.state == "begun"] == [START, at]
    assert hands.waits == [("planned", at)]
    _, ledger, _ = run(made, at_once=True)
    assert {entry.at for entry in ledger.written} == {START}


@pytest.mark.parametrize(("jump", "began"), [(-3600 * 3, 0.0), (3600.0, 2 * 3600.0)])
def test_a_clock_that_jumps(jump: float, began: float) -> None:
    """Set forward, the wall clock is at the time at once; set back, it takes that much longer. Lengths of time stay what they are."""
    clock = FakeClock(START)
    hands = FakeHands(clock)
    made = program(step("nap", "wait", pause=60.0), step("planned", at=START + timedelta(hours=1)))
    ledger = Ledger()
    jumped = []

    def record(entry: BookEntry) -> int:
        if entry.step == "nap" and entry.state == "begun" and not jumped:
            jumped.append(clock.set_back(jump))
        return Ledger.record(ledger, entry)

    ledger.record = record  # type: ignore[method-assign]
    follow(made, ledger, hands, clock)
    nap = next(entry for entry in ledger.written if entry.step == "nap" and entry.state == "done")
    assert nap.took == pytest.approx(60.0)
    assert clock.monotonic() == pytest.approx(max(60.0, began))


def test_an_expectation_within_a_time() -> None:
    """It is looked at again until it holds, or its time is over; what was found last is told."""
    clock = FakeClock(START)
    hands = FakeHands(clock)

    def later() -> None:
        hands.truths["x"] = clock.monotonic() >= 20

    hands.on_look = later
    ended, ledger, _ = run(program(step("a", "expect", text="x", timeout=60.0)), hands)
    assert ended == Over("done")
    assert ledger.written[-1].took == pytest.approx(20, abs=2)
    hands = FakeHands(FakeClock(START))
    ended, ledger, _ = run(program(step("a", "expect", text="x", timeout=60.0)), hands)
    assert ended == Over("failed", "a")
    assert "does not hold after 60 s: x was looked at" in ledger.written[-1].detail


def test_a_wait_without_end_can_be_stopped() -> None:
    """A wait for something that never comes ends when the run is asked to stop, and is begun again by the next."""
    clock = FakeClock(START)
    hands, ledger, stop = FakeHands(clock), Ledger(), Stop()
    hands.on_look = lambda: stop.ask("Ctrl-C") if clock.monotonic() > 600 else None
    made = program(step("a", "wait", text="x"), step("b"))
    assert asyncio.run(Follower(made, ledger, hands, clock, stop, Way(run="r", who="t")).follow()) is None
    assert ledger.said == [("a", "begun")]
    hands.on_look, hands.truths = None, {"x": True}
    assert follow(made, ledger, hands, clock) == Over("done")
    assert hands.effects == ["b"]


@pytest.mark.parametrize(("truth", "state"), [(True, "done"), (False, "skipped"), (None, "failed")])
def test_a_condition(truth: bool | None, state: str) -> None:
    """A step is left out when its condition does not hold; when that cannot be known it fails, and is not guessed."""
    hands = FakeHands(FakeClock(START))
    hands.truths["x"] = truth
    _, ledger, _ = run(program(step("a", when="x", failure="continue")), hands)
    assert ledger.written[-1].state == state


def test_a_confirmation_comes_from_elsewhere() -> None:
    """Another process writes it into the journal; who it was is who did the step. One of an earlier question does not count."""
    clock = FakeClock(START)
    ledger = Ledger()

    class Later(FakeHands):
        def waiting(self, step: Step, until: datetime | None, why: str) -> None:
            ledger.record(BookEntry(run="r", step=step.id, state="confirmed", at=START, who="lee", role="lead", detail="by phone"))

    made = program(step("one", "confirm", text="?", role="lead"), step("two", "confirm", text="?", role="lead"))
    assert follow(made, ledger, Later(clock), clock) == Over("done")
    done = [(entry.step, entry.who, entry.role) for entry in ledger.written if entry.state == "done"]
    assert done == [("one", "lee", "lead"), ("two", "lee", "lead")]


def test_who_confirmed_while_nobody_followed_is_heard() -> None:
    """A yes that was said while the run was stopped counts when it is gone on with."""
    clock = FakeClock(START)
    hands, ledger, stop = FakeHands(clock), Ledger(), Stop()
    made = program(step("one", "confirm", text="?"))
    stop_at = FakeHands.waiting

    class Stopping(FakeHands):
        def waiting(self, step: Step, until: datetime | None, why: str) -> None:
            stop.ask("SIGHUP")
            stop_at(self, step, until, why)

    assert asyncio.run(Follower(made, ledger, Stopping(clock), clock, stop, Way(run="r", who="t")).follow()) is None
    ledger.record(BookEntry(run="r", step="one", state="confirmed", at=START, who="lee"))
    assert follow(made, ledger, hands, clock) == Over("done")


def test_of_two_who_answer_at_once_the_second_answers_nothing() -> None:
    """What comes once the step is done is kept in the journal, and is no answer the next time it is asked."""
    made = program(step("one", "confirm", text="?"), step("two"))
    ledger = Ledger()
    for state, who in (("begun", "t"), ("confirmed", "lee"), ("done", "lee"), ("confirmed", "bo"), ("undone", "t")):
        ledger.record(BookEntry(run="r", step="one", state=state, at=START, who=who))
    standing = stand(made, ledger.written)
    assert (standing.at, standing.confirmations) == (0, {})


@pytest.mark.parametrize(("allow", "ended"), [(True, Over("done")), (False, Over("failed", "one"))])
def test_yes_answers_only_what_it_may(allow: bool, ended: Over) -> None:
    """--yes answers a question whose step allows it; any other waits for a person, here in vain."""
    got, _, _ = run(program(step("one", "confirm", text="?", allow_yes=allow, timeout=60.0)), yes=True)
    assert got == ended


def test_a_jump_back_that_never_ends_ends() -> None:
    """A circle is left after so many turns, as a failure at its step."""
    ended, _, hands = run(program(step("a"), step("b", "jump", text="", target="a")))
    assert (ended.status, ended.step) == ("failed", "a")
    assert "come to 500 times" in ended.why
    assert len(hands.effects) == MAX_VISITS


def test_stopping_in_the_midst_of_an_act() -> None:
    """A command that was ended has no outcome: a safe one is done again, an unsafe one is asked about."""
    for unsafe in (False, True):
        hands = FakeHands(FakeClock(START))
        hands.stop_in = "a"
        made = program(step("a", unsafe=unsafe), step("b"))
        ended, ledger, _ = run(made, hands)
        assert ledger.said[-1] == ("a", "interrupted")
        move = next_move(made, stand(made, ledger.written))
        assert isinstance(move, Decide) is unsafe
        if unsafe:
            assert isinstance(ended, Decide)
        else:
            assert ended is None


def test_lines_about_steps_that_are_gone_say_nothing() -> None:
    """A journal that names steps an edited runbook no longer has does not confuse what comes next."""
    ledger = Ledger()
    ledger.record(BookEntry(run="r", step="gone", state="begun", at=START, who="t"))
    assert next_move(program(step("a")), stand(program(step("a")), ledger.written)).step.id == "a"  # type: ignore[union-attr]
