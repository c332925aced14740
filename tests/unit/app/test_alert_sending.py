"""Telling receivers: real ones on loopback that hang, reset, drip, redirect and fail, and commands that do the like."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import random
import signal
import ssl
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
import trustme
from msgspec.structs import replace

from campctl import errors
from campctl.app.alert_command import Command
from campctl.app.alert_messages import Message, message
from campctl.app.alert_sending import MOST, Outcome, Sender
from campctl.app.alert_webhook import Webhook, key_of, signature
from campctl.model.alerts import Alert, Caller, Notifier, insecure
from campctl.testing import FakeClock
from servers.pictures import NOW
from servers.receivers import Received, drips, hangs, receiver, resets, statuses

SECRET = "whsec_" + base64.b64encode(b"a made-up key of the tests").decode()
ALERT = Alert(
    id="0badcafe", key="crowd hotline/main", rule="crowd", subject="hotline/main", severity="warning",
    words="Main: 30 callers wait (more than 20).", since=NOW, raised=NOW + timedelta(seconds=60),
)  # fmt: skip
CALL = replace(
    ALERT,
    id="911911aa",
    rule="emergency-call",
    severity="critical",
    caller=Caller(who="Ann Lee", line="user/ann.lee", number="911", where="HQ", callback="+13125550111", at=NOW),
)


def said(alert: Alert = ALERT) -> Message:
    """A message about an alert that was raised."""
    return message(alert, "raised", campaign="Quickstart", at=NOW)


def clock() -> FakeClock:
    """Time that jumps when everything sleeps, and lets sockets and processes work in between."""
    return FakeClock(NOW, grace=0.05)


def webhook(url: str, *, timeout: float = 60, sign: bool = True, time: FakeClock | None = None) -> Webhook:
    """A receiver there; its signing secret is SECRET."""
    return Webhook(Notifier(name="hook", webhook=url, timeout=timeout, sign=sign), lambda _name: SECRET, time or clock())


async def once(hook: Webhook | Command, what: Message | None = None) -> Outcome:
    """One try."""
    try:
        return await hook.send(what or said())
    finally:
        await hook.close()


def verify(got: Received, key: bytes) -> bool:
    """As a receiver does it: written from the specification, not with our function."""
    head = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode()
    want = base64.b64encode(hmac.new(key, head + got.body, hashlib.sha256).digest()).decode()
    return got.headers["webhook-signature"] == f"v1,{want}"


def test_a_receiver_can_tell_who_sent_it() -> None:
    """The signature covers id, time and body; the body is what the docs say."""
    with receiver(statuses(204)) as there:
        outcome = asyncio.run(once(webhook(there.url)))
    assert outcome == Outcome(ok=True, words="told (answered 204)")
    (got,) = there.received
    assert verify(got, b"a made-up key of the tests")
    assert not verify(got._replace(body=got.body + b" "), b"a made-up key of the tests")
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert got.headers["content-type"] == "application/json"
    body = json.loads(got.body)
    assert body["type"] == "alert.raised"
    assert body["text"] == "[Quickstart] warning: Main: 30 callers wait (more than 20)."
    assert body["data"]["alert"]["raised"] == "2026-11-03T18:01:00Z"
    assert body["data"]["emergency"] is None


def test_the_published_vector() -> None:
    """The example in the Standard Webhooks specification comes out."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert key_of("plain words") == b"plain words"
    with pytest.raises(errors.SecretError, match="base64"):
        key_of("whsec_no base64!")


def test_an_unsigned_one_has_no_signature() -> None:
    """A chat service's own address: nothing is signed, and no secret is asked for."""
    with receiver(statuses(200)) as there:
        hook = Webhook(
            Notifier(name="chat", webhook="secret", sign=False), lambda name: f"{there.url}\n" if name == "url" else "?", clock()
        )
        assert asyncio.run(once(hook)).ok
    assert "webhook-signature" not in there.received[0].headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """Nobody but the one who was named gets the signature."""
    with receiver(statuses(200)) as elsewhere, receiver(statuses((status, f"location: {elsewhere.url}"))) as there:
        outcome = asyncio.run(once(webhook(there.url)))
    assert not outcome.ok
    assert not outcome.again
    assert "redirects are not followed" in outcome.words
    assert elsewhere.received == []


