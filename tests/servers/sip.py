"""SIP messages as traces hold them, and the arithmetic of digest authentication."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One message. `start`: its first line; `headers`: lower-case name to values, in order; `sent`: by whom the trace is of."""

    start: str
    headers: dict[str, list[str]]
    body: str
    sent: bool = False
    at: str = ""

    @property
    def status(self) -> int:
        """Of an answer; 0 of a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a request; of an answer that of what it answers."""
        return self["cseq"].split()[1] if self.status else self.start.split()[0]

    @property
    def call(self) -> str:
        """Its Call-ID."""
        return self["call-id"]

    @property
    def number(self) -> str:
        """Whom a request is for: the user part of its URI."""
        return self.start.split()[1].partition(":")[2].partition("@")[0]

    def __getitem__(self, name: str) -> str:
        """The first value of a header; empty when there is none."""
        return self.headers.get(name.lower(), [""])[0]

    @property
    def from_(self) -> str:
        """The user part of the address it says it is from."""
        return user_of(self["from"])

    @property
    def from_name(self) -> str:
        """The name it says it is from."""
        return self["from"].partition("<")[0].strip().strip('"')


def user_of(address: str) -> str:
    """The user part of `"Name" <sip:user@host>;tag=...`."""
    found = re.search(r"sips?:([^@;>]+)@", address)
    return found[1] if found else ""


def parse(text: str, *, sent: bool = False, at: str = "") -> Message:
    """A message from its text."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    start, *lines = head.split("\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(_LONG.get(name.strip().lower(), name.strip().lower()), []).append(value.strip())
    return Message(start.strip(), headers, body, sent, at)


_LONG = {"f": "from", "t": "to", "i": "call-id", "m": "contact", "v": "via", "c": "content-type", "l": "content-length"}


def answer(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """The value of Authorization for a challenge (RFC 2617: MD5, qop=auth or none)."""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.partition(" ")[2]))
    realm, nonce = fields["realm"], fields["nonce"]
    one, two = _md5(f"{user}:{realm}:{secret}"), _md5(f"{method}:{uri}")
    words = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', "algorithm=MD5"]
    if "auth" in fields.get("qop", ""):
        words += ["qop=auth", "nc=00000001", 'cnonce="c0ffee"', f'response="{_md5(f"{one}:{nonce}:00000001:c0ffee:auth:{two}")}"']
    else:
        words.append(f'response="{_md5(f"{one}:{nonce}:{two}")}"')
    if "opaque" in fields:
        words.append(f'opaque="{fields["opaque"]}"')
    return "Digest " + ", ".join(words)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
