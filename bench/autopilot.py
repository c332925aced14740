"""What the autopilot costs while nothing happens: CPU seconds over wall seconds, of one core.

    python bench/autopilot.py [--seconds 60] [--calls 3000]

A real process on the national seed (2,150 people, 900 desks, the embedded exchange), every hotline with `autoscale`: between start and
end it looks at the files, the overrides and the clock every five seconds, at each hotline's figures every thirty, and beats its lead.
`--calls N`: so many calls a day to each hotline, whose simulation is then part of the cost; without, nobody calls. Held to: 0.01.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from common import CAMPCTL, ENV, OUT

WARM = 8.0
"""Seconds until it has begun: the first apply, the first look."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--calls", type=int, default=0)
    asked = parser.parse_args()
    root = OUT / "autopilot"
    shutil.rmtree(root, ignore_errors=True)
    _do("init", str(root), "--seed", "national")
    hotlines = _autoscaled(root, asked.calls)
    _do("-C", str(root), "apply", "--yes")
    with (OUT / "autopilot.log").open("w") as log:
        process = subprocess.Popen([CAMPCTL, "-C", str(root), "autopilot"], env=ENV, stdout=log, stderr=log)
        try:
            time.sleep(WARM)
            begun, wall = _cpu(process.pid), time.monotonic()
            time.sleep(asked.seconds)
            used, passed = _cpu(process.pid) - begun, time.monotonic() - wall
            memory = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(timeout=60)
    peak = int(memory[1]) // 1024 if memory else 0
    print(f"national, {hotlines} hotlines with autoscale, {asked.calls:,} calls a day each, {passed:.0f} s, exit {status}")
    print(f"CPU {used:.2f} s / wall {passed:.0f} s = {used / passed:.4f} of a core (held to 0.01); peak {peak} MiB")
    return 0 if used / passed < 0.01 and status == 0 else 1


def _autoscaled(root: Path, calls: int) -> int:
    """Give every hotline `autoscale`, and the exchange its callers."""
    path = root / "hotlines.yaml"
    plain = re.sub(r"(?m)^    autoscale:.*\n(?:      .*\n)*", "", path.read_text(encoding="utf-8"))
    text, number = re.subn(r"(?m)^    answer:", "    autoscale: true\n    answer:", plain)
    path.write_text(text, encoding="utf-8")
    if calls:
        head = root / "campaign.yaml"
        head.write_text(head.read_text(encoding="utf-8").replace("type: sim", f'type: sim\n      calls: "{calls}"', 1), encoding="utf-8")
    return number


def _cpu(pid: int) -> float:
    """Seconds all its threads ran so far, to the nanosecond: turns this short fall between the ticks of /proc/PID/stat."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def _do(*words: str) -> None:
    done = subprocess.run([CAMPCTL, *words], check=False, capture_output=True, env=ENV, text=True)
    if done.returncode:
        sys.exit(f"campctl {' '.join(words)}: {done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
