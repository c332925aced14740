"""Follows a runbook: the intent is written down before each act and the outcome after it; everything else is `progress`.

What is asked of the outside stands in two protocols: `Ledger` keeps the journal, `Hands` do and look. Time comes from a clock; waiting
for a time goes by the wall clock in short slices, so that a clock that jumps is noticed, and lengths of time go by one that cannot jump.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from campctl.model.runbooks import Act, BookEntry, BookState, Program, Step
from campctl.ports.clock import Clock
from campctl.runbook.progress import PASSED, Decide, Do, Move, Over, RollBack, Standing, Undo, fold, next_move, numbers


class Stop:
    """Asks a run to end at the next step. `why` says who or what asked."""

    def __init__(self) -> None:
        self.why = ""

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return bool(self.why)

    def ask(self, why: str) -> None:
        """End at the next step; what is in flight is asked to end."""
        self.why = self.why or why


class Performed(Struct, frozen=True):
    """What came of an act. `code`: its exit status; `stopped`: it was ended because the run is to stop, its outcome is not known."""

    ok: bool
    detail: str = ""
    output: str = ""
    code: int | None = None
    stopped: bool = False


class Look(Struct, frozen=True):
    """What a look at an expectation found: whether it holds (None: cannot be known), in words, and how long it may take."""

    holds: bool | None
    words: str
    within: float | None = None


class Ledger(Protocol):
    """The journal of this run. Blocking; called in a thread."""

    def record(self, entry: BookEntry) -> int: ...
    def entries(self, after: int) -> Sequence[BookEntry]: ...


Begun = Callable[[str], Awaitable[None]]
"""Writes down which process a step is, before that process does anything."""


class Hands(Protocol):
    """Does what steps say, and looks."""

    async def perform(self, act: Act, step: Step, stop: Stop, begun: Begun) -> Performed:
        """Run a verb or a command to its end, or for `step.timeout` seconds at the most. A process of its own is told to `begun` first."""
        ...

    async def look(self, expectation: str, outcomes: Standing) -> Look: ...
    def answered(self, step: Step) -> bool | None:
        """What somebody at this terminal said to a question; None while nobody did. Never waits."""
        ...

    def tell(self, entry: BookEntry, step: Step | None) -> None:
        """A line of the journal was written."""
        ...

    def waiting(self, step: Step, until: datetime | None, why: str) -> None:
        """A step waits from now on."""
        ...


class Way(Struct, frozen=True, kw_only=True):
    """How a run goes. `yes`: questions that allow it are answered; `at_once`: planned times are not waited for.

    slice, poll: seconds between two looks at the clock, and at the world. most: pause after so many steps (marks and jumps do not
    count; None: do not); until: pause once this step was come to and left ("": do not).
    """

    run: str
    who: str
    yes: bool = False
    at_once: bool = False
    slice: float = 1.0
    poll: float = 2.0
    most: int | None = None
    until: str = ""


class Paused(Struct, frozen=True):
    """It went as far as it was to go. `after`: the step that was done last, "" when none was."""

    after: str


Ended = Over | Decide | Paused | None
"""How following ended; None: it was asked to stop."""


class Follower:
    """Follows one run from where its journal leaves it."""

    def __init__(self, program: Program, ledger: Ledger, hands: Hands, clock: Clock, stop: Stop, way: Way) -> None:
        self.program = program
        self.ledger = ledger
        self.hands = hands
        self.clock = clock
        self.stop = stop
        self.way = way
        self.where = numbers(program)
        self.standing = Standing()
        self._steps = 0
        self._after = ""

    async def follow(self) -> Ended:
        """Go on until the run is over, somebody has to decide, it is asked to stop, or went as far as it was to go."""
        await self.catch_up()
        while True:
            move: Move = next_move(self.program, self.standing)
            if isinstance(move, Over | Decide):
                return move
            if self.stop.asked:
                return None
            if self._far_enough(move):
                return Paused(self._after)
            if isinstance(move, RollBack):
                await self.record("", "rolling-back", attempt=move.number)
            elif isinstance(move, Undo):
                await self.undo(move.step)
                self._went(move.step)
            else:
                await self.do(move)
                self._went(move.step)

    def _far_enough(self, move: Move) -> bool:
        """Whether to pause before this. What follows from a failure, a roll-back, is gone through with."""
        if isinstance(move, RollBack) or self.standing.rolling is not None:
            return False
        if self.way.until and self._after == self.way.until:
            return True
        return self.way.most is not None and self._steps >= self.way.most

    def _went(self, step: Step) -> None:
        """Count a step that was come to and left; one that was asked to stop was not left."""
        if self.stop.asked and self.standing.outcomes.get(step.id) in {"begun", "interrupted"}:
            return
        self._after = step.id
        self._steps += step.kind not in PASSED

    async def take_back(self, step: Step) -> Ended:
        """Take this one step back and pause: the run stands at it again."""
        await self.catch_up()
        await self.undo(step)
        move = next_move(self.program, self.standing)
        return move if isinstance(move, Over | Decide) else None if self.stop.asked else Paused("")

    async def catch_up(self) -> None:
        """Take in what the journal has more than this process knows: its beginning, confirmations of others."""
        for entry in await asyncio.to_thread(self.ledger.entries, self.standing.last):
            fold(self.program, self.where, self.standing, entry)

    async def record(
        self,
        step: str,
        state: BookState,
        *,
        detail: str = "",
        attempt: int = 0,
        took: float | None = None,
        performed: Performed | None = None,
        who: str = "",
        role: str = "",
    ) -> None:
        """Write a line, and take it in with whatever others wrote before it."""
        entry = BookEntry(
            run=self.way.run,
            step=step,
            state=state,
            at=self.clock.now(),
            who=who or self.way.who,
            role=role,
            attempt=attempt,
            took=took,
            code=performed.code if performed else None,
            detail=detail or (performed.detail if performed else ""),
            output=performed.output if performed else "",
        )
        await asyncio.to_thread(self.ledger.record, entry)
        await self.catch_up()
        self.hands.tell(entry, self.program.steps[self.where[step]] if step in self.where else None)

    async def do(self, move: Do) -> None:
        """One step, with its condition, its planned time, and as many attempts as it has."""
        step = move.step
        if step.when:
            look = await self.hands.look(step.when, self.standing)
            if look.holds is None:
                await self.record(step.id, "failed", detail=f"whether it is to be done cannot be known: {look.words}")
                return
            if not look.holds:
                await self.record(step.id, "skipped", detail=look.words)
                return
        if step.at is not None and not self.way.at_once and not await self.until(step, step.at, "planned for then"):
            return
        words = "its outcome was not known; it may be repeated" if move.again else ""
        for attempt in range(1, step.retries + 2):
            if attempt > 1 and not await self.pause(step.delay):
                return
            await self.record(step.id, "begun", attempt=attempt, detail=words)
            began = self.clock.monotonic()
            done = await self.act(step)
            if done is None:
                return
            took = self.clock.monotonic() - began
            if done.stopped:
                await self.record(step.id, "interrupted", took=took, performed=done)
                return
            if done.ok:
                await self.settled(step, took, done)
                return
            words = f"attempt {attempt}: {done.detail}"
        await self.record(step.id, "failed", took=took, performed=done, attempt=attempt)

    async def settled(self, step: Step, took: float, done: Performed) -> None:
        """It was done; a confirmation by whoever gave it."""
        said = self.standing.confirmations.get(step.id)
        if step.kind == "confirm" and said is not None:
            await self.record(step.id, "done", took=took, performed=done, who=said.who, role=said.role)
        else:
            await self.record(step.id, "done", took=took, performed=done, role=step.role)

    async def act(self, step: Step) -> Performed | None:
        """What a step does; None when the run is to stop and the step can simply be begun again."""
        if step.act is not None:
            return await self.perform(step.act, step)
        if step.kind == "expect":
            return await self.expect(step, patient=False)
        if step.kind == "wait":
            return await self.wait(step)
        if step.kind == "confirm":
            return await self.confirm(step)
        return Performed(ok=True, detail=step.text if step.kind in {"end", "fail"} else "")

    async def perform(self, act: Act, step: Step) -> Performed:
        """Have it done. Whoever goes on with a run that was killed finds in the journal which process may still be at it."""

        async def begun(process: str) -> None:
            await self.record(step.id, "process", detail=process)

        return await self.hands.perform(act, step, self.stop, begun)

    async def wait(self, step: Step) -> Performed | None:
        if step.text:
            return await self.expect(step, patient=True)
        if step.pause is not None:
            self.hands.waiting(step, None, f"for {step.pause:g} s")
            return Performed(ok=True) if await self.pause(step.pause) else None
        if step.until is not None:
            late = self.clock.monotonic() + step.timeout if step.timeout is not None else None
            if not await self.until(step, step.until, "as it says", late):
                return None if self.stop.asked else Performed(ok=False, detail=f"it did not become that time within {step.timeout:g} s")
        return Performed(ok=True)

    async def expect(self, step: Step, *, patient: bool) -> Performed | None:
        """Look until it holds; `patient`: without a limit unless one is said."""
        began = self.clock.monotonic()
        told = False
        while True:
            look = await self.hands.look(step.text, self.standing)
            if look.holds:
                return Performed(ok=True, detail=look.words)
            limits = [limit for limit in (look.within, step.timeout) if limit is not None]
            limit = min(limits) if limits else None if patient else 0.0
            if limit is not None and self.clock.monotonic() - began >= limit:
                waited = f" after {limit:g} s" if limit else ""
                return Performed(ok=False, detail=f"it does not hold{waited}: {look.words}")
            if not told:
                self.hands.waiting(step, None, look.words)
                told = True
            if not await self.pause(self.way.poll):
                return None

    async def confirm(self, step: Step) -> Performed | None:
        """Wait for a person: at this terminal, or `runbook confirm` of any process."""
        if self.way.yes and step.allow_yes:
            return Performed(ok=True, detail="answered by --yes")
        began = self.clock.monotonic()
        self.hands.waiting(step, None, step.text)
        while True:
            answer = self.hands.answered(step)
            if answer is not None:
                await self.record(step.id, "confirmed" if answer else "declined", role=step.role)
            await self.catch_up()
            said = self.standing.confirmations.get(step.id)
            if said is not None:
                role = f" as {said.role}" if said.role else ""
                words = f"{said.who}{role} said {'yes' if said.state == 'confirmed' else 'no'}"
                return Performed(ok=said.state == "confirmed", detail=f"{words}: {said.detail}" if said.detail else words)
            if step.timeout is not None and self.clock.monotonic() - began >= step.timeout:
                return Performed(ok=False, detail=f"nobody confirmed it within {step.timeout:g} s")
            if not await self.pause(min(self.way.slice, self.way.poll)):
                return None

    async def until(self, step: Step, at: datetime, why: str, late: float | None = None) -> bool:
        """Wait for the wall clock, however it jumps; False when asked to stop, or at `late` of the other clock."""
        if self.clock.now() < at:
            self.hands.waiting(step, at, why)
        while (left := (at - self.clock.now()).total_seconds()) > 0:
            if self.stop.asked or (late is not None and self.clock.monotonic() >= late):
                return False
            await self.clock.sleep(min(self.way.slice, left))
        return True

    async def pause(self, seconds: float) -> bool:
        """Wait that long; False when asked to stop."""
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 0:
            if self.stop.asked:
                return False
            await self.clock.sleep(min(self.way.slice, left))
        return not self.stop.asked

    async def undo(self, step: Step) -> None:
        """Take a step back. What cannot be taken back does not keep the rest from it."""
        assert step.undo is not None
        await self.record(step.id, "undo-begun")
        began = self.clock.monotonic()
        done = await self.perform(step.undo, step)
        took = self.clock.monotonic() - began
        if done.stopped:
            return
        await self.record(step.id, "undone" if done.ok else "undo-failed", took=took, performed=done)
