"""A private, real PostgreSQL for tests: made with initdb in a temporary folder, loopback and a unix socket only, thrown away.

Fixtures:

- `postgres_server` (session): one server per test process, made when first asked for; 0.7 s.
- `postgres` (function): an empty database of its own on it, a `Place`. What the test stopped, froze or killed is up again after it.

Where PostgreSQL or psycopg cannot be had, tests that ask are skipped with the reason; with CI in the environment they fail.
Passwords are asked for over TCP and not over the socket, whose folder is private. Both speak TLS where openssl can be had:
`sslmode=verify-full&sslrootcert=` + `server.root_cert` holds for the host name `localhost`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

USER = "campctl"
STARTS_WITHIN = 120.0
UNPRIVILEGED = ("postgres", "nobody")
"""Users PostgreSQL runs as when the tests run as root, whom it refuses."""

_WATCH = 'read x; p=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -CONT $p && kill -QUIT $p; sleep 1; rm -rf "$1"'
"""Ends the server and removes its folder when the tests' end of a pipe closes, however they ended."""


class Unavailable(Exception):
    """Why there is no PostgreSQL to be had here."""


def binaries() -> Path:
    """The folder that holds `initdb` and `postgres`: the newest of Debian's, else the one of PATH."""
    found = [program.parent for program in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda folder: float(folder.parent.name))
    if on_path := shutil.which("initdb"):
        found.insert(0, Path(on_path).resolve().parent)
    whole = [folder for folder in found if (folder / "postgres").exists()]
    if not whole:
        raise Unavailable("PostgreSQL's server is not installed (on Debian: apt-get install postgresql)")
    return whole[-1]


