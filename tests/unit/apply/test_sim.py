"""The engine against the embedded exchange, whose clock, limits and faults are real ones; one of its victims is a real process."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from campctl.apply.engine import apply, resume
from campctl.apply.inputs import ApplyInput, Limits
from campctl.backends.sim import factory
from campctl.model.campaign import BackendSpec
from campctl.model.changes import Binding, Change, Plan
from campctl.model.records import Run
from campctl.model.resources import Line, Location, Member, Queue, Route, key_of
from campctl.ports.backend import BackendEnv
from campctl.store import open_store
from campctl.testing.clock import START, FakeClock

HQ = Location("hq", "HQ", "1 Example Plaza", "Chicago", "IL", "60601", floor="1")
HELP = Queue("help", "Help", extension="3900")


def plan_of(count):
    """A location, a queue, `count` lines, each a member with a number."""

    def create(after, *needs):
        return Change(id=f"create:hq:{key_of(after)}", action="create", backend="hq", after=after, needs=tuple(need.id for need in needs))

    place, queue = create(HQ), create(HELP)
    changes = [place, queue]
    for n in range(count):
        line = create(Line(f"user/u{n}", str(3000 + n), f"User {n}", location="hq"), place)
        changes += [
            line,
            create(Member("help", f"user/u{n}"), line, queue),
            create(Route(f"+131255501{n:02}", f"line/user/u{n}"), line),
        ]
    return Plan(campaign="Test", at=START, binding=Binding(manifest="m", overrides="o"), changes=tuple(changes))


def open_sim(root, clock, options):
    return factory.open(BackendSpec("hq", "sim", options), BackendEnv(root, clock, lambda name: ""))


FAULTS = [
    {},
    {"batch": 1},
    {"batch": 4, "concurrency": 2, "latency": "30ms"},
    {"batch": 1, "rate": 50},
    {"batch": 1, "rate": 50, "rate_known": False, "retry_after": "exact"},
    {"batch": 1, "rate": 50, "rate_known": False, "retry_after": "none"},
    {"batch": 1, "propagation": "3s"},
    {"batch": 1, "fail_calls": "3,7", "drop_before_calls": "5", "drop_after_calls": "9", "timeout_calls": "11"},
    {"batch": 1, "propagation": "2s", "timeout_calls": "4", "drop_before_calls": "6"},
    {"batch": 10, "half_calls": "2,3"},
    {"batch": 1, "latency": "100ms", "restart_calls": "9"},
    {"batch": 1, "fail_read_calls": "1,2"},
]


@pytest.mark.parametrize("options", FAULTS, ids=str)
def test_everything_ends_configured(tmp_path, options):
    """Whatever passes, the exchange and the ownership end as the plan says."""
    clock = FakeClock(grace=0.002)
    store, hq = open_store(tmp_path, clock=clock), open_sim(tmp_path, clock, options)
    plan = plan_of(8)
    given = ApplyInput(
        plan=plan,
        run=Run(id="run1", started=clock.now(), author="ann", command="apply"),
        backends={"hq": hq},
        store=store,
        clock=clock,
        limits=Limits(first_wait=0.5),
    )

    async def work():
        report = await apply(given)
        await clock.sleep(5)  # what the last request used of the limit comes back
        return report, await hq.observe()

    report, snapshot = asyncio.run(work())
    asyncio.run(hq.close())
    assert report.errors == {}
    assert Counter(report.states.values()) == {"configured": len(plan.changes)}
    assert dict(snapshot.resources) == {change.key: change.after for change in plan.changes} == dict(store.owned("hq"))
    store.close()


CHILD = """
    import asyncio, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    import test_sim
    test_sim.child(Path(sys.argv[1]), int(sys.argv[3]))
"""


class RealClock:
    """As it is; once `enough` says so, nobody who sleeps wakes any more."""

    def __init__(self, enough=lambda: False):
        self.enough = enough

    def now(self):
        from datetime import UTC, datetime

        return datetime.now(UTC)

    def monotonic(self):
        import time

        return time.monotonic()

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)
        if self.enough():
            await asyncio.Event().wait()


SLOW = {"batch": 1, "latency": "20ms", "concurrency": 3}


def child(root, goal):
    """What the process does that is killed in the middle of its requests, however late, and the one after it."""
    clock = RealClock(lambda: done(root) >= goal)
    with open_store(root, clock=clock) as store:
        hq = open_sim(root, clock, SLOW)
        run = Run(id="run1", started=clock.now(), author="ann", command="apply")
        given = ApplyInput(plan=plan_of(20), run=run, backends={"hq": hq}, store=store, clock=clock)
        report = asyncio.run(resume(given) if store.runs() else apply(given))
        asyncio.run(hq.close())
        assert report.errors == {}, report.errors
        assert report.run.status == "done"


def test_a_real_kill_9(tmp_path):
    """Three processes killed in the middle; the fourth ends where an undisturbed one does, and nothing was done twice."""
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path), str(Path(__file__).parent)]
    plan = plan_of(20)
    for goal in (5, 20, 40):
        victim = subprocess.Popen([*command, str(goal)])
        while done(tmp_path) < goal:
            assert victim.poll() is None
        victim.send_signal(signal.SIGKILL)
        assert victim.wait() == -signal.SIGKILL
    assert done(tmp_path) < len(plan.changes)
    assert subprocess.run([*command, str(sys.maxsize)], check=False).returncode == 0
    clock = RealClock()
    with open_store(tmp_path, clock=clock) as store:
        assert dict(store.owned("hq")) == {change.key: change.after for change in plan.changes}
        assert [run.status for run in store.runs()] == ["done"]
    assert operations(tmp_path) == Counter(change.id for change in plan.changes)


def operations(root):
    """What the exchange really did, by its own log."""
    import sqlite3

    path = root / ".campctl" / "sim-hq.db"
    if not path.exists():
        return Counter()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return Counter(change for (change,) in connection.execute("SELECT change FROM operation WHERE result = 'done'"))
    except sqlite3.OperationalError:
        return Counter()
    finally:
        connection.close()


def done(root):
    return sum(operations(root).values())
