"""The board's acts on a real campaign, store and exchange: what was shown is what is done, its way back, and who is audited for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from campctl.app.context import Context, open_campaign
from campctl.errors import CampctlError, GuardrailRefused, StalePlan, UsageError
from campctl.tui.acting import Doing, Wanted
from campctl.tui.books_acting import BookActs, Told, _key
from campctl.tui.intents import Clear, Dark, Light, Pause, Scale, See, TakeBack, WalkIn
from campctl.tui.intents_books import Answer, Halt, Step, UndoStep

SMALL = """\
campaign:
  name: Small
  country: US
  time_zone: America/Chicago
  backend: local
  backends: {local: {type: sim}}
  policy: {max_update_share: 30%, minimum_sample: 1}
offices:
  hq:
    name: Headquarters
    address: {street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3"}
    extensions: [3000-3199]
users:
  ann.lee: {name: Ann Lee, office: hq, extension: 3001, skills: [help]}
  bo.diaz: {name: Bo Diaz, office: hq, extension: 3002, skills: [help]}
  cy.stone: {name: Cy Stone, office: hq, extension: 3003, skills: [help]}
ports:
  hall: {office: hq, desks: a001-a003, extensions: 3100-3102, hotline: help}
hotlines:
  help:
    name: Help
    extension: 3900
    seats: {baseline: 2, min: 1, max: 6}
    answer: {skills: [help], ports: true}
"""


class Hand:
    """A board's acts on a small campaign that was applied."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environ = {"CAMPCTL_USER": "dana", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
        self.doing = Doing(root, self.environ)
        self.heard: Queue[Told] = Queue()
        self.doing.listen(self.heard.put)

    def open(self) -> Context:
        return open_campaign(self.root, environ=self.environ, command="test")

    def wanted(self, intent: Any, **more: Any) -> Wanted:
        """What is wanted, with what was shown of it."""
        seen = self.doing.look(Wanted(intent=intent, **more))
        return Wanted(intent=intent, seen=seen.planned, key=seen.key, **more)

    def do(self, intent: Any, **more: Any) -> Any:
        return self.doing.act(self.wanted(intent, **more), lambda _: None)

    def state(self) -> Any:
        """Everything on the exchange, and whether each line is paused."""
        import asyncio

        async def look() -> Any:
            ctx = self.open()
            try:
                async with ctx.backends() as backends:
                    seen = await backends["local"].observe()
                    return {str(key): value for key, value in seen.resources.items()}
            finally:
                ctx.close()

        return asyncio.run(look())

    def overrides(self) -> list[Any]:
        ctx = self.open()
        try:
            return [(one.kind, one.subject, one.seats, one.lit, one.volunteer) for one in ctx.store().overrides()]
        finally:
            ctx.close()

    def audited(self) -> list[tuple[str, str, str, str]]:
        """Who, what, why, through which command: of what was begun or done from the board, oldest first."""
        ctx = self.open()
        try:
            return [(one.who, one.what, one.why, one.command) for one in ctx.store().audit(None) if "(board)" in one.command]
        finally:
            ctx.close()


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    import asyncio

    from campctl.app.applying import apply
    from campctl.app.how import How

    (tmp_path / "campaign.yaml").write_text(SMALL)
    made = Hand(tmp_path)
    ctx = made.open()
    try:
        asyncio.run(apply(ctx, How()))
    finally:
        ctx.close()
    return made


@pytest.mark.parametrize(
    ("intent", "what"),
    [
        (Scale(hotline="help", seats="+1"), "hotline scale help"),
        (Light(desks=("hq/a002", "hq/a003")), "port light"),
        (WalkIn(name="cy.stone", desk="hq/a001"), "seat check-in"),
        (WalkIn(name="cy.stone", desk="hq/a002", hotline="help", until="+1h"), "seat check-in"),
    ],
    ids=["scale", "light", "walk-in", "walk-in-for-an-hour"],
)
def test_what_was_shown_is_done_and_undone(hand: Hand, intent: Any, what: str) -> None:
    """The plan that is carried out is the one that was looked at, its way back brings all back, and both are audited as the board's."""
    before = hand.state()
    wanted = hand.wanted(intent)
    assert wanted.seen is not None
    assert wanted.seen.plan.changes
    assert hand.state() == before, "looking changed something"
    assert hand.overrides() == []
    told: list[str] = []
    done = hand.doing.act(wanted, told.append)
    assert done.failed == ()
    if isinstance(intent, WalkIn):
        assert "Cy Stone sits at hq/a00" in " ".join(done.warnings)
    assert told[0] == f"0 of {len(wanted.seen.plan.changes)} changes"
    after = hand.state()
    ids = {f"{change.key}" for change in wanted.seen.plan.changes}
    assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} <= ids
    assert after != before
    assert hand.overrides()
    assert isinstance(done.back, TakeBack)
    back = hand.do(done.back)
    assert hand.state() == before
    assert hand.overrides() == []
    assert back.back is not None, "an undo can be undone"
    log = hand.audited()
    assert {who for who, *_ in log} == {"dana"}
    assert [one.split()[0] for _, one, _, _ in log] == [what.split(maxsplit=1)[0]] * 2 + ["undo"] * 2
    assert log[0][3].startswith(f"campctl {what.split(maxsplit=1)[0]} ")


