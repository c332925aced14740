"""The dialplan of `backend init asterisk`, on a real Asterisk with real calls: what leads where, and what never goes outside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk.facts.names import proposed
from campctl.backends.asterisk.facts.render import render
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, key_of
from servers.asterisk import Asterisk, started
from servers.sipp import TALK, Phone, Phones, until

pytestmark = pytest.mark.live
SECRET = "a-secret-of-phones"
SOON = 30.0
"""Seconds: less than a caller to a phone that is gone waits without what is tested (SIP gives up after 32), on a loaded machine too."""
HQ = Location("hq", "HQ", "100 W Sample St", "Chicago", "IL", "60601", floor="3", notify=("+13125550177", "security@example.org"))
ANN = Line("user/ann", "3001", "Ann Lee", "+13125550101", "hq", "national")
BOB = Line("user/bob", "3002", "Bob", "+13125550102", "hq", "internal")


class Native:
    """Every name as it is proposed."""

    def native(self, key: Key) -> str:
        return proposed(key)

    def id_of(self, kind: str, native: str) -> str:
        raise AssertionError(kind, native)


class Exchange:
    """One Asterisk, furnished with resources as campctl renders them, its phones and its carrier."""

    def __init__(self, server: Asterisk, phones: Phones) -> None:
        self.server, self.phones = server, phones
        self.carrier = phones.carrier(on=server)

    def furnish(self, *resources: Resource) -> None:
        """Write what the resources are, and then AOR by AOR make them known."""
        facts = {fact: value for one in resources for fact, value in render(one, proposed(key_of(one)), Native()).items()}
        known = []
        with self.server.connect() as ami:
            for (place, name), value in facts.items():
                if place == "map":
                    ami.put(name, str(value))
                elif place in {"endpoint", "aor", "auth"}:
                    ami.put(f"ps/{place}/{name}", {**value, **({"password": SECRET} if place == "auth" else {})})
                    known += [name] if place == "aor" else []
                elif place in {"queue", "rule", "geo"}:
                    self._section(ami, place, name, value)
                elif place == "member":
                    queue, _, interface = name.partition("|")
                    ami.do("QueueAdd", Queue=queue, Interface=interface, MemberName=value["membername"], Penalty=value["penalty"])
            if any(fact.place == "geo" for fact in facts):
                ami.do("Reload", Module="res_geolocation.so")
            for name in known:
                ami.command(f"pjsip reload qualify aor {name}")

    def _section(self, ami, place: str, name: str, value: Mapping[str, str] | Sequence[str]) -> None:
        file = {"queue": "queues.conf", "rule": "queuerules.conf", "geo": "geolocation.conf"}[place]
        pairs = [("penaltychange", line) for line in value] if place == "rule" else list(value.items())
        edits = [{"Action": "NewCat", "Cat": name}, *({"Action": "Append", "Cat": name, "Var": var, "Value": text} for var, text in pairs)]
        fields = {f"{word}-{n:06}": text for n, edit in enumerate(edits) for word, text in edit.items()}
        ami.do("UpdateConfig", SrcFilename=file, DstFilename=file, Reload="no", **fields)
        if place != "geo":
            ami.do("QueueReload", Parameters="yes", Members="no", Rules="yes")

    def phone(self, line: Line, *, register: bool = True) -> Phone:
        """A phone of the line, which takes calls when it is registered."""
        phone = self.phones.phone(proposed(key_of(line)), SECRET, on=self.server)
        if register:
            assert phone.register() == 200  # from the port it will answer on: its contact is where it registers from
            phone.answers()
        return phone

    def leaves(self, phone: Phone) -> None:
        """A phone ends its calls and its registration, and the exchange has noticed."""
        until(lambda: f"PJSIP/{phone.user}-" not in self.server.cli("core show channels concise"), "the end of its calls")
        phone.gone()
        assert phone.unregister() == 200
        until(lambda: "Unavailable" in self.server.cli(f"pjsip show endpoint {phone.user}"), "a phone that is gone")

    def event(self, ami, name: str, **fields: str) -> dict[str, str]:
        """The dialplan's own event of this name."""
        return ami.wait("UserEvent", UserEvent=name, **fields)


