"""One or more Asterisks over one PostgreSQL, as `backend init asterisk --database` sets them up.

`cluster(postgres_server, nodes=2)` is a context manager for a fixture of a module's own; `emptied()` between its tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from campctl.backends.asterisk import factory
from campctl.backends.asterisk.sql import SqlShelf, parse, schema
from campctl.backends.asterisk.sql.link import Access
from campctl.model.campaign import BackendSpec
from campctl.ports.backend import BackendEnv
from campctl.ports.clock import Clock
from servers.asterisk import Asterisk, started
from servers.postgres import Place, Server

ROLE_PASSWORD = "asterisk-for-tests-0123456789"
FAMILIES = ("campctl", "ps", "ext", "did", "cid", "e911", "notify", "hotline", "Queue/PersistentMembers", "registrar")


class Cluster:
    """`nodes` by name ("a", "b"), `place`: their database."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.nodes: dict[str, Asterisk] = {}

    def options(self, *names: str, **more: Any) -> dict[str, Any]:
        """The backend's options for these nodes, or all."""
        nodes = [f"{name}={self.nodes[name].host}:{self.nodes[name].ami}" for name in names or self.nodes]
        return {"database": f"{self.place.url}?sslmode=disable", "nodes": nodes, "timeout": "60s", **more}

    def opened(self, root: Path, clock: Clock, *names: str, **more: Any) -> Any:
        """One more connection."""
        secrets = {"password": next(iter(self.nodes.values())).password, "database_password": self.place.password}
        env = BackendEnv(root, clock, lambda name: secrets[name])
        return factory.open(BackendSpec("test", "asterisk", self.options(*names, **more)), env)

    def up(self) -> None:
        """Whatever was done to any of them: running and answering."""
        self.place.server.up()
        for node in self.nodes.values():
            node.up()

    def emptied(self) -> None:
        """Up, and without anything that campctl may have made."""
        self.up()
        tables = [*(table.name for table in schema.TABLES.values()), "campctl_delivery", "campctl_pending"]
        for node in self.nodes.values():
            with node.connect() as ami:
                ami.command("channel request hangup all")
                for row in ami.all("QueueStatus"):
                    if row["Event"] == "QueueMember":
                        ami.ask("QueueRemove", Queue=row["Queue"], Interface=row["Location"])
                for family in FAMILIES:
                    ami.ask("DBDelTree", Family=family)
                for file in FILES:
                    for section in _sections(ami, file):
                        ami.do("UpdateConfig", SrcFilename=file, DstFilename=file, **{"Action-000000": "DelCat", "Cat-000000": section})
                ami.do("QueueReload", Parameters="yes", Members="no", Rules="yes")
                ami.do("Reload", Module="res_geolocation.so")
        self.place.sql(f"TRUNCATE {', '.join(tables)}")
        self.place.sql("UPDATE campctl_state SET doing = ''")
        for node in self.nodes.values():
            with node.connect() as ami:
                ami.do("Reload", Module="res_pjsip.so")  # AORs that are gone are to be forgotten


FILES = ("queues.conf", "queuerules.conf", "geolocation.conf")


def _sections(ami: Any, file: str) -> list[str]:
    answer = ami.do("GetConfig", Filename=file)
    return [value for name, value in answer.items() if name.startswith("Category-") and value not in {"general", "campctl-lock"}]


@contextmanager
def cluster(server: Server, nodes: int = 2, **asked: Any) -> Iterator[Cluster]:
    """Running, empty, each a peer of the others; gone at the end."""
    server.up()
    place = Place(server, server.create())
    role = schema.ASTERISK_ROLE
    if not server.sql("SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        server.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{ROLE_PASSWORD}'")
    _tables(place)
    made = Cluster(place)
    database = f"postgresql://{role}@{server.host}:{server.port}/{place.name}"
    with ExitStack() as stack:
        for number in range(nodes):
            name = "abcdefgh"[number]
            given = {"database": database, "node": name, "secrets": {"database": ROLE_PASSWORD}, **asked}
            made.nodes[name] = stack.enter_context(started(start=False, **given))
        password = next(iter(made.nodes.values())).password
        for name, node in made.nodes.items():
            node.password = password
            node.asked["peers"] = tuple(
                f"{other}={made.nodes[other].host}:{made.nodes[other].sip}" for other in made.nodes if other != name
            )
            node.start()
        yield made
    server.up()
    server.drop(place.name)


def _tables(place: Place) -> None:
    """As campctl makes them when it first looks."""
    shelf = SqlShelf(Access(parse(place.url), "test", lambda: place.password))

    async def look() -> None:
        await shelf.read()
        await shelf.close()

    asyncio.run(look())
