"""What sipp is too slow or too coarse for: a phone that tries to register until it may, and a probe that counts silence.

Both are a thread with one socket; times are `time.monotonic()`.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from itertools import count
from typing import Self

from servers.asterisk import Asterisk
from servers.registering import AGAIN
from servers.sip import Message, answer, parse
from servers.sipp import PATIENCE, until

_SDP = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"


class Softphone:
    """Just plugged in: registers again, `every` seconds after it was refused, until it is let in; takes calls at once or rings.

    `registered`: when it was, 0 before; `invites`: calls it got, with `rang`: when the first of them came.
    """

    def __init__(self, server: Asterisk, user: str, secret: str, *, every: float = 0.02, answers: bool = True) -> None:
        self.server, self.user, self.secret = server, user, secret
        self.registered = 0.0
        self.rang = 0.0
        self.invites: list[Message] = []
        self._every, self._answers = every, answers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((server.phones, 0))
        self._host, self._port = self._socket.getsockname()
        self._ends = threading.Event()
        self._number = count(1)
        self._waits = 0.0
        self._asked = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._socket.close()

    def is_registered(self, *, within: float = PATIENCE) -> float:
        """Wait until it is; when it was."""
        return until(lambda: self.registered, f"registration of {self.user}", within=within)

    def is_rung(self, *, within: float = PATIENCE) -> float:
        """Wait until somebody calls; when that was."""
        return until(lambda: self.rang, f"a call for {self.user}", within=within)

    def _run(self) -> None:
        while not self._ends.is_set():
            if not self.registered and time.monotonic() >= self._waits:
                self._register("")
            ready, _, _ = select.select([self._socket], [], [], 0.01)
            if ready:
                self._got(parse(self._socket.recv(65536).decode(errors="replace")))

    def _register(self, authorization: str) -> None:
        self._waits = time.monotonic() + max(AGAIN, self._every)
        number = next(self._number)
        self._asked = 0 if authorization else number
        uri = f"sip:{self.server.host}:{self.server.sip}"
        self._send(
            f"REGISTER {uri} SIP/2.0", f"Via: SIP/2.0/UDP {self._host}:{self._port};branch=z9hG4bKs{self._port}{number};rport",
            f"From: <sip:{self.user}@{self._host}>;tag=s{self._port}", f"To: <sip:{self.user}@{self._host}>",
            f"Call-ID: s{self._port}", f"CSeq: {number} REGISTER", f"Contact: <sip:{self.user}@{self._host}:{self._port}>",
            "Max-Forwards: 70", "Expires: 600", *([f"Authorization: {authorization}"] if authorization else []),
        )  # fmt: skip

    def _got(self, message: Message) -> None:
        if message.status:
            if message.method == "REGISTER" and message.status == 200:
                self.registered = self.registered or time.monotonic()
            elif message.status == 401 and message.method == "REGISTER" and not self.registered:
                uri = f"sip:{self.server.host}:{self.server.sip}"
                self._waits = time.monotonic() + self._every
                if int(message["cseq"].split()[0]) == self._asked:  # a refused password comes back as a challenge too: then wait
                    self._register(answer(message["www-authenticate"], "REGISTER", uri, self.user, self.secret))
        elif message.method == "INVITE":
            self.rang = self.rang or time.monotonic()
            if all(known.call != message.call for known in self.invites):
                self.invites.append(message)
            self._reply("180 Ringing", message)
            if self._answers:
                self._reply("200 OK", message, _SDP.format(self._host, self._port))
        elif message.method == "CANCEL":
            self._reply("200 OK", message)
            invite = next(known for known in self.invites if known.call == message.call)
            self._reply("487 Request Terminated", invite)
        elif message.method != "ACK":
            self._reply("200 OK", message)

    def _reply(self, status: str, to: Message, body: str = "") -> None:
        tag = "" if ";tag=" in to["to"] else f";tag=s{self._port}"
        self._send(
            f"SIP/2.0 {status}", *(f"Via: {via}" for via in to.headers["via"]), f"From: {to['from']}", f"To: {to['to']}{tag}",
            f"Call-ID: {to.call}", f"CSeq: {to['cseq']}", f"Contact: <sip:{self.user}@{self._host}:{self._port}>",
            *(["Content-Type: application/sdp"] if body else []), body=body,
        )  # fmt: skip

    def _send(self, *lines: str, body: str = "") -> None:
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._socket.sendto(text.encode(), (self.server.host, self.server.sip))


class Probe:
    """Asks the exchange something at a rate while it is open, and counts what is not answered, `grace` seconds after that either.

    What it sends is what any phone sends all day: REGISTER of `user` (asked for a password, which is an answer).
    """

    def __init__(self, server: Asterisk, user: str = "probe", *, rate: float = 20, grace: float = PATIENCE) -> None:
        self.server, self.user = server, user
        self._rate, self._grace = rate, grace
        self._sent: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((server.phones, 0))
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._socket.close()

    @property
    def sent(self) -> int:
        """How many requests it has sent."""
        return len(self._sent)

    @property
    def unanswered(self) -> int:
        """How many of them got no answer; known once it has ended."""
        assert not self._thread.is_alive(), "it still asks"
        return len(self._sent) - len(self._took)

    @property
    def slowest(self) -> float:
        """Seconds the slowest answer took."""
        return max(self._took.values(), default=0.0)

    def _run(self) -> None:
        following = time.monotonic()
        host, port = self._socket.getsockname()
        for number in count(1):
            if self._ends.is_set():
                break
            call = f"p{port}-{number}"
            lines = (
                f"REGISTER sip:{self.server.host} SIP/2.0", f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{call};rport",
                f"From: <sip:{self.user}@{host}>;tag={call}", f"To: <sip:{self.user}@{host}>", f"Call-ID: {call}", "CSeq: 1 REGISTER",
                f"Contact: <sip:{self.user}@{host}:{port}>", "Max-Forwards: 70", "Expires: 600", "Content-Length: 0", "", "",
            )  # fmt: skip
            self._sent[call] = time.monotonic()
            self._socket.sendto("\r\n".join(lines).encode(), (self.server.host, self.server.sip))
            following += 1 / self._rate
            self._listen(following)
        self._listen(time.monotonic() + self._grace)

    def _listen(self, end: float) -> None:
        while (left := end - time.monotonic()) > 0:
            if self._ends.is_set() and len(self._took) == len(self._sent):
                return
            ready, _, _ = select.select([self._socket], [], [], min(left, 0.05))
            if ready:
                message = parse(self._socket.recv(65536).decode(errors="replace"))
                if message.call in self._sent:
                    self._took.setdefault(message.call, time.monotonic() - self._sent[message.call])
