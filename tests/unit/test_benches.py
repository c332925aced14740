"""Benches are run by hand, and seldom: here it is only seen that they still begin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_every_bench_can_be_loaded() -> None:
    """As `python bench/NAME.py` loads it: nothing that it needs was renamed, and no other bench stands in its way."""
    names = sorted(path.stem for path in BENCH.glob("*.py"))
    load = f"import importlib, sys; sys.path.insert(0, {str(BENCH)!r}); [importlib.import_module(name) for name in {names!r}]"
    done = subprocess.run([sys.executable, "-c", load], capture_output=True, text=True, check=False, cwd=BENCH.parent)
    assert done.returncode == 0, done.stderr
