"""One run while it is under way: the state of every change, and everything that follows from a change of state.

Each transition happens here and nowhere else: it is journaled with the ownership that follows from it, told to the
listeners, and passed on to the changes that wait for it. Lanes and verifiers call; this class never asks a backend.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

from campctl.apply.graph import Graph
from campctl.apply.inputs import ApplyInput
from campctl.apply.journal import Writer
from campctl.apply.owning import Effect, Ledger
from campctl.errors import CampctlError, Interrupted, StoreError
from campctl.model.changes import Change, State
from campctl.model.records import JournalEntry, Owned
from campctl.model.resources import Key, Resource

RANK: dict[State, int] = {"pending": 0, "accepted": 1, "configured": 2, "live": 3, "failed": 4, "skipped": 4}


class Session:
    """The run's memory. Changes are named by their position in the plan (`at`)."""

    def __init__(self, given: ApplyInput, owned: Mapping[str, Mapping[Key, Resource]]) -> None:
        self.given = given
        self.clock = given.clock
        self.changes = given.plan.changes
        self.graph = Graph(self.changes)
        self.states: list[State] = ["pending"] * len(self.changes)
        self.attempts = [0] * len(self.changes)
        self.errors: dict[int, str] = {}
        self.notes: dict[int, str] = {}
        self.taken = bytearray(len(self.changes))
        self.counts: Counter[str] = Counter()
        self.journal = Writer(given.store, given.clock, self._store_failed)
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stopping = False
        self.aborted = False
        self.stopped_by: CampctlError | None = None
        self.in_flight = 0
        self.offer: Callable[[int], None] = _nobody
        """Set by the engine: gives a change that may go to its lane."""
        self.to_verify: Callable[[int, bool], None] = _nobody
        """Set by the engine: tells the change's verifier that it was accepted, and whether somebody waits for the look."""
        self._listeners = list(given.listeners)
        self._ledger = Ledger(given.run.id, owned)
        self._settled = bytearray(len(self.changes))
        self._left = len(self.changes)
        self._stop = asyncio.Event()

    # What changes go through, in the order in which they do.

    def intend(self, batch: list[int], then: Callable[[], None]) -> None:
        """Journal the intents of changes about to be sent; `then` is called once they are durable."""
        now = self.clock.now()
        run = self.given.run.id
        for at in batch:
            self.taken[at] = 1
            self.attempts[at] += 1
        self.journal.intents(
            [JournalEntry(run=run, change=self.changes[at].id, state="pending", at=now, attempt=self.attempts[at]) for at in batch], then
        )

    def accepted(self, at: int, note: str = "") -> None:
        """The backend said yes, or a look-up found it done."""
        if note:
            self.notes[at] = note
        owned, disowned = self._ledger.accepted(self.changes[at])
        self._enter(at, "accepted", "", owned, disowned)
        self.resumed(at)

    def resumed(self, at: int) -> None:
        """It was accepted, now or in an earlier life of this run: others may go, and it is to be read back."""
        for child in self.graph.reach(at, "accepted"):
            self._ready(child)
        if self.given.wait == "accepted":
            self._settle(at)
        self.to_verify(at, self.graph.urgent(at))

    def seen(self, at: int) -> None:
        """It was read back and is as written, but a crash of the backend could still undo it: only who waits for the look may go."""
        for child in self.graph.reach(at, "seen"):
            self._ready(child)

    def configured(self, at: int) -> None:
        """It was read back, late enough to be believed, and is as written."""
        if RANK[self.states[at]] < RANK["configured"]:
            self._enter(at, "configured")
        self.seen(at)
        for child in self.graph.reach(at, "configured"):
            self._ready(child)
        if self.given.wait != "live":
            self._settle(at)

    def live(self, at: int) -> None:
        """It is in effect."""
        self._enter(at, "live")
        self._settle(at)

    def enough(self, at: int, note: str) -> None:
        """It gets no further, which is worth a remark but no failure."""
        self.notes[at] = note
        self._settle(at)

    def unproven(self, at: int, error: str) -> None:
        """Accepted, but it could not be read back: the state stays, the error is told, whoever waits for it is skipped."""
        self.errors[at] = error
        self._settle(at)
        self._skip_below(at)

    def failed(self, at: int, error: str, found: Mapping[Key, Resource] | None = None) -> None:
        """It is not done. `found`: what is there, when the backend had said yes; ownership follows that."""
        self._failed(at, error, ((), ()) if found is None else self._ledger.not_in_effect(self.changes[at], found))

    def half_done(self, at: int, error: str, found: Mapping[Key, Resource]) -> None:
        """Its answer was lost, and `found` is neither as before nor as wanted, on a backend that may do half of a change."""
        self._failed(at, error, self._ledger.half_done(self.changes[at], found))

    def _failed(self, at: int, error: str, effect: Effect) -> None:
        self.errors[at] = error
        owned, disowned = effect
        self._enter(at, "failed", error, owned, disowned)
        self._settle(at)
        self._skip_below(at)

    def skipped(self, at: int, why: str) -> None:
        """It was not tried, and will not be."""
        if not self._settled[at]:
            self._skip(at, why)
            self._skip_below(at)

    def unknown(self, at: int, error: str) -> None:
        """Nobody can say whether it was done: it stays pending, so that the next run looks before anything else."""
        self.errors[at] = error
        self._settle(at)
        self._skip_below(at)

    def lost(self, again: list[int]) -> None:
        """The backend restarted and forgot these although it had acknowledged them: they are done once more."""
        for at in again:
            self.taken[at] = 0
            self.reopen(at)
            self._set(at, "pending", "lost in a restart of the exchange; done once more")
        for at in self.graph.reset(again):
            self._ready(at)

    def reopen(self, at: int) -> None:
        """It was settled, and has to be looked at once more."""
        if self._settled[at]:
            self._settled[at] = 0
            self._left += 1

    def failed_before(self, at: int, error: str) -> None:
        """It failed in an earlier life of this run, which the journal already says; it stays so."""
        self.taken[at] = 1
        self.errors[at] = error
        self.states[at] = "failed"
        self._settle(at)
        self._skip_below(at)

    def park(self, at: int, needs: list[int]) -> None:
        """Refused while its needs were not yet read back: it is tried once more after they were."""
        self.taken[at] = 0
        for need in needs:
            self.graph.wait(at, need, "seen")
            self.to_verify(need, True)

    # Telling, waiting, ending.

    def tell(self, what: str, *args: object) -> None:
        """Tell every listener; one that raises is not told anything any more."""
        for listener in tuple(self._listeners):
            try:
                getattr(listener, what)(*args)
            except Exception:  # noqa: BLE001  # whatever a listener does wrong, the apply goes on
                self._listeners.remove(listener)

    async def rest(self, seconds: float) -> None:
        """Wait, but not beyond a stop when it is long."""
        if seconds <= 0.25:
            await self.clock.sleep(seconds)
            return
        sleeping = asyncio.ensure_future(self.clock.sleep(seconds))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopping.cancel()

    def heard_stop(self) -> None:
        """The stopper was asked: once, start nothing new; twice, end at once."""
        stopper = self.given.stopper
        self.halt(stopper.error or Interrupted(f"{stopper.why}; what was in flight was finished, the rest was not started"))
        if stopper.asked > 1:
            self.aborted = True
            self._finish()

    def halt(self, error: CampctlError) -> None:
        """Start nothing new; the run ends when nothing is in flight."""
        if not self.stopping:
            self.stopping = True
            self.stopped_by = error
            self._stop.set()
        self.check()

    def check(self) -> None:
        """End the run when there is nothing left to do or to wait for."""
        if not self._left or (self.stopping and not self.in_flight):
            self._finish()

    def _finish(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)

    def _store_failed(self, error: StoreError) -> None:
        self.halt(error)

    def _ready(self, at: int) -> None:
        if not self.taken[at] and not self._settled[at]:
            self.offer(at)

    def _skip_below(self, at: int) -> None:
        roots = [at]
        for root in roots:
            for child in self.graph.below(root):
                if not self.taken[child] and not self._settled[child]:
                    self._skip(child, self.because(root))
                    roots.append(child)

    def _skip(self, at: int, why: str) -> None:
        self.errors[at] = why
        self._enter(at, "skipped", why)
        self._settle(at)

    def because(self, at: int) -> str:
        """Why those that need it are skipped."""
        how = "was skipped" if self.states[at] == "skipped" else "failed" if self.states[at] == "failed" else "is not known to be in effect"
        return f"because {self.changes[at].id} {how}"

    def _settle(self, at: int) -> None:
        if not self._settled[at]:
            self._settled[at] = 1
            self._left -= 1
            if not self._left:
                self._finish()

    def superseded(self, at: int) -> bool:
        """Whether a later change of the same key has begun, so that this one's work is no longer to be seen."""
        later = self.graph.later.get(at)
        return later is not None and bool(self.taken[later])

    def settled(self, at: int) -> bool:
        """Whether it has come as far as it will."""
        return bool(self._settled[at])

    def _enter(
        self, at: int, state: State, error: str = "", owned: tuple[Owned, ...] = (), disowned: tuple[tuple[str, Key], ...] = ()
    ) -> None:
        change = self.changes[at]
        self.journal.outcome(
            JournalEntry(
                run=self.given.run.id, change=change.id, state=state, at=self.clock.now(), attempt=max(1, self.attempts[at]), error=error
            ),
            owned,
            disowned,
        )
        self._set(at, state, error)

    def _set(self, at: int, state: State, error: str) -> None:
        self.states[at] = state
        if self._listeners:
            self.tell("change_state", self.changes[at], state, error)


def _nobody(*_: object) -> None:
    """Whom changes are told to before the engine says whom."""


def of_backend(changes: tuple[Change, ...]) -> dict[str, list[int]]:
    """Positions of changes per backend, in the order of the plan."""
    found: dict[str, list[int]] = {}
    for at, change in enumerate(changes):
        found.setdefault(change.backend, []).append(at)
    return found
