"""Pictures: the same whether made step by step or at once, and sharing what did not change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.app.picture import AlertLine, Picture
from campctl.app.picturing import Pictures
from campctl.app.wishing import Wish
from campctl.effective.result import LitPort, Seating
from campctl.effective.staff import Staff
from campctl.live.board import BackendBoard, Board, HotlineBoard, LineBoard
from campctl.model.campaign import Address, Answer, BackendSpec, Campaign, Hotline, HoursRule, Office, Port, Seats, Service, User, Volume

NOON = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)
OFFICES = {name: Office(name, name.title(), Address(), "America/Chicago", "pbx") for name in ("hq", "field")}
USERS = {f"p{n}": User(f"p{n}", f"Person {n}", ("hq", "field")[n % 2], f"30{n:02}") for n in range(12)}
PORTS = {port.id: port for port in (Port(("hq", "field")[n % 2], f"a{n}", f"31{n:02}") for n in range(8))}
HOTLINE = Hotline("main", "Main", Seats(5), Answer(), hours=(HoursRule((0, 1, 2, 3, 4), 480, 1200),), service=Service(20, 0.8), wrap_up=10)
CAMPAIGN = Campaign(
    name="Test",
    country="US",
    time_zone="America/Chicago",
    default_backend="pbx",
    backends={"pbx": BackendSpec("pbx", "sim")},
    offices=OFFICES,
    users=USERS,
    ports=PORTS,
    hotlines={"main": HOTLINE},
)


def wish(lit: dict[str, LitPort] | None = None, campaign: Campaign = CAMPAIGN) -> Wish:
    seating = {"main": Seating(hotline="main", wanted=5, whence="baseline 5")}
    staff = Staff(NOON, seating, lit or {}, frozenset())
    return Wish(campaign=campaign, staff=staff, until=None, unlocated=frozenset({"field/a7"}), escalation={}, diverted={}, activity=())


def board(lines: dict[str, LineBoard], *, health: str = "live", version: int = 1, at: datetime = NOON, **hotline: object) -> Board:
    row = HotlineBoard(id="main", backend="pbx", **hotline)  # type: ignore[arg-type]
    backend = BackendBoard(name="pbx", health=health, heard=NOON)  # type: ignore[arg-type]
    return Board(at=at, version=version, backends={"pbx": backend}, hotlines={"main": row}, lines=lines)


def line(id_: str, state: str = "free", *, registered: bool = True) -> LineBoard:
    return LineBoard(id=id_, backend="pbx", registered=registered, state=state, queues=("main",))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_step_by_step_as_at_once(seed: int) -> None:
    """Lines that come, change and go, desks that are lit and taken: each picture is the one that would be made from nothing."""
    random, making = Random(seed), Pictures()
    names = [*(f"user/{user}" for user in USERS), *(f"port/{port}" for port in PORTS), "user/stranger", "port/hq/gone"]
    lines: dict[str, LineBoard] = {}
    now = wish()
    for _ in range(12):
        lines = dict(lines)
        for name in random.sample(names, 3):
            if random.random() < 0.2:
                lines.pop(name, None)
            else:
                lines[name] = line(name, random.choice(["free", "busy", "ringing", "paused", "gone"]), registered=random.random() < 0.8)
        if random.random() < 0.3:
            lit = {port: LitPort("manifest", user=random.choice([*USERS, ""]), hotline="main") for port in random.sample(sorted(PORTS), 3)}
            now = wish(lit)
        shown = board(lines, health=random.choice(["live", "live", "stale"]))
        picture, fresh = making.picture(shown, now), Pictures().picture(shown, now)
        assert (picture.offices, picture.people, picture.hotlines) == (fresh.offices, fresh.people, fresh.hotlines)


def test_what_did_not_change_is_the_same_object() -> None:
    """One line that changes makes one person and one office anew; the same board again makes no new picture, only a later one."""
    making, now = Pictures(), wish()
    lines = {f"user/{user}": line(f"user/{user}") for user in USERS}
    first = making.picture(board(lines), now)
    again = making.picture(board(lines, at=NOON + timedelta(seconds=1)), now)
    assert (again.version, again.people is first.people, again.offices is first.offices) == (first.version, True, True)
    after = making.picture(board({**lines, "user/p3": line("user/p3", "busy")}), now)
    assert after.version == first.version + 1
    assert [one.id for one, before in zip(after.people, first.people, strict=True) if one is not before] == ["p3"]
    assert [one.id for one, before in zip(after.offices, first.offices, strict=True) if one is not before] == ["field"]


def test_alerts_are_those_of_whoever_was_handed_in() -> None:
    """The function gets a picture without alerts; what it says stands in the next one, and changes its number once."""
    seen: list[Picture] = []
    alert = AlertLine(rule="r", severity="critical", subject="hotline/main", words="too many", since=NOON)

    def alerting(picture: Picture) -> tuple[AlertLine, ...]:
        seen.append(picture)
        return (alert,) if len(seen) > 1 else ()

    making, now = Pictures(alerting), wish()
    pictures = [making.picture(board({}), now) for _ in range(3)]
    assert [picture.alerts for picture in pictures] == [(), (alert,), (alert,)]
    assert [picture.version for picture in pictures] == [1, 2, 2]
    assert all(picture.alerts == () for picture in seen)


@pytest.mark.parametrize(
    ("watched", "ended", "volume", "asked"),
    [
        (4, 50, None, None),  # too short a watch to know how many call
        (30, 0, None, None),  # nobody knows how long a call takes
        (30, 0, Volume(handling_time=170, patience=0), 5),  # what the campaign expects
        (30, 50, None, 5),  # what was seen: 160 s and 10 s of wrap-up
        (10, 50, None, 12),  # the same calls in a third of the time
    ],
)
def test_what_erlang_asks_for(watched: int, ended: int, volume: Volume | None, asked: int | None) -> None:
    """From the calls of the last half hour, as far as it was watched, and the time they took: 30 calls of 170 s at 80 % within 20 s."""
    campaign = replace(CAMPAIGN, hotlines={"main": replace(HOTLINE, volume=volume, service=Service(20, 0.8, 1.0))})
    minutes = (0,) * 50 + (3,) * 10 if watched == 10 else (0,) * 30 + (1,) * 30
    shown = board({}, watched=watched, minutes=minutes, ended=ended, talked=160.0 * ended)
    assert Pictures().picture(shown, wish(campaign=campaign)).hotlines[0].asked == asked


def test_shares_and_waits() -> None:
    """Service levels of those answered or given up, None without any; the wait in whole seconds; stale and open as they are."""
    oldest = NOON - timedelta(seconds=12.7)
    shown = board({}, waiting=2, oldest=oldest, answered=8, abandoned=2, within=6, recent_answered=1, recent_within=1, agents={"free": 3})
    row = Pictures().picture(shown, wish()).hotlines[0]
    assert (row.longest_wait, row.level_today, row.level_now, row.open, row.stale, row.seated) == (12.0, 0.6, 1.0, True, False, 3)
    night = board({}, health="stale", at=NOON + timedelta(hours=9))
    row = Pictures().picture(night, wish()).hotlines[0]
    assert (row.level_today, row.level_now, row.open, row.stale) == (None, None, False, True)


@pytest.mark.parametrize("health", ["stale", "lost"])
def test_a_wait_ends_with_the_last_word(health: str) -> None:
    """Of an exchange that is not heard, a caller is known to have waited until it was heard last; whether they still do, nobody knows."""
    making = Pictures()
    for seconds in (0, 60, 3600):
        (row,) = making.picture(
            board({}, health=health, at=NOON + timedelta(seconds=seconds), oldest=NOON - timedelta(seconds=30), waiting=1), wish()
        ).hotlines
        assert (row.waiting, row.longest_wait, row.stale) == (1, 30.0, True)


def test_one_exchange_that_was_never_heard_hides_nothing_of_the_others() -> None:
    """Phones that are gone are unreachable where their exchange was heard; of one that never was, nobody knows of its phones."""
    offices = {**OFFICES, "field": replace(OFFICES["field"], backend="other")}
    backends = {**CAMPAIGN.backends, "other": BackendSpec("other", "sim")}
    lit = {"hq/a0": LitPort("manifest"), "field/a1": LitPort("manifest")}
    heard = board({})
    shown = replace(heard, backends={**heard.backends, "other": BackendBoard(name="other", health="lost")})
    picture = Pictures().picture(shown, wish(lit, replace(CAMPAIGN, offices=offices, backends=backends)))
    assert {person.office: person.state for person in picture.people} == {"hq": "unreachable", "field": ""}
    assert {cell.state for office in picture.offices for cell in office.desks if cell.id in lit} == {"unreachable", "lit"}
