"""`backend check` on a real Asterisk: all is well on what `backend init` wrote, and each fault is named with its cure."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campctl.app.wiring import SystemClock
from campctl.backends.asterisk.ami import Ami, AmiOptions, Where
from campctl.backends.asterisk.doing.ground import Machine
from campctl.backends.asterisk.health import probes
from campctl.backends.asterisk.setup.files import files
from campctl.backends.asterisk.setup.settings import Asked, settle
from campctl.model.live import Probe
from campctl.ports.clock import Clock
from servers.asterisk import Asterisk
from servers.cluster import cluster
from servers.postgres import Server
from servers.sipp import until

pytestmark = pytest.mark.live
ROW = {"aors": "x", "auth": "x", "context": "campctl-internal", "disallow": "all", "allow": "ulaw"}


def check(
    server: Asterisk, *, password: str = "", clock: Clock | None = None, where: Where | None = None, wait: float = 60
) -> dict[str, Probe]:
    """Its probes by name."""

    async def look() -> list[Probe]:
        asked = AmiOptions(backend="pbx", deadline=wait, connect=wait)
        async with Ami(where or Where(server.host, server.ami), server.user, lambda: password or server.password, asked) as ami:
            return await probes(Machine(ami, clock or SystemClock(), "pbx"), clock or SystemClock())

    found = asyncio.run(look())
    assert len({probe.name for probe in found}) == len(found)
    assert all(probe.cure for probe in found if not probe.ok)
    assert all(server.password not in probe.detail + probe.cure for probe in found)
    return {probe.name: probe for probe in found}


def bad(found: dict[str, Probe]) -> set[str]:
    """What is not well."""
    return {name for name, probe in found.items() if not probe.ok}


def test_all_is_well_on_a_fresh_one(asterisk: Asterisk) -> None:
    """What `backend init` writes has no fault, and the look leaves nothing behind."""
    with asterisk.connect() as ami:
        before = ami.tree("campctl")
        found = check(asterisk)
        assert bad(found) == set()
        assert {"connection", "booted", "version", "permissions", "modules", "dialplan", "overload", "queues", "clock"} < set(found)
        assert ami.tree("campctl") == before


def test_rows_planted_by_hand(asterisk: Asterisk) -> None:
    """Rows that would hide all others, lead nowhere or cannot be read are named, with the command that removes the first."""
    with asterisk.connect() as ami:
        ami.put("ps/endpoint/noallow", {**ROW, "allow": ""})
        assert "noallow: has no `allow`" in check(asterisk)["rows"].detail
        assert "database del ps/endpoint noallow" in check(asterisk)["rows"].cure
        ami.drop("ps/endpoint/noallow")
        ami.put("ps/auth/broken", "{no json")
        assert "broken" in check(asterisk)["rows"].detail
        ami.drop("ps/auth/broken")
        ami.put("ps/endpoint/dangling", ROW)
        assert "aor x" in check(asterisk)["rows"].detail
        ami.drop("ps/endpoint/dangling")
        ami.put("campctl/line/user/x", "{}")
        assert "line/user/x" in check(asterisk)["rows"].detail
        ami.drop("campctl/line/user/x")
        assert bad(check(asterisk)) == set()


def test_what_killed_runs_leave(asterisk: Asterisk) -> None:
    """New lines that nobody made known are a fault; a lease left behind is none, but one from the future is."""
    with asterisk.connect() as ami:
        ami.put("campctl/unknown/abc", "ann.lee")
        now = datetime.now(UTC)
        lock = {"Queue": "campctl-lock", "Interface": "Local/writer@campctl-lock", "Paused": "true"}
        ami.do("QueueAdd", **lock, MemberName=f"abc {(now - timedelta(minutes=5)).timestamp():.0f} here 1")
        found = check(asterisk)
        assert bad(found) == {"new lines"}
        assert "takes it over" in found["lock"].detail
        ami.do("QueueRemove", Queue=lock["Queue"], Interface=lock["Interface"])
        ami.do("QueueAdd", **lock, MemberName=f"abc {(now + timedelta(hours=5)).timestamp():.0f} here 1")
        ami.drop("campctl/unknown/abc")
        assert bad(check(asterisk)) == {"lock"}


def test_maps_that_lead_to_nothing_loaded(asterisk: Asterisk) -> None:
    """A line whose address is not loaded is none for Asterisk; hours in a zone it takes for UTC are a fault."""
    with asterisk.connect() as ami:
        ami.put("ps/aor/x", {"max_contacts": "1"})
        ami.put("ps/auth/x", {"auth_type": "userpass", "username": "x", "password": "y"})
        ami.put("ps/endpoint/x", {**ROW, "geoloc_incoming_call_profile": "loc-nowhere"})
        ami.put("hotline/q/hours", "08:00-19:59,mon-fri,*,*,America/Chicago|08:00-19:59,sat,*,*,America/Atlantis")
        found = check(asterisk)
        assert bad(found) == {"lines seen", "locations", "time zones"}
        assert "loc-nowhere" in found["locations"].detail
        assert "Atlantis" in found["time zones"].detail
        assert "Chicago" not in found["time zones"].detail


def test_clocks(asterisk: Asterisk) -> None:
    """A clock that is off is a fault, in either direction."""

    class Off(SystemClock):
        def __init__(self, seconds: float) -> None:
            self.by = timedelta(seconds=seconds)

        def now(self) -> datetime:
            return super().now() + self.by

    assert bad(check(asterisk, clock=Off(-60))) == {"clock"}
    assert "ahead" in check(asterisk, clock=Off(-60))["clock"].detail
    assert "behind" in check(asterisk, clock=Off(60))["clock"].detail


def test_nobody_lets_us_in(asterisk: Asterisk) -> None:
    """A wrong password, a stopped and a frozen Asterisk: one probe that says so, nothing raised, and soon."""
    found = check(asterisk, password="wrong-one")
    assert bad(found) == {"connection"}
    assert "permit" in found["connection"].detail
    asterisk.freeze()
    assert bad(check(asterisk, wait=1)) == {"connection"}
    asterisk.thaw()
    asterisk.stop()
    assert bad(check(asterisk)) == {"connection"}


FAULTS: dict[str, tuple[str, str, str]] = {
    # what is wrong: the file, what stands there, what stands there instead
    "overload": ("pjsip.conf", "taskprocessor_overload_trigger = pjsip_only", "taskprocessor_overload_trigger = global"),
    "queues": ("queues.conf", "persistentmembers = yes", "persistentmembers = no"),
    "dialplan": ("extensions.conf", "CAMPCTL_DIALPLAN = 2", "CAMPCTL_DIALPLAN = 1"),
    "modules": ("modules.conf", "load = res_pjsip_geolocation.so\n", ""),
    "permissions": ("manager.conf", "read = system,call,agent,user,reporting", "read = system,call,agent,reporting"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_the_configuration(make_asterisk: Callable[..., Asterisk], name: str) -> None:
    """Each line that campctl cannot do without is missed when it is another."""
    server = make_asterisk(start=False)
    server.configure()
    file, before, after = FAULTS[name]
    path = server.etc / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    server.start()
    assert bad(check(server)) == {name}


def test_least_permissions(make_asterisk: Callable[..., Asterisk]) -> None:
    """A manager user that lacks a class it has to write with is told which."""
    server = make_asterisk(start=False)
    server.configure()
    path = server.etc / "manager.conf"
    path.write_text(path.read_text().replace("write = system,call,agent,config,reporting,command", "write = system,call,reporting,command"))
    server.start()
    found = check(server)
    assert "agent" in found["permissions"].detail
    assert "config" in found["permissions"].detail
    assert not found["permissions"].ok


def test_a_peer_that_does_not_answer(make_asterisk: Callable[..., Asterisk]) -> None:
    """A peer that is down is named."""
    server = make_asterisk(peers=("gone=127.0.0.1:9",), looks_at_peers=True)
    with server.connect() as ami:
        ami.command("pjsip qualify peer-gone")  # a look of Asterisk's own may have been before that
        until(lambda: re.search(r"peer-gone/.* Unavail ", ami.command("pjsip show contacts")), "a look that had no answer")
    found = check(server)
    assert bad(found) == {"trunk"}
    assert "peer-gone" in found["trunk"].detail


def test_over_tls(make_asterisk: Callable[..., Asterisk]) -> None:
    """With a certificate the manager answers encrypted, TLS 1.2 at the least; the port in the clear is not on the network."""
    server = make_asterisk(start=False)
    cert, key = server.folder / "cert.pem", server.folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"]
    subprocess.run(
        [*made, "-subj", "/CN=pbx.example.org", "-addext", "subjectAltName=DNS:pbx.example.org"], check=True, capture_output=True
    )
    key.chmod(0o644)  # Asterisk runs as somebody else when the tests are root
    server.asked |= {"tls_cert": str(cert), "tls_key": str(key)}
    server.start(wait=False)
    where = Where(server.host, server.amis, tls=True, ca=str(cert), server_name="pbx.example.org")
    until(lambda: bad(check(server, where=where)) == set(), "an exchange that is well")
    assert "TLS" in check(server, where=where)["connection"].detail
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError), socket.create_connection((server.host, server.amis)) as plain:
        context.wrap_socket(plain)


def test_passwords_in_its_files(asterisk: Asterisk) -> None:
    """Asterisk reads the accounts' passwords as they were given, whatever signs are in them."""
    passwords = ("a;b", "a\\b;c", "a\\;c", "a\\\\;b", "x;--y", '"q"; r', ">x;y", "a${b};", "a\\b")
    with asterisk.connect() as ami:
        for password in passwords:
            setup = settle(Asked(trunk="carrier.example.org", trunk_user="us"))
            (asterisk.etc / "tried.conf").write_text(files(setup, {"manager": "m", "trunk": password})["pjsip.conf"])
            found = ami.do("GetConfig", Filename="tried.conf", Filter="type=auth")
            assert f"password={password}" in {value for name, value in found.items() if name.startswith("Line-")}


def test_a_cluster(postgres_server: Server, tmp_path: Path) -> None:
    """Each machine by its name and the database they share; a machine that is down and a database that is silent are told apart."""
    with cluster(postgres_server, 2) as made:

        def look(timeout: str = "60s") -> dict[str, Probe]:
            async def one() -> list[Probe]:
                backend = made.opened(tmp_path, SystemClock(), timeout=timeout)
                try:
                    return list(await backend.check())
                finally:
                    await backend.close()

            return {probe.name: probe for probe in asyncio.run(one())}

        found = look()
        assert bad(found) == set()
        assert {"a: connection", "b: connection", "database", "rows", "a: lines seen"} < set(found)
        made.nodes["b"].stop()
        found = look()
        assert "b: connection" in bad(found)
        assert not any(name.startswith("a: ") for name in bad(found))
        made.up()
        made.place.server.freeze()
        assert "database" in bad(look("5s"))
        made.place.server.up()
