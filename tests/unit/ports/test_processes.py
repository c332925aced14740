"""Telling the very process that took the lock from its number used again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from campctl.ports.processes import group_of, mark, sign

BOOT = "0f3b-boot"


def proc(tmp_path: Path, stats: dict[int, str], *, boot: str = BOOT, space: str = "pid:[1]") -> Path:
    """A /proc of our own; a stat is "state start-time", and its group where that is another's."""
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text(boot + "\n")
    (tmp_path / "self/ns").mkdir(parents=True)
    (tmp_path / "self/ns/pid").symlink_to(space)
    for pid, stat in {os.getpid(): "S 1", **stats}.items():
        state, started, *group = stat.split()
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(
            f"{pid} (a ) odd (name) {state} 1 {group[0] if group else pid} " + "0 " * 16 + f"{started} 0 0\n"
        )
    return tmp_path


LIVING, GONE = os.getppid(), 2**22 + 5


@pytest.mark.parametrize(
    ("pid", "stat", "marked", "expected"),
    [
        (LIVING, "S 500", f"{BOOT} pid:[1] 500", "alive"),
        (LIVING, "S 900", f"{BOOT} pid:[1] 500", "dead"),  # its number belongs to a later process
        (LIVING, "Z 500", f"{BOOT} pid:[1] 500", "dead"),  # ended, not yet collected by its parent
        (LIVING, "S 500", "another-boot pid:[1] 500", "dead"),  # the machine was started again
        (LIVING, "S 500", f"{BOOT} pid:[2] 500", "unknown"),  # another container of the same host
        (LIVING, "S 500", "", "unknown"),  # taken where there was no /proc
        (GONE, "", f"{BOOT} pid:[1] 500", "dead"),
        (GONE, "", "", "dead"),
        (2**70, "", "", "dead"),
    ],
)
def test_signs_of_life(tmp_path: Path, pid: int, stat: str, marked: str, expected: str) -> None:
    """Alive only when number, boot, process namespace and start time are the same."""
    assert sign(pid, marked, proc(tmp_path, {pid: stat} if stat else {})) == expected


def test_without_proc_the_number_decides(tmp_path: Path) -> None:
    """On systems without /proc a used number may be anybody's: unknown, so the lock's ttl counts."""
    empty = tmp_path / "none"
    assert mark(os.getpid(), empty) == ""
    assert sign(os.getpid(), "", empty) == "unknown"
    assert sign(GONE, "", empty) == "dead"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no /proc")
def test_a_real_process() -> None:
    """Seen alive by its mark while it runs, dead as soon as it ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    marked = mark(process.pid)
    assert sign(process.pid, marked) == "alive"
    process.communicate(b"\n")
    assert sign(process.pid, marked) == "dead"


@pytest.mark.parametrize(
    ("stats", "marked", "expected"),
    [
        ({70: "S 500", 71: "S 510 70", 72: "Z 511 70", 73: "S 512"}, f"{BOOT} pid:[1] 500", [70, 71]),
        ({71: "S 510 70"}, f"{BOOT} pid:[1] 500", [71]),  # the first of them has ended
        ({70: "S 900", 71: "S 910 70"}, f"{BOOT} pid:[1] 500", []),  # a later process has its number
        ({70: "S 500"}, "another-boot pid:[1] 500", []),
        ({70: "S 500"}, f"{BOOT} pid:[2] 500", []),
        ({70: "S 500"}, "", []),
    ],
)
def test_who_is_left_of_a_group(tmp_path: Path, stats: dict[int, str], marked: str, expected: list[int]) -> None:
    """The living ones of the very group that was begun, and nobody else's."""
    assert group_of(70, marked, proc(tmp_path, stats)) == expected
