"""Ownership, targets, limits of a backend, costs, files, drift and rollback."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from campctl.errors import NotFound, UsageError
from campctl.model.changes import Change, Cost, FieldChange
from campctl.model.live import Capabilities, Rate, Snapshot
from campctl.model.records import JournalEntry
from campctl.model.resources import Key, Line, Location, Member, Queue, Route
from campctl.planning import (
    RollbackInput,
    after_state,
    before_state,
    carried,
    decode,
    drift,
    encode,
    field_changes,
    fingerprint,
    last_states,
    rollback,
    stale,
    touched,
)
from campctl.planning.costing import costs


def ids(made: Any) -> list[str]:
    return [change.id for change in made.changes]


def test_nothing_to_do_is_an_empty_plan(case: Any) -> None:
    """Equal worlds make a plan without changes, stories, costs or guards."""
    made = case.plan()
    assert made.empty
    assert (made.stories, made.costs, made.guards, made.conflicts, made.unmanaged) == ((), (), (), (), {})


def test_wanted_but_not_owned_is_a_conflict_even_when_equal(case: Any) -> None:
    """What exists without us is never written, not even confirmed: it must be adopted."""
    case.owned = {"old": frozenset(case.have["old"]) - {Key("line", "user/ann.lee")}, "new": frozenset(case.have["new"])}
    made = case.plan()
    assert [change.key for change in made.conflicts] == [Key("line", "user/ann.lee")]
    assert made.conflicts[0].before == made.conflicts[0].after
    assert made.empty


def test_a_backend_that_was_not_observed_is_left_alone(case: Any) -> None:
    """Nothing is done there, and what is to go there stays here, with what it rests on; the plan says so."""
    line = case.want["old"][Key("line", "user/cy.moss")]
    case.drop("old", "line", "user/cy.moss")
    case.drop("old", "location", "columbus")
    case.put("new", line, case.have["old"][Key("location", "columbus")])
    case.drop("old", "line", "port/chicago-hq/a004")
    made = case.plan(observed={"old": Snapshot(case.have["old"])})
    assert ids(made) == ["delete:old:line/port/chicago-hq/a004"]
    assert made.remarks == (
        "line/user/cy.moss stays on old: it belongs on a backend that was not looked at.",
        "location/columbus stays on old: it belongs on a backend that was not looked at.",
    )


def test_fields_a_backend_cannot_keep_are_not_changes(case: Any) -> None:
    """Otherwise a plan would never become empty; a new resource has them at their defaults, as it will be read back."""
    case.can["old"] = Capabilities(unsupported={"line": ("device", "permission")})
    case.edit("old", "line", "user/ann.lee", device="poly", permission="local")
    assert case.plan().empty
    case.put("old", Line("user/new", "3050", "New", location="chicago-hq", device="poly"))
    (change,) = case.plan().changes
    assert isinstance(change.after, Line)
    assert change.after.device == ""


def test_kinds_a_backend_does_not_have_are_not_sent_to_it(case: Any) -> None:
    """A backend of lines only gets lines."""
    case.can["old"] = Capabilities(kinds=("location", "line"))
    case.have["old"] = {key: value for key, value in case.have["old"].items() if key.kind in {"location", "line"}}
    assert case.plan().empty


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("user/new", ["create:old:location/gary", "create:old:line/user/new", "create:old:route/+13125550120"]),
        ("number/+13125550120", ["create:old:location/gary", "create:old:line/user/new", "create:old:route/+13125550120"]),
        ("office/gary", ["create:old:location/gary", "create:old:line/user/new"]),
        ("line/user/bob.ray", ["update:old:line/user/bob.ray"]),
        ("office/columbus", []),
        ("port/chicago-hq/a001", []),
    ],
)
def test_targets_keep_what_they_need(case: Any, target: str, expected: list[str]) -> None:
    """Only what was asked for, and what that waits for."""
    case.put("old", Location("gary", "Gary", "7 Example Rd", "Gary", "IN", "46402"))
    case.put("old", Line("user/new", "3050", "New", location="gary"), Route("+13125550120", "line/user/new"))
    case.edit("old", "line", "user/bob.ray", permission="local")
    made = case.plan(target)
    assert ids(made) == expected
    assert made.targets == (target,)


def test_the_last_to_leave_a_room_ends_it_and_no_office(case: Any) -> None:
    """A move takes the room along that nobody is left in; an office that is to be closed stays until it, or all, is planned."""
    for world in (case.have, case.want):
        world["old"][Key("location", "columbus/2")] = Location("columbus/2", "Columbus, floor 2", "5 Example St", "Columbus", "OH", "60601")
    lines = case.have["old"]
    lines[Key("line", "user/cy.moss")] = replace(lines[Key("line", "user/cy.moss")], location="columbus/2")
    lines[Key("line", "user/bob.ray")] = replace(lines[Key("line", "user/bob.ray")], location="columbus")
    case.edit("old", "line", "user/cy.moss", location="chicago-hq")
    case.drop("old", "location", "columbus/2", "columbus")
    case.user("cy.moss", office="chicago-hq")
    bob, cy, room, office = (
        "update:old:line/user/bob.ray",
        "update:old:line/user/cy.moss",
        "delete:old:location/columbus/2",
        "delete:old:location/columbus",
    )
    assert ids(case.plan("user/cy.moss")) == [cy, room]
    assert ids(case.plan("user/bob.ray")) == [bob]
    assert ids(case.plan("office/columbus")) == ids(case.plan()) == [bob, cy, office, room]


def test_a_hotline_keeps_its_number_of_seats(case: Any) -> None:
    """At its max, a desk that is lit takes a seat and somebody leaves; who is moved away is replaced; nobody else comes or goes."""
    case.put("old", Member("vp", "port/chicago-hq/a002"), Member("vp", "user/cy.moss", "Cy Moss"))
    case.edit("old", "line", "port/chicago-hq/a002", enabled=True)
    case.drop("old", "member", "vp/user/ann.lee", "vp/port/chicago-hq/a001")
    joins, leaves = "create:old:member/vp/port/chicago-hq/a002", "delete:old:member/vp/port/chicago-hq/a001"
    assert ids(case.plan("port/chicago-hq/a002")) == ["update:old:line/port/chicago-hq/a002", joins, leaves]
    assert ids(case.plan("user/ann.lee")) == ["update:old:line/port/chicago-hq/a002", joins, "delete:old:member/vp/user/ann.lee"]


def test_seats_that_others_gain_are_left_to_their_own_plan(case: Any) -> None:
    """What somebody else wants of a hotline is not done along: a desk lit for it brings one seat."""
    case.put("old", Member("vp", "port/chicago-hq/a002"), Member("vp", "user/cy.moss", "Cy Moss"))
    case.edit("old", "line", "port/chicago-hq/a002", enabled=True)
    assert ids(case.plan("port/chicago-hq/a002")) == ["update:old:line/port/chicago-hq/a002", "create:old:member/vp/port/chicago-hq/a002"]


@pytest.mark.parametrize("target", ["hotline/vp", "port/chicago-hq/a002"])
def test_nobody_is_left_in_two_seats(case: Any, target: str) -> None:
    """Who is taken from another hotline leaves it and is replaced there, and who sits down at a desk leaves their own phone."""
    seat = Member("vp", "user/bob.ray", "Bob Ray") if target == "hotline/vp" else Member("vp", "port/chicago-hq/a002", "Bob Ray")
    case.put("old", seat, Member("main", "user/cy.moss", "Cy Moss"))
    case.drop("old", "member", "main/user/bob.ray")
    expected = [f"create:old:member/{seat.id}", "create:old:member/main/user/cy.moss", "delete:old:member/main/user/bob.ray"]
    assert sorted(ids(case.plan(target))) == sorted(expected)


def test_who_starts_a_detour_ends_it(case: Any) -> None:
    """A target whose extension another gives up takes that other's whole way along: nobody stays parked."""
    case.edit("old", "line", "user/ann.lee", extension="3002")
    case.edit("old", "line", "user/bob.ray", extension="3001")
    assert ids(case.plan("user/bob.ray")) == ids(case.plan())


