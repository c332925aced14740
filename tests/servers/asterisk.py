"""A real Asterisk 22 for tests: Debian's, unpacked once by scripts/asterisk-lab, and started afresh in half a second each time.

It is configured with what `campctl backend init asterisk` writes, and nothing else. Each has three addresses of its own:
`host` is where it listens, `phones` where phones are, `carrier_host` where the outside is.

Fixtures:

- `asterisk_base` (session): the unpacked Asterisk; half a minute once on a machine.
- `asterisk` (function): one running instance, empty, on ports of its own; what the test did to it is gone afterwards.
- `make_asterisk` (function): `make(**asked)` starts further ones, for peers and clusters.
- `started(...)`: the same as a context manager, for fixtures of a module's or session's own.

Where it cannot be had (no apt, no mirror) tests that ask are skipped with the reason; with CI in the environment they fail.
However the tests end, no Asterisk of theirs outlives them (it is told by the system when its parent dies), nor its folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

from servers.ami import Ami
from servers.ports import Block

LAB = Path(__file__).parents[2] / "scripts" / "asterisk-lab"
BOOTS_WITHIN = 120.0
_LOOKS_AT_PEERS = "qualify_frequency = 15"
_WATCH = 'read x; sleep 0.2; rm -rf "$1"'
"""Removes the folder when the tests' end of a pipe closes, however they ended."""


class Unavailable(Exception):
    """Why there is no Asterisk to be had here."""


class Asterisk:
    """One instance. `sip`, `ami` (`sips`, `amis`: with TLS): its ports; `user`, `password`: AMI's; `ports`: a block of its own.

    `ports[0]` to `ports[8]` are the server's own, `ports[10]` to `ports[199]` for phones and carriers of the tests (`take`),
    the rest for its RTP. `etc`: its configuration, `log`: what it said, `db`: the file of its AstDB.
    """

    user = "campctl"

    def __init__(self, folder: Path, **asked: Any) -> None:
        """`asked`: options of `backend init asterisk` beside the ports, as `setup.Asked` names them; `secrets`: by name.

        `looks_at_peers`: whether it does, as `backend init` writes it. Else peers are there, whatever a look said: one that began
        before a peer was up, or while the machine stood still, would take it away in the midst of a test, for 15 s.
        """
        self.folder = folder
        self.etc = folder / "etc"
        self.log = folder / "log" / "messages"
        self.db = folder / "lib" / "astdb.sqlite3"
        self.ports = Block()
        self.host, self.phones, self.carrier_host = (f"127.1.{self.ports.number}.{n}" for n in (1, 2, 3))
        self.sip, self.sips, self.ami, self.amis = (self.ports[n] for n in range(4))
        self.carrier = self.ports[10]
        """Where calls to the outside are sent, at `carrier_host`."""
        self.password = secrets.token_hex(12)
        self.secrets: dict[str, str] = asked.pop("secrets", {})
        self._looks_at_peers = asked.pop("looks_at_peers", False)
        self.asked = asked
        self._free = list(range(self.ports[20], self.ports[200]))
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self) -> None:
        """Write `etc`: Debian's own, and over it what `backend init asterisk` writes. What was changed there is lost."""
        from campctl.backends.asterisk import setup

        shutil.copytree(base() / "etc" / "asterisk", self.etc, dirs_exist_ok=True)
        asked: dict[str, Any] = {
            "bind": self.host,
            "sip_port": self.sip,
            "rtp": f"{self.ports[200]}-{self.ports[399]}",
            "ami_bind": self.host,
            "ami_port": self.amis if self.asked.get("tls_cert") else self.ami,
            "trunk": f"{self.carrier_host}:{self.carrier}",
            **self.asked,
        }
        wanted = setup.files(setup.settle(setup.Asked(**asked)), {"manager": self.password, **self.secrets})
        setup.place(self.etc, wanted, force=True)
        if not self._looks_at_peers:
            self._takes_peers_on_trust()

    def _takes_peers_on_trust(self) -> None:
        settings = self.etc / "pjsip.conf"
        text = settings.read_text()
        assert text.count(_LOOKS_AT_PEERS) == len(self.asked.get("peers", ()))
        settings.write_text(text.replace(_LOOKS_AT_PEERS, "qualify_frequency = 0"))

    # -- its life --

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it is fully booted; nothing to do when it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        if not self.etc.exists():
            self.configure()
        self._process = subprocess.Popen(
            [LAB, "run", "--dir", self.folder], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        if wait:
            self.booted()

    def booted(self) -> None:
        """Wait until it says that it is fully booted."""
        end = time.monotonic() + BOOTS_WITHIN
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"Asterisk ended with {self._process.returncode}: {self.said()[-3000:]}")
            with suppress(ConnectionError, TimeoutError, AssertionError), self.connect() as ami:
                ami.wait("FullyBooted")
                return
            time.sleep(0.02)
        raise AssertionError(f"Asterisk did not boot within {BOOTS_WITHIN:.0f} s: {self.said()[-3000:]}")

    def stop(self) -> None:
        """It ends in order (SIGTERM); AstDB is complete."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`: what AstDB had not yet committed (up to a second of it) is lost."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and are even accepted, and nothing answers. `thaw` undoes it."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        tasks = Path(f"/proc/{self._process.pid}/task")
        while not all(map(_stands_still, tasks.iterdir())):
            time.sleep(0.001)

    def thaw(self) -> None:
        """It goes on."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGCONT)

    def restart(self, *, kill: bool = False) -> None:
        """End it (in order unless told otherwise) and start it again with what it kept."""
        self._end(signal.SIGKILL if kill else signal.SIGTERM)
        self.start()

    def up(self) -> None:
        """Whatever was done to it: running and answering."""
        self.thaw()
        self.start()

    def close(self) -> None:
        """End it at once, and remove it."""
        self._end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.ports.close()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether its process is there (frozen counts)."""
        return self._process is not None and self._process.poll() is None

    # -- looking at it --

    def take(self, count: int = 1) -> int:
        """The first of `count` ports in a row for whoever talks with it; none twice."""
        assert len(self._free) >= count, "no ports left for phones"
        taken, self._free = self._free[:count], self._free[count:]
        return taken[0]

    @contextmanager
    def connect(self, *, timeout: float = 60) -> Iterator[Ami]:
        """An AMI session of the tests' own."""
        with Ami(self.host, self.ami, self.user, self.password, timeout=timeout) as ami:
            yield ami

    def cli(self, command: str) -> str:
        """What the console says to a command."""
        with self.connect() as ami:
            return ami.command(command)

    def console(self, command: str) -> str:
        """The same where AMI lets nobody in: over the control socket. Empty when it is not there yet."""
        words = [LAB, "cli", "--dir", self.folder, command]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=BOOTS_WITHIN).stdout

    def kept(self) -> None:
        """Wait until all that AstDB was told is on its disk, so that `kill` takes none of it: Asterisk writes it about once a second.

        The file is looked at as it is and not by SQLite: whoever reads it by that holds a lock, before which Asterisk's writing fails,
        and then it drops what it was about to write.
        """
        mark = secrets.token_hex(8)
        journal = self.db.with_name(f"{self.db.name}-journal")
        with self.connect() as ami:
            ami.put("tests/kept", mark)
            end = time.monotonic() + BOOTS_WITHIN
            while mark.encode() not in self.db.read_bytes() or journal.exists():
                assert time.monotonic() < end, "AstDB is not written to its file"
                time.sleep(0.01)
            ami.drop("tests/kept")

    def said(self) -> str:
        """Its log so far, and what it said before it had one."""
        files = (self.folder / "log" / "stdout", self.log)
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self.thaw()
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.communicate()
        self._process = None


