"""Who is there when something goes wrong: outages, latecomers, people who do not come."""

from __future__ import annotations

import pytest

from campctl.capacity.rehearsal.cast import Absence, Outage, Sitting, opening, stints, tardy, without
from campctl.capacity.rehearsal.stage import Hotline

LINES = (Hotline(name="one", closed=((0.0, 3600.0),)), Hotline(name="two"))


def sits(person: str = "user/ann", start: float = 0.0, end: float = 7200.0, hotline: int = 0, level: int = 1) -> Sitting:
    return Sitting(person, "hq", "pbx", "lawyer", hotline, level, start, end)


@pytest.mark.parametrize(
    ("outage", "left"),
    [
        (Outage("office", "hq", 1000, 2000), [(0, 1000), (2000, 7200)]),
        (Outage("backend", "pbx", 1000, 2000), [(0, 1000), (2000, 7200)]),
        (Outage("office", "hq", 0, 2000), [(2000, 7200)]),
        (Outage("office", "hq", 7000, 9000), [(0, 7000)]),
        (Outage("office", "hq", 0, 9000), []),
        (Outage("office", "hq", 7200, 9000), [(0, 7200)]),
        (Outage("office", "field", 0, 9000), [(0, 7200)]),
        (Outage("backend", "hq", 0, 9000), [(0, 7200)]),
    ],
)
def test_an_outage_takes_its_time_out(outage: Outage, left: list[tuple[float, float]]) -> None:
    """From its beginning up to its end, and people are back then."""
    assert [(one.start, one.end) for one in without([sits()], [outage])] == left


def test_two_outages_of_one_office() -> None:
    """Both are taken out, whatever their order."""
    first, second = Outage("office", "hq", 100, 200), Outage("office", "hq", 300, 400)
    spans = [(0, 100), (200, 300), (400, 7200)]
    for outages in ([first, second], [second, first]):
        assert sorted((one.start, one.end) for one in without([sits()], outages)) == spans


@pytest.mark.parametrize(
    ("absence", "starts"),
    [
        (Absence(1.0, 600.0), [4200.0]),
        (Absence(1.0, 600.0, roles=("lawyer",), offices=("hq",), hotlines=(0,)), [4200.0]),
        (Absence(1.0, 600.0, roles=("press",)), [0.0]),
        (Absence(1.0, 600.0, hotlines=(1,)), [0.0]),
        (Absence(1.0, 9000.0), []),
        (Absence(1.0, None), []),
    ],
)
def test_lateness_counts_from_the_first_call_there_could_be(absence: Absence, starts: list[float]) -> None:
    """Somebody due at a hotline that opens an hour later is late from then on; only those meant are late."""
    assert [one.start for one in tardy([sits()], absence, LINES, lambda _person: True)] == starts


def test_who_is_not_chosen_is_in_time() -> None:
    """The share is drawn by person; all seats of one person go together."""
    cast = [sits("user/ann"), sits("user/ann", hotline=1, level=2), sits("user/bo")]
    late = tardy(cast, Absence(0.5, 1800.0), LINES, lambda person: person == "user/ann")
    assert [(one.person, one.start) for one in late] == [("user/ann", 1800.0), ("user/ann", 1800.0), ("user/bo", 0.0)]


def test_opening_goes_on_while_it_is_closed() -> None:
    """Of hours that follow each other the last counts."""
    line = Hotline(name="one", closed=((0.0, 100.0), (100.0, 200.0)))
    assert [opening(line, at) for at in (0.0, 150.0, 250.0)] == [200.0, 200.0, 250.0]


def test_people_are_numbers_on_a_stage() -> None:
    """One person, one number, in however many seats; the same people give the same numbers in whatever order they come."""
    cast = [sits("user/bo"), sits("user/ann"), sits("user/bo", hotline=1, level=2)]
    made = stints(cast)
    assert made == stints(cast[::-1])
    assert [(one.agent, one.hotline, one.level) for one in made] == [(0, 0, 1), (1, 0, 1), (1, 1, 2)]
