"""`office evacuate`: an office that loses power or network leaves its seats, desks and numbers to others, and gets them back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.desks import end_of
from campctl.app.diverting import FRONT, check_way, front_desk, parse_target
from campctl.app.find import one
from campctl.app.how import How
from campctl.app.results import Applied, Planned
from campctl.findings.text import listed, plural
from campctl.model.campaign import Campaign, Target
from campctl.model.records import Override

if TYPE_CHECKING:
    from datetime import datetime

    from campctl.effective import Desired, Seating


async def evacuate(ctx: Context, how: How, *, office: str, to: str, calls_to: str = "", until: str = "") -> Applied | Planned:
    """Give an office's seats and desks to others, at another office first, and lead its numbers there, until a time or until it is back.

    Once more to the same office: what is missing of it is done, and what is said of its end, calls and reason now holds.
    """
    campaign = ctx.campaign
    place = one(campaign.offices, office, "office")
    now = ctx.clock.now()
    every = ctx.store().overrides()
    again = [item for item in running(every, now) if (item.subject, item.refuge) == (office, to)]
    overrides = [item for item in every if item not in again]
    _check_refuge(campaign, office, to, running(overrides, now))
    made = Override(
        id=f"o{secrets.token_hex(3)}",
        kind="office",
        subject=office,
        author=ctx.who,
        reason=how.reason,
        start=now,
        end=end_of(until, now, place.time_zone),
        to=parse_target(campaign, calls_to) if calls_to else _reception(campaign, to),
        refuge=to,
    )
    before = await _desired(ctx, [*overrides, *(replace(item, end=max(now, item.start)) for item in again)])
    after = await _desired(ctx, [*overrides, made])
    _check_target(campaign, made, after, [*overrides, made], now)
    made = replace(made, held={**held(before, after), **(again[0].held if again else {})})
    told = f"Evacuate {place.name} to {campaign.offices[to].name}: {_told(campaign, made, before, after)}"
    wish = Wish(
        targets=touched(campaign, office, before, after),
        overrides=[made],
        clear=[item.id for item in again],
        what=f"office evacuate {office}",
        remarks=(told, f"The way back: campctl office evacuate {office} --back"),
        skip=True,
    )
    return await change(ctx, how, wish)


def _reception(campaign: Campaign, refuge: str) -> Target:
    """Who takes the calls of people and desks that are away: the refuge's front desk; where it has none, the hotline of the main number."""
    if f"{refuge}/{FRONT}" not in campaign.ports:
        main = campaign.numbers.get(campaign.main_number)
        if main is not None and main.to is not None and main.to.kind == "hotline" and main.to.id in campaign.hotlines:
            return main.to
        for hotline in campaign.hotlines.values():
            if campaign.main_number in hotline.numbers:
                return Target("hotline", hotline.id)
    return front_desk(campaign, refuge, option="--calls-to")


async def come_back(ctx: Context, how: How, *, office: str) -> Applied | Planned:
    """An office takes its seats, desks and numbers again, as they were; nothing to do where it was not evacuated."""
    one(ctx.campaign.offices, office, "office")
    found = [item for item in ctx.store().overrides() if item.kind == "office" and item.subject == office]
    if not found:
        raise errors.NotFound(f"{office} is not evacuated.", hint="`campctl override list` shows what holds.")
    return await change(ctx, how, await ending(ctx, found, what=f"office evacuate {office} back"))


async def ending(ctx: Context, found: Sequence[Override], *, what: str) -> Wish:
    """The wish that ends evacuations now.

    They stay in the store, as over, until those who sat there before do so again: who sat there is kept with them, and a run
    that is stopped half-way goes on from that. `applying.change` forgets them then.
    """
    now = ctx.clock.now()
    ids = {item.id for item in found}
    kept = ctx.store().overrides()
    over = [replace(item, id=f"o{secrets.token_hex(3)}", end=max(now, item.start)) for item in found]
    before = await _desired(ctx, [item if item.id not in ids else replace(item, end=None) for item in kept])
    after = await _desired(ctx, [*(item for item in kept if item.id not in ids), *over])
    targets = sorted({target for item in found for target in touched(ctx.campaign, item.subject, before, after)})
    names = [ctx.campaign.offices[item.subject].name for item in found if item.subject in ctx.campaign.offices]
    remarks = (f"{listed(names)} {'takes' if len(names) == 1 else 'take'} seats, desks and numbers again, as they were before.",)
    return Wish(targets=targets, overrides=over, clear=sorted(ids), what=what, remarks=remarks if names else (), skip=True)


def running(overrides: Sequence[Override], now: datetime) -> list[Override]:
    """Evacuations that hold."""
    return [item for item in overrides if item.kind == "office" and (item.end is None or item.end > now)]


def held(before: Desired, after: Desired) -> dict[str, dict[str, int]]:
    """Who sits where before, in the hotlines whose seats change: queue to line to level."""
    return {
        hotline: {seat.line: seat.level for seat in seating.filled}
        for hotline, seating in before.seating.items()
        if _places(seating) != _places(after.seating[hotline])
    }


