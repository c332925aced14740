"""Somebody leaves to whom numbers lead and desks belong: refused as it is, done in one plan with --release."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def wanted(make, small_text) -> Any:
    """Ann has a number of her own, another leads to her, a desk is hers, and she is named to answer."""
    text = small_text.replace("ports:\n", "ports:\n  anns: {office: hq, desk: anns, extension: 3190, user: ann.lee, state: lit}\n", 1)
    text = text.replace("numbers:\n", 'numbers:\n  "+13125550177": {to: user/ann.lee, label: press}\n', 1)
    text = text.replace("answer: {skills: [help], ports: true}", "answer: {users: [bo.diaz, ann.lee], ports: true}")
    assert text.count("ann.lee") == 4
    return make(text)


def test_refused_with_the_way_out(wanted) -> None:
    """As it is nobody knows where the number shall lead: nothing changes, the places are shown, and --release is named."""
    yaml, before = wanted.read("campaign.yaml"), wanted.resources()
    refused = wanted.do("user", "deprovision", "ann.lee", "--yes")
    assert refused.status == 3
    assert "unknown-user" in refused.err
    assert "--release" in refused.err
    assert (wanted.read("campaign.yaml"), wanted.resources()) == (yaml, before)


def test_released(wanted) -> None:
    """Her numbers are held in reserve, by the YAML too; the desk is nobody's; she answers nothing; one run, taken back exactly."""
    before, yaml = wanted.resources(), wanted.read("campaign.yaml")
    done = wanted.do("user", "deprovision", "ann.lee", "--release", "--yes", "-o", "json").ok()
    now = wanted.resources()["local"]
    assert (now["route/+13125550177"].to, now["route/+13125550111"].to) == ("", "")
    assert now["line/port/hq/anns"].enabled
    assert "Ann" not in now["line/port/hq/anns"].name
    assert not [key for key in now if "ann.lee" in key]
    text = wanted.read("campaign.yaml")
    assert "ann.lee" not in text
    assert "users: [bo.diaz]" in text
    assert "label: press" in text
    assert "was Ann Lee's" in text
    wanted.settled()
    wanted.do("rollback", done.data["run"]["id"], "--yes").ok()
    assert wanted.resources() == before
    (wanted.root / "campaign.yaml").write_text(yaml)
    wanted.settled()


def test_who_was_seated_by_hand_leaves_the_desk(wanted) -> None:
    """An override that seats who leaves ends with them; the last one named to answer takes the list with them."""
    wanted.do("port", "seat", "hq/a001", "--for", "bo.diaz", "--yes").ok()
    wanted.do("user", "deprovision", "ann.lee", "bo.diaz", "--release", "--yes").ok()
    assert wanted.do("override", "list", "-o", "json").ok().data["overrides"] == []
    assert not wanted.line("port/hq/a001").enabled
    assert "users: [" not in wanted.read("campaign.yaml")
    wanted.settled()


def test_where_callers_go_on_to_is_for_somebody_to_decide(make, small_text) -> None:
    """A hotline that passes calls on to who leaves is not changed by guessing: refused, at its place."""
    camp = make(small_text.replace("ports: true}", "ports: true}\n    overflow: user/bo.diaz", 1))
    yaml = camp.read("campaign.yaml")
    refused = camp.do("user", "deprovision", "bo.diaz", "--release", "--yes")
    assert refused.status == 3
    assert "overflow" in refused.err
    assert camp.read("campaign.yaml") == yaml
