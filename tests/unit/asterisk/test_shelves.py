"""Shelves against a manager that misbehaves: reloads under way, answers that are lost, sections that are refused."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from campctl.backends.asterisk.ami import Ami, Request
from campctl.backends.asterisk.ami.wire import Reply
from campctl.backends.asterisk.facts.native import Fact, Write
from campctl.backends.asterisk.facts.render import AOR
from campctl.backends.asterisk.shelves import AstDbShelf, worded
from campctl.backends.asterisk.shelves.reloading import reloaded
from campctl.errors import BackendError, Refused, Unavailable, Uncertain
from servers.fake_ami import FakeAmi, Fields, Session

OK = Reply("Response: Success\r\nActionID: 1")
NO = Reply("Response: Error\r\nActionID: 1\r\nMessage: No such queue")
SILENT = Reply("Response: Error\r\nActionID: 1")


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], []),
        ([OK, OK], [None, None]),
        ([OK, NO], [None, "Asterisk says: No such queue"]),
        ([SILENT], ["Asterisk says: no, without a reason"]),
        ([OK, Refused("line too long")], [None, "line too long"]),
    ],
)
def test_answers_in_words(answers, said):
    """None for what was done, else Asterisk's words or ours."""
    assert worded(answers) == said


def test_some_noes_are_fine():
    """That what goes is gone already is no refusal."""
    assert worded([OK, NO], fine=("No such queue",)) == [None, None]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([Unavailable("gone"), Unavailable("gone")], Unavailable),
        ([OK, Unavailable("gone")], Uncertain),
        ([NO, Unavailable("gone")], Unavailable),
        ([Unavailable("gone"), Uncertain("lost")], Uncertain),
        ([Refused("line too long"), Uncertain("lost")], Uncertain),
    ],
)
def test_lost_answers_leave_doubt_unless_nothing_was_done(answers, error):
    """Unavailable promises that nothing was done, so it is only said when nothing was."""
    with pytest.raises(BackendError) as caught:
        worded(answers)
    assert type(caught.value) is error


def test_a_reload_under_way_is_waited_for():
    """Asterisk does one reload at a time: ours comes after it, since that one may have begun before what was written."""

    async def main() -> None:
        async with FakeAmi() as fake:
            asked = []

            async def reload(session: Session, fields: Fields) -> None:
                asked.append(fields["Module"])
                if len(asked) < 3:
                    session.respond(fields, "Error", "Message: A reload is in progress")
                else:
                    session.respond(fields, "Success", "Message: Module Reloaded")

            fake.on["reload"] = reload
            async with Ami(fake.where, fake.user, lambda: fake.secret) as ami:
                assert await reloaded(ami, Request("Reload", (("Module", "res_pjsip.so"),))) is None
            assert asked == ["res_pjsip.so"] * 3

    run(main())


def test_a_reload_that_fails_is_told():
    """Any other no is told at once."""

    async def main() -> None:
        async with FakeAmi() as fake:

            async def reload(session: Session, fields: Fields) -> None:
                session.respond(fields, "Error", "Message: No such module")

            fake.on["reload"] = reload
            async with Ami(fake.where, fake.user, lambda: fake.secret) as ami:
                assert await reloaded(ami, Request("Reload", (("Module", "x"),))) == "Asterisk says: No such module"

    run(main())


def test_a_row_too_long_for_a_line_fails_alone():
    """What AMI cannot carry is refused for its fact, and the others are written."""

    async def main() -> None:
        async with FakeAmi() as fake, Ami(fake.where, fake.user, lambda: fake.secret) as ami:
            shelf = AstDbShelf(ami)
            writes = [
                Write(Fact("map", "ext/3001"), "line:ann"),
                Write(Fact("map", "ext/3002"), "x" * 2000),
                Write(Fact("endpoint", "ann"), {"aors": "ann"}),
            ]
            said = await shelf.write(writes)
            assert said[0] is None
            assert "line too long" in (said[1] or "")
            assert said[2] is None
            assert await shelf.read([write.fact for write in writes]) == {
                Fact("map", "ext/3001"): "line:ann",
                Fact("endpoint", "ann"): {"aors": "ann"},
            }

    run(main())


