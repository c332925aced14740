"""What callers and people with phones meet, on an exchange that campctl set up and a campaign that it applied."""

from __future__ import annotations

import time

import pytest

from live.conftest import Camp, People
from servers.sipp import until

pytestmark = pytest.mark.live


def idle(camp: Camp) -> None:
    """Wait until no call is going on any more."""
    until(lambda: "0 active channels" in camp.server.cli("core show channels count"), "an idle exchange")


def test_a_phone_registers_with_the_secret_that_was_handed_out(camp: Camp, people: People) -> None:
    """With that one and no other; taken back it is nobody's any more."""
    ann = people.phone("user/ann.lee")
    assert ann.register(secret="correct-horse") == 401
    assert ann.register(secret=camp.secrets["user/bo.diaz"]) == 401
    assert ann.register() == 200
    assert ann.unregister() == 200


def test_a_new_secret_ends_the_old_one(camp: Camp, people: People) -> None:
    """`user secret` shows it once; the phone that had the old one is out."""
    ann = people.phone("user/ann.lee")
    new = camp.do("user", "secret", "ann.lee", "--yes", "-q").ok().out.strip()
    assert ann.register() == 401
    assert ann.register(secret=new) == 200


def test_a_call_from_outside_to_a_hotline_is_answered(camp: Camp, people: People) -> None:
    """The hotline's number rings an agent, who sees who calls, and is answered."""
    (ann,) = people.here("user/ann.lee")
    call = people.carrier().call("+13125550190", caller="12025550199")
    assert ann.rung().from_.endswith("2025550199")
    call.answered()
    call.done()
    assert ann.taken == 1
    idle(camp)


@pytest.mark.parametrize("number", ["13125550100", "+13125550100", "3125550100"])
def test_a_number_is_known_however_the_carrier_writes_it(camp: Camp, people: People, number: str) -> None:
    """With the country's code, with a + before it, or without both."""
    (ann,) = people.here("user/ann.lee")
    people.carrier().call(number).answered()
    ann.rung()


def test_people_reach_each_other_and_the_outside(camp: Camp, people: People) -> None:
    """By extension, by number, and out through the trunk with the number of their own shown, never their name."""
    ann, bo = people.here("user/ann.lee", "user/bo.diaz")
    carrier = people.carrier()
    ann.dial("3002").answered()
    assert (bo.rung().from_, bo.rung().from_name) == ("3001", "Ann Lee")
    carrier.call("+13125550112").answered()
    bo.rung(2)
    ann.dial("12025550123").answered()
    invite = carrier.rung()
    assert (invite.number, invite.from_.removeprefix("+")) == ("+12025550123", "13125550111")
    assert "Ann" not in invite["from"] + invite["p-asserted-identity"]
    ann.dial("2025550124").answered()
    assert carrier.rung(2).number == "+12025550124"


def test_a_line_without_a_number_shows_its_offices(camp: Camp, people: People) -> None:
    """Who has no direct number is called back at the office."""
    (cy,) = people.here("user/cy.stone")
    carrier = people.carrier()
    cy.dial("12025550123").answered()
    assert carrier.rung().from_.removeprefix("+") == "16025550100"


def test_an_internal_line_cannot_dial_out(camp: Camp, people: People) -> None:
    """Not to a number, not abroad, nor to a service; to colleagues and for help it can."""
    eve, ann = people.here("user/eve.moss", "user/ann.lee")
    carrier = people.carrier()
    for number in ("12025550123", "2025550123", "+12025550123", "0114420790000", "988"):
        assert eve.dial(number).ended() in {403, 404, 603}, number
    assert carrier.invites == []
    eve.dial("3001").answered()
    ann.rung()
    eve.dial("911").answered()
    assert carrier.rung().number == "911"


