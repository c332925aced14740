"""Faults to order: each does what it says, at the call it was told, whichever process calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.backends.sim import console
from campctl.backends.sim.console import SetFaults, poke
from campctl.backends.sim.faults import FAULTS, Faults
from campctl.backends.sim.places import faults_file
from campctl.errors import BackendError, Refused, Throttled, Unavailable, Uncertain
from campctl.model.resources import key_of
from campctl.testing.samples import LINE, MEMBER, OTHER_LINE, ROUTE, create, delete, lines, rename, update


@pytest.mark.parametrize(
    ("options", "hit"),
    [
        ({}, {}),
        ({"fail_calls": "5,17"}, {5: "fail", 17: "fail"}),
        ({"fail_every": 6}, {6: "fail", 12: "fail", 18: "fail"}),
        ({"lie_every": 6, "fail_calls": 12}, {6: "lie", 12: "fail", 18: "lie"}),
        ({"fail_calls": "1", "faults_from": 10}, {11: "fail"}),
        ({"restart_calls": 3, "fail_every": 9, "timeout_calls": 9}, {3: "restart", 9: "fail", 18: "fail"}),
    ],
)
def test_which_call_is_hit(options: dict[str, Any], hit: dict[int, str]) -> None:
    """Calls are counted from one, the first fault in the order of the table that fits is what happens."""
    faults = Faults.parse(options)
    assert {call: fault for call in range(1, 20) if (fault := faults.verdict(call))} == hit


def test_chaos_is_a_share_and_the_same_every_time() -> None:
    """Chaos hits about its share of calls, with every kind it knows, by seed; nothing at 0 and everything at 1."""
    faults = Faults.parse({"chaos": "10%"})
    hits = Counter(faults.verdict(call) for call in range(1, 5001))
    assert 400 < 5000 - hits[""] < 600
    assert set(hits) == {"", "fail", "drop_before", "drop_after", "timeout", "half"}
    again = [Faults.parse({"chaos": 0.1}).verdict(call) for call in range(1, 200)]
    assert again == [faults.verdict(call) for call in range(1, 200)]
    assert again != [Faults.parse({"chaos": 0.1, "seed": 7}).verdict(call) for call in range(1, 200)]
    assert not any(Faults().verdict(call) for call in range(1, 200))
    assert all(Faults.parse({"chaos": 1}).verdict(call) for call in range(1, 200))


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        ("fail", Unavailable, False),
        ("drop_before", Uncertain, False),
        ("drop_after", Uncertain, True),
        ("timeout", Uncertain, True),
        ("half", Uncertain, True),
        ("restart", Uncertain, False),
        ("lie", None, False),
    ],
)
def test_what_each_fault_does(lab: Any, fault: str, error: type[BackendError] | None, done: bool) -> None:
    """The third call meets the fault, is or is not done as the fault says, and the calls around it are well."""
    assert fault in FAULTS
    backend = lab.found(**{f"{fault}_calls": 3})
    first, second, third = lines(3)
    lab.execute(backend, create(first))
    lab.clock.advance(10)
    if error is None:
        assert [outcome.error for outcome in lab.execute(backend, create(second))] == [None]
    else:
        with pytest.raises(error):
            lab.execute(backend, create(second))
    lab.execute(backend, create(third))
    found = lab.observe(backend).resources
    assert (key_of(second) in found) is done
    assert {key_of(first), key_of(third)} <= set(found)


def test_calls_are_counted_for_all_processes(lab: Any) -> None:
    """The counter is in the file: the fourth call is hit whichever connection makes it, and the log numbers them."""
    first, second = lab.found(fail_calls="4"), lab.open(fail_calls="4")
    lab.execute(first, create(lines(3)[0]))
    lab.execute(second, create(lines(3)[1]))
    with pytest.raises(Unavailable, match="call 4"):
        lab.execute(first, create(lines(3)[2]))
    lab.execute(second, create(lines(3)[2]))
    assert [operation.call for operation in console.log(lab.file)][-3:] == [2, 3, 5]
    assert console.calls(lab.file) == 5


@pytest.mark.parametrize(("answers", "kept"), [(0, 2), (1, 1), (3, 3), (9, 4)])
def test_half_an_answer(lab: Any, answers: int, kept: int) -> None:
    """The first answers come back true, refusals among them; the rest are uncertain, though all was done."""
    backend = lab.found(half_calls=2, half_answers=answers)
    fresh = lines(2)
    outcomes = lab.execute(backend, create(fresh[0]), create(LINE), create(fresh[1]), delete(OTHER_LINE))
    assert [outcome.code for outcome in outcomes] == ["", "exists", "", ""][:kept] + ["uncertain"] * (4 - kept)
    found = lab.observe(backend).resources
    assert set(map(key_of, fresh)) <= set(found)
    assert key_of(OTHER_LINE) not in found


def test_a_timeout_takes_its_time(lab: Any) -> None:
    """A client that gives up has waited as long as it was told."""
    backend = lab.found(timeout_calls=2, timeout_after="45s")
    start = lab.clock.monotonic()
    with pytest.raises(Uncertain, match="45 s"):
        lab.execute(backend, create(lines(1)[0]))
    assert lab.clock.monotonic() - start == pytest.approx(45)


def test_a_restart_loses_the_last_second_exactly(lab: Any) -> None:
    """Creates, updates, renames, deletes and secrets of the last second are undone, with what referred to what; older ones stay."""
    backend = lab.found(restart_calls=5)
    married = replace(LINE, id="user/ann.berg")
    lab.execute(backend, create(MEMBER), create(ROUTE))
    lab.run(lambda: backend.set_secret(LINE.id, "made-up-old"))
    lab.clock.advance(5)
    before = lab.observe(backend)
    lab.execute(backend, rename(LINE, married), create(lines(1)[0]), update(OTHER_LINE, replace(OTHER_LINE, name="X")))
    lab.clock.advance(0.5)
    with pytest.raises(Uncertain):
        lab.execute(backend, delete(replace(MEMBER, line=married.id)))
    after = lab.observe(backend)
    assert after.resources == before.resources
    assert after.epoch != before.epoch
    assert console.verify_secret(lab.file, LINE.id, "made-up-old")
    results = [(operation.action, operation.result) for operation in console.log(lab.file)]
    assert results[-3:] == [("rename", "lost"), ("create", "lost"), ("update", "lost")]
    (said,) = lab.execute(backend, delete(LINE))
    assert said.code == "in-use"


def test_phones_register_anew_after_a_restart(lab: Any) -> None:
    """A restart takes every phone off for as long as registering takes."""
    backend = lab.found(restart_calls=2, register_after="3s")
    assert key_of(LINE) in lab.observe(backend).live
    with pytest.raises(Uncertain):
        lab.execute(backend, create(lines(1)[0]))
    assert key_of(LINE) not in lab.observe(backend).live
    lab.clock.advance(3)
    assert key_of(LINE) in lab.observe(backend).live


def test_reads_fail_apart_from_calls(lab: Any) -> None:
    """Reads have their own count and meet only the faults of reading."""
    backend = lab.found(fail_read_calls="2", fail_every=1)
    lab.observe(backend)
    with pytest.raises(Unavailable):
        lab.observe(backend)
    lab.observe(backend)
    assert backend.requests == {"ok": 2, "unavailable": 1}


@pytest.mark.parametrize(("option", "error"), [("down", Unavailable), ("throttle_always", Throttled)])
def test_a_bad_day_without_end(lab: Any, option: str, error: type[BackendError]) -> None:
    """Down and 429 for ever answer reads, calls and secrets alike, and nothing is done."""
    backend = lab.found(**{option: "yes"})
    for request in (backend.observe, lambda: backend.execute([create(lines(1)[0])]), lambda: backend.set_secret(LINE.id, "made-up")):
        with pytest.raises(error):
            lab.run(request)
    assert console.calls(lab.file) == 1


def test_faults_can_be_switched_while_it_runs(lab: Any) -> None:
    """The faults file beside the exchange holds at once, counts from now, overrides the options, and goes away again."""
    backend = lab.found(fail_every=1)
    with pytest.raises(Unavailable):
        lab.execute(backend, create(LINE))
    poke(lab.file, [SetFaults({"fail_every": 0, "drop_after_calls": "2"})])
    assert faults_file(lab.file).exists()
    assert lab.execute(backend, create(lines(1)[0]))[0].error is None
    with pytest.raises(Uncertain):
        lab.execute(backend, create(lines(2)[1]))
    poke(lab.file, [SetFaults()])
    with pytest.raises(Unavailable):
        lab.execute(backend, create(LINE))


@pytest.mark.parametrize("text", ["{", "[1]", '{"fail_evry": 3}', '{"fail_every": "often"}', "\0", '{"chaos": 7}'])
def test_a_faults_file_that_makes_no_sense(lab: Any, text: str) -> None:
    """It is refused by name until mended, and `check` says the same."""
    backend = lab.found()
    faults_file(lab.file).write_text(text)
    with pytest.raises(Refused, match="faults file") as caught:
        lab.observe(backend)
    assert "sim-local.faults.json" in caught.value.hint
    assert [probe.name for probe in lab.run(backend.check) if not probe.ok] == ["faults"]
    faults_file(lab.file).unlink()
    lab.observe(backend)


def test_the_log_says_what_was_lied_about_and_refused(lab: Any) -> None:
    """Each change asked for has one line: its id, key, and what came of it."""
    backend = lab.found(lie_calls=2)
    lab.execute(backend, create(lines(1)[0]))
    lab.execute(backend, create(lines(1)[0]), create(LINE))
    said = [(operation.change, operation.key.kind, operation.result) for operation in console.log(lab.file)][-3:]
    assert said == [
        ("create:test:line/user/person-00000", "line", "lied"),
        ("create:test:line/user/person-00000", "line", "done"),
        ("create:test:line/user/ann.lee", "line", "exists"),
    ]