@pytest.fixture
def make(asterisk_base, phones: Phones) -> Iterator[Callable[..., Exchange]]:
    """Exchanges of the test's own, with options of `backend init`."""
    opened = []

    def one(*resources: Resource, start: bool = True, **asked) -> Exchange:
        context = started(start=start, **{"home": ("312",), "caller_id": "+13125550100", **asked})
        opened.append(context)
        exchange = Exchange(context.__enter__(), phones)
        if start:
            exchange.furnish(*resources)
        return exchange

    yield one
    for context in opened:
        context.__exit__(None, None, None)


def test_a_number_leads_to_a_line_with_and_without_plus(make) -> None:
    """A DID rings its line however the carrier writes it; a reserved and an unknown number do not exist."""
    exchange = make(HQ, ANN, Route("+13125550101", "line/user/ann"), Route("+13125550109", ""))
    ann = exchange.phone(ANN)
    for count, number in enumerate(("13125550101", "+13125550101", "3125550101"), 1):
        exchange.carrier.call(number).answered()
        assert ann.rung(count)["from"].find("12025550199") > 0
    assert exchange.carrier.call("13125550109").ended() == 404
    assert exchange.carrier.call("13125550188").ended() == 404


def test_extensions_and_own_numbers_stay_inside(make) -> None:
    """A line rings another by its extension or its number, showing name and extension; the carrier hears nothing of it."""
    exchange = make(HQ, ANN, BOB, Route("+13125550101", "line/user/ann"))
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    for count, number in enumerate(("3001", "13125550101", "+13125550101", "5550101"), 1):
        bob.dial(number).answered()
        assert "Bob" in ann.rung(count)["from"]
        assert "3002" in ann.rung(count)["from"]
    assert exchange.carrier.invites == []


def test_a_phone_that_is_not_there_or_does_not_answer(make) -> None:
    """No voicemail: a line without a phone is 480, a busy one 486, an unknown extension 404."""
    exchange = make(HQ, ANN, BOB)
    bob = exchange.phone(BOB)
    assert bob.dial("3001").ended() == 480
    assert bob.dial("3999").ended() == 404
    exchange.phone(ANN).rejects(486)
    assert bob.dial("3001").ended() == 486


PERMISSIONS = {
    # what is dialled: what the carrier is sent, and from which permission on
    "3125550123": ("+13125550123", "local"),
    "5550123": ("+13125550123", "local"),
    "18005550123": ("+18005550123", "local"),
    "211": ("211", "local"),
    "988": ("988", "local"),
    "12125550123": ("+12125550123", "national"),
    "2125550123": ("+12125550123", "national"),
    "+12125550123": ("+12125550123", "national"),
    "17875550123": ("+17875550123", "national"),
    "16715550123": ("+16715550123", "national"),
    "14165550123": ("+14165550123", "international"),
    "18765550123": ("+18765550123", "international"),
    "+442079460123": ("+442079460123", "international"),
    "011442079460123": ("+442079460123", "international"),
    "19005550123": ("", "never"),
    "13129765012": ("", "never"),
    "12129765012": ("", "never"),
    "15005550123": ("", "never"),
    "12125551212": ("", "never"),
    "411": ("", "never"),
    "00442079460123": ("", "never"),
    "101032112125550123": ("", "never"),
    "2125550123&PJSIP": ("", "never"),
    "2125550123%26": ("", "never"),
    "2125550123,1": ("", "never"),
    "s": ("", "never"),
    "%24%7BEXTEN%7D": ("", "never"),
}
RANKS = ("internal", "local", "national", "international")


@pytest.mark.parametrize("rank", RANKS)
def test_calling_permissions(make, rank: str) -> None:
    """Each permission reaches exactly what it may; nothing but filtered digits ever gets to the trunk."""
    line = Line("user/eve", "4001", "Eve", "+13125550101", "hq", rank)
    exchange = make(HQ, line, line_calls=100)
    phone = exchange.phone(line, register=False)
    calls = {dialled: phone.dial(dialled) for dialled in PERMISSIONS}
    reached = {dialled: call.ended() == 200 for dialled, call in calls.items()}
    may = {dialled: least != "never" and RANKS.index(rank) >= RANKS.index(least) for dialled, (_, least) in PERMISSIONS.items()}
    assert reached == may
    sent = sorted(invite.number for invite in exchange.carrier.invites)
    assert sent == sorted(number for dialled, (number, _) in PERMISSIONS.items() if may[dialled])
    assert all("<sip:+13125550101@" in invite["from"] and "Eve" not in invite["from"] for invite in exchange.carrier.invites)


