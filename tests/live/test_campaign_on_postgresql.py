"""The same campaign, on two Asterisks over one PostgreSQL: commands, phones and calls as on one machine."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from live.conftest import TEXT, Camp, People
from live.test_moves import address
from servers.asterisk import Asterisk
from servers.cluster import Cluster, cluster
from servers.postgres import Server
from servers.sipp import Phone, Phones, until
from servers.softphone import Softphone

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def made(postgres_server: Server, asterisk_base: Path) -> Iterator[Cluster]:
    with cluster(postgres_server, 2) as two:
        yield two


@pytest.fixture
def two(made: Cluster) -> Cluster:
    made.emptied()
    return made


@pytest.fixture
def camp(two: Cluster, tmp_path: Path) -> Camp:
    """The campaign, applied to both nodes."""
    camp = Camp(tmp_path / "campaign", two.nodes["a"])
    camp.root.mkdir()
    camp.passwords["CAMPCTL_PBX_DATABASE_PASSWORD"] = two.place.password
    nodes = ", ".join(f'"{name}={node.host}:{node.ami}"' for name, node in two.nodes.items())
    text = TEXT.replace("host: HOST, port: PORT", f'database: "{two.place.url}?sslmode=disable", nodes: [{nodes}], timeout: 60s')
    (camp.root / "campaign.yaml").write_text(text)
    camp.apply("--secrets", str(camp.root / "secrets.csv"))
    return camp


class Across(People):
    """Phones at a node of one's choice."""

    def at(self, node: Asterisk, line: str, **how: float) -> Phone:
        """A phone registered there, that takes calls."""
        user = line.partition("/")[2].replace("/", "~")
        phone = self._phones.phone(user, self.camp.secrets[line], on=node)
        assert phone.register() == 200
        phone.answers(**how)
        return phone

    def outside(self, node: Asterisk) -> Phone:
        return self._phones.carrier(on=node)


@pytest.fixture
def people(camp: Camp, phones: Phones) -> Across:
    return Across(camp, phones)


def test_applied_it_is_settled_and_rings(camp: Camp, two: Cluster, people: Across) -> None:
    """Nothing is left to do; a hotline's call that comes in at one node is taken by an agent at the other."""
    camp.settled()
    ann = people.at(two.nodes["b"], "user/ann.lee")
    assert ann.register(secret="wrong") == 401
    assert ann.register() == 200
    people.outside(two.nodes["a"]).call("+13125550190").answered()
    ann.rung()


def test_somebody_moves(camp: Camp, two: Cluster, people: Across) -> None:
    """The same number rings them, and help is sent to where they are now, whichever node their phone is at."""
    a, b = two.nodes.values()
    ann = people.at(b, "user/ann.lee")
    outside = people.outside(b)
    people.outside(a).call("+13125550111").answered()
    ann.rung()
    camp.do("move", "ann.lee", "--to", "field", "--yes").ok()
    outside.call("+13125550111").answered()
    ann.rung(2)
    ann.dial("911").answered()
    invite = next(invite for invite in outside.invites if invite.number == "911")
    assert (address(invite)["A1"], address(invite)["A3"]) == ("AZ", "Phoenix")
    camp.settled()


def test_a_desk_is_lit_while_a_caller_waits(camp: Camp, two: Cluster, people: Across, capsys: pytest.CaptureFixture[str]) -> None:
    """A row in the database and a member on each node: the phone at the caller's node gets in and is rung."""
    node = two.nodes["a"]
    call = people.outside(node).call("+13125550190")
    call.answered()
    with Softphone(node, "hq~a001", camp.secrets["port/hq/a001"]) as phone:
        began = time.monotonic()
        process = camp.start("port", "light", "hq/a001", "--volunteer", "Sam Ortiz", "--hotline", "help", "--yes")
        registered = phone.is_registered() - began
        rang = phone.is_rung() - began
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    with capsys.disabled():
        print(f"\nlight on PostgreSQL: REGISTER 200 after {registered:.2f} s, a waiting caller's INVITE after {rang:.2f} s")
    assert people.at(two.nodes["b"], "port/hq/a001")
    camp.do("port", "dark", "hq/a001", "--yes").ok()
    for node in two.nodes.values():
        assert people._phones.phone("hq~a001", camp.secrets["port/hq/a001"], on=node).register() == 401


