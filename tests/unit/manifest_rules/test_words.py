"""What findings say: circles, suggestions, counts, and what the whole costs."""

from __future__ import annotations

import time
from difflib import SequenceMatcher
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.findings import Finding
from campctl.findings.suggest import SEARCHES, Suggester
from campctl.findings.text import listed
from campctl.manifest.rules import check
from campctl.manifest.rules.words import sentences

Make = SimpleNamespace


def only(findings: list[Finding], code: str) -> Finding:
    found = [finding for finding in findings if finding.code == code]
    assert len(found) == 1, findings
    return found[0]


def test_a_circle_is_told_once_with_its_whole_way_and_every_place(make: Make) -> None:
    """Three hotlines in a circle make one finding, which begins with the first id and names each passing on, parallel ones too."""
    target = make.m.Target
    c = make.build(
        make.hotline("c", overflow=target("hotline", "a")),
        make.hotline(
            "a", numbers=("+18005550142",), overflow=target("hotline", "b"), escalation=(make.m.Escalation(60, to=target("hotline", "b")),)
        ),
        make.hotline("b", hours=(make.m.HoursRule((0,), 0, 60),), closed=target("hotline", "c")),
    )
    found = only(check(c), "hotline-circle")
    assert "`a` -> (overflow, escalation) `b` -> (closed) `c` -> (overflow) `a`" in found.detail
    assert [found.at, *(related.at for related in found.related)] == [
        make.m_ref("hotlines", "a", "overflow"),
        make.m_ref("hotlines", "a", "escalation", ("0", "to")),
        make.m_ref("hotlines", "b", "closed"),
        make.m_ref("hotlines", "c", "overflow"),
    ]


def test_two_circles_are_two_findings(make: Make) -> None:
    """Circles that share no hotline are told of separately."""
    pairs = {"a": "b", "b": "a", "c": "d", "d": "c"}
    c = make.build(*(make.hotline(one, overflow=make.m.Target("hotline", two)) for one, two in pairs.items()))
    assert [finding.code for finding in check(c)] == ["hotline-circle"] * 2


def test_a_long_chain_of_hotlines_does_not_exhaust_the_stack(make: Make) -> None:
    """Five thousand hotlines in a row, and back to the first, are one circle."""
    names = [f"h{n:04d}" for n in range(5000)]
    c = make.build(
        *(make.hotline(one, overflow=make.m.Target("hotline", two)) for one, two in zip(names, names[1:] + names[:1], strict=True))
    )
    assert len(only(check(c), "hotline-circle").related) == 4999


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("chicago-hq", "Did you mean `chicago-hq`?"),
        ("Chicago HQ", "`chicago-hq`"),
        ("chicgo-hq", "`chicago-hq`"),
        ("hicago-hq", "`chicago-hq`"),
    ],
)
def test_a_misspelt_office_is_guessed(make: Make, word: str, expected: str) -> None:
    """One letter missing, capitals and spaces lead to the office that was meant."""
    c = make.build(make.office("chicago-hq"), make.office("columbus"), make.user("cat", "3003", office=word))
    findings = check(c)
    if word == "chicago-hq":
        assert findings == []
    else:
        assert expected in only(findings, "unknown-office").help


def test_nothing_is_guessed_from_nothing_alike(make: Make) -> None:
    """A word like no id gets advice instead of a wild guess."""
    found = only(check(make.build(make.user("cat", "3003", office="zzzzzz"))), "unknown-office")
    assert "Did you mean" not in found.help
    assert "offices:" in found.help


@settings(deadline=None)
@given(st.integers(0, 99_999), st.sampled_from(["drop", "double", "swap", "replace"]), st.data())
def test_one_slip_is_found_among_many(number: int, slip: str, data: st.DataObject) -> None:
    """Whatever single slip is made in an id, the suggestion is at most as far from what was typed as the id is."""
    word = NAMES[number % len(NAMES)]
    place = data.draw(st.integers(0, len(word) - 2))
    typed = {
        "drop": word[:place] + word[place + 1 :],
        "double": word[:place] + word[place] + word[place:],
        "swap": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        "replace": word[:place] + "q" + word[place + 1 :],
    }[slip]
    nearest = SUGGESTER_FOR_TESTS._search(typed)
    if typed not in NAMES:
        assert nearest
        assert SequenceMatcher(None, typed, nearest).ratio() >= SequenceMatcher(None, typed, word).ratio() - 0.12


FIRST = ["ann", "ben", "carla", "deshawn", "elena", "farid", "grace", "hiro", "ines", "jamal", "kofi", "lucia", "mei", "noor", "olga"]
LAST = ["lee", "okafor", "garcia", "nguyen", "smith", "kowalski", "haddad", "tanaka", "oconnor", "rivera", "johnson", "petrov"]
NAMES = [f"{first}.{last}" for first in FIRST for last in LAST]
SUGGESTER_FOR_TESTS = Suggester(NAMES)


def test_ten_thousand_typos_among_a_hundred_thousand_ids_are_affordable() -> None:
    """Suggestions stop after a while; the findings do not wait for them."""
    suggester = Suggester([f"{first}.{last}{n}" for n in range(600) for first in FIRST for last in LAST])
    start = time.process_time()
    guesses = [suggester.nearest(f"{LAST[n % 12]}.{FIRST[n % 15]}{n}x") for n in range(10_000)]
    assert time.process_time() - start < 5
    assert "" in guesses[SEARCHES:]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, ""), (1, "a"), (2, "a and b"), (3, "a, b and c"), (4, "a, b, c and d"), (5, "a, b, c and 2 more"), (7, "a, b, c and 4 more")],
)
def test_lists_read_like_sentences(count: int, expected: str) -> None:
    """Lists are written as people write them, and long ones are cut with their count, never to leave out one."""
    assert listed("abcdefg"[:count]) == expected
    assert sentences("", "a", "", "b") == "a b"


def test_a_free_extension_is_offered_and_never_twice(make: Make) -> None:
    """Two collisions are offered two different free extensions of the office."""
    findings = check(make.build(make.user("cat", "3001"), make.user("dan", "3001")))
    assert [finding.help for finding in findings] == [
        "Give one of them another extension. 3000 is free.",
        "Give one of them another extension. 3003 is free.",
    ]


def test_twenty_thousand_sound_users_cost_one_pass(make: Make) -> None:
    """All rules over 20,000 users stay far below 0.15 s of CPU time."""
    m = make.m
    offices = [make.office(f"o{n}", extensions=(m.ExtensionRange(f"{100000 + n * 1000}", f"{100999 + n * 1000}"),)) for n in range(60)]
    users = [
        make.user(
            f"user.{n}", str(100000 + n % 60 * 1000 + n // 60), office=f"o{n % 60}", number=f"+1312{5560000 + n}", skills=(f"s{n % 9}",)
        )
        for n in range(20_000)
    ]
    hotlines = [make.hotline(f"h{n}", numbers=(f"+1800555{n:04d}",), answer=m.Answer(skills=(f"s{n}",), languages=())) for n in range(6)]
    c = make.build(*offices, *users, *hotlines)
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        findings = check(c)
        best = min(best, time.process_time() - start)
        assert findings == []
    # A tenth of it, on a machine with nothing else to do and no tracer; what is not linear would take minutes.
    assert best < 1.5