def test_calls_outside_are_bounded(make) -> None:
    """A line has so many outside calls at once, the trunk so many in all but for emergencies."""
    cid = Line("user/cid", "3003", "C", "", "hq", "national")
    exchange = make(HQ, ANN, BOB, cid, line_calls=1, trunk_calls=4)
    ann, other = exchange.phone(ANN, register=False), exchange.phone(cid, register=False)
    exchange.carrier.answers(talk=TALK)
    first = ann.dial("12125550123")
    first.answered()
    with exchange.server.connect() as ami:
        assert ann.dial("12125550124").ended() == 403
        assert exchange.event(ami, "CallRefused")["Why"] == "line-calls"
        second = other.dial("12125550125")
        second.answered()
        assert "13125550100" in exchange.carrier.invites[-1]["from"]
        third = exchange.phone(BOB, register=False)
        ami.put("ps/endpoint/bob", {**json.loads(ami.get("ps/endpoint/bob") or ""), "context": "campctl-national"})
        assert third.dial("12125550126").ended() == 503
        assert exchange.event(ami, "CallRefused")["Why"] == "trunk-calls"
        assert third.dial("911").ended() == 200
    first.close()
    second.close()


def test_emergency_calls(make) -> None:
    """911 goes out of every permission with location and call-back number, is told of at once, and rings up who is to be told."""
    dark = Line("user/plain", "3004", "P", "", "", "internal")
    exchange = make(HQ, BOB, dark)
    bob = exchange.phone(BOB, register=False)
    with exchange.server.connect() as ami:
        for count, (dialled, sent) in enumerate({"911": "911", "112": "911", "9911": "911"}.items(), 1):
            ami.forget()
            bob.dial(dialled).answered()
            event = exchange.event(ami, "Emergency")
            assert (event["Endpoint"], event["Location"], event["Callback"], event["Dialled"]) == ("bob", "loc-hq", "13125550102", sent)
            assert event["Extension"] == "3002"
            calls = [invite for invite in exchange.carrier.invites if invite.number == "911"]
            assert len(calls) == count
            invite = calls[-1]
            assert "+13125550102" in invite["from"]
            assert "cid:" in invite["geolocation"]
            for part in ("<ca:A1>IL</ca:A1>", "<ca:HNO>100</ca:HNO>", "<ca:RD>W Sample St</ca:RD>", "<ca:FLR>3</ca:FLR>"):
                assert part in invite.body
            told = until(lambda n=count: [one for one in exchange.carrier.invites if one.number == "+13125550177"][n - 1 : n], "the notice")
            assert "+13125550102" in told[0]["from"]
            assert "911 3002" in told[0]["from"]
        ami.forget()
        bob.dial("933").answered()
        assert exchange.event(ami, "Emergency")["Dialled"] == "933"
        assert "<ca:A1>IL</ca:A1>" in exchange.carrier.invites[-1].body
        assert exchange.carrier.invites[-1].number == "933"
        exchange.phone(dark, register=False).dial("911").answered()
        assert exchange.event(ami, "Emergency")["Endpoint"] == "plain"


def test_no_location_with_other_calls(make) -> None:
    """Where somebody is goes with emergency calls and with no other."""
    exchange = make(HQ, ANN)
    exchange.phone(ANN, register=False).dial("12125550123").answered()
    (invite,) = exchange.carrier.invites
    assert "geolocation" not in invite.headers
    assert "pidf" not in invite.body


HELP = Queue("help", "Help", "7000", max_wait=2, wrap_up=0, ring_time=15, overflow="line/user/bob")
PATIENT = replace(HELP, id="patient", extension="7001", max_wait=90)


