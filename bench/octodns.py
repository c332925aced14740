"""`campctl plan` of 10,000 users from a cold process against `octodns-sync` planning 10,000 records.

    python bench/octodns.py [--size 10000] [--runs 5]

octodns is installed into a virtual environment of its own under bench/out (once). On both sides everything exists
already and one in five differs from what is there, so both read their YAML, validate, read the present state, compare
and print a plan of updates. Ratios are of medians; memory is the peak of each process.
"""

from __future__ import annotations

import argparse
import subprocess
import venv
from pathlib import Path

from common import CAMPCTL, ENV, OUT, Job, campaign, drop_cache, measure_in_turn, report

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
    for name, changed in (("zones", True), ("target", False)):
        folder = OUT / name
        folder.mkdir(exist_ok=True)
        (folder / "example.org.yaml").write_text("---\n" + "".join(_record(n, changed=changed and n % 5 == 0) for n in range(size)))
    config = OUT / "octodns.yaml"
    config.write_text(CONFIG.format(zones=OUT / "zones", target=OUT / "target"))
    return [str(home / "bin" / "octodns-sync"), "--config-file", str(config)]


def _record(n: int, *, changed: bool) -> str:
    return f"p{n:05d}:\n  type: A\n  value: {'198.51.100' if changed else '192.0.2'}.{n % 254 + 1}\n"


def campctl(size: int) -> tuple[Path, list[str]]:
    """A campaign that was applied, and in which one user in five was then renamed; the command that plans it."""
    root = campaign(OUT / f"octodns-{size}", size)
    users = root / "users.yaml"
    users.write_text(users.read_text().replace("name: Member ", "name: Person "))
    subprocess.run([CAMPCTL, "-C", str(root), "apply", "--yes", "-q"], check=True, capture_output=True, env=ENV)
    lines = users.read_text().splitlines(keepends=True)
    people = [at for at, line in enumerate(lines) if line.startswith("    name: ")]
    for at in people[::5]:
        lines[at] = lines[at].replace("Person", "Member")
    users.write_text("".join(lines))
    return root, [CAMPCTL, "-C", str(root), "plan"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    root, plan = campctl(given.size)
    rows = measure_in_turn(
        {
            "octodns-sync": Job(octodns(given.size)),
            "campctl plan, no cache": Job(plan, before=lambda: drop_cache(root)),
            "campctl plan, warm cache": Job(plan),
        },
        runs=given.runs,
    )
    report("octodns-sync", rows.pop("octodns-sync"), rows)


if __name__ == "__main__":
    main()
