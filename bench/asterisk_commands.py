"""Whole commands on a real Asterisk, as processes of their own: `python bench/asterisk_commands.py [c] [e] [f] [--runs 3] [--quick]`.

    c   national: `campctl apply` onto an empty exchange, cold process to verified (2,150 people, 900 desks, 7 hotlines)
    e   `port light`: process start to the phone on that desk let in (it tries every 20 ms), and to the caller who waits ringing it.
        Baseline: the same rows, member and `pjsip reload qualify aor` by hand over an AMI connection that stands
    f   a phone's requests, 20 a second, while campaigns of growing size are applied and taken away again: none may go unanswered

Wall seconds by the clock of this machine; CPU of campctl's process and of Asterisk's by the system's own accounts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

from common import CAMPCTL, ENV, HEAD, OFFICE, OUT, TAIL, USER, Held, verdict

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from live.conftest import TEXT, Camp, write
from servers.asterisk import Asterisk, started
from servers.sipp import Phones, until
from servers.softphone import Probe, Softphone

DESK, QUEUE, NUMBER = "hq/a001", "help", "+13125550190"
LIGHT = ("port", "light", DESK, "--volunteer", "Sam Ortiz", "--hotline", QUEUE, "--yes")
LIMIT = 5000
"""Lines campctl gives one machine unless told otherwise."""
TICKS = os.sysconf("SC_CLK_TCK")


def spent(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def command(camp: Camp, *words: str) -> tuple[float, float, float]:
    """Run campctl: wall seconds, CPU seconds, MiB at the peak."""
    env = {**ENV, **camp.passwords, "CAMPCTL_USER": "bench"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [CAMPCTL, "-C", str(camp.root), *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words} ended in {process.returncode}: {said.decode()[-2000:]}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


# -- c --


def national(runs: int) -> list[Held]:
    """c."""
    rows, theirs, unanswered = [], [], 0
    for _ in range(runs):
        root = OUT / "national-asterisk"
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run([CAMPCTL, "init", str(root), "--seed", "national"], check=True, capture_output=True, env=ENV)
        with started() as server:
            camp = Camp(root, server)
            camp.passwords = {"CAMPCTL_NATIONAL_PASSWORD": server.password}
            camp.edit(
                "      type: sim\n      latency: 5ms\n", f"      type: asterisk\n      host: {server.host}\n      port: {server.ami}\n"
            )
            before = spent(server.pid)
            with Probe(server) as probe:
                words = ("apply", "--yes", "-q", "--secrets", str(root / "secrets.csv"), "--allow-freeze", "--reason", "bench")
                rows.append(command(camp, *words))
            theirs.append(spent(server.pid) - before)
            unanswered += probe.unanswered
            again = command(camp, "plan", "-q")
    took, cpu, memory = (statistics.median(column) for column in zip(*rows, strict=True))
    said = f"{cpu:.2f} s CPU, {memory:.0f} MiB, Asterisk {statistics.median(theirs):.2f} s CPU; a plan afterwards {again[0]:.2f} s"
    return [
        Held("c  national: apply, cold process to verified, seconds", took, 6, said),
        Held("c  phones' requests unanswered meanwhile", unanswered, 0),
    ]


# -- e --


@contextmanager
def small_camp() -> Iterator[Camp]:
    """The campaign of the live tests, applied."""
    with tempfile.TemporaryDirectory() as folder, started() as server:
        camp = Camp(Path(folder) / "campaign", server)
        write(camp.root, TEXT, server)
        camp.apply("--secrets", str(camp.root / "secrets.csv"))
        yield camp


def light(runs: int) -> list[Held]:
    """e."""
    ours, hand = [], []
    with small_camp() as camp:
        name, secret = DESK.replace("/", "~"), camp.secrets[f"port/{DESK}"]
        command(camp, *LIGHT)
        with camp.server.connect() as ami:
            rows = {path: ami.get(path) or "" for path in (f"ps/endpoint/{name}", f"ps/aor/{name}")}
        command(camp, "port", "dark", DESK, "--yes")
        for _ in range(runs + 1):
            ours.append(one_light(camp, name, secret, None))
            command(camp, "port", "dark", DESK, "--yes")
            hand.append(one_light(camp, name, secret, rows))
            with camp.server.connect() as ami:
                ami.do("QueueRemove", Queue=QUEUE, Interface=f"PJSIP/{name}")
                for path in rows:
                    ami.drop(path)
    (registered, rang, ended), (bare_registered, bare_rang, _) = (
        tuple(statistics.median(column) for column in zip(*rows[1:], strict=True)) for rows in (ours, hand)
    )
    bare = f"bare AMI, connected: {bare_registered * 1000:.0f} ms"
    return [
        Held("e  port light: process start to its phone let in, seconds", registered, 0.6, f"{bare}; the command ends after {ended:.2f} s"),
        Held("e  the same to a waiting caller ringing it, seconds", rang, 1.8, f"bare AMI, connected: {bare_rang:.2f} s"),
    ]


def one_light(camp: Camp, name: str, secret: str, rows: dict[str, str] | None) -> tuple[float, float, float]:
    """Seconds until the phone is let in, is rung, and the command ends; by hand when there are rows to write."""
    phones = Phones(camp.server)
    try:
        phones.carrier().call(NUMBER).answered()
        with Softphone(camp.server, name, secret) as phone:
            if rows is None:
                began = time.monotonic()
                process = camp.start(*LIGHT, PYTHONWARNINGS="default")
                phone.is_registered()
                phone.is_rung()
                process.communicate(timeout=60)
                assert process.returncode == 0
            else:
                with camp.server.connect() as ami:
                    began = time.monotonic()
                    for path, text in rows.items():
                        ami.put(path, text)
                    ami.do("QueueAdd", Queue=QUEUE, Interface=f"PJSIP/{name}")
                    ami.command(f"pjsip reload qualify aor {name}")
                    phone.is_registered()
                    phone.is_rung()
            ended = time.monotonic()
            return phone.registered - began, phone.rang - began, ended - began
    finally:
        phones.close()
        with camp.server.connect() as ami:
            ami.command("channel request hangup all")
            until(lambda: "0 active channels" in ami.command("core show channels count"), "the end of all calls")


# -- f --


def sized(root: Path, size: int, server: Asterisk) -> None:
    """A campaign of so many people on this exchange: those of a larger one and no others."""
    root.mkdir(parents=True, exist_ok=True)
    local = f"local: {{ type: asterisk, host: {server.host}, port: {server.ami}, max_lines: 100000 }}"
    policy = "  policy: { max_update_share: 100%, max_delete_share: 100% }\n"
    head = HEAD.replace("local: { type: sim }", local).replace("offices:\n", policy + "offices:\n")
    offices = "".join(OFFICE.format(n=n + 1, first=200_000 + n * 1000, last=200_999 + n * 1000) for n in range(50))
    tail = TAIL.replace("baseline: 20, min: 0, max: 40", "baseline: 0, min: 0, max: 40")
    users = "".join(USER.format(n=n, office=n // 1000 + 1, extension=200_000 + n, role="caller", skill="data") for n in range(size))
    (root / "campaign.yaml").write_text(head + offices + tail)
    (root / "users.yaml").write_text("users:\n" + users)


def answering(sizes: list[int]) -> list[Held]:
    """f: up through the sizes, and down again."""
    unanswered, sent, slowest = 0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder, started() as server:
        camp = Camp(Path(folder), server)
        camp.passwords = {"CAMPCTL_LOCAL_PASSWORD": server.password}
        for size in [*sizes, *sizes[-2::-1]]:
            sized(camp.root, size, server)
            with Probe(server) as probe:
                took, cpu, memory = command(camp, "apply", "--yes", "-q", "--secrets", str(Path(folder) / "secrets.csv"))
                time.sleep(1)
            print(
                f"f  to {size:6,} people: {took:5.1f} s, {cpu:5.1f} s CPU, {memory:4.0f} MiB; {probe.sent:4} requests, "
                f"{probe.unanswered} unanswered, slowest {probe.slowest * 1000:.0f} ms",
                flush=True,
            )
            unanswered, sent = unanswered + probe.unanswered, sent + probe.sent
            slowest = max(slowest, probe.slowest if size <= LIMIT else 0)
    return [
        Held("f  phones' requests unanswered during applies of all sizes", unanswered, 0, f"of {sent:,}"),
        Held(f"f  the slowest answer, up to {LIMIT:,} people, seconds", slowest, inf),
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", choices=["c", "e", "f", []], default=[])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    return verdict(run(set(given.which) or {"c", "e", "f"}, given.runs, quick=given.quick))


def run(which: set[str], runs: int, *, quick: bool) -> list[Held]:
    """Those of `which`."""
    found: list[Held] = []
    if "c" in which:
        found += national(1 if quick else runs)
    if "e" in which:
        found += light(1 if quick else runs + 2)
    if "f" in which:
        found += answering([1, 30] if quick else [1, 10, 200, 2000, 5000, 20_000])
    return found


if __name__ == "__main__":
    sys.exit(main())
