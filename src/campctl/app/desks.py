"""`port list|light|dark|seat`: facts that pass, so they are overrides in the store; no file is touched."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.find import desk, one
from campctl.app.how import How, at_once
from campctl.app.results import Applied, Listing, Planned
from campctl.app.times import parse_time
from campctl.model.campaign import Campaign, Port
from campctl.model.records import Override

if TYPE_CHECKING:
    from campctl.effective import LitPort


class Seating(Struct, frozen=True, kw_only=True):
    """What `port light` and `port seat` were told."""

    user: str = ""
    volunteer: str = ""
    hotline: str = ""
    until: str = ""


async def list_ports(ctx: Context, *, office: str = "", state: str = "", at: str = "") -> Listing:
    """Desks with their state at an instant: manifest, surges and overrides taken together."""
    from campctl.effective import desired

    campaign = ctx.campaign
    if office:
        one(campaign.offices, office, "office")
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    lit = desired(campaign, moment, ctx.store().overrides()).lit
    rows = []
    for port in campaign.ports.values():
        light = lit.get(port.id)
        if (office and port.office != office) or (state and (state == "lit") != (light is not None)):
            continue
        rows.append(
            {
                "id": port.id,
                "extension": port.extension,
                "state": "lit" if light else "dark",
                "who": (light.volunteer or _name(campaign, light.user)) if light else "",
                "hotline": light.hotline if light else "",
                "why": light.why if light else "",
                "until": light.until if light else None,
                "device": port.device,
                "room": port.room,
            }
        )
    columns = ("id", "extension", "state", "who", "hotline", "until", "why", "device", "room")
    return Listing(of="port", columns=columns, rows=tuple(rows), empty="No desks match.")


def _name(campaign: Campaign, user: str) -> str:
    return campaign.users[user].name if user in campaign.users else user


async def light(
    ctx: Context, how: How, *, desks: Sequence[str] = (), office: str = "", any_: int = 0, seating: Seating | None = None
) -> Applied | Planned:
    """Light desks, or any so many dark ones of an office: they can ring, and answer a hotline if one is named."""
    campaign = ctx.campaign
    given = seating or Seating()
    check_seating(campaign, given)
    named = [desk(campaign, text, office) for text in desks]
    if not named and not any_:
        raise errors.UsageError("No desk was named.", hint="Name desks, or use --office OFFICE --any N.")
    if len(named) + any_ > 1 and (given.user or given.volunteer):
        raise errors.UsageError("One person cannot sit at several desks.", hint="Name one desk with --for or --volunteer.")
    if any_:
        office_of_any(campaign, office)
    check_end(ctx, given.until, {*(port.office for port in named), *([office] if any_ else [])})

    async def wish(_: object) -> Wish:
        ports = [*named, *(await any_dark(ctx, office, any_, {port.id for port in named}))] if any_ else named
        return await _wish(ctx, how, ports, given, what="port light")

    return await change(ctx, at_once(how), wish)


async def dark(ctx: Context, how: How, *, desks: Sequence[str], office: str = "", until: str = "") -> Applied | Planned:
    """Darken desks: overrides that light them are cleared; where a manifest or surge lights them, an override says dark."""
    from campctl.effective import desired

    campaign = ctx.campaign
    ports = [desk(campaign, text, office) for text in desks]
    ids = {port.id for port in ports}
    check_end(ctx, until, {port.office for port in ports})

    async def wish(_: object) -> Wish:
        now, overrides = ctx.clock.now(), ctx.store().overrides()
        clear = [item.id for item in overrides if item.kind == "port" and item.subject in ids and still_runs(item, now)]
        left = [item for item in overrides if item.id not in clear]
        still = desired(campaign, now, left).lit
        made = [make_override(ctx, how, port, Seating(until=until), lit=False) for port in ports if port.id in still]
        return Wish(targets=[f"port/{port.id}" for port in ports], overrides=made, clear=clear, what=f"port dark {_words(ports)}")

    return await change(ctx, at_once(how), wish)


async def seat(ctx: Context, how: How, *, desk_: str, office: str = "", seating: Seating) -> Applied | Planned:
    """Say who sits at a desk; it is lit if it was dark."""
    if not seating.user and not seating.volunteer:
        raise errors.UsageError("Nobody was named.", hint="Add --for USER or --volunteer NAME.")
    check_seating(ctx.campaign, seating)
    port = desk(ctx.campaign, desk_, office)
    check_end(ctx, seating.until, {port.office})

    async def wish(_: object) -> Wish:
        return await _wish(ctx, how, [port], seating, what="port seat")

    return await change(ctx, at_once(how), wish)


async def _wish(ctx: Context, how: How, ports: Sequence[Port], seating: Seating, *, what: str) -> Wish:
    """Under the lock: what it takes the place of is what others left a moment ago."""
    replaced = superseded(ctx, {port.id for port in ports}, {seating.user})
    held = await seats_held(ctx, {seating.user})
    made = [make_override(ctx, how, port, seating, lit=True, held=held) for port in ports]
    targets = sorted({f"port/{port.id}" for port in ports} | desks_of(ctx, {seating.user}))
    return Wish(targets=targets, overrides=made, clear=replaced, what=f"{what} {_words(ports)}")


def superseded(ctx: Context, desks: Collection[str], users: Collection[str]) -> list[str]:
    """Ids of the overrides that new ones take the place of: of the same desks, and those that seat the same people elsewhere."""
    now = ctx.clock.now()
    return [
        item.id
        for item in ctx.store().overrides()
        if item.kind == "port" and still_runs(item, now) and (item.subject in desks or (item.user and item.user in users))
    ]


def desks_of(ctx: Context, users: Collection[str]) -> set[str]:
    """The desks at which these people sit now, as targets: who sits down somewhere else leaves them, and they stop showing the name."""
    if not any(users):
        return set()
    return {f"port/{port}" for port, light in _lit_now(ctx).items() if light.user and light.user in users}


async def seats_held(ctx: Context, users: Collection[str]) -> set[tuple[str, str]]:
    """(user, hotline) of the first-line seats these people hold now, by their own phone or at a desk."""
    from campctl.app.hotlines import present

    if not any(users):
        return set()
    desks = {f"port/{port}": light.user for port, light in _lit_now(ctx).items()}
    return {
        (user, hotline)
        for hotline, lines in (await present(ctx)).items()
        for line, level in lines.items()
        if level == 1 and (user := desks.get(line) or line.removeprefix("user/")) in users
    }


def _lit_now(ctx: Context) -> Mapping[str, LitPort]:
    from campctl.effective import desired

    return desired(ctx.campaign, ctx.clock.now(), ctx.store().overrides()).lit


def _words(ports: Sequence[Port]) -> str:
    names = " ".join(port.id for port in ports[:3])
    return names if len(ports) <= 3 else f"{names} and {len(ports) - 3} more"


def make_override(ctx: Context, how: How, port: Port, seating: Seating, *, lit: bool, held: Collection[tuple[str, str]] = ()) -> Override:
    """From now until what was said, by who is at work. Who is among `held` (user, hotline) changes place and adds no seat."""
    now = ctx.clock.now()
    zone = ctx.campaign.offices[port.office].time_zone
    return Override(
        id=f"o{secrets.token_hex(3)}",
        kind="port",
        subject=port.id,
        author=ctx.who,
        reason=how.reason,
        start=now,
        end=end_of(seating.until, now, zone),
        lit=lit,
        user=seating.user,
        volunteer=seating.volunteer,
        hotline=seating.hotline,
        adds_seat=(seating.user, seating.hotline or port.hotline) not in held,
    )


def end_of(until: str, now: datetime, zone: str) -> datetime | None:
    """The end of an override; `errors.UsageError` when it is over before it begins."""
    if not until:
        return None
    end = parse_time(until, now=now, time_zone=zone, future=True)
    if end <= now:
        raise errors.UsageError(f"--until {until} is in the past.", hint="Give a time that is still to come.")
    return end


def check_end(ctx: Context, until: str, offices: Collection[str]) -> None:
    """What can be said of `--until` at once is not said after a wait for the lock, nor does it make a store."""
    for office in sorted(offices):
        end_of(until, ctx.clock.now(), ctx.campaign.offices[office].time_zone)


def check_seating(campaign: Campaign, seating: Seating) -> None:
    """Whether what was said names one person at most, and things there are."""
    if seating.volunteer:
        from campctl.app.seating_who import plain_name

        plain_name(seating.volunteer)
    if seating.user and seating.volunteer:
        raise errors.UsageError("--for and --volunteer name two people for one desk.", hint="Use one of them.")
    if seating.user:
        one(campaign.users, seating.user, "user")
    if seating.hotline:
        one(campaign.hotlines, seating.hotline, "hotline")


def still_runs(override: Override, now: datetime) -> bool:
    """Whether it holds now or will."""
    return override.end is None or override.end > now


async def any_dark(ctx: Context, office: str, count: int, besides: set[str]) -> list[Port]:
    """The first `count` dark desks of an office by id, leaving out those a person of the manifest sits at."""
    from campctl.effective import desired

    campaign = ctx.campaign
    office_of_any(campaign, office)

    lit: Any = desired(campaign, ctx.clock.now(), ctx.store().overrides()).lit
    dark_ones = [
        port
        for port in campaign.ports.values()
        if port.office == office and port.id not in lit and port.id not in besides and not port.user
    ]
    if len(dark_ones) < count:
        raise errors.NotFound(
            f"Office `{office}` has {len(dark_ones)} dark desks, not {count}.", hint="`campctl port list --state dark` shows all offices."
        )
    return dark_ones[:count]


def office_of_any(campaign: Campaign, office: str) -> None:
    """Whether the office of which any dark desks are wanted was named, and is there."""
    if not office:
        raise errors.UsageError("--any needs an office.", hint="Add --office OFFICE.")
    one(campaign.offices, office, "office")
