"""`show`: desired(t), as the telephony resources it comes to."""

from __future__ import annotations

from typing import Any

from campctl import errors
from campctl.app.context import Context
from campctl.app.hotlines import present_seen
from campctl.app.results import Details, Listing
from campctl.app.times import parse_time
from campctl.model.resources import Line, Location, Member, Queue, Resource, Route

NOUNS = {"user", "port", "hotline", "number", "office"}


async def show(ctx: Context, *, at: str = "", what: str = "") -> Details:
    """desired(t), all of it or one noun's resources (`user/ann.lee`, `hotline/main`, or a kind such as `line`)."""
    campaign = ctx.campaign
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    listing = await resources_of(ctx, what, at=at)
    if what and not listing.rows:
        raise errors.NotFound(
            f"Nothing of desired({moment:%Y-%m-%dT%H:%MZ}) belongs to `{what}`.",
            hint="Name KIND/ID, such as user/ann.lee, hotline/main, office/hq, line/user/ann.lee, or a kind: line, queue, member, route.",
        )
    active = [surge.id for surge in campaign.surges.values() if surge.start <= moment < surge.end]
    counts: dict[str, int] = {}
    for row in listing.rows:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    fields = {"at": moment, "surges active": active, "resources": [f"{count} {kind}" for kind, count in sorted(counts.items())]}
    return Details(of="desired", id=what, fields=fields, listings=(listing,))


async def resources_of(ctx: Context, what: str = "", *, at: str = "") -> Listing:
    """The resources of desired(t) that belong to a noun, as rows of backend, kind, id and what they say."""
    from campctl.effective import desired

    campaign = ctx.campaign
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    wanted = desired(campaign, moment, ctx.store().overrides(), await present_seen(ctx))
    rows = tuple(
        {"backend": backend, "kind": key.kind, "id": key.id, "says": summary(resource)}
        for backend, resources in wanted.backends.items()
        for key, resource in sorted(resources.items())
        if not what or belongs(what, resource)
    )
    return Listing(of="resource", columns=("backend", "kind", "id", "says"), rows=rows, empty="Nothing.")


def belongs(what: str, resource: Resource) -> bool:
    """Whether a resource is a noun's (`user/x`), has this key (`line/user/x`), or is of this kind (`line`)."""
    kind: Any = type(resource).__struct_config__.tag
    if what in (kind, f"{kind}/{resource.id}"):
        return True
    noun, _, name = what.partition("/")
    if noun in {"user", "port"}:
        return what in {getattr(resource, "line", ""), resource.id, getattr(resource, "to", "").removeprefix("line/")}
    if noun == "hotline":
        return name in {getattr(resource, "queue", ""), getattr(resource, "to", "").removeprefix("queue/")} or (
            isinstance(resource, Queue) and resource.id == name
        )
    if noun == "office":
        if isinstance(resource, Location):
            return resource.id == name or resource.id.startswith(f"{name}/")
        return isinstance(resource, Line) and (resource.location == name or resource.location.startswith(f"{name}/"))
    return noun == "number" and isinstance(resource, Route) and resource.number == name


def summary(resource: Resource) -> str:
    """One resource in a line of words."""
    if isinstance(resource, Line):
        state = "" if resource.enabled else ", dark"
        return f"{resource.extension} {resource.name}, shows {resource.number or 'nothing'}, at {resource.location or 'NOWHERE'}{state}"
    if isinstance(resource, Location):
        detail = "".join(f", {label} {value}" for label, value in (("floor", resource.floor), ("room", resource.room)) if value)
        return f"{resource.street}{detail}, {resource.city}, {resource.state} {resource.postal_code}"
    if isinstance(resource, Queue):
        return f"{resource.name}, {resource.strategy}, {', '.join(resource.hours) or 'always open'}"
    if isinstance(resource, Member):
        return f"{resource.name or resource.line}, level {resource.level}, penalty {resource.penalty}"
    return f"leads to {resource.to or 'nowhere (held)'}"