def test_a_hotline_rings_its_members_and_overflows(make) -> None:
    """A caller is answered by a member; one who waited too long, or whom nobody could answer, is led on."""
    numbers = Route("+13125550110", "queue/help"), Route("+13125550111", "queue/patient")
    exchange = make(HQ, ANN, BOB, HELP, PATIENT, *(Member(name, "user/ann") for name in ("help", "patient")), *numbers)
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    exchange.carrier.call("13125550111").answered()
    ann.rung(1)
    until(lambda: ann.taken == 1, "the member's answer")
    bob.dial("7001").answered()
    until(lambda: ann.taken == 2, "the second answer")
    ann.rings()
    with exchange.server.connect() as ami:
        call = exchange.carrier.call("13125550110", talk=20)
        assert exchange.event(ami, "HotlineOverflow", Hotline="help")["Why"] == "TIMEOUT"
        bob.rung(1)
        call.close()
        ami.do("QueuePause", Queue="help", Interface="PJSIP/ann", Paused="true")
        call = exchange.carrier.call("13125550110", talk=20)
        assert exchange.event(ami, "HotlineOverflow", Hotline="help")["Why"] in {"JOINEMPTY", "LEAVEEMPTY"}
        bob.rung(2)
        call.close()


def test_a_hotline_without_phones_is_led_on_at_once(make) -> None:
    """With no member's phone registered a caller goes to the failover, and is not answered before somebody is there."""
    down = Queue("help", "Help", "7000", max_wait=60, overflow="line/user/ann", failover="line/user/bob")
    exchange = make(HQ, ANN, BOB, down, Member("help", "user/ann"), Route("+13125550110", "queue/help"))
    bob = exchange.phone(BOB)
    with exchange.server.connect() as ami:
        exchange.carrier.call("13125550110").answered()
        bob.rung(1)
        event = exchange.event(ami, "HotlineOverflow", Hotline="help")
        assert (event["Why"], event["To"]) == ("NOBODY", "line:bob")


def test_a_full_hotline_is_busy(make) -> None:
    """Who finds no room in a hotline without an overflow hears a busy tone, before anything is answered."""
    full = Queue("help", "Help", "7000", max_waiting=1, max_wait=30)
    exchange = make(HQ, ANN, full, Member("help", "user/ann"), Route("+13125550110", "queue/help"))
    exchange.phone(ANN).rings()
    waiting = exchange.carrier.call("13125550110")
    waiting.answered()
    with exchange.server.connect() as ami:
        until(lambda: any(row["Calls"] == "1" for row in ami.all("QueueStatus", Queue="help") if row["Event"] == "QueueParams"), "a caller")
        refused = exchange.carrier.call("13125550110")
        assert refused.ended() == 486
        assert exchange.event(ami, "HotlineOverflow")["Why"] == "FULL"
    waiting.close()


def test_members_leave_and_come_back(make) -> None:
    """*0 pauses who dials it in every hotline, *1 ends that; nobody else is touched."""
    exchange = make(HQ, ANN, BOB, HELP, replace(HELP, id="more", extension="7005"), Member("help", "user/ann"), Member("more", "user/ann"))
    exchange.furnish(Member("help", "user/bob"))
    ann = exchange.phone(ANN, register=False)
    with exchange.server.connect() as ami:

        def paused() -> list[tuple[str, str]]:
            rows = [row for row in ami.all("QueueStatus") if row["Event"] == "QueueMember" and row["Paused"] == "1"]
            return sorted((row["Queue"], row["Location"]) for row in rows)

        ann.dial("*0").answered()
        assert paused() == [("help", "PJSIP/ann"), ("more", "PJSIP/ann")]
        ann.dial("*1").answered()
        assert paused() == []
        assert ann.dial("*2").ended() == 404


