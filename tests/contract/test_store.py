"""The store's contract: one suite, run on every implementation."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from campctl.errors import AuditBroken, LockHeld, LockLost, NotFound, StoreError
from campctl.model.campaign import SeatChange
from campctl.model.records import AuditEntry, Holder, JournalEntry, Override, Owned, Run
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, key_of
from campctl.ports.store import Store
from campctl.store import open_store
from campctl.store.marks import set_mark
from campctl.store.store import SqlStore
from campctl.testing import FakeClock

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
HOST = "hq-1.example.org"
Open = Callable[[], Store]


def sqlite_url(_request: pytest.FixtureRequest) -> str:
    """The embedded store, found by the campaign's folder alone."""
    return ""


def postgres_url(request: pytest.FixtureRequest) -> str:
    """A shared one, which takes the tests' word for what time it is (test_shared_store.py has it look at its own clock)."""
    from campctl.store.postgres import PostgreSQL

    place = request.getfixturevalue("postgres")
    monkeypatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setenv("PGPASSWORD", place.password)
    monkeypatch.setattr(PostgreSQL, "time", lambda _self, given: given)
    return f"{place.url}?schema=campctl_contract"


IMPLEMENTATIONS = [pytest.param(sqlite_url, id="sqlite"), pytest.param(postgres_url, id="postgresql", marks=pytest.mark.live)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW, auto=False)


@pytest.fixture(params=IMPLEMENTATIONS)
def url(request: pytest.FixtureRequest) -> str:
    return str(request.param(request))


@pytest.fixture
def opened(tmp_path: Path, url: str, clock: FakeClock) -> Iterator[Open]:
    """Opens the same store again and again; closes what the test left open."""
    stores: list[Store] = []

    def again() -> Store:
        stores.append(open_store(tmp_path, url, clock=clock))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Open) -> Store:
    return opened()


