"""Loading and validating against plain `yaml.load(..., CSafeLoader)` on the same file: CPU time and peak memory.

    python bench/load.py [--sizes 2000,20000,100000] [--runs 3]

Each measurement is a process of its own: CPU seconds of the load, and the process's peak resident memory. `import yaml` is done
before the baseline's clock starts, and the modules that parse before that of the cold load; "whole cpu" is a cold load with every
import but Python's own inside the clock. Printed are ratios of medians; the baseline runs in the same minute.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from common import ENV

from campctl.manifest.phones import area_code

HEAD = """\
campaign:
  name: Bench
  time_zone: America/Chicago
  main_number: "+12015550100"
  backend: local
  backends: { local: { type: sim } }
numbers:
  "+12015550100": { to: user/user.000000 }
"""
TARGETS = {"cold cpu": 0.25, "whole cpu": 0.25, "cold memory": 0.5, "warm cpu": 0.03}

BASELINE = """
import sys, time, resource, json, yaml
data = open(sys.argv[1] + "/campaign.yaml", "rb").read()
t = time.process_time()
yaml.load(data, yaml.CSafeLoader)
"""
OURS = """
import sys, time, resource, json
from pathlib import Path
EARLY
t = time.process_time()
from campctl.manifest.load import load
loaded = load(Path(sys.argv[1]), cache=CACHE)
assert loaded.campaign is not None and not loaded.findings, loaded.findings[:3]
assert loaded.from_cache is WARM
"""
MODULES = "import campctl.manifest.load, campctl.manifest.reading, campctl.manifest.blocks, campctl.manifest.rules"
TAIL = """
print(json.dumps([time.process_time() - t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def sample_numbers(count: int) -> list[str]:
    """Made-up numbers, 555-0100 to 555-0199 of every area code there is: about 35,000; people beyond have none."""
    codes = [str(code) for code in range(201, 990) if area_code(str(code))]
    return [f"+1{code}55501{last:02d}" for last in range(100) for code in codes][1 : count + 1]


def write(folder: Path, users: int) -> None:
    """A campaign of so many made-up people, 200 to an office, eight fields each."""
    numbers = sample_numbers(users)
    with (folder / "campaign.yaml").open("w", encoding="ascii") as file:
        file.write(HEAD + "offices:\n")
        for office in range((users + 199) // 200):
            first = 1000000 + office * 1000
            file.write(f"  office-{office:04d}:\n    name: Office {office}\n")
            file.write(f"    address: {{ street: {office + 1} Example Street, city: Chicago, state: IL, ")
            file.write(f'postal_code: "60601", floor: "1" }}\n    extensions: [{first}-{first + 999}]\n')
            file.write("    notify_911: [security@example.org]\n")
        file.write("users:\n")
        for user in range(users):
            office, place = divmod(user, 200)
            file.write(f"  user.{user:06d}:\n    name: Person Number {user}\n    office: office-{office:04d}\n")
            file.write(f"    extension: {1000000 + office * 1000 + place}\n")
            if user < len(numbers):
                file.write(f'    number: "{numbers[user]}"\n')
            file.write("    role: organizer\n    skills: [voter-protection, phones]\n    languages: [en, es]\n    permission: national\n")


def measure(code: str, folder: Path) -> tuple[float, float]:
    """(CPU seconds, peak MiB) of one process."""
    done = subprocess.run([sys.executable, "-c", code + TAIL, str(folder)], check=True, capture_output=True, text=True, env=ENV)
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def bench(users: int, runs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, users)
        whole = OURS.replace("CACHE", "False").replace("WARM", "False")
        cold, whole = whole.replace("EARLY", MODULES), whole.replace("EARLY", "")
        warm = OURS.replace("CACHE", "True").replace("WARM", "True").replace("EARLY", "import campctl.manifest.load")
        fill = OURS.replace("CACHE", "True").replace("assert loaded.from_cache is WARM", "").replace("EARLY", "")
        samples: dict[str, list[tuple[float, float]]] = {"plain": [], "cold": [], "whole": [], "warm": []}
        for _ in range(runs):
            for label, code in (("plain", BASELINE), ("cold", cold), ("whole", whole), ("warm", warm)):
                if label == "warm":
                    measure(fill, folder)
                samples[label].append(measure(code, folder))
        seconds = {label: statistics.median(sample[0] for sample in taken) for label, taken in samples.items()}
        peaks = {label: statistics.median(sample[1] for sample in taken) for label, taken in samples.items()}
    return {
        "plain s": seconds["plain"],
        "cold cpu": seconds["cold"] / seconds["plain"],
        "whole cpu": seconds["whole"] / seconds["plain"],
        "warm cpu": seconds["warm"] / seconds["plain"],
        "plain MiB": peaks["plain"],
        "cold MiB": peaks["cold"],
        "cold memory": peaks["cold"] / peaks["plain"],
        "cold us/user": seconds["cold"] / users * 1e6,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="20000")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    missed = 0
    for size in map(int, args.sizes.split(",")):
        result = bench(size, args.runs)
        print(
            f"{size:>7,} users:",
            ", ".join(f"{name} {value:.3f}" if value < 10 else f"{name} {value:.0f}" for name, value in result.items()),
        )
        if size == 20_000:
            for name, target in TARGETS.items():
                if result[name] > target:
                    missed += 1
                    print(f"         {name} {result[name]:.3f} misses its target {target}")
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