@pytest.mark.parametrize(
    ("answer", "again", "words"),
    [
        (statuses(500), True, "answered 500"),
        (statuses(429), True, "answered 429"),
        (statuses(408), True, "answered 408"),
        (statuses(400), False, "answered 400"),
        (statuses(410), False, "answered 410"),
        (resets, True, "was not reached"),
        (hangs, True, "did not answer within 0.3 s"),
        (drips, True, "did not answer within 0.3 s"),
    ],
)
def test_each_way_to_fail(answer: Callable[..., None], again: bool, words: str) -> None:
    """It is said which, and known whether another try may help; the time holds for a whole try, however slowly it drips."""
    with receiver(answer) as there:
        outcome = asyncio.run(once(webhook(there.url, timeout=0.3 if answer in (hangs, drips) else 60)))
    assert (outcome.ok, outcome.again) == (False, again)
    assert words in outcome.words


def test_nobody_there() -> None:
    """A port at which nobody listens."""
    with receiver(hangs) as there:
        url = there.url
    outcome = asyncio.run(once(webhook(url)))
    assert outcome.again
    assert "was not reached" in outcome.words


def test_a_certificate_that_nobody_vouches_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is sent; with the authority's certificate in SSL_CERT_FILE it is, and one for another name is not."""
    authority = trustme.CA()
    tls, other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.issue_cert("elsewhere.example.org").configure_cert(other)
    with receiver(statuses(200), tls) as there, receiver(statuses(200), other) as wrong:
        outcome = asyncio.run(once(webhook(there.url)))
        assert "certificate cannot be verified" in outcome.words
        assert not outcome.again
        assert there.received == []
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert asyncio.run(once(webhook(there.url))).ok
        assert "certificate cannot be verified" in asyncio.run(once(webhook(wrong.url))).words
        assert wrong.received == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://hooks.example.org/x", ""),
        ("http://127.0.0.1:8080/x", ""),
        ("http://[::1]:8080/x", ""),
        ("http://localhost/x", ""),
        ("http://hooks.example.org/x", "plain http is for this machine only"),
        ("http://127.0.0.1.example.org/x", "plain http is for this machine only"),
        ("https://bo:pw@hooks.example.org/", "a name or password stands in the address"),
        ("ftp://hooks.example.org/", "begins with https://"),
        ("hooks.example.org", "begins with https://"),
        ("https://hooks.example.org:99999/", "not an address"),
        ("https://[::1/", "not an address"),
        ("https:// hooks.example.org/", "begins with https://"),
    ],
)
def test_where_nothing_is_sent(url: str, words: str) -> None:
    """Only over https, or to this machine."""
    assert (words in insecure(url)) if words else insecure(url) == ""


def test_an_address_from_the_keyring_is_held_to_the_same() -> None:
    """One that may not be written is not used when it is kept as a secret either, and is not repeated."""
    hook = Webhook(Notifier(name="chat", webhook="secret"), lambda _name: "http://hooks.example.org/T0KEN", clock())
    outcome = asyncio.run(once(hook))
    assert "plain http is for this machine only" in outcome.words
    assert "T0KEN" not in outcome.words


def test_a_secret_that_is_missing() -> None:
    """Is said where it was looked for, and stops nobody else."""

    def nowhere(_name: str) -> str:
        raise errors.SecretError("The signing secret was not found.")

    assert (
        asyncio.run(once(Webhook(Notifier(webhook="https://hooks.example.org/"), nowhere, clock()))).words
        == "The signing secret was not found."
    )


