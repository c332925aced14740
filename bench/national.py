"""The national seed from cold processes: validate, plan, apply, light a port.

    python bench/national.py [--runs 5]

Baseline: `python -c pass` in the same run. "cold" has no manifest cache, "warm" has. What we hold ourselves to, in wall
seconds on two idle cores: 0.8 cold and 0.5 warm for validate and plan, 0.5 to light a port.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from common import CAMPCTL, ENV, OUT, Held, drop_cache, measure, report, verdict

MOST = {
    "validate, cold": 0.8,
    "validate, warm": 0.5,
    "plan of 4,132 changes, cold": 0.8,
    "plan of 4,132 changes, warm": 0.5,
    "port light, warm": 0.5,
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    root = OUT / "national"
    shutil.rmtree(root, ignore_errors=True)
    _do("init", str(root), "--seed", "national")
    here = [CAMPCTL, "-C", str(root)]

    def cold() -> None:
        drop_cache(root)

    def afresh() -> None:
        for path in (root / ".campctl").glob("*.db*"):
            path.unlink()

    base = measure([sys.executable, "-c", "pass"], runs=runs * 4)
    rows = {
        "validate, cold": measure([*here, "validate"], runs=runs, before=cold),
        "validate, warm": measure([*here, "validate"], runs=runs),
    }
    rows["plan of 4,132 changes, cold"] = measure([*here, "plan"], runs=runs, before=cold)
    rows["plan of 4,132 changes, warm"] = measure([*here, "plan"], runs=runs)
    rows["apply of 4,132 changes, warm"] = measure([*here, "apply", "--yes"], runs=runs, before=afresh)
    rows["plan of nothing, cold"] = measure([*here, "plan"], runs=runs, before=cold)
    rows["plan of nothing, warm"] = measure([*here, "plan"], runs=runs)
    desk, hotline = "chicago-hq/a100", "voter-protection"
    rows["port light, warm"] = measure(
        [*here, "port", "light", desk, "--hotline", hotline], runs=runs, before=lambda: _do("-C", str(root), "port", "dark", desk)
    )
    report("python -c pass", base, rows)
    said = "wall, so an upper bound on a busy machine"
    return verdict([Held(f"{name}: s", rows[name].wall, most, f"{rows[name].cpu:.2f} s of CPU; {said}") for name, most in MOST.items()])


def _do(*words: str) -> None:
    subprocess.run([CAMPCTL, *words], check=True, capture_output=True, env=ENV, cwd=Path.cwd())


if __name__ == "__main__":
    sys.exit(main())
