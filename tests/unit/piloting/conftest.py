"""The scene that the tests of this folder play on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from piloted import Scene, write


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    write(tmp_path / "campaign")
    with closing(Scene(tmp_path / "campaign")) as made:
        yield made
