"""Runbooks on the board: seen, stepped through, answered, ended, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from campctl.app.running_books_rows import Books
from campctl.errors import UsageError
from campctl.tui.books_acting import Told
from campctl.tui.commands import complete, parse, world_of
from campctl.tui.confirm import Confirm
from campctl.tui.intents import command_line
from campctl.tui.intents_books import Answer, Halt, Step, UndoStep
from campctl.tui.modals import Page
from campctl.tui.verbs import Go
from tui import pictures
from tui.boards import Trial, board
from tui.pictures import RUN

OTHER = "20261103-110000-0c0c"
FAILED = "20261103-103000-fa11"


def test_all_runs_in_one_table() -> None:
    """A run stands with its state, its step, since when, planned against now, who follows it and whom it waits for."""

    async def test(trial: Trial) -> None:
        await trial.keys("6")
        asks, goes_on, failed, ready, done = (next(row for row in trial.rows if name in row) for name in (
            "Debate night", "Election day", "An office opens", "evacuation", "Drill"
        ))  # fmt: skip
        assert all(words in asks for words in ("? asks", "told", "0:48", "shift-lead"))
        assert all(words in goes_on for words in ("goes on", "noon", "in 29:00", "lee on", "21/60"))
        assert all(words in failed for words in ("! failed", "late 3:0"))
        assert "ready" in ready
        assert "done" in done
        assert "shift-lead: Does the news desk know the number?" in trial.text
        assert "Runbooks 2" in trial.rows[1]

    board(test, books=pictures.books(), size=(160, 30))


def test_looking_into_a_run_and_a_step() -> None:
    """Enter opens the run at the step whose turn it is; Enter again shows all of a step: words to read out, output, way back."""

    async def test(trial: Trial) -> None:
        await trial.keys("6", "enter")
        assert trial.app.the_board.pane.of == RUN
        trial.give_books(pictures.books(RUN))
        await trial.settle()
        assert "followed by dana on war-room" in trial.text
        assert "shift-lead (dana, lee): Does the news desk know the number?" in trial.text
        assert trial.app.the_board.subject.row.step == "told"
        await trial.keys("up")
        assert "Read out: Lines open in five minutes. Tell the hall." in trial.text
        await trial.keys("up", "enter")
        assert isinstance(trial.app.screen, Page)
        assert "exit status 3" in trial.text
        assert "no pager" in trial.text
        await trial.keys("escape", "up", "enter")
        assert "way back: campctl override clear --all" in trial.text
        await trial.keys("escape", "escape")
        assert trial.app.the_board.pane.kind == "runbooks"

    board(test, books=pictures.books(), size=(110, 36))


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("down", "key", "intent"),
    [
        (0, "y", Answer(run=RUN, step="told", role="shift-lead")),
        (0, "n", Answer(run=RUN, step="told", role="shift-lead", yes=False)),
        (0, "s", Step(book="debate", run=RUN)),
        (1, "x", Halt(run=OTHER)),
        (2, "s", Step(book="office-opening", run=FAILED)),
        (2, "r", Step(book="office-opening", run=FAILED, far=True)),
        (3, "s", Step(book="evacuation")),
        (3, "r", Step(book="evacuation", far=True)),
        (4, "s", Step(book="drill")),
    ],
)
def test_keys_that_act(inside: bool, down: int, key: str, intent: object) -> None:
    """Each shows what it would do first, from the table and from inside a run; y does it once."""

    async def test(trial: Trial) -> None:
        await trial.keys("6", *("down",) * down, *(("enter",) if inside else ()), key)
        assert isinstance(trial.app.screen, Confirm)
        assert [wanted.intent for wanted in trial.acts.looked] == [intent]
        assert trial.acts.acted == []
        await trial.keys("y")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        assert [wanted.intent for wanted in trial.acts.acted] == [intent]

    board(test, books=pictures.books())


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("6", "down", "s"), "followed already, by lee on war-room"),
        (("6", "down", "r"), "x ends it at its next step"),
        (("6", "down", "y"), "Nothing is asked here"),
        (("6", "down", "down", "n"), "Nothing is asked here"),
        (("6", "x"), "Nobody follows this now"),
    ],
)
def test_keys_that_mean_nothing_here_say_why(keys: tuple[str, ...], said: str) -> None:
    """Nothing is asked of anybody, and the line at the bottom says what to do instead."""

    async def test(trial: Trial) -> None:
        await trial.keys(*keys)
        assert said in " ".join(trial.text.split())
        assert trial.acts.looked == []

    board(test, books=pictures.books())


def test_what_has_no_outcome_is_not_stepped_over() -> None:
    """A run of which nobody knows whether an unsafe step was done says how to say it."""
    rows = (replace(pictures.book_rows()[2], state="decide"),)

    async def test(trial: Trial) -> None:
        await trial.keys("6", "s")
        assert "must not be done twice" in trial.text
        assert "--assume done" in trial.text
        assert trial.acts.looked == []

    board(test, books=Books(rows=rows))


def test_variables_of_a_run_that_is_begun() -> None:
    """They are typed into a field, as on the command line, and looked at before anything is done."""

    async def test(trial: Trial) -> None:
        await trial.keys("6", "down", "down", "down", "s", "tab")
        await trial.type("seats")
        await trial.keys("equals_sign", "4", "enter", "y")
        await trial.until(lambda: bool(trial.acts.acted))
        intent = trial.acts.acted[0].intent
        assert intent == Step(book="evacuation", given="seats=4")
        assert command_line(intent) == "campctl runbook run evacuation --var seats=4 --step"

    board(test, books=pictures.books())


def test_the_end_of_a_step_is_told_and_undone() -> None:
    """When what was begun from here is paused, the line at the bottom says so, and u takes its step back."""

    async def test(trial: Trial) -> None:
        await trial.keys("6", "down", "down", "s", "y")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        await trial.settle()
        assert "It goes on." in trial.text
        trial.acts.heard(Told(words="Debate night: `more` done; the run is paused at `told`.", back=UndoStep(run=RUN, step="more")))
        await trial.until(lambda: "u undoes it" in trial.text)
        await trial.keys("u")
        assert trial.acts.looked[-1].intent == UndoStep(run=RUN, step="more")
        await trial.keys("y")
        await trial.until(lambda: trial.app.screen is trial.app.the_board)
        await trial.settle()
        assert len(trial.acts.acted) == 2
        await trial.keys("u")
        assert "Nothing was done from this board" in trial.text

    board(test, books=pictures.books())


def test_what_was_shown_is_what_is_agreed_to() -> None:
    """The key of what was seen goes along with what is done, so that another plan is refused."""

    async def test(trial: Trial) -> None:
        trial.acts.seen = replace(trial.acts.seen, key="more, with two seats")
        await trial.keys("6", "down", "down", "s", "y")
        await trial.until(lambda: bool(trial.acts.acted))
        assert trial.acts.acted[0].key == "more, with two seats"

    board(test, books=pictures.books())


def test_a_question_is_heard_on_every_screen() -> None:
    """Whoever looks at something else is told that a run asks, once; the screen's name shows it as long as it does."""

    async def test(trial: Trial) -> None:
        trial.give_books(Books(rows=pictures.book_rows()[1:]))
        await trial.settle()
        assert "news desk" not in trial.text
        trial.give_books(pictures.books())
        await trial.settle()
        assert "Debate night waits for shift-lead: Does the news desk know the number? (6 shows it)" in " ".join(trial.text.split())
        trial.app.the_board.notice("")
        trial.give_books(replace(pictures.books(), wrong="x"))
        await trial.settle()
        assert "news desk" not in trial.text

    board(test, size=(120, 30))


