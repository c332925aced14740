"""The facts that nodes share, on a real PostgreSQL: kept exactly, whole or not at all, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk.facts.native import Fact, Value, Write
from campctl.backends.asterisk.sql import SqlShelf, parse, schema
from campctl.backends.asterisk.sql.link import Access, Seconds
from campctl.backends.asterisk.sql.outbox import Delivery
from campctl.backends.asterisk.sql.writing import Sheets
from campctl.errors import AuthFailed, BackendError, Refused, Unavailable, Uncertain

pytestmark = pytest.mark.live
PATIENT = Seconds(connect=60.0, call=60.0, turn=60.0, fate=60.0)
QUICK = Seconds(connect=2.0, call=2.0, turn=60.0, fate=60.0)
"""For a server that does not answer, and for nothing else."""
SECRET = "correct-horse-battery-staple-0123"
NASTY = 'Zoë; ^3B "O\'Neil" \\ %s \t \n 電話 \x01 \x02'

FACTS: dict[Fact, Value] = {
    Fact("record", "line/user/ann.lee"): '{"v":1,"n":"ann.lee"}',
    Fact("record", "line/user/zoë"): NASTY,
    Fact("endpoint", "ann.lee"): {
        "aors": "ann.lee",
        "auth": "ann.lee",
        "context": "campctl-local",
        "disallow": "all",
        "allow": "ulaw",
        "callerid": NASTY,
    },
    Fact("endpoint", "a^b;c"): {"context": ""},
    Fact("aor", "ann.lee"): {"max_contacts": "1", "qualify_frequency": "0"},
    Fact("auth", "ann.lee"): {"auth_type": "digest", "username": "ann.lee", "realm": "asterisk"},
}


def on(url: str, password: str = "", **how: Any) -> SqlShelf:
    how.setdefault("seconds", PATIENT)
    return SqlShelf(Access(parse(url), "pbx", lambda: password, **how))


def a_shelf(postgres: Any, **how: Any) -> SqlShelf:
    return on(f"{postgres.url}?sslmode=disable", postgres.password, **how)


def writes(facts: dict[Fact, Value]) -> list[Write]:
    return [Write(fact, value) for fact, value in facts.items()]


def running(*shelves: SqlShelf, work: Callable[[], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        try:
            return await work()
        finally:
            for shelf in shelves:
                await shelf.close()

    return asyncio.run(main())


def secret_free(error: BaseException | None, *secrets: str) -> None:
    """No error of a chain says any of these."""
    while error is not None:
        for secret in secrets:
            assert secret not in f"{error!r} {error} {error.args!r} {getattr(error, 'hint', '')}"
        error = error.__cause__ or error.__context__


# -- what is kept --


def test_every_fact_comes_back(postgres: Any) -> None:
    """Facts of each place come back as they were written, with every character, all of them or those asked for."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        assert await shelf.write(writes(FACTS)) == [None] * len(FACTS)
        assert await shelf.read() == FACTS
        some = [Fact("endpoint", "a^b;c"), Fact("aor", "ann.lee"), Fact("aor", "nobody"), Fact("map", "ext/3001")]
        assert await shelf.read(some) == {fact: FACTS[fact] for fact in some[:2]}
        assert await shelf.read([]) == {}

    running(shelf, work=work)


def test_another_connection_sees_the_same(postgres: Any) -> None:
    """What one wrote, another one reads."""
    mine, theirs = a_shelf(postgres), a_shelf(postgres)

    async def work() -> None:
        await mine.write(writes(FACTS))
        assert await theirs.read() == FACTS

    running(mine, theirs, work=work)


def test_columns_hold_what_asterisk_expects(postgres: Any) -> None:
    """Asterisk's driver splits at `;` and decodes `^XX`: neither stands in a column as it is."""
    shelf = a_shelf(postgres)
    running(shelf, work=lambda: shelf.write(writes(FACTS)))
    assert postgres.sql("SELECT id FROM ps_endpoints ORDER BY id") == [("a^5Eb^3Bc",), ("ann.lee",)]
    ((callerid,),) = postgres.sql("SELECT callerid FROM ps_endpoints WHERE id = 'ann.lee'")
    assert callerid == NASTY.replace("^", "^5E").replace(";", "^3B")


