"""AMI on the wire: requests to bytes, bytes to messages. No I/O, and as little work per message as can be.

A message is lines `Name: value` ended by CRLF, and ended by an empty line. The limits are those of Asterisk 22's manager.c,
tried on 22.10.1: a line holds 1,022 bytes beside its CRLF, a request 128 lines; a longer one is answered with "line too
long", without its ActionID. Asterisk strips blanks and control characters in front of a value, so such values are refused
here: they would not come back as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from campctl.errors import Refused

MAX_LINE: Final = 1022
"""Bytes of one line `Name: value` of a request."""
MAX_LINES: Final = 128
"""Lines of one request, Action and ActionID among them."""
MAX_MESSAGE: Final = 16 << 20
"""Bytes of one message received: more without an end is not AMI, or not an answer anyone wants."""

Fields: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""Fields of a request, in order; pairs where a name is repeated."""

_READS: Final = frozenset(
    {
        "challenge", "command-read", "coresettings", "coreshowchannels", "corestatus", "dbget", "dbgettree", "devicestatelist",
        "eventmask", "extensionstatelist", "filter", "getconfig", "getconfigjson", "getvar", "listcategories", "listcommands",
        "login", "logoff", "modulecheck", "ping", "queuerule", "queuestatus", "queuesummary", "sorcerymemorycachestale",
        "sorceryread", "status",
    }
)  # fmt: skip
_READ_PREFIXES: Final = ("pjsipshow", "voicemailuserslist")
_READ_COMMANDS: Final = (
    "core show ", "core waitfullybooted", "database get ", "database show", "dialplan show", "manager show ", "module show", "pjsip list ",
    "pjsip show ", "queue show", "realtime show ", "realtime load ", "http show ",
)  # fmt: skip


class Request(NamedTuple):
    """One request: the action's name and its fields."""

    action: str
    fields: Fields = ()

    @property
    def reads_only(self) -> bool:
        """Whether it can change nothing on Asterisk, so that losing its answer leaves no doubt."""
        name = self.action.lower()
        if name == "command":
            command = dict(self.fields).get("Command", "")
            return command.startswith(_READ_COMMANDS)
        return name in _READS or name.startswith(_READ_PREFIXES)


class Message:
    """A message received. Its fields are looked at only when asked for: an answer may hold 100,000 of them.

    No value ever shows in its repr: rows of a database hold secrets.
    """

    __slots__ = ("_fields", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._fields: dict[str, str] | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Name to value; of a repeated name the last."""
        if self._fields is None:
            self._fields = dict(self.pairs())
        return self._fields

    def get(self, name: str, default: str = "") -> str:
        """The value of a field."""
        return self.fields.get(name, default)

    def all(self, name: str) -> list[str]:
        """Every value of a repeated field, in order."""
        return [value for field, value in self.pairs() if field == name]

    def pairs(self) -> list[tuple[str, str]]:
        """Every field in order, repeated ones too; a line without a colon is a name with an empty value."""
        return [(name, value.removeprefix(" ")) for name, _, value in (line.partition(":") for line in self.raw.split("\r\n"))]

    @property
    def event(self) -> str:
        """The event's name, or nothing when this is a response."""
        return _first(self.raw, "Event: ")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.raw.partition(chr(13))[0]!r}, {len(self.raw)} characters)"


class Reply(Message):
    """The response to one request."""

    __slots__ = ()

    @property
    def ok(self) -> bool:
        """Whether Asterisk did it."""
        return not self.raw.startswith("Response: Error")

    @property
    def message(self) -> str:
        """What Asterisk says about it ("Updated database successfully")."""
        return self.get("Message")


DONE: Final = Reply("Response: Success\r\nMessage: Updated database successfully")
"""What answers a DBPut that was done; nothing else is ever said about one, so all of them are the same value."""