def test_hours_by_time_zone_and_by_hand(make) -> None:
    """Closed is closed in the hotline's own zone, led to where it says; open and closed by hand win over the hours."""
    now = datetime.now(UTC)
    hour = now.hour
    soon = f"{(hour + 3) % 24:02}:00-{(hour + 3) % 24:02}:30"
    later = Queue("later", "Later", "7001", hours=(f"mon-sun {soon}",), closed="line/user/bob")
    here = {
        "later": later,
        "west": Queue("west", "West", "7002", hours=(f"mon-sun {soon}",), time_zone="Etc/GMT-3", closed="line/user/bob"),
    }
    silent = Queue("silent", "Silent", "7003", hours=(f"mon-sun {soon}",))
    exchange = make(HQ, ANN, BOB, *here.values(), silent, *(Member(name, "user/ann") for name in here))
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    with exchange.server.connect() as ami:
        ann.dial("7001").answered()
        bob.rung(1)
        assert exchange.event(ami, "HotlineClosed", Hotline="later")["Why"] == "HOURS"
        if now.minute < 25:  # in Etc/GMT-3 it is three hours later: open until half past, even if this test takes minutes
            bob.dial("7002").answered()
            ann.rung(1)
        assert ann.dial("7003").ended() == 486
        seen = len(ann.invites)
        ami.put("hotline/later/forced", "open")
        bob.dial("7001").answered()
        ann.rung(seen + 1)
        ami.put("hotline/later/forced", "closed")
        ann.dial("7001").answered()
        bob.rung(2)


def test_escalation_and_levels(make) -> None:
    """Level 2 joins in after its step; after another step the caller leaves for where it leads. Asterisk's seconds are whole ones."""
    steps = Queue("help", "Help", "7000", max_wait=60, escalation=("2s level 2", "6s queue/legal"), ring_time=5)
    legal = Queue("legal", "Legal", "7004", max_wait=60)
    cid = Line("user/cid", "3003", "C", "", "hq", "internal")
    exchange = make(
        HQ,
        ANN,
        BOB,
        cid,
        legal,
        steps,
        Member("help", "user/ann", level=2),
        Member("legal", "user/bob"),
        Member("help", "user/cid"),
        Route("+13125550110", "queue/help"),
    )
    ann, bob, first = exchange.phone(ANN), exchange.phone(BOB), exchange.phone(cid)
    first.answers(talk=TALK)
    ann.rings()
    talking = exchange.carrier.call("13125550110")
    talking.answered()
    until(lambda: first.taken == 1, "the only member of level 1 to be busy")
    begun = time.monotonic()
    waiting = exchange.carrier.call("13125550110")
    waiting.answered()
    ann.rung(1)
    assert time.monotonic() - begun > 1
    bob.rung(1)
    assert time.monotonic() - begun > 5
    talking.close()
    waiting.close()


def test_outside_routes_and_circles(make) -> None:
    """A route may lead outside, shown with who called; it does not go by the carrier to the campaign's own numbers, nor in circles."""
    exchange = make(
        HQ,
        ANN,
        Route("+13125550120", "outside/+12125550155"),
        Route("+13125550121", "outside/+13125550101"),
        Route("+13125550101", "line/user/ann"),
        Route("+13125550122", "outside/+13125550123"),
        Route("+13125550123", "outside/+13125550122"),
        Queue("a", "A", "7010", hours=("mon 03:00-03:01",), closed="queue/b"),
        Queue("b", "B", "7011", hours=("mon 03:00-03:01",), closed="queue/a"),
    )
    ann = exchange.phone(ANN)
    exchange.carrier.call("13125550120").answered()
    invite = exchange.carrier.rung(1)
    assert invite.number == "+12125550155"
    assert "12025550199" in invite["from"]
    assert "13125550120" in invite["diversion"]
    exchange.carrier.call("13125550121").answered()
    ann.rung(1)
    assert len(exchange.carrier.invites) == 1
    with exchange.server.connect() as ami:
        assert exchange.carrier.call("13125550122").ended() >= 480
        assert exchange.event(ami, "CallLoop")
        assert ann.dial("7010").ended() >= 480
        assert exchange.event(ami, "CallLoop")
    assert len(exchange.carrier.invites) == 1


def test_who_calls_in_cannot_call_out(make) -> None:
    """From outside nothing leads outside but a route: not by numbers, emergency numbers, extensions or names."""
    exchange = make(HQ, ANN)
    for number in ("911", "12125550123", "+442079460123", "011442079460123", "3001", "ann", "s", "2125550123&PJSIP", "9911", "988"):
        assert exchange.carrier.call(number).ended() >= 400, number
    assert exchange.carrier.invites == []


