"""Reading back what was accepted: in bulk, compared field by field, until it is in effect or the time for it is over.

Everything of a backend is read back once the lane has nothing more to send; what somebody waits for is read back
earlier, a group at a time. "Accepted but not in effect" is believed once the backend's propagation time and a margin
have passed. When the exchange restarted meanwhile and forgot what it had acknowledged, that is done once more.

A backend may forget in a crash what it accepted less than `durable_after` seconds ago, so an earlier look proves nothing:
who waits for the look on the same backend may go, but nothing counts as configured. Then one look, late enough for all
that was sent, proves everything: an apply takes `durable_after` longer, however many changes it has.
"""

from __future__ import annotations

import asyncio
import math

from campctl.apply.judge import can_be_live, difference, judge
from campctl.apply.lane import Lane
from campctl.apply.retry import GaveUp, Stopped
from campctl.apply.session import Session
from campctl.errors import BackendError
from campctl.model.live import Snapshot

SPACING = 0.2
"""Seconds between two looks while the lane is still sending: a look costs a request."""


class Accepted:
    """A change waiting to be read back, and in which life of the exchange it was accepted.

    deadline: until when it may not show. durable_at: from when on a look at it is believed. Both monotonic.
    """

    __slots__ = ("deadline", "durable_at", "epoch", "live_by", "seen")

    def __init__(self, deadline: float, durable_at: float, epoch: str) -> None:
        self.deadline = deadline
        self.durable_at = durable_at
        self.epoch = epoch
        self.seen = False
        self.live_by: float | None = None


