"""`backend check` of an Asterisk, look by look, against a manager interface that says what the test wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from campctl.backends.asterisk.ami import Ami, AmiOptions
from campctl.backends.asterisk.doing.ground import Machine
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.facts.native import Fact
from campctl.backends.asterisk.health import probes
from campctl.backends.asterisk.health.machine import CLASSES, needed
from campctl.backends.asterisk.health.rows import probes as row_probes
from campctl.backends.asterisk.setup import DIALPLAN
from campctl.model.live import Probe
from campctl.model.resources import Key, Line, Route
from campctl.testing.samples import FOUNDATION, create
from servers.fake_ami import FakeAmi, Fields, Session, run

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
LINE = {
    "aors": "ann",
    "auth": "ann",
    "context": "campctl-local",
    "disallow": "all",
    "allow": "ulaw",
    "geoloc_incoming_call_profile": "loc-hq",
}
ROWS = {
    "ps/endpoint/ann": json.dumps(LINE),
    "ps/aor/ann": json.dumps({"max_contacts": "1"}),
    "ps/auth/ann": json.dumps({"auth_type": "digest", "username": "ann"}),
    "hotline/help/hours": "08:00-19:59,mon-fri,*,*,America/Chicago",
}
QUEUES = ["general persistentmembers=yes", "campctl-lock strategy=ringall"]
GEO = ["loc-hq type=profile"]


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class Exchange:
    """What a well one says; tests change it."""

    def __init__(self) -> None:
        self.fake = FakeAmi()
        self.fake.tree.update(ROWS)
        self.may = {act for acts in CLASSES.values() for act in acts}
        self.console = {
            "module show": [f"{name} What it is 0 Running core" for name in needed()],
            "pjsip show settings": [" taskprocessor_overload_trigger : pjsip_only", " default_realm : asterisk"],
            "core show taskprocessors": ["Processor Processed In Queue Max Depth Low High", "pjsip/default-1 77 0 9 450 500 0 0"],
            "geoloc list profiles": ["", "Geolocation Profile Objects:", "loc-hq  prefer_config", "<prefer_config> prefer_config"],
            f"manager show user {self.fake.user}": ["   username: campctl", "  read perm: system,call,agent,user,reporting"],
        }
        self.variables = {"CAMPCTL_DIALPLAN": str(DIALPLAN), "EPOCH": f"{NOW.timestamp():.0f}", "TRUNK": "trunk", "PEERS": ""}
        self.version = "22.10.1"
        self.files = {"queues.conf": QUEUES, "geolocation.conf": GEO, "pjsip.conf": ["global type=global", "trunk type=endpoint"]}
        self.contacts: dict[str, str] = {"trunk": "NonQualified", "ann": "Reachable"}
        self.fake.lists["queuestatus"] = []
        self.fake.lists["pjsipshowregistrationsoutbound"] = []
        self.fake.on |= {
            "getvar": self._getvar,
            "listcommands": self._commands,
            "coresettings": self._settings,
            "command": self._command,
            "getconfig": self._config,
            "pjsipshowendpoint": self._endpoint,
        }

    def check(self, *, password: str = "", deadline: float = 60) -> dict[str, Probe]:
        """Its probes by name; what is not answered is given up after `deadline` seconds."""

        async def main() -> list[Probe]:
            async with self.fake:
                options = AmiOptions(deadline=deadline, connect=60)
                async with Ami(self.fake.where, self.fake.user, lambda: password or self.fake.secret, options) as ami:
                    return await probes(Machine(ami, Clock(), "pbx"), Clock())

        found = run(main)
        assert all(probe.cure for probe in found if not probe.ok)
        return {probe.name: probe for probe in found}

    async def _getvar(self, session: Session, fields: Fields) -> None:
        name = fields["Variable"]
        value = self.variables.get(name, "")
        if name.startswith("STRFTIME("):
            moment, zone = name[9:].split(",")[:2]
            value = {"1768478400": "-0600", "1784116800": "-0500"}[moment] if zone == "America/Chicago" else "+0000"
        session.respond(fields, "Success", f"Variable: {name}", f"Value: {value}")

    async def _commands(self, session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", *(f"{name}: what it does" for name in sorted(self.may)))

    async def _settings(self, session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", f"AsteriskVersion: {self.version}")

    async def _command(self, session: Session, fields: Fields) -> None:
        if fields["Command"] == "core show threads":
            await self.fake._command(session, fields)
            return
        lines = [f"Output: {line}" for line in self.console.get(fields["Command"], ["done"])]
        session.respond(fields, "Success", "Message: Command output follows", *lines)

    async def _config(self, session: Session, fields: Fields) -> None:
        lines: list[str] = []
        for n, line in enumerate(self.files.get(fields["Filename"], ())):
            section, _, option = line.partition(" ")
            lines += [f"Category-{n:06}: {section}", f"Line-{n:06}-000000: {option}"]
        session.respond(fields, "Success", *lines)

    async def _endpoint(self, session: Session, fields: Fields) -> None:
        name = fields["Endpoint"]
        if name not in self.contacts:
            session.respond(fields, "Error", f"Message: Unable to retrieve endpoint {name}")
            return
        rows = [
            ("Event: EndpointDetail", f"ObjectName: {name}"),
            ("Event: ContactStatusDetail", f"AOR: {name}", f"Status: {self.contacts[name]}"),
        ]
        session.list(fields, "", rows, "EndpointDetailComplete")


def bad(found: dict[str, Probe]) -> set[str]:
    """What is not well."""
    return {name for name, probe in found.items() if not probe.ok}


def test_a_well_one() -> None:
    """All is well, every look has its probe, and the scratch row is gone."""
    exchange = Exchange()
    found = exchange.check()
    assert bad(found) == set()
    assert list(found)[:2] == ["connection", "booted"]
    assert not [path for path in exchange.fake.tree if "check/" in path]


def _set(name: str, value: Any) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        setattr(exchange, name, value)

    return change


def _put(where: str, key: str, value: Any) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        held = exchange.fake.tree if where == "tree" else exchange.fake.lists if where == "lists" else getattr(exchange, where)
        held[key] = value

    return change


def _member(name: str) -> list[tuple[str, ...]]:
    return [("Event: QueueMember", "Queue: campctl-lock", f"Name: {name}", "Location: Local/writer@campctl-lock")]


FAULTS: list[tuple[str, Callable[[Exchange], None], set[str], str]] = [
    ("old", _set("version", "20.9.3"), {"version"}, "20.9.3"),
    ("unversioned", _set("version", ""), {"version"}, "unknown"),
    ("no agent class", lambda exchange: exchange.may.discard("QueueAdd"), {"permissions"}, "agent"),
    (
        "user events unheard",
        _put("console", "manager show user campctl", ["read perm: system,call,agent,reporting"]),
        {"permissions"},
        "user",
    ),
    ("module", lambda exchange: exchange.console["module show"].pop(), {"modules"}, needed()[-1]),
    ("dialplan", _put("variables", "CAMPCTL_DIALPLAN", ""), {"dialplan"}, "not campctl's"),
    ("old dialplan", _put("variables", "CAMPCTL_DIALPLAN", str(DIALPLAN - 1)), {"dialplan"}, "version"),
    ("overload", _put("console", "pjsip show settings", ["taskprocessor_overload_trigger : global"]), {"overload"}, "global"),
    (
        "realm",
        _put("console", "pjsip show settings", ["taskprocessor_overload_trigger : pjsip_only", "default_realm : acme"]),
        {"overload"},
        "acme",
    ),
    ("queues", _put("files", "queues.conf", ["general persistentmembers=no"]), {"queues"}, "restart"),
    ("ahead", _put("variables", "EPOCH", str(NOW.timestamp() + 60).partition(".")[0]), {"clock"}, "ahead"),
    ("behind", _put("variables", "EPOCH", str(NOW.timestamp() - 60).partition(".")[0]), {"clock"}, "behind"),
    ("no number", _put("variables", "EPOCH", ""), {"clock"}, "unexpected"),
    ("deep", _put("console", "core show taskprocessors", ["sorcery/aor-1 9 700 900 450 500 0 0"]), {"load"}, "sorcery/aor-1 (700)"),
    ("trunk", _put("contacts", "trunk", "Unreachable"), {"trunk"}, "trunk"),
    (
        "registration",
        _put("lists", "pjsipshowregistrationsoutbound", [("Event: OutboundRegistrationDetail", "ServerUri: sip:x", "Status: Rejected")]),
        {"trunk"},
        "Rejected",
    ),
    ("future lease", _put("lists", "queuestatus", _member(f"abc {NOW.timestamp() + 9999:.0f} here 1")), {"lock"}, "clock"),
    ("unknown lines", _put("tree", "campctl/unknown/ab12", "ann"), {"new lines"}, "hotline"),
    ("unseen", lambda exchange: exchange.contacts.pop("ann"), {"lines seen"}, "ann"),
    ("no location", _put("console", "geoloc list profiles", ["<prefer_config> x"]), {"locations"}, "loc-hq"),
    ("zone", _put("tree", "hotline/help/hours", "08:00-19:59,sat,*,*,Europe/Paris"), {"time zones"}, "Europe/Paris"),
    ("no such zone", _put("tree", "hotline/help/hours", "08:00-19:59,sat,*,*,Mars/Olympus"), {"time zones"}, "Mars"),
    ("damaged", _put("tree", "ps/aor/bad", "{"), {"rows"}, "bad"),
    ("name taken", _put("files", "pjsip.conf", ["global type=global", "ann type=endpoint"]), {"names"}, "ann"),
]


@pytest.mark.parametrize(("change", "wrong", "words"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_each_fault_is_named(change: Callable[[Exchange], None], wrong: set[str], words: str) -> None:
    """One thing is wrong, and one probe says so, with the words that matter and a cure."""
    exchange = Exchange()
    change(exchange)
    found = exchange.check()
    assert bad(found) == wrong
    assert words in "".join(found[name].detail for name in wrong)


def test_what_others_made_is_no_fault() -> None:
    """Phones of pjsip.conf in a hotline and keys of somebody's own dialplan are told, and left to whoever made them."""
    exchange = Exchange()
    exchange.fake.lists["queuestatus"] = [("Event: QueueMember", "Queue: old", "Name: 9101", "Location: PJSIP/9101", "Penalty: 0")]
    exchange.fake.tree["did/abc"] = "somewhere"
    found = exchange.check()
    assert bad(found) == set()
    assert "by hand" in found["rows"].detail
    assert "old|PJSIP/9101" in found["rows"].detail


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"abc {NOW.timestamp() - 60:.0f} here 1", "takes it over"),
        (f"abc {NOW.timestamp() + 5:.0f} here 1", "at work"),
        ("junk", "takes it over"),
    ],
)
def test_a_lease_is_no_fault(name: str, words: str) -> None:
    """Somebody at work, or somebody who died there, is told and no fault."""
    exchange = Exchange()
    exchange.fake.lists["queuestatus"] = _member(name)
    found = exchange.check()
    assert bad(found) == set()
    assert words in found["lock"].detail


