"""The store on a real PostgreSQL on a bad day: broken, frozen and restarted servers, lost answers, clocks, roles, TLS, passwords."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from campctl.errors import Exit, LockHeld, LockLost, StoreBusy, StoreCorrupt, StoreError, StoreTooNew
from campctl.model.records import AuditEntry, Holder, JournalEntry, Override, Owned, Run
from campctl.model.resources import Key, Line, key_of
from campctl.store import open_store, patience
from campctl.store.postgres import PostgreSQL
from campctl.store.refusals import Where, mapped
from campctl.store.store import SqlStore
from servers.postgres import Place
from servers.wire import Wire

pytestmark = pytest.mark.live

Open = Callable[..., SqlStore]


class Clock:
    """The machine's, off by as much as a test says."""

    def __init__(self, off: float = 0.0) -> None:
        self.off = timedelta(seconds=off)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


@pytest.fixture
def opened(postgres: Place, tmp_path: Path) -> Iterator[Open]:
    """Opens stores on the test's database, and closes them."""
    stores: list[SqlStore] = []

    def call(url: str = "", *, off: float = 0.0, password: str | None = None, **options: Any) -> SqlStore:
        given = postgres.password if password is None else password
        store = open_store(tmp_path, url or postgres.url, clock=Clock(off), password=lambda _: given, **options)
        stores.append(store)
        return store

    yield call
    for store in stores:
        with suppress(StoreError):
            store.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for comes in the end, however busy the machine is; tests of what does not come are `impatient` meanwhile."""
    monkeypatch.setattr(patience.Connection, "patience", 60.0)
    monkeypatch.setattr(patience, "RETURN_SECONDS", 60.0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[None]]:
    """Within, everything that waits for the server gives up soon. What was silent is asked again at once."""
    monkeypatch.setattr(patience, "AGAIN_SECONDS", 0.0)

    @contextmanager
    def within() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(patience.Connection, "patience", 0.5)
            patch.setattr(patience, "RETURN_SECONDS", 0.3)
            yield

    return within


def now() -> datetime:
    return datetime.now(UTC)


def run(name: str = "r1") -> Run:
    return Run(id=name, started=now(), author="ann", command="campctl apply")


def entry(change: str, state: str = "pending") -> JournalEntry:
    return JournalEntry(run="r1", change=change, state=state, at=now())  # type: ignore[arg-type]


def holder(token: str, host: str = "field-7.example.org", **fields: Any) -> Holder:
    made = Holder(token=token, who="ann", host=host, pid=os.getpid(), command="campctl apply", since=now(), beat=now())
    return msgspec.structs.replace(made, **fields)


def override(name: str) -> Override:
    return Override(id=name, kind="port", subject="hq/a001", author="ann", reason="", start=now(), lit=True)


def through(wire: Wire, place: Place) -> str:
    """The database's URL by way of a wire; in the clear, so that the wire sees what is said."""
    return place.url.replace(f":{place.server.port}/", f":{wire.port}/") + "?sslmode=disable"


@pytest.fixture
def wire(postgres: Place) -> Iterator[Wire]:
    made = Wire(postgres.server.port)
    yield made
    made.close()


# A server that goes away


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_server_that_restarted_is_connected_to_again(postgres: Place, opened: Open, how: str) -> None:
    """Between transactions: reads, writes and snapshots go on as if nothing had been."""
    store = opened()
    store.begin_run(run())
    for act in (
        lambda: store.record([entry("a")]),
        lambda: store.runs(),
        lambda: store.verify_audit(),
        lambda: store.append_audit(AuditEntry(at=now(), who="ann", what="x")),
    ):
        getattr(postgres, how)()
        postgres.start()
        act()
    assert [one.change for one in store.journal("r1")] == ["a"]
    assert store.verify_audit() == 1


