"""`backend init asterisk`: what a campaign fills in, where the manager's password goes, and that it is shown nowhere."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from campctl.errors import Exit

CAMPAIGN = """\
campaign:
  name: Sample
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backends:
    local: {type: sim}
    hq: {type: asterisk, host: 192.0.2.9, port: 5039, tls: true}
    many:
      type: asterisk
      database: postgresql://campctl@db.example.org/pbx
      nodes: ["a=pbx-a.example.org", "b=pbx-b.example.org:5099"]
  backend: local
"""


class Kept(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))


class Broken(Kept):
    """None that works."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError("no keyring here")


@pytest.fixture
def ring(monkeypatch):
    """The keyring of the test."""
    kept = Kept()
    before = keyring.get_keyring()
    keyring.set_keyring(kept)
    yield kept
    keyring.set_keyring(before)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command, in a folder of its own."""
    import io

    from campctl.cli.main import run as main
    from campctl.views.terminal import Terminal

    monkeypatch.chdir(tmp_path)

    def one(*argv: str, stdin: str = "", **env: str):
        out, err = io.StringIO(), io.StringIO()
        status = main(
            ["backend", "init", *argv], Terminal(io.StringIO(stdin), out, err, {"NO_COLOR": "1", "CAMPCTL_USER": "t", **env}, width=120)
        )
        return status, out.getvalue(), err.getvalue()

    return one


def _password(folder: Path) -> str:
    line = next(line for line in (folder / "manager.conf").read_text().splitlines() if line.startswith("secret = "))
    return line.removeprefix("secret = ")


def test_without_a_campaign(run, tmp_path: Path, ring) -> None:
    """Files are private, the password is in one of them and nowhere else, and how to hand it on is told."""
    status, out, err = run("asterisk", "--dir", "pbx", "--trunk", "sip.example.net")
    assert status == Exit.OK
    folder = tmp_path / "pbx"
    password = _password(folder)
    assert len(password) >= 32
    assert password not in out + err
    assert [path.name for path in folder.iterdir() if password in path.read_text()] == ["manager.conf"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert "campctl backend login pbx" in err
    assert (folder / "INSTALL.txt").read_text().strip() in err
    assert ring.held == {}
    assert run("asterisk", "--dir", "pbx")[0] == Exit.USAGE
    assert run("asterisk", "--dir", "pbx", "--force")[0] == Exit.OK
    assert (folder / "manager.conf.bak").exists()
    assert run("avaya", "--dir", "x")[0] == Exit.USAGE


def test_secrets_come_by_stdin(run, tmp_path: Path) -> None:
    """The carrier's password is read from stdin, one a line, and never from the command line."""
    assert run("asterisk", "--dir", "pbx", "--trunk", "sip.example.net", "--trunk-user", "acct")[0] == Exit.SECRET
    status, out, err = run("asterisk", "--dir", "pbx", "--trunk", "sip.example.net", "--trunk-user", "acct", stdin="the-carriers\n")
    assert status == Exit.OK
    assert "password = the-carriers" in (tmp_path / "pbx" / "pjsip.conf").read_text()
    assert "the-carriers" not in out + err


@pytest.fixture
def campaign(tmp_path: Path) -> None:
    """A campaign with a backend of each kind."""
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN)


def test_the_campaign_fills_in(run, tmp_path: Path, ring, campaign) -> None:
    """Port, number and area code come from the campaign; the password goes into the keyring, and stays the same the next time."""
    tls = ("--tls-cert", "/etc/ssl/a.pem", "--tls-key", "/etc/ssl/a.key", "--ami-permit", "192.0.2.7")
    status, out, err = run("asterisk", "--dir", "pbx", "--backend", "hq", *tls, "-o", "json")
    assert status == Exit.OK, err
    folder = tmp_path / "pbx"
    assert "tlsbindaddr = 0.0.0.0:5039" in (folder / "manager.conf").read_text()
    dialplan = (folder / "extensions.conf").read_text()
    assert "CALLER_ID = 13125550100" in dialplan
    assert "exten => _1312NXXXXXX,1,Return(local)" in dialplan
    password = _password(folder)
    assert ring.held == {("campctl", "hq/password"): password}
    assert password not in out + err
    assert "keyring" in json.loads(out)["data"]["data"]["password"]
    assert run("asterisk", "--dir", "again", "--backend", "hq", *tls)[0] == Exit.OK
    assert _password(tmp_path / "again") == password
    assert run("asterisk", "--dir", "env", "--backend", "hq", *tls, CAMPCTL_HQ_PASSWORD="from-the-environment")[0] == Exit.OK
    assert _password(tmp_path / "env") == "from-the-environment"


def test_a_machine_of_a_cluster(run, tmp_path: Path, ring, campaign) -> None:
    """Which machine it is has to be said; the others are its peers, all with one password, and the database is known."""
    tls = ("--tls-cert", "/etc/ssl/a.pem", "--tls-key", "/etc/ssl/a.key", "--ami-permit", "192.0.2.7")
    status, _, err = run("asterisk", "--dir", "a", "--backend", "many", *tls)
    assert status == Exit.USAGE
    assert "--node" in err
    for node in ("a", "b"):
        status, _, err = run("asterisk", "--dir", node, "--backend", "many", "--node", node, *tls, stdin="of-the-database\n")
        assert status == Exit.OK, err
    assert "[peer-b]" in (tmp_path / "a" / "pjsip.conf").read_text()
    assert "[peer-a]" in (tmp_path / "b" / "pjsip.conf").read_text()
    assert "tlsbindaddr = 0.0.0.0:5099" in (tmp_path / "b" / "manager.conf").read_text()
    assert _password(tmp_path / "a") == _password(tmp_path / "b")
    database = (tmp_path / "a" / "res_pgsql.conf").read_text()
    assert "user = asterisk" in database
    assert "password = of-the-database" in database


def test_backends_that_cannot_be_set_up(run, ring, campaign) -> None:
    """A backend of another type, or an unknown one, is refused by name."""
    status, _, err = run("asterisk", "--dir", "x", "--backend", "local")
    assert status == Exit.USAGE
    assert "sim" in err
    assert run("asterisk", "--dir", "x", "--backend", "nobody")[0] == Exit.NOT_FOUND


def test_without_a_keyring(run, tmp_path: Path, campaign, ring) -> None:
    """Where no keyring works the files are written all the same, and how to hand the password on is told."""
    keyring.set_keyring(Broken())
    status, _, err = run("asterisk", "--dir", "pbx", "--backend", "hq", "--ami-bind", "127.0.0.1")
    assert status == Exit.OK, err
    assert "campctl backend login hq" in err