def test_darkened_and_lit_again(hand: Hand) -> None:
    """A desk that was lit from here is darkened from here; undone, it is lit as it was."""
    hand.do(Light(desks=("hq/a001",)))
    lit = hand.state()
    done = hand.do(Dark(desks=("hq/a001",)))
    assert hand.state() != lit
    assert done.back is not None
    hand.do(done.back)
    assert hand.state() == lit


def test_an_override_that_is_ended_comes_back(hand: Hand) -> None:
    """What was cleared is made again by the way back, with the same seats."""
    hand.do(Scale(hotline="help", seats="+1"))
    held, state = hand.overrides(), hand.state()
    ctx = hand.open()
    ids = tuple(one.id for one in ctx.store().overrides())
    ctx.close()
    done = hand.do(Clear(ids=ids))
    assert hand.overrides() == []
    hand.do(done.back)
    assert hand.overrides() == held
    assert hand.state() == state


def test_a_pause_and_its_way_back(hand: Hand) -> None:
    """Who is paused goes on again; it is live state, so nothing is planned, and it is audited with its reason."""
    pause = Pause(subject="user/ann.lee", why="lunch")
    seen = hand.doing.look(Wanted(intent=pause))
    assert seen.planned is None
    assert any("No plan" in words or "no plan" in words for words in seen.words)
    done = hand.do(pause)
    assert done.back == Pause(subject="user/ann.lee", paused=False)
    hand.do(done.back)
    log = hand.audited()
    assert "lunch" in " ".join(log[0])
    assert len(log) >= 2


def test_who_sees_to_an_alert(hand: Hand) -> None:
    """Everybody is shown who sees to it; looking at that changes nothing, and it has no way back."""
    from datetime import UTC, datetime

    from campctl.model.alerts import Alert

    ctx = hand.open()
    raised = datetime.now(UTC)
    alert = Alert(
        id="0badca33",
        key="hotline/help",
        rule="waiting-long",
        subject="hotline/help",
        severity="critical",
        words="12 wait",
        since=raised,
        raised=raised,
    )
    ctx.store(write=True).raise_alert(alert)
    ctx.close()
    assert "dana sees to it" in hand.doing.look(Wanted(intent=See(alert="0badca33"))).words[0]
    assert hand.audited() == []
    assert hand.do(See(alert="0badca33")).back is None
    ((who, what, _, command),) = hand.audited()
    assert (who, command) == ("dana", "campctl alert ack 0badca33 (board)")
    assert "ack" in what