class Verifier:
    """Reads back the changes of one lane."""

    def __init__(self, session: Session, lane: Lane) -> None:
        self.session = session
        self.lane = lane
        self._wanted = session.given.wait
        self._waiting: dict[int, Accepted] = {}
        self._proven: dict[int, Accepted] = {}
        self._urgent: set[int] = set()
        self._again: set[int] = set()
        self._wake = asyncio.Event()
        self._unsupported = lane.backend.capabilities.unsupported

    def accepted(self, at: int, urgent: bool) -> None:
        """The backend said yes to it; `urgent` when another change waits for the look."""
        if at not in self._waiting and self.session.states[at] == "accepted":
            now, can = self.session.clock.monotonic(), self.lane.backend.capabilities
            deadline = now + can.propagation + self.session.given.limits.margin
            self._waiting[at] = Accepted(deadline, now + can.durable_after, self.lane.epoch)
        if urgent and at in self._waiting:
            self._urgent.add(at)
            self._wake.set()

    def idle(self) -> None:
        """The lane has nothing to send."""
        if self._waiting:
            self._wake.set()

    def accepted_earlier(self, at: int, seconds: float) -> None:
        """It was accepted so long ago, in an earlier life of this run: nobody knows what happened to the exchange since.

        Below 0 the clock was set back, and it counts as accepted now.
        """
        if at in self._waiting:
            self._waiting[at].epoch = ""
            self._waiting[at].durable_at -= max(0.0, min(seconds, self.lane.backend.capabilities.durable_after))

    async def run(self) -> None:
        """Look whenever something is due, until cancelled."""
        pause = self._first_pause()
        while True:
            await self._woken()
            while due := self._due():
                progress = await self._look(due)
                if self.session.stopping:
                    return
                pause = self._first_pause() if progress else min(2.0, pause * 1.5)
                if self._due():
                    await self.session.rest(pause if self.lane.resting else max(SPACING, pause))

    def _first_pause(self) -> float:
        return max(0.05, self.lane.backend.capabilities.propagation / 4.0)

    async def _woken(self) -> None:
        """Wait until somebody says that something is to be looked at, or a look at what waits is believed."""
        left = self._durable_at() - self.session.clock.monotonic() if self._waiting else math.inf
        if left <= 0.0:
            self._wake.clear()
            return
        if left < math.inf:
            if self.lane.resting:
                self.session.tell("waiting", self.lane.name, left, "a crash could still undo what was written last")
            waking, resting = asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(self.session.clock.sleep(left))
            try:
                await asyncio.wait({waking, resting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waking.cancel()
                resting.cancel()
        else:
            await self._wake.wait()
        self._wake.clear()

    def _durable_at(self) -> float:
        """When the next look that proves something is due: at rest one look for all, else the first that somebody waits for."""
        if self._all:
            return max(one.durable_at for one in self._waiting.values())
        return min((self._waiting[at].durable_at for at in self._urgent), default=math.inf)

    def _due(self) -> list[int]:
        """What to look at now: what a look proves, and what somebody waits for that nobody has looked at yet."""
        now = self.session.clock.monotonic()
        if self._all and self._waiting and now >= self._durable_at():
            return list(self._waiting)
        return sorted(at for at in self._urgent if not (waiting := self._waiting[at]).seen or now >= waiting.durable_at)

    @property
    def _all(self) -> bool:
        """Whether everything is to be read back, not only what somebody waits for."""
        return self.lane.resting and self._wanted != "accepted"

    async def _look(self, due: list[int]) -> bool:
        """One look at these; returns whether one of them got further."""
        session, lane = self.session, self.lane
        asked = session.clock.monotonic()
        try:
            snapshot = await lane.observe(due, session.changes[due[0]])
        except Stopped:
            return False
        except (GaveUp, BackendError) as error:
            for at in due:
                self._forget(at)
                session.unproven(at, f"accepted, but it could not be read back: {error.args[0]}")
            return True
        if snapshot.epoch != lane.epoch:
            self._restarted(snapshot.epoch)
        late: list[int] = []
        lost: list[int] = []
        moved = False
        for at in due:
            if session.superseded(at) or judge(session.changes[at], snapshot.resources, self._unsupported) == "after":
                moved |= self._in_place(at, snapshot, asked)
            elif asked >= self._waiting[at].deadline:
                (lost if self._may_go_again(at, snapshot) else late).append(at)
        for at in (*late, *lost):
            self._forget(at)
        if lost:
            self._again.update(lost)
            session.lost(lost)
        for at in late:
            self._missed(at, snapshot)
        return moved or bool(late or lost)

    def _in_place(self, at: int, snapshot: Snapshot, asked: float) -> bool:
        """It is there as written; returns whether that is news."""
        session, change, waiting = self.session, self.session.changes[at], self._waiting[at]
        if asked < waiting.durable_at:
            news, waiting.seen = not waiting.seen, True
            session.seen(at)
            if not session.graph.urgent(at):
                self._urgent.discard(at)
            return news
        news = session.states[at] == "accepted" or self._wanted != "live"
        session.configured(at)
        self._urgent.discard(at)
        if self._wanted == "live":
            if not can_be_live(change) or change.key in snapshot.live:
                session.live(at)
                news = True
            else:
                waiting.live_by = waiting.live_by or asked + session.given.limits.live_seconds
                if asked < waiting.live_by:
                    return news
                session.enough(at, f"configured, but not live after {session.given.limits.live_seconds:g} s")
        self._proven[at] = waiting
        del self._waiting[at]
        return news

    def _may_go_again(self, at: int, snapshot: Snapshot) -> bool:
        """Whether a restart explains it: the exchange is in another life, all is as before, and it was not redone yet."""
        return (
            self._waiting[at].epoch != snapshot.epoch
            and at not in self._again
            and judge(self.session.changes[at], snapshot.resources, self._unsupported) == "before"
        )

    def _missed(self, at: int, snapshot: Snapshot) -> None:
        what = difference(self.session.changes[at], snapshot.resources, self._unsupported)
        self.session.failed(at, f"accepted but not in effect: {what}", snapshot.resources)

    def _restarted(self, epoch: str) -> None:
        """What was proven before the restart has to be proven again."""
        self.lane.epoch = epoch
        for at, accepted in self._proven.items():
            if self.session.states[at] in {"configured", "live"}:
                self._waiting[at] = accepted
                self.session.reopen(at)
        self._proven.clear()
        self._wake.set()

    def _forget(self, at: int) -> None:
        self._waiting.pop(at, None)
        self._urgent.discard(at)
