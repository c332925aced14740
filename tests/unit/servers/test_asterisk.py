"""The tests' own Asterisk does what tests of bad days rely on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.asterisk import LAB, Asterisk

pytestmark = pytest.mark.live


def test_each_instance_is_empty_and_alone(make_asterisk: Callable[..., Asterisk]) -> None:
    """Two run side by side, and what one is told the other does not know."""
    one, two = make_asterisk(), make_asterisk()
    with one.connect() as mine, two.connect() as theirs:
        mine.put("did/13125550100", "queue:help")
        assert mine.get("did/13125550100") == "queue:help"
        assert mine.tree("did") == {"13125550100": "queue:help"}
        assert theirs.get("did/13125550100") is None
        assert theirs.tree("did") == {}


def test_it_keeps_what_it_committed(asterisk: Asterisk) -> None:
    """What it was told survives an orderly restart."""
    with asterisk.connect() as ami:
        ami.put("a/b", "c")
    first = asterisk.pid
    asterisk.restart()
    assert asterisk.pid != first
    with asterisk.connect() as ami:
        assert ami.get("a/b") == "c"


def test_killed_at_once_it_forgets_the_last_second(asterisk: Asterisk) -> None:
    """An acknowledged write can be lost: what campctl's engine waits out."""

    def lost() -> bool:
        with asterisk.connect() as ami:
            for n in range(2000):
                ami.put("a/b", str(n))
        asterisk.restart(kill=True)
        with asterisk.connect() as ami:
            return ami.get("a/b") != "1999"

    assert any(lost() for _ in range(9))  # not where its second was over between the last write and the end


def test_frozen_it_takes_connections_and_says_nothing(asterisk: Asterisk) -> None:
    """And goes on afterwards as if nothing had been."""
    with asterisk.connect() as ami:
        asterisk.freeze()
        patience, ami.timeout = ami.timeout, 0.2
        with pytest.raises(TimeoutError):
            ami.do("Ping")
        asterisk.thaw()
        ami.timeout = patience
        ami.do("Ping")


def test_the_lab_alone_runs_one_too(asterisk: Asterisk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Up, up again, a console command, a second start after an end: the script for people, on a configuration folder."""
    folder = asterisk.folder / "hand"

    def lab(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([LAB, *words, "--dir", folder], capture_output=True, text=True, check=False, timeout=120)

    asterisk.stop()  # its ports are free now
    try:
        started = lab("up", "--config", str(asterisk.etc))
        assert started.returncode == 0, started.stderr
        again = lab("up")
        assert "runs already" in again.stderr
        cli = subprocess.run([LAB, "cli", "--dir", folder, "core", "show", "version"], capture_output=True, text=True, check=True)
        assert "Asterisk 22" in cli.stdout
    finally:
        assert lab("down").returncode == 0
    assert lab("status").returncode == 1


def test_it_dies_with_the_tests(asterisk: Asterisk) -> None:
    """Even when they are killed: nothing of theirs is left running, no folder stays."""
    code = (
        "import os, signal\nfrom servers.asterisk import started\n"
        "with started() as a: print(a.pid, a.folder, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=LAB.parents[1] / "tests", capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    pid, folder = done.stdout.split()

    def gone() -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return not Path(folder).exists()
        return state == "Z" and not Path(folder).exists()

    end = time.monotonic() + 60
    while not gone():
        assert time.monotonic() < end, (pid, folder)
        time.sleep(0.01)
