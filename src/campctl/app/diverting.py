"""`hotline failover`: a hotline's new calls go somewhere else for a while, as an override; no file is touched."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.desks import end_of
from campctl.app.find import did_you_mean, one
from campctl.app.how import How, at_once
from campctl.app.results import Applied, Planned
from campctl.model.campaign import Campaign, Hotline, Target
from campctl.model.records import Override

if TYPE_CHECKING:
    from datetime import datetime

FRONT = "front"
"""The desk an office's calls go to, where nothing else is said."""


async def fail_over(ctx: Context, how: How, *, hotline: str, to: str = "", until: str = "") -> Applied | Planned:
    """Lead a hotline's new calls to another target until a time, or until they are taken back. A later failover replaces an earlier one."""
    campaign = ctx.campaign
    line = one(campaign.hotlines, hotline, "hotline")
    target = parse_target(campaign, to) if to else line.failover
    if target is None:
        raise errors.UsageError(
            f"{hotline} has no `failover`, and --to was not given.", hint="Say where its calls shall go: --to hotline/ID."
        )
    end_of(until, ctx.clock.now(), line.time_zone or campaign.time_zone)  # what can be said at once is not said after a wait

    async def wish(_: object) -> Wish:
        now, overrides = ctx.clock.now(), ctx.store().overrides()
        replaced = [item.id for item in failovers(overrides, now) if item.subject == hotline]
        _check(campaign, line, target, [item for item in overrides if item.id not in replaced], now)
        made = Override(
            id=f"o{secrets.token_hex(3)}",
            kind="hotline",
            subject=hotline,
            author=ctx.who,
            reason=how.reason,
            start=now,
            end=end_of(until, now, line.time_zone or campaign.time_zone),
            to=target,
        )
        return Wish(targets=[f"hotline/{hotline}"], overrides=[made], clear=replaced, what=f"hotline failover {hotline} {target}")

    return await change(ctx, at_once(how), wish)


async def fail_back(ctx: Context, how: How, *, hotline: str) -> Applied | Planned:
    """A hotline takes its own calls again."""
    one(ctx.campaign.hotlines, hotline, "hotline")
    found = [item.id for item in failovers(ctx.store().overrides(), ctx.clock.now()) if item.subject == hotline]
    if not found:
        raise errors.NotFound(f"{hotline} is not failed over: it takes its own calls.", hint="`campctl override list` shows what is.")
    return await change(ctx, at_once(how), Wish(targets=[f"hotline/{hotline}"], clear=found, what=f"hotline failover {hotline} back"))


def failovers(overrides: Sequence[Override], now: datetime) -> list[Override]:
    """Those that hold now or will."""
    return [item for item in overrides if item.kind == "hotline" and item.to is not None and (item.end is None or item.end > now)]


def _check(campaign: Campaign, line: Hotline, target: Target, overrides: Sequence[Override], now: datetime) -> None:
    from campctl.effective import active_at, circle, desired, diversion
    from campctl.effective.queues import Switchboard

    given = diversion(campaign, active_at(overrides, now), [])
    round_ = circle(campaign, given, line.id, target)
    if round_:
        raise errors.UsageError(
            f"Calls would be passed round: {' to '.join(round_)}.",
            hint="Choose another target, or take back the failover that leads here (`campctl override list`).",
        )
    final = given.divert(campaign, target)
    if final.kind == "port" and final.id not in desired(campaign, now, overrides).lit:
        raise errors.UsageError(
            f"Desk {final.id} is dark, so nobody would hear these calls.", hint=f"`campctl port light {final.id}` first."
        )
    backend = line.backend or campaign.default_backend
    check_way(campaign, Switchboard(campaign, given).reach(target, backend), target, backend)


def check_way(campaign: Campaign, way: str | None, target: Target, backend: str) -> None:
    """Refuse a target that calls cannot be led to from a backend."""
    if not way:
        raise errors.UsageError(
            f"{target} is not on backend {backend} and has no number to call, so calls cannot be led there.",
            hint=f"Give it a number, or choose one of backend {backend}." if len(campaign.backends) > 1 else "",
        )


def parse_target(campaign: Campaign, text: str) -> Target:
    """`hotline/ID`, `user/ID`, `port/OFFICE/DESK`, `outside/+1...`, a hotline's id, or an office's for its front desk."""
    kind, _, rest = text.partition("/")
    if kind == "outside" or text.startswith("+"):
        return Target("outside", _number(campaign, rest if kind == "outside" else text))
    if kind == "office" or (not rest and text in campaign.offices):
        return front_desk(campaign, rest or text)
    if not rest and text in campaign.hotlines:
        return Target("hotline", text)
    if kind == "hotline":
        return Target("hotline", one(campaign.hotlines, rest, "hotline").id)
    if kind == "user":
        return Target("user", one(campaign.users, rest, "user").id)
    if kind == "port":
        return Target("port", one(campaign.ports, rest, "port").id)
    near = did_you_mean(text, [*campaign.hotlines, *campaign.offices])
    ways = "Write hotline/ID, user/ID, port/OFFICE/DESK, outside/+1..., or an office's id for its front desk."
    raise errors.UsageError(f"{text!r} is no place to lead calls to.", hint=f"{near} {ways}".strip())


def front_desk(campaign: Campaign, office: str, *, option: str = "--to") -> Target:
    """The desk `front` of an office; without one, an error that says what to write after `option` instead."""
    one(campaign.offices, office, "office")
    desk = f"{office}/{FRONT}"
    if desk not in campaign.ports:
        hotline = min(campaign.hotlines, default="ID")
        raise errors.UsageError(
            f"Office {office} has no desk `{FRONT}` to lead calls to.",
            hint=f"Say where else: {option} hotline/{hotline}, user/ID, port/OFFICE/DESK or outside/+1...",
        )
    return Target("port", desk)


def _number(campaign: Campaign, text: str) -> str:
    from campctl.manifest import phones
    from campctl.manifest.problems import Bad

    try:
        return phones.e164(text.strip(), campaign.country)
    except Bad as bad:
        raise errors.UsageError(bad.detail, hint=bad.help) from None