def test_more_than_needed_is_told() -> None:
    """A manager user that may place calls, which campctl never does, is told of."""
    exchange = Exchange()
    exchange.may.add("Originate")
    assert "place calls" in exchange.check()["permissions"].detail


def test_a_store_that_lies() -> None:
    """An AstDB that says yes and keeps nothing is a fault: an answer alone proves nothing."""

    async def put(session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", "Message: Updated database successfully")

    exchange = Exchange()
    exchange.fake.on["dbput"] = put
    assert bad(exchange.check()) == {"store"}


def test_a_store_that_says_no() -> None:
    """An AstDB that cannot be written says so in Asterisk's own words."""

    async def put(session: Session, fields: Fields) -> None:
        session.respond(fields, "Error", "Message: Failed to update entry")

    exchange = Exchange()
    exchange.fake.on["dbput"] = put
    found = exchange.check()
    assert bad(found) == {"store"}
    assert "Failed to update entry" in found["store"].detail


def test_a_look_that_is_not_answered() -> None:
    """An answer that never comes is that look's fault; the others are looked at all the same."""

    async def silent(session: Session, fields: Fields) -> None:
        if fields["Command"] == "core show taskprocessors":
            return
        await exchange._command(session, fields)

    exchange = Exchange()
    exchange.fake.on["command"] = silent
    found = exchange.check(deadline=1)
    assert "load" in bad(found)
    assert "names" in found


def test_wrong_password_and_still_starting() -> None:
    """Who is not let in gets one probe; an Asterisk that is still starting is told of."""
    exchange = Exchange()
    assert list(exchange.check(password="nope")) == ["connection"]
    exchange = Exchange()
    exchange.fake.booted = False
    assert "booted" in bad(exchange.check())


PLAIN = {Fact("endpoint", "ann"): LINE, Fact("aor", "ann"): {"max_contacts": "1"}, Fact("auth", "ann"): {"username": "ann"}}
PLANTED: list[tuple[dict[Fact, Any], str]] = [
    ({Fact("endpoint", "x"): {**LINE, "aors": "ann", "allow": ""}}, "has no `allow`"),
    ({Fact("endpoint", "x"): {"aors": "ann", "auth": "ann", "allow": "ulaw"}}, "has no `context`"),
    ({Fact("endpoint", "x"): {**LINE, "aors": "gone"}}, "aor gone"),
    ({Fact("endpoint", "x"): {**LINE, "auth": "gone"}}, "auth gone"),
    ({Fact("endpoint", "x"): "text"}, "endpoint x"),
    ({Fact("auth", "x"): "text"}, "auth x"),
    ({Fact("record", "line/user/x"): "junk"}, "line/user/x"),
]


@pytest.mark.parametrize(("planted", "words"), PLANTED)
@pytest.mark.parametrize("shared", [False, True])
def test_rows_nobody_meant(planted: dict[Fact, Any], words: str, shared: bool) -> None:
    """Each is named with how to remove it, where it lives."""
    found = {probe.name: probe for probe in row_probes({**PLAIN, **planted}, shared=shared)}
    assert bad(found) == {"rows"}
    assert words in found["rows"].detail
    assert ("DELETE FROM" if shared else "database del") in found["rows"].cure


def test_what_no_manifest_tells() -> None:
    """Options that somebody set by hand, that no field of a line tells, are said and no fault; as campctl writes them nothing is."""
    written = Image({})
    facts: dict[Fact, Any] = {fact: value for new in FOUNDATION for fact, value in written.apply(create(new)).writes}
    assert row_probes(facts, shared=False)[0].detail == f"{len(facts)} rows, none damaged"
    aor = next(fact for fact in facts if fact.place == "aor")
    rows, _ = row_probes({**facts, aor: {**facts[aor], "max_contacts": "5"}}, shared=False)
    assert rows.ok
    assert rows.detail == f"{len(facts)} rows, none damaged; changed by hand in what no manifest tells: aor {aor.name}"


def test_records_without_a_thing() -> None:
    """What campctl made and nobody finds any more is named; the next apply makes it anew."""
    from campctl.backends.asterisk.facts.records import write

    line, route = Line("user/ann", "3001", "Ann"), Route("+13125550101")
    facts: dict[Fact, Any] = {
        Fact("record", "line/user/ann"): write(line, "ann"),
        Fact("record", f"route/{route.number}"): write(route),
        **PLAIN,
    }
    found = {probe.name: probe for probe in row_probes(facts, shared=False)}
    assert bad(found) == {"records"}
    assert str(Key("route", route.number)) in found["records"].detail
