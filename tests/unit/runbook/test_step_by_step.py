"""Step by step: so far and no further, one step taken back, and a run that was followed so ends as one that was not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.model.runbooks import Act, BookEntry
from campctl.runbook.engine import Follower, Paused, Stop, Way
from campctl.runbook.progress import Decide, Do, Over, coming, deeds, next_move, stand
from campctl.testing import FakeClock

from .test_engine import START, Crash, FakeHands, Ledger, follow, program, run, step

UNDO = Act(kind="shell", argv=("undo",))


def take_back(made: Any, ledger: Ledger, hands: FakeHands, name: str) -> Any:
    follower = Follower(made, ledger, hands, hands.clock, Stop(), Way(run="r", who="tess"))
    return asyncio.run(follower.take_back(next(one for one in made.steps if one.id == name)))


@given(
    kinds=st.lists(
        st.tuples(
            st.sampled_from(["shell", "mark", "note", "expect", "jump"]),
            st.booleans(),  # fails
            st.sampled_from(["stop", "continue", "roll-back", "jump"]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=80)
def test_step_by_step_ends_as_in_one_go(kinds: list[tuple[str, bool, str]]) -> None:
    """Whoever goes step by step comes to the same end by the same journal, and each time at the most one step was begun."""
    made = program(
        *(
            step(f"s{n}", kind, text="x", failure=failure, target="last" if "jump" in {kind, failure} else "", undo=UNDO)
            for n, (kind, _, failure) in enumerate(kinds)
        ),
        step("last"),
    )
    fails = {f"s{n}": 9 for n, one in enumerate(kinds) if one[1]}
    whole, plain, _ = run(made, FakeHands(FakeClock(START), fails))
    hands, ledger = FakeHands(FakeClock(START), fails), Ledger()
    for _ in range(30):
        before = len(ledger.written)
        expected = coming(made, stand(made, ledger.written))
        ended = follow(made, ledger, hands, hands.clock, most=1)
        begun = [name for name, state in ledger.said[before:] if state == "begun" and not _passed(made, name)]
        assert begun == ([expected.id] if expected else [])
        if not isinstance(ended, Paused):
            break
    assert ended == whole
    assert ledger.said == plain.said


def _passed(made: Any, name: str) -> bool:
    return next(one for one in made.steps if one.id == name).kind in {"mark", "jump"}


def test_until_a_step() -> None:
    """It pauses once the step was done, or left out; and a run that never comes to it goes on to its end."""
    made = program(step("a"), step("b", when="never"), step("c"))
    ended, ledger, hands = run(made, until="b")
    assert ended == Paused("b")
    assert ledger.said == [("a", "begun"), ("a", "done"), ("b", "skipped")]
    assert follow(made, ledger, hands, hands.clock, until="b") == Over("done")


def test_one_step_is_taken_back_and_the_run_stands_at_it() -> None:
    """Once it is taken back it is the next again, later ones keep what they came to, and done again it can be rolled back."""
    made = program(step("m", "mark"), step("a", undo=UNDO), step("n", "note", text="x"), step("b", "expect", text="no"))
    hands, ledger = FakeHands(FakeClock(START)), Ledger()
    assert follow(made, ledger, hands, hands.clock) == Over("failed", "b")
    assert take_back(made, ledger, hands, "a") == Paused("")
    standing = stand(made, ledger.written)
    assert next_move(made, standing) == Do(made.steps[1])
    assert deeds(made, standing) == []
    hands.truths["no"] = True
    assert follow(made, ledger, hands, hands.clock) == Over("done")
    assert hands.effects == ["a", "-a", "a"]
    assert [one.id for one in deeds(made, stand(made, ledger.written))] == ["a"]


def test_a_way_back_that_fails_changes_nothing() -> None:
    """The run stands where it stood, the step counts as done, and it can be tried again."""
    made = program(step("a", undo=UNDO), step("b", "expect", text="no"))
    hands, ledger = FakeHands(FakeClock(START), {"-a": 1}), Ledger()
    follow(made, ledger, hands, hands.clock)
    assert take_back(made, ledger, hands, "a") == Over("failed", "b")
    assert stand(made, ledger.written).outcomes["a"] == "done"
    assert take_back(made, ledger, hands, "a") == Paused("")


@pytest.mark.parametrize("said", ["undone", "reset"])
def test_killed_while_it_is_taken_back(said: str) -> None:
    """An unsafe way back is never gone twice unasked; whoever looked says what came of it, and the run goes on from there."""
    made = program(step("a", undo=UNDO, unsafe=True), step("b"))
    hands, ledger = FakeHands(FakeClock(START)), Ledger()
    assert follow(made, ledger, hands, hands.clock, most=1) == Paused("a")
    hands.crash_in = "-a"
    with pytest.raises(Crash):
        take_back(made, ledger, hands, "a")
    assert follow(made, ledger, hands, hands.clock) == Decide(made.steps[0], undoing=True)
    ledger.record(BookEntry(run="r", step="a", state=said, at=START, who="tess"))  # type: ignore[arg-type]
    assert follow(made, ledger, hands, hands.clock) == Over("done")
    assert hands.effects == (["a", "-a", "a", "b"] if said == "undone" else ["a", "-a", "b"])


def test_a_safe_way_back_is_gone_through_with() -> None:
    """Killed in it, the run is gone on with by going it again; step by step that is a step of its own."""
    made = program(step("a", undo=UNDO), step("b"))
    hands, ledger = FakeHands(FakeClock(START)), Ledger()
    follow(made, ledger, hands, hands.clock, most=1)
    hands.crash_in = "-a"
    with pytest.raises(Crash):
        take_back(made, ledger, hands, "a")
    assert follow(made, ledger, hands, hands.clock, most=1) == Paused("a")
    assert hands.effects == ["a", "-a", "-a"]
    assert next_move(made, stand(made, ledger.written)) == Do(made.steps[0])
