"""The note of what is about to be done: short enough to write, and whole when somebody else reads it."""

from __future__ import annotations

import pytest

from campctl.backends.asterisk.doing import carrying
from campctl.backends.asterisk.facts import records
from campctl.backends.asterisk.facts.image import Image
from campctl.model.live import Capabilities
from campctl.testing.samples import LOCATION, create, lines

ABLE = Capabilities()


@pytest.mark.parametrize("count", [1, 2, 250])
def test_what_was_noted_is_done_again(count: int) -> None:
    """Few changes stand in the note as they are, many packed; both lead to the image they were meant for."""
    changes = [create(LOCATION), *map(create, lines(count))]
    meant = Image({})
    for change in changes:
        meant.apply(change)
    note = carrying.note(changes)
    assert note.isprintable()
    found = Image({})
    assert len(carrying.redo(found, note, ABLE)) == len(changes)
    assert found.resources == meant.resources


def test_many_alike_take_few_rows() -> None:
    """A batch of 250 new lines is noted in a tenth of what it says."""
    changes = [create(line) for line in lines(250)]
    assert len(records.split("doing/now", carrying.note(changes))) < 12


@pytest.mark.parametrize("torn", ["", "nonsense", "packed:", "packed:nonsense", "packed:eJw=", "[{}]"])
def test_a_note_that_makes_no_sense_is_left(torn: str) -> None:
    """Nothing is done by it, and nothing is raised."""
    image = Image({})
    assert carrying.redo(image, torn, ABLE) == []
    assert image.resources == {}
