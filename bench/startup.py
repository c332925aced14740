"""Start-up and completion times, as ratios of medians to `python -c pass` in the same run.

    python bench/startup.py [--runs N] [--json]

Exits with 1 when a target is missed (by wall time; the CPU column tells how much of a miss is a busy machine). Runs of all
commands alternate, so that a busy machine slows all alike. The completion times are microseconds of CPU of a bash function
that forks nothing, ids of a campaign of 2,150 people and 900 desks included: CPU, because an absolute time has no baseline.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
CAMPCTL = shutil.which("campctl", path=str(Path(sys.executable).parent)) or shutil.which("campctl")
TARGETS = {
    "campctl --version": 1.3,
    "campctl --help": 1.3,
    "campctl completion bash": 6.5,
}
TAB_TARGET_US = 2000
TABS = (
    "campctl po",
    "campctl port light --",
    "campctl port light office-17/a0",
    "campctl move person.1",
    "campctl move ",
    "campctl plan --target user/person.1",
)
BASH = """
source "$1"; cd "$2"
compopt() { :; }
IFS=' ' read -r -a words <<<"$3"
[[ $3 == *' ' ]] && words+=('')
TIMEFORMAT='%U %S'
many() {
  local round
  for ((round = 0; round < 200; round++)); do
    COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1)) COMPREPLY=()
    _campctl
  done
}
for run in 1 2 3 4 5; do time many; echo "${#COMPREPLY[@]}"; done 2>&1
"""


# An installed campctl is compiled; without this, a checkout under PYTHONDONTWRITEBYTECODE would be compiled on every start.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def once(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    began = time.perf_counter()
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, stdin=nowhere, env=ENV)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return time.perf_counter() - began, used.ru_utime + used.ru_stime


def starts(runs: int) -> dict[str, tuple[float, float]]:
    """Ratios of medians, of wall time and of CPU time; the baseline in milliseconds."""
    assert CAMPCTL, "campctl is not installed beside this Python"
    commands = {"python -c pass": [sys.executable, "-c", "pass"]}
    commands |= {name: [CAMPCTL, *name.split()[1:]] for name in TARGETS}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            took = once(command)
            if number:
                times[name].append(took)
    medians = {name: [statistics.median(column) for column in zip(*taken, strict=True)] for name, taken in times.items()}
    wall, cpu = medians.pop("python -c pass")
    ratios = {name: (one / wall, other / cpu) for name, (one, other) in medians.items()}
    return {"python -c pass (ms)": (wall * 1000, cpu * 1000)} | ratios


def tabs() -> dict[str, float]:
    bash = shutil.which("bash")
    if bash is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        ids = Path(folder, ".campctl", "complete")
        ids.mkdir(parents=True)
        below = Path(folder, "a", "b")
        below.mkdir(parents=True)
        users = sorted(f"person.{number}" for number in range(2150))
        desks = sorted(f"office-{number % 60}/a{number:03}" for number in range(900))
        files = {"users": users, "desks": desks, "refs": sorted([*(f"user/{x}" for x in users), *(f"port/{x}" for x in desks)])}
        for name, lines in files.items():
            ids.joinpath(name).write_text("".join(f"{line}\n" for line in lines))
        found = {}
        for line in TABS:
            done = subprocess.run(
                [bash, "-c", BASH, "bench", str(ROOT / "completions" / "campctl.bash"), str(below), line],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
            rows = done.stdout.splitlines()
            assert all(int(count) > 0 for count in rows[1::2]), line
            found[line] = statistics.median(sum(map(float, row.split())) for row in rows[::2]) / 200 * 1e6
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    started, completed = starts(given.runs), tabs()
    missed = [name for name, most in TARGETS.items() if started[name][0] > most]
    missed += [line for line, took in completed.items() if took > TAB_TARGET_US]
    if given.json:
        print(json.dumps({"startup": started, "tab_us": completed, "missed": missed}, indent=2))
    else:
        print(f"{'':40}     wall      CPU")
        for name, (wall, cpu) in started.items():
            print(f"{name:40} {wall:8.2f} {cpu:8.2f}" + (f"   (at most {TARGETS[name]})" if name in TARGETS else ""))
        for line, took in completed.items():
            print(f"TAB after {line!r:34}{took:8.0f} us (at most {TAB_TARGET_US})")
        print("missed: " + ", ".join(missed) if missed else "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
