"""The client: connects on first use and again after a loss, and gives every question a deadline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final, Self

from msgspec import Struct
from msgspec.structs import replace

from campctl.backends.asterisk.ami.opening import About, Door, Opened, Where, open_connection, shut
from campctl.backends.asterisk.ami.pending import Answer
from campctl.backends.asterisk.ami.wire import Fields, Message, Reply, Request
from campctl.errors import BackendError, Refused, Unavailable, Uncertain

WINDOW: Final = 256
"""Requests under way at once: the measured best of 1, 8, 32, 256 (about 10,000 people a second)."""


class AmiOptions(Struct, frozen=True, kw_only=True):
    """How a client behaves. Times in seconds; `deadline` holds for every question that names none of its own.

    `boot`: how long a new connection waits for an Asterisk that still starts, and asks it nothing meanwhile; 0: not at all.
    """

    backend: str = ""
    deadline: float = 10.0
    connect: float = 5.0
    boot: float = 0.0
    window: int = WINDOW


class Ami:
    """Asterisk's manager over one connection. Nothing is repeated by itself: an answer that was lost is reported.

    Raises Unavailable (nothing was done), Uncertain (a request that may have an effect lost its answer), AuthFailed,
    and Refused for what Asterisk would misread or says no to. Several tasks may ask at once.
    """

    def __init__(self, where: Where, user: str, secret: Callable[[], str], options: AmiOptions | None = None) -> None:
        self.where = where
        self.user = user
        self.options = options or AmiOptions()
        self._door = Door(where, user, secret, self.options.backend, self.options.connect)
        self._opened: Opened | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def ask(self, action: str, fields: Fields = (), *, deadline: float | None = None) -> Reply:
        """One request, one response; `Reply.ok` says whether Asterisk did it."""
        opened = await self._ready()
        waiting = await opened.connection.ask(Request(action, fields), self._within(deadline))
        return waiting.result.result()

    async def collect(self, action: str, fields: Fields = (), *, deadline: float | None = None) -> list[Message]:
        """One request that is answered with a list: its events; Refused when Asterisk says no."""
        return [Message(raw) for raw in await self.rows(action, fields, deadline=deadline)]

    async def rows(self, action: str, fields: Fields = (), *, deadline: float | None = None) -> list[str]:
        """As `collect`, as raw text: for lists of tens of thousands, of which little is wanted."""
        opened = await self._ready()
        request = Request(action, fields)
        waiting = await opened.connection.ask(request, self._within(deadline), listed=True)
        self.accept(request, waiting.result.result())
        return waiting.events

    async def many(self, requests: Sequence[Request], *, deadline: float | None = None, window: int | None = None) -> list[Answer]:
        """Many requests, pipelined and done in order; for each its Reply, or the error that says what became of it.

        `deadline` is the longest time in which no answer at all may come.
        """
        if not requests:
            return []
        opened = await self._ready()
        return await opened.connection.many(requests, self._within(deadline), window or self.options.window)

    async def send(self, requests: Sequence[Request]) -> asyncio.Task[list[Answer]]:
        """As `many`, without waiting: they are on their way, in front of whatever is asked from now on."""
        opened = await self._ready()
        batch = opened.connection.start(requests, len(requests))
        return asyncio.ensure_future(opened.connection.finish(batch, self.options.deadline, len(requests)))

    async def command(self, text: str, *, deadline: float | None = None) -> list[str]:
        """The lines a command of Asterisk's console prints; Refused when there is no such command."""
        request = Request("Command", {"Command": text})
        reply = await self.ask(*request, deadline=deadline)
        lines = reply.all("Output")
        if not reply.ok:
            said = lines[0] if lines else reply.message
            raise self.refusal(request, said)
        return lines

    # -- about the exchange --

    async def about(self) -> About:
        """What the present connection found when it was made; makes one when there is none."""
        return (await self._open()).about()

    async def epoch(self) -> str:
        """When Asterisk started, by its own clock: another one after each restart, the same on every connection."""
        return (await self.about()).epoch

    async def wait_booted(self, seconds: float) -> bool:
        """Wait until Asterisk is fully booted, at most `seconds`; whether it is."""
        opened = await self._open()
        try:
            async with asyncio.timeout(seconds):
                await opened.boot.over.wait()
        except TimeoutError:
            return False
        return True

    def door(self, events: str) -> Door:
        """How to open a connection of its own that hears events of these classes ("system,call,agent,user")."""
        return replace(self._door, events=events)

    @property
    def connected(self) -> bool:
        """Whether a connection stands, as far as is known."""
        return self._opened is not None and self._opened.connection.alive

    # -- answers --

    def accept(self, request: Request, reply: Reply) -> Reply:
        """The reply when Asterisk did it; else Refused with its words."""
        if reply.ok:
            return reply
        raise self.refusal(request, reply.message)

    def refusal(self, request: Request, said: str) -> Refused:
        """Asterisk's no as an error."""
        hint = ""
        if said == "Permission denied":
            hint = "The manager user lacks a class: compare `read` and `write` in manager.conf with what `backend init asterisk` writes."
        elif said.startswith("Invalid/unknown command"):
            hint = "A module is not loaded on Asterisk: `backend check` names it."
        return Refused(
            f"Asterisk refuses {request.action}: {said.rstrip('.') or 'no reason given'}.", backend=self.options.backend, hint=hint
        )

    async def close(self) -> None:
        """Let go of the connection. Safe to call twice; a later use is an error."""
        self._closed = True
        opened, self._opened = self._opened, None
        if opened is not None:
            await shut(opened)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Ami({self.where.label})"

    # -- inside --

    def _within(self, deadline: float | None) -> float:
        return self.options.deadline if deadline is None else deadline

    async def _ready(self) -> Opened:
        """The connection to an Asterisk that has booted. Before that it lets us in, and knows neither queues nor phones."""
        opened = await self._open()
        if not self.options.boot or opened.boot.over.is_set():
            return opened
        loop = asyncio.get_running_loop()
        end = loop.time() + self.options.boot
        while not opened.boot.over.is_set():
            if not opened.connection.alive or loop.time() >= end:
                raise Unavailable(
                    f"Asterisk on {self.where.label} is still starting.",
                    backend=self.options.backend,
                    hint="Large exchanges take a minute or two: `asterisk -rx 'core waitfullybooted'` tells when it is over. "
                    f"If it is, give [{self.user}] the read class `system` in manager.conf.",
                )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(0.2, max(0.0, end - loop.time()))):
                    await opened.boot.over.wait()
        return opened

    async def _open(self) -> Opened:
        """The connection, made anew when there is none."""
        opened = self._opened
        if opened is not None and opened.connection.alive:
            return opened
        async with self._opening:
            if self._closed:
                raise self._over()
            opened = self._opened
            if opened is None or not opened.connection.alive:
                if opened is not None:
                    await shut(opened)
                opened = await open_connection(self._door)
                if self._closed:  # while it was opened
                    await shut(opened)
                    raise self._over()
                self._opened = opened
            return opened

    def _over(self) -> Unavailable:
        return Unavailable(f"The connection to {self.where.label} was closed.", backend=self.options.backend)


def settled(answers: Sequence[Answer]) -> list[Reply]:
    """The replies of many; raises the error that says most when any was lost: Uncertain before all others."""
    errors = [answer for answer in answers if isinstance(answer, BackendError)]
    for error in errors:
        if isinstance(error, Uncertain):
            raise error
    if errors:
        raise errors[0]
    return [answer for answer in answers if isinstance(answer, Reply)]


def refused(answer: Answer) -> str | None:
    """Why Asterisk did not do it, or None when it did; raises when the answer was lost."""
    if isinstance(answer, Refused):
        return answer.message
    if isinstance(answer, BackendError):
        raise answer
    return None if answer.ok else answer.message or "no reason given"