def test_a_fact_is_replaced_whole(postgres: Any) -> None:
    """An option that is not given any more is gone, None removes, and removing what is gone is no error."""
    shelf = a_shelf(postgres)
    endpoint, gone = Fact("endpoint", "ann.lee"), Fact("aor", "ann.lee")

    async def work() -> None:
        await shelf.write(writes(FACTS))
        changed = [
            Write(endpoint, {"context": "campctl-national"}),
            Write(gone, None),
            Write(Fact("aor", "x"), None),
        ]
        assert await shelf.write(changed) == [None] * 3
        expected = {**FACTS, endpoint: {"context": "campctl-national"}}
        del expected[gone]
        assert await shelf.read() == expected
        assert await shelf.write([Write(gone, {"max_contacts": "1"}), Write(gone, None), Write(gone, {"max_contacts": "2"})]) == [None] * 3
        assert await shelf.read([gone]) == {gone: {"max_contacts": "2"}}

    running(shelf, work=work)


def test_secrets_are_random_kept_and_never_read(postgres: Any) -> None:
    """Each new auth gets a secret of its own; it outlives changes, is not shown, and only its digest is kept."""
    shelf = a_shelf(postgres)
    one, two = Fact("auth", "ann.lee"), Fact("auth", "bo.ray")
    options = {name: {"auth_type": "digest", "username": name, "realm": "asterisk"} for name in ("ann.lee", "bo.ray")}

    async def work() -> None:
        await shelf.write([Write(one, options["ann.lee"]), Write(two, options["bo.ray"])])
        first = dict(postgres.sql("SELECT id, password_digest FROM ps_auths"))
        assert len(set(first.values())) == 2
        assert all(re.fullmatch("MD5:[0-9a-f]{32}", kept) for kept in first.values())
        await shelf.write([Write(one, {**options["ann.lee"], "nonce_lifetime": "60"})])
        assert dict(postgres.sql("SELECT id, password_digest FROM ps_auths")) == first
        assert await shelf.set_secret("ann.lee", SECRET) is True
        assert await shelf.set_secret("nobody", SECRET) is False
        assert await shelf.set_secrets({"ann.lee": SECRET, "nobody": SECRET}) == {"ann.lee"}
        second = dict(postgres.sql("SELECT id, password_digest FROM ps_auths"))
        assert second["ann.lee"] != first["ann.lee"]
        assert second["bo.ray"] == first["bo.ray"]
        assert SECRET not in repr(postgres.sql("SELECT * FROM ps_auths"))
        assert await shelf.read() == {one: {**options["ann.lee"], "nonce_lifetime": "60"}, two: options["bo.ray"]}

    running(shelf, work=work)


def test_what_cannot_be_kept_is_said_and_the_rest_is_kept(postgres: Any) -> None:
    """A write that PostgreSQL cannot take, or a CHECK of somebody's own refuses, is answered in words; the others are done."""
    shelf = a_shelf(postgres)
    good, nul, unknown, checked = (Fact("aor", name) for name in ("good", "n\0", "unknown", "checked"))

    async def work() -> None:
        await shelf.read()
        postgres.sql("ALTER TABLE ps_aors ADD CONSTRAINT most CHECK (max_contacts <> '9')")
        said = await shelf.write(
            [Write(good, {"max_contacts": "1"}), Write(nul, {}), Write(unknown, {"no_such": "1"}), Write(checked, {"max_contacts": "9"})]
        )
        assert [why is None for why in said] == [True, False, False, False]
        assert "NUL" in str(said[1])
        assert "no_such" in str(said[2])
        assert "most" in str(said[3])
        assert await shelf.read() == {good: {"max_contacts": "1"}}

    running(shelf, work=work)