def test_another_plan_by_then_is_refused(hand: Hand) -> None:
    """When somebody else changed things since the plan was shown, nothing is done."""
    wanted = hand.wanted(Scale(hotline="help", seats="+1"))
    hand.do(Scale(hotline="help", seats="+2"))
    held = hand.overrides()
    with pytest.raises(StalePlan):
        hand.doing.act(wanted, lambda _: None)
    assert hand.overrides() == held


def test_a_guardrail_holds_until_its_flag_and_a_reason_are_given(hand: Hand) -> None:
    """Without the flag it refuses, without a reason too; with both it is done, and the audit log has flag and reason."""
    intent = Light(desks=("hq/a001", "hq/a002", "hq/a003"))
    wanted = hand.wanted(intent)
    assert wanted.seen is not None
    guards = wanted.seen.plan.guards
    assert [guard.flag for guard in guards] == ["--allow-updates"], "the campaign's policy no longer minds this"
    with pytest.raises(GuardrailRefused):
        hand.doing.act(wanted, lambda _: None)
    with pytest.raises(UsageError):
        hand.do(intent, allow=("--allow-updates",))
    assert hand.overrides() == []
    hand.do(intent, allow=("--allow-updates",), reason="debate night")
    assert len(hand.overrides()) == 3
    who, what, why, command = hand.audited()[0]
    assert (who, why) == ("dana", "debate night")
    assert "--allow-updates" in what
    assert "--allow-updates (board)" in command


BOOK = """\
name: Tonight
roles: { lead: [dana], others: [lee] }
steps:
  - { id: more, run: "hotline scale help +1 --until +1h" }
  - { id: told, confirm: "Told?", role: lead }
  - { id: theirs, confirm: "Theirs?", role: others }
  - { id: page, shell: "echo paged >> log", undo: { shell: "echo unpaged >> log" } }
"""


