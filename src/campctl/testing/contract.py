"""What every backend promises, as tests against the port only.

A backend's author subclasses `BackendContract` and gives one fixture, `make_backend`; docs/writing-a-backend.md shows
how. A test that does not apply (a kind, a field or a limit the capabilities rule out) is skipped by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.errors import BackendError, Refused
from campctl.model.live import Capabilities, Event, Probe
from campctl.model.resources import KINDS, RESOURCE_TYPES, Key, Kind, Line, Member, Queue, Route, key_of
from campctl.ports.clock import Clock
from campctl.testing.clock import FakeClock
from campctl.testing.samples import (
    FOUNDATION,
    LINE,
    LOCATION,
    MEMBER,
    OTHER_LINE,
    OTHER_QUEUE,
    OTHER_VALUES,
    QUEUE,
    ROUTE,
    SAMPLES,
    TEXTS,
    create,
    default_of,
    delete,
    keys_of,
    lines,
    rename,
    update,
)
from campctl.testing.session import Session, in_session

MISSING = Key("line", "user/nobody")
_FIELDS = [(kind, field) for kind, fields in OTHER_VALUES.items() for field in fields]
_SECONDS = 60.0
"""Real seconds after which something that should have ended has not."""
_SECRET = "correct-horse-battery-staple-0123"  # noqa: S105 - made up, and the tests look for it where it must not be


class BackendContract:
    """Subclass it, and give a fixture `make_backend(clock) -> Backend`.

    Within one test every call of it opens one more connection to the same exchange, which holds nothing of the samples
    when the test begins. `phones_register`: whether enabled lines become live by themselves (the simulated do).
    `many`: how many lines the test of size creates.
    """

    phones_register: bool = True
    many: int = 1000

    def make_clock(self) -> Clock:
        """The clock the backend is opened with; one that really waits for backends beyond this process."""
        return FakeClock()

    # -- observing --

    @in_session
    async def test_a_snapshot_is_complete(self, session: Session) -> None:
        """Everything that was created shows, beside what was there before, and nothing else does."""
        before = (await session.settled()).resources
        await session.founded()
        expected = {key_of(resource): session.fit(resource) for resource in _kept(session, FOUNDATION)}
        assert (await session.settled()).resources == {**before, **expected}

    @in_session
    async def test_a_snapshot_stays_what_it_was(self, session: Session) -> None:
        """A snapshot is a value: what happens later does not show in it."""
        await session.founded()
        snapshot = await session.settled()
        copy = dict(snapshot.resources)
        await session.done(update(session.fit(LINE), session.fit(replace(LINE, name="Someone Else"))))
        await session.settled()
        assert snapshot.resources == copy

    @in_session
    async def test_a_look_at_some_keys_gives_those_that_exist(self, session: Session) -> None:
        """observe(keys) gives what exists of the keys, and nothing else; unknown keys are no error."""
        await session.founded()
        wanted = [key_of(LINE), key_of(QUEUE), MISSING]
        found = await session.settled(wanted)
        assert found.resources == {key_of(LINE): session.fit(LINE), key_of(QUEUE): session.fit(QUEUE)}
        assert found.live <= set(found.resources)
        assert (await session.settled([])).resources == {}

    @in_session
    async def test_two_connections_see_the_same(self, session: Session) -> None:
        """What one connection did, another one sees, under the same epoch."""
        other = session.another()
        await session.founded()
        mine, theirs = await session.settled(), await session.settled(on=other)
        assert mine.resources == theirs.resources
        assert mine.epoch == theirs.epoch
        assert isinstance(mine.epoch, str)

    # -- round trips --

    @pytest.mark.parametrize("kind", KINDS)
    @in_session
    async def test_created_and_deleted(self, session: Session, kind: Kind) -> None:
        """A resource of each kind comes back as it was written, and is gone when deleted."""
        _need(session, kind)
        await session.founded()
        sample = session.fit(SAMPLES[kind])
        await session.done(create(sample))
        assert await session.one(key_of(sample)) == sample
        await session.done(delete(sample))
        assert await session.one(key_of(sample)) is None
        assert key_of(sample) not in (await session.settled()).resources

    @pytest.mark.parametrize(("kind", "field"), _FIELDS, ids=[f"{kind}.{field}" for kind, field in _FIELDS])
    @in_session
    async def test_every_field_can_be_changed(self, session: Session, kind: Kind, field: str) -> None:
        """Each value of a field is kept exactly, and changing it changes nothing else."""
        _need(session, kind, field)
        await session.founded()
        before = session.fit(SAMPLES[kind])
        await session.done(create(before))
        for value in OTHER_VALUES[kind][field]:
            if field == "strategy" and value not in session.capabilities.strategies:
                continue
            after = replace(before, **{field: value})
            await session.done(update(before, after))
            assert await session.one(key_of(after)) == after
            before = after

    @pytest.mark.parametrize("text", TEXTS, ids=ascii)
    @in_session
    async def test_names_are_kept_as_they_are(self, session: Session, text: str) -> None:
        """A name in any script, with emoji or control characters in it, comes back code point by code point."""
        await session.founded()
        await session.done(create(session.fit(replace(SAMPLES["line"], name=text))))
        found = await session.one(key_of(SAMPLES["line"]))
        assert isinstance(found, Line)
        assert found.name == text

    @in_session
    async def test_an_update_without_a_difference_is_accepted(self, session: Session) -> None:
        """Writing what is already there is no error."""
        await session.founded()
        await session.done(update(session.fit(LINE), session.fit(LINE)))
        assert await session.one(key_of(LINE)) == session.fit(LINE)

    @in_session
    async def test_everything_at_once(self, session: Session) -> None:
        """One batch may create a thing and what refers to it, in that order."""
        await session.founded()
        fresh = [session.fit(resource) for resource in _kept(session, (MEMBER, ROUTE, *SAMPLES.values()))]
        await session.done(*map(create, fresh))
        found = await session.settled(keys_of(fresh))
        assert found.resources == {key_of(resource): resource for resource in fresh}

    @in_session
    async def test_a_line_renamed_keeps_its_place(self, session: Session) -> None:
        """A renamed line keeps queue membership and number: whatever referred to it refers to its new id."""
        _need_rename(session)
        await session.founded()
        overflowing = session.fit(replace(OTHER_QUEUE, overflow=f"line/{LINE.id}", escalation=(f"60s line/{LINE.id}",)))
        refer = [session.fit(resource) for resource in _kept(session, (MEMBER, ROUTE))]
        await session.done(*map(create, refer), update(session.fit(OTHER_QUEUE), overflowing))
        married = session.fit(replace(LINE, id="user/ann.berg", name="Ann Berg"))
        await session.done(rename(session.fit(LINE), married))
        found = (await session.settled()).resources
        assert key_of(LINE) not in found
        assert found[key_of(married)] == married
        to = f"line/{married.id}"
        expected = [session.fit(r) for r in _kept(session, (replace(MEMBER, line=married.id), replace(ROUTE, to=to)))]
        expected.append(session.fit(replace(OTHER_QUEUE, overflow=to, escalation=(f"60s {to}",))))
        assert {key: found.get(key) for key in keys_of(expected)} == {key_of(r): r for r in expected}
        assert key_of(MEMBER) not in found

    @in_session
    async def test_a_queue_and_a_location_renamed_take_theirs_along(self, session: Session) -> None:
        """Members and routes follow a renamed queue, lines a renamed location."""
        _need_rename(session)
        await session.founded()
        member, route = session.fit(MEMBER), session.fit(SAMPLES["route"])
        await session.done(*(create(r) for r in _kept(session, (member, route))))
        queue, location = session.fit(replace(QUEUE, id="vote-help")), session.fit(replace(LOCATION, id="springfield-hq"))
        await session.done(rename(session.fit(QUEUE), queue), rename(session.fit(LOCATION), location))
        found = (await session.settled()).resources
        assert not {key_of(QUEUE), key_of(LOCATION), key_of(MEMBER)} & set(found)
        expected = (queue, location, replace(member, queue="vote-help"), replace(route, to="queue/vote-help"))
        moved = (*_kept(session, expected), session.fit(replace(LINE, location=location.id)))
        assert {key: found.get(key) for key in keys_of(moved)} == {key_of(r): r for r in moved}

    @in_session
    async def test_who_cannot_rename_says_so(self, session: Session) -> None:
        """Without the capability a rename is refused, and nothing happens."""
        if session.capabilities.rename:
            pytest.skip("it can rename")
        await session.founded()
        await session.refused(rename(session.fit(LINE), session.fit(replace(LINE, id="user/ann.berg"))))

    # -- refusals --

    @pytest.mark.parametrize("kind", KINDS)
    @in_session
    async def test_what_exists_is_not_created_again(self, session: Session, kind: Kind) -> None:
        """A create of what exists is refused with code `exists` and leaves it as it was; so a repeated create shows."""
        _need(session, kind)
        await session.founded()
        sample = session.fit(SAMPLES[kind])
        await session.done(create(sample))
        await session.refused(create(sample), "exists")

    @pytest.mark.parametrize("kind", KINDS)
    @in_session
    async def test_what_does_not_exist_is_not_changed(self, session: Session, kind: Kind) -> None:
        """Update and delete of what does not exist are refused with code `unknown`; so a repeated delete shows."""
        _need(session, kind)
        await session.founded()
        sample = session.fit(SAMPLES[kind])
        await session.refused(update(sample, sample), "unknown")
        await session.refused(delete(sample), "unknown")

    @in_session
    async def test_a_rename_needs_both_ends_right(self, session: Session) -> None:
        """A rename of what does not exist is refused as `unknown`, to what exists as `exists`."""
        _need_rename(session)
        await session.founded()
        await session.refused(rename(session.fit(SAMPLES["line"]), session.fit(replace(LINE, id="user/x", extension="3999"))), "unknown")
        await session.refused(rename(session.fit(LINE), session.fit(replace(LINE, id=OTHER_LINE.id))), "exists")

    @in_session
    async def test_an_extension_has_one_owner(self, session: Session) -> None:
        """An extension of another line or queue is refused, for new and for changed ones, and the sentence says whose it is."""
        await session.founded()
        said = await session.refused(create(session.fit(replace(SAMPLES["line"], extension=LINE.extension))))
        assert LINE.id in said
        await session.refused(update(session.fit(OTHER_LINE), session.fit(replace(OTHER_LINE, extension=LINE.extension))))
        await session.refused(create(session.fit(replace(SAMPLES["line"], extension=QUEUE.extension))))
        await session.refused(create(session.fit(replace(SAMPLES["queue"], extension=LINE.extension))))

    @pytest.mark.parametrize(
        "resource",
        [
            replace(LINE, id="user/lost", extension="3099", location="nowhere"),
            Member("no-such-queue", LINE.id),
            Member(QUEUE.id, MISSING.id),
            Route("+12175550130", str(MISSING)),
            Route("+12175550130", "queue/no-such-queue"),
            Queue("circling", "Circling", overflow="queue/no-such-queue"),
            Queue("circling", "Circling", escalation=("60s queue/no-such-queue",)),
        ],
        ids=lambda resource: str(key_of(resource)),
    )
    @in_session
    async def test_nothing_leads_to_what_does_not_exist(self, session: Session, resource: Any) -> None:
        """A reference to a missing location, line or queue is refused."""
        _need(session, key_of(resource).kind)
        if session.fit(resource) != resource:
            pytest.skip("the backend does not keep this reference")
        await session.founded()
        await session.refused(create(resource))

    @in_session
    async def test_no_line_is_enabled_without_a_location(self, session: Session) -> None:
        """A line that could call 911 needs a dispatchable location, from the first moment and for ever."""
        _need(session, "location")
        await session.founded()
        await session.refused(create(session.fit(replace(SAMPLES["line"], location=""))))
        await session.refused(update(session.fit(LINE), session.fit(replace(LINE, location=""))))
        dark = session.fit(replace(SAMPLES["line"], location="", enabled=False))
        await session.done(create(dark))
        await session.refused(update(dark, replace(dark, enabled=True)))

    @in_session
    async def test_what_is_referred_to_is_not_deleted(self, session: Session) -> None:
        """A location with lines, a line or queue with members or numbers stays until they are gone."""
        await session.founded()
        refer = [session.fit(resource) for resource in _kept(session, (MEMBER, ROUTE, SAMPLES["route"]))]
        await session.done(*map(create, refer))
        for resource in _kept(session, (LOCATION, *((LINE, QUEUE) if refer else ()))):
            await session.refused(delete(session.fit(resource)))
        await session.done(*map(delete, refer), delete(session.fit(LINE)), delete(session.fit(QUEUE)))

    # -- batches --

    @in_session
    async def test_a_refusal_stops_only_itself(self, session: Session) -> None:
        """Of a batch with some refused, the rest is done; outcomes come in the order of the changes, by their ids."""
        await session.founded()
        good = [session.fit(line) for line in lines(3)]
        bad = session.fit(replace(SAMPLES["line"], extension=LINE.extension))
        changes = [create(good[0]), create(bad), create(good[1]), delete(session.fit(SAMPLES["queue"])), create(good[2])]
        outcomes = await session.do(changes)
        assert [outcome.change for outcome in outcomes] == [change.id for change in changes]
        assert [outcome.error is None for outcome in outcomes] == [True, False, True, False, True]
        found = await session.settled(keys_of([*good, bad]))
        assert found.resources == {key_of(line): line for line in good}

    @in_session
    async def test_no_changes_are_no_request(self, session: Session) -> None:
        """An empty batch gives no outcomes."""
        assert list(await session.obeying(lambda: session.backend.execute([]))) == []

    @in_session
    async def test_the_batch_is_as_large_as_said(self, session: Session) -> None:
        """A batch of the maximum is taken whole; one more is refused whole, and nothing is done."""
        if (size := session.capabilities.batch) > _room(session, self.many):
            pytest.skip(f"a batch of {size}")
        await session.founded()
        full = [session.fit(line) for line in lines(size)]
        over = [session.fit(line) for line in lines(2 * size + 1, first_extension=40_000)[size:]]
        outcomes = await session.obeying(lambda: session.backend.execute([create(line) for line in full]))
        assert [outcome.error for outcome in outcomes] == [None] * size
        with pytest.raises(BackendError):
            await session.obeying(lambda: session.backend.execute([create(line) for line in over]))
        assert set(keys_of(over)).isdisjoint((await session.settled()).resources)

    @in_session
    async def test_a_thousand_lines(self, session: Session) -> None:
        """Size changes nothing: all are created, seen, changed and deleted."""
        before = (await session.settled()).resources
        await session.founded()
        many = [session.fit(line) for line in lines(_room(session, self.many))]
        await session.done(*map(create, many))
        found = (await session.settled()).resources
        assert {key: found.get(key) for key in keys_of(many)} == {key_of(line): line for line in many}
        dark = [replace(line, enabled=False) for line in many]
        await session.done(*map(update, many, dark))
        found = (await session.settled()).resources
        assert {key: found.get(key) for key in keys_of(dark)} == {key_of(line): line for line in dark}
        await session.done(*map(delete, dark))
        left = (await session.settled()).resources
        assert set(left) - set(before) == set(keys_of(_kept(session, FOUNDATION)))

    # -- at the same time --

    @in_session
    async def test_requests_at_once(self, session: Session) -> None:
        """As many requests at once as the backend says it takes are all done, each once."""
        await session.founded()
        count = min(session.capabilities.concurrency, 32)
        many = [session.fit(line) for line in lines(_room(session, count * 3))]

        async def worker(own: list[Any]) -> None:
            for line in own:
                await session.done(create(line))

        await asyncio.gather(*(worker(many[n::count]) for n in range(count)))
        found = (await session.settled()).resources
        assert {key: found.get(key) for key in keys_of(many)} == {key_of(line): line for line in many}

    @in_session
    async def test_of_two_at_once_one_wins(self, session: Session) -> None:
        """Two connections that create the same, or take the same extension, at once: exactly one is accepted."""
        await session.founded()
        other = session.another()
        same = create(session.fit(SAMPLES["line"]))
        rivals = [create(session.fit(replace(SAMPLES["line"], id=f"user/{name}", extension="3055"))) for name in ("x", "y")]
        for mine, theirs in ((same, same), rivals):
            outcomes = await asyncio.gather(session.do([mine]), session.do([theirs], on=other))
            assert sorted(outcome.error is None for (outcome,) in outcomes) == [False, True]

    # -- in effect --

    @in_session
    async def test_what_works_is_live(self, session: Session) -> None:
        """Enabled lines become live, with their members; queues and numbers are once they are there; a dark line never is."""
        if not self.phones_register:
            pytest.skip("phones have to be registered by hand")
        await session.founded()
        dark = session.fit(replace(SAMPLES["line"], enabled=False))
        wanted = [session.fit(resource) for resource in _kept(session, (LINE, QUEUE, MEMBER, ROUTE))]
        await session.done(create(dark), *(create(r) for r in wanted if r not in {session.fit(LINE), session.fit(QUEUE)}))
        for _ in range(60):
            snapshot = await session.settled()
            if set(keys_of(wanted)) <= snapshot.live:
                break
            await session.clock.sleep(1)
        assert set(keys_of(wanted)) <= snapshot.live
        assert key_of(dark) not in snapshot.live
        assert snapshot.live <= set(snapshot.resources)

    @in_session
    async def test_accepted_shows_in_time(self, session: Session) -> None:
        """What was accepted shows within `propagation` seconds, and earlier looks show the old or the new, nothing else."""
        await session.founded()
        await session.settled()
        before, after = session.fit(LINE), session.fit(replace(LINE, name="Ann B. Lee"))
        await session.done(update(before, after))
        early = (await session.obeying(lambda: session.backend.observe([key_of(LINE)]))).resources
        assert early.get(key_of(LINE)) in (before, after)
        await session.clock.sleep(session.capabilities.propagation)
        assert await session.one(key_of(LINE)) == after

    # -- secrets --

    @in_session
    async def test_secrets_are_not_seen_again(self, session: Session) -> None:
        """A secret is taken, changes nothing that shows, and stands in no repr of anything the backend gives out."""
        await session.founded()
        before = (await session.settled()).resources
        await session.obeying(lambda: session.backend.set_secret(LINE.id, _SECRET))
        after = await session.settled()
        assert after.resources == before
        for given in (after, session.backend, session.capabilities, list(await session.backend.check())):
            assert _SECRET not in repr(given)

    @in_session
    async def test_a_secret_for_nobody_is_refused_in_silence(self, session: Session) -> None:
        """A secret for a line that does not exist is refused, and the error does not repeat it, nor does its cause."""
        with pytest.raises(BackendError) as caught:
            await session.obeying(lambda: session.backend.set_secret(MISSING.id, _SECRET))
        error: BaseException | None = caught.value
        while error is not None:
            assert _SECRET not in f"{error!r} {error} {error.args!r} {getattr(error, 'hint', '')}"
            error = error.__cause__ or error.__context__

    # -- health and end --

    @in_session
    async def test_a_healthy_one_says_so(self, session: Session) -> None:
        """Every probe has a name of its own and words; what is not well comes with a cure; a fresh exchange is well."""
        await session.founded()
        probes = list(await session.backend.check())
        assert probes
        assert all(type(probe) is Probe for probe in probes)
        assert all(probe.name and probe.detail for probe in probes)
        assert all(probe.ok or probe.cure for probe in probes)
        assert len({probe.name for probe in probes}) == len(probes)
        assert [probe for probe in probes if not probe.ok] == []

    @in_session
    async def test_closing_twice_is_no_error(self, session: Session) -> None:
        """close() may be called twice, also by one that was never used, and ends only its own connection."""
        other = session.another()
        await other.close()
        await other.close()
        await session.founded()
        assert await session.one(key_of(LINE)) == session.fit(LINE)

    # -- what goes on --

    @in_session
    async def test_live_shows_what_is_there(self, session: Session) -> None:
        """A look at what goes on names every queue, the members when asked for, and lines with a phone; nothing else."""
        await session.founded()
        wanted = _kept(session, (MEMBER,))
        await session.done(*(create(session.fit(member)) for member in wanted))
        await session.settled()
        short, whole = await session.backend.live(), await session.backend.live(agents=True)
        assert short.backend == session.backend.name
        assert short.agents == ()
        assert short.since <= short.at
        if "queue" in session.capabilities.kinds:
            assert {QUEUE.id, OTHER_QUEUE.id} <= {queue.queue for queue in short.queues}
            mine = next(queue for queue in short.queues if queue.queue == QUEUE.id)
            assert (mine.waiting, mine.longest_wait, sum(mine.agents.values())) == (0, 0.0, len(wanted))
        assert {MEMBER.id for _ in wanted} <= {agent.member for agent in whole.agents}
        there = (await session.settled()).resources
        assert all(Key("line", line) in there for line in whole.registered)

    @in_session
    async def test_a_pause_holds_until_its_end(self, session: Session) -> None:
        """Whoever is paused is so in all its queues, once or twice; nothing of what `observe` shows changes; nobody cannot be paused."""
        pause = getattr(session.backend, "pause", None)
        if pause is None:
            pytest.skip("nobody can be paused on it")
        await session.founded()
        await session.settled()
        with pytest.raises(Refused):
            await pause(MISSING.id, True, "lunch")
        assert list(await pause(LINE.id, True, "lunch")) == []
        await session.done(create(session.fit(MEMBER)))
        before = (await session.settled()).resources
        for reason in ("lunch", "training"):
            assert list(await pause(LINE.id, True, reason)) == [MEMBER.queue]
        seen = {agent.member: agent for agent in (await session.backend.live(agents=True)).agents}
        assert seen[MEMBER.id].state in {"paused", "gone"}
        assert seen[MEMBER.id].state == "gone" or seen[MEMBER.id].reason == "training"
        assert list(await pause(LINE.id, False)) == [MEMBER.queue]
        assert {agent.member: agent.state for agent in (await session.backend.live(agents=True)).agents}[MEMBER.id] != "paused"
        assert (await session.settled()).resources == before

    @in_session
    async def test_events_tell_of_a_new_member(self, session: Session) -> None:
        """Who listens hears of a member that joins a queue after they began to listen."""
        if not session.capabilities.events or "member" not in session.capabilities.kinds:
            pytest.skip("it has no events")
        await session.founded()
        heard = asyncio.ensure_future(_first(session.backend.events(), key_of(MEMBER)))
        other = session.another()
        for _ in range(30):  # a listener needs a moment to be there; a change that came before it is made again
            await session.done(create(session.fit(MEMBER)))
            await session.settled(on=other)
            done, _pending = await asyncio.wait([heard], timeout=1.0)
            if done:
                break
            await session.done(delete(session.fit(MEMBER)))
        event = await asyncio.wait_for(heard, _SECONDS)
        assert event.type == "agent-state"
        assert event.backend == session.backend.name
        assert event.data["state"] in {"free", "busy", "paused", "ringing", "wrap-up", "gone"}

    @in_session
    async def test_events_end(self, session: Session) -> None:
        """Who listens is let go when the connection is closed; a backend without events yields none and keeps nobody waiting."""

        async def listen() -> list[Any]:
            return [event async for event in session.backend.events()]

        listening = asyncio.ensure_future(listen())
        if session.capabilities.events:
            await asyncio.sleep(0)
            await session.backend.close()
        heard = await asyncio.wait_for(listening, _SECONDS)
        assert session.capabilities.events or heard == []

    # -- capabilities --

    @in_session
    async def test_capabilities_make_sense(self, session: Session) -> None:
        """What it says it can do is within what there is."""
        able = session.capabilities
        assert isinstance(able, Capabilities)
        assert session.backend.name
        assert set(able.kinds) <= set(KINDS)
        assert {"location", "line"} <= set(able.kinds), "no line is lit without a dispatchable location"
        assert able.batch >= 1
        assert able.concurrency >= 1
        assert able.rate.burst >= 1
        assert able.rate.per_second is None or able.rate.per_second > 0
        assert able.latency >= 0
        assert able.propagation >= 0
        assert able.strategies
        for kind, fields in able.unsupported.items():
            for field in fields:
                default_of(RESOURCE_TYPES[kind], field)
        assert all(limit >= 0 for limit in able.limits.values())

    @in_session
    async def test_fields_it_cannot_keep_are_refused(self, session: Session) -> None:
        """A value in a field that the capabilities rule out is refused, not dropped in silence."""
        asked = [(kind, field) for kind, fields in session.capabilities.unsupported.items() for field in fields]
        if not asked:
            pytest.skip("it keeps every field")
        await session.founded()
        for kind, field in asked:
            plain = session.fit(SAMPLES[kind])
            value = next(v for v in OTHER_VALUES[kind][field] if v != getattr(plain, field))
            await session.refused(create(replace(plain, **{field: value})))

    @pytest.mark.parametrize("limit", ["lines", "queues", "members", "routes", "members-per-queue"])
    @in_session
    async def test_limits_hold(self, session: Session, limit: str) -> None:
        """At the limit the next one is refused, and there is room again when one went."""
        most = session.capabilities.limits.get(limit)
        if most is None or most > self.many:
            pytest.skip("no limit, or a large one")
        await session.founded()
        members: dict[str, Any] = {"members": QUEUE.id, "members-per-queue": QUEUE.id}
        if limit in members:
            crowd = [session.fit(line) for line in lines(most + 1)]
            await session.done(*map(create, crowd))
            more = [session.fit(Member(QUEUE.id, line.id)) for line in crowd]
        else:
            more = _crowd(session, limit, most)
        outcomes = await session.do([create(resource) for resource in more])
        taken = [resource for resource, outcome in zip(more, outcomes, strict=True) if outcome.error is None]
        refused = [resource for resource, outcome in zip(more, outcomes, strict=True) if outcome.error is not None]
        assert taken
        assert refused
        await session.refused(create(refused[0]))
        await session.done(delete(taken[0]), create(refused[0]))


async def _first(events: AsyncIterator[Event], key: Key) -> Event:
    """The first event about this key."""
    async for event in events:
        if event.key == key:
            return event
    raise AssertionError("the events ended")


def _crowd(session: Session, limit: str, most: int) -> list[Any]:
    """More of a kind than may be, with those of the foundation or without."""
    if limit == "lines":
        return [session.fit(line) for line in lines(most + 1)]
    if limit == "queues":
        return [session.fit(Queue(f"queue-{n}", f"Queue {n}")) for n in range(most + 1)]
    return [session.fit(Route(f"+1217556{n:04}")) for n in range(most + 1)]


def _room(session: Session, wanted: int) -> int:
    """So many more lines beside the foundation's, or as many as it takes."""
    return min(wanted, session.capabilities.limits.get("lines", wanted + 2) - 2)


def _kept(session: Session, resources: Any) -> list[Any]:
    """Those of a kind the backend has."""
    return [resource for resource in resources if key_of(resource).kind in session.capabilities.kinds]


def _need(session: Session, kind: Kind, field: str = "") -> None:
    if kind not in session.capabilities.kinds:
        pytest.skip(f"it has no {kind}")
    if field in session.capabilities.unsupported.get(kind, ()):
        pytest.skip(f"it does not keep {kind}.{field}")


def _need_rename(session: Session) -> None:
    if not session.capabilities.rename:
        pytest.skip("it cannot rename")