def test_leaving_while_a_run_is_followed_is_asked_twice() -> None:
    """q says that the run would stop, q again leaves, and it is asked to stop."""

    async def test(trial: Trial) -> None:
        await trial.keys("plus", "escape")
        trial.acts.following = (RUN,)
        await trial.keys("q")
        assert "q again leaves" in trial.text
        assert not trial.app._exit
        await trial.pilot.press("q")
        await trial.until(lambda: trial.app._exit)
        assert trial.acts.stopped == 1

    board(test)


def test_a_store_that_cannot_be_read_is_said() -> None:
    """Runbooks stay where they are, and why their runs are not shown stands above them."""

    async def test(trial: Trial) -> None:
        await trial.keys("6")
        assert "The store was not reached." in trial.text
        assert "evacuation" in trial.text

    board(test, books=Books(rows=pictures.book_rows()[3:4], wrong="The store was not reached."))


@pytest.mark.parametrize("size", [(1, 1), (10, 4), (39, 11), (240, 67)])
def test_any_size(size: tuple[int, int]) -> None:
    """Neither screen breaks on a terminal that is too small, or has more room than is needed."""

    async def test(trial: Trial) -> None:
        await trial.keys("6", "enter")
        trial.give_books(pictures.books(RUN))
        await trial.settle()
        await trial.pilot.resize_terminal(*size)
        await trial.settle()
        await trial.keys("s", "escape", "escape")
        await trial.pilot.resize_terminal(100, 30)
        await trial.settle()
        assert "Debate night" in trial.text

    board(test, books=pictures.books())


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[31mgone", "a\nb", "李小龍" * 30, ""])
def test_names_that_bite(name: str) -> None:
    """Nothing a runbook or a command says reaches the terminal as a command."""
    row = replace(pictures.book_rows()[0], name=name, question=name, role=name, people=(name,), step="told", who=name)
    report = pictures.book_report()
    lines = tuple(replace(line, what=name, about=name, detail=name, output=name, who=name) for line in report.lines)
    seen = Books(rows=(row,), opened=replace(report, lines=lines, about=name), ways={"more": name})

    async def test(trial: Trial) -> None:
        await trial.keys("6", "enter")
        trial.give_books(seen)
        await trial.settle()
        await trial.keys("enter")
        for line in trial.rows:
            assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in line)

    board(test, books=seen)