def test_what_should_be_new_and_was_made_by_hand_meanwhile_is_written_all_the_same(postgres: Any) -> None:
    """Nobody asks before, so COPY finds out: the row is as wanted then, keeps its secret, and all others are there, too."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.write([Write(Fact("auth", "ann.lee"), FACTS[Fact("auth", "ann.lee")])])
        secret = await shelf.ask("SELECT password_digest FROM ps_auths")
        by: dict[Any, dict[str, Value]] = {}
        for fact, value in FACTS.items():
            by.setdefault(fact.place, {})[fact.name] = value
        async with shelf.exclusive():
            assert await shelf.hold(Sheets.of({**by, "record": {**by["record"], "bad": "NUL \0"}}, new=True)) == {
                Fact("record", "bad"): "PostgreSQL keeps no NUL character"
            }
            assert await shelf.read() == FACTS
        assert await shelf.ask("SELECT password_digest FROM ps_auths") == secret

    running(shelf, work=work)


def test_the_generation_counts_every_write(postgres: Any) -> None:
    """It changes with each write, also with one made by hand, and with nothing else."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.write(writes(FACTS))
        before = shelf.generation
        assert await shelf.current() == before
        await shelf.read()
        assert shelf.generation == await shelf.current() == before
        postgres.sql("UPDATE ps_endpoints SET context = 'internal' WHERE id = 'ann.lee'")
        assert await shelf.current() > before

    running(shelf, work=work)


def test_two_thousand_lines(postgres: Any) -> None:
    """Size changes nothing: written at once, rewritten, read, removed."""
    shelf = a_shelf(postgres)
    facts: dict[Fact, Value] = {}
    for number in range(2000):
        name = f"person{number}"
        facts[Fact("record", f"line/user/{name}")] = f'{{"n":"{name}"}}'
        facts[Fact("endpoint", name)] = {"context": "campctl-local", "callerid": f'"{NASTY}" <{number}>' if number % 100 == 0 else name}
        facts[Fact("aor", name)] = {"max_contacts": "1"}
        facts[Fact("auth", name)] = {"auth_type": "digest", "username": name, "realm": "asterisk"}

    async def work() -> None:
        assert set(await shelf.write(writes(facts))) == {None}
        assert await shelf.read() == facts
        other = {fact: {**value, "context": "campctl-none"} if fact.place == "endpoint" else value for fact, value in facts.items()}  # type: ignore[dict-item]
        await shelf.write(writes(other))
        assert await shelf.read() == other
        await shelf.write([Write(fact, None) for fact in facts])
        assert await shelf.read() == {}

    running(shelf, work=work)


# -- several at once --


def test_two_writers_take_turns(postgres: Any) -> None:
    """While one is alone another one waits, writes included, and goes on after it."""
    one, two = a_shelf(postgres), a_shelf(postgres)
    order: list[str] = []

    async def first(inside: asyncio.Event) -> None:
        async with one.exclusive():
            inside.set()
            await asyncio.sleep(0.3)
            await one.write(writes(FACTS))
            order.append("one")

    async def second(inside: asyncio.Event) -> None:
        await inside.wait()
        await two.write([Write(Fact("aor", "late"), {})])
        order.append("two")

    async def work() -> None:
        await asyncio.gather(one.read(), two.read())
        inside = asyncio.Event()
        await asyncio.gather(first(inside), second(inside))

    running(one, two, work=work)
    assert order == ["one", "two"]


def test_who_waits_too_long_is_told_for_whom(postgres: Any) -> None:
    """The error names the session that holds on, and nothing was done."""
    one, two = a_shelf(postgres), a_shelf(postgres, seconds=replace(PATIENT, turn=1.0))

    async def work() -> None:
        async with one.exclusive():
            with pytest.raises(Unavailable, match=r"campctl writer pid \d+ on"):
                async with two.exclusive():
                    raise AssertionError
        async with two.exclusive():
            assert await two.write(writes(FACTS)) == [None] * len(FACTS)

    running(one, two, work=work)


def test_whose_session_ended_lost_the_lock_and_writes_nothing(postgres: Any) -> None:
    """A writer whose session was ended while it was alone cannot write on a new one; who waited may."""
    one, two = a_shelf(postgres), a_shelf(postgres)

    async def work() -> None:
        async with one.exclusive():
            postgres.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            async with two.exclusive():
                with pytest.raises(Unavailable):
                    await one.write(writes(FACTS))
        assert await two.read() == {}
        assert await one.write(writes(FACTS)) == [None] * len(FACTS)

    running(one, two, work=work)


