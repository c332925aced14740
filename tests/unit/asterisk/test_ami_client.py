"""The client of the manager interface, against one in this process that misbehaves in every way."""

from __future__ import annotations

import asyncio
import logging
import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from campctl.backends.asterisk.ami import (
    Ami,
    AmiOptions,
    Puts,
    Reply,
    Request,
    Where,
    db_del,
    db_get,
    db_put,
    db_tree,
    delete,
    put,
    read_config,
    refused,
    settled,
)
from campctl.errors import AuthFailed, BackendError, Refused, Unavailable, Uncertain
from servers.fake_ami import FakeAmi, Fields, Session, run, until

PATIENT = AmiOptions(backend="old-pbx", deadline=60, connect=60)
SOON = 1.0
"""Seconds after which a peer that says nothing is given up: the deadline of what is not to be answered, and of nothing else."""


def client(fake: FakeAmi, options: AmiOptions = PATIENT) -> Ami:
    return Ami(fake.where, fake.user, lambda: fake.secret, options)


def with_fake(work: Callable[[FakeAmi, Ami], Awaitable[None]], options: AmiOptions = PATIENT, **fake_options: Any) -> None:
    """Run a test against a fake with a client."""

    async def main() -> None:
        async with FakeAmi(**fake_options) as fake, client(fake, options) as ami:
            await work(fake, ami)

    run(main)


def puts(count: int) -> Puts:
    """So many, by number."""
    found = Puts()
    assert found.add("f", [str(n) for n in range(count)], "x")
    return found


async def silence(session: Session, fields: Fields) -> None:
    """No answer."""


async def half(session: Session, fields: Fields) -> None:
    """Half an answer, and nothing more."""
    session.raw(f"Response: Success\r\nActionID: {fields['ActionID']}\r\nMess".encode())


async def reset(session: Session, fields: Fields) -> None:
    """Half an answer, then the connection breaks."""
    await half(session, fields)
    await session.writer.drain()
    session.reset()


async def hang_up(session: Session, fields: Fields) -> None:
    """The connection ends in order, without an answer."""
    session.writer.close()


async def garbage(session: Session, fields: Fields) -> None:
    """What no manager says."""
    session.raw(b"\x00\x01\x02 nonsense\r\n\r\n")


async def to_nobody(session: Session, fields: Fields) -> None:
    """An answer that does not say to what."""
    session.message("Response: Error", "Message: Failed to parse message: line too long")


LOSSES = [silence, half, reset, hang_up, garbage, to_nobody]


# -- asking --


def test_it_connects_on_first_use_and_once() -> None:
    """No connection before the first question; tasks that ask at the same time share one."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        assert not ami.connected
        assert fake.logins == 0
        replies = await asyncio.gather(*(ami.ask("Ping") for _ in range(20)))
        assert all(reply.ok for reply in replies)
        assert fake.logins == 1
        assert ami.connected

    with_fake(work)


def test_a_list_is_collected_up_to_its_end() -> None:
    """Events of a list come without the one that completes it; events of others in between are left out."""

    async def shuffled(session: Session, fields: Fields) -> None:
        number = fields["ActionID"]
        session.respond(fields, "Success", "EventList: start", "Message: follows")
        session.message("Event: QueueSummary", "Queue: a", f"ActionID: {number}")
        session.message("Event: Unrelated", "Privilege: call,all", "Queue: x")
        session.message("Event: QueueSummary", "Queue: b", f"ActionID: {number}")
        session.message("Event: QueueSummaryComplete", f"ActionID: {number}", "EventList: Complete", "ListItems: 2")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["queuesummary"] = shuffled
        assert [row.get("Queue") for row in await ami.collect("QueueSummary")] == ["a", "b"]
        assert (await ami.ask("Ping")).ok

    with_fake(work)


def test_answers_are_told_apart_by_action_id() -> None:
    """Answers in another order than the questions reach who asked."""
    held: list[tuple[Session, Fields]] = []

    async def late(session: Session, fields: Fields) -> None:
        held.append((session, fields))
        if len(held) == 3:
            for other, asked in reversed(held):
                other.respond(asked, "Success", f"Message: {asked['Key']}")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["dbdel"] = late
        replies = await asyncio.gather(*(ami.ask("DBDel", {"Family": "f", "Key": key}) for key in "abc"))
        assert [reply.message for reply in replies] == ["a", "b", "c"]

    with_fake(work)


def test_asterisks_no_is_a_reply_or_refused() -> None:
    """`ask` hands the no on, `collect` and `command` raise it in Asterisk's words, with the cure where it is known."""

    async def no(session: Session, fields: Fields) -> None:
        session.respond(fields, "Error", "Message: Permission denied")

    async def no_command(session: Session, fields: Fields) -> None:
        if fields["Command"] != "foo":
            await session.fake._command(session, fields)
            return
        session.respond(fields, "Error", "Message: Command output follows", "Output: No such command 'foo'")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on |= {"queuestatus": no, "queueadd": no, "command": no_command}
        reply = await ami.ask("QueueAdd")
        assert (reply.ok, reply.message) == (False, "Permission denied")
        with pytest.raises(Refused, match="Permission denied") as caught:
            await ami.collect("QueueStatus")
        assert "manager.conf" in caught.value.hint
        assert caught.value.backend == "old-pbx"
        with pytest.raises(Refused, match="No such command 'foo'"):
            await ami.command("foo")

    with_fake(work)


