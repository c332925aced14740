"""What the benches share: made-up campaigns of any size, timing of whole processes, tables of ratios."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CAMPCTL = str(Path(sys.executable).parent / "campctl")
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Compiled modules are kept, as on a user's machine."""
OUT = Path(__file__).resolve().parent / "out"
OUT.mkdir(exist_ok=True)

HEAD = """\
campaign:
  name: Bench
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: local
  backends: { local: { type: sim } }
offices:
"""
OFFICE = """\
  office-{n:03d}:
    name: Office {n}
    address: {{ street: {n} Example Street, city: Chicago, state: IL, postal_code: "60601", floor: "1" }}
    extensions: [{first}-{last}]
    notify_911: [security@example.org]
"""
USER = """\
  user-{n:06d}:
    name: Person {n}
    office: office-{office:03d}
    extension: "{extension}"
    role: {role}
    skills: [{skill}]
    languages: [en]
    permission: local
"""
TAIL = """\
numbers:
  "+13125550100": { to: hotline/main }
hotlines:
  main:
    name: Main
    extension: "10"
    seats: { baseline: 20, min: 0, max: 40 }
    answer: { roles: [caller] }
"""


def campaign(root: Path, size: int) -> Path:
    """A campaign of `size` people in 50 offices, written once; extensions of six digits from 200000 on."""
    if (root / "campaign.yaml").exists():
        return root
    root.mkdir(parents=True)
    each = -(-size // 50)
    offices = "".join(OFFICE.format(n=n + 1, first=200_000 + n * each, last=200_000 + (n + 1) * each - 1) for n in range(50))
    roles, skills = ("caller", "organizer", "driver"), ("voter-protection", "phone-bank", "data")
    users = "".join(
        USER.format(n=n, office=n // each + 1, extension=200_000 + n, role=roles[n % 3], skill=skills[n % 3]) for n in range(size)
    )
    (root / "campaign.yaml").write_text(HEAD + offices + TAIL)
    (root / "users.yaml").write_text("users:\n" + users)
    return root


def drop_cache(root: Path) -> None:
    """Have the next command read every manifest."""
    for file in (root / ".campctl" / "cache").glob("*"):
        file.unlink()


@dataclass(frozen=True)
class Figures:
    """Medians over the runs: seconds of wall and CPU time, MiB at the peak."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Job:
    """A command, and what is done before each run of it, outside the timing."""

    command: Sequence[str]
    before: Callable[[], None] = lambda: None


def measure_in_turn(jobs: Mapping[str, Job], *, runs: int = 5) -> dict[str, Figures]:
    """Run whole processes in turn, A B A B ..., once to warm up and then `runs` times: a machine that slows down slows all of them.

    Times and memory are the operating system's own accounts of each process.
    """
    rows: dict[str, list[tuple[float, float, float]]] = {name: [] for name in jobs}
    for number in range(runs + 1):
        for name, job in jobs.items():
            job.before()
            row = _run(job.command)
            if number:
                rows[name].append(row)
    return {name: Figures(*(statistics.median(column) for column in zip(*each, strict=True))) for name, each in rows.items()}


def measure(command: Sequence[str], *, runs: int = 5, before: Callable[[], None] = lambda: None) -> Figures:
    """One command by itself."""
    return measure_in_turn({"": Job(command, before)}, runs=runs)[""]


def _run(command: Sequence[str]) -> tuple[float, float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ENV)
    assert process.stderr is not None
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 4}:
        raise SystemExit(f"{command} ended in {process.returncode}: {words.decode()[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def report(name: str, base: Figures, others: Mapping[str, Figures]) -> None:
    """Print the medians and their ratios to the baseline."""
    print(f"{'':34}{'wall s':>9}{'cpu s':>9}{'MiB':>8}{'x wall':>9}{'x cpu':>8}{'x MiB':>8}")
    for label, row in {f"{name} (baseline)": base, **others}.items():
        ratios = f"{row.wall / base.wall:>9.3f}{row.cpu / base.cpu:>8.3f}{row.memory / base.memory:>8.2f}"
        print(f"{label:34}{row.wall:>9.3f}{row.cpu:>9.3f}{row.memory:>8.1f}{ratios}")


@dataclass(frozen=True)
class Held:
    """A figure, the most it may be (`inf`: it is only reported), and in words what it is made of."""

    name: str
    value: float
    limit: float
    said: str = ""


def verdict(rows: Sequence[Held]) -> int:
    """Print each against what it is held to; 0 when all are."""
    print()
    for row in rows:
        word = "ok" if row.value <= row.limit else "MISSED"
        held = f"at most {row.limit:<5g} {word:7}" if row.limit < math.inf else " " * 21
        print(f"{row.name:66} {row.value:8.3f}  {held}{row.said}", flush=True)
    return 0 if all(row.value <= row.limit for row in rows) else 1