def test_a_desk_goes_dark_after_a_queue_s_number_came_to_it(case: Any) -> None:
    """A number that leaves a queue for a desk that goes dark is led there first: it needs the desk, not its being dark."""
    case.edit("old", "route", "+18005550142", to="line/port/chicago-hq/a001")
    case.edit("old", "line", "port/chicago-hq/a001", enabled=False)
    case.drop("old", "member", "vp/user/ann.lee", "vp/port/chicago-hq/a001")
    case.drop("old", "queue", "vp")
    made = ids(case.plan())
    places = [made.index(f"update:old:{key}") for key in ("route/+18005550142", "line/port/chicago-hq/a001")]
    assert places[0] < made.index("delete:old:member/vp/port/chicago-hq/a001") < places[1]


def test_one_id_that_two_say_they_had_makes_one_plan(case: Any) -> None:
    """Two renames of one old id give the same plan in whichever order they come."""
    case.have["old"][Key("line", "user/zoe")] = Line("user/zoe", "4002", "Zoe")
    case.drop("old", "line", "user/cy.moss")
    case.put("old", Line("user/di", "4001", "Di"), Line("user/zoe", "4002", "Zoe"))
    case.renames = [("old", Key("line", "user/cy.moss"), Key("line", name)) for name in ("user/di", "user/zoe")]
    made = encode(case.plan())
    case.renames.reverse()
    assert encode(case.plan()) == made


