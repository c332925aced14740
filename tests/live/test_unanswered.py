"""Hotlines whose members do not answer, phones that left without a word, and numbers that are still at the other exchange."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from campctl.model.resources import Member, Queue, Route
from live.test_dialplan import ANN, BOB, HQ, SOON, make, two
from servers.sipp import until

pytestmark = pytest.mark.live
__all__ = ["make", "two"]
HELP = Queue("help", "Help", "7000", max_wait=60, wrap_up=0, ring_time=2)
TO_HELP = Route("+13125550110", "queue/help")


def paused(exchange, queue: str = "help") -> dict[str, str]:
    """Line to the reason, of the members of a hotline that are paused."""
    with exchange.server.connect() as ami:
        rows = [row for row in ami.all("QueueStatus", Queue=queue) if row["Event"] == "QueueMember" and row["Paused"] == "1"]
    return {row["Location"].removeprefix("PJSIP/"): row["PausedReason"] for row in rows}


def quiet(exchange) -> None:
    """Wait until nobody talks."""
    until(lambda: "0 active calls" in exchange.server.cli("core show channels"), lambda: exchange.server.cli("core show channels"))


@pytest.mark.parametrize("strategy", ["longest-idle", "fewest-calls", "round-robin", "random"])
def test_an_empty_desk_does_not_swallow_calls(make, strategy: str) -> None:
    """Whose phone rings its time unanswered is passed over: the caller gets to who answers, until *1 is dialled at the desk."""
    exchange = make(
        HQ, ANN, BOB, replace(HELP, strategy=strategy), Member("help", "user/ann"), Member("help", "user/bob", level=2), TO_HELP
    )
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    ann.rings()
    call = exchange.carrier.call("13125550110")
    until(lambda: bob.taken == 1, "the one who answers")
    call.done()
    assert len(ann.invites) == 1
    assert paused(exchange) == {"ann": "no answer"}
    exchange.server.restart()
    assert paused(exchange) == {"ann": "no answer"}
    assert ann.register() == 200
    ann.dial("*1").done()
    assert paused(exchange) == {}
    ann.answers()
    exchange.carrier.call("13125550110").answered()
    until(lambda: ann.taken == 1, lambda: exchange.server.cli("queue show help"))


def test_level_two_joins_where_level_one_lets_it_ring(make) -> None:
    """Also where all ring at once: a level that does not answer does not keep the next one away."""
    levels = replace(HELP, strategy="ring-all", escalation=("3s level 2",))
    exchange = make(HQ, ANN, BOB, levels, Member("help", "user/ann"), Member("help", "user/bob", level=2), TO_HELP)
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    ann.rings()
    exchange.carrier.call("13125550110").answered()
    until(lambda: bob.taken == 1, "level 2")


def test_the_last_one_is_not_passed_over(make) -> None:
    """With nowhere else for callers to go, who is alone goes on being rung; with an overflow, callers go there."""
    exchange = make(
        HQ, ANN, BOB, HELP, Member("help", "user/ann"), TO_HELP, replace(HELP, id="over", extension="7001", overflow="line/user/bob")
    )
    exchange.furnish(Member("over", "user/ann"))
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    ann.rings()
    call = exchange.carrier.call("13125550110")
    ann.rung(3)
    assert paused(exchange) == {}
    call.hangs_up()
    quiet(exchange)
    bob.dial("7001").answered()
    bob.rung(1)
    assert paused(exchange, "over") == {"ann": "no answer"}


def test_nobody_is_passed_over_for_what_others_did(make) -> None:
    """A caller who hangs up while it rings, and one who is answered by somebody else, are nobody's fault; a refusal counts."""
    exchange = make(HQ, ANN, BOB, replace(HELP, ring_time=20, strategy="ring-all", escalation=("30s level 2",)), TO_HELP)
    exchange.furnish(Member("help", "user/ann"), Member("help", "user/bob"))
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    ann.rings()
    bob.rings()
    call = exchange.carrier.call("13125550110")
    ann.rung()
    call.hangs_up()
    quiet(exchange)
    assert paused(exchange) == {}
    bob.answers()
    exchange.carrier.call("13125550110").done()
    assert paused(exchange) == {}
    ann.rejects(486)
    bob.rings()
    call = exchange.carrier.call("13125550110")
    until(lambda: paused(exchange) == {"ann": "no answer"}, "the refusal")
    bob.picks_up()
    call.hangs_up()
    assert paused(exchange) == {"ann": "no answer"}


