"""The exchange's file: private, several at once, and never overwritten when it is not ours or not well."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from campctl.backends.sim import console
from campctl.backends.sim.places import exchange_file
from campctl.errors import Refused, Unavailable
from campctl.model.resources import key_of
from campctl.testing.samples import LINE, OTHER_LINE, create, lines


def test_the_file_is_private(lab: Any) -> None:
    """Folder 0700, file 0600, and SQLite's own files beside it likewise."""
    backend = lab.found()
    assert stat.S_IMODE(lab.file.parent.stat().st_mode) == 0o700
    for path in lab.file.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    lab.run(backend.close)


def test_nothing_is_made_before_it_is_needed(lab: Any) -> None:
    """Opening does not touch the disk; the first look makes the file."""
    backend = lab.open()
    assert not lab.file.exists()
    lab.observe(backend)
    assert lab.file.exists()


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        ("local", "", ".campctl/sim-local.db"),
        ("../../evil", "", ".campctl/sim-..%2f..%2fevil.db"),
        ("local", "pbx/old.db", "pbx/old.db"),
        ("local", "/elsewhere/old.db", "/elsewhere/old.db"),
    ],
)
def test_where_it_is(tmp_path: Path, name: str, file: str, expected: str) -> None:
    """Below the campaign unless told otherwise, whatever the backend is called."""
    assert exchange_file(tmp_path, name, file) == tmp_path / expected


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is a shopping list, not a database" * 100)


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name)")
    connection.close()


def _newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def _bad_row(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE resource SET body = x'7b22' WHERE kind = 'line'")
    connection.commit()
    connection.close()


def _torn(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : len(content)] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "words"),
    [(_garbage, "damaged"), (_foreign, "something else"), (_newer, "newer campctl"), (_bad_row, "damaged"), (_torn, "damaged")],
)
def test_a_file_that_is_not_well_is_refused_and_left_alone(lab: Any, harm: Any, words: str) -> None:
    """What is damaged, foreign or newer is refused with the way out, by looks, writes and `check` alike; not a byte changes."""
    backend = lab.found()
    lab.close()
    if harm is _foreign:
        lab.file.unlink()
    harm(lab.file)
    before = lab.file.read_bytes()
    backend = lab.open()
    with pytest.raises(Refused, match=words) as caught:
        lab.observe(backend)
    assert caught.value.hint
    if harm is not _bad_row:
        with pytest.raises(Refused, match=words):
            lab.execute(backend, create(lines(1)[0]))
        probes = lab.run(backend.check)
        assert any(not probe.ok and probe.cure for probe in probes)
    lab.run(backend.close)
    assert lab.file.read_bytes() == before


def test_a_place_that_cannot_be_written_is_unavailable(lab: Any) -> None:
    """A file below something that is no folder: said plainly, by `check` too."""
    (lab.root / "taken").write_text("not a folder")
    backend = lab.open(file="taken/exchange.db")
    with pytest.raises(Unavailable):
        lab.observe(backend)
    (probe, _) = lab.run(backend.check)
    assert not probe.ok


def test_a_full_disk_does_nothing_and_says_so(lab: Any) -> None:
    """When there is no room the whole batch is undone, reads go on, and it works again when there is room."""
    backend = lab.found()
    connection = backend._database.connect()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    before = lab.observe(backend)
    with pytest.raises(Unavailable, match="full"):
        lab.execute(backend, *map(create, lines(100)))
    assert lab.observe(backend).resources == before.resources
    connection.execute("PRAGMA max_page_count = 1000000")
    assert all(outcome.error is None for outcome in lab.execute(backend, *map(create, lines(100))))


