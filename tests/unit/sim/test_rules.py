"""The exchange keeps itself whole, whatever it is asked, in whatever order."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.backends.sim import factory
from campctl.backends.sim.console import Restart, poke
from campctl.model.campaign import BackendSpec
from campctl.model.changes import Change
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, key_of, references
from campctl.ports.backend import BackendEnv
from campctl.testing import FakeClock
from campctl.testing.samples import LINE, LOCATION, QUEUE, SAMPLES, change, create, update


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (replace(SAMPLES["line"], extension=""), "extension"),
        (replace(SAMPLES["line"], extension="30x1"), "extension"),
        (replace(SAMPLES["line"], extension="١٢٣"), "extension"),
        (replace(SAMPLES["line"], number="2175550111"), "number"),
        (replace(SAMPLES["line"], permission="galactic"), "permission"),
        (replace(SAMPLES["line"], id=""), "id"),
        (replace(SAMPLES["line"], id="user/\0"), "id"),
        (replace(SAMPLES["line"], name="lone \ud800 surrogate"), "Unicode"),
        (replace(SAMPLES["location"], city=" "), "city"),
        (replace(SAMPLES["location"], street="", state=""), "street, state"),
        (replace(SAMPLES["queue"], extension="39-10"), "extension"),
        (replace(SAMPLES["queue"], strategy="alphabetical"), "strategy"),
        (replace(SAMPLES["queue"], max_wait=-1), "max_wait"),
        (replace(SAMPLES["queue"], target=1.5), "target"),
        (replace(SAMPLES["queue"], overflow="nowhere"), "overflow"),
        (replace(SAMPLES["queue"], closed="outside/somewhere"), "closed"),
        (replace(SAMPLES["queue"], escalation=("soon",)), "escalation"),
        (replace(SAMPLES["queue"], escalation=("60s level 0",)), "escalation"),
        (replace(SAMPLES["queue"], escalation=("60s ",)), "escalation"),
        (replace(SAMPLES["member"], level=0), "level"),
        (replace(SAMPLES["member"], penalty=-1), "penalty"),
        (replace(SAMPLES["member"], line=""), "line"),
        (replace(SAMPLES["route"], number="5550100"), "number"),
        (replace(SAMPLES["route"], to="voicemail"), "leads to"),
    ],
    ids=repr,
)
def test_what_is_wrong_in_itself_is_refused(lab: Any, resource: Resource, words: str) -> None:
    """A value no exchange would take is refused as `invalid`, with what is wrong with it."""
    (outcome,) = lab.execute(lab.found(), create(resource))
    assert outcome.code == "invalid"
    assert words in outcome.error


def test_an_address_abroad_needs_no_state(lab: Any) -> None:
    """What validation and plans let through as a dispatchable address is taken here, too."""
    (outcome,) = lab.execute(lab.found(), create(replace(SAMPLES["location"], city="Leeds", state="", postal_code="LS1 1AA", country="GB")))
    assert outcome.error is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (Change(id="x", action="create", backend="b"), "invalid"),
        (Change(id="x", action="rename", backend="b", before=LINE), "invalid"),
        (change("rename", LINE, QUEUE), "invalid"),
        (change("rename", LINE, LINE), "invalid"),
        (change("update", LINE, replace(LINE, id="user/x")), "invalid"),
        (create(replace(SAMPLES["line"], extension=LINE.extension)), "extension-taken"),
        (create(replace(SAMPLES["line"], location="nowhere")), "missing-reference"),
        (create(replace(SAMPLES["line"], location="")), "location-required"),
        (change("delete", LOCATION, None), "in-use"),
        (update(SAMPLES["queue"], SAMPLES["queue"]), "unknown"),
        (create(LINE), "exists"),
    ],
    ids=str,
)
def test_codes_are_stable(lab: Any, bad: Change, code: str) -> None:
    """Each refusal has the code that docs/sim.md gives it, and a sentence."""
    (outcome,) = lab.execute(lab.found(), bad)
    assert outcome.code == code
    assert outcome.error.endswith(".")
    assert f"`{code}`" in (Path(__file__).parents[3] / "docs" / "sim.md").read_text("utf-8")


def test_a_queue_may_lead_to_itself(lab: Any) -> None:
    """A queue that overflows into itself can be renamed and deleted all the same."""
    backend = lab.found()
    alone = Queue("alone", "Alone", escalation=("60s level 2",))
    circling, renamed = replace(alone, overflow="queue/alone"), replace(alone, id="again", overflow="queue/again")
    said = lab.execute(backend, create(alone), update(alone, circling), change("rename", circling, replace(circling, id="again")))
    assert [outcome.error for outcome in said] == [None] * 3
    assert lab.observe(backend).resources[Key("queue", "again")] == renamed
    assert lab.execute(backend, change("delete", renamed, None))[0].error is None


def test_limits_count_what_a_batch_adds_and_removes(lab: Any) -> None:
    """Within one batch too, the limit is the number there is at that moment."""
    backend = lab.found(max_queues=3)
    more = [Queue(f"q{n}", f"Queue {n}") for n in range(3)]
    said = lab.execute(backend, create(more[0]), create(more[1]), change("delete", more[0], None), create(more[2]))
    assert [outcome.code for outcome in said] == ["", "limit", "", ""]


_IDS = st.sampled_from("abc")
_TARGETS = st.one_of(st.just(""), st.just("outside/+12175550100"), st.builds("queue/{}".format, _IDS), st.builds("line/{}".format, _IDS))
_RESOURCES: st.SearchStrategy[Any] = st.one_of(
    st.builds(Location, _IDS, st.just("L"), st.just("1 Example Plaza"), st.just("S"), st.just("IL"), st.just("62701")),
    st.builds(Line, _IDS, st.sampled_from(["1", "2", "3"]), _IDS, location=st.one_of(st.just(""), _IDS), enabled=st.booleans()),
    st.builds(
        Queue,
        _IDS,
        st.just("Q"),
        extension=st.sampled_from(["", "1", "2"]),
        overflow=_TARGETS,
        escalation=st.lists(st.one_of(st.just("5s level 2"), st.builds("9s queue/{}".format, _IDS)), max_size=2).map(tuple),
    ),
    st.builds(Member, _IDS, _IDS, level=st.integers(1, 2)),
    st.builds(Route, st.sampled_from(["+10", "+11"]), _TARGETS),
)
_CHANGES = st.builds(change, st.sampled_from(["create", "create", "update", "rename", "delete"]), _RESOURCES, _RESOURCES)


def _whole(file: Path, found: dict[Key, Resource]) -> None:
    """Every reference leads somewhere, every extension has one owner, and the table of references is what the bodies say."""
    assert all(to in found for resource in found.values() for to in references(resource))
    extensions = [resource.extension for resource in found.values() if isinstance(resource, Line | Queue) and resource.extension]
    assert len(set(extensions)) == len(extensions)
    assert all(resource.location for resource in found.values() if isinstance(resource, Line) and resource.enabled)
    assert all(key_of(resource) == key for key, resource in found.items())
    connection = sqlite3.connect(file)
    kept = set(connection.execute("SELECT kind, id, to_kind, to_id FROM reference"))
    connection.close()
    assert kept == {(*key, *to) for key, resource in found.items() for to in references(resource)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_CHANGES, max_size=12), min_size=1, max_size=4), st.integers(0, 4))
def test_it_stays_whole(batches: list[list[Change]], lost: int) -> None:
    """After any changes nothing dangles; refusals change nothing; and a restart brings back exactly what was before."""
    with tempfile.TemporaryDirectory() as folder:
        clock, file = FakeClock(), Path(folder) / "x.db"

        async def main() -> None:
            backend = factory.open(BackendSpec("x", "sim", {"file": str(file)}), BackendEnv(Path(folder), clock, str))
            states = [(await backend.observe()).resources]
            for batch in batches:
                clock.advance(10)
                for one in batch:
                    before = (await backend.observe()).resources
                    (outcome,) = await backend.execute([one])
                    found = (await backend.observe()).resources
                    assert outcome.error is None or found == before
                    assert outcome.error is not None or one.action == "delete" or found[one.key] is not None
                _whole(file, found := (await backend.observe()).resources)
                states.append(found)
            back = min(lost, len(batches))
            poke(file, [Restart(loses=10.0 * back - 5 if back else 0.0)], at=clock.now().timestamp())
            assert (await backend.observe()).resources == states[-1 - back]
            _whole(file, states[-1 - back])
            await backend.close()

        asyncio.run(main())
