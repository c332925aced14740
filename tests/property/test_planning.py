"""What a plan promises whatever the worlds: it can be applied, it ends right, and no instant of it is wrong.

A reference interpreter, written from the words in model/changes.py and not from the planner, applies changes one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from campctl.model.campaign import Campaign, Policy
from campctl.model.changes import Change, Plan
from campctl.model.live import Capabilities, Snapshot
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, key_of, references
from campctl.planning import PlanInput, RollbackInput, decode, encode, ordering, plan, rollback

World = dict[str, dict[Key, Resource]]
BACKENDS = ("east", "west")
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
CAMPAIGN = Campaign(
    name="Test", country="US", time_zone="UTC", default_backend="east", policy=Policy(max_update_share=1.0, max_delete_share=1.0)
)
quick = settings(max_examples=max(150, settings().max_examples), suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", autouse=True)
def no_circle_is_cut() -> Iterator[None]:
    """The rules of order leave no circle of steps that wait for each other; cutting one is for users, a fault in a test."""

    def found(*_: Any) -> int:
        raise AssertionError("steps wait for each other in a circle")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "_on_circle", found)
        yield


@st.composite
def worlds(draw: Any) -> World:
    """A small valid world on two backends: references exist, extensions differ, a number has one owner, lit lines a location."""
    world: World = {name: {} for name in BACKENDS}
    places: dict[str, list[str]] = {name: [] for name in BACKENDS}

    def put(backend: str, resource: Resource) -> None:
        world[backend][key_of(resource)] = resource

    for place in ("hq", "hq/2", "annex"):
        where = draw(st.sampled_from(BACKENDS))
        street = draw(st.sampled_from(["1 Example St", "2 Example St"]))
        put(where, Location(id=place, name=place, street=street, city="Town", state="IL", postal_code="60601"))
        places[where].append(place)
    extensions = {name: list(draw(st.permutations(["100", "101", "102", "103", "104"]))) for name in BACKENDS}
    for line in ("user/a", "user/b", "user/c", "port/hq/d1", "port/annex/d1"):
        where = draw(st.sampled_from([*BACKENDS, "east", ""]))
        if where:
            location = draw(st.sampled_from(["", *places[where]]))
            enabled = bool(location) and draw(st.booleans())
            name = draw(st.sampled_from(["Ann", "Bob"]))
            put(where, Line(id=line, extension=extensions[where].pop(), name=name, location=location, enabled=enabled))
            other = BACKENDS[where == BACKENDS[0]]
            if draw(st.integers(0, 3)) == 0:  # a second line, while its office moves
                location = draw(st.sampled_from(["", *places[other]]))
                put(other, Line(id=line, extension=extensions[other].pop(), name=name, location=location, enabled=bool(location)))
    for where in BACKENDS:
        _queues(draw, world, where, extensions[where])
    for number in ("+13125550101", "+13125550102", "+13125550103"):
        where = draw(st.sampled_from([*BACKENDS, ""]))
        if where:
            targets = [str(key) for key in world[where] if key.kind in {"line", "queue"}]
            put(where, Route(number=number, to=draw(st.sampled_from(["", "outside/+13125550199", *targets, *targets]))))
    return world


def _queues(draw: Any, world: World, where: str, extensions: list[str]) -> None:
    names = [name for name in ("q1", "q2", "q3") if draw(st.booleans())]
    lines = [key.id for key in world[where] if key.kind == "line"]
    lit = [line for line in lines if getattr(world[where][Key("line", line)], "enabled", False)]
    targets = ["", *(f"queue/{name}" for name in names), *(f"line/{line}" for line in lines)]
    for name in names:
        failover, overflow = draw(st.sampled_from(targets)), draw(st.sampled_from(targets))
        steps = ("60s level 2", f"90s {overflow}") if overflow and draw(st.booleans()) else ()
        extension = extensions.pop() if extensions and draw(st.booleans()) else ""
        queue = Queue(id=name, name=name, extension=extension, failover=failover, overflow=overflow, escalation=steps)
        world[where][Key("queue", name)] = queue
        for line in lit:
            if draw(st.booleans()):
                member = Member(queue=name, line=line, level=draw(st.sampled_from([1, 2])))
                world[where][key_of(member)] = member


@st.composite
def scenes(draw: Any) -> tuple[World, World, list[tuple[str, Key, Key]]]:
    """Two worlds, and renames between them: some that make sense, and at times one that does not."""
    before, after = draw(worlds()), draw(worlds())
    pairs: list[tuple[str, Key, Key]] = []
    for name in BACKENDS:
        for kind in ("location", "line", "queue"):
            old = sorted(key for key in before[name].keys() - after[name].keys() if key.kind == kind)
            new = sorted(key for key in after[name].keys() - before[name].keys() if key.kind == kind)
            pairs += [(name, *pair) for pair in zip(old, draw(st.permutations(new)), strict=False) if draw(st.booleans())]
    if draw(st.booleans()):
        pairs.append((draw(st.sampled_from(BACKENDS)), Key("line", "user/a"), Key("line", draw(st.sampled_from(["user/b", "user/x"])))))
    return before, after, pairs


class Exchange:
    """The reference interpreter: strict, naive, slow."""

    def __init__(self, world: World) -> None:
        self.world = {name: dict(resources) for name, resources in world.items()}

    def do(self, change: Change) -> None:
        """One change, refused when the world is not as the change says it found it."""
        resources = self.world[change.backend]
        if change.action == "create":
            assert change.after is not None
            assert change.before is None
            assert change.key not in resources, change.id
            resources[change.key] = change.after
        elif change.action == "update":
            assert change.after is not None
            assert resources.get(change.key) == change.before, change.id
            resources[change.key] = change.after
        elif change.action == "delete":
            assert change.after is None
            assert resources.get(change.key) == change.before, change.id
            del resources[change.key]
        else:
            self._rename(resources, change)

    def _rename(self, resources: dict[Key, Resource], change: Change) -> None:
        assert change.before is not None
        assert change.after is not None
        old, new = key_of(change.before), key_of(change.after)
        assert resources.pop(old) == change.before, change.id
        assert new not in resources, change.id
        resources[new] = change.after
        for key, value in list(resources.items()):
            fields = msgspec.structs.asdict(value)
            for name in fields:
                if isinstance(value, Member) and name == old.kind and fields[name] == old.id:
                    fields[name] = new.id
                if isinstance(value, Line) and old.kind == name == "location" and fields[name] == old.id:
                    fields[name] = new.id
                if fields[name] == str(old) and name in {"to", "overflow", "closed", "failover"}:
                    fields[name] = str(new)
            if "escalation" in fields:
                fields["escalation"] = tuple(
                    f"{step.split(' ', 1)[0]} {new}" if step.split(" ", 1)[1] == str(old) else step for step in fields["escalation"]
                )
            moved = type(value)(**fields)
            del resources[key]
            assert key_of(moved) not in resources
            resources[key_of(moved)] = moved

    def check(self, owned_numbers: set[str]) -> None:
        """Nothing dangles, no extension twice, no number without its owner, no line lit without a location, no member dark."""
        numbers = set()
        for name, resources in self.world.items():
            held = [value.extension for value in resources.values() if isinstance(value, Line | Queue) and value.extension]
            assert len(held) == len(set(held)), (name, sorted(held))
            for key, value in resources.items():
                assert key == key_of(value)
                for ref in references(value):
                    assert ref in resources, f"{key} on {name} refers to {ref}, which is not there"
                if isinstance(value, Line) and value.enabled:
                    assert value.location, key
                if isinstance(value, Member):
                    line = resources[Key("line", value.line)]
                    assert isinstance(line, Line)
                    assert line.enabled, f"{key} answers from a dark line"
                if isinstance(value, Route) and value.to:
                    numbers.add(value.number)
        assert owned_numbers <= numbers


def numbers_of(world: World) -> set[str]:
    return {value.number for resources in world.values() for value in resources.values() if isinstance(value, Route) and value.to}


def seats_of(world: World) -> Counter[tuple[str, str, int]]:
    """How many sit at each level of each queue."""
    members = ((name, value) for name, resources in world.items() for value in resources.values() if isinstance(value, Member))
    return Counter((name, member.queue, member.level) for name, member in members)


def make(before: World, after: World, renames: Any = (), *, rename: bool = True, owned: Any = None) -> Plan:
    return plan(
        PlanInput(
            campaign=CAMPAIGN,
            at=AT,
            desired=after,
            observed={name: Snapshot(resources) for name, resources in before.items()},
            owned=owned or {name: frozenset(resources) for name, resources in before.items()},
            capabilities={name: Capabilities(rename=rename) for name in BACKENDS},
            renames=renames,
        )
    )


def any_order(changes: tuple[Change, ...], choose: Any) -> list[Change]:
    """Some order that `needs` allows: what a concurrent engine may do."""
    left, done, result = list(changes), set(), []
    while left:
        ready = [change for change in left if done.issuperset(change.needs)]
        change = ready[choose(len(ready))]
        left.remove(change)
        done.add(change.id)
        result.append(change)
    return result


def run(before: World, after: World, changes: Any) -> Exchange:
    exchange = Exchange(before)
    kept = numbers_of(before) & numbers_of(after)
    exchange.check(kept)
    for change in changes:
        exchange.do(change)
        exchange.check(kept)
    return exchange


@quick
@given(scenes(), st.booleans())
def test_applied_one_by_one_it_ends_as_desired(scene: Any, rename: bool) -> None:
    """Every step finds what it expects, no instant is wrong, the end is what was wanted, and a plan made then is empty."""
    before, after, renames = scene
    made = make(before, after, renames, rename=rename)
    assert not made.guards
    seen: set[str] = set()
    for change in made.changes:
        assert seen.issuperset(change.needs)
        assert change.id not in seen
        seen.add(change.id)
    exchange = run(before, after, made.changes)
    assert exchange.world == after
    assert make(exchange.world, after, renames, rename=rename).empty


@quick
@given(scenes(), st.booleans(), st.randoms(use_true_random=False))
def test_any_order_that_needs_allow_will_do(scene: Any, rename: bool, random: Any) -> None:
    """An engine that runs many changes at once, held only by `needs`, meets no wrong instant either."""
    before, after, renames = scene
    made = make(before, after, renames, rename=rename)
    order = any_order(made.changes, random.randrange)
    assert run(before, after, order).world == after


@quick
@given(scenes(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_bytes(scene: Any, random: Any) -> None:
    """Neither the order of mappings nor a trip through JSON changes a plan."""
    before, after, renames = scene

    def shuffled(world: World) -> World:
        names = list(world)
        random.shuffle(names)
        result: World = {}
        for name in names:
            items = list(world[name].items())
            random.shuffle(items)
            result[name] = dict(items)
        return result

    made = make(before, after, renames)
    again = make(shuffled(before), shuffled(after), random.sample(renames, len(renames)))
    assert encode(made) == encode(again)
    assert decode(encode(made)) == made


@quick
@given(scenes(), st.booleans())
def test_every_change_is_told_once(scene: Any, rename: bool) -> None:
    """Each change belongs to exactly one story, and every story says something."""
    before, after, renames = scene
    made = make(before, after, renames, rename=rename)
    told = [name for story in made.stories for name in story.changes]
    assert sorted(told) == sorted(change.id for change in made.changes)
    assert all(story.text and story.changes for story in made.stories)


@quick
@given(worlds(), worlds(), st.sets(st.integers(0, 30)))
def test_what_is_not_owned_is_never_touched(before: World, after: World, strangers: set[int]) -> None:
    """No change is about a resource campctl does not own; wanted ones are conflicts, others unmanaged."""
    owned = {name: frozenset(key for n, key in enumerate(sorted(before[name])) if n not in strangers) for name in before}
    made = make(before, after, owned=owned)
    for change in made.changes:
        if change.before is not None and f"create:{change.backend}:{change.key}" not in {other.id for other in made.changes}:
            assert change.key in owned[change.backend]
    for name in before:
        foreign = before[name].keys() - owned[name]
        assert set(made.unmanaged.get(name, ())) == foreign - after[name].keys()
        assert {change.key for change in made.conflicts if change.backend == name} == foreign & after[name].keys()


@quick
@given(worlds(), worlds(), st.sampled_from(["user/a", "port/hq/d1", "hotline/q1", "number/+13125550101", "office/hq", "line/user/b"]))
def test_a_target_takes_along_all_it_needs(before: World, after: World, target: str) -> None:
    """A targeted plan can be applied by itself, meets no wrong instant, keeps hotlines between what they had and shall have in
    seats, and a full plan afterwards ends as desired."""
    made = make(before, after)
    whole = {change.id for change in made.changes}
    subjects = {story.subject for story in made.stories}
    assume(target in subjects or any(Key(*target.split("/", 1)) in world for world in (*before.values(), *after.values())))
    given_ = PlanInput(
        campaign=CAMPAIGN,
        at=AT,
        desired=after,
        observed={name: Snapshot(resources) for name, resources in before.items()},
        owned={name: frozenset(resources) for name, resources in before.items()},
        capabilities={name: Capabilities() for name in BACKENDS},
        targets=(target,),
    )
    part = plan(given_)
    assert {change.id for change in part.changes} <= whole
    exchange = run(before, after, part.changes)
    middle = exchange.world
    had, have, shall = map(seats_of, (before, middle, after))
    for place in {*had, *have, *shall}:
        assert min(had[place], shall[place]) <= have[place] <= max(had[place], shall[place])
    rest = make(middle, after)
    assert run(middle, after, rest.changes).world == after


@quick
@given(scenes(), st.booleans(), st.data())
def test_rollback_brings_back_what_was(scene: Any, rename: bool, data: Any) -> None:
    """A run stopped anywhere, undone, leaves the world as it was, and every instant of the way back is right."""
    before, after, renames = scene
    made = make(before, after, renames, rename=rename)
    stop = data.draw(st.integers(0, len(made.changes)))
    exchange = run(before, after, made.changes[:stop])
    middle = exchange.world
    back = rollback(
        RollbackInput(
            campaign=CAMPAIGN,
            at=AT,
            plan=made,
            states={change.id: "configured" for change in made.changes[:stop]},
            observed={name: Snapshot(resources) for name, resources in middle.items()},
            owned={name: frozenset(resources) for name, resources in middle.items()},
            capabilities={name: Capabilities(rename=rename) for name in BACKENDS},
        )
    )
    assert not back.guards
    assert run(middle, before, back.changes).world == before
