"""How cost grows with people: `campctl plan` from a cold process at 2,000, 20,000 and 100,000 users.

    python bench/scale.py [--sizes 2000,20000,100000] [--runs 1]

Each size twice: everything still to be created, and nothing to do (after an apply). The last columns are per 1,000
users; they stay level where cost is linear. Memory is the process's peak.
"""

from __future__ import annotations

import argparse
import subprocess

from common import CAMPCTL, ENV, OUT, Figures, campaign, drop_cache, measure


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="2000,20000,100000")
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    print(f"{'users':>8}  {'':22}{'wall s':>9}{'cpu s':>9}{'MiB':>8}{'cpu ms/1000':>13}{'MiB/1000':>10}")
    for size in map(int, given.sizes.split(",")):
        root = campaign(OUT / f"plan-{size}", size)
        for path in (root / ".campctl").glob("*.db*"):
            path.unlink()
        command = [CAMPCTL, "-C", str(root), "plan"]
        _row(size, "plan, all to create", measure(command, runs=given.runs, before=lambda root=root: drop_cache(root)))
        subprocess.run([CAMPCTL, "-C", str(root), "apply", "--yes", "-q"], check=True, capture_output=True, env=ENV)
        _row(size, "plan, nothing to do", measure(command, runs=given.runs, before=lambda root=root: drop_cache(root)))


def _row(size: int, what: str, figures: Figures) -> None:
    each = 1000 / size
    print(
        f"{size:>8,}  {what:22}{figures.wall:>9.2f}{figures.cpu:>9.2f}{figures.memory:>8.0f}"
        f"{figures.cpu * each * 1000:>13.1f}{figures.memory * each:>10.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
