"""Opening a connection: TCP or TLS, the banner, the log-in, and what Asterisk says about itself right after it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from campctl.backends.asterisk.ami import sealed
from campctl.backends.asterisk.ami.connection import Connection
from campctl.backends.asterisk.ami.pending import in_words
from campctl.backends.asterisk.ami.reading import CHUNK, Direct
from campctl.backends.asterisk.ami.wire import Message, Reply, Request
from campctl.errors import AuthFailed, BackendError, Refused, Unavailable, Uncertain

if TYPE_CHECKING:
    import ssl

_BANNER: Final = b"Asterisk Call Manager/"
_MAX_BANNER: Final = 256
_THREADS: Final = Request("Command", {"Command": "core show threads"})
_SOON: Final = 0.02
"""Seconds between two questions to an Asterisk that boots."""


class Where(Struct, frozen=True):
    """Where Asterisk's manager listens. `ca`: a PEM file to trust instead of the system's; `server_name`: what its certificate is for."""

    host: str = "127.0.0.1"
    port: int = 5038
    tls: bool = False
    ca: str = ""
    server_name: str = ""

    @property
    def label(self) -> str:
        """Host and port, for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether what is sent there does not leave this machine."""
        if self.host.lower() in {"localhost", "localhost.", "ip6-localhost"}:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def exposed(self) -> bool:
        """Whether secrets of phones would cross a network unencrypted."""
        return not self.tls and not self.loopback


class About(Struct, frozen=True):
    """What one connection found. `startup` is when Asterisk started, in its local time; `booted`: it takes calls.

    `epoch` is another one after each restart, also one within the same second, and the same on every connection.
    `uptime`: seconds since it started; None while it boots, or when the manager user may not hear of it (read class system).
    """

    protocol: str
    startup: str
    epoch: str
    booted: bool
    uptime: float | None = None


class Door(Struct, frozen=True):
    """How to get in: `events` is the mask of event classes a connection asks for ("off", or "system,call,agent")."""

    where: Where
    user: str
    secret: Callable[[], str]
    backend: str = ""
    deadline: float = 5.0
    events: str = "off"


class Opened(Struct):
    """A connection that is logged in; `booted` turns true when Asterisk says that it is, `started` by the loop's clock then."""

    connection: Connection
    protocol: str
    startup: str
    mark: str
    boot: Boot

    def about(self) -> About:
        """What it found, now."""
        started = self.boot.started
        uptime = None if started is None else asyncio.get_running_loop().time() - started
        return About(self.protocol, self.startup, f"{self.startup}#{self.mark}", self.boot.over.is_set(), uptime)


