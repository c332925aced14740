"""Two admins on two machines with one store on PostgreSQL; the store going away in mid-apply; carrying the records there and back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from servers.postgres import Place

from . import seasons  # type: ignore[attr-defined]

pytestmark = pytest.mark.live

ELSEWHERE = """
import socket, sys
socket.gethostname = lambda: {host!r}
from campctl.store import patience
{patience}
"""
PATIENT = "patience.Connection.patience = patience.RETURN_SECONDS = {}"
GO = """
from campctl.__main__ import main
sys.argv = ["campctl", *sys.argv[1:]]
sys.exit(main())
"""
SINGLE = "batch: 1, concurrency: 1"


class Admin:
    """A machine with a clone of the campaign: its own folder and host name, the same store and exchange as the others."""

    def __init__(self, camp: Any, who: str, host: str, env: Mapping[str, str]) -> None:
        self.camp = camp
        self.root = camp.root
        self.env = {**env, "CAMPCTL_USER": who}
        self.host = host
        self.run_env = {**{name: value for name, value in os.environ.items() if not name.startswith("CAMPCTL_")}, **self.env}

    def start(self, *argv: str, patience: float = 10.0, hold: int | None = None) -> subprocess.Popen[str]:
        """Begin a command line that waits that long for the store, once it is held up; `hold`: see `Camp.start`."""
        usual, later = PATIENT.format(10.0), PATIENT.format(patience)
        code = ELSEWHERE.format(host=self.host, patience=usual)
        code = seasons.later(code + (GO if hold is None else self.camp.held(hold, later)))
        return subprocess.Popen(
            [sys.executable, "-c", code, *argv], cwd=self.root, env={**self.run_env, "NO_COLOR": "1", "PYTHONWARNINGS": "error"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *argv: str) -> tuple[int, str]:
        """Run one to its end; status, and all it said."""
        process = self.start(*argv)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in out + err, err
        return process.returncode, out + err

    def do(self, *argv: str) -> Any:
        """Run one in this process."""
        return self.camp.do(*argv, env=self.env)


@pytest.fixture
def secret_env(postgres: Place, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    return {"PGPASSWORD": postgres.password}


@pytest.fixture
def admins(make: Any, postgres: Place, secret_env: dict[str, str], tmp_path: Path, small_text: str) -> Callable[..., tuple[Admin, Admin]]:
    """Ann at headquarters and Bo in the field; nothing is applied yet."""

    def call(options: str = "") -> tuple[Admin, Admin]:
        exchange = tmp_path / "exchange.db"
        sim = f"local: {{type: sim, file: {exchange}{', ' + options if options else ''}}}"
        text = small_text.replace("local: {type: sim}", sim).replace(
            "  backend: local\n", f"  backend: local\n  store: {postgres.url}?schema=small\n", 1
        )
        first = make(text, name="ann", apply=False)
        type(first).exchange = _exchange(exchange, type(first).exchange)
        second = type(first)(Path(shutil.copytree(first.root, tmp_path / "bo")))
        return Admin(first, "ann", "hq-1.example.org", secret_env), Admin(second, "bo", "field-7.example.org", secret_env)

    return call


def _exchange(path: Path, usual: Any) -> Any:
    return lambda self, name="local": path if path.parent in self.root.parents else usual(self, name)


def grow_old(place: Place, seconds: float, table: str = "lock") -> None:
    """As if that much time had passed since the last beat of the lock, or of who leads (`leader`)."""
    (beat,) = place.sql(f"SELECT beat FROM small.{table}")[0]
    older = datetime.fromisoformat(beat) - timedelta(seconds=seconds)
    place.sql(f"UPDATE small.{table} SET beat = %s", older.isoformat(timespec="microseconds"))


def as_just_heard(place: Place, table: str = "lock") -> None:
    """As if its last beat were of the moment when somebody looks next: how long ago it was is the machine's affair."""
    grow_old(place, -3600, table)


