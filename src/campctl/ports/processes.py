"""Is a process still there that took a lock, or that a runbook began? Where /proc says so, that is the very one, not its number reused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal, NamedTuple

Sign = Literal["alive", "dead", "unknown"]

PROC: Final = Path("/proc")


class _Stat(NamedTuple):
    state: str
    group: str
    started: str


def mark(pid: int, proc: Path = PROC) -> str:
    """What tells this process from a later one of the same number: "boot id, process namespace, start time"; "" if unknown."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
        space = os.readlink(proc / "self/ns/pid")  # noqa: PTH115 - not a path: "pid:[4026531836]"
    except OSError:
        return ""
    stat = _stat(pid, proc)
    return f"{boot} {space} {stat.started}" if stat else ""


def same_boot(marked: str, proc: Path = PROC) -> bool:
    """Whether `mark` was made under the kernel that runs here, since it was started: on this very machine."""
    here = mark(os.getpid(), proc)
    return bool(marked and here) and marked.split(" ", maxsplit=1)[0] == here.split(" ")[0]


def sign(pid: int, marked: str, proc: Path = PROC) -> Sign:
    """Whether process `pid` of this host, of which `mark` said `marked` when it took the lock, is alive.

    "unknown": the number is in use but nothing proves that it is the same process, or it lives in another container.
    """
    here = mark(os.getpid(), proc)
    if marked and here:
        boot, space, started = marked.split(" ")
        if boot != here.split(" ")[0]:
            return "dead"
        if space != here.split(" ")[1]:
            return "unknown"
        stat = _stat(pid, proc)
        if stat:
            return "alive" if stat.started == started and stat.state not in "ZX" else "dead"
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return "dead"
    except PermissionError:
        return "unknown"
    return "unknown"


def group_of(pid: int, marked: str, proc: Path = PROC) -> list[int]:
    """Numbers of the living in the group that `pid` began, of which `mark` said `marked`; nothing where that cannot be seen from here.

    A number that is another's by now has no such group: the kernel gives none away while a group goes by it.
    """
    here, leader = mark(os.getpid(), proc), _stat(pid, proc)
    if not marked or marked.split(" ")[:2] != here.split(" ")[:2] or (leader and leader.started != marked.rpartition(" ")[2]):
        return []
    try:
        numbers = [int(entry.name) for entry in proc.iterdir() if entry.name.isdecimal()]
    except OSError:
        return []
    return sorted(one for one in numbers if (stat := _stat(one, proc)) and stat.group == str(pid) and stat.state not in "ZX")


def _stat(pid: int, proc: Path) -> _Stat | None:
    """Fields 3, 5 and 22 of /proc/PID/stat: state, group, and start in ticks since boot (proc(5)); the name before may hold anything."""
    try:
        fields = (proc / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        return _Stat(fields[0], fields[2], fields[19])
    except (OSError, IndexError):
        return None
