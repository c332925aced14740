"""The assignment of people to hotlines is optimal, and says who comes first."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.capacity.seats_flow import Wanted, seat

Choices = list[dict[int, tuple[int, ...]]]
PEOPLE = 5


def worth(wanted: list[Wanted], choices: Choices, seated: list[list[int]]) -> tuple[object, ...]:
    """What a seating is worth; of two the better one is the larger. A definition, without any method of finding it."""
    tiers = []
    for tier in sorted({one.tier for one in wanted}):
        here = [(one, len(people)) for one, people in zip(wanted, seated, strict=True) if one.tier == tier]
        filled = sum(count for _, count in here)
        shares = sorted((one.held + count) / one.seats for one, count in here if one.seats)
        tiers.append((filled, shares))
    costs = [choices[h][person] for h, people in enumerate(seated) for person in people]
    return tuple(tiers), tuple(-sum(column) for column in zip(*costs, strict=True))


def every_seating(wanted: list[Wanted], choices: Choices):
    """All there are."""
    for places in product(range(-1, len(wanted)), repeat=PEOPLE):
        seated: list[list[int]] = [[] for _ in wanted]
        for person, place in enumerate(places):
            if place >= 0:
                seated[place].append(person)
        sound = all(person in choices[h] for h, people in enumerate(seated) for person in people)
        if sound and all(len(people) <= max(0, one.seats - one.held) for one, people in zip(wanted, seated, strict=True)):
            yield seated


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Wanted], Choices]:
    count = draw(st.integers(1, 3))
    wanted = [Wanted(draw(st.integers(0, 4)), draw(st.integers(0, 2)), draw(st.integers(0, 1))) for _ in range(count)]
    cost = st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 3))
    choices = [draw(st.dictionaries(st.integers(0, PEOPLE - 1), cost, max_size=PEOPLE)) for _ in range(count)]
    return wanted, choices


@settings(max_examples=150, deadline=None)
@given(problems())
def test_nothing_is_better(problem: tuple[list[Wanted], Choices]) -> None:
    """Of all seatings there are none is worth more: fill by tier, shares, then each place of the costs."""
    wanted, choices = problem
    found = seat(wanted, choices)
    all_of_them = list(every_seating(wanted, choices))
    assert found in all_of_them
    assert worth(wanted, choices, found) == max(worth(wanted, choices, one) for one in all_of_them)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_who_sits_stays(problem: tuple[list[Wanted], Choices]) -> None:
    """With a cost for who does not sit there already, and whatever costs after it, the seating found is found again."""
    wanted, choices = problem
    found = seat(wanted, choices)
    again = [{person: (person not in found[h], *reversed(cost)) for person, cost in costs.items()} for h, costs in enumerate(choices)]
    assert seat(wanted, again) == found


ANY, ONE = (0,), (1,)


@pytest.mark.parametrize(
    ("wanted", "choices", "seated"),
    [
        ([], [], []),
        ([Wanted(2)], [{}], [[]]),
        ([Wanted(0)], [{0: ANY}], [[]]),
        ([Wanted(1, held=1)], [{0: ANY}], [[]]),
        ([Wanted(1, held=3)], [{0: ANY}], [[]]),
        # The one who alone may answer the second is not used up by the first, whichever comes first.
        ([Wanted(1), Wanted(1)], [{0: ANY, 1: ONE}, {0: ANY}], [[1], [0]]),
        ([Wanted(1, tier=0), Wanted(1, tier=1)], [{0: ANY, 1: ONE}, {0: ANY}], [[1], [0]]),
        # A seat of an earlier tier comes before any number of later ones.
        ([Wanted(3, tier=1), Wanted(2, tier=0)], [{0: ANY, 1: ANY}, {0: ONE, 1: ONE}], [[], [0, 1]]),
        # Shortage is shared by share, of equal shares the smaller one's seat first, and what is held counts.
        ([Wanted(4), Wanted(2)], [dict.fromkeys(range(3), ANY)] * 2, [[1, 2], [0]]),
        ([Wanted(3), Wanted(1)], [{0: ANY}] * 2, [[], [0]]),
        ([Wanted(4, held=2), Wanted(4)], [dict.fromkeys(range(2), ANY)] * 2, [[], [0, 1]]),
    ],
)
def test_cases(wanted: list[Wanted], choices: Choices, seated: list[list[int]]) -> None:
    """Small ones that can be told at sight."""
    assert seat(wanted, choices) == seated


def test_a_chain_of_moves() -> None:
    """A seat is filled through others when nobody free may answer it: as many of them move as must."""
    last = 30
    wanted = [Wanted(1, tier=n) for n in range(last)]
    choices: Choices = [{n: (0,), n + 1: (1,)} for n in range(last - 1)] + [{0: (0,)}]
    assert seat(wanted, choices) == [[n + 1] for n in range(last - 1)] + [[0]]


def test_costs_are_compared_place_by_place() -> None:
    """No sum of later places outweighs an earlier one."""
    choices: Choices = [{0: (0, 10**6), 1: (0, 10**6), 2: (1, 0), 3: (0, 10**6)}]
    assert seat([Wanted(3)], choices) == [[0, 1, 3]]
