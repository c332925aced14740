"""The contract's samples miss nothing."""

from __future__ import annotations

import pytest

from campctl.model.resources import KINDS, RESOURCE_TYPES, Kind, references
from campctl.testing import samples

IDENTITY = {"location": {"id"}, "line": {"id"}, "queue": {"id"}, "member": {"queue", "line"}, "route": {"number"}}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_has_other_values(kind: Kind) -> None:
    """A field added to the model cannot be forgotten by the contract, and its values really differ."""
    fields = set(RESOURCE_TYPES[kind].__struct_fields__) - IDENTITY[kind]
    assert set(samples.OTHER_VALUES[kind]) == fields
    for field, values in samples.OTHER_VALUES[kind].items():
        start = getattr(samples.SAMPLES[kind], field)
        assert any(value != start for value in values), field


def test_samples_stand_on_the_foundation() -> None:
    """The foundation comes in an order in which it can be created, and holds what the samples refer to."""
    known: set[object] = set()
    for resource in (*samples.FOUNDATION, samples.MEMBER, samples.ROUTE, *samples.SAMPLES.values()):
        assert set(references(resource)) <= known
        known.add(samples.key_of(resource))
