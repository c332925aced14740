"""From telephony resources back to nouns: what `adopt` writes into the YAML for things made by hand.

A line becomes a user (or a desk, when its id says so), a queue a hotline, a route a number. A location is an office's,
so one that no office accounts for is owned but not written: an office needs more than an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from campctl.app.context import Context
from campctl.model.campaign import Campaign
from campctl.model.resources import Key, Line, Location, Queue, Resource, Route

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor


Chosen = Mapping[tuple[str, Key], Resource]


def write_yaml(ctx: Context, editor: Editor, chosen: Chosen) -> tuple[dict[tuple[str, Key], Resource], tuple[str, ...]]:
    """Put what the campaign does not have yet into the edits.

    Returns what may be owned, and in words what may not: owning a thing that no YAML asks for would have the next
    plan remove it.
    """
    campaign = ctx.campaign
    known = _known(campaign)
    adopted: dict[tuple[str, Key], Resource] = {}
    notes: list[str] = []
    for (backend, key), resource in sorted(chosen.items(), key=lambda item: (_ORDER[item[0][1].kind], item[0])):
        if key in known:
            why = ""
        elif isinstance(resource, Line):
            why = _line(campaign, editor, backend, resource)
        elif isinstance(resource, Queue):
            editor.add("hotlines", resource.id, _hotline(campaign, backend, resource))
            why = ""
        elif isinstance(resource, Route):
            why = _number(editor, resource, known)
        elif isinstance(resource, Location):
            why = "" if resource.id.partition("/")[0] in campaign.offices else f"Location {resource.id} is no office's"
        else:
            ready = Key("queue", resource.queue) in known and Key("line", resource.line) in known
            why = "" if ready else f"Member {resource.id} is of a queue or line that is not in the YAML"
        if why:
            notes.append(why if why.endswith(".") else f"{why}: left alone. Write it into the YAML by hand, then adopt it.")
        else:
            known.add(key)
            adopted[backend, key] = resource
    return adopted, tuple(notes)


_ORDER = {"location": 0, "line": 1, "queue": 2, "route": 3, "member": 4}


def _known(campaign: Campaign) -> set[Key]:
    known: set[Key] = {Key("location", office) for office in campaign.offices}
    known |= {Key("line", f"user/{user}") for user in campaign.users} | {Key("line", f"port/{port}") for port in campaign.ports}
    known |= {Key("queue", hotline) for hotline in campaign.hotlines} | {Key("route", number) for number in campaign.numbers}
    known |= {Key("route", user.number) for user in campaign.users.values() if user.number}
    return known | {Key("route", number) for hotline in campaign.hotlines.values() for number in hotline.numbers}


def _line(campaign: Campaign, editor: Editor, backend: str, line: Line) -> str:
    office = line.location.partition("/")[0]
    if office not in campaign.offices or campaign.offices[office].backend != backend:
        return f"Line {line.id} is at {line.location or 'no location'}, which is no office on {backend}"
    kind, _, name = line.id.partition("/")
    if kind == "user" and name:
        fields: dict[str, Any] = {"name": line.name, "office": office, "extension": line.extension, "permission": line.permission}
        editor.add("users", name, fields)
        return ""
    if kind == "port" and name:
        desk = name.rpartition("/")[2]
        state = "lit" if line.enabled else "dark"
        editor.add("ports", name.replace("/", "-"), {"office": office, "desk": desk, "extension": line.extension, "state": state})
        return ""
    return (
        f"Line {line.id} is not named as campctl names lines (user/ID or port/OFFICE/DESK), so it cannot be taken over: left alone."
        f" When a user or port of the YAML is to have {line.extension or 'its extension'}, remove it on {backend} first."
    )


def _hotline(campaign: Campaign, backend: str, queue: Queue) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": queue.name, "seats": 0, "answer": {"ports": True}, "strategy": queue.strategy}
    if queue.extension:
        fields["extension"] = queue.extension
    if backend != campaign.default_backend:
        fields["backend"] = backend
    fields |= {"max_waiting": queue.max_waiting, "max_wait": f"{queue.max_wait}s", "ring_time": f"{queue.ring_time}s"}
    fields["wrap_up"] = f"{queue.wrap_up}s"
    fields["service"] = {"answer_within": f"{queue.answer_within}s", "target": f"{queue.target * 100:g}%"}
    if queue.time_zone != campaign.time_zone:
        fields["time_zone"] = queue.time_zone
    if queue.hours:
        fields["hours"] = list(queue.hours)
    return fields | {name: _target(to) for name in ("overflow", "closed", "failover") if (to := getattr(queue, name))}


def _target(to: str) -> str:
    """A resource's target as a manifest says it: queue/x, line/user/x, outside/+1..."""
    kind, _, rest = to.partition("/")
    return f"hotline/{rest}" if kind == "queue" else rest if kind == "line" else to


def _number(editor: Editor, route: Route, known: set[Key]) -> str:
    kind, _, rest = route.to.partition("/")
    if kind in {"queue", "line"} and Key("queue" if kind == "queue" else "line", rest) not in known:
        return f"Number {route.number} leads to {route.to}, which is not in the YAML"
    fields = {"to": _target(route.to), "label": route.label}
    editor.add("numbers", route.number, {key: value for key, value in fields.items() if value})
    return ""