def test_an_unknown_target_is_named_with_what_is_near(case: Any) -> None:
    """A typing error is answered with the right name."""
    with pytest.raises(NotFound) as caught:
        case.plan("user/ann.le")
    assert caught.value.hint == "Did you mean `user/ann.lee`?"
    with pytest.raises(NotFound, match="no `zebra`"):
        case.plan("zebra")


@pytest.mark.parametrize(
    ("can", "calls", "seconds", "limit"),
    [
        (Capabilities(), 102, 0.0, ""),
        (Capabilities(rate=Rate(10, 2)), 102, 10.0, "rate limit 10/s"),
        (Capabilities(latency=0.1, concurrency=2), 102, 5.1, "2 requests at once, 100 ms each"),
        (Capabilities(batch=50, latency=0.1), 4, 0.3, "2 steps one after the other"),
        (Capabilities(rate=Rate(10, 2), propagation=60), 102, 70.0, "60 s until a change is in effect"),
    ],
)
def test_costs_name_the_limit_that_binds(case: Any, can: Capabilities, calls: int, seconds: float, limit: str) -> None:
    """Requests, seconds and their reason follow from the backend's capabilities; reads to verify are in it."""
    case.put("old", Location("gary", "Gary", "7 Example Rd", "Gary", "IN", "46402"))
    case.put("old", *(Line(f"user/n{n}", f"6{n:03}", "N", location="gary") for n in range(100)))
    case.can["old"] = can
    (cost,) = case.plan().costs
    assert cost == Cost(backend="old", calls=calls, seconds=pytest.approx(seconds), limit=limit)


@pytest.mark.parametrize(
    ("steps", "calls"),
    [
        ([("create", "location/x", ""), ("create", "line/x", "location/x"), ("create", "member/x", "line/x")], 2),
        ([("update", "line/x", ""), ("delete", "location/x", "line/x")], 3),
        ([("delete", "member/x", ""), ("delete", "line/x", "member/x"), ("delete", "location/x", "line/x")], 4),
        ([("delete", "member/x", ""), ("delete", "member/y", ""), ("delete", "line/x", "member/x")], 3),
    ],
)
def test_what_has_to_wait_is_a_request_of_its_own(steps: Any, calls: int) -> None:
    """Only creates ride behind creates in one request; the last of the calls is the read that verifies."""
    changes = [
        Change(id=name, action=action, backend="b", after=Line(name, "1", "x"), needs=(need,) if need else ())
        for action, name, need in steps
    ]
    assert [cost.calls for cost in costs(changes, {"b": Capabilities(batch=100)})] == [calls]


