"""Hotlines that grow, shrink and change their names while people wait in them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campctl.app import wiring
from live.conftest import Camp, People
from live.test_desks import members
from servers.sipp import until

pytestmark = pytest.mark.live


class Later(wiring.SystemClock):
    """Two hours from now."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=2)


def test_a_hotline_grows_by_twenty_and_shrinks_back_by_itself(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an end: after it the next apply needs no word, and as many answer as before."""
    camp.do("port", "light", "--office", "hq", "--any", "25", "--yes").ok()
    before = members(camp, "help")
    assert len(before) == 3
    camp.do("hotline", "scale", "help", "+20", "--until", "+1h", "--yes").ok()
    grown = members(camp, "help")
    assert len(grown) == 23
    assert before.items() <= grown.items()
    monkeypatch.setattr(wiring, "SystemClock", Later)
    camp.apply()
    shrunk = members(camp, "help")
    assert len(shrunk) == 3
    assert shrunk.items() <= grown.items()
    camp.settled()


def test_a_renamed_hotline_keeps_who_answers_and_who_waits(camp: Camp, people: People) -> None:
    """Under its new id and name it is the same queue: the caller who waited in it is answered by its agents."""
    call = people.carrier().call("+13125550190")
    call.answered()
    before = members(camp, "help")
    with camp.server.connect() as ami:
        until(lambda: ami.all("QueueStatus", Queue="help")[0]["Calls"] == "1", "the waiting caller")
    camp.edit("  help:\n    name: Help\n", "  assist:\n    renamed_from: help\n    name: Assistance\n")
    camp.edit('"+13125550100": { to: hotline/help,', '"+13125550100": { to: hotline/assist,')
    camp.edit("to: hotline/help }\n  tiny", "to: hotline/assist }\n  tiny")
    camp.apply()
    assert not call.over
    assert members(camp, "help") == before
    (ann,) = people.here("user/ann.lee")
    ann.rung()
    call.done()
    assert ann.taken == 1
    camp.settled()


def test_a_hotline_can_be_closed_and_opened_in_the_yaml(camp: Camp, people: People) -> None:
    """A new one takes calls at once; taken out it is gone, with whoever answered it, and stays gone over a restart."""
    camp.edit(
        "hotlines:\n",
        "hotlines:\n  press:\n    name: Press\n    numbers: ['+13125550198']\n    seats: 1\n    answer: { users: [gus.hall] }\n",
    )
    camp.apply()
    (gus,) = people.here("user/gus.hall")
    carrier = people.carrier()
    carrier.call("+13125550198").answered()
    gus.rung()
    camp.edit("  press:\n    name: Press\n    numbers: ['+13125550198']\n    seats: 1\n    answer: { users: [gus.hall] }\n", "")
    camp.apply()
    assert carrier.call("+13125550198").ended() == 404
    camp.server.restart()
    assert "press" not in camp.server.cli("queue show")
    camp.settled()


def test_scaling_takes_no_call_away(camp: Camp, people: People) -> None:
    """Fewer seats while all talk: who leaves the hotline ends their call first."""
    agents = people.here("user/ann.lee", "user/bo.diaz", "user/cy.stone", talk=0.0)
    carrier = people.carrier()
    calls = [carrier.call("+13125550190") for _ in agents]
    until(lambda: all(agent.taken == 1 for agent in agents), "three answers")
    camp.do("hotline", "scale", "help", "1", "--yes").ok()
    assert len(members(camp, "help")) == 1
    assert not any(call.over for call in calls)
    for call in calls:
        call.hangs_up()
        assert [m.start.split()[0] for m in call.messages if m.method == "BYE" and not m.status and not m.sent] == []


def test_who_waits_in_a_hotline_that_is_taken_out_goes_where_its_number_leads_now(camp: Camp, people: People) -> None:
    """The number is given to somebody else and the hotline goes: who waited is not hung up on."""
    call = people.carrier().call("+13125550194")
    call.answered()
    with camp.server.connect() as ami:
        until(lambda: ami.all("QueueStatus", Queue="tiny")[0]["Calls"] == "1", "the waiting caller")
    (gus,) = people.here("user/gus.hall")
    text = (camp.root / "campaign.yaml").read_text()
    text = text[: text.index("  tiny:\n")].replace("numbers:\n", 'numbers:\n  "+13125550194": { to: user/gus.hall }\n', 1)
    (camp.root / "campaign.yaml").write_text(text)
    camp.apply()
    gus.rung()
    call.done()
    assert gus.taken == 1
    camp.settled()
