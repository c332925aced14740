"""What is kept of an exchange for whoever looks next: the last hour, midnight, and what nobody saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from campctl.live.board import HotlineBoard
from campctl.live.fold import Fold
from campctl.live.memory import Memory
from campctl.model.live import Event, Live, QueueNow
from campctl.model.resources import Key

CHICAGO = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=CHICAGO).astimezone(UTC)


def looked(at: datetime, answered: int, *, epoch: str = "1", waiting: int = 0, memory: Memory | None = None) -> Fold:
    """A fold after one look, with what was kept before."""
    fold = Fold(zone=CHICAGO)
    if memory is not None:
        fold.remember(msgspec.json.decode(msgspec.json.encode(memory), type=Memory))
    queue = QueueNow(queue="main", answered=answered, within=answered, waiting=waiting, longest_wait=60.0 if waiting else 0.0)
    fold.look(Live(at=at, backend="pbx", since=NOON - timedelta(days=2), epoch=epoch, queues=(queue,)))
    return fold


def row(fold: Fold, at: datetime) -> HotlineBoard:
    return fold.board(at).hotlines["main"]


def kept(fold: Fold) -> Memory:
    (memory,) = fold.memories()
    return memory


def test_calls_nobody_saw_are_shared_out() -> None:
    """Thirty calls in ten minutes between two looks: three a minute, and "now" is known."""
    first = looked(NOON, 100)
    later = NOON + timedelta(minutes=10)
    second = looked(later, 130, memory=kept(first))
    found = row(second, later + timedelta(minutes=1))
    assert sum(found.minutes) == 30
    assert set(found.minutes[-10:]) <= {2, 3}
    assert (found.recent_answered, found.recent_within, found.watched) == (30, 30, 11)


def test_what_was_seen_stays_where_it_was() -> None:
    """A call of ten minutes ago is in its minute still; it is not counted twice though the exchange counts it too."""
    first = looked(NOON, 100)
    data = {"call": "a", "line": "user/ann", "waited": 3.0}
    first.event(Event(at=NOON + timedelta(seconds=5), backend="pbx", type="call-answered", key=Key("queue", "main"), data=data))
    later = NOON + timedelta(minutes=10)
    found = row(looked(later, 101, memory=kept(first)), later)
    assert (found.minutes[-10], sum(found.minutes), found.recent_answered) == (1, 1, 1)


@pytest.mark.parametrize(
    ("minutes_before", "today", "since"),
    [(5, 20, datetime(2026, 11, 4, 0, 0, tzinfo=CHICAGO)), (60, 120, (NOON - timedelta(days=2)).astimezone(CHICAGO))],
)
def test_midnight_is_known_to_who_was_looked_at_shortly_before(minutes_before: int, today: int, since: datetime) -> None:
    """A look minutes before midnight tells what had been counted then; one of an hour before does not: the exchange's start holds."""
    midnight = datetime(2026, 11, 4, 0, 0, tzinfo=CHICAGO).astimezone(UTC)
    evening = looked(midnight - timedelta(minutes=minutes_before), 100)
    morning = midnight + timedelta(hours=8)
    found = row(looked(morning, 120, memory=kept(evening)), morning)
    assert (found.answered, found.since) == (today, since)


def test_midnight_stays_known_all_day() -> None:
    """Who took midnight up hands it on."""
    midnight = datetime(2026, 11, 4, 0, 0, tzinfo=CHICAGO).astimezone(UTC)
    memory = kept(looked(midnight - timedelta(minutes=1), 100))
    for hour, answered in ((8, 120), (12, 150), (20, 190)):
        at = midnight + timedelta(hours=hour)
        fold = looked(at, answered, memory=memory)
        assert row(fold, at).answered == answered - 100
        memory = kept(fold)


def test_another_life_keeps_the_hour_and_nothing_else() -> None:
    """After a restart the exchange's counts begin anew: the minutes stay, and no difference is made of unlike numbers."""
    first = looked(NOON, 100)
    second = looked(NOON + timedelta(minutes=5), 110, memory=kept(first))
    third = looked(NOON + timedelta(minutes=10), 3, epoch="2", memory=kept(second))
    found = row(third, NOON + timedelta(minutes=11))
    assert (found.answered, sum(found.minutes)) == (3, 10)


@pytest.mark.parametrize("minutes", [-5, 70, 3 * 24 * 60])
def test_memories_of_the_future_and_of_long_ago_are_none(minutes: int) -> None:
    """A clock that was set back, a board last watched over an hour ago: nothing is made up."""
    first = looked(NOON, 100)
    at = NOON + timedelta(minutes=minutes)
    found = row(looked(at, 400, memory=kept(first)), at)
    assert (found.watched, found.recent_answered, sum(found.minutes)) == (0, 0, 0)
