"""One connection to Asterisk's manager: requests go out in order and many at once, answers are told apart by ActionID.

A connection on which an answer is overdue is given up, as Asterisk works through a connection one request at a time: all
that follows would wait behind it. The next use makes a new one, and proves with a log-in that Asterisk is alive before it
sends anything.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final

from campctl.backends.asterisk.ami import runs
from campctl.backends.asterisk.ami.pending import Answer, Loss, Many, One, in_words
from campctl.backends.asterisk.ami.puts import Puts
from campctl.backends.asterisk.ami.reading import ALL, Direct, Waking
from campctl.backends.asterisk.ami.sealed import Records
from campctl.backends.asterisk.ami.wire import Frames, Request, action_id, encode
from campctl.errors import BackendError

MAX_ANSWER: Final = 256 << 20
"""Bytes received without completing any answer that is waited for: nine times the state of 50 queues of 2,000 members."""
_GULP: Final = 256
"""Answers to many DBPuts that are read at once: a millisecond of Asterisk's work."""
_SLICE: Final = 32
"""Requests of many that are written at once."""


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
        self._waking = Waking(writer.get_extra_info("socket"))
        self._number = 0
        self._answered = 0
        self._pending: dict[int, One] = {}
        self._batches: list[Many] = []
        """Those of which any request is under way."""
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
        start, stop = batch.sent, min(len(batch.requests), batch.sent + count)
        batch.sent = stop
        first, requests = batch.first, batch.requests
        if isinstance(requests, Puts):
            batch.left += stop - start
            if self._records is None:
                self._writer.write(requests.joined(start, stop, first + start))
            else:
                self._write(list(enumerate(requests.encoded(start, stop, first + start), first + start)))
        else:
            out: list[tuple[int, bytes]] = []
            for index in range(start, stop):
                try:
                    out.append((first + index, encode(requests[index], first + index)))
                except BackendError as error:
                    batch.answers[index] = error
            batch.left += len(out)
            self._write(out)
        if batch.left and batch not in self._batches:
            self._batches.append(batch)
            if self._records is None:
                self._waking.at(self._next())

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
        size = len(data)
        try:
            rest = self._done(data)
            if rest:
                self._sort(self._frames.feed(rest))
            if self._records is not None:
                self._records.read(self._answered)
            self._check(size)
        except ValueError as error:
            self._lose(f"{self._label} sent what is not AMI ({error})")
        if self._records is None:
            self._waking.at(self._next())

    def _next(self) -> int:
        """How many bytes are at least to come, and are soon enough together."""
        puts = [batch for batch in self._batches if isinstance(batch.requests, Puts)]
        coming = sum(batch.left if batch.sent == len(batch.requests) else batch.left // 2 for batch in puts)
        if not coming:
            return ALL
        size = runs.run_of(min(batch.first for batch in puts)).size
        return max(ALL, min(coming, _GULP) * size - self._frames.waiting)

    def _ended(self, error: Exception | None) -> None:
        """Nothing more will come."""
        if isinstance(error, OSError):
            self._lose(f"the connection to {self._label} broke ({in_words(error)})")
        else:
            self._lose(f"{self._label} closed the connection")
        if not self._over.done():
            self._over.set_result(None)

    def _done(self, data: bytes) -> bytes:
        """Take what is nothing but answers to DBPuts that were done; what is left."""
        frames = self._frames
        if frames.waiting >= runs.LONGEST:
            return data
        if frames.waiting:
            data = frames.give_back() + data
        at = 0
        while (batch := self._batch(number := runs.begins(data, at))) is not None:
            run = runs.run_of(number)
            count = run.agrees(number, min(run.stop, batch.first + batch.sent) - number, data, at)
            if not count or not batch.done(number, count):
                break
            at += count * run.size
            self._heard(number + count - 1, batch)
        return data[at:] if at else data

    def _batch(self, number: int) -> Many | None:
        """Of which batch this is the number of a request that waits for its answer."""
        return next((batch for batch in self._batches if batch.waits_for(number)), None)

    def _heard(self, number: int, waiting: One | Many) -> None:
        """All of what answers request `number` is there, and of those in front of it in the same batch."""
        if isinstance(waiting, One):
            del self._pending[number]
        elif not waiting.left:
            self._batches.remove(waiting)
        self._answered = max(self._answered, number)
        self._received = 0

    def _sort(self, messages: list[str]) -> None:
        """Hand each message to who waits for it. Rows of a long list take the short way: they end as the one before did."""
        tail = "\0"
        rows: list[str] = []
        for raw in messages:
            if raw.endswith(tail):
                rows.append(raw)
                continue
            text = action_id(raw)
            number = int(text) if text.isdecimal() else 0
            waiting = self._pending.get(number) or self._batch(number)
            if waiting is None:
                if not text and raw.startswith("Response: "):
                    raise ValueError("an answer to nothing that was asked")
                self._on_event(raw)
            elif waiting.take(number, raw):
                self._heard(number, waiting)
                tail = "\0"
            elif (streams := waiting.streams) is not None:
                tail, rows = f"\r\nActionID: {number}", streams

    def _check(self, size: int) -> None:
        """Give up on what is not AMI, and on an answer that never ends."""
        if self._frames.fault:
            raise ValueError(self._frames.fault)
        self._received = self._received + size if self._pending or self._batches else 0
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
        waiting: list[One | Many] = [*self._pending.values(), *self._batches]
        self._pending, self._batches = {}, []
        for one in waiting:
            one.lose(self.loss)
        self._waking.close()
        self._writer.transport.abort()
        if self._on_lost is not None:
            self._on_lost()

    async def close(self) -> None:
        """Say good-bye and let go; what is still unanswered is lost. Safe to call twice."""
        if self.loss is None and not (self._pending or self._batches):
            with contextlib.suppress(OSError):
                self._writer.write(encode(Request("Logoff"), 0))
                await asyncio.wait({self._over}, timeout=0.2)
        self._lose(f"the connection to {self._label} was closed by campctl")
        if not self._attending.done():
            self._attending.cancel()
            await asyncio.wait({self._attending}, timeout=1.0)
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