def test_a_plan_file_comes_back_as_it_was(case: Any) -> None:
    """Encoding and decoding lose nothing."""
    case.edit("old", "line", "user/ann.lee", permission="local")
    made = case.plan()
    assert decode(encode(made)) == made


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a JSON object"),
        (b"\x00\xff\xfe", "not a JSON object"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"resource_changes": []}', "no `format` number"),
        (b'{"format": true, "campaign": "x"}', "no `format` number"),
        (b'{"format": 99, "campaign": "x"}', "of format 99; this campctl reads formats up to 1"),
        (b'{"format": 1, "campaign": "x", "at": "noon"}', "damaged"),
        (b'{"format": 1, "campaign": "x"', "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
    ],
)
def test_what_is_not_a_plan_is_said_plainly(data: bytes, words: str) -> None:
    """A foreign, newer or damaged file is a usage error that says which."""
    with pytest.raises(UsageError, match=words):
        decode(data)


def test_a_fingerprint_is_of_what_is_configured(case: Any) -> None:
    """Order and live state do not matter; any field does."""
    world = case.have["old"]
    shuffled = dict(reversed(world.items()))
    assert fingerprint(Snapshot(world)) == fingerprint(Snapshot(shuffled, live=frozenset(world), epoch="2"))
    case.edit("old", "queue", "vp", max_waiting=99)
    assert fingerprint(Snapshot(case.want["old"])) != fingerprint(Snapshot(world))


def test_a_stale_plan_says_why(case: Any) -> None:
    """Each thing a plan was made from is named when it no longer holds."""
    made = case.plan()
    seen = dict(made.binding.observed)
    assert stale(made, "m1", "o1", seen) == ()
    assert stale(made, "m2", "o2", {"old": "other", "third": "x"}) == (
        "the manifests changed since it was made",
        "the overrides changed since it was made",
        "backend new could not be looked at",
        "something changed on backend old since it was made",
        "backend third was not looked at when it was made",
    )


def test_drift_tells_changed_missing_and_unmanaged(case: Any) -> None:
    """By field, against what was last written."""
    found = dict(case.have["old"])
    found[Key("line", "user/ann.lee")] = replace(found[Key("line", "user/ann.lee")], permission="local")
    del found[Key("route", "+13125550111")]
    found[Key("queue", "x")] = Queue("x", "X")
    items = drift(case.have["old"], Snapshot(found), "old")
    assert [(item.what, str(item.key)) for item in items] == [
        ("changed", "line/user/ann.lee"),
        ("missing", "route/+13125550111"),
        ("unmanaged", "queue/x"),
    ]
    assert items[0].fields == (FieldChange("permission", "national", "local"),)


def test_effects_of_each_action(case: Any) -> None:
    """What a read-back must find, before and after, and what a rename carries."""
    line = Line("user/a", "1", "A")
    key = Key("line", "user/a")
    create = Change(id="c", action="create", backend="b", after=line)
    delete = Change(id="d", action="delete", backend="b", before=line)
    rename = Change(id="r", action="rename", backend="b", before=line, after=replace(line, id="user/b"))
    assert (before_state(create), after_state(create)) == ({key: None}, {key: line})
    assert (before_state(delete), after_state(delete)) == ({key: line}, {key: None})
    assert after_state(rename) == {key: None, Key("line", "user/b"): rename.after}
    member = Member("q", "user/a")
    assert carried(rename, [member, line]) == {Key("member", "q/user/a"): Member("q", "user/b")}
    assert carried(create, [member]) == {}
    assert touched(rename, {key: line, Key("member", "q/user/a"): member}) == {
        Key("member", "q/user/a"): None,
        Key("member", "q/user/b"): Member("q", "user/b"),
        key: None,
        Key("line", "user/b"): rename.after,
    }
    assert [item.field for item in field_changes(rename)] == ["id"]
    assert len(field_changes(create)) == len(line.__struct_fields__)


