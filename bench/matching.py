"""`campctl.capacity.matching` against scipy's linear_sum_assignment on the same people and lists: equal totals, ratio of medians.

    python bench/matching.py [--people 2000] [--lists 200] [--runs 3]

scipy is installed into a virtual environment of its own under bench/out (once). It assigns one to one, so every list is as many
columns as it wants people, and there is an empty column for each person who may stay without one. It counts in floating point:
a bonus for each person placed still fits exactly; one for lists' least and first people besides would not at this size, so both
are asked for the most people placed and of these the highest score.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
import venv

from common import OUT

from campctl.capacity.matching import Want, match

THEIRS = """\
import json, statistics, sys, time
import numpy as np
from scipy.optimize import linear_sum_assignment
scores, seats, runs, bonus = (json.load(open(sys.argv[1]))[name] for name in ("scores", "seats", "runs", "bonus"))
times = []
for _ in range(runs):
    begun = time.process_time()
    gain = np.array([[-1e12 if x is None else x + bonus for x in row] for row in scores])
    gain = np.hstack([np.repeat(gain, seats, axis=1), np.zeros((len(scores), len(scores)))])
    rows, columns = linear_sum_assignment(gain, maximize=True)
    times.append(time.process_time() - begun)
placed = int((columns < len(scores[0]) * seats).sum())
print(json.dumps([statistics.median(times), placed, round(gain[rows, columns].sum()) - bonus * placed]))
"""


def instance(people: int, lists: int, *, forbidden: float) -> list[list[int | None]]:
    """Scores as they come about: a few shared attributes, a place, hours."""
    chance = random.Random(11)
    return [
        [
            None
            if chance.random() < forbidden
            else 1000 * (chance.random() < 0.2) + chance.choice((0, 200, 400, 600)) + chance.randrange(301)
            for _ in range(lists)
        ]
        for _ in range(people)
    ]


def theirs(scores: list[list[int | None]], seats: int, runs: int) -> tuple[float, int, int]:
    """CPU seconds, people placed and total of scipy; it is installed when it is not there."""
    home = OUT / "matching"
    if not (home / "bin" / "python").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "scipy"], check=True)
    file = OUT / "matching.json"
    bonus = 2 * len(scores) * 2000 + 1
    file.write_text(json.dumps({"scores": scores, "seats": seats, "runs": runs, "bonus": bonus}))
    done = subprocess.run([home / "bin" / "python", "-c", THEIRS, file], check=True, capture_output=True, text=True)
    seconds, placed, total = json.loads(done.stdout)
    return seconds, placed, total


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--lists", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    for name, share, forbidden in (("room for all", 1.0, 0.3), ("room for half", 0.5, 0.3), ("nine in ten forbidden", 1.0, 0.9)):
        scores = instance(given.people, given.lists, forbidden=forbidden)
        seats = max(1, round(given.people * share / given.lists))
        own = []
        for _ in range(given.runs):
            begun = time.process_time()
            found = match(scores, [1] * given.people, [Want(seats)] * given.lists)
            own.append(time.process_time() - begun)
        seconds, placed, total = theirs(scores, seats, given.runs)
        if (placed, total) != (found.placed, found.total):
            sys.exit(f"{name}: {found.placed} people and {found.total}, scipy {placed} and {total}")
        mine = statistics.median(own)
        print(f"{name}: {mine:.2f} s, scipy {seconds:.2f} s: {mine / seconds:.2f}x; both place {placed:,} with {total / 100:,.2f}")


if __name__ == "__main__":
    main()
