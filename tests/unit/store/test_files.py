"""The embedded store's files: private, made whole or not at all, and clear errors on a bad day."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campctl.errors import Exit, StoreCorrupt, StoreError, StoreTooNew
from campctl.model.records import AuditEntry, JournalEntry, Owned, Run
from campctl.model.resources import Line, key_of
from campctl.store import open_store
from campctl.store.store import SqlStore
from campctl.testing import FakeClock

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
CLOCK = FakeClock(NOW)


def filled(root: Path) -> Path:
    """A store with a little of everything; its path."""
    with open_store(root, clock=CLOCK) as store:
        store.begin_run(Run(id="r1", started=NOW, author="ann", command="campctl apply", plan=b"x" * 20_000))
        lines = [Line(f"user/u{number}", "3001", "Ann") for number in range(200)]
        entries = [JournalEntry(run="r1", change=line.id, state="live", at=NOW) for line in lines]
        store.record(entries, [Owned("local", key_of(line), line, "r1") for line in lines])
        store.append_audit(AuditEntry(at=NOW, who="ann", what="apply"))
    return root / ".campctl" / "store.db"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o377, 0o777], indirect=True, ids=oct)
@pytest.mark.usefixtures("umask")
def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    """Folder 0700; store, write-ahead log and shared memory 0600; nothing else is left lying about."""
    with open_store(tmp_path, clock=CLOCK) as store:
        store.append_audit(AuditEntry(at=NOW, who="ann", what="x"))
        folder = tmp_path / ".campctl"
        assert mode(folder) == 0o700
        assert {path.name: mode(path) for path in folder.iterdir()} == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert [path.name for path in folder.iterdir()] == ["store.db"]


def test_files_that_became_readable_for_others_are_made_private_again(tmp_path: Path) -> None:
    """A copy with cp or a checkout may have loosened them."""
    path = filled(tmp_path)
    path.chmod(0o664)
    path.parent.chmod(0o755)
    open_store(tmp_path, clock=CLOCK).close()
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_two_that_make_it_on_a_disk_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second does not put a new file over the first one's, into which something was written already."""

    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    usual, others = Path.rename, list[threading.Thread]()

    def writes(who: str) -> None:
        with open_store(tmp_path, clock=CLOCK) as store:
            store.append_audit(AuditEntry(at=NOW, who=who, what="apply"))

    def late(path: Path, target: Path) -> Path:
        if not others:
            others.append(threading.Thread(target=writes, args=("bo",)))
            others[0].start()
            others[0].join(0.2)  # it has made its own by now, or waits for us
        return usual(path, target)

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    monkeypatch.setattr(Path, "rename", late)
    writes("ann")
    others[0].join()
    with open_store(tmp_path, clock=CLOCK) as store:
        assert sorted(entry.who for entry in store.audit()) == ["ann", "bo"]
        assert store.verify_audit() == 2