def stopped_between_writes(process: subprocess.Popen[str], place: Place) -> bool:
    """Stop it where it sleeps; let it go on when that was in the middle of a transaction."""
    os.kill(process.pid, signal.SIGSTOP)
    busy = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND application_name = 'campctl' AND xact_start IS NOT NULL"
    if not place.sql(busy, place.name):
        return True
    os.kill(process.pid, signal.SIGCONT)
    return False


def nothing_without_intent(admin: Admin, place: Place) -> None:
    """Whatever the exchange was asked to do stands in the journal as intended."""
    intended = {row[0] for row in place.sql("SELECT change FROM small.journal WHERE state = 'pending'")}
    assert {one.change for one in admin.camp.log()} <= intended


def test_what_one_does_the_other_sees(admins: Any) -> None:
    """Runs, overrides, ownership and audit are shared at once: after one admin's apply the other has nothing to do."""
    ann, bo = admins()
    assert ann.run("apply", "--yes")[0] == 0
    assert bo.do("plan", "-o", "json").ok().data["plan"]["changes"] == []
    bo.do("port", "light", "hq/a001", "--yes").ok()
    (seen,) = ann.do("override", "list", "-o", "json").ok().data["overrides"]
    assert (seen["subject"], seen["author"]) == ("hq/a001", "bo")
    assert ann.do("plan", "-o", "json").ok().data["plan"]["changes"] == []
    ann.do("override", "clear", seen["id"], "--yes").ok()
    assert bo.do("override", "list", "-o", "json").ok().data["overrides"] == []
    said = bo.do("audit", "log", "-o", "json").ok().data["entries"]
    assert {entry["who"] for entry in said} == {"ann", "bo"}
    assert [run["status"] for run in bo.do("history", "-o", "json").ok().data["rows"]] == ["done"] * 3
    ann.camp.settled()
    bo.camp.settled()


def test_the_other_machine_hears_who_is_at_work(admins: Any, processes: Any, until: Any) -> None:
    """Exit 7 with who, on which host and doing what; waiting for the lock works between machines."""
    ann, bo = admins(SINGLE)
    process = ann.start("apply", "--yes", hold=1)
    processes.append(process)
    until(lambda: ann.camp.held_up, process)
    status, said = bo.run("apply", "--yes")
    assert status == 7
    for word in ("ann", "hq-1.example.org", "campctl apply --yes"):
        assert word in said
    assert bo.do("plan").status == 0
    waits = bo.start("port", "light", "hq/a001", "--yes", "--wait-for-lock", "120")
    processes.append(waits)
    ann.camp.let_go()
    process.communicate(timeout=120)
    assert process.returncode == 0
    said = waits.communicate(timeout=120)
    assert (waits.returncode, "Light desk a001" in said[0]) == (0, True), said
    bo.camp.settled()


def test_a_machine_that_died_is_taken_over_after_ttl(admins: Any, postgres: Place, processes: Any, until: Any) -> None:
    """Killed on another machine, nobody can see it dead: its lock lasts half a minute, then the next run settles what it left."""
    ann, bo = admins(SINGLE)
    process = ann.start("apply", "--yes", hold=3)
    processes.append(process)
    until(lambda: ann.camp.held_up, process)
    process.kill()
    process.communicate()
    as_just_heard(postgres)
    status, said = bo.run("apply", "--yes")
    assert (status, "expires by itself" in said) == (7, True), said
    grow_old(postgres, 31)
    status, said = bo.run("apply", "--yes")
    assert status == 0, said
    nothing_without_intent(bo, postgres)
    bo.camp.settled()


