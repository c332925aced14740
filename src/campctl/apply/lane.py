"""One backend's share of a run: changes that may go, batched, journaled a little ahead, sent by a few workers."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence

from campctl.apply.judge import difference, judge, keys_of
from campctl.apply.requesting import Channel
from campctl.apply.retry import Attempts, GaveUp, Stopped
from campctl.apply.session import Session
from campctl.errors import AuthFailed, BackendError, Refused, Uncertain
from campctl.model.changes import Change, Outcome
from campctl.model.live import Snapshot
from campctl.ports.backend import Backend


class Lane:
    """Drives the changes `mine` (positions in the plan) through `backend`."""

    def __init__(self, session: Session, backend: Backend, mine: list[int]) -> None:
        self.session = session
        self.backend = backend
        self.mine = mine
        self.channel = Channel(session, backend)
        self.epoch = ""
        self.opened = False
        self.busy = 0
        """Batches journaled, waiting or being sent; the lane is idle when this is 0 and nothing is ready."""
        self.idle: Callable[[], None] = lambda: None
        """Set by the engine: called whenever there is nothing to send."""
        self.workers = max(1, min(backend.capabilities.concurrency, len(mine)))
        self._batch = max(1, backend.capabilities.batch)
        self._ready: list[int] = []
        self._queue: asyncio.Queue[list[int]] = asyncio.Queue()
        self._ahead = 0
        self._tried_again = set[int]()

    @property
    def name(self) -> str:
        """The backend's name in the campaign."""
        return self.channel.name

    @property
    def resting(self) -> bool:
        """Whether there is nothing to send now."""
        return not self.busy and not self._ready

    async def open(self, look_at: Sequence[int]) -> None:
        """Look before anything is sent: at what an earlier life of this run left open, else at the first change only."""
        session = self.session
        try:
            self.epoch = (await self.observe(self.mine[:1], session.changes[self.mine[0]])).epoch
            if look_at:
                for at in await self.look_up(look_at, session.clock.monotonic()):
                    session.taken[at] = 0
                    if session.graph.free(at):
                        self.offer(at)
        except Stopped:
            return
        except (GaveUp, BackendError) as error:
            self.give_up(error.message)
            for at in look_at:
                if not session.settled(at) and session.states[at] == "pending":
                    session.unknown(at, f"begun earlier, and it could not be looked up what became of it: {error.message}")
        self.opened = True
        self.feed()
        if self.resting:
            self.idle()

    async def observe(self, ats: Sequence[int], change: Change) -> Snapshot:
        """What is there of these changes' keys; everything at once when they are many. Raises GaveUp or Stopped."""
        keys = {key for at in ats for key in keys_of(self.session.changes[at])}
        asked = None if len(keys) > self.session.given.limits.bulk else keys
        return await self.channel.ask(lambda: self.backend.observe(asked), self.channel.attempts(), change=change, read=True)

    def offer(self, at: int) -> None:
        """Take a change that may go."""
        if self.channel.dead:
            self.session.skipped(at, self.channel.dead)
            return
        heapq.heappush(self._ready, at)
        if self.opened:
            self.feed()

    def feed(self) -> None:
        """Journal the intents of the next batches; workers take them once they are durable.

        A little ahead of the workers, so that they never wait for the disk, and in chunks, so that commits are few.
        """
        if self._ahead > self.workers or self.session.stopping or not self.opened:
            return
        batches: list[list[int]] = []
        while self._ready and self._ahead + len(batches) < 2 * self.workers:
            if batch := self._next():
                batches.append(batch)
        if batches:
            self._ahead += len(batches)
            self.busy += len(batches)
            self.session.intend([at for batch in batches for at in batch], lambda: self._durable(batches))

    async def work(self) -> None:
        """Send batches until cancelled."""
        session = self.session
        while True:
            batch = await self._queue.get()
            self._ahead -= 1
            if not session.stopping:
                session.in_flight += 1
                self.feed()
                try:
                    await self._send(batch)
                finally:
                    session.in_flight -= 1
            self.busy -= 1
            self.feed()
            if self.resting:
                self.idle()
            if session.stopping:
                session.check()

    def give_up(self, why: str) -> None:
        """The backend does not answer, or does not let us in: nothing more is sent, what was not sent is skipped."""
        self.channel.give_up(f"{self.name} was not asked any more: {why}")
        while self._ready:
            self.session.skipped(heapq.heappop(self._ready), self.channel.dead)
        for at in self.mine:
            if not self.session.taken[at]:
                self.session.skipped(at, self.channel.dead)

    def _durable(self, batches: list[list[int]]) -> None:
        for batch in batches:
            self._queue.put_nowait(batch)

    def _next(self) -> list[int]:
        """The next batch: ready ones in the order of the plan, then creates that may ride along behind them."""
        session, batch = self.session, list[int]()
        while self._ready and len(batch) < self._batch:
            at = heapq.heappop(self._ready)
            if not session.taken[at] and not session.settled(at):
                session.taken[at] = 1
                batch.append(at)
        if batch and len(batch) < self._batch:
            batch.extend(at for at in session.graph.riders(batch, self._batch - len(batch)) if not session.taken[at])
        return batch

    async def _send(self, batch: list[int]) -> None:
        """Try a batch until each of its changes is settled one way or the other, or the run stops."""
        left, attempts = batch, self.channel.attempts()
        try:
            while left:
                if self.channel.dead:
                    for at in left:
                        self.session.skipped(at, self.channel.dead)
                    return
                left = await self._try(left, attempts)
        except Stopped:
            return

    async def _try(self, left: list[int], attempts: Attempts) -> list[int]:
        """One try; returns those to try again."""
        session = self.session
        changes = [session.changes[at] for at in left]
        try:
            outcomes = await self.channel.ask(lambda: self.backend.execute(changes), attempts, change=changes[0], read=False)
        except GaveUp as error:
            if error.lane:
                self.give_up(error.message)
            for at in left:
                session.failed(at, error.message)
            return []
        except AuthFailed as error:
            self.give_up(error.message)
            for at in left:
                session.failed(at, error.message)
            return []
        except Refused as error:
            if len(left) == 1:
                await self._refused(left[0], error.message)
                return []
            why: Exception = error
        except Uncertain as error:
            why = error
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  # a fault in a backend is treated like a lost answer: look, then go on
            why = error
        else:
            lost = await self._outcomes(left, outcomes)
            if not lost:
                return []
            left, why = lost, Uncertain("the answer did not say what became of it")
        return await self._after_loss(left, attempts, why)

    async def _outcomes(self, left: list[int], outcomes: Sequence[Outcome]) -> list[int]:
        """Take in what the backend said, in order; returns those about which it said nothing."""
        session = self.session
        said = {outcome.change: outcome for outcome in outcomes}
        lost: list[int] = []
        refused: list[tuple[int, str]] = []
        for at in left:
            outcome = said.get(session.changes[at].id)
            if outcome is None or outcome.code == "uncertain":
                lost.append(at)
            elif outcome.error is None:
                broken = next((need for need in session.graph.needs[at] if session.states[need] in {"failed", "skipped"}), None)
                session.accepted(at, "" if broken is None else f"accepted although {session.changes[broken].id}, which it needs, was not")
            else:
                refused.append((at, outcome.error))
        for at, error in refused:
            await self._refused(at, error)
        return lost

    async def _refused(self, at: int, error: str) -> None:
        """The backend said no. While a need is not yet read back that may be the reason: then it is tried once more."""
        session = self.session
        needs = session.graph.needs[at]
        broken = next((need for need in needs if session.states[need] in {"failed", "skipped"}), None)
        if broken is not None:
            session.skipped(at, session.because(broken))
            return
        young = [
            need
            for need in needs
            if session.states[need] == "accepted" and session.changes[need].backend == self.name and need not in session.errors
        ]
        if young and at not in self._tried_again:
            self._tried_again.add(at)
            session.park(at, young)
            return
        session.failed(at, error)

    async def _after_loss(self, left: list[int], attempts: Attempts, why: Exception) -> list[int]:
        """The answer was lost: look what became of each, settle what can be settled; returns those to repeat."""
        session = self.session
        # Only our own errors promise to hold no secret; of others the name must do.
        text = why.message if isinstance(why, BackendError) else f"{self.name} failed in a way it should not ({type(why).__name__})"
        try:
            again = await self.look_up(left, session.clock.monotonic())
        except GaveUp as error:
            if error.lane:
                self.give_up(error.message)
            for at in left:
                session.unknown(
                    at, f"{text}; and it could not be looked up: {error.message}. The next run looks it up before anything else"
                )
            return []
        if not again or (isinstance(why, Refused) and len(again) == 1):
            for at in again:
                await self._refused(at, text)
            return []
        if isinstance(why, Refused):
            for at in again:
                await self._send([at])
            return []
        try:
            wait = attempts.after_failure(session.clock.monotonic(), text)
        except GaveUp as error:
            for at in again:
                session.failed(at, f"{error.message}; it was looked up and is not done")
            return []
        session.counts["retries"] += 1
        session.tell("retrying", session.changes[again[0]], attempts.made + 1, wait, text)
        await session.rest(wait)
        return again

    async def look_up(self, ats: Sequence[int], written: float) -> list[int]:
        """Look what became of changes that may have been done by the instant `written`; returns those that were not.

        What is found done is accepted; what is found neither as before nor as after fails as a conflict. On a backend
        that shows writes late, "not done" is believed only after its propagation time and the margin.
        """
        session = self.session
        first = session.changes[ats[0]]
        snapshot = await self.observe(ats, first)
        rest = self._accept_found(ats, snapshot)
        propagation = self.backend.capabilities.propagation
        if rest and propagation > 0.0:
            wait = written + propagation + session.given.limits.margin - session.clock.monotonic()
            session.tell("waiting", self.name, wait, "what was written may not show yet")
            await session.rest(wait)
            if session.stopping:
                raise Stopped
            snapshot = await self.observe(rest, first)
            rest = self._accept_found(rest, snapshot)
        unsupported = self.backend.capabilities.unsupported
        again: list[int] = []
        for at in rest:
            change = session.changes[at]
            if judge(change, snapshot.resources, unsupported) == "before":
                again.append(at)
                continue
            wrong = difference(change, snapshot.resources, unsupported)
            if self.backend.capabilities.halves:
                session.half_done(at, f"the answer was lost, and it is half done: {wrong}. The next run does the rest", snapshot.resources)
            else:
                session.failed(at, f"conflict: neither as before nor as wanted: {wrong}")
        return again

    def _accept_found(self, ats: Sequence[int], snapshot: Snapshot) -> list[int]:
        """Accept those found done; returns the others."""
        rest: list[int] = []
        for at in ats:
            if judge(self.session.changes[at], snapshot.resources, self.backend.capabilities.unsupported) == "after":
                self.session.accepted(at)
            else:
                rest.append(at)
        return rest
