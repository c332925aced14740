"""When an alert is raised and when it is over. Pure: rules, what was before, a picture and `now` to what is now.

- A rule's `for` and `clear_after` are counted from one look to the next, at most `LONGEST` seconds each: a clock that jumps
  an hour ahead, or a laptop that slept, raises and clears nothing, and one that jumps back delays by as little.
- What cannot be known (an exchange is silent) counts neither way: it raises nothing and clears nothing, and it is said.
- What was true again within `clear_after` was never over: no flapping.
- An emergency call is raised at once, and is over when somebody acknowledges it (after `FORGOTTEN` at the latest).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from campctl.app.alert_facts import Fact, facts
from campctl.app.alert_words import Directory
from campctl.app.picture import AlertLine, Picture
from campctl.model.alerts import SEVERITIES, Alert, AlertRule, Caller, Severity

LONGEST = 15.0
"""Seconds that one look after another counts for, at the most."""
FORGOTTEN = timedelta(hours=24)
"""After so long an emergency call that nobody acknowledged is no longer shown."""

REMEMBERED = 200
"""Emergency calls that were dealt with and are remembered, so that one listed again is not raised again."""


class Track(Struct, frozen=True, kw_only=True):
    """One fact over time. `held`: seconds it has been true; `well`: seconds it has been false since it was raised, None while true.

    raised: when, None while it is not true for long enough yet. over: an event that was dealt with, and is remembered.
    """

    key: str
    rule: str
    subject: str
    severity: Severity
    words: str
    since: datetime
    held: float = 0.0
    well: float | None = None
    raised: datetime | None = None
    id: str = ""
    acknowledged: str = ""
    stale: bool = False
    once: bool = False
    over: bool = False
    caller: Caller | None = None


class AlertState(Struct, frozen=True):
    """All that is remembered from one look to the next: `at` the last one, tracks by key. msgspec encodes it as it is."""

    at: datetime | None = None
    tracks: Mapping[str, Track] = msgspec.field(default_factory=dict)


class Evaluation(Struct, frozen=True):
    """What came of a look. `raised` and `cleared` are those that became so just now, each once."""

    state: AlertState
    raised: tuple[Track, ...] = ()
    cleared: tuple[Track, ...] = ()


def evaluate(rules: Sequence[AlertRule], state: AlertState, picture: Picture, now: datetime, directory: Directory) -> Evaluation:
    """Look at a picture. Rules that are no longer written take their alerts with them."""
    step = min(max(0.0, (now - state.at).total_seconds()), LONGEST) if state.at is not None else 0.0
    tracks: dict[str, Track] = {}
    raised: list[Track] = []
    cleared: list[Track] = []
    seen = {fact.key: fact for fact in facts(rules, picture, directory)}
    by_id = {rule.id: rule for rule in rules}
    for key in (*seen, *(key for key in state.tracks if key not in seen)):
        before = state.tracks.get(key)
        after = _next(before, seen[key], step, now) if key in seen else _unseen(before, by_id, step, now)
        if after is not None:
            tracks[key] = after
        if after is not None and after.raised is not None and (before is None or before.raised is None):
            raised.append(after)
        if before is not None and _stands(before) and not _stands(after):
            cleared.append(before)
    return Evaluation(AlertState(now, _bounded(tracks)), tuple(raised), tuple(cleared))


def _next(before: Track | None, fact: Fact, step: float, now: datetime) -> Track | None:
    """A track after one more fact; None when it ends."""
    rule = fact.rule
    if fact.holds is None:
        return replace(before, stale=True) if before is not None else None
    if not fact.holds:
        return _wane(before, rule, step)
    if before is None:
        before = Track(
            key=fact.key, rule=rule.id, subject=fact.subject, severity=rule.severity, words="", since=_begun(fact, now), once=fact.once
        )
        step = 0.0
    if before.once and (dealt := _dealt_with(before, now)).over:
        return dealt
    # What was unknown in between does not count: nobody saw that it held.
    held = before.held + (0.0 if before.stale else step)
    after = replace(before, words=fact.words, severity=rule.severity, held=held, well=None, stale=False, caller=fact.caller)
    if after.raised is None and (fact.once or held >= rule.hold):
        after = replace(after, raised=now, id=identity(after, now))
    return after


def _begun(fact: Fact, now: datetime) -> datetime:
    return fact.caller.at if fact.caller is not None else now


def _wane(before: Track | None, rule: AlertRule, step: float) -> Track | None:
    """It is false: one not raised yet is forgotten, one that is raised must stay so for a while."""
    if before is None or before.raised is None:
        return None
    well = 0.0 if before.well is None else before.well + (0.0 if before.stale else step)
    return replace(before, well=well, stale=False) if well < rule.clear_after else None


def _unseen(before: Track | None, rules: Mapping[str, AlertRule], step: float, now: datetime) -> Track | None:
    """A track nothing was said of: its thing is gone, or it was an event that is no longer listed."""
    rule = rules.get(before.rule) if before is not None else None
    if before is None or rule is None:
        return None
    return _dealt_with(before, now) if before.once else _wane(before, rule, step)


def _dealt_with(before: Track, now: datetime) -> Track:
    """An event is over when somebody sees to it, or after a day; it is remembered, should it be listed again."""
    over = before.over or bool(before.acknowledged) or now - before.since > FORGOTTEN
    return replace(before, over=True) if over else before


def _bounded(tracks: dict[str, Track]) -> dict[str, Track]:
    """Of events that were dealt with the newest only."""
    over = [key for key, track in tracks.items() if track.over]
    if len(over) <= REMEMBERED:
        return tracks
    forgotten = set(sorted(over, key=lambda key: tracks[key].since)[: len(over) - REMEMBERED])
    return {key: track for key, track in tracks.items() if key not in forgotten}


def _stands(track: Track | None) -> bool:
    return track is not None and track.raised is not None and not track.over


def identity(track: Track, now: datetime) -> str:
    """Eight hexadecimal digits: the same for an event whoever sees it; for a condition, of when it was raised."""
    said = track.key if track.once else f"{track.key} {now.isoformat()}"
    return hashlib.blake2b(said.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()


def acknowledge(state: AlertState, id_: str, who: str) -> AlertState:
    """Somebody has seen it, and sees to it."""
    tracks = {key: replace(one, acknowledged=who) if one.id == id_ else one for key, one in state.tracks.items()}
    return AlertState(state.at, tracks)


def adopt(state: AlertState, alerts: Iterable[Alert]) -> AlertState:
    """Take over what is written down: alerts of other processes, or of this one before it was restarted; who acknowledged.

    What is open there is raised here, under the id it has, whatever was counted so far. An emergency call that is over there is
    dealt with here; a condition that is over there ends here by what is seen.
    """
    tracks = dict(state.tracks)
    for alert in alerts:
        track = tracks.get(alert.key)
        if alert.cleared is not None:
            if track is not None and track.once and track.id == alert.id:
                tracks[alert.key] = replace(track, acknowledged=alert.acknowledged or track.acknowledged, over=True)
        elif track is None:
            tracks[alert.key] = _from(alert)
        elif not track.over and (track.id, track.acknowledged) != (alert.id, alert.acknowledged):
            who = alert.acknowledged or track.acknowledged
            tracks[alert.key] = replace(track, id=alert.id, raised=track.raised or alert.raised, acknowledged=who)
    return AlertState(state.at, tracks)


def _from(alert: Alert) -> Track:
    return Track(
        key=alert.key,
        rule=alert.rule,
        subject=alert.subject,
        severity=alert.severity,
        words=alert.words,
        since=alert.since,
        raised=alert.raised,
        id=alert.id,
        acknowledged=alert.acknowledged,
        once=alert.once,
        caller=alert.caller,
    )


def standing(state: AlertState) -> list[Track]:
    """What is raised, the gravest first, then the oldest."""
    up = [track for track in state.tracks.values() if _stands(track)]
    return sorted(up, key=lambda track: (SEVERITIES.index(track.severity), track.since, track.key))


def lines(state: AlertState) -> tuple[AlertLine, ...]:
    """The same for the board."""
    return tuple(line_of(track, spoken(track)) for track in standing(state))


def line_of(one: Track | Alert, words: str) -> AlertLine:
    """One of them on the board."""
    return AlertLine(
        id=one.id,
        rule=one.rule,
        severity=one.severity,
        subject=one.subject,
        words=words,
        since=one.since,
        acknowledged=one.acknowledged,
    )


def spoken(track: Track) -> str:
    """Its words, and that they are old when they are."""
    return f"{track.words} (As last seen: its exchange is silent.)" if track.stale else track.words
