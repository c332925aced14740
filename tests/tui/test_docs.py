"""The board's page in the docs says what the board does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_tables_are_current() -> None:
    """Keys, commands and cells are those of the code; `scripts/board-docs` writes them."""
    subprocess.run([sys.executable, ROOT / "scripts" / "board-docs", "--check"], check=True)


def test_pictures_exist() -> None:
    """Every picture of the page is there: those that a test draws, and one of a browser."""
    found = re.findall(r"!\[[^]]+\]\(([^)]+)\)", (ROOT / "docs" / "board.md").read_text(encoding="utf-8"))
    assert len(found) >= 5
    for path in found:
        assert (ROOT / "docs" / path).resolve().is_file()
