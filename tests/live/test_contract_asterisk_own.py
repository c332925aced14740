"""What the contract cannot ask of a backend, asked of Asterisk's: leases, new phones, darkness, secrets, what is not campctl's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk import factory
from campctl.backends.asterisk.backend import AsteriskBackend
from campctl.backends.asterisk.doing.lease import SECONDS, Lease
from campctl.errors import Unavailable as NotReached
from campctl.model.campaign import BackendSpec
from campctl.model.resources import Member, key_of
from campctl.ports.backend import BackendEnv
from campctl.testing.clock import FakeClock
from campctl.testing.samples import FOUNDATION, LINE, LOCATION, MEMBER, OTHER_QUEUE, QUEUE, create, delete, lines, update
from servers.ami import Ami
from servers.asterisk import Asterisk, Unavailable, base, cannot, started
from servers.sipp import until
from servers.softphone import Softphone

pytestmark = pytest.mark.live


class Clock(FakeClock):
    """Really waits; its wall clock may be set."""

    def __init__(self) -> None:
        super().__init__(auto=False)
        self.ahead = 0.0

    def now(self) -> Any:
        from datetime import UTC, datetime, timedelta

        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Still(Clock):
    """By which nothing ever takes long: whoever goes by it gives nobody up because of the time that went by."""

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture(scope="module")
def exchange() -> Iterator[Asterisk]:
    """One Asterisk for all tests of this module."""
    try:
        base()
    except Unavailable as why:
        cannot(str(why))
    with started() as server:
        yield server


@pytest.fixture
def ami(exchange: Asterisk) -> Iterator[Ami]:
    """What a person at the console sees; campctl's things are gone."""
    asyncio.run(emptied(exchange))
    with exchange.connect() as made:
        yield made


async def emptied(server: Asterisk) -> None:
    """Delete all there is by campctl's own means."""
    backend = opened(server)
    found = [*(await backend.observe()).resources.values()][::-1]
    for start in range(0, len(found), 100):
        outcomes = await backend.execute([delete(resource) for resource in found[start : start + 100]])
        assert [outcome.error for outcome in outcomes if outcome.error] == []
    await backend.close()


def opened(server: Asterisk, clock: Any = None) -> AsteriskBackend:
    spec = BackendSpec("hq", "asterisk", {"host": server.host, "port": server.ami})
    return factory.open(spec, BackendEnv(Path("/"), clock or Clock(), lambda name: server.password))


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


async def done(backend: AsteriskBackend, *changes: Any) -> None:
    for start in range(0, len(changes), 100):
        outcomes = await backend.execute(changes[start : start + 100])
        assert [outcome.error for outcome in outcomes if outcome.error] == []


async def founded(backend: AsteriskBackend, *more: Any) -> None:
    await done(backend, *map(create, (*FOUNDATION, *more)))


def member(ami: Ami, queue: str, interface: str) -> dict[str, str]:
    """A member as the console sees it."""
    rows = ami.all("QueueStatus", Queue=queue, Member=interface)
    return next((row for row in rows if row["Event"] == "QueueMember"), {})


# -- leases --


def test_of_those_who_write_at_once_one_does(exchange, ami):
    """Five leases taken at the same time are held one after the other, and nobody is left in the lock."""

    async def main() -> None:
        inside, most = 0, 0

        async def writer() -> None:
            nonlocal inside, most
            backend = opened(exchange)
            async with backend.ground.exclusive():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.02)
                inside -= 1
            await backend.close()

        await asyncio.gather(*(writer() for _ in range(5)))
        assert most == 1

    run(main())
    assert not any(row["Event"] == "QueueMember" for row in ami.all("QueueStatus", Queue="campctl-lock"))


def test_a_lease_that_expired_is_stolen_by_one(exchange, ami):
    """A holder elsewhere that died is waited for until its lease ends; of four who wait, one after the other gets it."""
    ami.do(
        "QueueAdd", Queue="campctl-lock", Interface="Local/writer@campctl-lock", MemberName=f"deadbeef {time.time() + 1:.0f} elsewhere 1"
    )

    async def main() -> None:
        order: list[int] = []

        async def writer(n: int) -> None:
            backend = opened(exchange, Still())
            async with backend.ground.exclusive():
                order.append(n)
                await asyncio.sleep(0.01)
                assert order[-1] == n
            await backend.close()

        await asyncio.gather(*map(writer, range(4)))
        assert sorted(order) == [0, 1, 2, 3]

    run(main())


