"""Where somebody who came in sits best: which desks of an office are empty, and which hotline misses them most. Pure.

A hotline's pull is (people missing + callers waiting) x 2^(priority / 10) x (1 + longest wait / time to answer in, 4 at the most):
ten points of priority count as much as twice the people missing, and a wait of four times what is promised five times as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from campctl.effective.crowd import penalty
from campctl.effective.diversion import diversion
from campctl.effective.formula import active_at
from campctl.effective.opening import open_at, turns
from campctl.effective.places import Places
from campctl.effective.staff import Staff
from campctl.effective.words import asked_for
from campctl.findings.text import plural
from campctl.model.answering import Traits, guest, port_may_answer
from campctl.model.campaign import Campaign, Hotline, Port, User, home_of
from campctl.model.live import QueueNow
from campctl.model.records import Override

Taken = Literal["lit", "kept-dark", "own", "no-device", "no-location", "evacuated", "reserved"]
"""Why a desk is not empty: somebody answers there, an override keeps it dark, it is somebody's own, it has no phone, 911 would not
know where it is, its office is evacuated, or an override is about to use it."""


LONGEST = timedelta(hours=16)
"""Nobody sits until a closing time that is further away: the hotline is closed now, and opens tomorrow."""


class Person(Struct, frozen=True):
    """Who came in: a user, or somebody who walked in. `traits` None: what they can do is for the lead to know."""

    name: str
    user: User | None = None
    traits: Traits | None = None

    def at(self, port: Port) -> User | None:
        """The record that counts while they sit there."""
        if self.user is not None or self.traits is None:
            return self.user
        return guest(port, self.name, self.traits)


class Floorplan(Struct, frozen=True):
    """An office's desks: those that are empty, by id, and the others with why they are not."""

    empty: tuple[Port, ...]
    taken: tuple[tuple[Port, Taken], ...]

    def having(self, *whys: Taken) -> list[Port]:
        """Desks that are not empty for one of these reasons."""
        return [port for port, why in self.taken if why in whys]


class Pull(Struct, frozen=True, kw_only=True):
    """How much a hotline misses this person. `short` counts the seat they leave; `room`: seats it may have beyond those it has."""

    hotline: str
    desk: str
    short: int
    filled: int
    wanted: int
    room: int
    waiting: int = 0
    longest_wait: float = 0.0
    priority: int = 0
    penalty: int = 0
    takes_calls: bool = True
    pull: float = 0.0

    @property
    def adds_seat(self) -> bool:
        """Whether they bring a seat with them: no seat that is wanted is empty."""
        return self.short == 0


class Placing(Struct, frozen=True, kw_only=True):
    """What came of looking: hotlines by pull, and why the others are not among them."""

    pulls: tuple[Pull, ...]
    refused: dict[str, str]


def floorplan(campaign: Campaign, staff: Staff, overrides: Sequence[Override], office: str, person: Person, *, phone: bool) -> Floorplan:
    """The desks of an office as somebody sees it who comes in. `phone`: a desk without a device is of no use."""
    places = Places(campaign)
    reserved = {one.subject for one in overrides if one.kind == "port" and one.start > staff.at}
    mine = person.user.id if person.user is not None else ""
    empty, taken = [], []
    for port in sorted((port for port in campaign.ports.values() if port.office == office), key=lambda port: port.id):
        why = _taken(campaign, staff, port, mine, places, phone=phone) or ("reserved" if port.id in reserved else None)
        if why is None:
            empty.append(port)
        else:
            taken.append((port, why))
    return Floorplan(tuple(empty), tuple(taken))


def _taken(campaign: Campaign, staff: Staff, port: Port, mine: str, places: Places, *, phone: bool) -> Taken | None:
    checks: tuple[tuple[bool, Taken], ...] = (
        (port.office in staff.away, "evacuated"),
        (port.id in staff.lit, "lit"),
        (port.id in staff.kept_dark, "kept-dark"),
        (port.user in campaign.users and port.user != mine, "own"),
        (not places.port(port.office, port.floor, port.room), "no-location"),
        (phone and not port.device, "no-device"),
    )
    return next((why for holds, why in checks if holds), None)


