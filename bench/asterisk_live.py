"""What goes on on a real Asterisk: the look, events, calls at once, restarts. `python bench/asterisk_live.py [g] [h] [i] [--quick]`.

    g   live() at 50 queues x 2,000 members / bare QueueSummary of them (queues alone) and QueueStatus of everybody (with each agent);
        how long an Asterisk at the limits campctl gives it takes to start again (5,000 lines, 50 queues x 200 members)
    h   events: agents are paused and resumed as fast as Asterisk does it; events a second through events(), CPU of campctl an event
    i   calls from a carrier through one hotline to agents' phones, so many at once, speech both ways (50 packets a second each) or
        none: CPU of Asterisk a call, events a call, seconds from INVITE to a ringing agent, calls lost. sipp calls, plays and echoes;
        agents' phones are one process of sipp

Wall seconds; CPU by the system's own accounts.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any

from asterisk_commands import spent
from asterisk_machine import opened, people, settle, timed, write
from common import Held, verdict

from campctl.backends.asterisk.ami import Ami, Request
from campctl.model.resources import Member, Queue, Route
from campctl.testing.samples import FOUNDATION, create

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from servers import sipp_scenarios
from servers.asterisk import Asterisk, started
from servers.sip import answer, parse

NUMBER = "+12175550199"


async def lines_there(server: Asterisk, count: int) -> Any:
    """A backend with so many lines, their phones not registered."""
    backend = opened(server)
    await backend.execute([create(resource) for resource in FOUNDATION])
    await write(backend, people(count))
    return backend


# -- g --


async def look(server: Asterisk, queues: int, members: int) -> list[Held]:
    """g."""
    backend = await lines_there(server, members)
    wanted = [Queue(f"q{n:02}", f"Queue {n}") for n in range(queues)]
    for start in range(0, queues, 100):
        await backend.execute([create(queue) for queue in wanted[start : start + 100]])
    ami: Ami = backend.ground.nodes[0].ami
    began = time.perf_counter()
    for n in range(members):  # by hand: here it is the look that is measured
        fields = (("Interface", f"PJSIP/u{n:05}"), ("MemberName", f"Person {n}"), ("Penalty", "0"))
        await ami.many([Request("QueueAdd", (("Queue", queue.id), *fields)) for queue in wanted])
    print(f"g  {queues * members:,} QueueAdd: {queues * members / (time.perf_counter() - began):,.0f} a second", flush=True)
    await backend.live()
    ours, all_of_us, bare, bare_all = [], [], [], []
    for _ in range(5):
        ours.append((await timed(backend.live))[0])
        bare.append((await timed(lambda: ami.collect("QueueSummary")))[0])
    for _ in range(3):
        all_of_us.append((await timed(lambda: backend.live(agents=True)))[0])
        bare_all.append((await timed(lambda: ami.rows("QueueStatus", deadline=60)))[0])
    await backend.close()
    mine, theirs = statistics.median(ours), statistics.median(bare)
    whole, bare_whole = statistics.median(all_of_us), statistics.median(bare_all)
    name = f"{queues} queues x {members:,}"
    return [
        Held(f"g  live() at {name} / bare QueueSummary", mine / theirs, inf, f"{mine:.2f} s / {theirs:.2f} s"),
        Held(f"g  live(agents=True) at {name} / bare QueueStatus", whole / bare_whole, inf, f"{whole:.2f} s / {bare_whole:.2f} s"),
    ]


def forgetful(server: Asterisk) -> None:
    """Members are not written down, which is what takes long when there are many."""
    server.configure()
    file = server.etc / "queues.conf"
    text = file.read_text()
    assert "persistentmembers = yes" in text
    file.write_text(text.replace("persistentmembers = yes", "persistentmembers = no"))
    server.start()


async def filled(server: Asterisk, queues: int, members: int, lines: int) -> None:
    """A machine at the limits campctl gives it."""
    backend = await lines_there(server, lines)
    for n in range(queues):
        await backend.execute([create(Queue(f"q{n:02}", f"Queue {n}"))])
        wanted = [create(Member(f"q{n:02}", f"user/u{(n * members + m) % lines:05}")) for m in range(members)]
        for start in range(0, members, 100):
            outcomes = await backend.execute(wanted[start : start + 100])
            assert all(outcome.error is None for outcome in outcomes)
    await backend.close()


def boot(server: Asterisk) -> float:
    """Seconds from the process's start to fully booted."""
    server.stop()
    began = time.monotonic()
    server.start(wait=False)
    end = began + 240
    while time.monotonic() < end:
        with suppress(OSError, AssertionError), server.connect(timeout=120) as ami:
            ami.wait("FullyBooted", timeout=240)
            return time.monotonic() - began
        time.sleep(0.05)
    raise SystemExit("Asterisk did not boot")