def test_a_killed_campctl_is_not_waited_for(exchange, ami):
    """A lease whose holder was a process of this machine that is no more is taken, however long it had still to go."""
    program = f"""
        import asyncio, os, sys
        sys.path[:0] = {sys.path!r}
        from pathlib import Path
        from campctl.app.wiring import SystemClock
        from campctl.backends.asterisk import factory
        from campctl.model.campaign import BackendSpec
        from campctl.ports.backend import BackendEnv

        async def main():
            spec = BackendSpec("hq", "asterisk", {{"host": {exchange.host!r}, "port": {exchange.ami}}})
            backend = factory.open(spec, BackendEnv(Path("/"), SystemClock(), lambda name: os.environ["SECRET"]))
            async with backend.ground.exclusive():
                os.kill(os.getpid(), 9)

        asyncio.run(main())
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env={"SECRET": exchange.password, "PATH": "/usr/bin"}, check=False, timeout=120
    )
    assert ended.returncode == -9
    assert any(row["Event"] == "QueueMember" for row in ami.all("QueueStatus", Queue="campctl-lock"))

    async def main() -> None:
        clock = Still()
        clock.ahead = -3600  # nothing is over by this clock, either
        backend = opened(exchange, clock)
        await founded(backend)
        await backend.close()

    run(main())


def test_who_was_held_up_writes_nothing_more(exchange, ami):
    """Under a lease that somebody may have stolen meanwhile nothing is begun."""

    async def main() -> None:
        backend = opened(exchange)
        clock = Clock()
        lease = Lease(backend.ground.nodes[0].ami, clock, "hq")
        async with lease.held():
            lease.must_be_fresh()
            now = clock.monotonic()
            clock.monotonic = lambda: now + SECONDS  # type: ignore[method-assign]
            with pytest.raises(NotReached, match="held up too long"):
                lease.must_be_fresh()
        await backend.close()

    run(main())


# -- new phones --


@pytest.mark.parametrize("count", [2, 15])
def test_new_phones_ring_in_queues(exchange, ami, count):
    """A phone that registers at a new line is one a queue would ring: made known one by one, or with a reload when they are many."""

    async def main() -> None:
        backend = opened(exchange)
        await founded(backend, *lines(count), *(Member(QUEUE.id, line.id) for line in lines(count)))
        await backend.set_secret(lines(count)[-1].id, "seen-nowhere-else-1")
        await backend.observe()
        await backend.close()

    run(main())
    name = f"person-{count - 1:05}"
    with Softphone(exchange, name, "seen-nowhere-else-1") as phone:
        phone.is_registered()
        until(lambda: member(ami, QUEUE.id, f"PJSIP/{name}").get("Status") == "1", "a phone that could be rung")
    assert ami.tree("campctl/unknown") == {}


def test_phones_that_a_killed_campctl_made_ring_too(exchange, ami):
    """What was to be made known and was not, because campctl died, the next connection makes known."""

    async def write_and_die() -> None:
        backend = opened(exchange)
        await founded(backend, *lines(15), Member(QUEUE.id, lines(1)[0].id))
        await backend.set_secret(lines(1)[0].id, "seen-nowhere-else-2")
        await backend.ground.close()

    run(write_and_die())
    assert len(ami.tree("campctl/unknown")) == 1

    async def look() -> None:
        backend = opened(exchange)
        await backend.observe([key_of(LINE)])
        await backend.close()

    run(look())
    with Softphone(exchange, "person-00000", "seen-nowhere-else-2") as phone:
        phone.is_registered()
        until(lambda: member(ami, QUEUE.id, "PJSIP/person-00000").get("Status") == "1", "a phone that could be rung")
    assert ami.tree("campctl/unknown") == {}


def test_a_line_made_dark_rings_when_it_is_lit(exchange, ami):
    """Created dark, reloaded while it is dark, lit: its phone is one a queue would ring (an AOR known without its endpoint never is)."""
    dark = replace(lines(1)[0], enabled=False)

    async def main() -> None:
        backend = opened(exchange)
        await founded(backend, dark, Member(QUEUE.id, dark.id))
        await backend.set_secret(dark.id, "seen-nowhere-else-3")
        ami.do("Reload", Module="res_pjsip.so")
        await done(backend, update(dark, replace(dark, enabled=True)))
        await backend.close()

    run(main())
    with Softphone(exchange, "person-00000", "seen-nowhere-else-3") as phone:
        phone.is_registered()
        until(lambda: member(ami, QUEUE.id, "PJSIP/person-00000").get("Status") == "1", "a phone that could be rung")


# -- darkness and secrets --


def test_darkening_ends_what_rings_and_not_what_talks(exchange, ami):
    """A ringing phone that goes dark stops ringing; another that talks while it goes dark goes on talking."""
    rings, talks = lines(2)

    async def light() -> None:
        backend = opened(exchange)
        await founded(backend, rings, talks)
        for line in (rings, talks):
            await backend.set_secret(line.id, "seen-nowhere-else-4")
        await backend.close()

    async def darken() -> None:
        backend = opened(exchange)
        await done(backend, *(update(line, replace(line, enabled=False)) for line in (rings, talks)))
        live = (await backend.observe()).live
        assert not {key_of(rings), key_of(talks)} & live
        await backend.close()

    run(light())
    with (
        Softphone(exchange, "person-00000", "seen-nowhere-else-4", answers=False) as ringing,
        Softphone(exchange, "person-00001", "seen-nowhere-else-4") as talking,
    ):
        ringing.is_registered()
        talking.is_registered()
        ami.do("ModuleLoad", Module="res_clioriginate.so", LoadType="load")
        for name in ("person-00000", "person-00001"):
            ami.command(f"channel originate PJSIP/{name} application Wait 30")
        ringing.is_rung()
        until(lambda: len(up(ami)) == 1, "an answered call")
        run(darken())
        until(lambda: len(ami.all("CoreShowChannels")) == 1, "the end of ringing")
        assert up(ami) == ["PJSIP/person-00001"]
        ami.command("channel request hangup all")
        until(lambda: not ami.all("CoreShowChannels"), "silence")


def up(ami: Ami) -> list[str]:
    return [row["Channel"].rpartition("-")[0] for row in ami.all("CoreShowChannels") if row["ChannelStateDesc"] == "Up"]


def test_a_new_secret_ends_the_old_registration(exchange, ami):
    """Whoever had the old secret is no longer registered nor let in, and no secret stands in the database."""

    async def main(secret: str) -> None:
        backend = opened(exchange)
        if LINE.id not in str((await backend.observe()).resources):
            await founded(backend)
        await backend.set_secret(LINE.id, secret)
        await backend.close()

    run(main("first-secret-of-hers"))
    with Softphone(exchange, "ann.lee", "first-secret-of-hers") as phone:
        phone.is_registered()
        assert any(key.startswith("ann.lee;") for key in ami.tree("registrar/contact"))
        run(main("second-secret-of-hers"))
        assert not any(key.startswith("ann.lee;") for key in ami.tree("registrar/contact"))
    with Softphone(exchange, "ann.lee", "first-secret-of-hers") as old, Softphone(exchange, "ann.lee", "second-secret-of-hers") as new:
        new.is_registered()
        assert not old.registered
    assert "secret-of-hers" not in str(ami.tree("ps"))


def test_many_new_secrets_at_once(exchange, ami):
    """As one by one: each is let in with its own, the old registration is gone, and who has no line is named."""
    wanted = {line.id: f"a-secret-of-{line.extension}" for line in lines(30)}

    async def main(secrets: dict[str, str]) -> None:
        backend = opened(exchange)
        if LOCATION.id not in str((await backend.observe()).resources):
            await done(backend, create(LOCATION), *map(create, lines(30)))
        assert set(await backend.set_secrets({**secrets, "user/nobody": "x" * 20})) == {"user/nobody"}
        await backend.close()

    run(main(wanted))
    with Softphone(exchange, "person-00007", wanted["user/person-00007"]) as phone:
        phone.is_registered()
        run(main({name: f"{secret}-2" for name, secret in wanted.items()}))
        assert not any(key.startswith("person-") for key in ami.tree("registrar/contact"))
    with (
        Softphone(exchange, "person-00007", wanted["user/person-00007"]) as old,
        Softphone(exchange, "person-00007", f"{wanted['user/person-00007']}-2") as new,
        Softphone(exchange, "person-00029", f"{wanted['user/person-00029']}-2") as other,
    ):
        new.is_registered()
        other.is_registered()
        assert not old.registered
    assert "a-secret-of" not in str(ami.tree("ps"))


def test_a_line_that_changes_keeps_its_secret(exchange, ami):
    """Renamed, darkened, lit, moved: the phone goes on with the secret it has."""

    async def main() -> None:
        backend = opened(exchange)
        await founded(backend)
        await backend.set_secret(LINE.id, "seen-nowhere-else-5")
        other = opened(exchange)
        dark = replace(LINE, enabled=False, name="Ann Berg", permission="national")
        await done(other, update(LINE, dark))
        await done(other, update(dark, replace(dark, enabled=True)))
        for one in (backend, other):
            await one.close()

    before = ami.tree("ps/auth")
    run(main())
    assert before == {}
    with Softphone(exchange, "ann.lee", "seen-nowhere-else-5") as phone:
        phone.is_registered()


# -- members, sections, records --


def test_a_member_renamed_stays_paused(exchange, ami):
    """Another name keeps the pause and its reason; another level changes nothing else; who is there already is looked at."""

    async def main() -> None:
        backend = opened(exchange)
        await founded(backend, MEMBER)
        ami.do("QueuePause", Queue=QUEUE.id, Interface="PJSIP/ann.lee", Paused="true", Reason="lunch")
        named = replace(MEMBER, name="Volunteer 7")
        await done(backend, update(MEMBER, named))
        await done(backend, update(named, replace(named, level=2, penalty=3)))
        await backend.close()

    run(main())
    seen = member(ami, QUEUE.id, "PJSIP/ann.lee")
    assert {name: seen[name] for name in ("Name", "Penalty", "Paused", "PausedReason")} == {
        "Name": "Volunteer 7",
        "Penalty": "103",
        "Paused": "1",
        "PausedReason": "lunch",
    }


def test_what_is_not_campctls_stays(exchange, ami):
    """Sections and members made by hand are seen, and are the same after campctl wrote and deleted its own."""
    file = exchange.etc / "queues.conf"
    file.write_text(file.read_text() + "\n; ask Sam before touching this\n[handmade]\nstrategy = ringall\nmaxlen = 7\n")
    ami.do("QueueReload", Parameters="yes", Members="no", Rules="no")

    async def main() -> None:
        backend = opened(exchange)
        await founded(backend, MEMBER)
        assert ("queue", "handmade") in (await backend.observe()).resources
        await done(backend, delete(MEMBER), delete(QUEUE), delete(OTHER_QUEUE))
        await backend.close()

    run(main())
    text = file.read_text()
    assert "; ask Sam before touching this" in text
    assert text.partition("[handmade]")[2].split() == ["strategy", "=", "ringall", "maxlen", "=", "7"]
    assert "voter-protection" not in text
    assert QUEUE.id not in ami.tree("Queue/PersistentMembers")


def test_long_records_leave_nothing_behind(exchange, ami):
    """A record longer than a line of AMI is kept in pieces, comes back whole, shrinks, and goes without a trace."""
    long = replace(LOCATION, id="annex", building="B" * 400, notify=tuple(f"+1217555{n:04}" for n in range(40)))
    short = replace(long, notify=("+12175550100",), building="")

    async def main() -> None:
        backend = opened(exchange)
        await founded(backend, long)
        other = opened(exchange)
        assert (await other.observe([key_of(long)])).resources == {key_of(long): long}
        assert any("#" in key for key in ami.tree("campctl"))
        await done(other, update(long, short))
        assert (await backend.observe()).resources[key_of(long)] == short
        assert not any("#" in key for key in ami.tree("campctl"))
        await done(backend, delete(short))
        assert not any("annex" in key for key in ami.tree("campctl"))
        for one in (backend, other):
            await one.close()

    run(main())
