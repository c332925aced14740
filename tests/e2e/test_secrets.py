"""SIP secrets are shown once and kept nowhere; secrets of backends come from where they should and are shown never."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from campctl.backends.sim.console import verify_secret


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV file as mappings."""
    return list(csv.DictReader(path.read_text().splitlines()))


def found_in(camp: Any, secret: str) -> list[str]:
    """Files of the campaign that hold the text, stores and logs included."""
    return [str(path) for path in camp.root.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def said_by(camp: Any, secret: str) -> list[str]:
    """Commands that say it."""
    run = camp.do("history", "-o", "json").data["rows"][0]["run"]
    looks = (
        ["history", "show", run, "--details"],
        ["audit", "log", "--limit", "0"],
        ["user", "show", "ann.lee"],
        ["show"],
        ["backend", "list"],
    )
    return [" ".join(argv) for argv in looks for form in ("json", "plain") if secret in camp.do(*argv, "-o", form).out]


def test_a_phone_secret_is_shown_once(camp) -> None:
    """`user secret` and `port secret`: the phone registers with it, and it is in no file, history, audit log or plan."""
    for argv, line in ((["user", "secret", "ann.lee"], "user/ann.lee"), (["port", "secret", "chicago-hq/a001"], "port/chicago-hq/a001")):
        process = camp.run(*argv, "--yes").ok()
        secret = process.out.strip()
        assert len(secret) > 16
        assert secret not in process.err
        assert verify_secret(camp.exchange(), line, secret)
        assert found_in(camp, secret) == []
        assert said_by(camp, secret) == []
        again = camp.do(*argv, "--yes").ok().out.strip()
        assert again != secret
        assert not verify_secret(camp.exchange(), line, secret)
    assert any("new secret" in entry["what"] for entry in camp.do("audit", "log", "-o", "json").data["entries"])


def test_a_look_at_it_makes_none(camp) -> None:
    """--dry-run changes nothing on the exchange."""
    secret = camp.do("user", "secret", "ann.lee", "--yes").ok().out.strip()
    camp.do("user", "secret", "ann.lee", "--dry-run").ok()
    assert verify_secret(camp.exchange(), "user/ann.lee", secret)


def test_secrets_of_new_lines(fresh, tmp_path) -> None:
    """`apply --secrets FILE`: 0600, one row for each new line, each registers, none is kept anywhere else."""
    path = tmp_path / "phones.csv"
    fresh.do("apply", "--yes", "--secrets", str(path)).ok()
    assert path.stat().st_mode & 0o777 == 0o600
    rows = rows_of(path)
    lines = [key.removeprefix("line/") for key in fresh.resources()["local"] if key.startswith("line/")]
    assert sorted(row["line"] for row in rows) == sorted(lines)
    assert len({row["secret"] for row in rows}) == len(rows)
    for row in rows[:5]:
        assert verify_secret(fresh.exchange(), row["line"], row["secret"])
        assert found_in(fresh, row["secret"]) == []
        assert said_by(fresh, row["secret"]) == []
    fresh.settled()


def test_secrets_survive_a_limit(make, clock, tmp_path) -> None:
    """An exchange that answers 429 in between loses no secret that was set."""
    camp = make(apply=False, rate="5", burst="1", batch="100")
    path = tmp_path / "phones.csv"
    camp.do("apply", "--yes", "--secrets", str(path)).ok()
    rows = rows_of(path)
    assert len(rows) == 9
    assert all(verify_secret(camp.exchange(), row["line"], row["secret"]) for row in rows)


def test_secrets_that_could_not_be_written(fresh, tmp_path) -> None:
    """No folder there: refused before anything is done."""
    answer = fresh.do("apply", "--yes", "--secrets", str(tmp_path / "nowhere" / "phones.csv"))
    assert answer.status == 2
    assert "phones.csv" in answer.err
    assert fresh.calls() == 0


def test_a_file_of_secrets_is_added_to(fresh, tmp_path) -> None:
    """The same file named again keeps the secrets of earlier runs, with new people and without; one that is no such file stops all."""
    path = tmp_path / "phones.csv"
    fresh.do("apply", "--yes", "--secrets", str(path)).ok()
    first = rows_of(path)
    fresh.do("user", "provision", "cy.stone", "--name", "Cy", "--office", "chicago-hq", "--yes", "--secrets", str(path)).ok()
    assert rows_of(path)[:-1] == first
    fresh.edit("people.yaml", "Ann Lee", "Ann Leeds")
    fresh.do("apply", "--yes", "--secrets", str(path)).ok()
    assert rows_of(path)[:-1] == first
    fresh.edit("people.yaml", "Ann Leeds", "Ann Lee")
    before, calls = (fresh.root / "people.yaml").read_bytes(), fresh.calls()
    answer = fresh.do("apply", "--yes", "--secrets", str(fresh.root / "people.yaml"))
    assert answer.status == 2
    assert "holds something else" in answer.err
    assert (fresh.root / "people.yaml").read_bytes() == before
    assert fresh.calls() == calls


def test_an_open_run_has_no_secret_in_its_journal(camp, tmp_path) -> None:
    """A provision with --secrets: plan, journal and audit of that run do not hold it."""
    path = tmp_path / "new.csv"
    camp.do("user", "provision", "cy.stone", "--name", "Cy", "--office", "chicago-hq", "--yes", "--secrets", str(path)).ok()
    (row,) = rows_of(path)
    assert row["line"] == "user/cy.stone"
    assert found_in(camp, row["secret"]) == []
    assert said_by(camp, row["secret"]) == []


def test_a_secret_in_a_manifest_is_a_finding_that_does_not_show_it(camp) -> None:
    """A password in YAML is refused, and the finding does not repeat it."""
    camp.edit("campaign.yaml", "      type: sim\n", "      type: sim\n      password: hunter2-hunter2\n")
    answer = camp.do("validate")
    assert answer.status == 3
    assert "hunter2" not in answer.out + answer.err
    assert "hunter2" not in camp.do("validate", "-o", "json").out
    assert "hunter2" not in camp.do("plan", "-o", "json").out
    (camp.root / "campaign.yaml").write_text(camp.read("campaign.yaml").replace("      password: hunter2-hunter2\n", ""))
    assert found_in(camp, "hunter2") == []


def test_faults_leave_no_secret(camp, monkeypatch) -> None:
    """A fault in campctl while a secret is made: one line, a log, and the secret in neither."""
    from campctl.backends.sim.backend import SimBackend

    seen: list[str] = []

    async def broken(self: Any, line: str, secret: str) -> None:
        seen.append(secret)
        raise RuntimeError("broken")

    monkeypatch.setattr(SimBackend, "set_secret", broken)
    answer = camp.do("user", "secret", "ann.lee", "--yes")
    assert answer.status == 1
    assert len(list(Path(camp.root / ".campctl").glob("fault-*.log"))) == 1
    assert seen
    assert found_in(camp, seen[0]) == []
    assert seen[0] not in answer.out + answer.err