class Reports:
    """What came of each message."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []

    def __call__(self, name: str, what: Message, outcome: Outcome) -> None:
        self.heard.append((name, what.id, outcome.words))

    def words(self, name: str) -> list[str]:
        """Of one receiver."""
        return [words for who, _, words in self.heard if who == name]


async def tell(time: FakeClock, reports: Reports, receivers: dict[str, object], *messages: Message, seconds: float = 120) -> Sender:
    """Tell everybody everything and wait for it."""
    sender = Sender(receivers, time, reports, jitter=random.Random(1))  # type: ignore[arg-type]
    for one in messages:
        sender.tell(sender.names, one)
    await sender.drain(seconds)
    return sender


def test_500_then_200() -> None:
    """Tried again after a while, under the same id and with a time and signature of its own."""
    time, reports = clock(), Reports()
    with receiver(statuses(500, 503, 200)) as there:
        asyncio.run(tell(time, reports, {"hook": webhook(there.url, time=time)}, said()))
    assert reports.words("hook") == ["told (answered 200)"]
    assert len({got.headers["webhook-id"] for got in there.received}) == 1
    assert all(verify(got, b"a made-up key of the tests") for got in there.received)
    assert 0.5 <= time.monotonic() <= 5.0


def test_a_receiver_that_says_when() -> None:
    """Retry-After is waited for, as seconds or as a date, a minute at the most."""
    date = (NOW + timedelta(seconds=30)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for header, least, most in (("7", 7, 8), (date, 29, 31), ("86400", 60, 61), ("soon", 0.2, 1)):
        time = clock()
        with receiver(statuses((429, f"retry-after: {header}"), 200)) as there:
            asyncio.run(tell(time, Reports(), {"hook": webhook(there.url, time=time)}, said()))
        assert least <= time.monotonic() <= most, header


def test_trying_ends() -> None:
    """A receiver that always fails is given up, in eight tries and five minutes, and it is said after how many."""
    time, reports = clock(), Reports()
    with receiver(statuses(500)) as there:
        asyncio.run(tell(time, reports, {"hook": webhook(there.url, time=time)}, said()))
    assert len(there.received) == 8
    assert "answered 500 (gave up after 8 attempts" in reports.words("hook")[0]
    assert time.monotonic() < 300


class Slow:
    """A receiver that answers when it is let."""

    def __init__(self, *, let: bool = False) -> None:
        self.let = asyncio.Event()
        self.got: list[str] = []
        self.busy = 0
        if let:
            self.let.set()

    async def send(self, what: Message) -> Outcome:
        self.busy += 1
        await self.let.wait()
        self.busy -= 1
        self.got.append(what.id)
        return Outcome(ok=True, words="told")

    async def close(self) -> None:
        """Nothing to let go of."""


async def settle() -> None:
    """Let all that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_one_that_hangs_delays_nobody() -> None:
    """Neither the other receivers, nor whoever tells, nor an emergency call to the same receiver."""

    async def main() -> None:
        hanging, well, reports = Slow(), Slow(let=True), Reports()
        sender = Sender({"hanging": hanging, "well": well}, clock(), reports)
        for number in range(20):
            sender.tell(sender.names, said(replace(ALERT, id=f"{number:08x}")))
        await settle()
        assert len(well.got) == 20
        assert hanging.busy == 4
        sender.tell(["hanging", "board", "nobody"], said(CALL))
        await settle()
        assert hanging.busy == 5
        hanging.let.set()
        await sender.drain(5)
        assert hanging.got[4].startswith("msg_")
        assert said(CALL).id in hanging.got[:5]

    asyncio.run(main())


def test_a_flood_is_bounded_and_said() -> None:
    """A thousand alerts for one that hangs: a hundred wait, an emergency call among them, and it is said how many gave way."""

    async def main() -> None:
        hanging, reports = Slow(), Reports()
        sender = Sender({"hook": hanging}, clock(), reports)
        sender.tell(["hook"], said(CALL))
        for number in range(1000):
            sender.tell(["hook"], said(replace(ALERT, id=f"{number:08x}")))
        await settle()
        assert len(reports.heard) == 1001 - MOST
        hanging.let.set()
        await sender.drain(5)
        assert len(hanging.got) == MOST
        assert said(CALL).id in hanging.got
        assert sum("901 before it were not told" in words for words in reports.words("hook")) == 1

    asyncio.run(main())


