"""Fixtures of the engine's tests: a laboratory with a fake clock, exchanges in memory and a real store."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from campctl.apply.engine import apply
from campctl.apply.inputs import ApplyInput, ApplyReport
from campctl.model.changes import Binding, Change, Plan
from campctl.model.live import Capabilities
from campctl.model.records import JournalEntry, Run
from campctl.model.resources import Line, Resource, key_of
from campctl.ports.listener import Listener
from campctl.store import open_store
from campctl.testing.clock import FakeClock
from campctl.testing.memory import MemoryBackend


class Heard(Listener):
    """Remembers everything it is told."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str, str]] = []
        self.retries: list[tuple[str, int, float, str]] = []
        self.waits: list[tuple[str, float, str]] = []
        self.todo = -1
        self.ended: Run | None = None

    def run_started(self, run: Run, plan: Plan, todo: int) -> None:
        self.todo = todo

    def change_state(self, change: Change, state: str, error: str = "") -> None:
        self.states.append((change.id, state, error))

    def retrying(self, change: Change, attempt: int, wait: float, why: str) -> None:
        self.retries.append((change.id, attempt, wait, why))

    def waiting(self, backend: str, seconds: float, why: str) -> None:
        self.waits.append((backend, seconds, why))

    def run_ended(self, run: Run) -> None:
        self.ended = run


class Lab:
    """Makes changes and plans, and applies them."""

    def __init__(self, root: Path) -> None:
        self.clock = FakeClock()
        self.store: Any = open_store(root, clock=self.clock)
        self.heard = Heard()
        self.runs = 0

    def backend(self, name: str = "hq", *, resources: Sequence[Resource] = (), **capabilities: Any) -> MemoryBackend:
        return MemoryBackend(name, self.clock, Capabilities(**capabilities), resources)

    def create(self, after: Resource, *needs: Change, on: str = "hq") -> Change:
        return self._change("create", on, None, after, needs)

    def update(self, before: Resource, after: Resource, *needs: Change, on: str = "hq") -> Change:
        return self._change("update", on, before, after, needs)

    def rename(self, before: Resource, after: Resource, *needs: Change, on: str = "hq") -> Change:
        return self._change("rename", on, before, after, needs)

    def delete(self, before: Resource, *needs: Change, on: str = "hq") -> Change:
        return self._change("delete", on, before, None, needs)

    def _change(self, action: Any, on: str, before: Resource | None, after: Resource | None, needs: Sequence[Change]) -> Change:
        shown = after if after is not None else before
        assert shown is not None
        return Change(
            id=f"{action}:{on}:{key_of(shown)}",
            action=action,
            backend=on,
            before=before,
            after=after,
            needs=tuple(need.id for need in needs),
        )

    def lines(self, count: int, on: str = "hq") -> list[Change]:
        return [self.create(Line(f"user/u{n:04}", str(3000 + n), f"User {n}"), on=on) for n in range(count)]

    def plan(self, *changes: Change) -> Plan:
        return Plan(campaign="Test", at=self.clock.now(), binding=Binding(manifest="m", overrides="o"), changes=changes)

    def given(self, plan: Plan, *backends: MemoryBackend, **more: Any) -> ApplyInput:
        self.runs += 1
        run = more.pop("run", None) or Run(id=f"run{self.runs:04}", started=self.clock.now(), author="ann", command="apply")
        more.setdefault("listeners", (self.heard,))
        more.setdefault("store", self.store)
        return ApplyInput(
            plan=plan, run=run, backends={backend.name: backend for backend in backends}, clock=self.clock, random=random.Random(7), **more
        )

    def apply(self, changes: Sequence[Change], *backends: MemoryBackend, **more: Any) -> ApplyReport:
        return asyncio.run(apply(self.given(self.plan(*changes), *backends, **more)))

    def resume(self, report_or_run: ApplyReport | Run, changes: Sequence[Change], *backends: MemoryBackend, **more: Any) -> ApplyReport:
        run = report_or_run.run if isinstance(report_or_run, ApplyReport) else report_or_run
        return self.apply(changes, *backends, run=run, resume_from=self.store.journal(run.id), **more)

    def journal(self, run: str) -> list[JournalEntry]:
        return list(self.store.journal(run))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A laboratory."""
    made = Lab(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def keys() -> Callable[[Sequence[Change]], set[Any]]:
    """Keys of what changes leave behind."""
    return lambda changes: {key_of(change.after) for change in changes if change.after is not None}
