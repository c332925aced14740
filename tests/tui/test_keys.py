"""Every key of the board, pressed."""

from __future__ import annotations

import pytest

from campctl.tui.app import Looks
from campctl.tui.confirm import Confirm
from campctl.tui.intents import Clear, Dark, Light, Pause, Scale, See, TakeBack, WalkIn
from campctl.tui.keys import ACTING, ANYWHERE, KEYS
from campctl.tui.looks import MONO
from campctl.tui.modals import Page
from tui import pictures
from tui.boards import Trial, board

HEADINGS = {"1": "Hotline", "2": "Headquarters", "3": "Ext", "4": "Did", "5": "Severity", "6": "Stands at"}
PRESSED = {
    "1", "2", "3", "4", "5", "6", "tab", "shift+tab", "e", "slash", "colon", "escape", "u", "question_mark", "f1", "t", "q", "ctrl+c",
    "plus", "equals_sign", "minus", "underscore", "l", "d", "w", "p", "x", "a", "s", "r", "y", "n",
}  # fmt: skip


def test_every_key_is_pressed_here() -> None:
    """A key that is added to the table needs a test here."""
    assert {name for key in (*ANYWHERE, *ACTING) for name in key.keys.split(",")} == PRESSED


def test_no_two_keys_are_one() -> None:
    """A key means one thing."""
    names = [name for key in (*ANYWHERE, *ACTING) for name in key.keys.split(",")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("key", HEADINGS)
def test_screens(key: str) -> None:
    """1 to 6 show their screens."""

    async def test(trial: Trial) -> None:
        await trial.keys("3" if key != "3" else "1", key)
        assert HEADINGS[key] in trial.text

    board(test)


def test_tab_goes_round() -> None:
    """Tab goes through the screens and round, Shift-Tab the other way."""

    async def test(trial: Trial) -> None:
        for kind in ("offices", "people", "activity", "alerts", "runbooks", "hotlines"):
            await trial.keys("tab")
            assert trial.app.the_board.pane.kind == kind
        await trial.keys("shift+tab")
        assert trial.app.the_board.pane.kind == "runbooks"

    board(test)


def test_moving_and_opening() -> None:
    """Arrows and letters move, Enter opens a hotline, Esc goes back to its row."""

    async def test(trial: Trial) -> None:
        await trial.keys("down", "j", "k", "enter")
        assert trial.app.the_board.pane.kind == "hotline"
        assert "Where do I vote?" in trial.rows[1]
        await trial.keys("escape")
        assert trial.app.the_board.pane.kind == "hotlines"
        assert trial.app.the_board.subject.hotline.id == "polling-place"  # type: ignore[union-attr]
        await trial.keys("end")
        assert trial.app.the_board.subject.hotline.id == "donors"  # type: ignore[union-attr]
        await trial.keys("home")
        assert trial.app.the_board.subject.hotline.id == "voter-protection"  # type: ignore[union-attr]
        for key, there in (("G", "donors"), ("g", "voter-protection"), ("pagedown", "donors"), ("pageup", "voter-protection")):
            await trial.keys(key)
            assert trial.app.the_board.subject.hotline.id == there  # type: ignore[union-attr]

    board(test)


def test_the_map() -> None:
    """Arrows go from desk to desk, Enter into the office with the cursor where it was, Enter again shows all of the desk."""

    async def test(trial: Trial) -> None:
        await trial.keys("2", "right", "right", "down", "up", "left", "enter")
        await trial.settle()
        pane = trial.app.the_board.pane
        assert (pane.kind, pane.of) == ("office", "hq")
        assert pane.subject.desk.id == "hq/a002"  # type: ignore[union-attr]
        await trial.keys("right", "end", "enter")
        assert isinstance(trial.app.screen, Page)
        assert "hq/a024" in trial.text
        await trial.keys("escape", "tab")
        assert trial.app.the_board.subject.person is not None
        await trial.keys("escape", "end", "enter")
        assert trial.app.the_board.pane.of == "boston"

    board(test, size=(100, 40))


def test_capital_letters_sort() -> None:
    """A capital letter sorts by its column; again turns it round; the cursor stays on its row."""

    async def test(trial: Trial) -> None:
        await trial.keys("down", "B")
        busy = [38, 21, 11, 4, 1, 0]
        assert trial.app.the_board.pane.main._rows[0].busy == 38  # type: ignore[attr-defined]
        assert [line.busy for line in trial.app.the_board.pane.main._rows] == busy  # type: ignore[attr-defined]
        await trial.keys("B")
        assert [line.busy for line in trial.app.the_board.pane.main._rows] == busy[::-1]  # type: ignore[attr-defined]
        assert trial.app.the_board.subject.hotline.id == "polling-place"  # type: ignore[union-attr]

    board(test)


def test_filter() -> None:
    """A slash filters while one types, Enter keeps it, Esc lets go of it, and each screen has its own."""

    async def test(trial: Trial) -> None:
        await trial.keys("3", "slash")
        await trial.type("person-0007")
        assert "/person-0007" in trial.rows[1]
        assert "1 of 40" in trial.rows[1]
        await trial.keys("enter", "1")
        assert "/person" not in trial.rows[1]
        await trial.keys("3")
        assert "1 of 40" in trial.rows[1]
        await trial.keys("escape")
        assert "of 40" not in trial.rows[1]
        await trial.keys("slash")
        await trial.type("nobody at all")
        assert "Nothing matches" in trial.text
        await trial.keys("escape")
        assert "Nothing matches" not in trial.text

    board(test)


def test_commands() -> None:
    """A colon takes a command; Tab completes it, mistakes are said in place, arrows bring back those before."""

    async def test(trial: Trial) -> None:
        await trial.keys("colon")
        assert "hotlines" in trial.text
        await trial.type("off")
        await trial.keys("tab", "enter")
        assert trial.app.the_board.pane.kind == "offices"
        await trial.keys("colon")
        await trial.type("hotline nowhere")
        await trial.keys("enter")
        assert "There is no hotline `nowhere`" in trial.text
        await trial.keys("escape", "colon", "up")
        assert trial.app.screen.query_one("#prompt-line").value == "offices"  # type: ignore[attr-defined]
        await trial.keys("down", "escape", "colon")
        await trial.type("hotline pr")
        await trial.keys("tab", "enter")
        assert trial.app.the_board.pane.of == "press"

    board(test)


def test_typing_ahead() -> None:
    """What is typed before the line is there belongs to it, and is none of the board's keys; a second slash or colon is a letter."""

    async def test(trial: Trial) -> None:
        await trial.keys("2")
        for text, found in ((":hotline press +2:/", "hotline press +2:/"), ("/people d", "people d")):
            await trial.type_ahead(text)
            assert trial.app.screen.query_one("#prompt-line").value == found  # type: ignore[attr-defined]
            await trial.keys("escape")
        assert trial.app.the_board.pane.kind == "offices"

    board(test)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hotline scale press +2 --until 21:00", Scale(hotline="press", seats="+2", until="21:00")),
        ('seat check-in "Bo Doe" --desk hq/a002', WalkIn(name="Bo Doe", desk="hq/a002")),
        ("user pause person-0001", Pause(subject="user/person-0001")),
        ("override clear o1a2b3", Clear(ids=("o1a2b3",))),
    ],
)
def test_commands_that_act_show_their_plan_first(text: str, intent: object) -> None:
    """A verb after a colon asks for the plan, and does nothing by itself."""

    async def test(trial: Trial) -> None:
        await trial.keys("colon")
        await trial.type(text)
        await trial.keys("enter")
        assert isinstance(trial.app.screen, Confirm)
        assert [wanted.intent for wanted in trial.acts.looked] == [intent]
        assert trial.acts.acted == []

    board(test)


