"""How a shared store is reached: its URL, the password from wherever it is kept, TLS that is proved, and a deadline.

The password is looked for in this order: CAMPCTL_STORE_PASSWORD; what libpq knows (PGPASSWORD, ~/.pgpass, a service file); the
keyring, once the server asks for one.

Hosts other than this machine are asked for TLS with a certificate that fits their name (sslmode=verify-full), unless the URL or the
service file says otherwise: libpq's own default, `prefer`, goes on in the clear with whoever answers. PGSSLMODE is not listened to,
since it is set for other programs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg

from campctl.model.stores import StoreUrl, is_local
from campctl.store.refusals import Where

CONNECT_SECONDS: Final = 10
"""For each address of the server, unless the URL says otherwise (connect_timeout)."""

Given = Callable[[bool], str]
"""The password campctl keeps itself: asked first with False (the environment alone), with True (the keyring too) when one is needed."""

C = TypeVar("C", bound=psycopg.Connection[Any])


class Target:
    """Where to, and as whom."""

    def __init__(self, url: StoreUrl, given: Given = lambda _: "", environ: Mapping[str, str] = os.environ) -> None:
        self.schema = url.schema
        self._url = url
        self._given = given
        self._environ = environ
        self._password = given(False)

    @property
    def where(self) -> Where:
        """What messages call it."""
        url, environ = self._url, self._environ
        host = ", ".join(url.hosts) or environ.get("PGHOST", "")
        database = url.database or environ.get("PGDATABASE", "")
        of = f"database {database}" if database else "the database"
        if service := url.parameters.get("service"):
            of += f" of service {service}"
        place = "this machine" if not host or host[0] in "/@" else host
        return Where(
            name=f"schema {url.schema} of {of} on {place}",
            host=host or "localhost",
            user=url.user or environ.get("PGUSER", ""),
            database=database,
            schema=url.schema,
            secrets=(self._password, environ.get("PGPASSWORD", "")),
        )

    def dial(self, kind: type[C], settings: Mapping[str, str]) -> C:
        """Connect, with these settings of the session from the first moment; psycopg's errors."""
        options = " ".join((self._url.parameters.get("options", ""), *(f"-c {name}={value}" for name, value in settings.items()))).strip()
        given: dict[str, Any] = {
            "options": options,
            "client_encoding": "utf8",
            "application_name": self._url.parameters.get("application_name", "campctl"),
            "autocommit": True,
            # A dead line is noticed even where nobody is waiting for an answer.
            **{name: value for name, value in KEEPALIVES.items() if name not in self._url.parameters},
        }
        if "connect_timeout" not in self._url.parameters:
            given["connect_timeout"] = CONNECT_SECONDS
        if (mode := self._sslmode()) is not None:
            given["sslmode"] = mode
        if self._password:
            return _connected(kind, self._url.conninfo, password=self._password, **given)
        try:
            return _connected(kind, self._url.conninfo, **given)
        except psycopg.OperationalError as error:
            if not error.needs_password if hasattr(error, "needs_password") else "no password supplied" not in str(error):
                raise
            self._password = self._given(True)
            if not self._password:
                raise
        return _connected(kind, self._url.conninfo, password=self._password, **given)

    def _sslmode(self) -> str | None:
        """None leaves it to libpq."""
        service = self._service()
        if "sslmode" in self._url.parameters or "sslmode" in service:
            return None
        named = self._url.parameters.get("hostaddr") or service.get("hostaddr") or self._environ.get("PGHOSTADDR", "")
        hosts = named.split(",") if named else list(self._url.hosts) or (service.get("host") or self._environ.get("PGHOST", "")).split(",")
        return "prefer" if all(is_local(host.strip()) for host in hosts) else "verify-full"

    def _service(self) -> dict[str, str]:
        """What the service file says of the service named in URL or environment (libpq reads it, too)."""
        name = self._url.parameters.get("service") or self._environ.get("PGSERVICE", "")
        if not name:
            return {}
        import configparser

        own = Path(self._environ.get("PGSERVICEFILE") or "~/.pg_service.conf").expanduser()
        system = Path(self._environ.get("PGSYSCONFDIR") or "/etc/postgresql-common") / "pg_service.conf"
        for path in (own, system):
            parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=False)
            try:
                parser.read_string(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, configparser.Error):
                continue  # libpq says what is wrong with it
            if parser.has_section(name):
                return dict(parser[name])
        return {}


def _connected(kind: type[C], conninfo: str, **given: Any) -> C:
    """A connection. One that could not be made is let go at once.

    psycopg's error holds its frames, these the half-made connection, and in a circle with it a socket that would stay open until
    the garbage is collected: a frozen server counts them.
    """
    try:
        return kind.connect(conninfo, **given)
    except psycopg.Error as error:
        seen: BaseException | None = error
        while seen is not None:
            seen.__traceback__ = None
            seen = seen.__cause__ or seen.__context__
        raise


KEEPALIVES: Final[dict[str, Any]] = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""Seconds, seconds, times, milliseconds: about half a minute."""
