"""Exchanges watched: looks, events, and every way in which they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.app.watcher import Heard, Notice, Pace
from campctl.app.watching import Watch, boards, look_once
from campctl.errors import AuthFailed, Unavailable
from campctl.live.board import Board
from campctl.model.campaign import BackendSpec, Campaign
from campctl.model.live import Event, Live, QueueNow
from campctl.model.resources import Key
from campctl.testing.clock import FakeClock

MAIN = Key("queue", "main")


class Exchange:
    """A backend that says what it is told to. `looks` counts looks; `fails`: what a look raises; `hangs`: whether it ever answers."""

    def __init__(self, name: str, clock: FakeClock) -> None:
        self.name = name
        self.clock = clock
        self.queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self.waiting = 0
        self.looks = self.opened = self.closed = 0
        self.fails: Exception | None = None
        self.hangs = False
        self.flood = 0
        self.takes = 0.0
        self.ahead = timedelta(0)

    async def live(self, *, agents: bool = False) -> Live:
        assert agents
        self.looks += 1
        if self.hangs:
            await asyncio.Event().wait()
        await self.clock.sleep(self.takes)
        if self.fails is not None:
            raise self.fails
        now = self.clock.now() + self.ahead
        queue = QueueNow(queue="main", waiting=self.waiting, longest_wait=5.0 if self.waiting else 0.0)
        return Live(at=now, backend=self.name, since=now - timedelta(hours=1), epoch="1", queues=(queue,))

    async def events(self) -> AsyncIterator[Event]:
        while self.flood:
            self.flood -= 1
            yield self.event("call-queued", call=f"flood-{self.flood}")
        while (said := await self.queue.get()) is not None:
            if isinstance(said, Exception):
                raise said
            yield said

    def event(self, kind: Any, key: Key | None = MAIN, **data: Any) -> Event:
        return Event(at=self.clock.now(), backend=self.name, type=kind, key=key, data=data)

    def says(self, kind: Any, key: Key | None = MAIN, **data: Any) -> None:
        self.queue.put_nowait(self.event(kind, key, **data))

    async def close(self) -> None:
        self.closed += 1


class Setting:
    """What of a context a watch needs."""

    def __init__(self, root: Path, *names: str) -> None:
        self.root = root
        self.clock = FakeClock()
        self.exchanges = {name: Exchange(name, self.clock) for name in names}
        specs = {name: BackendSpec(name, "fake") for name in names}
        self.campaign = Campaign(name="Test", country="US", time_zone="America/Chicago", default_backend=names[0], backends=specs)

    def open_backend(self, spec: BackendSpec) -> Exchange:
        self.exchanges[spec.name].opened += 1
        return self.exchanges[spec.name]

    @property
    def pbx(self) -> Exchange:
        return self.exchanges["pbx"]


class Seen:
    """Boards of a watch, one after the other."""

    def __init__(self, on: Setting, pace: Pace | None = None) -> None:
        self.on = on
        self.told: list[Heard] = []
        self.watch = Watch(on, (), pace, self.told.append)  # type: ignore[arg-type]  # all of a context that it uses

    async def until(self, is_so: Callable[[Board], Any], seconds: float = 120.0) -> Board:
        """The first board of which it is so."""
        end = self.on.clock.monotonic() + seconds
        async with aclosing(self.watch.boards(5.0)) as stream:
            async for board in stream:
                if is_so(board):
                    return board
                assert self.on.clock.monotonic() < end, board
        raise AssertionError("the boards ended")

    def notices(self) -> list[tuple[str, str]]:
        return [(one.type, one.why) for one in self.told if isinstance(one, Notice)]


def watched(tmp_path: Path, work: Callable[[Seen], Awaitable[None]], *names: str, pace: Pace | None = None) -> Setting:
    """Watch exchanges while `work` is done."""

    async def main() -> Setting:
        on = Setting(tmp_path, *(names or ("pbx",)))
        seen = Seen(on, pace)
        async with seen.watch:
            await work(seen)
        assert all(one.closed == one.opened for one in on.exchanges.values())
        for _ in range(20):  # what was cancelled has its turn to end
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1
        return on

    return asyncio.run(main())


def waiting(board: Board) -> int:
    return board.hotlines["main"].waiting if "main" in board.hotlines else 0


def test_a_look_first_then_what_happens(tmp_path: Path) -> None:
    """The board begins with a look, and an event shows on the next; looks come again by themselves."""

    async def work(seen: Seen) -> None:
        first = await seen.until(lambda board: board.backends["pbx"].health == "live")
        assert waiting(first) == 0
        seen.on.pbx.says("call-queued", call="a")
        await seen.until(lambda board: waiting(board) == 1)
        seen.on.pbx.waiting = 1
        await seen.until(lambda _: seen.on.pbx.looks >= 5)
        assert [one.type for one in seen.told] == ["live", "call-queued"]

    watched(tmp_path, work)


def test_a_gap_is_looked_at_soon(tmp_path: Path) -> None:
    """Events were missed: the board says so, and a look long before its time brings what they would have told."""

    async def work(seen: Seen) -> None:
        await seen.until(lambda _: seen.on.pbx.looks == 2)
        seen.on.pbx.waiting = 7
        began = seen.on.clock.monotonic()
        seen.on.pbx.says("gap", None, why="too slow")
        board = await seen.until(lambda board: waiting(board) == 7)
        assert board.backends["pbx"].gaps == 1
        assert seen.on.clock.monotonic() - began < 5

    watched(tmp_path, work)


def test_a_lost_connection_is_shown_and_made_anew(tmp_path: Path) -> None:
    """Lost, with why, for as long as it takes; back after that, with a new connection, and told of once each."""

    async def work(seen: Seen) -> None:
        pbx = seen.on.pbx
        await seen.until(lambda board: board.backends["pbx"].health == "live")
        pbx.fails = Unavailable("pbx was not reached.", backend="pbx")
        pbx.queue.put_nowait(Unavailable("the line broke", backend="pbx"))
        lost = await seen.until(lambda board: board.backends["pbx"].health == "lost")
        assert "the line broke" in lost.backends["pbx"].why
        again = await seen.until(lambda board: "not reached" in board.backends["pbx"].why)
        assert again.backends["pbx"].since == lost.backends["pbx"].since
        await seen.until(lambda _: pbx.opened >= 4)
        pbx.fails = None
        await seen.until(lambda board: board.backends["pbx"].health == "live")
        assert seen.notices() == [("live", ""), ("lost", "the line broke"), ("back", "")]

    watched(tmp_path, work)


def test_an_exchange_whose_clock_is_ahead(tmp_path: Path) -> None:
    """What it says of next year happened now: no day begins, no wait is forgotten, and its silence is still seen."""

    async def work(seen: Seen) -> None:
        pbx, clock = seen.on.pbx, seen.on.clock
        await seen.until(lambda _: pbx.looks == 2)
        await clock.sleep(1.0)
        pbx.says("call-queued", call="a")
        await seen.until(lambda board: waiting(board) == 1)
        pbx.queue.put_nowait(
            replace(pbx.event("call-answered", call="a", line="user/ann", waited=3.0), at=clock.now() + timedelta(days=365))
        )
        answered = await seen.until(lambda board: board.hotlines["main"].answered == 1)
        assert seen.told[-1].at <= clock.now()
        assert answered.hotlines["main"].recent_answered == 1
        pbx.ahead = timedelta(days=365)
        looks = pbx.looks
        await seen.until(lambda _: pbx.looks > looks)
        board = await seen.until(lambda _: True)
        assert board.hotlines["main"].recent_answered == 1
        assert board.backends["pbx"].heard is not None
        assert board.backends["pbx"].heard <= clock.now()
        pbx.hangs = True
        await seen.until(lambda board: board.backends["pbx"].health == "stale")

    watched(tmp_path, work, pace=Pace(answer=600.0))


def test_one_that_hangs_is_stale_and_then_lost(tmp_path: Path) -> None:
    """A look that is not answered: stale when nothing was heard for too long, lost when the answer is overdue, back later."""

    async def work(seen: Seen) -> None:
        pbx = seen.on.pbx
        await seen.until(lambda _: pbx.looks == 2)
        pbx.hangs = True
        stale = await seen.until(lambda board: board.backends["pbx"].health == "stale")
        assert "nothing was heard" in stale.backends["pbx"].why
        lost = await seen.until(lambda board: board.backends["pbx"].health == "lost")
        assert "15 s" in lost.backends["pbx"].why
        pbx.hangs = False
        await seen.until(lambda board: board.backends["pbx"].health == "live")

    watched(tmp_path, work, pace=Pace(stale=12.0))


def test_one_without_events_is_looked_at(tmp_path: Path) -> None:
    """Where a stream of events ends by itself, looks alone keep the board true."""

    async def work(seen: Seen) -> None:
        seen.on.pbx.queue.put_nowait(None)
        await seen.until(lambda _: seen.on.pbx.looks == 2)
        seen.on.pbx.waiting = 3
        board = await seen.until(lambda board: waiting(board) == 3)
        assert board.backends["pbx"].health == "live"

    assert watched(tmp_path, work).pbx.opened == 1


def test_a_flood_costs_no_more_than_it_may(tmp_path: Path) -> None:
    """Past so many events a second it looks instead and says so; an emergency call comes through all the same."""

    async def work(seen: Seen) -> None:
        pbx = seen.on.pbx
        pbx.flood, pbx.waiting = 3_000, 42
        pbx.says("emergency-call", Key("line", "user/ann"), call="e", number="911")
        board = await seen.until(lambda board: board.emergencies and waiting(board) == 42)
        assert board.backends["pbx"].gaps >= 1
        assert any(kind == "missed" and "1,000" in why for kind, why in seen.notices())
        assert len(seen.watch.fold.exchanges["pbx"].calls) <= 1_001

    watched(tmp_path, work, pace=Pace(flood=1_000))


def test_an_emergency_does_not_wait_for_its_turn(tmp_path: Path) -> None:
    """However seldom boards are drawn, one with an emergency call comes at once."""

    async def work(seen: Seen) -> None:
        async with aclosing(seen.watch.boards(0.1)) as stream:
            async for board in stream:
                if board.backends["pbx"].health == "live":
                    break
            placed = seen.on.clock.monotonic()
            seen.on.pbx.says("emergency-call", Key("line", "user/ann"), call="e", number="911")
            async for board in stream:
                if board.emergencies:
                    break
        assert seen.on.clock.monotonic() - placed < 1.0

    watched(tmp_path, work)


def test_boards_come_once_a_second_though_nothing_happens(tmp_path: Path) -> None:
    """Waits grow by themselves, so a board comes each second; not more often than asked when much happens."""

    async def work(seen: Seen) -> None:
        await seen.until(lambda _: seen.on.pbx.looks == 2)
        times: list[datetime] = []
        async with aclosing(seen.watch.boards(5.0)) as stream:
            async for board in stream:
                times.append(board.at)
                if len(times) == 6:
                    break
        assert (times[-1] - times[0]).total_seconds() == pytest.approx(5.0, abs=1.1)

    watched(tmp_path, work)


@pytest.mark.parametrize("seconds", [-7200.0, 7200.0])
def test_a_clock_that_jumps_makes_nobody_wait_longer(tmp_path: Path, seconds: float) -> None:
    """An admin or NTP sets the clock: who waits has waited as long as before, and all is looked at again."""

    async def work(seen: Seen) -> None:
        pbx = seen.on.pbx
        await seen.until(lambda _: pbx.looks == 2)
        pbx.says("call-queued", call="a")
        pbx.waiting = 1
        board = await seen.until(lambda board: waiting(board) == 1)
        oldest = board.hotlines["main"].oldest
        looks = pbx.looks
        seen.on.clock.set_back(-seconds)
        board = await seen.until(lambda _: pbx.looks > looks, 5.0)
        assert oldest is not None
        found = board.hotlines["main"].oldest
        assert found is not None
        assert abs((found - oldest).total_seconds() - seconds) < 10
        assert board.backends["pbx"].health == "live"

    watched(tmp_path, work)


def test_looks_that_take_long_are_made_less_often(tmp_path: Path) -> None:
    """An exchange of a hundred thousand members spends a tenth of its time on looks, and is not stale in between."""

    async def work(seen: Seen) -> None:
        seen.on.pbx.takes = 2.0
        await seen.until(lambda board: board.backends["pbx"].health == "live")
        began, looks = seen.on.clock.monotonic(), seen.on.pbx.looks
        async with aclosing(seen.watch.boards(5.0)) as stream:
            async for board in stream:
                assert board.backends["pbx"].health == "live"
                if seen.on.clock.monotonic() - began > 200:
                    break
        assert 7 <= seen.on.pbx.looks - looks <= 11

    watched(tmp_path, work)


def test_one_that_is_down_holds_up_no_other(tmp_path: Path) -> None:
    """Of several exchanges each has its own health; the board shows all of them from the first."""

    async def work(seen: Seen) -> None:
        seen.on.exchanges["old"].fails = AuthFailed("wrong password", backend="old")
        board = await seen.until(lambda board: board.backends["pbx"].health == "live")
        assert board.backends["old"].health == "lost"
        await seen.until(lambda _: seen.on.pbx.looks >= 4)
        assert seen.on.exchanges["old"].opened <= 3  # a wrong password is not tried at every turn

    watched(tmp_path, work, "pbx", "old")


def test_closing_the_iteration_lets_go_of_everything(tmp_path: Path) -> None:
    """Whoever stops reading boards, or is cancelled while they wait for one, leaves no task and no connection."""

    async def main() -> None:
        on = Setting(tmp_path, "pbx")
        async with aclosing(boards(on)) as stream:  # type: ignore[arg-type]
            await anext(stream)
        assert on.pbx.closed == on.pbx.opened

        async def forever() -> None:
            async with aclosing(boards(on)) as stream:  # type: ignore[arg-type]
                async for _ in stream:
                    pass

        task = asyncio.ensure_future(forever())
        await on.clock.sleep(5.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert on.pbx.closed == on.pbx.opened >= 1
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_a_fault_of_ours_is_not_hidden(tmp_path: Path) -> None:
    """What no backend may raise ends the boards instead of a watcher in silence."""

    async def work(seen: Seen) -> None:
        seen.on.pbx.fails = ZeroDivisionError("a fault")
        with pytest.raises(ZeroDivisionError):
            await seen.until(lambda _: False)

    watched(tmp_path, work)


def test_one_look_at_all_of_them(tmp_path: Path) -> None:
    """A snapshot: those that answer are live, one that fails and one that hangs are lost, with why, within its time."""

    async def main() -> None:
        on = Setting(tmp_path, "pbx", "old", "slow")
        on.exchanges["old"].fails = Unavailable("not reached", backend="old")
        on.exchanges["slow"].hangs = True
        board, _ = await look_once(on, patience=3.0)  # type: ignore[arg-type]
        assert {name: one.health for name, one in board.backends.items()} == {"pbx": "live", "old": "lost", "slow": "lost"}
        assert board.backends["old"].why == "not reached"
        assert "3 s" in board.backends["slow"].why
        assert on.clock.monotonic() < 4
        assert all(one.closed for one in on.exchanges.values())

    asyncio.run(main())


def test_the_last_hour_is_known_to_who_looks_next(tmp_path: Path) -> None:
    """Calls that one watch saw, and those that came while nobody watched, are in the next one's minutes; a broken memory is none."""
    (tmp_path / ".campctl").mkdir()

    async def one(on: Setting) -> Board:
        return (await look_once(on))[0]  # type: ignore[arg-type]

    async def main() -> None:
        on = Setting(tmp_path, "pbx")
        watch = Watch(on)  # type: ignore[arg-type]
        async with watch, aclosing(watch.boards()) as stream:
            async for board in stream:
                if board.backends["pbx"].health == "live":
                    break
            for n in range(9):
                on.pbx.says("call-queued", call=f"c{n}")
                on.pbx.says("call-abandoned", call=f"c{n}", waited=0.0, why="abandoned")
            async for board in stream:
                if board.hotlines["main"].abandoned == 9:
                    break
        await on.clock.sleep(180.0)
        assert sum((await one(on)).hotlines["main"].minutes) == 9
        on.pbx.waiting = 4
        await on.clock.sleep(180.0)
        await one(on)
        await on.clock.sleep(60.0)
        found = (await one(on)).hotlines["main"]
        assert (sum(found.minutes), found.watched) == (13, 7)
        next((tmp_path / ".campctl" / "cache" / "live").iterdir()).write_text('{"format": 1, "backend": "pbx"')
        assert (await one(on)).hotlines["main"].minutes == ()

    asyncio.run(main())


def test_exchanges_that_come_and_go_with_the_manifests(tmp_path: Path) -> None:
    """A backend that is written into the manifests is watched from then on; one that is taken out is on the board no more."""

    async def work(seen: Seen) -> None:
        await seen.until(lambda board: board.backends["pbx"].health == "live")
        later = Setting(tmp_path, "new")
        later.clock, later.exchanges["new"].clock = seen.on.clock, seen.on.clock
        seen.watch.reload(later)  # type: ignore[arg-type]
        board = await seen.until(lambda board: "new" in board.backends and board.backends["new"].health == "live")
        assert set(board.backends) == {"new"}
        seen.on.exchanges |= later.exchanges

    on = watched(tmp_path, work)
    assert on.exchanges["new"].opened == 1


def test_every_measure_of_what_goes_on_has_a_fact() -> None:
    """Whatever an expectation may ask of a hotline, office, desk, person or backend, a picture or somebody else answers."""
    from campctl.app import facts
    from campctl.live.expect import SUBJECTS

    hotline = SUBJECTS["hotline"].measures
    assert set(hotline) == set(facts._HOTLINE) | set(facts._WANTED)
