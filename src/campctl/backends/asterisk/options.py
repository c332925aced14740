"""What an Asterisk can be told in the campaign's YAML.

backends:
hq:
type: asterisk
host: pbx.example.org
tls: yes
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from campctl.errors import Refused
from campctl.model.live import Capabilities
from campctl.ports.backend import Option
from campctl.ports.values import whole_number, yes_or_no

PORT = 5038
TLS_PORT = 5039
LINES = 5_000
"""Of one machine: 20,000 work, but then a restart takes half a minute and making a new line known five seconds."""
MEMBERS = 10_000
"""Of one machine: each is written to disk with all others of its queue, and taken in one by one at a start."""
DURABLE_AFTER = 2.0
"""Seconds; AstDB commits once a second. Nodes of a cluster keep maps and members there, too."""
BATCH = 250
SHARED_BATCH = 1000
"""Over PostgreSQL: a batch is one transaction, and its fixed cost is what counts."""
HINT = "docs/asterisk.md lists the options of type asterisk."

OPTIONS: tuple[Option, ...] = (
    Option("host", "text", "Name or address of the machine Asterisk runs on.", "127.0.0.1"),
    Option("port", "int", "Port of its manager interface (AMI). Default: 5038, with tls 5039."),
    Option("registrar", "text", "Name or address phones register at, for cards and QR codes. Default: the host, or the first node's."),
    Option("user", "text", "The manager user, as in manager.conf.", "campctl"),
    Option("tls", "bool", "Whether to speak TLS to it. Without it nothing but loopback or a private line is safe.", default=False),
    Option("ca", "path", "A PEM file of certificates to trust instead of the system's, relative to the campaign."),
    Option("server_name", "text", "The name its certificate is made out to, when that is not the host's."),
    Option("timeout", "duration", "How long an answer may take.", 10.0),
    Option("max_lines", "int", "The most lines it takes, for each node. Default: 5,000, what one machine restarts with in seconds."),
    Option("max_queues", "int", "The most queues it takes. Default: no limit."),
    Option("max_members", "int", "The most memberships of queues it takes, for each node. Default: 10,000."),
    Option("max_members_per_queue", "int", "The most members of one queue. Default: no limit."),
    Option("database", "text", "postgresql://USER@HOST/NAME that several nodes share. Default: none, one machine with its own AstDB."),
    Option("nodes", "text", 'The machines of a cluster, as ["a=pbx1.example.org:5038", "b=pbx2.example.org"]. Needs `database`.'),
)


class Place(Struct, frozen=True):
    """One machine: its name in the cluster, and where its manager interface is."""

    name: str
    host: str
    port: int


class Settings(Struct, frozen=True, kw_only=True):
    """The options, checked. `nodes` has one place at least; `timeout` in seconds."""

    nodes: tuple[Place, ...]
    user: str = "campctl"
    tls: bool = False
    ca: str = ""
    server_name: str = ""
    registrar: str = ""
    timeout: float = 10.0
    database: str = ""
    limits: dict[str, int] = {}

    def capabilities(self) -> Capabilities:
        """What campctl is told. Each node of a cluster carries every line, so limits are those of one node."""
        return Capabilities(
            batch=SHARED_BATCH if self.database else BATCH,
            concurrency=4,
            latency=0.02,
            durable_after=DURABLE_AFTER,
            halves=True,
            events=True,
            limits=self.limits,
        )


def parse(options: Mapping[str, Any], *, backend: str = "") -> Settings:
    """Check the options; `errors.Refused` names the one that is wrong."""
    for name in options:
        if name not in _READERS:
            raise _bad(name, "there is no such option", backend)
    values: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        try:
            values[name] = _READERS[name](value)
        except ValueError as fault:
            raise _bad(name, str(fault), backend) from None
    limits = {"lines": LINES, "members": MEMBERS}
    limits |= {name[4:].replace("_", "-"): values.pop(name) for name in tuple(values) if name.startswith("max_")}
    places = _places(values, backend)
    own = {name: values[name] for name in ("user", "tls", "ca", "server_name", "registrar", "timeout", "database") if name in values}
    return Settings(nodes=places, limits=limits, **own)


def _places(values: Mapping[str, Any], backend: str) -> tuple[Place, ...]:
    """The machines, each with a name of its own."""
    port = values.get("port", TLS_PORT if values.get("tls") else PORT)
    if "nodes" not in values:
        return (Place("", values.get("host", "127.0.0.1"), port),)
    if not values.get("database"):
        raise _bad("nodes", "several nodes need a `database` that they share", backend)
    if "host" in values:
        raise _bad("host", "with `nodes` each node has its own host", backend)
    places = tuple(Place(name, host, own or port) for name, host, own in values["nodes"])
    names = [place.name for place in places]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise _bad("nodes", f"two nodes are called {twice}", backend)
    return places


def _bad(name: str, why: str, backend: str) -> Refused:
    where = f" of backend `{backend}`" if backend else ""
    return Refused(f"Option `{name}`{where}: {why}.", backend=backend, hint=HINT)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{value!r} is not a text")
    return value.strip()


def _host(value: Any) -> str:
    text = _text(value).removeprefix("[").removesuffix("]")
    if re.search(r"[\s/@]", text):
        raise ValueError(f"{value!r} is not a host name or an address")
    return text


def _port(value: Any) -> int:
    number = _whole(value)
    if not 1 <= number <= 65_535:
        raise ValueError(f"{value!r} is not a port from 1 to 65535")
    return number


def _whole(value: Any) -> int:
    return whole_number(value, least=0)


def _timeout(value: Any) -> float:
    units = {"ms": 0.001, "s": 1.0, "m": 60.0}
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|)", str(value).strip(), re.ASCII)
    seconds = float(match[1]) * units.get(match[2], 1.0) if match and not isinstance(value, bool) else 0.0
    if not 0.0 < seconds <= 600.0:
        raise ValueError(f"{value!r} is not a duration such as 10s, of more than nothing and at most 10m")
    return seconds


def _user(value: Any) -> str:
    text = _text(value)
    if re.search(r"[\[\]\s:;]", text):
        raise ValueError(f"{value!r} cannot be the name of a manager user")
    return text


def _database(value: Any) -> str:
    from campctl.backends.asterisk.sql.url import parse as parse_url

    text = _text(value)
    parse_url(text)
    return text


def _nodes(value: Any) -> list[tuple[str, str, int]]:
    """`a=host:port`, from a list or text with commas; 0 for a port that is not given."""
    words = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(words, Sequence) or not words or not all(isinstance(word, str) and word for word in words):
        raise ValueError(f"{value!r} is not a list of nodes such as a=pbx1.example.org:5038")
    found = []
    for word in words:
        match = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9_-]{0,30})=(\[[^\]]+\]|[^:=\s]+)(?::(\d+))?", word.strip(), re.ASCII)
        if match is None:
            raise ValueError(f"{word!r} is not a node such as a=pbx1.example.org:5038")
        found.append((match[1], _host(match[2]), _port(match[3]) if match[3] else 0))
    return found


_READERS: dict[str, Any] = {
    "host": _host,
    "port": _port,
    "user": _user,
    "tls": yes_or_no,
    "ca": _text,
    "server_name": _host,
    "registrar": _host,
    "timeout": _timeout,
    "max_lines": _whole,
    "max_queues": _whole,
    "max_members": _whole,
    "max_members_per_queue": _whole,
    "database": _database,
    "nodes": _nodes,
}
