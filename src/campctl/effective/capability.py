"""What the campaign asks of its backends and they cannot do, known before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import FieldInfo, fields

from campctl.effective.lines import add_lines
from campctl.effective.places import Places
from campctl.effective.queues import Switchboard, add_queues, add_routes, homes
from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.text import listed, plural
from campctl.model.campaign import Campaign, Hotline
from campctl.model.live import Capabilities
from campctl.model.resources import RESOURCE_TYPES, Key, Kind, Line, Location, Member, Queue, Resource, Route

_PLURAL = {"location": "locations", "line": "lines", "queue": "queues", "member": "members", "route": "routes"}
_SAFETY = {
    "line": frozenset(("location", "enabled", "permission")),
    "location": frozenset(("street", "city", "state", "postal_code", "country", "building", "floor", "room", "notify")),
}
"""What must not be lost: 911 finds the caller and somebody is told (47 CFR 9.16), dark is dark, and who may dial what."""
_QUEUE_FIELDS = {"answer_within": "service", "target": "service"}
_LOCATION_FIELDS = {"name": "name", "notify": "notify_911"}


class _Load(Struct):
    """All that one backend would hold at the campaign's maximum."""

    resources: dict[Key, Resource] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)


def check(campaign: Campaign, capabilities: Mapping[str, Capabilities]) -> list[Finding]:
    """Kinds, fields, strategies and limits that backends lack, and calls that cannot cross from one to another.

    `capabilities` by backend name; a backend that is not in it is not looked at.
    """
    findings: list[Finding] = []
    loads, origin = _loads(campaign, findings)
    for name, load in loads.items():
        can = capabilities.get(name)
        if can is not None:
            findings += _kinds(name, load, can, origin, campaign)
            findings += _fields(name, load, can, origin, campaign)
            findings += _strategies(name, load, can)
            findings += _limits(name, load, can, campaign)
    return findings


def _loads(campaign: Campaign, findings: list[Finding]) -> tuple[dict[str, _Load], dict[Key, str]]:
    loads = {name: _Load() for name in (*campaign.backends, *sorted(homes(campaign)))}
    backends = {name: load.resources for name, load in loads.items()}
    origin: dict[Key, str] = {}
    places = Places(campaign)
    # A dark port has the same line as a lit one; what lacks a location is found by desired(t) and by validation.
    add_lines(campaign, places, {}, backends, [])
    places.add_to(backends, origin)
    board = Switchboard(campaign)
    add_queues(campaign, board, backends, findings)
    add_routes(campaign, board, backends, origin, findings)
    for hotline in campaign.hotlines.values():
        loads[_home(campaign, hotline)].members[hotline.id] = _members(hotline)
    return loads, origin


def _home(campaign: Campaign, hotline: Hotline) -> str:
    return hotline.backend or campaign.default_backend


def _members(hotline: Hotline) -> int:
    return max(hotline.seats.max, hotline.seats.baseline) + sum(step.seats for step in hotline.escalation if step.answer is not None)


def _kinds(name: str, load: _Load, can: Capabilities, origin: Mapping[Key, str], campaign: Campaign) -> Iterator[Finding]:
    counts: dict[Kind, list[Ref]] = {}
    for key, resource in load.resources.items():
        if key.kind not in can.kinds:
            counts.setdefault(key.kind, []).append(_ref(resource, "", origin, campaign))
    if "member" not in can.kinds:
        counts["member"] = [Ref("hotlines", hotline, "seats") for hotline, members in load.members.items() if members]
    for kind, refs in counts.items():
        if refs:
            count = sum(load.members.values()) if kind == "member" else len(refs)
            yield finding(
                "backend-cannot-kind",
                f"Backend {name} cannot hold {_PLURAL[kind]}, and {plural(count, kind)} would be placed there.",
                help="Put the offices and hotlines concerned on another backend.",
                at=refs[0],
                related=_more(refs),
            )


def _fields(name: str, load: _Load, can: Capabilities, origin: Mapping[Key, str], campaign: Campaign) -> Iterator[Finding]:
    for kind, missing in can.unsupported.items():
        if kind not in can.kinds:
            continue
        defaults = {info.name: _default(info) for info in fields(RESOURCE_TYPES[kind])}
        for named in missing:
            if kind == "member":
                refs = list(_members_need(campaign, name, named))
            else:
                refs = [
                    _ref(resource, named, origin, campaign)
                    for resource in load.resources.values()
                    if isinstance(resource, RESOURCE_TYPES[kind]) and getattr(resource, named, None) != defaults.get(named)
                ]
            if refs:
                nouns = listed([_noun(ref) for ref in _distinct(refs)])
                yield finding(
                    "backend-unsafe-field" if named in _SAFETY.get(kind, ()) else "backend-cannot-field",
                    f"Backend {name} cannot keep `{named}` of {_PLURAL[kind]}, which is written for {nouns}.",
                    help="Leave it out there, or use another backend.",
                    at=refs[0],
                    related=_more(_distinct(refs)),
                )


