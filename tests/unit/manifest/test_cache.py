"""The warm cache gives the same campaign, notices every change, and is never trusted further than it goes."""

from __future__ import annotations

import os
import stat
from itertools import chain, repeat

import pytest

from campctl.findings import Ref
from campctl.findings.docs import BASE
from campctl.manifest import cache, sources
from campctl.manifest.load import load
from campctl.manifest.sources import Stamp


def age(folder) -> None:
    """Make the cache look written long after the files, and see to it that what is written from now on has another time than they have.

    File systems may tell times in ticks of some milliseconds, in which these tests would load a campaign and edit it.
    """
    probe = folder.parent / "probe"
    newest = max(path.stat().st_ctime_ns for path in folder.iterdir())
    probe.touch()
    while probe.stat().st_ctime_ns == newest:
        probe.touch()
    path = cache.path_of(folder)
    later = path.stat().st_mtime + 3600
    os.utime(path, (later, later))


def same_times(path, text) -> None:
    """Write another text of the same size and put the file's time back, as `cp -p` and rsync do."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_a_warm_load_is_equal(folder):
    """What comes from the cache is the same campaign, digest, findings and places."""
    (folder / "more.yaml").write_text(
        "users:\n  cal: { name: Cal Roe, office: hq, extension: 3003, role: ~ }\n"
        "surges:\n  s: { from: 2026-10-13T19:00, until: 2026-10-13T23:30, seats: { main: +1 } }\n"
    )
    cold = load(folder)
    age(folder)
    warm = load(folder)
    assert (cold.from_cache, warm.from_cache) == (False, True)
    assert warm.campaign == cold.campaign
    assert warm.findings == cold.findings
    assert [finding.code for finding in warm.findings][:1] == ["null-value"]
    assert (warm.digest, warm.files) == (cold.digest, cold.files)
    assert warm.where(Ref("users", "cal", "name")) == cold.where(Ref("users", "cal", "name")) is not None


def test_a_warm_load_needs_no_yaml(folder, monkeypatch):
    """From the cache nothing is parsed."""
    load(folder)
    age(folder)
    monkeypatch.setattr("campctl.manifest.load._read", lambda *_: pytest.fail("parsed"))
    assert load(folder).from_cache


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "campaign.yaml").write_text(BASE.replace("Ann Lee", "Ann Low")),
        lambda folder: (folder / "new.yaml").write_text("users: {}\n"),
        lambda folder: (folder / "roster.csv").write_text("id,name,office,extension\ncal,Cal Ray,hq,3003\n"),
        lambda folder: (folder / "roster.csv").unlink(),
        lambda folder: (folder / "people.yaml").rename(folder / "persons.yaml"),
        lambda folder: (folder / "campaign.yaml").unlink() or (folder / "campaign.yml").write_text(BASE),
        lambda folder: same_times(folder / "campaign.yaml", BASE.replace("Ann Lee", "Ann Low")),
        lambda folder: same_times(folder / "roster.csv", "id,name,office,extension\ncal,Cal Ray,hq,3003\n"),
    ],
    ids=["same size", "new file", "roster", "roster gone", "renamed", "other root", "times put back", "roster's times put back"],
)
@pytest.mark.parametrize("aged", [False, True])
def test_every_change_is_noticed(folder, change, aged):
    """A change of the same size, within the same second, a new file, a roster's change: none goes unnoticed."""
    (folder / "people.yaml").write_text("users: { from: roster.csv }\n")
    (folder / "roster.csv").write_text("id,name,office,extension\ncal,Cal Roe,hq,3003\n")
    before = load(folder)
    assert before.ok
    if aged:
        age(folder)
    change(folder)
    after = load(folder)
    assert not after.from_cache
    assert after.digest != before.digest


def test_touched_files_are_the_same(folder):
    """Times alone do not matter: the hash settles it."""
    load(folder)
    os.utime(folder / "campaign.yaml", (1, 1))
    assert load(folder).from_cache


@pytest.mark.parametrize("seconds", [0, 60])
def test_what_was_saved_while_reading_is_noticed(folder, monkeypatch, seconds):
    """On a file system that keeps whole seconds, a file saved again in the second it was read in is noticed, however long that took."""
    instant = 1_790_000_000 * 10**9
    real = sources.stamp_of

    def coarse(path, file):
        stamp = real(path, file)
        return stamp and Stamp(stamp.file, stamp.size, instant, instant)

    clock = chain((0, seconds * 10**9), repeat(0))
    monkeypatch.setattr(sources, "stamp_of", coarse)
    monkeypatch.setattr("campctl.manifest.load.time.monotonic_ns", lambda: next(clock))
    assert load(folder).ok
    written = instant + seconds * 10**9
    os.utime(cache.path_of(folder), ns=(written, written))
    (folder / "campaign.yaml").write_text(BASE.replace("Ann Lee", "Ann Low"))
    again = load(folder)
    assert not again.from_cache
    assert "Ann Low" in {user.name for user in again.campaign.users.values()}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set(folder, hours):
    """A file saved while the clock is an hour behind or ahead of the cache's is read anew."""
    load(folder)
    age(folder)
    (folder / "campaign.yaml").write_text(BASE.replace("Ann Lee", "Ann Low"))
    then = cache.path_of(folder).stat().st_mtime + hours * 3600
    os.utime(folder / "campaign.yaml", (then, then))
    assert not load(folder).from_cache


def test_errors_are_not_kept(folder):
    """A campaign with errors is read anew each time, and an older cache does not hide them."""
    load(folder)
    (folder / "bad.yaml").write_text("users:\n  cal: {}\n")
    assert not load(folder).ok
    assert not load(folder).from_cache


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:50],
        lambda data: data[:-1],
        lambda data: data[:-10] + bytes(10),
        lambda data: b"something else",
        lambda data: data[:23] + b"\xff\xff\xff\xff" + data[27:],
        lambda data: bytes(1000),
    ],
)
def test_a_damaged_cache_is_ignored(folder, damage):
    """A cache that is cut, changed or something else is read over and replaced."""
    load(folder)
    path = cache.path_of(folder)
    path.write_bytes(damage(path.read_bytes()))
    loaded = load(folder)
    assert not loaded.from_cache
    assert loaded.ok
    assert load(folder).from_cache


def test_a_cache_of_another_version_is_ignored(folder, monkeypatch):
    """Another campctl's cache is not used."""
    load(folder)
    monkeypatch.setattr(cache, "_VERSION", ["another"])
    assert not load(folder).from_cache


def test_another_persons_cache_is_ignored(folder, monkeypatch):
    """A cache that belongs to someone else is not used."""
    load(folder)
    monkeypatch.setattr(cache.os, "getuid", lambda: 4711)
    assert not load(folder).from_cache


def test_it_is_private(folder):
    """Folder 0700, file 0600, and git does not see it."""
    load(folder)
    path = cache.path_of(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    assert (path.parent / ".gitignore").read_text() == "*\n"
    assert sorted(entry.name for entry in path.parent.iterdir()) == [".gitignore", "manifest"]


def test_a_folder_that_cannot_be_written(folder, monkeypatch):
    """Without a place for the cache, loading goes on."""

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert load(folder).ok
    assert not load(folder).from_cache


def test_not_without_being_asked(folder):
    """With `cache` False nothing is written."""
    load(folder, cache=False)
    assert not (folder / ".campctl").exists()
