"""What a killed run had sent without hearing the answer: looked up and recorded, so that a new plan starts from the truth.

Nothing is changed on a backend. Without this a resource whose creation was accepted an instant before the kill would be
found by the next plan as somebody else's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from campctl.apply.judge import judge, keys_of
from campctl.apply.owning import Ledger
from campctl.errors import BackendError
from campctl.model.changes import Change, Plan, State
from campctl.model.records import JournalEntry, Owned, Run, RunStatus
from campctl.model.resources import Key, Resource
from campctl.ports.backend import Backend
from campctl.ports.clock import Clock
from campctl.ports.store import Store

MARGIN = 1.0
"""Seconds on top of a backend's propagation until what is not visible is believed not to have been done, and on top of its
`durable_after`, because the killed run may have sent its last request a little after it journaled the intent."""


class SettleInput(Struct, frozen=True, kw_only=True):
    """A run that ended without saying so, its plan, and the backends it was at work on."""

    plan: Plan
    run: Run
    backends: Mapping[str, Backend]
    store: Store
    clock: Clock


async def settle(given: SettleInput) -> Run:
    """Record what became of every intent without an outcome, and end the run: "done", "partial" or "failed".

    Where a backend does not answer, what became of the others' is recorded all the same; then its error is raised, and the run is
    left to be settled later.
    """
    journal = given.store.journal(given.run.id)
    last = {entry.change: entry for entry in journal}
    changes = {change.id: change for change in given.plan.changes}
    states: dict[str, State] = {name: entry.state for name, entry in last.items() if name in changes}
    by_backend: dict[str, list[Change]] = {}
    for name in states:
        by_backend.setdefault(changes[name].backend, []).append(changes[name])
    silent: BackendError | None = None
    for backend, mine in by_backend.items():
        open_ones = [change for change in mine if states[change.id] == "pending"]
        if backend in given.backends:
            try:
                await _let_arrive(given, backend, max(last[change.id].at for change in mine))
                states.update(await _look(given, given.backends[backend], open_ones))
            except BackendError as error:
                silent = silent or error
        else:
            states.update(dict.fromkeys((change.id for change in open_ones), "failed"))
            await _say(given, open_ones, f"backend {backend} is no longer in the campaign, so nobody could look")
    if silent is not None:
        raise silent
    run = replace(given.run, status=_status(given.plan, states), ended=given.clock.now(), counts=_counts(given.plan, states))
    given.store.finish_run(run)
    return run


async def _let_arrive(given: SettleInput, backend: str, newest: datetime) -> None:
    """Wait until what was accepted last has had the time this backend takes to show and to keep it. A clock set back waits no longer."""
    can = given.backends[backend].capabilities
    needs = max(can.propagation, can.durable_after)
    if needs > 0.0:
        age = (given.clock.now() - newest).total_seconds()
        await given.clock.sleep(min(max(needs + MARGIN - age, 0.0), needs + MARGIN))


async def _look(given: SettleInput, backend: Backend, changes: Sequence[Change]) -> dict[str, State]:
    if not changes:
        return {}
    found: Mapping[Key, Resource] = (await backend.observe({key for change in changes for key in keys_of(change)})).resources
    renames = any(change.action == "rename" for change in changes)
    ledger = Ledger(given.run.id, {backend.name: given.store.owned(backend.name)} if renames else {})
    states: dict[str, State] = {}
    entries: list[JournalEntry] = []
    owned: list[Owned] = []
    gone: list[tuple[str, Key]] = []
    for change in changes:
        verdict = judge(change, found, backend.capabilities.unsupported)
        states[change.id] = "configured" if verdict == "after" else "failed"
        why = {"after": "", "before": "the run ended before it was done", "neither": "found neither as it was nor as it should be"}[verdict]
        entries.append(JournalEntry(run=given.run.id, change=change.id, state=states[change.id], at=given.clock.now(), error=why))
        if verdict == "after" or (verdict == "neither" and backend.capabilities.halves):
            mine, not_mine = ledger.accepted(change) if verdict == "after" else ledger.half_done(change, found)
            owned += mine
            gone += not_mine
    await asyncio.to_thread(given.store.record, entries, owned, gone)
    return states


async def _say(given: SettleInput, changes: Sequence[Change], why: str) -> None:
    now = given.clock.now()
    entries = [JournalEntry(run=given.run.id, change=change.id, state="failed", at=now, error=why) for change in changes]
    await asyncio.to_thread(given.store.record, entries)


_GOOD = frozenset({"accepted", "configured", "live"})


def _status(plan: Plan, states: Mapping[str, State]) -> RunStatus:
    good = sum(state in _GOOD for state in states.values())
    return "done" if good == len(plan.changes) else "partial" if good else "failed"


def _counts(plan: Plan, states: Mapping[str, State]) -> dict[str, int]:
    counts = Counter(states.values())
    counts["skipped"] += len(plan.changes) - len(states)
    return {**{str(state): count for state, count in sorted(counts.items()) if count}, "changes": len(plan.changes)}
