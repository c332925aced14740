"""The national campaign on one machine: applied and verified by a process of its own, while phones are answered; then called."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from live.conftest import Camp, People
from servers.asterisk import started
from servers.sipp import Phones
from servers.softphone import Probe

pytestmark = [pytest.mark.live, pytest.mark.slow]


@dataclass
class Applied:
    """The campaign, and how its first apply went: seconds, what was said, what phones noticed."""

    camp: Camp
    took: float
    said: str
    probe: Probe


@pytest.fixture(scope="module")
def applied(asterisk_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The seed, with its backend's type changed and a hotline that is always open given a number; 20 requests a second meanwhile."""
    with started() as server:
        camp = Camp(tmp_path_factory.mktemp("national") / "campaign", server)
        camp.passwords = {"CAMPCTL_NATIONAL_PASSWORD": server.password}
        Camp(camp.root.parent, server).run("init", str(camp.root), "--seed", "national").ok()
        camp.edit("      type: sim\n      latency: 5ms\n", f"      type: asterisk\n      host: {server.host}\n      port: {server.ami}\n")
        camp.edit("    name: Lawyers on call\n", '    name: Lawyers on call\n    numbers: ["+18005550149"]\n', file="hotlines.yaml")
        began = time.monotonic()
        with Probe(server) as probe:
            done = camp.run("apply", "--yes", "-q", "--secrets", "secrets.csv", "--allow-freeze", "--reason", "test", timeout=300).ok()
            took = time.monotonic() - began
        yield Applied(camp, took, done.out, probe)


@pytest.fixture
def national(applied: Applied) -> Camp:
    return applied.camp


def test_it_is_applied_while_no_phone_goes_unanswered(applied: Applied, capsys: pytest.CaptureFixture[str]) -> None:
    """All 2,150 people and 900 desks, read back and equal; each request meanwhile was answered."""
    probe = applied.probe
    with capsys.disabled():
        print(f"\nnational: applied in {applied.took:.1f} s; {probe.sent} requests meanwhile, slowest answer {probe.slowest * 1000:.0f} ms")
    assert "failed" not in applied.said
    assert probe.sent > 20
    assert probe.unanswered == 0
    applied.camp.settled()
    assert len(set(applied.camp.secrets.values())) > 3000


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