def test_a_command_gives_its_lines() -> None:
    """Console output comes as lines, blank ones too."""

    async def output(session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", "Message: Command output follows", "Output: one", "Output: ", "Output: two: 2")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["command"] = output
        assert await ami.command("core show uptime") == ["one", "", "two: 2"]

    with_fake(work)


def test_values_of_astdb_round_trip() -> None:
    """Written, read alone and in a tree, deleted; a family that only LIKE would match is left out."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        await db_put(ami, "ps/auth", "ann", '{"username":"ann: é"}')
        fake.tree |= {"PS/auth/other": "x", "ps/aor/ann": "{}"}
        assert await db_get(ami, "ps/auth", "ann") == '{"username":"ann: é"}'
        assert await db_get(ami, "ps/auth", "bob") is None
        assert await db_tree(ami, "ps") == {"auth/ann": '{"username":"ann: é"}', "aor/ann": "{}"}
        assert await db_tree(ami, "nothing") == {}
        assert await db_del(ami, "ps/auth", "ann") is True
        assert await db_del(ami, "ps/auth", "ann") is False

    with_fake(work)


def test_a_configuration_file_is_read() -> None:
    """Sections with their options in order; a value keeps its equals signs."""

    async def config(session: Session, fields: Fields) -> None:
        rows = "Category-000000: general", "Line-000000-000000: a=b=c", "Category-000001: vp", "Line-000001-000000: x="
        session.respond(fields, "Success", *rows)

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["getconfig"] = config
        assert await read_config(ami, "queues.conf") == {"general": [("a", "b=c")], "vp": [("x", "")]}

    with_fake(work)


def test_a_file_that_asterisk_cannot_read_is_named() -> None:
    """Damaged by hand: which file it is, and where to look."""

    async def config(session: Session, fields: Fields) -> None:
        session.respond(fields, "Error", "Message: Config file has invalid format")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["getconfig"] = config
        with pytest.raises(Refused, match=r"cannot read queues\.conf: Config file has invalid format") as caught:
            await read_config(ami, "queues.conf")
        assert "by hand" in caught.value.hint

    with_fake(work)


# -- many --


def test_many_are_done_in_order_within_the_window() -> None:
    """Requests arrive in order, never more than the window unanswered, and answers come back in order."""
    waiting: list[tuple[Session, Fields]] = []
    most = 0

    async def collect(session: Session, fields: Fields) -> None:
        nonlocal most
        waiting.append((session, fields))
        most = max(most, len(waiting))
        if len(waiting) == 8 or fields["Key"] == "99":
            for other, asked in waiting:
                other.respond(asked, "Success", f"Message: {asked['Key']}")
            waiting.clear()

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["dbput"] = collect
        answers = await ami.many([put("f", str(n), "x") for n in range(100)], window=8)
        assert [reply.message for reply in settled(answers)] == [str(n) for n in range(100)]
        assert [fields["Key"] for fields in fake.asked("DBPut")] == [str(n) for n in range(100)]
        assert most == 8
        assert await ami.many([]) == []

    with_fake(work)


@pytest.mark.parametrize("window", [3, 256])
def test_many_puts_are_done_whatever_comes_between_their_answers(window: int) -> None:
    """Events and a refusal stay with their own; all others are done."""

    async def now_and_then(session: Session, fields: Fields) -> None:
        number = int(fields["Key"])
        if number % 7 == 3:
            session.message("Event: Reload", "Module: DBPut", "ActionID: 1")
        if number == 20:
            session.respond(fields, "Error", "Message: No such thing")
        else:
            session.respond(fields, "Success", "Message: Updated database successfully")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["dbput"] = now_and_then
        answers = await ami.many(puts(40), window=window)
        said = [refused(answer) for answer in answers]
        assert [n for n, text in enumerate(said) if text is not None] == [20]
        assert said[20] == "No such thing"
        assert [fields["Key"] for fields in fake.asked("DBPut")] == [str(n) for n in range(40)]
        assert [refused(answer) for answer in await ami.many(puts(10))] == [None] * 10

    with_fake(work)


@pytest.mark.parametrize("window", [400, 4000])
def test_answers_that_are_not_what_was_waited_for_are_read_all_the_same(window: int) -> None:
    """Refusals are shorter than what says that a thousand were done, by the last of which this process would be woken."""

    async def refuse(session: Session, fields: Fields) -> None:
        if int(fields["Key"]) < 700:
            session.respond(fields, "Success", "Message: Updated database successfully")
        else:
            session.respond(fields, "Error", "Message: no")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["dbput"] = refuse
        said = [refused(answer) for answer in await ami.many(puts(1000), window=window)]
        assert said == [None] * 700 + ["no"] * 300
        assert (await ami.ask("Ping")).ok

    with_fake(work)


@pytest.mark.parametrize("fault", [half, reset, hang_up, garbage])
def test_many_puts_say_what_became_of_each_when_the_connection_is_lost(fault: Any) -> None:
    """However many are waited for together: answered ones keep their answer, sent ones are uncertain, and the others were not done."""

    async def some(session: Session, fields: Fields) -> None:
        if fields["Key"] == "300":
            await fault(session, fields)
        elif int(fields["Key"]) < 300:
            session.respond(fields, "Success", "Message: Updated database successfully")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["dbput"] = some
        answers = await ami.many(puts(1400), window=1000, deadline=SOON)
        kinds = [type(answer) for answer in answers]
        assert kinds == sorted(kinds, key=[Reply, Uncertain, Unavailable].index)
        assert kinds.count(Reply) <= 300
        assert 1000 <= 1400 - kinds.count(Unavailable) < 1400
        assert (await ami.ask("Ping")).ok

    with_fake(work)


def test_many_report_each_refusal_at_its_place() -> None:
    """What cannot be sent and what Asterisk refuses is said for each, and the others are done."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        answers = await ami.many([put("f", "a", "1"), put("f", "b", "x\r\ny"), delete("f", "none"), put("f", "c", "3")])
        said = [refused(answer) for answer in answers]
        assert (said[0], said[2], said[3]) == (None, "Database entry could not be deleted", None)
        assert "line end" in str(said[1])
        assert fake.tree == {"f/a": "1", "f/c": "3"}

    with_fake(work)


@pytest.mark.parametrize("fault", LOSSES)
def test_many_say_what_became_of_each_when_the_connection_is_lost(fault: Any) -> None:
    """Answered ones keep their answer, sent ones are uncertain, and what never left was not done."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        async def third(session: Session, fields: Fields) -> None:
            if fields["Key"] == "2":
                await fault(session, fields)
            elif int(fields["Key"]) < 2:
                session.respond(fields)

        fake.on["dbput"] = third
        answers = await ami.many([put("f", str(n), "x") for n in range(10)], window=4, deadline=SOON)
        kinds = [type(answer) for answer in answers]
        assert kinds[:2] == [Reply, Reply]
        assert set(kinds[2:4]) == {Uncertain}
        assert kinds[-1] is Unavailable
        assert kinds == sorted(kinds, key=[Reply, Uncertain, Unavailable].index)
        with pytest.raises(Uncertain):
            settled(answers)
        del fake.on["dbput"]
        assert (await ami.ask("DBPut", {"Family": "f", "Key": "again", "Val": "x"})).ok

    with_fake(work)


# -- losses --


@pytest.mark.parametrize("fault", LOSSES)
@pytest.mark.parametrize(("request_", "error"), [(put("f", "k", "v"), Uncertain), (Request("Ping"), Unavailable)], ids=["write", "read"])
def test_a_lost_answer_is_named_and_the_next_use_connects_anew(fault: Any, request_: Request, error: type[BackendError]) -> None:
    """A write that lost its answer may have been done, a look was not; either way the next question has an answer."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        assert (await ami.ask("CoreSettings")).ok
        fake.on[request_.action.lower()] = fault
        with pytest.raises(error) as caught:
            await ami.ask(*request_, deadline=0.2)
        assert caught.value.backend == "old-pbx"
        assert type(caught.value) is error
        fake.on.clear()
        assert (await ami.ask("CoreSettings")).ok
        assert fake.logins == 2

    with_fake(work)


def test_all_who_wait_hear_of_a_loss() -> None:
    """Whoever waits on the connection when it breaks gets the error that fits the request."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on |= {"ping": silence, "queueadd": silence, "queuestatus": silence}
        asking = [asyncio.ensure_future(ami.ask(name)) for name in ("Ping", "QueueAdd")]
        listing = asyncio.ensure_future(ami.collect("QueueStatus"))
        await until(lambda: len(fake.seen) == 3)
        fake.drop()
        found = await asyncio.gather(*asking, listing, return_exceptions=True)
        assert [type(error) for error in found] == [Unavailable, Uncertain, Unavailable]

    with_fake(work)


def test_a_list_broken_off_is_no_list() -> None:
    """Half a list is never taken for the whole one."""

    async def broken(session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", "EventList: start")
        session.message("Event: QueueSummary", "Queue: a", f"ActionID: {fields['ActionID']}")
        await session.writer.drain()
        session.reset()

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["queuesummary"] = broken
        with pytest.raises(Unavailable):
            await ami.collect("QueueSummary")

    with_fake(work)


def test_a_caller_that_stops_waiting_disturbs_nobody() -> None:
    """A cancelled question leaves the connection usable, and its late answer reaches no one."""
    late: list[tuple[Session, Fields]] = []

    async def hold(session: Session, fields: Fields) -> None:
        late.append((session, fields))

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["queueadd"] = hold
        task = asyncio.ensure_future(ami.ask("QueueAdd"))
        await until(lambda: bool(late))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        late[0][0].respond(late[0][1], "Success", "Message: late")
        assert (await ami.ask("Ping")).message == "done"
        assert fake.logins == 1

    with_fake(work)


@pytest.mark.parametrize("booted", [False, True])
def test_the_epoch_is_the_same_for_who_came_early(booted: bool) -> None:
    """Who logs in before Asterisk knows all of its commands (booted or not) gets the epoch that later ones get."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.booted, fake.not_yet = booted, 3
        early = (await ami.about()).epoch
        fake.booted = True
        async with client(fake) as other:
            assert early == await other.epoch()
        assert fake.not_yet == 0

    with_fake(work)


def test_a_restart_shows_in_the_epoch() -> None:
    """The epoch is the same on two connections, and another one after Asterisk restarted."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        async with client(fake) as other:
            first = await ami.epoch()
            assert first == await other.epoch()
        fake.restart(fake.started)  # within the same second
        await until(lambda: not ami.connected)
        assert await ami.epoch() != first
        about = await ami.about()
        assert (about.protocol, about.startup) == ("11.0.0", "2026-10-01T08:00:00")
        assert about.uptime is not None
        assert 194 <= about.uptime < 194 + 60

    with_fake(work)


def test_boot_is_waited_for() -> None:
    """A connection made while Asterisk boots learns when that is over, and not before."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.booted = False
        assert not (await ami.about()).booted
        assert await ami.wait_booted(0.01) is False
        fake.sessions[0].message("Event: FullyBooted", "Status: Fully Booted")
        assert await ami.wait_booted(60) is True
        assert (await ami.about()).booted

    with_fake(work)


def test_events_are_off_once_booted() -> None:
    """A connection for questions does not have Asterisk write every event to it."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        await ami.ask("Ping")
        assert fake.sessions[0].events == "off"

    with_fake(work)


def test_closing_twice_is_fine() -> None:
    """Closed before use, closed twice; a use after it says so."""

    async def work(fake: FakeAmi, ami: Ami) -> None:
        unused = client(fake)
        await unused.close()
        await ami.ask("Ping")
        await ami.close()
        await ami.close()
        with pytest.raises(Unavailable, match="closed"):
            await ami.ask("Ping")

    with_fake(work)


def test_a_client_outlives_its_event_loop() -> None:
    """A client used in a second loop, after the first has ended, connects anew."""
    ami: list[Ami] = []

    async def once() -> None:
        async with FakeAmi() as fake:
            if not ami:
                ami.append(client(fake))
            ami[0]._door = msgspec.structs.replace(ami[0]._door, where=fake.where)
            assert (await ami[0].ask("Ping")).ok

    run(once)
    run(once)
    asyncio.run(ami[0].close())


# -- wrong peers --


async def serve(data: bytes, *, then_close: bool) -> tuple[asyncio.Server, Where]:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(data)
            await writer.drain()
            if not then_close:
                await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    return server, Where("127.0.0.1", server.sockets[0].getsockname()[1])


@pytest.mark.parametrize(
    ("data", "then_close", "words"),
    [  # those that only time tells are first: silence, half, mute
        (b"", False, "sent no banner"),
        (b"Asterisk Call Man", False, "sent no banner"),
        (b"Asterisk Call Manager/11.0.0\r\n", False, "was not answered"),
        (b"Asterisk Call Man", True, "closed the connection before its banner"),
        (b"", True, "closed the connection before its banner"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", False, "begins with 'HTTP/1.1 400 Bad Request'"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, "is not an Asterisk manager"),
        (b"\x00\xff\x1b[31m" * 50, False, "is not an Asterisk manager"),
        (b"Asterisk Call Manager/" + b"9" * 5000, False, "is not an Asterisk manager"),
        (b"Asterisk Call Manager/11.0.0\r\n", True, "was not answered"),
        (b"Asterisk Call Manager/11.0.0\r\n" + b"x" * (17 << 20), False, "was not answered"),
    ],
    ids=["silence", "half", "mute", "half-gone", "gone", "http", "ssh", "binary", "endless", "mute-gone", "flood"],
)
def test_a_wrong_peer_is_named(data: bytes, then_close: bool, words: str) -> None:
    """Whatever listens there, it ends soon in an Unavailable that says what was seen; nothing was sent."""
    says_nothing_more = not then_close and data in b"Asterisk Call Manager/11.0.0\r\n"
    options = msgspec.structs.replace(PATIENT, connect=SOON) if says_nothing_more else PATIENT

    async def main() -> None:
        server, where = await serve(data, then_close=then_close)
        async with server:
            ami = Ami(where, "campctl", lambda: "s3cret-word", options)
            with pytest.raises(Unavailable) as caught:
                await ami.ask("DBPut", {"Family": "f", "Key": "k", "Val": "v"})
            await ami.close()
        assert words in caught.value.message
        assert caught.value.message.isprintable()
        assert caught.value.hint
        assert "s3cret-word" not in caught.value.message + caught.value.hint

    run(main)


def test_nobody_there_is_unavailable() -> None:
    """A refused connection says host, port and what to look at."""

    async def main() -> None:
        server, where = await serve(b"", then_close=True)
        server.close()
        await server.wait_closed()
        with pytest.raises(Unavailable, match="connection refused") as caught:
            await Ami(where, "campctl", lambda: "x", PATIENT).ask("Ping")
        assert str(where.port) in caught.value.message

    run(main)


def test_an_event_flood_fills_no_memory() -> None:
    """Events nobody asked for are dropped, and the answer between them is found."""

    async def flood(session: Session, fields: Fields) -> None:
        event = b"Event: VarSet\r\nPrivilege: dialplan,all\r\nVariable: X\r\nValue: " + b"y" * 200 + b"\r\n\r\n"
        for _ in range(50):
            session.raw(event * 100)
            await session.writer.drain()
        session.respond(fields, "Success", "Message: here")

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["ping"] = flood
        assert (await ami.ask("Ping")).message == "here"

    with_fake(work)


def test_an_endless_list_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that never completes ends in an error before it fills the memory, deadline or not."""
    monkeypatch.setattr("campctl.backends.asterisk.ami.connection.MAX_ANSWER", 1 << 20)

    async def endless(session: Session, fields: Fields) -> None:
        session.respond(fields, "Success", "EventList: start")
        row = f"Event: QueueMember\r\nName: {'x' * 900}\r\nActionID: {fields['ActionID']}\r\n\r\n".encode()
        while True:
            session.raw(row * 100)
            await session.writer.drain()

    async def work(fake: FakeAmi, ami: Ami) -> None:
        fake.on["queuestatus"] = endless
        with pytest.raises(Unavailable, match="an answer of more than"):
            await ami.collect("QueueStatus")

    with_fake(work)


# -- credentials, secrets, TLS --


@pytest.mark.parametrize(("user", "secret"), [("campctl", "wrong-secret-9"), ("nobody", FakeAmi.secret)])
def test_a_refused_log_in_names_both_causes(user: str, secret: str) -> None:
    """Asterisk does not tell a wrong secret from an address its ACL misses; the error says so, with the cure for both."""

    async def main() -> None:
        async with FakeAmi() as fake:
            ami = Ami(fake.where, user, lambda: secret, PATIENT)
            with pytest.raises(AuthFailed) as caught:
                await ami.ask("Ping")
            words = caught.value.message + caught.value.hint
            assert all(word in words for word in ("Authentication failed", "secret", "permit", "manager.conf", user))
            assert secret not in words
            assert not ami.connected

    run(main)


def test_the_secret_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in logs nor reprs, and on a plain connection not on the wire."""
    seen: list[str] = []

    async def main() -> None:
        async with FakeAmi() as fake, client(fake) as ami:
            known = fake._known["login"]

            async def login(session: Session, fields: Fields) -> None:
                seen.append(repr(fields))
                await known(session, fields)

            fake.on["login"] = login
            await ami.ask("Ping")
            seen.append(repr(ami) + repr(ami.options) + repr(vars(ami)) + repr(ami._opened))

    with caplog.at_level(logging.DEBUG):
        run(main)
    assert FakeAmi.secret not in "".join(seen) + caplog.text


@pytest.mark.parametrize(
    ("where", "exposed"),
    [
        (Where("127.0.0.1"), False),
        (Where("::1"), False),
        (Where("localhost"), False),
        (Where("pbx.example.org"), True),
        (Where("192.0.2.7"), True),
        (Where("pbx.example.org", tls=True), False),
    ],
)
def test_a_plain_connection_over_a_network_is_known(where: Where, exposed: bool) -> None:
    """`exposed` tells `backend check` when secrets would cross a network unencrypted."""
    assert where.exposed is exposed


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for pbx.example.org with its key, in one PEM file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    pem = tmp_path_factory.mktemp("tls") / "pbx.pem"
    subject = ["-subj", "/CN=pbx.example.org", "-addext", "subjectAltName=DNS:pbx.example.org"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *subject]
    subprocess.run([*make, "-keyout", f"{pem}.key", "-out", pem], check=True, capture_output=True)
    pem.write_text(pem.read_text() + Path(f"{pem}.key").read_text())
    return pem


def _server_side(pem: Path, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.maximum_version = version
    return context


def test_tls_is_verified_against_the_ca_and_the_name(certificate: Path) -> None:
    """With the CA's file and the right name it works; without either it does not, and says which to set."""

    async def main() -> None:
        async with FakeAmi(tls=_server_side(certificate)) as fake:
            right = msgspec.structs.replace(fake.where, tls=True, ca=str(certificate), server_name="pbx.example.org")
            async with Ami(right, fake.user, lambda: fake.secret, PATIENT) as ami:
                assert (await ami.ask("Ping")).ok
            for wrong in (msgspec.structs.replace(right, ca=""), msgspec.structs.replace(right, server_name="other.example.org")):
                with pytest.raises(AuthFailed, match="not trusted") as caught:
                    await Ami(wrong, fake.user, lambda: fake.secret, PATIENT).ask("Ping")
                assert "server-name" in caught.value.hint

    run(main)


def test_a_ca_file_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A missing file, and one without a certificate."""
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")

    async def main() -> None:
        async with FakeAmi() as fake:
            for ca in (tmp_path / "missing.pem", empty):
                where = msgspec.structs.replace(fake.where, tls=True, ca=str(ca))
                with pytest.raises(Refused, match="CA file"):
                    await Ami(where, fake.user, lambda: fake.secret, PATIENT).ask("Ping")

    run(main)


def test_tls_and_plain_ports_are_told_apart(certificate: Path) -> None:
    """TLS to a plain port, and plain to a TLS port, each say what to change."""

    async def main() -> None:
        async with FakeAmi() as plain, FakeAmi(tls=_server_side(certificate)) as secure:
            with pytest.raises(Unavailable, match="does not speak TLS"):
                await Ami(msgspec.structs.replace(plain.where, tls=True), "campctl", lambda: "x", PATIENT).ask("Ping")
            with pytest.raises(Unavailable, match="no banner") as caught:
                await Ami(secure.where, "campctl", lambda: "x", AmiOptions(connect=SOON)).ask("Ping")
            assert "tls: true" in caught.value.hint

    run(main)