@pytest.mark.parametrize("name", ["plain", "with blank", "50%?#&mode=ro"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    """Characters that mean something in SQLite's file addresses are only characters."""
    root = tmp_path / name
    root.mkdir()
    path = filled(root)
    assert path.exists()
    assert [path.name for path in root.iterdir()] == [".campctl"]


def test_commits_are_durable(tmp_path: Path) -> None:
    """WAL with synchronous=FULL (2) and foreign keys on, on every connection."""
    with open_store(tmp_path, clock=CLOCK) as store:
        answers = [store._db.execute(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert answers == [[("wal",)], [(2,)], [(1,)]]


@pytest.mark.parametrize("options", [{"create": False}, {"read_only": True}])
def test_a_reading_command_makes_no_store(tmp_path: Path, options: dict[str, bool]) -> None:
    """An empty store in memory answers; writing to it is refused in words, not lost in silence."""
    with open_store(tmp_path, clock=CLOCK, **options) as store:
        assert store.runs() == []
        assert store.owned("local") == {}
        assert store.holder() is None
        assert store.verify_audit() == 0
        with pytest.raises(StoreError, match="no store yet"):
            store.append_audit(AuditEntry(at=NOW, who="ann", what="x"))
    assert list(tmp_path.iterdir()) == []


def test_without_create_an_existing_store_is_opened_for_writing(tmp_path: Path) -> None:
    """`create=False` is about making one, not about writing."""
    filled(tmp_path)
    with open_store(tmp_path, clock=CLOCK, create=False) as store:
        store.append_audit(AuditEntry(at=NOW, who="ann", what="again"))
        assert store.verify_audit() == 2


def test_read_only_reads_and_refuses_to_write(tmp_path: Path) -> None:
    """Everything can be read, the chain verified; a write is refused with its cure."""
    filled(tmp_path)
    with open_store(tmp_path, clock=CLOCK, read_only=True) as store:
        assert len(store.owned_keys("local")) == 200
        assert store.verify_audit() == 1
        assert store.check() == []
        with pytest.raises(StoreError, match="may only be read"):
            store.append_audit(AuditEntry(at=NOW, who="ann", what="x"))


def test_the_campaign_may_name_another_folder(tmp_path: Path) -> None:
    """`store: state/phones` in campaign.yaml; a database of another kind is refused with what to do."""
    open_store(tmp_path, "state/phones", clock=CLOCK).close()
    assert mode(tmp_path / "state" / "phones") == 0o700
    with pytest.raises(StoreError, match="no kind of store called `mysql`") as caught:
        open_store(tmp_path, "mysql://db.example.org/campaign", clock=CLOCK)
    assert "postgresql://" in caught.value.hint
    assert "db.example.org" not in caught.value.message


# Damage


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(8192))


def words(path: Path) -> None:
    path.write_text("campaign:\n  name: not a database\n" * 100)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def less_a_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def head_only(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (id)")
    connection.close()


@pytest.mark.parametrize("read_only", [False, True], ids=["write", "read"])
@pytest.mark.parametrize("harm", [nothing, garbage, words, half, less_a_page, head_only, foreign], ids=lambda harm: harm.__name__)
def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, harm: object, read_only: bool) -> None:
    """Opening says which file, that nothing was overwritten, and the way out; its bytes are the same afterwards."""
    path = filled(tmp_path)
    harm(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(StoreCorrupt) as caught:
        open_store(tmp_path, clock=CLOCK, read_only=read_only)
    assert path.read_bytes() == before
    assert str(path) in caught.value.message
    assert "mv " in caught.value.hint
    assert caught.value.exit is Exit.STORE
    if harm is not foreign:
        assert "campctl adopt" in caught.value.hint
        assert "audit log" in caught.value.hint


def test_the_way_out_of_damage_works(tmp_path: Path) -> None:
    """The hint's commands, run as they stand, lead to a fresh store with the damaged one kept."""
    path = filled(tmp_path)
    half(path)
    with pytest.raises(StoreCorrupt) as caught:
        open_store(tmp_path, clock=CLOCK)
    command = caught.value.hint.split("(", 1)[1].split("),", 1)[0]
    subprocess.run(["sh", "-c", command], check=True)
    open_store(tmp_path, clock=CLOCK).close()
    assert (path.parent / "damaged" / "store.db").exists()


def test_damage_inside_a_page_is_found_by_check(tmp_path: Path) -> None:
    """The file opens, but `check` tells; what can no longer be read is StoreCorrupt, not a traceback."""
    path = filled(tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as database:
        pages = [
            page - 1 for (page,) in database.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name IN ('owned', 'runs', 'journal')")
        ]
    raw = bytearray(path.read_bytes())
    for page in pages:
        raw[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(raw)
    with open_store(tmp_path, clock=CLOCK) as store:
        with contextlib.suppress(StoreCorrupt):
            assert store.check()
        with pytest.raises(StoreCorrupt):
            store.owned("local")


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("UPDATE owned SET value = '{}'", lambda store: store.owned("local")),
        ('UPDATE owned SET value = \'{"kind":"pigeon"}\'', lambda store: store.owned("local")),
        ("UPDATE owned SET value = x'00ff'", lambda store: store.owned("local")),
        ("UPDATE runs SET started = 'noon'", lambda store: store.runs()),
        ("UPDATE runs SET status = 'asleep'", lambda store: store.runs()),
        ("UPDATE runs SET counts = '[]'", lambda store: store.run("r1")),
        ("UPDATE journal SET state = 'odd'", lambda store: store.journal("r1")),
        ("INSERT INTO overrides VALUES (1, 'o', 'nonsense')", lambda store: store.overrides()),
    ],
)
def test_a_value_that_cannot_be_read_is_damage(tmp_path: Path, sql: str, read: object) -> None:
    """Somebody edited the database by hand: StoreCorrupt, with the way out."""
    filled(tmp_path)
    with open_store(tmp_path, clock=CLOCK) as store:
        store._db.execute(sql)
        with pytest.raises(StoreCorrupt) as caught:
            read(store)  # type: ignore[operator]
    assert caught.value.hint


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """A newer campctl's store is not touched, and the error says who can read it."""
    path = filled(tmp_path)
    with open_store(tmp_path, clock=CLOCK) as store:
        store._db.execute("INSERT INTO migrations VALUES (99, 'from the future', '2027-01-01')")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreTooNew, match="schema is 99") as caught:
            open_store(tmp_path, clock=CLOCK, read_only=read_only)
        assert "newer campctl" in caught.value.hint
    assert path.read_bytes() == before


# Full and read-only


def contents(store: SqlStore) -> tuple[int, int, int]:
    return len(store.journal("r1")), len(store.owned_keys("local")), store.verify_audit()


def write_until_refused(store: SqlStore) -> StoreError:
    for number in range(10_000):
        entries = [JournalEntry(run="r1", change=f"{number}-{one}", state="pending", at=NOW, error="x" * 200) for one in range(100)]
        try:
            store.record(entries)
        except StoreError as error:
            return error
    raise AssertionError("it never filled up")


def test_a_full_database_keeps_what_it_has(tmp_path: Path) -> None:
    """SQLITE_FULL (by PRAGMA max_page_count): cause and cure, no half commit, and it goes on when there is room."""
    filled(tmp_path)
    with open_store(tmp_path, clock=CLOCK) as store:
        pages = store._db.execute("PRAGMA page_count")[0][0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 20}")
        error = write_until_refused(store)
        assert "the disk is full" in error.message
        assert "still there" in error.message
        assert "df -h" in error.hint
        lines, owned, audited = contents(store)
        assert (lines % 100, owned, audited) == (0, 200, 1)
        store._db.execute("PRAGMA max_page_count = 100000")
        store.record([JournalEntry(run="r1", change="more", state="pending", at=NOW)])
        assert len(store.journal("r1")) == lines + 1
        assert store.check() == []


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A real disk of 400 KiB, where the system lets us have one."""
    place = Path(tempfile.mkdtemp())
    made = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not made:
        place.rmdir()
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)
    place.rmdir()


def test_a_really_full_disk(small_disk: Path) -> None:
    """The same on a file system that runs out of room: after some is freed, all that was returned is there."""
    filled(small_disk)
    with open_store(small_disk, clock=CLOCK) as store:
        error = write_until_refused(store)
        assert "the disk is full" in error.message
        lines, owned, audited = contents(store)
        assert (lines % 100, owned, audited) == (0, 200, 1)
        assert store.check() == []


def test_a_store_is_not_half_made_on_a_full_disk(small_disk: Path) -> None:
    """Making one fails with cause and cure, leaves no half file, and works once there is room."""
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    with pytest.raises(StoreError, match="the disk is full"):
        open_store(small_disk, clock=CLOCK)
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == ["ballast"]
    ballast.unlink()
    filled(small_disk)


def test_a_read_only_disk(small_disk: Path) -> None:
    """Mounted read-only: reading works, making or opening for writing says so."""
    filled(small_disk)
    (small_disk / "other").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with open_store(small_disk, clock=CLOCK, read_only=True) as store:
        assert contents(store) == (200, 200, 1)
    for root in (small_disk, small_disk / "other"):
        with pytest.raises(StoreError, match=r"only be read|cannot be opened") as caught:
            open_store(root, clock=CLOCK)
        assert "ls -la" in caught.value.hint


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of one who is not root, and the test running as that one: root may write anywhere."""
    place = Path(tempfile.mkdtemp())
    user = os.geteuid()
    if user == 0:
        os.chown(place, 65534, 65534)
        os.seteuid(65534)
    yield place
    if user == 0:
        os.seteuid(0)
    shutil.rmtree(place)


def test_a_read_only_folder(nobody: Path) -> None:
    """Without a store yet: StoreError with cause and cure. With one: reading works, writing says why not."""
    nobody.chmod(0o500)
    with pytest.raises(StoreError, match="refuses access") as caught:
        open_store(nobody, clock=CLOCK)
    assert "ls -la" in caught.value.hint
    nobody.chmod(0o700)
    path = filled(nobody)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    with open_store(nobody, clock=CLOCK, read_only=True) as store:
        assert contents(store) == (200, 200, 1)
    with pytest.raises(StoreError) as caught, open_store(nobody, clock=CLOCK) as store:
        store.append_audit(AuditEntry(at=NOW, who="ann", what="x"))
    assert type(caught.value) is StoreError
    assert str(path) in caught.value.message
    assert caught.value.hint
    path.parent.chmod(0o700)
    path.chmod(0o600)
    with open_store(nobody, clock=CLOCK) as store:
        assert contents(store) == (200, 200, 1)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """A StoreError, not a traceback."""
    (tmp_path / ".campctl").write_text("")
    with pytest.raises(StoreError):
        open_store(tmp_path, clock=CLOCK)


def test_a_writer_that_hangs_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `BUSY_SECONDS` a second writer hears that another process is writing, and what to look for."""
    monkeypatch.setattr("campctl.store.sqlite.BUSY_SECONDS", 0.05)
    path = filled(tmp_path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_store(tmp_path, clock=CLOCK) as store:
        with pytest.raises(StoreError, match="another process has been writing") as caught:
            store.append_audit(AuditEntry(at=NOW, who="ann", what="x"))
        assert "fuser" in caught.value.hint
        assert len(store.runs()) == 1, "readers do not wait"
        other.execute("ROLLBACK")
        store.append_audit(AuditEntry(at=NOW, who="ann", what="x"))
    other.close()


def test_opening_loads_no_sqlite_before_it_is_called() -> None:
    """Importing campctl.store must not cost a command that never opens it."""
    code = "import campctl.store, sys; print(sorted({'sqlite3', 'hashlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