def encode(request: Request, number: int) -> bytes:
    """One request as bytes, with `number` as its ActionID; refuses what Asterisk would misread."""
    fields = request.fields
    if type(fields) is tuple and len(fields) == 3:
        # What DBPut has, of which an apply sends thousands: without anything odd in it, it is what the long way makes of it.
        (a, b), (c, d), (e, f) = fields
        if (a + b + c + d + e + f).isprintable() and b[:1] != " " and d[:1] != " " and f[:1] != " ":
            data = f"Action: {request.action}\r\nActionID: {number}\r\n{a}: {b}\r\n{c}: {d}\r\n{e}: {f}\r\n\r\n".encode()
            if len(data) <= MAX_LINE:
                return data
    pairs = fields if type(fields) is tuple else tuple(fields.items() if isinstance(fields, Mapping) else fields)
    lines = "".join([f"{name}: {value}\r\n" for name, value in pairs])
    try:
        data = f"Action: {request.action}\r\nActionID: {number}\r\n{lines}\r\n".encode()
    except UnicodeEncodeError:
        raise Refused(
            f"A value of {request.action} is not Unicode (a lone surrogate); nothing was sent.", hint="Correct the text."
        ) from None
    # One look at the whole: an honest request has just the line ends put there, and nothing odd where values begin.
    ends = len(pairs)
    if lines.count("\n") != ends or lines.count("\r") != ends or len(data) > MAX_LINE or _ODD.search(lines):
        for name, value in pairs:
            _check(request, name, value)
    if ends + 2 > MAX_LINES:
        raise Refused(
            f"{request.action} would take {ends + 2} lines, and Asterisk reads {MAX_LINES} in one request; nothing was sent.",
            hint="Send it in several requests.",
        )
    return data


def _check(request: Request, name: str, value: str) -> None:
    """Refuse a line that cannot be sent, without showing its value."""
    if any(sign in name + value for sign in "\r\n\0"):
        why = "holds a line end or a NUL, which Asterisk would read as another field"
    elif value and value[0] < "!":
        why = "begins with a blank or a control character, which Asterisk drops"
    elif (size := len(f"{name}: {value}".encode())) > MAX_LINE:
        why = f"takes {size:,} bytes with its name, and Asterisk reads {MAX_LINE:,} of a line (line too long)"
    else:
        return
    raise Refused(
        f"The field {name} of {request.action} {why}; nothing was sent.", hint="Shorten the value, or take out what cannot be sent."
    )


_ODD: Final = re.compile(r": [\0-\x20]|\0")
"""What may be a value that begins with a blank, or a NUL; also an empty value, which is none of these."""


class Frames:
    """Cuts a stream of bytes into messages. `fault` says why the stream is not AMI from some point on; what came before it counts."""

    __slots__ = ("_rest", "fault")

    def __init__(self) -> None:
        self._rest = bytearray()
        self.fault = ""

    def feed(self, data: bytes) -> list[str]:
        """Take what arrived, give what is complete."""
        rest = self._rest
        searched = max(0, len(rest) - 3)
        rest += data
        end = rest.rfind(b"\r\n\r\n", searched)
        if end < 0:
            if len(rest) > MAX_MESSAGE:
                self.fault = f"a message of more than {MAX_MESSAGE >> 20} MB"
            return []
        block = rest[:end].decode("utf-8", "replace")
        del rest[: end + 4]
        if "\0" in block:
            self.fault = "a NUL character"
            block = block[: max(0, block.rfind("\r\n\r\n", 0, block.index("\0")))]
        # Lists and banners may leave one more line end between messages: what is left of it is no part of a message.
        found = block.split("\r\n\r\n")
        if "\r\n\r\n\r" not in block and "\n\n" not in block and block[:1] not in {"", "\r", "\n"}:
            return found
        return [part for part in (raw.lstrip("\r\n") for raw in found) if part]

    def give_back(self) -> bytes:
        """What there is of a message whose end has not come yet; none of it counts as taken."""
        rest, self._rest = bytes(self._rest), bytearray()
        return rest

    @property
    def waiting(self) -> int:
        """Bytes of a message whose end has not come yet."""
        return len(self._rest)


def action_id(raw: str) -> str:
    """The ActionID of a message; the last one, as nothing in front of it (a value) may pass for it; or nothing."""
    at = raw.rfind("\r\nActionID: ")
    if at < 0:
        return ""
    end = raw.find("\r\n", at + 12)
    return raw[at + 12 :] if end < 0 else raw[at + 12 : end]


def _first(raw: str, prefix: str) -> str:
    """The value of the first line when it begins with `prefix`."""
    if not raw.startswith(prefix):
        return ""
    end = raw.find("\r\n")
    return raw[len(prefix) :] if end < 0 else raw[len(prefix) : end]
