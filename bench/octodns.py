"""`campctl plan` of 10,000 users from a cold process against `octodns-sync` planning 10,000 records.

    python bench/octodns.py [--size 10000] [--runs 5]

octodns is installed into a virtual environment of its own under bench/out (once). Both start with empty targets and
plan creates only, so both read their YAML, validate, compare and print. Ratios are of medians of wall time, peak memory is the largest process of each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path

from common import OUT, campaign, measure, report

CONFIG = """\
providers:
  config: {{class: octodns.provider.yaml.YamlProvider, directory: {zones}, default_ttl: 300, enforce_order: false}}
  target: {{class: octodns.provider.yaml.YamlProvider, directory: {target}, default_ttl: 300, enforce_order: false}}
zones:
  example.org.: {{sources: [config], targets: [target]}}
"""


def octodns(size: int) -> list[str]:
    """The command that plans a zone of `size` records; installs octodns when it is not there."""
    home = OUT / "octodns"
    if not (home / "bin" / "octodns-sync").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "octodns"], check=True)
    zones, target = OUT / "zones", OUT / "target"
    zones.mkdir(exist_ok=True)
    target.mkdir(exist_ok=True)
    records = (f"p{n:05d}:\n  type: A\n  value: 192.0.2.{n % 254 + 1}\n" for n in range(size))
    (zones / "example.org.yaml").write_text("---\n" + "".join(records))
    config = OUT / "octodns.yaml"
    config.write_text(CONFIG.format(zones=zones, target=target))
    return [str(home / "bin" / "octodns-sync"), "--config-file", str(config)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    root = campaign(OUT / f"plan-{given.size}", given.size)
    base = measure(octodns(given.size), runs=given.runs)
    plan = [str(Path(sys.executable).parent / "campctl"), "-C", str(root), "plan"]
    cold = measure(plan, runs=given.runs, before=lambda: _drop_cache(root))
    warm = measure(plan, runs=given.runs)
    report("octodns-sync", base, {"campctl plan, no cache": cold, "campctl plan, warm cache": warm})


def _drop_cache(root: Path) -> None:
    for file in (root / ".campctl" / "cache").glob("*"):
        file.unlink()


if __name__ == "__main__":
    main()
