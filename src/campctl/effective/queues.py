"""Hotlines as queues, their seats as members, and numbers as routes; calls that lead to another backend."""

from __future__ import annotations

from collections.abc import Mapping

from campctl.effective.diversion import NOTHING, Diversion
from campctl.effective.result import Seating
from campctl.effective.words import hours_rules
from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.model.campaign import Campaign, Hotline, Target, home_of
from campctl.model.resources import NEVER, Key, Member, Queue, Resource, Route


def homes(campaign: Campaign) -> set[str]:
    """Every backend that something of the campaign is on, defined or not."""
    users, ports = campaign.users.values(), campaign.ports.values()
    found = {user.backend for user in users} | {user.also_on for user in users}
    found |= {port.backend for port in ports} | {port.also_on for port in ports}
    found |= {office.backend for office in campaign.offices.values()} | {hotline.backend for hotline in campaign.hotlines.values()}
    return found - {""} | {campaign.default_backend}


class Switchboard:
    """Where targets are, and how one backend reaches them."""

    def __init__(self, campaign: Campaign, diversion: Diversion = NOTHING) -> None:
        self.campaign = campaign
        self.diversion = diversion
        self._numbers: dict[tuple[str, str], str] | None = None

    def home(self, target: Target) -> str:
        """The backend a target lives on; "" for outside numbers and what does not exist."""
        campaign = self.campaign
        if target.kind == "hotline":
            hotline = campaign.hotlines.get(target.id)
            return (hotline.backend or campaign.default_backend) if hotline is not None else ""
        found = campaign.users.get(target.id) if target.kind == "user" else campaign.ports.get(target.id)
        return home_of(campaign, found) if found is not None and target.kind != "outside" else ""

    def reach(self, target: Target | None, backend: str) -> str | None:
        """The target as text for a resource on `backend`; None when there is no way from there."""
        if target is None:
            return ""
        target = self.diverted(target)
        if target.kind == "outside":
            return f"outside/{target.id}"
        home = self.home(target)
        if home == backend:
            return local(target)
        number = self._number(target) if home else ""
        return f"outside/{number}" if number else None

    def diverted(self, target: Target) -> Target:
        """Where calls for a target go now: elsewhere when its office is evacuated."""
        return self.diversion.divert(self.campaign, target) if self.diversion.evacuated else target

    def _number(self, target: Target) -> str:
        """The number that leads to a target: its own first, else one the campaign holds for it."""
        campaign = self.campaign
        if target.kind == "hotline" and campaign.hotlines[target.id].numbers:
            return campaign.hotlines[target.id].numbers[0]
        if target.kind == "user" and campaign.users[target.id].number:
            return campaign.users[target.id].number
        if self._numbers is None:
            self._numbers = {}
            for number in campaign.numbers.values():
                if number.to is not None:
                    self._numbers.setdefault((number.to.kind, number.to.id), number.number)
        return self._numbers.get((target.kind, target.id), "")


def local(target: Target) -> str:
    """A target on the same backend, as resources write it."""
    return f"queue/{target.id}" if target.kind == "hotline" else f"line/{target.kind}/{target.id}"


def add_queues(campaign: Campaign, board: Switchboard, backends: dict[str, dict[Key, Resource]], findings: list[Finding]) -> None:
    """Put each hotline's queue on its backend."""
    for hotline in campaign.hotlines.values():
        backend = hotline.backend or campaign.default_backend
        backends[backend][Key("queue", hotline.id)] = queue_of(campaign, hotline, board, findings)