@pytest.mark.parametrize("key", ["question_mark", "f1"])
def test_help(key: str) -> None:
    """Help tells every key and command; what it is closed with is said."""

    async def test(trial: Trial) -> None:
        await trial.keys(key)
        assert isinstance(trial.app.screen, Page)
        for item in KEYS:
            assert item.shown in trial.app.screen.text
        await trial.keys("end", "home", "down", "up", "pagedown", "pageup", "escape")
        assert trial.app.screen is trial.app.the_board

    board(test)


def test_theme() -> None:
    """t goes from dark to light and back; without colours it says that there are none."""

    async def test(trial: Trial) -> None:
        await trial.keys("t")
        assert trial.app.palette.name == "campctl-light"
        await trial.keys("t")
        assert trial.app.palette.name == "campctl-dark"

    async def mono(trial: Trial) -> None:
        await trial.keys("t")
        assert "no colours" in trial.text

    board(test)
    board(mono, looks=Looks(palette=MONO, motion=False))


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
def test_leaving(key: str) -> None:
    """q leaves; so does what people press who do not know that."""

    async def test(trial: Trial) -> None:
        await trial.pilot.press(key)
        await trial.until(lambda: trial.app._exit)
        assert trial.app.return_code == 0

    board(test)


@pytest.mark.parametrize(
    ("keys", "intent"),
    [
        (("plus",), Scale(hotline="voter-protection", seats="+1")),
        (("equals_sign",), Scale(hotline="voter-protection", seats="+1")),
        (("minus",), Scale(hotline="voter-protection", seats="-1")),
        (("underscore",), Scale(hotline="voter-protection", seats="-1")),
        (("down", "enter", "plus"), Scale(hotline="polling-place", seats="+1")),
        (("2", "right", "l"), Light(desks=("hq/a002",))),
        (("2", "d"), Dark(desks=("hq/a001",))),
        (("2", "enter", "d"), Dark(desks=("hq/a001",))),
        (("3", "p"), Pause(subject="port/hq/a001")),
        (("3", "down", "p"), Pause(subject="user/person-0001")),
        (("3", "down", "down", "down", "down", "down", "p"), Pause(subject="user/person-0005", paused=False)),
        (("2", "p"), Pause(subject="port/hq/a001")),
        (("4", "x"), Clear(ids=("o1a2b3",))),
        (("5", "a"), See(alert="0badca33")),
    ],
)
def test_keys_that_act(keys: tuple[str, ...], intent: object) -> None:
    """Each asks for the plan of what the cursor is on; y does it once, u takes it back."""

    async def test(trial: Trial) -> None:
        await trial.keys(*keys)
        assert isinstance(trial.app.screen, Confirm)
        assert [wanted.intent for wanted in trial.acts.looked] == [intent]
        assert trial.acts.acted == []
        await trial.keys("y")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        assert [wanted.intent for wanted in trial.acts.acted] == [intent]
        await trial.settle()
        if isinstance(intent, See):
            return
        assert "u undoes it" in trial.text
        await trial.keys("u", "y")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        assert isinstance(trial.acts.acted[1].intent, Pause if isinstance(intent, Pause) else TakeBack)

    board(test)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("2", "l"), "lit already"),
        (("2", "right", "d"), "dark already"),
        (("2", *("right",) * 9, "l"), "no 911 location"),
        (("2", *("right",) * 9, "w"), "no 911 location"),
        (("2", "right", "p"), "Nobody is here who could be paused"),
        (("4", "down", "x"), "no override"),
        (("u",), "Nothing was done from this board"),
        (("e",), "No emergency calls"),
    ],
)
def test_keys_that_mean_nothing_here_say_why(keys: tuple[str, ...], said: str) -> None:
    """Nothing is asked of anybody; the line at the bottom says what is wrong and what to do."""

    async def test(trial: Trial) -> None:
        await trial.keys(*keys)
        assert said in trial.text
        assert trial.acts.looked == []

    board(test)


