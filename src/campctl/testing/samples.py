"""Plainly made-up resources of all kinds, and changes about them, for the contract suites and for tests of one's own."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from campctl.model.changes import Change
from campctl.model.live import Capabilities
from campctl.model.resources import Key, Kind, Line, Location, Member, Queue, Resource, Route, key_of

LOCATION = Location("springfield", "Springfield office", "1 Example Plaza", "Springfield", "IL", "62701", floor="2")
ELSEWHERE = Location("shelbyville", "Shelbyville office", "2 Example Road", "Shelbyville", "IL", "62565", floor="1")
LINE = Line("user/ann.lee", "3001", "Ann Lee", location=LOCATION.id)
OTHER_LINE = Line("port/springfield/a001", "3002", "Desk a001", location=LOCATION.id)
QUEUE = Queue("voter-protection", "Voter protection", extension="3900")
OTHER_QUEUE = Queue("main", "Main number", extension="3901")
MEMBER = Member(QUEUE.id, LINE.id)
ROUTE = Route("+12175550110", f"line/{LINE.id}", "direct")

FOUNDATION: tuple[Resource, ...] = (LOCATION, ELSEWHERE, LINE, OTHER_LINE, QUEUE, OTHER_QUEUE)
"""What other samples refer to, in an order in which it can be created."""

SAMPLES: dict[Kind, Resource] = {
    "location": Location("field-office", "Field office", "3 Example Way", "Springfield", "IL", "62702", floor="1"),
    "line": Line("user/bo.chan", "3010", "Bo Chan", location=LOCATION.id),
    "queue": Queue("legal", "Legal", extension="3910"),
    "member": Member(OTHER_QUEUE.id, OTHER_LINE.id),
    "route": Route("+12175550120", f"queue/{QUEUE.id}", "hotline"),
}
"""One of each kind that nothing else refers to; needs FOUNDATION."""

OTHER_VALUES: dict[Kind, dict[str, tuple[Any, ...]]] = {
    "location": {
        "name": ("Field office, annex",),
        "street": ("4 Example Way",),
        "city": ("Capital City",),
        "state": ("IN",),
        "postal_code": ("46201-0100",),
        "country": ("CA",),
        "building": ("Annex",),
        "floor": ("12", ""),
        "room": ("Hall B",),
        "notify": (("+12175550101",), ("+12175550101", "security@example.org"), ()),
    },
    "line": {
        "extension": ("3011", "0042"),
        "name": ("Bo B. Chan",),
        "number": ("+12175550111", ""),
        "location": (ELSEWHERE.id,),
        "permission": ("local", "national", "international", "internal"),
        "enabled": (False, True),
        "device": ("poly-vvx", ""),
    },
    "queue": {
        "name": ("Legal help",),
        "extension": ("3911", ""),
        "strategy": ("ring-all", "round-robin", "fewest-calls", "random", "longest-idle"),
        "max_waiting": (5,),
        "max_wait": (3600,),
        "ring_time": (20,),
        "wrap_up": (0,),
        "answer_within": (30,),
        "target": (0.9, 1.0),
        "hours": (("mon-fri 08:00-20:00",), ("mon-fri 08:00-20:00", "sat-sun 10:00-18:00"), (), ("never",)),
        "time_zone": ("America/Chicago",),
        "overflow": (f"queue/{OTHER_QUEUE.id}", f"line/{LINE.id}", "outside/+12175550190", ""),
        "closed": ("outside/+12175550190", ""),
        "failover": (f"queue/{OTHER_QUEUE.id}", ""),
        "escalation": (("60s level 2",), ("60s level 2", f"180s queue/{OTHER_QUEUE.id}"), ()),
    },
    "member": {"name": ("Volunteer 7",), "level": (2, 1), "penalty": (3, 0)},
    "route": {"to": (f"line/{LINE.id}", "outside/+12175550190", ""), "label": ("legal", "")},
}
"""For every field that can be changed without becoming another resource: values a sample is updated to, one by one."""

TEXTS: tuple[str, ...] = (
    "Zoë Łukasiewicz-Ørsted",
    "ليلى حسن",
    "שירה כהן",
    "王小明",
    "🗳️ Volunteer 👩🏽‍💻",
    "combining e\u0301 and zero\u200dwidth",
    "quotes '\"` and \\ and % and ; DROP TABLE line",
    "escape \x1b[31mred\x1b[0m\x07",
    "  blanks around  ",
    "line\nbreak\tand tab",
    "x" * 200,
)
"""Names people have, and names people should not have but do."""


def change(action: Any, before: Resource | None, after: Resource | None, *, backend: str = "test") -> Change:
    """A change with the id a plan would give it."""
    resource = after if after is not None else before
    assert resource is not None
    return Change(id=f"{action}:{backend}:{key_of(resource)}", action=action, backend=backend, before=before, after=after)


def create(resource: Resource) -> Change:
    """Create it."""
    return change("create", None, resource)


def update(before: Resource, after: Resource) -> Change:
    """Make `before` into `after`."""
    return change("update", before, after)


def rename(before: Resource, after: Resource) -> Change:
    """Give `before` the id (and fields) of `after`."""
    return change("rename", before, after)


def delete(resource: Resource) -> Change:
    """Delete it."""
    return change("delete", resource, None)


def fitting(resource: Resource, capabilities: Capabilities) -> Resource:
    """The resource with its defaults in fields the backend cannot keep."""
    names = capabilities.unsupported.get(key_of(resource).kind, ())
    return replace(resource, **{name: default_of(type(resource), name) for name in names}) if names else resource


def default_of(of: type[Resource], name: str) -> Any:
    """A field's default."""
    return of.__struct_defaults__[of.__struct_fields__.index(name) - len(of.__struct_fields__)]


def lines(count: int, *, first_extension: int = 20_000) -> list[Line]:
    """So many lines at LOCATION."""
    return [Line(f"user/person-{n:05}", str(first_extension + n), f"Person {n}", location=LOCATION.id) for n in range(count)]


def keys_of(resources: Any) -> list[Key]:
    """Their keys."""
    return [key_of(resource) for resource in resources]