def queue_of(campaign: Campaign, hotline: Hotline, board: Switchboard, findings: list[Finding]) -> Queue:
    """One hotline's queue; targets that cannot be reached are left out, with a finding."""
    backend = hotline.backend or campaign.default_backend

    def lead(target: Target | None, field: str, *path: str) -> str:
        text = board.reach(target, backend)
        if text is None:
            findings.append(_unreachable(hotline, backend, f"{target}", Ref("hotlines", hotline.id, field, path)))
        return text or ""

    steps, level = [], 1
    for index, step in enumerate(hotline.escalation):
        if step.answer is not None:
            level += 1
            steps.append(f"{step.after}s level {level}")
        else:
            text = lead(step.to, "escalation", str(index), "to")
            if text:
                steps.append(f"{step.after}s {text}")
    opening, closed = hours_rules(hotline.hours), lead(hotline.closed, "closed")
    forward = board.diversion.forward(hotline.id)
    if forward is not None:
        way = board.reach(forward, backend)
        if way:
            opening, closed = NEVER, way
        else:
            findings.append(_no_way(f"Hotline {hotline.id}", backend, forward, "takes its own calls"))
    return Queue(
        id=hotline.id,
        name=hotline.name,
        extension=hotline.extension,
        strategy=hotline.strategy,
        max_waiting=hotline.max_waiting,
        max_wait=hotline.max_wait,
        ring_time=hotline.ring_time,
        wrap_up=hotline.wrap_up,
        answer_within=hotline.service.answer_within,
        target=hotline.service.target,
        hours=opening,
        time_zone=hotline.time_zone or campaign.time_zone,
        overflow=lead(hotline.overflow, "overflow"),
        closed=closed,
        failover=lead(hotline.failover, "failover"),
        escalation=tuple(steps),
    )


def _unreachable(hotline: Hotline, backend: str, target: str, at: Ref) -> Finding:
    return finding(
        "target-on-other-backend",
        f"Hotline {hotline.id} is on backend {backend} and leads to {target}, which is elsewhere and has no number to call.",
        help=f"Give {target} a number, or put both on one backend.",
        at=at,
    )


def _no_way(what: str, backend: str, to: Target, instead: str) -> Finding:
    return finding(
        "diversion-unreachable",
        f"{what} on backend {backend} should lead to {to} for a while, which is elsewhere and has no number to call; it {instead}.",
        help=f"Give {to} a number, or choose another target.",
    )


def add_members(campaign: Campaign, seating: Mapping[str, Seating], backends: dict[str, dict[Key, Resource]]) -> None:
    """Put the filled seats into their queues."""
    for hotline in campaign.hotlines.values():
        resources = backends[hotline.backend or campaign.default_backend]
        for seat in seating[hotline.id].filled:
            member = Member(hotline.id, seat.line, seat.name, seat.level, seat.penalty)
            resources[Key("member", member.id)] = member


def add_routes(
    campaign: Campaign, board: Switchboard, backends: dict[str, dict[Key, Resource]], origin: dict[Key, str], findings: list[Finding]
) -> None:
    """Put each number on the backend of what it leads to; numbers held in reserve on their office's or the default one.

    A number of an evacuated office stays where it is, and leads away from there.

    What `numbers` says about a number comes first, then the hotline, then the person it belongs to.
    """
    offices, default = campaign.offices, campaign.default_backend

    def put(number: str, backend: str, to: str, label: str, noun: str) -> None:
        key = Key("route", number)
        if key not in origin:
            backends[backend][key] = Route(number, to, label)
            origin[key] = noun

    def lead(number: str, target: Target, backend: str) -> str:
        if not board.diversion.evacuated or board.diverted(target) == target:
            return local(target)
        text = board.reach(target, backend)
        if not text:
            findings.append(_no_way(f"Number {number}", backend, board.diverted(target), f"leads to {target} still"))
        return text or local(target)

    labels: dict[str, str] = {}
    held = []
    for entry in campaign.numbers.values():
        labels[entry.number] = entry.label
        office = offices.get(entry.office)
        place = office.backend if office is not None else default
        if entry.to is None:
            held.append((entry.number, place, entry.label))
        elif entry.to.kind == "outside":
            put(entry.number, place, f"outside/{entry.to.id}", entry.label, f"number/{entry.number}")
        else:
            home = board.home(entry.to) or place
            put(entry.number, home, lead(entry.number, entry.to, home), entry.label, f"number/{entry.number}")
    for hotline in campaign.hotlines.values():
        for number in hotline.numbers:
            put(number, hotline.backend or default, f"queue/{hotline.id}", labels.get(number, ""), f"hotline/{hotline.id}")
    for uid, user in campaign.users.items():
        if user.number:
            home = user.backend or offices[user.office].backend
            put(user.number, home, lead(user.number, Target("user", uid), home), labels.get(user.number, ""), f"user/{uid}")
    for number, place, label in held:
        put(number, place, "", label, f"number/{number}")
