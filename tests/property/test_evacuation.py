"""An office that is evacuated leaves nobody in a seat there, and gets everything back as it was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.app.evacuating import held
from campctl.effective import desired, restored
from campctl.model.campaign import Campaign, Target
from campctl.model.records import Override

from .test_seating import AT, HOUR, OFFICES, Present, campaigns, members_of, overrides, presents


@settings(max_examples=150, deadline=None)
@given(campaigns(), overrides(), presents(), st.permutations(OFFICES))
def test_there_and_back(campaign: Campaign, live: list[Override], present: Present, offices: list[str]) -> None:
    """While it is evacuated nobody sits there and a second plan is empty; afterwards all is as before, to the last resource."""
    office, refuge = offices[:2]
    before = desired(campaign, AT, live, members_of(desired(campaign, AT, live, present)))
    made = Override(
        id="o9",
        kind="office",
        subject=office,
        author="ann",
        reason="r",
        start=AT - HOUR,
        to=Target("outside", "+13125550190"),
        refuge=refuge,
    )
    away = desired(campaign, AT, [*live, made], members_of(before))
    for seating in away.seating.values():
        for seat in seating.filled:
            kind, _, name = seat.line.partition("/")
            assert (campaign.users if kind == "user" else campaign.ports)[name].office != office
    assert not [desk for desk in away.lit if campaign.ports[desk].office == office]
    assert desired(campaign, AT, [*live, made], members_of(away)).backends == away.backends

    over = [*live, replace(made, held=held(before, away), end=AT)]
    back = desired(campaign, AT, over, restored(members_of(away), over, AT))
    assert back.backends == before.backends
    assert back.lit == before.lit
    assert desired(campaign, AT, live, members_of(back)).backends == before.backends