def test_of_one_alert_raised_comes_before_cleared() -> None:
    """Also when the first takes longer."""

    async def main() -> None:
        slow, reports = Slow(), Reports()
        sender = Sender({"hook": slow}, clock(), reports)
        sender.tell(["hook"], said())
        sender.tell(["hook"], message(ALERT, "cleared", campaign="Quickstart", at=NOW))
        await settle()
        assert slow.busy == 1
        slow.let.set()
        await sender.drain(5)
        assert [one.rpartition("_")[2] for one in slow.got] == ["raised", "cleared"]

    asyncio.run(main())


def test_stopping_says_who_was_not_told() -> None:
    """What is under way is given up after the time for it, each with a word."""

    async def main() -> None:
        reports = Reports()
        await tell(clock(), reports, {"hook": Slow()}, said(), said(CALL), seconds=0.01)
        assert reports.words("hook") == ["not told: stopped before it got through"] * 2

    asyncio.run(main())


# Commands


def command(tmp_path: Path, code: str, *, timeout: float = 60) -> Command:
    """One that runs a few lines of Python."""
    script = tmp_path / "tell.py"
    script.write_text(textwrap.dedent(code))
    return Command(Notifier(name="pager", command=(sys.executable, "-I", str(script)), timeout=timeout), tmp_path, {"LANG": "C.UTF-8"})


def test_a_command_is_given_the_message(tmp_path: Path) -> None:
    """On stdin, in the campaign's folder, with the id in its environment; what it prints goes nowhere."""
    code = """
        import json, os, sys
        told = json.load(sys.stdin)
        print("noise" * 100_000)
        open("told", "w").write(told["data"]["alert"]["words"] + os.environ["CAMPCTL_ALERT_ID"])
    """
    assert asyncio.run(once(command(tmp_path, code))) == Outcome(ok=True, words="told")
    assert (tmp_path / "told").read_text() == ALERT.words + ALERT.id


@pytest.mark.parametrize(
    ("code", "again", "words"),
    [
        ("import sys; sys.exit('no route\\nto the pager')", False, "ended in 1: no route to the pager"),
        ("import sys; sys.exit(75)", True, "ended in 75"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", False, "was ended by signal 9"),
        ("import sys; sys.stderr.write('x' * 10_000_000 + ' the end'); sys.exit(3)", False, "the end"),
        ("import time; time.sleep(600)", False, "took longer than 1 s and was ended"),
    ],
)
def test_each_way_a_command_fails(tmp_path: Path, code: str, again: bool, words: str) -> None:
    """Its status and last words are said; 75 asks for another try; its time is limited."""
    outcome = asyncio.run(once(command(tmp_path, code, timeout=1 if "sleep" in code else 60)))
    assert (outcome.ok, outcome.again) == (False, again)
    assert words in outcome.words
    assert len(outcome.words) < 500


def at_work_in(folder: Path) -> list[Path]:
    """Processes whose working directory this is."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # it has ended meanwhile
            found += [link] if link.readlink() == folder else []
    return found


def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    """One that takes too long is ended with its children, which hold its pipes."""
    words = ("sh", "-c", "sleep 600 & sleep 600")
    outcome = asyncio.run(once(Command(Notifier(command=words, timeout=1), tmp_path, dict(os.environ))))
    assert outcome.words == "sh took longer than 1 s and was ended"
    end = monotonic() + 60
    while left := at_work_in(tmp_path):
        assert monotonic() < end, left
        sleep(0.01)


def test_a_child_that_stays_delays_nobody(tmp_path: Path) -> None:
    """A command that leaves a child behind, which holds stderr open, was told all the same; what it said last is known."""
    code = """
        import subprocess, sys
        open("child", "w").write(str(subprocess.Popen([sys.executable, "-I", "-c", "import time; time.sleep(300)"]).pid))
        sys.exit("no route")
    """
    assert asyncio.run(once(command(tmp_path, code))).words == f"{sys.executable} ended in 1: no route"
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    """Says so; no shell ever looks at its words."""
    outcome = asyncio.run(once(Command(Notifier(command=("no-such-command; touch owned",)), tmp_path, {})))
    assert outcome.words == "no-such-command; touch owned cannot be run: No such file or directory"
    assert list(tmp_path.iterdir()) == []
