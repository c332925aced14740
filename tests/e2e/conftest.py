"""A campaign on the embedded exchange, and `campctl` run on it: as a process, on a terminal, or in this process for speed."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pexpect
import pytest

from campctl.app import wiring
from campctl.backends.sim.console import Operation, calls, log, poke
from campctl.cli.main import run as run_here
from campctl.model.resources import Resource
from campctl.testing import FakeClock
from campctl.views.terminal import Terminal

from . import seasons  # type: ignore[attr-defined]

CLOCK, NOW = wiring.SystemClock, wiring.SystemClock.now
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPCTL_", "NO_COLOR", "COLUMNS"))}
PATIENCE = 120
"""Seconds after which what is waited for is not coming any more: long, since a loaded machine is no fault of ours."""
HELD = """\
import asyncio, itertools, pathlib, sys
from campctl.backends.sim.backend import SimBackend
usual, numbers, go, here = SimBackend._timed, itertools.count(1), pathlib.Path({go!r}), pathlib.Path({here!r})

async def held(self, work, work_first, delay):
    answer = None
    late = next(numbers) > {calls}
    if work_first or not late:
        answer = await usual(self, work, work_first, delay)
    while late and not go.exists():
        {then}
        here.touch()
        await asyncio.sleep(0.005)
    return answer or await usual(self, work, work_first, delay)

SimBackend._timed = held
sys.argv = ["campctl", *sys.argv[1:]]
from campctl.__main__ import main
sys.exit(main())
"""
"""campctl whose exchange answers so many requests that change something, the others when the file `go` is there; `here`: one waits."""
ENV = {**CLEAN, "CAMPCTL_USER": "tess", "TERM": "xterm-256color", "PYTHONWARNINGS": "error", "LC_ALL": "C.UTF-8"}


class Result:
    """What a command line came to."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def data(self) -> Any:
        return self.json["data"]

    def ok(self) -> Result:
        """Itself; fails with what was said when the status is not 0."""
        assert self.status == 0, f"status {self.status}\n{self.out[-3000:]}\n{self.err[-3000:]}"
        assert "Traceback" not in self.out + self.err
        return self


def over(child: Any) -> None:
    """A pexpect child has said all, and has ended by itself: `close` alone would hurry one that is about to, and spoil its status."""
    child.expect(pexpect.EOF)
    child.wait()
    child.close()