def test_a_walk_in() -> None:
    """w asks for a name, then shows the plan; nothing is looked up before there is a name."""

    async def test(trial: Trial) -> None:
        await trial.keys("2", "right", "w")
        assert isinstance(trial.app.screen, Confirm)
        assert trial.acts.looked == []
        await trial.keys("enter")
        assert trial.acts.looked == []
        await trial.type("Bo Doe")
        await trial.keys("tab")
        await trial.type("press")
        await trial.keys("enter")
        assert [wanted.intent for wanted in trial.acts.looked] == [WalkIn(name="Bo Doe", desk="hq/a002", hotline="press")]
        await trial.keys("y")
        await trial.until(lambda: len(trial.acts.acted) == 1)

    board(test)


def test_a_walk_in_for_a_hotline() -> None:
    """w on a hotline asks for the office, too; nothing is looked up before both are said."""

    async def test(trial: Trial) -> None:
        await trial.keys("w")
        await trial.type("Bo Doe")
        await trial.keys("enter")
        assert trial.acts.looked == []
        await trial.type("hq")
        await trial.keys("enter")
        assert [wanted.intent for wanted in trial.acts.looked] == [WalkIn(name="Bo Doe", office="hq", hotline="voter-protection")]

    board(test)


def test_a_name_typed_ahead() -> None:
    """What is typed before the window stands is the name, also letters that are keys; what follows a tab is in the next field."""

    async def test(trial: Trial) -> None:
        await trial.keys("2", "right")
        await trial.type_ahead("wAnna-Lou w/n\tpress\n")
        assert [wanted.intent for wanted in trial.acts.looked] == [WalkIn(name="Anna-Lou w/n", desk="hq/a002", hotline="press")]

    board(test)


