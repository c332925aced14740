"""A hotline that is failed over, on a real exchange: by hours that are never."""

from __future__ import annotations

import pytest

from live.conftest import Camp, People
from servers.sipp import until

pytestmark = pytest.mark.live


def test_new_calls_go_elsewhere_and_who_waits_is_answered(camp: Camp, people: People) -> None:
    """By its number they ring somebody else; who waited before is answered by its seats; taken back, it rings its own again."""
    carrier = people.carrier()
    waiting = carrier.call("+13125550190")
    waiting.answered()
    with camp.server.connect() as ami:
        until(lambda: ami.all("QueueStatus", Queue="help")[0]["Calls"] == "1", "the waiting caller")
    camp.do("hotline", "failover", "help", "--to", "user/gus.hall").ok()
    camp.settled()
    (gus,) = people.here("user/gus.hall")
    new = carrier.call("+13125550190")
    gus.rung()
    new.done()
    assert gus.taken == 1
    assert not waiting.over
    (ann,) = people.here("user/ann.lee")
    ann.rung()
    waiting.done()
    assert (ann.taken, gus.taken) == (1, 1)
    camp.do("hotline", "failover", "help", "--back").ok()
    camp.settled()
    again = carrier.call("+13125550190")
    until(lambda: ann.taken == 2, "her own calls again")
    again.done()
    assert gus.taken == 1
