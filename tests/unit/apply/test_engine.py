"""The engine on a good day."""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec.structs import replace

from campctl.model.resources import Key, Line, Location, Member, Queue, Route, key_of

HQ = Location("hq", "HQ", "1 Example Plaza", "Chicago", "IL", "60601")
ANN = Line("user/ann", "3001", "Ann", location="hq")
HELP = Queue("help", "Help")


def test_a_plan_is_done_in_the_order_of_its_needs(lab):
    """Every change ends configured, nothing goes before what it needs, and everything done is owned."""
    hq = lab.backend()
    location, line, queue = lab.create(HQ), lab.create(ANN), lab.create(HELP)
    line = lab.create(ANN, location)
    member = lab.create(Member("help", "user/ann"), line, queue)
    route = lab.create(Route("+13125550111", "line/user/ann"), line)
    changes = (location, line, queue, member, route)
    report = lab.apply(changes, hq)
    assert report.states == dict.fromkeys((change.id for change in changes), "configured")
    assert (report.errors, report.run.status, report.stopped_by) == ({}, "done", None)
    assert lab.store.owned("hq") == {change.key: change.after for change in changes}
    assert hq.resources == lab.store.owned("hq")
    assert lab.store.run(report.run.id).status == "done"


def test_the_journal_has_intent_outcome_and_proof_of_each(lab):
    """Three lines a change, in this order."""
    hq = lab.backend()
    changes = lab.lines(3)
    report = lab.apply(changes, hq)
    for change in changes:
        assert [e.state for e in lab.journal(report.run.id) if e.change == change.id] == ["pending", "accepted", "configured"]


def test_an_intent_is_durable_before_its_request(lab):
    """When a request arrives, the store already holds the intent of each of its changes."""
    hq = lab.backend(concurrency=4)
    changes = lab.lines(20)
    journaled: list[bool] = []
    given = lab.given(lab.plan(*changes), hq)

    def seen(log):
        intents = {e.change for e in lab.store.journal(given.run.id) if e.state == "pending"}
        journaled.append(log[-1].change.id in intents)

    hq.after = seen
    import asyncio

    from campctl.apply.engine import apply

    asyncio.run(apply(given))
    assert journaled == [True] * 20


def test_updates_renames_and_deletes_leave_the_right_owners(lab):
    """Ownership holds the values last written; a rename takes members and routes along; what was deleted is not owned."""
    member, route = Member("help", "user/ann"), Route("+13125550111", "line/user/ann")
    old = (HQ, ANN, HELP, member, route, Line("user/gone", "3009", "Gone"))
    hq = lab.backend(resources=old)
    from campctl.model.records import Owned, Run

    lab.store.begin_run(Run(id="earlier", started=lab.clock.now(), author="ann", command="apply"))
    lab.store.own([Owned("hq", key_of(one), one, "earlier") for one in old])
    anne, renamed = replace(HELP, max_waiting=50), replace(ANN, id="user/anne", name="Anne")
    changes = (lab.rename(ANN, renamed), lab.update(HELP, anne), lab.delete(old[-1]))
    report = lab.apply(changes, hq)
    assert set(report.states.values()) == {"configured"}
    expected = (HQ, renamed, anne, Member("help", "user/anne"), Route("+13125550111", "line/user/anne"))
    assert lab.store.owned("hq") == {key_of(one): one for one in expected} == hq.resources


@pytest.mark.parametrize(("batch", "calls"), [(1, 40), (10, 4), (100, 1)])
def test_batches_are_filled(lab, batch, calls):
    """Changes that may go together do."""
    hq = lab.backend(batch=batch, concurrency=1)
    lab.apply(lab.lines(40), hq)
    assert hq.calls == calls


def test_a_line_and_its_member_ride_in_one_batch(lab):
    """A create that refers to a create may go right behind it in one request."""
    hq = lab.backend(batch=10, concurrency=1, resources=(HELP,))
    line = lab.create(Line("user/ann", "3001", "Ann"))
    member = lab.create(Member("help", "user/ann"), line)
    report = lab.apply((line, member), hq)
    assert (hq.calls, set(report.states.values())) == (1, {"configured"})


def test_a_rider_is_skipped_when_what_it_rides_on_is_refused(lab):
    """In one batch, the refusal of a line makes its member skipped, not failed."""
    hq = lab.backend(batch=10, concurrency=1, resources=(HELP,))
    hq.refuses = {Key("line", "user/ann")}
    line = lab.create(Line("user/ann", "3001", "Ann"))
    member = lab.create(Member("help", "user/ann"), line)
    route = lab.create(Route("+13125550111", "line/user/ann"), line)
    report = lab.apply((line, member, route), hq)
    assert list(report.states.values()) == ["failed", "skipped", "skipped"]
    assert report.errors[member.id] == report.errors[route.id] == f"because {line.id} failed"
    assert report.run.status == "failed"


def test_concurrency_is_used_and_kept(lab):
    """As many requests at once as the backend takes, and not one more; the time is that of full use."""
    hq = lab.backend(concurrency=8)
    hq.latency = 0.02
    report = lab.apply(lab.lines(400), hq)
    assert hq.most_at_once == 8
    assert set(report.states.values()) == {"configured"}
    assert lab.clock.monotonic() < 400 / 8 * 0.02 / 0.85