def test_of_two_autopilots_on_two_machines_one_leads(admins: Any, postgres: Place, processes: Any, until: Any) -> None:
    """The other stands by and is told who leads where; killed -9 in mid-change, the leader is followed, and what it left is finished."""
    ann, bo = admins(SINGLE)
    leads = ann.start("autopilot", hold=3)
    processes.append(leads)
    until(lambda: ann.camp.held_up, leads)
    second = bo.start("autopilot", "--standby")
    processes.append(second)
    assert "Another autopilot leads this campaign: that of ann on hq-1.example.org" in second.stdout.readline()
    status, said = bo.run("autopilot")
    assert (status, f"(process {leads.pid})" in said, "`--standby` waits" in said) == (7, True, True), said
    until(lambda: stopped_between_writes(second, postgres), second)  # it would find out by itself in half a minute
    leads.kill()
    leads.communicate()
    assert f"that of ann on hq-1.example.org (process {leads.pid})" in bo.do("autopilot", "status").ok().out
    grow_old(postgres, 31, "leader")
    grow_old(postgres, 31)
    os.kill(second.pid, signal.SIGCONT)
    assert " leading " in second.stdout.readline()
    assert " applied " in second.stdout.readline()
    (host,) = postgres.sql("SELECT host FROM small.leader")[0]
    assert host == "field-7.example.org"
    second.send_signal(signal.SIGTERM)
    out, err = second.communicate(timeout=120)
    assert (second.returncode, "nothing is half done" in out, err) == (0, True, "")
    nothing_without_intent(bo, postgres)
    bo.camp.settled()


def test_who_slept_too_long_begins_nothing_more(admins: Any, postgres: Place, processes: Any, until: Any) -> None:
    """A laptop's lid closes in mid-apply, the other machine takes over and finishes; woken, the first stops and has begun nothing since."""
    ann, bo = admins(SINGLE)
    process = ann.start("apply", "--yes", hold=3)
    processes.append(process)
    until(lambda: ann.camp.held_up, process)
    until(lambda: stopped_between_writes(process, postgres), process)
    ((run,),) = postgres.sql("SELECT DISTINCT run FROM small.journal")
    grow_old(postgres, 31)
    status, said = bo.run("apply", "--yes")
    assert status == 0, said
    before = len(bo.camp.log())
    begun = {change for (change,) in postgres.sql("SELECT change FROM small.journal WHERE run = %s AND state = 'pending'", run)}
    ann.camp.let_go()
    os.kill(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=120)
    assert process.returncode in {7, 130}, err
    assert "lock was lost" in err
    # What it had written down when it was stopped may still have been on its way; no more than that.
    since = [one.change for one in bo.camp.log()][before:]
    assert set(since) <= begun
    assert len(begun) <= 6
    assert len(since) <= len(begun) - 3
    nothing_without_intent(bo, postgres)
    assert bo.run("apply", "--yes")[0] == 0
    bo.camp.settled()


@pytest.mark.parametrize("calls", [0, 2, 9])
@pytest.mark.parametrize("how", ["stop", "kill", "freeze"])
def test_the_store_goes_away_in_mid_apply(admins: Any, postgres: Place, processes: Any, until: Any, how: str, calls: int) -> None:
    """At whatever point: exit 10 with what it means, nothing was done that was not written down first, and the next run converges."""
    ann, bo = admins(SINGLE)
    process = ann.start("apply", "--yes", patience=1.0, hold=calls)
    processes.append(process)
    until(lambda: ann.camp.held_up, process)
    getattr(postgres, how)()
    ann.camp.let_go()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 10, (process.returncode, out, err)
    assert "Traceback" not in out + err
    assert "The campaign's store (schema small of database" in err
    assert postgres.password not in out + err
    asked = len(bo.camp.log())
    postgres.server.up()
    assert ("was stopped midway: what it had sent before may be done" in err) == bool(postgres.sql("SELECT 1 FROM small.runs"))
    nothing_without_intent(ann, postgres)
    assert asked < 20
    if postgres.sql("SELECT 1 FROM small.lock"):
        grow_old(postgres, 31)
    status, said = bo.run("apply", "--yes")
    assert status == 0, said
    nothing_without_intent(bo, postgres)
    bo.camp.settled()