def test_tasks_of_one_process_take_turns_too(postgres: Any) -> None:
    """Ten writes at once on one shelf are all done."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await asyncio.gather(*(shelf.write([Write(Fact("aor", f"a{number}"), {})]) for number in range(10)))
        assert len(await shelf.read()) == 10

    running(shelf, work=work)


# -- faults --


def test_a_stopped_server_is_unavailable_and_comes_back(postgres: Any) -> None:
    """Down: an error that says where; up again: the same shelf goes on."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.write(writes(FACTS))
        postgres.stop()
        for attempt in (shelf.read, shelf.current, lambda: shelf.write(writes(FACTS)), lambda: shelf.set_secret("ann.lee", SECRET)):
            with pytest.raises(Unavailable, match=postgres.name) as caught:
                await attempt()
            assert caught.value.backend == "pbx"
            secret_free(caught.value, SECRET, postgres.password)
        postgres.start()
        assert await shelf.read() == FACTS

    running(shelf, work=work)


def test_a_restarted_server_is_not_noticed(postgres: Any) -> None:
    """A connection that died while nobody used it is replaced: what comes next just works, reading and writing."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.write(writes(FACTS))
        await shelf.read()
        postgres.stop()
        postgres.start()
        assert await shelf.read() == FACTS
        assert await shelf.write([Write(Fact("aor", "new"), {})]) == [None]
        postgres.stop()
        postgres.start()
        async with shelf.exclusive():
            assert await shelf.write([Write(Fact("aor", "new"), None)]) == [None]
        assert await shelf.read() == FACTS

    running(shelf, work=work)


def test_a_frozen_server_is_given_up_in_time(postgres: Any) -> None:
    """Every call ends within its time when the server stops answering, closing too; thawed, the shelf goes on."""
    shelf = a_shelf(postgres, seconds=QUICK)

    async def patiently(attempt: Callable[[], Awaitable[Any]]) -> Any:
        """As often as it takes a busy machine to answer in two seconds."""
        end = time.monotonic() + 90
        while True:
            try:
                return await attempt()
            except (Unavailable, Uncertain):
                assert time.monotonic() < end

    async def work() -> None:
        await patiently(lambda: shelf.write(writes(FACTS)))
        postgres.freeze()
        for attempt in (shelf.read, shelf.current, lambda: shelf.write(writes(FACTS)), lambda: shelf.set_secret("ann.lee", "x" * 20)):
            began = time.monotonic()
            with pytest.raises(Unavailable):
                await attempt()
            assert time.monotonic() - began < QUICK.connect + QUICK.call + 30
        began = time.monotonic()
        await shelf.close()
        assert time.monotonic() - began < 30
        postgres.thaw()
        assert await patiently(shelf.read) == FACTS

    running(shelf, work=work)


def test_a_cancelled_call_leaves_nothing_behind(postgres: Any) -> None:
    """Who is interrupted in the middle of a transaction did not write, and goes on with a new connection."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.read()
        holder = postgres.server.connect(postgres.name)
        holder.execute("SELECT pg_advisory_lock(%s, %s)", schema.LOCK)
        task = asyncio.create_task(shelf.write(writes(FACTS)))
        await asyncio.sleep(0.3)
        task.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 15
        holder.close()
        assert await shelf.read() == {}
        assert await shelf.write(writes(FACTS)) == [None] * len(FACTS)

    running(shelf, work=work)