def test_two_exchanges_and_the_number_moves_once_it_is_in_place(lab):
    """On another backend, and before a delete, a need is read back before anything goes that rests on it."""
    route = Route("+13125550111", "line/user/ann")
    line = Line("user/ann", "3001", "Ann")
    old, new = lab.backend("old", resources=(line, route)), lab.backend("new")
    new.log = old.log
    made = lab.create(line, on="new")
    led = lab.create(route, made, on="new")
    gone = lab.delete(route, led, on="old")
    last = lab.delete(line, gone, on="old")
    report = lab.apply((made, led, gone, last), old, new)
    assert set(report.states.values()) == {"configured"}
    assert [done.change.id for done in old.log] == [made.id, led.id, gone.id, last.id]


def test_a_lying_exchange_costs_no_number(lab):
    """What says yes and does nothing is found out before the old route is taken away."""
    route = Route("+13125550111", "line/user/ann")
    line = Line("user/ann", "3001", "Ann")
    old, new = lab.backend("old", resources=(line, route)), lab.backend("new")
    new.always = "lie"
    made = lab.create(line, on="new")
    led = lab.create(route, made, on="new")
    gone = lab.delete(route, led, on="old")
    report = lab.apply((made, led, gone), old, new)
    assert report.states[gone.id] == "skipped"
    assert key_of(route) in old.resources
    assert "accepted but not in effect: line/user/ann is not there" in report.errors[made.id]
    assert lab.store.owned("new") == {}


def test_waiting_for_live(lab):
    """`wait="live"` ends when the keys are live; what cannot be live (a location, a delete) counts as such at once."""
    gone = Line("user/gone", "3009", "Gone")
    hq = lab.backend(resources=(gone,))
    hq.live_keys = lambda: frozenset(hq.resources) if lab.clock.monotonic() > 3 else frozenset()
    changes = (lab.create(HQ), lab.create(Line("user/ann", "3001", "Ann")), lab.delete(gone))
    report = lab.apply(changes, hq, wait="live")
    assert set(report.states.values()) == {"live"}
    assert 3 <= lab.clock.monotonic() < 6


def test_not_live_in_time_stays_configured_with_a_note(lab):
    """Nobody plugged the phone in: no failure, but it is said."""
    hq = lab.backend()
    hq.live_keys = frozenset
    changes = lab.lines(2)
    report = lab.apply(changes, hq, wait="live")
    assert set(report.states.values()) == {"configured"}
    assert (report.run.status, report.errors) == ("done", {})
    assert set(report.notes) == {change.id for change in changes}


def test_waiting_for_accepted_does_not_read_back(lab):
    """`wait="accepted"` costs one look, at the start."""
    hq = lab.backend()
    report = lab.apply(lab.lines(5), hq, wait="accepted")
    assert (set(report.states.values()), hq.looks, report.run.status) == ({"accepted"}, 1, "done")


def test_fields_a_backend_cannot_keep_are_not_missed(lab):
    """Unsupported fields do not count when written and read values are compared."""
    hq = lab.backend(unsupported={"line": ("device",)})
    line = lab.create(Line("user/ann", "3001", "Ann", device="poly"))
    hq.after = lambda _: hq.resources.update({line.key: replace(line.after, device="")})
    assert lab.apply([line], hq).states == {line.id: "configured"}


def test_an_empty_plan_is_done(lab):
    """Nothing to do is done at once."""
    report = lab.apply([])
    assert (report.states, report.run.status) == ({}, "done")


def test_needs_in_a_circle_do_not_hang(lab):
    """A plan that cannot be ordered ends, and says so."""
    first = lab.create(Line("user/a", "1", "A"))
    second = lab.create(Line("user/b", "2", "B"), first)
    first = replace(first, needs=(second.id,))
    report = lab.apply((first, second), lab.backend())
    assert set(report.states.values()) == {"skipped"}


def test_a_key_deleted_and_made_anew(lab):
    """Two changes of one key: the first is not looked for after the second."""
    old, new = Line("user/a", "1", "A"), Line("user/a", "2", "B")
    hq = lab.backend(resources=(old,))
    gone = lab.delete(old)
    made = lab.create(new, gone)
    assert set(lab.apply((gone, made), hq).states.values()) == {"configured"}


def test_counts_tell_what_was_done(lab):
    """Counts by state and action, and what it took."""
    hq = lab.backend()
    report = lab.apply(lab.lines(5), hq)
    assert report.run.counts == {
        "action:create": 5, "changes": 5, "configured": 5, "requests": 7, "retries": 0, "seconds": 0, "throttled": 0,
    }  # fmt: skip


def test_listeners_hear_everything_and_cannot_hurt(lab):
    """Every state is told once; a listener that raises is dropped."""

    class Bad:
        told = 0

        def __getattr__(self, name):
            Bad.told += 1
            raise RuntimeError(name)

    hq = lab.backend()
    report = lab.apply(lab.lines(3), hq, listeners=(Bad(), lab.heard))
    assert report.run.status == "done"
    assert Bad.told == 1
    assert Counter(state for _, state, _ in lab.heard.states) == {"accepted": 3, "configured": 3}
    assert (lab.heard.todo, lab.heard.ended) == (3, report.run)
