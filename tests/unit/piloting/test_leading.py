"""One leads: started twice, standing by, robbed, killed, stopped."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from piloted import BEGIN, Orders, Scene, surge, write

from campctl.app.applying import apply
from campctl.app.notifying import Notifier
from campctl.app.piloting_cockpit import Reins
from campctl.app.piloting_status import status
from campctl.errors import Exit, LockHeld
from campctl.model.changes import Binding, Change, Plan
from campctl.model.records import JournalEntry, Run
from campctl.model.resources import Line
from campctl.planning import encode
from campctl.store.marks import set_mark, unset_mark
from campctl.store.sqlite import SQLite
from campctl.testing import FakeClock


def test_started_twice_one_leads(scene: Scene) -> None:
    """The second is told who does, and `--standby` takes over when that one ends, from where it was."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        await scene.wait(5)
        with pytest.raises(LockHeld, match="Another autopilot leads this campaign: that of pia"):
            await scene.fly(Reins())
        waits = Reins()
        second = scene.fly(waits, Orders(standby=True))
        await scene.wait(10)
        assert len(scene.events("standby")) == 1
        scene.reins.stop("SIGTERM")
        await scene.wait(1)
        assert len(scene.events("leading")) == 2
        await scene.wait(20)
        assert await scene.seats() == 4
        waits.stop("Ctrl-C")
        assert await second == Exit.INTERRUPTED

    scene.run(script)
    assert [round(at) for at in scene.at("applied")] == [10, 30]


def test_while_standing_by_it_can_be_stopped(scene: Scene) -> None:
    """It ends at once, and takes nothing from who leads."""

    async def script() -> None:
        waits = Reins()
        second = scene.fly(waits, Orders(standby=True))
        await scene.wait(1)
        waits.stop("SIGTERM")
        assert await second == Exit.OK
        assert scene.context().store().leadership.holder() is not None

    scene.run(script)


def rob(root: Path) -> None:
    """Another takes the lead over, as from one that was silent."""
    database = SQLite.open(root / ".campctl" / "store.db")
    database.execute("UPDATE leader SET token = 'other', who = 'olga', host = 'hq-2'")
    database.close()


def test_who_lost_the_lead_begins_nothing_more(scene: Scene) -> None:
    """Robbed while it slept, it learns so from its heart or from the store, whichever is first, and ends with status 7."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        await scene.wait(9.9)
        rob(scene.root)
        await scene.wait(5)
        assert await scene.seats() == 4

    scene.run(script)
    assert scene.status == Exit.LOCKED
    assert len(scene.events("lead-lost")) == 1
    holder = scene.context().store().leadership.holder()
    assert holder is not None
    assert holder.who == "olga"


def test_the_store_refuses_who_lost_the_lead(scene: Scene) -> None:
    """Between two beats of its heart the surge begins: no run of it is begun all the same."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        await scene.clock.sleep(598)
        rob(scene.root)
        await scene.clock.sleep(4)
        assert scene.status is None
        assert await scene.seats() == 4

    scene.run(script)
    assert "leads no more: it was silent for too long: olga on hq-2 took it over" in scene.events("lead-lost")[0]
    assert not [run for run in scene.context().store().runs() if run.author == "autopilot"]


