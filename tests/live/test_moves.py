"""Somebody moves: the same number and extension ring them before and after, and help is sent to where they are now."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from live.conftest import Camp, People
from servers.sip import Message

pytestmark = pytest.mark.live


def address(invite: Message) -> dict[str, str]:
    """The civic address that a 911 call carries: what the dispatcher's equipment reads of its PIDF-LO body."""
    assert "<cid:" in invite["geolocation"], invite.headers
    assert invite["content-type"].startswith("multipart/mixed"), invite.headers
    found = re.search(r"<\?xml.*?</(?:\w+:)?presence>", invite.body, re.DOTALL)
    assert found, invite.body
    tree = ET.fromstring(found[0])
    civic = next(node for node in tree.iter() if node.tag.endswith("}civicAddress"))
    return {node.tag.rpartition("}")[2]: (node.text or "").strip() for node in civic}


def test_the_same_number_rings_them_before_and_after(camp: Camp, people: People) -> None:
    """Nothing is done to the phone: it stays registered and is rung at the next call."""
    (ann,) = people.here("user/ann.lee")
    carrier = people.carrier()
    carrier.call("+13125550111").answered()
    ann.rung()
    camp.do("move", "ann.lee", "--to", "field", "--yes").ok()
    carrier.call("+13125550111").answered()
    ann.rung(2)
    bo = people.phone("user/bo.diaz")
    bo.dial("3001").answered()
    ann.rung(3)
    camp.settled()


def test_help_is_sent_to_where_they_are_now(camp: Camp, people: People) -> None:
    """The 911 call on the trunk carries the number to call back and the address, before the move's and after it."""
    (ann,) = people.here("user/ann.lee")
    carrier = people.carrier()
    ann.dial("911").answered()
    before = carrier.rung()
    assert (before.number, before.from_.removeprefix("+")) == ("911", "13125550111")
    place = address(before)
    assert (place["A1"], place["A3"], place["PC"], place["FLR"]) == ("IL", "Chicago", "60601", "3")
    camp.do("move", "ann.lee", "--to", "field", "--floor", "2", "--yes").ok()
    ann.dial("911").answered()
    after = next(invite for invite in carrier.invites if invite.number == "911" and invite.call != before.call)
    place = address(after)
    assert (place["A1"], place["A3"], place["PC"], place["FLR"]) == ("AZ", "Phoenix", "85003", "2")
    assert after.from_.removeprefix("+") == "13125550111"


def test_others_are_told_of_an_emergency(camp: Camp, people: People) -> None:
    """The office names somebody: their phone rings while the call goes out, and shows where from."""
    ann, gus = people.here("user/ann.lee", "user/gus.hall")
    people.carrier()
    ann.dial("911").answered()
    assert "3001" in gus.rung().from_name


def test_a_test_call_reaches_the_trunk_and_tells_nobody(camp: Camp, people: People) -> None:
    """933 goes out with the same address, and rings nobody up."""
    ann, gus = people.here("user/ann.lee", "user/gus.hall")
    carrier = people.carrier()
    ann.dial("933").answered()
    invite = carrier.rung()
    assert (invite.number, address(invite)["A3"]) == ("933", "Chicago")
    assert gus.invites == []


def test_an_ordinary_call_tells_nobody_where_they_are(camp: Camp, people: People) -> None:
    """The address goes with emergency calls alone."""
    (ann,) = people.here("user/ann.lee")
    carrier = people.carrier()
    ann.dial("12025550123").answered()
    invite = carrier.rung()
    assert invite["geolocation"] == ""
    assert "Plaza" not in invite.body
