"""The assignment is the best there is: against brute force, and against what must hold of any."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.capacity.matching import Want, match

Scores = list[list[int | None]]


def order(scores: Scores, wants: list[Want], amounts: dict[tuple[int, int], int]) -> tuple[int, int, int, int, int]:
    """What is compared, in this order: lists begun, lists at their least, people begun, placed, score."""
    got = [sum(amounts.get((v, k), 0) for v in range(len(scores))) for k in range(len(wants))]
    total = sum(amount * (scores[v][k] or 0) for (v, k), amount in amounts.items())
    first = sum(min(have, want.first) for have, want in zip(got, wants, strict=True))
    least = sum(min(have, want.least) for have, want in zip(got, wants, strict=True))
    begun = len({v for (v, _), amount in amounts.items() if amount})
    return first, least, begun, sum(got), total


def brute(scores: Scores, supplies: list[int], wants: list[Want], limits: list[list[int]]) -> tuple[int, int, int, int, int]:
    """The best of every possible assignment."""
    cells = [(v, k) for v, row in enumerate(scores) for k, score in enumerate(row) if score is not None]
    best = (0, 0, 0, 0, 0)
    for chosen in itertools.product(*(range(min(supplies[v], limits[v][k], wants[k].most) + 1) for v, k in cells)):
        amounts = dict(zip(cells, chosen, strict=True))
        fits = all(sum(amounts.get((v, k), 0) for k in range(len(wants))) <= supply for v, supply in enumerate(supplies))
        if fits and all(sum(amounts.get((v, k), 0) for v in range(len(scores))) <= want.most for k, want in enumerate(wants)):
            best = max(best, order(scores, wants, amounts))
    return best


@st.composite
def problems(draw, people=5, lists=3, most=3, supply=1):
    """A few people, a few lists; some pairs forbidden, many scores equal."""
    rows, columns = draw(st.integers(1, people)), draw(st.integers(1, lists))
    scores = [[draw(st.none() | st.integers(0, 6)) for _ in range(columns)] for _ in range(rows)]
    wants = []
    for _ in range(columns):
        full = draw(st.integers(0, most))
        least = draw(st.integers(0, full))
        wants.append(Want(full, least, min(1, least)))
    supplies = [draw(st.integers(0, supply)) for _ in range(rows)] if supply > 1 else [1] * rows
    limits = [[draw(st.integers(0, supply)) for _ in range(columns)] for _ in range(rows)] if supply > 1 else [[1] * columns] * rows
    return scores, supplies, wants, limits


def amounts_of(found) -> dict[tuple[int, int], int]:
    return {(v, k): amount for v, k, amount in found.flows}


@settings(max_examples=300, deadline=None)
@given(problems())
def test_people_are_placed_as_well_as_can_be(problem) -> None:
    """Of everything possible: fewest lists starved, most of what lists need, most people placed, highest total."""
    scores, supplies, wants, limits = problem
    found = match(scores, supplies, wants)
    assert order(scores, wants, amounts_of(found)) == brute(scores, supplies, wants, limits)
    assert found.total == order(scores, wants, amounts_of(found))[-1]


@settings(max_examples=150, deadline=None)
@given(problems(people=3, lists=2, most=4, supply=3))
def test_hours_are_divided_as_well_as_can_be(problem) -> None:
    """The same with several hours each, and limits on how many of them a list can use."""
    scores, supplies, wants, limits = problem
    found = match(scores, supplies, wants, limits, first=1)
    assert order(scores, wants, amounts_of(found)) == brute(scores, supplies, wants, limits)


@settings(max_examples=100, deadline=None)
@given(problems(people=40, lists=8, most=9, supply=5))
def test_nothing_is_exceeded_and_nothing_forbidden(problem) -> None:
    """No list beyond its wants, nobody beyond their hours or a pair's limit, nobody where they may not call; nobody idle in vain."""
    scores, supplies, wants, limits = problem
    found = match(scores, supplies, wants, limits)
    amounts = amounts_of(found)
    for (v, k), amount in amounts.items():
        assert scores[v][k] is not None
        assert 0 < amount <= limits[v][k]
    used = [sum(amounts.get((v, k), 0) for k in range(len(wants))) for v in range(len(scores))]
    got = tuple(sum(amounts.get((v, k), 0) for v in range(len(scores))) for k in range(len(wants)))
    assert all(mine <= supply for mine, supply in zip(used, supplies, strict=True))
    assert got == found.got
    assert all(have <= want.most for have, want in zip(got, wants, strict=True))
    for v, k in itertools.product(range(len(scores)), range(len(wants))):
        idle = used[v] < supplies[v] and got[k] < wants[k].most and amounts.get((v, k), 0) < limits[v][k]
        assert scores[v][k] is None or not idle


def test_no_list_starves_while_another_is_full() -> None:
    """The first person of each list comes before the second of any, however much better they suit the other."""
    found = match([[900, 0], [900, 0], [900, 0]], [1, 1, 1], [Want(3, 1, 1), Want(3, 1, 1)])
    assert found.got == (2, 1)


def test_a_place_for_everybody_comes_before_the_best_place_for_some() -> None:
    """Who could go to either list makes room for the one who can go to one only."""
    found = match([[900, 1], [1, None]], [1, 1], [Want(1), Want(1)])
    assert found.flows == ((0, 1, 1), (1, 0, 1))


def test_of_equals_the_first_are_taken() -> None:
    """The same input gives the same answer, and ties go by order."""
    found = match([[5, 5], [5, 5], [5, 5]], [1, 1, 1], [Want(1), Want(1)])
    assert found == match([[5, 5], [5, 5], [5, 5]], [1, 1, 1], [Want(1), Want(1)])
    assert sorted(v for v, _, _ in found.flows) == [0, 1]


def test_large_amounts() -> None:
    """Amounts as large as the files may say change nothing: costs are whole numbers of any size."""
    most = 60_000_000
    found = match([[1_000_000, None], [1_000_000, 0]], [10_080, 10_080], [Want(most, most, 60), Want(most, 60, 60)], first=60)
    assert found.got == (10_080 + 10_020, 60)


def test_nobody_and_nothing() -> None:
    """Without people, or with lists that want nobody, nothing is matched and nothing breaks."""
    assert match([], [], [Want(3)]).got == (0,)
    assert match([[4]], [1], [Want(0)]).flows == ()
    assert match([[None]], [1], [Want(2)]).flows == ()
