"""The store on a bad day: damaged, newer, read-only, on a full disk. A clear error with the way out; nothing is overwritten."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def store(camp: Any) -> Path:
    return camp.root / ".campctl" / "store.db"


def forget_the_log(camp: Any) -> None:
    for suffix in ("-wal", "-shm"):
        store(camp).with_name("store.db" + suffix).unlink(missing_ok=True)


DAMAGED = {
    "noise": b"\x00\xffnoise" * 4096,
    "text": b"not a database\n" * 500,
    "empty": b"",
    "half a header": b"SQLite format 3\x00" + b"\x10\x00",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged(camp, name) -> None:
    """Exit 10, what is lost with it and the way out; neither store, exchange nor YAML is touched."""
    forget_the_log(camp)
    store(camp).write_bytes(DAMAGED[name])
    before, yaml, things = camp.calls(), camp.read("people.yaml"), camp.resources()
    for argv in (["plan"], ["apply", "--yes"], ["move", "ann.lee", "--to", "phoenix-field", "--yes"], ["history"], ["audit", "verify"]):
        answer = camp.do(*argv, "-o", "json")
        assert answer.status == 10, (argv, answer.out)
        (error,) = answer.json["errors"]
        assert error["code"] == "store-corrupt"
        assert "Nothing was overwritten" in error["message"]
        assert "campctl adopt" in error["hint"]
        assert store(camp).read_bytes() == DAMAGED[name]
    assert (camp.calls(), camp.read("people.yaml"), camp.resources()) == (before, yaml, things)
    camp.do("validate").ok()


def test_the_way_out_of_a_damaged_store(camp) -> None:
    """What the hint says works: moved aside, `adopt --all` takes the phones in again, and there is nothing left to do."""
    before = camp.resources()
    forget_the_log(camp)
    store(camp).write_bytes(b"noise" * 999)
    store(camp).rename(camp.root / "damaged.db")
    assert camp.do("apply", "--yes").status == 5
    camp.do("adopt", "--all", "--yes").ok()
    assert camp.resources() == before
    camp.settled()


def test_a_page_of_it_damaged(camp) -> None:
    """Damage inside is found by `store check` or by who reads it, as exit 10 and never as a traceback."""
    forget_the_log(camp)
    data = bytearray(store(camp).read_bytes())
    for at in range(4096 * 2, len(data), 4096):
        data[at : at + 512] = b"\xa5" * 512
    store(camp).write_bytes(data)
    answer = camp.do("store", "check", "-o", "json")
    assert answer.status == 10
    applied = camp.do("apply", "--yes", "-o", "json")
    assert applied.status == 10
    assert "Traceback" not in applied.err
    assert store(camp).read_bytes() == bytes(data)


def test_newer(camp) -> None:
    """A store that a newer campctl wrote: exit 10, says so, and leaves it as it is."""
    connection = sqlite3.connect(store(camp))
    with connection:
        table = next(name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if "migration" in name)
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        row = list(connection.execute(f"SELECT * FROM {table} ORDER BY 1 DESC").fetchone())
        row[columns.index("number")] += 1000
        row[columns.index("name")] = "from_the_future"
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    connection.close()
    before = store(camp).read_bytes()
    for argv in (["plan"], ["apply", "--yes"], ["override", "list"]):
        answer = camp.do(*argv, "-o", "json")
        assert answer.status == 10
        assert answer.json["errors"][0]["code"] == "store-too-new"
        assert "newer" in answer.json["errors"][0]["message"]
    assert store(camp).read_bytes() == before


@pytest.fixture
def tiny(tmp_path) -> Iterator[Path]:
    """A disk of 6 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        assert not (os.geteuid() == 0 and os.environ.get("CI")), f"CI has to mount a small disk: {mounted.stderr!r}"
        pytest.skip("mounting a small disk takes root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def copied(camp: Any, place: Path) -> Any:
    """The campaign, on another disk."""
    import shutil

    return type(camp)(Path(shutil.copytree(camp.root, place / "campaign")))


def fill(place: Path, leave: int = 0) -> Path:
    """Fill the disk but for `leave` bytes."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    if leave:
        os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


def test_full_disk(camp, tiny) -> None:
    """Exit 10 saying the disk is full; nothing is sent that could not be written down first; with room, all goes on."""
    full = copied(camp, tiny)
    calls, things = full.calls(), full.resources()
    full.do("plan").ok()
    filler = fill(tiny)
    for argv in (["port", "light", "chicago-hq/a001", "--yes"], ["move", "ann.lee", "--to", "phoenix-field", "--yes"]):
        answer = full.do(*argv, "-o", "json")
        assert answer.status in {3, 10}, answer.out
        words = answer.json["errors"][0]["message"] + answer.json["errors"][0]["hint"]
        assert "full" in words or "space" in words.lower(), words
    filler.unlink()
    assert full.calls() == calls
    assert full.resources() == things
    assert full.read("people.yaml") == camp.read("people.yaml")
    full.settled()
    full.do("port", "light", "chicago-hq/a001", "--yes").ok()
    full.settled()


def test_the_disk_fills_in_the_middle(make, tiny) -> None:
    """Room for a part of the run only: it stops with a clear error, and with room again the next apply ends it."""
    camp = make(apply=False)
    fine = make(name="fine").resources()
    part = copied(camp, tiny)
    for leave in (150_000, 250_000, 350_000):
        filler = fill(tiny, leave)
        # A process of its own: a lock that could not be given back must be free once its holder has ended.
        answer = part.run("apply", "--yes", "-o", "json")
        assert answer.status in {0, 8, 9, 10}, answer.out
        assert "Traceback" not in answer.err
        assert "fault in campctl" not in answer.out
        filler.unlink()
    part.do("apply", "--yes").ok()
    assert part.resources() == fine
    part.settled()


def test_read_only_disk(camp, tiny) -> None:
    """Looking works on a read-only disk; changing is exit 10 with what to do."""
    still = copied(camp, tiny)
    subprocess.run(["mount", "-o", "remount,ro", str(tiny)], check=True)
    try:
        for argv in (["history"], ["user", "list"], ["override", "list"], ["audit", "verify"]):
            still.do(*argv).ok()
        for argv in (["port", "light", "chicago-hq/a001", "--yes"], ["apply", "--yes"]):
            answer = still.do(*argv, "-o", "json")
            assert answer.status in {9, 10}, answer.out
            assert answer.json["errors"][0]["hint"]
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(tiny)], check=True)
    still.settled()


def test_a_home_without_keyring(camp, tmp_path) -> None:
    """No keyring, no HOME, no login name: what needs none of them works."""
    env = {"HOME": str(tmp_path / "nowhere"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "CAMPCTL_USER": "", "USER": ""}
    for argv in (["plan"], ["port", "light", "chicago-hq/a001", "--yes"], ["backend", "list"], ["backend", "login", "local"]):
        camp.run(*argv, env=env).ok()
