"""Whatever a day brings, in whatever order and by whatever clock: what always holds of alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.app.alert_words import Directory
from campctl.app.alerting import AlertState, acknowledge, evaluate, standing
from campctl.model.alerts import AlertRule
from servers.pictures import NOW, campaign, emergency, hotline, picture

DIRECTORY = Directory(campaign())
HOLD, CLEAR = 20, 15
RULES = (
    AlertRule(id="crowd", when="waiting", above=5, hold=HOLD, clear_after=CLEAR),
    AlertRule(id="emergency-call", when="emergency-call", severity="critical"),
)
LOOKS = st.lists(
    st.tuples(
        st.sampled_from([1.0, 4.0, 7.0, 10.0, -30.0, 3600.0, -86_400.0, 0.0]),  # since the last look; clocks jump
        st.sampled_from([0, 5, 6, 60]),  # who wait
        st.booleans(),  # whether the exchange is silent
        st.sets(st.integers(0, 3)),  # which emergency calls are listed
        st.booleans(),  # whether everything raised is acknowledged
    ),
    max_size=60,
)


def shown(look: tuple[float, int, bool, set[int], bool], now: Any) -> Any:
    """The picture of one look."""
    _, waiting, stale, calls, _ = look
    listed = tuple(emergency(at=NOW + timedelta(seconds=call)) for call in sorted(calls))
    return picture(now, hotlines=(hotline(waiting=waiting, stale=stale),), emergencies=listed)


@given(LOOKS)
@settings(max_examples=300)
def test_raised_and_cleared_take_turns(looks: list[Any]) -> None:
    """Each key is raised, then cleared, then raised; an emergency call once at most. What stands is what was raised and not cleared."""
    state, now = AlertState(), NOW
    up: set[str] = set()
    ever: list[str] = []
    for look in looks:
        now += timedelta(seconds=look[0])
        found = evaluate(RULES, state, shown(look, now), now, DIRECTORY)
        for track in found.cleared:
            assert track.key in up
            up.remove(track.key)
        for track in found.raised:
            assert track.key not in up
            up.add(track.key)
            ever.append(track.id)
        assert {track.key for track in standing(found.state)} == up
        assert len(found.state.tracks) <= 5
        # Being written down and read again changes nothing.
        state = msgspec.json.decode(msgspec.json.encode(found.state), type=AlertState)
        if look[4]:
            for track in standing(state):
                state = acknowledge(state, track.id, "bo")
    assert all(ever.count(id_) == 1 for id_ in ever)


@given(LOOKS)
@settings(max_examples=300)
def test_nothing_is_raised_or_cleared_by_what_nobody_saw(looks: list[Any]) -> None:
    """A crowd is raised only after HOLD seconds of looks that saw it, cleared only after CLEAR seconds of looks that saw it gone."""
    state, now = AlertState(), NOW
    seen = gone = 0.0
    for look in looks:
        now += timedelta(seconds=look[0])
        found = evaluate(RULES, state, shown(look, now), now, DIRECTORY)
        step = min(max(look[0], 0.0), 15.0)
        if not look[2]:
            seen, gone = (seen + step, 0.0) if look[1] > 5 else (0.0, gone + step)
        for track in found.raised:
            assert track.rule != "crowd" or (seen >= HOLD and not look[2])
        for track in found.cleared:
            assert track.rule != "crowd" or (gone >= CLEAR and not look[2])
        state = found.state
