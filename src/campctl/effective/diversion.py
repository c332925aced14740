"""Calls and people that are led elsewhere for a while: hotlines failed over, offices evacuated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from campctl.effective.words import until_text
from campctl.findings import Finding
from campctl.findings.catalogue import finding
from campctl.model.campaign import Campaign, Target
from campctl.model.records import Override


class Diversion(Struct, frozen=True):
    """What holds at an instant: hotline to the override that fails it over, office to the one that evacuates it (in that order)."""

    forwards: dict[str, Override] = field(default_factory=dict)
    evacuated: dict[str, Override] = field(default_factory=dict)

    def forward(self, hotline: str) -> Target | None:
        """Where every new call of a hotline goes; None when it takes its own."""
        one = self.forwards.get(hotline)
        return one.to if one is not None else None

    def divert(self, campaign: Campaign, target: Target) -> Target:
        """Where a call for a person or desk goes: elsewhere when their office is evacuated."""
        seen: set[str] = set()
        while (office := office_of(campaign, target)) in self.evacuated and office not in seen:
            seen.add(office)
            to = self.evacuated[office].to
            if to is None:
                break
            target = to
        return target

    def words(self, at: datetime, time_zone: str) -> dict[str, str]:
        """Per failed-over hotline who did it, until when and why: for the stories of a plan."""
        found = {}
        for hotline, one in self.forwards.items():
            why = f": {one.reason}" if one.reason else ""
            end = until_text(one.end, at, time_zone) or " until it is taken back"
            found[hotline] = f"override {one.id} by {one.author}{end}{why}"
        return found


NOTHING = Diversion()


def diversion(campaign: Campaign, active: Sequence[Override], findings: list[Finding]) -> Diversion:
    """Of the overrides active at an instant, in the order of making, the last of each hotline or office.

    Findings are about hotlines; `evacuations` tells of offices.
    """
    forwards: dict[str, Override] = {}
    for one in active:
        if one.kind == "hotline" and one.to is not None and one.subject in campaign.hotlines:
            if exists(campaign, one.to):
                forwards[one.subject] = one
            else:
                findings.append(unknown_override(one, str(one.to)))
    return Diversion(forwards, dict(evacuations(campaign, active, [])))


def evacuations(campaign: Campaign, active: Iterable[Override], findings: list[Finding]) -> Iterator[tuple[str, Override]]:
    """(office, override) in the order of making; what the manifests do not hold any more is a finding."""
    for one in active:
        if one.kind != "office":
            continue
        missing = [name for name in (one.subject, one.refuge) if name not in campaign.offices]
        if missing or (one.to is not None and not exists(campaign, one.to)):
            findings.append(unknown_override(one, f"office {missing[0]}" if missing else str(one.to)))
        else:
            yield one.subject, one


def exists(campaign: Campaign, target: Target) -> bool:
    """Whether the manifests hold what a target names; outside numbers always are there."""
    if target.kind == "hotline":
        return target.id in campaign.hotlines
    if target.kind == "user":
        return target.id in campaign.users
    return target.kind == "outside" or target.id in campaign.ports


def office_of(campaign: Campaign, target: Target) -> str:
    """The office of a person or desk; "" for hotlines and outside numbers."""
    spot = campaign.users.get(target.id) if target.kind == "user" else campaign.ports.get(target.id) if target.kind == "port" else None
    return spot.office if spot is not None else ""


def circle(campaign: Campaign, given: Diversion, hotline: str, to: Target) -> list[str]:
    """The hotlines a call would be passed round if `hotline` were failed over to `to`, the first one last again; [] when it is not."""
    numbers = {number: line.id for line in campaign.hotlines.values() for number in line.numbers}
    numbers |= {one.number: one.to.id for one in campaign.numbers.values() if one.to is not None and one.to.kind == "hotline"}

    def next_of(target: Target | None) -> str:
        if target is None:
            return ""
        target = given.divert(campaign, target)
        return target.id if target.kind == "hotline" else numbers.get(target.id, "") if target.kind == "outside" else ""

    def onward(name: str) -> list[str]:
        line = campaign.hotlines[name]
        forward = given.forward(name)
        found = [forward] if forward is not None else [line.overflow, line.closed, *(step.to for step in line.escalation)]
        return [one for one in map(next_of, found) if one in campaign.hotlines]

    first = next_of(to)
    paths = [[hotline, first]] if first in campaign.hotlines else []
    seen: set[str] = set()
    while paths:
        path = paths.pop(0)
        if path[-1] == hotline:
            return path
        if path[-1] not in seen:
            seen.add(path[-1])
            paths += ([*path, name] for name in onward(path[-1]))
    return []


def restored(present: Mapping[str, Mapping[str, int]], overrides: Iterable[Override], at: datetime) -> Mapping[str, Mapping[str, int]]:
    """Who sits where as the seat rule shall see it: where an evacuation is over, who sat there before it.

    The store keeps an evacuation that is over until an apply has brought its people back; the earliest one's memory counts.
    """
    over = [one for one in overrides if one.kind == "office" and ended(one, at)]
    if not over:
        return present
    found = dict(present)
    for one in reversed(over):
        found.update(one.held)
    return found


def ended(override: Override, at: datetime) -> bool:
    """Whether it is over at an instant."""
    return override.end is not None and override.end <= at


def unknown_override(override: Override, what: str) -> Finding:
    """The finding for an override that names what the manifests do not hold (any more)."""
    return finding(
        "override-unknown",
        f"Override {override.id} by {override.author} is about {what}, which the manifests do not hold.",
        help=f"Clear it: `campctl override clear {override.id}`.",
    )