class Server:
    """One PostgreSQL of the tests' own.

    `host`, `port`: where it listens; `socket`: the folder of its unix socket; `user`, `password`: a superuser's;
    `root_cert`: the certificate to trust, or None where it has no TLS.
    """

    host = "127.0.0.1"
    user = USER

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.socket = folder / "s"
        self.log = folder / "log"
        self.password = secrets.token_hex(12)
        self._reserved = _reserve()
        self.root_cert: Path | None = None
        self._durable = durable
        self._bin = binaries()
        self._owner = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self._frozen: list[int] = []
        self._watch = subprocess.Popen(["sh", "-c", _WATCH, "sh", str(folder)], stdin=subprocess.PIPE, start_new_session=True)
        self._make()

    @property
    def port(self) -> int:
        """Where it listens, and will again after it was down: it stays reserved meanwhile."""
        return int(self._reserved.getsockname()[1])

    @property
    def url(self) -> str:
        """Of the database `postgres`, over TCP, without the password."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Of a database over TCP, without the password."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{database}"

    def socket_url_of(self, database: str) -> str:
        """Of a database over the unix socket, which asks for no password."""
        return f"postgresql://{self.user}@/{database}?host={self.socket}&port={self.port}"

    def start(self) -> None:
        """Start it and wait until it takes connections; nothing to do when it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        for _ in range(5):
            self._process = self._run("postgres", "-D", self.data, "-p", str(self.port), background=True)
            if self._ready():
                return
            self._reserved.close()  # somebody listens there who does not know of us
            self._reserved = _reserve()
        raise Unavailable(f"PostgreSQL does not start: {self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """End it at once but in order ("fast"): open transactions are undone, connections broken."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """`kill -9` of every process of it, as when the machine loses power."""
        self.freeze()
        for pid in self._frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._frozen = []
        if self._process is not None:
            self._process.wait(30)

    def freeze(self) -> None:
        """Stop every process of it in its tracks: connections stay open and nothing answers. `thaw` undoes it."""
        if self._process is None or self._process.poll() is not None:
            return
        os.kill(self._process.pid, signal.SIGSTOP)
        self._frozen = [self._process.pid]
        for pid in _children(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                self._frozen.append(pid)

    def thaw(self) -> None:
        """Let go on what `freeze` stopped."""
        for pid in reversed(self._frozen):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._frozen = []

    def up(self) -> None:
        """Whatever was done to it: running and answering."""
        self.thaw()
        self.start()

    def sql(self, statement: str, *parameters: Any, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the superuser, in its own transaction; its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str = "postgres") -> Any:
        """A psycopg connection in autocommit mode, over the socket."""
        import psycopg

        return psycopg.connect(self.socket_url_of(database), autocommit=True, connect_timeout=60)

    def create(self, template: str = "template0") -> str:
        """Make an empty database, or a copy of `template`; its name."""
        name = f"t_{secrets.token_hex(5)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """End it and remove its folder."""
        self.thaw()
        self._end(signal.SIGQUIT)
        self._reserved.close()
        assert self._watch.stdin is not None
        shutil.rmtree(self.folder, ignore_errors=True)
        self._watch.kill()
        self._watch.communicate()

    def _make(self) -> None:
        for place in (self.folder, self.socket):
            place.mkdir(exist_ok=True)
            if self._owner:
                shutil.chown(place, self._owner)
        password = self.folder / "password"
        password.write_text(self.password)
        if self._owner:
            shutil.chown(password, self._owner)
        self._run(
            "initdb", "-D", self.data, "-U", self.user, "-E", "UTF8", "--no-locale", "--no-sync",
            "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}",
        )  # fmt: skip
        settings = {
            "listen_addresses": self.host,
            "unix_socket_directories": str(self.socket),
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            "shared_buffers": "32MB",
            "max_connections": "60",
            "logging_collector": "off",
            "autovacuum": "off",
            "max_wal_size": "256MB",
            **self._tls(),
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()

    def _tls(self) -> dict[str, str]:
        """Settings for TLS with a certificate made for `localhost`; none where openssl cannot be had."""
        key, cert = self.data / "server.key", self.data / "server.crt"
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
            capture_output=True, check=False,
        ) if shutil.which("openssl") else None  # fmt: skip
        if made is None or made.returncode:
            return {}
        key.chmod(0o600)
        if self._owner:
            shutil.chown(key, self._owner)
            shutil.chown(cert, self._owner)
        self.root_cert = self.folder / "root.crt"
        shutil.copy(cert, self.root_cert)
        return {"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}

    def _run(self, program: str, *words: object, background: bool = False) -> subprocess.Popen[bytes]:
        command = [str(self._bin / program), *map(str, words)]
        as_user: dict[str, Any] = {}
        if self._owner:
            entry = pwd.getpwnam(self._owner)
            as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}, **as_user,
            )  # fmt: skip
        if not background and process.wait(STARTS_WITHIN):
            raise Unavailable(f"{program} failed: {self.log.read_text(errors='replace')[-2000:]}")
        return process

    def _ready(self) -> bool:
        """Wait until it takes connections; False when it ended instead."""
        import psycopg

        assert self._process is not None
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            if self._process.poll() is not None:
                return False
            with suppress(psycopg.OperationalError):
                self.connect().close()
                return True
            time.sleep(0.01)
        raise Unavailable(f"PostgreSQL did not answer within {STARTS_WITHIN:.0f} s")

    def _end(self, how: signal.Signals) -> None:
        self.thaw()
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Place:
    """An empty database of a test's own."""

    server: Server
    name: str
    url: str = field(init=False)
    """Over TCP, without the password."""
    socket_url: str = field(init=False)
    """Over the unix socket, which asks for no password."""

    def __post_init__(self) -> None:
        self.url = self.server.url_of(self.name)
        self.socket_url = self.server.socket_url_of(self.name)

    @property
    def password(self) -> str:
        """The superuser's, for PGPASSWORD."""
        return self.server.password

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement in it as the superuser."""
        return self.server.sql(statement, *parameters, database=self.name)

    def stop(self) -> None:
        """The server ends in order, connections break."""
        self.server.stop()

    def start(self) -> None:
        """The server is back."""
        self.server.start()

    def freeze(self) -> None:
        """The server does not answer any more, connections stay open."""
        self.server.freeze()

    def thaw(self) -> None:
        """It goes on."""
        self.server.thaw()

    def kill(self) -> None:
        """The server dies at once."""
        self.server.kill()


def make(*, durable: bool = False) -> Server:
    """A server, started; `Unavailable` with the reason where none can be had. The caller closes it."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise Unavailable(f"psycopg cannot be imported ({error}); it comes with campctl[postgres]") from error
    binaries()
    return Server(Path(tempfile.mkdtemp(prefix="campctl-pg-")), durable=durable)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL of this test process's own. Tests that stop it bring it back (`up`), or take `postgres`, which does."""
    try:
        server = make()
    except Unavailable as why:
        if os.environ.get("CI"):
            pytest.fail(f"CI has to run these tests: {why}")
        pytest.skip(str(why))
    yield server
    server.close()


@pytest.fixture
def postgres(postgres_server: Server) -> Iterator[Place]:
    """An empty database of the test's own, on a server that runs."""
    postgres_server.up()
    place = Place(postgres_server, postgres_server.create())
    yield place
    postgres_server.up()
    postgres_server.drop(place.name)


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise Unavailable(f"root may not run PostgreSQL, and there is no user {' or '.join(UNPRIVILEGED)}")


def _reserve() -> socket.socket:
    """A port below those that the kernel gives to connections by itself: one of these could be taken while the server is down.

    The socket is bound to the same port of UDP: no other server of the tests, in whatever process, takes one that is.
    """
    while True:
        port = 10_000 + secrets.randbelow(10_000)
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            held.close()
        else:
            return held


def _children(pid: int) -> list[int]:
    """Of every thread of it."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += [int(word) for word in (task / "children").read_text().split()]
    return found
