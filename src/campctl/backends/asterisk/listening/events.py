"""What happens on one Asterisk, as campctl's events, over a connection of its own that is made anew as long as it takes.

Asterisk is asked for the dozen events that are folded and no others. What comes is kept in a bounded buffer: reading never
waits for whoever listens, and who is too slow loses the oldest and is told so by a gap.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec import Struct

from campctl.backends.asterisk.ami import Ami, Message, Request
from campctl.backends.asterisk.ami.opening import Opened, open_connection, shut
from campctl.backends.asterisk.listening.agents import number
from campctl.backends.asterisk.listening.folding import WANTED, Folder
from campctl.backends.asterisk.listening.ids import Ids
from campctl.backends.asterisk.listening.live import CONTACTS, MEMBER, PATIENCE, contacts_of
from campctl.backends.asterisk.listening.placed import in_progress
from campctl.backends.asterisk.listening.standing import Standing
from campctl.errors import BackendError, Unavailable, Uncertain
from campctl.model.live import Event
from campctl.ports.clock import Clock

CLASSES: Final = "system,call,agent,user"
"""Classes of events: phones, hang-ups, queues, and what the dialplan says itself."""
_KEPT: Final = frozenset(WANTED)

T = TypeVar("T")


class Listening(Struct, frozen=True, kw_only=True):
    """How one listens. Times in seconds.

    buffer: events kept for a slow listener. first_wait, longest_wait: between attempts to connect, doubling. quiet: how
    long nothing may come before it is looked whether the connection still stands. relearn: the least time between two
    looks at the records, for names that are new. boot: how long one that boots is waited for. patient: whether the first
    attempt to connect, too, is made again as long as it takes.
    """

    buffer: int = 10_000
    first_wait: float = 0.5
    longest_wait: float = 30.0
    quiet: float = 30.0
    relearn: float = 5.0
    boot: float = 300.0
    patient: bool = False


class Ears:
    """Gives out streams of events. `learn` reads the records: it is asked on each connection, and when a name is new."""

    def __init__(self, ami: Ami, learn: Callable[[], Awaitable[Ids]], clock: Clock, how: Listening | None = None) -> None:
        self._ami, self._learn, self._clock = ami, learn, clock
        self._how = how or Listening()
        self._open: set[_Ear] = set()
        self._begun = asyncio.Event()
        self._closed = False

    async def begun(self) -> None:
        """Wait until a stream hears everything from now on, or its first attempt to connect came to nothing.

        For half the time that an answer may take at the longest: one that is silent, or boots, holds up no look at the others.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._ami.options.deadline / 2):
                await self._begun.wait()

    async def listen(self, standing: Standing | None = None) -> AsyncIterator[Event]:
        """What happens from now on, until `close`. `standing`: one for all machines of an exchange that are listened to together.

        Raises what keeps the first connection from being made (unless patient), and AuthFailed or Refused at any time.
        """
        if self._closed:
            return
        ear = _Ear(self._ami, self._learn, self._clock, self._how, standing or Standing(), self._begun)
        self._open.add(ear)
        try:
            async for event in ear.events():
                yield event
        finally:
            self._open.discard(ear)
            self._begun.set()
            await ear.close()

    async def close(self) -> None:
        """All streams end. Safe to call twice."""
        self._closed = True
        self._begun.set()
        for ear in list(self._open):
            await ear.close()


