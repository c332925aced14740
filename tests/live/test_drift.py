"""What people change on the exchange by hand is found, field by field, and put right; what they made is left alone, or taken in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from live.conftest import Camp, People
from live.test_desks import members
from servers.ami import Ami

pytestmark = pytest.mark.live


def row(ami: Ami, path: str, **fields: str) -> None:
    """Change fields of a row by hand."""
    ami.put(path, {**json.loads(ami.get(path) or "{}"), **fields})


def drifted(camp: Camp) -> list[dict[str, Any]]:
    """What `drift` finds."""
    return camp.do("drift", "-o", "json").ok().data["items"]


ANN, MEMBER = "line/user/ann.lee", "member/help/user/ann.lee"
BY_HAND = {
    "a name": (lambda ami: row(ami, "ps/endpoint/ann.lee", callerid='"Anna L." <3001>'), ANN, {"name"}),
    "a permission": (lambda ami: row(ami, "ps/endpoint/eve.moss", context="campctl-international"), "line/user/eve.moss", {"permission"}),
    "a 911 address": (lambda ami: row(ami, "ps/endpoint/ann.lee", geoloc_incoming_call_profile="loc-field"), ANN, {"location"}),
    "the number shown": (lambda ami: ami.put("cid/ann.lee", "13125550199"), ANN, {"number"}),
    "where a number leads": (lambda ami: ami.put("did/13125550111", "line:bo.diaz"), "route/+13125550111", {"to"}),
    "the longest wait": (lambda ami: ami.put("hotline/short/maxwait", "300"), "queue/short", {"max_wait"}),
    "a line cut off": (lambda ami: ami.drop("ps/endpoint/ann.lee"), ANN, {"enabled"}),
    "a member's name": (lambda ami: rejoin(ami, MemberName="Nobody"), MEMBER, {"name"}),
    "a member's rank": (lambda ami: ami.do("QueuePenalty", Interface="PJSIP/ann.lee", Penalty="7"), MEMBER, {"penalty"}),
    "a queue's room": (lambda ami: update(ami, "queues.conf", "help", "maxlen", "3"), "queue/help", {"max_waiting"}),
}  # fmt: skip


def rejoin(ami: Ami, **fields: str) -> None:
    ami.do("QueueRemove", Queue="help", Interface="PJSIP/ann.lee")
    ami.do("QueueAdd", Queue="help", Interface="PJSIP/ann.lee", **fields)


def update(ami: Ami, file: str, category: str, name: str, value: str) -> None:
    """Change an option of a file, and have it read."""
    changes = {"Action_000000": "Update", "Cat_000000": category, "Var_000000": name, "Value_000000": value}
    ami.do("UpdateConfig", SrcFilename=file, DstFilename=file, **changes)
    ami.do("QueueReload", Parameters="yes", Members="no", Rules="no")


@pytest.mark.parametrize("what", BY_HAND)
def test_a_change_by_hand_is_found_by_field_and_put_right(camp: Camp, what: str) -> None:
    """Drift names the resource and the field, the next apply puts back what the campaign says, and nothing else."""
    change, key, fields = BY_HAND[what]
    with camp.server.connect() as ami:
        change(ami)
    (item,) = drifted(camp)
    assert (item["resource"], item["what"], {name for name, _, _ in item["fields"]}) == (key, "changed", fields)
    camp.apply()
    camp.settled()


def test_what_was_removed_by_hand_is_made_again(camp: Camp, people: People) -> None:
    """A number, a member, a whole hotline: missed, and there again after an apply."""
    with camp.server.connect() as ami:
        ami.drop("did/13125550111")
        ami.do("QueueRemove", Queue="short", Interface="PJSIP/kim.short")
        ami.do("UpdateConfig", SrcFilename="queues.conf", DstFilename="queues.conf", Action_000000="DelCat", Cat_000000="tiny")
        ami.do("QueueReload", Parameters="yes", Members="no", Rules="no")
    assert len(drifted(camp)) >= 3
    camp.apply()
    camp.settled()
    (ann,) = people.here("user/ann.lee")
    people.carrier().call("+13125550111").answered()
    ann.rung()
    assert "PJSIP/ned.tiny" in members(camp, "tiny")


def by_hand(camp: Camp) -> None:
    """An old hunt group as somebody made it at the console: two phones, a queue, a number."""
    with camp.server.connect() as ami:
        for number, name in (("3180", "Front desk"), ("3181", "Back office")):
            ami.put(f"ps/auth/{number}", {"auth_type": "userpass", "username": number, "password": "old-secret"})
            ami.put(f"ps/aor/{number}", {"max_contacts": "1"})
            endpoint = {"aors": number, "auth": number, "context": "campctl-local", "disallow": "all", "allow": "ulaw"}
            ami.put(f"ps/endpoint/{number}", {**endpoint, "callerid": f'"{name}" <{number}>', "geoloc_incoming_call_profile": "loc-hq"})
            ami.put(f"ext/{number}", f"line:{number}")
            ami.command(f"pjsip reload qualify aor {number}")
        new = {"Action_000000": "NewCat", "Cat_000000": "sales", "Action_000001": "Append", "Cat_000001": "sales"}
        ami.do("UpdateConfig", SrcFilename="queues.conf", DstFilename="queues.conf", Var_000001="strategy", Value_000001="ringall", **new)
        ami.do("QueueReload", Parameters="yes", Members="no", Rules="no")
        ami.do("QueueAdd", Queue="sales", Interface="PJSIP/3180", MemberName="Front desk")
        ami.put("did/13125550170", "queue:sales")


def test_what_was_made_by_hand_is_left_alone(camp: Camp, people: People) -> None:
    """It is unmanaged: told of, kept by every apply, and it works."""
    by_hand(camp)
    plan = camp.do("plan", "-o", "json").ok().data["plan"]
    assert plan["changes"] == []
    assert sum(map(len, plan["unmanaged"].values())) >= 5
    camp.edit("name: Ann Lee", "name: Ann Leeds")
    camp.apply()
    front = people._phones.phone("3180", "old-secret", on=camp.server)
    assert front.register() == 200
    front.answers()
    people.carrier().call("+13125550170").answered()
    front.rung()


def test_what_was_made_by_hand_can_be_taken_in(camp: Camp, people: People) -> None:
    """`adopt` writes it into the YAML; the phones keep their secrets, their queue and their number, under campctl from now on."""
    by_hand(camp)
    front = people._phones.phone("3180", "old-secret", on=camp.server)
    assert front.register() == 200
    front.answers()
    camp.do("adopt", "--all").ok()
    text = (camp.root / "campaign.yaml").read_text()
    assert "Front desk" in text
    assert "Back office" in text
    camp.do("validate")
    camp.apply()
    people.carrier().call("+13125550170").answered()
    front.rung()
    assert not any(camp.do("plan", "-o", "json").ok().data["plan"]["unmanaged"].values())
    assert front.register() == 200


def test_records_lost_by_hand_stop_nothing(camp: Camp) -> None:
    """A lit line, a dark desk, a hotline and a number whose records are gone or damaged are known by their rows, and put right."""
    with camp.server.connect() as ami:
        for name in ("line/user/gus.hall", "line/port/hq/a010", "queue/help"):
            ami.drop(f"campctl/{name}")
        for name in ("line/user/ann.lee", "route/+13125550104", "location/hq"):
            ami.put(f"campctl/{name}", "{")
        row(ami, "ps/endpoint/gus.hall", context="campctl-international")
    assert "line/user/gus.hall" in {item["resource"] for item in drifted(camp)}
    camp.apply()
    camp.settled()
