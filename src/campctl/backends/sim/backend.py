"""The exchange as a backend: time, limits and faults around what `requests` and `observing` do to the file."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from campctl.backends.sim import database, requests
from campctl.backends.sim.database import Busy, Damaged, Database
from campctl.backends.sim.faults import Faults, FaultsFile, unit
from campctl.backends.sim.observing import observe
from campctl.backends.sim.options import Settings
from campctl.backends.sim.places import exchange_file, faults_file, traffic_file
from campctl.backends.sim.requests import Answer, Moment
from campctl.errors import BackendError, Refused, Throttled, Unavailable, Uncertain
from campctl.model.changes import Change, Outcome
from campctl.model.live import Event, Live, Probe, Snapshot
from campctl.model.resources import Key
from campctl.ports.backend import BackendEnv

if TYPE_CHECKING:
    from campctl.backends.sim.traffic.listening import Listening, Place

T = TypeVar("T")
_RETRY_SECONDS = 0.003


class SimBackend:
    """Implements `ports.backend.Backend`.

    `requests` counts what came of requests by the name of the answer ("ok", "throttled", "unavailable", "uncertain",
    "refused"), in this process.
    """

    def __init__(self, name: str, settings: Settings, env: BackendEnv) -> None:
        self.name = name
        self.capabilities = settings.capabilities()
        self.requests: Counter[str] = Counter()
        self._settings = settings
        self._clock = env.clock
        self._path: Path = exchange_file(env.root, name, settings.file)
        self._faults = FaultsFile(faults_file(self._path), settings.raw_faults, settings.faults)
        self._database = Database(self._path, name)
        self._lock = threading.Lock()
        self._running = 0
        self._asked = 0
        self._closed = False
        self._ear: Listening | None = None
        self._place: asyncio.Future[Place] | None = None

    async def observe(self, keys: Collection[Key] | None = None) -> Snapshot:
        """Everything there is, or just `keys`."""
        async with self._request() as (faults, work_first, delay):
            if faults.of_reads and faults.read_verdict(await self._write(requests.count_read)):
                raise Unavailable(f"{self.name} answered 503 to a look at it, as it was told to.", backend=self.name)
            if work_first:
                snapshot = await self._read(keys)
                await self._clock.sleep(delay)
                return snapshot
            await self._clock.sleep(delay)
            return await self._read(keys)

    async def execute(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Try changes in order, in one transaction; see the port."""
        changes = tuple(changes)
        if not changes:
            return ()
        async with self._request() as (faults, work_first, delay):
            if len(changes) > self._settings.batch:
                raise Refused(
                    f"{self.name} takes {self._settings.batch} changes a request, not {len(changes)}; nothing was done.", backend=self.name
                )
            answer = await self._timed(lambda c: requests.execute(c, self._moment(faults), changes), work_first, delay)
            return await self._told(answer, faults)

    async def set_secret(self, line: str, secret: str) -> None:
        """Give a line a new SIP secret; only a salted hash of it is kept."""
        (outcome,) = await self._secrets({line: secret})
        if outcome.error is not None:
            raise Refused(outcome.error, backend=self.name, hint="A line gets a secret of its own when it is created.")

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        """The same for many lines, as many in a request as changes; returned are those there are not."""
        lines, refused = list(secrets), []
        for start in range(0, len(lines), self._settings.batch):
            part = {line: secrets[line] for line in lines[start : start + self._settings.batch]}
            outcomes = await self._secrets(part)
            for lost in (outcome for outcome in outcomes if outcome.code == "uncertain"):
                raise Uncertain(lost.error or "", backend=self.name)
            refused += [outcome.change for outcome in outcomes if outcome.error is not None]
        return refused

    async def _secrets(self, secrets: Mapping[str, str]) -> tuple[Outcome, ...]:
        async with self._request() as (faults, work_first, delay):
            answer = await self._timed(lambda c: requests.set_secrets(c, self._moment(faults), secrets), work_first, delay)
            return await self._told(answer, faults)

    async def events(self) -> AsyncIterator[Event]:
        """What happens from now on; a gap when the exchange was down, restarted, or told more than is kept.

        Looks (`live`) asked for after it was begun are made once it listens: between look and events nothing is missed.
        """
        from campctl.backends.sim.traffic.listening import TICK, gap

        try:
            self._place = asyncio.ensure_future(self._listen(lambda ear: ear.here(self._now())))
            place = await self._place
            lost = False
            while not self._closed:
                if self._faults.now().down:
                    lost = True
                elif lost:
                    lost = False
                    place = await self._listen(lambda ear: ear.here(self._now()))
                    yield gap(self.name, self._now(), "the exchange did not answer")
                else:
                    events, place = await self._listen(lambda ear, after=place: ear.since(after, self._now()))  # type: ignore[misc]
                    for event in events:
                        yield event
                await self._clock.sleep(TICK)
        except Unavailable:
            if not self._closed:  # closed before a thread had its turn: who listens is let go
                raise

    async def live(self, *, agents: bool = False) -> Live:
        """What goes on now; costs no request of the rate."""
        self._admit()
        if self._place is not None and not self._place.done():
            await asyncio.wait({self._place})
        return await self._listen(lambda ear: ear.live(self._now(), agents=agents))

    async def pause(self, line: str, paused: bool, reason: str = "") -> Sequence[str]:
        """Whoever answers on a line pauses in all its queues, or is back; see `ports.backend.Pauses`."""
        self._admit()
        queues = await self._listen(lambda ear: ear.pause(line, reason if paused else None, self._now()))
        if queues is None:
            raise Refused(f"There is no line {line} on {self.name}.", backend=self.name)
        return queues

    async def check(self) -> Sequence[Probe]:
        """Look whether the file, the clock and the settings are well; costs no request and meets no fault."""
        from campctl.backends.sim.health import probes

        def look() -> Sequence[Probe]:
            with self._lock:
                self._require_open()
                return probes(self._database, self._faults, self._now())

        return await asyncio.to_thread(look)

    async def close(self) -> None:
        """Let go of the file; safe to call twice."""
        self._closed = True
        with self._lock:
            if self._ear is not None:
                self._ear.close()
            self._database.close()

    async def _listen(self, work: Callable[[Listening], T]) -> T:
        """Look at the floor, in a thread: another process may be moving it on."""
        from campctl.backends.sim.traffic.listening import Listening

        def look() -> T:
            with self._lock:
                self._require_open()
                if self._ear is None:
                    self._ear = Listening(self.name, self._database, traffic_file(self._path), self._settings.habits)
                return work(self._ear)

        try:
            return await asyncio.to_thread(look)
        except (sqlite3.Error, OSError, Damaged) as fault:
            raise self._database.translate(fault) from fault

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _moment(self, faults: Faults) -> Moment:
        return Moment(self._settings, faults, self._now())

    @asynccontextmanager
    async def _request(self) -> AsyncIterator[tuple[Faults, bool, float]]:
        """Let a request in, or answer for the exchange; yields the faults, whether to work before waiting, and the wait.

        Every other request is worked on as it arrives and answered late, the rest the other way round, so that who is
        killed while waiting cannot know which it was.
        """
        self._asked += 1
        number = self._asked
        try:
            faults = self._admit()
            if self._running >= self._settings.concurrency:
                raise Throttled(
                    f"{self.name} takes {self._settings.concurrency} requests at once; nothing was done.",
                    backend=self.name,
                    retry_after=requests.retry_after(self._settings.latency, self._settings.retry_after),
                )
            self._running += 1
            try:
                if self._settings.rate is not None:
                    await self._take_token(self._settings.rate)
                delay = self._settings.latency
                if self._settings.jitter:
                    delay += self._settings.jitter * unit(faults.seed, number, "jitter")
                yield faults, number % 2 == 1, delay
            finally:
                self._running -= 1
        except BackendError as error:
            self.requests[error.code] += 1
            raise
        self.requests["ok"] += 1

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable(f"The connection to {self.name} was closed.", backend=self.name)

    def _admit(self) -> Faults:
        self._require_open()
        try:
            faults = self._faults.now()
        except (ValueError, OSError) as fault:
            raise Refused(
                f"{self.name} does not understand its faults file: {fault}.",
                backend=self.name,
                hint=f"Mend or remove {self._faults.path}; docs/sim.md lists the faults.",
            ) from None
        if faults.down:
            raise Unavailable(
                f"{self.name} does not answer, as it was told to (down).", backend=self.name, hint="Unset `down` to bring it back."
            )
        if faults.throttle_always:
            raise Throttled(
                f"{self.name} answered 429, as it was told to (throttle_always).",
                backend=self.name,
                retry_after=requests.retry_after(1.0, self._settings.retry_after),
            )
        return faults

    async def _take_token(self, rate: float) -> None:
        wait = await self._write(lambda c: requests.take_token(c, rate, self._settings.burst, self._now()))
        if wait:
            raise Throttled(
                f"{self.name} answered 429: it takes {rate:g} requests a second.",
                backend=self.name,
                retry_after=requests.retry_after(wait, self._settings.retry_after),
            )

    async def _timed(self, work: Callable[[sqlite3.Connection], Answer], work_first: bool, delay: float) -> Answer:
        if work_first:
            answer = await self._write(work)
            await self._clock.sleep(delay)
            return answer
        await self._clock.sleep(delay)
        return await self._write(work)

    async def _told(self, answer: Answer, faults: Faults) -> tuple[Outcome, ...]:
        """What the client gets to hear of an answer."""
        name, call = self.name, answer.call
        match answer.fault:
            case "fail":
                raise Unavailable(f"{name} answered 503 to call {call}, as it was told to; nothing was done.", backend=name)
            case "drop_before" | "drop_after" | "restart":
                why = "restarted" if answer.fault == "restart" else "broke the connection"
                raise Uncertain(f"{name} {why} at call {call}; it may or may not have been done.", backend=name)
            case "timeout":
                await self._clock.sleep(faults.timeout_after)
                raise Uncertain(f"{name} did not answer call {call} within {faults.timeout_after:g} s.", backend=name)
            case "half":
                kept = min(faults.half_answers or len(answer.outcomes) // 2, len(answer.outcomes))
                if not kept:
                    raise Uncertain(f"{name} sent an answer to call {call} that breaks off before it begins.", backend=name)
                lost = f"The answer of {name} to call {call} broke off; this may or may not have been done."
                rest = (Outcome(change=outcome.change, error=lost, code="uncertain") for outcome in answer.outcomes[kept:])
                return (*answer.outcomes[:kept], *rest)
        return answer.outcomes

    async def _read(self, keys: Collection[Key] | None) -> Snapshot:
        def work() -> Snapshot:
            with self._lock:
                self._require_open()
                with self._database.reading() as connection:
                    return observe(connection, self._now(), keys)

        try:
            if not self._lock.locked():
                return work()
            return await asyncio.to_thread(work)
        except (sqlite3.Error, OSError, Damaged) as fault:
            raise self._database.translate(fault) from fault

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """One transaction: at once when nobody else writes, which takes less than handing it to a thread; else there."""
        try:
            if self._lock.acquire(blocking=False):
                try:
                    return self._transact(work)
                except Busy:
                    pass
                finally:
                    self._lock.release()
            return await asyncio.to_thread(self._patiently, work)
        except (sqlite3.Error, OSError, Damaged, Busy) as fault:
            raise self._database.translate(fault) from fault

    def _patiently(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Tries again until its turn comes, and holds up nobody's looks between tries."""
        until = time.monotonic() + database.BUSY_SECONDS
        while True:
            try:
                with self._lock:
                    return self._transact(work)
            except Busy:
                if time.monotonic() > until:
                    raise
            time.sleep(_RETRY_SECONDS)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._require_open()  # a thread whose turn comes after that opens no file that nobody would close
        with self._database.writing(wait=False) as connection:
            return work(connection)
