"""One connection to Asterisk's manager: requests go out in order and many at once, answers are told apart by ActionID.

A connection on which an answer is overdue is given up, as Asterisk works through a connection one request at a time: all
that follows would wait behind it. The next use makes a new one, and proves with a log-in that Asterisk is alive before it
sends anything.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from campctl.backends.asterisk.ami.pending import Answer, Loss, Many, One, in_words
from campctl.backends.asterisk.ami.sealed import Records
from campctl.backends.asterisk.ami.wire import Frames, Puts, Request, action_id, done, encode
from campctl.errors import BackendError

CHUNK: Final = 1 << 18
"""Bytes read at once; asyncio stops reading from the socket at twice that."""
MAX_ANSWER: Final = 256 << 20
"""Bytes received without completing any answer that is waited for: nine times the state of 50 queues of 2,000 members."""
_DONE: Final = "Response: Success\r\nActionID: "
_SLICE: Final = 32
"""Requests of many that are written at once."""


class Direct(asyncio.StreamReader):
    """A reader that, once attached, hands on what arrives as it arrives.

    Asterisk writes every answer by itself, so a task that is woken for each would take longer than the answer.
    """

    _take: Callable[[bytes], None] | None = None
    _over: Callable[[Exception | None], None] | None = None

    def attach(self, take: Callable[[bytes], None], over: Callable[[Exception | None], None]) -> None:
        """From now on `take` gets the bytes, and `over` is told of the end (and of what broke it)."""
        self._take, self._over = take, over
        if self.at_eof() or self.exception() is not None:
            over(self.exception())

    def feed_data(self, data: Any) -> None:
        """Bytes arrived."""
        if self._take is None:
            super().feed_data(data)
        else:
            self._take(data)

    def feed_eof(self) -> None:
        """There will be no more."""
        super().feed_eof()
        if self._over is not None:
            self._over(None)

    def set_exception(self, exc: Exception) -> None:
        """The connection broke."""
        super().set_exception(exc)
        if self._over is not None:
            self._over(exc)


class Connection:
    """Needs a reader and a writer whose banner was read. `on_event` gets every message that answers nothing."""

    def __init__(
        self,
        reader: Direct,
        writer: asyncio.StreamWriter,
        *,
        label: str,
        backend: str,
        on_event: Callable[[str], None],
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self._writer = writer
        self._label, self._backend = label, backend
        self._on_event, self._on_lost = on_event, on_lost
        self._records = Records(writer.write) if writer.get_extra_info("ssl_object") is not None else None
        self._number = 0
        self._answered = 0
        self._pending: dict[int, One | Many] = {}
        self._received = 0
        self.loss: Loss | None = None
        loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._over: asyncio.Future[None] = loop.create_future()
        self._attending = loop.create_task(self._attend(), name=f"ami-{label}")
        reader.attach(self._arrived, self._ended)

    @property
    def alive(self) -> bool:
        """Whether it can still be used."""
        return self.loss is None

    async def ask(self, request: Request, deadline: float, *, listed: bool = False) -> One:
        """Send one request, wait for its response and, when `listed`, for its list."""
        if self.loss is not None:
            raise self.loss.of_unsent(request)
        number = self._number = self._number + 1
        data = encode(request, number)
        waiting = One(request, listed=listed)
        self._pending[number] = waiting
        self._write([(number, data)])
        # Not `asyncio.timeout`, which would cancel the future that is to tell what the loss means.
        await asyncio.wait((waiting.result,), timeout=deadline)
        if not waiting.result.done():
            self._overdue(deadline)
        waiting.result.result()
        return waiting

    async def many(self, requests: Sequence[Request], deadline: float, window: int) -> list[Answer]:
        """Send requests in order, at most `window` unanswered; `deadline` is how long no answer at all may come."""
        return await self.finish(self.start(requests, window), deadline, window)

    def start(self, requests: Sequence[Request], window: int) -> Many:
        """Send the first of many at once."""
        batch = Many(requests, self._number + 1)
        self._number += len(requests)
        batch.loss = self.loss
        if batch.loss is None:
            self._send(batch, window)
        return batch

    async def finish(self, batch: Many, deadline: float, window: int) -> list[Answer]:
        """Send the others, and wait for all answers."""
        requests = batch.requests
        low = window - min(_SLICE, max(1, window // 2))
        try:
            while batch.sent < len(requests) and batch.loss is None:
                async with asyncio.timeout(deadline):
                    await self._writer.drain()
                    await batch.under(low)
                if batch.loss is None:
                    self._send(batch, window - batch.left)
            while batch.left and batch.loss is None:
                async with asyncio.timeout(deadline):
                    await batch.under(max(0, batch.left - window // 2 - 1))
        except TimeoutError:
            self._overdue(deadline)
        except OSError as error:
            self._lose(f"the connection to {self._label} broke ({in_words(error)})")
        return batch.results()

    def _send(self, batch: Many, count: int) -> None:
        """Write the next requests of many; those that cannot be written are answered with why."""
        out: list[tuple[int, bytes]] = []
        stop = min(len(batch.requests), batch.sent + count)
        first = batch.first + batch.sent
        puts = batch.requests if self._records is None and isinstance(batch.requests, Puts) else None
        data = puts.encoded(batch.sent, stop, first) if puts is not None else None
        if data is not None:
            self._pending.update(dict.fromkeys(range(first, batch.first + stop), batch))
            batch.left += stop - batch.sent
            batch.sent = stop
            self._writer.write(data)
            return
        for index in range(batch.sent, stop):
            number = batch.first + index
            try:
                out.append((number, encode(batch.requests[index], number)))
            except BackendError as error:
                batch.answers[index] = error
                continue
            self._pending[number] = batch
            batch.left += 1
        batch.sent = stop
        self._write(out)

    def _write(self, requests: list[tuple[int, bytes]]) -> None:
        """Send whole requests, with their numbers."""
        if self._records is None:
            self._writer.write(b"".join([data for _, data in requests]))
            return
        for number, data in requests:
            self._records.put(number, data)
        self._records.flush()

    async def _attend(self) -> None:
        """See to it that nobody waits any more when the event loop ends, and that the socket is closed then."""
        try:
            await self._over
        finally:
            self._lose(f"the connection to {self._label} was given up")

    def _arrived(self, data: bytes) -> None:
        """Take what comes, and tell those who wait for it."""
        if self.loss is not None:
            return
        try:
            messages = self._frames.feed(data)
            if not messages or not self._all_done(messages):
                self._sort(messages)
            if self._records is not None:
                self._records.read(self._answered)
            self._check(len(data))
        except ValueError as error:
            self._lose(f"{self._label} sent what is not AMI ({error})")

    def _ended(self, error: Exception | None) -> None:
        """Nothing more will come."""
        if isinstance(error, OSError):
            self._lose(f"the connection to {self._label} broke ({in_words(error)})")
        else:
            self._lose(f"{self._label} closed the connection")
        if not self._over.done():
            self._over.set_result(None)

    def _all_done(self, messages: list[str]) -> bool:
        """Take DBPuts' answers, when these messages are nothing else."""
        text = action_id(messages[0])
        first = int(text) if text.isdecimal() else 0
        batch, after = self._pending.get(first), first + len(messages)
        if not isinstance(batch, Many) or self._pending.get(after - 1) is not batch:
            return False
        if messages != list(map(done, range(first, after))) or not batch.done(first, len(messages)):
            return False
        for number in range(first, after):
            del self._pending[number]
        self._received = 0
        self._answered = after - 1
        return True

    def _sort(self, messages: list[str]) -> None:
        """Hand each message to who waits for it. Rows of a long list take the short way: they end as the one before did."""
        tail = "\0"
        rows: list[str] = []
        text, number = "", 0
        for raw in messages:
            if raw.endswith(tail):
                rows.append(raw)
                continue
            if raw.startswith(f"{_DONE}{number + 1}\r\n"):  # most likely the answer to the next of many
                number, text = number + 1, "next"
            else:
                text = action_id(raw)
                number = int(text) if text.isdecimal() else 0
            waiting = self._pending.get(number)
            if waiting is None:
                if not text and raw.startswith("Response: "):
                    raise ValueError("an answer to nothing that was asked")
                self._on_event(raw)
            elif waiting.take(number, raw):
                self._answered = max(self._answered, number)
                del self._pending[number]
                self._received = 0
                tail = "\0"
            elif (streams := waiting.streams) is not None:
                tail, rows = f"\r\nActionID: {number}", streams

    def _check(self, size: int) -> None:
        """Give up on what is not AMI, and on an answer that never ends."""
        if self._frames.fault:
            raise ValueError(self._frames.fault)
        self._received = self._received + size if self._pending else 0
        if self._received > MAX_ANSWER:
            raise ValueError(f"an answer of more than {MAX_ANSWER >> 20} MB")

    def _overdue(self, deadline: float) -> None:
        self._lose(
            f"{self._label} did not answer within {deadline:g} s",
            hint="Asterisk may be overloaded or stopped: see `systemctl status asterisk`, `asterisk -rx 'core show taskprocessors'`.",
        )

    def _lose(self, why: str, hint: str = "") -> None:
        """Give the connection up, and tell everyone who waits."""
        if self.loss is not None:
            return
        self.loss = Loss(why, backend=self._backend, hint=hint)
        pending, self._pending = self._pending, {}
        for waiting in pending.values():
            waiting.lose(self.loss)
        self._writer.transport.abort()
        if self._on_lost is not None:
            self._on_lost()

    async def close(self) -> None:
        """Say good-bye and let go; what is still unanswered is lost. Safe to call twice."""
        if self.loss is None and not self._pending:
            with contextlib.suppress(OSError):
                self._writer.write(encode(Request("Logoff"), 0))
                await asyncio.wait({self._over}, timeout=0.2)
        self._lose(f"the connection to {self._label} was closed by campctl")
        if not self._attending.done():
            self._attending.cancel()
            await asyncio.wait({self._attending}, timeout=1.0)
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