def test_a_restart_is_waited_for(postgres: Place, opened: Open) -> None:
    """A process that was connected gives a server that is away for a moment the time to come back."""
    store = opened()
    store.begin_run(run())
    postgres.stop()
    back = threading.Timer(0.5, postgres.start)
    back.start()
    store.record([entry("a")])
    back.join()
    assert len(store.journal("r1")) == 1


def test_a_server_that_is_not_there_is_told_of_at_once(postgres: Place, opened: Open) -> None:
    """Who was never connected does not wait; the words say where and what still works, and hold no secret."""
    postgres.stop()
    began = time.monotonic()
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        opened()
    assert time.monotonic() - began < 30
    assert caught.value.exit is Exit.STORE
    assert "127.0.0.1" in caught.value.message
    assert "campctl validate" in caught.value.hint
    assert postgres.password not in caught.value.message + caught.value.hint


def test_a_server_that_does_not_come_back(postgres: Place, opened: Open, impatient: Callable[[], AbstractContextManager[None]]) -> None:
    """After some patience it is a StoreError, and a later call works once the server is there again."""
    store = opened()
    store.begin_run(run())
    postgres.stop()
    for act in (lambda: store.record([entry("a")]), lambda: store.runs(), lambda: store.holder()):
        with impatient(), pytest.raises(StoreError, match="cannot be reached"):
            act()
    postgres.start()
    store.record([entry("b")])
    assert [one.change for one in store.journal("r1")] == ["b"]


def test_a_frozen_server_stops_nobody_for_ever(
    postgres: Place, opened: Open, impatient: Callable[[], AbstractContextManager[None]]
) -> None:
    """Each kind of call ends within its patience in "does not answer"; thawed, the same store goes on."""
    store = opened()
    store.begin_run(run())
    for act in (lambda: store.record([entry("a")]), lambda: store.runs(), lambda: store.verify_audit()):
        postgres.freeze()
        began = time.monotonic()
        with impatient(), pytest.raises(StoreError, match="does not answer"):
            act()
        assert time.monotonic() - began < 30
        postgres.thaw()
        assert store.journal("r1") == []
    store.record([entry("b")])
    assert [one.change for one in store.journal("r1")] == ["b"]


