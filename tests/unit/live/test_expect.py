"""Expectations: what they say, where they are wrong, and what not knowing means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.live.expect import SUBJECTS, BadExpectation, Fact, Value, facts, judge, parse

KNOWN = {
    Fact("hotline", "main", "waiting"): 12,
    Fact("hotline", "main", "longest-wait"): 95.0,
    Fact("hotline", "main", "service-level"): 0.75,
    Fact("hotline", "main", "open"): True,
    Fact("hotline", "press", "service-level"): None,
    Fact("office", "hq", "lit"): 0,
    Fact("office", "hq", "dark"): True,
    Fact("number", "+13125550100", "to"): "hotline/main",
    Fact("override", "", "overdue"): 0,
    Fact("drift", "", "items"): 3,
    Fact("plan", "", "changes"): 0,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("hotline main waiting < 20", True),
        ("hotline:main waiting<20", True),
        ("hotline main waiting >= 12 and hotline main waiting <= 12", True),
        ("hotline main waiting != 12", False),
        ("hotline main longest-wait < 90s", False),
        ("hotline main longest-wait < 2m", True),
        ("hotline main longest-wait > 0", True),
        ("hotline main longest-wait = 0", False),
        ("hotline main service-level >= 80%", False),
        ("hotline main open", True),
        ("hotline main is open", True),
        ("hotline main is not open", False),
        ("not hotline main open", False),
        ("hotline main open = false", False),
        ("office hq lit", False),
        ("office hq dark", True),
        ("number +13125550100 to = hotline/main", True),
        ('number "+13125550100" to = "hotline/press"', False),
        ("override overdue none", True),
        ("drift none", False),
        ("drift < 5", True),
        ("plan empty", True),
        ("plan empty and not drift none", True),
        ("drift none or (plan empty and hotline main open)", True),
        ("drift none or plan empty and drift none", False),
        ("hotline press service-level > 1%", None),
        ("hotline press service-level > 1% and drift none", False),
        ("hotline press service-level > 1% or plan empty", True),
        ("not hotline press service-level > 1%", None),
        ("hotline nobody waiting < 1", None),
        ("40 > 20", True),
        ("5m > 20s", True),
        ('"rehearsal" = "real"', False),
        ("2026-11-03 = 2026-11-03", True),
    ],
)
def test_what_it_comes_to(text: str, holds: bool | None) -> None:
    """A claim holds, fails, or cannot be known; `and`, `or` and `not` follow Kleene."""
    assert judge(parse(text), KNOWN).holds is holds


@pytest.mark.parametrize(
    ("text", "offset", "words", "help_"),
    [
        ("", 0, "Nothing", "hotline main"),
        ("hotlin main waiting < 2", 0, "hotlin", "`hotline`"),
        ("hotline main wating < 2", 13, "wating", "`waiting`"),
        ("hotline main waiting < twenty", 23, "whole number", "whole number"),
        ("hotline main longest-wait < 90", 28, "length of time", "unit"),
        ("hotline main service-level > 80", 29, "share", "80%"),
        ("hotline main waiting < 2 withn 3s", 25, "withn", "`within`"),
        ("hotline main waiting < 2 within soon", 32, "soon", "30s"),
        ("hotline main waiting <", 22, "missing", "waiting"),
        ("hotline", 7, "Which hotline", "hotline ID"),
        ("hotline main", 12, "not said", "waiting"),
        ("hotline main open > 2", 20, "true or false", "true"),
        ("hotline main open none", 18, "no number", "not hotline main open"),
        ("user ann office > x", 16, "more or less", "="),
        ("(drift none", 11, "bracket", ")"),
        ("drift none & plan empty", 11, "&", "and"),
        ('user ann office = "hq', 18, '"', "Close the quotes"),
        ("plan empty and", 14, "missing at the end", "Begin with"),
    ],
)
def test_where_it_is_wrong(text: str, offset: int, words: str, help_: str) -> None:
    """A mistake is told at its place, with what to write instead."""
    with pytest.raises(BadExpectation) as caught:
        parse(text)
    assert caught.value.offset == offset
    assert words in caught.value.message
    assert help_ in caught.value.help


def test_within_is_how_long_it_may_take() -> None:
    """`within` at the end is seconds; without it there is no patience."""
    assert parse("drift none within 1m30s").within == 90
    assert parse("drift none").within is None


def test_the_facts_it_needs() -> None:
    """Each fact once, however often it is written."""
    wanted = parse("hotline main waiting < 2 or hotline main waiting > 9 or drift none")
    assert facts(wanted) == (Fact("hotline", "main", "waiting"), Fact("drift", "", "items"))


def test_what_was_found_in_words() -> None:
    """A verdict names the facts that decided, with their values and units."""
    assert judge(parse("hotline main longest-wait < 90s"), KNOWN).words == "hotline main longest-wait is 95s"
    assert (
        judge(parse("hotline main service-level > 80% or drift none"), KNOWN).words == "hotline main service-level is 75%; drift items is 3"
    )
    assert judge(parse("hotline press service-level > 80%"), KNOWN).words == "hotline press service-level is not known"


WORDS = (*SUBJECTS, "main", "not", "and", "or", "(", ")", "<", "20", "within", "none", '"')


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text ends in anything but an expectation, or a mistake with its place in the text."""
    mistake = None
    try:
        made = parse(text)
    except BadExpectation as bad:
        mistake = bad
    if mistake is None:
        assert judge(made, {}).holds in {True, False, None}
    else:
        assert 0 <= mistake.offset <= len(text)
        assert mistake.message


def test_nesting_has_an_end() -> None:
    """Brackets in brackets end in a finding, not in a fault."""
    with pytest.raises(BadExpectation, match="nested"):
        parse("(" * 200 + "drift none" + ")" * 200)


OF_KIND: dict[str, list[Value]] = {"count": [0, 3], "seconds": [0.0, 95.5], "share": [0.0, 0.8], "flag": [True, False], "text": ["", "hq"]}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    "right", ["", "none", *(f"{sign} {value}" for sign in ("<", ">=", "!=") for value in ("0", "7", "30s", "80%", "true", "x"))]
)
def test_what_is_read_can_be_judged(subject: str, right: str) -> None:
    """Whatever may be asked of whom, compared with whatever is accepted there: the answer is yes or no, never an error."""
    told = SUBJECTS[subject]
    for measure, about in told.measures.items():
        fact = Fact(subject, "some" if told.noun else "", measure)
        try:
            wanted = parse(f"{fact} {right}")
        except BadExpectation:
            continue
        for value in OF_KIND[about.kind]:
            assert judge(wanted, {fact: value}).holds is not None