def touched(campaign: Campaign, office: str, before: Desired, after: Desired) -> list[str]:
    """The nouns that are not the same in both, as targets of a plan."""
    from campctl.planning.subjects import subject_of

    found = {f"hotline/{hotline}" for hotline in held(before, after)}
    for name in before.backends:
        ours, theirs = before.backends[name], after.backends[name]
        found |= {subject_of(key) for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    known = {f"port/{port}" for port in campaign.ports} | {f"user/{user}" for user in campaign.users}
    hotlines = {f"hotline/{hotline}" for hotline in campaign.hotlines}
    return sorted(one for one in found if one in known or one in hotlines or one.startswith("number/")) or [f"office/{office}"]


def _places(seating: Seating) -> dict[str, int]:
    return {seat.line: seat.level for seat in seating.filled}


async def _desired(ctx: Context, overrides: Sequence[Override]) -> Desired:
    from campctl.app.hotlines import present_seen
    from campctl.effective import desired, restored

    now = ctx.clock.now()
    return desired(ctx.campaign, now, overrides, restored(await present_seen(ctx), overrides, now))


def _check_refuge(campaign: Campaign, office: str, to: str, others: Sequence[Override]) -> None:
    if not to:
        raise errors.UsageError("Where to is not said.", hint="Add --to OFFICE.")
    one(campaign.offices, to, "office")
    if to == office:
        raise errors.UsageError(f"{office} cannot be evacuated to itself.", hint="Name another office.")
    for item in others:
        if item.subject == office:
            raise errors.UsageError(
                f"{office} is evacuated to {item.refuge} already, by {item.author}.",
                hint=f"`campctl office evacuate {office} --back` first.",
            )
        if item.subject == to:
            raise errors.UsageError(f"{to} itself is evacuated, to {item.refuge}.", hint="Name another office.")


def _check_target(campaign: Campaign, made: Override, after: Desired, overrides: Sequence[Override], now: datetime) -> None:
    """Refuse a target where nobody would hear the calls, or to which they cannot be led."""
    from campctl.effective import active_at, diversion
    from campctl.effective.queues import Switchboard

    to = made.to
    assert to is not None
    given = diversion(campaign, active_at(overrides, now), [])
    final = given.divert(campaign, to)
    spot = campaign.users.get(final.id) if final.kind == "user" else campaign.ports.get(final.id) if final.kind == "port" else None
    if spot is not None and spot.office == made.subject:
        raise errors.UsageError(f"{to} is at {made.subject}, which is evacuated.", hint="Lead its calls elsewhere with --calls-to.")
    if final.kind == "port" and final.id not in after.lit:
        raise errors.UsageError(
            f"Desk {final.id} is dark, so nobody would hear the calls for {made.subject}.",
            hint=f"`campctl port light {final.id}` first, or lead them elsewhere with --calls-to.",
        )
    board = Switchboard(campaign, given)
    for backend in sorted({board.home(target) for target in _led_there(campaign, made.subject)}):
        check_way(campaign, board.reach(to, backend), to, backend)


def _led_there(campaign: Campaign, office: str) -> list[Target]:
    """The people and desks of an office that numbers lead to."""
    from campctl.effective.diversion import office_of

    led = [number.to for number in campaign.numbers.values() if number.to is not None]
    led += [Target("user", user.id) for user in campaign.users.values() if user.number]
    return [target for target in led if office_of(campaign, target) == office]


def _told(campaign: Campaign, made: Override, before: Desired, after: Desired) -> str:
    """What it comes to, in a line."""
    dark = sorted(before.lit.keys() - after.lit.keys())
    lit = sorted(after.lit.keys() - before.lit.keys())
    away = {hotline: _gone(before, after, hotline) for hotline in before.seating}
    short = {hotline: after.seating[hotline].short for hotline in away if after.seating[hotline].short > before.seating[hotline].short}
    # What stays empty goes to nobody.
    taken = {hotline: max(0, many - max(0, short.get(hotline, 0) - before.seating[hotline].short)) for hotline, many in away.items()}
    leave = sum(taken.values())
    hotlines = [campaign.hotlines[hotline].name for hotline, many in taken.items() if many]
    numbers = _rerouted(before, after)
    parts = []
    if dark:
        lights = "lights" if len(lit) == 1 else "light"
        parts.append(f"{plural(len(dark), 'desk')} {'goes' if len(dark) == 1 else 'go'} dark, {len(lit)} {lights} up")
    if leave:
        parts.append(f"{plural(leave, 'seat')} of {listed(hotlines)} {'goes' if leave == 1 else 'go'} to others")
    parts += [f"{campaign.hotlines[hotline].name} stays {plural(many, 'seat')} short" for hotline, many in short.items()]
    if numbers:
        parts.append(f"{plural(numbers, 'number')} {'leads' if numbers == 1 else 'lead'} to {_name(campaign, made.to)}")
    return (
        "; ".join(parts) or "nobody there answers anything, and no number leads there"
    ) + ". Extensions of its people ring their own phones still."


def _name(campaign: Campaign, to: Target | None) -> str:
    """A target for people."""
    if to is None or to.kind == "outside":
        return to.id if to is not None else ""
    if to.kind == "port":
        office, _, desk = to.id.partition("/")
        return f"desk {desk} at {campaign.offices[office].name}"
    return campaign.users[to.id].name if to.kind == "user" else campaign.hotlines[to.id].name


def _gone(before: Desired, after: Desired, hotline: str) -> int:
    return len(_places(before.seating[hotline]).keys() - _places(after.seating[hotline]).keys())


def _rerouted(before: Desired, after: Desired) -> int:
    from campctl.model.resources import Route

    return sum(
        isinstance(value, Route) and value != after.backends[name].get(key)
        for name, things in before.backends.items()
        for key, value in things.items()
    )
