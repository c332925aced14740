"""From options to a cluster."""

from __future__ import annotations

from collections.abc import Mapping

from campctl.backends.asterisk.ami import Ami
from campctl.backends.asterisk.sql.cluster import Cluster
from campctl.backends.asterisk.sql.link import Access, Seconds
from campctl.backends.asterisk.sql.shelf import SqlShelf
from campctl.backends.asterisk.sql.url import parse
from campctl.errors import SecretError
from campctl.ports.backend import BackendEnv


def open_cluster(backend: str, database: str, timeout: float, nodes: Mapping[str, Ami], env: BackendEnv) -> Cluster:
    """Nodes over the database at this URL; nothing is connected before it is used. `timeout`: seconds for one answer."""

    def password() -> str:
        try:
            return env.secret("database_password")
        except SecretError:
            return ""  # libpq looks into ~/.pgpass; when nothing is there either, PostgreSQL says so

    seconds = Seconds(connect=min(5.0, timeout), call=max(5.0, timeout), turn=60.0)
    shelf = SqlShelf(Access(parse(database), backend, password, seconds=seconds))
    return Cluster(shelf, nodes, env.clock, backend)
