"""Two Asterisks over one PostgreSQL work as one, and go on when one of them, or the database, does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.errors import BackendError, Unavailable
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, key_of
from campctl.testing.samples import create, delete, update
from servers.cluster import Cluster, cluster
from servers.postgres import Server
from servers.sipp import Phones, until

pytestmark = pytest.mark.live
SECRET = "a-phones-secret-for-tests-0123"

OFFICE = Location("chicago-hq", "Chicago HQ", "233 S Wacker Dr", "Chicago", "IL", "60606")
ANN = Line("user/ann.lee", "3001", "Ann Lee", number="+13125550111", location="chicago-hq", permission="national")
BO = Line("user/bo.diaz", "3002", "Bo Diaz", number="+13125550112", location="chicago-hq", permission="national")
DESK = Line("port/chicago-hq/a001", "3901", "Desk A001", location="chicago-hq", enabled=False)
HELP = Queue("help", "Help", extension="3800", max_wait=60, escalation=("30s level 2",))
ANSWERS = Member("help", ANN.id, name="Ann Lee")
ALL: list[Resource] = [OFFICE, ANN, BO, DESK, HELP, ANSWERS, Route("+13125550111", f"line/{ANN.id}"), Route("+13125550190", "queue/help")]


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture(scope="module")
def made(postgres_server: Server, asterisk_base: Path) -> Iterator[Cluster]:
    """Two nodes for all tests of this module."""
    with cluster(postgres_server, 2) as two:
        yield two


@pytest.fixture
def two(made: Cluster) -> Cluster:
    """The two, empty."""
    made.emptied()
    return made


Work = Callable[[Any], Awaitable[Any]]


def on(two: Cluster, root: Path, work: Work, *names: str, **more: Any) -> Any:
    """Work with a connection of its own, as one command of a person has it."""

    async def main() -> Any:
        backend = two.opened(root, RealClock(), *names, **more)
        try:
            return await work(backend)
        finally:
            await backend.close()

    return asyncio.run(main())


async def do(backend: Any, *changes: Any) -> None:
    outcomes = await backend.execute(changes)
    assert [outcome.error for outcome in outcomes] == [None] * len(changes)


def everything(two: Cluster, root: Path, *resources: Resource) -> None:
    on(two, root, lambda backend: do(backend, *map(create, resources or ALL)))


def seen(two: Cluster, root: Path) -> dict[Key, Resource]:
    return on(two, root, lambda backend: backend.observe()).resources  # type: ignore[no-any-return]


def held(two: Cluster, name: str) -> dict[str, str]:
    """What a node keeps for itself: maps, members, names of locations."""
    found: dict[str, str] = {}
    with two.nodes[name].connect() as ami:
        for family in ("ext", "did", "cid", "e911", "notify", "hotline"):
            found |= {row["Key"].lstrip("/"): row["Val"] for row in ami.all("DBGetTree", Family=family) if "Key" in row}
        for row in ami.all("QueueStatus"):
            if row["Event"] == "QueueMember":
                found[f"{row['Queue']}|{row['Location']}"] = f"{row['Name']} {row['Penalty']}"
        for file in ("geolocation.conf", "queues.conf", "queuerules.conf"):
            answer = ami.do("GetConfig", Filename=file)
            found |= {f"{file}/{value}": "section" for key, value in answer.items() if key.startswith("Category-")}
    return found


EXPECTED = {key_of(resource): resource for resource in ALL}


def test_both_hold_the_same(two: Cluster, tmp_path: Path) -> None:
    """What is written stands on both nodes, and each alone shows all of it."""
    everything(two, tmp_path)
    assert held(two, "a") == held(two, "b")
    assert held(two, "a")["ext/3001"] == "line:ann.lee"
    assert seen(two, tmp_path) == EXPECTED
    for name in two.nodes:
        assert on(two, tmp_path, lambda backend: backend.observe(), name).resources == EXPECTED


def test_a_node_that_is_down_is_brought_level_when_it_is_back(two: Cluster, tmp_path: Path) -> None:
    """With one node down all is done on the other; back, it has what it missed, removals included, before anything else."""
    everything(two, tmp_path)
    two.nodes["b"].stop()
    grown = replace(HELP, escalation=("20s level 2",), max_wait=30)
    moved = replace(ANN, extension="3111")
    changes = [update(ANN, moved), update(HELP, grown), delete(ANSWERS), create(Member("help", BO.id)), delete(DESK)]
    on(two, tmp_path, lambda backend: do(backend, *changes))
    wanted = {**EXPECTED, key_of(moved): moved, key_of(grown): grown, Key("member", f"help/{BO.id}"): Member("help", BO.id)}
    del wanted[key_of(ANSWERS)], wanted[key_of(DESK)]
    assert seen(two, tmp_path) == wanted
    two.nodes["b"].start()
    assert "ext/3001" in held(two, "b")
    assert seen(two, tmp_path) == wanted
    assert held(two, "a") == held(two, "b")
    assert "ext/3001" not in held(two, "b")
    assert two.place.sql("SELECT count(*) FROM campctl_delivery") == [(0,)]
    assert "20" in two.nodes["b"].cli("queue show rules")


def test_a_node_killed_in_the_midst_of_an_apply(two: Cluster, tmp_path: Path) -> None:
    """The rest goes on, nothing is lost, and the one that died has all of it when it is back."""
    two.nodes["b"].restart()  # that it is empty has to be on its disk
    lines = [Line(f"user/person{n}", str(5000 + n), f"Person {n}", location="chicago-hq") for n in range(400)]

    async def work(backend: Any) -> None:
        await do(backend, create(OFFICE))
        for start in range(0, len(lines), 50):
            if start == 200:
                two.nodes["b"].kill()
            await do(backend, *map(create, lines[start : start + 50]))

    on(two, tmp_path, work)
    expected = {key_of(resource): resource for resource in (OFFICE, *lines)}
    assert seen(two, tmp_path) == expected
    two.nodes["b"].start()
    found = seen(two, tmp_path)
    lost = [update(found[key], line) for key, line in expected.items() if found[key] != line]  # b took it within its last second
    on(two, tmp_path, lambda backend: do_in_batches(backend, lost))
    assert seen(two, tmp_path) == expected
    assert held(two, "a") == held(two, "b")


async def do_in_batches(backend: Any, changes: list[Any]) -> None:
    size = backend.capabilities.batch
    for start in range(0, len(changes), size):
        await do(backend, *changes[start : start + size])


def test_a_frozen_node_holds_up_nobody_for_long(two: Cluster, tmp_path: Path) -> None:
    """It is given up after one deadline, and told what it missed once it goes on, new phones included."""
    everything(two, tmp_path, OFFICE, ANN)
    two.nodes["b"].freeze()
    began = time.monotonic()
    on(two, tmp_path, lambda backend: do(backend, create(BO)), timeout="5s")
    assert time.monotonic() - began < 60
    two.nodes["b"].thaw()
    assert seen(two, tmp_path) == {key_of(resource): resource for resource in (OFFICE, ANN, BO)}
    assert held(two, "a") == held(two, "b")
    assert "bo.diaz" in two.nodes["b"].cli("pjsip show aors")


def test_no_node_at_all(two: Cluster, tmp_path: Path) -> None:
    """Unavailable, with each by name; nothing was done."""
    everything(two, tmp_path, OFFICE)
    for node in two.nodes.values():
        node.stop()

    async def work(backend: Any) -> None:
        with pytest.raises(Unavailable, match=r"a: .*b: ") as caught:
            await backend.execute([create(ANN)])
        assert caught.value.backend == "test"

    on(two, tmp_path, work)
    for node in two.nodes.values():
        node.start()
    assert seen(two, tmp_path) == {key_of(OFFICE): OFFICE}


def test_what_one_node_lost_shows_and_is_put_right(two: Cluster, tmp_path: Path) -> None:
    """An entry that is gone or other on one node only is a difference of its resource; writing the resource mends both."""
    everything(two, tmp_path)
    with two.nodes["b"].connect() as ami:
        ami.do("DBDel", Family="ext", Key="3001")
        ami.do("DBPut", Family="did", Key="13125550190", Val="none:")
        ami.do("QueueRemove", Queue="help", Interface="PJSIP/ann.lee")
    found = seen(two, tmp_path)
    wrong = {key for key in EXPECTED if found.get(key) != EXPECTED[key]}
    assert wrong == {key_of(ANN), Key("route", "+13125550190"), key_of(ANSWERS)}
    repairs = [update(found[key], EXPECTED[key]) if key in found else create(EXPECTED[key]) for key in sorted(wrong)]
    on(two, tmp_path, lambda backend: do(backend, *repairs))
    assert seen(two, tmp_path) == EXPECTED
    assert held(two, "a") == held(two, "b")


def test_a_node_that_is_added_gets_everything(two: Cluster, tmp_path: Path) -> None:
    """A cluster of one that becomes one of two: the new node has what the old one has."""
    on(two, tmp_path, lambda backend: do(backend, *map(create, ALL)), "a")
    assert two.place.sql("SELECT name FROM campctl_node") == [("a",)]
    assert "ext/3001" not in held(two, "b")
    assert seen(two, tmp_path) == EXPECTED
    assert held(two, "a") == held(two, "b")


def test_two_admins_of_whom_one_cannot_reach_a_node(two: Cluster, tmp_path: Path) -> None:
    """What one of them could not tell a node is told by the other, before anything newer."""

    async def both() -> None:
        blind = two.opened(tmp_path, RealClock())
        other = two.opened(tmp_path, RealClock())
        await do(blind, create(OFFICE))
        two.nodes["b"].stop()
        await do(blind, create(ANN))
        two.nodes["b"].start()
        await do(other, update(ANN, replace(ANN, extension="3111")))
        assert (await other.observe()).resources[key_of(ANN)] == replace(ANN, extension="3111")
        await blind.close()
        await other.close()

    asyncio.run(both())
    assert held(two, "a") == held(two, "b")
    assert "ext/3001" not in held(two, "b")


@pytest.mark.parametrize("how", ["stop", "freeze", "kill"])
def test_postgresql_goes_away_in_the_midst_of_an_apply(two: Cluster, tmp_path: Path, how: str) -> None:
    """A named error, never a wrong promise: what was reported as done is there, and the next run does the rest."""
    lines = [Line(f"user/person{n}", str(5000 + n), f"Person {n}", location="chicago-hq") for n in range(300)]
    accepted: list[Line] = []

    async def work(backend: Any) -> None:
        async with asyncio.TaskGroup() as group:
            going = group.create_task(asyncio.to_thread(away))
            for start in range(0, len(lines), 10):
                if start + 10 >= len(lines):
                    await going  # not before there is nothing left to be done without it
                await backend.execute([create(line) for line in lines[start : start + 10]])
                accepted.extend(lines[start : start + 10])

    def away() -> None:
        until(lambda: accepted, "the first lines")
        getattr(two.place, how)()

    everything(two, tmp_path, OFFICE)
    with pytest.raises(ExceptionGroup) as caught:
        on(two, tmp_path, work, timeout="5s" if how == "freeze" else "60s")
    (error,) = caught.value.exceptions
    assert isinstance(error, BackendError)
    assert error.code in {"unavailable", "uncertain"}
    assert two.place.name in error.message
    two.up()
    found = seen(two, tmp_path)
    assert {key_of(line) for line in accepted} <= set(found)
    rest = [create(line) for line in lines if key_of(line) not in found]
    on(two, tmp_path, lambda backend: do_in_batches(backend, rest))
    assert seen(two, tmp_path) == {key_of(resource): resource for resource in (OFFICE, *lines)}
    assert held(two, "a") == held(two, "b")


# -- check --


def checked(two: Cluster, root: Path, **more: Any) -> dict[str, Any]:
    probes = on(two, root, lambda backend: backend.check(), **more)
    assert len({probe.name for probe in probes}) == len(probes)
    return {probe.name: probe for probe in probes if not probe.ok}


def test_a_check_of_nodes_that_are_well(two: Cluster, tmp_path: Path) -> None:
    """Everything, by node, is well; the database and what nodes have in common are looked at, too."""
    everything(two, tmp_path)
    assert checked(two, tmp_path) == {}
    names = {probe.name for probe in on(two, tmp_path, lambda backend: backend.check())}
    assert {"a: connection", "b: connection", "database", "database rights", "nodes alike"} <= names


def test_a_check_names_the_node_that_is_down(two: Cluster, tmp_path: Path) -> None:
    """And says that it has yet to be told what it missed."""
    two.nodes["b"].stop()
    everything(two, tmp_path)
    wrong = checked(two, tmp_path)
    assert set(wrong) == {"b: connection", "nodes alike"}
    assert "b does not answer, and has yet to be told" in wrong["nodes alike"].detail


def test_a_check_names_the_node_that_differs(two: Cluster, tmp_path: Path) -> None:
    """With the entry."""
    everything(two, tmp_path)
    with two.nodes["b"].connect() as ami:
        ami.do("DBDel", Family="ext", Key="3001")
    wrong = checked(two, tmp_path)["nodes alike"]
    assert "b: 1 entry" in wrong.detail
    assert "ext/3001" in wrong.detail
    assert "a:" not in wrong.detail


def test_a_check_names_rights_that_are_missing_or_too_many(two: Cluster, tmp_path: Path) -> None:
    """Asterisk's role has to read, and must not write."""
    two.place.sql("REVOKE SELECT ON ps_aors FROM asterisk")
    two.place.sql("GRANT UPDATE ON ps_auths TO asterisk")
    try:
        assert "ps_auths" in checked(two, tmp_path)["database rights"].detail
        two.place.sql("REVOKE UPDATE ON ps_auths FROM asterisk")
        assert "database rights" not in checked(two, tmp_path)  # what is missing is granted again
    finally:
        two.place.sql("REVOKE UPDATE ON ps_auths FROM asterisk")


