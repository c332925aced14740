"""Alarms: from pictures to people, with a store that several share, that hangs, or that is not there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.app.alarms import Alarms, Duty, News, Rules
from campctl.app.alert_messages import Message
from campctl.app.alert_sending import Outcome, Sender
from campctl.app.alert_words import Directory
from campctl.app.picture import Picture
from campctl.errors import StoreBusy
from campctl.model.alerts import Alert, AlertRule
from campctl.ports.store import Store
from campctl.store import open_store
from campctl.testing import FakeClock
from servers.pictures import NOW, campaign, emergency, hotline, overdue, picture

CROWD = AlertRule(id="crowd", when="waiting", above=20, clear_after=0)
EMERGENCY = AlertRule(id="emergency-call", when="emergency-call", severity="critical")
DIRECTORY = Directory(campaign())
BUSY = picture(hotlines=(hotline(waiting=30),))
CALLED = picture(emergencies=(emergency(),))


class Post:
    """A receiver that takes what it is told."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.told = asyncio.Event()

    async def send(self, what: Message) -> Outcome:
        self.got.append(what.kind)
        self.told.set()
        return Outcome(ok=True, words="told")

    async def close(self) -> None:
        """Nothing to let go of."""


class Desk:
    """One process: its alarms, who it tells, what it heard, what it audited."""

    def __init__(self, store: Store | None, *rules: AlertRule, clock: FakeClock | None = None, telling: bool = True, **duty: Any) -> None:
        self.clock = clock or FakeClock(NOW, auto=False)
        self.post = Post()
        self.heard: list[News] = []
        self.audited: list[tuple[str, str]] = []
        made = Duty(
            rules=rules or (CROWD, EMERGENCY),
            directory=DIRECTORY,
            campaign="Quickstart",
            clock=self.clock,
            by="test",
            audit=lambda _alert, receiver, words: self.audited.append((receiver, words)),
            **duty,
        )
        self.alarms = Alarms(made, store, self.heard.append)
        if telling:
            self.alarms.send_by(Sender({"post": self.post}, self.clock, self.alarms.told))

    async def see(self, shown: Picture) -> list[str]:
        """One picture, and all that follows from it; the rules that stand."""
        lines = self.alarms.see(shown)
        await self.settle()
        return [line.rule for line in lines]

    async def settle(self) -> None:
        """Wait for what is under way."""
        for _ in range(3):
            await self.alarms.settled(5)
            await asyncio.sleep(0)

    @property
    def kinds(self) -> list[str]:
        """Of what it heard."""
        return [news.kind for news in self.heard]


@pytest.fixture
def shared(tmp_path: Path) -> Callable[[], Store]:
    """Opens one and the same store for each process; they are closed with the test's loop."""
    return lambda: open_store(tmp_path, clock=FakeClock(NOW, auto=False))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store on a busy machine is no store that hangs: without its word it is told all the same, twice where two would tell."""
    monkeypatch.setattr("campctl.app.alarms.CLAIM", 120.0)
    monkeypatch.setattr("campctl.app.alarms.PATIENCE", 120.0)


def play(story: Callable[[], Awaitable[None]]) -> None:
    """Run a test's story."""
    asyncio.run(story())  # type: ignore[arg-type]


def test_raised_told_cleared_told(shared: Callable[[], Store]) -> None:
    """Each once, to those the rule tells; the store knows what came of it."""

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            desk = Desk(store)
            assert await desk.see(BUSY) == ["crowd"]
            await desk.see(BUSY)
            await desk.see(picture())
            assert desk.post.got == ["raised", "cleared"]
            assert desk.kinds == ["raised", "told", "cleared", "told"]
            assert store.alerts() == []
            assert store.alerts(cleared=1)[0].told == {"post": "cleared: told"}
            assert desk.audited == [], "only emergency calls are"

    play(story)


def test_of_two_that_share_a_store_one_tells(shared: Callable[[], Store]) -> None:
    """Whoever writes it down first; both show it, under one id, and one clears it."""

    async def story() -> None:
        with shared() as one, shared() as two:  # type: ignore[attr-defined]
            first, second = Desk(one), Desk(two)
            await asyncio.gather(first.see(BUSY), second.see(BUSY))
            shown = {desk.alarms.see(BUSY)[0].id for desk in (first, second)}
            assert len(shown) == 1
            await asyncio.gather(first.see(picture()), second.see(picture()))
            assert sorted(first.post.got + second.post.got) == ["cleared", "raised"]

    play(story)


def test_a_restart_tells_nothing_twice(shared: Callable[[], Store]) -> None:
    """What is open is taken up; it clears under the id it had."""

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            await Desk(store).see(BUSY)
            again = Desk(store)
            await again.alarms.start()
            assert await again.see(BUSY) == ["crowd"]
            await again.see(picture())
            assert again.post.got == ["cleared"]

    play(story)


def test_an_acknowledgement_reaches_every_board(shared: Callable[[], Store]) -> None:
    """Within two seconds; the emergency call is over with it, everywhere, and told once."""

    async def story() -> None:
        with shared() as one, shared() as two:  # type: ignore[attr-defined]
            first, second = Desk(one), Desk(two)
            await asyncio.gather(first.see(CALLED), second.see(CALLED))
            one.acknowledge_alert(one.alerts()[0].id, "bo", NOW)
            for desk in (first, second):
                desk.clock.advance(2.0)
                await desk.see(CALLED)
                await desk.see(CALLED)
                assert await desk.see(CALLED) == []
            assert sorted(first.post.got + second.post.got) == ["cleared", "raised"]
            assert one.alerts() == []

    play(story)


def test_an_emergency_call_is_audited_with_who_was_told(shared: Callable[[], Store]) -> None:
    """That it was raised, and each delivery."""

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            desk = Desk(store)
            await desk.see(CALLED)
            assert sorted(desk.audited) == [("board", "raised"), ("post", "told")]

    play(story)


