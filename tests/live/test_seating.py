"""Somebody comes, scans their card, and has the caller who waits; they leave, and the call goes on. On a real exchange."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from live.conftest import Camp, People
from servers.softphone import Softphone

pytestmark = pytest.mark.live


def test_from_the_card_to_the_call(camp: Camp, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code on the card is all a softphone needs; checked out while talking, nobody is cut off, and the code opens nothing any more."""
    import campctl.views.card_html as card_html

    inside: list[str] = []
    monkeypatch.setattr(card_html, "svg", lambda content: inside.append(content) or "<svg></svg>")
    call = people.carrier().call("+13125550190")
    call.answered()
    come = ("seat", "check-in", "Sam Ortiz", "--office", "hq", "--skills", "help", "--softphone", "--card", str(tmp_path / "card.html"))
    said = camp.do(*come).ok().out
    assert "pause      Dial *0 to be left alone, *1 when you are back." in said
    match = re.fullmatch(r"sip:([^:@]+):([^:@]+)@(.+)", inside[0])
    assert match, inside
    user, secret, host = match.groups()
    assert host == camp.server.host
    assert f"sip:{user}@{host}" in said
    assert secret not in said
    with Softphone(camp.server, user, secret) as phone:
        phone.is_registered()
        phone.is_rung()
        camp.do("seat", "check-out", "Sam Ortiz").ok()
        assert not call.over
    again = people._phones.phone(user, secret, on=camp.server)
    assert again.register() == 401
    camp.settled()
