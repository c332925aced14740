"""From who came to a desk and a hotline: looking at the floor as it is under the lock, and saying why there, or why nowhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from campctl import errors
from campctl.app.context import Context
from campctl.app.seating_who import Sitter, sitters
from campctl.findings.text import plural
from campctl.model.campaign import Campaign, Port
from campctl.model.records import Override

if TYPE_CHECKING:
    from campctl.effective.placing import Floorplan, Person, Placing, Pull, Taken
    from campctl.effective.staff import Staff
    from campctl.model.live import QueueNow
    from campctl.ports.backend import Backend

PATIENCE = 2.0
"""Seconds that live figures may take: somebody stands at the reception."""
AHEAD = timedelta(hours=4)
"""Who comes so long before their shift is there for it."""
WHY: dict[Taken, str] = {
    "lit": "lit",
    "kept-dark": "kept dark by an override",
    "own": "somebody's own",
    "no-device": "without a phone (--softphone does without)",
    "no-location": "without a complete 911 location",
    "evacuated": "in an evacuated office",
    "reserved": "held by an override that is about to begin",
}


class Floor(Struct):
    """The floor as it is now: overrides, who answers what, what goes on. `quiet`: exchanges whose live figures did not come in time."""

    campaign: Campaign
    now: datetime
    overrides: list[Override]
    present: Mapping[str, Mapping[str, int]]
    live: Mapping[str, QueueNow]
    quiet: tuple[str, ...] = ()

    def staff(self, *, dark: Sequence[Port] = ()) -> Staff:
        """Who sits where; with `dark`, as if these desks were dark."""
        from campctl.effective.staff import staff_at

        return staff_at(self.campaign, self.now, [*self.overrides, *(_dark(port, self.now) for port in dark)], self.present)

    def sitters(self) -> list[Sitter]:
        """Everybody at a desk."""
        return sitters(self.campaign, self.staff().lit, self.overrides, self.now)

    def with_change(self, added: Sequence[Override], gone: Sequence[str]) -> Floor:
        """The floor once these overrides are made, and those ended."""
        left = [one for one in self.overrides if one.id not in gone]
        return Floor(self.campaign, self.now, [*left, *added], self.present, self.live, self.quiet)


def _dark(port: Port, now: datetime) -> Override:
    return Override(id="", kind="port", subject=port.id, author="", reason="", start=now, lit=False)


async def see(ctx: Context, backends: Mapping[str, Backend]) -> Floor:
    """Look at everything that choosing a desk and a hotline takes."""
    from campctl.app.asking import observe_answering
    from campctl.effective import present_members, renames, restored

    campaign, now = ctx.campaign, ctx.clock.now()
    overrides = list(ctx.store().overrides())
    (observed, _), (live, quiet) = await asyncio.gather(observe_answering(ctx.clock, backends), _live(backends))
    present = restored(present_members(observed, renames(campaign)), overrides, now)
    return Floor(campaign, now, overrides, present, live, quiet)


async def _live(backends: Mapping[str, Backend]) -> tuple[dict[str, QueueNow], tuple[str, ...]]:
    """What goes on at each queue, of the exchanges that say so in time."""

    async def ask(backend: Backend) -> Sequence[QueueNow] | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return (await backend.live()).queues
        except (errors.BackendError, TimeoutError):
            return None

    answers = dict(zip(backends, await asyncio.gather(*map(ask, backends.values())), strict=True))
    found = {queue.queue: queue for queues in answers.values() for queue in queues or ()}
    return found, tuple(name for name, queues in answers.items() if queues is None)


def choose(
    floor: Floor, person: Person, office: str, *, desk: Port | None = None, hotline: str = "", phone: bool = True
) -> tuple[Pull, str]:
    """The desk and the hotline for somebody, with why in words; `errors.NoSeat` when there is none, and what would help.

    desk: at this one, whoever sits there. phone: a desk without a device is of no use.
    """
    from campctl.effective.placing import floorplan, placing, pull_words

    campaign = floor.campaign
    if desk is not None:
        staff, desks = floor.staff(dark=[desk]), [desk]
        was = floor.staff().lit.get(desk.id)
        only = hotline or (was.hotline if was is not None and not (was.user or was.volunteer) else "")
    else:
        staff, only = floor.staff(), hotline
        plan = floorplan(campaign, staff, floor.overrides, office, person, phone=phone)
        desks = list(plan.empty)
        if not desks:
            raise _no_desk(floor, staff, office, plan)
    found = placing(campaign, staff, floor.overrides, person, desks, floor.live, only)
    if not found.pulls:
        raise _no_hotline(campaign, person, desks, found, only)
    best = found.pulls[0]
    return best, "asked for" if hotline else pull_words(best, found.pulls[1:])


def end_for(campaign: Campaign, person: Person, hotline: str, now: datetime) -> tuple[datetime, str]:
    """When they leave, and why then."""
    from campctl.effective.placing import ends
    from campctl.effective.shifts import merged, on_shift

    end: datetime | None = None
    if person.user is not None:
        shift = on_shift(person.user, now) or next((one for one in merged(person.user.shifts) if now < one.start <= now + AHEAD), None)
        end = shift.end if shift is not None else None
    return ends(campaign, campaign.hotlines[hotline], now, end)


def must_be_lightable(campaign: Campaign, desk: Port) -> None:
    """Refuse a desk whose 911 calls would send help nowhere; no flag lets one be lit."""
    from campctl.effective.places import Places

    if not Places(campaign).port(desk.office, desk.floor, desk.room):
        raise errors.UsageError(
            f"911 would not know where {desk.id} is, so it is not lit.",
            hint=f"Complete the address of office {desk.office}, and give it or the desk a floor or room.",
        )


def _no_desk(floor: Floor, staff: Staff, office: str, plan: Floorplan) -> errors.NoSeat:
    """How many desks there are, what keeps each from being free, and the quickest way to one."""
    if not plan.taken:
        return errors.NoSeat(f"Office `{office}` has no desks.", hint="Add some under `ports:`, or name another office.")
    counts = Counter(why for _, why in plan.taken)
    reasons = ", ".join(f"{count} {WHY[why]}" for why, count in counts.most_common())
    total = len(plan.taken)
    return errors.NoSeat(
        f"No desk of {office} is free: of {plural(total, 'desk')} {reasons}.", hint=_what_frees(floor, staff, office, plan)
    )


def _what_frees(floor: Floor, staff: Staff, office: str, plan: Floorplan) -> str:
    lit = plan.having("lit")
    nobody = [port for port in lit if not (staff.lit[port.id].user or staff.lit[port.id].volunteer)]
    if nobody:
        one = nobody[0]
        return f"{one.id} is lit ({staff.lit[one.id].why}) and nobody is named there: add --desk {one.desk}."
    if phoneless := plan.having("no-device"):
        return f"{phoneless[0].id} has no phone: with --softphone they answer by an app."
    if kept := plan.having("kept-dark"):
        made = [one.id for one in floor.overrides if one.kind == "port" and one.subject == kept[0].id and one.lit is False]
        return (
            f"If {kept[0].id} can be used again: `campctl override clear {made[-1]}`." if made else f"Look why {kept[0].id} is kept dark."
        )
    if next_ := min(
        ((light.until, port) for port in lit if (light := staff.lit[port.id]).until is not None), key=lambda one: one[0], default=None
    ):
        from zoneinfo import ZoneInfo

        until, port = next_
        local = until.astimezone(ZoneInfo(floor.campaign.offices[office].time_zone))
        light = staff.lit[port.id]
        who = light.volunteer or floor.campaign.users[light.user].name
        sooner = f"earlier with `campctl seat check-out {port.id}` ({who}), or relieve them: --desk {port.desk}"
        return f"{port.id} is free next, at {local:%H:%M}; {sooner}."
    return f"`campctl seat list --office {office}` shows who could leave; `campctl office list` shows other offices."


def _no_hotline(campaign: Campaign, person: Person, desks: Sequence[Port], found: Placing, only: str) -> errors.NoSeat:
    """Why every hotline was refused."""
    if not campaign.hotlines:
        return errors.NoSeat("The campaign has no hotlines.", hint="`campctl port light DESK --volunteer NAME` lights a desk for nothing.")
    said = "; ".join(f"{name}: {why}" for name, why in list(found.refused.items())[:4])
    more = len(found.refused) - 4
    said += f"; and {more} more" if more > 0 else ""
    where = f"at {desks[0].id}" if len(desks) == 1 else "there"
    full = [name for name, why in found.refused.items() if "may have no more" in why]
    told = person.user is not None or person.traits is None or bool(person.traits.skills or person.traits.languages)
    if full and told and not only:
        hint = f"Raise `seats.max` of {full[0]}, or `campctl seat list` shows who could leave."
    elif person.user is None and person.traits is not None and any("asks for" in why for why in found.refused.values()):
        hint = "Say what they can do with --skills and --languages, or decide yourself: --hotline HOTLINE without --skills."
    elif only and full:
        hint = f"Raise `seats.max` of {only}, or leave out --hotline."
    else:
        hint = "`campctl hotline list` shows seats and limits."
    return errors.NoSeat(f"{person.name} has no seat {where}. {said}.", hint=hint)