def test_who_finds_it_busy_waits_for_its_turn(lab: Any) -> None:
    """While another process writes, looks go on, a write waits without holding up anybody else, and is done after."""
    backend = lab.found()
    other = sqlite3.connect(lab.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def main() -> list[Any]:
        writing = asyncio.create_task(backend.execute([create(lines(1)[0])]))
        for _ in range(5):
            await asyncio.sleep(0.01)
            assert len((await backend.observe()).resources) == 6
            assert not writing.done()
        other.execute("COMMIT")
        return [*await writing, await backend.observe()]

    outcome, snapshot = lab.run(main)
    other.close()
    assert outcome.error is None
    assert key_of(lines(1)[0]) in snapshot.resources


def test_who_waited_too_long_did_nothing(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who never finishes writing makes it unavailable, in words."""
    monkeypatch.setattr("campctl.backends.sim.database.BUSY_SECONDS", 0.05)
    backend = lab.found()
    other = sqlite3.connect(lab.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="busy by another process"):
        lab.execute(backend, create(lines(1)[0]))
    other.execute("ROLLBACK")
    other.close()
    assert key_of(lines(1)[0]) not in lab.observe(backend).resources


def test_a_closed_connection_says_so(lab: Any) -> None:
    """After close, requests are unavailable and the file is let go."""
    backend = lab.found()
    lab.run(backend.close)
    with pytest.raises(Unavailable, match="closed"):
        lab.observe(backend)


_WORKER = """
import asyncio, sys
from pathlib import Path
from campctl.backends.sim import factory
from campctl.model.campaign import BackendSpec
from campctl.ports.backend import BackendEnv
from campctl.testing import FakeClock
from campctl.testing.samples import FOUNDATION, create, lines

async def main(root, forever):
    backend = factory.open(BackendSpec("local", "sim", {"batch": 10}), BackendEnv(Path(root), FakeClock(), str))
    await backend.execute([create(resource) for resource in FOUNDATION])
    won, number = 0, 0
    while number < 20 or forever:
        batch = lines(10, first_extension=20_000 + 10 * number)
        batch = [type(line)(f"{line.id}-{number}", line.extension, line.name, location=line.location) for line in batch]
        won += sum(outcome.error is None for outcome in await backend.execute([create(line) for line in batch]))
        number += 1
        if forever and number == 3:
            print("at work", flush=True)
    await backend.close()
    print(won)

asyncio.run(main(sys.argv[1], len(sys.argv) > 2))
"""


def test_several_processes_share_one_exchange(lab: Any) -> None:
    """Three processes that make the file and create the same 200 lines at once: each line is accepted exactly once."""
    workers = [subprocess.Popen([sys.executable, "-c", _WORKER, str(lab.root)], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    won = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert all(worker.returncode == 0 for worker in workers)
    assert sum(won) == 200
    assert len(lab.observe(lab.open()).resources) == 206
    done = [operation.key for operation in console.log(lab.file) if operation.result == "done"]
    assert len(done) == len(set(done)) == 206


def test_kill_leaves_whole_batches(lab: Any) -> None:
    """A process killed at work leaves a sound file in which every batch is whole."""
    worker = subprocess.Popen([sys.executable, "-c", _WORKER, str(lab.root), "forever"], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "at work\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    backend = lab.open()
    assert all(probe.ok for probe in lab.run(backend.check))
    count = len(lab.observe(backend).resources) - 6
    assert count >= 30
    assert count % 10 == 0


def test_check_says_what_is_there(lab: Any) -> None:
    """A healthy exchange: five probes, all well, with counts and mode."""
    backend = lab.found()
    probes = {probe.name: probe for probe in lab.run(backend.check)}
    assert sorted(probes) == ["clock", "faults", "file", "integrity", "space"]
    assert "mode 0600" in probes["file"].detail
    assert "2 of line" in probes["integrity"].detail


def test_check_finds_what_is_wrong(lab: Any) -> None:
    """A file others can read, a clock that went back, faults that are on: each with its cure."""
    backend = lab.found(fail_every=3)
    lab.file.chmod(0o644)
    lab.clock.set_back(7200)
    probes = {probe.name: probe for probe in lab.run(backend.check)}
    assert {name for name, probe in probes.items() if not probe.ok} == {"clock", "faults", "file"}
    assert all(probe.cure for probe in probes.values() if not probe.ok)
    assert "fail every 3" in probes["faults"].detail


def test_a_secret_is_kept_as_a_salted_hash(lab: Any) -> None:
    """The right secret is recognised, another is not, none stands in the file; a new line has one nobody knows."""
    backend = lab.found()
    lab.run(lambda: backend.set_secret(LINE.id, "made-up-secret-0123456789"))
    assert console.verify_secret(lab.file, LINE.id, "made-up-secret-0123456789")
    assert not console.verify_secret(lab.file, LINE.id, "made-up-secret-0123456780")
    assert not console.verify_secret(lab.file, "user/nobody", "made-up-secret-0123456789")
    connection = sqlite3.connect(lab.file)
    sealed = [row[0] for row in connection.execute("SELECT secret FROM resource WHERE kind = 'line'")]
    connection.close()
    assert all(len(secret) == 48 for secret in sealed)
    assert len(set(sealed)) == len(sealed) == 2
    lab.run(backend.close)
    for path in lab.file.parent.iterdir():
        assert b"made-up-secret" not in path.read_bytes()


def test_rows_are_plain_json(lab: Any) -> None:
    """What is kept can be read with nothing but sqlite3 and JSON."""
    lab.found()
    connection = sqlite3.connect(lab.file)
    body = connection.execute("SELECT body FROM resource WHERE id = ?", (LINE.id,)).fetchone()[0]
    connection.close()
    assert json.loads(body)["name"] == LINE.name
    assert key_of(LINE).kind == json.loads(body)["kind"]


def test_equal_secrets_do_not_look_equal(lab: Any) -> None:
    """Two lines with one secret have different hashes: each has a salt of its own."""
    backend = lab.found()
    for line in (LINE.id, OTHER_LINE.id):
        lab.run(lambda line=line: backend.set_secret(line, "made-up-secret-0123456789"))
    connection = sqlite3.connect(lab.file)
    sealed = {row[0] for row in connection.execute("SELECT secret FROM resource WHERE kind = 'line'")}
    connection.close()
    assert len(sealed) == 2
    assert all(console.verify_secret(lab.file, line, "made-up-secret-0123456789") for line in (LINE.id, OTHER_LINE.id))


def test_many_secrets_take_few_requests(lab: Any) -> None:
    """As many in one as changes; each line has its own, and those there are not are named."""
    backend = lab.found()
    wanted = {line.id: f"made-up-{n:04}" for n, line in enumerate(lines(25))}
    lab.run(lambda: backend.execute([create(line) for line in lines(25)]))
    before, batch = backend.requests["ok"], backend.capabilities.batch
    assert lab.run(lambda: backend.set_secrets({**wanted, "user/nobody": "made-up"})) == ["user/nobody"]
    assert backend.requests["ok"] - before == -(-26 // batch)
    assert all(console.verify_secret(lab.file, line, secret) for line, secret in wanted.items())


def test_the_file_forgets_what_it_no_longer_needs(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that arrived, what a restart can no longer lose, and the oldest of the log go with later writes."""
    monkeypatch.setattr("campctl.backends.sim.requests.LOG_KEEP", 5)
    backend = lab.found(propagation="2s")
    lab.execute(backend, *map(create, lines(20)))
    connection = sqlite3.connect(lab.file, isolation_level=None)
    connection.execute("UPDATE state SET calls = 999")
    lab.clock.advance(120)
    lab.execute(backend, create(lines(21)[20]))
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("seen", "undo", "operation")]
    connection.close()
    assert counts == [1, 1, 5]