def test_a_restart_in_mid_apply_is_ridden_through(admins: Any, postgres: Place, processes: Any, until: Any) -> None:
    """A server that is back within seconds (an upgrade of its packages) does not end the run."""
    ann, _ = admins(SINGLE)
    process = ann.start("apply", "--yes")
    processes.append(process)
    for calls in (2, 8):
        until(lambda calls=calls: process.poll() is not None or (ann.camp.exchange().exists() and ann.camp.calls() >= calls))
        postgres.stop()
        postgres.start()
    out, err = process.communicate(timeout=120)
    # A commit that was cut off before the server had it is told, and the run stops; anything else goes on.
    assert process.returncode in {0, 10}, (out, err)
    nothing_without_intent(ann, postgres)
    assert ann.run("apply", "--yes")[0] == 0
    ann.camp.settled()


def test_with_the_store_down(admins: Any, postgres: Place) -> None:
    """What needs it says so plainly (exit 10, where and why); validate and the lists of the manifest do not need it."""
    ann, _ = admins()
    ann.run("apply", "--yes")
    postgres.stop()
    for argv in (["plan"], ["apply", "--yes"], ["history"], ["audit", "verify"], ["override", "list"], ["store", "check"]):
        answer = ann.do(*argv, "-o", "json")
        assert answer.status == 10, argv
        (error,) = answer.json["errors"]
        assert error["code"] == "store"
        assert "the server cannot be reached" in error["message"]
        assert "campctl validate" in error["hint"]
    ann.do("validate").ok()
    ann.do("user", "list").ok()


def test_carried_over_and_back(camp: Any, postgres: Place, secret_env: dict[str, str]) -> None:
    """All records go, the YAML says so with its comments kept, the old place refuses to be used; and back again."""
    url = f"{postgres.url}?schema=quick"
    camp.do("port", "light", "phoenix-field/b001", "--yes", env=secret_env).ok()
    history = camp.do("history", "-o", "json").data["rows"]
    overrides = camp.do("override", "list", "-o", "json").data["overrides"]
    before = camp.read("campaign.yaml")
    assert camp.do("store", "migrate", "--to", url).status == 12
    dry = camp.do("store", "migrate", "--to", url, "--dry-run").ok()
    assert f'+  store: "{url}"' in dry.err
    assert camp.read("campaign.yaml") == before
    done = camp.do("store", "migrate", "--to", url, "--yes", "--reason", "two admins", "-o", "json").ok()
    assert done.data["data"]["rows"]["runs"] == 2
    after = camp.read("campaign.yaml")
    assert [line for line in after.splitlines() if line not in before.splitlines()] == [f'  store: "{url}"']
    assert camp.do("history", "-o", "json").ok().data["rows"] == history
    assert camp.do("override", "list", "-o", "json").ok().data["overrides"] == overrides
    last = camp.do("audit", "log", "--limit", "1", "-o", "json").ok().data["entries"][0]
    assert (last["what"], last["why"]) == ("store migrate", "two admins")
    camp.settled()
    about = camp.do("store", "check", "-o", "json").ok().data["data"]["store"]
    assert about["kind"].startswith("PostgreSQL ")
    assert about["place"].startswith("schema quick of database")

    (camp.root / "campaign.yaml").write_text(before)
    for argv in (["plan"], ["apply", "--yes"], ["history"]):
        stale = camp.do(*argv, "-o", "json")
        assert stale.status == 10
        assert "they were carried to" in stale.json["errors"][0]["message"]
    (camp.root / "campaign.yaml").write_text(after)

    camp.do("port", "dark", "phoenix-field/b001", "--yes").ok()
    camp.do("store", "migrate", "--to", ".campctl", "--yes").ok()
    assert camp.read("campaign.yaml") == before
    assert len(camp.do("history", "-o", "json").ok().data["rows"]) == 3
    camp.settled()