# -- h --


async def hearing(server: Asterisk, agents: int, rounds: int) -> list[Held]:
    """h."""
    floor = Floor(server, agents)
    await floor.open()
    ami: Ami = floor.backend.ground.nodes[0].ami
    floor.events, total = 0, agents * rounds * 2
    wall, cpu, theirs = time.perf_counter(), time.process_time(), spent(server.pid)
    for n in range(rounds * 2):
        fields = (("Paused", "true" if n % 2 == 0 else "false"),)
        await ami.many([Request("QueuePause", (("Interface", f"PJSIP/u{m:05}"), *fields)) for m in range(agents)])
    for _ in range(500):
        if floor.events >= total:
            break
        await asyncio.sleep(0.02)
    wall, cpu, theirs = time.perf_counter() - wall, time.process_time() - cpu, spent(server.pid) - theirs
    await floor.close()
    each = cpu / max(floor.events, 1)
    return [
        Held(
            "h  changes of agents' state not heard of",
            total - floor.events,
            0,
            f"of {total:,}, {floor.events / wall:,.0f} a second; Asterisk {theirs:.1f} s CPU",
        ),
        Held("h  CPU of campctl an event, ms (what asks for them included)", each * 1000, inf, f"{1 / each:,.0f} a second on a core"),
    ]


# -- i --

TONE = "tone.ul"


def caller(talk: float, *, speech: bool) -> str:
    """Call, play a tone when there is speech, hang up after `talk` seconds."""
    steps = sipp_scenarios.calls("12025550199", talk)
    if speech:
        play = f'<nop><action><exec rtp_stream="{TONE},-1,0,PCMU/8000"/></action></nop>'
        steps = steps.replace("[media_port]", "[rtpstream_audio_port]").replace('<label id="4"/>', play + '<label id="4"/>', 1)
    return steps


def register(server: Asterisk, port: int, secrets: dict[str, str]) -> None:
    """Register all of these at one place, where they will be called."""
    uri = f"sip:{server.host}:{server.sip}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((server.phones, port))
        wire.settimeout(5)
        for user, secret in secrets.items():
            challenge = ""
            for number in (1, 2):
                said = f"Authorization: {answer(challenge, 'REGISTER', uri, user, secret)}\r\n" if challenge else ""
                wire.sendto(
                    f"REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {server.phones}:{port};branch=z9hG4bK{user}{number};rport\r\n"
                    f"From: <sip:{user}@{server.phones}>;tag={user}\r\nTo: <sip:{user}@{server.phones}>\r\nCall-ID: r-{user}\r\n"
                    f"CSeq: {number} REGISTER\r\nContact: <sip:{user}@{server.phones}:{port}>\r\nMax-Forwards: 70\r\nExpires: 3600\r\n"
                    f"{said}Content-Length: 0\r\n\r\n".encode(),
                    (server.host, server.sip),
                )
                message = parse(wire.recv(65536).decode(errors="replace"))
                challenge = message["www-authenticate"]
            assert message.status == 200, message.start


