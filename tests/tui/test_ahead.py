"""The first picture, made ahead in a process of its own: what it holds, and that nothing hangs on it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
from textual.drivers.headless_driver import HeadlessDriver

from campctl import errors
from campctl.app.context import open_campaign
from campctl.app.picture import Picture
from campctl.app.picturing import pictures as stream
from campctl.tui import ahead
from campctl.tui.ahead import Ahead
from campctl.tui.feeding import Feeder
from tui import pictures
from tui.boards import Trial, board

CAMPAIGN = """
campaign:
  name: Ahead
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: local
  backends: { local: { type: sim } }
offices:
  hq:
    name: Headquarters
    address: { street: 1 Example Street, city: Chicago, state: IL, postal_code: "60601", floor: "1" }
    extensions: [1000-1009]
    notify_911: [security@example.org]
users:
  ann: { name: Ann, office: hq, extension: "1000", role: caller, permission: local }
numbers:
  "+13125550100": { to: hotline/main }
hotlines:
  main: { name: Main, extension: "10", seats: { baseline: 1, min: 0, max: 4 }, answer: { roles: [caller] } }
"""


MAKE = """
import os, sys
from pathlib import Path
from campctl.tui import ahead
ahead.PATIENCE = 120.0
begun = ahead.begin(Path(sys.argv[1]), os.environ)
made = begun.picture()
import msgspec
sys.stdout.buffer.write(msgspec.msgpack.encode(made))
"""


def made_in(folder: Path) -> Picture | None:
    """As a process makes it that has just begun and has no threads."""
    done = subprocess.run([sys.executable, "-c", MAKE, str(folder)], capture_output=True, timeout=300, check=False)
    assert done.stderr == b""
    return msgspec.msgpack.decode(done.stdout, type=Picture | None)


def child(script: str) -> Ahead:
    """A process of a shell that writes to the pipe."""
    ours, theirs = os.pipe()
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", script], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 1)])
    os.close(theirs)
    return Ahead(pid, ours)


def test_it_is_the_first_picture_of_the_board(tmp_path: Path) -> None:
    """It equals what the board's own source brings first, but for the moment at which it was made."""
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN)

    async def first() -> Picture:
        ctx = open_campaign(tmp_path, environ=os.environ, command="test")
        async with aclosing(stream(ctx)) as found:
            async for picture in found:
                ctx.close()
                return picture
        raise AssertionError("there was none")

    made, usual = made_in(tmp_path), asyncio.run(first())
    assert made is not None
    assert [line.name for line in made.hotlines] == ["Main"]
    for part in ("campaign", "time_zone", "backends", "hotlines", "offices", "people", "activity", "alerts", "emergencies", "version"):
        assert getattr(made, part) == getattr(usual, part)


def test_mistakes_are_left_to_the_board(tmp_path: Path) -> None:
    """From manifests with errors none is made, and nothing is said by the process that could not."""
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN.replace("country", "contry"))
    assert made_in(tmp_path) is None


def test_where_there_are_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork copies locks that other threads hold."""
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert ahead.begin(Path(), {}) is None


def test_a_process_that_dies_or_hangs_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a picture is none; after a while, or once it is not wanted any more, it is ended. No process is left."""
    monkeypatch.setattr(ahead, "PATIENCE", 0.05)
    hangs = child("exec sleep 600")
    assert hangs.picture() is None
    monkeypatch.setattr(ahead, "PATIENCE", 60.0)
    half = child("printf '\\235\\242at'")
    assert half.picture() is None
    stopped = child("exec sleep 600")
    stopped.stop()
    assert stopped.picture() is None
    late = child("exec sleep 600")
    assert late.ready() is None
    for one in (hangs, half, stopped, late):
        one.end()
        one.stop()
        one.end()
        assert one._pid == 0


class Made:
    """In place of a process: a picture, or none, which may be late."""

    def __init__(self, picture: Picture | None, *, late: bool = False) -> None:
        self._picture = picture
        self._late = late
        self.ended = 0

    def ready(self) -> Picture | None:
        return None if self._late else self._picture

    def picture(self) -> Picture | None:
        return self._picture

    def stop(self) -> None:
        pass

    def end(self) -> None:
        self.ended += 1


def fed(picture: Picture | None, *, drawn: bool = True, late: bool = False) -> tuple[list[str], list[BaseException], int]:
    """What a feeder brings whose source is broken: campaigns' names, what was wrong, and how often the source was begun."""
    names: list[str] = []
    wrong: list[BaseException] = []
    begun: list[int] = []
    done = threading.Event()

    async def broken() -> AsyncIterator[Picture]:
        begun.append(1)
        raise errors.StoreBusy("The store is busy.")
        yield

    def news() -> None:
        found, error = feeder.take()
        if found is not None:
            names.append(found.campaign)
            if drawn:
                feeder.begin()
        if error is not None:
            wrong.append(error)
            done.set()

    made = Made(picture, late=late)
    feeder = Feeder(broken, made)  # type: ignore[arg-type]
    feeder.start()
    feeder.attach(news)
    assert done.wait(60)
    feeder.stop(60)
    assert made.ended
    return names, wrong, len(begun)


def test_the_source_begins_once_it_was_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """First what was made ahead, in time or late, then the source; one that is late and never drawn does not hold it up."""
    monkeypatch.setattr("campctl.tui.feeding.AGAIN", 600.0)
    for late in (False, True):
        names, wrong, begun = fed(pictures.picture(campaign="Ahead"), late=late)
        assert (names, [type(error) for error in wrong], begun) == (["Ahead"], [errors.StoreBusy], 1)
    monkeypatch.setattr("campctl.tui.feeding.DRAWN", 0.01)
    assert fed(pictures.picture(campaign="Ahead"), drawn=False, late=True)[2] == 1


def test_without_it_the_source_begins_at_once() -> None:
    """And what is wrong is all there is."""
    names, wrong, begun = fed(None)
    assert (names, [type(error) for error in wrong], begun) == ([], [errors.StoreBusy], 1)


def test_left_before_the_source_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is begun any more."""
    monkeypatch.setattr("campctl.tui.feeding.DRAWN", 600.0)
    begun: list[int] = []

    async def source() -> AsyncIterator[Picture]:
        begun.append(1)
        yield pictures.picture()

    for late in (False, True):
        shown = threading.Event()
        feeder = Feeder(source, Made(pictures.picture(), late=late))  # type: ignore[arg-type]
        feeder.start()
        feeder.attach(shown.set)
        assert shown.wait(60)
        feeder.stop(60)
        feeder.begin()
        assert not feeder._thread.is_alive()
    assert not begun


def test_no_thread_before_the_first_rows_are_drawn() -> None:
    """With a picture that is there in time."""
    feeder = Feeder(None, Made(pictures.picture()))  # type: ignore[arg-type]
    feeder.start()
    feeder.attach(lambda: None)
    assert feeder.take()[0] is not None
    assert feeder._thread.ident is None
    feeder.stop()


def test_signals_are_minded_before_the_terminal_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off while it starts, it still gives the terminal back."""
    minded: list[bool] = []
    usual = HeadlessDriver.start_application_mode

    def begin(self: HeadlessDriver) -> None:
        minded.extend(signal.getsignal(number) not in {signal.SIG_DFL, None} for number in (signal.SIGHUP, signal.SIGTERM))
        usual(self)

    async def nothing(_: Trial) -> None:
        return

    monkeypatch.setattr(HeadlessDriver, "start_application_mode", begin)
    board(nothing)
    assert minded == [True, True]
