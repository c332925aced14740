"""Asterisks over one PostgreSQL keep the contract of backends, as one machine does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campctl.ports.clock import Clock
from campctl.testing import BackendContract, FaultContract
from campctl.testing.faults import Inject
from campctl.testing.session import MakeBackend
from servers.ami_proxy import AmiProxy
from servers.cluster import Cluster, cluster
from servers.pg_proxy import PgGate
from servers.postgres import Server

pytestmark = pytest.mark.live


class RealClock:
    """Really waits, but never longer than until AstDB has been written."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 2.0))


@pytest.fixture(scope="module")
def two(postgres_server: Server, asterisk_base: Path) -> Iterator[Cluster]:
    """Two nodes for all tests of this module."""
    with cluster(postgres_server, 2) as made:
        yield made


class OnNodes:
    """Opens backends on some of the nodes, which are empty when a test begins."""

    names: tuple[str, ...] = ()
    phones_register = False

    def make_clock(self) -> Clock:
        return RealClock()

    @pytest.fixture
    def make_backend(self, two: Cluster, tmp_path: Path) -> MakeBackend:
        two.emptied()
        return lambda clock: two.opened(tmp_path, clock, *self.names)


class TestOneNode(OnNodes, BackendContract):
    """A single Asterisk whose people are in PostgreSQL."""

    names = ("a",)


class TestTwoNodes(OnNodes, BackendContract):
    """Two that work as one."""


class TestOneNodeOnABadDay(OnNodes, FaultContract):
    """A database whose connections are refused or break at the worst moment, an Asterisk that is killed."""

    names = ("a",)
    injectable = ("unavailable", "lost-before", "lost-after", "half", "restart")
    many = 40

    @pytest.fixture
    def proxy(self, two: Cluster) -> Iterator[AmiProxy]:
        made = AmiProxy(lambda: ("127.0.0.1", two.place.server.port), PgGate)
        yield made
        made.close()

    @pytest.fixture
    def make_backend(self, two: Cluster, proxy: AmiProxy, tmp_path: Path) -> MakeBackend:
        two.emptied()
        url = f"postgresql://campctl@127.0.0.1:{proxy.port}/{two.place.name}?sslmode=disable"
        return lambda clock: two.opened(tmp_path, clock, *self.names, database=url)

    @pytest.fixture
    def inject(self, two: Cluster, proxy: AmiProxy) -> Inject:
        def inject(fault: str) -> None:
            if fault == "restart":
                two.nodes["a"].kept()  # else what the node keeps of the foundation is lost with it
                two.nodes["a"].kill()
            elif not fault:
                two.up()
            proxy.start("" if fault == "restart" else fault)

        return inject
