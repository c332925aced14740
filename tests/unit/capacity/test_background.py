"""What volunteer and list have in common: scores, conditions, hours across time zones, and the words for them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from campctl.capacity import week
from campctl.capacity.background import CallList, Judge, Preferences, Volunteer, time_words
from campctl.model.campaign import HoursRule

MONDAY = date(2026, 10, 26)
EVENINGS = (HoursRule((0, 1, 2, 3, 4), 18 * 60, 21 * 60),)


def fit(person: dict[str, Any], one: dict[str, Any], **preferences: Any):
    """How a volunteer fits a list, both given by what matters."""
    return Judge(Preferences(**preferences), MONDAY).fit(Volunteer(id="v", **person), CallList(id="l", wants=1, **one))


@pytest.mark.parametrize(
    ("person", "one", "score", "reasons"),
    [
        ({}, {}, 0, ()),
        ({"attributes": {"profession": ("teacher",)}}, {"attributes": {"profession": ("teacher", "nurse")}}, 1000, ("both teachers",)),
        ({"attributes": {"veteran": ("yes",)}}, {"attributes": {"veteran": ("yes",)}}, 1000, ("both veterans",)),
        ({"attributes": {"hobby": ("chess",)}}, {"attributes": {"hobby": ("golf",)}}, 0, ()),
        ({"attributes": {"hobby": ("chess", "golf")}}, {"attributes": {"hobby": ("golf", "chess")}}, 2000, ("same hobby: chess, golf",)),
        ({"languages": ("es", "en")}, {"languages": ("es",)}, 400, ("speaks es",)),
        ({"languages": ("vi",)}, {"languages_preferred": ("vi",)}, 400, ("speaks vi",)),
        ({"city": "gary", "state": "in"}, {"city": "gary", "state": "in"}, 600, ("both in Gary",)),
        ({"city": "columbus", "state": "oh"}, {"city": "columbus", "state": "in"}, 0, ()),
        ({"county": "lake", "state": "in"}, {"county": "lake", "state": "in"}, 400, ("both in Lake county",)),
        ({"city": "gary", "state": "in"}, {"state": "in"}, 200, ("both in IN",)),
    ],
)
def test_what_counts(person, one, score, reasons) -> None:
    """Each thing in common counts as documented, and is the reason given."""
    found = fit(person, one)
    assert (found.score, found.reasons, found.barrier) == (score, reasons, "")


@pytest.mark.parametrize(
    ("person", "one", "words"),
    [
        ({"languages": ("en",)}, {"languages": ("es", "ca")}, "the list wants es or ca; speaks en"),
        ({}, {"languages": ("es",)}, "the list wants es; no language is written for them"),
        ({"excluded_states": ("oh",)}, {"state": "oh"}, "does not call OH"),
        ({"state": "ny"}, {"excluded_states": ("ny", "nj")}, "the list takes nobody from NY"),
        ({"minutes": 0}, {}, "has no hours to give"),
        ({"free": EVENINGS, "time_zone": "UTC"}, {"hours": (HoursRule((5,), 0, 600),), "time_zone": "UTC"}, "no hours in common"),
        (
            {"free": EVENINGS, "time_zone": "UTC"},
            {"hours": (HoursRule((0,), 1050, 1125),), "time_zone": "UTC"},
            "only 45 min in common",
        ),
    ],
)
def test_what_forbids(person, one, words) -> None:
    """A hard condition forbids the pair whatever else they share, in the words of the one it is about; rows say the same as fits."""
    same = {"attributes": {"profession": ("teacher",)}}
    found = fit({**person, **same}, {**one, **same})
    assert found.words == words
    judge = Judge(Preferences(), MONDAY)
    assert judge.rows([Volunteer(id="v", **person, **same)], [CallList(id="l", wants=1, **one, **same)]) == [[None]]


def test_required_attributes() -> None:
    """`require` makes a condition of an attribute, for lists that say it, and for no others."""
    veterans = {"attributes": {"veteran": ("yes",)}}
    assert fit({}, veterans, require=("veteran",)).words == "the list wants veterans"
    assert fit(veterans, veterans, require=("veteran",)).barrier == ""
    assert fit({}, {}, require=("veteran",)).barrier == ""


def test_weights() -> None:
    """A weight of its own counts instead of the common one; with 0 it neither counts nor is it a reason."""
    both = {"attributes": {"hobby": ("chess",)}}
    assert fit(both, both, attributes={"hobby": 2.5}).score == 250
    assert fit(both, both, attributes={"hobby": 0}).reasons == ()


@pytest.mark.parametrize(
    ("mine", "theirs", "monday", "minutes"),
    [
        ("America/Chicago", "America/Chicago", MONDAY, 900),
        ("America/Chicago", "America/New_York", MONDAY, 600),
        ("America/Los_Angeles", "America/New_York", MONDAY, 0),
        ("America/Phoenix", "America/Denver", date(2026, 10, 26), 600),
        ("America/Phoenix", "America/Denver", date(2026, 11, 2), 900),
    ],
)
def test_evenings_across_zones(mine, theirs, monday, minutes) -> None:
    """Six to nine here against six to nine there; Arizona and Denver agree only when daylight saving is over."""
    found = week.common(EVENINGS, mine, EVENINGS, theirs, monday)
    assert week.minutes(found) == minutes


def test_over_the_end_of_the_week() -> None:
    """Sunday evening in Honolulu is Monday in New York: hours that leave the week are found all the same."""
    sunday = (HoursRule((6,), 20 * 60, 24 * 60),)
    monday = (HoursRule((0,), 0, 6 * 60),)
    found = week.common(sunday, "Pacific/Honolulu", monday, "America/New_York", date(2026, 11, 2))
    assert found == ((6 * 1440 + 1200, 6 * 1440 + 1440),)


def test_overlapping_rules_count_once() -> None:
    """Two rules for the same evening are one evening."""
    twice = (*EVENINGS, HoursRule((0,), 19 * 60, 22 * 60))
    assert week.rule_minutes(twice) == 5 * 180 + 60
    assert week.minutes(week.common(twice, "UTC", twice, "UTC", MONDAY)) == 5 * 180 + 60


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        (((1080, 1260),), "evenings, 3 h a week"),
        (((540, 720),), "mornings, 3 h a week"),
        (((780, 840),), "afternoons, 1 h a week"),
        (((5 * 1440 + 1080, 5 * 1440 + 1170),), "weekend evenings, 1.5 h a week"),
        (((5 * 1440 + 600, 5 * 1440 + 900),), "weekends, 5 h a week"),
        (((540, 1080),), "9 h a week in common"),
    ],
)
def test_hours_in_words(windows, words) -> None:
    """When, as people say it, and how long."""
    assert time_words(windows, MONDAY) == words