def test_who_is_interrupted_while_connecting_leaves_no_connection(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the midst of what a new connection is made ready with, it is closed, and the next one is made ready anew."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        made: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def ensure(connection: Any, *_: Any, **__: Any) -> None:
            made.set_result(connection)
            await asyncio.Event().wait()

        with monkeypatch.context() as patch:
            patch.setattr(schema, "ensure", ensure)
            task = asyncio.create_task(shelf.read())
            connection = await made
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert connection.closed
        assert await shelf.read() == {}

    running(shelf, work=work)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ("wrong-" + SECRET, AuthFailed, "campctl"),
        ("", AuthFailed, "password"),
    ],
)
def test_a_wrong_password_says_so(postgres: Any, given: str, kind: type[BackendError], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """AuthFailed names the role and what to do, and repeats no password."""
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    shelf = on(postgres.url, given)

    async def work() -> None:
        with pytest.raises(kind, match=words) as caught:
            await shelf.read()
        assert "database_password" in caught.value.hint
        secret_free(caught.value, SECRET)

    running(shelf, work=work)


def test_a_password_file_will_do(postgres: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a secret libpq's own ~/.pgpass is asked."""
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:*:{postgres.password}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    shelf = on(postgres.url)
    assert running(shelf, work=shelf.read) == {}


def test_a_database_that_is_not_there(postgres: Any) -> None:
    """Refused, by name."""
    shelf = on(postgres.server.url_of("no_such_database"), postgres.password)

    async def work() -> None:
        with pytest.raises(Refused, match="no_such_database"):
            await shelf.read()

    running(shelf, work=work)


def test_nobody_listens(postgres: Any) -> None:
    """Unavailable, at once."""
    shelf = on("postgresql://campctl@127.0.0.1:1/pbx", "x")

    async def work() -> None:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/pbx"):
            await shelf.read()

    running(shelf, work=work)


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("53100", Refused, "disk"),
        ("53200", Refused, "memory"),
        ("42501", Refused, "role"),
        ("25006", Refused, "standby"),
        ("40001", Unavailable, "collide"),
    ],
)
def test_what_the_server_cannot_do_is_said_in_words(postgres: Any, state: str, kind: type[BackendError], words: str) -> None:
    """A full disk, a missing right and so on: an error of the right kind, and nothing was written."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.read()
        body = f"BEGIN RAISE EXCEPTION 'could not' USING ERRCODE = '{state}'; END"
        postgres.sql(f"CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        postgres.sql("CREATE TRIGGER no BEFORE INSERT ON ps_aors EXECUTE FUNCTION no()")
        with pytest.raises(kind, match=words):
            await shelf.write(writes(FACTS))
        assert await shelf.read() == {}

    running(shelf, work=work)


def test_no_row_shows_in_an_error(postgres: Any) -> None:
    """PostgreSQL quotes the row that it refuses; campctl does not, and neither does what its error came from."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.write(writes(FACTS))
        ((kept,),) = postgres.sql("SELECT password_digest FROM ps_auths")
        postgres.sql("ALTER TABLE ps_auths ADD CONSTRAINT never CHECK (realm IS NULL) NOT VALID")
        with pytest.raises(BackendError) as caught:
            await shelf.set_secret("ann.lee", SECRET)
        secret_free(caught.value, SECRET, kept[4:12], "Failing row")
        (why,) = await shelf.write([Write(Fact("auth", "bo.ray"), {"username": "bo.ray", "realm": "asterisk"})])
        assert why
        assert "MD5" not in why

    running(shelf, work=work)


# -- a commit whose answer is lost --


