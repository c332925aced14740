"""What a killed runner leaves behind: it is seen, waited for, ended in time, and never doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from campctl import errors
from campctl.app.running_books_left import held, in_words, left_behind, outlived, still_there, this_one, why_not
from campctl.findings import Span
from campctl.model.runbooks import Act, BookEntry, BookRun, Left, Program, Step
from campctl.runbook.engine import Stop
from campctl.testing import FakeClock

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
RUN = BookRun(id="r", book="tonight", name="Tonight", started=NOW, author="tess", command="", digest="")


def program(**fields: Any) -> Program:
    step = Step(id="a", kind="shell", place=Span("t", 1, 1), act=Act(kind="shell", argv=("true",)), **fields)
    return Program(
        file="t", name="T", about="", zone="UTC", day="2026-10-01", roles={}, variables={}, secrets={}, steps=(step,), sources={}, digest=""
    )


class Store:
    """A journal that ends with a process, and counts beats."""

    def __init__(self, process: str, *states: str) -> None:
        lines = [("begun", ""), ("process", process), *((state, "") for state in states)]
        self.lines = [
            BookEntry(run="r", step="a", state=state, at=NOW, who="tess", detail=detail, seq=number)  # type: ignore[arg-type]
            for number, (state, detail) in enumerate(lines, 1)
        ]
        self.beats = 0

    def book_entries(self, run: str) -> Sequence[BookEntry]:
        return self.lines if run == "r" else ()

    def beat_book(self, token: str, at: datetime) -> bool:
        self.beats += bool(token and at)
        return True


def wait(process: str, *, assume: bool = False, stop: bool = False, **fields: Any) -> tuple[list[str], Store]:
    """Have it waited for; what was said, and the store."""
    said: list[str] = []
    desk = SimpleNamespace(waiting=lambda _step, _until, why: said.append(why))
    crew, store = SimpleNamespace(desk=desk, stop=Stop()), Store(process)
    if stop:
        crew.stop.ask("Ctrl-C")
    ctx: Any = SimpleNamespace(clock=FakeClock(NOW))
    asyncio.run(outlived(ctx, store, RUN, program(**fields), crew, "t", assume=assume))  # type: ignore[arg-type]
    return said, store


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a child, in a group of their own."""
    argv = ["/bin/sh", "-c", "trap '' INT; sleep 300 & wait"]
    child = subprocess.Popen(argv, start_new_session=True, stdin=subprocess.DEVNULL)
    yield child
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def test_nothing_begins_that_the_journal_does_not_name(tmp_path: Path) -> None:
    """Whoever begins a command and is killed before it is written down has begun nothing."""
    argv = ["touch", str(tmp_path / "done")]
    child = subprocess.Popen(held(argv), stdin=subprocess.PIPE)
    child.communicate(b"")
    assert child.returncode != 0
    assert not (tmp_path / "done").exists()
    child = subprocess.Popen(held(argv), stdin=subprocess.PIPE)
    child.communicate(b"go\n")
    assert child.returncode == 0
    assert (tmp_path / "done").exists()


def test_it_is_seen_while_anything_of_it_lives(sleeper: subprocess.Popen[bytes]) -> None:
    """The process itself, then only its child, then nothing; a later process of the number is not taken for it."""
    left = this_one(sleeper.pid)
    assert Left.parse(str(left)) == left
    alive = still_there(left)
    assert alive is not None
    assert sleeper.pid in alive
    assert still_there(Left(left.host, left.pid, left.mark.rpartition(" ")[0] + " 1")) == []
    sleeper.kill()
    sleeper.wait()
    rest = still_there(left)
    assert rest is not None
    assert sleeper.pid not in rest
    for pid in rest:
        os.kill(pid, signal.SIGKILL)
    while still_there(left):
        pass


def test_past_its_time_it_is_ended(sleeper: subprocess.Popen[bytes]) -> None:
    """As whoever began it would have done: asked first, made to in the end; others hear meanwhile that the run is followed."""
    left = this_one(sleeper.pid)
    said, store = wait(str(left), timeout=60.0)
    assert f"process{'es' if 'processes' in said[0] else ''} {sleeper.pid}" in said[0]
    assert store.beats >= 5
    assert sleeper.wait(30) < 0
    assert still_there(left) == []


def test_asked_to_stop_it_waits_no_more(sleeper: subprocess.Popen[bytes]) -> None:
    """What is at work stays at work."""
    with pytest.raises(errors.Interrupted, match="goes on by itself"):
        wait(str(this_one(sleeper.pid)), stop=True)
    assert sleeper.poll() is None


def test_what_cannot_be_seen_from_here_has_to_be_said() -> None:
    """Begun on another machine, nothing is done until somebody says what came of it."""
    elsewhere = "process 7 on hq-9.example.org 0f3b pid:[1] 500"
    with pytest.raises(errors.Undecided, match="process 7 on hq-9"):
        wait(elsewhere)
    assert wait(elsewhere, assume=True)[0] == []
    assert "cannot be seen from here" in in_words("a", Left("hq-9.example.org", 7), None)


@pytest.mark.parametrize("state", ["done", "failed", "skipped", "interrupted", "reset", "begun", "undone", "undo-failed"])
def test_what_has_an_outcome_left_nothing_behind(state: str) -> None:
    """Only a step whose last word is its process may still be at work."""
    store: Any = Store("process 7 on hq-9.example.org", state)
    assert left_behind(program(), store, "r") is None
    assert wait("what an older campctl wrote")[0] == []


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["sh"], ""),
        (["no-such-command"], "No such file or directory"),
        (["./nothing"], "No such file or directory"),
        (["./text"], "Permission denied"),
        (["a\0b"], "it has a zero byte in it"),
    ],
)
def test_why_a_command_cannot_be_run(tmp_path: Path, argv: list[str], words: str) -> None:
    """Known before the shell that holds it is begun, in the system's words."""
    (tmp_path / "text").write_text("no program")
    assert why_not(argv, dict(os.environ), str(tmp_path)) == words
