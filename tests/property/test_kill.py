"""`kill -9` at every point of a command line: after each write of the store, each file written, each request, in real processes.

A command is run in a forked process that kills itself at its nth point; then `campctl apply --yes` is run, as an admin would. Whatever n
was, it ends in the state of an undisturbed run, nothing was created or deleted twice, and no number or extension was ever without an owner.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from campctl.app import wiring
from campctl.app.context import Context
from campctl.backends.sim import factory
from campctl.backends.sim.backend import SimBackend
from campctl.backends.sim.console import Operation, log
from campctl.cli.main import run
from campctl.manifest.edit import Editor
from campctl.model.campaign import BackendSpec
from campctl.ports.backend import BackendEnv
from campctl.store.store import SqlStore
from campctl.views.terminal import Terminal

CAMPAIGN = """\
campaign:
  name: Killed
  country: US
  time_zone: America/Chicago
  backend: old
  policy: {max_update_share: 100%, max_delete_share: 100%}
  backends:
    old: {type: sim, batch: 3, concurrency: 2}
    new: {type: sim, batch: 3, concurrency: 2}
offices:
  hq:
    name: Headquarters
    address: {street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3"}
    extensions: [3000-3199]
  field:
    name: Field office
    backend: old
    address: {street: 20 Example Street, city: Phoenix, state: AZ, postal_code: "85003", room: Storefront}
    extensions: [4000-4099]
users:
  ann.lee: {name: Ann Lee, office: hq, extension: 3001, number: "+13125550111", skills: [help]}
  bo.diaz: {name: Bo Diaz, office: field, extension: 4001, number: "+16025550112"}
  cy.stone: {name: Cy Stone, office: field, extension: 4002, number: "+16025550113"}
ports:
  hall: {office: hq, desks: a001-a002, extensions: 3100-3101, hotline: help, device: phone}
hotlines:
  help: {name: Help, extension: 3900, numbers: ["+13125550100"], seats: {baseline: 1, max: 5}, answer: {skills: [help], ports: true}}
"""

POINTS: dict[type, tuple[str, ...]] = {
    SqlStore: ("begin_run", "record", "finish_run", "add_overrides", "clear_overrides", "append_audit", "acquire", "release", "own"),
    Editor: ("write",),
}


class Deadly:
    """Kills this process at its nth point: just after the nth effect on store, files or exchanges, before anybody hears of it.

    Just before an effect is the same instant as just after the one before it.
    """

    def __init__(self, nth: int) -> None:
        self.left = nth

    def point(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self) -> None:
        for of, names in POINTS.items():
            for name in names:
                setattr(of, name, self._around(getattr(of, name)))
        execute = SimBackend.execute

        async def deadly(backend: Any, changes: Any) -> Any:
            outcomes = await execute(backend, changes)
            self.point()
            return outcomes

        SimBackend.execute = deadly  # type: ignore[method-assign]

    def _around(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def deadly(*args: Any, **named: Any) -> Any:
            result = inner(*args, **named)
            self.point()
            return result

        return deadly


def live(root: Path, *argv: str, nth: int = 0) -> int:
    """One command line in a process of its own; its exit status, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            if nth:
                Deadly(nth).arm()
            out = io.StringIO()
            status = run(["-C", str(root), *argv], Terminal(io.StringIO(), out, out, {"CAMPCTL_USER": "tess"}))
            (root / "said.txt").write_text(out.getvalue())
        except BaseException:  # noqa: BLE001 - nothing may go back into pytest's own stack
            (root / "said.txt").write_text(traceback.format_exc())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def well(root: Path, *argv: str) -> None:
    """A command line that nobody kills and that ends in 0; in this process, so that children start with all modules loaded."""
    out = io.StringIO()
    status = run(["-C", str(root), *argv], Terminal(io.StringIO(), out, out, {"CAMPCTL_USER": "tess"}))
    assert status == 0, (status, out.getvalue())


def exchange(root: Path, name: str) -> Path:
    return root / ".campctl" / f"sim-{name}.db"


def state(root: Path) -> dict[str, dict[str, Any]]:
    """All resources of both exchanges."""

    async def look(name: str) -> dict[str, Any]:
        env = BackendEnv(root=root, clock=wiring.SystemClock(), secret=lambda _: "")
        backend = factory.open(BackendSpec(name, "sim"), env)
        try:
            return {str(key): value for key, value in (await backend.observe()).resources.items()}
        finally:
            await backend.close()

    return {name: asyncio.run(look(name)) for name in ("old", "new")}


def numbers(resources: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    """Number to the exchanges that route it, and line to those that have it: whoever has an extension must have it somewhere."""
    found: dict[str, set[str]] = {}
    for name, things in resources.items():
        for key in things:
            if key.startswith(("route/", "line/")):
                found.setdefault(key, set()).add(name)
    return found


def done(root: Path) -> list[tuple[str, Operation]]:
    """What both exchanges did, in the order in which they did it."""
    both = [(name, operation) for name in ("old", "new") for operation in log(exchange(root, name)) if operation.result == "done"]
    return sorted(both, key=lambda pair: (pair[1].at, pair[0], pair[1].call))


def check_log(root: Path, before: dict[str, dict[str, Any]], since: int, given_up: Collection[str] = ()) -> None:
    """Nothing was made or removed twice, and no number or line is ever on no exchange, unless `given_up` on purpose."""
    new = done(root)[since:]
    times = Counter((name, o.action, o.key) for name, o in new if o.action in {"create", "delete"})
    assert {what: count for what, count in times.items() if count > 1} == {}
    routed = numbers(before)
    for name, operation in new:
        if operation.key.kind not in {"route", "line"}:
            continue
        at = routed.setdefault(str(operation.key), set())
        if operation.action == "create":
            at.add(name)
        elif operation.action == "delete":
            at.discard(name)
            assert at or str(operation.key) in given_up, f"{operation.key} was left without an owner by {operation.change}"


def check_store(root: Path) -> None:
    """The store agrees: nothing left to do, nothing unmanaged, no run open, the log whole."""
    ctx = Context(root, clock=wiring.SystemClock(), who="tess", command="", environ={})
    try:
        store = ctx.store()
        assert store.unfinished() == []
        assert store.holder() is None
        assert store.verify_audit() > 0
        assert store.check() == []
        for name, found in state(root).items():
            assert {str(key) for key in store.owned_keys(name)} == set(found)
            assert {str(key): value for key, value in store.owned(name).items()} == found
    finally:
        ctx.close()
    well(root, "plan", "--exit-code")


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Campaigns to start from: not applied, applied, and applied with an override each."""
    folder = tmp_path_factory.mktemp("bases")
    fresh = folder / "fresh"
    fresh.mkdir()
    (fresh / "campaign.yaml").write_text(CAMPAIGN)
    applied = Path(shutil.copytree(fresh, folder / "applied"))
    well(applied, "apply", "--yes")
    moving = Path(shutil.copytree(applied, folder / "moving"))
    text = CAMPAIGN.replace("    name: Field office\n    backend: old\n", "    name: Field office\n    backend: new\n")
    (moving / "campaign.yaml").write_text(text)
    scaled = Path(shutil.copytree(applied, folder / "scaled"))
    well(scaled, "user", "provision", "ed.frost", "--office", "hq", "--skill", "help", "--yes")
    well(scaled, "hotline", "scale", "help", "+1", "--yes")
    lit = Path(shutil.copytree(applied, folder / "lit"))
    well(lit, "port", "light", "hq/a001", "--yes")
    seated = Path(shutil.copytree(applied, folder / "seated"))
    well(seated, "seat", "check-in", "Sam Ortiz", "--office", "hq", "--skills", "help")
    prepared = Path(shutil.copytree(applied, folder / "prepared"))
    well(prepared, *WAVE, "--prepare", "--wave", "2", "--yes")
    halfway = Path(shutil.copytree(prepared, folder / "halfway"))
    well(halfway, *WAVE, "--wave", "1", "--yes")
    return {
        "fresh": fresh,
        "applied": applied,
        "moving": moving,
        "lit": lit,
        "scaled": scaled,
        "seated": seated,
        "prepared": prepared,
        "halfway": halfway,
    }


WAVE = ["move", "--office", "hq", "--backend", "new"]


SCENES: dict[str, tuple[str, Sequence[str]]] = {
    "first apply": ("fresh", ["apply", "--yes"]),
    "an office to another exchange": ("moving", ["apply", "--yes"]),
    "a person moves": ("applied", ["move", "bo.diaz", "--to", "hq", "--yes"]),
    "a person comes": ("applied", ["user", "provision", "di.moss", "--office", "hq", "--number", "+13125550114", "--yes"]),
    "a person goes": ("applied", ["user", "deprovision", "cy.stone", "--yes"]),
    "a desk is lit": ("applied", ["port", "light", "hq/a001", "--yes"]),
    "somebody checks in": ("applied", ["seat", "check-in", "Sam Ortiz", "--office", "hq", "--skills", "help"]),
    "somebody is relieved, and stays": ("seated", ["seat", "check-in", "Vi Vo", "--desk", "hq/a001", "--stays", "--skills", "help"]),
    "somebody checks out": ("seated", ["seat", "check-out", "Sam Ortiz"]),
    "an override ends": ("lit", ["override", "clear", "--all", "--yes"]),
    "an override stays": ("lit", ["override", "promote", "OVERRIDE", "--yes"]),
    "more seats stay": ("scaled", ["override", "promote", "OVERRIDE", "--yes"]),
    "a wave is prepared": ("applied", [*WAVE, "--prepare", "--wave", "2", "--yes"]),
    "a wave of those prepared": ("prepared", [*WAVE, "--wave", "2", "--yes"]),
    "the last wave, with its hotline": ("halfway", [*WAVE, "--yes"]),
    "all the way back": ("halfway", ["move", "--office", "hq", "--backend", "old", "--yes"]),
    "a run is undone": ("lit", ["rollback", "RUN", "--yes"]),
}


def argv_of(root: Path, argv: Sequence[str]) -> list[str]:
    """With the ids of the newest run and override in their places."""
    ctx = Context(root, clock=wiring.SystemClock(), who="tess", command="", environ={})
    try:
        places = {"RUN": lambda: ctx.store().runs()[0].id, "OVERRIDE": lambda: ctx.store().overrides()[0].id}
        return [places[word]() if word in places else word for word in argv]
    finally:
        ctx.close()


@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_every_point(tmp_path: Path, bases: dict[str, Path], scene: str) -> None:
    """Killed at its nth point for every n, then applied: the wish was either written down and is fulfilled whole, or never existed."""
    base, words = SCENES[scene]
    argv = argv_of(bases[base], words)
    undisturbed = Path(shutil.copytree(bases[base], tmp_path / "undisturbed"))
    well(undisturbed, *argv)
    before, after = state(bases[base]), state(undisturbed)
    texts = {(bases[base] / "campaign.yaml").read_text(), (undisturbed / "campaign.yaml").read_text()}
    since = len(done(bases[base]))
    given_up = numbers(before).keys() - numbers(after).keys()
    ends: Counter[str] = Counter()
    nth = 0
    while True:
        nth += 1
        root = Path(shutil.copytree(bases[base], tmp_path / str(nth)))
        status = live(root, *argv, nth=nth)
        if status == 0:
            break
        assert status == -signal.SIGKILL, (nth, status, (root / "said.txt").read_text())
        well(root, "apply", "--yes", "--allow-deletes", "--reason", "after a crash")
        found = state(root)
        assert found in (before, after), f"point {nth}: neither as before nor as wanted"
        ends["after" if found == after else "before"] += 1
        assert (root / "campaign.yaml").read_text() in texts
        check_log(root, before, since, given_up)
        check_store(root)
        shutil.rmtree(root)
    assert nth > 5
    if scene in {"first apply", "an office to another exchange"}:
        assert ends["before"] == 0, "what the YAML says is fulfilled, whenever the run was killed"
    elif scene == "a run is undone":
        assert ends["after"] == 0, "what the override says is fulfilled: a rollback takes nothing back that was asked for"
    elif before != after:
        assert min(ends["before"], ends["after"]) >= 1
    assert ends.total() == nth - 1


def test_killed_again_and_again(tmp_path: Path, bases: dict[str, Path]) -> None:
    """Every attempt is killed a little later than the one before, resumes and new applies in turn, until one gets through."""
    undisturbed = Path(shutil.copytree(bases["moving"], tmp_path / "undisturbed"))
    well(undisturbed, "apply", "--yes")
    before, since = state(bases["moving"]), len(done(bases["moving"]))
    root = Path(shutil.copytree(bases["moving"], tmp_path / "root"))
    nth = 0
    while True:
        nth += 3
        verb = "resume" if nth % 2 else "apply"
        status = live(root, verb, "--yes", nth=nth)
        if status == 0 and verb == "apply":
            break
        assert status in {0, 11, -signal.SIGKILL}, (nth, status, (root / "said.txt").read_text())
    assert state(root) == state(undisturbed)
    check_log(root, before, since)
    check_store(root)
    assert nth > 6
