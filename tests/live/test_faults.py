"""Bad days of a real exchange: dead, frozen, closed to us, changed by two at once. Nothing is lost, and the next run converges."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from live.conftest import TEXT, Camp, People
from servers.asterisk import Asterisk
from servers.sipp import until

pytestmark = pytest.mark.live
PATIENT = TEXT.replace("port: PORT }", "port: PORT, timeout: 60s }")


def hasty(camp: Camp, timeout: str = "2s") -> None:
    """From now on an exchange that says nothing is soon given up; undone with the time it had."""
    path = camp.root / "campaign.yaml"
    path.write_text(re.sub(r"timeout: \d+s", f"timeout: {timeout}", path.read_text()))


def count(camp: Camp, family: str) -> int:
    """How many rows there are."""
    with camp.server.connect() as ami:
        return len(ami.tree(family))


def converges(camp: Camp) -> None:
    """The next run ends well, and nothing is left to do."""
    camp.do("apply", "--yes").ok()
    camp.settled()


@pytest.mark.parametrize("when", ["at the first row", "when all is acknowledged"])
def test_killed_in_the_middle_of_an_apply(make_camp: Callable[..., Camp], processes: list[subprocess.Popen[str]], when: str) -> None:
    """Acknowledged writes of the last second are lost: never called configured, never lost for good."""
    camp = make_camp(PATIENT, apply=False)
    process = camp.start("apply", "--yes", "-o", "json")
    processes.append(process)
    wanted = 1 if when == "at the first row" else 30
    with camp.server.connect() as ami:
        until(lambda: process.poll() is not None or len(ami.tree("ext")) >= wanted, "rows")
    camp.server.kill()
    camp.server.start()
    out, err = process.communicate(timeout=120)
    assert process.returncode in {0, 8, 9}, err
    assert "Traceback" not in out + err
    if process.returncode == 0:  # it was done again by the same run: then it has to be true
        camp.settled()
    else:
        assert "pbx" in out + err
    converges(camp)


def test_dead_before_and_during_a_run(camp: Camp) -> None:
    """Nobody there: a named error, at once, nothing done; back again all is as it was."""
    camp.server.kill()
    began = time.monotonic()
    result = camp.do("apply", "--yes")
    assert (result.status, f"{camp.server.host}:{camp.server.ami}" in result.err) == (9, True), result.err
    assert time.monotonic() - began < 60
    camp.server.start()
    camp.settled()


def test_frozen_in_the_middle_of_a_run(make_camp: Callable[..., Camp]) -> None:
    """It takes connections and says nothing: a named error after the timeout; when it goes on, the next run converges."""
    camp = make_camp(PATIENT)
    camp.edit("name: Ann Lee", "name: Ann Leeds")
    hasty(camp)
    camp.server.freeze()
    began = time.monotonic()
    result = camp.do("apply", "--yes")
    assert result.status == 9, result.err
    assert f"{camp.server.host}:{camp.server.ami}" in result.err
    assert time.monotonic() - began < 60
    camp.server.thaw()
    hasty(camp, "60s")
    converges(camp)


def test_frozen_with_the_answer_still_to_come(make_camp: Callable[..., Camp], processes: list[subprocess.Popen[str]]) -> None:
    """Stopped between the request and its answer, for longer than an answer may take: looked up, not repeated blindly."""
    camp = make_camp(PATIENT, apply=False)
    hasty(camp)
    process = camp.start("apply", "--yes")
    processes.append(process)
    with camp.server.connect() as ami:
        until(lambda: process.poll() is not None or len(ami.tree("ext")) >= 1, "rows")
    camp.server.freeze()
    end = time.monotonic() + 4
    until(lambda: time.monotonic() > end, "four seconds")
    camp.server.thaw()
    out, err = process.communicate(timeout=120)
    assert process.returncode in {0, 8, 9}, out + err
    assert "Traceback" not in out + err
    hasty(camp, "60s")
    converges(camp)


def test_restarted_between_runs(camp: Camp, people: People) -> None:
    """Everything is there again: queues, members, dark desks dark, addresses."""
    camp.do("port", "light", "hq/a001", "--volunteer", "Sam Ortiz", "--hotline", "help", "--yes").ok()
    camp.server.restart()
    camp.settled()
    assert people.phone("port/hq/a002").register() == 401
    (desk,) = people.here("port/hq/a001")
    people.carrier().call("+13125550190").answered()
    desk.rung()


def test_a_wrong_password_is_named_and_never_shown(camp: Camp) -> None:
    """Exit status 9, what to do, and not the password itself."""
    result = camp.run("apply", "--yes", CAMPCTL_PBX_PASSWORD="wrong-horse-battery")
    assert result.status == 9
    assert f"{camp.server.host}:{camp.server.ami}" in result.err
    assert re.search("password|secret|credential", result.err, re.IGNORECASE)
    assert "wrong-horse" not in result.out + result.err


def test_not_among_those_let_in(make_asterisk: Callable[..., Asterisk], tmp_path: Path) -> None:
    """An address that manager.conf does not permit looks like a wrong password; the error says that it may be either."""
    server = make_asterisk(start=False)
    server.configure()
    file = server.etc / "manager.conf"
    text = file.read_text()
    assert "permit = 127.0.0.1/32" in text
    file.write_text(text.replace("permit = 127.0.0.1/32", "permit = 192.0.2.1/32"))
    server.start(wait=False)
    camp = Camp(tmp_path / "campaign", server)
    camp.root.mkdir()
    (camp.root / "campaign.yaml").write_text(TEXT.replace("HOST", server.host).replace("PORT", str(server.ami)).replace("ANOTHER", "mon"))
    until(lambda: "fully booted" in server.console("core waitfullybooted"), "the boot")
    result = camp.do("apply", "--yes")
    assert result.status == 9
    assert re.search("permit|ACL|address", result.err, re.IGNORECASE), result.err


BAD_ROWS = {
    "an endpoint without codecs": ("ps/endpoint/bad", json.dumps({"aors": "bad", "auth": "bad", "context": "campctl-internal"})),
    "broken JSON": ("ps/endpoint/bad", "{oops"),
    "a row that is not an object": ("ps/aor/bad", "[1, 2]"),
    "a broken record": ("campctl/line/user/ann.lee", "nonsense"),
    "a target nobody knows": ("did/13125550177", "somewhere:else"),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_planted_by_hand_stops_nothing(camp: Camp, people: People, what: str) -> None:
    """Looks and applies go on, phones go on; no traceback, whatever it holds."""
    path, value = BAD_ROWS[what]
    with camp.server.connect() as ami:
        ami.put(path, value)
    camp.do("drift").ok()
    camp.edit("name: Bo Diaz", "name: Bo Diaz-Lee")
    camp.apply()
    (bo,) = people.here("user/bo.diaz")
    people.carrier().call("+13125550112").answered()
    bo.rung()
    with camp.server.connect() as ami:
        row = json.loads(ami.get("ps/endpoint/bo.diaz") or "{}")
    assert "Bo Diaz-Lee" in row["callerid"]


@pytest.mark.parametrize("what", ["an endpoint without codecs", "broken JSON"])
def test_a_bad_row_is_named_by_check(camp: Camp, what: str) -> None:
    """Which, where and how to be rid of it; with it gone the check is content."""
    path, value = BAD_ROWS[what]
    assert camp.do("backend", "check", "pbx").status == 0, camp.do("backend", "check", "pbx").out
    with camp.server.connect() as ami:
        ami.put(path, value)
    result = camp.do("backend", "check", "pbx")
    assert result.status == 16
    assert "bad" in result.out + result.err
    with camp.server.connect() as ami:
        ami.drop(path)
    camp.do("backend", "check", "pbx").ok()


def test_two_at_once_on_one_campaign(camp: Camp, processes: list[subprocess.Popen[str]]) -> None:
    """One does it, the other one waits or says who is at work; nothing is done twice."""
    camp.edit("name: Ann Lee", "name: Ann Leeds")
    both = [camp.start("apply", "--yes") for _ in range(2)]
    processes += both
    ended = [process.communicate(timeout=120) for process in both]
    assert {process.returncode for process in both} <= {0, 7}, ended
    assert any(process.returncode == 0 for process in both)
    converges(camp)


def test_two_admins_with_stores_of_their_own(camp: Camp, tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    """Copies of a campaign know nothing of each other; the exchange takes one after the other, and is never left in between."""
    other = Camp(Path(shutil.copytree(camp.root, tmp_path / "other")), camp.server)
    for number, who in enumerate((camp, other)):
        text = (who.root / "campaign.yaml").read_text()
        (who.root / "campaign.yaml").write_text(re.sub(r"name: (\w+) (\w+), office", rf"name: \1 \2 {number}, office", text))
    both = [who.start("apply", "--yes") for who in (camp, other)]
    processes += both
    ended: list[Any] = [process.communicate(timeout=120) for process in both]
    assert all(process.returncode in {0, 7, 8, 9} for process in both), ended
    assert any(process.returncode == 0 for process in both), ended
    converges(camp)
    with camp.server.connect() as ami:
        names = {json.loads(row)["callerid"].partition('" <')[0][-1] for key, row in ami.tree("ps").items() if key.startswith("endpoint/")}
    assert names == {"0"}
