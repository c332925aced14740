"""What a volunteer who walked in said they can do counts as anybody's skills do."""

from __future__ import annotations

from typing import Any

import pytest

from campctl.effective import desired
from campctl.model.answering import Traits
from campctl.model.campaign import Answer

from .small_campaign import AT, campaign, desks, hotline, override


@pytest.mark.parametrize(
    ("answer", "traits", "penalty"),
    [
        ({"skills": ("vp",)}, None, 0),
        ({"skills": ("vp",)}, Traits(("vp",)), 0),
        ({"skills": ("vp",)}, Traits(("rides",)), None),
        ({"skills": ("vp",)}, Traits(), None),
        ({"skills": ("vp", "law")}, Traits(("vp",)), 1),
        ({"skills": ("vp",), "languages": ("en", "es")}, Traits(("vp",), ("es",)), 1),
        ({"languages": ("es",)}, Traits(("vp",)), None),
        ({"roles": ("lawyer",)}, Traits(("vp",)), None),
        ({"roles": ("volunteer",)}, Traits(), 0),
        ({"roles": ("lawyer",)}, None, 0),
        ({"offices": ("hq",)}, Traits(), 0),
        ({"offices": ("field",)}, Traits(), None),
        ({"users": ("ann",)}, Traits(("vp",)), None),
        ({}, Traits(), 0),
        ({"skills": ("vp",), "ports": False}, Traits(("vp",)), None),
    ],
)
def test_who_checked_in_answers_what_they_can(answer: dict[str, Any], traits: Traits | None, penalty: int | None) -> None:
    """None of them gets a seat without the skills asked for; who said nothing counts as having one of each, as ever."""
    found = campaign(ports=desks(1), hotlines=hotline(seats=0, answer=Answer(**answer)))
    made = override("port", "hq/a1", lit=True, volunteer="Sam", traits=traits, hotline="vp")
    seats = desired(found, AT, [made]).seating["vp"].filled
    assert [seat.penalty for seat in seats] == ([] if penalty is None else [penalty])
    assert all(seat.name == "Sam" for seat in seats)


def test_a_user_who_sits_down_after_them_has_their_own() -> None:
    """The traits go with whoever said them."""
    made = override("port", "hq/a1", lit=True, volunteer="Sam", traits=Traits(), hotline="vp")
    later = override("port", "hq/a1", id="o2", lit=True, volunteer="Vi", hotline="vp")
    found = campaign(ports=desks(1), hotlines=hotline(seats=0))
    assert desired(found, AT, [made]).seating["vp"].filled == ()
    (seat,) = desired(found, AT, [made, later]).seating["vp"].filled
    assert seat.name == "Vi"
