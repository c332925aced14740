"""Streams that are closed, full, or whose reader goes away."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from campctl.cli.main import run
from campctl.views.progress import Events
from campctl.views.terminal import Terminal
from e2e import seasons

from .conftest import Tty

FULL = Path("/dev/full")


def call(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which $C stands for campctl."""
    program = shlex.join([sys.executable, *seasons.program()])
    return subprocess.run(["/bin/sh", "-c", line.replace("$C", program)], capture_output=True, text=True, check=False, cwd=folder)


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize("argv", ["user list", "user list -o json", "--version", "plan", "nope -o json", "port light --help"])
def test_a_full_disk(campaign, argv) -> None:
    """Output that cannot be written is an error of its own, with one sentence and no traceback."""
    done = call(f"$C {argv} >/dev/full", campaign)
    assert done.returncode == 17
    assert "Traceback" not in done.stderr
    assert "fault" not in done.stderr


@pytest.mark.parametrize(("argv", "status"), [("user list", 0), ("user show nobody", 11), ("--help", 17), ("apply", 12)])
@pytest.mark.parametrize("stream", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(campaign, argv, status, stream) -> None:
    """A stream that whoever started us closed is nowhere; the command does its work and its status stands."""
    done = call(f"$C {argv} {stream}", campaign)
    if argv == "--help" and not stream.startswith(">"):
        status = 0
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_nobody_to_ask_when_stdin_is_closed(campaign) -> None:
    """Without stdin there is no terminal to ask on."""
    assert call("$C apply <&-", campaign).returncode == 12


class Gone(io.StringIO):
    """A pipe whose reader went away."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_events_go_on_without_a_reader(campaign, monkeypatch) -> None:
    """`apply --events | head -1` does not stop the apply halfway."""
    terminal = Terminal(io.StringIO(), Gone(), io.StringIO(), {"USER": "tess"})
    assert run(["apply", "--yes", "--events"], terminal) == 0
    after = Terminal(io.StringIO(), io.StringIO(), io.StringIO(), {})
    assert run(["plan", "--exit-code"], after) == 0


def test_events_are_deaf_after_the_first_failure() -> None:
    """Once nobody reads, nothing more is tried."""
    terminal = Terminal(io.StringIO(), Gone(), io.StringIO(), {})
    events = Events(terminal)
    events.waiting("local", 1.0, "x")
    seen = io.StringIO()
    terminal.stdout = seen
    events.waiting("local", 1.0, "x")
    assert seen.getvalue() == ""


def test_a_reader_that_left_in_this_process(campaign) -> None:
    """A broken pipe of a result, and of an error's envelope, ends in 141."""
    for argv in (["user", "list"], ["nope", "-o", "json"]):
        assert run(argv, Terminal(Tty(), Gone(), io.StringIO(), {})) == 141