def test_a_store_that_hangs_holds_up_no_emergency_call(monkeypatch: pytest.MonkeyPatch, shared: Callable[[], Store]) -> None:
    """After the time for its word it is told all the same; the picture never waits."""
    monkeypatch.setattr("campctl.app.alarms.CLAIM", 0.05)
    let = threading.Event()

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            monkeypatch.setattr(store, "raise_alert", lambda _alert: let.wait(20) and None)
            desk = Desk(store)
            assert len(desk.alarms.see(CALLED)) == 1
            await desk.post.told.wait()
            let.set()
            await desk.settle()
            assert desk.post.got == ["raised"]

    play(story)


def test_what_is_over_before_it_was_written_down(monkeypatch: pytest.MonkeyPatch, shared: Callable[[], Store]) -> None:
    """A store that is slow hears of an alert and of its end in that order, and so does everybody: none stays open there."""
    let = threading.Event()

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            usual = store.raise_alert

            def slow(alert: Alert) -> Alert | None:
                let.wait(20)
                return usual(alert)

            monkeypatch.setattr(store, "raise_alert", slow)
            desk = Desk(store)
            desk.alarms.see(BUSY)
            desk.alarms.see(picture())
            asyncio.get_running_loop().call_later(0.05, let.set)  # time enough for any other that is under way
            await desk.settle()
            assert desk.post.got == ["raised", "cleared"]
            assert store.alerts() == []

    play(story)


def test_a_store_that_fails_is_done_without(monkeypatch: pytest.MonkeyPatch, shared: Callable[[], Store]) -> None:
    """Raised, told, cleared, told: better twice by two processes than never."""

    def busy(*_: object, **__: object) -> None:
        raise StoreBusy("another process keeps writing to it")

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            for method in ("raise_alert", "clear_alert", "alerts", "note_telling"):
                monkeypatch.setattr(store, method, busy)
            desk = Desk(store)
            await desk.see(BUSY)
            await desk.see(picture())
            assert desk.post.got == ["raised", "cleared"]

    play(story)


def test_who_only_shows_writes_nothing_down(shared: Callable[[], Store]) -> None:
    """The exporter and `status` see alerts, and who acknowledged; neither raises nor clears for others."""

    async def story() -> None:
        with shared() as store:  # type: ignore[attr-defined]
            assert await Desk(store, telling=False).see(BUSY) == ["crowd"]
            assert store.alerts() == []
            await Desk(store).see(BUSY)
            await Desk(store, telling=False).see(picture())
            assert len(store.alerts()) == 1

    play(story)


def test_a_rule_tells_whom_it_names() -> None:
    """Nobody but the board, when it says so."""

    async def story() -> None:
        desk = Desk(None, replace(CROWD, notify=("board",)), replace(EMERGENCY, notify=("board", "post")))
        await desk.see(picture(hotlines=(hotline(waiting=30),), emergencies=(emergency(),)))
        assert desk.kinds.count("raised") == 2
        assert desk.post.got == ["raised"]

    play(story)


def test_a_flood_of_alerts_and_a_hanging_receiver() -> None:
    """A thousand hotlines at once: the picture is judged, and all who can be are told, while one hangs for ever."""

    class Hanging(Post):
        async def send(self, what: Message) -> Outcome:
            await asyncio.Event().wait()
            raise AssertionError(what)

    async def story() -> None:
        desk = Desk(None)
        well = Post()
        desk.alarms.send_by(Sender({"hanging": Hanging(), "well": well}, desk.clock, desk.alarms.told))
        flood = tuple(hotline(f"h{number}", waiting=50) for number in range(1000))
        assert len(desk.alarms.see(picture(hotlines=flood))) == 1000
        await desk.settle()
        assert len(well.got) >= 100
        assert any("more than 100 messages wait for hanging" in news.words for news in desk.heard)
        await desk.alarms.close(0.01)
        assert any("stopped before it got through" in news.words for news in desk.heard)

    play(story)


def test_rules_that_are_edited_hold_within_seconds() -> None:
    """Also who is told; what the manifests say now is asked for in a thread, every few seconds."""
    said: list[Rules | None] = [None, Rules((replace(CROWD, above=100),), DIRECTORY, {"post": Post()})]

    async def story() -> None:
        desk = Desk(None, renew=lambda: said.pop(0) if said else None)
        for _ in range(3):
            assert await desk.see(BUSY) == ["crowd"] or said == []
            desk.clock.advance(6.0)
        assert await desk.see(BUSY) == []

    play(story)


def test_overrides_that_are_overdue() -> None:
    """Looked for now and then; while that cannot be seen, what was seen last holds."""
    looks: list[Any] = [(overdue(),), None, ()]

    async def look() -> Any:
        return looks.pop(0) if looks else ()

    async def story() -> None:
        desk = Desk(None, AlertRule(id="overdue", when="override-overdue", clear_after=0), overdue=look)
        assert desk.alarms.overdue is None
        found = []
        for _ in range(4):
            await desk.see(picture())
            found.append(await desk.see(picture()))
            desk.clock.advance(61.0)
        assert found == [["overdue"], ["overdue"], [], []]
        assert desk.alarms.overdue == 0

    play(story)


def test_ids_of_two_processes_without_a_common_store() -> None:
    """An emergency call has the same message id for both, so that receivers tell the repeat."""

    async def story() -> None:
        ids = set()
        for _ in range(2):
            desk = Desk(None, clock=FakeClock(NOW + timedelta(seconds=len(ids)), auto=False))
            await desk.see(CALLED)
            ids.add(desk.heard[0].alert.id)
        assert len(ids) == 1

    play(story)
