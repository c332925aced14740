"""Seats over all hotlines at once: who is moved for whom, how shortage is shared, and the words of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from small_campaign import AT, campaign, desks, hotline, override, people

from campctl.effective import desired
from campctl.effective.reasons import Inquiry
from campctl.model.campaign import Answer, Shift

EN, ES = {"languages": ("en",)}, {"languages": ("en", "es")}
ANY, SPANISH = Answer(languages=("en",)), Answer(languages=("es",))


def lines(wanted, hid):
    return [seat.line.removeprefix("user/") for seat in wanted.seating[hid].at_level(1)]


def why(wanted, hid):
    return {seat.line.removeprefix("user/"): seat.why for seat in wanted.seating[hid].filled}


def two(main=1, spanish=1, **fields):
    """`main`, which anybody may answer, and `es`, which only Spanish speakers may; of equal priority unless told otherwise."""
    return {**hotline("main", main, answer=ANY, **fields), **hotline("es", spanish, answer=SPANISH)}


@pytest.mark.parametrize("priority", [10, 50, 90])
def test_the_only_speaker_is_not_used_up(priority):
    """Who alone may answer one hotline is left to it by another that others may answer, whichever comes first."""
    nouns = campaign(users=people(("ana", ES), ("bo", EN)), hotlines=two(priority=priority))
    found = desired(nouns, AT)
    assert (lines(found, "main"), lines(found, "es")) == (["bo"], ["ana"])


def test_who_sits_is_moved_where_that_fills_a_seat():
    """Somebody idle takes the place of the one who may fill another seat; the words say who left which seat to whom."""
    nouns = campaign(users=people(("ana", ES), ("bo", EN)), hotlines=two())
    found = desired(nouns, AT, (), {"main": {"user/ana": 1}})
    assert (lines(found, "main"), lines(found, "es")) == (["bo"], ["ana"])
    assert why(found, "es") == {"ana": "languages es; taken from main, which others fill"}
    assert found.findings == ()


def test_who_sits_is_not_moved_for_a_better_match():
    """Where everything is filled, nobody changes place for a better match, a longer shift or an earlier id."""
    users = people(("ana", EN), ("bo", {"languages": ("en", "es")}))
    lines_ = {**hotline("main", 1, answer=Answer(languages=("en", "es"))), **hotline("other", 1, answer=ANY)}
    found = desired(campaign(users=users, hotlines=lines_), AT, (), {"main": {"user/ana": 1}, "other": {"user/bo": 1}})
    assert (lines(found, "main"), lines(found, "other")) == (["ana"], ["bo"])


def test_who_loses_a_seat_gets_another_before_somebody_idle():
    """When one hotline gets smaller and another larger, the same people go on: fewer are concerned."""
    nouns = campaign(
        users=people(("ana", EN), ("bo", EN), ("cy", EN)), hotlines={**hotline("a", 1, answer=ANY), **hotline("b", 1, answer=ANY)}
    )
    found = desired(nouns, AT, (), {"a": {"user/bo": 1, "user/cy": 1}})
    assert (lines(found, "a"), lines(found, "b")) == (["bo"], ["cy"])


def test_two_hotlines_that_want_the_same_person():
    """The choice is made for both together: the better match of one is given up for two good ones."""
    lines_ = {**hotline("a", 1, answer=Answer(skills=("law", "vp"))), **hotline("b", 1, answer=Answer(skills=("law",)))}
    users = people(("ana", {"skills": ("law", "vp")}), ("bo", {"skills": ("vp",)}))
    found = desired(campaign(users=users, hotlines=lines_), AT)
    assert (lines(found, "a"), lines(found, "b")) == (["bo"], ["ana"])


@pytest.mark.parametrize(("count", "seats"), [(9, (6, 3)), (6, (4, 2)), (3, (2, 1)), (2, (1, 1)), (1, (0, 1))])
def test_equals_share_what_is_missing(count, seats):
    """Hotlines of one priority have the same share of their seats filled, as nearly as can be; the smaller one first."""
    nouns = campaign(
        users=people(*((f"p{n}", EN) for n in range(count))), hotlines={**hotline("big", 8, answer=ANY), **hotline("small", 4, answer=ANY)}
    )
    found = desired(nouns, AT)
    assert (len(lines(found, "big")), len(lines(found, "small"))) == seats


def test_a_higher_priority_has_all_before_a_lower_one_has_any():
    """Priority goes before sharing."""
    nouns = campaign(
        users=people(*((f"p{n}", EN) for n in range(4))),
        hotlines={**hotline("high", 4, answer=ANY, priority=51), **hotline("low", 4, answer=ANY)},
    )
    assert (len(lines(desired(nouns, AT), "high")), lines(desired(nouns, AT), "low")) == (4, [])


def test_shares_are_evened_out_by_moving_no_more_than_must():
    """Of two equals, the one that has everybody gives half of them up, and the others stay."""
    both = {**hotline("a", 4, answer=ANY), **hotline("b", 4, answer=ANY)}
    nouns = campaign(users=people(*((f"p{n}", EN) for n in range(4))), hotlines=both)
    found = desired(nouns, AT, (), {"a": {f"user/p{n}": 1 for n in range(4)}})
    assert (lines(found, "a"), lines(found, "b")) == (["p0", "p1"], ["p2", "p3"])


def test_whose_shift_ends_last_comes_first():
    """Of equals who stays longest is taken; who has no shifts has no end in sight; better matches come before that."""

    def until(hours, languages=("en",)):
        return {"languages": languages, "shifts": (Shift(AT - timedelta(hours=1), AT + timedelta(hours=hours)),)}

    users = people(("ann", until(1)), ("bo", until(3)), ("cy", until(2)), ("di", EN), ("ed", until(1, ("en", "es"))))
    for seats, chosen in ((1, ["ed"]), (2, ["ed", "di"]), (4, ["ed", "di", "bo", "cy"])):
        found = desired(campaign(users=users, hotlines=hotline("main", seats, answer=Answer(languages=("en", "es")))), AT)
        assert lines(found, "main") == chosen
    contested = campaign(users=people(("ann", until(1)), ("bo", until(3)), ("cy", until(2))), hotlines=two())
    contested = replace(contested, hotlines={**contested.hotlines, **hotline("es", 1, answer=ANY)})
    found = desired(contested, AT)
    assert (lines(found, "es"), lines(found, "main")) == (["bo"], ["cy"])


@pytest.mark.parametrize(
    ("users", "words"),
    [
        ((), "Nobody at all who is there may answer it (language es)."),
        ((("bo", EN),), "Nobody at all who is there may answer it (language es)."),
        ((("ana", ES), ("bo", EN), ("cy", EN)), "Nobody else who is there may answer it (language es)."),
        ((("ana", ES), ("cy", ES), ("di", ES)), "Others who may answer it sit elsewhere: 2 in main."),
    ],
)
def test_what_is_missing(users, words):
    """The finding says whether nobody has what is asked for, or others have them."""
    nouns = campaign(users=people(*users), hotlines=two(main=2, spanish=3, priority=90))
    (one,) = [one for one in desired(nouns, AT).findings if one.at.id == "es"]
    assert (one.code, words in one.detail) == ("seats-short", True)


USERS = people(
    ("ana", ES),
    ("bo", EN),
    ("cy", {**ES, "office": "field"}),
    ("di", {"languages": ("pl",)}),
    ("ed", {**ES, "shifts": (Shift(AT + timedelta(hours=1), AT + timedelta(hours=2)),)}),
    ("flo", ES),
    ("gus", ES),
)


@pytest.mark.parametrize(
    ("uid", "hid", "rules", "words"),
    [
        ("ana", "es", (), "languages es"),
        ("bo", "main", (), "languages en"),
        ("bo", "es", ("languages",), "speaks none of es"),
        ("cy", "es", ("backend",), "their phone is on new, the hotline on old"),
        ("di", "main", ("languages",), "speaks none of en"),
        ("ed", "es", ("off-shift",), "not in a shift of theirs now"),
        ("flo", "es", ("desk",), "sits at hq/a1, which is lit for main"),
        ("gus", "es", (), "no seat is free: of equals those who come first by id"),
        ("gus", "named", ("named",), "not among those named"),
        ("ana", "desks", ("own-phones",), "only lit desks answer it"),
        ("bo", "law", ("skills", "roles", "offices"), "none of the skills law; role is not said, not lead; in hq, not in field"),
    ],
)
def test_every_no_says_its_rule(uid, hid, rules, words):
    """Of each hotline: that somebody sits there and why, or which rules say no, or why no seat is left."""
    other = {
        **hotline("named", 1, answer=Answer(users=("di",))),
        **hotline("desks", 1, answer=Answer()),
        **hotline("law", 1, answer=Answer(skills=("law",), roles=("lead",), offices=("field",))),
    }
    nouns = campaign(users=USERS, ports=desks(1, lit=True, user="flo", hotline="main"), hotlines={**two(main=2), **other})
    verdict = Inquiry(nouns, AT, (), {}).verdict(USERS[uid], nouns.hotlines[hid])
    assert (tuple(rule.rule for rule in verdict.rules), verdict.why) == (rules, words)


def test_evacuated_and_without_an_address():
    """An office that is evacuated, and one without an address for 911, are rules of their own."""
    nouns = campaign(users=people(("ana", ES)), hotlines=two())
    hq = nouns.offices["hq"]
    nowhere = replace(nouns, offices={**nouns.offices, "hq": replace(hq, address=replace(hq.address, street=""))})
    for asked, live, rule in ((nouns, [override("office", "hq", refuge="field")], "evacuated"), (nowhere, [], "location")):
        found = Inquiry(asked, AT, live, {}).verdict(asked.users["ana"], asked.hotlines["es"])
        assert [rule.rule for rule in found.rules] == [rule]


def test_why_not_there():
    """Who sits elsewhere sits there for its priority, or because both share what is missing."""
    nouns = campaign(users=people(("ana", ES), ("cy", ES)), hotlines=two(main=2, spanish=2, priority=90))
    verdict = Inquiry(nouns, AT, (), {}).verdict(nouns.users["ana"], nouns.hotlines["es"])
    assert verdict.why == "sits in main, which comes first (priority 90, here 50)"
    nouns = campaign(users=people(("ana", ES), ("cy", ES)), hotlines=two(main=2, spanish=2))
    found = Inquiry(nouns, AT, (), {})
    assert found.verdict(nouns.users["cy"], nouns.hotlines["es"]).why.startswith("sits in main; what is missing is shared: main has 1 of 2")


@pytest.mark.parametrize(
    ("users", "main", "words"),
    [
        ((("ana", ES), ("bo", EN), ("cy", ES)), 1, "Cy would sit in es"),
        ((("ana", ES), ("bo", EN), ("cy", EN)), 1, "would stay empty: nobody else may answer, or those who may are needed elsewhere"),
        ((("ana", ES), ("bo", ES), ("cy", EN)), 1, "Bo would sit in es"),
        ((("ana", ES),), 2, "would stay empty, too"),
    ],
)
def test_one_seat_more(users, main, words):
    """What would come of one seat more is what the rule would do with it."""
    nouns = campaign(users=people(*users), hotlines=two(main=main, spanish=1 if len(users) > 1 else 2))
    assert Inquiry(nouns, AT, (), {}).one_seat_more(nouns.hotlines["es"]).startswith(words)


def test_what_a_short_hotline_misses():
    """Who may answer it and sits elsewhere, and who has what it asks for but may not, by the rule that keeps them out."""
    nouns = campaign(users=USERS, hotlines=two(main=9, spanish=9))
    found = Inquiry(nouns, AT, (), {})
    missing = found.missing(nouns.hotlines["es"])
    assert missing[0] == "7 seats: 3 may answer it (2 here, 1 in main)"
    assert missing[1:] == [
        "1 other has what it asks for (their phone is on another backend)",
        "1 other has what it asks for (not in a shift now)",
    ]
