"""Phones and a carrier made of sipp: real SIP by somebody else's hand, each message kept.

phone = Phones(asterisk).phone("ann.lee", secret)   or the fixture `phones`
phone.register()            -> the status it came to: 200, 401, 403, ...
phone.answers(after=0.5)    from now on it takes calls; also .rings() (and .picks_up() when told) and .rejects(486)
phone.dial("911")           -> a Call;   call.hangs_up(), call.gives_up(): whoever called, when told
carrier = phones.carrier()  outside: takes calls from the exchange, and
carrier.call("13125550100") -> a Call;   carrier.calls(did, count=30, rate=5) -> Calls
carrier.invites             -> what the exchange sent outside, headers and body
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from servers import sipp_scenarios
from servers.asterisk import Asterisk, cannot
from servers.registering import Registrar, register
from servers.sip import Message, parse

T = TypeVar("T")
PATIENCE = 90.0
"""Seconds after which what is waited for is not coming: long, since phones and exchange share a loaded machine with other tests."""

TALK = 600.0
"""Seconds after which who called hangs up when nobody else did: no test is meant to wait for it."""


def until(wanted: Callable[[], T], what: str | Callable[[], str] = "it", *, within: float = PATIENCE) -> T:
    """Look until it is true, every 10 ms; fails with what was waited for."""
    end = time.monotonic() + within
    while not (found := wanted()):
        assert time.monotonic() < end, f"{what if isinstance(what, str) else what()} did not happen within {within:g} s"
        time.sleep(0.01)
    return found


class Sipp:
    """One process of sipp with one scenario. `port`: where it listens."""

    def __init__(self, server: Asterisk, steps: str, *, ip: str, port: int, number: str = "", calls: int = 0, rate: float = 0,
                 user: str = "", secret: str = "") -> None:  # fmt: skip
        self.folder = Path(tempfile.mkdtemp(prefix="sipp-", dir=server.folder))
        self.ip, self.port = ip, port
        (self.folder / "s.xml").write_text(f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="s">\n{steps}\n</scenario>\n')
        words: list[Any] = [
            "sipp", f"{server.host}:{server.sip}", "-sf", "s.xml", "-i", ip, "-p", port, "-mi", ip, "-mp", server.take(4),
            "-nostdin", "-aa",
            "-trace_msg", "-message_file", "messages", "-trace_err", "-error_file", "errors", "-cid_str", f"%u-%p-{port}@%s",
            "-default_behaviors", "all,-bye",
        ]  # fmt: skip
        words += ["-s", number] if number else []
        words += ["-m", calls, "-l", calls] if calls else []
        words += ["-r", 1, "-rp", max(1, int(1000 / rate))] if rate else []
        words += ["-au", user, "-ap", secret] if user else []
        self._process = subprocess.Popen(
            list(map(str, words)),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def messages(self) -> list[Message]:
        """Every message so far, whole ones."""
        try:
            text = (self.folder / "messages").read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return []
        found = []
        for part in re.split(r"^-{40,} ", text, flags=re.MULTILINE)[1:]:
            head = re.match(r"(\S+ \S+)\n\w+ message (sent|received) [\[(](\d+)[\])]? ?(?:bytes)?[^\n]*\n\n", part)
            if head and len(part[head.end() :].encode()) >= int(head[3]):  # one still being written is left for the next look
                found.append(parse(part[head.end() :], sent=head[2] == "sent", at=head[1]))
        return found

    @property
    def running(self) -> bool:
        """Whether it still is."""
        return self._process.poll() is None

    def wait(self, *, within: float = PATIENCE) -> int:
        """Its exit status: 0 when each call went as the scenario says."""
        return self._process.wait(within)

    def listening(self) -> None:
        """Wait until it can be reached, for it has to be there before it is called."""
        until(lambda: _bound(self.ip, self.port) or not self.running, f"sipp on port {self.port}")
        assert self.running, self.said()

    def said(self) -> str:
        """What it complained of."""
        errors = self.folder / "errors"
        return errors.read_text(errors="replace")[-3000:] if errors.exists() else ""

    def story(self) -> str:
        """What came and went, and what it complained of."""
        lines = [f"{message.at[-15:]} {'>' if message.sent else '<'} {message.start}" for message in self.messages]
        return "\n".join(["", *lines, "running" if self.running else f"ended with {self._process.returncode}", self.said()])

    def tell(self, message: Message) -> None:
        """The next thing is to be done now with the call of the last message."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(sipp_scenarios.told(message), (self.ip, self.port))

    def close(self) -> None:
        """End it at once: calls stay as they are."""
        if self.running:
            self._process.kill()
        self._process.wait()