def test_not_while_a_run_is_at_work(make: Any, processes: Any, until: Any, postgres: Place, secret_env: dict[str, str]) -> None:
    """Exit 7; nothing is carried and the YAML stays as it is."""
    camp = make(apply=False, batch="1", concurrency="1")
    process = camp.start("apply", "--yes", hold=1)
    processes.append(process)
    until(lambda: camp.held_up, process)
    before = camp.read("campaign.yaml")
    assert camp.do("store", "migrate", "--to", postgres.url, "--yes", env=secret_env).status == 7
    camp.let_go()
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert camp.read("campaign.yaml") == before
    camp.settled()


@pytest.mark.parametrize("argv", [["store", "migrate", "--yes", "--to"], ["store", "migrate", "--dry-run", "--to"]])
def test_a_password_on_the_command_line_is_refused(camp: Any, argv: list[str]) -> None:
    """Exit 2, with where it belongs; it is not repeated and goes into no file."""
    refused = camp.do(*argv, "postgresql://ann:hush-hush@db.example.org/phones")
    assert refused.status == 2
    assert "~/.pgpass" in refused.err
    assert "hush-hush" not in refused.out + refused.err
    assert not [path for path in camp.root.rglob("*") if path.is_file() and b"hush-hush" in path.read_bytes()]


def test_a_password_in_the_manifest_stops_everything(camp: Any) -> None:
    """`validate` finds it at its line without showing it, and no command goes on with the store beside the campaign."""
    camp.edit("campaign.yaml", "  defaults:\n", "  store: postgresql://ann:hush-hush@db.example.org/phones\n\n  defaults:\n")
    found = camp.do("validate", "-o", "json")
    assert found.status == 3
    (finding,) = found.json["findings"]
    assert finding["code"] == "secret-in-store-url"
    for argv in (["validate"], ["plan"], ["history"], ["apply", "--yes"], ["override", "list"], ["store", "check"]):
        refused = camp.do(*argv)
        assert refused.status == 3, argv
        assert "hush-hush" not in refused.out + refused.err
    hidden = [path for path in (camp.root / ".campctl").rglob("*") if path.is_file() and b"hush-hush" in path.read_bytes()]
    assert hidden == []


def test_the_password_in_the_keyring(admins: Any, postgres: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`store login` keeps it, having seen that the server takes it, and from then on nothing else is needed."""
    import keyring

    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda service, name, value: kept.__setitem__((service, name), value))
    monkeypatch.setattr(keyring, "get_password", lambda service, name: kept.get((service, name)))
    monkeypatch.delenv("PGPASSWORD")
    ann, _ = admins()
    assert ann.camp.do("plan").status == 10
    assert ann.camp.do("store", "login", stdin="").status == 15
    wrong = ann.camp.do("store", "login", stdin="not-the-right-one\n")
    assert wrong.status == 10
    assert "not-the-right-one" not in wrong.out + wrong.err
    assert kept == {}
    said = ann.camp.do("store", "login", stdin=f"{postgres.password}\n").ok()
    assert postgres.password not in said.out + said.err
    assert kept == {("campctl", "store/password"): postgres.password}
    ann.camp.do("plan").ok()


def test_a_campaign_under_a_new_name(admins: Any) -> None:
    """Refused until `store rename` says that it is the same campaign; then both clones go on, once both have the new name."""
    ann, bo = admins()
    assert ann.run("apply", "--yes")[0] == 0
    ann.camp.edit("campaign.yaml", "name: Small", "name: Smaller")
    refused = ann.do("plan", "-o", "json")
    assert refused.status == 10
    assert "campaign `Small`, not of `Smaller`" in refused.json["errors"][0]["message"]
    ann.do("store", "rename").ok()
    ann.do("apply", "--yes").ok()
    assert bo.do("plan").status == 10
    bo.camp.edit("campaign.yaml", "name: Small", "name: Smaller")
    bo.do("plan").ok()
    bo.camp.settled()