def test_after_a_while_who_was_passed_over_is_tried_again(make) -> None:
    """The morning after: nobody has to be brought back by hand; who dialled *0 stays away."""
    exchange = make(HQ, ANN, BOB, HELP, Member("help", "user/ann"), Member("help", "user/bob", level=2), TO_HELP)
    ann, bob = exchange.phone(ANN), exchange.phone(BOB)
    ann.rings()
    exchange.carrier.call("13125550110").answered()
    until(lambda: bob.taken == 1, "the one who answers")
    assert paused(exchange) == {"ann": "no answer"}
    with exchange.server.connect() as ami:
        ami.put("missed/help/ann", str(int(time.time()) - 301))
    ann.answers()
    exchange.carrier.call("13125550110").answered()
    until(lambda: ann.taken == 1, "the one who is back")
    assert paused(exchange) == {}
    with exchange.server.connect() as ami:
        ami.put("missed/help/ann", str(int(time.time()) - 301))
    ann.dial("*0").answered()
    exchange.carrier.call("13125550110").answered()
    until(lambda: bob.taken == 2, "who is left")
    assert paused(exchange) == {"ann": "away"}


BOTH = [HQ, ANN, BOB, Route("+13125550101", "line/user/ann")]


def test_a_phone_that_left_without_a_word_is_rung_where_it_is(two) -> None:
    """Its old registration still stands at this exchange; the call reaches it at the peer within seconds, from phones and outside."""
    one, other = two(BOTH, BOTH)
    old = one.phone(ANN)
    old.gone()
    ann, bob = other.phone(ANN), one.phone(BOB)
    for count, call in enumerate(
        (lambda: bob.dial("3001"), lambda: one.carrier.call("13125550101"), lambda: other.carrier.call("13125550101")), 1
    ):
        begun = time.monotonic()
        call().answered()
        ann.rung(count)
        assert time.monotonic() - begun < SOON


def test_a_phone_that_rings_is_not_looked_for_elsewhere(two) -> None:
    """Nobody at the peer is rung for a phone that rings here, and a busy one is busy."""
    one, other = two(BOTH, BOTH)
    ann, bob = one.phone(ANN), one.phone(BOB)
    ann.rings()
    with one.server.connect() as ami:
        call = bob.dial("3001")
        ann.rung()
        ami.wait("Hangup", Context="campctl-elsewhere")  # that looked whether it rings: it calls the peer, or ends
    with other.server.connect() as ami:
        assert "0 calls processed" in ami.command("core show channels count")
    assert not call.status
    call.close()
    ann.rejects(486)
    begun = time.monotonic()
    assert bob.dial("3001").ended() == 486
    assert time.monotonic() - begun < SOON


def test_a_number_that_is_still_at_the_other_exchange(two) -> None:
    """It rings the phone that is already here, whoever is called from where; a phone that is nowhere ends at once, without a circle."""
    old, new = two(BOTH, [HQ, ANN, BOB])
    ann, bob = new.phone(ANN), new.phone(BOB)
    new.carrier.call("13125550101").answered()
    ann.rung(1)
    bob.dial("13125550101").answered()
    ann.rung(2)
    old.carrier.call("13125550101").answered()
    ann.rung(3)
    quiet(new)
    ann.rejects(486)
    assert new.carrier.call("13125550101").ended() == 486
    new.leaves(ann)
    begun = time.monotonic()
    assert new.carrier.call("13125550101").ended() in {404, 480}
    assert old.carrier.call("13125550101").ended() in {404, 480}
    assert time.monotonic() - begun < SOON
