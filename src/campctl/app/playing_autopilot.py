"""A rehearsed day with the autopilot at the phones: the rule of `capacity.autoscale`, on figures that the day itself makes.

It looks, decides and moves as `piloting_seats` does, by overrides of the same kind over the same desired(t), but nothing is applied
anywhere: seats are taken at the very second they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from campctl.app.piloting_rooms import AUTHOR, MARK, Place, places
from campctl.capacity.autoscale import Look, Memory, across, decide
from campctl.capacity.rehearsal.cast import Absence, Outage, Sitting, meant, opening
from campctl.capacity.rehearsal.outcome import Fates
from campctl.capacity.rehearsal.stage import Stage
from campctl.capacity.rehearsal.steered import Steered
from campctl.effective.scene import seated
from campctl.effective.staff import NOBODY, Staff, staff_at
from campctl.model.campaign import SeatChange
from campctl.model.records import Override

if TYPE_CHECKING:
    from campctl.app.playing import Plan

Chosen = Callable[[int, str], bool]
"""(number of an absence, person): whether it hits them this day."""


class Move(Struct, frozen=True, kw_only=True):
    """Seats of a hotline that came or went: when, from how many to how many, for what reason. need: seats that were needed."""

    at: datetime
    hotline: str
    before: int
    to: int
    need: int | None
    reason: str


class Flown(Struct, frozen=True):
    """A day as it went: the stage with everybody's stints, every call's fate, every move; by hotline the seats asked for since when."""

    stage: Stage
    fates: list[Fates]
    moves: tuple[Move, ...]
    seats: dict[str, list[tuple[float, int]]]


class Pilot:
    """One day's autopilot. `outages` and `chosen` are what goes wrong, which it knows nothing of but by the figures."""

    def __init__(self, plan: Plan, start: datetime, until: float, outages: Sequence[Outage], chosen: Chosen) -> None:
        self._plan, self._campaign, self._start, self._until = plan, plan.campaign, start, until
        self._outages, self._chosen = outages, chosen
        self._number = {name: n for n, name in enumerate(plan.campaign.hotlines)}
        self._own: dict[str, Override] = {}
        self._places: dict[str, Place] = {}
        self._memories: dict[str, Memory] = {}
        self._due: dict[str, float] = {}
        self._turns = self._turning()
        self._edges = sorted({edge for one in outages for edge in (one.start, one.end) if 0 < edge < until})
        self._staff: Staff | None = None
        self._sittings: list[Sitting] = []
        self._needed: dict[str, float] = {}
        self._moves: list[Move] = []
        self._seats: dict[str, list[tuple[float, int]]] = {}

    def fly(self, stage: Stage) -> Flown:
        """Play the day."""
        self._loop = Steered(stage, self._wake)
        flown, fates = self._loop.fly(self._until)
        return Flown(flown, fates, tuple(self._moves), self._seats)

    def _turning(self) -> list[float]:
        """When the plan, or what may be moved, changes; the first is the day's beginning."""
        freezes = {at for freeze in self._campaign.policy.freezes for at in (freeze.start, freeze.end)}
        turns = {(at - self._start).total_seconds() for at in {*self._plan.moments, *freezes}}
        return [0.0, *sorted(at for at in turns if 0 < at < self._until)]

    def _wake(self, now: float) -> None:
        if self._turns and self._turns[0] <= now:
            self._turns.pop(0)
            self._turn(now)
            self._sit(now)
        if [name for name, due in self._due.items() if due <= now and self._one(name, now)]:
            self._sit(now)
        while self._edges and self._edges[0] <= now:
            self._edges.pop(0)
        self._appear(now)
        for at in (*self._turns[:1], *self._edges[:1], *self._due.values()):
            if at < self._until:
                self._loop.wake_at(at)

    def _turn(self, now: float) -> None:
        """What the plan says changes: bounds anew, and seats carried across (`piloting_seats.Seats.carried`)."""
        at, before = self._at(now), self._places
        self._places = places(self._campaign, at, self._plan.overrides)
        for name, place in self._places.items():
            self._due.setdefault(name, now)
            was = before.get(name)
            if was is None:
                self._note(name, now, place.room.now)
                continue
            there = self._seats[name][-1][1]
            if place.base == was.base or place.room.held:
                self._note(name, now, self._now(place))
                continue
            memory = self._memories.get(name, Memory())
            to = across(place.rule, memory, place.base, replace(place.room, now=there), at.timestamp())
            self._set(place, to, at)
            self._note(name, now, to)

    def _one(self, name: str, now: float) -> bool:
        """Look at a hotline and decide; whether seats moved."""
        place, at = self._places[name], self._at(now)
        self._due[name] = now + place.rule.every
        assert self._staff is not None
        filled = len(self._staff.seating[name].at_level(1))
        room = replace(place.room, now=self._now(place), filled=filled)
        decision, memory = decide(place.rule, self._memories.get(name, Memory()), self._look(name, now, at), room, at.timestamp())
        self._memories[name] = memory
        if decision.kind == "hold":
            return False
        self._moves.append(Move(at=at, hotline=name, before=room.now, to=decision.to, need=decision.need, reason=decision.reason))
        self._set(place, decision.to, at)
        self._note(name, now, decision.to)
        return True

    def _look(self, name: str, now: float, at: datetime) -> Look | None:
        """What its exchange would show; None while it is down."""
        number = self._number[name]
        if any(start <= now < end for start, end in self._plan.lines[number].down):
            return None
        shown = self._loop.look(now, number)
        return Look(
            at=at.timestamp(),
            life="rehearsal",
            waiting=shown.waiting,
            longest=shown.longest,
            answered=shown.answered,
            abandoned=shown.abandoned,
            within=shown.within,
            present=shown.present,
            busy=shown.busy,
        )

    def _now(self, place: Place) -> int:
        """Seats there are by the plan and its own override."""
        own = self._own.get(place.hotline)
        if own is None or own.seats is None:
            return place.room.now
        seats = self._campaign.hotlines[place.hotline].seats
        return max(seats.min, min(seats.max, place.asked + own.seats.amount))

    def _set(self, place: Place, to: int, at: datetime) -> None:
        """Its override, as `piloting_seats` makes it; one day has no need of an end."""
        self._own.pop(place.hotline, None)
        if to != place.base:
            self._own[place.hotline] = Override(
                id=f"{MARK}{place.hotline}",
                kind="hotline",
                subject=place.hotline,
                author=AUTHOR,
                reason="rehearsed",
                start=at,
                seats=SeatChange(to - place.asked, relative=True),
            )

    def _note(self, name: str, now: float, seats: int) -> None:
        told = self._seats.setdefault(name, [])
        if not told or told[-1][1] != seats:
            told.append((now, seats))

    def _sit(self, now: float) -> None:
        """Who sits where by the plan and what was moved, with as little change as possible."""
        present = self._staff.present() if self._staff is not None else NOBODY
        self._staff = staff_at(self._campaign, self._at(now), [*self._plan.overrides, *self._own.values()], present)
        self._sittings = seated(self._campaign, self._staff, now, self._until)

    def _appear(self, now: float) -> None:
        """Of those who should sit there, whoever is there sits down."""
        here = []
        for one in self._sittings:
            since = self._comes(one, now)
            if since is None or any(gone.hits(one) and gone.start <= now < gone.end for gone in self._outages):
                continue
            if since > now:
                if since < self._until:
                    self._loop.wake_at(since)
                continue
            here.append((one.person, one.hotline, one.level))
        self._loop.seat(now, here)

    def _comes(self, one: Sitting, now: float) -> float | None:
        """From when on somebody is there whom an absence may hit, counted from when a hotline first needed them; None: not at all."""
        first = self._needed.setdefault(one.person, opening(self._plan.lines[one.hotline], now))
        since = 0.0
        for number, absence in enumerate(self._plan.absences):
            if meant(one, absence) and self._chosen(number, one.person):
                if absence.by is None:
                    return None
                since = max(since, first + absence.by)
        return since

    def _at(self, now: float) -> datetime:
        return self._start + timedelta(seconds=now)


def absent_by(absences: Sequence[Absence], chance: Callable[[int, str], float]) -> Chosen:
    """Whether an absence hits somebody, drawn once for each of them."""
    known: dict[tuple[int, str], bool] = {}

    def chosen(number: int, person: str) -> bool:
        key = (number, person)
        if key not in known:
            known[key] = chance(number, person) < absences[number].share
        return known[key]

    return chosen
