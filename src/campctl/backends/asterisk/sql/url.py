"""The backend's `database` option: a postgresql:// URL without a password, read once and shown without surprises."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

SCHEMES = ("postgresql", "postgres")
PORT = 5432
WEAK = ("disable", "allow", "prefer", "require")
"""Values of sslmode under which whoever stands in between may pose as the server."""
_PARAMETERS = (
    "host hostaddr port user dbname sslmode sslrootcert sslcert sslkey sslcrl sslcrldir sslsni ssl_min_protocol_version"
    " gssencmode krbsrvname target_session_attrs load_balance_hosts channel_binding require_auth passfile service"
    " application_name options connect_timeout tcp_user_timeout keepalives keepalives_idle keepalives_interval keepalives_count"
)
PARAMETERS = frozenset(_PARAMETERS.split())
"""What libpq understands after the `?`, as far as it makes sense here."""
_SECRETS = frozenset({"password", "sslpassword", "passwd", "pwd"})


class Database(Struct, frozen=True):
    """Where the database is. `parameters` are libpq's keywords, never with a password.

    `shown` is what messages call it: host, port and name, nothing more.
    """

    parameters: Mapping[str, str]

    @property
    def shown(self) -> str:
        """`db.example.org:5432/pbx`."""
        host = self.parameters.get("host") or self.parameters.get("hostaddr") or "localhost"
        port = self.parameters.get("port", str(PORT))
        return f"{host}:{port}/{self.parameters.get('dbname', self.parameters.get('user', ''))}"

    @property
    def user(self) -> str:
        """The role it logs in as; "" when libpq chooses."""
        return self.parameters.get("user", "")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that may be tried."""
        return tuple(filter(None, (self.parameters.get("host") or self.parameters.get("hostaddr") or "").split(",")))

    @property
    def exposed(self) -> bool:
        """Whether passwords and rows cross a network on which nobody proves to be the server."""
        return self.parameters.get("sslmode", "prefer") in WEAK and not all(map(_stays_here, self.hosts))


def parse(text: str) -> Database:
    """Read the option; ValueError says in words what is wrong with it, and never repeats a password."""
    text = text.strip()
    scheme, separator, _ = text.partition("://")
    if not separator or scheme not in SCHEMES:
        raise ValueError("it must begin with postgresql://, as in postgresql://campctl@db.example.org/pbx?sslmode=verify-full")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("it is no URL: brackets are for IPv6 addresses, and # or ? in a name are written %23 and %3F") from None
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    credentials, at, address = parts.netloc.rpartition("@")
    user, colon, _ = credentials.partition(":")
    if colon or _SECRETS & set(given):
        raise ValueError("a password does not belong in the campaign's files; take it out, and keep it as the secret `database_password`")
    if parts.fragment:
        raise ValueError("what follows # would be lost; write it %23")
    if unknown := sorted(set(given) - PARAMETERS):
        raise ValueError(f"libpq has no parameter {unknown[0]!r}")
    hosts, ports = _addresses(address)
    found = {"host": hosts, "port": ports, "user": unquote(user) if at else "", "dbname": unquote(parts.path.lstrip("/")), **given}
    if not found["dbname"] and "service" not in found:
        raise ValueError("it must name the database: postgresql://campctl@db.example.org/pbx")
    return Database({name: value for name, value in found.items() if value})


def _addresses(netloc: str) -> tuple[str, str]:
    """The hosts and the ports of `a:5432,b,[::1]:5433`, as libpq takes them."""
    hosts: list[str] = []
    ports: list[str] = []
    for address in netloc.split(",") if netloc else ():
        if address.startswith("["):
            host, _, rest = address[1:].partition("]")
            port = rest.removeprefix(":")
        else:
            host, _, port = address.partition(":")
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"{port!r} is no port")
        hosts.append(unquote(host))
        ports.append(port or str(PORT))
    return ",".join(hosts), ",".join(ports) if any(port != str(PORT) for port in ports) else ""


def _stays_here(host: str) -> bool:
    """A unix socket, or loopback."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