def test_a_silent_server_is_not_waited_for_again_and_again(postgres: Place, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was silent just now is answered for at once: a run that stops must not wait once for each thing it still wants to say."""
    monkeypatch.setattr(patience, "AGAIN_SECONDS", 3600.0)
    store = opened()
    postgres.freeze()
    with monkeypatch.context() as patch:
        patch.setattr(patience.Connection, "patience", 0.5)
        with pytest.raises(StoreError, match="does not answer"):
            store.runs()
    began = time.monotonic()
    for _ in range(10):
        with pytest.raises(StoreError, match="does not answer"):
            store.runs()
    assert time.monotonic() - began < 10 * 60  # what it must not take: a minute each


def test_kill_9_of_the_server_loses_nothing_that_was_returned(postgres: Place, opened: Open) -> None:
    """A stream of group commits through a server that is killed and started again: all that returned is there, none by half."""
    store = opened()
    store.begin_run(run())
    written: list[int] = []
    failed: list[StoreError] = []
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            try:
                store.record([entry(f"{number}-{part}") for part in range(8)])
                written.append(number)
            except StoreError as error:
                failed.append(error)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    for goal in (20, 40, 60):
        while len(written) < goal:
            time.sleep(0.001)
        postgres.kill()
        postgres.start()
    done.set()
    writer.join()
    kept: dict[str, int] = {}
    for one in store.journal("r1"):
        number = one.change.partition("-")[0]
        kept[number] = kept.get(number, 0) + 1
    assert set(kept.values()) == {8}
    assert {str(number) for number in written} <= kept.keys()
    assert len(kept) - len(written) <= len(failed)


# Lost answers


def kept(place: Place) -> list[str]:
    return [row[0] for row in place.sql("SELECT change FROM campctl.journal ORDER BY seq")]


@pytest.mark.parametrize("lines", [1, 40])
def test_a_commit_whose_answer_was_lost_is_asked_about(postgres: Place, opened: Open, wire: Wire, lines: int) -> None:
    """The server did commit: the call returns as if nothing had been, and the rows are there once."""
    store = opened(through(wire, postgres))
    store.begin_run(run())
    wire.cut_at(b"COMMIT", forward=True)
    store.record([entry(f"c{number}") for number in range(lines)])
    assert wire.cuts == 1
    assert kept(postgres) == [f"c{number}" for number in range(lines)]


def test_a_commit_that_never_arrived_is_told(postgres: Place, opened: Open, wire: Wire) -> None:
    """The server knows nothing of it: StoreError, nothing is there, and the next call works."""
    store = opened(through(wire, postgres))
    store.begin_run(run())
    wire.cut_at(b"COMMIT", forward=False)
    with pytest.raises(StoreError, match="nothing was written"):
        store.record([entry("a")])
    assert wire.cuts == 1
    assert kept(postgres) == []
    store.record([entry("b")])
    assert kept(postgres) == ["b"]


def test_a_commit_that_nobody_can_be_asked_about(postgres: Place, opened: Open, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is lost and the server with it: the error says that it is not known, and what to do."""
    monkeypatch.setattr(patience, "RETURN_SECONDS", 0.3)
    store = opened(through(wire, postgres))
    store.begin_run(run())
    wire.cut_at(b"COMMIT", forward=True)
    wire.refuse()
    with pytest.raises(StoreError, match="could not be asked afterwards") as caught:
        store.record([entry("a")])
    assert "looks up" in caught.value.hint
    assert kept(postgres) == ["a"]


def test_another_server_is_not_believed(postgres: Place, opened: Open, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Transaction numbers of a standby that took over (another timeline) mean nothing for ours."""
    store = opened(through(wire, postgres))
    store.begin_run(run())
    begin = PostgreSQL._begin_writing

    def began_elsewhere(self: PostgreSQL, connection: Any) -> None:
        begin(self, connection)
        self._xact = (self._xact[0], "0000000F")

    monkeypatch.setattr(PostgreSQL, "_begin_writing", began_elsewhere)
    wire.cut_at(b"COMMIT", forward=True)
    with pytest.raises(StoreError, match="another server has taken over"):
        store.record([entry("a")])


def test_what_breaks_in_the_middle_is_undone(postgres: Place, opened: Open, wire: Wire) -> None:
    """Nothing of a transaction whose connection broke before its end is there, and it is never gone on with on another."""
    store = opened(through(wire, postgres))
    store.begin_run(run())
    with pytest.raises(StoreError, match="in the middle of a transaction"), store._db.transaction():  # noqa: PT012
        store.record([entry("a")])
        store.journal("r1")
        wire.cut()
        with suppress(StoreError):
            store.journal("r1")
        store.record([entry("b")])
    assert kept(postgres) == []
    store.record([entry("c")])
    assert kept(postgres) == ["c"]


def test_a_refused_statement_undoes_the_whole_and_the_connection_goes_on(opened: Open) -> None:
    """Written in one go with others before and after it, it is still the one that is told of."""
    store = opened()
    store.begin_run(run())
    with pytest.raises(StoreError, match="contradicts"), store._db.transaction():  # noqa: PT012
        store._db.execute("INSERT INTO overrides (seq, id, value) VALUES (1, 'a', '{}')")
        store._db.execute("INSERT INTO overrides (seq, id, value) VALUES (1, 'b', '{}')")
        store._db.execute("INSERT INTO overrides (seq, id, value) VALUES (2, 'c', '{}')")
    assert store._db.execute("SELECT count(*) FROM overrides") == [(0,)]


def test_more_than_is_sent_at_once(opened: Open) -> None:
    """Thousands of rows in one transaction arrive whole and in order."""
    store = opened()
    store.begin_run(run())
    store.record([entry(f"c{number}") for number in range(3500)])
    assert [one.change for one in store.journal("r1")] == [f"c{number}" for number in range(3500)]


# One writer at a time


def test_who_waits_too_long_for_its_turn_is_told(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """StoreBusy, exit 7, and nothing is written."""
    monkeypatch.setattr(patience, "BUSY_SECONDS", 1.0)
    one, two = opened(), opened()
    with one._db.transaction():
        with pytest.raises(StoreBusy, match="writing to it for too long") as caught:
            two.begin_run(run())
        assert caught.value.exit is Exit.LOCKED
    assert two.runs() == []


def test_who_stops_in_the_middle_of_writing_is_thrown_out(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that sleeps in mid-commit holds up the others for seconds; when it wakes, nothing of it was written and it hears so."""
    monkeypatch.setattr(patience, "STOPPED_SECONDS", 2)
    sleeper, other = opened(), opened()
    with pytest.raises(StoreError, match=r"undid it|in the middle|cannot be reached"), sleeper._db.transaction():  # noqa: PT012
        sleeper.append_audit(AuditEntry(at=now(), who="sleeper", what="x"))
        other.append_audit(AuditEntry(at=now(), who="other", what="x"))
    assert [one.who for one in other.audit()] == ["other"]
    assert other.verify_audit() == 1


# The lock between hosts


def grow_old(place: Place, seconds: float) -> None:
    """As if that much time had passed since the last beat."""
    (beat,) = place.sql("SELECT beat FROM campctl.lock")[0]
    older = datetime.fromisoformat(beat) - timedelta(seconds=seconds)
    place.sql("UPDATE campctl.lock SET beat = %s", older.isoformat(timespec="microseconds"))


@pytest.mark.parametrize("off", [-7200, -60, 60, 7200])
@pytest.mark.parametrize("beats", [0, 1])
def test_clocks_of_hosts_need_not_agree(postgres: Place, opened: Open, off: float, beats: int) -> None:
    """Beats are of the server's clock: a holder whose own is hours off is not robbed, and does not hold the lock for hours."""
    theirs, ours = opened(off=off), opened()
    beat = now() + timedelta(seconds=off)
    theirs.acquire(holder("t1", beat=beat), 30)
    for _ in range(beats):
        assert theirs.beat("t1", beat)
    with pytest.raises(LockHeld):
        ours.acquire(holder("t2", host="hq-1.example.org"), 30)
    grow_old(postgres, 25)
    with pytest.raises(LockHeld):
        ours.acquire(holder("t2", host="hq-1.example.org"), 30)
    grow_old(postgres, 6)
    ours.acquire(holder("t2", host="hq-1.example.org"), 30)
    assert theirs.beat("t1", beat) is False


def test_two_machines_of_one_name_do_not_rob_each_other(postgres: Place, opened: Open) -> None:
    """Where every laptop is called `laptop`, a process of another kernel is not dead because its number is not in use here."""
    theirs, ours = opened(), opened()
    theirs.acquire(holder("t1", host="laptop", pid=2**22 + 1), 30)
    for process in ("0b1c-another-boot pid:[1] 77", ""):
        postgres.sql("UPDATE campctl.lock SET process = %s", process)
        with pytest.raises(LockHeld, match="laptop"):
            ours.acquire(holder("t2", host="laptop"), 30)
    grow_old(postgres, 31)
    ours.acquire(holder("t2", host="laptop"), 30)


def test_who_lost_the_lock_begins_nothing_more(postgres: Place, opened: Open) -> None:
    """Run, intents and overrides are refused in the transaction that would have written them; outcomes are still kept."""
    late, other = opened(), opened()
    late.acquire(holder("t1"), 30)
    late.begin_run(run())
    late.record([entry("a")])
    grow_old(postgres, 31)
    other.acquire(holder("t2", host="hq-1.example.org", who="bo"), 30)
    line = Line(id="user/a", extension="3001", name="A")
    for act in (
        lambda: late.begin_run(run("r2")),
        lambda: late.add_overrides([override("o1")]),
        lambda: late.clear_overrides(["o1"]),
        lambda: late.record([entry("a", "accepted"), entry("b")], [Owned("local", key_of(line), line, "r1")]),
    ):
        with pytest.raises(LockLost, match=r"bo on hq-1\.example\.org took it over") as caught:
            act()
        assert caught.value.exit is Exit.LOCKED
    assert [(one.change, one.state) for one in other.journal("r1")] == [("a", "pending"), ("a", "accepted")]
    assert other.owned_keys("local") == {Key("line", "user/a")}
    assert other.overrides() == []
    assert [one.id for one in other.runs()] == ["r1"]
    other.release("t2")
    with pytest.raises(LockLost, match="and has ended"):
        late.begin_run(run("r3"))
    late.acquire(holder("t3"), 30)
    late.begin_run(run("r3"))


def test_what_one_does_the_other_sees_at_once(opened: Open) -> None:
    """Two open stores share everything without being opened again."""
    one, two = opened(), opened()
    one.begin_run(run())
    one.add_overrides([override("o1")])
    one.acquire(holder("t1"), 30)
    one.append_audit(AuditEntry(at=now(), who="ann", what="x"))
    assert [found.id for found in two.runs()] == ["r1"]
    assert [found.id for found in two.overrides()] == ["o1"]
    held = two.holder()
    assert held is not None
    assert held.who == "ann"
    assert two.append_audit(AuditEntry(at=now(), who="bo", what="y")).seq == 2
    assert one.verify_audit() == 2


# Several campaigns, several people


def test_campaigns_of_one_database_do_not_mix(postgres: Place, opened: Open) -> None:
    """Each has its schema: runs, lock and audit are its own, and their writers do not wait for each other."""
    ohio, iowa = opened(postgres.url + "?schema=ohio"), opened(postgres.url + "?schema=iowa")
    ohio.begin_run(run())
    ohio.acquire(holder("t1"), 30)
    iowa.acquire(holder("t2"), 30)
    with ohio._db.transaction():
        iowa.append_audit(AuditEntry(at=now(), who="bo", what="x"))
    assert iowa.runs() == []
    assert ohio.verify_audit() == 0


def test_a_schema_belongs_to_one_campaign(postgres: Place, opened: Open) -> None:
    """A second one that was given the same is refused by name, before it takes the first one's phones for its own."""
    opened(campaign="Ohio").begin_run(run())
    with pytest.raises(StoreError, match=r"of the campaign `Ohio`, not of `Iowa`") as caught:
        opened(campaign="Iowa")
    assert "?schema=" in caught.value.hint
    assert opened(create=False).claim("Iowa") == "Ohio"
    assert len(opened(campaign="Iowa").runs()) == 1


def test_somebody_elses_schema_is_left_alone(postgres: Place, opened: Open) -> None:
    """Tables that are not ours: StoreCorrupt, nothing is made there."""
    postgres.sql("CREATE SCHEMA campctl")
    postgres.sql("CREATE TABLE campctl.orders (n int)")
    with pytest.raises(StoreCorrupt, match="not a campctl store"):
        opened()
    assert postgres.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'campctl'") == [("orders",)]


def test_a_newer_schema_is_not_touched(postgres: Place, opened: Open) -> None:
    """StoreTooNew, as in a file."""
    opened().close()
    postgres.sql("INSERT INTO campctl.migrations VALUES (999, 'from the future', 'x')")
    with pytest.raises(StoreTooNew):
        opened()


def test_looking_makes_nothing(postgres: Place, opened: Open) -> None:
    """A campaign without a store yet is read as empty, and no schema is made."""
    assert opened(create=False).runs() == []
    assert postgres.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'campctl'") == [(0,)]


@pytest.fixture
def roles(postgres: Place) -> Iterator[dict[str, str]]:
    """Two admins in a role that owns the records, one who may only look, a stranger: as docs/shared-store.md sets them up."""
    names = {name: f"{name}_{postgres.name}" for name in ("owners", "ann", "bo", "reader", "stranger")}
    statements = [
        f"CREATE ROLE {names['owners']}",
        f"GRANT CREATE ON DATABASE {postgres.name} TO {names['owners']}",
        *(f"CREATE ROLE {names[name]} LOGIN PASSWORD 'made-up'" for name in ("ann", "bo", "reader", "stranger")),
        *(f"GRANT {names['owners']} TO {names[name]}" for name in ("ann", "bo")),
        *(f"ALTER ROLE {names[name]} IN DATABASE {postgres.name} SET role = {names['owners']}" for name in ("ann", "bo")),
    ]
    for statement in statements:
        postgres.sql(statement)
    yield names
    postgres.sql(f"DROP OWNED BY {', '.join(names.values())} CASCADE")
    postgres.sql(f"DROP ROLE {', '.join(reversed(list(names.values())))}")


def as_role(place: Place, role: str) -> str:
    return place.url.replace(f"//{place.server.user}@", f"//{role}@")


def test_roles(postgres: Place, opened: Open, roles: dict[str, str]) -> None:
    """Admins with accounts of their own share one store; a reader reads and does not write; a stranger is told what is missing."""
    ann = opened(as_role(postgres, roles["ann"]), password="made-up")
    ann.begin_run(run())
    opened(as_role(postgres, roles["bo"]), password="made-up").record([entry("a")])
    postgres.sql(f"GRANT USAGE ON SCHEMA campctl TO {roles['reader']}")
    postgres.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA campctl TO {roles['reader']}")
    reader = opened(as_role(postgres, roles["reader"]), password="made-up", create=False)
    assert [one.change for one in reader.journal("r1")] == ["a"]
    with pytest.raises(StoreError, match="does not have the right"):
        reader.record([entry("b")])
    with pytest.raises(StoreError, match="does not have the right") as caught:
        opened(as_role(postgres, roles["stranger"]), password="made-up")
    assert "GRANT" in caught.value.hint
    assert len(ann.journal("r1")) == 1


def test_a_database_that_does_not_hold_every_name(postgres: Place, opened: Open) -> None:
    """One made with LATIN1 is refused before the first name that does not fit."""
    name = f"{postgres.name}_latin"
    postgres.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        with pytest.raises(StoreError, match="encoding LATIN1") as caught:
            opened(postgres.server.url_of(name))
        assert "createdb -E UTF8" in caught.value.hint
    finally:
        postgres.server.drop(name)


# Passwords and TLS


def test_where_the_password_comes_from(postgres: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """campctl's own; else libpq's ~/.pgpass; else the keyring, which is asked only once the server wants a password."""
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    asked: list[bool] = []

    def given(value: str, in_keyring: str = "") -> Callable[[bool], str]:
        def call(ask: bool) -> str:
            asked.append(ask)
            return value or (in_keyring if ask else "")

        return call

    def opens(password: Callable[[bool], str], url: str = "") -> list[bool]:
        asked.clear()
        open_store(tmp_path, url or postgres.url, clock=Clock(), password=password).close()
        return asked

    assert opens(given(postgres.password)) == [False]
    assert opens(given("", in_keyring=postgres.password)) == [False, True]
    assert opens(given(""), postgres.socket_url) == [False]
    pgpass = tmp_path / "pgpass"
    pgpass.write_text(f"127.0.0.1:*:*:*:{postgres.password}\n")
    pgpass.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(pgpass))
    assert opens(given("", in_keyring="wrong")) == [False]
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="wants a password") as caught:
        opens(given(""))
    assert "~/.pgpass" in caught.value.hint


def test_a_wrong_password_is_not_repeated(opened: Open) -> None:
    """The error says who was refused and where the right one belongs, and not what was tried."""
    with pytest.raises(StoreError, match="refuses the password of campctl") as caught:
        opened(password="not-the-right-one")
    assert "not-the-right-one" not in caught.value.message + caught.value.hint + str(caught.value.__cause__)


def test_tls_is_proved(postgres: Place, opened: Open, tmp_path: Path) -> None:
    """verify-full holds with the server's authority, and fails with another or for another name."""
    if postgres.server.root_cert is None:
        pytest.skip("openssl cannot be had")
    by_name = postgres.url.replace("@127.0.0.1:", "@localhost:") + "?sslmode=verify-full&sslrootcert="
    assert opened(by_name + str(postgres.server.root_cert)).about()["tls"].startswith("TLS")
    with pytest.raises(StoreError, match="cannot be proved safe"):
        opened(postgres.url + f"?sslmode=verify-full&sslrootcert={postgres.server.root_cert}")
    with pytest.raises(StoreError, match="cannot be proved safe") as caught:
        opened(by_name + str(tmp_path / "none.crt"))
    assert "sslrootcert" in caught.value.hint


# What went wrong, by name

WHERE = Where(name="schema s of database d on h", host="h", user="u", database="d", schema="s", secrets=("hush",))


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("28P01", StoreError, "refuses the password of u"),
        ("28000", StoreError, "does not let u in"),
        ("3D000", StoreError, "no database d"),
        ("42501", StoreError, "u does not have the right"),
        ("53100", StoreError, "disk is full"),
        ("53200", StoreError, "not enough memory"),
        ("53300", StoreBusy, "no connection to spare"),
        ("55P03", StoreBusy, "writing to it for too long"),
        ("57014", StoreBusy, "took too long"),
        ("40001", StoreBusy, "at the same moment"),
        ("40P01", StoreBusy, "at the same moment"),
        ("25P03", StoreError, "was stopped in the middle of writing"),
        ("25006", StoreError, "may only be read"),
        ("57P01", StoreError, "being stopped"),
        ("57P02", StoreError, "crashed"),
        ("57P03", StoreError, "starting or stopping"),
        ("08006", StoreError, "cannot be reached"),
        ("23505", StoreError, "contradicts"),
        ("42P01", StoreCorrupt, "not whole"),
        ("XX001", StoreCorrupt, "damaged"),
        ("22012", StoreError, "refuses"),
    ],
)
def test_every_refusal_says_what_and_what_to_do(state: str, kind: type[StoreError], words: str) -> None:
    """By SQLSTATE: the right kind, where, why, what to do, and no secret."""
    found = mapped(psycopg.errors.lookup(state)("the server said hush"), WHERE)
    assert type(found) is kind
    assert words in found.message
    assert "schema s of database d on h" in found.message
    assert "hush" not in found.message + found.hint
    assert found.hint
    assert "{" not in found.message + found.hint


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://127.0.0.1/d?foo=bar",
        "postgresql://127.0.0.1:abc/d",
        "postgresql://127.0.0.1/d?sslmode=maybe",
        "postgresql://127.0.0.1/d?connect_timeout=soon",
        "postgresql://127.0.0.1/d%zz",
        "postgresql://?service=nobody-named-this",
    ],
)
def test_a_url_that_libpq_does_not_understand(opened: Open, url: str) -> None:
    """Is a mistake in the YAML, and says so."""
    with pytest.raises(StoreError, match="its URL is not understood") as caught:
        opened(url)
    assert "campaign.yaml" in caught.value.hint


def test_without_psycopg_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign with a shared store on a machine where campctl was installed without the extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="cannot be loaded") as caught:
        open_store(tmp_path, "postgresql://ann@db.example.org/phones", clock=Clock())
    assert "pip install 'campctl[postgres]'" in caught.value.hint
