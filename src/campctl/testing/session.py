"""What a contract test works with: a backend, its clock, and the patience a client owes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Protocol

from campctl.errors import Throttled
from campctl.model.changes import Change, Outcome
from campctl.model.live import Capabilities, Snapshot
from campctl.model.resources import Key, Resource
from campctl.ports.backend import Backend
from campctl.ports.clock import Clock
from campctl.testing.samples import FOUNDATION, create, fitting

PATIENCE = 50
"""How often a 429 is obeyed before a test gives up."""


class MakeBackend(Protocol):
    """Opens one more connection to the test's exchange, which is the same for all calls within one test."""

    def __call__(self, clock: Clock) -> Backend: ...


class Session:
    """One test's exchange. `backend` is the first connection to it; `another()` opens more."""

    def __init__(self, make: MakeBackend, clock: Clock) -> None:
        self._make = make
        self.clock = clock
        self.open: list[Backend] = []
        self.backend = self.another()

    @property
    def capabilities(self) -> Capabilities:
        """What the backend says it can do."""
        return self.backend.capabilities

    def another(self) -> Backend:
        """One more connection to the same exchange."""
        backend = self._make(self.clock)
        self.open.append(backend)
        return backend

    async def obeying(self, request: Callable[[], Awaitable[Any]]) -> Any:
        """A request, repeated as long as it is told to come back later."""
        for _ in range(PATIENCE):
            try:
                return await request()
            except Throttled as told:
                await self.clock.sleep(told.retry_after or 1.0)
        return await request()

    async def do(self, changes: Sequence[Change], *, on: Backend | None = None) -> list[Outcome]:
        """Execute changes, in batches as large as may be."""
        backend = on if on is not None else self.backend
        outcomes: list[Outcome] = []
        size = backend.capabilities.batch
        for start in range(0, len(changes), size):
            batch = changes[start : start + size]
            outcomes += await self.obeying(lambda batch=batch: backend.execute(batch))  # type: ignore[misc]
        return outcomes

    async def done(self, *changes: Change) -> None:
        """Execute changes that must all be accepted."""
        outcomes = await self.do(changes)
        assert [outcome.change for outcome in outcomes] == [change.id for change in changes], "one outcome a change, in their order"
        refused = [f"{outcome.change}: {outcome.error}" for outcome in outcomes if outcome.error is not None]
        assert not refused, f"refused: {refused}"

    async def refused(self, change: Change, code: str = "") -> str:
        """Execute a change that must be refused, and leave everything as it was; the sentence."""
        before = await self.settled()
        (outcome,) = await self.do([change])
        assert outcome.change == change.id
        assert outcome.error, f"{change.id} was accepted"
        if code:
            assert outcome.code == code
        assert (await self.settled()).resources == before.resources
        return outcome.error

    async def settled(self, keys: Collection[Key] | None = None, *, on: Backend | None = None) -> Snapshot:
        """What there is, once everything accepted has arrived."""
        backend = on if on is not None else self.backend
        if self.capabilities.propagation:
            await self.clock.sleep(self.capabilities.propagation)
        snapshot = await self.obeying(lambda: backend.observe(keys))
        assert isinstance(snapshot, Snapshot)
        return snapshot

    async def one(self, key: Key) -> Resource | None:
        """One resource, once settled; None when there is none."""
        return (await self.settled([key])).resources.get(key)

    async def founded(self) -> None:
        """Create what the samples refer to."""
        kinds = self.capabilities.kinds
        await self.done(*(create(self.fit(resource)) for resource in FOUNDATION if resource.__struct_config__.tag in kinds))

    def fit(self, resource: Resource) -> Any:
        """A sample without the fields the backend cannot keep."""
        return fitting(resource, self.capabilities)

    async def close(self) -> None:
        """Close every connection."""
        for backend in self.open:
            await backend.close()


def in_session(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Turn `async def test(self, session, *parameters)` into a test of pytest that needs the fixture `make_backend`."""
    names = test.__code__.co_varnames[2 : test.__code__.co_argcount]

    def run(self: Any, make_backend: MakeBackend, given: dict[str, Any]) -> None:
        async def main() -> None:
            session = Session(make_backend, self.make_clock())
            try:
                await test(self, session, **given)
            finally:
                await session.close()

        asyncio.run(main())

    return with_parameters(run, test, names)


def with_parameters(run: Callable[[Any, MakeBackend, dict[str, Any]], None], test: Any, names: Sequence[str]) -> Callable[..., None]:
    """A function with the signature (self, make_backend, *names), which is what pytest looks at."""
    import inspect

    def runner(self: Any, make_backend: MakeBackend, **given: Any) -> None:
        run(self, make_backend, given)

    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("self", "make_backend", *names)]
    runner.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    runner.__name__, runner.__qualname__, runner.__doc__ = test.__name__, test.__qualname__, test.__doc__
    runner.__module__ = test.__module__
    return runner
