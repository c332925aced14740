"""A real Asterisk with its own AstDB keeps the contract of backends, also on bad days."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campctl.backends.asterisk import factory
from campctl.model.campaign import BackendSpec
from campctl.ports.backend import Backend, BackendEnv
from campctl.ports.clock import Clock
from campctl.testing import BackendContract, FaultContract
from campctl.testing.faults import Inject
from campctl.testing.session import MakeBackend
from servers.ami import Ami
from servers.ami_proxy import AmiProxy
from servers.asterisk import Asterisk, Unavailable, base, cannot, started

pytestmark = pytest.mark.live

FAMILIES = ("campctl", "ps", "ext", "did", "cid", "e911", "notify", "hotline", "Queue/PersistentMembers")
FILES = ("queues.conf", "queuerules.conf", "geolocation.conf")


class RealClock:
    """Really waits; but ten minutes of nothing are over as soon as AstDB has been written."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 2.0))


@pytest.fixture(scope="module")
def exchange() -> Iterator[Asterisk]:
    """One Asterisk for all tests of this module."""
    try:
        base()
    except Unavailable as why:
        cannot(str(why))
    with started() as server:
        yield server


def emptied(server: Asterisk) -> None:
    """Take away everything that campctl may have made."""
    with server.connect() as ami:
        for row in ami.all("QueueStatus"):
            if row["Event"] == "QueueMember":
                ami.ask("QueueRemove", Queue=row["Queue"], Interface=row["Location"])
        for family in FAMILIES:
            ami.ask("DBDelTree", Family=family)
        for file in FILES:
            for section in sections(ami, file):
                ami.do("UpdateConfig", SrcFilename=file, DstFilename=file, **{"Action-000000": "DelCat", "Cat-000000": section})
        ami.do("QueueReload", Parameters="yes", Members="no", Rules="yes")
        ami.do("Reload", Module="res_geolocation.so")


def sections(ami: Ami, file: str) -> list[str]:
    """Sections of a file that are not Asterisk's own."""
    answer = ami.do("GetConfig", Filename=file)
    return [value for name, value in answer.items() if name.startswith("Category-") and value not in {"general", "campctl-lock"}]


class OnAsterisk:
    """Opens backends on it, which is empty when a test begins."""

    def make_clock(self) -> Clock:
        return RealClock()

    @pytest.fixture
    def server(self, exchange: Asterisk) -> Asterisk:
        exchange.up()
        emptied(exchange)
        return exchange

    @pytest.fixture
    def make_backend(self, server: Asterisk, tmp_path: Path) -> MakeBackend:
        return lambda clock: opened(server, tmp_path, clock)


def opened(server: Asterisk, root: Path, clock: Clock, **more: Any) -> Backend:
    """One more connection."""
    options = {"host": server.host, "port": server.ami, **more}
    return factory.open(BackendSpec("test", "asterisk", options), BackendEnv(root, clock, lambda name: server.password))


class TestAsterisk(OnAsterisk, BackendContract):
    """As `backend init asterisk` makes it."""

    phones_register = False


class TestAsteriskWithLimits(OnAsterisk):
    """Few of everything."""

    phones_register = False
    many = 20
    test_limits_hold = BackendContract.test_limits_hold
    test_a_thousand_lines = BackendContract.test_a_thousand_lines

    @pytest.fixture
    def make_backend(self, server: Asterisk, tmp_path: Path) -> MakeBackend:
        limits = {"max_lines": 12, "max_queues": 5, "max_members": 6, "max_members_per_queue": 3}
        return lambda clock: opened(server, tmp_path, clock, **limits)


class TestAsteriskOnABadDay(OnAsterisk, FaultContract):
    """Connections that break, an Asterisk that is killed."""

    injectable = ("unavailable", "lost-before", "lost-after", "half", "restart")
    many = 40

    @pytest.fixture
    def proxy(self, server: Asterisk) -> Iterator[AmiProxy]:
        made = AmiProxy(lambda: (server.host, server.ami))
        yield made
        made.close()

    @pytest.fixture
    def make_backend(self, server: Asterisk, proxy: AmiProxy, tmp_path: Path) -> MakeBackend:
        return lambda clock: opened(server, tmp_path, clock, host="127.0.0.1", port=proxy.port)

    @pytest.fixture
    def inject(self, server: Asterisk, proxy: AmiProxy) -> Inject:
        def inject(fault: str) -> None:
            if fault == "restart":
                server.kept()  # else all of the foundation is lost with it, and nothing is left to be looked at
                server.kill()
            elif not fault:
                server.up()
            proxy.start("" if fault == "restart" else fault)

        return inject
