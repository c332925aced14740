"""An office goes from one real exchange to another: calls are placed all the while, and everybody is rung."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live.conftest import Camp
from servers.asterisk import Asterisk
from servers.sipp import Phone, Phones

pytestmark = pytest.mark.live

TEXT = """\
campaign:
  name: Waves
  country: US
  time_zone: America/Chicago
  main_number: "+12175550100"
  backend: old
  policy: { max_update_share: 100%, max_delete_share: 100% }
  backends:
    old: { type: asterisk, host: OLD_HOST, port: OLD_PORT }
    new: { type: asterisk, host: NEW_HOST, port: NEW_PORT }
offices:
  springfield:
    name: Springfield
    backend: old
    address: { street: 1 Example Plaza, city: Springfield, state: IL, postal_code: "62701", floor: "1" }
    extensions: [5000-5199]
    notify_911: ["+12175550111"]
users:
  ann.lee: { name: Ann Lee, office: springfield, extension: 5001, number: "+12175550111" }
  bo.diaz: { name: Bo Diaz, office: springfield, extension: 5002, number: "+12175550112" }
  cy.stone: { name: Cy Stone, office: springfield, extension: 5003, role: desk }
hotlines:
  main: { name: Main, numbers: ["+12175550100"], extension: 5190, seats: 1, answer: { roles: [desk] }, wrap_up: 0s }
"""
MOVE = ("move", "--office", "springfield", "--backend", "new")


class Town:
    """Two exchanges that know each other, a campaign on both, and the phones people have."""

    def __init__(self, root: Path, phones: Phones, old: Asterisk, new: Asterisk) -> None:
        self.servers, self._phones = {"old": old, "new": new}, phones
        root.mkdir()
        text = TEXT
        for name, server in self.servers.items():
            text = text.replace(f"{name.upper()}_HOST", server.host).replace(f"{name.upper()}_PORT", str(server.ami))
        (root / "campaign.yaml").write_text(text)
        self.camp = Camp(root, old)
        self.camp.passwords = {f"CAMPCTL_{name.upper()}_PASSWORD": server.password for name, server in self.servers.items()}

    def secrets(self, file: str) -> dict[str, str]:
        """Line to the secret that was handed out."""
        with (self.camp.root / file).open(newline="") as rows:
            return {row["line"]: row["secret"] for row in csv.DictReader(rows)}

    def phone(self, user: str, secret: str, on: str) -> Phone:
        """A phone that is registered there and takes calls."""
        phone = self._phones.phone(user, secret, on=self.servers[on])
        assert phone.register() == 200, (user, on)
        phone.answers()
        return phone


@pytest.fixture
def town(make_asterisk: Callable[..., Asterisk], phones: Phones, tmp_path: Path) -> Town:
    """Springfield on `old`, applied; `new` is empty."""
    old, new = make_asterisk(start=False), make_asterisk(start=False)
    for server, name, other in ((old, "new", new), (new, "old", old)):
        server.asked["peers"] = (f"{name}={other.host}:{other.sip}",)
        server.start()
    made = Town(tmp_path / "campaign", phones, old, new)
    made.camp.apply("--secrets", str(made.camp.root / "old.csv"))
    return made


def test_prepared_re_pointed_and_moved_while_calls_come_in(town: Town, phones: Phones) -> None:
    """From the first plan to the last, on whichever exchange a call comes in: who is dialled is rung, and so is the hotline."""
    camp, old = town.camp, town.secrets("old.csv")
    people: dict[str, Phone] = {name: town.phone(name, old[f"user/{name}"], "old") for name in ("ann.lee", "bo.diaz", "cy.stone")}
    outside: dict[str, Any] = {name: phones.carrier(on=server) for name, server in town.servers.items()}
    rung = dict.fromkeys(people, 0)

    def all_are_rung(*, ann_came: bool = False) -> None:
        calls = [("ann.lee", outside["old"], "+12175550111"), ("bo.diaz", outside["old"], "+12175550112")]
        calls += [("cy.stone", outside["old"], "+12175550100"), ("cy.stone", outside["new"], "+12175550100")]
        calls += [("ann.lee", outside["new"], "+12175550111")] if ann_came else []
        for name, carrier, number in calls:
            call = carrier.call(number)
            call.answered()
            rung[name] += 1
            people[name].rung(rung[name])
            call.done()
        call = people["bo.diaz"].dial("5001")
        call.answered()
        rung["ann.lee"] += 1
        people["ann.lee"].rung(rung["ann.lee"])
        call.done()

    all_are_rung()
    cut_off = camp.do(*MOVE, "--wave", "1", "--yes")
    assert cut_off.status == 5
    assert "phones-cut-off" in cut_off.err
    camp.do(*MOVE, "--prepare", "--wave", "2", "--yes", "--secrets", str(camp.root / "new.csv")).ok()
    camp.settled()
    all_are_rung()

    def re_point(name: str) -> None:
        assert people[name].unregister() == 200
        people[name].gone()
        people[name] = town.phone(name, town.secrets("new.csv")[f"user/{name}"], "new")
        rung[name] = 0

    re_point("ann.lee")
    all_are_rung()
    moved = camp.do(*MOVE, "--wave", "2", "--yes", "-o", "json").ok().data["plan"]
    assert any("Bo Diaz (5002)" in remark for remark in moved["remarks"])
    all_are_rung(ann_came=True)
    re_point("bo.diaz")
    all_are_rung(ann_came=True)
    during = outside["old"].calls("+12175550112", count=12, rate=4, talk=0.2)
    camp.run(*MOVE, "--wave", "1", "--yes").ok()
    assert during.statuses() == [200] * 12
    camp.do(*MOVE, "--prepare", "--yes", "--secrets", str(camp.root / "new.csv")).ok()
    re_point("cy.stone")
    camp.do(*MOVE, "--yes").ok()
    camp.settled()
    for name in ("old", "new"):
        outside[name].call("+12175550100").answered()
    people["cy.stone"].rung(2)
