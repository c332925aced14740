"""Start-up and completion times, as ratios of medians to `python -c pass` in the same run.

    python bench/startup.py [--runs N] [--json]

Exits with 1 when a target is missed. Runs of all commands alternate, so that a busy machine slows all alike. The
completion times are microseconds of a bash function, ids of a campaign of 2,150 people and 900 desks included.
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
for round in 1 2 3 4 5 6 7 8 9; do
  began=$EPOCHREALTIME
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1)) COMPREPLY=()
    _campctl
  done
  ended=$EPOCHREALTIME
  echo $(((${ended/./} - ${began/./}) / 20)) ${#COMPREPLY[@]}
done
"""


def once(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def starts(runs: int) -> dict[str, float]:
    assert CAMPCTL, "campctl is not installed beside this Python"
    commands = {"python -c pass": [sys.executable, "-c", "pass"]}
    commands |= {name: [CAMPCTL, *name.split()[1:]] for name in TARGETS}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            took = once(command)
            if number:
                times[name].append(took)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    base = medians.pop("python -c pass")
    return {"python -c pass (ms)": base * 1000} | {name: median / base for name, median in medians.items()}


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
            rows = [list(map(int, row.split())) for row in done.stdout.splitlines()]
            assert all(count > 0 for _, count in rows), line
            found[line] = statistics.median(row[0] for row in rows)
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    started, completed = starts(given.runs), tabs()
    missed = [name for name, most in TARGETS.items() if started[name] > most]
    missed += [line for line, took in completed.items() if took > TAB_TARGET_US]
    if given.json:
        print(json.dumps({"startup": started, "tab_us": completed, "missed": missed}, indent=2))
    else:
        for name, ratio in started.items():
            print(f"{name:40} {ratio:8.2f}" + (f"   (at most {TARGETS[name]})" if name in TARGETS else ""))
        for line, took in completed.items():
            print(f"TAB after {line!r:34}{took:8.0f} us (at most {TAB_TARGET_US})")
        print("missed: " + ", ".join(missed) if missed else "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