def child(code: str, tmp_path: Path, url: str) -> subprocess.Popen[str]:
    """A process of its own with the same store open as `store`; it and the test talk in lines."""
    head = f"""
import sys, os, time
from datetime import UTC, datetime
from pathlib import Path
from campctl.store import open_store
from campctl.store.marks import set_mark
from campctl.store.store import SqlStore
from campctl.errors import LockHeld
from campctl.model.records import AuditEntry, Holder, JournalEntry, Run
class Clock:
    def now(self): return datetime.now(UTC)
    def monotonic(self): return time.monotonic()
    async def sleep(self, seconds): raise NotImplementedError
store = open_store(Path({str(tmp_path)!r}), {url!r}, clock=Clock())
def say(*words): print(*words, flush=True)
"""
    return subprocess.Popen([sys.executable, "-c", head + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> str:
    """Let it finish; what it still had to say."""
    out, _ = process.communicate(timeout=120)
    return out


def run(run_id: str = "r1", **fields: object) -> Run:
    return msgspec.structs.replace(Run(id=run_id, started=NOW, author="ann", command="campctl apply"), **fields)


def entry(change: str, state: str = "pending", **fields: object) -> JournalEntry:
    return msgspec.structs.replace(JournalEntry(run="r1", change=change, state=state, at=NOW), **fields)  # type: ignore[arg-type]


def holder(token: str, **fields: object) -> Holder:
    made = Holder(token=token, who="ann", host=HOST, pid=os.getpid(), command="campctl apply", since=NOW, beat=NOW)
    return msgspec.structs.replace(made, **fields)


def line(name: str, extension: str = "3001") -> Line:
    return Line(id=f"user/{name}", extension=extension, name=name)


# Runs and journal


def test_a_run_comes_back_as_it_went_in(opened: Open) -> None:
    """Every field of a run, its plan byte for byte, survives closing and opening."""
    first = opened()
    before = run(reason="Debate — “night”", plan=bytes(range(256)) * 20, undoes="r0", counts={"live": 2, "failed": 1})
    first.begin_run(before)
    first.close()
    assert opened().run("r1") == before


def test_finish_replaces_status_end_and_counts(store: Store) -> None:
    """Finishing changes those three and nothing else."""
    store.begin_run(run(plan=b"{}", reason="why"))
    store.finish_run(run(status="partial", ended=NOW + timedelta(minutes=1), counts={"live": 1}, plan=b"other", reason="other"))
    assert store.run("r1") == run(status="partial", ended=NOW + timedelta(minutes=1), counts={"live": 1}, plan=b"{}", reason="why")


def test_runs_newest_first_without_plans_even_when_the_clock_went_back(store: Store) -> None:
    """Newest means begun last; plans are left out of lists."""
    for number, hour in enumerate((0, 2, -5)):
        store.begin_run(run(f"r{number}", started=NOW + timedelta(hours=hour), plan=b"big"))
    assert [one.id for one in store.runs()] == ["r2", "r1", "r0"]
    assert [one.id for one in store.runs(2)] == ["r2", "r1"]
    assert {one.plan for one in store.runs()} == {b""}


def test_unfinished_runs_oldest_first_with_plans(store: Store) -> None:
    """What a resume needs: running and interrupted ones, with what they were to do."""
    for number, status in enumerate(("running", "done", "interrupted", "partial", "failed")):
        store.begin_run(run(f"r{number}", plan=b"p%d" % number))
        store.finish_run(run(f"r{number}", status=status))
    assert [(one.id, one.plan) for one in store.unfinished()] == [("r0", b"p0"), ("r2", b"p2")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("20261001-aa", "20261001-aa"),
        ("20261001-aab", "20261001-aab"),
        ("20261002", "20261002-b"),
        ("%", None),
        ("_0261002", None),
        ("", None),
    ],
)
def test_run_by_id_or_prefix(store: Store, asked: str, found: str | None) -> None:
    """An exact id wins over longer ones; a prefix of one run finds it; wildcards are no wildcards."""
    for one in ("20261001-aa", "20261001-aab", "20261002-b"):
        store.begin_run(run(one))
    if found:
        assert store.run(asked).id == found
    else:
        with pytest.raises(NotFound):
            store.run(asked)


def test_an_ambiguous_prefix_names_the_candidates(store: Store) -> None:
    """Nothing is guessed."""
    for one in ("ra1", "ra2"):
        store.begin_run(run(one))
    with pytest.raises(NotFound, match=r"ra2, ra1") as caught:
        store.run("ra")
    assert caught.value.hint


def test_unknown_and_repeated_runs_are_refused(store: Store) -> None:
    """A run begins once, and only what began can end."""
    store.begin_run(run(plan=b"first"))
    with pytest.raises(StoreError, match="already a run r1"):
        store.begin_run(run(plan=b"second"))
    with pytest.raises(NotFound):
        store.finish_run(run("r2"))
    assert store.run("r1").plan == b"first"


def test_journal_keeps_the_order_of_writing(store: Store) -> None:
    """Sequence numbers rise over all runs, whatever the times say."""
    store.begin_run(run())
    store.begin_run(run("r2"))
    store.record([entry("a", at=NOW), entry("b", at=NOW - timedelta(hours=1))])
    store.record([entry("c", run="r2")])
    store.record([entry("a", "failed", attempt=3, error="no: “¿?” \x1b[31m")])
    lines = store.journal("r1")
    assert [(one.change, one.state) for one in lines] == [("a", "pending"), ("b", "pending"), ("a", "failed")]
    assert lines[-1] == entry("a", "failed", attempt=3, error="no: “¿?” \x1b[31m", seq=lines[-1].seq)
    assert [one.seq for one in lines] == sorted({one.seq for one in lines})
    assert store.journal("r2")[0].seq < lines[-1].seq
    assert store.journal("nowhere") == []


def test_record_is_all_or_nothing(store: Store) -> None:
    """A commit in which one line is refused leaves none of it: no line, no ownership."""
    store.begin_run(run())
    with pytest.raises(StoreError):
        store.record([entry("a"), entry("b", run="never-begun")], [Owned("local", key_of(line("x")), line("x"), "r1")])
    assert store.journal("r1") == []
    assert store.owned_keys("local") == frozenset()


def test_text_that_is_no_unicode_is_kept_readable(store: Store) -> None:
    """Undecodable bytes of a command line (lone surrogates) and NUL do not stop a run; they are written as escapes."""
    store.begin_run(run(command="campctl -m \udcff\0!"))
    assert store.run("r1").command == "campctl -m \\udcff\\0!"


def test_a_time_without_zone_is_refused(store: Store) -> None:
    """Instants are aware; another zone's come back as the same instant."""
    store.begin_run(run(started=datetime.fromisoformat("2026-10-01T08:00:00-04:00")))
    assert store.run("r1").started == NOW
    with pytest.raises(StoreError, match="without a time zone"):
        store.begin_run(run("r2", started=datetime(2026, 10, 1)))  # noqa: DTZ001


# Ownership

VALUES: list[Resource] = [
    Location("hq/3", "HQ", "1 Example Plaza", "Chicago", "IL", "60601", floor="3", notify=("+13125550101",)),
    Line("user/ann.lee", "3001", "أمل 🗳", number="+13125550111", location="hq/3", enabled=False),
    Queue("main", "Main", hours=("mon-fri 08:00-20:00",), escalation=("60s level 2",), target=0.85),
    Member("main", "user/ann.lee", "Ann", level=2, penalty=3),
    Route("+13125550100", "queue/main", label="main"),
]


def test_owned_values_of_every_kind_come_back(opened: Open) -> None:
    """The value last written is what drift is measured against, so it comes back equal, per backend."""
    first = opened()
    first.own(Owned("local", key_of(value), value, "r1") for value in VALUES)
    first.own([Owned("other", Key("line", "user/x"), line("x"), "r1")])
    first.close()
    again = opened()
    assert again.owned("local") == {key_of(value): value for value in VALUES}
    assert again.owned_keys("local") == {key_of(value) for value in VALUES}
    assert all(type(key) is Key for key in again.owned_keys("local"))
    assert again.owned_keys("other") == {Key("line", "user/x")}
    assert again.owned("none") == {}


def test_owning_again_replaces_the_value(store: Store) -> None:
    """One value per backend and key."""
    for extension in ("3001", "3002"):
        store.own([Owned("local", Key("line", "user/x"), line("x", extension), "r1")])
    assert store.owned("local") == {Key("line", "user/x"): line("x", "3002")}


def test_disowning_forgets_only_what_it_names(store: Store) -> None:
    """By backend and key; what is not there is none the worse."""
    store.own(Owned(backend, key_of(line(name)), line(name), "r1") for backend in ("a", "b") for name in ("x", "y"))
    store.disown([("a", Key("line", "user/x")), ("a", Key("line", "user/nobody"))])
    assert store.owned_keys("a") == {Key("line", "user/y")}
    assert len(store.owned_keys("b")) == 2


def test_record_disowns_before_it_owns(store: Store) -> None:
    """A rename disowns the old id and owns the new; an id given to another in the same commit stays owned."""
    store.begin_run(run())
    store.own([Owned("local", key_of(line("old")), line("old"), "r0")])
    store.record(
        [entry("rename", "accepted")],
        owned=[Owned("local", key_of(line("new")), line("new"), "r1"), Owned("local", key_of(line("both")), line("both"), "r1")],
        disowned=[("local", Key("line", "user/old")), ("local", Key("line", "user/both"))],
    )
    assert store.owned_keys("local") == {Key("line", "user/new"), Key("line", "user/both")}


# Overrides


def override(name: str, **fields: object) -> Override:
    return msgspec.structs.replace(
        Override(id=name, kind="hotline", subject="main", author="ann", reason="debate", start=NOW, seats=SeatChange(20, relative=True)),
        **fields,
    )


def test_overrides_come_back_in_the_order_of_making(opened: Open) -> None:
    """Also those that ended; only clearing takes one away."""
    first = opened()
    made = [override("z", end=NOW), override("a", kind="port", subject="hq/a001", lit=True, seats=None, volunteer="Zoë"), override("m")]
    first.add_overrides(made[:2])
    first.add_overrides(made[2:])
    first.close()
    again = opened()
    assert again.overrides() == made
    again.clear_overrides(["a", "unknown"])
    assert [one.id for one in again.overrides()] == ["z", "m"]


def test_overrides_are_added_all_or_none(store: Store) -> None:
    """A repeated id refuses the whole call."""
    store.add_overrides([override("a")])
    with pytest.raises(StoreError, match="already an override a"):
        store.add_overrides([override("b"), override("a")])
    assert [one.id for one in store.overrides()] == ["a"]


# Lock


def test_the_lock_is_one_runs_and_says_whose(store: Store) -> None:
    """The refusal names who, where, since when and with what command, and what to do."""
    store.acquire(holder("t1"), 30)
    with pytest.raises(LockHeld) as caught:
        store.acquire(holder("t2", who="bob"), 30)
    for word in ("ann", HOST, str(os.getpid()), "2026-10-01 12:00:00", "campctl apply"):
        assert word in caught.value.message
    assert f"kill -INT {os.getpid()}" in caught.value.hint
    assert store.holder() == holder("t1")


def test_release_frees_only_ones_own_lock(store: Store) -> None:
    """Letting go of a lost lock is no error and takes nothing from its holder."""
    store.acquire(holder("t1"), 30)
    store.release("t0")
    assert store.holder() == holder("t1")
    store.release("t1")
    assert store.holder() is None
    store.acquire(holder("t2"), 30)


def test_the_same_token_renews(store: Store) -> None:
    """Acquiring again with one's own token is no conflict."""
    store.acquire(holder("t1"), 30)
    store.acquire(holder("t1", beat=NOW + timedelta(seconds=5)), 30)
    held = store.holder()
    assert held is not None
    assert held.beat == NOW + timedelta(seconds=5)


ELSEWHERE = "field-7.example.org"


@pytest.mark.parametrize(("silent", "free"), [(0, False), (29, False), (30, False), (31, True), (3600, True)])
def test_a_lock_of_another_host_expires_after_ttl(store: Store, clock: FakeClock, silent: float, free: bool) -> None:
    """Whether a process elsewhere lives is told by its beats alone."""
    store.acquire(holder("t1", host=ELSEWHERE), 30)
    clock.advance(silent)
    if free:
        store.acquire(holder("t2"), 30)
        assert store.beat("t1", clock.now()) is False
        assert store.beat("t2", clock.now()) is True
    else:
        with pytest.raises(LockHeld) as caught:
            store.acquire(holder("t2"), 30)
        assert "12:00:30" in caught.value.hint


def test_beats_keep_a_lock(store: Store, clock: FakeClock) -> None:
    """A holder that beats is never silent for ttl, however long it works."""
    store.acquire(holder("t1", host=ELSEWHERE), 30)
    for _ in range(10):
        clock.advance(20)
        assert store.beat("t1", clock.now()) is True
        with pytest.raises(LockHeld):
            store.acquire(holder("t2"), 30)


def test_a_beat_in_the_future_holds_for_ttl_and_no_longer(store: Store, clock: FakeClock) -> None:
    """A clock set back by a day (or another host's that is ahead) must not lock the campaign for a day."""
    store.acquire(holder("t1", host=ELSEWHERE, beat=NOW + timedelta(days=1)), 30)
    with pytest.raises(LockHeld):
        store.acquire(holder("t2"), 30)
    clock.advance(29)
    with pytest.raises(LockHeld):
        store.acquire(holder("t2"), 30)
    clock.advance(2)
    store.acquire(holder("t2"), 30)


def test_a_living_holder_whose_clock_is_ahead_keeps_its_lock(store: Store, clock: FakeClock) -> None:
    """What is written down as "now" is overwritten by the holder's next beat."""
    ahead = timedelta(hours=2)
    store.acquire(holder("t1", host=ELSEWHERE, beat=NOW + ahead), 30)
    for _ in range(5):
        clock.advance(20)
        assert store.beat("t1", clock.now() + ahead)
        with pytest.raises(LockHeld):
            store.acquire(holder("t2"), 30)


def test_a_living_process_of_this_host_is_never_robbed(store: Store, clock: FakeClock) -> None:
    """A laptop that slept, or a clock set forward by a day, does not make two runs."""
    store.acquire(holder("t1"), 30)
    clock.set_back(-86400)
    with pytest.raises(LockHeld, match="its last sign of life is 24 h old"):
        store.acquire(holder("t2"), 30)
    assert store.beat("t1", clock.now()) is True


LOCK = """
host = {host!r}
def holder(token):
    now = datetime.now(UTC)
    return Holder(token=token, who="child", host=host, pid=os.getpid(), command="campctl apply", since=now, beat=now)
"""


def test_a_killed_holder_loses_the_lock_at_once(tmp_path: Path, url: str, store: Store) -> None:
    """kill -9 of the run leaves nothing to repair: the next one has the lock without waiting for ttl."""
    process = child(LOCK.format(host=HOST) + "store.acquire(holder('child'), 30)\nsay('held')\nsys.stdin.readline()", tmp_path, url)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(LockHeld, match="child"):
        store.acquire(holder("t1"), 30)
    process.send_signal(signal.SIGKILL)
    end(process)
    store.acquire(holder("t1"), 30)
    held = store.holder()
    assert held is not None
    assert held.token == "t1"


def test_of_many_processes_one_gets_the_lock(tmp_path: Path, url: str, opened: Open) -> None:
    """Six processes that start together and reach for the lock at once: exactly one has it, five are told whose it is."""
    opened().close()
    code = LOCK.format(host=socket.gethostname()) + (
        "say('ready'); sys.stdin.readline()\n"
        "try:\n    store.acquire(holder(str(os.getpid())), 30); say('got')\n"
        "except LockHeld as error: say('held', 'child' in error.message)\n"
        "sys.stdin.readline()\n"
    )
    processes = [child(code, tmp_path, url) for _ in range(6)]
    for turn in (1, 2):
        said = []
        for process in processes:
            assert process.stdout is not None
            said.append(process.stdout.readline().strip())
        if turn == 1:
            assert said == ["ready"] * 6
        else:
            assert sorted(said) == ["got"] + ["held True"] * 5
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
    for process in processes:
        end(process)


def carry_away(store: Store) -> None:
    """Somebody's `store migrate` has come to its end."""
    assert isinstance(store, SqlStore)
    set_mark(store._db, "gone", {"to": "elsewhere", "at": "2026-10-01"})


def test_who_waited_for_whoever_carried_the_records_away(opened: Open) -> None:
    """A store opened while it still counted: the lock, and leading, are refused once it does not, so that nothing is written there."""
    waiting = opened()
    carry_away(opened())
    for lock in (waiting, waiting.leadership):
        with pytest.raises(StoreError, match="carried to another store"):
            lock.acquire(holder("t1"), 30)
    assert waiting.holder() is None


def test_a_lock_that_could_not_be_given_back(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database does not answer when a run ends: the process lives on, does not wait for itself, and its next beat frees others."""
    store = opened()
    assert isinstance(store, SqlStore)

    def silent(*_: object) -> None:
        raise StoreError("no answer")

    for token in ("t1", "t2"):
        store.acquire(holder(token), 30)
        with monkeypatch.context() as patch:
            patch.setattr(store._db, "execute", silent)
            with pytest.raises(StoreError, match="no answer"):
                store.release(token)
        held = store.holder()
        assert held is not None
        assert held.token == token
    store.leadership.acquire(holder("a1"), 30)
    assert store.leadership.beat("a1", NOW)
    assert store.holder() is None


# Leadership


def test_leading_goes_beside_runs(store: Store) -> None:
    """An autopilot that leads keeps nobody from applying, itself included; each row is its own."""
    store.leadership.acquire(holder("a1", who="pia"), 30)
    store.acquire(holder("t1"), 30)
    store.begin_run(run("r1"))
    assert (store.leadership.holder(), store.holder()) == (holder("a1", who="pia"), holder("t1"))
    store.release("t1")
    store.leadership.release("a1")
    assert (store.leadership.holder(), store.holder()) == (None, None)


def test_of_two_autopilots_one_leads(store: Store, clock: FakeClock) -> None:
    """The other is told who does, where and since when, and leads once that one is dead."""
    store.leadership.acquire(holder("a1", who="pia", host=ELSEWHERE), 30)
    with pytest.raises(LockHeld, match=r"Another autopilot leads this campaign: that of pia on field-7\.example\.org") as caught:
        store.leadership.acquire(holder("a2"), 30)
    assert "2026-10-01 12:00:00 UTC" in caught.value.message
    assert "12:00:30" in caught.value.hint
    clock.advance(31)
    store.leadership.acquire(holder("a2"), 30)
    assert store.leadership.beat("a1", clock.now()) is False


def test_who_leads_no_more_begins_nothing(opened: Open, clock: FakeClock) -> None:
    """One that slept while another took the lead over is refused a run, an override and a note, though the lock is its own."""
    asleep, awake = opened(), opened()
    asleep.leadership.acquire(holder("a1", host=ELSEWHERE), 30)
    asleep.leadership.write_note(b"one")
    clock.advance(60)
    awake.leadership.acquire(holder("a2"), 30)
    asleep.acquire(holder("t1"), 30)
    for attempt in (
        lambda: asleep.begin_run(run("r1")),
        lambda: asleep.add_overrides([override("o1")]),
        lambda: asleep.leadership.write_note(b"two"),
    ):
        with pytest.raises(LockLost, match="leads no more"):
            attempt()
    assert awake.leadership.note() == b"one"
    asleep.leadership.release("a1")
    asleep.begin_run(run("r1"))


def test_a_note_is_kept_until_it_is_replaced(opened: Open) -> None:
    """It outlives who wrote it; of a campaign without an autopilot it is empty."""
    store = opened()
    assert store.leadership.note() == b""
    store.leadership.acquire(holder("a1"), 30)
    for note in (b"first", b"\x00\xffsecond"):
        store.leadership.write_note(note)
    store.leadership.release("a1")
    store.close()
    assert opened().leadership.note() == b"\x00\xffsecond"


# Audit


def audited(what: str, **fields: object) -> AuditEntry:
    return msgspec.structs.replace(AuditEntry(at=NOW, who="ann", what=what), **fields)


def tamper(store: Store, sql: str, *parameters: object) -> None:
    """Change the log behind the store's back."""
    store._db.execute(sql, parameters)  # type: ignore[attr-defined]


def test_the_log_is_chained(opened: Open) -> None:
    """seq counts from 1, prev is the hash before, and it all verifies after opening again."""
    first = opened()
    made = [first.append_audit(audited(what, why="—", command="c", result="ok", run="r1")) for what in ("one", "two", "three")]
    first.close()
    again = opened()
    assert again.verify_audit() == 3
    assert again.audit() == made
    assert again.audit(2) == made[1:]
    assert again.audit(0) == []
    assert [one.seq for one in made] == [1, 2, 3]
    assert [one.prev for one in made] == ["", made[0].hash, made[1].hash]
    assert len({one.hash for one in made}) == 3


def test_the_hash_is_what_the_docs_say(store: Store) -> None:
    """SHA-256 over canonical JSON of all fields but the hash, so that others can verify the log without campctl."""
    import hashlib
    import json

    one = store.append_audit(audited("move", who="Zoë", at=NOW + timedelta(microseconds=7)))
    fields = {name: value for name, value in msgspec.to_builtins(one).items() if name != "hash"}
    fields["at"] = "2026-10-01T12:00:00.000007+00:00"
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert one.hash == hashlib.sha256(canonical).hexdigest()


def test_an_empty_log_verifies(store: Store) -> None:
    """Nothing said, nothing broken."""
    assert store.verify_audit() == 0


@pytest.mark.parametrize("column", ["at", "who", "what", "why", "command", "result", "run"])
def test_a_changed_field_is_named(store: Store, column: str) -> None:
    """Every field is covered by the hash."""
    for what in ("one", "two", "three"):
        store.append_audit(audited(what))
    tamper(store, f"UPDATE audit SET {column} = ? WHERE seq = 2", "2026-10-01T12:00:01.000000+00:00")
    with pytest.raises(AuditBroken, match=r"Entry 2 \(.*was changed") as caught:
        store.verify_audit()
    assert caught.value.hint


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM audit WHERE seq = 1"], "Entry 1 is missing: after 0 comes 2"),
        (["DELETE FROM audit WHERE seq = 2"], "Entry 2 is missing: after 1 comes 3"),
        (["DELETE FROM audit WHERE seq = 4"], "Entry 4 is missing: the log ends at entry 3, but entry 4 was the last"),
        (["DELETE FROM audit WHERE seq > 2"], "Entry 3 is missing: the log ends at entry 2, but entry 4 was the last"),
        (["DELETE FROM audit"], "Entry 1 is missing: the log is empty, but entry 4"),
        (["DELETE FROM meta"], "names the last entry is missing"),
        (["UPDATE meta SET value = 'x'"], "cannot be read"),
        (["DELETE FROM audit WHERE seq = 2", "UPDATE audit SET seq = seq - 1 WHERE seq > 2"], r"Entry 2 \(.*does not follow entry 1"),
        (
            [
                "UPDATE audit SET seq = -2 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = -2",
            ],
            "Entry 2",
        ),
    ],
)
def test_removed_and_moved_entries_are_found(store: Store, statements: list[str], words: str) -> None:
    """Removal at the start, in the middle and at the end, renumbering, swapping, and loss of the head."""
    for what in ("one", "two", "three", "four"):
        store.append_audit(audited(what))
    for statement in statements:
        tamper(store, statement)
    with pytest.raises(AuditBroken, match=words):
        store.verify_audit()


