"""Where a campaign keeps its records: a folder, or the URL of a shared PostgreSQL, read without asking anybody.

    store: postgresql://ann@db.example.org/phones?schema=campctl_ohio

The URL is libpq's (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS) with one parameter more, `schema`:
the schema of that database which is this campaign's. A password never stands in it, and no message of this module repeats a URL.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

SCHEMA: Final = "campctl"
"""The schema of a URL that names none."""

SCHEMES: Final = ("postgresql", "postgres")
EXAMPLE: Final = "postgresql://USER@HOST/DATABASE"

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")
# Whatever stands between a colon and the last @: a password may hold any character, also those it ought to have written as %XX.
PASSWORD: Final = re.compile(r"(?P<before>://[^\s:@?]*:)(?P<secret>\S+)(?P<after>@)")
PASSWORD_PARAMETER: Final = re.compile(r"(?P<before>[?&](?:password|sslpassword)=)(?P<secret>[^&\s\"']+)", re.IGNORECASE)


class BadStoreUrl(Exception):
    """Why a URL cannot be a store's, in a sentence that does not repeat it; `hint` says what to write."""

    def __init__(self, message: str, *, hint: str, secret: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.secret = secret


class StoreUrl(Struct, frozen=True):
    """A shared store's URL, taken apart. Empty fields are left to libpq: its environment, files and defaults."""

    conninfo: str
    """The URL without `schema`, as libpq takes it."""
    schema: str
    user: str
    hosts: tuple[str, ...]
    """Names or addresses without ports; a unix socket's folder begins with `/`."""
    database: str
    parameters: dict[str, str]
    """Those behind the `?`, without `schema`."""


def is_url(store: str) -> bool:
    """Whether `store:` names a server, not a folder."""
    return "://" in store


def hides_secret(text: str) -> bool:
    """Whether a URL somewhere in `text` holds a password."""
    return bool(PASSWORD.search(text) or PASSWORD_PARAMETER.search(text))


def without_secrets(text: str) -> str:
    """The text with passwords in URLs starred out, as long as it was."""

    def stars(match: re.Match[str]) -> str:
        groups = match.groupdict()
        return groups["before"] + "*" * len(groups["secret"]) + groups.get("after", "")

    if "://" not in text:
        return text
    return PASSWORD_PARAMETER.sub(stars, PASSWORD.sub(stars, text))


def read_url(url: str) -> StoreUrl:
    """Take a store's URL apart; `BadStoreUrl` when it cannot be one."""
    if hides_secret(url):
        raise BadStoreUrl(
            "The store's URL holds a password, and manifests are shared.",
            hint="Take it out of the URL, change it, and keep it in ~/.pgpass (mode 0600), in the keyring (`campctl store login`) "
            "or in CAMPCTL_STORE_PASSWORD.",
            secret=True,
        )
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES:
        raise BadStoreUrl(
            f"There is no kind of store called `{scheme}`.",
            hint=f"Write a folder, or `{EXAMPLE}`.",
        )
    if re.search(r"[\s#]", url):
        raise BadStoreUrl("The store's URL holds a blank or a `#`.", hint="Write them as %20 and %23.")
    from urllib.parse import unquote

    before, mark, query = rest.partition("?")
    authority, _, database = before.partition("/")
    user, _, places = authority.rpartition("@")
    found: dict[str, str] = {}
    kept: list[str] = []
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        if name in found:
            raise BadStoreUrl(f"The store's URL says `{name}` twice.", hint="Say it once.")
        found[name] = unquote(value)
        if name != "schema":
            kept.append(pair)
    schema = found.pop("schema", SCHEMA)
    _check_schema(schema)
    hosts = tuple(_host(unquote(place)) for place in places.split(",") if place) or tuple(
        host for host in found.get("host", "").split(",") if host
    )
    conninfo = f"postgresql://{before}" + (mark + "&".join(kept) if kept else "")
    return StoreUrl(conninfo, schema, unquote(user) or found.get("user", ""), hosts, unquote(database) or found.get("dbname", ""), found)


def _check_schema(schema: str) -> None:
    if not _NAME.match(schema):
        raise BadStoreUrl(
            f"`schema={schema[:70]}` is not the name of a schema that campctl makes: small letters, digits and `_`, not a digit first.",
            hint=f"Write one such as `schema={SCHEMA}`.",
        )
    if schema == "public" or schema.startswith("pg_") or schema == "information_schema":
        raise BadStoreUrl(
            f"The schema `{schema}` is not the campaign's own; others keep their tables there.",
            hint=f"Leave it out (then it is `{SCHEMA}`), or give the campaign one of its own.",
        )


def _host(place: str) -> str:
    """Without its port; an IPv6 address stands in brackets."""
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.partition(":")[0]


def is_local(host: str) -> bool:
    """Whether what goes there never leaves this machine: a unix socket, or a loopback address."""
    if not host or host[0] in "/@" or host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