class _Ear:
    """One stream: its connection, its buffer, its folder."""

    def __init__(
        self, ami: Ami, learn: Callable[[], Awaitable[Ids]], clock: Clock, how: Listening, standing: Standing, begun: asyncio.Event
    ) -> None:
        self._ami, self._learn, self._clock, self._how = ami, learn, clock, how
        self._standing, self._begun = standing, begun
        self._backend = ami.options.backend
        self._buffer: deque[tuple[datetime, str]] = deque()
        self._lost = 0
        self._wake = asyncio.Event()
        self._closed = asyncio.Event()
        self._opened: Opened | None = None
        self._learned = 0.0
        self._found: list[Event] = []
        self._emergencies: set[str] = set()

    async def events(self) -> AsyncIterator[Event]:
        """Events of one connection after the other, a gap between them."""
        wait, why, first = self._how.first_wait, "", True
        while not self._closed.is_set():
            try:
                folder = await self._unless_closed(self._attempt())
            except (Unavailable, Uncertain) as error:
                if first and not self._how.patient:
                    raise
                why, first = why or error.message, False
                await self._unless_closed(self._clock.sleep(wait))
                wait = min(wait * 2, self._how.longest_wait)
                continue
            if folder is None:
                return
            if not first:
                yield self._gap(why)
            wait, first = self._how.first_wait, False
            for event in self._found:
                yield event
            async for event in self._follow(folder):
                yield event
            loss = self._opened.connection.loss if self._opened is not None else None
            why = loss.why if loss is not None else "the connection was lost"
            folder.lost()
            if not self._closed.is_set():
                yield self._gap(why)  # a look shows at once whether it is gone; of several machines, how things are without this one

    async def close(self) -> None:
        """The stream ends."""
        self._closed.set()
        self._wake.set()
        opened, self._opened = self._opened, None
        if opened is not None:
            await shut(opened)

    # -- a connection --

    async def _attempt(self) -> Folder:
        try:
            return await self._begin()
        finally:
            self._begun.set()

    async def _begin(self) -> Folder:
        """Connect, say what is wanted, and look how things are."""
        await self._drop()
        opened = await open_connection(self._ami.door(CLASSES), self._hear, self._wake.set)
        try:
            await self._booted(opened)
            ids = await self._learn()
            self._learned = self._clock.monotonic()
            await opened.connection.many([_filter(name) for name in (*WANTED, "FullyBooted")], self._ami.options.deadline, 32)
            skew, where = await self._skew(opened), self._ami.where.label
            folder = Folder(self._backend, ids, skew=skew, standing=self._standing, machine=where, emergencies=self._emergencies)
            listed = await opened.connection.ask(Request("DBGetTree", {"Family": CONTACTS}), self._ami.options.deadline, listed=True)
            members = await self._members(opened) if self._standing.shared else []
            asked = self._clock.now()
            placed = await in_progress(opened.connection, self._ami.options.deadline)
        except BaseException:
            await shut(opened)
            raise
        folder.begin(contacts_of(listed.events), members, self._clock.now())
        self._found = [event for ago, fields in placed for event in folder.placed(fields, asked - ago)]
        self._opened = opened
        return folder

    async def _drop(self) -> None:
        """Let go of the connection before, and of what it said."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await shut(opened)
        self._buffer.clear()
        self._lost = 0

    async def _booted(self, opened: Opened) -> None:
        """Wait for an Asterisk that boots: before that is over, it has no queues to tell of."""
        try:
            async with asyncio.timeout(self._how.boot):
                while not opened.boot.over.is_set() and opened.connection.alive:
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            where = self._ami.where.label
            raise Unavailable(f"{where} is not fully booted after {self._how.boot:g} s.", backend=self._backend) from None
        if opened.connection.loss is not None:
            raise opened.connection.loss.of_unsent(Request("Filter"))

    async def _skew(self, opened: Opened) -> float:
        asked = await opened.connection.ask(Request("Ping"), self._ami.options.deadline)
        told = number(asked.result.result().get("Timestamp"))
        return told - self._clock.now().timestamp() if told else 0.0

    async def _members(self, opened: Opened) -> list[dict[str, str]]:
        """How members stand on this machine: where there are others, "gone" alone does not tell anything."""
        listed = await opened.connection.ask(Request("QueueStatus"), max(PATIENCE, self._ami.options.deadline), listed=True)
        return [Message(raw).fields for raw in listed.events if raw.startswith(MEMBER)]

    def _hear(self, raw: str) -> None:
        """Keep a message for whoever listens; never waits."""
        self._wake.set()
        if not raw.startswith("Event: ") or raw[7 : raw.find("\r\n")] not in _KEPT:
            return
        if len(self._buffer) >= self._how.buffer:
            self._buffer.popleft()
            self._lost += 1
        self._buffer.append((self._clock.now(), raw))

    # -- following it --

    async def _follow(self, folder: Folder) -> AsyncIterator[Event]:
        """Events of this connection, until it is lost and all that it said is told."""
        while not self._closed.is_set():
            self._wake.clear()
            if self._lost:
                missed, self._lost = self._lost, 0
                folder.forget()
                yield self._gap(f"whoever listens was too slow: {missed:,} messages of Asterisk are lost")
            elif self._buffer:
                at, raw = self._buffer.popleft()
                for event in await self._fold(folder, at, Message(raw)):
                    yield event
            elif not self._alive:
                return
            else:
                for event in folder.tick(self._clock.now()):
                    yield event
                await self._idle(folder)

    @property
    def _alive(self) -> bool:
        return self._opened is not None and self._opened.connection.alive

    async def _fold(self, folder: Folder, at: datetime, message: Message) -> list[Event]:
        events = folder.tick(at)
        if folder.unknown(message) and self._clock.monotonic() >= self._learned + self._how.relearn:
            self._learned = self._clock.monotonic()
            with suppress(BackendError):  # names stay native until the records can be read again
                folder.ids = await self._learn()
        return events + folder.fold(message, at)

    async def _idle(self, folder: Folder) -> None:
        """Wait for a message, for a moment that is due, or for too long a silence."""
        due = folder.due()
        seconds = self._how.quiet if due is None else max(0.0, (due - self._clock.now()).total_seconds())
        seconds = min(seconds, self._how.quiet)
        if await self._within(seconds) or seconds < self._how.quiet or self._opened is None:
            return
        with suppress(BackendError):  # lost, then, and that is seen to
            await self._opened.connection.ask(Request("Ping"), self._ami.options.deadline)

    async def _within(self, seconds: float) -> bool:
        """Whether something came within that time."""
        waking = asyncio.ensure_future(self._wake.wait())
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({waking, sleeping}, return_when=asyncio.FIRST_COMPLETED)
            return waking.done()
        finally:
            waking.cancel()
            sleeping.cancel()

    async def _unless_closed(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of some work, or None when the stream was closed meanwhile."""
        working = asyncio.ensure_future(work)
        closing = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait({working, closing}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            closing.cancel()
            if not working.done():
                working.cancel()
                await asyncio.wait({working})

    def _gap(self, why: str) -> Event:
        return Event(at=self._clock.now(), backend=self._backend, type="gap", data={"why": why})


def _filter(name: str) -> Request:
    return Request("Filter", {"Operation": "Add", "MatchCriteria": f"action(include),name({name})"})
