"""The facts that expectations ask for (`live.expect`), from a picture and, where it does not hold them, from whoever knows.

What nobody can know now - an exchange that does not answer, a service level before the first call - is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from campctl import errors
from campctl.app.context import Context
from campctl.app.find import did_you_mean
from campctl.app.picture import DeskCell, HotlineLine, OfficeLine, PersonLine, Picture
from campctl.live.expect import BadExpectation, Expectation, Fact, Value, claims

if TYPE_CHECKING:
    from campctl.live.board import BackendBoard
    from campctl.model.campaign import Campaign


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
PICTURED: Final = frozenset({"hotline", "office", "port", "user", "backend"})
"""Subjects that need a look at what goes on."""
_NOT_PICTURED: Final = frozenset({("backend", "healthy"), ("user", "number")})

_HOTLINE: Final[Mapping[str, Callable[[HotlineLine], Value]]] = {
    "seats": lambda line: line.seated,
    "short": lambda line: max(0, line.desired - line.seated),
    "waiting": lambda line: line.waiting,
    "answered": lambda line: line.answered,
    "abandoned": lambda line: line.abandoned,
    "agents": lambda line: line.free + line.ringing + line.busy + line.paused + line.wrap_up + line.gone,
    "free": lambda line: line.free,
    "ringing": lambda line: line.ringing,
    "busy": lambda line: line.busy,
    "paused": lambda line: line.paused,
    "wrap-up": lambda line: line.wrap_up,
    "gone": lambda line: line.gone,
    "longest-wait": lambda line: line.longest_wait,
    "service-level": lambda line: line.level_today,
    "service-level-now": lambda line: line.level_now,
    "refused": lambda line: line.refused,
    "asked": lambda line: line.asked,
}
_WANTED: Final[Mapping[str, Callable[[HotlineLine], Value]]] = {
    "wanted": lambda line: line.desired,
    "open": lambda line: line.open,
    "diverted": lambda line: bool(line.diverted),
}
"""Known whether the exchange answers or not."""


def check_ids(campaign: Campaign, wanted: Expectation) -> None:
    """Every id an expectation names is one of the campaign's; `BadExpectation` with its place otherwise."""
    known: Mapping[str, Mapping[str, object]] = {
        "hotline": campaign.hotlines,
        "office": campaign.offices,
        "port": campaign.ports,
        "user": campaign.users,
        "number": campaign.numbers,
        "backend": campaign.backends,
        "surge": campaign.surges,
    }
    for claim in claims(wanted):
        if not isinstance(claim.left, Fact):
            continue
        subject, id_, _ = claim.left
        if subject == "step":
            raise BadExpectation("Steps are known in a runbook only.", "Ask for something that goes on.", claim.at, len(id_))
        if id_ and id_ not in known.get(subject, {id_: None}):
            near = did_you_mean(id_, known[subject]) or f"`campctl {subject} list` shows all."
            raise BadExpectation(f"There is no {subject} `{id_}`.", near, claim.at, len(id_))


async def gather(ctx: Context, wanted: Iterable[Fact], picture: Picture | None = None, *, patience: float = 10.0) -> dict[Fact, Value]:
    """The facts asked for; without a picture one is made when it takes one."""
    asked = list(wanted)
    if picture is None and any(fact.subject in PICTURED for fact in asked):
        from campctl.app.picturing import one_picture

        picture = await one_picture(ctx, patience=patience)
    found: dict[Fact, Value] = {}
    for fact in asked:
        if fact.subject in PICTURED and (fact.subject, fact.measure) not in _NOT_PICTURED:
            assert picture is not None
            found[fact] = from_picture(fact, picture)
        else:
            found[fact] = await _elsewhere(ctx, fact)
    return found


def from_picture(fact: Fact, picture: Picture) -> Value:
    """A fact about what goes on; None when it cannot be known."""
    subject, id_, measure = fact
    if subject == "hotline":
        line = _one(picture.hotlines, id_)
        return None if line is None else _WANTED[measure](line) if measure in _WANTED else None if line.stale else _HOTLINE[measure](line)
    if subject == "office":
        return _of_office(_one(picture.offices, id_), measure, picture)
    if subject == "port":
        return _of_desk(next((desk for office in picture.offices for desk in office.desks if desk.id == id_), None), measure, picture)
    if subject == "user":
        return _of_person(_one(picture.people, id_), measure)
    backend: BackendBoard | None = next((one for one in picture.backends if one.name == id_), None)
    if backend is None:
        return None
    return backend.health == "live" if measure == "reachable" else backend.calls if backend.health == "live" else None


def _one(lines: Iterable[T], id_: str) -> T | None:
    return next((line for line in lines if line.id == id_), None)


def _of_office(office: OfficeLine | None, measure: str, picture: Picture) -> Value:
    if office is None:
        return None
    lit = sum(desk.state not in {"dark", "no-location"} for desk in office.desks)
    wanted: dict[str, Value] = {"desks": len(office.desks), "lit": lit, "dark": not lit, "evacuated": office.evacuated}
    if measure in wanted:
        return wanted[measure]
    if not _heard(picture, office.backend):
        return None
    heard: dict[str, Value] = {"phones": len(office.desks) + office.people, "registered": office.registered, "silent": office.silent}
    return heard[measure]


def _of_desk(desk: DeskCell | None, measure: str, picture: Picture) -> Value:
    if desk is None:
        return None
    dark = desk.state in {"dark", "no-location"}
    if measure == "registered":
        office = _one(picture.offices, desk.office)
        return None if office is None or not _heard(picture, office.backend) else desk.state not in {"dark", "no-location", "unreachable"}
    said: dict[str, Value] = {"lit": not dark, "dark": dark, "user": desk.who, "hotline": desk.hotline}
    return said[measure]


def _of_person(person: PersonLine | None, measure: str) -> Value:
    if person is None:
        return None
    if measure == "registered":
        return None if person.state == "" else person.state != "unreachable"
    said: dict[str, Value] = {"office": person.office, "extension": person.extension, "hotline": ", ".join(person.hotlines)}
    return said[measure]


def _heard(picture: Picture, backend: str) -> bool:
    return any(one.name == backend and one.health == "live" for one in picture.backends)


async def _elsewhere(ctx: Context, fact: Fact) -> Value:
    """What no picture holds."""
    subject, id_, measure = fact
    now = ctx.clock.now()
    if subject == "number":
        to = ctx.campaign.numbers[id_].to
        return to is None if measure == "reserve" else str(to or "")
    if subject == "user":
        return ctx.campaign.users[id_].number
    if subject == "surge":
        surge = ctx.campaign.surges[id_]
        return surge.start <= now < surge.end
    if subject == "override" and measure == "active":
        from campctl.app.overriding import active

        return sum(active(item, now) for item in ctx.store().overrides())
    try:
        return await _asked(ctx, fact)
    except errors.BackendError:
        return None


async def _asked(ctx: Context, fact: Fact) -> Value:
    """What only the exchanges know, each look at them its own."""
    subject, id_, measure = fact
    if subject == "backend":
        from campctl.app.telephony import check

        return all(probe.ok for one in (await check(ctx, name=id_)).backends for probe in one.probes)
    if subject == "override":
        from campctl.app.overdue import overdue

        return len((await overdue(ctx)).rows)
    if subject == "drift":
        from campctl.app.drifting import drift

        return sum(item.what != "unmanaged" for item in (await drift(ctx)).items)
    if subject == "plan":
        from campctl.app.planning import plan

        made = (await plan(ctx)).plan
        return len(made.changes) if measure == "changes" else len(made.conflicts)
    return None
