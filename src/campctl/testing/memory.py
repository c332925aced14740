"""An exchange in memory: implements `ports.backend.Backend`, does what it is told, fails when it is told to.

For tests of whatever drives backends. `faults` maps the number of an `execute` call (1 is the first) to what happens at it:

    timeout     the work is done, the answer is lost           drop      the work is not done, the answer is lost
    down        not reached, nothing done                      throttle  too many requests, "retry after 1.5 s"
    throttle?   too many requests, without saying for how long lie       yes, and nothing done
    half        done, but the answer breaks off half way       restart   done, then a restart forgets the last `forgets` s
    refuse      the whole request is refused                   auth      the credentials are not accepted
    crash       something raises what no backend may raise
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

from msgspec import Struct

from campctl.errors import AuthFailed, BackendError, Refused, Throttled, Unavailable, Uncertain
from campctl.model.changes import Change, Outcome
from campctl.model.live import Capabilities, Event, Live, Probe, Snapshot
from campctl.model.resources import Key, Resource, key_of, references
from campctl.planning.effects import carried
from campctl.ports.clock import Clock


class Done(Struct, frozen=True):
    """One line of the log of what was really done, in order: `at` is monotonic seconds."""

    at: float
    backend: str
    change: Change


class MemoryBackend:
    """Resources in a dict. `log` may be shared by several, to see the order of what they did.

    always: a fault of every `execute` call (and, for "down", "throttle" and "auth", of every look). latency: seconds each
    request takes. refuses: keys whose changes are refused. after: called with the log after every change done.
    """

    def __init__(self, name: str, clock: Clock, capabilities: Capabilities | None = None, resources: Sequence[Resource] = ()) -> None:
        self.name = name
        self.capabilities = capabilities or Capabilities()
        self.clock = clock
        self.resources: dict[Key, Resource] = {key_of(resource): resource for resource in resources}
        self.live_keys: Callable[[], frozenset[Key]] = lambda: frozenset(self.resources)
        self.log: list[Done] = []
        self.faults: Mapping[int, str] = {}
        self.always = ""
        self.latency = 0.0
        self.forgets = 1.0
        self.refuses: set[Key] = set()
        self.after: Callable[[list[Done]], None] = lambda _: None
        self.calls = 0
        self.looks = 0
        self.throttled = 0
        self.most_at_once = 0
        self.epoch = 1
        self._running = 0
        self._past: list[tuple[float, dict[Key, Resource]]] = []

    async def observe(self, keys: Collection[Key] | None = None) -> Snapshot:
        """What was there `capabilities.propagation` seconds ago."""
        self.looks += 1
        await self._spend()
        self._fail(self.always if self.always in {"down", "throttle", "throttle?", "auth"} else "")
        seen = self._as_of(self.clock.monotonic() - self.capabilities.propagation)
        if keys is not None:
            seen = {key: seen[key] for key in keys if key in seen}
        return Snapshot(dict(seen), self.live_keys() & frozenset(seen), str(self.epoch))

    async def execute(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Try changes in order."""
        self.calls += 1
        fault = self.faults.get(self.calls, self.always)
        await self._spend()
        self._fail(fault)
        if fault in {"", "restart"} and len(changes) > self.capabilities.batch:
            raise Refused(f"{len(changes)} changes are too many", backend=self.name)
        outcomes = [self._do(change) if fault != "lie" else Outcome(change=change.id) for change in changes]
        if fault in {"timeout", "restart"}:
            if fault == "restart":
                self.restart()
                return outcomes
            raise Uncertain(f"{self.name} did not answer", backend=self.name)
        return outcomes[: len(outcomes) // 2] if fault == "half" else outcomes

    def restart(self) -> None:
        """Come up again without what was acknowledged in the last `forgets` seconds."""
        self.epoch += 1
        self.resources = dict(self._as_of(self.clock.monotonic() - self.forgets))
        self._past = [(float("-inf"), dict(self.resources))]

    async def set_secret(self, line: str, secret: str) -> None:
        """Take it and forget it."""

    async def events(self) -> AsyncIterator[Event]:
        """Nothing happens."""
        for event in tuple[Event, ...]():
            yield event

    async def live(self, *, agents: bool = False) -> Live:  # noqa: ARG002
        """Nothing goes on."""
        return Live(at=self.clock.now(), backend=self.name, since=self.clock.now(), epoch=str(self.epoch))

    async def check(self) -> Sequence[Probe]:
        """It is always well."""
        return (Probe("memory", ok=True, detail="in memory"),)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _spend(self) -> None:
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        try:
            await self.clock.sleep(self.latency)
        finally:
            self._running -= 1

    def _fail(self, fault: str) -> None:
        errors: dict[str, BackendError] = {
            "down": Unavailable(f"{self.name} was not reached", backend=self.name),
            "drop": Uncertain(f"{self.name} broke the connection", backend=self.name),
            "throttle": Throttled(f"{self.name} says 429", backend=self.name, retry_after=1.5),
            "throttle?": Throttled(f"{self.name} says 429", backend=self.name),
            "refuse": Refused(f"{self.name} does not like this request", backend=self.name),
            "auth": AuthFailed(f"{self.name} does not accept the credentials", backend=self.name),
        }
        if fault == "crash":
            raise ZeroDivisionError("password=hunter2")
        if fault in errors:
            self.throttled += fault.startswith("throttle")
            raise errors[fault]

    def _as_of(self, moment: float) -> dict[Key, Resource]:
        if not self._past or moment >= self._past[-1][0]:
            return self.resources
        # An entry holds what was there before the change at its instant.
        return next(before for at, before in self._past if at > moment)

    def _do(self, change: Change) -> Outcome:
        why = self._objection(change)
        if why:
            return Outcome(change=change.id, error=why, code="refused")
        if self.capabilities.propagation or self.forgets:
            self._past.append((self.clock.monotonic(), dict(self.resources)))
        if change.before is not None and change.action != "create":
            self.resources.pop(key_of(change.before), None)
        if change.after is not None:
            self.resources[change.key] = change.after
        for old, value in carried(change, self.resources.values()).items():
            del self.resources[old]
            self.resources[key_of(value)] = value
        self.log.append(Done(self.clock.monotonic(), self.name, change))
        self.after(self.log)
        return Outcome(change=change.id)

    def _objection(self, change: Change) -> str:
        key = change.key if change.before is None else key_of(change.before)
        if key in self.refuses or change.key in self.refuses:
            return f"{change.key} is not allowed here"
        if change.action == "create" and key in self.resources:
            return f"{key} exists already"
        if change.action != "create" and key not in self.resources:
            return f"{key} does not exist"
        if change.after is not None:
            missing = [str(one) for one in references(change.after) if one not in self.resources]
            return f"{change.key} refers to {missing[0]}, which does not exist" if missing else ""
        users = [str(key_of(other)) for other in self.resources.values() if key in references(other)]
        return f"{key} is used by {users[0]}" if users else ""
