"""Diffs that patch takes, and writing that leaves all files changed or none."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from campctl.errors import EditRefused, StalePlan
from campctl.manifest.edit import Editor
from campctl.manifest.edit_files import diff

FILES = {
    "campaign.yaml": "campaign: {}\nusers:\n" + "".join(f"  u{number}:\n    office: hq\n" for number in range(40)),
    "offices/west.yaml": b"users:\r\n  wes:\r\n    name: Zo\xc3\xab\r\n    office: west",
}


def change(editor: Editor) -> None:
    for name in ("u3", "u30", "wes"):
        editor.set("users", name, "office", "field")


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
def test_the_diff_is_one_that_patch_takes(camp, tmp_path) -> None:
    """Applied to the files it gives the files that write() gives: CRLF and a last line without end included."""
    editor = camp(FILES).editor()
    change(editor)
    text = editor.diff()
    assert text.count("@@ -") == 3
    assert "--- a/offices/west.yaml\n+++ b/offices/west.yaml\n" in text
    assert "-    office: west\n\\ No newline at end of file\n+    office: field\n\\ No newline at end of file\n" in text
    subprocess.run(["patch", "-p1", "--binary", "-s", "-d", str(tmp_path)], input=text.encode(), check=True)
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == editor.overlay


@pytest.mark.parametrize("seed", range(20))
def test_diffs_of_anything(tmp_path, seed) -> None:
    """Lines of few kinds in random order, so that they meet again in the wrong places: patch still gives the new text."""
    import random

    rng = random.Random(seed)
    old = [rng.choice("abc\n") for _ in range(rng.randrange(60))]
    new = [line for line in old if rng.random() > 0.2]
    for _ in range(rng.randrange(6)):
        new.insert(rng.randrange(len(new) + 1), rng.choice("abcd"))
    before, after = ("\n".join(lines).encode() + b"\n" * rng.randrange(2) for lines in (old, new))
    (tmp_path / "x").write_bytes(before)
    text = diff({"x": before}, {"x": after})
    if before == after:
        assert "@@" not in text
        return
    subprocess.run(["patch", "-p1", "--binary", "-s", "-d", str(tmp_path)], input=text.encode(), check=True)
    path = tmp_path / "x"
    assert (path.read_bytes() if path.exists() else b"") == after


def test_no_change_no_diff(camp) -> None:
    """A value set to what it is, or set and set back, is no change."""
    editor = camp(FILES).editor()
    editor.set("users", "u1", "office", "west")
    editor.set("users", "u1", "office", "hq")
    assert editor.overlay == {}
    assert editor.diff() == ""
    editor.write()


def test_write_keeps_mode_and_leaves_nothing_behind(camp, tmp_path) -> None:
    """Content as the overlay said, rights as they were, no other files; a second write has nothing to do."""
    made = camp(FILES)
    (tmp_path / "campaign.yaml").chmod(0o640)
    editor = made.editor()
    change(editor)
    expected = editor.overlay
    editor.write()
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == expected
    assert stat.S_IMODE((tmp_path / "campaign.yaml").stat().st_mode) == 0o640
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(FILES)
    assert editor.overlay == {}
    editor.set("users", "u3", "office", "again")
    editor.write()


def test_a_link_stays_a_link(camp, tmp_path) -> None:
    """What it leads to is written."""
    made = camp(FILES)
    (tmp_path / "real").mkdir()
    (tmp_path / "campaign.yaml").rename(tmp_path / "real" / "main.txt")
    (tmp_path / "campaign.yaml").symlink_to("real/main.txt")
    editor = made.editor()
    change(editor)
    editor.write()
    assert (tmp_path / "campaign.yaml").is_symlink()
    assert b"office: field" in (tmp_path / "real" / "main.txt").read_bytes()


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_file_changed_meanwhile_is_not_overwritten(camp, tmp_path, how) -> None:
    """Refused, for all files."""
    made = camp(FILES)
    editor = made.editor()
    change(editor)
    if how == "changed":
        (tmp_path / "offices/west.yaml").write_text("users: {}\n")
    else:
        (tmp_path / "offices/west.yaml").unlink()
    with pytest.raises(StalePlan, match=r"offices/west.yaml.*somebody else"):
        editor.write()
    assert (tmp_path / "campaign.yaml").read_bytes() == made.files["campaign.yaml"]


@pytest.mark.parametrize(("call", "at"), [("replace", 1), ("replace", 2), ("open", 1), ("open", 2), ("fsync", 1), ("fsync", 3)])
def test_a_failure_on_the_way_changes_nothing(camp, tmp_path, monkeypatch, call, at) -> None:
    """Whether the first or the second file fails, at making, syncing or replacing: all files are as before, none is left over."""
    made = camp(FILES)
    editor = made.editor()
    change(editor)
    calls = 0

    def failing(real):
        def wrapper(*args, **kwargs):
            nonlocal calls
            if call != "open" or ".campctl" in str(args[0]):
                calls += 1
                if calls == at:
                    raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **kwargs)

        return wrapper

    with monkeypatch.context() as patch:
        owner = Path if call == "replace" else os
        patch.setattr(owner, call, failing(getattr(owner, call)))
        with pytest.raises(EditRefused, match="No space left") as caught:
            editor.write()
    assert "df -h" in caught.value.hint
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == made.files
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(FILES)
    editor.write()
    assert b"field" in (tmp_path / "campaign.yaml").read_bytes()


def test_an_overlay_is_edited_further(camp, tmp_path) -> None:
    """Edits upon edits that are not on the disk yet; the diff is against the disk."""
    first = camp(FILES).editor()
    first.set("users", "u1", "office", "west")
    second = Editor(tmp_path, first.overlay)
    assert second.overlay == first.overlay
    second.set("users", "u2", "office", "west")
    assert second.diff().count("+    office: west") == 2
    second.write()
    assert (tmp_path / "campaign.yaml").read_bytes().count(b"west") == 2


def test_a_file_that_is_no_text_is_named(camp) -> None:
    """Looked at only when what is sought was not found elsewhere."""
    made = camp({"campaign.yaml": "users:\n  ann: { name: A }\n", "bad.yaml": b"users:\n  bob: { name: \xff }\n"})
    assert "B" in made.edit(lambda editor: editor.set("users", "ann", "name", "B"))
    with pytest.raises(EditRefused, match=r"bad\.yaml.*not UTF-8"):
        made.edit(lambda editor: editor.set("users", "bob", "name", "B"))
