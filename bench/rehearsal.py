"""A day of 500,000 calls and 2,000 agents: the event loop and the fast path against simpy, on the same variates.

    python bench/rehearsal.py [--calls 500000] [--agents 2000] [--runs 3]

simpy is installed into a virtual environment of its own under bench/out (once) and runs there, from the same file of arrivals,
talk times and patience; all three must give the same fate to every call. CPU seconds of the simulation alone, ratios of medians
to simpy's; memory is the peak of a whole process. Last, `campctl rehearse` as a whole: election day of the national seed with 300,000
calls, ten times what its people can answer, so that every queue is full all day; CPU seconds and peak of a cold process.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import venv
from array import array
from pathlib import Path
from random import Random

from common import CAMPCTL, OUT, Held, verdict

SIMPY = """
import sys, time, json, resource
from array import array
import simpy

def read(path):
    with open(path, "rb") as file:
        count = int.from_bytes(file.read(8), "little")
        columns = []
        for _ in range(3):
            column = array("d"); column.frombytes(file.read(8 * count)); columns.append(column)
    return columns

arrivals, talk, patience = read(sys.argv[1])
env = simpy.Environment()
seats = simpy.Resource(env, capacity=int(sys.argv[2]))
waits = array("d", bytes(8 * len(arrivals)))

def call(n):
    came = env.now
    with seats.request() as seat:
        yield seat | env.timeout(patience[n])
        if seat.triggered:
            waits[n] = env.now - came
            yield env.timeout(talk[n])
        else:
            waits[n] = -1.0

def source():
    for n, at in enumerate(arrivals):
        yield env.timeout(at - env.now)
        env.process(call(n))

env.process(source())
begin = time.process_time()
env.run()
spent = time.process_time() - begin
with open(sys.argv[3], "wb") as file:
    waits.tofile(file)
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""

OWN = """
import sys, time, json, resource, gc
from array import array
from campctl.capacity.rehearsal.stage import Calls, Hotline, Stage, Stint
from campctl.capacity.rehearsal.fast import play
from campctl.capacity.rehearsal.loop import Loop

gc.disable()
with open(sys.argv[1], "rb") as file:
    count = int.from_bytes(file.read(8), "little")
    columns = []
    for _ in range(3):
        column = array("d"); column.frombytes(file.read(8 * count)); columns.append(column)
calls = Calls(*columns)
stints = tuple(Stint(agent, 0, 0.0, float("inf")) for agent in range(int(sys.argv[2])))
begin = time.process_time()
if sys.argv[4] == "fast":
    fates = play(calls, stints, 0.0)
else:
    (fates,) = Loop(Stage(hotlines=(Hotline(name="one"),), stints=stints, calls=(calls,))).play()
spent = time.process_time() - begin
with open(sys.argv[3], "wb") as file:
    fates.waits.tofile(file)
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def variates(calls: int) -> Path:
    """A file with a day of two peaks, drawn by campctl itself."""
    from campctl.capacity.rehearsal.variates import draw

    counts = [calls / 96 * (1 + 0.6 * math.sin(n / 96 * 4 * math.pi)) for n in range(96)]
    drawn = draw(counts, 900.0, 300.0, 120.0, Random(1).random)
    path = OUT / f"day-{calls}.bin"
    with path.open("wb") as file:
        file.write(len(drawn.arrivals).to_bytes(8, "little"))
        for column in (drawn.arrivals, drawn.talk, drawn.patience):
            column.tofile(file)
    return path


def simpy_python() -> str:
    """The interpreter that has simpy; installs it when it is not there."""
    home = OUT / "simpy"
    if not (home / "bin" / "python").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "simpy"], check=True)
    return str(home / "bin" / "python")


def run(python: str, code: str, *words: str) -> tuple[float, float]:
    """CPU seconds and MiB of one simulation."""
    done = subprocess.run([python, "-c", code, *words], check=True, capture_output=True, text=True)
    spent, memory = json.loads(done.stdout)
    return spent, memory


def waits(path: Path) -> array[float]:
    """What became of every call."""
    found = array("d")
    found.frombytes(path.read_bytes())
    return found


def whole() -> tuple[float, float]:
    """CPU seconds and MiB of `campctl rehearse` on the national seed."""
    root = OUT / "rehearsal-national"
    if not root.exists():
        subprocess.run([CAMPCTL, "init", str(root), "--seed", "national"], check=True, capture_output=True)
    argv = [CAMPCTL, "-C", str(root), "rehearse", "--day", "2026-11-03", "--calls", "300000", "-q", "-o", "json"]
    code = (
        "import subprocess, resource, json; subprocess.run(%r, check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))"
    )
    return run(sys.executable, code % (argv,))


def main() -> int:
    """Measure and print; 1 where something is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500_000)
    parser.add_argument("--agents", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    day, other = variates(given.calls), simpy_python()
    ways = {"simpy": (other, SIMPY), "event loop": (sys.executable, OWN), "fast path": (sys.executable, OWN)}
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(given.runs):
        for name, (python, code) in ways.items():
            out = OUT / f"waits-{name.split()[0]}.bin"
            seen[name].append(run(python, code, str(day), str(given.agents), str(out), name.split()[0]))
    theirs, loop, fast = (waits(OUT / f"waits-{name.split()[0]}.bin") for name in ways)
    apart = max((abs(a - b) for a, b in zip(theirs, loop, strict=True)), default=0.0)
    print(f"{len(loop)} calls, {given.agents} agents; given up: {sum(wait < 0 for wait in loop) / len(loop):.3%}")
    print(f"loop and fast path equal, call by call: {loop == fast}; farthest from simpy: {apart:.1e} s")
    base = statistics.median(spent for spent, _ in seen["simpy"])
    for name, rows in seen.items():
        spent = statistics.median(spent for spent, _ in rows)
        print(f"{name:12} {spent:8.2f} s CPU  {spent / base:6.3f} x simpy  {max(memory for _, memory in rows):6.0f} MiB")
    rows = []
    for name, most in (("event loop", 0.10), ("fast path", 0.025)):
        spent = statistics.median(spent for spent, _ in seen[name])
        rows.append(Held(f"{name} / simpy: CPU", spent / base, most))
        rows.append(Held(f"{name}: MiB", max(memory for _, memory in seen[name]), 150.0))
    rows.append(Held("calls whose fate is another one's on the fast path", sum(a != b for a, b in zip(loop, fast, strict=True)), 0.0))
    rows.append(Held("farthest from simpy: s", apart, 1e-6))
    days = [whole() for _ in range(given.runs)]
    rows.append(Held("rehearse of national, 300,000 calls: s of CPU", statistics.median(spent for spent, _ in days), 5.0))
    rows.append(Held("rehearse of national, 300,000 calls: MiB", max(memory for _, memory in days), 150.0))
    return verdict(rows)


if __name__ == "__main__":
    sys.exit(main())
