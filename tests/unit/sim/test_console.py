"""The console: what is done by hand shows, obeys the rules, and comes whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from campctl.backends.sim.console import Alter, Plant, Register, Remove, Restart, log, old_pbx, poke
from campctl.errors import Refused
from campctl.model.resources import Key, Route, key_of
from campctl.testing.samples import LINE, OTHER_LINE, lines


def test_what_is_planted_shows_at_once(lab: Any) -> None:
    """An old PBX planted by hand is seen whole by a connection that knows nothing of it, whatever the propagation."""
    backend = lab.found(propagation="1m")
    planted = [op.resource for op in old_pbx(20)]
    poke(lab.file, old_pbx(20), at=lab.now())
    found = lab.observe(backend)
    assert {key_of(resource): resource for resource in planted}.items() <= found.resources.items()
    assert set(map(key_of, planted)) <= found.live
    assert len(planted) == 1 + 20 + 1 + 3 + 2


def test_changed_and_removed_by_hand(lab: Any) -> None:
    """Drift to find: a field changed, an object gone; ops may be plain mappings."""
    backend = lab.found()
    poke(lab.file, [{"do": "alter", "kind": "line", "id": LINE.id, "fields": {"name": "Hacked", "permission": "international"}}])
    poke(lab.file, [Remove("line", OTHER_LINE.id), {"do": "plant", "resource": {"kind": "route", "number": "+12175550199"}}])
    found = lab.observe(backend).resources
    assert (found[key_of(LINE)].name, found[key_of(LINE)].permission) == ("Hacked", "international")
    assert key_of(OTHER_LINE) not in found
    assert found[Key("route", "+12175550199")] == Route("+12175550199")
    assert len(log(lab.file)) == 6, "the log tells what the exchange was asked for, not what was done by hand"


def test_phones_by_hand(lab: Any) -> None:
    """A phone can lose its registration and get it back."""
    backend = lab.found()
    poke(lab.file, [Register(LINE.id, registered=False)], at=lab.now())
    assert key_of(LINE) not in lab.observe(backend).live
    poke(lab.file, [Register(LINE.id)], at=lab.now())
    assert key_of(LINE) in lab.observe(backend).live


def test_a_restart_by_hand(lab: Any) -> None:
    """The epoch changes, and what was written within the time to lose is gone."""
    backend = lab.found()
    before = lab.observe(backend)
    poke(lab.file, [Plant(lines(1)[0])], at=lab.now())
    poke(lab.file, [Restart(loses=2)], at=lab.now() + 1)
    after = lab.observe(backend)
    assert after.resources == before.resources
    assert after.epoch != before.epoch


@pytest.mark.parametrize(
    ("op", "words"),
    [
        (Plant(LINE), "exists"),
        (Remove("location", "springfield"), "still referred to by line"),
        (Remove("line", "user/nobody"), "does not exist"),
        (Alter("line", "user/nobody", {}), "does not exist"),
        (Alter("line", LINE.id, {"colour": "red"}), "no field colour"),
        (Alter("line", LINE.id, {"extension": 3001}), "Expected `str`"),
        (Alter("line", LINE.id, {"id": "user/x"}), "another one"),
        (Alter("line", LINE.id, {"extension": OTHER_LINE.extension}), "taken by line"),
        (Register("user/nobody"), "does not exist"),
        ({"do": "dance"}, "does not understand"),
        ({"do": "faults", "options": {"fail_evry": 1}}, "fail_evry"),
        ({"do": "alter", "kind": "phone", "id": "x", "fields": {}}, "does not understand"),
    ],
)
def test_the_rules_hold_by_hand_too(lab: Any, op: Any, words: str) -> None:
    """A broken rule is refused in words, and nothing of the whole poke is done."""
    backend = lab.found()
    before = lab.observe(backend).resources
    with pytest.raises(Refused, match=words):
        poke(lab.file, [Plant(lines(1)[0]), op])
    assert lab.observe(backend).resources == before