def test_rows_that_are_no_json_are_handed_on_as_they_are():
    """A row somebody broke hides nothing: who decodes it says what is wrong."""

    async def main() -> None:
        async with FakeAmi() as fake, Ami(fake.where, fake.user, lambda: fake.secret) as ami:
            await ami.ask("DBPut", {"Family": "ps/endpoint", "Key": "bad", "Val": "{oops"})
            await ami.ask("DBPut", {"Family": "ps/auth", "Key": "bad", "Val": "[1]"})
            await ami.ask("DBPut", {"Family": "ps/auth", "Key": "ann", "Val": '{"username":"ann","password":"hunter22"}'})
            found = await AstDbShelf(ami).read()
            assert found[Fact("endpoint", "bad")] == "{oops"
            assert found[Fact("auth", "ann")] == {"username": "ann"}
            assert Fact("auth", "bad") in found
            assert "hunter22" not in str(found)

    run(main())


@pytest.mark.parametrize("known", [False, True])
def test_many_new_facts_are_kept_as_they_are_one_by_one(known: bool) -> None:
    """All places at once, what is refused by its fact; an auth that is there after all keeps its secret."""

    async def at_once() -> None:
        """Nothing waits."""

    async def main() -> None:
        async with FakeAmi() as fake, Ami(fake.where, fake.user, lambda: fake.secret) as ami:
            shelf = AstDbShelf(ami)
            if known:
                row = '{"auth_type":"digest","username":"ann","password_digest":"MD5:1"}'
                await ami.ask("DBPut", {"Family": "ps/auth", "Key": "ann", "Val": row})
                await shelf.read()
            by: dict[Any, Any] = {
                "record": {"line/user/ann": "{}", "line/user/long": "x" * 2000},
                "auth": {"ann": {"auth_type": "digest", "username": "ann"}},
                "endpoint": {"ann": {"aors": "ann"}, "bad": {"aors": "x" * 2000}},
                "aor": {"ann": AOR, "bob": {"max_contacts": "2"}},
                "map": {"ext/3001": "line:ann", "hotline/vp/hours": "x"},
            }
            assert [str(fact) for fact in await (await shelf.holding(by, at_once))()] == [str(Fact("endpoint", "bad"))]
            found = await shelf.read()
            assert found.keys() == {Fact(place, name) for place, values in by.items() for name in values if name != "bad"}
            assert all(found[fact] == by[fact.place][fact.name] for fact in found)
            assert list(fake.tree)[-1] == "hotline/vp/hours"
            digest = fake.tree["ps/auth/ann"].rpartition("MD5:")[2]
            assert (digest == '1"}') is known
            assert known or len(digest) == 34

    run(main())


@pytest.mark.parametrize(("name", "together"), [("Ann", True), ("Zoë 李", True), ("x" * 600, False), ("\x7f", False), ("é" * 460, False)])
def test_new_facts_go_together_whatever_people_are_called(name: str, together: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of all scripts; what takes more than a row, or is not plain, goes the long way. Either way it is kept as it is."""
    long_way = []

    async def at_once() -> None:
        """Nothing waits."""

    async def main() -> None:
        async with FakeAmi() as fake, Ami(fake.where, fake.user, lambda: fake.secret) as ami:
            shelf = AstDbShelf(ami)
            write = shelf.write
            monkeypatch.setattr(shelf, "write", lambda writes: long_way.append(len(writes)) or write(writes))
            by: dict[Any, Any] = {
                "record": {"line/user/ann": f'{{"r":"{name}"}}' * (2 if len(name) > 9 else 1)},
                "endpoint": {"ann": {"callerid": name[:9]}, "bo": {"callerid": "Bo"}},
                "map": {"ext/3001": "line:ann"},
            }
            refused = await (await shelf.holding(by, at_once))()
            assert bool(long_way) is not together
            assert await shelf.read() == {Fact(place, of): value for place, values in by.items() for of, value in values.items()}
            assert refused == {}

    run(main())
