"""Names people give to things, wherever they reach files, dialplan and SIP: shown, and never carried out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from live.conftest import TEXT, Camp, People
from servers.sipp import Phones

pytestmark = pytest.mark.live
NAMES = (
    "${SHELL(touch FLAG)}",
    "${DB_DELETE(ext/3001)}",
    "$[1+1];A|B,C^D&E",
    'x"y\\z <sip:911@evil.example.org>',
    "[general](!)",
    "#include x",
    "a\r\nVia: x",
    "é😀ü «» \u202eevil",
    "=> -- 'q' (paren %s%n ~",
    "${",
    "12 O'Hare's Plaza",
)


def campaign(flag: Path) -> str:
    """The usual one, with a person, an office and a hotline of each name."""
    text = TEXT
    for n, name in enumerate(NAMES):
        said = json.dumps(name.replace("FLAG", str(flag)), ensure_ascii=False)
        address = f'street: {said}, city: {said}, state: IL, postal_code: "60601", floor: {said}, room: {said}'
        office = f"  odd{n}: {{ name: {said}, address: {{ {address} }}, extensions: [{5000 + n}], notify_911: [security@example.org] }}\n"
        person = f'  odd{n}: {{ name: {said}, office: odd{n}, extension: {5000 + n}, number: "+131255501{60 + n}" }}\n'
        hotline = f"  odd{n}: {{ name: {said}, extension: {6000 + n}, seats: 1, answer: {{ users: [odd{n}] }} }}\n"
        for noun, entry in (("offices", office), ("users", person), ("hotlines", hotline)):
            text = text.replace(f"{noun}:\n", f"{noun}:\n{entry}", 1)
    return text


def test_odd_names_are_names_and_nothing_else(make_camp: Callable[..., Camp], phones: Phones, tmp_path: Path) -> None:
    """Applied, read back and read back after a restart as they are; calls and 911 with them do what calls do."""
    flag = tmp_path / "flag"
    camp = make_camp(campaign(flag))
    camp.settled()
    camp.server.restart()
    camp.settled()
    assert camp.do("backend", "check", "pbx").status == 0
    people = People(camp, phones)
    carrier = people.carrier()
    (ann,) = people.here("user/ann.lee")
    for count in (0, 1, 3, 6, 10):
        phone = people.phone(f"user/odd{count}")
        phone.dial("911", talk=0.2).answered()
        body = next(invite.body for invite in reversed(carrier.invites) if invite.number == "911")
        assert all(f"<ca:{part}>" in body for part in ("A1", "A3", "RD", "PC", "FLR", "ROOM"))
        phone.dial("3001", talk=0.2).answered()
    assert ann.rung(5)["from"].count("sip:") == 1
    assert all(len(invite.headers["via"]) == 1 for invite in ann.invites)
    assert "<ca:HNO>12</ca:HNO>" in body
    assert "<ca:RD>O'Hare's Plaza</ca:RD>" in body
    assert not flag.exists()
    camp.settled()
