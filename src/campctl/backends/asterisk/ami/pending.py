"""What waits for answers on one connection: one request, a list that one request is answered with, or many requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Final, TypeAlias

from campctl.backends.asterisk.ami.wire import DONE, Reply, Request
from campctl.errors import BackendError, Unavailable, Uncertain

Answer: TypeAlias = Reply | BackendError
"""What became of one request of many."""

STARTS: Final = "\r\nEventList: start"
_ENDS: Final = ("\r\nEventList: Complete", "\r\nEventList: Cancelled", "\r\nEventList: complete", "\r\nEventList: cancelled")


def in_words(error: OSError) -> str:
    """An OSError in a few words, without numbers nobody reads."""
    text = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error) or type(error).__name__
    return text.lower()


class Loss:
    """Why a connection is gone, and what that means for a request that was sent."""

    __slots__ = ("backend", "hint", "why")

    def __init__(self, why: str, *, backend: str, hint: str = "") -> None:
        self.why, self.backend, self.hint = why, backend, hint

    def of_sent(self, request: Request) -> BackendError:
        """The error of a request whose answer is lost."""
        if request.reads_only:
            return Unavailable(f"{request.action}: {self.why}.", backend=self.backend, hint=self.hint)
        return Uncertain(f"{request.action} may have been done: {self.why}.", backend=self.backend, hint=self.hint)

    def of_unsent(self, request: Request) -> BackendError:
        """The error of a request that never left."""
        return Unavailable(f"{request.action} was not sent: {self.why}.", backend=self.backend, hint=self.hint)


class One:
    """Waits for one response and, when `listed`, for the events that follow it up to the one that completes the list."""

    __slots__ = ("events", "listed", "reply", "request", "result")

    def __init__(self, request: Request, *, listed: bool) -> None:
        self.request = request
        self.listed = listed
        self.reply: Reply | None = None
        self.events: list[str] = []
        self.result: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    def take(self, number: int, raw: str) -> bool:  # noqa: ARG002 - the same shape as Many.take
        """One message with this ActionID; whether it was the last."""
        if self.reply is None:
            if not raw.startswith("Response: "):
                return False
            self.reply = Reply(raw)
            if self.listed and STARTS in raw and self.reply.ok:
                return False
        elif not any(end in raw for end in _ENDS):
            self.events.append(raw)
            return False
        if not self.result.done():
            self.result.set_result(self.reply)
        return True

    @property
    def streams(self) -> list[str] | None:
        """Where the events of a list go that has begun."""
        return self.events if self.listed and self.reply is not None else None

    def lose(self, loss: Loss) -> None:
        """The connection is gone."""
        if not self.result.done():
            self.result.set_exception(loss.of_sent(self.request))
            self.result.exception()  # seen: nobody may be waiting any more


class Many:
    """Waits for one response each to many requests, of which at most a window is under way."""

    __slots__ = ("answers", "first", "left", "loss", "progress", "requests", "sent", "wake_at")

    def __init__(self, requests: Sequence[Request], first: int) -> None:
        self.requests = requests
        self.first = first
        """Number (ActionID) of the first request; the others follow."""
        self.answers: list[Answer | None] = [None] * len(requests)
        self.sent = 0
        self.left = 0
        """Requests under way."""
        self.wake_at = 0
        self.loss: Loss | None = None
        self.progress: asyncio.Future[None] | None = None

    def take(self, number: int, raw: str) -> bool:
        """The response to one of them."""
        if not raw.startswith("Response: "):
            return False
        self.answers[number - self.first] = Reply(raw)
        self.left -= 1
        if self.left <= self.wake_at:
            self._wake()
        return True

    def waits_for(self, number: int) -> bool:
        """Whether this is the number of one of them that is under way."""
        at = number - self.first
        return 0 <= at < self.sent and self.answers[at] is None

    def done(self, number: int, count: int) -> bool:
        """So many of them, from `number` on, are DBPuts that were done; False, and nothing is taken, unless all were still waited for."""
        at = number - self.first
        if self.answers[at : at + count].count(None) != count:
            return False
        self.answers[at : at + count] = [DONE] * count
        self.left -= count
        if self.left <= self.wake_at:
            self._wake()
        return True

    streams = None

    def lose(self, loss: Loss) -> None:
        """The connection is gone."""
        self.loss = loss
        self._wake()

    def _wake(self) -> None:
        if self.progress is not None and not self.progress.done():
            self.progress.set_result(None)

    async def under(self, count: int) -> None:
        """Wait until at most `count` are under way, or the connection is gone."""
        while self.left > count and self.loss is None:
            self.wake_at = count
            self.progress = asyncio.get_running_loop().create_future()
            await self.progress

    def results(self) -> list[Answer]:
        """An answer for each, in order: what was not answered is an error that says whether it may have been done."""
        if None not in self.answers:
            return list(self.answers)  # type: ignore[arg-type]
        loss = self.loss or Loss("it was given up", backend="")
        return [
            answer if answer is not None else loss.of_sent(request) if index < self.sent else loss.of_unsent(request)
            for index, (request, answer) in enumerate(zip(self.requests, self.answers, strict=True))
        ]
