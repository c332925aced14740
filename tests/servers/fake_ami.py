"""A manager interface in this process, as Asterisk 22 speaks it, that can be made to misbehave.

    async with FakeAmi() as fake:
        fake.on["dbput"] = reset_in_mid_answer
        ami = Ami(fake.where, fake.user, lambda: fake.secret)

It knows a few actions by itself (log-in, AstDB, lists); `on` puts a handler in front: it may write what it likes.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

from campctl.backends.asterisk.ami import Where

Fields = dict[str, str]


class Session:
    """One connection to the fake."""

    def __init__(self, fake: FakeAmi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.fake, self.reader, self.writer = fake, reader, writer
        self.challenge = "271828"
        self.logged_in = False
        self.events = "off"
        self.filters: list[str] = []

    def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)

    def message(self, *lines: str) -> None:
        """Write one message."""
        self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def respond(self, fields: Fields, response: str = "Success", *lines: str) -> None:
        """Answer a request."""
        self.message(f"Response: {response}", f"ActionID: {fields['ActionID']}", *lines)

    def list(self, fields: Fields, event: str, rows: list[tuple[str, ...]], complete: str | None = None) -> None:
        """Answer a request with a list of events, each of lines."""
        self.respond(fields, "Success", "EventList: start", "Message: Result will follow")
        for row in rows:
            self.message(f"Event: {event}" if event else row[0], *(row if event else row[1:]), f"ActionID: {fields['ActionID']}")
        name = complete or f"{event}Complete"
        self.message(f"Event: {name}", f"ActionID: {fields['ActionID']}", "EventList: Complete", f"ListItems: {len(rows)}")

    def reset(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()


Handler = Callable[[Session, Fields], Awaitable[None]]


class FakeAmi:
    """Listens on a loopback port. `seen` holds what was asked, without log-ins; `tree` is its AstDB by path."""

    user = "campctl"
    secret = "correct-horse-battery"

    def __init__(self, *, banner: bytes = b"Asterisk Call Manager/11.0.0\r\n", tls: ssl.SSLContext | None = None) -> None:
        self.banner = banner
        self.booted = True
        self.started = "2026-10-01", "08:00:00"
        self.life = 100
        self.asked_threads = 0
        self.not_yet = 0
        """How often it will still say that it does not know the command for threads, as one does early in its boot."""
        self.on: dict[str, Handler] = {}
        self.tree: dict[str, str] = {}
        self.lists: dict[str, list[tuple[str, ...]]] = {}
        """Action in lower case to the messages it is answered with, each as lines with its Event first."""
        self.seen: list[Fields] = []
        self.sessions: list[Session] = []
        self.logins = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: dict[str, Handler] = {
            "challenge": self._challenge,
            "login": self._login,
            "corestatus": self._status,
            "command": self._command,
            "dbput": self._put,
            "dbdel": self._delete,
            "dbget": self._get,
            "dbgettree": self._tree,
        }

    @property
    def where(self) -> Where:
        """Where it listens."""
        assert self._server is not None
        return Where("127.0.0.1", self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def drop(self) -> None:
        """Break off every connection, as a restart does."""
        for session in self.sessions:
            session.reset()
        self.sessions.clear()

    def restart(self, started: tuple[str, str]) -> None:
        """A new life: connections break, the moment of the start is another."""
        self.drop()
        self.started = started
        self.life += 1000

    def emit(self, *lines: str) -> None:
        """Send an event to every session that wants events."""
        for session in self.sessions:
            if session.events not in {"off", "system"}:
                session.message(*lines)

    def asked(self, action: str) -> list[Fields]:
        """The requests of one action, in order."""
        return [fields for fields in self.seen if fields["Action"] == action]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        session = Session(self, reader, writer)
        self.sessions.append(session)
        try:
            writer.write(self.banner)
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                fields: Fields = {}
                for line in block.split("\r\n"):
                    name, _, value = line.partition(":")
                    if name:
                        fields.setdefault(name, value.strip())
                await self._dispatch(session, fields)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _dispatch(self, session: Session, fields: Fields) -> None:
        action = fields["Action"].lower()
        if action not in {"login", "challenge", "corestatus", "eventmask", "logoff"} and fields.get("Command") != "core show threads":
            self.seen.append(fields)
        if action in self.on:
            await self.on[action](session, fields)
        elif action in self._known:
            await self._known[action](session, fields)
        elif action in self.lists:
            session.list(fields, "", list(self.lists[action]), f"{fields['Action']}Complete")
        elif action == "eventmask":
            session.events = fields["EventMask"]
            session.respond(fields, "Success", f"Events: {'Off' if session.events == 'off' else 'On'}")
        elif action == "filter":
            session.filters.append(fields.get("Filter", ""))
            session.respond(fields, "Success", "Message: Filter added successfully")
        else:
            session.respond(fields, "Success", "Message: done")

    async def _challenge(self, session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", f"Challenge: {session.challenge}")

    async def _login(self, session: Session, fields: Fields) -> None:
        key = hashlib.md5((session.challenge + self.secret).encode()).hexdigest()
        if fields.get("Username") != self.user or (fields.get("Key") != key and fields.get("Secret") != self.secret):
            session.respond(fields, "Error", "Message: Authentication failed")
            await session.writer.drain()
            session.writer.close()
            return
        self.logins += 1
        session.logged_in, session.events = True, fields["Events"]
        session.respond(fields, "Success", "Message: Authentication accepted")
        if self.booted:
            session.message("Event: FullyBooted", "Privilege: system,all", "Uptime: 194", "LastReload: 194", "Status: Fully Booted")

    async def _status(self, session: Session, fields: Fields) -> None:
        day, time = self.started
        session.respond(fields, "Success", f"CoreStartupDate: {day}", f"CoreStartupTime: {time}", "CoreCurrentCalls: 0")

    async def _command(self, session: Session, fields: Fields) -> None:
        if fields["Command"] == "core show threads" and self.not_yet:
            self.not_yet -= 1
            session.respond(fields, "Error", "Message: Command output follows", "Output: No such command 'core show threads' (type ...)")
        elif fields["Command"] == "core show threads":
            # Newest first; the kernel's numbers have begun again at low ones since the oldest was made, and each session has a thread.
            self.asked_threads += 1
            lines = [f"Output: 0x7f00 {self.asked_threads} young()", f"Output: 0x7f01 {self.life + 900} oldest()", "Output: 2 threads."]
            session.respond(fields, "Success", "Message: Command output follows", *lines)
        else:
            session.respond(fields, "Success", "Message: Command output follows", "Output: done")

    async def _put(self, session: Session, fields: Fields) -> None:
        self.tree[f"{fields['Family']}/{fields['Key']}"] = fields["Val"]
        session.respond(fields, "Success", "Message: Updated database successfully")

    async def _delete(self, session: Session, fields: Fields) -> None:
        if self.tree.pop(f"{fields['Family']}/{fields['Key']}", None) is None:
            session.respond(fields, "Error", "Message: Database entry could not be deleted")
        else:
            session.respond(fields, "Success", "Message: Key deleted successfully")

    async def _get(self, session: Session, fields: Fields) -> None:
        value = self.tree.get(f"{fields['Family']}/{fields['Key']}")
        if value is None:
            session.respond(fields, "Error", "Message: Database entry not found")
        else:
            row = f"Family: {fields['Family']}", f"Key: {fields['Key']}", f"Val: {value}"
            session.list(fields, "DBGetResponse", [row], "DBGetComplete")

    async def _tree(self, session: Session, fields: Fields) -> None:
        start = fields["Family"].lower() + "/"
        rows = [(f"Key: /{path}", f"Val: {value}") for path, value in self.tree.items() if path.lower().startswith(start)]
        session.list(fields, "DBGetTreeResponse", rows, "DBGetTreeComplete")


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run a test's coroutine; one that hangs fails after two minutes."""

    async def bounded() -> Any:
        async with asyncio.timeout(120):
            return await main()

    return asyncio.run(bounded())


async def until(true: Callable[[], bool]) -> None:
    """Let others run until something is so."""
    while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)
