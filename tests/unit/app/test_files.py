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


def test_what_was_read_is_not_lost(tmp_path: Path) -> None:
    """Neither by its own name nor by another that leads there; what is not there cannot be lost."""
    people, link = tmp_path / "people.csv", tmp_path / "link.csv"
    people.write_text("id\n")
    link.symlink_to(people)
    for path in (people, link):
        with pytest.raises(UsageError, match="is read, too"):
            write_private(path, b"x", read=("", str(people), "roster"))
    assert people.read_text() == "id\n"
    write_private(tmp_path / "out.csv", b"x", read=(str(people), "roster"))


def test_a_link_stays_one(tmp_path: Path) -> None:
    """What it names is written."""
    path, link = tmp_path / "report.html", tmp_path / "latest.html"
    link.symlink_to(path)
    write_private(link, b"x")
    write_private(link, b"y")
    assert link.is_symlink()
    assert path.read_bytes() == b"y"


def test_a_pipe_stays_one(tmp_path: Path) -> None:
    """`--html >(mail ...)` and /dev/null are written to, not replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_private(pipe, b"x")
        assert os.read(end, 10) == b"x"
    finally:
        os.close(end)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """It says so, and leaves nothing behind."""
    with pytest.raises(UsageError, match="cannot be written"):
        write_private(tmp_path, b"x")
    assert list(tmp_path.iterdir()) == []
