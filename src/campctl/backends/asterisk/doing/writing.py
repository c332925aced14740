"""Executing changes: validated in the image, then written under the lock that all campctls respect.

While one batch is being written the next one is validated already, in an image in which the one before is done: Asterisk and
campctl work at the same time, and the lock is taken once for batches that follow each other. Should a batch then fail, those
validated after it are told that nothing of them was done.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from campctl.backends.asterisk.doing import carrying
from campctl.backends.asterisk.doing.ground import State
from campctl.backends.asterisk.doing.sight import Sight
from campctl.backends.asterisk.facts.image import Applied, Image
from campctl.backends.asterisk.facts.native import Write
from campctl.backends.asterisk.facts.newcomers import Newcomers
from campctl.backends.asterisk.facts.rows import Hold
from campctl.errors import BackendError, Unavailable, Uncertain
from campctl.model.changes import Change, Outcome
from campctl.model.live import Capabilities
from campctl.model.refusals import No

_STRETCH: Final = 25
"""Changes validated one by one without a break: a millisecond."""
_LINES: Final = 50
"""New lines that are validated together, without a break: a third of a millisecond, as answers to what is being written wait meanwhile."""
TOGETHER: Final = 2.0
"""Seconds during which batches share a lock; then others get their turn."""


class Writer:
    """Writes for one connection. Whoever calls `validate` sees to it that nobody else uses the image meanwhile."""

    def __init__(self, sight: Sight, capabilities: Capabilities, backend: str) -> None:
        self._sight = sight
        self._ground = sight.ground
        self._able = capabilities
        self._backend = backend
        self._last: asyncio.Future[None] | None = None
        """Done when the last batch that was validated is written."""
        self._locking = asyncio.Lock()
        self._lock: contextlib.AsyncExitStack | None = None
        self._holders = 0
        self._since = 0.0
        self._unended: State | None = None
        """The state as of the last batch, whose end is not written down yet: the next one's beginning does as well."""

    async def idle(self) -> None:
        """Wait until everything validated is written."""
        if self._last is not None:
            await asyncio.wait([self._last])

    async def begin(self, changes: Sequence[Change]) -> Batch:
        """Validate; what is lost on the way there leaves no doubt, as none of the changes was begun."""
        try:
            if self._holders and self._sight.clock.monotonic() - self._since > TOGETHER:
                await self.idle()
            await self._enter()
            try:
                image = await self._true_image()
                return await self._validated(image, changes)
            except BaseException:
                self._sight.image = None  # it may hold changes that nobody will write
                await self._leave()
                raise
        except Uncertain as error:
            raise Unavailable(error.message, backend=self._backend, hint=error.hint) from None

    async def write(self, batch: Batch) -> Sequence[Outcome]:
        """Write what was validated, after all that was validated before it."""
        try:
            await self._in_turn(batch)
        except BaseException:
            if self._sight.image is batch.image:
                self._sight.image = None  # given up while it waited: what was validated is in it, and nowhere else
            raise
        finally:
            if self._last is batch.done:
                self._last = batch.before()
            try:
                await self._leave()
            finally:
                batch.done.set_result(None)
        await self._afterwards(batch.parts)
        return batch.outcomes

    async def _in_turn(self, batch: Batch) -> None:
        """What needs no exchange is made ready before it is this one's turn."""
        by = carrying.all_new(batch.parts)
        net = [] if by else carrying.net(batch.applied)
        note = carrying.note(batch.changes)
        new = await carrying.ready(self._ground.shelves, by, _next_in_line if batch.before() is not None else _nobody)
        if batch.after is not None:
            await asyncio.wait([batch.after])
        # A refusal counts no more either: the image it was given in may have been half undone.
        if self._sight.image is not batch.image and (new or net or any(outcome.error for outcome in batch.outcomes)):
            raise Unavailable("What was written before this failed; nothing of this was done.", backend=self._backend)
        if new or net:
            await self._carry_out(batch, note, new, net)

    async def redo(self) -> None:
        """Do to its end what a campctl that died had begun."""
        await self._enter()
        try:
            await self._true_image()
        finally:
            await self._leave()

    # -- the lock --

    async def _enter(self) -> None:
        async with self._locking:
            if not self._holders:
                stack = contextlib.AsyncExitStack()
                await stack.enter_async_context(self._ground.exclusive())
                self._lock, self._since = stack, self._sight.clock.monotonic()
            self._holders += 1

    async def _leave(self) -> None:
        async with self._locking:
            self._holders -= 1
            if not self._holders and self._lock is not None:
                stack, self._lock = self._lock, None
                unended, self._unended = self._unended, None
                with contextlib.suppress(BackendError):
                    async with stack:
                        await self._end(unended)

    async def _end(self, state: State | None) -> None:
        """Write down that all is done; lost, the next one who writes finds nothing left to do."""
        if state is not None:
            await self._ground.end(state.generation)
            self._sight.state = state

    # -- what is written --

    async def _true_image(self) -> Image:
        """A true image, without anything half in it. To be called under the lock."""
        sight = self._sight
        if self._last is not None and sight.image is not None:
            return sight.image  # ours since the lock was taken
        await self.idle()
        state = await self._ground.state()
        if not state.doing:
            return await sight.current(state)
        image = await sight.read(state)
        applied = carrying.redo(image, state.doing, self._able)
        sight.image = None
        for node in self._ground.nodes:
            await node.aors.expect({name for one in applied for name in one.learned})
        await carrying.write(self._ground.shelves, carrying.net(applied))
        await self._ground.end(secrets.token_hex(8))
        return await sight.read(await self._ground.state())

    async def _validated(self, image: Image, changes: Sequence[Change]) -> Batch:
        """Every change done in the image or refused.

        A few at a time: in between, the batch before this one is sent, and its answers are taken, so that Asterisk never waits.
        """
        batch = Batch(image, self._last)
        self._last = batch.done
        try:
            for start in range(0, len(changes), _LINES):
                await _next_in_line()
                await self._one_stretch(batch, changes[start : start + _LINES])
        except BaseException:
            self._last = batch.before()
            batch.done.set_result(None)
            raise
        return batch

    async def _one_stretch(self, batch: Batch, changes: Sequence[Change]) -> None:
        """New lines together; everything else, and lines about which anything is not plain, one by one."""
        image, limits, unsupported = batch.image, self._able.limits, self._able.unsupported
        new = image.apply_lines(changes, limits=limits, unsupported=unsupported)
        if new is not None:
            batch.parts.append(new)
            batch.outcomes += [Outcome(change=change.id) for change in changes]
            return
        for count, change in enumerate(changes, 1):
            try:
                batch.parts.append(image.apply(change, limits=limits, unsupported=unsupported))
            except No as no:
                batch.outcomes.append(Outcome(change=change.id, error=no.sentence, code=no.code))
            else:
                batch.outcomes.append(Outcome(change=change.id))
            if not count % _STRETCH:
                await asyncio.sleep(0)

    async def _carry_out(self, batch: Batch, note: str, new: Sequence[Hold], net: Sequence[Write]) -> None:
        """Write what is `new`, or else `net`. A fault on the way leaves the image unknown."""
        sight, ground = self._sight, self._ground
        ground.must_be_exclusive()
        state = self._unended or sight.state
        self._unended = sight.state = None
        try:
            await ground.begin(note, now=bool(new))
            learned = {name for part in batch.parts for name in part.learned}
            for node in ground.nodes:
                await node.aors.expect(learned)
            refused = await (carrying.write_new(new) if new else carrying.write(ground.shelves, net))
            applied = batch.applied if refused else []
            if bad := carrying.failed(applied, refused):
                sight.image = None
                await carrying.take_back(ground.shelves, batch.image, applied, bad)
                why = {applied[at].change.id: text for at, text in bad.items()}
                batch.outcomes = [_refused(outcome, why) for outcome in batch.outcomes]
            done = State(state.epoch if state is not None else "", secrets.token_hex(8))
            if self._last is batch.done or sight.image is None:
                await ground.end(done.generation)
            else:
                self._unended = done
        except BaseException as error:
            sight.image = None
            if isinstance(error, Unavailable):
                raise Uncertain(error.message, backend=self._backend, hint=error.hint) from None
            raise
        if state is not None and self._unended is None:
            sight.state = done
        if self._last is batch.done:
            batch.image.settle()

    async def _afterwards(self, parts: Sequence[Applied | Newcomers]) -> None:
        """What is not worth calling the changes uncertain: hanging up what rings in the dark, and making few new phones known."""
        dark = {name for part in parts if isinstance(part, Applied) for name in part.darkened}
        for node in self._ground.nodes:
            with contextlib.suppress(BackendError):
                await node.hang_up_ringing(dark)
                if node.aors.few:
                    await node.aors.make_known()


