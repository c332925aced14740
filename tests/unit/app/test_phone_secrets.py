"""`--secrets` gives new lines their secrets: many at once where a backend can, one by one where it cannot."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from campctl.app import phone_secrets
from campctl.app.phone_secrets import check_file, hand_out, new_lines
from campctl.errors import Refused, UsageError
from campctl.model.changes import Binding, Plan
from campctl.testing.clock import FakeClock
from campctl.testing.samples import LOCATION, create, lines

CHANGES = (create(LOCATION), *map(create, lines(5)))
PLAN = Plan(campaign="Test", at=FakeClock().now(), binding=Binding(manifest="m", overrides="o"), changes=CHANGES)
STATES = {change.id: "configured" for change in CHANGES[:-1]} | {CHANGES[-1].id: "failed"}


class OneByOne:
    """Has no line person-00001."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    async def set_secret(self, line: str, secret: str) -> None:
        if line == "user/person-00001":
            raise Refused("No such line.", backend="test")
        self.given[line] = secret


class AtOnce(OneByOne):
    """The same, for many; refuses whatever has person-00003 in it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        self.asked.append(len(secrets))
        if "user/person-00003" in secrets:
            raise Refused("Not these.", backend="test")
        self.given |= {line: secret for line, secret in secrets.items() if line != "user/person-00001"}
        return secrets.keys() - self.given.keys()


def handed_out(backend: Any, path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the file says, and what is said."""
    said = asyncio.run(hand_out(new_lines(PLAN, STATES), {"test": backend}, path, FakeClock()))
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(newline="") as file:
        return {row["line"]: row["secret"] for row in csv.DictReader(file)}, said


def test_one_by_one(tmp_path: Path) -> None:
    """Lines that were made get one each; who gets none is named, with the command that makes one."""
    backend = OneByOne()
    written, said = handed_out(backend, tmp_path / "secrets.csv")
    assert written == backend.given
    assert sorted(written) == ["user/person-00000", "user/person-00002", "user/person-00003"]
    assert said[0].startswith("3 secrets written")
    assert said[1:] == ("user/person-00001 was given no new secret: No such line. `campctl user secret person-00001` makes one.",)


def test_many_at_once(tmp_path: Path, monkeypatch: Any) -> None:
    """In requests of bounded size; a request that fails costs the lines in it and no others, and the file holds what was set."""
    monkeypatch.setattr(phone_secrets, "TOGETHER", 3)
    backend = AtOnce()
    written, said = handed_out(backend, tmp_path / "secrets.csv")
    assert backend.asked == [3, 1]
    assert written == backend.given
    assert sorted(written) == ["user/person-00000", "user/person-00002"]
    assert [line.split(" ")[0] for line in said[1:]] == ["user/person-00001", "user/person-00003"]
    assert "Not these." in said[2]


def test_what_an_earlier_run_wrote_stays(tmp_path: Path) -> None:
    """Nobody else has those secrets: the file is added to, a line that was made anew has its newer one, and no new line changes nothing."""
    path = tmp_path / "secrets.csv"
    path.write_text(
        "backend,line,extension,secret\ntest,user/gone,1,kept-1\nother,user/person-00000,2,kept-2\ntest,user/person-00000,3,old\n"
    )
    check_file(path)
    said = asyncio.run(hand_out([], {"test": OneByOne()}, path, FakeClock()))
    assert said == (f"No line is new, so no secret was made and {path} is as it was.",)
    assert "kept-1" in path.read_text()
    backend = OneByOne()
    said = asyncio.run(hand_out(new_lines(PLAN, STATES), {"test": backend}, path, FakeClock()))
    with path.open(newline="") as file:
        rows = {(row["backend"], row["line"]): row["secret"] for row in csv.DictReader(file)}
    kept = {("test", "user/gone"): "kept-1", ("other", "user/person-00000"): "kept-2"}
    assert rows == kept | {("test", line): secret for line, secret in backend.given.items()}
    assert said[0] == f"3 secrets written to {path} (0600), beside 2 of earlier runs; kept nowhere else."


@pytest.mark.parametrize("content", [b"name,phone\nann,1\n", b"backend,line,extension,secret\nx\n", b"\xff\xfe", b"\x00" * 9, None])
def test_somebody_elses_file(content: bytes | None, tmp_path: Path) -> None:
    """It is refused before anything is done, and stays as it is; so is a folder."""
    path = tmp_path / "list.csv"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(UsageError, match="Nothing was changed"):
        check_file(path)
    assert content is None or path.read_bytes() == content


def test_an_empty_file_is_nobodys(tmp_path: Path) -> None:
    """As mktemp makes it."""
    path = tmp_path / "secrets.csv"
    path.touch()
    check_file(path)
    assert handed_out(OneByOne(), path)[1][0].startswith("3 secrets written")