@pytest.fixture
def two(make) -> Callable[..., tuple[Exchange, Exchange]]:
    """Two exchanges that are each other's peer; the first has a carrier, the second's trunk leads nowhere."""

    def both(here: Sequence[Resource], there: Sequence[Resource], **asked) -> tuple[Exchange, Exchange]:
        pair = make(start=False, node="a", **asked), make(start=False, node="b", **asked)
        for own, other in (pair, pair[::-1]):
            own.server.asked["peers"] = (f"{other.server.asked['node']}={other.server.host}:{other.server.sip}",)
        for own, resources in zip(pair, (here, there), strict=True):
            own.server.start()
            own.furnish(*resources)
        return pair

    return both


def test_peers_are_asked_once_for_what_is_not_here(two) -> None:
    """A number or extension that only the other exchange has rings there; what neither has ends at once, with no circle."""
    old, new = two([HQ, ANN], [HQ, BOB, Route("+13125550102", "line/user/bob")])
    ann, bob = old.phone(ANN), new.phone(BOB)
    old.carrier.call("13125550102").answered()
    assert "12025550199" in bob.rung(1)["from"]
    ann.dial("3002").answered()
    assert "Ann Lee" in bob.rung(2)["from"]
    ann.dial("13125550102").answered()
    bob.rung(3)
    bob.dial("3001").answered()
    ann.rung(1)
    begun = time.monotonic()
    assert ann.dial("3999").ended() == 404
    assert old.carrier.call("13125550188").ended() == 404
    bob.rejects(486)
    assert ann.dial("3002").ended() == 486
    assert time.monotonic() - begun < SOON
    assert old.carrier.invites == []


def test_a_phone_registered_at_the_peer_rings_there(two) -> None:
    """A line that both know rings where its phone is, also by way of a hotline's overflow; one that is nowhere is 480."""
    both = [
        HQ,
        ANN,
        BOB,
        Route("+13125550101", "line/user/ann"),
        Queue("q", "Q", "7000", hours=("mon 03:00-03:01",), closed="line/user/ann"),
    ]
    one, other = two(both, both)
    ann, bob = other.phone(ANN), one.phone(BOB)
    one.carrier.call("13125550101").answered()
    ann.rung(1)
    bob.dial("3001").answered()
    ann.rung(2)
    bob.dial("7000").answered()
    ann.rung(3)
    other.leaves(ann)
    begun = time.monotonic()
    assert bob.dial("3001").ended() == 480
    assert time.monotonic() - begun < SOON


def test_a_hotline_with_nobody_here_is_answered_at_the_peer(two) -> None:
    """Callers of a hotline go to where its members' phones are, once; with members nowhere they go where its failover leads."""
    hotline = Queue("help", "Help", "7000", failover="line/user/bob")
    both = [HQ, ANN, BOB, hotline, Member("help", "user/ann"), Route("+13125550110", "queue/help")]
    one, other = two(both, both)
    ann, bob = other.phone(ANN), one.phone(BOB)
    one.carrier.call("13125550110").answered()
    until(lambda: ann.taken == 1, "the answer at the peer")
    other.leaves(ann)
    with one.server.connect() as ami:
        one.carrier.call("13125550110").answered()
        assert one.event(ami, "HotlineOverflow")["Why"] == "NOBODY"
        bob.rung(1)


def test_emergency_calls_go_by_the_peer_when_the_trunk_is_down(two) -> None:
    """With its own trunk dead, 911 goes out of the peer's, with the caller's location and call-back number; other calls do not."""
    one, other = two([HQ, BOB, ANN], [])
    one.carrier.gone()
    one.carrier.rejects(503)
    bob = one.phone(BOB, register=False)
    with other.server.connect() as ami:
        bob.dial("911").answered()
        assert other.event(ami, "EmergencyRelayed")["Callback"] == "+13125550102"
    invite = other.carrier.rung(1)
    assert invite.number == "911"
    assert "<ca:RD>W Sample St</ca:RD>" in invite.body
    assert one.phone(ANN, register=False).dial("12125550123").ended() >= 500
    assert len(other.carrier.invites) == 1