@pytest.fixture
def book(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> Hand:
    # Each look is a process that begins others: however long they take on a busy machine.
    monkeypatch.setitem(BookActs._run.__kwdefaults__, "patience", 600.0)
    (hand.root / "runbooks").mkdir()
    (hand.root / "runbooks/tonight.yaml").write_text(BOOK)
    return hand


def step(hand: Hand, intent: Any, until: Callable[[Hand], Any] | None = None) -> Any:
    """Have a step done, and wait for its end."""
    done = hand.do(intent)
    assert done.going
    return hand.heard.get(timeout=600)


def rows(hand: Hand) -> Any:
    from campctl.app.running_books_rows import BookRows

    watched = BookRows(hand.open())
    try:
        return watched.look().rows
    finally:
        watched.close()


def test_a_step_of_a_runbook_from_the_board(book: Hand) -> None:
    """It is shown as its dry run says it, done by the runner that `runbook run` is, told of at its end, and taken back by u."""
    assert [(row.id, row.state) for row in rows(book)] == [("book:tonight", "ready")]
    before = book.state()
    begin = Step(book="tonight")
    words = "\n".join(book.doing.look(Wanted(intent=begin)).words)
    assert "Next is `more`." in words
    assert "$ campctl hotline scale help +1 --until +1h --yes --reason 'runbook Tonight: more'" in words
    assert "Scale Help from 2 to 3 seats" in words
    assert book.state() == before
    told = step(book, begin)
    assert told.words == "Tonight: `more` done; the run is paused at `told`."
    (row,) = rows(book)
    assert (row.state, row.step, row.done, row.followed) == ("paused", "told", 1, False)
    assert told.back == UndoStep(run=row.run, step="more")
    assert book.state() != before
    done = book.do(told.back)
    assert done.words == "more was taken back; the run stands at it again."
    assert book.state() == before
    assert rows(book)[0].step == "more"
    with pytest.raises(CampctlError, match="done nothing that could be taken back"):
        book.doing.look(Wanted(intent=told.back))
    assert [(who, what) for who, what, _, _ in book.audited()] == [
        ("dana", "runbook step (tonight)"),
        ("dana", "runbook undo more (tonight)"),
    ]


@pytest.mark.parametrize(
    ("until", "plans", "same"),
    [
        ("+1h", ("5 seats until 23:59", "5 seats until 2026-11-04 00:00"), True),
        ("+1h", ("5 seats until 23:59", "6 seats until 23:59"), False),
        ("23:59", ("5 seats until 23:59", "5 seats until 00:00"), False),
    ],
)
def test_a_time_that_counts_from_now_goes_on_while_somebody_reads(until: str, plans: tuple[str, str], same: bool) -> None:
    """What was shown is the same as what would be done a minute later, where only such a time is another."""
    argv = ["hotline", "scale", "help", "+1", "--until", until]
    shown, later = ({"data": {"step": "more", "argv": argv, "plan": f"Plan for X, at now\n{plan}"}} for plan in plans)
    assert (_key(shown) == _key(later)) is same


def test_answers_halting_and_what_changed_meanwhile(book: Hand) -> None:
    """A question waits in the background, is answered by who has the role, and nobody steps over it; a run is ended from here, too."""
    step(book, Step(book="tonight"))
    run = rows(book)[0].run
    wanted = book.wanted(Step(book="tonight", run=run))
    assert book.doing.act(wanted, lambda _: None).going
    with pytest.raises(CampctlError, match="followed already"):
        book.doing.act(wanted, lambda _: None)
    asked(book, "told")
    assert "dana says yes, as lead" in book.doing.look(Wanted(intent=Answer(run=run, step="told", role="lead"))).words[-1]
    assert book.do(Answer(run=run, step="told", role="lead")).words == "Said yes to told."
    assert book.heard.get(timeout=600).words == "Tonight: `told` done; the run is paused at `theirs`."
    with pytest.raises(StalePlan):
        book.doing.act(wanted, lambda _: None)
    book.do(Step(book="tonight", run=run, far=True))
    asked(book, "theirs")
    assert book.doing.following == (run,)
    with pytest.raises(UsageError, match="does not have the role"):
        book.doing.look(Wanted(intent=Answer(run=run, step="theirs", role="others")))
    book.do(Halt(run=run))
    book.heard.get(timeout=600)
    assert book.doing.following == ()
    assert rows(book)[0].state == "asks"  # whoever has the role may answer, though nobody follows it now
    with pytest.raises(UsageError, match="Nobody follows"):
        book.doing.look(Wanted(intent=Halt(run=run)))


def test_runs_that_end_while_they_are_counted(tmp_path: Path) -> None:
    """Who is followed can be said while the thread of one that ends takes it out."""
    acts = BookActs(tmp_path, {})

    class Ending:
        """A process that ends as soon as it is looked at."""

        def __init__(self, run: str) -> None:
            self.run = run

        def poll(self) -> int:
            acts._far.pop(self.run)
            return 0

    acts._far = {run: Ending(run) for run in ("a", "b")}  # type: ignore[misc]
    assert acts.following == ()


def asked(hand: Hand, name: str) -> None:
    """Until a run asks that; the watchdog of the suite ends a wait that is in vain."""
    from threading import Event

    pause = Event()
    for _ in range(12_000):
        if any((row.state, row.step) == ("asks", name) for row in rows(hand)):
            return
        pause.wait(0.05)
    raise AssertionError(f"{name} was not asked")


def test_mistakes_in_a_runbook_are_told_before_anything_is_begun(book: Hand) -> None:
    """What `runbook lint` says is said where somebody would begin it; nothing is begun, nothing audited."""
    whole = book.doing.look(Wanted(intent=Step(book="tonight", far=True)))
    assert ["told", "confirm", "Told?"] in [line.split() for line in whole.words]
    (book.root / "runbooks/tonight.yaml").write_text(BOOK.replace("hotline scale help", "hotline scale hlp"))
    with pytest.raises(CampctlError, match=r"hlp|error"):
        book.doing.look(Wanted(intent=Step(book="tonight")))
    assert [row.state for row in rows(book)] == ["ready"]
    assert book.audited() == []