class Call:
    """A call somebody made, while it goes on and afterwards."""

    def __init__(self, sipp: Sipp) -> None:
        self._sipp = sipp

    @property
    def messages(self) -> list[Message]:
        """All of it."""
        return self._sipp.messages

    @property
    def statuses(self) -> list[int]:
        """Of the answers to its INVITE, in order, those that asked for a password left out."""
        return [m.status for m in self.messages if not m.sent and m.status and m.method == "INVITE" and m.status not in {401, 407}]

    @property
    def status(self) -> int:
        """The final one; 0 as long as there is none."""
        return next((status for status in self.statuses if status >= 200), 0)

    def ringing(self, *, within: float = PATIENCE) -> None:
        """Wait until it rings, or is answered (a queue does that for music)."""
        until(lambda: any(status > 100 for status in self.statuses), "ringing", within=within)

    def ended(self, *, within: float = PATIENCE) -> int:
        """Wait for the final status."""
        return until(lambda: self.status, lambda: f"a final answer ({self._sipp.story()})", within=within)

    def answered(self, *, within: float = PATIENCE) -> None:
        """Wait until it is answered, by a hotline at once and long before a person; fails when it is refused."""
        assert self.ended(within=within) == 200, self.statuses

    @property
    def over(self) -> bool:
        """Whether it has ended, by whichever side."""
        return not self._sipp.running

    def done(self, *, within: float = PATIENCE) -> None:
        """Wait until it is over."""
        until(lambda: self.over, "the call's end", within=within)

    def hangs_up(self, *, within: float = PATIENCE) -> None:
        """The caller ends it now, once it has been answered; over when this returns."""

        def talks() -> bool:
            messages = self.messages
            answered = [m.status == 200 and m.method == "INVITE" for m in messages]
            return True in answered and any(m.sent and m.method == "ACK" for m in messages[answered.index(True) :])

        until(talks, lambda: f"a conversation ({self._sipp.story()})", within=within)
        self._sipp.tell(self.messages[-1])
        self.done(within=within)
        assert any(m.method in {"CANCEL", "BYE"} or m.status >= 300 for m in self.messages), self._sipp.story()

    def gives_up(self, *, within: float = PATIENCE) -> None:
        """The caller waits no longer for an answer; over when this returns."""
        self.ringing(within=within)
        self._sipp.tell(self.messages[-1])
        self.done(within=within)
        assert any(m.method in {"CANCEL", "BYE"} or m.status >= 300 for m in self.messages), self._sipp.story()

    def close(self) -> None:
        """The caller vanishes without a word."""
        self._sipp.close()


class Calls:
    """Many calls at a rate."""

    def __init__(self, sipp: Sipp, count: int) -> None:
        self._sipp = sipp
        self._count = count

    def statuses(self, *, within: float = PATIENCE) -> list[int]:
        """The final status of each, once all are over."""
        until(lambda: not self._sipp.running, f"{self._count} calls", within=within)
        final: dict[str, int] = {}
        for message in self._sipp.messages:
            if not message.sent and message.method == "INVITE" and message.status >= 200 and message.status not in {401, 407}:
                final.setdefault(message.call, message.status)
        return list(final.values())


class _Station:
    """Whoever can be called: what it does with calls is one sipp at a time on the same port."""

    def __init__(self, server: Asterisk, ip: str, port: int) -> None:
        self.server, self.ip, self.port = server, ip, port
        self._now: Sipp | None = None
        self._steps = ""
        self._past: list[Sipp] = []

    def answers(self, *, after: float = 0.1, talk: float = 0.3) -> None:
        """Take calls after ringing for so long (seconds); hang up after `talk` (0: wait for the other side to)."""
        self._be(sipp_scenarios.takes(after, talk))

    def picks_up(self, *, within: float = PATIENCE) -> None:
        """A call that rings, now or as soon as there is one, is taken."""
        now = self._now
        assert now, f"{self} is gone"
        before = self.taken
        told: set[str] = set()

        def takes() -> bool:
            messages = now.messages
            ended = {m.call for m in messages if m.method == "CANCEL" or (m.sent and m.status >= 200)}
            for message in messages:
                if message.sent and message.status == 180 and message.call not in ended | told:
                    told.add(message.call)
                    now.tell(message)
            return self.taken > before

        until(takes, lambda: f"an answer of {self} ({now.story()})", within=within)

    def rings(self) -> None:
        """Ring, and take no call before told to."""
        self._be(sipp_scenarios.takes(3600, 0))

    def rejects(self, status: int = 486) -> None:
        """Refuse calls."""
        self._be(sipp_scenarios.refuses(status))

    def gone(self) -> None:
        """Be silent from now on: unplugged, without a word."""
        if self._now:
            self._now.close()
            self._past.append(self._now)
        self._now, self._steps = None, ""

    @property
    def messages(self) -> list[Message]:
        """All it received and sent as somebody who can be called."""
        return [message for sipp in [*self._past, *([self._now] if self._now else [])] for message in sipp.messages]

    @property
    def invites(self) -> list[Message]:
        """Calls it got, once each."""
        found: dict[str, Message] = {}
        for message in self.messages:
            if not message.sent and message.method == "INVITE" and not message.status:
                found.setdefault(message.call, message)
        return list(found.values())

    def rung(self, count: int = 1, *, within: float = PATIENCE) -> Message:
        """Wait until it has got so many calls in all; the last of them."""
        until(lambda: len(self.invites) >= count, f"call {count} for {self}", within=within)
        return self.invites[count - 1]

    @property
    def taken(self) -> int:
        """How many calls it has answered."""
        return len({m.call for m in self.messages if m.sent and m.status == 200 and m.method == "INVITE"})

    def _be(self, steps: str) -> None:
        self.gone()
        self._steps = steps
        self._now = Sipp(self.server, steps, ip=self.ip, port=self.port)
        self._now.listening()

    def close(self) -> None:
        """It ends, with whoever it called."""
        self.gone()


