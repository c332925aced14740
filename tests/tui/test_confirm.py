"""A plan is shown, agreed to once, carried out, and its end is told; every way in which that can go wrong."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from campctl import errors
from campctl.app.results import Planned
from campctl.model.changes import Binding, Change, Cost, Guard, Plan, Story
from campctl.model.resources import Member
from campctl.tui.acting import Seen
from campctl.tui.confirm import Confirm
from tui import pictures
from tui.boards import Trial, board

PLAN = Plan(
    campaign="Example for Illinois",
    at=pictures.NOW,
    binding=Binding(manifest="m", overrides="o"),
    changes=(
        Change(
            id="create:local:member/press/user/hana.fox",
            action="create",
            backend="local",
            after=Member(queue="press", line="user/hana.fox"),
        ),
    ),
    stories=(
        Story(
            verb="scale",
            subject="hotline/press",
            text="Scale Press from 3 to 4 seats; 1 joins from Boston (1 person)",
            notes=("Hana Fox (user/hana.fox): role caller",),
            changes=("create:local:member/press/user/hana.fox",),
        ),
    ),
    costs=(Cost(backend="local", calls=2, seconds=0.1, limit="one step"),),
)


def test_the_whole_plan_is_shown() -> None:
    """Story, notes, cost and the command it is the same as."""

    async def test(trial: Trial) -> None:
        trial.acts.seen = Seen(planned=Planned(plan=PLAN), zone=pictures.ZONE)
        await trial.keys("plus")
        for words in (
            "campctl hotline scale voter-protection +1",
            "Scale Press from 3 to 4 seats",
            "Hana Fox",
            "2 calls",
            "1 change: 1 to create",
        ):
            assert words in trial.text
        await trial.keys("y")
        await trial.until(lambda: bool(trial.acts.acted))
        assert trial.acts.acted[0].seen is not None
        assert trial.acts.acted[0].seen.plan == PLAN

    board(test)


def test_pressed_twice_acts_once() -> None:
    """y, y and Enter while it is being done do nothing more; neither can it be left half-way without being told of its end."""

    async def test(trial: Trial) -> None:
        trial.acts.gate.clear()
        await trial.keys("plus", "y", "y", "enter", "escape")
        assert isinstance(trial.app.screen, Confirm)
        assert "Doing it" in trial.text
        trial.acts.gate.set()
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        assert len(trial.acts.acted) == 1

    board(test)


def test_plus_again_asks_for_more_instead_of_acting() -> None:
    """Plus on the plan of one seat makes it two, minus one again; minus at one seat more makes it one seat fewer."""

    async def test(trial: Trial) -> None:
        await trial.keys("plus", "plus")
        assert "+2 seats" in trial.text
        await trial.keys("minus", "minus")
        assert "-1 seat" in trial.text
        assert trial.acts.acted == []
        await trial.keys("n")
        assert trial.app.screen is trial.app.the_board

    board(test)


def test_a_reason_and_an_end() -> None:
    """What is typed into the fields is in the plan looked at next, and in what is done."""

    async def test(trial: Trial) -> None:
        await trial.keys("plus", "tab")
        await trial.type("21:00")
        await trial.keys("tab")
        await trial.type("debate")
        await trial.keys("enter", "y")
        await trial.until(lambda: bool(trial.acts.acted))
        assert trial.acts.acted[0].reason == "debate"
        assert trial.acts.acted[0].intent.until == "21:00"  # type: ignore[union-attr]

    board(test)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.LockHeld("ann holds the lock since 13:02.", hint="Wait for her run to end."), "ann holds the lock"),
        (
            errors.GuardrailRefused("too-many-updates: 60% would be changed.", guardrails=("too-many-updates",), hint="x"),
            "60% would be changed",
        ),
        (errors.Unavailable("hq-pbx was not reached.", backend="hq-pbx"), "hq-pbx was not reached"),
        (errors.StalePlan("Things changed since the plan was shown.", hint="Look at the new plan."), "Look at the new plan"),
    ],
)
@pytest.mark.parametrize("when", ["looking", "acting"])
def test_errors_in_words(error: errors.CampctlError, said: str, when: str) -> None:
    """Whatever refuses, before or while it is done, is said with what to do; r looks again, and then it can be done."""

    async def test(trial: Trial) -> None:
        if when == "looking":
            trial.acts.wrong = error
        else:
            trial.acts.wrong_act = error
        await trial.keys("plus", "y")
        await trial.until(lambda: said in trial.text)
        trial.acts.wrong = trial.acts.wrong_act = None
        await trial.keys("y", "r", "y")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)

    board(test)


GUARDED = replace(PLAN, guards=(Guard(name="too-many-updates", message="60% would be changed.", flag="--allow-updates"),))


def test_a_guardrail_is_overridden_by_its_name_and_a_reason() -> None:
    """y does nothing; O asks why, shows the plan anew with the flag, and only the guardrail's name, typed, does it."""

    async def test(trial: Trial) -> None:
        trial.acts.guarded = GUARDED
        await trial.keys("plus", "y", "enter", "o", "y")
        assert "too-many-updates refuses this" in trial.text
        assert trial.acts.acted == []
        await trial.keys("O", "enter", "y", "backspace")
        assert len(trial.acts.looked) == 1
        await trial.type("debate")
        await trial.keys("enter")
        assert (trial.acts.looked[-1].allow, trial.acts.looked[-1].reason) == (("--allow-updates",), "debate")
        assert "+1 --allow-updates --reason debate" in trial.text
        await trial.keys("y", "enter", "enter")
        assert trial.acts.acted == []
        await trial.keys("backspace")
        await trial.type("too-many-updates")
        assert trial.acts.acted == []
        await trial.keys("enter")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        assert [(one.allow, one.reason) for one in trial.acts.acted] == [(("--allow-updates",), "debate")]

    board(test)