def test_records_that_were_carried_elsewhere_are_not_written_to(scene: Scene) -> None:
    """`store migrate` in another checkout: what stayed behind is left as it is, and the reason says what to do."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        database = SQLite.open(scene.root / ".campctl" / "store.db")
        with database.transaction():
            set_mark(database, "gone", {"to": "elsewhere", "at": "2026-10-13T17:00:00+00:00"})
        await scene.wait(15)
        assert await scene.seats() == 4
        with database.transaction():
            unset_mark(database, "gone")
        database.close()

    scene.run(script)
    assert "carried to another store" in scene.events("not-applied")[0]
    assert all(run.author != "autopilot" for run in scene.context().store().runs())


def test_stopped_in_the_middle_of_a_change_it_ends_that_first(scene: Scene) -> None:
    """One SIGTERM: the whole change is done, the lead is given back, the status is 0."""
    write(scene.root, surges=surge("debate", 30, 90, "20"), sim=", latency: 2s, batch: 1, concurrency: 1")

    async def script() -> None:
        await scene.until(30.3)
        assert 4 < await scene.seats() < 20

    scene.run(script)
    assert scene.status == Exit.OK
    assert asyncio.run(scene.seats()) == 20
    assert scene.events("stopped")[0].startswith("Stopped by SIGTERM; nothing is half done")
    assert scene.context().store().leadership.holder() is None


def test_stopped_twice_the_next_finishes(scene: Scene) -> None:
    """What is in flight is finished, the rest is left; the next autopilot settles the run and does the rest."""
    write(scene.root, surges=surge("debate", 30, 90, "20"), sim=", latency: 2s, batch: 1, concurrency: 1")

    async def script() -> None:
        await scene.until(30.3)
        scene.reins.stop("SIGTERM")
        scene.reins.stop("SIGTERM")
        await scene.wait(0.2)
        assert 4 < await scene.seats() < 20

    scene.run(script)
    assert scene.context().store().unfinished()

    async def again() -> None:
        await scene.wait(3)
        assert await scene.seats() == 20

    scene.run(again, applied=False)
    assert not scene.context().store().unfinished()


def test_killed_with_an_exchange_that_is_down_now(scene: Scene) -> None:
    """What was sent there is looked up once it answers; on the other exchange the surge begins all the same."""
    write(scene.root, surges=surge("debate", 10, 90, "12"))
    scene.command(lambda: scene.person(apply))
    store = scene.context().store(write=True)
    line = Line("user/far", "4001", "Far Away", location="away")
    lost = Change(id="update:other:line/user/far", action="update", backend="other", before=line, after=line)
    plan = Plan(campaign="Example", at=BEGIN, binding=Binding(manifest="", overrides=""), changes=(lost,))
    store.begin_run(Run(id="killed", started=BEGIN, author="pia", command="campctl apply", plan=encode(plan)))
    store.record([JournalEntry(run="killed", change=lost.id, state="pending", at=BEGIN)])
    scene.down(backend="other")

    async def script() -> None:
        await scene.wait(12)
        assert await scene.seats() == 12
        assert [run.id for run in store.unfinished()] == ["killed"]
        scene.down(False, backend="other")
        await scene.wait(6)
        assert store.unfinished() == []

    scene.run(script, applied=False)
    assert scene.events("nothing-to-apply")[-1].startswith("again, since other does not answer")


def test_who_leads_is_told(scene: Scene) -> None:
    """Since when, what comes next; and afterwards that nobody does."""
    write(scene.root, surges=surge("debate", 10, 30, "12"), autoscale="true", sim=", calls: help=900, calls_shape: flat")
    found = []

    async def script() -> None:
        await scene.wait(6)
        found.append(status(scene.context()))

    scene.run(script)
    found.append(status(scene.context()))
    assert found[0].fields["leads"].startswith(f"that of pia on {socket.gethostname()} (process ")
    assert found[0].fields["next what"] == "surge debate begins"
    (row,) = found[0].listings[0].rows
    assert row["bounds"] == "2 to 20"
    assert "calls a minute" in row["why"]
    assert found[1].fields["leads"] == "nobody"


def test_a_note_of_another_campctl_is_done_without(scene: Scene) -> None:
    """It begins as one that never flew."""

    async def work() -> None:
        await scene.person(apply)
        store = scene.context().store(write=True)
        store.leadership.write_note(b'{"version": 99}')
        store.leadership.write_note(b"\xff not JSON")
        assert await scene.fly(Reins(), Orders(once=True)) == Exit.OK

    scene.command(work)


def test_systemd_is_told(scene: Scene, tmp_path: Path) -> None:
    """Ready once it leads, signs of life a few times within the watchdog's span, its words, and that it stops."""
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(place)
        heard.settimeout(0)
        said: list[str] = []

        async def work() -> None:
            await scene.person(apply)
            reins = Reins()
            flying = scene.fly(reins, NOTIFY_SOCKET=place, WATCHDOG_USEC="60000000")
            for _ in range(60):
                await scene.clock.sleep(5)
                while True:
                    try:
                        said.append(heard.recv(4096).decode())
                    except BlockingIOError:
                        break
            reins.stop("SIGTERM")
            await flying
            while True:
                try:
                    said.append(heard.recv(4096).decode())
                except BlockingIOError:
                    break

        scene.command(work)
    assert said.count("READY=1") == 1
    assert 20 <= said.count("WATCHDOG=1") <= 25
    assert "STATUS=autopilot begins: nothing to change" in said
    assert "STOPPING=1" in said


def test_without_systemd_nothing_is_told() -> None:
    """Nor is a place that is not there, or a watchdog for another process, any trouble."""
    for environ in ({}, {"NOTIFY_SOCKET": "/nowhere/at/all"}, {"WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"}):
        notifier = Notifier(environ, FakeClock())
        notifier.ready()
        notifier.alive()
        assert notifier.watchdog == 0.0