def test_a_long_log_verifies_across_pages(store: Store) -> None:
    """More entries than are read at a time; a change in the last page is found."""
    with store._db.transaction():  # type: ignore[attr-defined]
        for number in range(2001):
            store.append_audit(audited(f"n{number}"))
    assert store.verify_audit() == 2001
    tamper(store, "UPDATE audit SET who = 'eve' WHERE seq = 2001")
    with pytest.raises(AuditBroken, match="Entry 2001"):
        store.verify_audit()


# Threads, processes, crashes


def test_many_threads_share_one_store(store: Store) -> None:
    """apply writes from worker threads: nothing is lost and no sequence number is given twice."""
    store.begin_run(run())
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(25):
                store.record([entry(f"{name}-{number}")], [Owned("local", key_of(line(f"{name}{number}")), line("x"), "r1")])
                store.append_audit(audited(name))
                store.owned_keys("local")
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    lines = store.journal("r1")
    assert len({one.seq for one in lines}) == len(lines) == 100
    for name in "abcd":
        assert [one.change for one in lines if one.change.startswith(name)] == [f"{name}-{number}" for number in range(25)]
    assert len(store.owned_keys("local")) == store.verify_audit() == 100


def test_many_processes_share_one_store(tmp_path: Path, url: str, opened: Open) -> None:
    """Four processes that make the store together and write at once: every line is there, the chain holds."""
    code = (
        "name = str(os.getpid())\n"
        "for n in range(25): store.append_audit(AuditEntry(at=datetime.now(UTC), who=name, what=str(n)))\n"
        "say('done')"
    )
    processes = [child(code, tmp_path, url) for _ in range(4)]
    assert [end(process) for process in processes] == ["done\n"] * 4
    store = opened()
    assert store.verify_audit() == 100
    by_process: dict[str, list[int]] = {}
    for one in store.audit():
        by_process.setdefault(one.who, []).append(int(one.what))
    assert list(by_process.values()) == [list(range(25))] * 4


def test_kill_in_mid_write_loses_nothing_that_was_returned(tmp_path: Path, url: str, opened: Open) -> None:
    """SIGKILL at a random instant of a stream of group commits: all groups reported before are there, and none by half."""
    opened().begin_run(run())
    code = (
        "n = 0\nwhile True:\n"
        "    store.record([JournalEntry(run='r1', change=f'{n}-{i}', state='pending', at=datetime.now(UTC)) for i in range(32)])\n"
        "    say(n); n += 1\n"
    )
    for _ in range(3):
        before = len(opened().journal("r1"))
        process = child(code, tmp_path, url)
        assert process.stdout is not None
        reported = [int(process.stdout.readline()) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        reported += [int(number) for number in end(process).split()]
        again = opened()
        written = len(again.journal("r1")) - before
        assert written >= 32 * len(reported)
        assert written % 32 == 0
        assert again.check() == []


def test_check_is_empty_when_well_and_close_may_be_repeated(store: Store) -> None:
    """A sound store has nothing to report; a closed one says so instead of a traceback."""
    assert store.check() == []
    store.close()
    store.close()
    with pytest.raises(StoreError, match="it was closed"):
        store.runs()
