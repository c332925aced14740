"""Ports of the tests' servers are nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from servers.ports import Block

TESTS = Path(__file__).parents[2]
UP_TO = """
from servers.ports import Block
kept = []
while not kept or kept[-1].number <= MINE:
    kept.append(Block())
print(*(block.number for block in kept))
"""


def test_whoever_takes_a_block_has_it_alone(tmp_path: Path) -> None:
    """Another process does not get it, not even one with another folder for what is temporary."""
    mine = Block()
    try:
        code = f"import sys; sys.path.insert(0, {str(TESTS)!r})\n{UP_TO}".replace("MINE", str(mine.number))
        env = {**os.environ, "TMPDIR": str(tmp_path)}
        said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=120).stdout
        assert str(mine.number) not in said.split()
    finally:
        mine.close()
