"""Example runbooks on a real exchange: one office opens; another is left and comes back, with its runner killed, and as a script.

The phones are real, so is what the confirmations say: the calls that they ask for are placed.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from live.conftest import ENV, Camp
from servers.asterisk import Asterisk, cannot, started
from servers.sipp import Phones, until
from servers.softphone import Softphone

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
HOTLINE = "voter-protection"
THERE = ("a001", "a002", "a003")
PHONES = {"front": "chicago-hq~front", "kate.olsen": "kate.olsen", **{desk: f"chicago-hq~{desk}" for desk in THERE}}
WITHOUT_THEM = 8
"""Seats that the others fill: five of their people, and three desks that are lit instead."""


class Office:
    """The quickstart seed on an exchange, its Phoenix office at work for the hotline, and phones at the desks that are of interest."""

    def __init__(self, camp: Camp, outside: Any, phones: dict[str, Softphone]) -> None:
        self.camp, self.outside, self.phones = camp, outside, phones
        self.before = self.members()

    def members(self) -> set[str]:
        """Who sits in the hotline, as Asterisk has it."""
        with self.camp.server.connect() as ami:
            rows = ami.all("QueueStatus", Queue=HOTLINE)
        return {row["Location"].removeprefix("PJSIP/") for row in rows if row["Event"] == "QueueMember"}

    def rings(self, number: str, *phones: str) -> None:
        """Somebody calls a number from outside, and one of these phones is rung once more; then all calls are ended."""
        rung = {name: len(self.phones[name].invites) for name in phones}
        call = self.outside.call(number)
        call.answered()
        until(lambda: any(len(self.phones[name].invites) > before for name, before in rung.items()), f"a call at {phones}")
        with self.camp.server.connect() as ami:
            ami.do("Hangup", Channel="/^PJSIP.*/")
        call.done()

    def is_left(self) -> None:
        """Nobody there has a seat; desks elsewhere are lit, let their phones in, and are rung; so is who answers its numbers now."""
        away = self.members()
        assert {f"chicago-hq~{desk}" for desk in THERE} <= away
        assert not {member for member in away if member.startswith("phoenix-field~") or member in {"ines.romero", "jack.yazzie"}}
        assert len(away) == WITHOUT_THEM
        for desk in THERE:
            self.phones[desk].is_registered()
        self.rings("+16025550101", "front")
        self.rings("+18005550142", *THERE)

    def is_back(self) -> None:
        """Everything is as it was, and nothing is left to do."""
        assert self.members() == self.before
        self.rings("+16025550101", "kate.olsen")
        self.camp.settled()


@pytest.fixture(scope="module")
def office(asterisk_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Ten seats, three of them at Phoenix's desks and two of its people's; no dates and hours in it. Each test leaves it as it was."""
    if not shutil.which("sipp"):
        cannot("sipp is missing (Debian package sip-tester)")
    with started() as server, closing(Phones(server)) as phones, ExitStack() as stack:
        camp = quickstart(tmp_path_factory.mktemp("runbooks") / "campaign", server)
        made = {}
        for name, user in PHONES.items():
            line = f"port/{user.replace('~', '/')}" if "~" in user else f"user/{user}"
            made[name] = stack.enter_context(Softphone(server, user, camp.secrets[line], every=0.5))
        yield Office(camp, phones.carrier(), made)


def quickstart(root: Path, server: Asterisk) -> Camp:
    """The seed with the runbook, on an exchange, applied."""
    shutil.copytree(ROOT / "seeds" / "quickstart", root)
    books = {"office-evacuation.yaml", "office-opening.yaml"}
    shutil.copytree(ROOT / "examples" / "runbooks", root / "runbooks", ignore=lambda _, names: {*names} - books)
    (root / "surges.yaml").unlink()
    camp = Camp(root, server)
    camp.passwords = {"CAMPCTL_LOCAL_PASSWORD": server.password}
    camp.edit("      type: sim\n      latency: 5ms\n", f"      type: asterisk\n      host: {server.host}\n      port: {server.ami}\n")
    (root / "campaign.yaml").write_text((root / "campaign.yaml").read_text().partition("    freezes:")[0])
    camp.edit("    hours:\n      - mon-fri 08:00-20:00\n      - sat-sun 10:00-18:00\n", "", file="hotlines.yaml")
    camp.edit("      baseline: 4 ", "      baseline: 10 ", file="hotlines.yaml")
    camp.edit("    desks: b001-b003\n", "    desks: b001-b003\n    state: lit\n", file="desks.yaml")
    camp.apply("--secrets", str(root / "secrets.csv"))
    return camp


