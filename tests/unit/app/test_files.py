"""Files that matter."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from campctl.app.files import write_private
from campctl.errors import UsageError


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """Whatever the umask, and also when a readable file was there before."""
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        write_private(path, b"new")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """It says why, and leaves nothing behind."""
    with pytest.raises(UsageError, match="cannot be written"):
        write_private(tmp_path / "no" / "plan.json", b"x")
    assert list(tmp_path.iterdir()) == []