def test_no_cursor_blinks() -> None:
    """With --no-motion nothing on the screen comes and goes: not where a guardrail is named, not after a colon."""

    async def test(trial: Trial) -> None:
        trial.acts.guarded = GUARDED
        await trial.keys("plus", "O")
        assert {line.id for line in trial.app.screen.query(Input) if line.has_focus} == {"field-guard"}
        assert [line.id for line in trial.app.screen.query(Input) if line.cursor_blink] == []
        await trial.keys("escape", "colon")
        assert [(line.has_focus, line.cursor_blink) for line in trial.app.screen.query(Input)] == [(True, False)]

    board(test)


def test_an_override_of_a_guardrail_is_for_what_was_shown() -> None:
    """Another number of seats is another plan: it is asked for anew; Esc leaves all of it."""

    async def test(trial: Trial) -> None:
        trial.acts.guarded = GUARDED
        await trial.keys("plus", "O")
        await trial.type("debate")
        await trial.keys("enter", "escape")
        assert trial.app.screen is trial.app.the_board
        await trial.keys("plus", "plus")
        assert trial.acts.looked[-1].allow == ()
        assert "too-many-updates refuses this" in trial.text
        assert trial.acts.acted == []

    board(test)


def test_what_no_flag_overrides_stays_refused() -> None:
    """A guardrail without a flag is named, and O does nothing."""

    async def test(trial: Trial) -> None:
        trial.acts.guarded = replace(PLAN, guards=(*GUARDED.guards, Guard(name="lit-without-location", message="No 911.", flag="")))
        await trial.keys("plus", "O", "y", "enter")
        assert "No flag overrides lit-without-location" in trial.text
        assert len(trial.acts.looked) == 1
        assert trial.acts.acted == []

    board(test)


def test_what_failed_stays_until_it_was_read() -> None:
    """When some changes failed, the window stays with what and why."""

    async def test(trial: Trial) -> None:
        trial.acts.failed = ("create:local:member/press/user/hana.fox: the exchange is full",)
        await trial.keys("plus", "y")
        await trial.until(lambda: "the exchange is full" in trial.text)
        await trial.keys("y", "escape")
        assert len(trial.acts.acted) == 1
        assert trial.app.screen is trial.app.the_board

    board(test)


def test_a_confirmation_that_never_comes_holds_nothing() -> None:
    """While a plan waits for an answer only looks were made, and pictures go on behind it."""

    async def test(trial: Trial) -> None:
        await trial.keys("plus")
        trial.give(pictures.picture(hotlines=(replace(pictures.hotlines()[0], waiting=77),)))
        await trial.settle()
        assert trial.acts.acted == []
        await trial.keys("escape")
        assert "77" in trial.text

    board(test)
