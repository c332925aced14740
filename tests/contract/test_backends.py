"""Every backend that ships with campctl keeps the contract, under several settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from campctl.backends.sim import console, factory
from campctl.model.campaign import BackendSpec
from campctl.ports.backend import Backend, BackendEnv
from campctl.ports.clock import Clock
from campctl.testing import BackendContract, FaultContract
from campctl.testing.faults import Inject
from campctl.testing.session import MakeBackend


def no_secret(name: str) -> str:
    raise AssertionError(name)


class Opened:
    options: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def make_backend(self, tmp_path: Path) -> MakeBackend:
        def make(clock: Clock) -> Backend:
            return factory.open(BackendSpec("test", "sim", self.options), BackendEnv(tmp_path, clock, no_secret))

        return make


class Sim(Opened, BackendContract):
    """One variant a subclass."""


class TestSim(Sim):
    """As it comes."""


class TestSlowSim(Sim):
    """Latency, propagation, phones that take their time, one change a request."""

    options: ClassVar[dict[str, Any]] = {"latency": "20ms", "jitter": "10ms", "propagation": "3s", "register_after": "2s", "batch": 1}
    many = 60


class TestThrottlingSim(Sim):
    """A rate it tells nobody, and 429s without an exact time."""

    options: ClassVar[dict[str, Any]] = {"rate": 50, "burst": 2, "rate_known": False, "concurrency": 4, "latency": "1ms", "batch": 10}
    many = 60


class TestPoorSim(Sim):
    """One that cannot rename, does not keep every field, and takes few of everything."""

    options: ClassVar[dict[str, Any]] = {
        "rename": False,
        "unsupported": "line.device, member.penalty, queue.escalation, queue.failover",
        "max_lines": 14,
        "max_queues": 4,
        "max_members": 6,
        "max_members_per_queue": 5,
        "max_routes": 5,
        "batch": 3,
    }
    many = 10


INJECTED: dict[str, dict[str, Any]] = {
    "": {},
    "throttled": {"throttle_always": True},
    "unavailable": {"fail_every": 1},
    "lost-before": {"drop_before_every": 1},
    "lost-after": {"drop_after_every": 1},
    "half": {"half_every": 1},
    "restart": {"restart_every": 1},
}


class SimFaults(Opened, FaultContract):
    injected: ClassVar[dict[str, dict[str, Any]]] = INJECTED

    @pytest.fixture
    def inject(self, tmp_path: Path) -> Inject:
        return lambda fault: console.poke(tmp_path / ".campctl" / "sim-test.db", [console.SetFaults(self.injected[fault])])


class TestSimFaults(SimFaults):
    """As it comes."""


class TestSlowSimFaults(SimFaults):
    """On their way when it happens, and a client that gives up instead of a connection that breaks."""

    options: ClassVar[dict[str, Any]] = {"latency": "20ms", "propagation": "3s", "batch": 4}
    injected: ClassVar[dict[str, dict[str, Any]]] = {**INJECTED, "lost-after": {"timeout_every": 1}}