def test_the_mouse() -> None:
    """A click picks, a click on what is picked opens, headings sort, screens and hints are clicked."""

    async def test(trial: Trial) -> None:
        at = next(y for y, row in enumerate(trial.rows) if "Where do I vote?" in row)
        await trial.pilot.click(offset=(10, at))
        await trial.settle()
        assert trial.app.the_board.subject.hotline.id == "polling-place"  # type: ignore[union-attr]
        await trial.pilot.click(offset=(10, at))
        await trial.settle()
        assert trial.app.the_board.pane.kind == "hotline"
        await trial.pilot.click(offset=(trial.rows[1].index("People"), 1))
        await trial.settle()
        assert trial.app.the_board.pane.kind == "people"
        await trial.pilot.click(offset=(trial.rows[2].index("Office"), 2))
        await trial.settle()
        assert trial.app.the_board.pane.main.sorting == "Office"  # type: ignore[attr-defined]
        await trial.pilot.click(offset=(trial.rows[-1].index("help"), 29))
        await trial.settle()
        assert isinstance(trial.app.screen, Page)

    board(test)


def test_alerts_lead_to_what_they_are_about() -> None:
    """Enter on an alert opens the hotline or office; one about something else shows all of itself."""

    async def test(trial: Trial) -> None:
        await trial.keys("5", "enter")
        assert (trial.app.the_board.pane.kind, trial.app.the_board.pane.of) == ("hotline", "voter-protection")
        await trial.keys("5", "end", "enter")
        assert "override-overdue" in trial.text
        await trial.keys("escape", "3", "enter")
        assert "person-0000" in trial.text

    board(test)


def test_emergencies_are_seen_when_somebody_says_so() -> None:
    """The banner stays on every screen until e and Esc; a later call brings it back."""
    from msgspec.structs import replace

    async def test(trial: Trial) -> None:
        for key in "12345":
            await trial.keys(key)
            assert "EMERGENCY CALL" in trial.text
            assert "+13125550142" in trial.text
        await trial.keys("e")
        assert "hq/a002" in trial.text
        await trial.keys("escape")
        assert "EMERGENCY" not in trial.text
        again = replace(pictures.emergency(), line="user/person-0001", at=pictures.NOW)
        trial.give(pictures.picture(emergencies=(again, pictures.emergency())))
        await trial.settle()
        assert "Bo Adams (person-0001)" in trial.text
        assert "hq/a002" not in trial.text

    board(test, picture=pictures.picture(emergencies=(pictures.emergency(),)))