def _members_need(campaign: Campaign, backend: str, named: str) -> Iterator[Ref]:
    """Hotlines whose members differ in `level` (escalation) or `penalty` (more than one skill or language asked for)."""
    for hotline in campaign.hotlines.values():
        if _home(campaign, hotline) != backend:
            continue
        if named == "level" and any(step.answer is not None and step.seats for step in hotline.escalation):
            yield Ref("hotlines", hotline.id, "escalation")
        if named == "penalty" and len(hotline.answer.skills) + len(hotline.answer.languages) > 1:
            yield Ref("hotlines", hotline.id, "answer")


def _default(info: FieldInfo) -> object:
    return info.default if info.required is False else None


def _strategies(name: str, load: _Load, can: Capabilities) -> Iterator[Finding]:
    for resource in load.resources.values():
        if isinstance(resource, Queue) and resource.strategy not in can.strategies:
            yield finding(
                "backend-cannot-strategy",
                f"Hotline {resource.id} hands out calls by {resource.strategy}, which backend {name} cannot do.",
                help=f"It knows {listed(list(can.strategies), most=9)}." if can.strategies else "",
                at=Ref("hotlines", resource.id, "strategy"),
            )


def _limits(name: str, load: _Load, can: Capabilities, campaign: Campaign) -> Iterator[Finding]:
    counts = {"lines": 0, "queues": 0, "routes": 0, "locations": 0, "members": sum(load.members.values())}
    for key in load.resources:
        if key.kind != "member":
            counts[_PLURAL[key.kind]] += 1
    for what, count in counts.items():
        limit = can.limits.get(what)
        if limit is not None and count > limit:
            yield finding(
                "backend-limit",
                f"Backend {name} holds {limit:,} {what} at the most; the campaign would place {count:,} there.",
                help="Put some of its offices or hotlines on another backend (one more machine), or raise the limit there.",
                at=Ref("campaign", "", "backends", (name,)) if name in campaign.backends else None,
            )
    most = can.limits.get("members-per-queue")
    for hotline, members in load.members.items():
        if most is not None and members > most:
            yield finding(
                "backend-limit",
                f"Backend {name} lets {most:,} lines answer a queue; hotline {hotline} can have {members:,} seats, escalation included.",
                help=f"Hold its seats to {most:,}, or split the hotline.",
                at=Ref("hotlines", hotline, "seats", ("max",)),
            )


def _ref(resource: Resource, named: str, origin: Mapping[Key, str], campaign: Campaign) -> Ref:
    """Where in the manifests a resource's field comes from."""
    if isinstance(resource, Queue):
        return Ref("hotlines", resource.id, _QUEUE_FIELDS.get(named, named))
    if isinstance(resource, Line):
        kind, _, noun = resource.id.partition("/")
        if named == "location":
            noun_office = campaign.users[noun].office if kind == "user" else campaign.ports[noun].office
            return Ref("offices", noun_office, "address")
        if named == "enabled":
            named = "state" if kind == "port" else ""
        return Ref("users" if kind == "user" else "ports", noun, named)
    if isinstance(resource, Location):
        field_name = _LOCATION_FIELDS.get(named, "address" if named else "")
        return Ref(
            "offices", origin[Key("location", resource.id)].partition("/")[2], field_name, (named,) if field_name == "address" else ()
        )
    if isinstance(resource, Member):
        return Ref("hotlines", resource.queue)
    assert isinstance(resource, Route)
    section, _, noun = origin[Key("route", resource.number)].partition("/")
    return Ref(f"{section}s", noun, named if section == "number" else "number" if section == "user" else "numbers")


def _noun(ref: Ref) -> str:
    return f"{ref.section.removesuffix('s')} {ref.id}"


def _distinct(refs: Iterable[Ref]) -> list[Ref]:
    return list({(ref.section, ref.id): ref for ref in reversed(list(refs))}.values())[::-1]


def _more(refs: list[Ref], most: int = 3) -> tuple[Related, ...]:
    return tuple(Related(label="also here", at=ref) for ref in refs[1 : most + 1])
