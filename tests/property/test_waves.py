"""An office between two exchanges, moved to and fro in waves: whatever the campaign and the waves, everybody can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.effective import desired, present_members
from campctl.effective.waves import Floor, clusters, followers, moved, pick, units_of
from campctl.manifest.rules import check
from campctl.model.campaign import (
    Address,
    Answer,
    BackendSpec,
    Campaign,
    ExtensionRange,
    Hotline,
    Number,
    Office,
    Policy,
    Port,
    Seats,
    Target,
    User,
)
from campctl.model.changes import Plan
from campctl.model.live import Capabilities, Snapshot
from campctl.model.resources import Key, Line, Member, Queue, Resource, Route, references
from campctl.planning import PlanInput, RollbackInput, plan, rollback

World = dict[str, dict[Key, Resource]]
AT = datetime(2026, 10, 1, 15, tzinfo=UTC)
BACKENDS = ("old", "new")
ADDRESS = Address("1 Example Plaza", "Springfield", "IL", "62701", "US", floor="1")
quick = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def campaigns(draw: Any) -> Campaign:
    """An office of a few people and desks on `old`, another office, and hotlines that some of them answer."""
    users, ports = {}, {}
    for number in range(draw(st.integers(1, 7))):
        name = f"u{number}"
        users[name] = User(
            name, name, draw(st.sampled_from(["hq", "hq", "hq", "annex"])), str(3000 + number),
            number=f"+1312555010{number}" if draw(st.booleans()) else "",
            role=draw(st.sampled_from(["", "desk", "law"])), floor=draw(st.sampled_from(["", "", "2"])),
        )  # fmt: skip
    for number in range(draw(st.integers(0, 4))):
        user = draw(st.sampled_from(["", *users]))
        taken = {port.user for port in ports.values()}
        port = Port("hq", f"d{number}", str(3100 + number), lit=draw(st.booleans()), user="" if user in taken else user,
                    hotline=draw(st.sampled_from(["", "main"])))  # fmt: skip
        ports[port.id] = port
    targets = [None, None, Target("user", draw(st.sampled_from(sorted(users)))), Target("hotline", "law")]
    hotlines = {
        name: Hotline(
            name, name, Seats(draw(st.integers(0, 3)), 0, 9), Answer(roles=(role,), ports=draw(st.booleans())), extension=extension,
            overflow=draw(st.sampled_from(targets)) if name == "main" else None,
        )
        for name, role, extension in (("main", "desk", "3900"), ("law", "law", "3901"))
    }  # fmt: skip
    numbers = {"+13125550190": Number("+13125550190", draw(st.sampled_from([None, Target("hotline", "main")])), office="hq")}
    offices = {name: Office(name, name, ADDRESS, "UTC", "old", (ExtensionRange("3000", "3199"),)) for name in ("hq", "annex")}
    return Campaign(
        name="any", country="US", time_zone="UTC", default_backend="old", policy=Policy(1.0, 1.0),
        backends={name: BackendSpec(name, "sim") for name in BACKENDS},
        offices=offices, users=users, ports=ports, hotlines=hotlines, numbers=numbers,
    )  # fmt: skip


def wanted(campaign: Campaign, world: World) -> Any:
    return desired(campaign, AT, (), present_members({name: Snapshot(things) for name, things in world.items()}))


def planned(campaign: Campaign, world: World, targets: tuple[str, ...] = ()) -> Plan:
    """What would be done about these."""
    found = wanted(campaign, world)
    return plan(
        PlanInput(
            campaign=campaign,
            at=AT,
            desired=found.backends,
            observed={name: Snapshot(things) for name, things in world.items()},
            owned={name: frozenset(things) for name, things in world.items()},
            capabilities=dict.fromkeys(BACKENDS, Capabilities()),
            renames=found.renames,
            targets=targets,
            targets_may_be_gone=True,
        )
    )


def reachable(world: World) -> set[str]:
    """Extensions that some exchange has, lit; numbers that lead to something there is; hotlines with their extensions."""
    found = set()
    for things in world.values():
        for thing in things.values():
            if (isinstance(thing, Line) and thing.enabled) or (isinstance(thing, Queue) and thing.extension):
                found.add(thing.extension)
            elif isinstance(thing, Route) and all(ref in things for ref in references(thing)):
                found.add(thing.number)
    return found


def done(world: World, made: Plan, choose: Any) -> World:
    """The world after the plan, in some order that `needs` allows; at no instant is anybody out of reach, or a reference dangling."""
    now = {name: dict(things) for name, things in world.items()}
    always = reachable(world)
    left, over = list(made.changes), set()
    while left:
        ready = [change for change in left if over.issuperset(change.needs)]
        change = ready[choose(len(ready))]
        left.remove(change)
        over.add(change.id)
        if change.after is None:
            assert now[change.backend].pop(change.key) == change.before
        else:
            assert now[change.backend].get(change.key) == change.before
            now[change.backend][change.key] = change.after
        assert always <= reachable(now), change.id
        for name, things in now.items():
            for key, thing in things.items():
                assert all(ref in things for ref in references(thing)), (name, key, change.id)
    return now


def floor_of(campaign: Campaign, world: World) -> Floor:
    now = wanted(campaign, world)
    seats = {name: seating.wanted for name, seating in now.seating.items()}
    return Floor(present_members({name: Snapshot(things) for name, things in world.items()}), seats, now.lit)


def written(campaign: Campaign, world: World, chosen: Any, to: str, *, prepare: bool) -> tuple[Campaign, tuple[str, ...]]:
    """The campaign as `move --office` writes it, and what it plans about."""
    targets = [line for unit in chosen for line in unit.lines]
    if prepare:
        users, ports = dict(campaign.users), dict(campaign.ports)
        for unit in chosen:
            if unit.user:
                users[unit.user] = replace(users[unit.user], also_on=to)
            for port in unit.ports:
                ports[port] = replace(ports[port], also_on=to)
        return replace(campaign, users=users, ports=ports), (*targets, "location/hq", "location/hq/2")
    after = moved(campaign, chosen, to)
    along = followers(after, chosen, to, floor_of(campaign, world))
    hotlines = {name: replace(hotline, backend=to) if name in along else hotline for name, hotline in after.hotlines.items()}
    targets += [f"hotline/{name}" for name in along] + ["location/hq", "location/hq/2"]
    return replace(after, hotlines=hotlines), tuple(targets)


@quick
@given(campaigns(), st.lists(st.tuples(st.integers(1, 9), st.sampled_from(BACKENDS), st.booleans()), max_size=6), st.randoms())
def test_everybody_is_reached_at_every_moment(campaign: Campaign, waves: Any, luck: Any) -> None:
    """Waves there and back, prepared or not: each plan ends as wanted and leaves nothing to do, and its rollback brings the world back."""
    world: World = {name: dict(things) for name, things in wanted(campaign, {name: {} for name in BACKENDS}).backends.items()}
    world = {name: dict(things) for name, things in wanted(campaign, world).backends.items()}
    for count, to, prepare in waves:
        present: Mapping[str, Mapping[str, int]] = present_members({name: Snapshot(things) for name, things in world.items()})
        leaving = [unit for unit in units_of(campaign, "hq", present) if not unit.is_on(campaign, to)]
        chosen = pick(clusters(leaving), count)
        after, targets = written(campaign, world, chosen, to, prepare=prepare)
        if any(found.severity == "error" for found in (*check(after), *wanted(after, world).findings)):
            continue  # as such an edit would be refused
        made = planned(after, world, targets)
        assert not made.guards
        now = done(world, made, luck.randrange)
        assert planned(after, now).empty
        back = rollback(
            RollbackInput(
                campaign=after,
                at=AT,
                plan=made,
                states={change.id: "configured" for change in made.changes},
                observed={name: Snapshot(things) for name, things in now.items()},
                owned={name: frozenset(things) for name, things in now.items()},
                capabilities=dict.fromkeys(BACKENDS, Capabilities()),
            )
        )
        assert not back.guards
        assert done(now, back, luck.randrange) == world
        campaign, world = after, now


@quick
@given(campaigns(), st.integers(1, 9))
def test_waves_come_to_an_end(campaign: Campaign, count: int) -> None:
    """Every wave takes somebody, nobody goes twice, who sits in one hotline goes at once, and then all are there."""
    world = {name: dict(things) for name, things in wanted(campaign, {name: {} for name in BACKENDS}).backends.items()}
    gone: set[str] = set()
    whole = units_of(campaign, "hq", present_members({name: Snapshot(things) for name, things in world.items()}))
    while len(gone) < len(whole):
        present = present_members({name: Snapshot(things) for name, things in world.items()})
        left = [unit for unit in units_of(campaign, "hq", present) if not unit.is_on(campaign, "new")]
        chosen = pick(clusters(left), count)
        assert chosen
        assert not gone & {unit.subject for unit in chosen}
        tied = {hotline for unit in chosen for hotline in unit.hotlines}
        assert not any(tied & unit.hotlines for unit in left if unit not in chosen)
        gone |= {unit.subject for unit in chosen}
        campaign, _ = written(campaign, world, chosen, "new", prepare=False)
        world = {name: dict(things) for name, things in wanted(campaign, world).backends.items()}
        members = [thing for things in world.values() for thing in things.values() if isinstance(thing, Member)]
        assert len(members) == len({member.id for member in members})
    assert gone == {unit.subject for unit in whole}