def placing(
    campaign: Campaign,
    staff: Staff,
    overrides: Sequence[Override],
    person: Person,
    desks: Sequence[Port],
    live: Mapping[str, QueueNow],
    only: str = "",
) -> Placing:
    """Hotlines that `person` may answer from one of `desks`, the one that misses them most first, each with the desk that suits it best.

    live: queue to what goes on there, where it is known. only: just this hotline.
    """
    diverted = diversion(campaign, active_at(overrides, staff.at), [])
    pulls: list[Pull] = []
    refused: dict[str, str] = {}
    for hotline in campaign.hotlines.values():
        if only and hotline.id != only:
            continue
        backend = hotline.backend or campaign.default_backend
        here = [port for port in desks if home_of(campaign, port) == backend]
        able = [port for port in here if port_may_answer(hotline.answer, port, person.at(port))]
        if not able:
            refused[hotline.id] = _why_not(hotline, backend, here=bool(here))
            continue
        desk = _best(able, hotline, person)
        one = _pull(campaign, hotline, staff, person, desk, live.get(hotline.id))
        if not one.short and not one.room:
            refused[hotline.id] = f"all of its {plural(one.wanted, 'seat')} are filled, and it may have no more (`seats.max`)"
        else:
            pulls.append(one if diverted.forward(hotline.id) is None else replace(one, takes_calls=False))
    pulls.sort(key=lambda one: (not one.takes_calls, -one.pull, -one.priority, one.penalty, one.filled / max(1, one.wanted), one.hotline))
    return Placing(pulls=tuple(pulls), refused=refused)


def _best(able: Sequence[Port], hotline: Hotline, person: Person) -> Port:
    """Their own desk, else one meant for the hotline, else one meant for none, by id."""
    mine = person.user.id if person.user is not None else None
    return min(able, key=lambda port: (port.user != mine, port.hotline != hotline.id, port.hotline != "", port.id))


def _pull(campaign: Campaign, hotline: Hotline, staff: Staff, person: Person, desk: Port, now: QueueNow | None) -> Pull:
    seating = staff.seating[hotline.id]
    seats = seating.at_level(1)
    leaves = person.user is not None and any(_sits(staff, seat.line) == person.user.id for seat in seats)
    short = max(0, seating.wanted - len(seats) + leaves)
    waiting, wait = (now.waiting, now.longest_wait) if now is not None else (0, 0.0)
    promised = max(1, hotline.service.answer_within)
    urgency = 1 + min(wait / promised, 4) if waiting else 1.0
    return Pull(
        hotline=hotline.id,
        desk=desk.id,
        short=short,
        filled=len(seats) - leaves,
        wanted=seating.wanted,
        room=max(0, hotline.seats.max - seating.wanted),
        waiting=waiting,
        longest_wait=wait,
        priority=hotline.priority,
        penalty=penalty(hotline.answer, person.at(desk)),
        takes_calls=open_at(hotline.hours, ZoneInfo(hotline.time_zone or campaign.time_zone), staff.at),
        pull=(short + waiting) * 2 ** (hotline.priority / 10) * urgency,
    )


def _sits(staff: Staff, line: str) -> str:
    """The user who answers by a line."""
    kind, _, name = line.partition("/")
    return name if kind == "user" else staff.lit[name].user


def pull_words(one: Pull, others: Sequence[Pull] = ()) -> str:
    """Why there: "main misses 2 of 10 people, 4 callers wait, the longest 1 min 35 s (priority 50); next: rides, misses 1"."""
    words = f"{_state(one)} (priority {one.priority})"
    following = next((other for other in others if other.hotline != one.hotline), None)
    return words if following is None else f"{words}; next would be {_state(following)}"


def _state(one: Pull) -> str:
    if one.short:
        words = f"{one.hotline} misses {one.short} of {plural(one.wanted, 'person', 'people')}"
    else:
        words = f"{one.hotline} has all of its {plural(one.wanted, 'seat')} filled and room for {one.room} more"
    if one.waiting:
        words += f", {plural(one.waiting, 'caller')} wait{'s' if one.waiting == 1 else ''}, the longest {round(one.longest_wait)} s"
    return words if one.takes_calls else f"{words}, and takes no calls now"


def _why_not(hotline: Hotline, backend: str, *, here: bool) -> str:
    if not here:
        return f"its queue is on {backend}, and no empty desk here is"
    if not hotline.answer.ports:
        return "only people's own phones may answer it (`ports: false`)"
    return f"it asks for {asked_for(hotline.answer)}"


def ends(campaign: Campaign, hotline: Hotline, at: datetime, shift_end: datetime | None) -> tuple[datetime, str]:
    """When somebody who sits down now leaves, and why then: their shift is over, the hotline closes, or eight hours have passed."""
    if shift_end is not None and shift_end > at:
        return shift_end, "their shift ends then"
    zone = ZoneInfo(hotline.time_zone or campaign.time_zone)
    closes = (instant for instant, opens in turns(hotline.hours, zone, at, at + LONGEST) if not opens)
    first = next(closes, None)
    if first is not None:
        return first, f"{hotline.id} closes then"
    return (at + timedelta(hours=8)).replace(second=0, microsecond=0), "eight hours from now: neither a shift nor a closing time says when"
