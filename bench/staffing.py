"""Seats by Erlang: one large hotline against pyworkforce, 4,800 intervals, and `hotline plan` from a cold process.

    python bench/staffing.py [--runs 5]

pyworkforce (with its solver) is installed into a virtual environment of its own under bench/out, once. The values are compared before
the times are: both have to ask for the same seats. CPU seconds, medians.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

from common import CAMPCTL, ENV, OUT, Held, verdict

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
PYWORKFORCE = """
import json, sys, time
from pyworkforce.queuing import ErlangC
spent = []
for _ in range(int(sys.argv[1])):
    begin = time.process_time()
    found = ErlangC(transactions=1950, asa=20 / 60, aht=30, interval=30, shrinkage=0.0).required_positions(service_level=0.8)
    spent.append(time.process_time() - begin)
print(json.dumps([spent, found["raw_positions"]]))
"""


def theirs(runs: int) -> tuple[list[float], int] | None:
    """Seconds and seats of pyworkforce at 1,950 erlangs (1,950 calls of 30 minutes in 30 minutes); None where it cannot be had."""
    home = OUT / "pyworkforce"
    try:
        if not (home / "bin" / "python").exists():
            venv.create(home, with_pip=True)
            subprocess.run([home / "bin" / "pip", "install", "-q", "pyworkforce"], check=True)
        done = subprocess.run([home / "bin" / "python", "-c", PYWORKFORCE, str(runs)], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        print(f"pyworkforce: {error}", file=sys.stderr)
        return None
    spent, seats = json.loads(done.stdout)
    return spent, seats


def ours(runs: int) -> tuple[list[float], int]:
    """The same by campctl."""
    from campctl.capacity.erlang import Target, seats_needed

    spent = []
    seats = 0
    for _ in range(runs):
        begin = time.process_time()
        seats = seats_needed(1950.0, 1800.0, Target(0.8, 20.0))
        spent.append(time.process_time() - begin)
    return spent, seats


def intervals(patience: float, runs: int) -> list[float]:
    """4,800 intervals, no two alike: fifty days of a hotline with up to 400 erlangs."""
    from datetime import UTC, datetime

    from campctl.capacity.erlang import Target
    from campctl.capacity.forecast import Forecast
    from campctl.capacity.staffing import Assumptions, needs

    counts = tuple(2.0 + 430.0 * (1 + math.sin(n / 96 * 2 * math.pi)) + n % 97 / 10 for n in range(4800))
    forecast = Forecast(datetime(2026, 9, 15, tzinfo=UTC), 900.0, counts)
    given = Assumptions(handling=420.0, patience=patience, target=Target(0.8, 20.0, 0.9))
    have = [300] * len(counts)
    spent = []
    for _ in range(runs):
        begin = time.process_time()
        needs(forecast, given, have)
        spent.append(time.process_time() - begin)
    return spent


def commands(runs: int) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of whole processes on the national seed, its manifests in the cache."""
    root = OUT / "national-staffing"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(SEEDS / "national", root)
    found = {}
    for words in (("voter-protection",), ("--all",)):
        wall, cpu = [], []
        for _ in range(runs + 1):
            before, begin = os.times(), time.perf_counter()
            subprocess.run([CAMPCTL, "hotline", "plan", *words, "--day", "2026-11-03"], cwd=root, env=ENV, check=True, capture_output=True)
            after = os.times()
            wall.append(time.perf_counter() - begin)
            cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
        found[" ".join(words)] = statistics.median(wall[1:]), statistics.median(cpu[1:])
    return found


def main() -> int:
    """Measure and print; 1 where something is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    rows = []
    own, seats = ours(runs * 20)
    line = f"seats at 1,950 erlangs: {seats}, {statistics.median(own) * 1000:.3f} ms"
    other = theirs(runs * 20)
    if other is not None:
        assert other[1] == seats, other[1]
        rows.append(Held("seats at 1,950 erlangs / pyworkforce", statistics.median(own) / statistics.median(other[0]), 0.7))
        line += f"; pyworkforce {statistics.median(other[0]) * 1000:.3f} ms: {statistics.median(own) / statistics.median(other[0]):.2f}x"
    print(line)
    for name, patience in (("Erlang A", 240.0), ("Erlang C", math.inf)):
        rows.append(Held(f"4,800 intervals, {name}: s of CPU", statistics.median(intervals(patience, runs)), 0.3))
    for name, (wall, cpu) in commands(runs).items():
        rows.append(Held(f"hotline plan {name}, cold: s", wall, 0.7, f"{cpu:.2f} s of CPU; wall, so an upper bound on a busy machine"))
    return verdict(rows)


if __name__ == "__main__":
    sys.exit(main())