class Wire:
    """A wire to the server that breaks at COMMIT: before it is passed on, or before its answer comes back."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.cut = ""
        self.afterwards: Callable[[], None] = lambda: None
        self.cuts = 0
        self.ends: set[asyncio.StreamWriter] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, out = await asyncio.open_connection("127.0.0.1", self.to)
        self.ends |= {writer, out}
        back = asyncio.create_task(self._answers(onward, writer))
        while data := await reader.read(65536):
            if self.cut and data.startswith(b"Q") and b"COMMIT" in data:
                self.cuts += 1
                back.cancel()
                await asyncio.wait([back])
                if self.cut == "after":
                    out.write(data)
                    await onward.read(1)
                self.cut = ""
                self.afterwards()
                break
            out.write(data)
        out.close()
        writer.close()
        await asyncio.wait([back])

    @staticmethod
    async def _answers(onward: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await onward.read(65536):
            writer.write(data)
        writer.close()

    async def end(self) -> None:
        for writer in self.ends:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self.ends), return_exceptions=True)


@asynccontextmanager
async def wired(postgres: Any, **how: Any) -> AsyncIterator[tuple[Wire, SqlShelf]]:
    wire = Wire(postgres.server.port)
    server = await asyncio.start_server(wire, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shelf = on(f"postgresql://campctl@127.0.0.1:{port}/{postgres.name}?sslmode=disable", postgres.password, **how)
    try:
        yield wire, shelf
    finally:
        await shelf.close()
        server.close()
        await wire.end()


@pytest.mark.parametrize("alone", [False, True])
def test_a_commit_that_was_kept_is_found_out(postgres: Any, alone: bool) -> None:
    """The answer to COMMIT is lost, the transaction is not: PostgreSQL is asked, and the write is reported as done."""

    async def work() -> None:
        async with wired(postgres) as (wire, shelf):
            await shelf.read()
            if alone:
                async with shelf.exclusive():
                    wire.cut = "after"
                    assert await shelf.write(writes(FACTS)) == [None] * len(FACTS)
            else:
                wire.cut = "after"
                assert await shelf.write(writes(FACTS)) == [None] * len(FACTS)
            assert wire.cuts == 1
            assert await shelf.read() == FACTS

    asyncio.run(work())


def test_a_commit_that_never_arrived_was_not_done(postgres: Any) -> None:
    """COMMIT itself is lost: PostgreSQL undoes the transaction, and so the error promises that nothing was done."""

    async def work() -> None:
        async with wired(postgres) as (wire, shelf):
            await shelf.read()
            wire.cut = "before"
            with pytest.raises(Unavailable):
                await shelf.write(writes(FACTS))
            assert wire.cuts == 1
            assert await shelf.read() == {}

    asyncio.run(work())


def test_a_commit_nobody_can_tell_about_is_uncertain(postgres: Any) -> None:
    """The answer is lost, and the server with it: Uncertain; once it is back a look shows what was done."""

    async def work() -> None:
        async with wired(postgres, seconds=replace(PATIENT, fate=1.0)) as (wire, shelf):
            await shelf.read()
            wire.cut, wire.afterwards = "after", postgres.stop
            with pytest.raises(Uncertain):
                await shelf.write(writes(FACTS))
            postgres.start()
            wire.to = postgres.server.port
            assert await shelf.read() == FACTS

    asyncio.run(work())


# -- tables --


def test_tables_are_made_once(postgres: Any) -> None:
    """Five that come at the same moment to an empty database make the tables once, and all go on."""
    shelves = [a_shelf(postgres) for _ in range(5)]

    async def work() -> None:
        assert await asyncio.gather(*(shelf.read() for shelf in shelves)) == [{}] * 5

    running(*shelves, work=work)
    assert postgres.sql("SELECT version FROM campctl_schema") == [(number,) for number in range(1, schema.VERSION + 1)]


def test_tables_of_a_newer_campctl_are_left_alone(postgres: Any) -> None:
    """Refused, with both versions."""
    first, second = a_shelf(postgres), a_shelf(postgres)
    running(first, work=first.read)
    postgres.sql("INSERT INTO campctl_schema (version, name) VALUES (99, 'from the future')")

    async def work() -> None:
        with pytest.raises(Refused, match="version 99"):
            await second.read()

    running(second, work=work)


def test_tables_of_somebody_else_are_left_alone(postgres: Any) -> None:
    """Refused, by the table's name, and nothing is made."""
    postgres.sql("CREATE TABLE ps_endpoints (id varchar(40), context varchar(40))")
    shelf = a_shelf(postgres)

    async def work() -> None:
        with pytest.raises(Refused, match="ps_endpoints"):
            await shelf.read()

    running(shelf, work=work)
    assert postgres.sql("SELECT to_regclass('campctl_record'), to_regclass('campctl_schema')") == [(None, None)]


def test_asterisk_may_read_what_it_needs_and_no_more(postgres: Any) -> None:
    """Its role reads the realtime tables, writes none, and sees none of campctl's own."""
    role = f"asterisk_{postgres.name}"
    shelf = a_shelf(postgres, role=role)
    running(shelf, work=shelf.read)
    postgres.sql(f"CREATE ROLE {role}")
    later = a_shelf(postgres, role=role)
    running(later, work=later.read)
    try:
        rights = postgres.sql(
            "SELECT relname, has_table_privilege(%s, oid, 'SELECT'), has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
            " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
            role,
            role,
        )
        assert {name for name, reads, _ in rights if reads} == set(schema.FOR_ASTERISK)
        assert not [name for name, _, changes in rights if changes]
    finally:
        postgres.sql(f"DROP OWNED BY {role}")
        postgres.sql(f"DROP ROLE {role}")


