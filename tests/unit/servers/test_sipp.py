"""Phones and carrier of the tests do what a person would: and see what they are sent, to the letter."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from servers import sipp_scenarios
from servers.asterisk import Asterisk, cannot
from servers.ports import Block
from servers.registering import AGAIN
from servers.sip import Message, parse
from servers.sipp import PATIENCE, Phones, Sipp, until
from servers.softphone import Probe, Softphone

pytestmark = pytest.mark.live


@pytest.fixture
def exchange(asterisk: Asterisk) -> Asterisk:
    """Two people with phones, and a hotline the first one answers."""
    with asterisk.connect() as ami:
        for user, context in (("ann", "campctl-internal"), ("bob", "campctl-national")):
            ami.put(f"ps/auth/{user}", {"auth_type": "userpass", "username": user, "password": "s3cret"})
            ami.put(f"ps/aor/{user}", {"max_contacts": "1", "remove_existing": "yes"})
            row = {"aors": user, "auth": user, "context": context, "disallow": "all", "allow": "ulaw"}
            ami.put(f"ps/endpoint/{user}", row)
            ami.command(f"pjsip reload qualify aor {user}")
        ami.put("did/13125550100", "queue:help")
        ami.put("ext/3001", "line:ann")
        ami.do("UpdateConfig", SrcFilename="queues.conf", DstFilename="queues.conf", Action_000000="NewCat", Cat_000000="help")
        ami.do("QueueReload", Parameters="yes", Members="no", Rules="no")
        ami.do("QueueAdd", Queue="help", Interface="PJSIP/ann")
    return asterisk


def test_a_phone_registers_with_its_own_secret_alone(exchange: Asterisk, phones: Phones) -> None:
    """200 with the right one, 401 with another; taken back, nobody is there."""
    ann = phones.phone("ann", "s3cret")
    assert ann.register(secret="other") == 401
    assert ann.register() == 200
    assert f":{ann.port}" in exchange.cli("pjsip show contacts")
    assert ann.unregister() == 200
    assert f":{ann.port}" not in exchange.cli("pjsip show contacts")


def test_a_phone_registers_at_an_exchange_that_is_held_up(exchange: Asterisk, phones: Phones) -> None:
    """It asks again, is challenged twice, and is let in all the same; a wrong secret is not."""
    ann = phones.phone("ann", "s3cret")
    for secret, status in (("other", 401), ("s3cret", 200)):
        exchange.freeze()
        goes_on = threading.Timer(AGAIN * 1.5, exchange.thaw)
        goes_on.start()
        assert ann.register(secret=secret) == status
        goes_on.join()


def test_a_call_from_outside_is_taken_and_ends(exchange: Asterisk, phones: Phones) -> None:
    """It rings, is answered, and nothing stays on the exchange; whoever hangs up first."""
    ann, carrier = phones.phone("ann", "s3cret"), phones.carrier()
    assert ann.register() == 200
    ann.answers(talk=0.1)
    call = carrier.call("13125550100")
    call.answered()
    assert ann.rung().from_ == "12025550199"
    call.done()
    ann.answers(talk=0)
    call = carrier.call("13125550100")
    until(lambda: ann.taken == 2, "the second call")
    call.hangs_up()
    until(lambda: "0 active channels" in exchange.cli("core show channels count"), "an idle exchange")


def test_a_call_to_outside_is_recorded(exchange: Asterisk, phones: Phones) -> None:
    """The number dialled and all else that the trunk sends can be looked at."""
    bob, carrier = phones.phone("bob", "s3cret"), phones.carrier()
    call = bob.dial("12025550123")
    call.answered()
    invite = carrier.rung()
    assert (invite.number, invite.method) == ("+12025550123", "INVITE")
    assert "m=audio" in invite.body
    call.done()


def test_callers_give_up_and_phones_refuse(exchange: Asterisk, phones: Phones) -> None:
    """A phone that only rings until it is told to take a call, one that is busy, callers without patience."""
    ann, bob = phones.phone("ann", "s3cret"), phones.phone("bob", "s3cret")
    assert ann.register() == 200
    ann.rings()
    call = ann.dial("3001")
    ann.rung()
    call.gives_up()
    assert call.ended() == 487
    until(lambda: any(m.method == "CANCEL" for m in ann.messages), "the ringing's end")
    call = ann.dial("3001")
    ann.rung(2)
    ann.picks_up()
    call.answered()
    call.hangs_up()
    assert ann.taken == 1
    assert ann.dial("3001", patience=2).ended() == 487
    ann.rejects(486)
    assert ann.dial("3001").ended() == 486
    assert bob.dial("0").ended() == 404


def test_who_is_told_to_hang_up_while_other_media_is_agreed_on_does_it_after_that(tmp_path: Path) -> None:
    """An exchange may offer them at any time; a call that is told then ends as any other, and is not dropped without a word."""
    if not shutil.which("sipp"):
        cannot("sipp is missing (Debian package sip-tester)")
    ports = Block(16)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exchange:
        exchange.bind(("127.0.0.1", ports[0]))
        exchange.settimeout(PATIENCE)
        server: Any = SimpleNamespace(host="127.0.0.1", sip=ports[0], folder=tmp_path, take=lambda _: ports[4])
        caller = Sipp(server, sipp_scenarios.calls("12025550199", 600), ip="127.0.0.1", port=ports[2], number="1", calls=1)

        def says(first: str, branch: str, cseq: str, body: str = "") -> None:
            us, they = "<sip:1@127.0.0.1>;tag=x", asked["from"]
            sender, receiver = (they, us) if first.startswith("SIP/2.0") else (us, they)
            lines = (
                first, f"Via: {branch}", f"From: {sender}", f"To: {receiver}", f"Call-ID: {asked.call}",
                f"CSeq: {cseq}", f"Contact: <sip:1@127.0.0.1:{ports[0]}>", "Content-Type: application/sdp",
                f"Content-Length: {len(body)}", "", body,
            )  # fmt: skip
            exchange.sendto("\r\n".join(lines).encode(), ("127.0.0.1", ports[2]))

        def hears(what: str) -> Message:
            while not (heard := exchange.recv(65536).decode()).startswith(what):
                pass
            return parse(heard, sent=False, at="")

        media = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
        try:
            asked = hears("INVITE")
            says("SIP/2.0 200 OK", asked["via"], asked["cseq"], media)
            hears("ACK")
            says("INVITE sip:12025550199@127.0.0.1 SIP/2.0", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa", "7 INVITE", media)
            hears("SIP/2.0 200")
            caller.tell(asked)
            until(lambda: any(message.method == "MESSAGE" for message in caller.messages), "being told")
            says("ACK sip:12025550199@127.0.0.1 SIP/2.0", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKb", "7 ACK")
            bye = hears("BYE")
            says("SIP/2.0 200 OK", bye["via"], bye["cseq"])
            assert caller.wait() == 0, caller.story()
        finally:
            caller.close()
            ports.close()


def test_many_calls_at_a_rate(exchange: Asterisk, phones: Phones) -> None:
    """Each comes to a status."""
    ann, carrier = phones.phone("ann", "s3cret"), phones.carrier()
    assert ann.register() == 200
    ann.answers(after=0.01, talk=0.1)
    assert carrier.calls("13125550100", count=5, rate=10).statuses() == [200] * 5
    assert ann.taken == 5


def test_a_phone_just_plugged_in_gets_in_as_soon_as_it_may(asterisk: Asterisk, phones: Phones) -> None:
    """It tries until its line is there, then takes a call; with a wrong secret it stays outside."""
    with Softphone(asterisk, "cy", "s3cret") as cy, Softphone(asterisk, "cy", "other") as thief, asterisk.connect() as ami:
        ami.put("ps/auth/cy", {"auth_type": "userpass", "username": "cy", "password": "s3cret"})
        ami.put("ps/aor/cy", {"max_contacts": "1", "remove_existing": "yes"})
        assert not cy.registered
        before = time.monotonic()
        ami.put("ps/endpoint/cy", {"aors": "cy", "auth": "cy", "context": "campctl-internal", "disallow": "all", "allow": "ulaw"})
        assert cy.is_registered() > before
        ami.put("did/13125550102", "line:cy")
        carrier = phones.carrier()
        call = carrier.call("13125550102")
        cy.is_rung()
        call.answered()
        assert not thief.registered


def test_silence_is_counted(asterisk: Asterisk) -> None:
    """All answered as long as the exchange works, and what was sent while it is frozen is not."""
    with Probe(asterisk, rate=100) as well:
        until(lambda: well.sent >= 20, "twenty requests")
    assert well.unanswered == 0
    assert well.slowest > 0
    asterisk.freeze()
    with Probe(asterisk, rate=100, grace=0.3) as ill:
        until(lambda: ill.sent >= 20, "twenty requests")
    assert ill.unanswered == ill.sent
