"""What a killed run left open is looked up and recorded; nothing is changed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campctl.apply.settle import SettleInput, settle
from campctl.errors import Unavailable
from campctl.model.changes import Binding, Change, Plan
from campctl.model.live import Capabilities
from campctl.model.records import JournalEntry, Run
from campctl.model.resources import Key, Line, Location, Resource
from campctl.store import open_store
from campctl.testing.clock import FakeClock
from campctl.testing.memory import MemoryBackend

HQ = Location("hq", "HQ", "1 Example St", "Town", "IL", "60601")
ANN = Line("user/ann", "101", "Ann", location="hq")
OLD = Line("user/ann", "101", "Anne", location="hq")
CREATE = Change(id="create:hq:line/user/ann", action="create", backend="hq", after=ANN)
UPDATE = Change(id="update:hq:line/user/ann", action="update", backend="hq", before=OLD, after=ANN)
DELETE = Change(id="delete:hq:line/user/ann", action="delete", backend="hq", before=ANN)
RENAME = Change(
    id="rename:hq:line/user/ann", action="rename", backend="hq", before=Line("user/anna", "101", "Ann", location="hq"), after=ANN
)


class Killed:
    """A run that journaled its intents and then nothing."""

    def __init__(self, root: Path, *changes: Change, found: tuple[Resource, ...], state: Any = "pending", propagation: float = 0.0) -> None:
        self.clock = FakeClock()
        self.store = open_store(root, clock=self.clock)
        self.backend = MemoryBackend("hq", self.clock, Capabilities(propagation=propagation), [HQ, *found])
        self.run = Run(id="r1", started=self.clock.now(), author="ann", command="campctl apply")
        self.plan = Plan(campaign="c", at=self.clock.now(), binding=Binding(manifest="", overrides=""), changes=changes)
        self.store.begin_run(self.run)
        self.store.record([JournalEntry(run="r1", change=change.id, state=state, at=self.clock.now()) for change in changes])

    def __del__(self) -> None:
        self.store.close()

    def settle(self, **backends: Any) -> Run:
        given = SettleInput(plan=self.plan, run=self.run, backends=backends or {"hq": self.backend}, store=self.store, clock=self.clock)
        return asyncio.run(settle(given))


@pytest.mark.parametrize(
    ("change", "found", "status", "owned"),
    [
        (CREATE, (ANN,), "done", True),
        (CREATE, (), "failed", False),
        (CREATE, (OLD,), "failed", False),
        (UPDATE, (ANN,), "done", True),
        (UPDATE, (OLD,), "failed", False),
        (DELETE, (), "done", False),
        (DELETE, (ANN,), "failed", False),
        (RENAME, (ANN,), "done", True),
    ],
)
def test_what_became_of_an_intent(tmp_path: Path, change: Change, found: tuple[Resource, ...], status: str, *, owned: bool) -> None:
    """Found as it should be, it is done and owned; found otherwise it is not, and nobody owns what they did not make."""
    killed = Killed(tmp_path, change, found=found)
    assert killed.settle().status == status
    assert (Key("line", "user/ann") in killed.store.owned_keys("hq")) is owned
    assert killed.store.unfinished() == []
    assert killed.backend.calls == 0


def test_what_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    """On an exchange that takes a while to show what it accepted, nothing is believed undone before that."""
    killed = Killed(tmp_path, CREATE, found=(), propagation=5.0)
    killed.backend.resources[Key("line", "user/ann")] = ANN
    before = killed.clock.monotonic()
    killed.settle()
    assert killed.clock.monotonic() - before >= 5.0


def test_a_clock_set_back_does_not_wait_for_ever(tmp_path: Path) -> None:
    """Journal lines from the future are waited for as long as new ones, no longer."""
    killed = Killed(tmp_path, CREATE, found=(ANN,), propagation=5.0)
    killed.clock.set_back(timedelta(days=3).total_seconds())
    before = killed.clock.monotonic()
    assert killed.settle().status == "done"
    assert killed.clock.monotonic() - before <= 10.0


def test_accepted_changes_are_left_as_they_are(tmp_path: Path) -> None:
    """What has an outcome is not looked up again; the next plan sees what is there."""
    killed = Killed(tmp_path, CREATE, found=(), state="accepted")
    assert killed.settle().status == "done"
    assert killed.backend.looks == 0


def test_a_backend_that_left_the_campaign(tmp_path: Path) -> None:
    """Its open intents are closed with the reason, so that they do not come back at every apply."""
    killed = Killed(tmp_path, CREATE, found=())
    assert killed.settle(other=killed.backend).status == "failed"
    assert "no longer in the campaign" in killed.store.journal("r1")[-1].error


def test_an_exchange_that_does_not_answer_keeps_only_its_own_open(tmp_path: Path) -> None:
    """What was sent to the others is recorded; the run stays open until that one answers, and ends then."""
    other = Change(id="create:old:line/user/ann", action="create", backend="old", after=ANN)
    killed = Killed(tmp_path, other, CREATE, found=(ANN,))
    old = MemoryBackend("old", killed.clock, Capabilities(), [HQ, ANN])
    dead = MemoryBackend("old", killed.clock, Capabilities())

    async def nothing(keys: object = None) -> None:
        raise Unavailable("old does not answer.", backend="old")

    dead.observe = nothing  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        killed.settle(old=dead, hq=killed.backend)
    assert Key("line", "user/ann") in killed.store.owned_keys("hq")
    assert [run.id for run in killed.store.unfinished()] == ["r1"]
    assert killed.settle(old=old, hq=killed.backend).status == "done"
    assert killed.store.unfinished() == []
