"""REGISTER as a phone sends it, from the port that it takes its calls on.

Not sipp's: that sends a copy after half a second without an answer, and takes the second of two challenges, which differ, for a fault.
"""

from __future__ import annotations

import secrets
import socket
import time
from dataclasses import dataclass

from servers.sip import Message, answer, parse

AGAIN = 1.0
"""Seconds without an answer after which a request is sent once more, as over UDP one has to."""


@dataclass(frozen=True)
class Registrar:
    """Whom to register with: `host` and `port` of an exchange; `within`: seconds after which it counts as silent."""

    host: str
    port: int
    within: float

    @property
    def uri(self) -> str:
        """Of the registrar."""
        return f"sip:{self.host}:{self.port}"


def register(to: Registrar, user: str, secret: str, *, ip: str, port: int, expires: int) -> int:
    """Register, with the password once asked for one: the status it comes to. Nobody else may listen on the port meanwhile."""
    call = secrets.token_hex(8)
    authorization: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((ip, port))
        for number in (1, 2):
            lines = (
                f"REGISTER {to.uri} SIP/2.0", f"Via: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{call}{number};rport",
                f"From: <sip:{user}@{to.host}>;tag={call}", f"To: <sip:{user}@{to.host}>", f"Call-ID: {call}", f"CSeq: {number} REGISTER",
                "Max-Forwards: 70", f"Contact: <sip:{user}@{ip}:{port}>",
                *authorization, f"Expires: {expires}", "Content-Length: 0", "", "",
            )  # fmt: skip
            reply = _asked(wire, to, "\r\n".join(lines).encode(), (call, f"{number} REGISTER"))
            if reply.status != 401:
                break
            authorization = [f"Authorization: {answer(reply['www-authenticate'], 'REGISTER', to.uri, user, secret)}"]
    return reply.status


def _asked(wire: socket.socket, to: Registrar, request: bytes, wanted: tuple[str, str]) -> Message:
    """The final answer to a request; those to others before it count for nothing."""
    end = time.monotonic() + to.within
    while time.monotonic() < end:
        wire.sendto(request, (to.host, to.port))
        again = time.monotonic() + AGAIN
        while (left := again - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                message = parse(wire.recv(65536).decode(errors="replace"))
            except TimeoutError:
                break
            if message.status >= 200 and (message.call, message["cseq"]) == wanted:
                return message
    raise AssertionError(f"REGISTER was not answered within {to.within:g} s")