class Phone(_Station):
    """A phone with a user name and a secret, registered or not."""

    def __init__(self, server: Asterisk, user: str, secret: str) -> None:
        super().__init__(server, server.phones, server.take())
        self.user, self.secret = user, secret
        self._calls: list[Sipp] = []

    def __str__(self) -> str:
        return self.user

    def register(self, *, secret: str | None = None, expires: int = 3600) -> int:
        """Register (with another secret, if told so): the status it comes to.

        From its own port, for exchanges send calls to where a registration came from; calls it is in are lost by that.
        """
        before, self._steps = self._steps, ""
        self.gone()
        registrar = Registrar(self.server.host, self.server.sip, PATIENCE)
        given = self.secret if secret is None else secret
        status = register(registrar, self.user, given, ip=self.ip, port=self.port, expires=expires)
        if before:
            self._be(before)
        return status

    def unregister(self) -> int:
        """Take the registration back."""
        return self.register(expires=0)

    def dial(self, number: str, *, talk: float = TALK, patience: float = 3600) -> Call:
        """Call a number; hang up when it has been answered for `talk` seconds, give up after `patience`."""
        sipp = Sipp(
            self.server, sipp_scenarios.calls(self.user, talk, patience=patience, secret=True), ip=self.ip, port=self.server.take(),
            number=number, calls=1,
            user=self.user, secret=self.secret,
        )  # fmt: skip
        self._calls.append(sipp)
        return Call(sipp)

    def close(self) -> None:
        """It ends, and its calls with it."""
        super().close()
        for sipp in self._calls:
            sipp.close()


class Carrier(_Station):
    """The outside: where the exchange's trunk leads, and where calls from outside come from."""

    def __init__(self, server: Asterisk) -> None:
        super().__init__(server, server.carrier_host, server.carrier)
        self._calls: list[Sipp] = []

    def __str__(self) -> str:
        return "carrier"

    def call(self, number: str, *, caller: str = "12025550199", talk: float = TALK, patience: float = 3600) -> Call:
        """Somebody calls a number; hangs up when answered for `talk` seconds, gives up after `patience`."""
        return Call(self._dial(number, sipp_scenarios.calls(caller, talk, patience=patience)))

    def calls(self, number: str, *, count: int, rate: float = 5, talk: float = TALK) -> Calls:
        """So many people call, so many a second."""
        return Calls(self._dial(number, sipp_scenarios.calls("12025550199", talk), count, rate), count)

    def _dial(self, number: str, steps: str, count: int = 1, rate: float = 0) -> Sipp:
        sipp = Sipp(self.server, steps, ip=self.ip, port=self.server.take(), number=number, calls=count, rate=rate)
        self._calls.append(sipp)
        return sipp

    def close(self) -> None:
        """It ends, and its calls with it."""
        super().close()
        for sipp in self._calls:
            sipp.close()


class Phones:
    """Makes phones and carriers, and ends them all."""

    def __init__(self, server: Asterisk | None = None) -> None:
        self._server = server
        self._made: list[_Station] = []

    def phone(self, user: str, secret: str, *, on: Asterisk | None = None) -> Phone:
        """A phone, not yet registered."""
        return self._keep(Phone(on or self._default(), user, secret))

    def carrier(self, *, on: Asterisk | None = None) -> Carrier:
        """The outside of an exchange; takes its calls at once."""
        carrier = self._keep(Carrier(on or self._default()))
        carrier.answers()
        return carrier

    def close(self) -> None:
        """All end."""
        for one in self._made:
            one.close()

    def _default(self) -> Asterisk:
        assert self._server is not None, "say on which exchange: on=..."
        return self._server

    def _keep(self, one: Any) -> Any:
        self._made.append(one)
        return one


@pytest.fixture
def phones(request: pytest.FixtureRequest) -> Iterator[Phones]:
    """Phones of the test's own, on the fixture `asterisk` unless told otherwise."""
    if not shutil.which("sipp"):
        cannot("sipp is missing (Debian package sip-tester)")
    made = Phones(request.getfixturevalue("asterisk") if "asterisk" in request.fixturenames else None)
    yield made
    made.close()


def _bound(ip: str, port: int) -> bool:
    wanted = f"{int.from_bytes(socket.inet_aton(ip), sys.byteorder):08X}:{port:04X}"
    return any(line.split()[1] == wanted for line in Path("/proc/net/udp").read_text().splitlines()[1:])
