"""The client of the manager interface on a real Asterisk: over TCP and TLS, to the limits, through stops and kills."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk.ami import (
    MAX_LINE,
    Ami,
    AmiOptions,
    Edit,
    Reply,
    Where,
    db_get,
    db_put,
    db_tree,
    delete,
    edit_requests,
    put,
    read_config,
    settled,
)
from campctl.errors import AuthFailed, Unavailable, Uncertain
from servers.asterisk import Asterisk, cannot
from servers.sipp import until

pytestmark = pytest.mark.live

PATIENT = AmiOptions(backend="pbx", deadline=60, connect=60)


def on(where: Where, secret: str, work: Callable[[Ami], Awaitable[None]], options: AmiOptions | None = None) -> None:
    """Do something with a client."""

    async def main() -> None:
        async with asyncio.timeout(180), Ami(where, "campctl", lambda: secret, options or PATIENT) as ami:
            await work(ami)

    asyncio.run(main())


def plain(server: Asterisk) -> Where:
    return Where(server.host, server.ami)


@pytest.fixture
def secure(make_asterisk: Callable[..., Asterisk]) -> tuple[Asterisk, Where]:
    """An Asterisk whose manager speaks TLS, and where."""
    if shutil.which("openssl") is None:
        cannot("needs openssl to make a certificate")
    server = make_asterisk(start=False)
    # In its own folder: those of pytest are closed to others again whenever anybody starts another pytest.
    cert, key = server.folder / "cert.pem", server.folder / "key.pem"
    subject = ["-subj", "/CN=pbx.example.org", "-addext", "subjectAltName=DNS:pbx.example.org"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *subject]
    subprocess.run([*make, "-keyout", key, "-out", cert], check=True, capture_output=True)
    key.chmod(0o644)  # Asterisk runs as somebody else when we are root
    server.asked |= {"tls_cert": str(cert), "tls_key": str(key)}
    server.start(wait=False)
    where = Where(server.host, server.amis, tls=True, ca=str(cert), server_name="pbx.example.org")
    until(lambda: _listens(server), lambda: f"a manager that listens ({server.said()[-3000:]})")
    return server, where


def _listens(server: Asterisk) -> bool:
    try:
        with socket.create_connection((server.host, server.amis), 1):
            return True
    except OSError:
        return False


async def exercise(ami: Ami) -> None:
    """Thousands of writes of all sizes, a long request, and all of it read back."""
    assert await ami.wait_booted(60)
    values = {f"k{n}": "v" * (1 + n * 7 % (MAX_LINE - 5)) for n in range(3000)}
    settled(await ami.many([put("tests/bulk", key, value) for key, value in values.items()]))
    assert await db_tree(ami, "tests/bulk") == values
    edits = [Edit("NewCat", f"q{n}") for n in range(20)] + [Edit("Append", f"q{n % 20}", f"o{n}", f"v;{n}") for n in range(100)]
    assert all(reply.ok for reply in settled(await ami.many(edit_requests("queues.conf", edits), window=1)))
    found = await read_config(ami, "queues.conf")
    assert found["q3"] == [(f"o{n}", f"v;{n}") for n in range(100) if n % 20 == 3]
    replies = settled(await ami.many([delete("tests/bulk", key) for key in values]))
    assert all(reply.ok for reply in replies)
    assert await db_tree(ami, "tests/bulk") == {}


def test_all_sizes_over_a_plain_connection(asterisk: Asterisk) -> None:
    """What was written is read back, byte for byte, up to the longest line there can be."""
    on(plain(asterisk), asterisk.password, exercise)


def test_all_sizes_over_tls(secure: tuple[Asterisk, Where]) -> None:
    """The same; Asterisk forgets what OpenSSL holds back, so nothing may be held back."""
    server, where = secure
    on(where, server.password, exercise)


def test_tls_to_an_asterisk_that_stands_still_for_a_moment(secure: tuple[Asterisk, Where]) -> None:
    """It hangs up on half a TLS record, so no more is sent than its machine takes in whole while it does not read."""
    server, where = secure

    async def work(ami: Ami) -> None:
        assert await ami.wait_booted(60)
        values = {f"k{n}": "v" * (1 + n * 7 % (MAX_LINE - 5)) for n in range(3000)}
        for _ in range(3):
            server.freeze()
            writing = asyncio.ensure_future(ami.many([put("tests/still", key, value) for key, value in values.items()]))
            done, _ = await asyncio.wait({writing}, timeout=0.3)
            assert not done
            server.thaw()
            settled(await writing)
        assert await db_tree(ami, "tests/still") == values

    on(where, server.password, work)


@pytest.mark.parametrize("value", ["x" * (MAX_LINE - 5), "é" * ((MAX_LINE - 5) // 2), "", 'a: b; "c" \\ d', "trailing "], ids=len)
def test_a_value_is_kept_as_it_is(asterisk: Asterisk, value: str) -> None:
    """The limit is Asterisk's own: one byte more is refused before it is sent, this is taken."""

    async def work(ami: Ami) -> None:
        await db_put(ami, "tests", "key", value)
        assert await db_get(ami, "tests", "key") == value

    on(plain(asterisk), asterisk.password, work)


