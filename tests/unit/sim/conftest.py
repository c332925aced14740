"""An exchange, its clock, and short words for what tests do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from campctl.backends.sim import factory
from campctl.backends.sim.backend import SimBackend
from campctl.backends.sim.places import exchange_file
from campctl.model.campaign import BackendSpec
from campctl.model.changes import Change, Outcome
from campctl.model.live import Snapshot
from campctl.ports.backend import BackendEnv
from campctl.testing import FakeClock
from campctl.testing.samples import FOUNDATION, create


class Lab:
    """One exchange in a folder of its own; `open` gives connections with any options."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FakeClock()
        self.file = exchange_file(root, "local")
        self._open: list[SimBackend] = []

    def open(self, **options: Any) -> SimBackend:
        def no_secret(name: str) -> str:
            raise AssertionError(name)

        backend = factory.open(BackendSpec("local", "sim", options), BackendEnv(self.root, self.clock, no_secret))
        self._open.append(backend)
        return backend

    def run(self, main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return asyncio.run(main())

    def execute(self, backend: SimBackend, *changes: Change) -> list[Outcome]:
        return list(asyncio.run(backend.execute(changes)))

    def observe(self, backend: SimBackend, *keys: Any) -> Snapshot:
        return asyncio.run(backend.observe(keys or None))

    def found(self, **options: Any) -> SimBackend:
        """A connection to an exchange that holds the foundation, made a while ago."""
        planter = self.open()
        self.execute(planter, *map(create, FOUNDATION))
        self.clock.advance(600)
        return self.open(**options)

    def now(self) -> float:
        return self.clock.now().timestamp()

    def close(self) -> None:
        for backend in self._open:
            asyncio.run(backend.close())


@pytest.fixture
def lab(tmp_path: Path) -> Any:
    lab = Lab(tmp_path)
    yield lab
    lab.close()
