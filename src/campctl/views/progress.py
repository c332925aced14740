"""Listeners of an apply: a progress bar for people, JSON lines for programs."""

from __future__ import annotations

# ruff: noqa: ARG002 - the methods and their arguments are the listener protocol's
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from campctl.errors import OutputFailed
from campctl.model.changes import Change, Plan, State
from campctl.model.records import Run
from campctl.ports.listener import Listener
from campctl.views.terminal import Terminal
from campctl.views.text import clip, harmless, seconds

PATIENCE = 0.5
"""Seconds an apply may take before a bar appears; most verbs are quicker."""
TOTAL = frozenset({"accepted", "configured", "live", "failed", "skipped"})


class Bar(Listener):
    """A progress bar on stderr; nothing at all when the run is over within `PATIENCE`, or when stderr is no terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._todo = 0
        self._done: set[str] = set()
        self._failed = 0
        self._began = monotonic()
        self._note = ""
        self._bar: Any = None
        self._task: Any = None

    def run_started(self, run: Run, plan: Plan, todo: int) -> None:
        self._todo = todo
        self._began = monotonic()

    def change_state(self, change: Change, state: State, error: str = "") -> None:
        if state in TOTAL:
            self._done.add(change.id)
        if state == "failed":
            self._failed += 1
        self._draw()

    def retrying(self, change: Change, attempt: int, wait: float, why: str) -> None:
        self._note = f"again in {seconds(wait)}: {why}"
        self._draw()

    def waiting(self, backend: str, seconds: float, why: str) -> None:
        self._note = f"{backend}: {why}"
        self._draw()

    def run_ended(self, run: Run) -> None:
        if self._bar is not None:
            with suppress(OSError):
                self._draw()
                self._bar.stop()
            self._bar = None

    def _draw(self) -> None:
        if self._bar is None:
            if not self._todo or monotonic() - self._began < PATIENCE:
                return
            self._start()
        failed = f"{self._failed} failed  " if self._failed else ""
        note = clip(harmless(failed + self._note), 40)
        self._bar.update(self._task, completed=min(len(self._done), self._todo), note=note)

    def _start(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

        from campctl.views.counting import drawn

        note = TextColumn("{task.fields[note]}", markup=False)
        self._bar = drawn(self._terminal, MofNCompleteColumn(), BarColumn(bar_width=None), TimeRemainingColumn(), note)
        self._task = self._bar.add_task("", total=self._todo, note="")
        with suppress(OSError):
            self._bar.start()


class Events(Listener):
    """One JSON object a line on stdout for everything that happens: `{"event": "change", ...}` (docs/output.md)."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._deaf = False

    def run_started(self, run: Run, plan: Plan, todo: int) -> None:
        self._emit("run-started", run=run.id, changes=len(plan.changes), todo=todo)

    def change_state(self, change: Change, state: State, error: str = "") -> None:
        self._emit("change", change=change.id, backend=change.backend, state=state, error=error)

    def retrying(self, change: Change, attempt: int, wait: float, why: str) -> None:
        self._emit("retrying", change=change.id, attempt=attempt, wait=round(wait, 3), why=why)

    def waiting(self, backend: str, seconds: float, why: str) -> None:
        self._emit("waiting", backend=backend, seconds=round(seconds, 3), why=why)

    def run_ended(self, run: Run) -> None:
        self._emit("run-ended", run=run.id, status=run.status, counts=run.counts)

    def _emit(self, event: str, **data: Any) -> None:
        from campctl.views.envelope import line

        if self._deaf:
            return
        try:
            self._terminal.write(line({"event": event, "at": datetime.now(UTC), **data}))
            self._terminal.flush()
        except (BrokenPipeError, OutputFailed):
            # Nobody listens any more (`| head`): no reason to stop an apply halfway.
            self._deaf = True
            self._terminal.drop()
