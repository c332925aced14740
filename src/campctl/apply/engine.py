"""Drives a plan through its backends: one lane and one verifier each, one journal for all.

The order of events for one change: needs met, intent durable, request sent, outcome and ownership journaled, read back.
`kill -9` between any two of these loses nothing: `apply` with `resume_from` looks up whatever has an intent and no
outcome before it does anything else.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from campctl.apply.inputs import ApplyInput, ApplyReport
from campctl.apply.lane import Lane
from campctl.apply.session import Session, of_backend
from campctl.apply.verify import Verifier
from campctl.errors import StoreError
from campctl.model.changes import State
from campctl.model.records import JournalEntry, RunStatus
from campctl.model.resources import Key, Resource


async def apply(given: ApplyInput) -> ApplyReport:
    """Do what the plan says, prove it, and report on every change.

    Raises `errors.StoreError` when the run cannot even be begun; later failures of the store, Ctrl-C and a lost lock
    are in the report (`stopped_by`). Backends are not closed.
    """
    store, clock = given.store, given.clock
    started = clock.monotonic()
    if given.resume_from is None:
        await asyncio.to_thread(store.begin_run, given.run)
    session = Session(given, await _owned(given))
    engine = _Engine(session)
    session.tell("run_started", given.run, given.plan, engine.todo(given.resume_from or ()))
    await engine.drive()
    run = replace(given.run, status=_status(session), ended=clock.now(), counts=_counts(session, clock.monotonic() - started))
    if session.journal.broken is None:
        try:
            await asyncio.to_thread(store.finish_run, run)
        except StoreError as error:
            session.stopped_by = error
    session.tell("run_ended", run)
    ids = [change.id for change in session.changes]
    return ApplyReport(
        states=dict(zip(ids, session.states, strict=True)),
        errors={ids[at]: error for at, error in sorted(session.errors.items())},
        notes={ids[at]: note for at, note in sorted(session.notes.items()) if at not in session.errors},
        run=run,
        stopped_by=session.stopped_by if run.status == "interrupted" or session.journal.broken is not None else None,
    )


async def resume(given: ApplyInput) -> ApplyReport:
    """Go on with a run that was interrupted or killed; its journal is read from the store unless it is given."""
    if given.resume_from is None:
        given = replace(given, resume_from=await asyncio.to_thread(given.store.journal, given.run.id))
    return await apply(given)


async def _owned(given: ApplyInput) -> Mapping[str, Mapping[Key, Resource]]:
    """What is owned on the backends where something is renamed: a rename takes along what refers to it."""
    names = {change.backend for change in given.plan.changes if change.action == "rename"}
    return {name: await asyncio.to_thread(given.store.owned, name) for name in sorted(names)}


class _Engine:
    """Puts lanes, verifiers and the journal together for one run."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lanes: dict[str, Lane] = {}
        self.verifiers: dict[str, Verifier] = {}
        for name, mine in of_backend(session.changes).items():
            lane = self.lanes[name] = Lane(session, session.given.backends[name], mine)
            verifier = self.verifiers[name] = Verifier(session, lane)
            lane.idle = verifier.idle
        session.offer = lambda at: self.lanes[session.changes[at].backend].offer(at)
        session.to_verify = lambda at, urgent: self.verifiers[session.changes[at].backend].accepted(at, urgent)
        self._look_at: dict[str, list[int]] = {}
        self._accepted: dict[int, datetime] = {}
        self._failed: list[tuple[int, str]] = []

    def todo(self, earlier: Iterable[JournalEntry]) -> int:
        """Sort the changes by what an earlier life of this run made of them; returns how many are left."""
        session = self.session
        index = session.graph.index
        last: dict[int, JournalEntry] = {index[entry.change]: entry for entry in earlier if entry.change in index}
        for at, entry in sorted(last.items()):
            session.attempts[at] = entry.attempt
            if entry.state == "pending":
                session.taken[at] = 1
                self._look_at.setdefault(session.changes[at].backend, []).append(at)
            elif entry.state == "failed":
                self._failed.append((at, entry.error))
            elif entry.state != "skipped":
                self._accepted[at] = entry.at
        return len(session.changes) - len(self._accepted) - len(self._failed)

    async def drive(self) -> None:
        """Run until every change is settled, or the run was stopped. What a task raises ends everything and is raised."""
        session = self.session
        if not session.changes:
            return
        writer = asyncio.ensure_future(session.journal.run())
        tasks = [writer]
        try:
            self._begin()
            session.given.stopper.listen(session.heard_stop)
            tasks += [asyncio.ensure_future(part) for part in self._parts()]
            tasks += [asyncio.ensure_future(lane.open(self._look_at.get(name, ()))) for name, lane in self.lanes.items()]
            await _until(session.finished, tasks)
            await _end(tasks[1:])
            if not session.aborted:
                flushing = asyncio.ensure_future(session.journal.flush())
                tasks.append(flushing)
                await _until(flushing, [writer])
        finally:
            await _end(tasks)

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        parts = [lane.work() for lane in self.lanes.values() for _ in range(lane.workers)]
        return [*parts, *(verifier.run() for verifier in self.verifiers.values())]

    def _begin(self) -> None:
        """Take over what earlier lives did, and let go what waits for nothing."""
        session = self.session
        for at in self._accepted:
            session.taken[at] = 1
            session.states[at] = "accepted"
        for at, since in self._accepted.items():
            session.resumed(at)
            self.verifiers[session.changes[at].backend].accepted_earlier(at, (session.clock.now() - since).total_seconds())
        for at, error in self._failed:
            session.failed_before(at, error)
        for at in session.graph.circular():
            session.skipped(at, "its needs run in a circle; please report the plan")
        for at in range(len(session.changes)):
            if session.graph.free(at) and not session.taken[at] and not session.settled(at):
                session.offer(at)


async def _until(done: asyncio.Future[None], tasks: Sequence[asyncio.Future[None]]) -> None:
    """Wait for `done`; what a task raises ends the wait."""
    running = set(tasks)
    while not done.done():
        ended, _ = await asyncio.wait({done, *running}, return_when=asyncio.FIRST_COMPLETED)
        for task in ended - {done}:
            task.result()
            running.discard(task)
    for task in running:
        if task.done():
            task.result()


async def _end(tasks: Sequence[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _status(session: Session) -> RunStatus:
    """How it ended: as "interrupted" whenever something is left that a resume settles."""
    if any(state == "pending" or not session.settled(at) for at, state in enumerate(session.states)):
        return "interrupted"
    if not session.errors:
        return "done"
    return "partial" if any(state in _GOOD for state in session.states) else "failed"


def _counts(session: Session, seconds: float) -> dict[str, int]:
    """By state, by action of what got through, by verb of the stories told in full; requests, retries, throttled, seconds."""
    counts: Counter[str] = Counter(session.states)
    good: set[str] = set()
    for at, change in enumerate(session.changes):
        if session.states[at] in _GOOD:
            counts[f"action:{change.action}"] += 1
            good.add(change.id)
    for story in session.given.plan.stories:
        if good.issuperset(story.changes):
            counts[f"verb:{story.verb}"] += 1
    counts.update({name: session.counts[name] for name in ("requests", "retries", "throttled")})
    counts["changes"] = len(session.changes)
    counts["seconds"] = round(seconds)
    return dict(sorted(counts.items()))


_GOOD: frozenset[State] = frozenset({"accepted", "configured", "live"})
