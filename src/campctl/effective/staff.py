"""Who sits where at an instant, without the telephony that follows from it; and who and what is still free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from campctl.effective.crowd import Crowd, matches
from campctl.effective.demand import Demand, demands
from campctl.effective.formula import active_at, surges_at
from campctl.effective.lighting import Lighter
from campctl.effective.places import Places
from campctl.effective.result import LitPort, Seating
from campctl.effective.seats import assign
from campctl.findings import Finding
from campctl.model.answering import may_answer, port_may_answer
from campctl.model.campaign import Campaign, Hotline, User, home_of
from campctl.model.records import Override

NOBODY: Mapping[str, Mapping[str, int]] = MappingProxyType({})


class Staff(Struct, frozen=True):
    """desired(t) as far as people go: seats, lit ports, and ports that an override keeps dark. Holds from `at` on."""

    at: datetime
    seating: dict[str, Seating]
    lit: dict[str, LitPort]
    kept_dark: frozenset[str]
    findings: tuple[Finding, ...] = ()
    away: frozenset[str] = frozenset()
    """Evacuated offices."""
    off: frozenset[str] = frozenset()
    """Users outside of their shifts."""

    def present(self) -> dict[str, dict[str, int]]:
        """Who sits where, as the next instant takes it in: queue to line to level."""
        return {hotline: {seat.line: seat.level for seat in one.filled} for hotline, one in self.seating.items()}


def staff_at(
    campaign: Campaign, at: datetime, overrides: Iterable[Override] = (), present: Mapping[str, Mapping[str, int]] = NOBODY
) -> Staff:
    """The same seats and lit ports as `desired` of that instant has, in less than half its time."""
    findings: list[Finding] = []
    crowd, demand = asked(campaign, at, overrides, present, findings)
    seating = assign(campaign, demand, crowd, present, findings)
    floor = crowd.floor
    return Staff(at, seating, floor.lit, frozenset(floor.dark), tuple(findings), frozenset(floor.away), crowd.off)


def asked(
    campaign: Campaign, at: datetime, overrides: Iterable[Override], present: Mapping[str, Mapping[str, int]], findings: list[Finding]
) -> tuple[Crowd, dict[str, Demand]]:
    """Who is there at an instant, and how many seats each hotline should have: what seats are given out from."""
    active, surges = active_at(overrides, at), surges_at(campaign, at)
    places = Places(campaign)
    lighter = Lighter(campaign, places, findings)
    floor = lighter.named(surges, active)
    demand = demands(campaign, at, surges, active, floor.added, findings)
    lighter.take_any(surges, {hotline: one.wanted for hotline, one in demand.items()}, present)
    return Crowd(campaign, places, floor, at), demand


def staff_through(campaign: Campaign, at: Sequence[datetime], overrides: Sequence[Override] = ()) -> list[Staff]:
    """One after the other, each with as little change as possible from the one before."""
    found: list[Staff] = []
    for moment in at:
        found.append(staff_at(campaign, moment, overrides, found[-1].present() if found else NOBODY))
    return found


def free_people(campaign: Campaign, hotline: Hotline, staff: Staff) -> list[User]:
    """Those who are there, may answer the hotline from their own phone and sit nowhere, best matches first."""
    return [user for user in _unseated(campaign, hotline, staff) if user.id not in staff.off]


def off_people(campaign: Campaign, hotline: Hotline, staff: Staff) -> list[User]:
    """Those who could answer it so, but are not there: their shifts are at other times. Best matches first."""
    return [user for user in _unseated(campaign, hotline, staff) if user.id in staff.off] if staff.off else []


def _unseated(campaign: Campaign, hotline: Hotline, staff: Staff) -> list[User]:
    backend = hotline.backend or campaign.default_backend
    located = Places(campaign).dispatchable
    busy = _sitting(staff)
    found = [
        user
        for user in campaign.users.values()
        if user.id not in busy
        and user.office not in staff.away
        and home_of(campaign, user) == backend
        and located[user.office]
        and may_answer(hotline.answer, user)
    ]
    return sorted(found, key=lambda user: (-matches(hotline.answer, user), user.id))


def empty_desks(campaign: Campaign, hotline: Hotline, staff: Staff) -> list[str]:
    """Dark desks where nobody is named, that could answer the hotline once they are lit; those meant for it first."""
    backend = hotline.backend or campaign.default_backend
    places = Places(campaign)
    found = [
        (port.hotline != hotline.id, port.id)
        for port in campaign.ports.values()
        if port.id not in staff.lit
        and port.id not in staff.kept_dark
        and port.user not in campaign.users
        and port.hotline in {"", hotline.id}
        and home_of(campaign, port) == backend
        and port_may_answer(hotline.answer, port, None)
        and places.port(port.office, port.floor, port.room)
    ]
    return [desk for _, desk in sorted(found)]


def _sitting(staff: Staff) -> set[str]:
    """Users in some hotline's first line."""
    busy = set()
    for one in staff.seating.values():
        for seat in one.at_level(1):
            kind, _, name = seat.line.partition("/")
            busy.add(name if kind == "user" else staff.lit[name].user)
    return busy
