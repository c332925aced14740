"""Desks lit and darkened while people call, on a real exchange."""

from __future__ import annotations

import re
import time

import pytest

from live.conftest import Camp, People
from servers.sipp import until
from servers.softphone import Softphone

pytestmark = pytest.mark.live
LIGHT = ("port", "light", "hq/a001", "--volunteer", "Sam Ortiz", "--hotline", "help", "--yes")


def members(camp: Camp, queue: str) -> dict[str, str]:
    """Interface to name of who answers a queue."""
    with camp.server.connect() as ami:
        return {row["Location"]: row["Name"] for row in ami.all("QueueStatus", Queue=queue) if row["Event"] == "QueueMember"}


def test_a_desk_is_lit_while_a_caller_waits(camp: Camp, people: People, capsys: pytest.CaptureFixture[str]) -> None:
    """The phone on it tries to register and is let in, and the caller who waits is put through to it."""
    call = people.carrier().call("+13125550190")
    call.answered()
    with Softphone(camp.server, "hq~a001", camp.secrets["port/hq/a001"]) as phone:
        began = time.monotonic()
        process = camp.start(*LIGHT)
        registered = phone.is_registered() - began
        rang = phone.is_rung() - began
        _, err = process.communicate(timeout=120)
        ended = time.monotonic() - began
        with capsys.disabled():
            print(f"\nlight: REGISTER 200 after {registered:.2f} s, a waiting caller's INVITE after {rang:.2f} s, done after {ended:.2f} s")
        assert process.returncode == 0, err
    # bench/ holds these against 0.6 and 1.8 s; here the machine does other things as well, and they are only printed.
    assert members(camp, "help")["PJSIP/hq~a001"] == "Sam Ortiz"


def test_to_light_can_wait_until_the_phone_rings(camp: Camp, people: People) -> None:
    """`--wait live` ends when it has registered and is in the queue, not before."""
    process = camp.start(*LIGHT, "--wait", "live")
    with camp.server.connect() as ami:
        until(lambda: ami.get("ps/endpoint/hq~a001"), "the line")
        assert process.poll() is None
        with Softphone(camp.server, "hq~a001", camp.secrets["port/hq/a001"]) as phone:
            phone.is_registered()
            _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def test_a_dark_desk_cannot_register(camp: Camp, people: People) -> None:
    """Dark as applied, lit, dark again: refused, let in, and refused, also after a restart of the exchange."""
    phone = people.phone("port/hq/a001")
    assert phone.register() == 401
    camp.do(*LIGHT).ok()
    assert phone.register() == 200
    camp.do("port", "dark", "hq/a001", "--yes").ok()
    assert phone.register() == 401
    camp.server.restart()
    assert phone.register() == 401
    camp.settled()


def test_darkened_while_it_rings_it_rings_no_more(camp: Camp, people: People) -> None:
    """The ringing ends with the command, the caller goes on waiting and is taken by somebody else."""
    camp.do(*LIGHT).ok()
    (desk,) = people.here("port/hq/a001")
    desk.rings()
    call = people.carrier().call("+13125550190")
    desk.rung()
    camp.do("port", "dark", "hq/a001", "--yes").ok()
    until(lambda: any(message.method == "CANCEL" for message in desk.messages), "the end of the ringing")
    assert not call.over
    rung = len(desk.invites)
    (ann,) = people.here("user/ann.lee")
    ann.rung()
    call.done()
    assert len(desk.invites) == rung
    assert "PJSIP/hq~a001" not in members(camp, "help")


def test_darkened_while_somebody_talks_they_go_on_talking(camp: Camp, people: People) -> None:
    """A call in progress is not cut; when it is over there is no other."""
    camp.do(*LIGHT).ok()
    (desk,) = people.here("port/hq/a001", talk=0.0)
    call = people.carrier().call("+13125550190")
    until(lambda: desk.taken == 1, "the desk's answer")
    camp.do("port", "dark", "hq/a001", "--yes").ok()
    assert not call.over
    assert "Up" in camp.server.cli("core show channels")
    call.hangs_up()
    until(lambda: any(message.method == "BYE" and not message.status for message in desk.messages), "the desk's hearing that it is over")
    assert desk.register() == 401


def test_who_sits_anywhere_keeps_their_name(camp: Camp, people: People) -> None:
    """Two desks one after the other: the hotline knows Sam by name at each, and calls come to where Sam is."""
    camp.do(*LIGHT).ok()
    assert members(camp, "help")["PJSIP/hq~a001"] == "Sam Ortiz"
    camp.do("port", "dark", "hq/a001", "--yes").ok()
    camp.do("port", "seat", "hq/a002", "--volunteer", "Sam Ortiz", "--hotline", "help", "--yes").ok()
    assert members(camp, "help")["PJSIP/hq~a002"] == "Sam Ortiz"
    assert "PJSIP/hq~a001" not in members(camp, "help")
    (desk,) = people.here("port/hq/a002")
    people.carrier().call("+13125550190").answered()
    desk.rung()


def test_a_desk_is_relabelled_without_its_phone_noticing(camp: Camp, people: People) -> None:
    """Another volunteer sits down: the same registration, another name in the hotline."""
    camp.do(*LIGHT).ok()
    (desk,) = people.here("port/hq/a001")
    camp.do("port", "seat", "hq/a001", "--volunteer", "Tia Wong", "--hotline", "help", "--yes").ok()
    assert members(camp, "help")["PJSIP/hq~a001"] == "Tia Wong"
    people.carrier().call("+13125550190").answered()
    desk.rung()
    assert re.search(rf"hq~a001.*:{desk.port}", camp.server.cli("pjsip show contacts"))
