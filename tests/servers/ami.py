"""A small AMI client of the tests' own, blocking: what a person at the console would do and see, whatever campctl's client thinks."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Self

Message = dict[str, str]


class Ami:
    """A session, logged in. Every wait ends after `timeout` seconds at the latest, in `TimeoutError`."""

    def __init__(self, host: str, port: int, user: str, secret: str, *, timeout: float = 10) -> None:
        self.timeout = timeout
        self._ids = count(1)
        self._seen: list[Message] = []
        self._rest = b""
        self._socket = socket.create_connection((host, port), timeout)
        try:
            self._banner = self._line(time.monotonic() + timeout)
            self.do("Login", Username=user, Secret=secret)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. Safe to call twice."""
        self._socket.close()

    def send(self, action: str, **fields: Any) -> str:
        """Send an action without waiting; its ActionID. A list is the same field several times."""
        number = f"t{next(self._ids)}"
        lines = [f"Action: {action}", f"ActionID: {number}"]
        for name, value in fields.items():
            lines += [f"{name.replace('_', '-')}: {one}" for one in (value if isinstance(value, list | tuple) else [value])]
        self._socket.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        return number

    def ask(self, action: str, **fields: Any) -> Message:
        """Its answer, also when that is an error."""
        number = self.send(action, **fields)
        return self._take(lambda message: message.get("ActionID") == number and "Response" in message)

    def do(self, action: str, **fields: Any) -> Message:
        """Its answer; an error fails the test."""
        answer = self.ask(action, **fields)
        assert answer["Response"] in {"Success", "Goodbye", "Follows"}, f"{action}: {answer}"
        return answer

    def all(self, action: str, **fields: Any) -> list[Message]:
        """The events an action lists, up to its end."""
        number = self.send(action, **fields)
        answer = self._take(lambda message: message.get("ActionID") == number and "Response" in message)
        assert answer["Response"] == "Success", f"{action}: {answer}"
        found: list[Message] = []
        while True:
            event = self._take(lambda message: message.get("ActionID") == number)
            if event.get("EventList") == "Complete" or event["Event"].endswith("Complete"):
                return found
            found.append(event)

    def wait(self, *events: str, timeout: float | None = None, **fields: str) -> Message:
        """The next event of one of these names, with these fields; what came since the session began counts, once each."""
        return self._take(
            lambda message: message.get("Event") in events and all(message.get(name) == value for name, value in fields.items()),
            timeout, f"no event {' or '.join(events)} {fields or ''}",
        )  # fmt: skip

    def forget(self) -> None:
        """Events up to now do not count."""
        self.do("Ping")
        self._seen.clear()

    def command(self, text: str) -> str:
        """What the console says to a command."""
        return self.do("Command", Command=text).get("Output", "")

    # -- AstDB --

    def get(self, path: str) -> str | None:
        """The value of "family/.../key"; None when there is none."""
        family, _, key = path.rpartition("/")
        number = self.send("DBGet", Family=family, Key=key)
        answer = self._take(lambda message: message.get("ActionID") == number and "Response" in message)
        if answer["Response"] == "Error":
            return None
        return self._take(lambda message: message.get("ActionID") == number and message.get("Event") == "DBGetResponse")["Val"]

    def put(self, path: str, value: str | Mapping[str, str]) -> None:
        """Write "family/.../key": text, or a row of PJSIP's as JSON."""
        family, _, key = path.rpartition("/")
        self.do("DBPut", Family=family, Key=key, Val=value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))

    def drop(self, path: str) -> None:
        """Remove "family/.../key", which has to be there."""
        family, _, key = path.rpartition("/")
        self.do("DBDel", Family=family, Key=key)

    def tree(self, family: str) -> dict[str, str]:
        """All keys below a family, with their values."""
        number = self.send("DBGetTree", Family=family)
        answer = self._take(lambda message: message.get("ActionID") == number and "Response" in message)
        if answer["Response"] == "Error":  # an empty family is one
            return {}
        found: dict[str, str] = {}
        while (event := self._take(lambda message: message.get("ActionID") == number))["Event"] != "DBGetTreeComplete":
            found[event["Key"].removeprefix(f"/{family}/")] = event["Val"]
        return found

    # -- the wire --

    def _take(self, wanted: Any, timeout: float | None = None, what: str = "no answer") -> Message:
        for index, message in enumerate(self._seen):
            if wanted(message):
                return self._seen.pop(index)
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        for message in self._messages(end, what):
            if wanted(message):
                return message
            if "Event" in message:
                self._seen.append(message)
        raise AssertionError  # the line before goes on for ever, or raises

    def _messages(self, end: float, what: str) -> Iterator[Message]:
        while True:
            message: Message = {}
            while line := self._line(end, what):
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                message[name] = f"{message[name]}\n{value}" if name in message else value
            if message:
                yield message

    def _line(self, end: float, what: str = "no banner") -> str:
        while b"\r\n" not in self._rest:
            if (left := end - time.monotonic()) <= 0:
                raise TimeoutError(what)
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                raise TimeoutError(what) from None
            if not data:
                raise ConnectionResetError("Asterisk closed the AMI session")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line.decode(errors="replace")
