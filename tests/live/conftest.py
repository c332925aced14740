"""A campaign on a real Asterisk, `campctl` run on it, and phones with the secrets it handed out."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campctl.cli.main import run as run_here
from campctl.views.terminal import Terminal
from servers.asterisk import Asterisk, started
from servers.sipp import Phone, Phones

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPCTL_", "NO_COLOR", "COLUMNS"))}
ENV = {**CLEAN, "CAMPCTL_USER": "tess", "TERM": "xterm-256color", "PYTHONWARNINGS": "error", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
# In no zone is it that day now, nor before the tests are over: said once, since tests run over midnight too.
ANOTHER = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][(datetime.now(UTC).weekday() + 3) % 7]
TEXT = Path(__file__).with_name("campaign.yaml").read_text().replace("ANOTHER", ANOTHER)


class Result:
    """What a command line came to."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def data(self) -> Any:
        """Of `-o json`."""
        return json.loads(self.out)["data"]

    def ok(self, status: int = 0) -> Result:
        """Itself; fails with what was said when it ended otherwise."""
        assert self.status == status, f"status {self.status}\n{self.out[-3000:]}\n{self.err[-3000:]}"
        assert "Traceback" not in self.out + self.err
        return self


class Camp:
    """A campaign folder, and the exchange it is on. `secrets`: line id to the SIP secret that `apply --secrets` handed out."""

    def __init__(self, root: Path, server: Asterisk) -> None:
        self.root, self.server = root, server
        self.passwords = {"CAMPCTL_PBX_PASSWORD": server.password}

    def do(self, *argv: str, **env: str) -> Result:
        """Run a command line in this process."""
        out, err = io.StringIO(), io.StringIO()
        given = {"NO_COLOR": "1", "CAMPCTL_USER": "tess", **self.passwords, **env}
        status = run_here(["-C", str(self.root), *argv], Terminal(io.StringIO(), out, err, given, width=100))
        return Result(status, out.getvalue(), err.getvalue())

    def start(self, *argv: str, **env: str) -> subprocess.Popen[str]:
        """Begin a command line as a process of its own; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "campctl", *argv], cwd=self.root, env={**ENV, **self.passwords, **env}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *argv: str, timeout: float = 60, **env: str) -> Result:
        """Run a command line as a process of its own, as a person does."""
        process = self.start(*argv, **env)
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return Result(process.returncode, out, err)

    def apply(self, *more: str) -> Result:
        """`apply --yes`, which has to work out."""
        return self.do("apply", "--yes", *more).ok()

    def edit(self, old: str, new: str, *, file: str = "campaign.yaml") -> None:
        """Replace text in a manifest, as an editor would."""
        path = self.root / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is in {file} {text.count(old)} times"
        path.write_text(text.replace(old, new))

    def settled(self) -> None:
        """Nothing is left to do, nothing drifted, nothing is unmanaged, and the log is whole."""
        planned = self.do("plan", "-o", "json").ok().data["plan"]
        assert planned["changes"] == []
        assert planned["conflicts"] == []
        assert not any(planned["unmanaged"].values()), planned["unmanaged"]
        assert self.do("drift", "-o", "json").ok().data["items"] == []
        self.do("audit", "verify").ok()

    @property
    def secrets(self) -> Mapping[str, str]:
        with (self.root / "secrets.csv").open(newline="") as file:
            return {row["line"]: row["secret"] for row in csv.DictReader(file)}


class People:
    """Phones of the campaign's people and desks, and the outside."""

    def __init__(self, camp: Camp, phones: Phones) -> None:
        self.camp, self._phones = camp, phones

    def phone(self, line: str) -> Phone:
        """The phone of `user/ann.lee` or `port/hq/a001`, with its secret, not yet registered."""
        user = line.partition("/")[2].replace("/", "~")
        return self._phones.phone(user, self.camp.secrets[line], on=self.camp.server)

    def here(self, *lines: str, **how: float) -> list[Phone]:
        """Phones that are registered and take calls; `how` as for `answers`."""
        found = [self.phone(line) for line in lines]
        for phone in found:
            assert phone.register() == 200, phone
            phone.answers(**how)
        return found

    def carrier(self) -> Any:
        """The outside."""
        return self._phones.carrier(on=self.camp.server)


def write(root: Path, text: str, server: Asterisk) -> None:
    """A campaign of one file, on this exchange."""
    root.mkdir(parents=True, exist_ok=True)
    text = text.replace("HOST", server.host).replace("PORT", str(server.ami))
    (root / "campaign.yaml").write_text(text)


_KEPT = ("etc/queues.conf", "etc/queuerules.conf", "etc/geolocation.conf", "lib/astdb.sqlite3")
"""What an exchange knows of a campaign: its files beside the set-up."""


@pytest.fixture(scope="session")
def _applied(asterisk_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign applied to an exchange, and what both kept of it: made once, so that tests begin in half a second."""
    root = tmp_path_factory.mktemp("applied")
    with started() as server:
        camp = Camp(root / "campaign", server)
        write(camp.root, TEXT, server)
        camp.apply("--secrets", str(camp.root / "secrets.csv"))
        camp.settled()
        server.stop()
        for name in _KEPT:
            (root / name).parent.mkdir(exist_ok=True)
            shutil.copy(server.folder / name, root / name)
    return root


@pytest.fixture
def camp(_applied: Path, make_asterisk: Callable[..., Asterisk], tmp_path: Path) -> Camp:
    """The campaign, applied, on an exchange of the test's own."""
    server = make_asterisk(start=False)
    server.configure()
    for name in _KEPT:
        (server.folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_applied / name, server.folder / name)
    root = Path(shutil.copytree(_applied / "campaign", tmp_path / "campaign"))
    write(root, TEXT, server)
    server.start()
    return Camp(root, server)


@pytest.fixture
def make_camp(make_asterisk: Callable[..., Asterisk], tmp_path: Path) -> Callable[..., Camp]:
    """A campaign of a text (default: the usual one) on a fresh exchange; applied, with its secrets, unless told otherwise."""

    def make(text: str = TEXT, *, apply: bool = True, **asked: Any) -> Camp:
        camp = Camp(tmp_path / f"campaign-{len(list(tmp_path.iterdir()))}", make_asterisk(**asked))
        write(camp.root, text, camp.server)
        if apply:
            camp.apply("--secrets", str(camp.root / "secrets.csv"))
        return camp

    return make


@pytest.fixture
def people(camp: Camp, phones: Phones) -> People:
    """Phones of the campaign `camp`."""
    return People(camp, phones)


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Put processes in here: what is still running at the end is ended."""
    begun: list[subprocess.Popen[str]] = []
    yield begun
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()