WORLD = world_of(pictures.picture(), pictures.books(RUN))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("runbooks", Go(screen="runbooks")),
        (f"runbook {RUN}", Go(screen="runbook", id=RUN)),
        ("runbook run debate", Step(book="debate", far=True)),
        ("runbook run debate --step --var seats=4 --var 'line=a b'", Step(book="debate", given="seats=4 'line=a b'")),
        ("runbook run debate --until more --from sound", Step(book="debate", far=True, until="more", from_step="sound")),
        (f"runbook resume {RUN} --step", Step(book="debate", run=RUN)),
        (f"runbook resume {RUN} --assume done --accept-edit", Step(book="debate", run=RUN, far=True, assume="done", accept_edit=True)),
        (
            f"runbook confirm {RUN} told --as shift-lead --no --why 'two desks'",
            Answer(run=RUN, step="told", role="shift-lead", yes=False, why="two desks"),
        ),
        (f"runbook undo {RUN}", UndoStep(run=RUN)),
        (f"runbook undo {RUN} more", UndoStep(run=RUN, step="more")),
        (f"runbook halt {OTHER}", Halt(run=OTHER)),
    ],
)
def test_commands(text: str, meant: object) -> None:
    """As on the command line; what acts is shown under a command that can be typed there."""
    assert parse(text, WORLD) == meant
    if not isinstance(meant, (Go, Halt)):
        assert parse(command_line(meant), WORLD) == meant  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("runbook run debat", "Did you mean `debate`"),
        ("runbook run debate --stp", "has no option --stp"),
        (f"runbook confirm {RUN}", "runbook confirm RUN STEP"),
    ],
)
def test_mistakes_in_words(text: str, said: str) -> None:
    """What was wrong, and what to write instead."""
    with pytest.raises(UsageError) as caught:
        parse(text, WORLD)
    assert said in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("runbook ", "run"),
        ("runbook run ", "debate"),
        ("runbook run debate ", "--var"),
        ("runbook resume ", RUN),
        (f"runbook resume {RUN} --assume ", "done"),
        (f"runbook confirm {RUN} ", "told"),
        (f"runbook confirm {RUN} told --as ", "shift-lead"),
    ],
)
def test_completion(text: str, first: str) -> None:
    """Tab offers verbs, runbooks, runs, steps, roles and options."""
    assert complete(text, WORLD)[0] == first


def test_runs_that_go_on_only_are_offered_to_be_gone_on_with() -> None:
    """A run that is over is looked into, not resumed."""
    over = [row.run for row in pictures.book_rows() if row.state == "done"]
    assert not set(over) & set(complete("runbook resume ", WORLD))
    assert set(over) <= set(complete("runbook undo ", WORLD))


def test_planned_times_against_now() -> None:
    """In how long, or by how much it is late, the same way at every size."""
    from campctl.tui.columns import View
    from campctl.tui.looks import UNICODE
    from campctl.tui.tables_books import planned

    view = View(now=pictures.NOW, zone=pictures.ZONE, glyphs=UNICODE)
    assert planned(pictures.NOW + timedelta(minutes=12), view) == ("text", "13:42 in 12:00")
    assert planned(pictures.NOW - timedelta(minutes=2), view) == ("warn", "13:28 late 2:00")
    assert planned(None, view) == ("dim", "")