def test_a_check_without_the_database(two: Cluster, tmp_path: Path) -> None:
    """Its fault is named, with the cure, and nothing raises."""
    two.place.stop()
    wrong = checked(two, tmp_path)
    two.up()
    assert two.place.name in wrong["database"].detail
    assert wrong["database"].cure


# -- calls --


def with_phones(two: Cluster, root: Path) -> None:
    """Everything, and secrets for Ann and Bo."""

    async def work(backend: Any) -> None:
        await do(backend, *map(create, ALL))
        for line in (ANN, BO):
            await backend.set_secret(line.id, SECRET)

    on(two, root, work)


def here(two: Cluster, phones: Phones, node: str, user: str = "ann.lee") -> Any:
    """A phone that is registered at a node, and known to be there by its queues; it takes calls."""
    phone = phones.phone(user, SECRET, on=two.nodes[node])
    assert phone.register() == 200
    phone.answers()
    if user == "ann.lee":
        until(lambda: "Not in use" in two.nodes[node].cli("queue show help"), "Ann in the queue")
    return phone


def test_a_phone_registers_at_any_node_and_is_live(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """With its secret, at b as at a; it is live whichever node it is at."""
    with_phones(two, tmp_path)
    assert key_of(ANN) not in on(two, tmp_path, lambda backend: backend.observe()).live
    ann = phones.phone("ann.lee", SECRET, on=two.nodes["b"])
    assert ann.register(secret="wrong") == 401
    assert ann.register() == 200
    live = on(two, tmp_path, lambda backend: backend.observe()).live
    assert {key_of(ANN), key_of(ANSWERS)} <= live
    assert key_of(BO) not in live


def test_a_call_that_arrives_at_one_node_rings_at_the_other(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """A call from outside to the number of somebody whose phone is at the other node."""
    with_phones(two, tmp_path)
    ann = here(two, phones, "b")
    phones.carrier(on=two.nodes["a"]).call("13125550111").answered()
    assert ann.rung()


def test_a_hotline_call_is_answered_at_the_other_node(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """A call to a hotline that arrives where nobody who answers it is; they are at the other node."""
    with_phones(two, tmp_path)
    ann = here(two, phones, "b")
    phones.carrier(on=two.nodes["a"]).call("13125550190").answered()
    assert ann.rung()


def test_who_is_new_while_a_node_is_down_can_be_rung_there(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """Asterisk starts with lines whose location it has not yet; told of it, it rings them in hotlines, too."""
    two.nodes["b"].stop()
    with_phones(two, tmp_path)
    two.nodes["b"].start()
    assert "doesn't exist" in two.nodes["b"].said()
    assert seen(two, tmp_path) == EXPECTED
    ann = here(two, phones, "b")
    phones.carrier(on=two.nodes["b"]).call("13125550190").answered()
    ann.rung()


def test_colleagues_at_different_nodes_reach_each_other(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """By extension."""
    with_phones(two, tmp_path)
    ann, bo = here(two, phones, "a"), here(two, phones, "b", "bo.diaz")
    ann.dial("3002").answered()
    assert bo.rung().from_ == "3001"


def test_a_restarted_node_has_everything(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """Members, rules and phones are there after a restart of a node, and a caller in the hotline reaches one."""
    with_phones(two, tmp_path)
    two.nodes["a"].restart()
    assert seen(two, tmp_path) == EXPECTED
    ann = here(two, phones, "a")
    phones.carrier(on=two.nodes["a"]).call("13125550190").answered()
    ann.rung()
    assert "30" in two.nodes["a"].cli("queue show rules")


def test_a_hotline_outlives_a_database_that_is_away(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """Somebody calls it meanwhile in vain; afterwards it has its members, and the next call is answered."""
    with_phones(two, tmp_path)
    ann = here(two, phones, "a")
    carrier = phones.carrier(on=two.nodes["a"])
    two.place.stop()
    lost = carrier.call("13125550190")
    until(lambda: lost.statuses, "an answer of some kind")
    lost.close()
    two.nodes["a"].cli("channel request hangup all")
    two.place.start()
    assert "ann.lee" in two.nodes["a"].cli("queue show help")
    carrier.call("13125550190").answered()
    ann.rung()
    assert seen(two, tmp_path) == EXPECTED


def test_who_waits_in_a_hotline_that_is_deleted_goes_where_its_number_leads_now(two: Cluster, tmp_path: Path, phones: Phones) -> None:
    """On each node, whichever they wait at: the number is given to Bo, the hotline goes, and nobody is hung up on."""
    with_phones(two, tmp_path)
    calls = [phones.carrier(on=node).call("13125550190") for node in two.nodes.values()]
    for node, call in zip(two.nodes.values(), calls, strict=True):
        call.answered()
        with node.connect() as ami:
            until(lambda ami=ami: ami.all("QueueStatus", Queue="help")[0]["Calls"] == "1", "the waiting caller")  # type: ignore[misc]
    bo = here(two, phones, "b", "bo.diaz")
    number = Route("+13125550190", "queue/help")
    changes = [update(number, replace(number, to=f"line/{BO.id}")), delete(ANSWERS), delete(HELP)]
    on(two, tmp_path, lambda backend: do(backend, *changes))
    bo.rung(2)
