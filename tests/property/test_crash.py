"""`kill -9` at any instant: a resume ends where an undisturbed run does, nothing is done twice, no number is ever left alone."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.apply.engine import apply, resume
from campctl.apply.inputs import ApplyInput
from campctl.model.changes import Binding, Change, Plan
from campctl.model.live import Capabilities
from campctl.model.records import Owned, Run
from campctl.model.resources import Line, Location, Member, Queue, Route, key_of
from campctl.store import open_store
from campctl.testing.clock import FakeClock
from campctl.testing.memory import Done, MemoryBackend

HQ = Location("hq", "HQ", "1 Example Plaza", "Chicago", "IL", "60601")
HELP = Queue("help", "Help")
MOVERS = [Line(f"user/m{n}", str(3000 + n), f"Mover {n}", location="hq") for n in range(3)]
NUMBERS = {line.id: Route(f"+1312555010{n}", f"line/{line.id}") for n, line in enumerate(MOVERS)}
GONE = Line("user/gone", "3900", "Gone", location="hq")
OLD = Line("user/old-name", "3901", "Old Name", location="hq")
START = [
    HQ, HELP, *MOVERS, *NUMBERS.values(), GONE, OLD,
    Member("help", "user/old-name"), Member("help", "user/m0"), Route("+13125550109", "line/user/old-name"),
]  # fmt: skip


class Killed(BaseException):
    """`kill -9`, as seen from inside."""


class Deadly:
    """A store or a backend that dies before or after the nth call of one method, and stays dead."""

    def __init__(self, inner: Any, method: str, nth: int, when: str) -> None:
        self.inner, self._method, self._left, self._when = inner, method, nth, when
        self.killed = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name != self._method:
            return found
        return self._execute if name == "execute" else self._record

    def _due(self) -> bool:
        self._left -= 1
        self.killed |= self._left == 0
        return self.killed

    def _record(self, *args: Any) -> None:
        if (due := self._due()) and (self._when == "before" or self._left < 0):
            raise Killed
        self.inner.record(*args)
        if due:
            raise Killed

    async def _execute(self, changes: Any) -> Any:
        if (due := self._due()) and (self._when == "before" or self._left < 0):
            raise Killed
        outcomes = await self.inner.execute(changes)
        if due:
            raise Killed
        return outcomes


def change(action: Any, on: str, before: Any, after: Any, *needs: Change) -> Change:
    key = key_of(after if after is not None else before)
    return Change(id=f"{action}:{on}:{key}", action=action, backend=on, before=before, after=after, needs=tuple(n.id for n in needs))


def everything() -> Plan:
    """A plan with all that can go wrong: moves between exchanges, a rename that takes others along, creates, updates, deletes."""
    field_office = replace(HQ, id="field", name="Field")
    place = change("create", "field", None, field_office)
    changes = [place]
    for line in MOVERS:
        moved = replace(line, location="field")
        made = change("create", "field", None, moved, place)
        led = change("create", "field", None, NUMBERS[line.id], made)
        freed = change("delete", "hq", NUMBERS[line.id], None, led)
        needs = [freed]
        if line is MOVERS[0]:
            needs.append(change("delete", "hq", Member("help", line.id), None))
        changes += [made, led, *needs, change("delete", "hq", line, None, *needs)]
    changes.append(change("rename", "hq", OLD, replace(OLD, id="user/new-name", name="New Name")))
    changes.append(change("update", "hq", HELP, replace(HELP, max_waiting=40)))
    changes.append(change("delete", "hq", GONE, None))
    for n in range(6):
        made = change("create", "hq", None, Line(f"user/n{n}", str(3100 + n), f"New {n}", location="hq"))
        changes += [made, change("create", "hq", None, Member("help", f"user/n{n}"), made)]
    return Plan(campaign="Test", at=FakeClock().now(), binding=Binding(manifest="m", overrides="o"), changes=tuple(changes))


PLAN = everything()
ROUTED = {resource.number for resource in START if isinstance(resource, Route)}


class World:
    """Two exchanges, a store and a clock that outlive a killed run."""

    def __init__(self, root: Path, *, batch: int, concurrency: int, propagation: float) -> None:
        self.root = root
        self.clock = FakeClock()
        can = Capabilities(batch=batch, concurrency=concurrency, propagation=propagation)
        self.hq, self.field = MemoryBackend("hq", self.clock, can, START), MemoryBackend("field", self.clock, can)
        self.backends = {"hq": self.hq, "field": self.field}
        self.field.log = self.hq.log
        self.hq.latency = self.field.latency = 0.05
        self.hq.forgets = self.field.forgets = 0.0
        self.orphans: list[str] = []
        self.hq.after = self.field.after = self._look
        self.run = Run(id="run0001", started=self.clock.now(), author="ann", command="apply")
        with open_store(root, clock=self.clock) as store:
            earlier = Run(id="earlier", started=self.clock.now(), author="ann", command="apply")
            store.begin_run(earlier)
            store.finish_run(replace(earlier, status="done"))
            store.own([Owned("hq", key_of(one), one, "earlier") for one in START])

    def live(self, *, dies_in: str = "", nth: int = 0, when: str = "") -> bool:
        """One life of the run, from its beginning or where the last left off; whether it came to its end."""
        store: Any = open_store(self.root, clock=self.clock)
        backends: dict[str, Any] = dict(self.backends)
        used: Any = store
        if dies_in == "record":
            used = Deadly(store, "record", nth, when)
        elif dies_in:
            backends[dies_in] = Deadly(self.backends[dies_in], "execute", nth, when)
        begun = any(run.id == self.run.id for run in store.runs())
        what = ApplyInput(plan=PLAN, run=self.run, backends=backends, store=used, clock=self.clock, random=random.Random(1))
        try:
            report = asyncio.run(resume(what) if begun else apply(what))
        except Killed:
            return False
        finally:
            store.close()
        assert report.errors == {}
        assert report.run.status == "done"
        return True

    def state(self) -> Any:
        with open_store(self.root, clock=self.clock) as store:
            owned = {name: dict(store.owned(name)) for name in self.backends}
            assert not store.unfinished()
        return {name: backend.resources for name, backend in self.backends.items()}, owned

    def _look(self, log: list[Done]) -> None:
        """After each thing done: every number leads somewhere, to something that is there."""
        for number in ROUTED:
            routes = [b.resources[key] for b in self.backends.values() for key in b.resources if key == ("route", number)]
            if not any(isinstance(route, Route) and route.to for route in routes):
                self.orphans.append(f"{number} after {log[-1].change.id}")

    def check(self, undisturbed: Any) -> None:
        assert self.state() == undisturbed
        assert self.orphans == []
        assert max(Counter(done.change.id for done in self.hq.log).values()) == 1
        assert {done.change.id for done in self.hq.log} == {one.id for one in PLAN.changes}


SETTINGS = {"batch": 1, "concurrency": 3, "propagation": 0.0}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a run that nobody kills leaves behind."""
    world = World(tmp_path_factory.mktemp("undisturbed"), **SETTINGS)
    assert world.live()
    world.check(world.state())
    return world.state()


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_commit(tmp_path: Path, undisturbed: Any, when: str) -> None:
    """Before and after each journal commit of the run, from the first to the last."""
    nth = 0
    while True:
        nth += 1
        (root := tmp_path / str(nth)).mkdir()
        world = World(root, **SETTINGS)
        ended = world.live(dies_in="record", nth=nth, when=when)
        if not ended:
            assert world.live()
        world.check(undisturbed)
        if ended:
            break
    assert nth > 8


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["hq", "field"])
def test_killed_at_every_request(tmp_path: Path, undisturbed: Any, name: str, when: str) -> None:
    """Before each request is sent, and after it was done but not yet heard of."""
    nth = 0
    while True:
        nth += 1
        (root := tmp_path / str(nth)).mkdir()
        world = World(root, **SETTINGS)
        ended = world.live(dies_in=name, nth=nth, when=when)
        if not ended:
            assert world.live()
        world.check(undisturbed)
        if ended:
            break
    assert nth > 6


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    deaths=st.lists(
        st.tuples(st.sampled_from(["record", "hq", "field"]), st.integers(1, 12), st.sampled_from(["before", "after"])), max_size=4
    ),
    batch=st.sampled_from([1, 4, 100]),
    concurrency=st.sampled_from([1, 2, 8]),
    propagation=st.sampled_from([0.0, 0.7]),
)
def test_killed_again_and_again(
    tmp_path_factory: pytest.TempPathFactory, undisturbed: Any, deaths: Any, batch: int, concurrency: int, propagation: float
) -> None:
    """Several deaths in a row, in the resume too, under any batching, concurrency and delay."""
    world = World(tmp_path_factory.mktemp("world"), batch=batch, concurrency=concurrency, propagation=propagation)
    ended = False
    for dies_in, nth, when in deaths:
        ended = ended or world.live(dies_in=dies_in, nth=nth, when=when)
    assert ended or world.live()
    world.check(undisturbed)
