"""Finding what the command line names."""

from __future__ import annotations

import pytest

from campctl.app.find import desk, one
from campctl.errors import NotFound, UsageError
from campctl.model.campaign import Address, Campaign, Office, Port

OFFICES = {name: Office(name, name, Address(), "UTC", "local") for name in ("chicago-hq", "phoenix")}
PORTS = {port.id: port for port in (Port("chicago-hq", "a001", "1"), Port("phoenix", "a001", "2"), Port("phoenix", "front", "3"))}
CAMPAIGN = Campaign("c", "US", "UTC", "local", offices=OFFICES, ports=PORTS)


@pytest.mark.parametrize(
    ("text", "office", "found"),
    [
        ("phoenix/a001", "", "phoenix/a001"),
        ("front", "", "phoenix/front"),
        ("a001", "chicago-hq", "chicago-hq/a001"),
        ("phoenix/front", "chicago-hq", "phoenix/front"),
    ],
)
def test_desks_by_name(text: str, office: str, found: str) -> None:
    """office/desk, the desk alone where one office has it, or the desk of a named office."""
    assert desk(CAMPAIGN, text, office).id == found


def test_a_desk_that_two_offices_have() -> None:
    """An ambiguous desk is refused with the offices that have it."""
    with pytest.raises(UsageError, match="chicago-hq, phoenix"):
        desk(CAMPAIGN, "a001")


@pytest.mark.parametrize(("text", "near"), [("phoenix/a002", "phoenix/a001"), ("frnt", "front")])
def test_a_desk_that_is_not_there(text: str, near: str) -> None:
    """An unknown desk says what is near."""
    with pytest.raises(NotFound) as caught:
        desk(CAMPAIGN, text)
    assert near in caught.value.hint


def test_an_office_that_is_not_there() -> None:
    """An unknown id says what is near, or where all are listed."""
    with pytest.raises(NotFound) as caught:
        one(OFFICES, "chicago", "office")
    assert "chicago-hq" in caught.value.hint
    with pytest.raises(NotFound) as caught:
        one(OFFICES, "zzz", "office")
    assert "campctl office list" in caught.value.hint