def test_rows_changed_by_hand_are_found_and_put_right(camp: Camp, two: Cluster) -> None:
    """With SQL, or at one node's console: by field."""
    two.place.sql("UPDATE ps_endpoints SET context = 'campctl-international' WHERE id = 'eve.moss'")
    two.place.sql("DELETE FROM ps_auths WHERE id = 'bo.diaz'")
    with two.nodes["b"].connect() as ami:
        ami.put("hotline/short/maxwait", "300")
    found = {item["resource"]: {name for name, _, _ in item["fields"]} for item in camp.do("drift", "-o", "json").ok().data["items"]}
    assert found == {"line/user/eve.moss": {"permission"}, "line/user/bo.diaz": {"enabled"}, "queue/short": {"max_wait"}}
    camp.apply()
    camp.settled()


@pytest.mark.parametrize("how", ["kill", "freeze"])
def test_postgresql_goes_away_in_the_middle_of_an_apply(camp: Camp, two: Cluster, processes: list[subprocess.Popen[str]], how: str) -> None:
    """A named error, phones that are registered go on, and the next run converges."""
    text = (camp.root / "campaign.yaml").read_text()
    text = re.sub(r"name: (\w+) (\w+), office", r"name: \1 \2-Lee, office", text)
    (camp.root / "campaign.yaml").write_text(text.replace("timeout: 60s", "timeout: 3s"))
    process = camp.start("apply", "--yes")
    processes.append(process)
    assert process.stdout is not None
    until(lambda: "Plan for" in process.stdout.readline() or process.poll() is not None, "the plan")
    getattr(two.place, how)()
    out, err = process.communicate(timeout=120)
    assert process.returncode in {0, 8, 9}, out + err
    assert "Traceback" not in out + err
    two.up()
    camp.edit("timeout: 3s", "timeout: 60s")
    camp.apply()
    camp.settled()


GATE = 424242
WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


@contextmanager
def stuck(two: Cluster, *, at: int) -> Iterator[None]:
    """Whoever writes so many lines stands still there, and goes on at the end."""
    with closing(two.place.server.connect(two.place.name)) as gate:
        gate.execute("SELECT pg_advisory_lock(%s)", [GATE])
        body = f"BEGIN IF (SELECT count(*) FROM ps_auths) >= {at} THEN PERFORM pg_advisory_xact_lock({GATE}); END IF; RETURN NEW; END"
        two.place.sql(f"CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        two.place.sql("CREATE TRIGGER stuck BEFORE INSERT ON ps_auths FOR EACH ROW EXECUTE FUNCTION stuck()")
        yield
    two.place.sql("DROP FUNCTION stuck CASCADE")


def test_campctl_is_killed_while_many_are_added(camp: Camp, two: Cluster, processes: list[subprocess.Popen[str]]) -> None:
    """Rows go to PostgreSQL and to both nodes at the same time: whatever of it was done, the next run ends it, and all three agree."""
    more = "".join(f"  new{n:04}: {{ name: New {n}, office: hq, extension: {20000 + n} }}\n" for n in range(700))
    text = (camp.root / "campaign.yaml").read_text().replace("extensions: [3000-3199]", "extensions: [3000-3199, 20000-21999]")
    (camp.root / "campaign.yaml").write_text(text.replace("users:\n", f"users:\n{more}", 1))
    with stuck(two, at=400):
        process = camp.start("apply", "--yes")
        processes.append(process)
        until(lambda: process.poll() is not None or two.place.sql(WAITING, GATE), "an apply that is half way")
        assert process.poll() is None
        two.nodes["b"].freeze()
    until(lambda: two.place.sql("SELECT id FROM ps_auths LIMIT 1 OFFSET 400"), "all rows in PostgreSQL")
    assert process.poll() is None  # it has yet to hear of a node
    process.kill()
    process.communicate(timeout=120)
    two.nodes["b"].thaw()
    camp.apply()
    camp.settled()
    for node in two.nodes.values():
        with node.connect() as ami:
            assert len(ami.tree("ext")) >= 700


def test_one_node_is_down(camp: Camp, two: Cluster, people: Across) -> None:
    """What is done meanwhile is done on the other; back again it is brought level by the next command, and rings."""
    two.nodes["b"].kill()
    camp.edit("name: Ann Lee", "name: Ann Leeds")
    camp.edit('number: "+13125550111"', 'number: "+13125550119"')
    camp.do("apply", "--yes")
    two.nodes["b"].start()
    camp.apply()
    camp.settled()
    ann = people.at(two.nodes["b"], "user/ann.lee")
    people.outside(two.nodes["b"]).call("+13125550119").answered()
    ann.rung()
