"""Who is meant at the reception, and when they leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campctl import errors
from campctl.app.seating_card import sip_uri
from campctl.app.seating_place import end_for
from campctl.app.seating_who import person_named, plain_name, traits_of
from campctl.effective.placing import Person
from campctl.model.answering import Traits
from campctl.model.campaign import Address, Answer, Campaign, Hotline, Office, Seats, Shift, User
from campctl.ports.backend import Account

AT = datetime(2026, 11, 3, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAMPAIGN = Campaign(
    "C",
    "US",
    "America/Chicago",
    "local",
    offices={"hq": Office("hq", "HQ", Address(), "America/Chicago", "local")},
    users={
        "ann.lee": User("ann.lee", "Ann Lee", "hq", "3001", skills=("law",)),
        "sam": User("sam", "Sam Ortiz", "hq", "3002", languages=("es",)),
        "sam.2": User("sam.2", "Sam Ortiz", "hq", "3003"),
    },
    hotlines={"vp": Hotline("vp", "VP", Seats(1, 0, 9), Answer(skills=("vp",)))},
)


@pytest.mark.parametrize(("text", "name"), [("  Sam \t Ortiz\n", "Sam Ortiz"), ("Zoë O’Rourke", "Zoë O’Rourke"), ("x" * 60, "x" * 60)])
def test_names_are_kept_as_they_are_said(text: str, name: str) -> None:
    """But for the spaces around and between."""
    assert plain_name(text) == name


@pytest.mark.parametrize("text", ["", " \n", "x" * 61, "a\x1b[1m", "a\x00", "\u202ea", "a\u2028b\x9b"])
def test_what_is_no_name(text: str) -> None:
    """Refused without being repeated."""
    with pytest.raises(errors.UsageError) as refused:
        plain_name(text)
    assert refused.value.message.isprintable()


def test_by_id_by_name_or_a_walk_in() -> None:
    """An id wins; a name that one person has is that person; two of a name must say which; others walked in."""
    assert person_named(CAMPAIGN, "ann.lee", None)[0].user is CAMPAIGN.users["ann.lee"]
    assert person_named(CAMPAIGN, "ANN lee", None)[0].user is CAMPAIGN.users["ann.lee"]
    with pytest.raises(errors.UsageError, match=r"2 people are called Sam Ortiz: sam, sam\.2"):
        person_named(CAMPAIGN, "Sam Ortiz", None)
    assert person_named(CAMPAIGN, "Vi Vo", Traits(("vp",))) == (Person("Vi Vo", None, Traits(("vp",))), "")
    near = person_named(CAMPAIGN, "ann.le", None)
    assert near[0].user is None
    assert "Was `ann.lee` meant?" in near[1]


def test_what_they_can_do() -> None:
    """Words that hotlines ask for or people have, however they are separated; others are refused with what is near."""
    assert traits_of(CAMPAIGN, ("vp,law", "vp"), ("es",)) == Traits(("vp", "law"), ("es",))
    with pytest.raises(errors.UsageError) as refused:
        traits_of(CAMPAIGN, ("lav",), ())
    assert refused.value.hint == "Did you mean `law`?"


@pytest.mark.parametrize(
    ("shifts", "end"),
    [
        ((), 8),
        (((-1, 3),), 3),
        (((-1, 3), (3, 5)), 5),
        (((2, 6),), 6),
        (((5, 9),), 8),
        (((-9, -5),), 8),
    ],
)
def test_they_leave_when_their_shift_ends(shifts: tuple[tuple[int, int], ...], end: int) -> None:
    """Also of the shift that begins within four hours; else after eight, where the hotline never closes."""
    user = User("u", "U", "hq", "3009", shifts=tuple(Shift(AT + one * HOUR, AT + two * HOUR) for one, two in shifts))
    assert end_for(CAMPAIGN, Person("U", user), "vp", AT)[0] == AT + end * HOUR


@pytest.mark.parametrize(
    ("account", "secret", "uri"),
    [
        (Account("pbx.example.org", "hq~a001"), "", "sip:hq~a001@pbx.example.org"),
        (Account("2001:db8::1", "3100"), "", "sip:3100@[2001:db8::1]"),
        (Account("pbx", "a b@c:d"), "p@s:s/w", "sip:a%20b%40c%3Ad:p%40s%3As%2Fw@pbx"),
    ],
)
def test_addresses_are_escaped(account: Account, secret: str, uri: str) -> None:
    """As RFC 3261 has them (25.1): what would end the user, the password or the host is written with %."""
    assert sip_uri(account, secret) == uri