def test_a_national_line_cannot_call_abroad_or_premium_numbers(camp: Camp, people: People) -> None:
    """Also where a number looks as if it were at home: the Caribbean has area codes as well."""
    (ann,) = people.here("user/ann.lee")
    carrier = people.carrier()
    for number in ("0114420790000", "+442079460000", "18765550123", "19005550123"):
        assert ann.dial(number).ended() in {403, 404, 603}, number
    assert carrier.invites == []


def test_thirty_calls_over_three_agents(camp: Camp, people: People) -> None:
    """Each is answered, and each agent has a fair share of them."""
    # Far more than can be answered, so that all three are always busy, on a slow machine as well: who has been idle longest is told
    # by whole seconds, and of several in one it is always the same.
    agents = people.here("user/ann.lee", "user/bo.diaz", "user/cy.stone", after=0.05, talk=0.7)
    calls = people.carrier().calls("+13125550190", count=30, rate=20)
    assert calls.statuses() == [200] * 30
    taken = [agent.taken for agent in agents]
    assert sum(taken) == 30
    assert min(taken) >= 6, taken
    idle(camp)


def test_who_waits_too_long_flows_over(camp: Camp, people: People) -> None:
    """After the longest wait to whom the hotline names."""
    kim, dee = people.here("user/kim.short", "user/dee.park")
    kim.rings()
    call = people.carrier().call("+13125550191")
    kim.rung()
    dee.rung()
    call.done()
    assert dee.taken == 1


def test_outside_its_hours_a_hotline_leads_elsewhere(camp: Camp, people: People) -> None:
    """The agent is not rung."""
    lou, dee = people.here("user/lou.shut", "user/dee.park")
    people.carrier().call("+13125550192").answered()
    dee.rung()
    assert lou.invites == []


def test_who_waits_is_helped_by_more_and_more(camp: Camp, people: People) -> None:
    """First level 1, then level 2 joins in, then the call leaves for where the last step leads.

    Asterisk counts in whole seconds of its clock: what it does after so many of them comes up to one earlier, and as late as it may.
    """
    max_, dee, bo = people.here("user/max.climb", "user/dee.park", "user/bo.diaz")
    max_.answers(talk=0)
    dee.rings()
    carrier = people.carrier()
    carrier.call("+13125550193")
    until(lambda: max_.taken == 1, "the first call's answer")
    began = time.monotonic()
    call = carrier.call("+13125550193")
    call.answered()
    dee.rung()
    assert time.monotonic() - began > 1
    bo.rung()
    assert time.monotonic() - began > 4
    call.done()
    assert (bo.taken, max_.taken) == (1, 1)


def test_a_full_hotline_is_busy(camp: Camp, people: People) -> None:
    """One may wait; who comes after that hears a busy tone at once, and is not answered."""
    (ned,) = people.here("user/ned.tiny")
    ned.rings()
    carrier = people.carrier()
    first = carrier.call("+13125550194")
    first.answered()
    ned.rung()
    assert carrier.call("+13125550194").ended() == 486
    assert not first.over


def test_nobody_knows_a_number_that_was_never_given(camp: Camp, people: People) -> None:
    """404, whatever else it looks like."""
    carrier = people.carrier()
    for number in ("13125550199", "3001", "911", "12025550123"):
        assert carrier.call(number).ended() == 404, number


def test_nothing_is_complained_of(camp: Camp, people: People) -> None:
    """A day's calls leave no warning and no error in Asterisk's log: what stands there is worth reading."""
    ann, _ = people.here("user/ann.lee", "user/max.climb")
    carrier = people.carrier()
    carrier.call("+13125550190").answered()
    ann.rung()
    carrier.call("+13125550193").answered()
    ann.dial("12025550123").answered()
    ann.dial("911").answered()
    assert carrier.call("13125550199").ended() == 404
    lines = [line for line in camp.server.log.read_text().splitlines() if " WARNING[" in line or " ERROR[" in line]
    assert [line for line in lines if "users.conf is deprecated" not in line] == []  # a file of Debian's, which campctl does not touch