def test_a_wrong_secret_is_told_as_asterisk_tells_it(asterisk: Asterisk) -> None:
    """Both causes are named, and neither secret is."""

    async def work(ami: Ami) -> None:
        with pytest.raises(AuthFailed) as caught:
            await ami.ask("Ping")
        assert "permit" in caught.value.message
        assert "correct-horse" not in caught.value.message + caught.value.hint

    on(plain(asterisk), "correct-horse", work)


def test_an_address_that_is_not_permitted_is_told_the_same(make_asterisk: Callable[..., Asterisk]) -> None:
    """An ACL miss looks like a wrong secret, and the error says so."""
    server = make_asterisk()
    conf = server.etc / "manager.conf"
    lines = [line for line in conf.read_text().splitlines() if not line.startswith("permit")]
    conf.write_text("\n".join([*lines, ""]))
    with server.connect() as ami:
        ami.send("Command", Command="manager reload")
        until(lambda: _refused(server), "a manager that permits nobody")


def _refused(server: Asterisk) -> bool:
    async def main() -> bool:
        async with Ami(plain(server), "campctl", lambda: server.password, PATIENT) as ami:
            try:
                return not (await ami.ask("Ping")).ok
            except AuthFailed as error:
                return "permit" in error.message

    return asyncio.run(main())


def test_stopped_and_started_again(asterisk: Asterisk) -> None:
    """A write that had no answer may have been done, what follows was not sent; then all goes on as before."""

    async def work(ami: Ami) -> None:
        first = await ami.epoch()
        asterisk.freeze()
        with pytest.raises(Uncertain):
            await ami.ask(*put("tests", "a", "1"), deadline=1)
        ami._door = replace(ami._door, deadline=1)
        with pytest.raises(Unavailable):
            await db_put(ami, "tests", "b", "2")
        ami._door = replace(ami._door, deadline=60)
        asterisk.thaw()
        await db_put(ami, "tests", "c", "3")
        assert await db_get(ami, "tests", "c") == "3"
        assert await db_get(ami, "tests", "b") is None
        assert await ami.epoch() == first

    on(plain(asterisk), asterisk.password, work)


def test_killed_in_the_middle_of_many(asterisk: Asterisk) -> None:
    """Answered, perhaps done, not sent: in this order, nothing else; and the next life is another epoch, even within a second."""

    def some() -> None:
        with asterisk.connect() as look:
            until(lambda: look.get("tests/many/50"), "the first rows")

    async def work(ami: Ami) -> None:
        first = await ami.epoch()
        writing = asyncio.ensure_future(ami.many([put("tests/many", str(n), "x" * 200) for n in range(200_000)]))
        await asyncio.to_thread(some)
        asterisk.freeze()
        await asyncio.to_thread(until, lambda: _under_way(asterisk), "requests that it does not read any more")
        os.kill(asterisk.pid, signal.SIGKILL)
        asterisk.kill()
        kinds = [type(answer) for answer in await writing]
        assert set(kinds) == {Reply, Uncertain, Unavailable}
        assert kinds == sorted(kinds, key=[Reply, Uncertain, Unavailable].index)
        assert kinds.count(Uncertain) <= ami.options.window
        await asyncio.to_thread(asterisk.start)
        assert await ami.epoch() != first

    on(plain(asterisk), asterisk.password, work)


def _under_way(server: Asterisk) -> bool:
    """Whether something was sent that it has not read, and all of its answers have been: as the system counts them."""
    end = f"{int.from_bytes(socket.inet_aton(server.host), sys.byteorder):08X}:{server.ami:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    unread = {place: [int(row[4].partition(":")[2], 16) for row in rows if row[place] == end and row[3] == "01"] for place in (1, 2)}
    return any(unread[1]) and not any(unread[2])


def test_each_life_has_an_epoch_of_its_own(asterisk: Asterisk) -> None:
    """The same for all connections of one life, never the same for two."""
    seen: list[str] = []

    async def work(ami: Ami) -> None:
        seen.append(await ami.epoch())

    for _ in range(3):
        for _ in range(2):
            on(plain(asterisk), asterisk.password, work)
        asterisk.restart(kill=True)
    assert seen[0::2] == seen[1::2], seen
    assert len(set(seen)) == 3, seen