def sipp(server: Asterisk, steps: str, ip: str, port: int, *words: object) -> subprocess.Popen[bytes]:
    """One process of sipp that writes nothing down."""
    folder = Path(tempfile.mkdtemp(prefix="bench-sipp-", dir=server.folder))
    (folder / TONE).write_bytes(bytes(range(0x60, 0xE0)) * 125)  # two seconds of a sawtooth
    (folder / "s.xml").write_text(f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="s">\n{steps}\n</scenario>\n')
    first = server.take(4)
    given = [
        "sipp",
        f"{server.host}:{server.sip}",
        "-sf",
        "s.xml",
        "-i",
        ip,
        "-p",
        port,
        "-mi",
        ip,
        "-mp",
        first,
        "-nostdin",
        "-aa",
        *words,
    ]
    return subprocess.Popen(
        [str(word) for word in given], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


class Floor:
    """A hotline with so many agents at their phones, and who listens to it."""

    def __init__(self, server: Asterisk, agents: int) -> None:
        self.server, self.agents = server, agents
        self.events = 0
        self.waited: list[float] = []
        self.ended = 0

    async def open(self) -> None:
        """Everybody at their phone."""
        self.backend = await lines_there(self.server, self.agents)
        queue = Queue("floor", "Floor", extension="3950", wrap_up=0, ring_time=15)
        await self.backend.execute([create(queue), create(Route(NUMBER, "queue/floor", "hotline"))])
        members = [create(Member("floor", f"user/u{n:05}")) for n in range(self.agents)]
        for start in range(0, len(members), 100):
            await self.backend.execute(members[start : start + 100])
        secrets = {f"u{n:05}": f"a-secret-for-benches-{n:05}" for n in range(self.agents)}
        await self.backend.set_secrets({f"user/{name}": secret for name, secret in secrets.items()})
        await self.backend.observe()
        port = self.server.take()
        register(self.server, port, secrets)
        self._phones = sipp(self.server, sipp_scenarios.takes(0.1, 0), self.server.phones, port, "-rtp_echo")
        self._ear = asyncio.ensure_future(self._listen())
        await asyncio.sleep(2)

    async def _listen(self) -> None:
        async for event in self.backend.events():
            self.events += 1
            if event.type == "call-answered":
                self.waited.append(event.data["waited"])
            self.ended += event.type == "call-ended"

    async def call(
        self, count: int, at_once: int, rate: float, talk: float, *, speech: bool, steady: float = 0
    ) -> tuple[float, float, int]:
        """Call: CPU seconds of Asterisk in all, CPU share in the `steady` seconds in which all talk, calls that failed."""
        self.events, self.waited, self.ended = 0, [], 0
        before, share = spent(self.server.pid), 0.0
        callers = sipp(
            self.server, caller(talk, speech=speech), self.server.carrier_host, self.server.take(), "-s", NUMBER.lstrip("+"), "-m", count,
            "-l", at_once, "-r", rate,
        )  # fmt: skip
        if steady:
            await asyncio.sleep(count / rate + 2)
            wall, then = time.monotonic(), spent(self.server.pid)
            await asyncio.sleep(steady)
            share = (spent(self.server.pid) - then) / (time.monotonic() - wall)
        status = await asyncio.to_thread(callers.wait, 300)
        await asyncio.sleep(1)
        return spent(self.server.pid) - before, share, (count - self.ended) if status == 0 else max(1, count - self.ended)

    async def close(self) -> None:
        """Everybody goes home."""
        self._phones.kill()
        self._phones.wait()
        await self.backend.close()
        await self._ear


async def talking(server: Asterisk, sizes: list[int], count: int) -> list[Held]:
    """i."""
    floor = Floor(server, max(sizes))
    await floor.open()
    try:
        return await _talking(floor, sizes, count)
    finally:
        await floor.close()


async def _talking(floor: Floor, sizes: list[int], count: int) -> list[Held]:
    found = []
    cpu, _, failed = await floor.call(count, max(sizes), 20, 2, speech=False)
    median = statistics.median(floor.waited) if floor.waited else inf
    found += [
        Held("i  calls of 2 s that failed, 20 a second", failed, 0, f"of {count}; {floor.events / count:.0f} events of campctl each"),
        Held("i  CPU of Asterisk to set up and end one, ms", cpu / count * 1000, inf, f"{median:.2f} s from queue to agent"),
    ]
    for size in sizes:
        for speech in (False, True):
            talk = size / 25 + 14
            _, share, failed = await floor.call(size, size, 25, talk, speech=speech, steady=8)
            what = "with speech both ways" if speech else "in silence"
            found.append(
                Held(
                    f"i  {size} calls at once {what}: failed",
                    failed,
                    0,
                    f"{share:.0%} of a core, {share / size * 1000:.2f} ms a second each",
                )
            )
    return found


def run(which: set[str], *, quick: bool) -> list[Held]:
    """Those of `which`."""
    settle()
    found: list[Held] = []
    if "i" in which:
        with started(rtp="40000-47999") as server:  # four ports a call
            found += asyncio.run(talking(server, [10] if quick else [50, 100, 200], 60 if quick else 600))
    if "h" in which:
        with started() as server:
            found += asyncio.run(hearing(server, 20 if quick else 200, 2 if quick else 10))
    if "g" in which:
        queues, members = (5, 40) if quick else (50, 2000)
        with started(start=False) as server:
            forgetful(server)
            found += asyncio.run(look(server, queues, members))
        queues, members, lines = (5, 40, 100) if quick else (50, 200, 5000)
        with started() as server:
            asyncio.run(filled(server, queues, members, lines))
            found.append(Held(f"g  Asterisk starts with {lines:,} lines, {queues} x {members:,} members, seconds", boot(server), inf))
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", choices=["g", "h", "i", []], default=[])
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    return verdict(run(set(given.which) or {"g", "h", "i"}, quick=given.quick))


if __name__ == "__main__":
    sys.exit(main())
