"""`seat check-in`: an empty desk, lit, for whoever came, where they are needed most; all in one plan, chosen under the lock."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.desks import end_of
from campctl.app.find import desk as find_desk
from campctl.app.find import one
from campctl.app.how import How, at_once
from campctl.app.results import Applied, Planned
from campctl.app.results_seating import Seated
from campctl.app.seating_place import Floor, choose, end_for, must_be_lightable, see
from campctl.app.seating_who import Sitter, person_named, plain_name, sitting_as, traits_of
from campctl.model.campaign import Campaign, Port
from campctl.model.records import Override

if TYPE_CHECKING:
    from campctl.effective.placing import Person
    from campctl.ports.backend import Backend

LOCK_WAIT = 30.0
"""Seconds one reception waits for another: several check people in at once."""


class CheckIn(Struct, frozen=True, kw_only=True):
    """What the command line says. `stays`: who sits at the desk stays, and gets another one."""

    name: str
    office: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    desk: str = ""
    until: str = ""
    hotline: str = ""
    stays: bool = False
    softphone: bool = False


class Seat(Struct, frozen=True):
    """Who gets which desk, for which hotline, until when, and why. `override` None: they sit there already, all as it should be."""

    person: Person
    port: Port
    hotline: str
    since: datetime
    until: datetime | None
    until_why: str
    why: str
    override: Override | None = None


class Decision(Struct):
    """What was chosen under the lock."""

    came: Seat | None = None
    moved: Seat | None = None
    left: str = ""
    clear: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def seats(self) -> list[Seat]:
        """Those of people."""
        return [seat for seat in (self.came, self.moved) if seat is not None]

    @property
    def targets(self) -> list[str]:
        """What the plan is about."""
        return sorted({f"port/{seat.port.id}" for seat in self.seats})


async def check_in(ctx: Context, how: How, ask: CheckIn) -> tuple[Seated | Planned, Decision]:
    """Seat somebody. The decision says who sits where, for the card."""
    campaign = ctx.campaign
    office = _office(campaign, ask)
    if ask.hotline:
        one(campaign.hotlines, ask.hotline, "hotline")
    asked = None if ask.hotline and not (ask.skills or ask.languages) else traits_of(campaign, ask.skills, ask.languages)
    person, said = person_named(campaign, plain_name(ask.name), asked)
    if ask.stays and not ask.desk:
        raise errors.UsageError("--stays is about who sits at the desk, and no desk is named.", hint="Add --desk DESK.")
    decision = Decision(remarks=(said,) if said else ())

    async def wish(backends: Mapping[str, Backend]) -> Wish:
        floor = await see(ctx, backends)
        _decide(ctx, how, ask, floor, person, office, decision)
        came = decision.came
        assert came is not None
        remarks = tuple(f"{seat.person.name} sits at {seat.port.id}: {seat.why}." for seat in decision.seats)
        return Wish(
            targets=sorted({*decision.targets, *(f"port/{one_.port.id}" for one_ in _mine(floor, person))}),
            overrides=[seat.override for seat in decision.seats if seat.override is not None],
            clear=decision.clear,
            what=f"seat check-in {came.port.id}",
            remarks=remarks,
        )

    done = await change(ctx, patient(how), wish)
    if isinstance(done, Planned):
        return done, decision
    return await _seated(ctx, done, decision), decision


def patient(how: How) -> How:
    """Without a question, and waiting for another reception that is at it."""
    return replace(at_once(how), wait_for_lock=how.wait_for_lock or LOCK_WAIT)


async def _seated(ctx: Context, done: Applied, decision: Decision) -> Seated:
    from campctl.app.seating_card import card_of

    assert decision.came is not None
    card = await card_of(ctx, decision.came)
    moved = await card_of(ctx, decision.moved) if decision.moved is not None else None
    return Seated(applied=done, card=card, moved=moved, left=decision.left, remarks=decision.remarks)


def _office(campaign: Campaign, ask: CheckIn) -> str:
    """Where: as said, or where the desk is, or the only one there is."""
    if ask.office:
        one(campaign.offices, ask.office, "office")
        if ask.desk and find_desk(campaign, ask.desk, ask.office).office != ask.office:
            raise errors.UsageError(f"Desk {ask.desk} is not in {ask.office}.", hint="Leave out --office, or name a desk of it.")
        return ask.office
    if ask.desk:
        return find_desk(campaign, ask.desk).office
    if len(campaign.offices) == 1:
        return next(iter(campaign.offices))
    known = ", ".join(list(campaign.offices)[:6])
    raise errors.UsageError("In which office?", hint=f"Add --office OFFICE: {known}{' ...' if len(campaign.offices) > 6 else ''}.")


def _mine(floor: Floor, person: Person) -> list[Sitter]:
    """Where this person sits already: the desk they leave stops showing their name."""
    here = sitting_as(floor.sitters(), person)
    return [here] if here is not None else []


def _decide(ctx: Context, how: How, ask: CheckIn, floor: Floor, person: Person, office: str, decision: Decision) -> None:
    campaign = ctx.campaign
    desk = find_desk(campaign, ask.desk, office) if ask.desk else None
    here = sitting_as(floor.sitters(), person)
    if here is not None and _as_it_is(here, ask, desk, floor, person):
        decision.came = _again(here, person, floor.now)
        decision.remarks = (*decision.remarks, _again_words(here, campaign.offices[here.port.office].time_zone))
        return
    clear = [item.id for item in here.overrides] if here is not None else []
    if here is not None and person.traits is not None and not (ask.skills or ask.languages) and here.light.traits is not None:
        person = replace(person, traits=here.light.traits)
    if desk is None and here is not None and here.port.office == office:
        desk = here.port  # another hotline or another end, but no other chair
    occupant = _occupant(floor, desk, person) if desk is not None else None
    if ask.stays and occupant is None:
        raise errors.UsageError(f"Nobody sits at {desk.id if desk else 'it'}, so nobody can stay.", hint="Leave out --stays.")
    if desk is not None:
        must_be_lightable(campaign, desk)
        clear += [item.id for item in floor.overrides if item.kind == "port" and item.subject == desk.id]
    after = floor.with_change((), clear)
    came = _seat(ctx, how, ask, after, person, office, desk)
    decision.came, decision.clear = came, tuple(dict.fromkeys(clear))
    if occupant is not None:
        _relieved(ctx, how, ask, after, occupant, came, decision)
    if floor.quiet:
        decision.remarks = (*decision.remarks, f"Live figures of {', '.join(floor.quiet)} did not come in time; seats alone decided.")


def _as_it_is(here: Sitter, ask: CheckIn, desk: Port | None, floor: Floor, person: Person) -> bool:
    """Whether they sit where this would put them: said twice, or the card was lost, or the first time was cut short."""
    from campctl.effective.shifts import is_there

    same = (desk is None or desk.id == here.port.id) and (not ask.hotline or ask.hotline == here.light.hotline)
    there = bool(here.overrides) or person.user is None or is_there(person.user, floor.now)
    return same and there and not (ask.until or ask.skills or ask.languages or (ask.office and here.port.office != ask.office))


def _again(here: Sitter, person: Person, now: datetime) -> Seat:
    sat = replace(person, traits=here.light.traits) if person.user is None else person
    return Seat(sat, here.port, here.light.hotline, here.since or now, here.light.until, "", here.light.why)


def _again_words(here: Sitter, zone: str) -> str:
    since = f" since {here.since.astimezone(ZoneInfo(zone)):%H:%M}" if here.since is not None else ""
    other = f" If this is another {here.name}, give them another name." if here.walked_in else ""
    return f"{here.name} sits at {here.port.id}{since} already, so no other desk was lit.{other}"


def _occupant(floor: Floor, desk: Port, person: Person) -> Sitter | None:
    """Who else sits at the desk."""
    found = next((one_ for one_ in floor.sitters() if one_.port.id == desk.id), None)
    if found is None or (person.user is not None and found.light.user == person.user.id):
        return None
    return None if person.user is None and found.light.volunteer.casefold() == person.name.casefold() else found


def _seat(ctx: Context, how: How, ask: CheckIn, floor: Floor, person: Person, office: str, desk: Port | None) -> Seat:
    """A desk, a hotline, an end and an override for somebody."""
    pull, why = choose(floor, person, office, desk=desk, hotline=ask.hotline, phone=not ask.softphone)
    port = ctx.campaign.ports[pull.desk]
    zone = ctx.campaign.offices[port.office].time_zone
    until, until_why = end_for(ctx.campaign, person, pull.hotline, floor.now)
    if ask.until:
        said = end_of(ask.until, floor.now, zone)
        until, until_why = (said, "") if said is not None else (until, until_why)
    made = _override(ctx, how, floor.now, person, port, pull.hotline, until, adds_seat=pull.adds_seat)
    return Seat(person, port, pull.hotline, floor.now, until, until_why, why, made)


def _override(
    ctx: Context, how: How, now: datetime, person: Person, port: Port, hotline: str, until: datetime, *, adds_seat: bool
) -> Override:
    return Override(
        id=f"o{secrets.token_hex(3)}",
        kind="port",
        subject=port.id,
        author=ctx.who,
        reason=how.reason or "checked in",
        start=now,
        end=until,
        lit=True,
        user=person.user.id if person.user is not None else "",
        volunteer="" if person.user is not None else person.name,
        traits=None if person.user is not None else person.traits,
        hotline=hotline,
        adds_seat=adds_seat,
    )


def _relieved(ctx: Context, how: How, ask: CheckIn, floor: Floor, occupant: Sitter, came: Seat, decision: Decision) -> None:
    """Who sat at the desk: checked out, or moved to another one."""
    from campctl.effective.placing import Person

    if not ask.stays:
        decision.left = occupant.name
        decision.remarks = (
            *decision.remarks,
            f"{occupant.name}, who sat at {occupant.port.id}, is checked out; with --stays they would have got another desk.",
        )
        return
    assert came.override is not None
    user = ctx.campaign.users.get(occupant.light.user)
    person = Person(occupant.name, user, occupant.light.traits)
    later = floor.with_change((came.override,), ())
    # Who said nothing of what they can do stays where the lead has put them; the others go where they are needed most.
    told = CheckIn(name=occupant.name, hotline=occupant.light.hotline if user is None and person.traits is None else "")
    try:
        seat = _seat(ctx, how, told, later, person, occupant.port.office, None)
    except errors.NoSeat as error:
        raise errors.NoSeat(
            f"{occupant.name} at {occupant.port.id} cannot stay. {error.message}",
            hint=f"{error.hint} Without --stays they are checked out.",
        ) from None
    ended = occupant.light.until
    if ended is not None and seat.until is not None and ended > seat.until:
        seat = replace(seat, until=ended, until_why="as before", override=replace(seat.override, end=ended))  # type: ignore[type-var]
    decision.moved = seat