class Boot:
    """Whether Asterisk has booted, and since when (by the event loop's clock) it runs."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.started: float | None = None

    def see(self, raw: str) -> None:
        """Take note of FullyBooted."""
        if raw.startswith("Event: FullyBooted"):
            uptime = Message(raw).get("Uptime")
            self.started = asyncio.get_running_loop().time() - float(uptime) if uptime.isdecimal() else None
            self.over.set()


async def open_connection(door: Door, on_event: Callable[[str], None] | None = None, on_lost: Callable[[], None] | None = None) -> Opened:
    """Connect and log in; raises Unavailable (nobody there, or not an AMI) or AuthFailed."""
    boot = Boot()

    def seen(raw: str) -> None:
        boot.see(raw)
        if on_event is not None:
            on_event(raw)

    label = door.where.label
    try:
        async with asyncio.timeout(door.deadline):
            reader, writer = await _connect(door)
    except TimeoutError:
        raise _unavailable(door, f"{label} did not take the connection within {door.deadline:g} s") from None
    try:
        async with asyncio.timeout(door.deadline):
            protocol = await _banner(door, reader)
    except BaseException as error:
        writer.transport.abort()
        if isinstance(error, TimeoutError):
            raise _silent(door) from None
        raise
    connection = Connection(reader, writer, label=label, backend=door.backend, on_event=seen, on_lost=on_lost)
    try:
        startup, mark = await _log_in(door, connection)
        if boot.over.is_set() and door.events == "off":
            await connection.ask(Request("EventMask", {"EventMask": "off"}), door.deadline)
    except BaseException:
        await connection.close()
        raise
    return Opened(connection, protocol, startup, mark, boot)


async def _connect(door: Door) -> tuple[Direct, asyncio.StreamWriter]:
    where = door.where
    loop = asyncio.get_running_loop()
    reader = Direct(limit=CHUNK, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    if not where.tls:
        try:
            transport, _ = await loop.create_connection(lambda: protocol, where.host, where.port)
        except OSError as error:
            raise _unavailable(door, f"cannot connect to {where.label} ({in_words(error)})") from None
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
    import ssl

    context = _tls(door)
    name = where.server_name or where.host
    try:
        sock = await sealed.connect(where.host, where.port)
        transport, _ = await loop.create_connection(
            lambda: protocol, sock=sock, ssl=context, server_hostname=name, ssl_handshake_timeout=door.deadline
        )
    except ssl.SSLCertVerificationError as error:
        raise AuthFailed(
            f"The certificate of {where.label} is not trusted: {error.verify_message.rstrip('.')}.",
            backend=door.backend,
            hint="Name the CA's file (ca) and the name the certificate is for (server-name), or give Asterisk a certificate for this host.",
        ) from None
    except ssl.SSLError as error:
        raise Unavailable(
            f"{where.label} does not speak TLS 1.2 or later ({(error.reason or 'handshake failed').lower().replace('_', ' ')}).",
            backend=door.backend,
            hint="Check tlsenable, tlsbindaddr and tlscertfile in manager.conf; the TLS port is usually 5039, the plain one 5038.",
        ) from None
    except OSError as error:
        raise _unavailable(door, f"cannot connect to {where.label} ({in_words(error)})") from None
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _tls(door: Door) -> ssl.SSLContext:
    """A context that verifies; a CA file that cannot be read is the user's to put right."""
    import ssl

    ca = door.where.ca
    try:
        context = ssl.create_default_context(cafile=str(Path(ca).expanduser()) if ca else None)
    except (OSError, ssl.SSLError) as error:
        why = in_words(error) if not isinstance(error, ssl.SSLError) else "it holds no certificate in PEM form"
        raise Refused(
            f"The CA file {ca} cannot be used: {why}.", backend=door.backend, hint="Name a readable PEM file with the CA's certificate."
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _banner(door: Door, reader: asyncio.StreamReader) -> str:
    """The protocol's version out of the banner; anything else there is not an AMI."""
    label = door.where.label
    line = b""
    while b"\n" not in line:
        try:
            data = await reader.read(_MAX_BANNER - len(line))
        except OSError as error:
            raise _unavailable(door, f"the connection to {label} broke before its banner ({in_words(error)})") from None
        if not data:
            raise _unavailable(door, f"{label} closed the connection before its banner")
        line += data
        if not (_BANNER.startswith(line) or line.startswith(_BANNER)) or (b"\n" not in line and len(line) >= _MAX_BANNER):
            start = line[:40].decode("ascii", "replace").encode("ascii", "replace").decode().splitlines()[0]
            shown = "".join(sign if sign.isprintable() else "?" for sign in start)
            raise Unavailable(
                f"{label} is not an Asterisk manager: it begins with {shown!r}.",
                backend=door.backend,
                hint="Check host and port; the manager's port is `port` in manager.conf (5038 unless changed), not SIP and not HTTP.",
            )
    banner, _, _ = line.partition(b"\n")
    return banner[len(_BANNER) :].strip().decode("ascii", "replace")


async def _log_in(door: Door, connection: Connection) -> tuple[str, str]:
    """Log in, and ask which life of Asterisk this is; FullyBooted comes in between when it has booted.

    Its start is told in whole seconds only; the oldest of its threads tells apart two lives within one.
    """
    secret = door.secret()
    fields = {"Username": door.user}
    try:
        if door.where.tls:
            fields["Secret"] = secret
        else:
            # The secret itself stays off an unencrypted wire, and away from a wrong peer.
            challenge = await connection.ask(Request("Challenge", {"AuthType": "MD5"}), door.deadline)
            digest = hashlib.md5((challenge.result.result().get("Challenge") + secret).encode(), usedforsecurity=False)
            fields |= {"AuthType": "MD5", "Key": digest.hexdigest()}
        # Of events, a connection that wants none still wants to hear once that Asterisk has booted.
        events = "system" if door.events == "off" else door.events
        reply = (await connection.ask(Request("Login", {**fields, "Events": events}), door.deadline)).result.result()
        if not reply.ok:
            raise _denied(door, reply)
        answers = await asyncio.gather(*(connection.ask(question, door.deadline) for question in (Request("CoreStatus"), _THREADS)))
        started, threads = (answer.result.result() for answer in answers)
        if _too_early(threads):
            threads = await _threads_later(connection, door.deadline)
    except (Refused, AuthFailed):
        raise
    except (Unavailable, Uncertain) as error:
        loss = connection.loss
        raise Unavailable(
            f"The log-in at {door.where.label} was not answered: {loss.why if loss else error.message}.",
            backend=door.backend,
            hint=(loss.hint if loss else "") or "See Asterisk's log; too many sessions not logged in (authlimit) end like this.",
        ) from None
    if not started.ok:
        raise AuthFailed(
            f"The manager user {door.user!r} on {door.where.label} may not ask for its status: {started.message}.",
            backend=door.backend,
            hint="Give the user read and write class `system,reporting` in manager.conf and reload it (`manager reload`).",
        )
    return f"{started.get('CoreStartupDate')}T{started.get('CoreStartupTime')}", _oldest(threads.all("Output"))


async def _threads_later(connection: Connection, patience: float) -> Reply:
    """The threads of an Asterisk that listens already, or even says that it has booted, but does not know this command yet."""
    end = asyncio.get_running_loop().time() + patience
    while True:
        await asyncio.sleep(_SOON)
        reply = (await connection.ask(_THREADS, patience)).result.result()
        if not _too_early(reply) or asyncio.get_running_loop().time() >= end:
            return reply


def _too_early(reply: Reply) -> bool:
    return any(line.startswith("No such command") for line in reply.all("Output"))


def _oldest(threads: list[str]) -> str:
    """Address and number of the oldest thread; nothing for a user who may give no commands.

    Asterisk lists the newest first, and its oldest (the one that keeps AstDB) lives as long as it does. Numbers alone do not tell which is
    oldest: the kernel begins again at low ones when it has counted to the end.
    """
    known = [words for line in threads if line.startswith("0x") and len(words := line.split(maxsplit=2)) >= 2]
    if not known:
        return ""
    address, number, *_ = known[-1]
    return f"{number}.{address.removeprefix('0x')}"


def _denied(door: Door, reply: Reply) -> BackendError:
    """Asterisk says the same for a wrong name, a wrong secret and an address its ACL does not permit."""
    return AuthFailed(
        f"{door.where.label} does not let the manager user {door.user!r} in: {reply.message or 'no reason given'}. "
        "Asterisk says this for a wrong name or secret, and just the same when its permit/deny list does not hold this machine's address.",
        backend=door.backend,
        hint=f"Compare the secret with [{door.user}] in manager.conf, see whether `permit` there covers this machine; `manager reload`. "
        "The log channel `security` on Asterisk tells which of the two it was.",
    )


def _silent(door: Door) -> BackendError:
    other = "" if door.where.tls else " or wants TLS (set tls: true),"
    return Unavailable(
        f"{door.where.label} took the connection but sent no banner within {door.deadline:g} s.",
        backend=door.backend,
        hint=f"Asterisk is stopped or overloaded,{other} or this is another service's port (SIP, HTTP): see `systemctl status asterisk`.",
    )


def _unavailable(door: Door, why: str) -> Unavailable:
    return Unavailable(
        f"Asterisk was not reached: {why}.",
        backend=door.backend,
        hint="Check that Asterisk runs, and host and port (manager.conf: enabled, bindaddr, port; a firewall in between).",
    )


async def shut(opened: Opened) -> None:
    """Close a connection, whatever its state."""
    with contextlib.suppress(OSError):
        await opened.connection.close()