def turn(camp: Camp, runner: subprocess.Popen[str], step: str) -> str:
    """Wait until it is the turn of a step in the newest run; which run that is. Fails when its runner ends before that."""

    def standing() -> str:
        answer = camp.do("runbook", "status", "-o", "json")
        data = answer.data or {"lines": []}  # before it has begun there is no run
        states = {line["step"]: line["state"] for line in data["lines"]}
        if states.get(step):
            return str(data["run"]["id"])
        assert runner.poll() is None, f"{step}: {states}\n{runner.communicate()}"
        return ""

    return until(standing, f"the turn of {step}", within=180)


def test_an_evacuation_whose_runner_is_killed(office: Office, processes: list[subprocess.Popen[str]]) -> None:
    """Killed while the office is being left, it is gone on with; others say what they heard; in the end all is as it was."""
    camp = office.camp
    first = camp.start("runbook", "run", "office-evacuation", "--var", "why=burst pipe", "--var", f"least={WITHOUT_THEM}")
    processes.append(first)
    run = turn(camp, first, "leave")
    first.kill()
    first.wait()
    second = camp.start("runbook", "resume", "--quiet")
    processes.append(second)
    assert turn(camp, second, "heard") == run
    office.is_left()
    camp.do("runbook", "confirm", run, "heard", "--as", "phones", CAMPCTL_USER="lee").ok()
    turn(camp, second, "back-again")
    camp.do("runbook", "confirm", run, "back-again", "--as", "office", CAMPCTL_USER="kim").ok()
    out, err = second.communicate(timeout=300)
    assert second.returncode == 0, out + err
    office.is_back()
    said = camp.do("runbook", "report", run, "-o", "csv").ok().out
    assert "lee as phones said yes" in said
    assert "kim as office said yes" in said


def test_an_evacuation_by_script(office: Office, tmp_path: Path) -> None:
    """The script beside it does the same, by exit statuses."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "campctl").write_text(f'#!/bin/sh\nexec {sys.executable} -m campctl "$@"\n')
    (programs / "campctl").chmod(0o755)
    env = {**ENV, **office.camp.passwords, "PATH": f"{programs}:{os.environ['PATH']}", "LEAST": str(WITHOUT_THEM)}

    def script(*words: str) -> None:
        argv = [str(ROOT / "examples" / "office-evacuation.sh"), *words]
        done = subprocess.run(argv, cwd=office.camp.root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr

    script("leave", "phoenix-field", "chicago-hq", "burst pipe")
    office.is_left()
    script("back", "phoenix-field")
    office.is_back()


def test_an_office_opens(office: Office, processes: list[subprocess.Popen[str]]) -> None:
    """Its phones sign in with what the run wrote down for them; the desk that is tried is rung, and is dark again in the end."""
    camp = office.camp
    manifest = Path(shutil.copy(ROOT / "examples" / "new-office.yaml", camp.root))
    try:
        runner = camp.start("runbook", "run", "office-opening", "--quiet", "--var", "secrets=tucson.csv")
        processes.append(runner)
        run = turn(camp, runner, "agreed")
        camp.do("runbook", "confirm", run, "agreed", "--as", "phones").ok()
        turn(camp, runner, "plugged")
        with (camp.root / "tucson.csv").open(newline="") as file:
            secrets = {row["line"]: row["secret"] for row in csv.DictReader(file)}
        with (
            Softphone(camp.server, "nora.begay", secrets["user/nora.begay"], every=0.5) as person,
            Softphone(camp.server, "tucson-field~c001", secrets["port/tucson-field/c001"], every=0.5) as desk,
        ):
            person.is_registered()
            camp.do("runbook", "confirm", run, "plugged", "--as", "office").ok()
            turn(camp, runner, "heard")
            desk.is_registered()
            office.phones["c001"] = desk
            office.rings("+18005550142", "c001")
            camp.do("runbook", "confirm", run, "heard", "--as", "office").ok()
            out, err = runner.communicate(timeout=300)
        assert runner.returncode == 0, out + err
        assert "tucson-field~c001" not in office.members()
        assert camp.do("port", "list", "--office", "tucson-field", "--state", "dark", "-o", "csv").ok().out.count("tucson-field/c001,")
    finally:
        manifest.unlink()
        camp.apply("--reason", "the office closes", "--allow-deletes", "--allow-updates")
        office.phones.pop("c001", None)
    assert office.members() == office.before