def undo(case: Any, made: Any, found: Any, states: Any = None) -> Any:
    return rollback(
        RollbackInput(
            campaign=case.campaign,
            at=case.at,
            plan=made,
            states=states if states is not None else {change.id: "live" for change in made.changes},
            observed={name: Snapshot(world) for name, world in found.items()},
            owned={name: frozenset(world) for name, world in found.items()},
            capabilities=case.can,
        )
    )


def test_rollback_is_a_plan_like_any_other(case: Any) -> None:
    """It has stories, costs and guards, and brings the old values back."""
    case.edit("old", "line", "user/ann.lee", location="columbus")
    made = case.plan()
    back = undo(case, made, case.want)
    assert ids(back) == ["update:old:line/user/ann.lee"]
    assert back.changes[0].after == made.changes[0].before
    assert back.stories[0].text.startswith("Move Ann Lee from Columbus to Chicago headquarters; keeps 3001")
    assert back.costs
    assert undo(case, made, case.want, {}).empty


def test_rollback_refuses_what_was_changed_since(case: Any) -> None:
    """Somebody's later change is named and kept; the rest is undone."""
    case.edit("old", "line", "user/ann.lee", permission="local")
    case.edit("old", "line", "user/bob.ray", permission="local")
    made = case.plan()
    found = {name: dict(world) for name, world in case.want.items()}
    found["old"][Key("line", "user/ann.lee")] = replace(found["old"][Key("line", "user/ann.lee")], permission="internal")
    back = undo(case, made, found)
    assert ids(back) == ["update:old:line/user/bob.ray"]
    assert [(guard.name, guard.flag, guard.subjects) for guard in back.guards] == [("changed-since", "", ("line/user/ann.lee",))]
    assert "line/user/ann.lee on old was changed since" in back.guards[0].message


def test_rollback_keeps_what_later_work_rests_on(case: Any) -> None:
    """A line made by the run and used since stays, an extension given away since is not taken back."""
    case.put("old", Line("user/new", "3050", "New", location="chicago-hq"))
    case.drop("old", "line", "port/chicago-hq/a004")
    made = case.plan()
    found = {name: dict(world) for name, world in case.want.items()}
    found["old"][Key("member", "vp/user/new")] = Member("vp", "user/new")
    found["old"][Key("line", "user/late")] = Line("user/late", "3104", "Late", location="chicago-hq")
    back = undo(case, made, found)
    assert back.empty
    assert back.guards[0].subjects == ("line/port/chicago-hq/a004", "line/user/new")


@pytest.mark.parametrize(("done", "expected"), [(True, 1), (False, 0)])
def test_rollback_looks_before_it_undoes_what_nobody_knows(case: Any, done: bool, expected: int) -> None:
    """A change with an intent and no outcome is undone only when it is found done."""
    case.edit("old", "line", "user/ann.lee", permission="local")
    made = case.plan()
    assert len(undo(case, made, case.want if done else case.have, {made.changes[0].id: "pending"}).changes) == expected


def test_the_last_state_of_a_journal_counts(case: Any) -> None:
    """Later lines of the journal replace earlier ones."""
    entries = [JournalEntry(run="r", change="c", state=state, at=case.at) for state in ("pending", "accepted", "configured")]
    assert last_states(entries) == {"c": "configured"}


def test_a_plan_holds_plain_json(case: Any) -> None:
    """What others read: kinds by name, keys as pairs, instants in ISO 8601."""
    case.have["old"][Key("queue", "x")] = Queue("x", "X")
    case.owned = {"old": frozenset(case.want["old"]), "new": frozenset(case.want["new"])}
    data = msgspec.json.decode(encode(case.plan()))
    assert data["format"] == 1
    assert data["unmanaged"] == {"old": [["queue", "x"]]}
    assert data["at"] == "2026-10-01T12:00:00Z"
