"""A surging day on the embedded exchange: a fixed staff against the autopilot, the same callers call by call.

Time is jumped, not waited for: `campctl.testing.FakeClock`. Prints service levels by part of the day, seats, and the moves; exits with 1
when the autopilot misses the target of the day, or flaps. `--seed N` draws other callers, `--shape ordinary|debate-night|...` another day.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from campctl.app.context import Context
from campctl.app.notifying import Notifier
from campctl.app.piloting import fly
from campctl.app.piloting_cockpit import Orders, Reins
from campctl.app.results_piloting import Happened
from campctl.testing import FakeClock

DAY = datetime(2026, 10, 13, 12, 0, tzinfo=UTC)  # 07:00 in Chicago
HOURS = 17
SURGE = "2 1 1 1 1 2 6 20 60 80 80 80 90 80 80 90 100 130 240 420 500 300 90 20"
"""Calls an hour, nearly: a debate at eight in the evening."""

CAMPAIGN = """\
campaign:
  name: A surging day
  time_zone: America/Chicago
  main_number: "+13125550100"
  backends:
    local: {{ type: sim, calls: help={calls}, calls_shape: "{shape}", talk_time: 3m, patience: 3m, seed: {seed} }}
offices:
  hq:
    name: Headquarters
    address: {{ street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601" }}
    extensions: [3000-3199]
    notify_911: [security@example.org]
hotlines:
  help:
    name: Help
    extension: 3190
    seats: {{ baseline: {baseline}, min: 4, max: 44 }}
    answer: {{ roles: [helper] }}
    service: {{ answer_within: 20s, target: 80% }}
    max_wait: 0s
    wrap_up: 15s
    volume: {{ handling_time: 4m, patience: 3m }}
    autoscale: {autoscale}
users:
"""


def campaign(root: Path, *, seed: int, calls: int, shape: str, baseline: int, autoscale: str) -> None:
    """Write it into `root`: 44 made-up people who may answer one hotline."""
    text = CAMPAIGN.format(seed=seed, calls=calls, shape=shape, baseline=baseline, autoscale=autoscale)
    people = "".join(f"  h{n:02d}: {{ name: Helper {n}, office: hq, extension: {3000 + n}, role: helper }}\n" for n in range(1, 45))
    root.mkdir(parents=True, exist_ok=True)
    (root / "campaign.yaml").write_text(text + people, encoding="utf-8")


class Day:
    """What came of it: counters at each full hour, seats by the half minute, and what the autopilot told."""

    def __init__(self) -> None:
        self.counts: list[tuple[int, int, int]] = []
        self.seats: list[int] = []
        self.told: list[Happened] = []

    def level(self, first: int = 0, last: int = HOURS) -> float:
        """The share answered in time from one hour to another, hours since seven."""
        (a0, b0, w0), (a1, b1, w1) = self.counts[first], self.counts[last]
        return (w1 - w0) / max(1, a1 + b1 - a0 - b0)

    @property
    def moves(self) -> list[tuple[datetime, int, int]]:
        """When, from, to."""
        return [(one.at, one.data["before"], one.data["to"]) for one in self.told if one.event == "moved"]

    def reversals(self, hold: float) -> tuple[int, int]:
        """Down within `hold` of an up, up within `hold` of a down."""
        found = [0, 0]
        for at, before, to in self.moves:
            for later, other, then in self.moves:
                if 0 < (later - at).total_seconds() < hold and (to > before) != (then > other):
                    found[0 if to > before else 1] += 1
        return found[0], found[1]


async def play(root: Path, *, hours: int = HOURS) -> Day:
    """The day, with the autopilot at the phones."""
    clock, day, reins = FakeClock(DAY), Day(), Reins()
    ctx = Context(root, clock=clock, who="bench", command="campctl autopilot", environ={})
    flying = asyncio.ensure_future(fly(ctx, Orders(), reins, day.told.append, Notifier({}, clock)))
    await clock.sleep(1.0)
    backend = ctx.open_backend(ctx.campaign.backends["local"])
    for minute in range(hours * 60 + 1):
        queue = next(one for one in (await backend.live()).queues if one.queue == "help")
        day.seats.append(sum(queue.agents.values()))
        if minute % 60 == 0:
            day.counts.append((queue.answered, queue.abandoned, queue.within))
        await clock.sleep(60.0)
        if flying.done():
            break
    await backend.close()
    reins.stop("the end of the day")
    await flying
    ctx.close()
    return day


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", default=SURGE)
    parser.add_argument("--calls", type=int, default=2600)
    asked = parser.parse_args(argv)
    days = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, baseline, autoscale in (("fixed at 10", 10, "false"), ("fixed at 20", 20, "false"), ("autopilot", 10, "{ hold: 10m }")):
            root = Path(folder) / name.replace(" ", "-")
            campaign(root, seed=asked.seed, calls=asked.calls, shape=asked.shape, baseline=baseline, autoscale=autoscale)
            days[name] = asyncio.run(play(root))
    print(f"{'':12} {'calls':>6} {'day':>6} {'07-17':>6} {'17-19':>6} {'19-22':>6} {'22-24':>6} {'seat-hours':>11}  moves")
    for name, day in days.items():
        a, b, _ = day.counts[-1]
        parts = [day.level(), day.level(0, 10), day.level(10, 12), day.level(12, 15), day.level(15, 17)]
        print(f"{name:12} {a + b:6} {' '.join(f'{one:6.1%}' for one in parts)} {sum(day.seats) / 60:11.0f}  {len(day.moves)}")
    flown = days["autopilot"]
    down, up = flown.reversals(600.0)
    print(
        f"autopilot: {min(flown.seats)} to {max(flown.seats)} seats; down within 10 min of an up: {down}; up within 10 min of a down: {up}"
    )
    held = flown.level() >= 0.8 and flown.level(12, 15) >= 0.75
    print("held" if held and not down else "NOT HELD")
    return 0 if held and not down else 1


if __name__ == "__main__":
    sys.exit(main())