async def _next_in_line() -> None:
    """Let go on what is being written, and what is to be written after it: who waits for its turn is woken in two steps."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def _nobody() -> None:
    """Nothing is being written."""


class Batch:
    """Changes validated and not yet written: what they come to, after which others."""

    __slots__ = ("after", "done", "image", "outcomes", "parts")

    def __init__(self, image: Image, after: asyncio.Future[None] | None) -> None:
        self.image = image
        self.outcomes: list[Outcome] = []
        self.parts: list[Applied | Newcomers] = []
        self.after = after
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def changes(self) -> list[Change]:
        """Changes that are to be written."""
        return [change for part in self.parts for change in ((part.change,) if isinstance(part, Applied) else part.changes)]

    @property
    def applied(self) -> list[Applied]:
        """The parts one by one."""
        return [one for part in self.parts for one in ((part,) if isinstance(part, Applied) else part.each())]

    def before(self) -> asyncio.Future[None] | None:
        """What is still being written in front of it."""
        return self.after if self.after is not None and not self.after.done() else None


def _refused(outcome: Outcome, why: Mapping[str, str]) -> Outcome:
    """The outcome of a change whose writes were refused."""
    text = why.get(outcome.change)
    return outcome if text is None or outcome.error is not None else Outcome(change=outcome.change, error=f"{text}.", code="refused")
