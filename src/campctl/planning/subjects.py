"""Which person, desk, hotline, number or office a resource or change is about."""

from __future__ import annotations

from campctl.model.campaign import Campaign
from campctl.model.changes import Change
from campctl.model.resources import Key, Line, Resource, Route, key_of, target_key


def subject_of(key: Key) -> str:
    """The campaign's noun a resource stands for: "user/ann.lee", "port/hq/a001", "hotline/x", "number/+1...", "office/x".

    A member's is who sits there, not the hotline.
    """
    if key.kind == "line":
        return key.id
    if key.kind == "queue":
        return f"hotline/{key.id}"
    if key.kind == "member":
        return key.id.partition("/")[2]
    if key.kind == "route":
        return f"number/{key.id}"
    return f"office/{key.id.partition('/')[0]}"


def led_to(route: Resource | None) -> str:
    """The subject a route leads to; "" for outside numbers, reserve and anything that is not a route."""
    key = target_key(route.to) if isinstance(route, Route) else None
    return subject_of(key) if key else ""


def refs_of(change: Change, campaign: Campaign) -> set[str]:
    """Every ref that means this change: as a target, in `policy.protected`, in a freeze's `allow`."""
    found: set[str] = set()
    for resource in (change.before, change.after):
        if resource is not None:
            found |= resource_refs(resource, campaign)
    return found


def resource_refs(resource: Resource, campaign: Campaign) -> set[str]:
    """The resource's own ref, its subject, whom it leads to or answers, and the office it is in."""
    key = key_of(resource)
    subject = subject_of(key)
    found = {str(key), subject}
    if key.kind == "member":
        found.add(f"hotline/{key.id.partition('/')[0]}")
    elif isinstance(resource, Route):
        subject = led_to(resource)
        if subject:
            found.add(subject)
    elif isinstance(resource, Line) and resource.location:
        found.add(f"office/{resource.location.partition('/')[0]}")
    office = office_of(subject, campaign)
    if office:
        found.add(f"office/{office}")
    return found


def office_of(subject: str, campaign: Campaign) -> str:
    """The office a person or desk is in; "" when not known."""
    noun, _, name = subject.partition("/")
    if noun == "port":
        return name.partition("/")[0]
    user = campaign.users.get(name) if noun == "user" else None
    return user.office if user else ""


def office_of_line(line: Line) -> str:
    """The office a line's 911 location is in; "" without one."""
    return line.location.partition("/")[0]