def hung_up(child: Any) -> int:
    """The terminal of a pexpect child is gone, as with an ssh session that is lost, and no signal of ours: the wait status it ends with."""
    child.ptyproc.fileobj.close()
    end = time.monotonic() + PATIENCE
    while not (ended := os.waitpid(child.pid, os.WNOHANG))[0]:
        assert time.monotonic() < end, "it goes on without a terminal"
        time.sleep(0.005)
    child.terminated = child.closed = child.ptyproc.closed = child.ptyproc.terminated = True
    return ended[1]


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Camp:
    """A campaign folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def do(self, *argv: str, tty: bool = False, stdin: str = "", width: int = 100, env: Mapping[str, str] | None = None) -> Result:
        """Run a command line in this process, inside the campaign."""
        kind = Tty if tty else io.StringIO
        out, err = kind(), kind()
        terminal = Terminal(kind(stdin), out, err, {"NO_COLOR": "1", "CAMPCTL_USER": "tess", **(env or {})}, width=width)
        status = run_here(["-C", str(self.root), *argv], terminal)
        return Result(status, out.getvalue(), err.getvalue())

    def run(
        self,
        *argv: str,
        input: str | None = None,  # noqa: A002 - as subprocess calls it
        env: Mapping[str, str] | None = None,
        tty: bool = False,
        timeout: float = PATIENCE,
    ) -> Result:
        """Run it as a process of its own in the campaign's folder; with `tty` on a terminal (then all it says is `out`)."""
        if tty:
            return self._on_a_tty(argv, input or "", env or {})
        done = subprocess.run(
            [sys.executable, *seasons.program(), *argv],
            cwd=self.root, env={**ENV, **(env or {})}, input=(input or "").encode(), capture_output=True, timeout=timeout, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *argv: str, env: Mapping[str, str] | None = None, hold: int | None = None) -> subprocess.Popen[str]:
        """Begin a command line as a process, with its streams on pipes; the caller ends it.

        With `hold` its exchange does not answer after so many calls until `let_go`: what the test does once it is `held_up`,
        it does in the middle of them, however slow the machine is.
        """
        self._here.unlink(missing_ok=True)
        code = seasons.program() if hold is None else ["-c", seasons.later(self.held(hold))]
        return subprocess.Popen(
            [sys.executable, *code, *argv],
            cwd=self.root, env={**ENV, **(env or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def held(self, calls: int, then: str = "pass") -> str:
        """A program: campctl that is held up after so many calls until `let_go`; `then` is done when it is, in Python."""
        return HELD.format(calls=calls, go=str(self._go), here=str(self._here), then=then)

    @property
    def held_up(self) -> bool:
        """Whether what was started with `hold` waits."""
        return self._here.exists()

    def let_go(self) -> None:
        """The exchange answers from now on."""
        self._go.touch()

    @property
    def _go(self) -> Path:
        return self.root.with_name(f"{self.root.name}.go")

    @property
    def _here(self) -> Path:
        return self.root.with_name(f"{self.root.name}.here")

    def spawn(self, *argv: str, env: Mapping[str, str] | None = None, width: int = 100) -> Any:
        """Begin it on a terminal; a pexpect child."""
        return pexpect.spawn(
            sys.executable, [*seasons.program(), *argv],
            cwd=str(self.root), env={**ENV, "NO_COLOR": "1", **(env or {})}, dimensions=(50, width), encoding="utf-8", timeout=PATIENCE,
        )  # fmt: skip

    def _on_a_tty(self, argv: tuple[str, ...], typed: str, env: Mapping[str, str]) -> Result:
        child = self.spawn(*argv, env=env)
        if typed:
            child.expect(r"\? \[y/N\] ")
            child.send(typed)
        over(child)
        return Result(child.exitstatus, child.before, "")

    def exchange(self, name: str = "local") -> Path:
        """The file of one of its exchanges."""
        return self.root / ".campctl" / f"sim-{name}.db"

    def poke(self, *ops: Any, name: str = "local") -> None:
        """Change an exchange by hand."""
        poke(self.exchange(name), ops)

    def faults(self, *, exchange: str = "local", **options: Any) -> None:
        """Switch faults of an exchange on, counted from now; off without options."""
        self.poke({"do": "faults", "options": options}, name=exchange)

    def log(self, name: str = "local") -> list[Operation]:
        """What an exchange was asked for."""
        return log(self.exchange(name))

    def calls(self, name: str = "local") -> int:
        """How many calls an exchange has had."""
        return calls(self.exchange(name))

    def resources(self, *names: str) -> dict[str, dict[str, Resource]]:
        """Everything on its exchanges: exchange to "kind/id" to resource."""
        return {name: resources(self.exchange(name)) for name in names or ("local",)}

    def line(self, id_: str, name: str = "local") -> Any:
        """A line as the exchange has it."""
        return self.resources(name)[name][f"line/{id_}"]

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text in a manifest, as an editor would."""
        path = self.root / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is in {file} {text.count(old)} times"
        path.write_text(text.replace(old, new))

    def read(self, file: str) -> str:
        """A manifest's text."""
        return (self.root / file).read_text()

    def settled(self) -> None:
        """Nothing is left to do, nothing is unmanaged, nothing drifted, the log is whole and no run is open."""
        planned = self.do("plan", "-o", "json").ok().data["plan"]
        assert planned["changes"] == []
        assert planned["conflicts"] == []
        assert not any(planned["unmanaged"].values())
        assert self.do("drift", "-o", "json").ok().data["items"] == []
        self.do("audit", "verify").ok()
        self.do("store", "check").ok()
        assert {run["status"] for run in self.do("history", "-o", "json").ok().data["rows"]} <= {"done", "partial", "failed"}


def resources(exchange: Path) -> dict[str, Resource]:
    """Everything on the exchange in this file, by "kind/id"."""
    import asyncio

    from campctl.backends.sim import factory
    from campctl.model.campaign import BackendSpec
    from campctl.ports.backend import BackendEnv

    async def look() -> dict[str, Resource]:
        env = BackendEnv(root=exchange.parent, clock=wiring.SystemClock(), secret=lambda _: "")
        backend = factory.open(BackendSpec("x", "sim", {"file": str(exchange)}), env)
        try:
            return {str(key): value for key, value in (await backend.observe()).resources.items()}
        finally:
            await backend.close()

    # What is switched on beside the file must not spoil the look.
    faults = exchange.with_name(f"{exchange.stem}.faults.json")
    aside = faults.read_bytes() if faults.exists() else None
    faults.unlink(missing_ok=True)
    try:
        return asyncio.run(look())
    finally:
        if aside is not None:
            faults.write_bytes(aside)


SMALL = """\
campaign:
  name: Small
  country: US
  time_zone: America/Chicago
  backend: local
  backends:
    local: {type: sim}

offices:
  hq:
    name: Headquarters
    address: {street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3"}
    extensions: [3000-3199]
  field:
    name: Field office
    address: {street: 20 Example Street, city: Phoenix, state: AZ, postal_code: "85003", room: Storefront}
    time_zone: America/Phoenix
    extensions: [4000-4099]

users:
  # The boss.
  ann.lee: {name: Ann Lee, office: hq, extension: 3001, number: "+13125550111", skills: [help]}
  bo.diaz: {name: Bo Diaz, office: hq, extension: 3002, number: "+13125550112", skills: [help]}
  cy.stone: {name: Cy Stone, office: field, extension: 4001, skills: [help]}

ports:
  hall: {office: hq, desks: a001-a006, extensions: 3100-3105, hotline: help}

numbers:
  "+13125550100": {to: hotline/help}

hotlines:
  help:
    name: Help
    extension: 3900
    seats: {baseline: 2, min: 1, max: 8}
    answer: {skills: [help], ports: true}
"""

TWO = (
    SMALL.replace("    local: {type: sim}\n", "    local: {type: sim}\n    other: {type: sim}\n")
    .replace("    name: Field office\n", "    name: Field office\n    backend: local\n")
    .replace("    name: Headquarters\n", "    name: Headquarters\n    backend: local\n")
)
"""The same with a second exchange, which no office uses yet."""


def made(root: Path, text: str) -> Camp:
    """A campaign of one file."""
    root.mkdir()
    (root / "campaign.yaml").write_text(text)
    return Camp(root)


@pytest.fixture
def small(tmp_path: Path) -> Camp:
    """The small campaign, not yet applied."""
    return made(tmp_path / "small", SMALL)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Camp]:
    """Make a campaign of a text (default: the small one), with `options` of its exchange; applied unless told otherwise."""

    def call(text: str = SMALL, *, name: str = "made", apply: bool = True, **options: str) -> Camp:
        if options:
            text = text.replace("local: {type: sim}", f"local: {{type: sim, {', '.join(f'{k}: {v}' for k, v in options.items())}}}")
        camp = made(tmp_path / name, text)
        if apply:
            camp.do("apply", "--yes").ok()
        return camp

    return call


@pytest.fixture(autouse=True)
def _season(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test begins within a surge or a freeze of a seed."""
    seasons.begin(monkeypatch)


@pytest.fixture(scope="session")
def _seeded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], Path]:
    """A seed, as it is or applied: made once."""
    made_already: dict[tuple[str, bool], Path] = {}

    def get(seed: str, applied: bool) -> Path:
        if (seed, applied) not in made_already:
            root = tmp_path_factory.mktemp("seeds") / f"{seed}-{applied}"
            if applied:
                shutil.copytree(get(seed, False), root)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(wiring, "SystemClock", CLOCK)  # whatever clock the test has that is the first to ask
                    if CLOCK.now is NOW:
                        seasons.begin(patch)
                    Camp(root).do("apply", "--yes").ok()
            else:
                out = io.StringIO()
                assert run_here(["init", str(root), "--seed", seed], Terminal(io.StringIO(), out, out, {})) == 0, out.getvalue()
            made_already[seed, applied] = root
        return made_already[seed, applied]

    return get


def _copy(source: Path, target: Path) -> Camp:
    return Camp(Path(shutil.copytree(source, target)))


@pytest.fixture
def fresh(_seeded: Any, tmp_path: Path) -> Camp:
    """The quickstart, not yet applied."""
    return _copy(_seeded("quickstart", False), tmp_path / "quickstart")


@pytest.fixture
def camp(_seeded: Any, tmp_path: Path) -> Camp:
    """The quickstart, applied."""
    return _copy(_seeded("quickstart", True), tmp_path / "quickstart")


@pytest.fixture
def national(_seeded: Any, tmp_path: Path) -> Camp:
    """The national seed, applied."""
    return _copy(_seeded("national", True), tmp_path / "national")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """A clock for command lines of this process, which only moves when somebody waits or a test says so."""
    fake = FakeClock()
    monkeypatch.setattr(wiring, "SystemClock", lambda: fake)
    return fake


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Put processes in here: what is still running at the end is ended."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.communicate()


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for something to become true; fails after two minutes."""

    def call(wanted: Callable[[], Any], process: subprocess.Popen[str] | None = None) -> Any:
        end = time.monotonic() + PATIENCE
        while not (found := wanted()):
            assert process is None or process.poll() is None, "the process ended first"
            assert time.monotonic() < end, f"it did not happen within {PATIENCE} s"
            time.sleep(0.005)
        return found

    return call


@pytest.fixture
def small_text() -> str:
    """The small campaign's YAML."""
    return SMALL


@pytest.fixture
def two_text() -> str:
    """The YAML of the campaign with two exchanges."""
    return TWO