def _stands_still(task: Path) -> bool:
    """Whether a thread is stopped, or has ended since it was listed."""
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] in {"T", "Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


def base() -> Path:
    """The unpacked Asterisk, made when it is not there yet; `Unavailable` with the reason where none can be had."""
    done = subprocess.run([LAB, "base"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Unavailable(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"status {done.returncode}")
    return Path(done.stdout.strip())


def cannot(why: str) -> NoReturn:
    """Skip the test for this reason; in CI, fail."""
    if os.environ.get("CI"):
        pytest.fail(f"CI has to run these tests: {why}")
    pytest.skip(why)


@contextmanager
def started(*, start: bool = True, **asked: Any) -> Iterator[Asterisk]:
    """A running instance, removed at the end. `asked`: see `Asterisk`. With `start` False it is not yet configured nor started."""
    folder = Path(tempfile.mkdtemp(prefix="campctl-ast-"))
    folder.chmod(0o755)  # it runs as somebody else when we are root
    watch = subprocess.Popen(["sh", "-c", _WATCH, "sh", str(folder)], stdin=subprocess.PIPE, start_new_session=True)
    server = Asterisk(folder, **asked)
    try:
        if start:
            server.start()
        yield server
    finally:
        server.close()
        watch.kill()
        watch.communicate()


@pytest.fixture(scope="session")
def asterisk_base() -> Path:
    """The unpacked Asterisk that all instances run."""
    try:
        return base()
    except Unavailable as why:
        cannot(str(why))


@pytest.fixture
def make_asterisk(asterisk_base: Path) -> Iterator[Callable[..., Asterisk]]:
    """Start an instance with these options of `started`; all end with the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(started(**options))


@pytest.fixture
def asterisk(make_asterisk: Callable[..., Asterisk]) -> Asterisk:
    """An empty Asterisk of the test's own."""
    return make_asterisk()


__all__ = ["Asterisk", "Unavailable", "asterisk", "asterisk_base", "base", "cannot", "make_asterisk", "started"]
