"""The national campaign on one machine: applied and verified by a process of its own, while phones are answered; then called."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.conftest import Camp, People
from servers.asterisk import started
from servers.sipp import Phones
from servers.softphone import Probe

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def national(asterisk_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camp]:
    """The seed, with its backend's type changed and a hotline that is always open given a number."""
    with started() as server:
        camp = Camp(tmp_path_factory.mktemp("national") / "campaign", server)
        camp.root.parent.mkdir(exist_ok=True)
        Camp(camp.root.parent, server).run("init", str(camp.root), "--seed", "national").ok()
        camp.passwords = {"CAMPCTL_NATIONAL_PASSWORD": server.password}
        camp.edit("      type: sim\n      latency: 5ms\n", f"      type: asterisk\n      host: {server.host}\n      port: {server.ami}\n")
        camp.edit("    name: Lawyers on call\n", '    name: Lawyers on call\n    numbers: ["+18005550149"]\n', file="hotlines.yaml")
        yield camp


def test_it_is_applied_while_no_phone_goes_unanswered(national: Camp, capsys: pytest.CaptureFixture[str]) -> None:
    """All 2,150 people and 900 desks, read back and equal; 20 requests a second meanwhile, each answered."""
    began = time.monotonic()
    with Probe(national.server) as probe:
        done = national.run("apply", "--yes", "-q", "--secrets", "secrets.csv", "--allow-freeze", "--reason", "test", timeout=300).ok()
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\nnational: applied in {took:.1f} s; {probe.sent} requests meanwhile, slowest answer {probe.slowest * 1000:.0f} ms")
    assert "failed" not in done.out
    assert probe.unanswered == 0
    national.settled()
    with (national.root / "secrets.csv").open(newline="") as file:
        assert len({row["secret"] for row in csv.DictReader(file)}) > 3000


def test_people_and_hotlines_are_called(national: Camp, phones: Phones) -> None:
    """A phone registers with the secret handed out; its number and its hotline's number ring it."""
    with national.server.connect() as ami:
        rows = ami.all("QueueStatus", Queue="legal")
    lawyers = [row["Location"].removeprefix("PJSIP/") for row in rows if row["Event"] == "QueueMember"]
    assert len(lawyers) == 8
    people = People(national, phones)
    (lawyer,) = people.here(f"user/{lawyers[0]}")
    carrier = people.carrier()
    carrier.call("+18005550149").answered()
    lawyer.rung()
    (boss,) = people.here("user/pamela.sun")
    carrier.call("+13125550110").answered()
    boss.rung()


def test_everybody_is_still_there_after_a_crash(national: Camp) -> None:
    """Killed and started again: nothing drifted, and the next plan is empty."""
    national.server.restart(kill=True)
    national.settled()
