"""The live board: events folded a second, boards drawn of them, a day of 300,000 calls in memory, and how `status` starts.

    python bench/fold.py [--calls 300000] [--people 2000] [--runs 3]

The day runs on 40 hotlines and as many people as asked for; each call is four to eight events (queued, ringing, answered, busy,
ended, wrap-up, free), in one process of its own; memory is what the process has grown by between the first tenth of the day and
its end, with a board made five times a second of the day's time. `status` runs on the quickstart as a cold process, against
`hotline list` of the same campaign, which looks at the same exchange.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys

from common import CAMPCTL, OUT, Held, Job, measure_in_turn, verdict

DAY = """
import gc, json, resource, sys, time
from datetime import UTC, datetime, timedelta
from campctl.live.fold import Fold
from campctl.model.live import AgentNow, Event, Live, QueueNow
from campctl.model.resources import Key

calls, people, drawn = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "drawn"
start = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
queues = [f"hotline-{n}" for n in range(40)]
of_queue = [Key("queue", name) for name in queues]
lines = [f"user/person-{n}" for n in range(people)]
members = [Key("member", f"{queues[n % 40]}/{line}") for n, line in enumerate(lines)]
fold = Fold()
fold.look(Live(at=start, backend="pbx", since=start, epoch="1", queues=tuple(QueueNow(queue=name) for name in queues),
               agents=tuple(AgentNow(member.id, "free") for member in members), registered=frozenset(lines)))

def events(n, at):
    person = n * 7 % people
    queue, member, line, call = of_queue[person % 40], members[person], lines[person], f"call-{n}"
    def one(kind, key, after, **data):
        return Event(at=at + timedelta(seconds=after), backend="pbx", type=kind, key=key, data=data)
    yield one("call-queued", queue, 0, call=call, caller="+12175550100", waiting=1)
    if n % 9 == 0:
        yield one("call-abandoned", queue, 30, call=call, waited=30.0, why="abandoned")
        return
    yield one("agent-state", member, 1, state="ringing", reason="")
    yield one("call-answered", queue, 4, call=call, line=line, waited=4.0)
    yield one("agent-state", member, 4, state="busy", reason="")
    yield one("call-ended", queue, 184, call=call, line=line, talked=180.0)
    yield one("agent-state", member, 184, state="wrap-up", reason="")
    yield one("agent-state", member, 199, state="free", reason="")

def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1048576

spent, count, boards, first, board_time = 0.0, 0, 0, 0.0, 0.0
step = 86400.0 / calls
for begin in range(0, calls, 500):
    numbers = range(begin, min(calls, begin + 500))
    batch = sorted((event for n in numbers for event in events(n, start + timedelta(seconds=n * step))), key=lambda event: event.at)
    count += len(batch)
    began = time.process_time()
    if not drawn:
        for event in batch:
            fold.event(event)
        spent += time.process_time() - began
    else:
        due = batch[0].at
        for event in batch:
            fold.event(event)
            if event.at >= due:
                due = event.at + timedelta(seconds=1)
                before = time.process_time(); fold.board(event.at); board_time += time.process_time() - before
                boards += 1
    if not first and begin >= calls / 10:
        gc.collect(); first = rss()
gc.collect()
row = fold.board(start + timedelta(days=1, seconds=300)).hotlines.values()
assert drawn or sum(one.answered + one.abandoned for one in row) > 0
print(json.dumps([count / spent if spent else 0.0, rss() - first, boards and board_time / boards * 1000, rss()]))
"""
IMPORTS = """
import sys
from campctl.cli.main import run
run(["-C", sys.argv[1], "status", "-q"])
print(len([name for name in sys.modules if name.partition(".")[0] == "textual"]), file=sys.stderr)
"""


def day(calls: int, people: int, how: str) -> tuple[float, float, float, float]:
    """Events a second of CPU, MiB grown since the first tenth, milliseconds a board, MiB at the end."""
    done = subprocess.run([sys.executable, "-c", DAY, str(calls), str(people), how], check=True, capture_output=True, text=True)
    return tuple(json.loads(done.stdout))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=300_000)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    folded = [day(given.calls, given.people, "folded") for _ in range(given.runs)]
    drawn = [day(given.calls // 3, given.people, "drawn") for _ in range(given.runs)]
    root = OUT / "live"
    if not root.exists():
        subprocess.run([CAMPCTL, "init", str(root), "--seed", "quickstart"], check=True, capture_output=True)
        subprocess.run([CAMPCTL, "-C", str(root), "apply", "--yes", "-q"], check=True, capture_output=True)
    jobs = {name: Job([CAMPCTL, "-C", str(root), *argv, "-q"]) for name, argv in (("status", ["status"]), ("list", ["hotline", "list"]))}
    rows = measure_in_turn(jobs, runs=given.runs * 3)
    told = subprocess.run([sys.executable, "-c", IMPORTS, str(root)], check=True, capture_output=True, text=True).stderr
    rate = statistics.median(one[0] for one in folded)
    return verdict(
        [
            Held("50,000 events a second / events folded a second of CPU", 50_000 / rate, 1.0, f"{rate:,.0f} a second"),
            Held(
                "MiB grown in nine tenths of a day",
                max(one[1] for one in folded),
                5.0,
                f"{given.calls:,} calls, {folded[0][3]:.0f} MiB in all",
            ),
            Held("a board of 2,000 people and 40 hotlines, ms", statistics.median(one[2] for one in drawn), math.inf),
            Held("modules of textual that `status` loads", float(told.splitlines()[-1]), 0.0),
            Held(
                "`status` / `hotline list`, cold processes: wall",
                rows["status"].wall / rows["list"].wall,
                math.inf,
                f"{rows['status'].wall:.3f} s / {rows['list'].wall:.3f} s",
            ),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
