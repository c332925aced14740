"""Who already answers a hotline and sits down at another desk changes place; who comes in addition adds a seat."""

from __future__ import annotations

from typing import Any

from campctl.model.resources import Member


def first_line(camp: Any) -> set[str]:
    members = (resource for resource in camp.resources()["local"].values() if isinstance(resource, Member))
    return {member.line for member in members if member.queue == "voter-protection" and member.level == 1}


def test_a_seated_person_changes_place(camp: Any) -> None:
    """Ann answers from her own phone; at desk a001 she answers from there, and nobody joins or leaves."""
    before = first_line(camp)
    assert "user/ann.lee" in before
    assert camp.do("port", "seat", "a001", "--office", "chicago-hq", "--for", "ann.lee").status == 0
    assert first_line(camp) == before - {"user/ann.lee"} | {"port/chicago-hq/a001"}
    camp.settled()


def test_a_seated_person_changes_place_again(camp: Any) -> None:
    """From desk to desk the seats stay as many, the desk they left goes dark, and a plan right after is empty."""
    many = len(first_line(camp))
    for desk in ("a001", "a002"):
        assert camp.do("port", "seat", desk, "--office", "chicago-hq", "--for", "ann.lee").status == 0
    assert first_line(camp) & {"port/chicago-hq/a001", "port/chicago-hq/a002"} == {"port/chicago-hq/a002"}
    assert not camp.line("port/chicago-hq/a001").enabled
    camp.settled()
    assert len(first_line(camp)) == many


def test_a_volunteer_adds_a_seat(camp: Any) -> None:
    """A volunteer is one more pair of hands: everybody else stays."""
    before = first_line(camp)
    assert camp.do("port", "seat", "a001", "--office", "chicago-hq", "--volunteer", "Sam Ortiz").status == 0
    assert first_line(camp) == before | {"port/chicago-hq/a001"}
    camp.settled()