def test_campctl_needs_no_more_than_its_database(postgres: Any) -> None:
    """A plain role that may create in the schema does everything, migrations included."""
    role = f"plain_{postgres.name}"
    postgres.sql(f"CREATE ROLE {role} LOGIN PASSWORD 'plain-for-tests'")
    postgres.sql(f"GRANT USAGE, CREATE ON SCHEMA public TO {role}")
    try:
        shelf = on(f"postgresql://{role}@127.0.0.1:{postgres.server.port}/{postgres.name}", "plain-for-tests")

        async def work() -> None:
            async with shelf.exclusive():
                await shelf.write(writes(FACTS))
            assert await shelf.read() == FACTS

        running(shelf, work=work)
    finally:
        postgres.sql(f"DROP OWNED BY {role}")
        postgres.sql(f"DROP ROLE {role}")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_tls_is_verified(postgres: Any, name: str) -> None:
    """verify-full goes through for the name in the certificate, and is refused in words for another one."""
    if postgres.server.root_cert is None:
        pytest.skip("no openssl, no certificate")
    url = f"postgresql://campctl@{name}:{postgres.server.port}/{postgres.name}?sslmode=verify-full&sslrootcert={postgres.server.root_cert}"
    shelf = on(url, postgres.password)

    async def work() -> None:
        if name == "localhost":
            assert await shelf.read() == {}
            return
        with pytest.raises(Refused, match="certificate"):
            await shelf.read()

    running(shelf, work=work)


def test_two_that_let_asterisk_read_at_once(postgres: Any) -> None:
    """PostgreSQL refuses the second of two grants that were given at the same time; so one waits, and finds it done."""
    import psycopg

    role = f"r_{postgres.name}"
    postgres.sql(f"CREATE ROLE {role}")
    grant = f"GRANT SELECT ON {', '.join(schema.FOR_ASTERISK)} TO {role}"

    async def work() -> None:
        one, two = [await psycopg.AsyncConnection.connect(postgres.socket_url, autocommit=True) for _ in range(2)]
        async with one, two:
            await schema.ensure(one, "nobody here", backend="pbx", shown="db")
            async with one.transaction():
                await one.execute("SELECT pg_advisory_xact_lock(%s, %s)", schema.MIGRATION_LOCK)
                await one.execute(grant.encode())
                second = asyncio.ensure_future(schema.ensure(two, role, backend="pbx", shown="db"))
                waits = f"SELECT 1 FROM pg_stat_activity WHERE pid = {two.info.backend_pid} AND wait_event_type = 'Lock'"
                while not second.done() and not postgres.sql(waits):  # noqa: ASYNC110 - another process is looked at
                    await asyncio.sleep(0.01)
            await second

    try:
        asyncio.run(work())
    finally:
        postgres.sql(f"DROP OWNED BY {role}; DROP ROLE {role}")


# -- what nodes are to be told --


def test_what_a_node_has_not_had_is_remembered(postgres: Any) -> None:
    """A delivery is kept in the transaction that it belongs to, for known nodes, oldest first, until each had it."""
    shelf = a_shelf(postgres)

    async def work() -> None:
        await shelf.outbox.know_nodes(["a", "b"], [])
        await shelf.write(writes(FACTS), Delivery(("a", "b"), "first"))
        await shelf.write([], Delivery(("a", "b"), "second"))
        pending = await shelf.outbox.pending()
        assert [(item.node, item.payload) for item in pending if item.node == "b"] == [("b", "first"), ("b", "second")]
        await shelf.outbox.delivered([(item.node, item.id) for item in pending if item.node == "a" or item.payload == "first"])
        assert [(item.node, item.payload) for item in await shelf.outbox.pending()] == [("b", "second")]
        assert postgres.sql("SELECT payload FROM campctl_delivery") == [("second",)]
        assert await shelf.outbox.nodes() == {"a", "b"}
        await shelf.outbox.know_nodes([], ["b"])
        assert await shelf.outbox.pending() == []
        assert postgres.sql("SELECT count(*) FROM campctl_delivery") == [(0,)]

    running(shelf, work=work)
