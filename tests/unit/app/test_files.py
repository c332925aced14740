"""Files that matter."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campctl.app import complete
from campctl.app import init as beginning
from campctl.app.files import write_private
from campctl.backends.asterisk.setup import placing
from campctl.errors import UsageError
from campctl.manifest.load import load


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


def test_of_two_that_begin_a_campaign_at_once_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw an empty folder: what is in it then is one seed's, and who came second is told so."""
    usual = beginning.shutil.copytree

    def late(*given: Any, **named: Any) -> Any:
        monkeypatch.undo()
        with pytest.raises(UsageError, match="is not empty"):
            beginning.init(tmp_path / "new", seed="national")
        return usual(*given, **named)

    monkeypatch.setattr(beginning.shutil, "copytree", late)
    beginning.init(tmp_path / "new")
    assert load(tmp_path / "new", cache=False).ok


def test_a_seed_is_copied_without_what_was_done_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody tries a seed where it lies, and may be at it: its store and caches are not the new campaign's."""
    (tmp_path / "seeds" / "quickstart" / ".campctl" / "cache").mkdir(parents=True)
    (tmp_path / "seeds" / "quickstart" / "campaign.yaml").write_text("campaign: {name: Example}\n")
    monkeypatch.setattr(beginning, "seeds_folder", lambda: tmp_path / "seeds")
    beginning.init(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").rglob("*")) == [".campctl", ".gitignore", "campaign.yaml", "schema.json"]


class Other(threading.Thread):
    """Somebody else's work at the same time, which has ended by now, or waits for us; `raised`: how it was refused."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work = work
        self.raised = ""
        self.start()
        self.join(0.2)

    def run(self) -> None:
        try:
            self.work()
        except UsageError as error:
            self.raised = error.message


def test_runs_of_two_at_once_are_both_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither takes the other's id away."""
    (tmp_path / ".campctl").mkdir()
    usual, others = complete._write, list[Other]()

    def late(*given: Any, **named: Any) -> None:
        monkeypatch.undo()
        others.append(Other(lambda: complete.add_run(tmp_path, "two")))
        usual(*given, **named)

    monkeypatch.setattr(complete, "_write", late)
    complete.add_run(tmp_path, "one")
    others[0].join()
    assert sorted((complete.folder(tmp_path) / "runs").read_text().split()) == ["one", "two"]


def test_configurations_of_two_at_once_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw an empty folder: all files are the first's, and the second is told that it is not empty."""
    usual, others = placing._write, list[Other]()
    first, second = ({name: f"{whose} {name}" for name in ("a.conf", "b.conf")} for whose in ("first", "second"))

    def late(*given: Any) -> bool:
        monkeypatch.undo()
        others.append(Other(lambda: placing.place(tmp_path / "etc", second, force=False)))
        return usual(*given)

    monkeypatch.setattr(placing, "_write", late)
    assert placing.place(tmp_path / "etc", first, force=False) == ()
    others[0].join()
    assert others[0].raised == f"{tmp_path / 'etc'} is not empty; nothing was written."
    assert {path.name: path.read_text() for path in (tmp_path / "etc").iterdir()} == first
